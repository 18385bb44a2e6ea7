package protocol

import (
	"fmt"
	"math/big"
	"strings"
	"time"
)

// binding is how tightly an operation binds its parts, for brackets.
func binding(op string) int {
	switch op {
	case "_?_:_":
		return 1
	case "_||_":
		return 2
	case "_&&_":
		return 3
	case "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_":
		return 4
	case "_+_", "_-_":
		return 5
	case "_*_", "_/_":
		return 6
	case "-_", "!_":
		return 7
	}
	return 8
}

// working writes a formula with the figures in the places of the names
// (NUM-05).
func (f *frame) working(n *node, outer int) (string, error) {
	switch n.op {
	case opLiteral, opSelf, opName, opPoint, opText, opTruth:
		return f.shown(n)
	case opColumn:
		return f.listed(n), nil
	case "elapsed":
		k, err := f.eval(n)
		return showSeconds(k.num), err
	}
	parts := make([]string, len(n.args))
	own := binding(n.op)
	for i, arg := range n.args {
		inner := own
		if i > 0 && own < 7 {
			inner++ // the right side of - and / keeps its brackets
		}
		if own == 8 {
			inner = 0
		}
		text, err := f.working(arg, inner)
		if err != nil {
			return "", err
		}
		parts[i] = text
	}
	var text string
	switch {
	case n.op == "_?_:_":
		text = parts[0] + " ? " + parts[1] + " : " + parts[2]
	case n.op == "_*_":
		text = parts[0] + " × " + parts[1]
	case len(parts) == 2 && strings.HasPrefix(n.op, "_"):
		text = parts[0] + " " + strings.Trim(n.op, "_") + " " + parts[1]
	case own == 7:
		text = strings.Trim(n.op, "_") + parts[0]
	default:
		return spoken(n.op) + "(" + strings.Join(parts, ", ") + ")", nil
	}
	if own < outer {
		text = "(" + text + ")"
	}
	return text, nil
}

func showSeconds(r *big.Rat) string {
	if r == nil {
		return ""
	}
	nano := new(big.Rat).Mul(r, big.NewRat(int64(time.Second), 1))
	if nano.IsInt() && nano.Num().IsInt64() {
		return ShowDuration(time.Duration(nano.Num().Int64()))
	}
	return plain(r) + " s"
}

// shown is a part's value as people read it.
func (f *frame) shown(n *node) (string, error) {
	k, err := f.eval(n)
	if err != nil {
		return "", err
	}
	if k.show != "" {
		return k.show, nil
	}
	return show(k, n)
}

func show(k known, n *node) (string, error) {
	switch n.sort.class {
	case truth:
		if k.yes {
			return "yes", nil
		}
		return "no", nil
	case quantity:
		if n.op == "elapsed" {
			return showSeconds(k.num), nil
		}
		if n.unit.Code == "" {
			return plain(k.num), nil
		}
		r, err := fromBase(k.num, n.unit)
		if err != nil {
			return "", err
		}
		return Quantity{Number: plain(r), Unit: n.unit}.String(), nil
	}
	return k.show, nil
}

// reason says, in a sentence's words, how a condition came out.
func (f *frame) reason(n *node) (string, error) {
	k, err := f.eval(n)
	if err != nil {
		return "", err
	}
	switch n.op {
	case "!_":
		return f.reason(n.args[0])
	case "_&&_", "_||_":
		var said []string
		for _, arg := range n.args {
			part, err := f.eval(arg)
			if err != nil {
				return "", err
			}
			if part.yes != k.yes {
				continue
			}
			text, err := f.reason(arg)
			if err != nil {
				return "", err
			}
			said = append(said, text)
		}
		return strings.Join(said, " and "), nil
	case "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_":
		return f.compared(n, k.yes)
	case opName, opSelf:
		text, err := f.shown(n)
		return strings.TrimSpace(n.name + " is " + text), err
	}
	return "", nil
}

func (f *frame) compared(n *node, holds bool) (string, error) {
	left, right := n.args[0], n.args[1]
	a, err := f.eval(left)
	if err != nil {
		return "", err
	}
	text, err := f.shownBeside(left, right)
	if err != nil {
		return "", err
	}
	if right.sort.class == span {
		return f.ranged(text, a, right)
	}
	if a.low != nil {
		return f.loggedReason(n, text, holds)
	}
	other, err := f.shownBeside(right, left)
	if err != nil {
		return "", err
	}
	b, err := f.eval(right)
	if err != nil {
		return "", err
	}
	order := compare(a, b, left.sort.class)
	if left.op == opName && (left.sort.class == words || left.sort.class == truth) {
		return picked(left, text, other, order == 0), nil
	}
	word := "is"
	switch {
	case n.op == "_==_" || n.op == "_!=_":
		if order != 0 {
			word = "is not"
		}
	case order > 0:
		word = "is above"
	case order < 0:
		word = "is below"
	case holds:
		word = "is at the limit of"
	default:
		word = "is not " + map[string]string{"_<_": "below", "_>_": "above"}[n.op]
	}
	if left.sort.class == moment && order != 0 {
		word = map[bool]string{true: "is after", false: "is before"}[order > 0]
	}
	return text + " " + word + " " + other, nil
}

// picked says what a value in words is, by the field's own name: "appearance is
// cloudy, not clear".
func picked(n *node, text, other string, same bool) string {
	reason := n.name[strings.LastIndexByte(n.name, '.')+1:] + " is " + text
	if !same {
		reason += ", not " + other
	}
	return reason
}

// shownBeside shows a part in the other's unit where it has none of its own.
func (f *frame) shownBeside(n, other *node) (string, error) {
	if n.sort.class == quantity && n.unit.Code == "" {
		lent := other.unit
		if other.sort.class == span {
			lent = other.args[1].unit
		}
		k, err := f.eval(n)
		if err != nil || k.show != "" {
			return k.show, err
		}
		borrowed := *n
		borrowed.unit = lent
		return show(k, &borrowed)
	}
	return f.shown(n)
}

func (f *frame) ranged(text string, value known, n *node) (string, error) {
	low, high, err := f.bounds(n)
	if err != nil {
		return "", err
	}
	first, err := f.shown(n.args[0])
	if err != nil {
		return "", err
	}
	second, err := f.shown(n.args[1])
	if err != nil {
		return "", err
	}
	below, above := value.lowest().Cmp(low) < 0, value.highest().Cmp(high) > 0
	if value.low != nil && n.op == "range" {
		word := "is"
		if below || above {
			word = "is not"
		}
		return fmt.Sprintf("%s %s within %s to %s", text, word, n.args[0].qty.Number, second), nil
	}
	if n.op == "within" {
		word := "is"
		if below || above {
			word = "is not"
		}
		return fmt.Sprintf("%s %s within %s of %s", text, word, first, second), nil
	}
	switch {
	case below:
		return text + " is below " + first, nil
	case above:
		return text + " is above " + second, nil
	}
	return fmt.Sprintf("%s is from %s to %s", text, first, second), nil
}
