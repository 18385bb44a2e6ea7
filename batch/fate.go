package batch

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
)

// RecordFate says what became of what was not given: of what was left, or of
// the whole batch, also after it was rejected or aborted (EXE-12). It counts
// once a second person has witnessed it.
type RecordFate struct {
	Of       string `json:"of"`     // one of Remains
	Fate     string `json:"fate"`   // one of Fates
	Amount   string `json:"amount"` // as it was, with its unit
	Place    string `json:"place"`  // to whom it was returned, or where and how it was destroyed
	Document string `json:"document"`
	Reason   string `json:"reason"`
}

// WitnessFate is the second person's signature over it.
type WitnessFate struct {
	Fate int `json:"fate"` // its number
}

func (RecordFate) command()  {}
func (WitnessFate) command() {}

// What a fate can be of, and the fates.
const (
	WhatIsLeft    = "what is left"
	TheWholeBatch = "the whole batch"

	Returned  = "returned"
	Destroyed = "destroyed"
)

// Remains are what a fate can be of.
func Remains() []string { return []string{WhatIsLeft, TheWholeBatch} }

// Fates are what can become of it.
func Fates() []string { return []string{Returned, Destroyed} }

// FateRecorded is what became of it, as one person says.
type FateRecorded struct {
	By       `json:"by"`
	Number   int    `json:"number"`
	Of       string `json:"of"`
	Fate     string `json:"fate"`
	Amount   string `json:"amount"`
	Place    string `json:"place"`
	Document string `json:"document"`
	Reason   string `json:"reason"`
}

// FateWitnessed is the second person's word for it.
type FateWitnessed struct {
	By   `json:"by"`
	Fate int `json:"fate"`
}

const (
	kindFate          audit.Kind = "batch.fate_recorded"
	kindFateWitnessed audit.Kind = "batch.fate_witnessed"
)

// Kind is the written kind of the event's entry.
func (FateRecorded) Kind() audit.Kind { return kindFate }

// Kind is the written kind of the event's entry.
func (FateWitnessed) Kind() audit.Kind { return kindFateWitnessed }

// FateEntry is a fate as a batch keeps it. Its act is that of whoever recorded it.
type FateEntry struct {
	Act
	Number                                    int
	Of, Fate, Amount, Place, Document, Reason string
	Witnessed                                 *Act
}

// Sentence tells it, with whether it counts.
func (e *FateEntry) Sentence() string {
	words := fmt.Sprintf("%s (%s) was %s: %s, by %s. %s", sentenceCase(e.Of), e.Amount, e.Fate, e.Place, e.Document, sentence(e.Reason))
	if e.Witnessed == nil {
		return words + " Nobody has witnessed it yet."
	}
	return words + " Witnessed by " + e.Witnessed.Name + "."
}

// Gone says that the whole batch was returned or destroyed: nobody is given it
// any more. It does from its record on: nobody waits for a witness to stop.
func (s *State) Gone() bool {
	return slices.ContainsFunc(s.Fates, func(e FateEntry) bool { return e.Of == TheWholeBatch })
}

