package register

import (
	"slices"
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
)

// DeviationFacts is what stands beside an act on a deviation, as the log has
// it.
type DeviationFacts struct {
	Involved []string // who caused it, by id
	Unit     string   // in which the batch is made
	Found    []string // batches that share what was searched for
	// NoStep and NoException: the batch is there, and what is named of it is not.
	NoStep, NoException bool
}

// OpenDeviation raises a deviation, from a step, from an exception, or from
// neither. Year is that of its number, in site time.
type OpenDeviation struct {
	Year      int    `json:"year"`
	Batch     string `json:"batch"`
	Step      string `json:"step"`
	Exception int    `json:"exception"`
	Unit      string `json:"unit"` // where it was seen in no batch
	Risk      Risk   `json:"risk"`
	What      string `json:"what"`
	Immediate string `json:"immediate"`
}

// AssessDeviation says what else a deviation touches: which batches share what
// is searched for, and which of them it concerns.
type AssessDeviation struct {
	Deviation string   `json:"deviation"`
	Searched  []Shared `json:"searched"`
	Concerns  []string `json:"concerns"`
	Words     string   `json:"words"`
}

// InvestigateDeviation says why it happened.
type InvestigateDeviation struct {
	Deviation string `json:"deviation"`
	Cause     string `json:"cause"`
	Words     string `json:"words"`
}

// ConcludeDeviation ends the investigation.
type ConcludeDeviation struct {
	Deviation string `json:"deviation"`
	Words     string `json:"words"`
}

// ClassifyDeviation gives it another risk class.
type ClassifyDeviation struct {
	Deviation string `json:"deviation"`
	Risk      Risk   `json:"risk"`
	Reason    string `json:"reason"`
}

// PlanAction says what is done so that it does not happen again, by whom and
// until when.
type PlanAction struct {
	Deviation string `json:"deviation"`
	What      string `json:"what"`
	Owner     string `json:"owner"`
	Due       string `json:"due"` // "2026-12-31"
}

// FinishAction says how a follow-up action ended.
type FinishAction struct {
	Deviation string `json:"deviation"`
	Action    int    `json:"action"`
	Outcome   string `json:"outcome"`
}

// RuleOnBatch decides what a deviation means for one batch.
type RuleOnBatch struct {
	Deviation string   `json:"deviation"`
	Batch     string   `json:"batch"`
	Decision  Decision `json:"decision"`
	Reason    string   `json:"reason"`
}

// AcknowledgeDeviation is the control site's word that it knows.
type AcknowledgeDeviation struct {
	Deviation string `json:"deviation"`
	Note      string `json:"note"`
}

// CloseDeviation ends it.
type CloseDeviation struct {
	Deviation string `json:"deviation"`
	Statement string `json:"statement"`
}

// Name is the written name of the command.
func (OpenDeviation) Name() string        { return "open deviation" }
func (AssessDeviation) Name() string      { return "assess deviation" }
func (InvestigateDeviation) Name() string { return "investigate deviation" }
func (ConcludeDeviation) Name() string    { return "conclude deviation" }
func (ClassifyDeviation) Name() string    { return "classify deviation" }
func (PlanAction) Name() string           { return "plan action" }
func (FinishAction) Name() string         { return "finish action" }
func (RuleOnBatch) Name() string          { return "rule on batch" }
func (AcknowledgeDeviation) Name() string { return "acknowledge deviation" }
func (CloseDeviation) Name() string       { return "close deviation" }

// Signs says who may sign, as what: whoever saw it vouches that it happened.
func (OpenDeviation) Signs() (identity.Meaning, []identity.Role) {
	return identity.Verified, []identity.Role{identity.Technician, identity.Pharmacist, identity.QualityLead}
}

// Signs says who may sign, as what.
func (AssessDeviation) Signs() (identity.Meaning, []identity.Role) {
	return identity.Approved, releasers()
}

// Signs says who may sign, as what.
func (InvestigateDeviation) Signs() (identity.Meaning, []identity.Role) {
	return identity.Approved, releasers()
}

