package batch

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"countersign/protocol"
)

// redlined says in words what another text changes for this batch, and refuses
// what it may not: nothing that something was done in, or that stands before
// it, comes out otherwise; no step, second person, scan or registered
// specification goes; and all that is not a step stays.
func (s *State) redlined(p *protocol.Protocol) ([]string, *Refusal) {
	base := s.Protocol
	if p.Name != base.Name || p.Version != base.Version {
		return nil, refuse("other_protocol", "A redline stays version %d of %s: for another protocol or version a batch is opened.", base.Version, base.Name)
	}
	fixed := map[string]bool{} // steps, as written, in which something was done
	begun := -1
	for i := range s.Steps {
		if s.Steps[i].touched() {
			begun, fixed[s.Steps[i].Step.Base] = i, true
		}
	}
	after := stepsOf(p)
	if begun >= len(after) {
		return nil, refuse("redline_done", "The new text lacks steps in which something was done.")
	}
	for i := 0; i <= begun; i++ {
		if after[i].Name != s.Steps[i].Step.Name {
			return nil, refuse("redline_done", "Step %s would stand where step %s is. What is added comes after everything in which something was done.", after[i].Name, s.Steps[i].Step.Name)
		}
	}
	var words []string
	for _, change := range protocol.Diff(base, p) {
		of, isStep := strings.CutPrefix(change.Where, "the step ")
		switch {
		case !isStep && change.Where != "the text":
			return nil, refuse("redline_beyond", "A redline changes steps alone. This changes %s: %s", change.Where, change.Sentence)
		case fixed[of]:
			return nil, refuse("redline_done", "Something was done in step %s, and it stays as it was: %s", of, change.Sentence)
		}
		words = append(words, full(change.Sentence))
	}
	if len(words) == 0 {
		return nil, refuse("unchanged", "The text is the one that the batch is made by.")
	}
	return words, safeguarded(stepsOf(base), after)
}

// full ends a sentence with a full stop.
func full(sentence string) string {
	return sentenceCase(strings.TrimSuffix(strings.TrimSpace(sentence), ".")) + "."
}

// touched says that something stands in a step.
func (st *StepState) touched() bool {
	return st.Begun != nil || len(st.Scans)+len(st.Values)+len(st.Performed) > 0
}

func stepsOf(p *protocol.Protocol) (all []*protocol.Step) {
	for i := range p.Sections {
		for j := range p.Sections[i].Steps {
			all = append(all, &p.Sections[i].Steps[j])
		}
	}
	return all
}

// safeguarded refuses a text that takes away what keeps a patient safe.
func safeguarded(before, after []*protocol.Step) *Refusal {
	lost := func(step, what string) *Refusal {
		return refuse("redline_safeguard", "Step %s would lose %s. A redline takes no safeguard away.", step, what)
	}
	for _, old := range before {
		i := slices.IndexFunc(after, func(s *protocol.Step) bool { return s.Name == old.Name })
		if i < 0 {
			return refuse("redline_safeguard", "Step %s would be left out. A redline takes no step away.", old.Name)
		}
		now := after[i]
		switch {
		case old.Critical && !now.Critical:
			return lost(old.Name, "that it is critical")
		case old.CheckedBy != "" && (now.CheckedBy != old.CheckedBy || old.Witness != now.Witness):
			return lost(old.Name, "its second person, "+old.CheckedBy)
		case old.By != now.By:
			return lost(old.Name, "who performs it, "+old.By)
		}
		for _, scan := range old.Scans {
			if !slices.ContainsFunc(now.Scans, func(s protocol.Scan) bool { return s.Field == scan.Field && s.Stop == scan.Stop }) {
				return lost(old.Name, "the scan of the "+scan.Field)
			}
		}
		for name, limit := range registeredLimits(old) {
			if kept, ok := registeredLimits(now)[name]; !ok || kept != limit {
				return lost(old.Name, "a registered specification, "+limit)
			}
		}
	}
	return nil
}

// registeredLimits are a step's registered specifications in words, by value.
func registeredLimits(step *protocol.Step) map[string]string {
	all := map[string]string{}
	add := func(name string, limits []protocol.Limit) {
		for i := range limits {
			if limits[i].Registered {
				all[fmt.Sprintf("%s/%d", name, len(all))] = name + ": " + limits[i].Words() + ", " + string(limits[i].Level)
			}
		}
	}
	for i := range step.Inputs {
		add(step.Inputs[i].Name, step.Inputs[i].Limits)
	}
	for i := range step.Calcs {
		add(step.Calcs[i].Name, step.Calcs[i].Limits)
	}
	return all
}

// foldRedline takes in what is said of a redline; handled is false for any
// other event.
func (s *growing) foldRedline(ev Event, act Act) (handled bool, err error) {
	switch e := ev.(type) {
	case RedlineProposed:
		if e.Number != len(s.Redlines)+1 {
			return true, fmt.Errorf("redline %d follows redline %d", e.Number, len(s.Redlines))
		}
		s.Redlines = append(slices.Clip(s.Redlines), RedlineEntry{
			Act: act, Number: e.Number, Base: e.Base, Digest: e.Digest, Text: e.Text, Reason: e.Reason, Changes: e.Changes,
		})
		return true, nil
	case RedlineApproved:
		return true, s.goOnBy(e, act)
	case RedlineDropped:
		return true, s.ofRedline(e.Redline, func(r *RedlineEntry) { r.Dropped, r.Why = &act, e.Reason })
	case RedlineRead:
		return true, s.ofRedline(e.Redline, func(r *RedlineEntry) { r.Read = append(slices.Clip(r.Read), act) })
	}
	return false, nil
}

func (s *growing) ofRedline(number int, how func(*RedlineEntry)) error {
	if number < 1 || number > len(s.Redlines) {
		return fmt.Errorf("there is no redline %d", number)
	}
	s.Redlines = slices.Clone(s.Redlines)
	how(&s.Redlines[number-1])
	return nil
}

// goOnBy has the batch go on by a redline's text. The text comes from the entry
// that proposed it, so that the record alone says what the batch was made by.
// What is done keeps its place and everything in it.
func (s *growing) goOnBy(e RedlineApproved, act Act) error {
	if err := s.ofRedline(e.Redline, func(r *RedlineEntry) { r.Approved = &act }); err != nil {
		return err
	}
	r := s.Redlines[e.Redline-1]
	p, problems := protocol.Reread("redline", []byte(r.Text))
	if p == nil || p.Digest != e.Digest || r.Base != s.Protocol.Digest {
		return fmt.Errorf("redline %d is not the text that was approved: %w", e.Redline, problems)
	}
	before := maps.Collect(func(yield func(string, StepState) bool) {
		for i := range s.Steps {
			if !yield(s.Steps[i].Step.Name, s.Steps[i]) {
				return
			}
		}
	})
	s.Protocol, s.Steps, s.forks, s.known = p, nil, nil, nil
	s.lay(p)
	for i := range s.Steps {
		if old, ok := before[s.Steps[i].Step.Name]; ok {
			old.Step, old.Section = s.Steps[i].Step, s.Steps[i].Section
			s.Steps[i], s.own[i] = old, false
		}
	}
	s.choose()
	for i := range s.Steps {
		s.step(i)
	}
	s.compute(0, len(s.Steps))
	s.choose()
	if s.released() == nil {
		s.unreview(act.Version, fmt.Sprintf("redline %d changed the protocol after it", e.Redline))
	}
	return nil
}
