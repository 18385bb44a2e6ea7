package protocol

import (
	"slices"
	"strconv"
	"time"
)

// The picture's measures, in its own units, which are pixels on a screen.
const (
	flowMost  = 900 // as wide as it ever gets
	flowEdge  = 16  // free space all around
	flowMain  = 596 // the sections, without the brackets at their right
	flowBoxes = 420 // a step's box is never wider
	flowCell  = 170 // of steps in any order: room for a box
	flowGap   = 26  // an arrow's length
	flowLane  = 24  // beside a box, for the way around it or back
	flowPad   = 10
	flowBand  = 26 // a frame's head, with the section's name
	flowBar   = 6
	flowLabel = 150 // text of a bracket
)

// area is a rectangle of the picture.
type area struct{ x, y, w, h int }

func (a area) middle() int { return a.x + a.w/2 }
func (a area) right() int  { return a.x + a.w }
func (a area) bottom() int { return a.y + a.h }

// flowBox is a step.
type flowBox struct {
	area
	step   *Step
	do     string // its instruction, with what a site sets called by its title
	name   []string
	chips  []flowChip
	missed bool
}

// flowText is an area with text: a section's frame, a condition's diamond, the
// bar of the release, a note on a line.
type flowText struct {
	area
	lines []string
	title string
	keep  int // of a frame: its head and its first step, which stay on one page
}

// flowLine goes from point to point.
type flowLine struct {
	spots []Spot
	arrow bool
}

// flow is a picture in the making: every piece has its place. Pieces are laid
// from top to bottom, and each place function gives the y at which it ends.
type flow struct {
	p        *Protocol
	reached  map[string]bool
	boxes    []flowBox
	frames   []flowText
	diamonds []flowText
	notes    []flowText
	gates    []flowText
	bars     []area
	lines    []flowLine
	ends     []Spot // begin and end
	brackets []flowBracket
	width    int
	height   int
}

// Flow draws the way through a protocol as an SVG that needs nothing else. Its
// figures are whole numbers and nothing in it hangs on chance, so that the same
// protocol gives the same bytes. When reached is not nil, the steps that it
// does not name are marked as not reached; a loop counts by its first round.
func Flow(p *Protocol, reached map[string]bool) []byte { return FlowPicture(p, reached).SVG() }

// FlowPicture is what Flow draws, as shapes.
func FlowPicture(p *Protocol, reached map[string]bool) *Picture { return layFlow(p, reached).shapes() }

// FlowLegend says how the picture is to be read.
const FlowLegend = "A heavy outline is a critical step, a pointed one a quality lead’s decision, a diamond a condition; a tick names who checks, an eye who witnesses; " +
	"what stands between two bars has no order. At the right, a line spans a window, a dashed one a budget."

func layFlow(p *Protocol, reached map[string]bool) *flow {
	f := &flow{p: p, reached: reached}
	within := area{x: flowEdge, w: flowMain}
	y := flowEdge + 8
	f.ends = append(f.ends, Spot{within.middle(), y})
	y += 8
	gated := false
	for from := 0; from < len(p.Sections); {
		to := from + 1
		for to < len(p.Sections) && p.Sections[to].Alongside {
			to++
		}
		if p.Sections[from].AfterRelease && !gated {
			y, gated = f.gate(within, y), true
		}
		y = f.group(p.Sections[from:to], within, f.arrow(within.middle(), y))
		from = to
	}
	if !gated {
		y = f.gate(within, y)
	}
	y = f.arrow(within.middle(), y)
	f.ends = append(f.ends, Spot{within.middle(), y + 8})
	f.width, f.height = within.right()+flowEdge, y+16+flowEdge
	f.bracket()
	return f
}

// arrow goes down from y and gives the y of its head.
func (f *flow) arrow(x, y int) int {
	f.lines = append(f.lines, flowLine{[]Spot{{x, y}, {x, y + flowGap}}, true})
	return y + flowGap
}

func (f *flow) line(arrow bool, spots ...Spot) {
	f.lines = append(f.lines, flowLine{spots, arrow})
}

func (f *flow) note(x, y, w int, text string, most int) int {
	n := flowText{area: area{x: x, y: y}, lines: wrapped(text, w, flowSmall, false, most), title: text}
	for _, line := range n.lines {
		n.w = max(n.w, textWidth(line, flowSmall, false))
	}
	n.h = len(n.lines) * 15
	f.notes = append(f.notes, n)
	return n.bottom()
}

