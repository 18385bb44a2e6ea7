package batch

import (
	"errors"

	"countersign/protocol"
)

// yieldClass is the class of the exception that a yield outside its limits is:
// a quality lead investigates it and writes down what was found (MAT-04).
const yieldClass = "yield"

// PhaseYield is the yield of one phase of a batch (21 CFR 211.188(b)(7)).
type PhaseYield struct {
	Phase, Step, Title  string
	Calc                *protocol.Calculation
	Actual, Theoretical string          // as recorded; "" while they are not there
	Result              protocol.Result // Rounded is in percent
	Known               bool
	Exception           int  // its number; 0 for none
	Open                bool // it is not decided
}

// Yields gives the yield of every phase that the protocol asks for and that is
// part of this batch, in order.
func (s *State) Yields() []PhaseYield {
	var all []PhaseYield
	for i := range s.Steps {
		st := &s.Steps[i]
		for j := range st.Step.Calcs {
			calc := &st.Step.Calcs[j]
			if calc.Yield == "" || st.Skipped {
				continue
			}
			y := PhaseYield{Phase: calc.Yield, Step: st.Step.Name, Title: titled(calc.Title, calc.Name), Calc: calc}
			y.Result, y.Known = st.Results[calc.Name]
			var missing *protocol.Missing
			if actual, theoretical, err := calc.Amounts(s.envAt(st)); err == nil || !errors.As(err, &missing) {
				y.Actual, y.Theoretical = actual, theoretical
			}
			for _, ex := range s.Exceptions {
				if ex.Step == st.Step.Name && ex.Field == calc.Name && ex.Class == yieldClass {
					y.Exception, y.Open = ex.Number, ex.Resolved == nil
				}
			}
			all = append(all, y)
		}
	}
	return all
}
