package batch

import (
	"errors"
	"slices"
	"time"

	"countersign/protocol"
)

// choose works out which steps are part of this batch as things stand: a step
// or a section whose condition does not hold, and the rounds after a loop has
// ended, are not. A condition that leans on something not known yet leaves the
// step in: it waits.
func (s *growing) choose() {
	for _, i := range s.forks {
		if skipped := !s.needed(i); s.Steps[i].Skipped != skipped {
			s.list()[i].Skipped = skipped
		}
	}
}

// conditions are those that stand over a step.
func (st *StepState) conditions() []*protocol.Condition {
	return slices.DeleteFunc([]*protocol.Condition{st.Section.When, st.Step.When}, func(c *protocol.Condition) bool { return c == nil })
}

func (s *growing) needed(i int) bool {
	st := &s.Steps[i]
	for _, c := range st.conditions() {
		if holds, err := s.holds(i, c); err == nil && !holds {
			return false
		}
	}
	if st.Step.Round < 2 {
		return true
	}
	// The round before: it takes place itself, and the end is not reached in it.
	before := i - len(st.Section.Steps)/st.Section.Loop.Most
	if s.Steps[before].Skipped {
		return false
	}
	holds, err := s.holds(before, &st.Section.Loop.Until)
	return err != nil || !holds
}

func (s *growing) holds(i int, c *protocol.Condition) (bool, error) {
	w := s.watch(i, c, func(w *watched) { w.holds, w.err = c.Holds(w) })
	return w.holds, w.err
}

// undecided says what a step's own condition still waits for; "" when it does
// not wait.
func (s *State) undecided(st *StepState) string {
	for _, c := range st.conditions() {
		var missing *protocol.Missing
		if _, err := c.Holds(s.envAt(st)); errors.As(err, &missing) {
			return err.Error()
		}
	}
	return ""
}

// waitsFor is the step that is to be done before another; nil when the other
// is open as far as the order of steps goes. Steps in a section of any order,
// and in sections that run side by side, do not wait for each other (EXE-02).
func (s *State) waitsFor(st *StepState) *StepState {
	for i := range s.Steps {
		before := &s.Steps[i]
		if before.Step == st.Step {
			return nil
		}
		if before.Done() {
			continue
		}
		same := before.Section == st.Section
		if same && st.Section.AnyOrder || !same && s.Protocol.Beside(before.Section, st.Section) {
			continue
		}
		return before
	}
	return nil
}

// IsOpen says that a step can be worked on now, as far as the order goes.
func (s *State) IsOpen(st *StepState) bool {
	if s.ended() || st.Skipped || st.Section.AfterRelease != (s.released() != nil) {
		return false
	}
	if st.Done() {
		return !st.Signed()
	}
	return s.waitsFor(st) == nil && s.undecided(st) == ""
}

// openSteps gives every step that waits to be done, in the protocol's order.
func (s *State) openSteps() []*StepState {
	var steps []*StepState
	for i := range s.Steps {
		if st := &s.Steps[i]; !st.Done() && s.IsOpen(st) {
			steps = append(steps, st)
		}
	}
	return steps
}

// envAt gives the batch's values as a step of a loop's round sees them: of its
// own round; every other step sees the last round that has them.
func (s *State) envAt(st *StepState) protocol.Env { return env{s: s, at: st} }

// place finds the step that a name in an expression means: in a loop that of
// the same round, else the last round in which it has what is asked for.
func (e env) place(base string, has func(*StepState) bool) *StepState {
	rounds := e.s.rounds[base]
	for i := len(rounds) - 1; i >= 0; i-- {
		st := &e.s.Steps[rounds[i]]
		if st.Skipped {
			continue
		}
		if e.at != nil && e.at.Step.Round > 0 && e.at.Section == st.Section {
			if st.Step.Round == e.at.Step.Round {
				return st
			}
			continue
		}
		if has(st) {
			return st
		}
	}
	return nil
}

// pending says that a window's end is still to come after its last beginning.
func (s *State) pending(w protocol.Window) (since time.Time, running bool) {
	since, ok := s.Env().Moment(w.From)
	if !ok || s.bypassed(w.To.Step) {
		return since, false
	}
	to := s.moments(w.To)
	return since, len(to) == 0 || to[len(to)-1].Before(since)
}

// unmarked says that a window begins with something that happens to an item,
// and that nobody has said that it did: such a window would guard nothing.
func (s *State) unmarked(w protocol.Window) bool {
	return s.Protocol.Item(w.From.Step) != nil && w.From.At != "scanned" && len(s.moments(w.From)) == 0
}

// unended names the loops that went round as often as they may without coming
// to their end.
func (s *State) unended() []*protocol.Section {
	var all []*protocol.Section
	for i := range s.Protocol.Sections {
		section := &s.Protocol.Sections[i]
		if section.Loop == nil {
			continue
		}
		final := s.Step(section.Steps[len(section.Steps)-1].Name)
		if final.Skipped || !final.Done() {
			continue
		}
		if holds, err := section.Loop.Until.Holds(s.envAt(final)); err == nil && !holds {
			all = append(all, section)
		}
	}
	return all
}

// bypassed says that a step, in all its rounds, is no part of this batch.
func (s *State) bypassed(base string) bool {
	rounds := s.rounds[base]
	for _, i := range rounds {
		if !s.Steps[i].Skipped {
			return false
		}
	}
	return len(rounds) > 0
}

// pendingResults names the criteria that become known only after release and
// are not known yet (REL-05).
func (s *State) pendingResults() []string {
	var names []string
	for _, result := range s.Criteria() {
		if result.Later && !result.Known {
			names = append(names, result.Name)
		}
	}
	return names
}

// lateResult is the criterion that a step after release answers; nil when it
// answers none.
func (s *State) lateResult(step *protocol.Step) *protocol.Criterion {
	if s.Certification == nil {
		return nil
	}
	return s.lateCriterion(step)
}

// lateCriterion is the criterion that a step answers after release, whether
// anything is certified or not.
func (s *State) lateCriterion(step *protocol.Step) *protocol.Criterion {
	for i := range s.Protocol.Criteria {
		if c := &s.Protocol.Criteria[i]; c.Later && c.Source == step.Base {
			return c
		}
	}
	return nil
}
