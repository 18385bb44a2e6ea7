package register

import (
	"strings"

	"countersign/audit"
	"countersign/identity"
)

// ListUnit says what a unit is, or with its identifier says so anew.
type ListUnit struct {
	Unit        string    `json:"unit"`
	Title       string    `json:"title"`
	Marking     string    `json:"marking"`
	Place       string    `json:"place"`
	Relocatable bool      `json:"relocatable"`
	Mode        Mode      `json:"mode"`
	Related     []Related `json:"related"`
}

// AddEvidence adds a document to a unit's evidence list.
type AddEvidence struct {
	Unit     string `json:"unit"`
	What     string `json:"what"`
	Document string `json:"document"`
}

// InitiateUnit makes a unit active, for the control site.
type InitiateUnit struct {
	Unit   string `json:"unit"`
	Reason string `json:"reason"`
}

// PauseUnit stops a unit until the control site resumes it.
type PauseUnit struct {
	Unit   string `json:"unit"`
	Reason string `json:"reason"`
	Effect string `json:"effect"`
}

// ResumeUnit ends a pause, for the control site.
type ResumeUnit struct {
	Unit   string `json:"unit"`
	Reason string `json:"reason"`
	Effect string `json:"effect"`
}

// CeaseUnit ends a unit's work for good, for the control site.
type CeaseUnit struct {
	Unit   string `json:"unit"`
	Reason string `json:"reason"`
	Effect string `json:"effect"`
}

// StopUnit records the regulator's suspension or revocation.
type StopUnit struct {
	Unit      string `json:"unit"`
	Revoked   bool   `json:"revoked"`
	Reference string `json:"reference"`
	Reason    string `json:"reason"`
	Effect    string `json:"effect"`
}

// LiftStop records the variation that lifted the regulator's stop.
type LiftStop struct {
	Unit      string `json:"unit"`
	Variation string `json:"variation"`
	Date      string `json:"date"`
}

// MoveUnit records that a relocatable unit stands elsewhere.
type MoveUnit struct {
	Unit   string `json:"unit"`
	Place  string `json:"place"`
	Reason string `json:"reason"`
	Effect string `json:"effect"`
}

// ReturnUnit puts a unit that was moved back into service.
type ReturnUnit struct {
	Unit     string `json:"unit"`
	Document string `json:"document"`
}

// Name is the written name of the command.
func (ListUnit) Name() string     { return "list unit" }
func (AddEvidence) Name() string  { return "add evidence" }
func (InitiateUnit) Name() string { return "initiate unit" }
func (PauseUnit) Name() string    { return "pause unit" }
func (ResumeUnit) Name() string   { return "resume unit" }
func (CeaseUnit) Name() string    { return "cease unit" }
func (StopUnit) Name() string     { return "stop unit" }
func (LiftStop) Name() string     { return "lift stop" }
func (MoveUnit) Name() string     { return "move unit" }
func (ReturnUnit) Name() string   { return "return unit" }

// Signs says who may sign, as what: either quality lead may stop a unit, and
// only the control site's starts one.
func (ListUnit) Signs() (identity.Meaning, []identity.Role)    { return identity.Approved, leads() }
func (AddEvidence) Signs() (identity.Meaning, []identity.Role) { return identity.Approved, leads() }
func (InitiateUnit) Signs() (identity.Meaning, []identity.Role) {
	return identity.Approved, controlSite()
}
func (PauseUnit) Signs() (identity.Meaning, []identity.Role) { return identity.Rejected, leads() }
func (ResumeUnit) Signs() (identity.Meaning, []identity.Role) {
	return identity.Approved, controlSite()
}

func (CeaseUnit) Signs() (identity.Meaning, []identity.Role)  { return identity.Rejected, controlSite() }
func (StopUnit) Signs() (identity.Meaning, []identity.Role)   { return identity.Rejected, leads() }
func (LiftStop) Signs() (identity.Meaning, []identity.Role)   { return identity.Approved, controlSite() }
func (MoveUnit) Signs() (identity.Meaning, []identity.Role)   { return identity.Approved, leads() }
func (ReturnUnit) Signs() (identity.Meaning, []identity.Role) { return identity.Approved, leads() }

