package protocol

import (
	"fmt"
	"strings"

	"cel.dev/cel-go/common/ast"
)

// class is the kind of thing an expression gives.
type class uint8

const (
	unknown class = iota // after a fault; agrees with everything
	quantity
	truth
	words
	moment
	span // a range or a tolerance, for "is"
	logged
)

// sort is the type of an expression: its class and, of a quantity, its
// dimension. A percentage is kept apart from a bare number, so that 95 is
// never taken for 95 %.
type sort struct {
	class   class
	dim     dims
	percent bool
}

func sortOf(u Unit) sort {
	d, err := u.dim()
	if err != nil {
		return sort{class: unknown}
	}
	return sort{class: quantity, dim: d, percent: u.Code == "%"}
}

func (s sort) String() string {
	switch s.class {
	case quantity:
		switch {
		case s.percent:
			return "a percentage"
		case s.dim == dims{}:
			return "a bare number"
		}
		return "a quantity of " + s.dim.String()
	case truth:
		return "a yes or no"
	case words:
		return "a text"
	case moment:
		return "a moment"
	case span:
		return "a range"
	case logged:
		return "a logged range"
	case unknown:
	}
	return "something unknown"
}

// The operations of a node, beside CEL's own operator names.
const (
	opLiteral = "literal"
	opText    = "text"
	opTruth   = "truth"
	opName    = "name"
	opSelf    = "self"
	opPoint   = "point"
	opColumn  = "column" // of a table; its args are the cells
)

// node is one part of a checked expression.
type node struct {
	op      string
	args    []*node
	qty     Quantity
	text    string
	yes     bool
	name    string   // full name, as in "draw up.drawn"
	choices []string // of a choice
	point   Point
	calc    *Calculation
	site    *SiteValue // that a site sets; nil for every other
	table   *Table     // of a column
	outside string     // where a figure that no step gives comes from, as in "order: dose"
	late    string     // why the value cannot be there yet; "" when it can
	unit    Unit       // in which people read it; zero where none is natural
	sort    sort
	offset  int
}

func functions() []string {
	return []string{"decayed", "elapsed", "min", "max", "abs", "mean", "sum", "sd", "count", "round up", "round down", opLowest, opHighest}
}

// asOperation is a function's name as CEL reads it, and spoken as people do.
func asOperation(function string) string { return strings.ReplaceAll(function, " ", "_") }

func spoken(op string) string { return strings.Trim(strings.ReplaceAll(op, "_", " "), " ") }

func isFunction(name string) bool {
	for _, f := range functions() {
		if f == name {
			return true
		}
	}
	return false
}

// typer turns CEL's tree into nodes and checks every type on the way.
type typer struct {
	leaves map[string]*node
	place  func(ast.Expr) int
	faults []fault
}

func (t *typer) fail(n *node, hint, format string, args ...any) *node {
	t.faults = append(t.faults, fault{offset: n.offset, message: fmt.Sprintf(format, args...), hint: hint})
	n.sort = sort{class: unknown}
	return n
}

func (t *typer) node(e ast.Expr) *node {
	at := &node{offset: t.place(e)}
	switch e.Kind() {
	case ast.IdentKind:
		if leaf, ok := t.leaves[e.AsIdent()]; ok {
			return leaf
		}
		return t.fail(at, "", "this name has no meaning here")
	case ast.LiteralKind:
		if yes, ok := e.AsLiteral().Value().(bool); ok {
			at.op, at.yes, at.sort = opTruth, yes, sort{class: truth}
			return at
		}
		return t.fail(at, "", "this cannot stand in a formula")
	case ast.CallKind:
		call := e.AsCall()
		if call.IsMemberFunction() {
			return t.fail(at, "", "a function is not called on a value")
		}
		at.op = call.FunctionName()
		for _, arg := range call.Args() {
			at.args = append(at.args, t.node(arg))
		}
		for _, arg := range at.args {
			if arg.sort.class == unknown {
				at.sort = sort{class: unknown}
				return at
			}
		}
		if !t.columns(at) {
			return at
		}
		return t.call(at)
	default:
		return t.fail(at, "", "this cannot stand in a formula")
	}
}

func (t *typer) call(n *node) *node {
	switch n.op {
	case "_+_", "_-_":
		if !t.quantities(n) || !t.alike(n, n.args[0], n.args[1]) {
			return n
		}
		n.sort, n.unit = n.args[0].sort, n.args[0].unit
	case "_*_", "_/_":
		if !t.quantities(n) {
			return n
		}
		sign := int8(1)
		if n.op == "_/_" {
			sign = -1
		}
		n.sort = sort{class: quantity, dim: n.args[0].sort.dim.plus(n.args[1].sort.dim, sign)}
		if n.args[1].sort.dim == (dims{}) {
			n.unit = n.args[0].unit
		}
		if n.sort.dim == (dims{}) {
			n.unit = One()
		}
	case "-_", "abs", "min", "max", "mean", "sum", "sd":
		return t.same(n)
	case "count":
		if len(n.args) == 0 {
			return t.fail(n, "", "count takes one value or more")
		}
		n.sort, n.unit = sort{class: quantity}, One()
	case "!_", "_&&_", "_||_":
		for _, arg := range n.args {
			if arg.sort.class != truth {
				return t.fail(arg, "", "%s stands where a condition is needed", arg.sort)
			}
		}
		n.sort = sort{class: truth}
	case "_?_:_":
		if n.args[0].sort.class != truth {
			return t.fail(n.args[0], "", "%s stands where a condition is needed", n.args[0].sort)
		}
		if t.alike(n, n.args[1], n.args[2]) {
			n.sort, n.unit = n.args[1].sort, n.args[1].unit
		}
	case "_==_", "_!=_":
		return t.equal(n)
	case "_<_", "_<=_", "_>_", "_>=_":
		if n.args[0].sort.class == logged {
			return t.loggedBound(n)
		}
		if a := n.args[0].sort.class; a != quantity && a != moment {
			return t.fail(n.args[0], "", "%s cannot be above or below anything", n.args[0].sort)
		}
		if t.alike(n, n.args[0], n.args[1]) {
			n.sort = sort{class: truth}
		}
	case "elapsed", "decayed", "within", "range":
		return t.special(n)
	case opRoundUp, opRoundDown:
		return t.whole(n)
	case opLowest, opHighest:
		return t.end(n)
	default:
		return t.fail(n, "", "this operation is not offered in a formula")
	}
	return n
}

