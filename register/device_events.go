package register

import (
	"fmt"
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
)

// InterfaceAccepted says that the data of a machine are accepted, as its software
// is now. Signed as approved.
type InterfaceAccepted struct {
	inEquipment
	approved
	Number    int       `json:"number"`
	Software  string    `json:"software"`
	Measures  []Measure `json:"measures"`
	Key       string    `json:"key"`
	Tolerance string    `json:"tolerance"` // as in "2 min"
	Document  string    `json:"document"`
	SHA256    string    `json:"sha256"`
}

// InterfaceWithdrawn ends that. Signed as approved.
type InterfaceWithdrawn struct {
	inEquipment
	approved
	Reason string `json:"reason"`
}

// MessageReceived is a reading or an alarm as it was sent, with its signature and
// whether its raw file is kept. Batch is the one that had the machine when an
// alarm came; "" for a reading, which belongs to whoever takes it.
type MessageReceived struct {
	inReadings
	unsigned
	Message   string `json:"message"`
	Signature string `json:"signature"`
	Kept      bool   `json:"kept"`
	Batch     string `json:"batch"`
}

// AlarmAnswered is somebody's acknowledgement of an alarm, with a comment. Signed
// as acknowledged.
type AlarmAnswered struct {
	inReadings
	acknowledged
	Interface int    `json:"interface"`
	Number    int64  `json:"number"`
	Alarm     string `json:"alarm"` // what it said, and when it came
	Comment   string `json:"comment"`
}

// AlarmAnsweredInBatch stands beside the acknowledgement in the batch that had
// the machine, and carries that act's actor.
type AlarmAnsweredInBatch struct {
	inReadings
	unsigned
	Interface int    `json:"interface"`
	Number    int64  `json:"number"`
	Comment   string `json:"comment"`
	Batch     string `json:"batch"`
}

// ReadingTaken is a batch taking a reading for itself: a reading is used once. It
// stands in the log book beside the entry that took it.
type ReadingTaken struct {
	inLogbook
	unsigned
	Batch     string `json:"batch"`
	Step      string `json:"step"`
	Interface int    `json:"interface"`
	Number    int64  `json:"number"`
}

type inReadings struct{}

func (inReadings) room() string { return "readings" }

type acknowledged struct{}

func (acknowledged) meaning() identity.Meaning { return identity.Acknowledged }

// The written kinds of an interface.
const (
	KindInterfaceAccepted  audit.Kind = "equipment.interface_accepted"
	KindInterfaceWithdrawn audit.Kind = "equipment.interface_withdrawn"
	KindMessageReceived    audit.Kind = "readings.received"
	KindAlarmAnswered      audit.Kind = "readings.alarm_answered"
	KindAnsweredInBatch    audit.Kind = "readings.alarm_answered_in_batch"
	KindReadingTaken       audit.Kind = "logbook.reading_taken"
)

// Kind is the written kind of the event's entry.
func (InterfaceAccepted) Kind() audit.Kind    { return KindInterfaceAccepted }
func (InterfaceWithdrawn) Kind() audit.Kind   { return KindInterfaceWithdrawn }
func (MessageReceived) Kind() audit.Kind      { return KindMessageReceived }
func (AlarmAnswered) Kind() audit.Kind        { return KindAlarmAnswered }
func (AlarmAnsweredInBatch) Kind() audit.Kind { return KindAnsweredInBatch }
func (ReadingTaken) Kind() audit.Kind         { return KindReadingTaken }

// Words say what happened to the machine.
func (e InterfaceAccepted) Words() string {
	measures := make([]string, len(e.Measures))
	for i, m := range e.Measures {
		measures[i] = m.Words()
	}
	shows := e.Document
	if e.SHA256 != "" {
		shows += ", SHA-256 " + e.SHA256
	}
	return fmt.Sprintf("Accepts its data under interface %d, with software %s: %s. Validated by %s. Its clock may differ by %s. Key %s",
		e.Number, e.Software, strings.Join(measures, "; "), shows, e.Tolerance, e.Key)
}

// Words say what happened to the machine.
func (e InterfaceWithdrawn) Words() string { return "Accepts its data no longer: " + e.Reason }

// Words say what the machine sent.
func (e MessageReceived) Words() string {
	m, err := ReadMessage(e.Message)
	if err != nil {
		return "Sends a message"
	}
	words := fmt.Sprintf("Sends %s %s: %s, at %s by its clock", m.Kind, MessageID(m.Interface, m.Number), m.Words(), m.Time)
	if e.Batch != "" {
		words += ", while batch " + e.Batch + " has it"
	}
	return words
}

