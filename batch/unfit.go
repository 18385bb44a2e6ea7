package batch

import (
	"slices"
	"time"

	"countersign/protocol"
	"countersign/register"
)

// soonUnfit is how long before it lapses a machine's status is worth a word when
// the machine is set out: a batch seldom takes longer.
const soonUnfit = 24 * time.Hour

// NotFitYet says what a scan would refuse, as things stand, of a machine that may
// be set out: another batch has it, or has used it. Until the scan that can be
// mended, so it stops no opening (MAT-05, EXE-03). id is the batch's number; ""
// for nothing.
func NotFitYet(planned *protocol.Item, fit register.Fitness, id string) string {
	why := (&State{ID: id}).taken(planned, fit)
	switch {
	case why == "" || !fit.Machine():
		return ""
	case fit.Holder != "":
		return why + ": its scan is refused until that batch has done with it"
	}
	return why + ": its scan is refused until somebody has cleaned it and said so"
}

// LapsesSoon says which status of a machine lapses within a day, so that a scan
// after that is refused; "" for none.
func LapsesSoon(planned *protocol.Item, fit register.Fitness, now time.Time, at func(time.Time) string) string {
	for _, status := range []struct {
		must  string
		until time.Time
	}{{"qualified", fit.Qualified}, {"calibrated", fit.Calibrated}, {"clean", fit.CleanUntil}} {
		if fit.Machine() && slices.Contains(planned.MustBe, status.must) && !status.until.IsZero() && status.until.Sub(now) <= soonUnfit {
			return fit.Number + " is " + status.must + " only until " + at(status.until) + ": a scan after that is refused"
		}
	}
	return ""
}

// Unfit is the rule for which a code was refused that was the right one, as in
// "not clean": the thing is the one that was set out, and is not fit; "" for a
// code that was not.
func (s *State) Unfit(field string, entry ScanEntry) string {
	if entry.Matched || entry.Others || !s.rightOne(field, entry.Raw, entry.At) {
		return ""
	}
	return register.RuleOf(entry.Why)
}

// rightOne says that a code is that of what was set out for a field.
func (s *State) rightOne(field, code string, now time.Time) bool {
	return slices.ContainsFunc(s.Items, func(item Item) bool {
		return item.Name == field && register.Key(item.Code, now) == register.Key(code, now)
	})
}
