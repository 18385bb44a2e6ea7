package batch

import (
	"errors"
	"slices"
	"strconv"

	"countersign/identity"
	"countersign/protocol"
)

// record stores a value as entered, whatever limit it breaks: there is no
// retyping it until it fits (EXE-07, EXE-08).
func (d *decision) record(c Record) (Event, *Refusal) {
	st, refusal := d.workable(c.Step)
	if refusal != nil {
		return nil, refusal
	}
	value, refusal := d.readable(st, c.Field, c.Text)
	if refusal != nil {
		return nil, refusal
	}
	entry := st.Value(c.Field)
	if entry != nil && !st.repeatDue(c.Field) {
		return nil, refuse("already_recorded", "This value is recorded already. It can be corrected, with a reason.")
	}
	if refusal := rowFits(st, c.Field, value); refusal != nil {
		return nil, refusal
	}
	if refusal := d.startable(st); refusal != nil {
		return nil, refusal
	}
	if !st.Step.Timed && st.Started.IsZero() {
		if refusal := d.reaches(protocol.Point{Step: c.Step, At: "started"}); refusal != nil {
			return nil, refusal
		}
	}
	event := ValueRecorded{
		By: d.by, Step: c.Step, Field: c.Field, Text: c.Text, Value: value.Coded(), Repeat: entry != nil,
	}
	verdict, refusal := d.judged(event, c.Step, c.Field)
	if refusal != nil {
		return nil, refusal
	}
	event.Level, event.Reason = string(verdict.Level), verdict.Reason
	return event, nil
}

// readable: type, unit and decimal places are as the protocol says, or nothing
// is stored (EXE-07, NUM-01).
func (d *decision) readable(st *StepState, field, text string) (protocol.Value, *Refusal) {
	in := input(st.Step, field)
	if in == nil {
		return protocol.Value{}, refuse("unknown_field", "Step %s asks for no such value.", st.Step.Name)
	}
	value, err := in.Parse(text, d.zone())
	if err != nil {
		return protocol.Value{}, refuse("bad_value", "%s: %s.", sentenceCase(titled(in.Title, in.Name)), err)
	}
	return value, nil
}

// judged gives the verdict on a value as the state after it would have it. A
// limit whose own figures are not known yet cannot be judged: the value waits.
func (d *decision) judged(event Event, step, field string) (protocol.Verdict, *Refusal) {
	after, err := d.after(event)
	if err != nil {
		return protocol.Verdict{}, refuse("bad_value", "This value cannot be stored.")
	}
	st := after.Step(step)
	entry := st.Value(field)
	_, err = input(st.Step, field).Judge(entry.Value, after.envAt(st))
	var missing *protocol.Missing
	if errors.As(err, &missing) {
		return protocol.Verdict{}, refuse("not_known_yet", "The limits of this value are not known yet: %s.", err)
	}
	if err != nil {
		return protocol.Verdict{}, refuse("bad_value", "This value cannot be compared with its limits.")
	}
	return entry.Verdict, nil
}

// repeatDue says that the value that stands asks for another measurement.
func (st *StepState) repeatDue(field string) bool {
	entry := st.Value(field)
	if entry == nil || entry.Verdict.Limit == nil {
		return false
	}
	repeats := 0
	for _, given := range st.Values[field] {
		if given.Repeat {
			repeats++
		}
	}
	return repeats < entry.Verdict.Limit.Then.Repeat
}

