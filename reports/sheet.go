package reports

import "strings"

// pt is a length in hundredths of a point. The layout is done in whole
// numbers, so that it comes out the same on every machine.
type pt int

// The page, A4 upright, and the frame in which a record is set.
const (
	pageWidth   pt = 59528
	pageHeight  pt = 84189
	marginLeft  pt = 4200
	marginRight pt = 4200
	bodyWidth      = pageWidth - marginLeft - marginRight
	bodyTop     pt = 7400
	bodyBottom  pt = 78200
	bodyHeight     = bodyBottom - bodyTop
)

// style is how a text is set.
type style struct {
	face   face
	size   pt
	struck bool // a line through it: what was here first
	lead   pt   // distance of two base lines; 0 for what suits the size
}

// The styles of a record.
var (
	plainStyle = style{face: regular, size: 850}
	boldStyle  = style{face: bold, size: 850}
	smallStyle = style{face: regular, size: 720}
	codeStyle  = style{face: mono, size: 650}
	oldStyle   = style{face: regular, size: 850, struck: true}
)

// leading is the distance of two base lines.
func (s style) leading() pt {
	if s.lead != 0 {
		return s.lead
	}
	return s.size * 128 / 100
}

// text is a piece of writing in one style; a line feed in it ends a line.
type text struct {
	style style
	text  string
}

// cell is the content of a box: texts below each other.
type cell []text

// line is one set line of a cell.
type line struct {
	style style
	text  string
}

// say is a cell in the plain style.
func say(s string) cell { return cell{{plainStyle, s}} }

// strong is a cell in bold.
func strong(s string) cell { return cell{{boldStyle, s}} }

// small is a cell in small type.
func small(s string) cell { return cell{{smallStyle, s}} }

// code is a cell in monospaced type.
func code(s string) cell { return cell{{codeStyle, s}} }

// wrap sets a cell into lines of at most the given width. Words that are
// longer than a line are broken where they must be; nothing is left out.
func (c cell) wrap(width pt) []line {
	var out []line
	for _, t := range c {
		for paragraph := range strings.SplitSeq(gate(t.text), "\n") {
			out = wrapParagraph(out, t.style, paragraph, width)
		}
	}
	return out
}

func wrapParagraph(out []line, s style, paragraph string, limit pt) []line {
	advance := faces().advance[s.face]
	units := int(limit) * unitsPerEm / int(s.size)
	start, used := 0, 0
	space, spaceUsed := -1, 0 // last place where the line can end, and the width up to after it
	for i, r := range paragraph {
		w := advance[r]
		if used+w > units && i > start && r != ' ' {
			if space > start {
				out = append(out, line{s, paragraph[start:space]})
				start, used = space+1, used-spaceUsed
			} else {
				out = append(out, line{s, paragraph[start:i]})
				start, used = i, 0
			}
			space = -1
			if used+w > units && i > start {
				out = append(out, line{s, paragraph[start:i]})
				start, used = i, 0
			}
		}
		used += w
		if r == ' ' {
			space, spaceUsed = i, used
		}
	}
	return append(out, line{s, paragraph[start:]})
}

// height is the height of some lines.
func height(lines []line) pt {
	var sum pt
	for _, l := range lines {
		sum += l.style.leading()
	}
	return sum
}

// mark is one thing drawn on a page.
type mark struct {
	kind       markKind
	x, y, w, h pt // of a text, x and y are the start of its base line
	style      style
	text       string
	width      pt      // of a line
	light      bool    // of a text: white letters, for a dark ground
	shape      *figure // of a shape
}

type markKind int

const (
	markText markKind = iota
	markLine
	markFill // a light ground
	markBox
	markShape   // of a picture
	markInside  // what follows is drawn inside a rectangle only,
	markOutside // up to here
)

// page is what is drawn on one page, in order.
type page struct{ marks []mark }

// sheet sets a document page after page. It is filled from top to bottom and
// drawn only when the number of pages is known: the PDF library's own way of
// writing "of y" would replace that text in people's comments too.
type sheet struct {
	pages    []*page
	y        pt
	sections []section
	held     held
}

// held is a heading, with what introduces it, that still waits for its first
// content; it moves to the next page together with that.
type held struct {
	on       bool
	marks    int // of the page, before the heading
	sections int // of the sheet, before the heading
	y        pt
}

// section is an entry of the outline.
type section struct {
	title string
	page  int // from 0
	y     pt
}

func newSheet() *sheet {
	s := &sheet{}
	s.turn()
	return s
}

// clear leaves one empty page.
func (s *sheet) clear() {
	s.pages, s.sections, s.held.on, s.y = s.pages[:1], nil, false, bodyTop
	s.pages[0].marks = s.pages[0].marks[:0]
}

func (s *sheet) turn() {
	s.pages = append(s.pages, &page{marks: make([]mark, 0, 320)})
	s.y = bodyTop
	s.held.on = false
}

