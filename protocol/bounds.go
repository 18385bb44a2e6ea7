package protocol

import "math/big"

// Bounds gives the figures between which a value of a unit meets the limit, as
// numbers of that unit; nil where there is none, or where the bound is no figure
// of the text but hangs on another value.
func (l *Limit) Bounds(u Unit) (low, high *big.Rat) {
	if l.Cond == nil {
		return nil, nil
	}
	within := bounded(l.Cond.root, true)
	in := func(bound *big.Rat) *big.Rat {
		if bound == nil {
			return nil
		}
		r, err := fromBase(bound, u)
		if err != nil {
			return nil
		}
		return r
	}
	return in(within.low), in(within.high)
}
