package trend

import (
	"fmt"
	"math/big"

	"countersign/protocol"
)

// Size is how large a chart is drawn.
type Size struct {
	Width, Height int
	Letters       int
}

// Small stands in a list or beside a value; Large on a page of its own.
func Small() Size { return Size{Width: 420, Height: 150, Letters: 12} }

// Large is for a page of one chart.
func Large() Size { return Size{Width: 900, Height: 360, Letters: 13} }

// Picture draws a chart: a point for each figure, the mean as a line, control
// limits dashed, the protocol's own bounds thick. Points of the batch called here
// are filled squares, so that they stand out without colour; a point that gave a
// signal has a ring. Page and PDF draw the same.
func (c *Chart) Picture(size Size, here string) *protocol.Picture {
	d := &drawing{Chart: c, size: size, here: here, p: &protocol.Picture{
		Title: c.Alt(), Width: size.Width, Height: size.Height, Edge: 4, Letters: size.Letters,
	}}
	if len(c.Points) == 0 {
		return d.p
	}
	d.scale()
	d.levels()
	d.line()
	d.points()
	d.ends()
	return d.p
}

// Alt says in a sentence what the picture shows.
func (c *Chart) Alt() string {
	if len(c.Points) == 0 {
		return c.Series.Title() + ": nothing recorded yet."
	}
	last := &c.Points[len(c.Points)-1]
	text := fmt.Sprintf("%s, %s, the last %s.", c.Series.Title(), countOf(len(c.Points), "point"), last)
	if c.Centre != nil {
		text += fmt.Sprintf(" Mean %s, control limits %s to %s.", c.Show(c.Centre), c.Show(c.Lower), c.Show(c.Upper))
	}
	for _, signal := range c.Signals {
		text += " " + signal.Sentence
	}
	return text
}

