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
	before, ok := l.Effective(name)
	if ok && before.Protocol.Version != version {
		added, removed := 0, 0
		for _, line := range Diff(string(before.Protocol.Text), string(p.Text)) {
			switch line.Mark {
			case Added:
				added++
			case Removed:
				removed++
			}
		}
		lines = append(lines, fmt.Sprintf("Against %s, which is effective: lines added %d, lines taken out %d", before.Protocol.ID(), added, removed))
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
	return lines, nil
}

// Mark says how a line stands in a difference.
type Mark string

// The marks.
const (
	Kept    Mark = " "
	Added   Mark = "+"
	Removed Mark = "-"
)

// Line is one line of a difference between two texts.
type Line struct {
	Mark Mark
	Text string
	Old  int // line number in the old text; 0 for an added line
	New  int // line number in the new text; 0 for a removed line
}

// Changes is the difference of a version from the one that is effective, line
// by line; without an effective one every line is added.
func (l *Library) Changes(name string, version int) ([]Line, bool) {
	v, ok := l.Find(name, version)
	if !ok {
		return nil, false
	}
	before := ""
	if e, there := l.Effective(name); there && e.Protocol.Version != version {
		before = string(e.Protocol.Text)
	}
	return Diff(before, string(v.Protocol.Text)), true
}

// maxTable bounds the comparison: beyond it the middle of the two texts is
// shown as replaced.
const maxTable = 4_000_000

// Diff compares two texts line by line by their longest common subsequence.
func Diff(before, after string) []Line {
	a, b := split(before), split(after)
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	out := make([]Line, 0, len(a)+len(b))
	for i := range head {
		out = append(out, Line{Mark: Kept, Text: a[i], Old: i + 1, New: i + 1})
	}
	out = append(out, middle(a[head:len(a)-tail], b[head:len(b)-tail], head)...)
	for i := range tail {
		x, y := len(a)-tail+i, len(b)-tail+i
		out = append(out, Line{Mark: Kept, Text: a[x], Old: x + 1, New: y + 1})
	}
	return out
}

func split(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

func middle(a, b []string, offset int) []Line {
	var out []Line
	i, j := 0, 0
	removed := func() { out = append(out, Line{Mark: Removed, Text: a[i], Old: offset + i + 1}); i++ }
	added := func() { out = append(out, Line{Mark: Added, Text: b[j], New: offset + j + 1}); j++ }
	if len(a)*len(b) <= maxTable {
		// common[i][j] is the length of the longest common subsequence of a[i:] and b[j:].
		common := make([][]int32, len(a)+1)
		for x := range common {
			common[x] = make([]int32, len(b)+1)
		}
		for x := len(a) - 1; x >= 0; x-- {
			for y := len(b) - 1; y >= 0; y-- {
				if a[x] == b[y] {
					common[x][y] = common[x+1][y+1] + 1
				} else {
					common[x][y] = max(common[x+1][y], common[x][y+1])
				}
			}
		}
		for i < len(a) && j < len(b) {
			switch {
			case a[i] == b[j]:
				out = append(out, Line{Mark: Kept, Text: a[i], Old: offset + i + 1, New: offset + j + 1})
				i, j = i+1, j+1
			case common[i+1][j] >= common[i][j+1]:
				removed()
			default:
				added()
			}
		}
	}
	for i < len(a) {
		removed()
	}
	for j < len(b) {
		added()
	}
	return out
}
