package register

import (
	"regexp"
	"slices"
	"strings"

	"countersign/identity"
)

var unitForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]{0,39}$`)

// unit: it is in the register, and its work has not ended.
func (b *Books) unit(id string) (*Unit, *Refusal) {
	u := b.units[id]
	if u == nil {
		return nil, refuse("no_such_unit", "There is no unit %s in the register. A quality lead lists it first.", id)
	}
	if u.Status == Ceased {
		return nil, refuse("unit_ceased", "The work of unit %s has ended for good.", id)
	}
	return u, nil
}

// rework puts a changed unit in the old one's place, which somebody may hold.
func (b *Books) rework(id string, act Act, how func(u *Unit)) {
	u := *b.units[id]
	u.Evidence, u.Stops, u.Places = slices.Clone(u.Evidence), slices.Clone(u.Stops), slices.Clone(u.Places)
	u.History = append(slices.Clip(u.History), act)
	how(&u)
	b.units[id] = &u
}

// signedForControlSite: the control site's signature, by that role and no
// other. Deciding asks who may sign; folding, where nobody's roles are known,
// asks under which role it was signed.
func signedForControlSite(act Act) *Refusal {
	if act.Role != string(identity.ControlSite) {
		return refuse("control_site_only", "Only the control site's quality lead can sign this.")
	}
	return nil
}

// effected: a transition says what becomes of open batches (CTL-06).
func effected(reason, effect string) *Refusal {
	if strings.TrimSpace(effect) == "" {
		return refuse("no_effect", "Say what becomes of the batches that are open.")
	}
	return because(reason)
}

func (e UnitListed) check(b *Books, id string, _ Act) *Refusal {
	switch {
	case !unitForm.MatchString(id):
		return refuse("bad_name", "A unit's identifier is letters, digits, full stops and hyphens.")
	case e.Title == "" || e.Marking == "" || e.Place == "":
		return refuse("no_title", "Say what the unit is, by what it is known, and where it stands.")
	}
	for _, related := range e.Related {
		if related.Site == "" || related.Operation == "" {
			return refuse("no_title", "Of each related site, say which it is and what is done there.")
		}
	}
	if b.units[id] == nil {
		return modeKnown(e.Mode)
	}
	was, refusal := b.unit(id)
	if refusal != nil {
		return refusal
	}
	if was.Place != e.Place && was.Status != Proposed {
		return refuse("moved", "Unit %s stands at %s. That it stands elsewhere is recorded as a move.", id, was.Place)
	}
	return modeKnown(e.Mode)
}

func (e UnitListed) apply(b *Books, id string, act Act) {
	if b.units[id] == nil {
		b.units[id] = &Unit{ID: id, Status: Proposed, Listed: act}
	}
	b.rework(id, act, func(u *Unit) {
		u.Title, u.Marking, u.Relocatable, u.Mode, u.Related = e.Title, e.Marking, e.Relocatable, e.Mode, e.Related
		if u.Place != e.Place {
			u.Place = e.Place
			u.Places = append(u.Places, Place{Act: act, Place: e.Place})
		}
	})
}

func (e UnitEvidenced) check(b *Books, id string, _ Act) *Refusal {
	if _, refusal := b.unit(id); refusal != nil {
		return refusal
	}
	if !slices.Contains(evidenceWanted(), e.What) {
		return refuse("bad_value", "The evidence list asks for: %s.", strings.Join(evidenceWanted(), "; "))
	}
	return named(e.Document, "the document")
}

func (e UnitEvidenced) apply(b *Books, id string, act Act) {
	b.rework(id, act, func(u *Unit) {
		u.Evidence = append(u.Evidence, Evidence{Act: act, What: e.What, Document: e.Document})
	})
}

// check: a unit becomes active with its evidence complete and the control
// site's signature, never without (CTL-05).
func (e UnitInitiated) check(b *Books, id string, act Act) *Refusal {
	u, refusal := b.unit(id)
	if refusal != nil {
		return refusal
	}
	if u.Status != Proposed {
		return refuse("initiated_already", "Unit %s is %s.", id, u.Status)
	}
	if missing := u.Missing(); len(missing) > 0 {
		return refuse("evidence_missing", "The evidence list of unit %s is not complete: %s.", id, strings.Join(missing, "; "))
	}
	return first(signedForControlSite(act), because(e.Reason))
}

func (e UnitInitiated) apply(b *Books, id string, act Act) {
	b.rework(id, act, func(u *Unit) { u.Status, u.Reason, u.Initiated = Active, e.Reason, act })
}

func (e UnitPaused) check(b *Books, id string, _ Act) *Refusal {
	u, refusal := b.unit(id)
	if refusal != nil {
		return refusal
	}
	if u.Status != Active {
		return refuse("not_active", "Unit %s is %s, and only an active one is paused.", id, u.Status)
	}
	return effected(e.Reason, e.Effect)
}

func (e UnitPaused) apply(b *Books, id string, act Act) {
	b.rework(id, act, func(u *Unit) {
		u.Status, u.Reason = Paused, e.Reason
		u.stop(Stop{Act: act, Kind: StopPause, Reason: e.Reason, Effect: e.Effect})
	})
}

// stop adds a stop with the next number.
func (u *Unit) stop(stop Stop) {
	stop.Number = len(u.Stops) + 1
	u.Stops = append(u.Stops, stop)
}

// lift ends the stops of some kinds that stand.
func (u *Unit) lift(act Act, variation string, kinds ...StopKind) {
	for i := range u.Stops {
		if stop := &u.Stops[i]; stop.Lifted == nil && slices.Contains(kinds, stop.Kind) {
			stop.Lifted, stop.Variation = &act, variation
		}
	}
}

// check: what the control site ends is its own pause. The regulator's stop
// stands beside it and goes on (CTL-07).
func (e UnitResumed) check(b *Books, id string, act Act) *Refusal {
	u, refusal := b.unit(id)
	if refusal != nil {
		return refusal
	}
	if u.Status != Paused {
		return refuse("not_paused", "Unit %s is %s, and not paused.", id, u.Status)
	}
	return first(signedForControlSite(act), effected(e.Reason, e.Effect))
}

func (e UnitResumed) apply(b *Books, id string, act Act) {
	b.rework(id, act, func(u *Unit) {
		u.Status, u.Reason = Active, e.Reason
		u.lift(act, "", StopPause)
	})
}

func (e UnitCeased) check(b *Books, id string, act Act) *Refusal {
	if _, refusal := b.unit(id); refusal != nil {
		return refusal
	}
	return first(signedForControlSite(act), effected(e.Reason, e.Effect))
}

func (e UnitCeased) apply(b *Books, id string, act Act) {
	b.rework(id, act, func(u *Unit) {
		u.Status, u.Reason = Ceased, e.Reason
		u.stop(Stop{Act: act, Kind: StopCease, Reason: e.Reason, Effect: e.Effect})
	})
}

func (e UnitStopped) kind() StopKind {
	if e.Revoked {
		return StopRevocation
	}
	return StopSuspension
}

// check: a suspension may become a revocation, and neither is recorded twice.
func (e UnitStopped) check(b *Books, id string, _ Act) *Refusal {
	u := b.units[id]
	if u == nil {
		return refuse("no_such_unit", "There is no unit %s in the register.", id)
	}
	if u.Regulator != nil && (u.Regulator.Kind == e.kind() || u.Regulator.Kind == StopRevocation) {
		return refuse("stopped_already", "Unit %s is %s already, by %s.", id, u.Regulator.Kind, u.Regulator.Reference)
	}
	return first(named(e.Reference, "the regulator's letter"), effected(e.Reason, e.Effect))
}

func (e UnitStopped) apply(b *Books, id string, act Act) {
	b.rework(id, act, func(u *Unit) {
		u.stop(Stop{Act: act, Kind: e.kind(), Reason: e.Reason, Reference: e.Reference, Effect: e.Effect})
		stop := u.Stops[len(u.Stops)-1]
		u.Regulator = &stop
	})
}

// check: the granted variation's reference, recorded by the control site's
// quality lead, lifts the regulator's stop. No local role does (CTL-07).
func (e UnitStopLifted) check(b *Books, id string, act Act) *Refusal {
	u := b.units[id]
	if u == nil {
		return refuse("no_such_unit", "There is no unit %s in the register.", id)
	}
	if u.Regulator == nil {
		return refuse("not_stopped", "No stop of the regulator stands for unit %s.", id)
	}
	return first(signedForControlSite(act), named(e.Variation, "the variation that was granted"), day(e.Date, "the day of the grant", act.At))
}

func (e UnitStopLifted) apply(b *Books, id string, act Act) {
	b.rework(id, act, func(u *Unit) {
		u.lift(act, e.Variation, StopSuspension, StopRevocation)
		u.Regulator = nil
	})
}

func (e UnitMoved) check(b *Books, id string, _ Act) *Refusal {
	u, refusal := b.unit(id)
	switch {
	case refusal != nil:
		return refusal
	case !u.Relocatable:
		return refuse("not_relocatable", "Unit %s is not one that can be moved. Another place is another unit.", id)
	case e.Place == "":
		return refuse("no_title", "Say where the unit stands now.")
	case sameWords(e.Place, u.Place):
		return refuse("nothing_changed", "Unit %s stands at %s already.", id, u.Place)
	}
	return effected(e.Reason, e.Effect)
}

// apply: moved once more before it was returned is one stop more, so that what
// was decided of the first move is not taken for the second.
func (e UnitMoved) apply(b *Books, id string, act Act) {
	b.rework(id, act, func(u *Unit) {
		u.Place, u.Requalify = e.Place, true
		u.Places = append(u.Places, Place{Act: act, Place: e.Place})
		u.stop(Stop{Act: act, Kind: StopMove, Reason: e.Reason, Effect: e.Effect})
	})
}

func (e UnitReturned) check(b *Books, id string, _ Act) *Refusal {
	u, refusal := b.unit(id)
	if refusal != nil {
		return refusal
	}
	if !u.Requalify {
		return refuse("in_service", "Unit %s was not moved since it was qualified.", id)
	}
	return named(e.Document, "the requalification by which it may serve again")
}

func (e UnitReturned) apply(b *Books, id string, act Act) {
	b.rework(id, act, func(u *Unit) {
		u.Requalify = false
		u.lift(act, "", StopMove)
	})
}
