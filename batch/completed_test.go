package batch

import (
	"strings"
	"testing"
	"time"

	"countersign/register/label"
)

// EXE-11: the medicine's age counts from when its making was first signed as
// done, whatever is signed again, checked or done after it; and the label, the
// words of the record and the charts ask the same.
func TestNothingThatIsSignedLaterMakesTheMedicineYounger(t *testing.T) {
	w, s := labelWorld(t, strings.NewReplacer("draw up", "test", "{drawn}", "1.5 mL").Replace(plannedLabel))
	if at, complete := w.state.Completed(); complete {
		t.Fatalf("nothing is done, and it was complete at %s", at)
	}
	made(t, s)
	first := w.state.Step("test").Performed[0].At
	same := func(when string) {
		t.Helper()
		if at, complete := w.state.Completed(); !complete || !at.Equal(first) {
			t.Fatalf("%s manufacture was complete at %s (%v) and not at %s", when, at, complete, first)
		}
	}
	same("once the gate is signed")
	s.at = s.at.Add(20 * time.Minute)
	w.must("Asha", Correct{Step: "test", Field: "protein", Text: "0.11", Reason: "Misread."}, s.at)
	if w.state.Step("test").Signed() {
		t.Fatal("the correction left the signature")
	}
	same("while a signature is missing after a correction")
	s.at = s.at.Add(20 * time.Minute)
	w.must("Asha", Perform{"test"}, s.at)
	w.must("Pia", Check{"test"}, s.at.Add(time.Minute))
	same("signed again after a correction")
	s.must(s.complete("Asha", "", "rest", "density = 1.05"))
	same("after a later step")
	w.must("Asha", PrintLabel{Label: label.Final, Copies: 1, Expiry: "", Drawn: drawnAs()}, s.at)
	if held := w.state.Labellings[0]; !held.Expiry.Equal(first.Add(4 * time.Hour)) {
		t.Errorf("the label expires at %s, 4 h after %s", held.Expiry, first)
	}
	if words := strings.Join(w.state.GivenWords(time.UTC), "\n"); !strings.Contains(words, "Manufacture was complete at "+first.Format("2 Jan 2006 15:04")) {
		t.Errorf("the record says %q", words)
	}
}

// EXE-08: what was done earlier and told late was complete when it was done.
func TestManufactureThatIsToldLateWasCompleteWhenItWasDone(t *testing.T) {
	w, s := labelWorld(t, strings.NewReplacer("draw up", "mix", "{drawn}", "1.5 mL").Replace(plannedLabel))
	for _, one := range [][4]string{{"Asha", "", "clearance", ""}, {"Asha", "Pia", "match", ""}} {
		s.must(s.complete(one[0], one[1], one[2], one[3]))
	}
	w.must("Asha", Scan{"mix", "vial", "CODE-vial"}, s.at)
	w.must("Asha", Begin{"mix"}, s.at)
	done := s.at.Add(5 * time.Minute)
	w.must("Asha", Tell{Act: "perform", Step: "mix", Done: done.Format("2006-01-02 15:04"), Late: "The terminal was away."}, done.Add(30*time.Minute))
	if at, complete := w.state.Completed(); !complete || !at.Equal(done) {
		t.Errorf("it was complete at %s (%v) and not at %s", at, complete, done)
	}
	w.must("Asha", PrintLabel{Label: label.Final, Copies: 1, Expiry: "", Drawn: drawnAs()}, done.Add(31*time.Minute))
	if held := w.state.Labellings[0]; !held.Expiry.Equal(done.Add(4 * time.Hour)) {
		t.Errorf("the label expires at %s, 4 h after %s", held.Expiry, done)
	}
}
