package batch

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/register/label"
)

// TestNothingIsGivenWithoutItsLabel: whatever anybody tries, and in which order,
// the medicine is begun to be given with its final label on and in date, or
// under all three confirmations and within the limit, or over it by a quality
// lead's decision (LAB-01 to LAB-03, EXE-11).
func TestNothingIsGivenWithoutItsLabel(t *testing.T) {
	p := readProtocol(t, "immediate")
	begun := 0
	for tries := 0; begun < 3 && tries < 20; tries++ { // few histories get so far
		rapid.Check(t, func(rt *rapid.T) {
			w := newWorldOf(t, p)
			s := &story{w: w, at: day().Add(9 * time.Hour), T: t}
			w.must("Quinn", w.open, s.at)
			for range rapid.IntRange(10, 60).Draw(rt, "acts") {
				s.at = s.at.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 20, 119, 600}).Draw(rt, "later")) * time.Second)
				before := w.state
				who, c := giving(rt, before)
				err := w.do(who, c, s.at)
				if began, ok := c.(Begin); !ok || err != nil || began.Step != "give" {
					continue
				}
				begun++
				expiry, labelled := before.expires()
				made, _ := before.Completed()
				inTime := s.at.Sub(made) <= 2*time.Minute || before.acceptedCause(immediateCause)
				if (!labelled || !s.at.Before(expiry.Add(1))) && (!before.Unlabelled() || !inTime) {
					rt.Fatalf("begun %s after completion, labelled %v, confirmed %v", s.at.Sub(made), labelled, before.Immediate != nil)
				}
			}
			w.holds()
		})
	}
	if begun == 0 {
		t.Error("nothing was ever given: this shows nothing")
	}
}

// giving draws what somebody does in a batch of a medicine that is given at
// once: mostly what it waits for, else something with its labels.
func giving(t *rapid.T, s *State) (who string, c Command) {
	if rapid.IntRange(0, 2).Draw(t, "sensible") > 0 {
		if c := sensible(t, s); c != nil {
			return somebody(t, c), c
		}
	}
	code := batchID
	if len(s.Labellings) > 0 {
		code = rapid.SampledFrom(s.Labellings).Draw(t, "printing").Labels[0].Code.Text
	}
	yes := func(name string) bool { return rapid.IntRange(0, 5).Draw(t, name) > 0 }
	number := rapid.IntRange(0, 3).Draw(t, "number")
	kind := rapid.SampledFrom([]label.Kind{label.PreLabel, label.Final, "other"}).Draw(t, "label")
	all := []Command{
		ImmediateUse{yes("point of care"), yes("entirely"), yes("nothing kept")},
		PrintLabel{Label: kind, Copies: 1, Expiry: "", Drawn: drawnAs()},
		ApplyLabel{code},
		DestroyLabel{number, "spoilt"},
		AttachLabel{number, "kept"},
		Reprint{number, "smeared", drawnAs()},
		Begin{"give"},
		Scan{"give", "label", code},
		Resolve{number, yes("accept"), "because"},
		Correct{"draw up", "drawn", "3.0", "because"},
	}
	who = rapid.SampledFrom([]string{"Asha", "Pia", "Paul", "Quinn", "Queenie"}).Draw(t, "who")
	c = rapid.SampledFrom(all).Draw(t, "command")
	if slices.Contains([]string{"begin", "scan"}, CommandName(c)) {
		who = "Asha"
	}
	return who, c
}

// TestASimulationTakesTheFullLabel: also of a protocol that allows immediate use.
func TestASimulationTakesTheFullLabel(t *testing.T) {
	p := readProtocol(t, "immediate")
	run := Simulate(p, day(), Answers{})
	if run.Ends != string(Given) || len(run.State.Reconciled()) != 1 || run.State.Reconciled()[0].Applied != 1 {
		t.Fatalf("it ends: %s, %+v", run.Ends, run.State.Reconciled())
	}
}
