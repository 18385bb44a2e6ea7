package protocol

import (
	"fmt"
	"strings"
)

// The sizes of the letters.
const (
	flowSmall = 12
	flowBody  = 13
	flowName  = 15
)

// flowChip is a mark in a step's box.
type flowChip struct {
	area
	sign  string // "clock", "scan", "check", "eye"; "" for none
	text  string
	brief string // what its sign leaves to be said, where the text has no room
	full  bool   // dark, with light letters
	bare  bool   // without a border
}

// fit makes a chip no wider than there is room.
func (c *flowChip) fit(room int) {
	lead := 16
	if c.sign != "" {
		lead += 18
	}
	if c.bare {
		lead -= 12
	}
	if c.brief != "" && lead+textWidth(c.text, flowSmall, c.full) > room {
		c.text = c.brief
	}
	c.text = wrapped(c.text, room-lead, flowSmall, c.full, 1)[0]
	c.w, c.h = min(room, lead+textWidth(c.text, flowSmall, c.full)), 20
}

// chipsOf is what is to be seen of a step at a glance.
func chipsOf(s *Step, missed bool) []flowChip {
	var all []flowChip
	if missed {
		all = append(all, flowChip{text: "not reached"})
	}
	if s.Critical {
		all = append(all, flowChip{text: "critical", full: true})
	}
	if s.Decision {
		all = append(all, flowChip{text: "decision", full: true})
	}
	if s.By != "" {
		all = append(all, flowChip{text: "by " + s.By, bare: true})
	}
	if s.CheckedBy != "" {
		all = append(all, secondOf(s))
	}
	if words := spanWords(s.Wait); words != "" {
		all = append(all, flowChip{sign: "clock", text: words})
	} else if s.Timed {
		all = append(all, flowChip{sign: "clock", text: "timed"})
	}
	if s.Hours != (Hours{}) {
		all = append(all, flowChip{sign: "clock", text: "between " + s.Hours.String()})
	}
	if text := s.Custody(); text != "" {
		all = append(all, flowChip{text: text, bare: true})
	}
	for _, scan := range s.Scans {
		all = append(all, flowChip{sign: "scan", text: scanWords(scan)})
	}
	for i := range s.Inputs {
		if s.Decision && len(s.Inputs[i].Choices) > 0 {
			all = append(all, flowChip{text: strings.Join(s.Inputs[i].Choices, " / "), bare: true})
		}
	}
	return all
}

// secondOf is the badge of the second person.
func secondOf(s *Step) flowChip {
	if s.Witness {
		return flowChip{sign: "eye", text: "witnessed by " + s.CheckedBy, brief: s.CheckedBy}
	}
	return flowChip{sign: "check", text: "checked by " + s.CheckedBy, brief: s.CheckedBy}
}

func scanWords(s Scan) string {
	if s.Stop {
		return s.Field + ", or stop"
	}
	return s.Field
}

// stepTitle is all that a box says, in full.
func stepTitle(s *Step, do string, missed bool) string {
	text := s.Name
	if missed {
		text += " (not reached)"
	}
	if text += ": " + do; s.Critical {
		text += "\ncritical"
	}
	for _, chip := range chipsOf(s, false) {
		switch {
		case chip.sign == "scan":
			text += "\nscan " + chip.text
		case chip.sign == "clock" && s.Wait != (Span{}) && chip.text == spanWords(s.Wait):
			text += "\nwait " + chip.text
		case !chip.full:
			text += "\n" + chip.text
		}
	}
	return text
}

// drawing collects shapes.
type drawing struct{ shapes []Shape }

func (d *drawing) add(s Shape) { d.shapes = append(d.shapes, s) }

// group draws shapes under a title.
func (d *drawing) group(title string, draw func()) {
	d.add(Shape{Kind: GroupBegins, Text: title})
	draw()
	d.add(Shape{Kind: GroupEnds})
}

// rect draws a rectangle as a shape says; one that pages may not cut is whole.
func (d *drawing) rect(a area, s Shape) {
	s.Kind, s.At = Rectangle, []Spot{{a.x, a.y}, {a.right(), a.bottom()}}
	d.add(s)
}

func (d *drawing) path(spots []Spot, s Shape) {
	s.Kind, s.At = Path, spots
	d.add(s)
}

func (d *drawing) text(x, y, size int, bold bool, text string) {
	d.add(Shape{Kind: Words, At: []Spot{{x, y}}, Size: size, Bold: bold, Fill: Ink, Text: text})
}

