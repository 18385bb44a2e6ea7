package protocol

import "math/big"

// interval is a set of values between two bounds; a nil bound is absent.
type interval struct {
	low, high         *big.Rat
	lowOpen, highOpen bool // the bound itself does not belong
}

func everything() interval { return interval{} }

// meet is what two intervals have in common.
func (i interval) meet(j interval) interval {
	if j.low != nil && (i.low == nil || j.low.Cmp(i.low) > 0 || j.low.Cmp(i.low) == 0 && j.lowOpen) {
		i.low, i.lowOpen = j.low, j.lowOpen
	}
	if j.high != nil && (i.high == nil || j.high.Cmp(i.high) < 0 || j.high.Cmp(i.high) == 0 && j.highOpen) {
		i.high, i.highOpen = j.high, j.highOpen
	}
	return i
}

func (i interval) empty() bool {
	if i.low == nil || i.high == nil {
		return false
	}
	order := i.low.Cmp(i.high)
	return order > 0 || order == 0 && (i.lowOpen || i.highOpen)
}

// bounded is an interval that holds every value for which a condition is
// true (or, with holds false, not true). Where a condition is not about
// figures alone it is everything, so that no sound limit is ever refused.
func bounded(n *node, holds bool) interval {
	switch n.op {
	case "!_":
		return bounded(n.args[0], !holds)
	case "_&&_", "_||_":
		if (n.op == "_&&_") == holds {
			return bounded(n.args[0], holds).meet(bounded(n.args[1], holds))
		}
		return everything()
	case "_<_", "_<=_", "_>_", "_>=_", "_==_":
	default:
		return everything()
	}
	if n.args[0].op != opSelf || n.args[0].sort.class != quantity {
		return everything()
	}
	right := n.args[1]
	if right.op == "range" && holds {
		low, errLow := right.args[0].qty.base()
		high, errHigh := right.args[1].qty.base()
		if errLow != nil || errHigh != nil {
			return everything()
		}
		return interval{low: low, high: high}
	}
	below := n.op == "_<_" || n.op == "_<=_"
	strict := n.op == "_<_" || n.op == "_>_"
	if right.site != nil && right.site.Type == TypeDecimal {
		return right.site.bounds(n.op, below == holds, strict == holds, holds)
	}
	if right.op != opLiteral {
		return everything()
	}
	bound, err := right.qty.base()
	if err != nil {
		return everything()
	}
	if n.op == "_==_" {
		if !holds {
			return everything()
		}
		return interval{low: bound, high: bound}
	}
	if !holds {
		below, strict = !below, !strict
	}
	if below {
		return interval{high: bound, highOpen: strict}
	}
	return interval{low: bound, lowOpen: strict}
}

// bounds is all that may meet a comparison with what some site sets: a figure
// below the highest, or above the lowest.
func (v *SiteValue) bounds(op string, below, strict, holds bool) interval {
	low, errLow := v.Low.base()
	high, errHigh := v.High.base()
	switch {
	case errLow != nil || errHigh != nil || op == "_==_" && !holds:
		return everything()
	case op == "_==_":
		return interval{low: low, high: high}
	case below:
		return interval{high: high, highOpen: strict}
	}
	return interval{low: low, lowOpen: strict}
}