// gate is the release: what stands below it is done with a certified batch.
func (f *flow) gate(within area, y int) int {
	y = f.arrow(within.middle(), y)
	text := "release: " + strconv.Itoa(len(f.p.Criteria)) + " criteria"
	if len(f.p.Criteria) == 1 {
		text = "release: 1 criterion"
	}
	title := text
	for _, c := range f.p.Criteria {
		title += "\n– " + c.Name
		if c.Later {
			title += " (known later)"
		}
	}
	f.gates = append(f.gates, flowText{area: area{within.x, y, within.w, 30}, lines: []string{text}, title: title})
	return y + 30
}

// group is a section and those that run alongside it.
func (f *flow) group(sections []Section, within area, y int) int {
	if len(sections) == 1 {
		return f.section(&sections[0], within, y)
	}
	room := 0
	for i := range sections {
		room = max(room, roomFor(&sections[i]))
	}
	return f.fork("side by side", len(sections), room, within, y, func(i int, within area, y int) int {
		return f.section(&sections[i], within, y)
	})
}

// roomFor is how wide a section has to be so that its boxes can be read.
func roomFor(s *Section) int {
	room := flowCell + 2*flowPad
	if s.When != nil {
		room += 2 * flowLane
	}
	if s.Loop != nil {
		room += 2 * flowLane
	}
	if slices.ContainsFunc(s.Steps, func(s Step) bool { return s.When != nil }) {
		room += 2 * flowLane
	}
	return room
}

// fork places pieces beside each other between two bars. What does not fit
// beside each other stands in rows, with a rail from the first bar at the left
// and one to the last bar at the right.
func (f *flow) fork(label string, n, room int, within area, y int, place func(int, area, int) int) int {
	const between = 14
	f.bars = append(f.bars, area{within.x, y, within.w, flowBar})
	f.note(within.x+9, y+flowBar+3, within.w/2-18, label, 1)
	y += flowBar
	inner, columns := within, max(1, min(n, (within.w+between)/(room+between)))
	rows := (n + columns - 1) / columns
	if rows > 1 {
		inner = area{x: within.x + flowLane/2, w: within.w - flowLane}
		columns = max(1, (inner.w+between)/(room+between))
		rows = (n + columns - 1) / columns
	}
	top := y
	var rails []int
	for row := range rows {
		count := min(columns, n-row*columns)
		w := (inner.w - between*(count-1)) / count
		head := y
		if rows > 1 {
			head = y + 22
		}
		var cells []area
		foot := 0
		for i := range count {
			cell := area{x: inner.x + i*(w+between), w: w}
			cell.y = f.arrow(cell.middle(), head)
			cell.h = place(row*columns+i, cell, cell.y) - cell.y
			cells = append(cells, cell)
			foot = max(foot, cell.bottom())
		}
		y = foot + 18
		if rows > 1 {
			f.line(false, Spot{within.x + 4, top}, Spot{within.x + 4, head}, Spot{cells[count-1].middle(), head})
			rails = append(rails, y)
			f.line(false, Spot{cells[0].middle(), y}, Spot{within.right() - 4, y})
		}
		for _, cell := range cells {
			f.line(rows == 1, Spot{cell.middle(), cell.bottom()}, Spot{cell.middle(), y})
		}
	}
	if rows > 1 {
		y += 22
		f.line(true, Spot{within.right() - 4, rails[0]}, Spot{within.right() - 4, y})
	}
	f.bars = append(f.bars, area{within.x, y, within.w, flowBar})
	return y + flowBar
}

// guarded places what is only done under a condition, with a way around it.
func (f *flow) guarded(c *Condition, within area, y int, place func(area, int) int) int {
	d := flowText{area: area{w: min(flowBoxes, within.w-2*flowLane)}, title: "Only when " + c.Text}
	d.lines = wrapped(c.Text, d.w*3/5, flowSmall, false, 5)
	// A line of text fits a diamond where it is wide enough for it: with three
	// fifths of its width for the text, two fifths of its height are left.
	d.x, d.y, d.h = within.middle()-d.w/2, y, len(d.lines)*15*5/2+4
	f.diamonds = append(f.diamonds, d)
	head := f.arrow(within.middle(), d.bottom())
	f.note(within.middle()+6, d.bottom()+4, 40, "yes", 1)
	foot := place(area{x: within.x + flowLane, w: within.w - 2*flowLane}, head)
	end := foot + 16
	f.line(false, Spot{within.middle(), foot}, Spot{within.middle(), end})
	side := min(within.x+4, d.x-20)
	f.line(true, Spot{d.x, d.y + d.h/2}, Spot{side, d.y + d.h/2}, Spot{side, end}, Spot{within.middle(), end})
	f.note(side+3, d.y+d.h/2-17, 20, "no", 1)
	return end
}

func (f *flow) section(s *Section, within area, y int) int {
	frame := func(within area, y int) int { return f.frame(s, within, y) }
	if s.When != nil {
		return f.guarded(s.When, within, y, frame)
	}
	return frame(within, y)
}