func countOf(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

type drawing struct {
	*Chart
	size       Size
	here       string
	p          *protocol.Picture
	least      *big.Rat // at the foot of the field
	most       *big.Rat // at its head
	bounds     []*big.Rat
	from, to   protocol.Spot // the field's corners
	everySpace int           // between points, in hundredths
}

// scale finds room for every point and every line, and for the words beside
// them.
func (d *drawing) scale() {
	take := func(r *big.Rat) {
		if r == nil {
			return
		}
		if d.least == nil || r.Cmp(d.least) < 0 {
			d.least = r
		}
		if d.most == nil || r.Cmp(d.most) > 0 {
			d.most = r
		}
	}
	for i := range d.Points {
		take(d.Points[i].Value)
	}
	take(d.Lower)
	take(d.Upper)
	last := &d.Points[len(d.Points)-1]
	for _, bound := range []*big.Rat{last.Low, last.High} {
		if bound != nil {
			take(bound)
			d.bounds = append(d.bounds, bound)
		}
	}
	if d.least.Cmp(d.most) == 0 { // one figure: it lies in the middle
		d.least, d.most = new(big.Rat).Sub(d.least, big.NewRat(1, 1)), new(big.Rat).Add(d.most, big.NewRat(1, 1))
	}
	letters := d.size.Letters
	d.from = protocol.Spot{X: 10, Y: letters}
	d.to = protocol.Spot{X: d.size.Width - 9*letters, Y: d.size.Height - 2*letters}
	d.everySpace = 100 * (d.to.X - d.from.X - 20)
	if n := len(d.Points); n > 1 {
		d.everySpace /= n - 1
	}
}

// y is the height at which a figure stands.
func (d *drawing) y(r *big.Rat) int {
	up := new(big.Rat).Sub(r, d.least)
	up.Quo(up, new(big.Rat).Sub(d.most, d.least))
	up.Mul(up, new(big.Rat).SetInt64(int64(d.to.Y-d.from.Y)))
	return d.to.Y - int(new(big.Int).Quo(up.Num(), up.Denom()).Int64())
}

func (d *drawing) x(point int) int {
	if len(d.Points) == 1 {
		return (d.from.X + d.to.X) / 2
	}
	return d.from.X + 10 + point*d.everySpace/100
}

func (d *drawing) add(shape protocol.Shape) { d.p.Shapes = append(d.p.Shapes, shape) }

func (d *drawing) words(x, y int, text string, tone protocol.Tone) {
	d.add(protocol.Shape{Kind: protocol.Words, At: []protocol.Spot{{X: x, Y: y}}, Text: text, Size: d.size.Letters, Fill: tone})
}

// levels draws the lines across, the weakest first, each with its figure at the
// right where there is room for it.
func (d *drawing) levels() {
	type level struct {
		at    *big.Rat
		thick int
		dash  [2]int
		tone  protocol.Tone
	}
	all := []level{}
	for _, bound := range d.bounds {
		all = append(all, level{bound, 8, [2]int{}, protocol.Ink})
	}
	if d.Centre != nil {
		all = append(all, level{d.Centre, 3, [2]int{}, protocol.Quiet}, level{d.Upper, 3, [2]int{6, 4}, protocol.Quiet}, level{d.Lower, 3, [2]int{6, 4}, protocol.Quiet})
	}
	var taken []int
	for _, one := range all {
		y := d.y(one.at)
		d.add(protocol.Shape{Kind: protocol.Path, At: []protocol.Spot{{X: d.from.X, Y: y}, {X: d.to.X, Y: y}}, Line: one.tone, Thick: one.thick, Dash: one.dash})
		free := true
		for _, other := range taken {
			free = free && (y-other > d.size.Letters || other-y > d.size.Letters)
		}
		if free {
			taken = append(taken, y)
			d.words(d.to.X+6, y+d.size.Letters/3, d.Show(one.at), protocol.Ink)
		}
	}
}

// line joins the points.
func (d *drawing) line() {
	path := protocol.Shape{Kind: protocol.Path, Line: protocol.Ink, Thick: 4}
	for i := range d.Points {
		path.At = append(path.At, protocol.Spot{X: d.x(i), Y: d.y(d.Points[i].Value)})
	}
	if len(path.At) > 1 {
		d.add(path)
	}
}

func (d *drawing) points() {
	signals := map[int]bool{}
	for _, signal := range d.Signals {
		signals[signal.Point] = true
	}
	for i := range d.Points {
		point := &d.Points[i]
		x, y := d.x(i), d.y(point.Value)
		d.add(protocol.Shape{Kind: protocol.GroupBegins, Text: point.Batch + ": " + point.String()})
		if signals[i] {
			d.add(protocol.Shape{Kind: protocol.Circle, At: []protocol.Spot{{X: x, Y: y}}, Radius: 8, Line: protocol.Ink, Thick: 5})
		}
		if point.Batch == d.here {
			d.add(protocol.Shape{Kind: protocol.Rectangle, At: []protocol.Spot{{X: x - 5, Y: y - 5}, {X: x + 5, Y: y + 5}}, Fill: protocol.Ink, Line: protocol.Paper, Thick: 4})
		} else {
			d.add(protocol.Shape{Kind: protocol.Circle, At: []protocol.Spot{{X: x, Y: y}}, Radius: 3, Fill: protocol.Paper, Line: protocol.Ink, Thick: 5})
		}
		d.add(protocol.Shape{Kind: protocol.GroupEnds})
	}
}

// ends says from which batch to which the chart runs.
func (d *drawing) ends() {
	foot := d.size.Height - d.size.Letters/2
	first, last := &d.Points[0], &d.Points[len(d.Points)-1]
	d.words(d.from.X, foot, first.Batch, protocol.Ink)
	if last.Batch != first.Batch {
		d.words(d.to.X-len(last.Batch)*d.size.Letters*6/10, foot, last.Batch, protocol.Ink)
	}
}
