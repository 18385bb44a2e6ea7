package protocol

import (
	"fmt"
	"math/big"
)

// A logged range is all that a device recorded, from its lowest to its highest
// figure. What is said of it is said of everything that was logged: it is
// within 2.0 to 8.0 Cel, at most 8.0 Cel, or at least 2.0 Cel, or it is not.
// "Above 8.0 Cel" could mean all of it or a part, and a reader who takes the
// other meaning releases what was too warm; so a single end is named instead:
// highest(arrival.transport) above 8.0 Cel. The mean may be missing, and proves
// nothing about any moment, so no condition can lean on it.
const (
	opLowest  = "lowest"
	opHighest = "highest"
)

// endsOf tells an author how one end of a logged range is named; "" for what is
// none.
func endsOf(n *node) string {
	if n.sort.class != logged {
		return ""
	}
	return fmt.Sprintf("name one end, as in lowest(%s) or highest(%s)", n.name, n.name)
}

// loggedBound types at most and at least on a logged range.
func (t *typer) loggedBound(n *node) *node {
	if n.op == "_<_" || n.op == "_>_" {
		word, end := "above", opHighest
		if n.op == "_<_" {
			word, end = "below", opLowest
		}
		hint := fmt.Sprintf("write %s(%s) %s … if a part of it counts, or at most, at least or within for all of it", end, n.args[0].name, word)
		return t.fail(n.args[0], hint, "%q could mean all of %s or a part of it", word, n.args[0].name)
	}
	each := *n.args[0]
	each.sort.class = quantity
	if t.alike(n, &each, n.args[1]) {
		n.sort = sort{class: truth}
	}
	return n
}

// end types lowest and highest.
func (t *typer) end(n *node) *node {
	if len(n.args) != 1 || n.args[0].sort.class != logged {
		return t.fail(n, "write it as in: "+n.op+"(arrival.transport)", "%s takes one logged range", n.op)
	}
	n.sort, n.unit = n.args[0].sort, n.args[0].unit
	n.sort.class = quantity
	return n
}

// lowest and highest are the ends of a logged range; of one figure, itself.
func (k known) lowest() *big.Rat {
	if k.low != nil {
		return k.low
	}
	return k.num
}

func (k known) highest() *big.Rat {
	if k.high != nil {
		return k.high
	}
	return k.num
}

// loggedReason says how a logged range stands to a bound.
func (f *frame) loggedReason(n *node, text string, holds bool) (string, error) {
	bound, err := f.shown(n.args[1])
	if err != nil {
		return "", err
	}
	word := map[string]string{"_<=_": "at most", "_>=_": "at least"}[n.op]
	if !holds {
		word = "not " + word
	}
	return fmt.Sprintf("%s is %s %s", text, word, bound), nil
}