// correct gives a value anew. The first stays; a reason is needed; signatures
// over what changed no longer stand; a change of critical data is an exception
// (AUD-02, PDF-02, SIG-04, REL-07).
func (d *decision) correct(c Correct) (Event, *Refusal) {
	st, refusal := d.known(c.Step)
	if refusal != nil {
		return nil, refusal
	}
	if refusal := d.correctable(st); refusal != nil {
		return nil, refusal
	}
	roles := []identity.Role{roleOf(d.s.Protocol, st.Step.By)}
	if st.Step.CheckedBy != "" {
		roles = append(roles, roleOf(d.s.Protocol, st.Step.CheckedBy))
	}
	if refusal := d.entitled("", roles, identity.NeedsTraining); refusal != nil {
		return nil, refusal
	}
	value, refusal := d.readable(st, c.Field, c.Text)
	if refusal != nil {
		return nil, refusal
	}
	entry := st.Value(c.Field)
	if entry == nil {
		return nil, refuse("nothing_recorded", "Nothing is recorded here that could be corrected.")
	}
	if refusal := rowFits(st, c.Field, value); refusal != nil {
		return nil, refusal
	}
	reason, refusal := worded(c.Reason, "the reason for the correction")
	if refusal != nil {
		return nil, refusal
	}
	if value.Coded() == entry.Value.Coded() {
		return nil, refuse("unchanged", "This is the value that is recorded.")
	}
	event := ValueCorrected{
		By: d.by, Step: c.Step, Field: c.Field, Before: entry.Value.Coded(), Text: c.Text,
		Value: value.Coded(), Reason: reason, Invalidates: []string{},
	}
	verdict, refusal := d.judged(event, c.Step, c.Field)
	if refusal != nil {
		return nil, refusal
	}
	event.Level, event.Limit = string(verdict.Level), verdict.Reason
	if event.Invalidates, refusal = d.uncovered(event); refusal != nil {
		return nil, refusal
	}
	in := input(st.Step, c.Field)
	if critical(st.Step, in) {
		d.add = append(d.add, ExceptionRaised{
			Class: "correction", Severity: "major", Blocks: BlocksRelease, Step: c.Step, Field: c.Field,
			Cause: "correction:" + strconv.FormatInt(d.s.Version+1, 10), CausedBy: d.f.Person.ID,
			Text: sentenceCase(titled(in.Title, in.Name)) + " in step " + c.Step + " was corrected from " + event.Before + " to " + event.Value + ".",
		})
	}
	return event, nil
}

// correctable: what a certificate covers is not corrected any more; what was
// recorded after release can be until the batch is done with (REL-12).
func (d *decision) correctable(st *StepState) *Refusal {
	if refusal := d.alive(); refusal != nil {
		return refusal
	}
	if d.s.Status == Given || d.s.Certification != nil && !st.Section.AfterRelease {
		return refuse("certified", "This batch is certified. What was certified is not corrected; add a note.")
	}
	return nil
}

// critical says that a value is critical data: of a critical step, or a
// critical parameter or quality attribute itself.
func critical(step *protocol.Step, in *protocol.Input) bool {
	return step.Critical || in.Class == "critical parameter" || in.Class == "quality attribute"
}

// uncovered lists the steps whose signatures a correction takes away: its own,
// and each where a calculation or a verdict comes out otherwise (SIG-04).
func (d *decision) uncovered(event ValueCorrected) ([]string, *Refusal) {
	after, err := d.after(event)
	if err != nil {
		return nil, refuse("bad_value", "This value cannot be stored.")
	}
	steps := []string{}
	for i := range d.s.Steps {
		before, now := &d.s.Steps[i], &after.Steps[i]
		if len(before.Performed) == 0 {
			continue
		}
		if before.Step.Name == event.Step || differs(before, now) {
			steps = append(steps, before.Step.Name)
		}
	}
	return steps, nil
}

// differs says that a calculation or a verdict of a step comes out otherwise.
func differs(before, now *StepState) bool {
	for _, calc := range before.Step.Calcs {
		old, had := before.Results[calc.Name]
		result, has := now.Results[calc.Name]
		if had != has || old.Unrounded != result.Unrounded || old.Verdict.Reason != result.Verdict.Reason {
			return true
		}
	}
	return slices.ContainsFunc(before.Step.Inputs, func(in protocol.Input) bool {
		old, result := before.Value(in.Name), now.Value(in.Name)
		return old != nil && result != nil && old.Verdict.Reason != result.Verdict.Reason
	})
}