// Signs says who may sign, as what.
func (ConcludeDeviation) Signs() (identity.Meaning, []identity.Role) {
	return identity.Approved, releasers()
}

// Signs says who may sign, as what.
func (ClassifyDeviation) Signs() (identity.Meaning, []identity.Role) {
	return identity.Approved, []identity.Role{identity.QualityLead}
}

// Signs says who may sign, as what.
func (PlanAction) Signs() (identity.Meaning, []identity.Role) { return identity.Approved, releasers() }

// Signs says who may sign, as what.
func (FinishAction) Signs() (identity.Meaning, []identity.Role) {
	return identity.Approved, releasers()
}

// Signs says who may sign, as what.
func (RuleOnBatch) Signs() (identity.Meaning, []identity.Role) {
	return identity.AuthorisedDeviation, []identity.Role{identity.QualityLead}
}

// Signs says who may sign, as what.
func (AcknowledgeDeviation) Signs() (identity.Meaning, []identity.Role) {
	return identity.Approved, []identity.Role{identity.ControlSite}
}

// Signs says who may sign, as what.
func (CloseDeviation) Signs() (identity.Meaning, []identity.Role) {
	return identity.Approved, []identity.Role{identity.QualityLead}
}

func (c OpenDeviation) stream(b *Books) audit.StreamID {
	return DeviationStream(b.DeviationNumber(c.Year))
}
func (c AssessDeviation) stream(*Books) audit.StreamID      { return DeviationStream(c.Deviation) }
func (c InvestigateDeviation) stream(*Books) audit.StreamID { return DeviationStream(c.Deviation) }
func (c ConcludeDeviation) stream(*Books) audit.StreamID    { return DeviationStream(c.Deviation) }
func (c ClassifyDeviation) stream(*Books) audit.StreamID    { return DeviationStream(c.Deviation) }
func (c PlanAction) stream(*Books) audit.StreamID           { return DeviationStream(c.Deviation) }
func (c FinishAction) stream(*Books) audit.StreamID         { return DeviationStream(c.Deviation) }
func (c RuleOnBatch) stream(*Books) audit.StreamID          { return DeviationStream(c.Deviation) }
func (c AcknowledgeDeviation) stream(*Books) audit.StreamID { return DeviationStream(c.Deviation) }
func (c CloseDeviation) stream(*Books) audit.StreamID       { return DeviationStream(c.Deviation) }

func (c OpenDeviation) event(b *Books, f Facts) (Event, *Refusal) {
	zone := f.Zone
	if zone == nil {
		zone = time.UTC
	}
	if refusal := c.placed(b, f.Deviation); refusal != nil {
		return nil, refusal
	}
	if c.Year != f.Now.In(zone).Year() {
		return nil, refuse("deviation_year", "The year of the number is over. Open the page again.")
	}
	return DeviationOpened{Arising: Arising{
		Batch: c.Batch, Step: c.Step, Exception: c.Exception, Unit: f.Deviation.unit(c.Unit), Risk: c.Risk, What: strings.TrimSpace(c.What),
		Immediate: strings.TrimSpace(c.Immediate), Involved: f.Deviation.Involved, AcknowledgeBy: b.deadline(c.Risk, f.Now),
	}}, readable(c.What, c.Immediate)
}

// placed: it was seen somewhere that there is, and what is not there is named.
func (c OpenDeviation) placed(b *Books, f *DeviationFacts) *Refusal {
	unit := strings.TrimSpace(c.Unit)
	switch {
	case f == nil:
		return refuse("no_such_batch", "There is no batch %s here.", plain(c.Batch))
	case f.NoStep:
		return refuse("no_such_step", "Batch %s has no step %s. Write its name as the batch has it, or leave it out.", c.Batch, plain(c.Step))
	case f.NoException:
		return refuse("no_such_exception", "Batch %s has no exception %d. Its numbers stand on its review page; leave it out if it comes from none.", c.Batch, c.Exception)
	case unit != "" && b.units[unit] == nil:
		return refuse("no_such_unit", "There is no unit %s in the register. Write its number as the register has it, or leave it out.", plain(unit))
	case unit != "" && f.Unit != "" && unit != f.Unit:
		return refuse("other_unit", "Batch %s is made in unit %s, and not in %s. Leave the unit out.", c.Batch, f.Unit, unit)
	}
	return nil
}