// shapes draws the picture: what lies beneath comes first.
func (f *flow) shapes() *Picture {
	d := &drawing{}
	for i := range f.frames {
		d.frame(&f.frames[i])
	}
	for i := range f.brackets {
		d.bracket(&f.brackets[i], f.boxes)
	}
	for i := range f.lines {
		d.line(&f.lines[i])
	}
	for _, bar := range f.bars {
		d.rect(bar, Shape{Fill: Ink, Whole: true})
	}
	for i := range f.gates {
		d.gate(&f.gates[i])
	}
	for i := range f.diamonds {
		d.diamond(&f.diamonds[i])
	}
	for i := range f.boxes {
		d.box(&f.boxes[i])
	}
	for i := range f.notes {
		d.note(&f.notes[i])
	}
	for i, end := range f.ends {
		d.end(end, i > 0)
	}
	return &Picture{
		Title: fmt.Sprintf("The way through %s: %d sections, %d steps", f.p.ID(), len(f.frames), len(f.boxes)),
		Width: f.width, Height: f.height, Edge: flowEdge, Letters: flowSmall, Shapes: d.shapes,
	}
}

func (d *drawing) frame(t *flowText) {
	d.group(t.title, func() {
		d.rect(t.area, Shape{Line: Quiet, Thick: 4, Keep: t.keep})
		d.rect(area{t.x, t.y, t.w, flowBand}, Shape{Fill: Shade, Line: Quiet, Thick: 4, Whole: true})
		d.text(t.x+flowPad, t.y+18, flowBody, true, t.lines[0])
	})
}

func (d *drawing) gate(t *flowText) {
	d.group(t.title, func() {
		d.rect(t.area, Shape{Fill: Ink, Whole: true})
		d.add(Shape{Kind: Words, At: []Spot{{t.middle(), t.y + 20}}, Size: flowName, Bold: true, Fill: Paper, Centred: true, Text: t.lines[0]})
	})
}

func (d *drawing) diamond(t *flowText) {
	d.group(t.title, func() {
		middle := t.y + t.h/2
		d.path([]Spot{{t.middle(), t.y}, {t.right(), middle}, {t.middle(), t.bottom()}, {t.x, middle}},
			Shape{Closed: true, Fill: Paper, Line: Ink, Thick: 4, Whole: true})
		top := middle - len(t.lines)*15/2
		for i, line := range t.lines {
			d.add(Shape{Kind: Words, At: []Spot{{t.middle(), top + i*15 + 12}}, Size: flowSmall, Fill: Ink, Centred: true, Text: line})
		}
	})
}

// note is text beside a line, on paper of its own since others may cross there.
func (d *drawing) note(t *flowText) {
	d.group(t.title, func() {
		d.rect(area{t.x - 1, t.y + 1, t.w + 2, t.h}, Shape{Fill: Paper, Whole: true})
		for i, line := range t.lines {
			d.text(t.x, t.y+i*15+12, flowSmall, false, line)
		}
	})
}

func (d *drawing) end(at Spot, last bool) {
	d.add(Shape{Kind: Circle, At: []Spot{at}, Radius: 7, Fill: Paper, Line: Ink, Thick: 8, Whole: true})
	words := "begin"
	if last {
		words = "end"
		d.add(Shape{Kind: Circle, At: []Spot{at}, Radius: 4, Fill: Ink, Whole: true})
	}
	d.text(at.X+14, at.Y+4, flowSmall, false, words)
}

// line is drawn with its head as a plain triangle: a marker would need a name,
// and two pictures on one page would share it.
func (d *drawing) line(l *flowLine) {
	d.path(l.spots, Shape{Line: Ink, Thick: 4})
	if !l.arrow {
		return
	}
	to, before := l.spots[len(l.spots)-1], l.spots[len(l.spots)-2]
	head := []Spot{to, {to.X - 4, to.Y - 8}, {to.X + 4, to.Y - 8}}
	switch {
	case before.X < to.X:
		head = []Spot{to, {to.X - 8, to.Y - 4}, {to.X - 8, to.Y + 4}}
	case before.X > to.X:
		head = []Spot{to, {to.X + 8, to.Y - 4}, {to.X + 8, to.Y + 4}}
	}
	d.path(head, Shape{Closed: true, Fill: Ink, Whole: true})
}

