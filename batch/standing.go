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
	entry := ValueEntry{Act: act, Text: e.Text, Reason: e.Reason, Effects: e.Effects(), Asked: e.Asked, Counted: act.Version}
	if e.Asked > 0 {
		err := s.asked(e.Asked, func(c *CorrectionEntry) { c.Confirmed = &act })
		if err != nil {
			return err
		}
		entry.Act = s.Corrections[e.Asked-1].Act
	}
	err := s.change(e.Step, func(st *StepState) error { return s.addValue(st, e.Field, e.Value, entry) })
	if err != nil {
		return err
	}
	s.rejudge()
	why := fmt.Sprintf("%s of %s was corrected", e.Field, e.Step)
	s.replaced(e, act.Version, why)
	for _, name := range e.Invalidates {
		i, ok := s.steps[name]
		if !ok {
			return fmt.Errorf("there is no step %q", name)
		}
		st := s.step(i)
		st.Performed = invalidated(st.Performed, act.Version, why)
		st.Checked = invalidated(st.Checked, act.Version, why)
	}
	for _, number := range e.Decisions {
		if err := s.undecide(number, act.Version, why); err != nil {
			return err
		}
	}
	if e.Review {
		s.unreview(act.Version, why)
	}
	return nil
}

// rejudge computes and judges everything anew.
func (s *growing) rejudge() {
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
}

// undecide takes a decision on an exception away: it is taken again, whatever
// the exception held up before.
func (s *growing) undecide(number int, version int64, why string) error {
	if number < 1 || number > len(s.Exceptions) || !s.Exceptions[number-1].judged() {
		return fmt.Errorf("there is no decision on exception %d", number)
	}
	s.Exceptions = slices.Clone(s.Exceptions)
	ex := &s.Exceptions[number-1]
	ex.Undone = slices.Clip(ex.Undone)
	for _, given := range ex.Approvals {
		ex.Undone = append(ex.Undone, UndoneDecision{Act: given.Act, Accepted: true, Reason: given.Reason})
	}
	if ex.Resolved != nil && !ex.Accepted {
		ex.Undone = append(ex.Undone, UndoneDecision{Act: *ex.Resolved, Reason: ex.Reason})
	}
	for i := range ex.Undone {
		if undone := &ex.Undone[i]; undone.Invalidated == 0 {
			undone.Invalidated, undone.Why = version, why
		}
	}
	ex.Resolved, ex.Accepted, ex.Reason, ex.Approvals = nil, false, "", nil
	if ex.Blocks == BlocksNothing {
		ex.Blocks = BlocksRelease
	}
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
	if len(s.Holds()) > 0 && s.Disposition == nil {
		s.Status = OnHold
	}
	if s.quarantined() && !s.ended() {
		s.Status = Quarantined
	}
	if as := s.apart(); as != "" && !s.ended() { // a disposition says more than a hold
		s.Status = as
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
