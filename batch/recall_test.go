package batch

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestNothingGoesOnInARecalledBatchWithoutTheSignedDecision lets random people
// do random things after a recall: until a quality lead has accepted it, no
// step is worked on or signed, nothing is reviewed or certified, and nothing is
// given (MAT-07).
func TestNothingGoesOnInARecalledBatchWithoutTheSignedDecision(t *testing.T) {
	stopped := 0
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, "short")
		live(rt, w, 60)
		now := w.state.Last.Add(time.Hour)
		if err := w.do("Quinn", Recall{"R-0001", "Lot ASO-7 was recalled."}, now); err != nil {
			if w.state.Status != Rejected && w.state.Status != Aborted {
				rt.Fatalf("a batch that is %s was not stopped: %v", w.state.Status, err)
			}
			return
		}
		at := len(w.state.Exceptions)
		for i, ex := range w.state.Exceptions {
			if ex.Class == recallClass {
				at = i
			}
		}
		if w.state.Status != Given {
			stopped++
		}
		for range rapid.IntRange(0, 30).Draw(rt, "acts") {
			now = now.Add(time.Minute)
			before := w.state
			command := anything(rt, w.state)
			_ = w.do(somebody(rt, command), command, now) // what is refused is in the log too
			ex := before.Exceptions[at]
			if ex.Resolved != nil && ex.Accepted || before.Status == Given {
				return
			}
			if how := wentOn(before, w.state); how != "" {
				rt.Fatalf("after a recall that nobody has accepted, %s", how)
			}
		}
		w.holds()
	})
	if stopped == 0 {
		t.Error("no batch was stopped")
	}
}

// wentOn says what brought a batch further; "" when nothing did. That a
// signature is taken away, an exception decided or an item put away does not.
func wentOn(before, now *State) string {
	for i := range now.Steps {
		was, is := &before.Steps[i], &now.Steps[i]
		switch {
		case len(is.Performed) > len(was.Performed):
			return is.Step.Name + " was performed"
		case len(is.Checked) > len(was.Checked):
			return is.Step.Name + " was checked"
		case was.Begun == nil && is.Begun != nil:
			return is.Step.Name + " was begun"
		}
		for _, scan := range is.Step.Scans {
			if was.Matched(scan.Field) == nil && is.Matched(scan.Field) != nil {
				return scan.Field + " was scanned in " + is.Step.Name
			}
		}
		for field, entries := range is.Values {
			if len(was.Values[field]) == 0 && len(entries) > 0 {
				return field + " was recorded in " + is.Step.Name
			}
		}
	}
	switch {
	case len(now.Reviews) > len(before.Reviews):
		return "the batch was reviewed"
	case before.Certification == nil && now.Certification != nil:
		return "the batch was certified"
	}
	return ""
}

// TestWhatWasSuppliedIsKnownFromTheFirstActAfterRelease (MAT-07).
func TestWhatWasSuppliedIsKnownFromTheFirstActAfterRelease(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, "short")
		live(rt, w, 90)
		at, supplied := w.state.Supplied()
		given := w.state.Step("give")
		touched := given.Begun != nil || len(given.Values) > 0 || len(given.Performed) > 0 || given.Matched(patientField) != nil
		if supplied != touched {
			rt.Fatalf("supplied: %t, and something was done after release: %t", supplied, touched)
		}
		if supplied && at.Before(w.state.Certification.At.Add(-time.Hour)) {
			rt.Fatalf("supplied at %s, before it was certified", at)
		}
	})
}