func (f *DeviationFacts) unit(stated string) string {
	if f.Unit != "" {
		return f.Unit
	}
	return strings.TrimSpace(stated)
}

// ArisingDeviation is a deviation that the system raises for an exception whose
// class asks for one. Nobody signs it; its entry carries the actor of the
// exception.
func ArisingDeviation(b *Books, year int, a Arising, now time.Time) Written {
	a.AcknowledgeBy = b.deadline(a.Risk, now)
	return Written{Stream: DeviationStream(b.DeviationNumber(year)), Event: DeviationArose{Arising: a}}
}

func (c AssessDeviation) event(_ *Books, f Facts) (Event, *Refusal) {
	if f.Deviation == nil {
		return nil, noSuchDeviation(c.Deviation)
	}
	return DeviationAssessed{
		Searched: c.Searched, Found: f.Deviation.Found, Concerns: withoutBlanks(c.Concerns), Text: strings.TrimSpace(c.Words),
	}, readable(c.Words)
}

func (c InvestigateDeviation) event(*Books, Facts) (Event, *Refusal) {
	return DeviationInvestigated{Cause: c.Cause, Text: strings.TrimSpace(c.Words)}, readable(c.Words)
}

func (c ConcludeDeviation) event(*Books, Facts) (Event, *Refusal) {
	return DeviationConcluded{Text: strings.TrimSpace(c.Words)}, readable(c.Words)
}

func (c ClassifyDeviation) event(*Books, Facts) (Event, *Refusal) {
	return DeviationClassified{Risk: c.Risk, Reason: strings.TrimSpace(c.Reason)}, readable(c.Reason)
}

func (c PlanAction) event(*Books, Facts) (Event, *Refusal) {
	return ActionPlanned{What: strings.TrimSpace(c.What), Owner: strings.TrimSpace(c.Owner), Due: strings.TrimSpace(c.Due)}, readable(c.What, c.Owner)
}

func (c FinishAction) event(*Books, Facts) (Event, *Refusal) {
	return ActionFinished{Action: c.Action, Outcome: strings.TrimSpace(c.Outcome)}, readable(c.Outcome)
}

func (c RuleOnBatch) event(*Books, Facts) (Event, *Refusal) {
	return DeviationRuledOn{Batch: c.Batch, Decision: c.Decision, Reason: strings.TrimSpace(c.Reason)}, readable(c.Reason)
}

func (c AcknowledgeDeviation) event(*Books, Facts) (Event, *Refusal) {
	return DeviationAcknowledged{Note: strings.TrimSpace(c.Note)}, readable(c.Note)
}

func (c CloseDeviation) event(*Books, Facts) (Event, *Refusal) {
	return DeviationClosed{Statement: strings.TrimSpace(c.Statement)}, readable(c.Statement)
}

// OfDeviation is what a written act on a deviation concerns in batches: those
// that it reaches for the first time, or again, and the one that it decides on.
func OfDeviation(b *Books, w Written) (reaches []string, rules string) {
	_, id, _ := strings.Cut(string(w.Stream), "/")
	switch e := w.Event.(type) {
	case DeviationOpened:
		return e.Arising.reaches(), ""
	case DeviationArose:
		return e.Arising.reaches(), ""
	case DeviationAssessed:
		for _, batch := range e.Concerns {
			d := b.deviations[id]
			if d == nil || !slices.Contains(d.Batches, batch) {
				reaches = append(reaches, batch)
			}
		}
	case DeviationRuledOn:
		return nil, e.Batch
	}
	return reaches, ""
}

func (a Arising) reaches() []string {
	if a.Batch == "" {
		return nil
	}
	return []string{a.Batch}
}

// withoutBlanks leaves out empty lines.
func withoutBlanks(list []string) []string {
	all := []string{}
	for _, one := range list {
		if one = strings.TrimSpace(one); one != "" {
			all = append(all, one)
		}
	}
	return all
}
