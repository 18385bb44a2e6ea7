package register

import (
	"slices"
)

// face is the interface under which a machine may send now.
func (b *Books) face(id string) (*Interface, *Refusal) {
	machine, refusal := b.serves(id)
	if refusal != nil {
		return nil, refusal
	}
	if face := machine.InForce(); face != nil {
		return face, nil
	}
	return nil, refuse("no_interface", "No data of %s are accepted: it has no interface, or that was withdrawn.", id)
}

// Admits says whether a message is one that an interface of a machine takes. That
// its gateway signed it is asked elsewhere, of each message once.
func (i *Interface) Admits(id, message string) (Message, *Refusal) {
	m, err := ReadMessage(message)
	switch {
	case err != nil:
		return m, refuse("bad_message", "This message cannot be taken: %s.", err)
	case m.Equipment != id:
		return m, refuse("other_equipment", "This message is of %s, and was sent for %s.", m.Equipment, id)
	case m.Interface != i.Number:
		return m, refuse("other_interface", "This message is under interface %d, and interface %d is in force.", m.Interface, i.Number)
	case m.Kind == MessageAlarm:
		return m, nil
	}
	measure, ok := i.Measure(m.Quantity)
	switch {
	case !ok:
		return m, refuse("unknown_quantity", "Interface %d of %s has no quantity %q.", i.Number, id, m.Quantity)
	case m.Unit != measure.Unit && (m.Unit != "" || measure.Unit != "1"):
		return m, refuse("other_unit", "%s of %s is sent in %s, and not in %q.", m.Quantity, id, measure.Unit, m.Unit)
	}
	return m, nil
}

// CodeNotSigned is the code of the refusal of a message that the gateway did not
// sign.
const CodeNotSigned = "not_signed"

func (e MessageReceived) check(b *Books, id string, _ Act) *Refusal {
	face, refusal := b.face(id)
	if refusal != nil {
		return refusal
	}
	m, refusal := face.Admits(id, e.Message)
	if refusal != nil {
		return refusal
	}
	if had := b.Message(id, m.Interface, m.Number); had != nil {
		return refuse("number_used", "%s has sent number %s already.", id, MessageID(m.Interface, m.Number))
	}
	if holder := b.equipment[id].Holder; m.Kind == MessageAlarm && e.Batch != holder || m.Kind == MessageReading && e.Batch != "" {
		return refuse("other_batch", "The log book says otherwise which batch has %s.", id)
	}
	return nil
}

func (e MessageReceived) apply(b *Books, id string, act Act) {
	m, _ := ReadMessage(e.Message) // check has read it
	late := act.At.Sub(m.When())
	face := b.equipment[id].InForce()
	got := &Received{
		Message: m, Signed: e.Message, Signature: e.Signature, At: act, Late: late, Marked: late.Abs() > face.Tolerance, Kept: e.Kept, Batch: e.Batch,
	}
	b.messages[messageKey{id, m.Interface, m.Number}] = got
	b.readings[id] = append(b.readings[id], got)
}

// Receive is the entry of a message that a gateway sent for a machine; again is
// what was taken in before under its number, where that is the same.
func (b *Books) Receive(id, message, signature string, kept bool) (w Written, again *Received, err error) {
	face, refusal := b.face(id)
	if refusal != nil {
		return Written{}, nil, refusal
	}
	if !face.Signed(message, signature) { // first: who cannot sign learns nothing more
		return Written{}, nil, refuse(CodeNotSigned, "This message is not signed with the key of interface %d of %s.", face.Number, id)
	}
	m, refusal := face.Admits(id, message)
	if refusal != nil {
		return Written{}, nil, refusal
	}
	if had := b.Message(id, m.Interface, m.Number); had != nil {
		if had.Signed != message {
			return Written{}, nil, refuse("number_used", "%s has sent number %s already, and it said something else.", id, had.ID())
		}
		return Written{}, had, nil
	}
	ev := MessageReceived{Message: message, Signature: signature, Kept: kept}
	if m.Kind == MessageAlarm {
		ev.Batch = b.equipment[id].Holder
	}
	return Written{Stream: ReadingsStream(id), Event: ev}, nil, nil
}

// RefusedMessage records that a message which a gateway had signed was refused.
func RefusedMessage(id string, r *Refusal) Written {
	return Written{Stream: ReadingsStream(id), Event: CommandRefused{Attempt: "send data", Code: r.Code, Sentence: r.Sentence}}
}

// alarm is one that stands in the books and may be answered.
func (b *Books) alarm(id string, face int, number int64) (*Received, *Refusal) {
	had := b.Message(id, face, number)
	if had == nil || had.Kind != MessageAlarm {
		return nil, refuse("no_such_alarm", "%s has sent no alarm %s.", id, MessageID(face, number))
	}
	return had, nil
}

func (e AlarmAnswered) check(b *Books, id string, _ Act) *Refusal {
	alarm, refusal := b.alarm(id, e.Interface, e.Number)
	if refusal != nil {
		return refusal
	}
	if slices.ContainsFunc(alarm.Answers, func(a Answer) bool { return a.Batch == "" }) {
		return refuse("answered_already", "Alarm %s is acknowledged already.", alarm.ID())
	}
	if e.Alarm != alarm.Told() {
		return refuse("other_alarm", "Alarm %s said something else.", alarm.ID())
	}
	if e.Comment == "" {
		return refuse("no_comment", "Say what was found, and what was done.")
	}
	return nil
}

func (e AlarmAnswered) apply(b *Books, id string, act Act) {
	b.answer(id, e.Interface, e.Number, Answer{Act: act, Comment: e.Comment})
}

func (e AlarmAnsweredInBatch) check(b *Books, id string, _ Act) *Refusal {
	alarm, refusal := b.alarm(id, e.Interface, e.Number)
	if refusal != nil {
		return refusal
	}
	if alarm.Batch != e.Batch {
		return refuse("other_batch", "Alarm %s did not sound while batch %s had %s.", alarm.ID(), e.Batch, id)
	}
	return nil
}

func (e AlarmAnsweredInBatch) apply(b *Books, id string, act Act) {
	b.answer(id, e.Interface, e.Number, Answer{Act: act, Comment: e.Comment, Batch: e.Batch})
}

func (b *Books) answer(id string, face int, number int64, a Answer) {
	b.received(id, face, number, func(r *Received) { r.Answers = append(r.Answers[:len(r.Answers):len(r.Answers)], a) })
}

// received puts a changed message in the old one's place, which somebody may hold.
func (b *Books) received(id string, face int, number int64, how func(r *Received)) {
	old := b.messages[messageKey{id, face, number}]
	changed := *old
	how(&changed)
	b.messages[messageKey{id, face, number}] = &changed
	b.readings[id][slices.Index(b.readings[id], old)] = &changed
}

// check: a reading is used once.
func (e ReadingTaken) check(b *Books, id string, _ Act) *Refusal {
	had := b.Message(id, e.Interface, e.Number)
	switch {
	case had == nil || had.Kind != MessageReading:
		return refuse("no_such_reading", "%s has sent no reading %s.", id, MessageID(e.Interface, e.Number))
	case had.TakenBy != "":
		return refuse("reading_used", "Reading %s of %s was taken into batch %s already.", had.ID(), id, had.TakenBy)
	}
	return nil
}

func (e ReadingTaken) apply(b *Books, id string, act Act) {
	b.received(id, e.Interface, e.Number, func(r *Received) { r.TakenBy, r.TakenIn = e.Batch, e.Step })
}