// quantities asks that every argument is a quantity.
func (t *typer) quantities(n *node) bool {
	for _, arg := range n.args {
		if arg.sort.class != quantity {
			t.fail(arg, endsOf(arg), "%s cannot be calculated with", arg.sort)
			n.sort = sort{class: unknown}
			return false
		}
	}
	return true
}

// alike asks that two parts have one type and one dimension.
func (t *typer) alike(n, a, b *node) bool {
	if a.sort == b.sort {
		return true
	}
	bare := sort{class: quantity}
	hint := ""
	switch {
	case a.sort == bare && a.op == opLiteral:
		hint = "write the unit behind " + a.qty.Number
		n.offset = a.offset
	case b.sort == bare && b.op == opLiteral:
		hint = "write the unit behind " + b.qty.Number
		n.offset = b.offset
	}
	t.fail(n, hint, "%s and %s do not go together", a.sort, b.sort)
	return false
}

// same types minus, abs, and what gathers several values: all arguments alike,
// and so the result.
func (t *typer) same(n *node) *node {
	many := n.op != "-_" && n.op != "abs"
	if !many && len(n.args) != 1 || many && len(n.args) < 2 && !overColumn(n) {
		return t.fail(n, "", "%s takes %s", strings.Trim(n.op, "_"), map[bool]string{true: "two values or more", false: "one value"}[many])
	}
	if !t.quantities(n) {
		return n
	}
	for _, arg := range n.args[1:] {
		if !t.alike(n, n.args[0], arg) {
			return n
		}
	}
	n.sort, n.unit = n.args[0].sort, n.args[0].unit
	return n
}

func (t *typer) equal(n *node) *node {
	a, b := n.args[0], n.args[1]
	if b.sort.class == span {
		subject := *a
		if a.sort.class == logged {
			subject.sort.class = quantity // each of its figures is compared
		}
		if subject.sort.class != quantity {
			return t.fail(a, "", "%s cannot be compared with a range", a.sort)
		}
		if of := b.args[len(b.args)-1]; !t.alike(n, &subject, of) {
			return n
		}
		n.sort = sort{class: truth}
		return n
	}
	for _, side := range n.args {
		if side.sort.class == logged {
			return t.fail(side, endsOf(side), "%s is no single figure", side.sort)
		}
	}
	if !t.alike(n, a, b) {
		return n
	}
	for _, pair := range [][2]*node{{a, b}, {b, a}} {
		name, literal := pair[0], pair[1]
		if len(name.choices) == 0 || literal.op != opText {
			continue
		}
		known := false
		for _, choice := range name.choices {
			known = known || choice == literal.text
		}
		if !known {
			return t.fail(literal, suggest(literal.text, name.choices), "%q is not one of the choices", literal.text)
		}
	}
	n.sort = sort{class: truth}
	return n
}

// special types the functions with arguments of their own.
func (t *typer) special(n *node) *node {
	time := sort{class: quantity, dim: dim(duration, 1)}
	want := map[string]int{"elapsed": 2, "decayed": 3, "within": 2, "range": 2}[n.op]
	if len(n.args) != want {
		hint := map[string]string{
			"elapsed": "write it as in: elapsed(mix done, assay done)",
			"decayed": "write it as in: decayed(activity, 6.0 h, elapsed(mix done, assay done))",
		}[n.op]
		return t.fail(n, hint, "%s takes %d values, not %d", n.op, want, len(n.args))
	}
	switch n.op {
	case "elapsed":
		for _, arg := range n.args {
			if arg.sort.class != moment {
				return t.fail(arg, "a moment is a date and time, or a step's, as in: draw up done", "%s is no moment", arg.sort)
			}
		}
		n.sort, n.unit = time, Unit{Code: "min", Display: "min"}
	case "decayed":
		if n.args[0].sort.dim != dim(radioactivity, 1) || n.args[0].sort.class != quantity {
			return t.fail(n.args[0], "", "%s is no activity", n.args[0].sort)
		}
		for _, arg := range n.args[1:] {
			if arg.sort != time {
				return t.fail(arg, "", "%s is no time", arg.sort)
			}
		}
		n.sort, n.unit = n.args[0].sort, n.args[0].unit
	case "within":
		if !t.quantities(n) || !n.args[0].sort.percent && !t.alike(n, n.args[0], n.args[1]) {
			return n
		}
		n.sort = sort{class: span}
	case "range":
		if !t.quantities(n) || !t.alike(n, n.args[0], n.args[1]) {
			return n
		}
		if order, err := n.args[0].qty.Cmp(n.args[1].qty); err == nil && order > 0 {
			return t.fail(n, "write the smaller number first", "no value lies from %s to %s", n.args[0].qty, n.args[1].qty)
		}
		n.sort = sort{class: span}
	}
	return n
}
