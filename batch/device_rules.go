package batch

import (
	"fmt"
	"slices"
	"time"

	"countersign/protocol"
	"countersign/register"
)

// sending finds the machine that was scanned for a value in its step, with its
// interface; nil where its data are not accepted, or do not measure what is asked.
func (d *decision) sending(st *StepState, in *protocol.Input) (fit register.Fitness, face *register.Interface) {
	matched := st.Matched(in.SentBy.Equipment)
	for _, item := range d.s.Items {
		if item.Name != in.SentBy.Equipment || matched != nil && d.s.codeOf(matched.Raw, d.now) != item.Code {
			continue
		}
		fit = d.f.Registered[item.Code]
		if fit.Interface == nil {
			continue
		}
		for _, measure := range fit.Interface.Measures {
			unit, err := protocol.ParseUnit(measure.Unit)
			if err == nil && measures(in, measure.Quantity, unit) {
				return fit, fit.Interface
			}
		}
	}
	return fit, nil
}

// measures says that a quantity is what a value asks for.
func measures(in *protocol.Input, quantity string, unit protocol.Unit) bool {
	return (in.SentBy.Quantity == "" || in.SentBy.Quantity == quantity) && protocol.SameDimension(unit, in.Unit)
}

// typable: a figure that a machine would have sent is not typed without a word on
// why (EXE-13, REL-07). What is told late or copied from paper has said why.
func (d *decision) typable(st *StepState, field string, value protocol.Value) *Refusal {
	in := input(st.Step, field)
	if in.SentBy == (protocol.Sender{}) || d.taking || value.Absent != "" {
		return nil
	}
	fit, face := d.sending(st, in)
	if face == nil {
		if d.instead != "" {
			return refuse("no_interface", "No data of a %s are accepted here: %s is typed as any other value.", in.SentBy.Equipment, titled(in.Title, in.Name))
		}
		return nil
	}
	why := d.instead
	if why == "" && d.manner != (Manner{}) {
		why = (Tell{Paper: d.manner.Paper}).whyPaper(d.manner.Late)
		if why == "" {
			why = d.manner.Scribed
		}
	}
	if why == "" && d.offline != nil {
		why = "It was kept while there was no connection."
	}
	if why == "" {
		return refuse("device_data", "%s sends %s: take its reading. If there is none, say why you type it.", fit.Number, titled(in.Title, in.Name))
	}
	d.manual(st, in, fit, why)
	return nil
}

// manual raises that a value was typed although a machine would have sent it.
func (d *decision) manual(st *StepState, in *protocol.Input, fit register.Fitness, why string) {
	ex := ExceptionRaised{
		Class: manualClass, Severity: protocol.SeverityMajor, Blocks: BlocksRelease, Step: st.Step.Name, Field: in.Name, CausedBy: d.f.Person.ID,
		Cause: fmt.Sprintf("manual:%s/%s#%d", st.Step.Name, in.Name, len(st.Values[in.Name])+1),
		Text:  fmt.Sprintf("%s in step %s was typed, although %s sends it: %s", sentenceCase(titled(in.Title, in.Name)), st.Step.Name, fit.Number, sentence(why)),
	}
	if critical(st.Step, in) {
		ex.Severity = protocol.SeverityCritical
	}
	d.add = append(d.add, ex)
}

// manualCorrection raises the same of a correction, which is always typed.
func (d *decision) manualCorrection(st *StepState, in *protocol.Input, value protocol.Value, why string) {
	if in.SentBy == (protocol.Sender{}) || value.Absent != "" {
		return
	}
	if fit, face := d.sending(st, in); face != nil {
		d.manual(st, in, fit, why)
	}
}

// decide types a value in the place of a reading.
func (c TypeInstead) decide(d *decision) (Event, *Refusal) {
	reason, refusal := worded(c.Reason, "why it is typed and not taken from the machine")
	if refusal != nil {
		return nil, refusal
	}
	st, refusal := d.known(c.Step)
	if refusal != nil {
		return nil, refusal
	}
	if in := input(st.Step, c.Field); in == nil || in.SentBy == (protocol.Sender{}) {
		return nil, refuse("unknown_field", "Step %s asks for no such value of a machine.", c.Step)
	}
	d.instead = reason
	e, refusal := d.recorded(Record{Step: c.Step, Field: c.Field, Text: c.Text})
	if refusal != nil {
		return nil, refusal
	}
	return TypedInstead{
		By: d.by, Step: e.Step, Field: e.Field, Text: e.Text, Value: e.Value, Level: e.Level, Limit: e.Reason, Repeat: e.Repeat, Reason: reason,
	}, nil
}

