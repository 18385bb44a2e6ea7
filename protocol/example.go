package protocol

import (
	"fmt"
	"math/big"
	"strings"

	"go.yaml.in/yaml/v3"
)

// checkExamples runs the worked examples of a formula (MBR-06): each is the
// formula itself with figures for its names, and the rounded result.
func (b *builder) checkExamples(c *Calculation, root *node) {
	for _, n := range b.listOf(b.nodes[shadow(c.Pos, "example")]) {
		text := strings.TrimSpace(n.Value)
		at := strings.LastIndex(text, " = ")
		if at < 0 {
			b.fail(n, "write it as in: 12.0 mg / 2.4 mg/mL = 5.0 mL", "the example has no result")
			continue
		}
		expect, err := ParseQuantity(strings.TrimSpace(text[at+3:]))
		if err != nil {
			b.failAt(b.inside(n, at+3), "", "the example's result cannot be read: %s", err)
			continue
		}
		figures := b.compileAt(n, "", text[:at], noScope{}, nil)
		if figures == nil {
			continue
		}
		if problem, part := matches(root, figures, map[string]string{}); problem != "" {
			b.failAt(b.inside(n, part.offset), "write the formula with figures in the places of its names", "%s", problem)
			continue
		}
		b.runExample(n, at+3, c, figures, expect)
	}
}

func (b *builder) runExample(n *yaml.Node, at int, c *Calculation, figures *node, expect Quantity) {
	var outcome *big.Rat
	outcome, _, err := (&Expression{root: figures}).run(nothing{})
	if err == nil {
		outcome, err = fromBase(outcome, c.Unit)
	}
	if err != nil {
		b.failAt(b.inside(n, 0), "", "the example cannot be calculated: %s", err)
		return
	}
	got := Quantity{Number: c.Rounding.apply(outcome), Unit: c.Unit}
	if got != expect {
		b.failAt(b.inside(n, at), "", "the example gives %s, not %s", got, expect)
	}
}

// nothing is an environment in which nothing is known.
type nothing struct{ Env }

// matches compares a formula with its example, part by part. It says what
// does not fit, and where in the example. given holds the figure of each
// name so far.
func matches(formula, figures *node, given map[string]string) (string, *node) {
	if overColumn(formula) {
		return matchesColumn(formula, figures, given)
	}
	ends := formula.op == opLowest || formula.op == opHighest
	if formula.op == opName || formula.op == opPoint || ends || formula.op == "elapsed" && figures.op != "elapsed" {
		if formula.op != "elapsed" && !constant(figures) {
			return "the example has a calculation where the formula has " + nameOf(formula), figures
		}
		if figures.sort != formula.sort {
			return fmt.Sprintf("the example has %s where the formula has %s", figures.sort, formula.sort), figures
		}
		if formula.op == opName || ends {
			name := nameOf(formula)
			if before, ok := given[name]; ok && before != figures.written() {
				return fmt.Sprintf("the example gives %s two different figures", name), figures
			}
			given[name] = figures.written()
		}
		return "", nil
	}
	if formula.op != figures.op || len(formula.args) != len(figures.args) {
		return "the example is not the formula", figures
	}
	if formula.written() != figures.written() {
		return fmt.Sprintf("the example has %s where the formula has %s", figures.written(), formula.written()), figures
	}
	for i, arg := range formula.args {
		if problem, part := matches(arg, figures.args[i], given); problem != "" {
			return problem, part
		}
	}
	return "", nil
}

// matchesColumn compares what gathers a column with its example: a figure for
// each row, as many in each column of a table.
func matchesColumn(formula, figures *node, given map[string]string) (string, *node) {
	column := formula.args[0]
	if figures.op != formula.op {
		return "the example is not the formula", figures
	}
	var written []string
	for _, arg := range figures.args {
		if !constant(arg) {
			return "the example has a calculation where the formula has " + column.name, arg
		}
		if arg.sort != column.sort {
			return fmt.Sprintf("the example has %s where the formula has %s", arg.sort, column.sort), arg
		}
		written = append(written, arg.written())
	}
	if rows := len(written); column.table.Most > 0 && (rows < column.table.Least || rows > column.table.Most) {
		return fmt.Sprintf("the example gives %s for %s, and the table has %s", countOf(rows, "figure"), column.name, column.table.size()), figures
	}
	rows := strings.TrimSuffix(column.name, column.table.Name) + rowsField
	for name, text := range map[string]string{column.name: strings.Join(written, ", "), rows: fmt.Sprint(len(written))} {
		if before, ok := given[name]; ok && before != text {
			return fmt.Sprintf("the example gives %s two different rows of figures", column.table.Name), figures
		}
		given[name] = text
	}
	return "", nil
}

// nameOf is what a figure of the example stands for, as in "lowest(transport)".
func nameOf(n *node) string {
	if n.op == opLowest || n.op == opHighest {
		return n.op + "(" + n.args[0].name + ")"
	}
	return n.name
}

// constant says that a part is a plain figure, perhaps below zero.
func constant(n *node) bool {
	switch n.op {
	case opLiteral, opText, opTruth:
		return true
	case "-_":
		return constant(n.args[0])
	}
	return false
}

// written is a figure as it stands in the text; "" for what is no figure.
func (n *node) written() string {
	switch n.op {
	case opLiteral:
		return n.qty.String()
	case opText:
		return n.text
	case opTruth:
		return fmt.Sprint(n.yes)
	case "-_":
		if constant(n.args[0]) {
			return "-" + n.args[0].written()
		}
	}
	return ""
}