// box draws a step. A decision has pointed sides and a second outline, a
// critical step a heavy one, and one that was not reached is dashed.
func (d *drawing) box(b *flowBox) {
	outline := Shape{Fill: Paper, Line: Ink, Thick: 4, Whole: true}
	if b.step.Critical {
		outline.Thick = 12
	}
	if b.missed {
		outline.Dash = [2]int{7, 5}
	}
	d.group(stepTitle(b.step, b.do, b.missed), func() {
		left := b.x + 12
		if b.step.Decision {
			left = b.x + 24
			d.hexagon(b.area, 18, outline)
			d.hexagon(area{b.x + 5, b.y + 3, b.w - 10, b.h - 6}, 16, Shape{Line: Ink, Thick: 4})
		} else {
			outline.Radius = 4
			d.rect(b.area, outline)
		}
		for i, line := range b.name {
			d.text(left, b.y+20+i*19, flowName, true, line)
		}
		for i := range b.chips {
			d.chip(&b.chips[i])
		}
	})
}

func (d *drawing) hexagon(a area, in int, s Shape) {
	middle := a.y + a.h/2
	s.Closed = true
	d.path([]Spot{{a.x, middle}, {a.x + in, a.y}, {a.right() - in, a.y}, {a.right(), middle}, {a.right() - in, a.bottom()}, {a.x + in, a.bottom()}}, s)
}

func (d *drawing) chip(c *flowChip) {
	fill, ink, x := Paper, Ink, c.x+8
	if c.full {
		fill, ink = Ink, Paper
	}
	if c.bare {
		x = c.x
	} else {
		d.rect(c.area, Shape{Radius: 10, Fill: fill, Line: Quiet, Thick: 4})
	}
	if c.sign != "" {
		d.sign(c.sign, x, c.y+4)
		x += 18
	}
	d.add(Shape{Kind: Words, At: []Spot{{x, c.y + 14}}, Size: flowSmall, Bold: c.full, Fill: ink, Text: c.text})
}

// sign draws a sign, since a font may lack it; each is 12 by 12. It stands
// beside words that say the same.
func (d *drawing) sign(name string, x, y int) {
	line := func(spots ...Spot) {
		for i := range spots {
			spots[i] = Spot{spots[i].X + x, spots[i].Y + y}
		}
		d.path(spots, Shape{Line: Ink, Thick: 6})
	}
	round := func(radius int) {
		d.add(Shape{Kind: Circle, At: []Spot{{x + 6, y + 6}}, Radius: radius, Line: Ink, Thick: 6})
	}
	switch name {
	case "clock":
		round(6)
		line(Spot{6, 3}, Spot{6, 6}, Spot{9, 8})
	case "scan":
		for _, at := range []int{1, 4, 6, 9, 11} {
			line(Spot{at, 1}, Spot{at, 11})
		}
	case "check":
		line(Spot{1, 6}, Spot{5, 10}, Spot{12, 1})
	case "eye":
		line(Spot{0, 6}, Spot{3, 3}, Spot{6, 2}, Spot{9, 3}, Spot{12, 6}, Spot{9, 9}, Spot{6, 10}, Spot{3, 9}, Spot{0, 6})
		round(2)
	}
}

// bracket draws a window or, dashed, a budget. Its ends reach to the boxes,
// which are drawn later and cover what passes beneath them.
func (d *drawing) bracket(b *flowBracket, boxes []flowBox) {
	line := Shape{Line: Quiet, Thick: 6}
	if b.budget {
		line.Dash = [2]int{5, 3}
	}
	d.group(b.label.title, func() {
		under := func(end flowEnd) Spot { return Spot{boxes[end.box].right() - 20, end.y} }
		d.path([]Spot{under(b.from), {b.x, b.from.y}, {b.x, b.to.y}, under(b.to)}, line)
		// A dot says which bracket the label's thin line belongs to.
		at := Spot{b.x, min(max(b.label.y+b.label.h/2, b.from.y), b.to.y)}
		d.path([]Spot{at, {b.label.x - 4, b.label.y + b.label.h/2}}, Shape{Line: Quiet, Thick: 3})
		d.add(Shape{Kind: Circle, At: []Spot{at}, Radius: 3, Fill: Quiet})
		y := b.label.y + 12
		for _, text := range b.label.lines {
			d.text(b.label.x, y, flowSmall, true, text)
			y += 15
		}
		for _, text := range b.words {
			d.text(b.label.x, y, flowSmall, false, text)
			y += 15
		}
	})
}