// hold begins to hold a heading, unless a higher one is held already.
func (s *sheet) hold() {
	if !s.held.on {
		s.held = held{true, len(s.page().marks), len(s.sections), s.y}
	}
}

// turnHeld turns the page and takes the held heading along.
func (s *sheet) turnHeld() {
	from := s.held
	if !from.on || from.y == bodyTop {
		s.turn()
		return
	}
	last, used := s.page(), s.y-from.y
	moved := last.marks[from.marks:]
	last.marks = last.marks[:from.marks:from.marks]
	s.turn()
	for _, m := range moved {
		m.y += bodyTop - from.y
		s.page().marks = append(s.page().marks, m)
	}
	for i := from.sections; i < len(s.sections); i++ {
		s.sections[i].page, s.sections[i].y = len(s.pages)-1, s.sections[i].y+bodyTop-from.y
	}
	s.y = bodyTop + used
}

func (s *sheet) page() *page { return s.pages[len(s.pages)-1] }

func (s *sheet) room() pt { return bodyBottom - s.y }

// need turns the page unless that much height is left on it.
func (s *sheet) need(h pt) {
	if s.room() < h && s.y > bodyTop {
		s.turnHeld()
	}
}

// gap leaves white space, unless at the top of a page.
func (s *sheet) gap(h pt) {
	if s.y > bodyTop {
		s.y += h
	}
}

// print draws lines from the given corner.
func (p *page) print(lines []line, x, y pt) {
	for _, l := range lines {
		lead := l.style.leading()
		if l.text != "" {
			p.marks = append(p.marks, mark{kind: markText, x: x, y: y + lead*77/100, style: l.style, text: l.text})
			if l.style.struck {
				middle := y + lead*52/100
				p.marks = append(p.marks, mark{kind: markLine, x: x, y: middle, w: width(l.style.face, l.style.size, l.text), width: 60})
			}
		}
		y += lead
	}
}

// rule draws a level line.
func (p *page) rule(x, y, w, thickness pt) {
	p.marks = append(p.marks, mark{kind: markLine, x: x, y: y, w: w, width: thickness})
}

func (p *page) fill(x, y, w, h pt) {
	p.marks = append(p.marks, mark{kind: markFill, x: x, y: y, w: w, h: h})
}

func (p *page) box(x, y, w, h, thickness pt) {
	p.marks = append(p.marks, mark{kind: markBox, x: x, y: y, w: w, h: h, width: thickness})
}

// chapter begins a numbered part of the record; it stays with what follows.
func (s *sheet) chapter(title string) {
	s.gap(1300)
	s.need(6000)
	s.hold()
	s.sections = append(s.sections, section{gate(title), len(s.pages) - 1, s.y})
	lines := cell{{style{face: bold, size: 1250}, title}}.wrap(bodyWidth)
	s.page().print(lines, marginLeft, s.y)
	s.y += height(lines) + 150
	s.page().rule(marginLeft, s.y, bodyWidth, 100)
	s.y += 450
}

// heading begins a smaller part and keeps some height below it.
func (s *sheet) heading(title string, keep pt) {
	s.gap(700)
	lines := cell{{style{face: bold, size: 980}, title}}.wrap(bodyWidth)
	s.need(height(lines) + 200 + keep)
	s.hold()
	s.page().print(lines, marginLeft, s.y)
	s.y += height(lines) + 200
}

// write sets texts over the whole width, from page to page.
func (s *sheet) write(c cell) {
	s.introduce(c)
	s.held.on = false
}

// introduce is write for what stays with the heading above and waits with it
// for the first content.
func (s *sheet) introduce(c cell) {
	for _, l := range c.wrap(bodyWidth) {
		s.need(l.style.leading())
		s.page().print([]line{l}, marginLeft, s.y)
		s.y += l.style.leading()
	}
	s.y += 250
}

// frame sets texts into a box that is kept on one page where one page can
// hold it.
func (s *sheet) frame(c cell, thickness pt) {
	const pad pt = 450
	lines := c.wrap(bodyWidth - 2*pad)
	s.gap(150)
	for len(lines) > 0 {
		if h := height(lines) + 2*pad; h <= bodyHeight {
			s.need(h)
		}
		s.held.on = false
		n, used := fit(lines, s.room()-2*pad)
		if n == 0 {
			s.turn()
			continue
		}
		s.page().box(marginLeft, s.y, bodyWidth, used+2*pad, thickness)
		s.page().print(lines[:n], marginLeft+pad, s.y+pad)
		s.y += used + 2*pad
		lines = lines[n:]
	}
	s.y += 300
}

// fit says how many lines a height holds and how much of it they take.
func fit(lines []line, room pt) (n int, used pt) {
	for n < len(lines) && used+lines[n].style.leading() <= room {
		used += lines[n].style.leading()
		n++
	}
	return n, used
}
