package protocol

import (
	"fmt"
	"slices"
)

// Resolved is the limit with the figures that it comes to, where it leans on
// another value: "within 2 % of 5.0 mL: 4.9 to 5.1 mL" for "within 2 % of
// volume". They are the figures that Judge compares with, worked out by the same
// rules; unit is that of the value that is judged. It is "" where the text has
// its figures already, while one of them is not known yet, and for what is no
// figure.
func (l *Limit) Resolved(unit Unit, env Env) string {
	if l.Cond == nil || unit.Code == "" {
		return ""
	}
	root := l.Cond.root
	if l.Outside {
		if root.op != "!_" {
			return "" // "outside 2 to 8 Cel"
		}
		root = root.args[0] // the text names what breaks it
	}
	f := &frame{env: remember(env), rounded: l.Cond.rounded}
	text, leans := f.resolved(root, unit)
	if !leans {
		return ""
	}
	return text
}

// comparedWith is how comparing with a figure is said.
func comparedWith(op string) (string, bool) {
	words, ok := map[string]string{"_<_": "below ", "_<=_": "at most ", "_>_": "above ", "_>=_": "at least ", "_==_": "", "_!=_": "not "}[op]
	return words, ok
}

// resolved writes a condition about the subject in figures. leans says that one
// of them came from another value; the text is "" where it cannot be written.
func (f *frame) resolved(n *node, unit Unit) (text string, leans bool) {
	words, ok := comparedWith(n.op)
	if !ok || n.args[0].op != opSelf || n.args[0].sort.class != quantity {
		return "", false
	}
	right := n.args[1]
	if err := f.fill(right); err != nil || len(f.missing)+len(f.inapplicable) > 0 {
		return "", false
	}
	leans = right.leans()
	if right.op == "range" {
		return words + right.args[0].qty.Number + " to " + right.args[1].qty.String(), false
	}
	if right.op == "within" {
		by, of := f.figure(right.args[0], unit), f.figure(right.args[1], unit)
		low, high, err := f.bounds(right)
		if err != nil || by == "" || of == "" {
			return "", false
		}
		lowest, err := fromBase(low, unit)
		if err != nil {
			return "", false
		}
		highest, err := fromBase(high, unit)
		if err != nil {
			return "", false
		}
		most := Quantity{Number: plain(highest), Unit: unit}
		return fmt.Sprintf("%swithin %s of %s: %s to %s", words, by, of, Quantity{Number: plain(lowest)}.Brief(), most.Brief()), leans
	}
	figure := f.figure(right, unit)
	if figure == "" {
		return "", false
	}
	return words + figure, leans
}

// figure is a part of a limit as people read it: as it was entered or rounded,
// or else worked out, in the unit of what is judged where it has none of its own.
func (f *frame) figure(n *node, unit Unit) string {
	k, err := f.eval(n)
	switch {
	case err != nil || k.num == nil || k.beyond != "":
		return ""
	case k.show != "":
		return k.show
	}
	lent := *n
	if lent.unit.Code == "" {
		lent.unit = unit
	}
	r, err := fromBase(k.num, lent.unit)
	if err != nil {
		return ""
	}
	return Quantity{Number: plain(r), Unit: lent.unit}.Brief()
}

// leans says that a figure of the batch is in the expression. What a site sets is
// no such figure: it stands behind its name wherever the limit is shown.
func (n *node) leans() bool {
	return n.op == opName && n.site == nil || n.op == opPoint || slices.ContainsFunc(n.args, (*node).leans)
}
