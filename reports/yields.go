package reports

import "fmt"

// yields lists the yield of every phase: what came, of what could have come, in
// percent, against its limits (MAT-04; 21 CFR 211.188(b)(7)).
func (r *record) yields() {
	all := r.State.Yields()
	if len(all) == 0 {
		return
	}
	r.part("Yields")
	t := newTable(column{"Phase", 22}, column{"Actual", 17}, column{"Theoretical", 17}, column{"Yield", 12}, column{"Limit as approved", 16}, column{"Outcome", 16})
	for _, y := range all {
		phase := cell{{plainStyle, y.Phase}, {smallStyle, "step " + y.Step}}
		if !y.Known {
			t.add(phase, say(orDash(y.Actual)), say(orDash(y.Theoretical)), say(signOpen+" missing"), small(r.limits(r.State.Step(y.Step), y.Calc.Unit, y.Calc.Limits)), small("not known"))
			continue
		}
		result := outcome(y.Result.Verdict, len(y.Calc.Limits) > 0)
		if y.Exception > 0 {
			words := fmt.Sprintf("exception %d, decided", y.Exception)
			if y.Open {
				words = fmt.Sprintf("exception %d, OPEN", y.Exception)
			}
			result = append(result, text{smallStyle, words})
		}
		t.add(phase, say(y.Actual), say(y.Theoretical), cell{{boldStyle, y.Calc.Show(y.Result.Rounded)}}, small(r.limits(r.State.Step(y.Step), y.Calc.Unit, y.Calc.Limits)), result)
	}
	r.grid(t)
}
