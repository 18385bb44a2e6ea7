package register

import (
	"fmt"

	"countersign/audit"
)

type inUnit struct{}

func (inUnit) room() string { return "unit" }

// UnitListed says what a unit is and where it stands; said again, it says so
// anew, but moves nothing. Signed as approved.
type UnitListed struct {
	inUnit
	approved
	Title       string    `json:"title"`
	Marking     string    `json:"marking"`
	Place       string    `json:"place"`
	Relocatable bool      `json:"relocatable"`
	Mode        Mode      `json:"mode"`
	Related     []Related `json:"related"`
}

// UnitEvidenced adds a document to the evidence list (CTL-05). Signed as
// approved.
type UnitEvidenced struct {
	inUnit
	approved
	What     string `json:"what"`
	Document string `json:"document"`
}

// UnitInitiated makes a unit active. Signed as approved, for the control site.
type UnitInitiated struct {
	inUnit
	approved
	Reason string `json:"reason"`
}

// UnitPaused stops a unit until the control site resumes it. Signed as
// rejected.
type UnitPaused struct {
	inUnit
	rejected
	Reason string `json:"reason"`
	Effect string `json:"effect"` // on open batches
}

// UnitResumed ends a pause. Signed as approved, for the control site.
type UnitResumed struct {
	inUnit
	approved
	Reason string `json:"reason"`
	Effect string `json:"effect"`
}

// UnitCeased ends a unit's work for good. Signed as rejected, for the control
// site.
type UnitCeased struct {
	inUnit
	rejected
	Reason string `json:"reason"`
	Effect string `json:"effect"`
}

// UnitStopped records the regulator's suspension or revocation (CTL-07).
// Signed as rejected.
type UnitStopped struct {
	inUnit
	rejected
	Revoked   bool   `json:"revoked"` // else suspended
	Reference string `json:"reference"`
	Reason    string `json:"reason"`
	Effect    string `json:"effect"`
}

// UnitStopLifted records the variation by which the regulator lifted its stop.
// Signed as approved, for the control site; nothing else lifts one (CTL-07).
type UnitStopLifted struct {
	inUnit
	approved
	Variation string `json:"variation"`
	Date      string `json:"date"`
}

// UnitMoved records that a relocatable unit stands elsewhere: it is to be
// qualified again (CTL-09). Signed as approved.
type UnitMoved struct {
	inUnit
	approved
	Place  string `json:"place"`
	Reason string `json:"reason"`
	Effect string `json:"effect"`
}

// UnitReturned puts a unit that was moved back into service. Signed as
// approved.
type UnitReturned struct {
	inUnit
	approved
	Document string `json:"document"`
}

// The written kinds of a unit.
const (
	KindUnitListed     audit.Kind = "unit.listed"
	KindUnitEvidenced  audit.Kind = "unit.evidenced"
	KindUnitInitiated  audit.Kind = "unit.initiated"
	KindUnitPaused     audit.Kind = "unit.paused"
	KindUnitResumed    audit.Kind = "unit.resumed"
	KindUnitCeased     audit.Kind = "unit.ceased"
	KindUnitStopped    audit.Kind = "unit.stopped_by_regulator"
	KindUnitStopLifted audit.Kind = "unit.stop_lifted"
	KindUnitMoved      audit.Kind = "unit.moved"
	KindUnitReturned   audit.Kind = "unit.returned"
)

// Kind is the written kind of the event's entry.
func (UnitListed) Kind() audit.Kind     { return KindUnitListed }
func (UnitEvidenced) Kind() audit.Kind  { return KindUnitEvidenced }
func (UnitInitiated) Kind() audit.Kind  { return KindUnitInitiated }
func (UnitPaused) Kind() audit.Kind     { return KindUnitPaused }
func (UnitResumed) Kind() audit.Kind    { return KindUnitResumed }
func (UnitCeased) Kind() audit.Kind     { return KindUnitCeased }
func (UnitStopped) Kind() audit.Kind    { return KindUnitStopped }
func (UnitStopLifted) Kind() audit.Kind { return KindUnitStopLifted }
func (UnitMoved) Kind() audit.Kind      { return KindUnitMoved }
func (UnitReturned) Kind() audit.Kind   { return KindUnitReturned }

// Words say what happened to the unit.
func (e UnitListed) Words() string {
	words := fmt.Sprintf("Lists the unit %s, known by %s, at %s, made as %s", e.Title, e.Marking, e.Place, e.Mode)
	if e.Relocatable {
		words += "; it can be moved"
	}
	for _, related := range e.Related {
		words += fmt.Sprintf("; %s at %s", related.Operation, related.Site)
	}
	return words
}

// Words say what happened to the unit.
func (e UnitEvidenced) Words() string {
	return fmt.Sprintf("Adds evidence, %s: %s", e.What, e.Document)
}

// Words say what happened to the unit.
func (e UnitInitiated) Words() string { return "Makes the unit active: " + e.Reason }

// Words say what happened to the unit.
func (e UnitPaused) Words() string {
	return fmt.Sprintf("Pauses the unit: %s. Open batches: %s", e.Reason, e.Effect)
}

// Words say what happened to the unit.
func (e UnitResumed) Words() string {
	return fmt.Sprintf("Resumes the unit: %s. Open batches: %s", e.Reason, e.Effect)
}

// Words say what happened to the unit.
func (e UnitCeased) Words() string {
	return fmt.Sprintf("Ends the unit's work for good: %s. Open batches: %s", e.Reason, e.Effect)
}

// Words say what happened to the unit.
func (e UnitStopped) Words() string {
	what := "suspension"
	if e.Revoked {
		what = "revocation"
	}
	return fmt.Sprintf("Records the regulator's %s %s: %s. Open batches: %s", what, e.Reference, e.Reason, e.Effect)
}

// Words say what happened to the unit.
func (e UnitStopLifted) Words() string {
	return fmt.Sprintf("Records variation %s, granted %s, which lifts the regulator's stop", e.Variation, e.Date)
}

// Words say what happened to the unit.
func (e UnitMoved) Words() string {
	return fmt.Sprintf("Records that the unit now stands at %s: %s. It is to be qualified again. Open batches: %s", e.Place, e.Reason, e.Effect)
}

// Words say what happened to the unit.
func (e UnitReturned) Words() string {
	return "Returns the unit to service where it stands, by " + e.Document
}
