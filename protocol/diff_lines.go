package protocol

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// around is how many unchanged lines stand around changed ones.
const around = 3

// line is one line of a comparison: kept (' '), taken out ('-') or put in ('+').
type line struct {
	mark byte
	text string
}

// Line is one line of two texts compared: kept (" "), taken out ("-") or put in
// ("+").
type Line struct{ Mark, Text string }

// Lines compares two texts line by line.
func Lines(old, new []byte) []Line {
	var lines []Line
	for _, l := range compareLines(splitLines(old), splitLines(new)) {
		lines = append(lines, Line{Mark: string(l.mark), Text: strings.TrimSuffix(l.text, "\n")})
	}
	return lines
}

// WriteLines writes two texts' differences line by line, as a unified diff; it
// writes nothing when they are the same. Lines that stand once in both texts
// are its anchors, so that even long texts take little time and memory.
func WriteLines(w io.Writer, oldName, newName string, old, new []byte) {
	lines := compareLines(splitLines(old), splitLines(new))
	changed := func(l line) bool { return l.mark != ' ' }
	if !slices.ContainsFunc(lines, changed) {
		return
	}
	fmt.Fprintf(w, "--- %s\n+++ %s\n", oldName, newName)
	oldAt, newAt, done := 1, 1, 0
	for {
		next := slices.IndexFunc(lines[done:], changed)
		if next < 0 {
			return
		}
		start := max(done+next-around, done)
		oldAt, newAt = oldAt+start-done, newAt+start-done // what lies between is in both
		done = hunkEnd(lines, done+next)
		oldAt, newAt = writeHunk(w, lines[start:done], oldAt, newAt)
	}
}

// hunkEnd finds where a run of changes with its surroundings ends.
func hunkEnd(lines []line, from int) int {
	kept := 0
	for i := from; i < len(lines); i++ {
		if lines[i].mark != ' ' {
			kept = 0
			continue
		}
		if kept++; kept > 2*around {
			return i + 1 - kept + around
		}
	}
	return len(lines) - max(kept-around, 0)
}

// writeHunk writes one run of changes and gives the line numbers after it.
func writeHunk(w io.Writer, lines []line, oldAt, newAt int) (oldNext, newNext int) {
	var olds, news int
	for _, l := range lines {
		if l.mark != '+' {
			olds++
		}
		if l.mark != '-' {
			news++
		}
	}
	fmt.Fprintf(w, "@@ -%s +%s @@\n", lineRange(oldAt, olds), lineRange(newAt, news))
	for _, l := range lines {
		text, ended := strings.CutSuffix(l.text, "\n")
		fmt.Fprintf(w, "%c%s\n", l.mark, safe(text))
		if !ended {
			fmt.Fprintln(w, `\ No newline at end of file`)
		}
	}
	return oldAt + olds, newAt + news
}

// lineRange is a run of lines as a unified diff writes it; one without lines is
// named by the line before it.
func lineRange(at, lines int) string {
	switch lines {
	case 0:
		return fmt.Sprintf("%d,0", at-1)
	case 1:
		return fmt.Sprintf("%d", at)
	}
	return fmt.Sprintf("%d,%d", at, lines)
}

// safe shows a whole line on a terminal; a hidden character becomes visible.
func safe(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\t' && hidden(r) {
			return '\uFFFD'
		}
		return r
	}, text)
}

// splitLines keeps each line's end, so that a missing one at the end shows.
func splitLines(text []byte) []string {
	lines := strings.SplitAfter(string(text), "\n")
	if last := len(lines) - 1; lines[last] == "" {
		lines = lines[:last]
	}
	return lines
}

// compareLines finds a way from one text to the other: from each anchor it
// widens what is the same, and what lies between was taken out and put in.
func compareLines(old, new []string) []line {
	var lines []line
	i, j := 0, 0
	same := func() {
		for ; i < len(old) && j < len(new) && old[i] == new[j]; i, j = i+1, j+1 {
			lines = append(lines, line{' ', old[i]})
		}
	}
	same()
	for _, at := range append(anchors(old, new), [2]int{len(old), len(new)}) {
		a, b := at[0], at[1]
		if a < i || b < j {
			continue // lies in what is already known to be the same
		}
		for a > i && b > j && old[a-1] == new[b-1] {
			a, b = a-1, b-1
		}
		for ; i < a; i++ {
			lines = append(lines, line{'-', old[i]})
		}
		for ; j < b; j++ {
			lines = append(lines, line{'+', new[j]})
		}
		same()
	}
	return lines
}

// anchors pairs the lines that stand once in each text and kept their order.
func anchors(old, new []string) [][2]int {
	type count struct{ olds, news, old int }
	counts := map[string]*count{}
	of := func(text string) *count {
		if counts[text] == nil {
			counts[text] = &count{}
		}
		return counts[text]
	}
	for i, text := range old {
		c := of(text)
		c.olds, c.old = c.olds+1, i
	}
	for _, text := range new {
		of(text).news++
	}
	var pairs [][2]int
	var places []int
	for j, text := range new {
		if c := counts[text]; c.olds == 1 && c.news == 1 {
			pairs = append(pairs, [2]int{c.old, j})
			places = append(places, c.old)
		}
	}
	kept := make([][2]int, 0, len(pairs))
	for _, i := range rising(places) {
		kept = append(kept, pairs[i])
	}
	return kept
}
