package batch

import (
	"fmt"
	"slices"
	"strings"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
	"countersign/register"
)

// AnswerAlarm acknowledges, with a comment, an alarm that a machine gave while this
// batch had it (EXE-13). Signed as acknowledged.
type AnswerAlarm struct {
	Equipment string `json:"equipment"`
	Interface int    `json:"interface"`
	Number    int64  `json:"number"`
	Comment   string `json:"comment"`
	// Said is what the books had of it when this was refused; as in TakeReading.
	Said *Sent `json:"said,omitempty"`
}

func (AnswerAlarm) command() {}

// AlarmAnswered is that, with the alarm as the machine's gateway signed it.
type AlarmAnswered struct {
	By        `json:"by"`
	Equipment string `json:"equipment"`
	Interface int    `json:"interface"`
	Number    int64  `json:"number"`
	Comment   string `json:"comment"`
	Sent      Sent   `json:"sent"`
}

const kindAlarm audit.Kind = "batch.alarm_acknowledged"

// Kind is the written kind of the event's entry.
func (AlarmAnswered) Kind() audit.Kind { return kindAlarm }

// alarmClass is the class of an alarm; alarmCause begins the cause of one that a
// machine gave.
const (
	alarmClass = "alarm"
	alarmCause = "device alarm:"
)

// Sounded is an alarm of a machine that this batch had. It stands in the machine's
// own book, and whoever next does something here brings it into the record.
type Sounded struct {
	Equipment string // the site's number
	ID        string // interface and number, "2/18"
	Text      string // with value and times
}

// SoundedOf is an alarm for the facts of a decision.
func SoundedOf(r *register.Received) Sounded {
	return Sounded{Equipment: r.Equipment, ID: r.ID(), Text: r.Told()}
}

func (a Sounded) cause() string { return alarmCause + a.Equipment + ":" + a.ID }

// sounding are the alarms that are not in the record yet (REL-07).
func (s *State) sounding(f Facts) []ExceptionRaised {
	if s.Protocol == nil || s.ended() {
		return nil
	}
	class := protocol.ExceptionClassNamed(alarmClass)
	var all []ExceptionRaised
	for _, alarm := range f.Alarms {
		if s.raised(alarm.cause()) || !s.has(alarm.Equipment) {
			continue
		}
		all = append(all, s.ruled(ExceptionRaised{
			Class: alarmClass, Severity: class.Severity, Blocks: Blocks(class.Blocks), Cause: alarm.cause(), Text: alarmBefore + alarm.Equipment + alarmAfter + alarm.Text + ".",
		}))
	}
	return all
}

// What an exception says before an alarm's own words, so that these can be read
// from the record again.
const (
	alarmBefore = "Alarm of "
	alarmAfter  = ": "
)

// has says that a machine was set out for the batch.
func (s *State) has(equipment string) bool {
	return slices.ContainsFunc(s.Items, func(item Item) bool { return item.Register == string(register.EquipmentStream(equipment)) })
}

// alarmsIn reads from what was written beside an act which alarms had come. The
// machine's book is no part of the record: what it said is pinned in the exception.
func (r *replaying) alarmsIn(entries []audit.Stored, w Witnesses) (all []Sounded, err error) {
	for _, e := range entries[1:] {
		if e.Kind != kindRaised {
			break
		}
		ev, err := r.folding.reader.event(e.Entry, w.opened(e.Index))
		if err != nil {
			return nil, fmt.Errorf("read entry %d: %w", e.Index, err)
		}
		raised, ok := ev.(ExceptionRaised)
		if !ok || actOfItsOwn(raised) {
			break
		}
		named, found := strings.CutPrefix(raised.Cause, alarmCause)
		equipment, id, whole := strings.Cut(named, ":")
		if found && whole {
			text := strings.TrimPrefix(raised.Text, alarmBefore+equipment+alarmAfter)
			all = append(all, Sounded{Equipment: equipment, ID: id, Text: strings.TrimSuffix(text, ".")})
		}
	}
	return all, nil
}

// OpenAlarms are the alarms of a batch that nobody has acknowledged, by the number
// of their exception.
func (s *State) OpenAlarms() (open []Exception) {
	for _, ex := range s.Exceptions {
		if named, ok := strings.CutPrefix(ex.Cause, alarmCause); ok && !slices.ContainsFunc(s.Alarms, func(a AlarmEntry) bool { return a.named() == named }) {
			open = append(open, ex)
		}
	}
	return open
}

// AlarmEntry is an acknowledged alarm as a batch keeps it.
type AlarmEntry struct {
	Act
	AlarmAnswered
	Message register.Message
}

func (e AlarmEntry) named() string {
	return e.Equipment + ":" + register.MessageID(e.AlarmAnswered.Interface, e.AlarmAnswered.Number)
}

// Sentence tells it.
func (e AlarmEntry) Sentence() string {
	return fmt.Sprintf("Alarm %s of %s (%s) was acknowledged by %s: %s", register.MessageID(e.AlarmAnswered.Interface, e.AlarmAnswered.Number), e.Equipment, e.Message.Words(), e.Act.Name, sentence(e.Comment))
}

