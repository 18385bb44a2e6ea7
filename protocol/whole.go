package protocol

import (
	"errors"
	"math/big"
)

// What comes only whole is counted up or down: "round up(dose / vial)" is the
// number of vials, "round down(volume, 0.5 mL)" the volume in half millilitres.
// This is a part of the process, as exact as the rest of the formula, and has
// nothing to do with how a result is rounded at the end (NUM-02, NUM-03). Up is
// towards more and down towards less, below zero as well.
const (
	opRoundUp   = "round_up"
	opRoundDown = "round_down"
)

// whole types round up and round down: a bare number alone, or a quantity with
// the whole of which it is counted.
func (t *typer) whole(n *node) *node {
	hint := "write it as in: " + spoken(n.op) + "(order.dose / vial strength), or " + spoken(n.op) + "(volume, 0.5 mL)"
	if len(n.args) != 1 && len(n.args) != 2 {
		return t.fail(n, hint, "%s takes one value, and a second where it is counted in more than ones", spoken(n.op))
	}
	if !t.quantities(n) {
		return n
	}
	amount := n.args[0]
	if len(n.args) == 1 && amount.sort != (sort{class: quantity}) {
		return t.fail(n, "say of what, as in: "+spoken(n.op)+"(volume, 0.5 mL)", "%s has no whole by itself", amount.sort)
	}
	if len(n.args) == 2 {
		by := n.args[1]
		if !t.alike(n, amount, by) {
			return n
		}
		if r, err := by.qty.rat(); by.op == opLiteral && err == nil && r.Sign() <= 0 {
			return t.fail(by, "", "nothing can be counted in steps of %s", by.qty)
		}
	}
	n.sort, n.unit = amount.sort, amount.unit
	return n
}

var errStep = errors.New("nothing can be counted in steps of 0 or less")

// counted gives the nearest whole multiple of a step that is no less, or no
// more, exactly.
func counted(n *node, args []known) (known, error) {
	one := big.NewRat(1, 1)
	if len(args) == 2 {
		one = args[1].num
	}
	if one.Sign() <= 0 {
		return known{}, errStep
	}
	steps := new(big.Rat).Quo(args[0].num, one)
	count, rest := new(big.Int).DivMod(steps.Num(), steps.Denom(), new(big.Int)) // towards less
	if n.op == opRoundUp && rest.Sign() != 0 {
		count.Add(count, big.NewInt(1))
	}
	return known{num: new(big.Rat).Mul(new(big.Rat).SetInt(count), one)}, nil
}
