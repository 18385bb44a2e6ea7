package protocol

import (
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/cockroachdb/apd/v3"
	"go.yaml.in/yaml/v3"
)

// A formula has a table's column only as a whole: its mean, sum, min, max, sd
// (of a sample) or count. Each is of all that was entered in the column, so
// that "every … at least …" is a condition on the min. While a cell that is
// needed is missing, or was not done, nobody knows any of them but the count; a
// cell that is not applicable is left out, as it is held against no limit.

// gathers says that a function takes a column.
func gathers(op string) bool {
	switch op {
	case "mean", "sum", "min", "max", "sd", "count":
		return true
	}
	return false
}

// overColumn says that a part gathers a column.
func overColumn(n *node) bool { return gathers(n.op) && len(n.args) == 1 && n.args[0].op == opColumn }

// asksFor names what a step asks for, as formulas have it: each value, and for
// a table its columns.
func asksFor(step *Step) []string {
	var names []string
	for i := range step.Inputs {
		if in := &step.Inputs[i]; in.Cell == (Cell{}) || in.Cell.Row == 1 {
			names = append(names, in.Place())
		}
	}
	return names
}

// columnOf is the leaf for a table's column, with its cells below it.
func columnOf(step *Step, t *Table, name, late string) (*node, bool) {
	full := step.Name + "." + t.Name
	if name == "" {
		if late == "" {
			late = fmt.Sprintf("%q is a table: a formula takes one of its columns, as in mean(%s.%s)", full, t.Name, "column")
		}
		return &node{op: opName, name: full, late: late, sort: sort{class: unknown}}, true
	}
	in := t.Column(name)
	if in == nil {
		return nil, false
	}
	full += "." + name
	n := named(full, in)
	n.op, n.table = opColumn, t
	switch {
	case late != "":
	case in.Type == TypeRange || in.Type == TypeFile || in.Censored:
		late = fmt.Sprintf("%q holds what is not one figure: it has limits of its own, and no place in a formula", full)
	case in.Optional:
		late = fmt.Sprintf("%q is optional, so it may never be there", full)
	}
	n.late = late
	for row := 1; row <= t.Most; row++ {
		n.args = append(n.args, named(step.Name+"."+t.Field(row, name), in))
	}
	return n, true
}

// columns refuses a column anywhere but alone in a function that gathers it.
func (t *typer) columns(n *node) bool {
	for _, arg := range n.args {
		switch {
		case arg.op != opColumn:
		case !gathers(n.op):
			t.loose(arg)
		case len(n.args) > 1:
			t.fail(arg, "write a function for each, as in max(mean(counts.viable), 5)", "the column %s stands alone in %s", arg.name, n.op)
		case n.op == "sd" && arg.table.Most > 0 && arg.table.Least < 2:
			t.fail(arg, "let the table have 2 rows at the least", "one value has no sd, and the table %s may have one row", arg.table.Name)
		default:
			continue
		}
		if arg.op == opColumn {
			n.sort = sort{class: unknown}
			return false
		}
	}
	return true
}

// loose tells that a column stands where one value is needed.
func (t *typer) loose(n *node) {
	t.fail(n, "take its mean, sum, min, max, sd or count", "%s is a column of several values", n.name)
}

// gather finds what stands in a column's cells, for a function of it. A count
// also leaves out what was not done: it is no value to be counted.
func (f *frame) gather(n *node, op string) error {
	lenient, enough := false, 1
	switch op {
	case "count":
		lenient, enough = true, 0
	case "sd":
		enough = 2
	}
	step, _, _ := strings.Cut(n.name, ".")
	counted := step + "." + n.table.Counted()
	v, ok := f.env.Value(counted)
	rows, ok := n.table.RowsOf(v, ok)
	if !ok {
		f.missing = append(f.missing, counted)
		return nil
	}
	cells := []known{}
	var inapplicable []string
	for _, cell := range n.args[:min(rows, len(n.args))] {
		v, ok := f.env.Value(cell.name)
		switch {
		case !ok:
			f.missing = append(f.missing, cell.name)
		case v.Absent == NotApplicable:
			inapplicable = append(inapplicable, cell.name+" is "+v.String())
		case v.Absent != "" && !lenient:
			f.missing = append(f.missing, cell.name+" ("+v.Absent+")")
		case v.Absent == "":
			k, err := knownOf(v)
			if err != nil {
				return err
			}
			cells = append(cells, k)
		}
	}
	if len(inapplicable) > 0 && rows-len(inapplicable) < enough {
		f.inapplicable = append(f.inapplicable, inapplicable...)
	}
	if f.columns == nil {
		f.columns = map[*node][]known{}
	}
	f.columns[n] = cells
	return nil
}

// listed writes a column's values as the arguments of its function.
func (f *frame) listed(n *node) string {
	texts := make([]string, 0, len(f.columns[n]))
	for _, k := range f.columns[n] {
		texts = append(texts, k.show)
	}
	return strings.Join(texts, ", ")
}

var errSpread = errors.New("one value alone has no sd")

// spread is the sum, the mean, or the standard deviation of a sample (with one
// less than the number of values below the line), exact but for its root,
// which has 34 digits.
func spread(op string, args []known) (known, error) {
	sum := new(big.Rat)
	for _, k := range args {
		sum.Add(sum, k.num)
	}
	if op == "sum" {
		return known{num: sum}, nil
	}
	count := new(big.Rat).SetInt64(int64(len(args)))
	mean := new(big.Rat).Quo(sum, count)
	if op == "mean" {
		return known{num: mean}, nil
	}
	if len(args) < 2 {
		return known{}, errSpread
	}
	squares := new(big.Rat)
	for _, k := range args {
		off := new(big.Rat).Sub(k.num, mean)
		squares.Add(squares, off.Mul(off, off))
	}
	root, err := squareRoot(squares.Quo(squares, count.Sub(count, big.NewRat(1, 1))))
	return known{num: root}, err
}

// squareRoot is exact where 34 digits suffice, and otherwise has 34, by decimal
// arithmetic alone.
func squareRoot(r *big.Rat) (*big.Rat, error) {
	if r.Sign() == 0 {
		return new(big.Rat), nil
	}
	of, _, err := apd.NewFromString(roundFigures(r, 2*maxDigits))
	if err != nil {
		return nil, errSpread
	}
	context := apd.BaseContext.WithPrecision(maxDigits)
	context.Rounding = apd.RoundHalfUp
	root := new(apd.Decimal)
	if _, err := context.Sqrt(root, of); err != nil {
		return nil, errSpread
	}
	out, ok := new(big.Rat).SetString(root.Text('f'))
	if !ok {
		return nil, errSpread
	}
	return out, nil
}

// checkGathered refuses a calculation over a column whose cells may be there
// without a value: one that was not done could never be calculated, and the
// step never be signed.
func (b *builder) checkGathered(n *node, at *yaml.Node) {
	if !overColumn(n) {
		for _, arg := range n.args {
			b.checkGathered(arg, at)
		}
		return
	}
	column := n.args[0]
	for _, word := range column.absent() {
		if word != NotApplicable && n.op != "count" {
			b.failAt(b.inside(at, column.offset), "leave out may be, or take its count", "%q may be %s, and then its %s is not known and the step cannot be signed", column.name, word, n.op)
			return
		}
	}
}

// absent is what may stand in a column's cells without being a value.
func (n *node) absent() []string {
	return n.table.Column(n.name[strings.LastIndexByte(n.name, '.')+1:]).Absent
}
