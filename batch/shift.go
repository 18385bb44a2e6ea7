package batch

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/identity"
)

// HandOverShift is the outgoing shift's signature over what is open in a batch, with
// words of their own. Until somebody has signed that they took over, whoever
// hands over stays responsible. It is signed as acknowledged.
type HandOverShift struct {
	Words string `json:"words"`
}

// TakeOverShift is the incoming person's signature over what was handed over.
type TakeOverShift struct {
	Words string `json:"words"` // a question or a remark; may be ""
}

func (HandOverShift) command() {}
func (TakeOverShift) command() {}

// ShiftHandedOver is a hand-over: what was open, as the batch itself says.
type ShiftHandedOver struct {
	By    `json:"by"`
	Open  []string `json:"open"`
	Words string   `json:"words"`
}

// ShiftTakenOver ends it.
type ShiftTakenOver struct {
	By    `json:"by"`
	Words string `json:"words"`
}

// ShiftEntry is a hand-over as a batch keeps it. Its act is the outgoing
// person's.
type ShiftEntry struct {
	Act
	Open  []string
	Words string
	Taken *Act
	Said  string // by who took over
}

// HandingOver is the hand-over that waits for somebody to take over; nil when
// none does.
func (s *State) HandingOver() *ShiftEntry {
	if n := len(s.Shifts); n > 0 && s.Shifts[n-1].Taken == nil {
		return &s.Shifts[n-1]
	}
	return nil
}

// Responsible is who has taken the batch over last; until the first hand-over
// is taken over nobody in particular.
func (s *State) Responsible() *Act {
	for i := len(s.Shifts) - 1; i >= 0; i-- {
		if s.Shifts[i].Taken != nil {
			return s.Shifts[i].Taken
		}
	}
	return nil
}

// handOver hands a batch over: who is responsible does, or, where they cannot, a
// quality lead for them. It is signed anew when something has come since.
func (d *decision) handOver(c HandOverShift) (Event, *Refusal) {
	if refusal := d.alive(); refusal != nil {
		return nil, refusal
	}
	if d.s.Status == Given {
		return nil, refuse("closed", "Every step of this batch is done.")
	}
	if refusal := d.entitled(identity.Acknowledged, staff(), identity.NeedsReading); refusal != nil {
		return nil, refusal
	}
	if by := d.s.Responsible(); by != nil && by.Person != d.f.Person.ID && !d.f.Person.Has(identity.QualityLead) {
		return nil, refuse("not_responsible", "%s took this batch over and is responsible for it: %s hands it over, or a quality lead for them.", by.Name, by.Name)
	}
	words := strings.TrimSpace(c.Words)
	if words != "" {
		var refusal *Refusal
		if words, refusal = worded(words, "what the next shift must know"); refusal != nil {
			return nil, refusal
		}
	}
	return ShiftHandedOver{By: d.by, Open: d.s.OpenNow(d.shown), Words: words}, nil
}

// takeOver is signed by another person who may work in the batch.
func (d *decision) takeOverShift(c TakeOverShift) (Event, *Refusal) {
	if refusal := d.alive(); refusal != nil {
		return nil, refusal
	}
	handed := d.s.HandingOver()
	if handed == nil {
		return nil, refuse("nothing_handed_over", "Nobody has handed this batch over.")
	}
	if handed.Person == d.f.Person.ID {
		return nil, refuse("same_person", "You hand this batch over. Another person takes it.")
	}
	if refusal := d.entitled(identity.Acknowledged, staff(), identity.NeedsTraining); refusal != nil {
		return nil, refusal
	}
	words := strings.TrimSpace(c.Words)
	if words != "" {
		var refusal *Refusal
		if words, refusal = worded(words, "your remark"); refusal != nil {
			return nil, refusal
		}
	}
	return ShiftTakenOver{By: d.by, Words: words}, nil
}

