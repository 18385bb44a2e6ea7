package batch

import (
	"maps"
	"slices"
	"strings"

	"countersign/protocol"
)

// correctable: what a certificate covers is not corrected any more; what was
// recorded after release can be until the batch is done with (REL-12).
func (d *decision) correctable(st *StepState) *Refusal {
	if refusal := d.alive(); refusal != nil {
		return refusal
	}
	if d.s.Status == Given || d.s.released() != nil && !st.Section.AfterRelease {
		return refuse("certified", "This batch is certified. What was certified is not corrected any more: what comes to light now is information after certification. Raise an exception, and a quality lead decides.")
	}
	return nil
}

// critical says that a value is critical data: of a critical step, or a
// critical parameter or quality attribute itself.
func critical(step *protocol.Step, in *protocol.Input) bool {
	return step.Critical || in.Class == "critical parameter" || in.Class == "quality attribute"
}

// consequences names everything that a correction changes and takes away, after
// being the batch with the new value (SIG-04).
func (s *State) consequences(event ValueCorrected, after *State) ValueCorrected {
	event.Invalidates, event.Decisions, event.Changes = []string{}, []int{}, []Change{}
	changed := map[string]bool{event.Step + "." + event.Field: true}
	for i := range s.Steps {
		for _, change := range otherwise(&s.Steps[i], &after.Steps[i]) {
			if name := change.Step + "." + change.Name; !changed[name] {
				changed[name] = true
				event.Changes = append(event.Changes, change)
			}
		}
	}
	for i := range s.Steps {
		before, now := &s.Steps[i], &after.Steps[i]
		if len(before.Performed) > 0 && (before.Step.Name == event.Step || before.Skipped != now.Skipped || !maps.Equal(s.told(before), after.told(now))) {
			event.Invalidates = append(event.Invalidates, before.Step.Name)
		}
	}
	event.Decisions = s.together(func(ex *Exception) bool {
		byHand := strings.HasPrefix(ex.Cause, "hand:") && slices.Contains(event.Invalidates, ex.Step)
		return ex.Field != "" && changed[ex.Step+"."+ex.Field] || byHand
	})
	event.Review = last(s.Reviews) != nil && !s.Step(event.Step).Section.AfterRelease
	return event
}

// together are the exceptions whose decision falls where some do: a signature
// stands or falls as a whole, so whatever was decided with the same one falls
// with it (SIG-04).
func (s *State) together(falls func(*Exception) bool) []int {
	fallen, numbers := map[int64]bool{}, []int{}
	for more := true; more; {
		more = false
		for i := range s.Exceptions {
			ex := &s.Exceptions[i]
			given := ex.given()
			one := slices.ContainsFunc(given, func(version int64) bool { return fallen[version] })
			if slices.Contains(numbers, ex.Number) || !ex.judged() || !one && !falls(ex) {
				continue
			}
			more, numbers = true, append(numbers, ex.Number)
			for _, version := range given {
				fallen[version] = true
			}
		}
	}
	slices.Sort(numbers)
	return numbers
}

// given are the entries that decided an exception.
func (ex *Exception) given() []int64 {
	var versions []int64
	for _, approval := range ex.Approvals {
		versions = append(versions, approval.Version)
	}
	if ex.Resolved != nil {
		versions = append(versions, ex.Resolved.Version)
	}
	return versions
}

// otherwise gives the figures of a step that come out otherwise: its calculations,
// and how its values stand to their limits.
func otherwise(before, now *StepState) []Change {
	var all []Change
	name := before.Step.Name
	for i := range before.Step.Calcs {
		calc := &before.Step.Calcs[i]
		old, had := before.Results[calc.Name]
		result, has := now.Results[calc.Name]
		if had == has && old.Unrounded == result.Unrounded && old.Verdict.Reason == result.Verdict.Reason {
			continue
		}
		all = append(all, Change{Step: name, Name: calc.Name, Title: titled(calc.Title, calc.Name), Before: calculated(calc, old, had), After: calculated(calc, result, has)})
	}
	for i := range before.Step.Inputs {
		in := &before.Step.Inputs[i]
		old, result := before.Value(in.Name), now.Value(in.Name)
		if old != nil && result != nil && old.Verdict.Reason != result.Verdict.Reason {
			all = append(all, Change{Step: name, Name: in.Name, Title: titled(in.Title, in.Name), Before: stands(old.Verdict), After: stands(result.Verdict)})
		}
	}
	return all
}

func calculated(calc *protocol.Calculation, result protocol.Result, there bool) string {
	if !there {
		return "not calculated"
	}
	words := calc.Show(result.Rounded)
	if result.Verdict.Level != "" {
		words += " (" + result.Verdict.Reason + ")"
	}
	return words
}

func stands(v protocol.Verdict) string {
	if v.Level == "" {
		return "within its limits"
	}
	return v.Reason
}

// told is everything that a step's calculations, limits and conditions ask of
// the batch, with the answers: who signs the step signs for these as well.
func (s *State) told(st *StepState) map[string]protocol.Value {
	w := &watched{env: env{s: s, at: st}}
	for i := range st.Step.Calcs {
		_, _ = st.Step.Calcs[i].Compute(w) // what it asks for matters here, and not what it comes to
	}
	for i := range st.Step.Inputs {
		in := &st.Step.Inputs[i]
		if entry := st.Value(in.Name); entry != nil {
			_, _ = in.Judge(entry.Value, w) // likewise
		}
	}
	for _, c := range st.conditions() {
		_, _ = c.Holds(w) // likewise
	}
	answers := map[string]protocol.Value{}
	for _, one := range w.told {
		if one.name != "" && one.ok {
			answers[one.name] = one.value
		}
	}
	return answers
}

// judged says that somebody has signed a decision on an exception, be it one of
// two that it needs.
func (ex *Exception) judged() bool { return ex.Resolved != nil || len(ex.Approvals) > 0 }
