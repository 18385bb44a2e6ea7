package register

import (
	"time"

	"countersign/audit"
)

// Unit is a site or unit at which batches are made (CTL-03). What it is and
// where it stands are separate data (CTL-09).
type Unit struct {
	ID          string
	Title       string // description
	Marking     string // means of identification
	Place       string // where it stands now
	Relocatable bool
	Mode        Mode
	Related     []Related
	Evidence    []Evidence
	Status      UnitStatus
	Reason      string // of the status
	// Regulator is the stop of the regulator that stands; nil while none does.
	// It stands beside the status: a pause that ends does not end it (CTL-07).
	Regulator *Stop
	// Requalify says that the unit was moved and has not been returned to
	// service (CTL-09).
	Requalify bool
	Stops     []Stop  // every one there ever was, the first first
	Places    []Place // where it stood, the first first
	Listed    Act
	Initiated Act // the last time that it became active; zero before
	// Considered are the deviations because of which the control site decided not
	// to pause it.
	Considered []string
	History    []Act
}

// UnitStatus is where a unit stands with its control site.
type UnitStatus string

// The statuses (CTL-06).
const (
	Proposed UnitStatus = "proposed"
	Active   UnitStatus = "active"
	Paused   UnitStatus = "paused"
	Ceased   UnitStatus = "ceased"
)

// Related is a site with related operations, as storage or testing.
type Related struct {
	Site      string `json:"site"`
	Operation string `json:"operation"`
}

// Evidence is a document of the evidence list (CTL-05).
type Evidence struct {
	Act
	What, Document string
}

// Stop is anything that keeps a unit from beginning batches and makes each
// open one wait for a decision (CTL-07).
type Stop struct {
	Act
	Number    int // counts a unit's stops from 1
	Kind      StopKind
	Reason    string
	Reference string // the regulator's
	Effect    string // on open batches
	Lifted    *Act
	Variation string // by which the regulator's was lifted
}

// StopKind tells the stops apart.
type StopKind string

// The stops. Only the control site's record of a granted variation lifts a
// suspension or a revocation.
const (
	StopPause      StopKind = "paused by the control site"
	StopCease      StopKind = "ceased"
	StopMove       StopKind = "moved, and not returned to service"
	StopSuspension StopKind = "suspended by the regulator"
	StopRevocation StopKind = "revoked by the regulator"
)

// Place is where a unit stood, from when on.
type Place struct {
	Act
	Place string
}

// evidenceWanted is what has to be there before a control site can sign that a
// unit becomes active (CTL-05).
func evidenceWanted() []string {
	return []string{
		"agreement with the host", "premises and equipment qualified", "people trained",
		"process shown to work at the unit", "recall and reporting arranged", "assessment by the control site",
	}
}

// EvidenceWanted is the list, for pages and for people.
func EvidenceWanted() []string { return evidenceWanted() }

// UnitStream is where a unit's acts stand.
func UnitStream(id string) audit.StreamID { return audit.StreamID("unit/" + id) }

// Unit gives one unit. It is not to be changed.
func (b *Books) Unit(id string) (*Unit, bool) {
	u, ok := b.units[id]
	return u, ok
}

// Units gives all units, by number.
func (b *Books) Units() []*Unit { return sorted(b.units, func(u *Unit) string { return u.ID }) }

// Missing is the evidence that is not there yet.
func (u *Unit) Missing() []string {
	var missing []string
	for _, what := range evidenceWanted() {
		found := false
		for _, evidence := range u.Evidence {
			found = found || evidence.What == what
		}
		if !found {
			missing = append(missing, what)
		}
	}
	return missing
}

// Standing is the stop that stands and weighs most: the regulator's before a
// unit's end, that before a move, that before a pause; nil when none stands.
func (u *Unit) Standing() *Stop {
	var found *Stop
	for i := range u.Stops {
		if stop := &u.Stops[i]; stop.Lifted == nil && (found == nil || stop.Kind.weight() >= found.Kind.weight()) {
			found = stop
		}
	}
	return found
}

func (k StopKind) weight() int {
	switch k {
	case StopRevocation, StopSuspension:
		return 3
	case StopCease:
		return 2
	case StopMove:
		return 1
	}
	return 0
}

// May says whether batches may begin in it.
func (u *Unit) May() bool { return u.Status == Active && u.Standing() == nil }

// Since is when the unit came to stand where it stands.
func (u *Unit) Since() time.Time {
	if len(u.Places) == 0 {
		return time.Time{}
	}
	return u.Places[len(u.Places)-1].At
}