// OpenNow says, a sentence each, everything that is open in a batch: steps
// under way, clocks, holds, what waits for a signature, exceptions, and what was
// noted since the last hand-over. at writes a moment.
func (s *State) OpenNow(at func(time.Time) string) []string {
	lines := []string{}
	add := func(form string, args ...any) { lines = append(lines, fmt.Sprintf(form, args...)) }
	for i := range s.Steps {
		st := &s.Steps[i]
		switch {
		case st.Skipped || st.Signed():
		case st.PerformedNow() != nil:
			add("Step %s is performed and waits for its check.", st.Step.Name)
		case len(st.Performed) > 0:
			add("Step %s is to be signed again: %s.", st.Step.Name, st.Performed[len(st.Performed)-1].Why)
		case !st.Started.IsZero() || len(st.Scans) > 0 || len(st.Values) > 0:
			add("Step %s is under way.", st.Step.Name)
		case s.IsOpen(st):
			add("Step %s is next.", st.Step.Name)
		}
		for _, name := range st.TypedForNames() {
			add("%s has not signed yet that what was typed for them in step %s is theirs.", name, st.Step.Name)
		}
	}
	lines = append(lines, s.clocks(at)...)
	for _, hold := range s.Holds() {
		add("On hold (%d, %s) since %s: %s", hold.Number, hold.Kind, at(hold.At), hold.Reason)
	}
	for _, c := range s.WaitingCorrections() {
		add("The correction of %s in step %s waits for a second person.", c.Field, c.Step)
	}
	for _, ex := range s.OpenExceptions() {
		add("Exception %d is not decided: %s", ex.Number, ex.Text)
	}
	since := int64(0)
	if n := len(s.Shifts); n > 0 {
		since = s.Shifts[n-1].Version
	}
	for _, note := range s.Notes {
		if note.Version > since {
			add("Note by %s, %s: %s", note.Name, at(note.At), note.Text)
		}
	}
	return lines
}

// clocks say of every clock that runs when it is over, as at the batch's last
// entry.
func (s *State) clocks(at func(time.Time) string) []string {
	var lines []string
	for _, timer := range s.Timers(s.Last) {
		line := "Clock " + timer.Name
		if timer.Step != "" && timer.Step != timer.Name {
			line += " (" + timer.Step + ")"
		}
		switch {
		case timer.Over:
			line += " is over its limit"
		case timer.Since.IsZero():
			line += " does not run now"
		}
		if !timer.From.IsZero() {
			line += ", not before " + at(timer.From)
		}
		if !timer.Until.IsZero() {
			line += ", until " + at(timer.Until)
		}
		lines = append(lines, line+".")
	}
	return lines
}

func (s *growing) takenOver(e ShiftTakenOver, act Act) error {
	if s.HandingOver() == nil {
		return errors.New("nothing was handed over")
	}
	s.Shifts = slices.Clone(s.Shifts)
	last := &s.Shifts[len(s.Shifts)-1]
	last.Taken, last.Said = &act, e.Words
	return nil
}

// handOverLines and takeOverLines write what a hand-over is about.
func (sh *sheet) handOverLines(c HandOverShift) {
	for _, line := range sh.s.OpenNow(sh.at) {
		sh.add("%s", line)
	}
	if words := strings.TrimSpace(c.Words); words != "" {
		sh.add("For the next shift: %s", words)
	}
	sh.add("I hand this batch over as it stands here. Until somebody has signed that they took over, I stay responsible for it.")
}

func (sh *sheet) takeOverLines(c TakeOverShift) {
	handed := sh.s.HandingOver()
	if handed == nil {
		return
	}
	sh.add("Handed over by %s (%s), %s.", handed.Name, handed.Role, sh.at(handed.At))
	for _, line := range handed.Open {
		sh.add("%s", line)
	}
	if handed.Words != "" {
		sh.add("For the next shift: %s", handed.Words)
	}
	if since := sh.s.Version - handed.Version; since > 0 {
		sh.add("Since then the record has %d more entries. As it stands now:", since)
		for _, line := range sh.s.OpenNow(sh.at) {
			sh.add("%s", line)
		}
	}
	if words := strings.TrimSpace(c.Words); words != "" {
		sh.add("My remark: %s", words)
	}
	sh.add("I have understood this, and am responsible for the batch from now on.")
}
