package protocol

import (
	"fmt"
	"slices"
	"strings"
)

// Resolved is the limit with the figures that it comes to, where it leans on
// another value: "within 2 % of 5.0 mL: 4.9 to 5.1 mL" for "within 2 % of
// volume". What was ordered or set by the site has its name behind it: "at most
// 0.3 mL (site: volume that stays in the line)". They are the figures that Judge
// compares with, worked out by the same rules; unit is that of the value that is
// judged. It is "" where the text has its figures already, while one of them is
// not known yet, and for what is no figure.
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

// in is the limit as people read it where it is asked: in figures, and as
// written while it has none.
func (l *Limit) in(unit Unit, env Env) string {
	if text := l.Resolved(unit, env); text != "" {
		return text
	}
	return l.Shown()
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
		text = f.tolerance(right, unit)
	} else {
		text = f.figure(right, unit)
	}
	if text == "" {
		return "", false
	}
	return words + text + f.behind(right), leans
}

// tolerance is an amount around a figure, and how far it reaches.
func (f *frame) tolerance(n *node, unit Unit) string {
	by, of := f.figure(n.args[0], unit), f.figure(n.args[1], unit)
	low, high, err := f.bounds(n)
	if err != nil || by == "" || of == "" {
		return ""
	}
	lowest, err := fromBase(low, unit)
	if err != nil {
		return ""
	}
	highest, err := fromBase(high, unit)
	if err != nil {
		return ""
	}
	most := Quantity{Number: plain(highest), Unit: unit}
	return fmt.Sprintf("within %s of %s: %s to %s", by, of, Quantity{Number: plain(lowest)}.Brief(), most.Brief())
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

// behind names what was ordered or set by the site among the figures of a part:
// " (site: rest)". Where the part is worked out from it, its figure stands there
// too: " (order: dose 12.0 mg)".
func (f *frame) behind(n *node) string {
	var names []string
	parts := []*node{n}
	if n.op == "within" {
		parts = n.args
	}
	for _, part := range parts {
		for _, leaf := range part.outer() {
			text := leaf.outside
			if shown, err := f.shown(leaf); leaf != part && err == nil {
				text += " " + shown
			}
			if !slices.Contains(names, text) {
				names = append(names, text)
			}
		}
	}
	if len(names) == 0 {
		return ""
	}
	return " (" + strings.Join(names, "; ") + ")"
}

// outer are the leaves of an expression that come from outside the steps.
func (n *node) outer() []*node {
	if n.outside != "" {
		return []*node{n}
	}
	var all []*node
	for _, arg := range n.args {
		all = append(all, arg.outer()...)
	}
	return all
}

// leans says that a figure of the batch is in the expression.
func (n *node) leans() bool {
	return n.op == opName || n.op == opPoint || slices.ContainsFunc(n.args, (*node).leans)
}