// frame is a section's border with its name and its steps.
func (f *flow) frame(s *Section, within area, y int) int {
	i, first := len(f.frames), len(f.boxes)
	title := "section " + s.Name
	if s.Loop != nil {
		title += ", repeated " + loopWords(s.Loop)
	}
	head := wrapped(s.Name, within.w-2*flowPad, flowBody, true, 1)
	f.frames = append(f.frames, flowText{area: area{x: within.x, y: y, w: within.w}, lines: head, title: title})
	inner := area{x: within.x + flowPad, w: within.w - 2*flowPad}
	foot := f.steps(s, inner, y+flowBand)
	end := foot + 12
	f.line(false, Spot{within.middle(), foot}, Spot{within.middle(), end})
	f.frames[i].h = end - y
	if len(f.boxes) > first {
		f.frames[i].keep = f.boxes[first].bottom() - y
	}
	return end
}

// steps places a section's steps below each other, or beside each other when
// they have no order. Of a loop's rounds the first stands for all.
func (f *flow) steps(s *Section, within area, y int) int {
	var steps []*Step
	for i := range s.Steps {
		if s.Steps[i].Round <= 1 {
			steps = append(steps, &s.Steps[i])
		}
	}
	if s.AnyOrder && len(steps) > 1 {
		return f.fork("in any order", len(steps), roomFor(&Section{Steps: s.Steps})-2*flowPad, within, f.arrow(within.middle(), y), func(i int, within area, y int) int {
			return f.step(steps[i], within, y)
		})
	}
	if s.Loop != nil {
		return f.loop(s, steps, within, y)
	}
	return f.chain(steps, within, y)
}

func (f *flow) chain(steps []*Step, within area, y int) int {
	for _, step := range steps {
		y = f.step(step, within, f.arrow(within.middle(), y))
	}
	return y
}

// loop places repeated steps, with the way back at their right.
func (f *flow) loop(s *Section, steps []*Step, within area, y int) int {
	w := min(within.w, flowBoxes+4*flowLane)
	back := within.middle() + w/2 - 6
	head := y + 12
	f.line(false, Spot{within.middle(), y}, Spot{within.middle(), head})
	foot := f.chain(steps, area{x: within.middle() - w/2 + flowLane, w: w - 2*flowLane}, head)
	end := f.note(within.middle()+8, foot+6, back-within.middle()-14, loopWords(s.Loop), 6) + 8
	f.line(false, Spot{within.middle(), foot}, Spot{within.middle(), end})
	f.line(true, Spot{within.middle(), end}, Spot{back, end}, Spot{back, head}, Spot{within.middle(), head})
	return end
}

func loopWords(l *Loop) string {
	return "until " + l.Until.Text + ", at most " + strconv.Itoa(l.Most) + " rounds"
}

func (f *flow) step(s *Step, within area, y int) int {
	if s.When == nil {
		return f.box(s, within, y)
	}
	w := min(within.w, flowBoxes+2*flowLane)
	return f.guarded(s.When, area{x: within.middle() - w/2, w: w}, y, func(within area, y int) int { return f.box(s, within, y) })
}

// box is a step, as high as what is written in it asks for.
func (f *flow) box(s *Step, within area, y int) int {
	b := flowBox{step: s, do: f.p.Told(s.Do, nil), missed: f.reached != nil && !f.reached[s.Name]}
	b.w = min(flowBoxes, within.w)
	b.x, b.y = within.middle()-b.w/2, y
	inset := 12
	if s.Decision {
		inset = 24 // its sides are pointed
	}
	b.name = wrapped(s.Name, b.w-2*inset, flowName, true, 4)
	x, row := b.x+inset, y+8+len(b.name)*19
	for _, chip := range chipsOf(s, b.missed) {
		chip.fit(b.w - 2*inset)
		if x > b.x+inset && x+chip.w > b.right()-inset {
			x, row = b.x+inset, row+24
		}
		chip.x, chip.y = x, row
		x += chip.w + 6
		b.chips = append(b.chips, chip)
	}
	b.h = row + 28 - y
	f.boxes = append(f.boxes, b)
	return b.bottom()
}

// spanWords says a span as the protocol writes it.
func spanWords(s Span) string {
	switch {
	case s.Min > 0 && s.Max > 0:
		return ShowDuration(s.Min) + " to " + ShowDuration(s.Max)
	case s.Min > 0:
		return "at least " + ShowDuration(s.Min)
	case s.Max > 0:
		return mostWords(s.Max)
	}
	return ""
}

func mostWords(d time.Duration) string { return "at most " + ShowDuration(d) }
