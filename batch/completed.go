package batch

import "time"

// Completed is when manufacture was complete: when the step that the protocol
// has the final label wait for was done, or the last of all before release;
// false while one of these was never done. From here count the expiry on the
// label, the limit of immediate use, what a record says of the medicine's age
// when it was given, and the charts: it is asked nowhere else.
//
// A step is done when it was first signed as performed. To sign it again after a
// correction makes no medicine younger (EXE-11), and neither does a check, which
// makes nothing. Where that signature says that the step was done earlier, the
// time that it states counts, as it does for windows (EXE-08): nothing else in a
// record can say that the moment was another.
func (s *State) Completed() (time.Time, bool) {
	if s.Protocol == nil {
		return time.Time{}, false
	}
	at, counted, all := s.completed(), false, true
	for i := range s.Steps {
		if st := &s.Steps[i]; s.makes(st) {
			counted, all = true, all && len(st.Performed) > 0
		}
	}
	if !counted || !all {
		return time.Time{}, false
	}
	return at, true
}

// completed is Completed while something may still be missing: the last that was
// done of what counts.
func (s *State) completed() (at time.Time) {
	for i := range s.Steps {
		st := &s.Steps[i]
		if !s.makes(st) || len(st.Performed) == 0 {
			continue
		}
		if done := st.Performed[0].When(); done.After(at) {
			at = done
		}
	}
	return at
}

// makes says that manufacture is not complete without a step.
func (s *State) makes(st *StepState) bool {
	gate := s.Protocol.Label.FinalAfter
	return !st.Skipped && !st.Section.AfterRelease && (gate == "" || st.Step.Base == gate)
}
