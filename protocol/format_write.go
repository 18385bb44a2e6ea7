package protocol

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// writer writes a text with its comments in the canonical layout.
type writer struct {
	*placed
	out strings.Builder
	// dashes begin the next line: a list's element, or a list's element's.
	dashes string
	flows  map[*yaml.Node]string
}

// line writes one line. An empty one is not indented.
func (w *writer) line(indent int, text string) {
	switch {
	case w.dashes != "":
		w.out.WriteString(w.dashes)
	case text != "":
		w.out.WriteString(strings.Repeat(" ", indent))
	}
	w.dashes = ""
	w.out.WriteString(text + "\n")
}

func (w *writer) lines(indent int, lines []string) {
	for _, line := range lines {
		w.line(indent, line)
	}
}

func (w *writer) document(root *yaml.Node) {
	w.lines(0, w.top)
	if len(root.Content) == 0 {
		w.line(0, "{}")
		return
	}
	pairs := wholeShape().ordered(root)
	for i, one := range pairs {
		if i > 0 && (one.value.Kind != yaml.ScalarNode || pairs[i-1].value.Kind != yaml.ScalarNode) {
			w.line(0, "")
		}
		w.pair(one, wholeShape(), 0, true)
	}
	if foot := w.foot[root]; len(foot) > 0 {
		w.line(0, "")
		w.footOf(root, 0)
	}
}

// footOf writes the comments that end a list or map.
func (w *writer) footOf(n *yaml.Node, indent int) {
	foot := w.foot[n]
	for len(foot) > 0 && foot[len(foot)-1] == "" {
		foot = foot[:len(foot)-1]
	}
	w.lines(indent, foot)
}

// content writes a list or map in lines. The comments above its first entry
// stand there already when it begins behind a dash.
func (w *writer) content(n *yaml.Node, s *shape, indent int) {
	begun := w.dashes != ""
	if n.Kind == yaml.MappingNode {
		for i, one := range s.ordered(n) {
			w.pair(one, s, indent, i > 0 || !begun)
		}
	} else {
		for i, element := range n.Content {
			if i > 0 && s != nil && s.spaced {
				w.line(indent, "")
			}
			w.element(element, s, indent, i > 0 || !begun)
		}
	}
	w.footOf(n, indent)
}

// pair writes a name and its value.
func (w *writer) pair(one pair, s *shape, indent int, above bool) {
	key, under := scalarText(one.key, asKey)+":", s.under(one.key.Value)
	column := indent + utf8.RuneCountInString(key) + 1
	if above {
		w.lines(indent, w.above(one.key, one.value, under, column, false))
	}
	if w.inLines(one.value, under, column) {
		w.line(indent, key+w.behindOf(one.key, " "))
		w.content(one.value, under, indent+2)
		return
	}
	w.leaf(key, one.key, one.value, under, indent, asValue)
}

// element writes an element of a list.
func (w *writer) element(n *yaml.Node, s *shape, indent int, above bool) {
	under, column := s.element(), indent+2
	if above {
		w.lines(indent, w.above(n, n, under, column, true))
	}
	if !w.inLines(n, under, column) {
		w.leaf("-", n, n, under, indent, asElement)
		return
	}
	if w.dashes == "" {
		w.dashes = strings.Repeat(" ", indent)
	}
	w.dashes += "- "
	w.content(n, under, column)
}

// leaf writes what stands on its name's line, or begins there.
func (w *writer) leaf(lead string, entry, n *yaml.Node, s *shape, indent int, place where) {
	behind := w.behindOf(entry, "  ")
	if n.Kind != yaml.ScalarNode {
		w.line(indent, lead+" "+w.flowText(n, s)+behind)
		return
	}
	if lines, ok := blockText(n, formatWidth-indent-2); ok {
		w.line(indent, lead+" "+lines[0]+behind)
		w.lines(indent+2, lines[1:])
		return
	}
	text := scalarText(n, place)
	lines := []string{text}
	if text != "" {
		lead += " "
	}
	if s == nil || !s.oneLine {
		lines = foldedText(text, formatWidth-indent-utf8.RuneCountInString(lead), formatWidth-indent-2)
	}
	lines[len(lines)-1] += behind
	w.line(indent, lead+lines[0])
	w.lines(indent+2, lines[1:])
}

// above gives the comments above an entry. Those of the first entry inside go
// above the dash, since no line of theirs comes between it and them.
func (w *writer) above(entry, n *yaml.Node, s *shape, column int, element bool) []string {
	lines := append([]string{}, w.head[entry]...)
	inLines := w.inLines(n, s, column)
	if tail := w.tail[entry]; len(tail) > 1 || element && inLines {
		lines = append(lines, tail...)
	}
	switch {
	case !element || !inLines:
	case n.Kind == yaml.MappingNode:
		first := s.ordered(n)[0]
		under := s.under(first.key.Value)
		column += utf8.RuneCountInString(scalarText(first.key, asKey)) + 2
		lines = append(lines, w.above(first.key, first.value, under, column, false)...)
	default:
		lines = append(lines, w.above(n.Content[0], n.Content[0], s.element(), column+2, true)...)
	}
	return lines
}

// behindOf gives the comment behind an entry, where it has exactly one.
func (w *writer) behindOf(entry *yaml.Node, space string) string {
	if tail := w.tail[entry]; len(tail) == 1 {
		return space + tail[0]
	}
	return ""
}

// inLines says that a list or map is written in lines: it was, or a comment
// inside needs it, or it is too long for one.
func (w *writer) inLines(n *yaml.Node, s *shape, column int) bool {
	if n.Kind == yaml.ScalarNode || len(n.Content) == 0 {
		return false
	}
	return !inBrackets(n) || w.open[n] || column+utf8.RuneCountInString(w.flowText(n, s)) > formatWidth
}

// flowText writes a list or map in brackets. It is remembered, since each list
// and map round it asks again.
func (w *writer) flowText(n *yaml.Node, s *shape) string {
	if text, ok := w.flows[n]; ok {
		return text
	}
	var parts []string
	left, right := "[", "]"
	if n.Kind == yaml.SequenceNode {
		for _, element := range n.Content {
			parts = append(parts, w.flowPart(element, s.element(), inList))
		}
	} else {
		left, right = "{", "}"
		for _, one := range s.ordered(n) {
			part := scalarText(one.key, asMapKey)
			if value := w.flowPart(one.value, s.under(one.key.Value), inMap); value != "" {
				part += ": " + value
			}
			parts = append(parts, part)
		}
	}
	w.flows[n] = left + strings.Join(parts, ", ") + right
	return w.flows[n]
}

func (w *writer) flowPart(n *yaml.Node, s *shape, place where) string {
	if n.Kind == yaml.ScalarNode {
		return scalarText(n, place)
	}
	return w.flowText(n, s)
}
