package batch

import (
	"errors"

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
	if refusal := d.typable(st, c.Field, value); refusal != nil {
		return nil, refusal
	}
	for _, rule := range []func(*StepState) *Refusal{d.startable, d.inHand} {
		if refusal := rule(st); refusal != nil {
			return nil, refusal
		}
	}
	if !st.Step.Timed && st.Started.IsZero() {
		if refusal := d.reaches(protocol.Point{Step: c.Step, At: "started"}); refusal != nil {
			return nil, refusal
		}
	}
	event := ValueRecorded{
		By: d.by, Step: c.Step, Field: c.Field, Text: c.Text, Value: value.Coded(), Repeat: entry != nil, Manner: d.manner,
	}
	verdict, after, refusal := d.judged(event, c.Step, c.Field)
	if refusal != nil {
		return nil, refusal
	}
	d.ahead = after // level and reason are for who reads the entry: the fold judges itself
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

// judged gives the verdict on a value, and the state after it, which has it. A
// limit whose own figures are not known yet cannot be judged: the value waits.
func (d *decision) judged(event Event, step, field string) (protocol.Verdict, *State, *Refusal) {
	after, err := d.after(event)
	if err != nil {
		return protocol.Verdict{}, nil, refuse("bad_value", "This value cannot be stored.")
	}
	st := after.Step(step)
	entry := st.Value(field)
	_, err = input(st.Step, field).Judge(entry.Value, after.envAt(st))
	var missing *protocol.Missing
	if errors.As(err, &missing) {
		return protocol.Verdict{}, nil, refuse("not_known_yet", "The limits of this value are not known yet: %s.", d.s.missingWords(missing))
	}
	if err != nil {
		return protocol.Verdict{}, nil, refuse("bad_value", "This value cannot be compared with its limits.")
	}
	if in := input(st.Step, field); in.LessThanNothing(entry.Value, after.envAt(st)) {
		return protocol.Verdict{}, nil, refuse("below_zero", "%s cannot be %s: that is less than nothing. Read it again, and enter what you read.",
			sentenceCase(titled(in.Title, in.Name)), in.Show(entry.Value, d.zone()))
	}
	return entry.Verdict, after, nil
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

// inHand: what a step gives or measures is recorded once the patient and the
// label were matched and the step was begun, not before (COI-03). What is told
// of an earlier moment, late or from paper, was done by then; what is typed for
// another is done now (EXE-09), and what a terminal kept without a connection
// has its scans kept before it (EXE-14).
func (d *decision) inHand(st *StepState) *Refusal {
	if d.manner.Done != "" {
		return nil
	}
	if field := st.unmatched(); field != "" {
		return refuse("incomplete", "Scan the %s before anything is recorded in step %s.", field, st.Step.Name)
	}
	if st.Step.Timed && st.Begun == nil {
		return refuse("not_begun", "Say that step %s begins before anything is recorded in it.", st.Step.Name)
	}
	return nil
}
