package register

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
)

// PauseProposal is the rules' word that a unit should be paused; the control
// site decides, with its signature (DEV-09).
type PauseProposal struct {
	Unit       string
	Deviations []string // that lead to it, by number
	Why        string
	Since      time.Time // of the newest of them
}

// The rules: one critical deviation of a unit, or so many major ones within so
// long.
const (
	repeatedMajor  = 3
	repeatedWithin = 30 * 24 * time.Hour
)

// PauseProposals are the units that work, and that the rules propose to pause:
// because of a critical deviation that is open, or of repeated major ones. What
// the control site has decided on before leads to nothing by itself again.
func (b *Books) PauseProposals(now time.Time) (all []PauseProposal) {
	for _, unit := range sorted(b.units, func(u *Unit) string { return u.ID }) {
		if unit.Status != Active {
			continue
		}
		var critical, major []string
		fresh := false
		for _, d := range b.Deviations() {
			if d.Arising.Unit != unit.ID {
				continue
			}
			decided := slices.Contains(unit.Considered, d.ID)
			switch {
			case d.Risk == RiskCritical && d.Closed == nil && !decided:
				critical = append(critical, d.ID)
			case d.Risk == RiskMajor && now.Sub(d.Opened.At) <= repeatedWithin:
				major, fresh = append(major, d.ID), fresh || !decided
			}
		}
		switch {
		case len(critical) > 0:
			all = append(all, PauseProposal{unit.ID, critical, "A critical deviation is open: " + strings.Join(critical, ", ") + ".", b.newest(critical)})
		case len(major) >= repeatedMajor && fresh:
			all = append(all, PauseProposal{unit.ID, major, fmt.Sprintf("%d major deviations within 30 days: %s.", len(major), strings.Join(major, ", ")), b.newest(major)})
		}
	}
	return all
}

// newest is when the newest of some deviations was raised.
func (b *Books) newest(ids []string) (at time.Time) {
	for _, id := range ids {
		if d := b.deviations[id]; d.Opened.At.After(at) {
			at = d.Opened.At
		}
	}
	return at
}

// KeepUnit is the control site's decision not to pause a unit that the rules
// propose to pause. To pause it has its own command.
type KeepUnit struct {
	Unit       string   `json:"unit"`
	Deviations []string `json:"deviations"`
	Reason     string   `json:"reason"`
}

// UnitKept is that decision. Signed as approved, for the control site.
type UnitKept struct {
	inUnit
	approved
	Deviations []string `json:"deviations"`
	Reason     string   `json:"reason"`
}

// KindUnitKept is the written kind of the decision not to pause.
const KindUnitKept audit.Kind = "unit.kept"

// Kind is the written kind of the event's entry.
func (UnitKept) Kind() audit.Kind { return KindUnitKept }

// Words say what was decided.
func (e UnitKept) Words() string {
	return fmt.Sprintf("Decides not to pause the unit because of %s: %s", strings.Join(e.Deviations, ", "), strings.TrimSuffix(e.Reason, "."))
}

// Name is the written name of the command.
func (KeepUnit) Name() string { return "keep unit" }

// Signs says who may sign, as what.
func (KeepUnit) Signs() (identity.Meaning, []identity.Role) {
	return identity.Approved, []identity.Role{identity.ControlSite}
}

func (c KeepUnit) stream(*Books) audit.StreamID { return UnitStream(c.Unit) }

func (c KeepUnit) event(b *Books, f Facts) (Event, *Refusal) {
	for _, proposal := range b.PauseProposals(f.Now) {
		if proposal.Unit == c.Unit && slices.Equal(proposal.Deviations, withoutBlanks(c.Deviations)) {
			return UnitKept{Deviations: withoutBlanks(c.Deviations), Reason: strings.TrimSpace(c.Reason)}, readable(c.Reason)
		}
	}
	return nil, refuse("no_proposal", "Nothing proposes to pause unit %s because of these deviations.", c.Unit)
}

func (e UnitKept) check(b *Books, id string, act Act) *Refusal {
	if _, refusal := b.unit(id); refusal != nil {
		return refusal
	}
	if len(e.Deviations) == 0 {
		return refuse("no_proposal", "Name the deviations that were considered.")
	}
	if refusal := signedForControlSite(act); refusal != nil {
		return refusal
	}
	return because(e.Reason)
}

func (e UnitKept) apply(b *Books, id string, act Act) {
	b.rework(id, act, func(u *Unit) { u.Considered = append(slices.Clip(u.Considered), e.Deviations...) })
}