// Words say what was answered.
func (e AlarmAnswered) Words() string {
	return fmt.Sprintf("Acknowledges alarm %s (%s): %s", MessageID(e.Interface, e.Number), e.Alarm, strings.TrimSuffix(e.Comment, "."))
}

// Words say what was answered.
func (e AlarmAnsweredInBatch) Words() string {
	return fmt.Sprintf("Acknowledges alarm %s in batch %s: %s", MessageID(e.Interface, e.Number), e.Batch, strings.TrimSuffix(e.Comment, "."))
}

// Words say what was taken.
func (e ReadingTaken) Words() string {
	return fmt.Sprintf("Its reading %s is taken into batch %s", MessageID(e.Interface, e.Number), e.Batch)
}

func (e InterfaceAccepted) check(b *Books, id string, _ Act) *Refusal {
	m, refusal := b.serves(id)
	if refusal != nil {
		return refusal
	}
	switch {
	case e.Number != len(m.Interfaces)+1:
		return refuse("bad_number", "The next interface of %s is number %d.", id, len(m.Interfaces)+1)
	case m.InForce() != nil:
		return refuse("has_interface", "Data of %s are accepted already, under interface %d. Withdraw that first.", id, m.InForce().Number)
	case m.Firmware == "":
		return refuse("no_software", "Say first which software or firmware %s has: an interface is validated for one version.", id)
	case e.Software != m.Firmware:
		return refuse("other_software", "%s has software %s.", id, m.Firmware)
	case len(e.Measures) == 0 || len(e.Measures) > 20:
		return refuse("no_measures", "Say what it measures, each with its unit, as in mass in g.")
	case e.Document == "":
		return refuse("no_document", "Name the report that shows that the interface was validated.")
	case e.SHA256 != "" && !hashForm(e.SHA256):
		return refuse("bad_hash", "A SHA-256 is 64 hexadecimal digits.")
	}
	for i, measure := range e.Measures {
		unit, err := protocol.ParseUnit(measure.Unit)
		if err != nil || unit.Code != measure.Unit || !nameForm.MatchString(measure.Quantity) {
			return refuse("bad_measure", "%q in %q cannot be read: give a quantity by name, and its unit.", Visible(measure.Quantity), Visible(measure.Unit))
		}
		for _, other := range e.Measures[:i] {
			if other.Quantity == measure.Quantity {
				return refuse("bad_measure", "%s stands twice.", measure.Quantity)
			}
		}
	}
	if key, ok := publicKey(e.Key); !ok || key != e.Key {
		return refuse("bad_key", "Give the gateway's Ed25519 public key as openssl writes it: -----BEGIN PUBLIC KEY-----.")
	}
	if d, err := protocol.ParseDuration(e.Tolerance); err != nil || d <= 0 || d > time.Hour {
		return refuse("bad_tolerance", "Say by how much its clock may differ: more than nothing, and 1 h at the most.")
	}
	return nil
}

func (e InterfaceAccepted) apply(b *Books, id string, act Act) {
	tolerance, _ := protocol.ParseDuration(e.Tolerance) // check has read it
	b.alter(id, act, func(m *Equipment) {
		m.Interfaces = append(m.Interfaces[:len(m.Interfaces):len(m.Interfaces)], Interface{
			Number: e.Number, Software: e.Software, Measures: e.Measures, Key: e.Key, Tolerance: tolerance,
			Document: e.Document, SHA256: e.SHA256, Accepted: act,
		})
	})
}

func (e InterfaceWithdrawn) check(b *Books, id string, _ Act) *Refusal {
	m, refusal := b.serves(id)
	switch {
	case refusal != nil:
		return refusal
	case m.InForce() == nil:
		return refuse("no_interface", "No data of %s are accepted.", id)
	}
	return because(e.Reason)
}

func (e InterfaceWithdrawn) apply(b *Books, id string, act Act) {
	b.alter(id, act, func(m *Equipment) { m.endInterface(act, e.Reason) })
}

// endInterface ends the interface that counts, if there is one.
func (m *Equipment) endInterface(act Act, why string) {
	if m.InForce() == nil {
		return
	}
	m.Interfaces = append([]Interface{}, m.Interfaces...) // somebody may hold the old ones
	last := &m.Interfaces[len(m.Interfaces)-1]
	last.Ended, last.Why = &act, why
}
