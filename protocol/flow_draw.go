package protocol

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
)

// The sizes of the letters.
const (
	flowSmall = 12
	flowBody  = 13
	flowName  = 15
)

// The colours differ in brightness too, so that a print in black and white
// says the same.
const (
	flowInk   = "#212b32"
	flowQuiet = "#4c6272"
	flowPaper = "#ffffff"
	flowShade = "#e8edee"
)

// flowChip is a mark in a step's box.
type flowChip struct {
	area
	sign  string // "clock", "scan", "check", "eye"; "" for none
	text  string
	whole string // the text before it was shortened
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
	c.whole = c.text
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
		return flowChip{sign: "eye", text: "witnessed by " + s.CheckedBy}
	}
	return flowChip{sign: "check", text: "checked by " + s.CheckedBy}
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

// svg writes elements; every text and every value goes through escaped.
type svg struct{ bytes.Buffer }

func escaped(text string) string {
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(text)); err != nil {
		return "" // a buffer in memory takes everything
	}
	return b.String()
}

func (s *svg) printf(format string, values ...any) { fmt.Fprintf(s, format, values...) }

func (s *svg) title(text string) { s.printf("<title>%s</title>", escaped(text)) }

func (s *svg) text(x, y, size int, bold bool, fill, anchor, text string) {
	weight := ""
	if bold {
		weight = ` font-weight="bold"`
	}
	s.printf(`<text x="%d" y="%d" font-size="%d"%s fill="%s" text-anchor="%s">%s</text>`, x, y, size, weight, fill, anchor, escaped(text))
}

func (s *svg) rect(a area, attributes string) {
	s.printf(`<rect x="%d" y="%d" width="%d" height="%d" %s/>`, a.x, a.y, a.w, a.h, attributes)
}

