package batch

import (
	"fmt"
	"slices"
	"strconv"

	"countersign/identity"
	"countersign/protocol"
)

// ConfirmCorrection is the second person's signature without which a
// correction of critical data does not count (AUD-02). It is signed as
// verified.
type ConfirmCorrection struct {
	Step       string `json:"step"`
	Correction int    `json:"correction"`
}

// DropCorrection gives up a correction that waits for its second person. The
// value stays as it was.
type DropCorrection struct {
	Step       string `json:"step"`
	Correction int    `json:"correction"`
	Reason     string `json:"reason"`
}

func (ConfirmCorrection) command() {}
func (DropCorrection) command()    {}

// ValueCorrected gives a value anew. What it takes away is named: the steps
// whose signatures no longer stand, the exceptions that are to be decided
// again, and whether the production review is (SIG-04). Asked is the correction
// that a second person confirms with it; 0 where none was needed.
type ValueCorrected struct {
	By          `json:"by"`
	Step        string   `json:"step"`
	Field       string   `json:"field"`
	Before      string   `json:"before"` // the value that it replaces, as read
	Text        string   `json:"text"`
	Value       string   `json:"value"`
	Level       string   `json:"level"`
	Limit       string   `json:"limit"`
	Reason      string   `json:"reason"`
	Invalidates []string `json:"invalidates"`
	Decisions   []int    `json:"decisions"`
	Review      bool     `json:"review"`
	Changes     []Change `json:"changes"`
	Asked       int      `json:"asked"`
}

