package register

import (
	"strings"
	"testing"
	"time"
)

// TestTheRulesProposeAPauseAfterThreeMajorDeviationsInThirtyDays (DEV-09): not
// after two, nor after three that lie further apart, nor once more after the
// control site has decided; and each further one proposes it again.
func TestTheRulesProposeAPauseAfterThreeMajorDeviationsInThirtyDays(t *testing.T) {
	s := newShelf(t)
	s.now = s.now.AddDate(0, -8, 0)
	activeUnit(s, "U-1", false)
	activeUnit(s, "U-2", false)
	raise := func(unit string, risk Risk) {
		t.Helper()
		w, err := Decide(s.books, OpenDeviation{Year: 2026, Unit: unit, Risk: risk, What: "The door stood open.", Immediate: "It was shut."},
			Facts{Person: s.people["Helen"], Zone: time.UTC, Now: s.now, Deviation: &DeviationFacts{}})
		if err != nil {
			t.Fatal(err)
		}
		s.write("Helen", w)
	}
	proposed := func(unit, why string) {
		t.Helper()
		for _, one := range s.books.PauseProposals(s.now) {
			if one.Unit == unit && why != "" && strings.Contains(one.Why, why) {
				return
			}
			if one.Unit == unit {
				t.Fatalf("it is proposed to pause %s: %s", unit, one.Why)
			}
		}
		if why != "" {
			t.Fatalf("nothing proposes to pause %s", unit)
		}
	}
	const day = 24 * time.Hour
	raise("U-1", RiskMajor)
	raise("U-1", RiskMinor)
	raise("U-2", RiskMajor)
	raise("U-1", RiskMajor)
	proposed("U-1", "")
	s.now = s.now.Add(30*day + time.Hour) // the first two lie too far back
	raise("U-1", RiskMajor)
	proposed("U-1", "")
	raise("U-1", RiskMajor)
	proposed("U-1", "")
	s.now = s.now.Add(29 * day)
	raise("U-1", RiskMajor)
	proposed("U-1", "3 major deviations within 30 days: D-2026-0005, D-2026-0006, D-2026-0007.")
	proposed("U-2", "")
	s.refused("no_role", "Helen", KeepUnit{Unit: "U-1", Deviations: []string{"D-2026-0005", "D-2026-0006", "D-2026-0007"}, Reason: "They have one cause."})
	s.refused("no_proposal", "Clara", KeepUnit{Unit: "U-1", Deviations: []string{"D-2026-0005"}, Reason: "They have one cause."})
	s.must("Clara", KeepUnit{Unit: "U-1", Deviations: []string{"D-2026-0005", "D-2026-0006", "D-2026-0007"}, Reason: "They have one cause."})
	proposed("U-1", "")
	raise("U-1", RiskMajor)
	proposed("U-1", "D-2026-0008")
	s.must("Helen", PauseUnit{Unit: "U-1", Reason: "So it shall be.", Effect: effect})
	proposed("U-1", "")
}
