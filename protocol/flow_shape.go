package protocol

// Picture is the way through a protocol as plain shapes, the lowest first. Page
// and PDF draw the same shapes, so that neither shows what the other does not.
// Its unit is a pixel on a screen; all figures are whole.
type Picture struct {
	Title         string
	Width, Height int
	Shapes        []Shape
	Edge          int // free space all around
	Letters       int // the size of the smallest letters
}

// Spot is a point of a picture, from its upper left corner.
type Spot struct{ X, Y int }

// Tone is how dark something is. The tones differ in brightness too, so that a
// print in black and white says the same.
type Tone int

// The tones. The zero value draws nothing.
const (
	None Tone = iota
	Ink
	Quiet
	Shade
	Paper
)

// ShapeKind is what a shape is.
type ShapeKind int

// The kinds. A group holds the shapes up to its end, and has a text that a
// screen shows when somebody points at it.
const (
	GroupBegins ShapeKind = iota
	GroupEnds
	Rectangle // At: two opposite corners
	Path      // At: its points
	Circle    // At: its middle
	Words     // At: where the base line begins, or its middle
)

// Shape is one thing drawn.
type Shape struct {
	Kind    ShapeKind
	At      []Spot
	Radius  int // of a circle, or of a rectangle's corners
	Closed  bool
	Fill    Tone // of a text, its letters
	Line    Tone
	Thick   int // of the line, in quarters of a unit
	Dash    [2]int
	Text    string
	Size    int // of the letters
	Bold    bool
	Centred bool
	Whole   bool // a page does not end within it
	Keep    int  // nor within so much of it, from its top
}

// Bounds gives the rectangle in which a shape lies, letters and lines as wide
// as they may get; a group has none.
func (s *Shape) Bounds() (from, to Spot) {
	if len(s.At) == 0 {
		return Spot{}, Spot{}
	}
	from, to = s.At[0], s.At[0]
	for _, at := range s.At[1:] {
		from = Spot{min(from.X, at.X), min(from.Y, at.Y)}
		to = Spot{max(to.X, at.X), max(to.Y, at.Y)}
	}
	around := (s.Thick + 7) / 8
	switch s.Kind {
	case Circle:
		around += s.Radius
	case Words:
		w := textWidth(s.Text, s.Size, s.Bold)
		if s.Centred {
			from.X -= w / 2
		}
		from.Y, to.X, to.Y = from.Y-s.Size, from.X+w, to.Y+s.Size/3
	}
	return Spot{from.X - around, from.Y - around}, Spot{to.X + around, to.Y + around}
}

// Strip is a part of a picture over its whole width, from one height to another.
type Strip struct{ From, To int }

// Strips cuts a picture for pages that hold that much of its height, the first
// of them perhaps less. A cut goes through lines and frames only. Where nothing
// else is possible it goes through a box, and the box stands again, whole, at
// the head of the next strip.
func (p *Picture) Strips(first, rest int) []Strip {
	var strips []Strip
	for from, room := 0, first; from < p.Height; room = rest {
		if p.Height-from <= room {
			return append(strips, Strip{from, p.Height})
		}
		to, next := p.cut(from, from+room, rest)
		strips = append(strips, Strip{from, to})
		from = next
	}
	return strips
}

// cut finds the lowest place to end a strip, and where the next one begins,
// given what the next page holds.
func (p *Picture) cut(from, most, page int) (to, next int) {
	const air = 3
	to = most
	for moved := true; moved; {
		moved = false
		for i := range p.Shapes {
			if top, bottom, whole := p.Shapes[i].whole(); whole && top-air < to && to < bottom+air {
				to, moved = top-air, true
			}
		}
	}
	if to > from+(most-from)/3 {
		return to, to
	}
	next = most
	for i := range p.Shapes {
		if top, bottom, whole := p.Shapes[i].whole(); whole && top < most && most < bottom && top-air > from && bottom-top+air <= page {
			next = min(next, top-air)
		}
	}
	return most, next
}

// whole says where a shape lies that is not to be cut.
func (s *Shape) whole() (top, bottom int, whole bool) {
	from, to := s.Bounds()
	switch {
	case s.Whole || s.Kind == Words:
		return from.Y, to.Y, true
	case s.Keep > 0:
		return from.Y, from.Y + s.Keep, true
	}
	return 0, 0, false
}