// recorded is record, for an event of another kind. The state that it looked at
// is not this event's.
func (d *decision) recorded(c Record) (ValueRecorded, *Refusal) {
	event, refusal := d.record(c)
	d.ahead = nil
	e, _ := event.(ValueRecorded) // record gives nothing else
	return e, refusal
}

// decide takes a reading: of the machine that was scanned in this step, under the
// interface that is in force, taken since the step began, and by nobody before.
func (c TakeReading) decide(d *decision) (Event, *Refusal) {
	st, refusal := d.known(c.Step)
	if refusal != nil {
		return nil, refusal
	}
	in := input(st.Step, c.Field)
	if in == nil || in.SentBy == (protocol.Sender{}) {
		return nil, refuse("unknown_field", "Step %s asks for no such value of a machine.", c.Step)
	}
	matched := st.Matched(in.SentBy.Equipment)
	if matched == nil {
		return nil, refuse("incomplete", "Scan the %s first: its reading is taken, and no other's.", in.SentBy.Equipment)
	}
	m, fit, refusal := d.reading(c, st, in)
	if refusal != nil {
		return nil, refusal
	}
	if refusal := d.within(matched, m, fit.Interface); refusal != nil {
		return nil, refusal
	}
	sent, err := m.Measured()
	if err != nil {
		return nil, refuse("bad_value", "The reading cannot be read: %s.", err)
	}
	asked, exact := sent.In(in.Unit, in.Places)
	if !exact {
		return nil, refuse("reading_places", "%s is %s, which %s. Nothing is rounded by itself: say why you type the value.",
			sentenceCase(m.Quantity), sent, "cannot be written in the unit and with the decimal places of "+titled(in.Title, in.Name))
	}
	d.taking = true
	e, refusal := d.recorded(Record{Step: c.Step, Field: c.Field, Text: asked.Number})
	if refusal != nil {
		return nil, refusal
	}
	pinned := *d.f.Reading
	pinned.Taken = ""
	return ReadingTaken{
		By: d.by, Step: e.Step, Field: e.Field, Text: e.Text, Value: e.Value, Level: e.Level, Limit: e.Reason, Repeat: e.Repeat,
		Equipment: fit.Number, Sent: pinned,
	}, nil
}

// reading is the message that a command names, as the machine's gateway signed it.
func (d *decision) reading(c TakeReading, st *StepState, in *protocol.Input) (m register.Message, fit register.Fitness, refusal *Refusal) {
	fit, face := d.sending(st, in)
	switch {
	case face == nil:
		return m, fit, refuse("no_interface", "No data of this %s are accepted: type the value.", in.SentBy.Equipment)
	case fit.Number != c.Equipment:
		return m, fit, refuse("other_equipment", "%s was scanned in this step. The reading is of another machine.", fit.Number)
	case d.f.Reading == nil:
		return m, fit, refuse("no_such_reading", "%s has sent no such reading.", fit.Number)
	case !face.Signed(d.f.Reading.Message, d.f.Reading.Signature):
		return m, fit, refuse("not_signed", "The reading is not signed with the key of the interface that is in force.")
	}
	m, wrong := face.Admits(fit.Number, d.f.Reading.Message)
	if wrong != nil {
		return m, fit, refuse(wrong.Code, "%s", wrong.Sentence)
	}
	sent, err := m.Measured()
	switch {
	case m.Kind != register.MessageReading || m.Interface != c.Interface || m.Number != c.Number || err != nil:
		return m, fit, refuse("no_such_reading", "%s has sent no such reading.", fit.Number)
	case !measures(in, m.Quantity, sent.Unit):
		return m, fit, refuse("other_quantity", "%s has sent %s, and %s is asked for.", fit.Number, m.Words(), titled(in.Title, in.Name))
	}
	if taken := d.f.Reading.Taken; taken != "" {
		return m, fit, refuse("reading_used", "Reading %s of %s was taken into batch %s already.", register.MessageID(m.Interface, m.Number), fit.Number, taken)
	}
	if d.s.hasReading(fit.Number, m) {
		return m, fit, refuse("reading_used", "Reading %s of %s was taken into this batch already.", register.MessageID(m.Interface, m.Number), fit.Number)
	}
	return m, fit, nil
}

