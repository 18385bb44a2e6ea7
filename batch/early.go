package batch

import (
	"fmt"
	"time"

	"countersign/protocol"
)

// EndsEarly says, a sentence each, which shortest times still run at a moment
// that an act in a step may end, and be an exception for it: whoever is about to
// act knows until when (EXE-02, REL-07). Where the protocol lets nothing end
// earlier, the act is refused, and the step's clock says how long. Without a
// moment it gives all that the step's next signature would end, whenever it is
// given, as a sheet says it.
func (s *State) EndsEarly(st *StepState, now time.Time, at func(time.Time) string) (sentences []string) {
	if len(st.Performed) > 0 || st.Skipped {
		return nil
	}
	for _, window := range s.Protocol.Windows {
		if window.To.Step != st.Step.Base || window.Span.Min == 0 || !window.Then.Exception || window.Then.Blocks || window.Then.Stops {
			continue
		}
		since, running := s.pending(window)
		until := since.Add(window.Span.Min)
		if !running || !until.After(now) {
			continue
		}
		act := map[string]string{"done": "signed", "scanned": "scanned"}[window.To.At]
		if act == "" {
			act = "begun"
		}
		sentences = append(sentences, fmt.Sprintf("%s: at least %s, until %s. If the step is %s before that, it is an exception.",
			sentenceCase(window.Name), protocol.ShowDuration(window.Span.Min), at(until), act))
	}
	return sentences
}

// early writes on a sheet which shortest times its signature may end.
func (sh *sheet) early(st *StepState) {
	for _, sentence := range sh.s.EndsEarly(st, time.Time{}, sh.at) {
		sh.add("%s", sentence)
	}
}

// Becomes says, a sentence each, what exceptions a command makes that was decided
// on trial: whoever signs knows it before (REL-07).
func Becomes(events []Event) (sentences []string) {
	for _, ev := range events {
		if ex, ok := ev.(ExceptionRaised); ok {
			sentences = append(sentences, fmt.Sprintf("This becomes exception %d (%s, %s): %s", ex.Number, ex.Class, ex.Severity, ex.Text))
		}
	}
	return sentences
}
