package api

import "countersign/batch"

// YieldView is the yield of one phase.
type YieldView struct {
	Phase       string `json:"phase"`
	Step        string `json:"step"`
	Actual      string `json:"actual,omitempty"`
	Theoretical string `json:"theoretical,omitempty"`
	Yield       string `json:"yield,omitempty" doc:"in percent; absent while it is not known"`
	Verdict     string `json:"verdict,omitempty" doc:"warn, action or reject when a limit does not hold"`
	Exception   int    `json:"exception,omitempty"`
}

func yieldViews(s *batch.State) (all []YieldView) {
	for _, y := range s.Yields() {
		one := YieldView{Phase: y.Phase, Step: y.Step, Actual: y.Actual, Theoretical: y.Theoretical, Exception: y.Exception}
		if y.Known {
			one.Yield, one.Verdict = y.Calc.Show(y.Result.Rounded), string(y.Result.Verdict.Level)
		}
		all = append(all, one)
	}
	return all
}
