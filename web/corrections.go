package web

import (
	"slices"
	"time"

	"countersign/batch"
)

// waitingView is a correction of critical data that waits for its second
// person: nothing begins and nothing is signed until then (AUD-02).
type waitingView struct {
	Batch, Step, To, Title, Before, After, Reason, At, Name string
	Seen                                                    int64
	Number                                                  int
	Key                                                     string
}

// waitingCorrections are those of a batch, each with the key of the form that
// gives it up; none once the batch has ended.
func waitingCorrections(s *batch.State, zone *time.Location, key func() string) []waitingView {
	if endedWords(s.Status) != "" {
		return nil
	}
	var all []waitingView
	for _, c := range s.WaitingCorrections() {
		in := s.Step(c.Step).Step.Input(c.Field)
		v := waitingView{
			Batch: s.ID, Step: c.Step, To: stepAddress(s.ID, c.Step), Title: titleOr(in.Title, in.Name), Before: c.Before, After: c.Value, Reason: c.Reason,
			At: when(c.At, zone), Name: c.Name, Seen: s.Version, Number: c.Number, Key: key(),
		}
		if value, err := in.Parse(c.Before, zone); err == nil {
			v.Before = in.Show(value, zone)
		}
		if value, err := in.Parse(c.Value, zone); err == nil {
			v.After = in.Show(value, zone)
		}
		all = append(all, v)
	}
	return all
}

// waitsFor says that a correction of a value waits for a second person.
func waitsFor(s *batch.State, step, field string) bool {
	return slices.ContainsFunc(s.WaitingCorrections(), func(c batch.CorrectionEntry) bool { return c.Step == step && c.Field == field })
}
