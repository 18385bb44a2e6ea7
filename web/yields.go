package web

import (
	"fmt"
	"strings"

	"countersign/batch"
)

// yieldsOf lists the yield of every phase for whoever reviews (MAT-04).
func yieldsOf(s *batch.State) list {
	t := table{
		Caption: "Yields by phase", Empty: "The protocol asks for no yield.",
		Columns: titles("Phase", "Step", "Actual", "Theoretical", "Yield", "Limits", "Outcome"),
	}
	for _, y := range s.Yields() {
		yield, result := "not known yet", ""
		if y.Known {
			yield, result = y.Calc.Show(y.Result.Rounded), "✓ within"
		}
		if level := y.Result.Verdict.Level; level != "" {
			result = fmt.Sprintf("✗ %s: %s", level, y.Result.Verdict.Reason)
		}
		if y.Exception > 0 {
			result += fmt.Sprintf("; exception %d", y.Exception)
			if y.Open {
				result += ", to be investigated"
			}
		}
		t.Rows = append(t.Rows, row{
			{Text: y.Phase},
			{Text: y.Step, To: stepAddress(s.ID, y.Step)},
			{Text: y.Actual},
			{Text: y.Theoretical},
			{Text: yield},
			{Text: strings.Join(limitsOf(s, s.Step(y.Step), y.Calc.Unit, y.Calc.Limits), "; ")},
			{Text: result},
		})
	}
	return list{table: t}
}
