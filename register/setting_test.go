package register

import (
	"testing"
	"time"
)

// TestTheControlSiteSetsHowSoonItAcknowledges (DEV-02): the graver the sooner, and
// what was raised before keeps its time.
func TestTheControlSiteSetsHowSoonItAcknowledges(t *testing.T) {
	s := newShelf(t)
	raise := func() *Deviation {
		t.Helper()
		id := s.books.DeviationNumber(2026)
		w, err := Decide(s.books, OpenDeviation{Year: 2026, Risk: RiskCritical, What: "A window stood open.", Immediate: "It was shut."},
			Facts{Person: s.people["Helen"], Zone: time.UTC, Now: s.now, Deviation: &DeviationFacts{}})
		if err != nil {
			t.Fatal(err)
		}
		s.write("Helen", w)
		d, _ := s.books.Deviation(id)
		return d
	}
	if clock, by := s.books.AcknowledgementClock(); by != nil || clock != (Hours{Critical: 4, Major: 24, Minor: 72}) {
		t.Errorf("before anybody sets it: %+v, %v", clock, by)
	}
	before := raise()
	s.refused("no_role", "Helen", SetAcknowledgement{Critical: 1, Major: 8, Minor: 24, Reason: "as agreed"})
	s.refused("bad_value", "Clara", SetAcknowledgement{Critical: 0, Major: 8, Minor: 24, Reason: "as agreed"})
	s.refused("bad_value", "Clara", SetAcknowledgement{Critical: 9, Major: 8, Minor: 24, Reason: "as agreed"})
	s.refused("bad_value", "Clara", SetAcknowledgement{Critical: 1, Major: 8, Minor: 721, Reason: "as agreed"})
	s.refused("no_reason", "Clara", SetAcknowledgement{Critical: 1, Major: 8, Minor: 24})
	s.must("Clara", SetAcknowledgement{Critical: 1, Major: 8, Minor: 24, Reason: "the technical agreement, section 4"})
	after := raise()
	if got := after.Deadline(); !got.Equal(after.Opened.At.Add(time.Hour)) {
		t.Errorf("a critical one is acknowledged by %s", got)
	}
	if d, _ := s.books.Deviation(before.ID); !d.Deadline().Equal(before.Deadline()) || !before.Deadline().Equal(before.Opened.At.Add(4*time.Hour)) {
		t.Errorf("the one before: %s", d.Deadline())
	}
	year := s.books.DeviationNumber(2026)
	w := ArisingDeviation(s.books, 2026, Arising{Batch: "B-1", Exception: 1, Unit: "U-1", Risk: RiskMajor, What: "x", Immediate: "y"}, s.now)
	s.write("Helen", w)
	if d, _ := s.books.Deviation(year); !d.Deadline().Equal(d.Opened.At.Add(8 * time.Hour)) {
		t.Errorf("one that the system raises: %s", d.Deadline())
	}
}