// Change is a figure that comes out otherwise because another was corrected,
// as people read it.
type Change struct {
	Step   string `json:"step"`
	Name   string `json:"name"`
	Title  string `json:"title"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// Words say what changed.
func (c Change) Words() string {
	return fmt.Sprintf("%s of %s: %s → %s", c.Title, c.Step, c.Before, c.After)
}

// CorrectionAsked is a correction of critical data that waits for a second
// person. Until then the first value counts, and nothing is signed on it.
type CorrectionAsked struct {
	By     `json:"by"`
	Number int    `json:"number"`
	Step   string `json:"step"`
	Field  string `json:"field"`
	Before string `json:"before"`
	Text   string `json:"text"`
	Value  string `json:"value"`
	Reason string `json:"reason"`
}

// CorrectionDropped is a correction that was given up.
type CorrectionDropped struct {
	By         `json:"by"`
	Correction int    `json:"correction"`
	Step       string `json:"step"`
	Reason     string `json:"reason"`
}

// CorrectionEntry is a correction of critical data as a batch keeps it. Its act
// is that of whoever asked for it.
type CorrectionEntry struct {
	Act
	Number              int
	Step, Field         string
	Before, Text, Value string
	Reason              string
	Confirmed, Dropped  *Act
	Why                 string // it was dropped
}

// UndoneDecision is a decision on an exception that a correction took away.
type UndoneDecision struct {
	Act
	Accepted bool
	Reason   string
}

// WaitingCorrections are those that wait for a second person.
func (s *State) WaitingCorrections() []CorrectionEntry {
	var waiting []CorrectionEntry
	for _, c := range s.Corrections {
		if c.Confirmed == nil && c.Dropped == nil {
			waiting = append(waiting, c)
		}
	}
	return waiting
}

// confirmers are who may be the second person for a correction in a step: its
// checker, or a quality lead.
func confirmers(p *protocol.Protocol, step *protocol.Step) []identity.Role {
	if step.CheckedBy == "" {
		return reviewers()
	}
	roles := []identity.Role{roleOf(p, step.CheckedBy)}
	if roles[0] != identity.QualityLead {
		roles = append(roles, identity.QualityLead)
	}
	return roles
}

// correct gives a value anew. The first stays; a reason is needed; signatures
// over what changed no longer stand; a change of critical data counts once a
// second person has signed it, and is an exception (AUD-02, PDF-02, SIG-04,
// REL-07).
func (d *decision) correct(c Correct) (Event, *Refusal) {
	st, refusal := d.known(c.Step)
	if refusal != nil {
		return nil, refusal
	}
	if refusal := d.correctable(st); refusal != nil {
		return nil, refusal
	}
	if refusal := d.entitled("", d.s.correctors(st), identity.NeedsTraining); refusal != nil {
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
	for _, waiting := range d.s.WaitingCorrections() {
		if waiting.Step == c.Step && waiting.Field == c.Field {
			return nil, refuse("correction_waits", "A correction of this value waits for a second person already.")
		}
	}
	event, refusal := d.corrected(ValueCorrected{
		By: d.by, Step: c.Step, Field: c.Field, Before: entry.Value.Coded(), Text: c.Text, Value: value.Coded(), Reason: reason,
	})
	if refusal != nil {
		return nil, refusal
	}
	d.manualCorrection(st, input(st.Step, c.Field), value, reason)
	if critical(st.Step, input(st.Step, c.Field)) {
		return CorrectionAsked{
			By: d.by, Number: len(d.s.Corrections) + 1, Step: c.Step, Field: c.Field, Before: event.Before, Text: c.Text, Value: event.Value, Reason: reason,
		}, nil
	}
	return event, nil
}

// corrected works out what a correction comes to.
func (d *decision) corrected(event ValueCorrected) (ValueCorrected, *Refusal) {
	verdict, after, refusal := d.judged(event, event.Step, event.Field)
	if refusal != nil {
		return event, refusal
	}
	event.Level, event.Limit = string(verdict.Level), verdict.Reason
	return d.s.consequences(event, after), nil
}

// confirmCorrection lets a correction of critical data count: the second
// person is not who asked for it, nor anybody who worked in the step (AUD-02).
func (d *decision) confirmCorrection(c ConfirmCorrection) (Event, *Refusal) {
	asked, st, refusal := d.waiting(c.Step, c.Correction)
	if refusal != nil {
		return nil, refusal
	}
	if refusal := d.correctable(st); refusal != nil {
		return nil, refusal
	}
	if refusal := d.entitled(identity.Verified, confirmers(d.s.Protocol, st.Step), identity.NeedsTraining); refusal != nil {
		return nil, refusal
	}
	if asked.Person == d.f.Person.ID {
		return nil, refuse("same_person", "You asked for this correction. Another person signs it.")
	}
	if refusal := d.secondPerson(st); refusal != nil {
		return nil, refusal
	}
	event, refusal := d.corrected(asked.event(d.by))
	if refusal != nil {
		return nil, refusal
	}
	in := input(st.Step, asked.Field)
	d.add = append(d.add, ExceptionRaised{
		Class: "correction", Severity: "major", Blocks: BlocksRelease, Step: asked.Step, Field: asked.Field,
		Cause: "correction:" + strconv.FormatInt(d.s.Version+1, 10), CausedBy: asked.Person,
		Text: sentenceCase(titled(in.Title, in.Name)) + " in step " + asked.Step + " was corrected from " + asked.Before + " to " + asked.Value + ".",
	})
	return event, nil
}

// event is the correction as it counts once it is confirmed.
func (c CorrectionEntry) event(by By) ValueCorrected {
	return ValueCorrected{
		By: by, Step: c.Step, Field: c.Field, Before: c.Before, Text: c.Text, Value: c.Value, Reason: c.Reason, Asked: c.Number,
	}
}

// waiting gives a correction that waits, with its step.
func (d *decision) waiting(step string, number int) (CorrectionEntry, *StepState, *Refusal) {
	if number < 1 || number > len(d.s.Corrections) || d.s.Corrections[number-1].Step != step {
		return CorrectionEntry{}, nil, refuse("unknown_correction", "No such correction was asked for.")
	}
	asked := d.s.Corrections[number-1]
	if asked.Confirmed != nil || asked.Dropped != nil {
		return CorrectionEntry{}, nil, refuse("already_decided", "This correction waits for nobody any more.")
	}
	return asked, d.s.Step(step), nil
}

// dropCorrection gives up a correction. Whoever could ask for one or sign it can.
func (d *decision) dropCorrection(c DropCorrection) (Event, *Refusal) {
	if refusal := d.alive(); refusal != nil {
		return nil, refusal
	}
	asked, _, refusal := d.waiting(c.Step, c.Correction)
	if refusal != nil {
		return nil, refusal
	}
	if refusal := d.entitled("", staff(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	reason, refusal := worded(c.Reason, "why the value stays as it is")
	if refusal != nil {
		return nil, refusal
	}
	return CorrectionDropped{By: d.by, Correction: asked.Number, Step: asked.Step, Reason: reason}, nil
}

// sure: while a correction waits for its second person, nobody knows which
// value counts, and nothing that leans on it begins or is signed (AUD-02).
func (d *decision) sure() *Refusal {
	if all := d.s.WaitingCorrections(); len(all) > 0 {
		waiting := all[0]
		return refuse("correction_waits", "The correction of %s in step %s, from %s to %s, waits for a second person's signature. Until it is signed or given up, no step begins and none is signed.",
			waiting.Field, waiting.Step, waiting.Before, waiting.Value)
	}
	return nil
}

// foldAsked and foldDropped keep what is asked for and given up.
func (s *growing) foldAsked(e CorrectionAsked, act Act) error {
	if e.Number != len(s.Corrections)+1 {
		return fmt.Errorf("correction %d follows correction %d", e.Number, len(s.Corrections))
	}
	s.Corrections = append(s.Corrections, CorrectionEntry{
		Act: act, Number: e.Number, Step: e.Step, Field: e.Field, Before: e.Before, Text: e.Text, Value: e.Value, Reason: e.Reason,
	})
	return nil
}

func (s *growing) foldDropped(e CorrectionDropped, act Act) error {
	return s.asked(e.Correction, func(c *CorrectionEntry) { c.Dropped, c.Why = &act, e.Reason })
}

// asked changes a correction that was asked for.
func (s *growing) asked(number int, how func(*CorrectionEntry)) error {
	if number < 1 || number > len(s.Corrections) {
		return fmt.Errorf("there is no correction %d", number)
	}
	s.Corrections = slices.Clone(s.Corrections)
	how(&s.Corrections[number-1])
	return nil
}