func (c ListUnit) stream(*Books) audit.StreamID     { return UnitStream(c.Unit) }
func (c AddEvidence) stream(*Books) audit.StreamID  { return UnitStream(c.Unit) }
func (c InitiateUnit) stream(*Books) audit.StreamID { return UnitStream(c.Unit) }
func (c PauseUnit) stream(*Books) audit.StreamID    { return UnitStream(c.Unit) }
func (c ResumeUnit) stream(*Books) audit.StreamID   { return UnitStream(c.Unit) }
func (c CeaseUnit) stream(*Books) audit.StreamID    { return UnitStream(c.Unit) }
func (c StopUnit) stream(*Books) audit.StreamID     { return UnitStream(c.Unit) }
func (c LiftStop) stream(*Books) audit.StreamID     { return UnitStream(c.Unit) }
func (c MoveUnit) stream(*Books) audit.StreamID     { return UnitStream(c.Unit) }
func (c ReturnUnit) stream(*Books) audit.StreamID   { return UnitStream(c.Unit) }

func (c ListUnit) event(*Books, Facts) (Event, *Refusal) {
	related := []Related{}
	for _, one := range c.Related {
		one.Site, one.Operation = strings.TrimSpace(one.Site), strings.TrimSpace(one.Operation)
		if one.Site+one.Operation != "" {
			related = append(related, one)
		}
		if refusal := readable(one.Site, one.Operation); refusal != nil {
			return nil, refusal
		}
	}
	return UnitListed{
		Title: strings.TrimSpace(c.Title), Marking: strings.TrimSpace(c.Marking), Place: strings.TrimSpace(c.Place),
		Relocatable: c.Relocatable, Mode: c.Mode, Related: related,
	}, readable(c.Title, c.Marking, c.Place)
}

func (c AddEvidence) event(*Books, Facts) (Event, *Refusal) {
	return UnitEvidenced{What: strings.TrimSpace(c.What), Document: strings.TrimSpace(c.Document)}, readable(c.Document)
}

func (c InitiateUnit) event(*Books, Facts) (Event, *Refusal) {
	return UnitInitiated{Reason: strings.TrimSpace(c.Reason)}, readable(c.Reason)
}

func (c PauseUnit) event(*Books, Facts) (Event, *Refusal) {
	return UnitPaused{Reason: strings.TrimSpace(c.Reason), Effect: strings.TrimSpace(c.Effect)}, readable(c.Reason, c.Effect)
}

func (c ResumeUnit) event(*Books, Facts) (Event, *Refusal) {
	return UnitResumed{Reason: strings.TrimSpace(c.Reason), Effect: strings.TrimSpace(c.Effect)}, readable(c.Reason, c.Effect)
}

func (c CeaseUnit) event(*Books, Facts) (Event, *Refusal) {
	return UnitCeased{Reason: strings.TrimSpace(c.Reason), Effect: strings.TrimSpace(c.Effect)}, readable(c.Reason, c.Effect)
}

func (c StopUnit) event(*Books, Facts) (Event, *Refusal) {
	return UnitStopped{
		Revoked: c.Revoked, Reference: strings.TrimSpace(c.Reference), Reason: strings.TrimSpace(c.Reason), Effect: strings.TrimSpace(c.Effect),
	}, readable(c.Reason, c.Effect)
}

func (c LiftStop) event(*Books, Facts) (Event, *Refusal) {
	return UnitStopLifted{Variation: strings.TrimSpace(c.Variation), Date: strings.TrimSpace(c.Date)}, nil
}

func (c MoveUnit) event(*Books, Facts) (Event, *Refusal) {
	return UnitMoved{Place: strings.TrimSpace(c.Place), Reason: strings.TrimSpace(c.Reason), Effect: strings.TrimSpace(c.Effect)}, readable(c.Place, c.Reason, c.Effect)
}

func (c ReturnUnit) event(*Books, Facts) (Event, *Refusal) {
	return UnitReturned{Document: strings.TrimSpace(c.Document)}, readable(c.Document)
}
