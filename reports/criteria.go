package reports

import (
	"fmt"

	"countersign/batch"
)

// criteria lists the conditions of release with their answer: once the batch is
// released, as they stood when that was signed, and what came since beside them.
func (r *record) criteria() {
	released, shown := r.State.CriteriaShown()
	t := newTable(column{"Criterion as approved", 42}, column{"Source", 14}, column{"Result", 44})
	for _, c := range shown {
		result := criterionResult(c.CriterionResult)
		switch {
		case c.Fails:
			result = append(result, text{boldStyle, signBroken + " Since then: " + c.Since})
		case c.Since != "":
			result = append(result, text{smallStyle, "Since then: " + c.Since})
		}
		t.add(say(c.Name), small(c.Source), result)
	}
	if len(t.rows) == 0 {
		r.write(say("The protocol names none."))
		return
	}
	if released != nil {
		r.write(say(fmt.Sprintf("As at %s, %s.", released.Word(), r.at(released.At))))
	}
	r.grid(t)
}

// criterionResult writes the answer to a criterion of release.
func criterionResult(c batch.CriterionResult) cell {
	switch {
	case !c.Known && c.Later:
		return cell{{boldStyle, signOpen + " known only after release"}, {smallStyle, c.Sentence}}
	case !c.Known:
		return cell{{boldStyle, signOpen + " not known yet"}, {smallStyle, c.Sentence}}
	case !c.Holds:
		return cell{{boldStyle, signBroken + " does not hold"}, {smallStyle, c.Sentence}}
	}
	return cell{{plainStyle, signHolds + " holds"}, {smallStyle, c.Sentence}}
}
