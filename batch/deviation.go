package batch

import (
	"fmt"
	"slices"

	"countersign/audit"
	"countersign/identity"
	"countersign/register"
)

// AttachDeviation says in a batch's record that a deviation concerns it. It
// comes with the signed act in the deviation's own stream, or with the
// exception for which the system raised it, and never by itself.
type AttachDeviation struct {
	Deviation string `json:"deviation"` // "D-2026-0001"
	Exception int    `json:"exception"` // of this batch; 0 when it came from none
}

// RuleDeviation says in a batch's record what a quality lead has decided in the
// deviation's stream that it means for the batch. It never comes by itself.
type RuleDeviation struct {
	Deviation string `json:"deviation"`
}

func (AttachDeviation) command() {}
func (RuleDeviation) command()   {}

// DeviationAttached holds up certification until the deviation is decided on.
type DeviationAttached struct {
	By        `json:"by"`
	Deviation string `json:"deviation"`
	Exception int    `json:"exception"`
	Risk      string `json:"risk"`
	Text      string `json:"text"`
}

// DeviationRuled is that decision, as this batch needs it.
type DeviationRuled struct {
	By        `json:"by"`
	Deviation string `json:"deviation"`
	Decision  string `json:"decision"` // one of register.Decisions
	Reason    string `json:"reason"`
}

const (
	kindDeviation      audit.Kind = "batch.deviation_attached"
	kindDeviationRuled audit.Kind = "batch.deviation_ruled"
)

// Kind is the written kind of the event's entry.
func (DeviationAttached) Kind() audit.Kind { return kindDeviation }
func (DeviationRuled) Kind() audit.Kind    { return kindDeviationRuled }

// DeviationEntry is a deviation as a batch keeps it.
type DeviationEntry struct {
	Act
	Deviation, Risk, Text string
	Exception             int
	Ruled                 *Act // nil while nobody has decided
	Decision              register.Decision
	Reason                string
}

// Holds says that the deviation keeps the batch from being certified.
func (e *DeviationEntry) Holds() bool {
	return e.Ruled == nil || e.Decision == register.Bars
}

// deviators are who can bring a deviation to a batch.
func deviators() []identity.Role {
	return []identity.Role{identity.Technician, identity.Pharmacist, identity.QualityLead, identity.ControlSite}
}

