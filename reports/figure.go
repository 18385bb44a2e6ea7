package reports

import "countersign/protocol"

// figure is a shape of a picture in its place on a page.
type figure struct {
	kind       protocol.ShapeKind
	spots      []dot
	radius     pt
	closed     bool
	fill, line protocol.Tone
	thick      pt
	dash       [2]pt
}

// dot is a place on a page, from its upper left corner.
type dot struct{ x, y pt }

// The smallest and the largest scale of a picture, in thousandths of a
// hundredth of a point for its unit: letters are never smaller than 7 points.
const (
	leastLetters pt = 700
	mostScale    pt = 70000
)

// scaled is a picture's measure on the page.
type scaled struct {
	*protocol.Picture
	scale  pt
	dx, dy pt // of the picture's upper left corner
}

func (s *scaled) length(units int) pt { return pt(units) * s.scale / 1000 }

func (s *scaled) at(spot protocol.Spot) dot {
	return dot{s.dx + s.length(spot.X), s.dy + s.length(spot.Y)}
}

// units is how many units of the picture a length holds.
func (s *scaled) units(length pt) int { return int(length * 1000 / s.scale) }

// below is the height kept free at the foot of each page of a picture for the
// words that it goes on.
const below pt = 1300

// picture sets a picture over the width: on one page where letters of seven
// points allow it, else on several, each but the last with a word that it goes
// on.
func (s *sheet) picture(p *protocol.Picture) {
	on := scaled{Picture: p}
	inner := pt(p.Width - 2*p.Edge)
	least := (leastLetters*1000 + pt(p.Letters) - 1) / pt(p.Letters)
	on.scale = min(mostScale, bodyWidth*1000/inner)
	heading := pt(0)
	if s.held.on {
		heading = s.y - s.held.y
	}
	if page := bodyHeight - heading; on.length(p.Height) > page {
		if whole := page * 1000 / pt(p.Height); whole >= least {
			on.scale = whole
		}
		s.need(min(on.length(p.Height), page*6/10))
	} else {
		s.need(on.length(p.Height))
	}
	on.dx = marginLeft + (bodyWidth-on.length(p.Width))/2
	rest, first := on.units(bodyHeight-2*below), on.units(s.room())
	if on.length(p.Height) > s.room() {
		first = on.units(s.room() - below)
	}
	strips := p.Strips(first, rest)
	for i, strip := range strips {
		if i > 0 {
			s.turn()
			s.aside("continued from the page before")
		}
		s.strip(&on, strip)
		if i < len(strips)-1 {
			s.aside("continued on the next page")
		}
	}
	s.held.on = false
}

// aside sets a few quiet words in the middle of a line.
func (s *sheet) aside(words string) {
	w := width(smallStyle.face, smallStyle.size, words)
	s.page().print([]line{{smallStyle, words}}, marginLeft+(bodyWidth-w)/2, s.y+150)
	s.y += smallStyle.leading() + 300
}

// strip draws a part of a picture, and nothing beyond it.
func (s *sheet) strip(on *scaled, strip protocol.Strip) {
	height := on.length(strip.To) - on.length(strip.From)
	on.dy = s.y - on.length(strip.From)
	s.page().marks = append(s.page().marks, mark{kind: markInside, x: marginLeft - 200, y: s.y, w: bodyWidth + 400, h: height})
	for i := range on.Shapes {
		shape := &on.Shapes[i]
		from, to := shape.Bounds()
		switch {
		case len(shape.At) == 0 || to.Y < strip.From || from.Y > strip.To:
		case shape.Kind == protocol.Words:
			// Words that a cut went through stand whole on the next page.
			if from.Y >= strip.From && to.Y <= strip.To {
				s.page().marks = append(s.page().marks, on.words(shape))
			}
		default:
			s.page().marks = append(s.page().marks, mark{kind: markShape, shape: on.figure(shape)})
		}
	}
	s.page().marks = append(s.page().marks, mark{kind: markOutside})
	s.y += height
}

func (s *scaled) figure(shape *protocol.Shape) *figure {
	f := &figure{
		kind: shape.Kind, radius: s.length(shape.Radius), closed: shape.Closed, fill: shape.Fill, line: shape.Line,
		thick: s.length(shape.Thick) / 4, dash: [2]pt{s.length(shape.Dash[0]), s.length(shape.Dash[1])},
	}
	for _, spot := range shape.At {
		f.spots = append(f.spots, s.at(spot))
	}
	return f
}

