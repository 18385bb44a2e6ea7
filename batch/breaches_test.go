package batch

import (
	"testing"

	"pgregory.net/rapid"
)

// Only a step that is marked as having broken a limit is looked through for
// breaches, so that no step may be without its mark (DEV-01, EXE-08): shown
// after every entry of batches in which anything is entered.
func TestEveryStepThatBreaksALimitIsMarked(t *testing.T) {
	broken := 0
	cart := readProtocol(t, "cart-prodigy")
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, "short")
		if rapid.Bool().Draw(rt, "cart") {
			w = simulated(t, stray(rt, cart), cart)
		} else {
			live(rt, w, 60)
		}
		for _, s := range foldings(rt, w)[1:] {
			for i := range s.Steps {
				if st := &s.Steps[i]; breaks(st) {
					broken++
					if !st.broken {
						rt.Fatalf("version %d: step %s breaks a limit and is not marked", s.Version, st.Step.Name)
					}
				}
			}
		}
	})
	if broken == 0 {
		t.Error("nothing broke a limit")
	}
}

// breaks says that some value or calculation that counts breaks a limit.
func breaks(st *StepState) bool {
	for field := range st.Values {
		if st.Value(field).Verdict.Level != "" {
			return true
		}
	}
	for _, result := range st.Results {
		if result.Verdict.Level != "" {
			return true
		}
	}
	return false
}