// hasReading says that a reading stands in the batch.
func (s *State) hasReading(equipment string, m register.Message) bool {
	for i := range s.Steps {
		for _, entries := range s.Steps[i].Values {
			if slices.ContainsFunc(entries, func(e ValueEntry) bool {
				return e.Source != nil && e.Source.Equipment == equipment && e.Source.Message.Interface == m.Interface && e.Source.Message.Number == m.Number
			}) {
				return true
			}
		}
	}
	return false
}

// within: a reading is of what is in hand. It came after the machine was scanned
// in the step, and by the machine's clock, too, as far as that is trusted, it was
// made since. Where the clocks differ by more than the interface allows nobody
// can tell a wrong clock from an old reading, and a quality lead looks at it.
func (d *decision) within(matched *ScanEntry, m register.Message, face *register.Interface) *Refusal {
	received := d.f.Reading.at()
	late := received.Sub(m.When())
	switch {
	case received.Before(matched.At):
		return refuse("reading_too_early", "This reading came before %s was scanned in this step. Measure again.", m.Equipment)
	case late.Abs() <= face.Tolerance && m.When().Before(matched.At.Add(-face.Tolerance)):
		return refuse("reading_too_early", "This reading was made before %s was scanned in this step. Measure again.", m.Equipment)
	case late.Abs() > face.Tolerance:
		d.add = append(d.add, ExceptionRaised{
			Class: clockClass, Severity: protocol.SeverityMajor, Blocks: BlocksRelease, Step: d.s.stepNamed(matchedStep(d.s, matched)), CausedBy: d.f.Person.ID,
			Cause: "device clock:" + m.Equipment + ":" + register.MessageID(m.Interface, m.Number),
			Text: fmt.Sprintf("Reading %s of %s says that it was made at %s, and came at %s: %s.", register.MessageID(m.Interface, m.Number), m.Equipment,
				protocol.ShowMoment(m.When(), d.zone()), protocol.ShowMoment(received, d.zone()), register.ClockWords(late)),
		})
	}
	return nil
}

// matchedStep is the step in which a scan was made.
func matchedStep(s *State, matched *ScanEntry) string {
	for _, m := range s.Matches() {
		if m.Version == matched.Version {
			return m.Step
		}
	}
	return ""
}

// Offered are the readings that a value of a step can take now, the newest first,
// of the machine that was scanned for it; and the machine: "" where none whose data
// are accepted was set out, so that the value is typed.
func (s *State) Offered(step, field string, b *register.Books, now time.Time) (machine string, readings []*register.Received) {
	st := s.Step(step)
	if st == nil || s.Masked {
		return "", nil
	}
	in := input(st.Step, field)
	if in == nil || in.SentBy == (protocol.Sender{}) {
		return "", nil
	}
	d := &decision{s: s, now: now, f: Facts{Registered: map[string]register.Fitness{}}}
	for _, code := range s.senders(step, field) {
		if fit, ok := b.Scanned(code, now); ok {
			d.f.Registered[code] = fit
		}
	}
	fit, face := d.sending(st, in)
	if face == nil {
		return "", nil
	}
	matched := st.Matched(in.SentBy.Equipment)
	if matched == nil {
		return fit.Number, nil
	}
	for _, got := range slices.Backward(b.Received(fit.Number)) {
		if got.At.At.Before(matched.At) {
			break
		}
		sent, err := got.Measured()
		if got.Kind == register.MessageReading && got.TakenBy == "" && got.Interface == face.Number && err == nil && measures(in, got.Quantity, sent.Unit) {
			readings = append(readings, got)
		}
	}
	return fit.Number, readings
}