// attachDeviation: the deviation's stream says that it concerns this batch. A
// batch that has ended takes it too: its record says what was found out.
func (d *decision) attachDeviation(c AttachDeviation) (Event, *Refusal) {
	if refusal := d.entitled("", deviators(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	dev, known := d.f.Deviations[c.Deviation]
	if !known || !slices.Contains(dev.Batches, d.s.ID) {
		return nil, refuse("no_such_deviation", "No deviation %s concerns this batch.", c.Deviation)
	}
	if d.s.deviation(c.Deviation) != nil {
		return nil, refuse("attached_already", "Deviation %s stands in this record already.", c.Deviation)
	}
	if arisen := dev.Arising; arisen.Batch == d.s.ID && arisen.Exception != c.Exception || arisen.Batch != d.s.ID && c.Exception != 0 {
		return nil, refuse("unknown_exception", "Deviation %s was raised for another exception.", c.Deviation)
	}
	if c.Exception < 0 || c.Exception > len(d.s.Exceptions) {
		return nil, refuse("unknown_exception", "There is no such exception in this batch.")
	}
	return DeviationAttached{By: d.by, Deviation: dev.ID, Exception: c.Exception, Risk: string(dev.Risk), Text: dev.Sentence()}, nil
}

// ruleDeviation: the deviation's stream says what it means for this batch, and
// who decided neither made nor checked a critical step of it (REL-11).
func (d *decision) ruleDeviation(c RuleDeviation) (Event, *Refusal) {
	if refusal := d.entitled("", leads(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	dev, known := d.f.Deviations[c.Deviation]
	entry := d.s.deviation(c.Deviation)
	if !known || entry == nil {
		return nil, refuse("no_such_deviation", "No deviation %s concerns this batch.", c.Deviation)
	}
	ruling := dev.Ruling(d.s.ID)
	if ruling == nil || ruling.Person != d.f.Person.ID {
		return nil, refuse("not_ruled", "Deviation %s does not say that you decided on this batch.", c.Deviation)
	}
	if !identity.Independent(d.f.Person.ID, d.s.criticalPeople()) {
		return nil, refuse("not_independent", "You performed or checked a critical step of batch %s. Another quality lead decides.", d.s.ID)
	}
	return DeviationRuled{By: d.by, Deviation: dev.ID, Decision: string(ruling.Decision), Reason: ruling.Reason}, nil
}

// deviation is one that stands in the record; nil when it does not.
func (s *State) deviation(id string) *DeviationEntry {
	for i := range s.Deviations {
		if s.Deviations[i].Deviation == id {
			return &s.Deviations[i]
		}
	}
	return nil
}

// Concerned says that a deviation stands in this batch's record.
func (s *State) Concerned(deviation string) bool { return s.deviation(deviation) != nil }

// attach takes in a deviation. What was reviewed before it came is reviewed
// anew; a certificate stays as it was signed (REL-12).
func (s *growing) attach(e DeviationAttached, act Act) {
	s.Deviations = append(s.Deviations, DeviationEntry{Act: act, Deviation: e.Deviation, Risk: e.Risk, Text: e.Text, Exception: e.Exception})
	if s.released() == nil {
		s.unreview(act.Version, fmt.Sprintf("deviation %s was raised after it", e.Deviation))
	}
}

func (s *growing) ruleOn(e DeviationRuled, act Act) error {
	s.Deviations = slices.Clone(s.Deviations)
	entry := s.deviation(e.Deviation)
	if entry == nil {
		return fmt.Errorf("deviation %s does not concern the batch", e.Deviation)
	}
	entry.Ruled, entry.Decision, entry.Reason = &act, register.Decision(e.Decision), e.Reason
	s.choose()
	s.settle()
	return nil
}

// deviationsHolding says, a sentence each, which deviations keep the batch from
// being certified: those that nobody has decided on, those that bar it, and
// those that an exception asks for and nobody has raised (DEV-02, DEV-03).
func (s *State) deviationsHolding() (sentences []string) {
	for i := range s.Deviations {
		switch e := &s.Deviations[i]; {
		case e.Ruled == nil:
			sentences = append(sentences, fmt.Sprintf("Deviation %s lacks the decision that certification needs: a quality lead decides that it does not bear on this batch, or, once it is concluded, that the batch may be certified.", e.Deviation))
		case e.Decision == register.Bars:
			sentences = append(sentences, fmt.Sprintf("Deviation %s bars this batch from being certified: %s", e.Deviation, e.Reason))
		}
	}
	for _, ex := range s.Exceptions {
		if s.WantsDeviation(ex) {
			sentences = append(sentences, fmt.Sprintf("Exception %d needs a deviation, and none is raised for it: %s", ex.Number, ex.Text))
		}
	}
	return sentences
}

// WantsDeviation says that a deviation is to be raised for an exception, and
// none is.
func (s *State) WantsDeviation(ex Exception) bool {
	return ex.Deviation && !slices.ContainsFunc(s.Deviations, func(e DeviationEntry) bool { return e.Exception == ex.Number })
}

// Involved are the people who caused an exception, or who performed or checked
// the step in which something was seen.
func (s *State) Involved(step string, exception int) []string {
	people := []string{}
	add := func(person identity.PersonID) {
		if person != "" && !slices.Contains(people, string(person)) {
			people = append(people, string(person))
		}
	}
	if exception > 0 && exception <= len(s.Exceptions) {
		add(s.Exceptions[exception-1].CausedBy)
	}
	if st := s.Step(step); st != nil {
		for person := range st.workers() {
			add(person)
		}
		for _, act := range st.Checked {
			add(act.Person)
		}
	}
	slices.Sort(people)
	return people
}
