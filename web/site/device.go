package site

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"countersign/audit"
	"countersign/audit/ledger"
	"countersign/batch"
	"countersign/register"
)

// MostRaw bounds the raw file of a reading, in bytes. Of what is larger the
// message names the SHA-256, and the file is kept where it was made.
const MostRaw = 4 << 20

// system is the actor of what no person did.
const system = "system"

// TakeMessage takes in what a machine's gateway sends: the message byte for byte,
// its signature, and the raw file or nil (EXE-13). Nobody is signed in: the
// signature says whose it is. Sent again, it is answered as before.
func (s *Service) TakeMessage(ctx context.Context, equipment, message, signature string, raw []byte) (*register.Received, error) {
	if len(raw) > MostRaw {
		return nil, &Refusal{Code: "too_large", Sentence: fmt.Sprintf("The raw file has more than %d MB. Send its SHA-256 alone, and keep the file.", MostRaw>>20)}
	}
	for range attempts {
		written, got, version, err := s.message(ctx, equipment, message, signature, raw)
		if err != nil || got != nil {
			return got, err
		}
		if len(raw) > 0 {
			if _, err := s.ledger.KeepFile(ctx, raw); err != nil {
				return nil, s.broken("keep a raw file", err)
			}
		}
		draft, err := register.DraftOf(written, system, s.Now(), s.salt)
		if err != nil {
			return nil, s.broken("write down a message", err)
		}
		_, err = s.ledger.Append(ctx, ledger.Request{Conditions: version, Drafts: []audit.Draft{draft}})
		var moved *ledger.Moved
		if err != nil && !errors.As(err, &moved) {
			return nil, s.broken("write to the log", err)
		} // and look again: what was written answers as what is sent again does
	}
	return nil, &Conflict{Sentence: "Too much is sent for this equipment at the same moment. Nothing was taken: send it again."}
}

// message decides a message: what to write under which conditions, or what was
// taken in before. What a gateway signed and the rules refuse is written first.
func (s *Service) message(ctx context.Context, equipment, message, signature string, raw []byte) (w register.Written, got *register.Received, on []audit.Condition, err error) {
	signed := false
	err = s.read(ctx, func(m *models) (err error) {
		if machine, ok := m.books.Machine(equipment); ok && machine.InForce() != nil {
			signed = machine.InForce().Signed(message, signature)
		}
		if w, got, err = m.books.Receive(equipment, message, signature, len(raw) > 0); err == nil && got == nil {
			err = isRaw(message, raw)
		}
		for _, stream := range []audit.StreamID{
			register.ReadingsStream(equipment), register.EquipmentStream(equipment), register.LogbookStream(equipment),
		} {
			on = append(on, audit.Condition{Stream: stream, Version: m.books.Version(stream)})
		}
		return err
	})
	refusal, refused := AsRefusal(err)
	if !refused || !signed { // whoever has no key does not fill the log
		return w, got, on, err
	}
	attempt := register.RefusedMessage(equipment, &register.Refusal{Code: refusal.Code, Sentence: refusal.Sentence})
	draft, err := register.DraftOf(attempt, system, s.Now(), s.salt)
	if err != nil {
		return w, nil, on, s.broken("write down a refused message", err)
	}
	if err := s.write(ctx, s.NewKey(), "refuse a message", nil, []audit.Draft{draft}); err != nil {
		return w, nil, on, err
	}
	return w, nil, on, refusal
}

// isRaw says that a raw file is the one that its message names.
func isRaw(message string, raw []byte) error {
	if len(raw) == 0 {
		return nil
	}
	sum := sha256.Sum256(raw)
	if m, err := register.ReadMessage(message); err != nil || m.SHA256 != hex.EncodeToString(sum[:]) {
		return &Refusal{Code: "other_file", Sentence: "The raw file is not the one whose SHA-256 the message names."}
	}
	return nil
}

// Received gives what a machine sent, the newest last.
func (s *Service) Received(ctx context.Context, who Session, equipment string) (all []*register.Received, err error) {
	if err := requireFit(who); err != nil {
		return nil, err
	}
	err = s.read(ctx, func(m *models) error {
		if _, ok := m.books.Machine(equipment); !ok {
			return &Refusal{Code: "no_such_equipment", Sentence: "There is no equipment " + equipment + " in the register."}
		}
		all = m.books.Received(equipment)
		return nil
	})
	return all, err
}

// RawFile gives the raw file of a reading, under its name.
func (s *Service) RawFile(ctx context.Context, who Session, equipment string, face int, number int64) (name string, file []byte, err error) {
	if err := requireFit(who); err != nil {
		return "", nil, err
	}
	if !seesPatients(who.Person) {
		return "", nil, &Refusal{Code: "masked", Sentence: "A raw file may show who the patient is. Your role does not see that."}
	}
	var got *register.Received
	err = s.read(ctx, func(m *models) error {
		got = m.books.Message(equipment, face, number)
		return nil
	})
	if err != nil {
		return "", nil, err
	}
	if got != nil && got.Kept {
		file, err = s.scan(ctx, got.SHA256)
	}
	if err == nil && file == nil {
		return "", nil, &Refusal{Code: "no_such_file", Sentence: "No such raw file is kept here."}
	}
	if name = got.File; name == "" {
		name = fmt.Sprintf("%s-%d-%d.raw", got.Equipment, got.Interface, got.Number)
	}
	return name, file, err
}

// readingOf is the message that a batch's command names; nil when it names none,
// or when there is none such.
func (m *models) readingOf(c batch.Command) *batch.Sent {
	var got *register.Received
	switch c := c.(type) {
	case batch.TakeReading:
		got = m.books.Message(c.Equipment, c.Interface, c.Number)
	case batch.AnswerAlarm:
		got = m.books.Message(c.Equipment, c.Interface, c.Number)
	}
	if got == nil {
		return nil
	}
	return batch.SentOf(got)
}

// alarmsOf are the alarms that machines gave while a batch had them, as facts.
func (m *models) alarmsOf(state *batch.State) (all []batch.Sounded) {
	if state == nil {
		return nil
	}
	for _, item := range state.Items {
		id, _ := strings.CutPrefix(item.Register, "equipment/")
		for _, got := range m.books.AlarmsIn(id, state.ID) {
			all = append(all, batch.SoundedOf(got))
		}
	}
	return all
}
