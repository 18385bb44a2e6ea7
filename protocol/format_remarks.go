package protocol

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// The comments are read from the text and not taken from the nodes: YAML's
// library drops some, as between the elements of a list in brackets, and a
// lost remark can be the one that mattered.

// mark is a place in the text where a scalar, or a list or map in brackets,
// begins. An entry is a name with its value, known by the name's node, or an
// element of a list, known by the element's.
type mark struct {
	node   *yaml.Node
	entry  *yaml.Node // the innermost entry that it belongs to
	starts *yaml.Node // the outermost entry that begins with it, if one does
}

// empty says that nothing is written where a value could be.
func (m mark) empty() bool {
	return m.node.Kind == yaml.ScalarNode && m.node.Value == "" && m.node.Style == 0
}

// remark is a comment of the text.
type remark struct {
	text  string
	at    Pos
	own   bool       // nothing stands before it on its line
	gap   bool       // a blank line follows
	next  int        // the first mark behind it
	round *yaml.Node // the innermost list or map in brackets round it
}

// remarks is every comment of a text and what they can belong to.
type remarks struct {
	root   *yaml.Node
	marks  []mark
	holder map[*yaml.Node]*yaml.Node // an entry's list or map
	owner  map[*yaml.Node]*yaml.Node // a list's or map's entry
	closed map[*yaml.Node]int        // the first mark behind the closing bracket
	list   []remark
}

func (f *remarks) sorted() []string {
	var texts []string
	for _, one := range f.list {
		texts = append(texts, one.text)
	}
	slices.Sort(texts)
	return texts
}

// remarks finds the comments of the text that was loaded.
func (r *reader) remarks(root *yaml.Node) *remarks {
	f := &remarks{
		root:   root,
		holder: map[*yaml.Node]*yaml.Node{}, owner: map[*yaml.Node]*yaml.Node{}, closed: map[*yaml.Node]int{},
	}
	f.walk(root, nil, nil)
	s := &remarkScanner{reader: r, f: f}
	for _, line := range r.lines {
		s.text = append(s.text, []rune(line))
	}
	if len(s.text[0]) > 0 && s.text[0][0] == '\uFEFF' {
		s.text[0] = s.text[0][1:] // YAML does not count it
	}
	if !s.scan() && len(r.list) == 0 {
		r.fail(root, "", "the comments of this text cannot be told from its values with certainty")
	}
	return f
}

// walk notes the marks in the text's order.
func (f *remarks) walk(n, entry, starts *yaml.Node) {
	if n.Kind == yaml.ScalarNode || inBrackets(n) {
		f.marks = append(f.marks, mark{node: n, entry: entry, starts: starts})
	}
	if n.Kind == yaml.ScalarNode {
		return
	}
	f.owner[n] = entry
	for i, child := range n.Content {
		value := n.Kind == yaml.MappingNode && i%2 == 1
		inner := child
		if value {
			inner = n.Content[i-1]
		}
		f.holder[inner] = n
		switch {
		case value:
			f.walk(child, inner, nil)
		case i == 0 && starts != nil && !inBrackets(n):
			f.walk(child, inner, starts)
		default:
			f.walk(child, inner, inner)
		}
	}
}

// remarkScanner goes through the text, over every scalar, so that a # which
// it meets begins a comment.
type remarkScanner struct {
	*reader
	f     *remarks
	text  [][]rune
	line  int // from 0, as is the column
	col   int
	next  int
	round []*yaml.Node
}

// scan says whether every scalar was found where its node says it stands.
func (s *remarkScanner) scan() bool {
	for s.line < len(s.text) {
		if !s.overMarks() {
			return false
		}
		if s.line >= len(s.text) {
			break
		}
		row := s.text[s.line]
		if s.col >= len(row) {
			s.line, s.col = s.line+1, 0
			continue
		}
		switch c := row[s.col]; {
		case c == '#':
			s.note(string(row[s.col:]))
			s.line, s.col = s.line+1, 0
			continue
		case (c == '[' || c == '{') && s.opened() != nil:
			s.round = append(s.round, s.opened())
		case (c == ']' || c == '}') && len(s.round) > 0:
			last := len(s.round) - 1
			s.f.closed[s.round[last]] = s.next
			s.round = s.round[:last]
		}
		s.col++
	}
	for _, m := range s.f.marks[s.next:] {
		if !m.empty() {
			return false
		}
	}
	return true
}

// opened gives the list or map whose bracket stands here. In [a: b] the map
// has none.
func (s *remarkScanner) opened() *yaml.Node {
	for i := s.next - 1; i >= 0 && s.reached(i) == 0; i-- {
		if n := s.f.marks[i].node; inBrackets(n) && (n.Kind == yaml.SequenceNode) == (s.text[s.line][s.col] == '[') {
			return n
		}
	}
	return nil
}