// decide takes in a fate. What went to a patient has only a rest.
func (c RecordFate) decide(d *decision) (Event, *Refusal) {
	if refusal := d.entitled("", staff(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	begun := d.s.begunToBeGiven()
	switch {
	case !slices.Contains(Remains(), c.Of) || !slices.Contains(Fates(), c.Fate):
		return nil, refuse("bad_value", "Say whether it is what is left or the whole batch, and whether it was returned or destroyed.")
	case d.s.released() == nil && d.s.Status != Rejected && d.s.Status != Aborted:
		return nil, refuse("not_released", "This batch is still being made. Reject or abort it first.")
	case d.s.Gone():
		return nil, refuse("gone", "The whole batch was returned or destroyed already.")
	case c.Of == TheWholeBatch && begun:
		return nil, refuse("given_already", "This batch was begun to be given: record what became of what is left.")
	case c.Of == WhatIsLeft && !begun:
		return nil, refuse("not_given", "Nothing of this batch was given: record what became of the whole batch.")
	}
	ev := FateRecorded{By: d.by, Number: len(d.s.Fates) + 1, Of: c.Of, Fate: c.Fate}
	if refusal := takeParts(
		typedPart{&ev.Amount, c.Amount, "how much it is, with its unit"}, typedPart{&ev.Place, c.Place, "to whom it was returned, or where and how it was destroyed"},
		typedPart{&ev.Document, c.Document, "the document in which it stands"}, typedPart{&ev.Reason, c.Reason, "why"}); refusal != nil {
		return nil, refusal
	}
	return ev, nil
}

// decide: a second person saw it.
func (c WitnessFate) decide(d *decision) (Event, *Refusal) {
	if refusal := d.entitled(identity.Witnessed, staff(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	if c.Fate < 1 || c.Fate > len(d.s.Fates) {
		return nil, refuse("unknown_fate", "There is no such record in this batch.")
	}
	switch entry := d.s.Fates[c.Fate-1]; {
	case entry.Witnessed != nil:
		return nil, refuse("already_witnessed", "That was witnessed already.")
	case entry.Person == d.f.Person.ID:
		return nil, refuse("same_person", "You recorded it. Another person witnesses it.")
	}
	return FateWitnessed{By: d.by, Fate: c.Fate}, nil
}

func (WitnessFate) signs(*State) (identity.Meaning, []identity.Role) {
	return identity.Witnessed, staff()
}

func (c WitnessFate) sheet(sh *sheet, _ Facts) error {
	if c.Fate < 1 || c.Fate > len(sh.s.Fates) {
		return refuse("unknown_fate", "There is no such record in this batch.")
	}
	entry := &sh.s.Fates[c.Fate-1]
	sh.add("Recorded by %s (%s), %s: %s (%s) was %s.", entry.Name, entry.Role, sh.at(entry.At), entry.Of, entry.Amount, entry.Fate)
	sh.add("%s: %s, by %s. %s", sentenceCase(entry.Fate), entry.Place, entry.Document, sentence(entry.Reason))
	sh.add("I saw it.")
	return nil
}

func (FateRecorded) meaning() identity.Meaning  { return "" }
func (FateWitnessed) meaning() identity.Meaning { return identity.Witnessed }

func (e FateRecorded) words() string {
	return fmt.Sprintf("Recorded that %s (%s) was %s: %s, by %s. %s", e.Of, e.Amount, e.Fate, e.Place, e.Document, sentence(e.Reason))
}

func (e FateWitnessed) words() string {
	return fmt.Sprintf("Witnessed what became of it (record %d).", e.Fate)
}

func (e FateRecorded) again(bool) Command {
	return RecordFate{Of: e.Of, Fate: e.Fate, Amount: e.Amount, Place: e.Place, Document: e.Document, Reason: e.Reason}
}

func (e FateWitnessed) again(bool) Command { return WitnessFate{Fate: e.Fate} }

func (e FateRecorded) fold(s *growing, act Act) error {
	if e.Number != len(s.Fates)+1 {
		return fmt.Errorf("fate %d follows fate %d", e.Number, len(s.Fates))
	}
	s.Fates = append(s.Fates, FateEntry{Act: act, Number: e.Number, Of: e.Of, Fate: e.Fate, Amount: e.Amount, Place: e.Place, Document: e.Document, Reason: e.Reason})
	return nil
}

func (e FateWitnessed) fold(s *growing, act Act) error {
	if e.Fate < 1 || e.Fate > len(s.Fates) {
		return fmt.Errorf("there is no fate %d", e.Fate)
	}
	s.Fates = slices.Clone(s.Fates)
	s.Fates[e.Fate-1].Witnessed = &act
	return nil
}

// fateWaits: a second person witnesses what became of it.
func (s *State) fateWaits() []Wait {
	var all []Wait
	for _, entry := range s.Fates {
		if entry.Witnessed != nil {
			continue
		}
		all = append(all, Wait{
			Kind: WaitsFate, Cause: fmt.Sprintf("fate %d", entry.Number), Since: entry.At, Roles: staff(),
			may:  func(p identity.Person) bool { return p.ID != entry.Person },
			Text: fmt.Sprintf("Witness that %s was %s, as %s recorded.", entry.Of, entry.Fate, entry.Name),
		})
	}
	return all
}

// bedside says that the patient is identified in a step after release: in it
// the medicine is given.
func bedside(st *StepState) bool {
	return st.Section.AfterRelease && slices.ContainsFunc(st.Step.Scans, func(scan protocol.Scan) bool { return scan.Field == patientField })
}

func (s *State) begunToBeGiven() bool {
	for i := range s.Steps {
		if st := &s.Steps[i]; bedside(st) && !st.Started.IsZero() {
			return true
		}
	}
	return false
}

// notGone: what was returned or destroyed is given to nobody.
func (d *decision) notGone(st *StepState) *Refusal {
	if bedside(st) && d.s.Gone() {
		return refuse("gone", "The whole batch was returned or destroyed: nobody is given it.")
	}
	return nil
}

// GivenWords tell how the medicine was given, in sentences: by whom, when, how long
// after it was made, everything that was entered, and what became of the rest
// (EXE-11, EXE-12).
func (s *State) GivenWords(zone *time.Location) (lines []string) {
	if s.Protocol == nil {
		return nil
	}
	completed, made := s.Completed()
	if made {
		lines = append(lines, fmt.Sprintf("Manufacture was complete at %s.", protocol.ShowMoment(completed, zone)))
	}
	for i := range s.Steps {
		st := &s.Steps[i]
		if !bedside(st) || st.Started.IsZero() {
			continue
		}
		line := fmt.Sprintf("Step %s: begun at %s", st.Step.Name, protocol.ShowMoment(st.Started, zone))
		if made {
			line += fmt.Sprintf(", %s after it was made", protocol.ShowDuration(st.Started.Sub(completed).Truncate(time.Second)))
		}
		if done := st.PerformedNow(); done != nil {
			line += fmt.Sprintf("; signed as done by %s (%s) at %s", done.Name, done.Role, protocol.ShowMoment(done.At, zone))
		}
		var values []string
		for j := range st.Step.Inputs {
			in := &st.Step.Inputs[j]
			if entry := st.Value(in.Name); entry != nil {
				values = append(values, titled(in.Title, in.Name)+" "+in.Show(entry.Value, zone))
			}
		}
		if len(values) > 0 {
			line += ". Recorded: " + strings.Join(values, ", ")
		}
		lines = append(lines, line+".")
	}
	for i := range s.Fates {
		lines = append(lines, s.Fates[i].Sentence())
	}
	return lines
}
