package protocol

import "go.yaml.in/yaml/v3"

// placed is every comment at what it belongs to. An empty line among them
// keeps two remarks apart, as their author did.
type placed struct {
	*remarks
	top  []string                // before everything: the file's own
	head map[*yaml.Node][]string // above an entry
	tail map[*yaml.Node][]string // behind an entry
	foot map[*yaml.Node][]string // at the end of a list or map
	open map[*yaml.Node]bool     // lists and maps in brackets with a comment inside
	last struct {                // the comment behind a value that was placed last
		entry *yaml.Node
		at    Pos
	}
}

// placing decides where each comment belongs: behind a value to that value; on
// a line of its own to what follows, unless its indentation says that it ends
// the list or map before.
func placing(f *remarks) *placed {
	p := &placed{
		remarks: f,
		head:    map[*yaml.Node][]string{}, tail: map[*yaml.Node][]string{}, foot: map[*yaml.Node][]string{}, open: map[*yaml.Node]bool{},
	}
	header := f.header()
	for i, one := range f.list {
		switch {
		case i < header:
			p.top = spaced(p.top, one)
		case !one.own && one.next > 0:
			p.behind(one, p.entryBefore(one))
		case p.last.entry != nil && one.at.Line == p.last.at.Line+1 && one.at.Column == p.last.at.Column:
			p.behind(one, p.last.entry) // it goes on, one line further down
		case one.round != nil:
			p.within(one)
		default:
			p.between(one)
		}
	}
	return p
}

// header counts the comments that are the file's own: those before everything
// else, as far as a blank line sets them off from the first name.
func (f *remarks) header() int {
	count, setOff := 0, 0
	for count < len(f.list) && f.list[count].next == 0 {
		if count++; f.list[count-1].gap {
			setOff = count
		}
	}
	if setOff == 0 || len(f.marks) == 0 || f.marks[0].starts == nil {
		return count
	}
	return setOff
}

func spaced(lines []string, one remark) []string {
	lines = append(lines, one.text)
	if one.gap {
		lines = append(lines, "")
	}
	return lines
}

// behind places a comment behind an entry.
func (p *placed) behind(one remark, entry *yaml.Node) {
	if entry == nil {
		p.top = spaced(p.top, one)
		return
	}
	p.tail[entry] = append(p.tail[entry], one.text)
	p.last.entry, p.last.at = entry, one.at
	p.unfold(p.holder[entry])
}

// entryBefore gives the innermost entry that a comment stands behind. What is
// inside closed brackets is over.
func (p *placed) entryBefore(one remark) *yaml.Node {
	entry := p.marks[one.next-1].entry
	for entry != nil && inBrackets(p.holder[entry]) && p.holder[entry] != one.round {
		entry = p.owner[p.holder[entry]]
	}
	return entry
}

// unfold remembers that brackets hold a comment, which needs a line's end.
func (p *placed) unfold(n *yaml.Node) {
	for inBrackets(n) {
		p.open[n] = true
		n = p.holder[p.owner[n]]
	}
}

// within places a comment on a line of its own inside brackets.
func (p *placed) within(one remark) {
	switch {
	case len(one.round.Content) == 0:
		p.behind(one, p.owner[one.round])
	case p.closed[one.round] == one.next:
		p.foot[one.round] = spaced(p.foot[one.round], one)
		p.unfold(one.round)
	default:
		entry := p.following(one)
		p.head[entry] = spaced(p.head[entry], one)
		p.unfold(p.holder[entry])
	}
}

// following gives the entry that comes after a comment, or whose value does.
func (p *placed) following(one remark) *yaml.Node {
	m := p.marks[one.next]
	if m.starts != nil {
		return m.starts
	}
	return m.entry
}

// between places a comment on a line of its own outside all brackets.
func (p *placed) between(one remark) {
	ended := p.root
	if one.next > 0 {
		ended = p.ended(one)
	}
	if one.next < len(p.marks) {
		entry := p.following(one)
		if holder := p.holder[entry]; p.marks[one.next].starts == nil || one.at.Column <= holder.Column || p.inside(holder, ended) {
			p.head[entry] = spaced(p.head[entry], one)
			return
		}
	}
	p.foot[ended] = spaced(p.foot[ended], one)
}

// ended gives the innermost list or map before a comment that is indented no
// further than the comment.
func (p *placed) ended(one remark) *yaml.Node {
	n := p.holder[p.marks[one.next-1].entry]
	for n != nil && n != p.root && (inBrackets(n) || n.Column > one.at.Column) {
		n = p.holder[p.owner[n]]
	}
	if n == nil {
		return p.root
	}
	return n
}

// inside says that a list or map is another one, or inside it.
func (p *placed) inside(n, other *yaml.Node) bool {
	for ; n != nil; n = p.holder[p.owner[n]] {
		if n == other {
			return true
		}
	}
	return false
}
