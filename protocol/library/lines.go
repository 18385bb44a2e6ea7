package library

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"countersign/identity"
	"countersign/protocol"
)

// Lines is the signing sheet of a command, in plain words. It follows from
// the library, the command, who signs and the instant; zone is the site's, for
// the instants that are named.
func Lines(l *Library, c Command, who identity.Person, now time.Time, zone *time.Location) ([]string, error) {
	name, version, err := Subject(c)
	if err != nil {
		return nil, err
	}
	var p *protocol.Protocol
	if submit, ok := c.(Submit); ok {
		p, _ = protocol.Parse("protocol", []byte(submit.Text))
	} else {
		v, ok := l.Find(name, version)
		if !ok {
			return nil, refuse("no_such_version", "The library has no such version.")
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
	if _, ok := c.(Acknowledge); ok {
		return append(lines, l.newTo(p, who, now, zone)...), nil
	}
	at := now
	effect, ok := c.(MakeEffective)
	if ok && !effect.From.IsZero() {
		at = effect.From
	}
	before, ok := l.Effective(name, at)
	if ok && before.Protocol.Version != version {
		lines = append(lines, changed(before.Protocol, p, "which is effective")...)
	} else if !ok {
		lines = append(lines, "No version of it is effective yet.")
	}
	lines = append(lines, declared(c, before, zone))
	return append(lines, l.siteLines(c, name, version)...), nil
}

// declared is what the signer says, in one line. Before is the version that
// the act's own would supersede; nil when there is none.
func declared(c Command, before *Version, zone *time.Location) string {
	switch c := c.(type) {
	case Submit:
		return "I wrote this version and submit it as a draft."
	case Review:
		return "I have read this version, did not write it, and find it fit to be approved."
	case Approve:
		return "I have read this version, neither wrote nor reviewed it, and approve it for quality."
	case MakeEffective:
		line := "It takes effect now"
		switch {
		case !c.From.IsZero() && before != nil:
			return fmt.Sprintf("It takes effect on %s. Until then %s stays effective, and is superseded by it at that instant.", moment(c.From, zone), before.Protocol.ID())
		case !c.From.IsZero():
			return fmt.Sprintf("It takes effect on %s, and not before.", moment(c.From, zone))
		case before != nil:
			line += " and supersedes " + before.Protocol.ID()
		}
		return line + "."
	case Withdraw:
		return "It is withdrawn for good. Reason: " + strings.TrimSpace(c.Reason)
	}
	return ""
}

// moment is an instant in site time with its zone (NUM-08).
func moment(t time.Time, zone *time.Location) string {
	return t.In(zone).Format("Monday 02 Jan 2006 15:04:05 MST")
}

// newTo says on a sheet what a version is and what is new in it for a reader:
// against the version that they acknowledged last (CTL-14).
func (l *Library) newTo(p *protocol.Protocol, who identity.Person, now time.Time, zone *time.Location) []string {
	var lines []string
	if v, ok := l.Find(p.Name, p.Version); ok && v.Coming(now) {
		lines = append(lines, fmt.Sprintf("It takes effect on %s.", moment(v.From, zone)))
	}
	last := who.LastRead(p.Name, p.Version)
	before, ok := l.Find(p.Name, last)
	if !ok {
		return append(lines, "You have acknowledged no earlier version of it: all of it is new to you.", "I have read version "+strconv.Itoa(p.Version)+".")
	}
	lines = append(lines, changed(before.Protocol, p, "which you acknowledged last")...)
	return append(lines, "I have read version "+strconv.Itoa(p.Version)+" and what changed.")
}

// mostChanges bounds the changes on a sheet; more are counted.
const mostChanges = 100

// changed says on a sheet what a version changes, so that nobody approves what
// they did not see (MBR-01).
func changed(before, after *protocol.Protocol, why string) []string {
	added, removed := 0, 0
	for _, line := range protocol.Lines(before.Text, after.Text) {
		switch line.Mark {
		case "+":
			added++
		case "-":
			removed++
		}
	}
	lines := []string{fmt.Sprintf("Against %s, %s: lines added %d, lines taken out %d", before.ID(), why, added, removed)}
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

// Changes is the difference of a version from the one that is effective at an
// instant, in words and line by line; without an effective one there is nothing
// to compare it with, and ok is false.
func (l *Library) Changes(name string, version int, at time.Time) (words []protocol.Change, lines []protocol.Line, ok bool) {
	v, found := l.Find(name, version)
	e, there := l.Effective(name, at)
	if !found || !there || e.Protocol.Version == version {
		return nil, nil, false
	}
	return protocol.Diff(e.Protocol, v.Protocol), protocol.Lines(e.Protocol.Text, v.Protocol.Text), true
}