// words sets a text of a picture within the room that its layout gave it.
func (s *scaled) words(shape *protocol.Shape) mark {
	style := style{face: regular, size: max(leastLetters, s.length(shape.Size))}
	if shape.Bold {
		style.face = bold
	}
	from, to := shape.Bounds()
	text := shorten(shape.Text, style, s.length(to.X-from.X+1))
	at := s.at(shape.At[0])
	if shape.Centred {
		at.x -= width(style.face, style.size, text) / 2
	}
	return mark{kind: markText, x: at.x, y: at.y, style: style, text: text, light: shape.Fill == protocol.Paper}
}

// shape writes a figure's operators. Grey and pen are as they were after it.
func (b *brush) shape(f *figure) {
	if f.fill != protocol.None {
		b.out = append(append(b.out, grey(f.fill)...), " g "...)
	}
	if f.line != protocol.None {
		b.out = append(append(b.out, grey(f.line)...), " G "...)
		b.pen(f.thick)
	}
	if f.dash[0] > 0 {
		b.out = append(b.out, '[')
		b.put(f.dash[0], f.dash[1])
		b.out = append(b.out, "] 0 d "...)
	}
	switch f.kind {
	case protocol.Rectangle:
		b.rounded(f.spots[0], f.spots[1], f.radius)
	case protocol.Circle:
		c, r := f.spots[0], f.radius
		b.rounded(dot{c.x - r, c.y - r}, dot{c.x + r, c.y + r}, r)
	case protocol.Path:
		for i, at := range f.spots {
			b.to(at)
			b.out = append(b.out, pathOperator(i), ' ')
		}
		if f.closed {
			b.out = append(b.out, "h "...)
		}
	}
	switch {
	case f.fill != protocol.None && f.line != protocol.None:
		b.out = append(b.out, "B"...)
	case f.fill != protocol.None:
		b.out = append(b.out, "f"...)
	default:
		b.out = append(b.out, "S"...)
	}
	if f.dash[0] > 0 {
		b.out = append(b.out, " [] 0 d"...)
	}
	b.out = append(b.out, " 0 g 0 G\n"...)
}

// pathOperator begins a path at its first point, and leads it on to the others.
func pathOperator(point int) byte {
	if point == 0 {
		return 'm'
	}
	return 'l'
}

// to writes a place in the PDF's own way, from the page's lower left corner.
func (b *brush) to(at dot) { b.put(at.x, pageHeight-at.y) }

// rounded writes a rectangle whose corners are quarters of a circle, as near
// as cubic curves come (their arms are 0.5523 of the radius).
func (b *brush) rounded(from, to dot, r pt) {
	if r == 0 {
		b.put(from.x, pageHeight-from.y, to.x-from.x, from.y-to.y)
		b.out = append(b.out, "re "...)
		return
	}
	r = min(r, (to.x-from.x)/2, (to.y-from.y)/2)
	k := r - r*5523/10000
	curve := func(a, c, end dot) {
		b.to(a)
		b.to(c)
		b.to(end)
		b.out = append(b.out, "c "...)
	}
	side := func(at dot) {
		b.to(at)
		b.out = append(b.out, "l "...)
	}
	b.to(dot{from.x + r, from.y})
	b.out = append(b.out, "m "...)
	side(dot{to.x - r, from.y})
	curve(dot{to.x - k, from.y}, dot{to.x, from.y + k}, dot{to.x, from.y + r})
	side(dot{to.x, to.y - r})
	curve(dot{to.x, to.y - k}, dot{to.x - k, to.y}, dot{to.x - r, to.y})
	side(dot{from.x + r, to.y})
	curve(dot{from.x + k, to.y}, dot{from.x, to.y - k}, dot{from.x, to.y - r})
	side(dot{from.x, from.y + r})
	curve(dot{from.x, from.y + k}, dot{from.x + k, from.y}, dot{from.x + r, from.y})
	b.out = append(b.out, "h "...)
}

// grey is a tone on paper.
func grey(t protocol.Tone) string {
	switch t {
	case protocol.Quiet:
		return "0.36"
	case protocol.Shade:
		return "0.91"
	case protocol.Paper:
		return "1"
	}
	return "0"
}
