package protocol

import "math/big"

// figure is an exact number in little room: n × 10^-places, in base units. The
// figures of every day are judged by the thousand, and most are of this kind.
type figure struct {
	n      int64
	places int
}

// mostPlaces bounds a figure's places, so that 10^places is an int64.
const mostPlaces = 18

func tens(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

// figure is the quantity in base units: up to 12 digits in a unit that stands
// alone. There is none for others.
func (q Quantity) figure() (figure, bool) {
	unit, ok := atomOf(q.Unit.Code)
	places := q.Places() - unit.exp
	more := max(0, -places) // in units of a thousand, a million
	if !ok || unit.num < 1 || more > 6 || places > mostPlaces || len(q.Number) > 12 || checkNumber(q.Number) != nil {
		return figure{}, false
	}
	var n int64
	for _, c := range []byte(q.Number) {
		if c >= '0' {
			n = n*10 + int64(c-'0')
		}
	}
	if q.Number[0] == '-' {
		n = -n
	}
	return figure{n * unit.num * tens(more), max(0, places)}, true
}

func (f figure) rat() *big.Rat { return big.NewRat(f.n, tens(f.places)) }

// figureOf is an exact number as a figure; there is none for what is no
// decimal, or too long.
func figureOf(r *big.Rat) (figure, bool) {
	if !r.Num().IsInt64() || !r.Denom().IsInt64() {
		return figure{}, false
	}
	n, d, scale := r.Num().Int64(), r.Denom().Int64(), int64(1)
	for places := range mostPlaces + 1 {
		if scale%d == 0 {
			scaled := n * (scale / d)
			return figure{scaled, places}, scaled/(scale/d) == n
		}
		scale *= 10
	}
	return figure{}, false
}

// cmp compares two figures; ok is false where one of them is too long for it.
func (f figure) cmp(g figure) (order int, ok bool) {
	if f.places > g.places {
		order, ok = g.cmp(f)
		return -order, ok
	}
	scale := tens(g.places - f.places)
	n := f.n * scale
	if f.n != 0 && n/scale != f.n {
		return 0, false
	}
	switch {
	case n < g.n:
		return -1, true
	case n > g.n:
		return 1, true
	}
	return 0, true
}

// figures are the bounds of a limit that asks nothing but figures: it holds for
// exactly what lies between them.
type figures struct {
	low, high         figure
	below, above      bool // there is a high bound, a low one
	lowOpen, highOpen bool // the bound itself does not belong
}

// figuresOf gives a condition's bounds; nil where it asks anything else, or
// where a bound is no figure.
func figuresOf(root *node, within interval) *figures {
	if !plainBound(root, true) || !ofQuantity(root) {
		return nil
	}
	f := &figures{above: within.low != nil, below: within.high != nil, lowOpen: within.lowOpen, highOpen: within.highOpen}
	okLow, okHigh := true, true
	if f.above {
		f.low, okLow = figureOf(within.low)
	}
	if f.below {
		f.high, okHigh = figureOf(within.high)
	}
	if !okLow || !okHigh || !f.above && !f.below {
		return nil
	}
	return f
}

// ofQuantity says that it is a single quantity that a plain bound is about.
func ofQuantity(n *node) bool {
	for n.op != opSelf {
		n = n.args[0]
	}
	return n.sort.class == quantity
}

// hold says that a value lies between the bounds; known is false for a value
// that has to be looked at in another way.
func (f *figures) hold(v *Value) (holds, known bool) {
	if f == nil || v.Type != TypeDecimal && v.Type != TypeCount || v.Beyond != "" {
		return false, false
	}
	at, ok := v.Quantity.figure()
	if !ok {
		return false, false
	}
	holds = true
	if f.above {
		order, ok := at.cmp(f.low)
		if !ok {
			return false, false
		}
		holds = order > 0 || order == 0 && !f.lowOpen
	}
	if f.below {
		order, ok := at.cmp(f.high)
		if !ok {
			return false, false
		}
		holds = holds && (order < 0 || order == 0 && !f.highOpen)
	}
	return holds, true
}