// decide: an alarm of a machine that this batch had when it sounded.
func (c AnswerAlarm) decide(d *decision) (Event, *Refusal) {
	if refusal := d.alive(); refusal != nil {
		return nil, refusal
	}
	if refusal := d.entitled(identity.Acknowledged, staff(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	alarm := Sounded{Equipment: c.Equipment, ID: register.MessageID(c.Interface, c.Number)}
	known := d.s.raised(alarm.cause()) || slices.ContainsFunc(d.alarms, func(ex ExceptionRaised) bool { return ex.Cause == alarm.cause() })
	if !known || d.f.Reading == nil {
		return nil, refuse("no_such_alarm", "No alarm %s of %s concerns this batch.", alarm.ID, c.Equipment)
	}
	m, err := register.ReadMessage(d.f.Reading.Message)
	if err != nil || m.Kind != register.MessageAlarm || m.Equipment != c.Equipment || m.Interface != c.Interface || m.Number != c.Number {
		return nil, refuse("no_such_alarm", "No alarm %s of %s concerns this batch.", alarm.ID, c.Equipment)
	}
	if slices.ContainsFunc(d.s.Alarms, func(a AlarmEntry) bool { return a.named() == c.Equipment+":"+alarm.ID }) {
		return nil, refuse("answered_already", "Alarm %s of %s is acknowledged already.", alarm.ID, c.Equipment)
	}
	comment, refusal := worded(c.Comment, "what was found, and what was done")
	if refusal != nil {
		return nil, refusal
	}
	pinned := *d.f.Reading
	pinned.Taken = ""
	return AlarmAnswered{By: d.by, Equipment: c.Equipment, Interface: c.Interface, Number: c.Number, Comment: comment, Sent: pinned}, nil
}

func (AnswerAlarm) signs(*State) (identity.Meaning, []identity.Role) {
	return identity.Acknowledged, staff()
}

func (c AnswerAlarm) sheet(sh *sheet, f Facts) error {
	if f.Reading == nil {
		return refuse("no_such_alarm", "There is no such alarm.")
	}
	m, err := register.ReadMessage(f.Reading.Message)
	if err != nil {
		return refuse("no_such_alarm", "There is no such alarm.")
	}
	sh.add("Alarm %s of %s, received %s: %s.", register.MessageID(c.Interface, c.Number), c.Equipment, sh.at(f.Reading.at()), m.Words())
	sh.add("I have seen this alarm. %s", sentence(c.Comment))
	return nil
}

func (AlarmAnswered) meaning() identity.Meaning { return identity.Acknowledged }

func (e AlarmAnswered) words() string {
	return fmt.Sprintf("Acknowledged alarm %s of %s: %s", register.MessageID(e.Interface, e.Number), e.Equipment, sentence(e.Comment))
}

func (e AlarmAnswered) again(bool) Command {
	return AnswerAlarm{Equipment: e.Equipment, Interface: e.Interface, Number: e.Number, Comment: e.Comment}
}

func (e AlarmAnswered) fold(s *growing, act Act) error {
	m, err := register.ReadMessage(e.Sent.Message)
	if err != nil {
		return fmt.Errorf("alarm %d of %s: %w", e.Number, e.Equipment, err)
	}
	s.Alarms = append(slices.Clip(s.Alarms), AlarmEntry{Act: act, AlarmAnswered: e, Message: m})
	return nil
}

// answered: nobody signs the review while an alarm is not acknowledged.
func (d *decision) answered() *Refusal {
	if open := d.s.OpenAlarms(); len(open) > 0 {
		return refuse("alarms_open", "Nobody has acknowledged it yet: %s", open[0].Text)
	}
	return nil
}

// unanswered says so of each, a sentence each.
func (s *State) unanswered() (sentences []string) {
	for _, ex := range s.OpenAlarms() {
		sentences = append(sentences, "Nobody has acknowledged it yet: "+ex.Text)
	}
	return sentences
}

// alarmWaits: somebody looks at each alarm, and says what was found.
func (s *State) alarmWaits() (all []Wait) {
	if s.ended() {
		return nil
	}
	for _, ex := range s.OpenAlarms() {
		all = append(all, Wait{Kind: WaitsAlarm, Cause: ex.Cause, Since: ex.Raised.At, Roles: staff(), Text: ex.Text})
	}
	return all
}

// alarmLines say on a sheet which alarms were acknowledged, and how.
func (sh *sheet) alarmLines() {
	for _, alarm := range sh.s.Alarms {
		sh.add("%s", alarm.Sentence())
	}
}

// alarmRow writes the acknowledgement into the machine's own book.
func alarmRow(batch string, e AlarmAnswered) []register.Written {
	return []register.Written{{Stream: register.ReadingsStream(e.Equipment), Event: register.AlarmAnsweredInBatch{
		Interface: e.Interface, Number: e.Number, Comment: e.Comment, Batch: batch,
	}}}
}
