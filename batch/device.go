package batch

import (
	"fmt"
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
	"countersign/register"
)

// TakeReading takes what a machine has sent for a value: the machine that was
// scanned in the step, by the number of its message (EXE-13).
type TakeReading struct {
	Step      string `json:"step"`
	Field     string `json:"field"`
	Equipment string `json:"equipment"` // the site's number, "E-0003"
	Interface int    `json:"interface"`
	Number    int64  `json:"number"`
	// Said is what the books had under that number when this was refused. It is
	// never read of anybody: the site's own facts stand in its place.
	Said *Sent `json:"said,omitempty"`
}

// TypeInstead types a value that a machine with an accepted interface would have
// sent, and says why. It is an exception.
type TypeInstead struct {
	Step   string `json:"step"`
	Field  string `json:"field"`
	Text   string `json:"text"`
	Reason string `json:"reason"`
}

func (TakeReading) command() {}
func (TypeInstead) command() {}

// Sent is a message of a machine as the site received it: byte for byte, with its
// signature, so that a record shows by itself who measured what.
type Sent struct {
	Message   string `json:"message"`
	Signature string `json:"signature"`
	Received  string `json:"received"` // RFC 3339, UTC
	Kept      bool   `json:"kept"`     // the raw file is kept at the site
	Taken     string `json:"taken"`    // the batch that had taken it before; "" for none
}

// SentOf is a message for the facts of a decision.
func SentOf(r *register.Received) *Sent {
	return &Sent{Message: r.Signed, Signature: r.Signature, Received: r.At.At.UTC().Format(time.RFC3339Nano), Kept: r.Kept, Taken: r.TakenBy}
}

// ReadingTaken is a value that a machine sent, out of limits or not.
type ReadingTaken struct {
	By        `json:"by"`
	Step      string `json:"step"`
	Field     string `json:"field"`
	Text      string `json:"text"`  // the value as the protocol asks for it
	Value     string `json:"value"` // as read, with its unit
	Level     string `json:"level"`
	Limit     string `json:"limit"`
	Repeat    bool   `json:"repeat"`
	Equipment string `json:"equipment"`
	Sent      Sent   `json:"sent"`
}

// TypedInstead is a value that was typed where a machine would have sent it.
type TypedInstead struct {
	By     `json:"by"`
	Step   string `json:"step"`
	Field  string `json:"field"`
	Text   string `json:"text"`
	Value  string `json:"value"`
	Level  string `json:"level"`
	Limit  string `json:"limit"`
	Repeat bool   `json:"repeat"`
	Reason string `json:"reason"`
}

const (
	kindReading audit.Kind = "batch.reading_taken"
	kindInstead audit.Kind = "batch.typed_instead"
)

// Kind is the written kind of the event's entry.
func (ReadingTaken) Kind() audit.Kind { return kindReading }
func (TypedInstead) Kind() audit.Kind { return kindInstead }

// manualClass is the class of an exception over what was typed although a machine
// would have sent it.
const manualClass = "manual entry"

// Source is where a value came from, where that was not the keyboard alone.
type Source struct {
	Equipment string // the machine that sent it; "" for a value typed in its place
	Sent      Sent
	Message   register.Message
	Clock     string // by how much the machine's clock differed, where that was too much
	Instead   string // why it was typed
}

// words say where a value came from; at writes a moment.
func (s *Source) words(at func(time.Time) string) string {
	if s.Equipment == "" {
		return "TYPED in place of a reading: " + strings.TrimSuffix(s.Instead, ".")
	}
	words := fmt.Sprintf("sent by %s, reading %s: %s, at %s by its clock, received %s", s.Equipment,
		register.MessageID(s.Message.Interface, s.Message.Number), s.Message.Words(), at(s.Message.When()), at(s.Sent.at()))
	if s.Clock != "" {
		words += "; " + s.Clock
	}
	kept := "kept where it was made"
	if s.Sent.Kept {
		kept = "kept at the site"
	}
	return words + "; raw file " + kept + ", SHA-256 " + s.Message.SHA256
}

func (s Sent) at() time.Time {
	at, err := time.Parse(time.RFC3339Nano, s.Received)
	if err != nil {
		return time.Time{} // never written so
	}
	return at
}

func (ReadingTaken) meaning() identity.Meaning { return "" }
func (TypedInstead) meaning() identity.Meaning { return "" }

func (e ReadingTaken) again(bool) Command {
	m, err := register.ReadMessage(e.Sent.Message)
	if err != nil {
		return nil
	}
	return TakeReading{Step: e.Step, Field: e.Field, Equipment: e.Equipment, Interface: m.Interface, Number: m.Number}
}

func (e TypedInstead) again(bool) Command {
	return TypeInstead{Step: e.Step, Field: e.Field, Text: e.Text, Reason: e.Reason}
}

func (e ReadingTaken) fold(s *growing, act Act) error {
	m, err := register.ReadMessage(e.Sent.Message)
	if err != nil {
		return fmt.Errorf("the reading of %q: %w", e.Field, err)
	}
	act.Source = &Source{Equipment: e.Equipment, Sent: e.Sent, Message: m}
	return s.sourced(e.Step, e.Field, e.Value, ValueEntry{Act: act, Text: e.Text, Repeat: e.Repeat})
}

func (e TypedInstead) fold(s *growing, act Act) error {
	act.Source = &Source{Instead: e.Reason}
	return s.sourced(e.Step, e.Field, e.Value, ValueEntry{Act: act, Text: e.Text, Repeat: e.Repeat})
}

// sourced takes in a value as ValueRecorded is taken in.
func (s *growing) sourced(step, field, value string, entry ValueEntry) error {
	return s.change(step, func(st *StepState) error {
		st.begin(entry.At)
		return s.addValue(st, field, value, entry)
	})
}

func (e ReadingTaken) words() string {
	source := Source{Equipment: e.Equipment, Sent: e.Sent}
	source.Message, _ = register.ReadMessage(e.Sent.Message) // never written unread
	words := "Took " + e.Value + " for " + e.Field + " in step " + e.Step + ", " + source.words(func(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05 UTC") }) + "."
	return words + broken(e.Level, e.Limit)
}

func (e TypedInstead) words() string {
	return "Typed " + e.Text + " for " + e.Field + " in step " + e.Step + " in place of a reading: " + sentence(e.Reason) + broken(e.Level, e.Limit)
}

// readingRow takes a reading for the batch in the machine's log book: once.
func readingRow(batch string, e ReadingTaken) []register.Written {
	m, err := register.ReadMessage(e.Sent.Message)
	if err != nil {
		return nil
	}
	return []register.Written{{Stream: register.LogbookStream(e.Equipment), Event: register.ReadingTaken{
		Batch: batch, Step: e.Step, Interface: m.Interface, Number: m.Number,
	}}}
}

// senders are the codes of the machines that a value may come from: whether it is
// typed rests on whether their data are accepted.
func (s *State) senders(step, field string) (codes []string) {
	if s == nil || s.Step(step) == nil {
		return nil
	}
	in := input(s.Step(step).Step, field)
	if in == nil || in.SentBy == (protocol.Sender{}) {
		return nil
	}
	for _, item := range s.Items {
		if item.Name == in.SentBy.Equipment {
			codes = append(codes, item.Code)
		}
	}
	return codes
}
