package protocol

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxProblems bounds how many problems one text is told.
const maxProblems = 200

// Problem is one thing wrong with a protocol's text.
type Problem struct {
	File         string
	Line, Column int    // from 1; the column counts characters
	Message      string // what is wrong
	Hint         string // what may help, or ""
	Source       string // the line as it stands
}

// String shows the problem as a compiler does: place, message, the line, a
// caret below the place, the hint.
func (p Problem) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: %s\n", p.File, p.Line, p.Column, p.Message)
	if p.Source != "" {
		number := strconv.Itoa(p.Line)
		fmt.Fprintf(&b, "  %s | %s\n", number, visible(p.Source))
		fmt.Fprintf(&b, "  %s | %s^\n", strings.Repeat(" ", len(number)), strings.Repeat(" ", max(p.Column-1, 0)))
	}
	if p.Hint != "" {
		fmt.Fprintf(&b, "  hint: %s\n", p.Hint)
	}
	return b.String()
}

// visible makes a line safe for a terminal, character by character.
func visible(line string) string {
	runes := []rune(line)
	if len(runes) > 300 {
		runes = append(runes[:300], '…')
	}
	for i, r := range runes {
		if r == '\t' {
			runes[i] = ' '
		} else if hidden(r) {
			runes[i] = '\uFFFD'
		}
	}
	return string(runes)
}

// Problems is everything wrong with a text, in its order.
type Problems []Problem

// Error makes Problems an error: every problem as String gives it.
func (ps Problems) Error() string {
	var b strings.Builder
	for _, p := range ps {
		b.WriteString(p.String())
	}
	return b.String()
}

// sorted puts problems into the text's order and drops repeats.
func (ps Problems) sorted() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	ps = slices.Compact(ps)
	if len(ps) > maxProblems {
		ps = ps[:maxProblems]
	}
	return ps
}
