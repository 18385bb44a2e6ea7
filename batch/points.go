package batch

import (
	"slices"
	"strings"
	"time"

	"countersign/protocol"
)

// patientField and labelField are the scan fields that are not items.
const (
	patientField = "patient"
	labelField   = "label"
)

// Step gives a step by name, or nil.
func (s *State) Step(name string) *StepState {
	i, ok := s.steps[name]
	if !ok {
		return nil
	}
	return &s.Steps[i]
}

// last gives the standing act of a list: the last, while nothing has
// invalidated it.
func last(acts []Act) *Act {
	if len(acts) == 0 || acts[len(acts)-1].Invalidated != 0 {
		return nil
	}
	return &acts[len(acts)-1]
}

// PerformedNow is the performer's signature that stands, or nil.
func (st *StepState) PerformedNow() *Act { return last(st.Performed) }

// CheckedNow is the second person's signature that stands, or nil.
func (st *StepState) CheckedNow() *Act { return last(st.Checked) }

// Done says that the step was performed, and checked where it must be, at
// least once: later steps may follow it.
func (st *StepState) Done() bool {
	return st.Skipped || len(st.Performed) > 0 && (st.Step.CheckedBy == "" || len(st.Checked) > 0)
}

// Signed says that every signature of the step stands (SIG-04).
func (st *StepState) Signed() bool {
	return st.Skipped || st.PerformedNow() != nil && (st.Step.CheckedBy == "" || st.CheckedNow() != nil)
}

// Value is the entry of a field that counts: the last; nil while there is none.
func (st *StepState) Value(field string) *ValueEntry {
	entries := st.Values[field]
	if len(entries) == 0 {
		return nil
	}
	return &entries[len(entries)-1]
}

// Matched is the scan of a field that matched, or nil.
func (st *StepState) Matched(field string) *ScanEntry {
	for i := range st.Scans[field] {
		if st.Scans[field][i].Matched {
			return &st.Scans[field][i]
		}
	}
	return nil
}

// scanned is when the last of the step's scans matched.
func (st *StepState) scanned() (time.Time, bool) {
	var at time.Time
	for _, scan := range st.Step.Scans {
		matched := st.Matched(scan.Field)
		if st.Asks(scan) {
			return time.Time{}, false
		}
		if matched != nil && matched.When().After(at) {
			at = matched.When()
		}
	}
	return at, !at.IsZero()
}

// start is what the step's own wait counts from: its begin, or its last scan,
// or, in a step with neither, the end of the step before it.
func (s *State) start(i int) (time.Time, bool) {
	st := &s.Steps[i]
	switch {
	case st.Step.Timed:
		return st.Started, st.Begun != nil
	case len(st.Step.Scans) > 0:
		return st.scanned()
	case i > 0 && len(s.Steps[i-1].Performed) > 0:
		return s.Steps[i-1].Performed[0].When(), true
	}
	return s.Opened.At, i == 0
}

// env reads a batch for expressions.
type env struct {
	s  *State
	at *StepState // for which something is worked out; nil for the batch as a whole
}

// Env gives the batch's values and moments to expressions.
func (s *State) Env() protocol.Env { return env{s: s} }

// Value finds "order.dose", "site.residue", "draw up.drawn" or, unrounded since only a final
// figure is rounded (NUM-02), "draw up.volume".
func (e env) Value(name string) (protocol.Value, bool) {
	owner, field, ok := strings.Cut(name, ".")
	if !ok {
		return protocol.Value{}, false
	}
	if owner == "order" {
		entry, ok := e.s.Order[field]
		return entry.Value, ok
	}
	if value, ok := e.s.siteValue(field); ok && owner == "site" {
		return value, true
	}
	st := e.place(owner, func(st *StepState) bool {
		_, worked := st.Results[field]
		return worked || st.Value(field) != nil
	})
	if st == nil {
		return protocol.Value{}, false
	}
	if entry := st.Value(field); entry != nil {
		return entry.Value, true
	}
	if result, ok := st.Results[field]; ok {
		return protocol.Value{Type: protocol.TypeDecimal, Quantity: result.Unrounded}, true
	}
	return protocol.Value{}, false
}

// Moment finds when a point was reached. A step is done when it was first
// signed: signing it again after a correction does not move the moment, so no
// window can be stretched by a correction. An item's moves give the last.
func (e env) Moment(p protocol.Point) (time.Time, bool) {
	if moved := e.moments(p); len(moved) > 0 {
		return moved[len(moved)-1], true
	}
	return time.Time{}, false
}

// moments gives every time at which a point was reached, in order.
func (s *State) moments(p protocol.Point) []time.Time { return env{s: s}.moments(p) }

func (e env) moments(p protocol.Point) []time.Time {
	s := e.s
	var times []time.Time
	for _, i := range s.rounds[p.Step] {
		st := &s.Steps[i]
		other := e.at != nil && e.at.Step.Round > 0 && e.at.Section == st.Section && e.at.Step.Round != st.Step.Round
		if at, ok := st.moment(p.At); ok && !other && !st.Skipped {
			times = append(times, at)
		}
	}
	if len(times) > 0 {
		return times
	}
	for _, moved := range s.Moves {
		if moved.Item == p.Step && moved.To == p.At {
			times = append(times, moved.When())
		}
	}
	if p.At == "scanned" {
		for i := range s.Steps {
			if matched := s.Steps[i].Matched(p.Step); matched != nil {
				times = append(times, matched.When())
			}
		}
	}
	return times
}

// moment is when a step came to one of its points.
func (st *StepState) moment(at string) (time.Time, bool) {
	switch at {
	case "started":
		return st.Started, !st.Started.IsZero()
	case "done":
		if len(st.Performed) > 0 {
			return st.Performed[0].When(), true
		}
	case "checked":
		if len(st.Checked) > 0 {
			return st.Checked[0].At, true
		}
	case "scanned":
		return st.scanned()
	}
	return time.Time{}, false
}

// Next is the step that the batch waits for: the first that is not done among
// those that are open, else the first whose signatures a correction took away;
// nil when there is neither.
func (s *State) Next() *StepState {
	if s.ended() {
		return nil
	}
	for i := range s.Steps {
		st := &s.Steps[i]
		if st.Section.AfterRelease && s.released() == nil {
			break
		}
		if !st.Done() {
			return st
		}
	}
	for i := range s.Steps {
		st := &s.Steps[i]
		if st.Done() && !st.Signed() {
			return st
		}
	}
	return nil
}

// ended says that nothing more is done in the batch.
func (s *State) ended() bool {
	return s.Status == Rejected || s.Status == Aborted || s.Status == Given
}

// lay gives a batch its protocol's steps in order, and where each stands.
func (s *growing) lay(p *protocol.Protocol) {
	s.steps, s.rounds = map[string]int{}, map[string][]int{}
	for i := range p.Sections {
		section := &p.Sections[i]
		for j := range section.Steps {
			step := &section.Steps[j]
			at := len(s.Steps)
			s.steps[step.Name] = at
			s.rounds[step.Base] = append(s.rounds[step.Base], at)
			if section.When != nil || step.When != nil || step.Round > 1 {
				s.forks = append(s.forks, at)
			}
			s.Steps = append(s.Steps, StepState{Step: step, Section: section})
		}
	}
	s.own = slices.Repeat([]bool{true}, len(s.Steps))
	s.choose()
}

// uses says that a step leans on an item, by using or by scanning it.
func uses(step *protocol.Step, item string) bool {
	if slices.Contains(step.Uses, item) {
		return true
	}
	return slices.ContainsFunc(step.Scans, func(scan protocol.Scan) bool { return scan.Field == item })
}
