package register

import (
	"slices"
	"strings"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
)

// AcceptInterface says that the data of a machine are accepted.
type AcceptInterface struct {
	Equipment string    `json:"equipment"`
	Measures  []Measure `json:"measures"`
	Key       string    `json:"key"`       // Ed25519 public key, as openssl writes it
	Tolerance string    `json:"tolerance"` // by which its clock may differ, as in "2 min"
	Document  string    `json:"document"`
	SHA256    string    `json:"sha256"` // of the report; "" where it is only named
}

// WithdrawInterface ends that.
type WithdrawInterface struct {
	Equipment string `json:"equipment"`
	Reason    string `json:"reason"`
}

// AnswerAlarm acknowledges an alarm in the machine's own book.
type AnswerAlarm struct {
	Equipment string `json:"equipment"`
	Interface int    `json:"interface"`
	Number    int64  `json:"number"`
	Comment   string `json:"comment"`
}

// Name is the written name of the command.
func (AcceptInterface) Name() string   { return "accept interface" }
func (WithdrawInterface) Name() string { return "withdraw interface" }
func (AnswerAlarm) Name() string       { return "acknowledge alarm" }

// Signs says who may sign, as what.
func (AcceptInterface) Signs() (identity.Meaning, []identity.Role) {
	return identity.Approved, []identity.Role{identity.QualityLead}
}

func (WithdrawInterface) Signs() (identity.Meaning, []identity.Role) {
	return identity.Approved, []identity.Role{identity.QualityLead}
}

// Signs says who may sign, as what.
func (AnswerAlarm) Signs() (identity.Meaning, []identity.Role) {
	return identity.Acknowledged, handlers()
}

func (c AcceptInterface) stream(b *Books) audit.StreamID {
	return EquipmentStream(b.machineNumber(c.Equipment))
}

func (c WithdrawInterface) stream(b *Books) audit.StreamID {
	return EquipmentStream(b.machineNumber(c.Equipment))
}

func (c AnswerAlarm) stream(b *Books) audit.StreamID {
	return ReadingsStream(b.machineNumber(c.Equipment))
}

func (c AcceptInterface) event(b *Books, _ Facts) (Event, *Refusal) {
	m, refusal := b.serves(b.machineNumber(c.Equipment))
	if refusal != nil {
		return nil, refusal
	}
	ev := InterfaceAccepted{
		Number: len(m.Interfaces) + 1, Software: m.Firmware, Measures: []Measure{}, Tolerance: strings.TrimSpace(c.Tolerance),
		Document: strings.TrimSpace(c.Document), SHA256: strings.ToLower(strings.TrimSpace(c.SHA256)),
	}
	ev.Key, _ = publicKey(c.Key) // check refuses none
	for _, measure := range c.Measures {
		if unit, err := protocol.ParseUnit(strings.TrimSpace(measure.Unit)); err == nil {
			measure.Unit = unit.Code
		}
		ev.Measures = append(ev.Measures, Measure{Quantity: strings.TrimSpace(measure.Quantity), Unit: measure.Unit})
	}
	return ev, readable(c.Document)
}

func (c WithdrawInterface) event(*Books, Facts) (Event, *Refusal) {
	return InterfaceWithdrawn{Reason: strings.TrimSpace(c.Reason)}, readable(c.Reason)
}

func (c AnswerAlarm) event(b *Books, _ Facts) (Event, *Refusal) {
	alarm, refusal := b.alarm(b.machineNumber(c.Equipment), c.Interface, c.Number)
	if refusal != nil {
		return nil, refusal
	}
	return AlarmAnswered{Interface: c.Interface, Number: c.Number, Alarm: alarm.Told(), Comment: strings.TrimSpace(c.Comment)}, readable(c.Comment)
}

// alarmLines say, for who acknowledges it, which alarm it is.
func (b *Books) alarmLines(id string) []string {
	m := b.equipment[id]
	if m == nil {
		return nil
	}
	return []string{m.ID + ": " + m.Title + ", at " + said(m.Place) + "."}
}

// OpenAlarms are a machine's alarms that nobody has acknowledged, in its log book
// or in the batch that had it.
func (b *Books) OpenAlarms(equipment string) []*Received {
	return slices.DeleteFunc(b.Received(equipment), func(r *Received) bool { return r.Kind != MessageAlarm || len(r.Answers) > 0 })
}