// draw writes the picture: what lies beneath comes first.
func (f *flow) draw() []byte {
	s := &svg{}
	words := fmt.Sprintf("The way through %s: %d sections, %d steps", f.p.ID(), len(f.frames), len(f.boxes))
	s.printf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="%s" font-family="Arial, sans-serif">`,
		f.width, f.height, f.width, f.height, escaped(words))
	s.title(words)
	s.printf("\n")
	s.rect(area{w: f.width, h: f.height}, `fill="`+flowPaper+`"`)
	for i := range f.frames {
		s.frame(&f.frames[i])
	}
	for i := range f.brackets {
		f.brackets[i].draw(s, f.boxes)
	}
	for i := range f.lines {
		s.line(&f.lines[i])
	}
	for _, bar := range f.bars {
		s.rect(bar, `fill="`+flowInk+`"`)
	}
	for i := range f.gates {
		s.gate(&f.gates[i])
	}
	for i := range f.diamonds {
		s.diamond(&f.diamonds[i])
	}
	for i := range f.boxes {
		s.box(&f.boxes[i])
	}
	for i := range f.notes {
		s.note(&f.notes[i])
	}
	for i, end := range f.ends {
		s.end(end, i > 0)
	}
	s.printf("</svg>\n")
	return s.Bytes()
}

func (s *svg) frame(t *flowText) {
	s.printf("<g>")
	s.title(t.title)
	s.rect(t.area, `fill="none" stroke="`+flowQuiet+`"`)
	s.rect(area{t.x, t.y, t.w, flowBand}, `fill="`+flowShade+`" stroke="`+flowQuiet+`"`)
	s.text(t.x+flowPad, t.y+18, flowBody, true, flowInk, "start", t.lines[0])
	s.printf("</g>\n")
}

func (s *svg) gate(t *flowText) {
	s.printf("<g>")
	s.title(t.title)
	s.rect(t.area, `fill="`+flowInk+`"`)
	s.text(t.middle(), t.y+20, flowName, true, flowPaper, "middle", t.lines[0])
	s.printf("</g>\n")
}

func (s *svg) diamond(t *flowText) {
	s.printf("<g>")
	s.title(t.title)
	s.printf(`<path d="M%d %d L%d %d L%d %d L%d %d Z" fill="%s" stroke="%s" stroke-width="1"/>`,
		t.middle(), t.y, t.right(), t.y+t.h/2, t.middle(), t.bottom(), t.x, t.y+t.h/2, flowPaper, flowInk)
	top := t.y + t.h/2 - len(t.lines)*15/2
	for i, line := range t.lines {
		s.text(t.middle(), top+i*15+12, flowSmall, false, flowInk, "middle", line)
	}
	s.printf("</g>\n")
}

// note is text beside a line, on paper of its own since others may cross there.
func (s *svg) note(t *flowText) {
	s.printf("<g>")
	s.title(t.title)
	s.rect(area{t.x - 1, t.y + 1, t.w + 2, t.h}, `fill="`+flowPaper+`"`)
	for i, line := range t.lines {
		s.text(t.x, t.y+i*15+12, flowSmall, false, flowInk, "start", line)
	}
	s.printf("</g>\n")
}

func (s *svg) end(at spot, last bool) {
	s.printf(`<circle cx="%d" cy="%d" r="7" fill="%s" stroke="%s" stroke-width="2"/>`, at.x, at.y, flowPaper, flowInk)
	if last {
		s.printf(`<circle cx="%d" cy="%d" r="4" fill="%s"/>`, at.x, at.y, flowInk)
	}
	words := "begin"
	if last {
		words = "end"
	}
	s.text(at.x+14, at.y+4, flowSmall, false, flowInk, "start", words)
	s.printf("\n")
}

// line is drawn with its head as a plain triangle: a marker would need a name,
// and two pictures on one page would share it.
func (s *svg) line(l *flowLine) {
	s.printf(`<path d="%s" fill="none" stroke="%s" stroke-width="1"/>`, path(l.spots), flowInk)
	if !l.arrow {
		s.printf("\n")
		return
	}
	to, before := l.spots[len(l.spots)-1], l.spots[len(l.spots)-2]
	switch {
	case before.x < to.x:
		s.printf(`<path d="M%d %d l-8 -4 v8 Z" fill="%s"/>`, to.x, to.y, flowInk)
	case before.x > to.x:
		s.printf(`<path d="M%d %d l8 -4 v8 Z" fill="%s"/>`, to.x, to.y, flowInk)
	default:
		s.printf(`<path d="M%d %d l-4 -8 h8 Z" fill="%s"/>`, to.x, to.y, flowInk)
	}
	s.printf("\n")
}

func path(spots []spot) string {
	text := ""
	for i, at := range spots {
		step := "L"
		if i == 0 {
			step = "M"
		}
		text += fmt.Sprintf("%s%d %d", step, at.x, at.y)
	}
	return text
}

// box draws a step. A decision has pointed sides and a second outline, a
// critical step a heavy one, and one that was not reached is dashed.
func (s *svg) box(b *flowBox) {
	outline := `fill="` + flowPaper + `" stroke="` + flowInk + `"`
	if b.step.Critical {
		outline += ` stroke-width="3"`
	}
	if b.missed {
		outline += ` stroke-dasharray="7 5"`
	}
	s.printf("<g>")
	s.title(stepTitle(b.step, b.do, b.missed))
	left := b.x + 12
	if b.step.Decision {
		left = b.x + 24
		s.hexagon(b.area, 18, outline)
		s.hexagon(area{b.x + 5, b.y + 3, b.w - 10, b.h - 6}, 16, `fill="none" stroke="`+flowInk+`"`)
	} else {
		s.rect(b.area, `rx="4" `+outline)
	}
	for i, line := range b.name {
		s.text(left, b.y+20+i*19, flowName, true, flowInk, "start", line)
	}
	for i := range b.chips {
		s.chip(&b.chips[i])
	}
	s.printf("</g>\n")
}

func (s *svg) hexagon(a area, in int, attributes string) {
	middle := a.y + a.h/2
	spots := []spot{{a.x, middle}, {a.x + in, a.y}, {a.right() - in, a.y}, {a.right(), middle}, {a.right() - in, a.bottom()}, {a.x + in, a.bottom()}}
	s.printf(`<path d="%sZ" %s/>`, path(spots), attributes)
}

func (s *svg) chip(c *flowChip) {
	fill, ink, x := flowPaper, flowInk, c.x+8
	if c.full {
		fill, ink = flowInk, flowPaper
	}
	if c.bare {
		x = c.x
	} else {
		s.rect(c.area, fmt.Sprintf(`rx="10" fill="%s" stroke="%s"`, fill, flowQuiet))
	}
	if c.sign != "" {
		s.printf(`<path transform="translate(%d %d)" d="%s" fill="none" stroke="%s" stroke-width="1.5"/>`, x, c.y+4, signs(c.sign), flowInk)
		x += 18
	}
	s.text(x, c.y+14, flowSmall, c.full, ink, "start", c.text)
}

// signs are drawn, since a font may lack them; each is 12 by 12.
func signs(name string) string {
	switch name {
	case "clock":
		return "M6 0 A6 6 0 1 1 6 12 A6 6 0 1 1 6 0 M6 3 V6 L9 8"
	case "scan":
		return "M1 1 V11 M4 1 V11 M6 1 V11 M9 1 V11 M11.5 1 V11"
	case "check":
		return "M1 6 L5 10 L12 1"
	case "eye":
		return "M0 6 Q6 -1 12 6 Q6 13 0 6 M6 4 A2 2 0 1 1 6 8 A2 2 0 1 1 6 4"
	}
	return ""
}

// draw draws a window or, dashed, a budget. Its ends reach to the boxes, which
// are drawn later and cover what passes beneath them.
func (b *flowBracket) draw(s *svg, boxes []flowBox) {
	dash := ""
	if b.budget {
		dash = ` stroke-dasharray="5 3"`
	}
	s.printf("<g>")
	s.title(b.label.title)
	under := func(end flowEnd) spot { return spot{boxes[end.box].right() - 20, end.y} }
	spots := []spot{under(b.from), {b.x, b.from.y}, {b.x, b.to.y}, under(b.to)}
	s.printf(`<path d="%s" fill="none" stroke="%s" stroke-width="1.5"%s/>`, path(spots), flowQuiet, dash)
	// A dot says which bracket the label's thin line belongs to.
	at := spot{b.x, min(max(b.label.y+b.label.h/2, b.from.y), b.to.y)}
	s.printf(`<path d="%s" fill="none" stroke="%s" stroke-width="0.75"/>`, path([]spot{at, {b.label.x - 4, b.label.y + b.label.h/2}}), flowQuiet)
	s.printf(`<circle cx="%d" cy="%d" r="3" fill="%s"/>`, at.x, at.y, flowQuiet)
	y := b.label.y + 12
	for _, line := range b.label.lines {
		s.text(b.label.x, y, flowSmall, true, flowInk, "start", line)
		y += 15
	}
	for _, line := range b.words {
		s.text(b.label.x, y, flowSmall, false, flowInk, "start", line)
		y += 15
	}
	s.printf("</g>\n")
}
