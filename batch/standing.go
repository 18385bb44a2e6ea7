package batch

import (
	"fmt"
	"maps"
	"slices"
)

// correct adds the new value, computes and judges everything that may lean on
// it anew, and takes the signatures away from what changed under them
// (AUD-02, SIG-04).
func (s *growing) correct(e ValueCorrected, act Act) error {
	err := s.change(e.Step, func(st *StepState) error {
		return s.addValue(st, e.Field, e.Value, ValueEntry{Act: act, Text: e.Text, Reason: e.Reason})
	})
	if err != nil {
		return err
	}
	s.compute(0, len(s.Steps))
	for i := range s.Steps {
		st := &s.Steps[i]
		if len(st.Values) == 0 {
			continue
		}
		st.Values = maps.Clone(st.Values)
		for field, entries := range st.Values {
			st.Values[field] = slices.Clone(entries)
			s.judge(st, field)
		}
	}
	why := fmt.Sprintf("%s of %s was corrected", e.Field, e.Step)
	for _, name := range e.Invalidates {
		st := s.Step(name)
		if st == nil {
			return fmt.Errorf("there is no step %q", name)
		}
		st.Performed = invalidated(st.Performed, act.Version, why)
		st.Checked = invalidated(st.Checked, act.Version, why)
	}
	s.unreview(act.Version, why)
	return nil
}

func (s *growing) unreview(version int64, why string) {
	s.Reviews = invalidated(s.Reviews, version, why)
}

// invalidated marks the last act, if it stands, as no longer covering what it
// was given for.
func invalidated(acts []Act, version int64, why string) []Act {
	if last(acts) == nil {
		return acts
	}
	acts = slices.Clone(acts)
	acts[len(acts)-1].Invalidated, acts[len(acts)-1].Why = version, why
	return acts
}

// settle works out the status from what is there.
func (s *State) settle() {
	switch {
	case s.Protocol == nil:
		s.Status = ""
	case s.Disposition != nil && s.Disposition.Status != Certified:
		s.Status = s.Disposition.Status
	case s.Disposition != nil:
		s.Status = Certified
		if len(s.pendingResults()) > 0 {
			s.Status = Conditional
		}
		if s.signed(true) {
			s.Status = Given
		}
	case !s.signed(false):
		s.Status = InProgress
	case last(s.Reviews) != nil:
		s.Status = Reviewed
	default:
		s.Status = Complete
	}
	if s.quarantined() && !s.ended() {
		s.Status = Quarantined
	}
}

// signed says that there are steps before (or after) release and every
// signature of theirs stands.
func (s *State) signed(after bool) bool {
	found := false
	for i := range s.Steps {
		if s.Steps[i].Section.AfterRelease != after {
			continue
		}
		found = true
		if !s.Steps[i].Signed() {
			return false
		}
	}
	return found
}
