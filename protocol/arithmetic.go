package protocol

import (
	"fmt"
	"math/big"
)

func calculate(n *node, args []known) (known, error) {
	a := args[0]
	var b known
	if len(args) > 1 {
		b = args[1]
	}
	r := new(big.Rat)
	switch n.op {
	case "_+_":
		return known{num: r.Add(a.num, b.num)}, nil
	case "_-_":
		return known{num: r.Sub(a.num, b.num)}, nil
	case "_*_":
		return known{num: r.Mul(a.num, b.num)}, nil
	case "_/_":
		if b.num.Sign() == 0 {
			return known{}, errZero
		}
		return known{num: r.Quo(a.num, b.num)}, nil
	case "-_":
		return known{num: r.Neg(a.num)}, nil
	case "abs":
		return known{num: r.Abs(a.num)}, nil
	case "min", "max":
		for _, k := range args[1:] {
			if k.num.Cmp(a.num) < 0 == (n.op == "min") {
				a = k
			}
		}
		return known{num: a.num}, nil
	case "mean", "sum", "sd":
		return spread(n.op, args)
	case "elapsed":
		return known{num: seconds(b.at.Sub(a.at))}, nil
	case "decayed":
		return decay(a.num, b.num, args[2].num)
	case opRoundUp, opRoundDown:
		return counted(n, args)
	case "!_":
		return known{yes: !a.yes}, nil
	case "_==_", "_!=_":
		return known{yes: compare(a, b, n.args[0].sort.class) == 0 == (n.op == "_==_")}, nil
	case "_<_":
		return known{yes: compare(a, b, n.args[0].sort.class) < 0}, nil
	case opLowest:
		return known{num: a.low}, nil
	case opHighest:
		return known{num: a.high}, nil
	case "_<=_":
		if a.high != nil {
			return known{yes: a.high.Cmp(b.num) <= 0}, nil
		}
		return known{yes: compare(a, b, n.args[0].sort.class) <= 0}, nil
	case "_>_":
		return known{yes: compare(a, b, n.args[0].sort.class) > 0}, nil
	case "_>=_":
		if a.low != nil {
			return known{yes: a.low.Cmp(b.num) >= 0}, nil
		}
		return known{yes: compare(a, b, n.args[0].sort.class) >= 0}, nil
	}
	return known{}, fmt.Errorf("the operation %s has no meaning", n.op)
}

func compare(a, b known, c class) int {
	switch c {
	case quantity:
		return a.num.Cmp(b.num)
	case moment:
		return a.at.Compare(b.at)
	case truth:
		if a.yes == b.yes {
			return 0
		}
		return 1
	}
	if a.text == b.text {
		return 0
	}
	return 1
}

// decay is activity × 2^(−elapsed/half-life): the law of radioactive decay,
// to 34 digits.
func decay(activity, halfLife, elapsed *big.Rat) (known, error) {
	if halfLife.Sign() <= 0 {
		return known{}, errDecay
	}
	left, err := halvings(new(big.Rat).Quo(elapsed, halfLife))
	if err != nil {
		return known{}, err
	}
	return known{num: left.Mul(left, activity)}, nil
}
