package library

import (
	"encoding/hex"
	"fmt"
	"strings"

	"countersign/protocol"
)

// Lines is the signing sheet of a command, in plain words. It follows from
// the library and the command alone.
func Lines(l *Library, c Command) ([]string, error) {
	name, version, err := Subject(c)
	if err != nil {
		return nil, err
	}
	var p *protocol.Protocol
	if submit, ok := c.(Submit); ok {
		p, _ = protocol.Parse("protocol", []byte(submit.Text))
	} else {
		v, refusal := l.version(name, version)
		if refusal != nil {
			return nil, refusal
		}
		p = v.Protocol
	}
	lines := []string{
		"Protocol " + p.ID() + ": " + p.Title,
	}
	if p.Status != "" {
		lines = append(lines, "Marked: "+p.Status)
	}
	lines = append(lines, "Text, SHA-256: "+hex.EncodeToString(p.Digest[:]))
	if _, setting := c.(SetSiteValues); setting {
		return append(lines, l.siteLines(c, name, version)...), nil
	}
	before, ok := l.Effective(name)
	if ok && before.Protocol.Version != version {
		lines = append(lines, changed(before.Protocol, p)...)
	} else if !ok {
		lines = append(lines, "No version of it is effective yet.")
	}
	switch c := c.(type) {
	case Submit:
		lines = append(lines, "I wrote this version and submit it as a draft.")
	case Approve:
		lines = append(lines, "I have read this version, did not write it, and approve it.")
	case MakeEffective:
		if ok {
			lines = append(lines, "It takes effect now and supersedes "+before.Protocol.ID()+".")
		} else {
			lines = append(lines, "It takes effect now.")
		}
	case Withdraw:
		lines = append(lines, "It is withdrawn for good. Reason: "+strings.TrimSpace(c.Reason))
	}
	return append(lines, l.siteLines(c, name, version)...), nil
}

// mostChanges bounds the changes on a sheet; more are counted.
const mostChanges = 100

// changed says on a sheet what a version changes, so that nobody approves what
// they did not see (MBR-01).
func changed(before, after *protocol.Protocol) []string {
	added, removed := 0, 0
	for _, line := range protocol.Lines(before.Text, after.Text) {
		switch line.Mark {
		case "+":
			added++
		case "-":
			removed++
		}
	}
	lines := []string{fmt.Sprintf("Against %s, which is effective: lines added %d, lines taken out %d", before.ID(), added, removed)}
	changes := protocol.Diff(before, after)
	for i, change := range changes {
		if i == mostChanges {
			lines = append(lines, fmt.Sprintf("And %d more changes, as the protocol's page shows them.", len(changes)-i))
			break
		}
		lines = append(lines, fmt.Sprintf("%s: %s", change.Group, change.Sentence))
	}
	return lines
}

// Changes is the difference of a version from the one that is effective, in
// words and line by line; without an effective one there is nothing to compare
// it with, and ok is false.
func (l *Library) Changes(name string, version int) (words []protocol.Change, lines []protocol.Line, ok bool) {
	v, found := l.Find(name, version)
	e, there := l.Effective(name)
	if !found || !there || e.Protocol.Version == version {
		return nil, nil, false
	}
	return protocol.Diff(e.Protocol, v.Protocol), protocol.Lines(e.Protocol.Text, v.Protocol.Text), true
}
