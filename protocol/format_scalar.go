package protocol

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// formatWidth is how long a line may be, in characters.
const formatWidth = 120

// where a scalar is written decides what it may look like without quotes. Each
// is a text in which a plain scalar can be tried.
type where string

const (
	asValue   where = "k: %s\n"
	asElement where = "- %s\n"
	asKey     where = "%s: x\n"
	inList    where = "[%s, x]\n"
	inMap     where = "{k: %s, x: x}\n"
	asMapKey  where = "{%s: x}\n"
)

// scalarText writes a scalar on one line, in quotes only where YAML needs
// them, or where an empty value would otherwise come of a word.
func scalarText(n *yaml.Node, place where) string {
	unquoted := !quoted(n) || !blank(&yaml.Node{Value: n.Value}) && n.Value != "<<"
	if unquoted && (n.Value == "" && place != asKey && place != asMapKey || readsPlain(n.Value, place)) {
		return n.Value
	}
	return quote(n.Value)
}

// readsPlain says that a value reads the same without quotes. YAML itself is
// asked wherever the answer is not plain to see.
func readsPlain(value string, place where) bool {
	if value == "" || strings.ContainsFunc(value, func(c rune) bool { return c == '\n' || hidden(c) }) {
		return false
	}
	if simple(value) {
		return true
	}
	var document yaml.Node
	if err := yaml.Unmarshal(fmt.Appendf(nil, string(place), value), &document); err != nil || len(document.Content) != 1 {
		return false
	}
	root, at, many := document.Content[0], 0, 2
	switch place {
	case asValue:
		at = 1
	case asElement:
		many = 1
	case inMap:
		at, many = 1, 4
	}
	if len(root.Content) != many {
		return false
	}
	read := root.Content[at]
	return read.Kind == yaml.ScalarNode && read.Style == 0 && read.Value == value
}

// simple says that a value is words without any sign that means something to
// YAML.
func simple(value string) bool {
	for i, c := range value {
		word := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !word && (i == 0 || i == len(value)-1 || !strings.ContainsRune(" ./*+()_-", c)) {
			return false
		}
	}
	return true
}

// quote writes a value in quotes, with a backslash before what cannot stand
// there.
func quote(value string) string {
	awkward := func(c rune) bool { return hidden(c) || c == '\t' }
	if strings.ContainsAny(value, `"\`) && !strings.Contains(value, "'") && !strings.ContainsFunc(value, awkward) {
		return "'" + value + "'"
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range value {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteRune(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\t':
			b.WriteString(`\t`)
		case hidden(c) && c > 0xFFFF:
			fmt.Fprintf(&b, `\U%08X`, c)
		case hidden(c):
			fmt.Fprintf(&b, `\u%04X`, c)
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// blockText writes a value in lines behind | or >, and gives the lines; the
// first is the sign. It is for values with several lines, and for those that
// stood so and would otherwise need quotes.
func blockText(n *yaml.Node, width int) ([]string, bool) {
	block := n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0
	several := strings.Contains(n.Value, "\n")
	if !several && (!block || readsPlain(n.Value, asValue)) || quoted(n) && blank(&yaml.Node{Value: n.Value}) {
		return nil, false
	}
	body, ends := strings.CutSuffix(n.Value, "\n")
	sign := "-"
	if ends {
		sign = ""
	}
	lines := append([]string{"|" + sign}, strings.Split(body, "\n")...)
	if n.Style&yaml.FoldedStyle != 0 {
		if folded := append([]string{">" + sign}, paragraphs(body, width)...); readsAs(folded, n.Value) {
			return folded, true
		}
	}
	return lines, readsAs(lines, n.Value)
}

// paragraphs folds the lines of a text. In folded text one more line's end
// stands for those that are meant.
func paragraphs(body string, width int) []string {
	var lines []string
	ended := false
	for line := range strings.SplitSeq(body, "\n") {
		if line != "" && ended {
			lines = append(lines, "")
		}
		ended = ended || line != ""
		lines = append(lines, foldedText(line, width, width)...)
	}
	return lines
}

// readsAs says that lines behind a sign give the value, with whatever follows
// them.
func readsAs(lines []string, value string) bool {
	for _, line := range lines {
		if strings.ContainsFunc(line, func(c rune) bool { return c != '\t' && hidden(c) }) {
			return false
		}
	}
	var text bytes.Buffer
	text.WriteString("k: " + lines[0] + "\n")
	for _, line := range lines[1:] {
		text.WriteString(strings.TrimRight("  "+line, " ") + "\n")
	}
	text.WriteString("\n# end\nl: x\n")
	var read yaml.Node
	if err := yaml.Unmarshal(text.Bytes(), &read); err != nil || len(read.Content) != 1 || len(read.Content[0].Content) != 4 {
		return false
	}
	return read.Content[0].Content[1].Value == value
}

// foldedText folds a text at single spaces, so that each reads as the line's end
// that takes its place. A line begins with a letter or a digit, and with
// nothing that YAML could take for something else.
func foldedText(text string, first, rest int) []string {
	var lines []string
	for room := first; utf8.RuneCountInString(text) > room; room = rest {
		at := foldAt(text, room)
		if at < 0 {
			break
		}
		lines = append(lines, text[:at])
		text = text[at+1:]
	}
	return append(lines, text)
}

// foldAt finds the last place at which a line of so many characters can end,
// or else the first one after; -1 when there is none.
func foldAt(text string, room int) int {
	best, count := -1, 0
	for i, c := range text {
		if c == ' ' && i > 0 && !strings.ContainsRune(" \t\\", rune(text[i-1])) {
			next, _ := utf8.DecodeRuneInString(text[i+1:])
			if unicode.IsLetter(next) || unicode.IsDigit(next) {
				if count > room && best >= 0 {
					return best
				}
				best = i
			}
		}
		if count++; count > room && best >= 0 {
			return best
		}
	}
	return best
}
