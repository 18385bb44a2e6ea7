package register

import (
	"testing"
	"time"
)

// MAT-02, MAT-05: every sentence that says why something is not fit names its
// rule, and what somebody wrote behind it names none.
func TestEverySentenceOfWhatIsNotFitNamesItsRule(t *testing.T) {
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	lot, machine := Fitness{Stream: "lot/L-0001", Number: "ASO-7"}, Fitness{Stream: "equipment/E-0001", Number: "E-0001"}
	for must, want := range map[string]struct {
		fit  Fitness
		rule string
	}{
		"released":   {lot, "not released"},
		"in date":    {lot, "out of date"},
		"qualified":  {machine, "not qualified"},
		"calibrated": {machine, "not calibrated"},
		"clean":      {machine, "not clean"},
	} {
		if why := want.fit.Failing(must, now); why == "" || RuleOf(why) != want.rule {
			t.Errorf("%q is %q", why, RuleOf(why))
		}
	}
	for why, rule := range map[string]string{
		"E-0001 is out of service: it is out of calibration": "out of service",
		"lot ASO-7 is recalled: it is not released":          "recalled",
		"lot ASO-7 is quarantined: a leak":                   "quarantined",
		"lot ASO-7 is rejected: a leak":                      "rejected",
		"batch B-1 is using E-0001":                          "in use",
		"batch B-1 has used E-0001 since it was cleaned":     "not clean",
		"this is vial, and the step asks for cabinet":        "",
		"lot ASO-7 is another patient's":                     "",
		"":                                                   "",
	} {
		if got := RuleOf(why); got != rule {
			t.Errorf("%q is %q", why, got)
		}
	}
}
