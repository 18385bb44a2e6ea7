package register

import (
	"fmt"
	"strings"

	"countersign/audit"
	"countersign/identity"
)

// DeviationOpened raises a deviation. Signed as verified, by whoever vouches
// that it happened.
type DeviationOpened struct {
	inDeviation
	verified
	Arising
}

// DeviationArose is one that the system raised, for an exception whose class
// asks for it.
type DeviationArose struct {
	inDeviation
	unsigned
	Arising
}

// DeviationAssessed says what it touches. Signed as approved.
type DeviationAssessed struct {
	inDeviation
	approved
	Searched []Shared `json:"searched"`
	Found    []string `json:"found"`
	Concerns []string `json:"concerns"`
	Text     string   `json:"words"`
}

// DeviationInvestigated says why it happened. Signed as approved.
type DeviationInvestigated struct {
	inDeviation
	approved
	Cause string `json:"cause"`
	Text  string `json:"words"`
}

// DeviationConcluded ends the investigation. Signed as approved.
type DeviationConcluded struct {
	inDeviation
	approved
	Text string `json:"words"`
}

// DeviationClassified gives it another risk class. Signed as approved.
type DeviationClassified struct {
	inDeviation
	approved
	Risk   Risk   `json:"risk"`
	Reason string `json:"reason"`
}

// ActionPlanned is a follow-up action. Signed as approved.
type ActionPlanned struct {
	inDeviation
	approved
	What  string `json:"what"`
	Owner string `json:"owner"`
	Due   string `json:"due"`
}

// ActionFinished ends one. Signed as approved.
type ActionFinished struct {
	inDeviation
	approved
	Action  int    `json:"action"`
	Outcome string `json:"outcome"`
}

// DeviationRuledOn decides what it means for a batch. Signed as authorised
// deviation.
type DeviationRuledOn struct {
	inDeviation
	authorised
	Batch    string   `json:"batch"`
	Decision Decision `json:"decision"`
	Reason   string   `json:"reason"`
}

// DeviationAcknowledged is the control site's. Signed as approved.
type DeviationAcknowledged struct {
	inDeviation
	approved
	Note string `json:"note"`
}

// DeviationClosed ends it. Signed as approved.
type DeviationClosed struct {
	inDeviation
	approved
	Statement string `json:"statement"`
}

type (
	inDeviation struct{}
	verified    struct{}
	authorised  struct{}
)

func (inDeviation) room() string             { return "deviation" }
func (verified) meaning() identity.Meaning   { return identity.Verified }
func (authorised) meaning() identity.Meaning { return identity.AuthorisedDeviation }

// The written kinds of a deviation.
const (
	KindDeviationOpened       audit.Kind = "deviation.opened"
	KindDeviationArose        audit.Kind = "deviation.arose"
	KindDeviationAssessed     audit.Kind = "deviation.assessed"
	KindDeviationInvestigated audit.Kind = "deviation.investigated"
	KindDeviationConcluded    audit.Kind = "deviation.concluded"
	KindDeviationClassified   audit.Kind = "deviation.classified"
	KindActionPlanned         audit.Kind = "deviation.action_planned"
	KindActionFinished        audit.Kind = "deviation.action_finished"
	KindDeviationRuledOn      audit.Kind = "deviation.ruled"
	KindDeviationAcknowledged audit.Kind = "deviation.acknowledged"
	KindDeviationClosed       audit.Kind = "deviation.closed"
)

// Kind is the written kind of the event's entry.
func (DeviationOpened) Kind() audit.Kind       { return KindDeviationOpened }
func (DeviationArose) Kind() audit.Kind        { return KindDeviationArose }
func (DeviationAssessed) Kind() audit.Kind     { return KindDeviationAssessed }
func (DeviationInvestigated) Kind() audit.Kind { return KindDeviationInvestigated }
func (DeviationConcluded) Kind() audit.Kind    { return KindDeviationConcluded }
func (DeviationClassified) Kind() audit.Kind   { return KindDeviationClassified }
func (ActionPlanned) Kind() audit.Kind         { return KindActionPlanned }
func (ActionFinished) Kind() audit.Kind        { return KindActionFinished }
func (DeviationRuledOn) Kind() audit.Kind      { return KindDeviationRuledOn }
func (DeviationAcknowledged) Kind() audit.Kind { return KindDeviationAcknowledged }
func (DeviationClosed) Kind() audit.Kind       { return KindDeviationClosed }

func (a Arising) words() string {
	where := ""
	switch {
	case a.Batch != "":
		where = " in batch " + a.Batch
	case a.Unit != "":
		where = " in unit " + a.Unit
	}
	if a.Step != "" {
		where += ", step " + a.Step
	}
	if a.Exception > 0 {
		where += fmt.Sprintf(", exception %d", a.Exception)
	}
	line := fmt.Sprintf("a %s deviation%s: %s", a.Risk, where, strings.TrimSuffix(plain(a.What), "."))
	if a.Immediate != "" {
		line += ". Done at once: " + strings.TrimSuffix(plain(a.Immediate), ".")
	}
	return line + ". The control site is told by this entry and acknowledges by " + dated(a.AcknowledgeBy)
}

// Words say what happened.
func (e DeviationOpened) Words() string { return "Raises " + e.Arising.words() }

// Words say what happened.
func (e DeviationArose) Words() string { return "The system raises " + e.Arising.words() }

// Words say what it touches.
func (e DeviationAssessed) Words() string {
	searched := make([]string, len(e.Searched))
	for i, one := range e.Searched {
		searched[i] = one.Kind + " " + one.Name
	}
	return fmt.Sprintf("Assesses the impact. Searched for: %s. Batches that share it: %s. Concerned: %s. %s",
		orNone(searched), orNone(e.Found), orNone(e.Concerns), strings.TrimSuffix(plain(e.Text), "."))
}

// Words say why it happened.
func (e DeviationInvestigated) Words() string {
	return fmt.Sprintf("Finds the root cause: %s. %s", e.Cause, strings.TrimSuffix(plain(e.Text), "."))
}

// Words say what follows.
func (e DeviationConcluded) Words() string {
	return "Concludes the investigation: " + strings.TrimSuffix(plain(e.Text), ".")
}

// Words say how grave it is.
func (e DeviationClassified) Words() string {
	return fmt.Sprintf("Classes it as %s: %s", e.Risk, strings.TrimSuffix(plain(e.Reason), "."))
}

// Words say what is done, by whom and until when.
func (e ActionPlanned) Words() string {
	return fmt.Sprintf("Plans a follow-up action: %s; %s, due %s", strings.TrimSuffix(plain(e.What), "."), e.Owner, e.Due)
}

// Words say how it ended.
func (e ActionFinished) Words() string {
	return fmt.Sprintf("Ends follow-up action %d: %s", e.Action, strings.TrimSuffix(plain(e.Outcome), "."))
}

// Words say what it means for a batch.
func (e DeviationRuledOn) Words() string {
	return fmt.Sprintf("Decides on batch %s: the deviation %s. %s", e.Batch, e.Decision, strings.TrimSuffix(plain(e.Reason), "."))
}

// Words say who knows.
func (e DeviationAcknowledged) Words() string {
	words := "Acknowledges the deviation for the control site"
	if e.Note != "" {
		words += ": " + strings.TrimSuffix(plain(e.Note), ".")
	}
	return words
}

// Words say how it ended.
func (e DeviationClosed) Words() string {
	return "Closes the deviation: " + strings.TrimSuffix(plain(e.Statement), ".")
}

func orNone(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}
