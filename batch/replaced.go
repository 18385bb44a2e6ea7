package batch

import (
	"fmt"
	"strings"

	"countersign/protocol"
)

// replaced counts what broke a limit and stands no more: whoever reads that all
// is within its limits is told that it was not so at first (REL-06, EXE-08).
type replaced struct{ again, corrected, anew int }

// count takes in the values of a field before the one that stands, each judged
// as things stood when it was entered.
func (r *replaced) count(entries []ValueEntry) {
	for i := 1; i < len(entries); i++ {
		switch {
		case entries[i-1].Verdict.Level == "":
		case entries[i].Repeat:
			r.again++
		default:
			r.corrected++
		}
	}
}

// worked takes in the results of a calculation that stand no more: the
// exceptions tell of them.
func (r *replaced) worked(s *State, st *StepState, calc *protocol.Calculation) {
	of, now := fmt.Sprintf("limit:%s/%s=", st.Step.Name, calc.Name), ""
	if result, ok := st.Results[calc.Name]; ok && result.Verdict.Level != "" {
		now = breachPlace(st, calc, result) + result.Verdict.Reason
	}
	for _, ex := range s.Exceptions {
		if strings.HasPrefix(ex.Cause, of) && ex.Cause != now {
			r.anew++
		}
	}
}

// breachPlace begins the cause of the exception that a result gives rise to.
func breachPlace(st *StepState, calc *protocol.Calculation, result protocol.Result) string {
	return fmt.Sprintf("limit:%s/%s=%s:", st.Step.Name, calc.Name, result.Rounded)
}

// words follow the count of what breaks a limit as it stands.
func (r *replaced) words() string {
	var words string
	for _, one := range []struct {
		n    int
		what string
	}{{r.again, "value that was measured again"}, {r.corrected, "value that was corrected"}, {r.anew, "result that was worked out anew"}} {
		switch {
		case one.n == 1:
			words += fmt.Sprintf(", and 1 %s had broken one", one.what)
		case one.n > 1:
			words += fmt.Sprintf(", and %d %s had broken one", one.n, strings.Replace(one.what, " that was", "s that were", 1))
		}
	}
	return words
}