// reached compares where the scanner is with a mark's place.
func (s *remarkScanner) reached(i int) int {
	n := s.f.marks[i].node
	if s.line+1 != n.Line {
		return s.line + 1 - n.Line
	}
	return s.col + 1 - n.Column
}

// overMarks goes over the scalars that begin here.
func (s *remarkScanner) overMarks() bool {
	for s.next < len(s.f.marks) && s.line < len(s.text) && s.reached(s.next) >= 0 {
		m := s.f.marks[s.next]
		s.next++
		switch n := m.node; {
		case n.Kind != yaml.ScalarNode || m.empty():
		case s.reached(s.next-1) != 0:
			return false
		case s.text[s.line][s.col] == '!': // the one tag that leaves no trace in its node
			s.fail(n, "take it out", "tags (!) are not used in a protocol")
			return false
		case quoted(n):
			if !s.overQuotes() {
				return false
			}
		case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
			s.overBlock(s.f.holder[m.entry])
		case !s.overPlain(n.Value):
			return false
		}
	}
	return true
}

// overPlain goes over a plain scalar, which may be folded: its characters
// stand there in order, whatever blanks lie between.
func (s *remarkScanner) overPlain(value string) bool {
	for _, want := range value {
		if want == ' ' || want == '\t' || want == '\n' {
			continue
		}
		for s.line < len(s.text) && (s.col >= len(s.text[s.line]) || strings.ContainsRune(" \t", s.text[s.line][s.col])) {
			if s.col++; s.col >= len(s.text[s.line]) {
				s.line, s.col = s.line+1, 0
			}
		}
		if s.line >= len(s.text) || s.text[s.line][s.col] != want {
			return false
		}
		s.col++
	}
	s.cutShort()
	return true
}

// cutShort refuses a comment that stands too near behind a plain value, as cut
// does: with two spaces before it, the shortened value would pass for whole.
func (s *remarkScanner) cutShort() {
	row, at := s.text[s.line], s.col
	for at < len(row) && (row[at] == ' ' || row[at] == '\t') {
		at++
	}
	if at == s.col || at == len(row) || row[at] != '#' || string(row[at-2:at]) == "  " {
		return
	}
	s.failAt(Pos{Line: s.line + 1, Column: at + 1},
		"put the value in quotes; or put the comment two spaces away", "the value ends before #")
}

// overQuotes goes behind the closing quote.
func (s *remarkScanner) overQuotes() bool {
	mark := s.text[s.line][s.col]
	for s.col++; s.line < len(s.text); s.line, s.col = s.line+1, 0 {
		for row := s.text[s.line]; s.col < len(row); s.col++ {
			switch {
			case mark == '"' && row[s.col] == '\\',
				mark == '\'' && row[s.col] == mark && s.col+1 < len(row) && row[s.col+1] == mark:
				s.col++
			case row[s.col] == mark:
				s.col++
				return true
			}
		}
	}
	return false
}

// overBlock goes over text behind | or >, which a # does not end. What it is
// indented by, the text itself says, or a digit.
func (s *remarkScanner) overBlock(holder *yaml.Node) {
	least, fixed := max(holder.Column, 1), 0
	row := s.text[s.line]
	for ; s.col < len(row) && row[s.col] != '#'; s.col++ {
		if c := row[s.col]; c >= '1' && c <= '9' {
			fixed = holder.Column - 1 + int(c-'0')
		}
	}
	if s.col < len(row) {
		s.note(string(row[s.col:]))
	}
	indent := fixed
	for s.line, s.col = s.line+1, 0; s.line < len(s.text); s.line++ {
		line := string(s.text[s.line])
		spaces := len(line) - len(strings.TrimLeft(line, " "))
		if fixed == 0 {
			indent = max(indent, spaces, least)
		}
		if spaces == len(line) {
			continue
		}
		if spaces < indent {
			return
		}
		fixed = indent
	}
}

// note keeps a comment.
func (s *remarkScanner) note(text string) {
	before := strings.TrimSpace(string(s.text[s.line][:s.col]))
	one := remark{
		text: strings.TrimRight(text, " \t"),
		at:   Pos{Line: s.line + 1, Column: s.col + 1},
		own:  before == "" || before == "---" || before == "...",
		next: s.next,
	}
	if below := s.line + 1; below < len(s.text)-1 {
		one.gap = strings.TrimSpace(string(s.text[below])) == ""
	}
	if len(s.round) > 0 {
		one.round = s.round[len(s.round)-1]
	}
	s.f.list = append(s.f.list, one)
}
