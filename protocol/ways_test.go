package protocol

import "testing"

func TestTheCheckerCountsTheWays(t *testing.T) {
	for name, want := range map[string]string{
		"aso-intrathecal.yaml": "one way through it",
		"treg.yaml":            "one way through it",
		"cart-prodigy.yaml":    "12 ways through it", // the gate or not, and one to six rounds
	} {
		if got := example(t, name).WaysText(); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	var many Protocol
	for range 50 {
		many.Sections = append(many.Sections, Section{When: &Condition{}, Steps: []Step{{}}})
	}
	if got := many.WaysText(); got != "more than 1000000000000 ways through it" {
		t.Error(got)
	}
}
