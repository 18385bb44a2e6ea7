package batch

import (
	"fmt"
	"slices"
	"strings"

	"countersign/identity"
)

// PutOnHold stops a batch for a reason of a kind. It needs no signature: nobody
// is kept from stopping. Holds stack, and nothing ends one by itself.
type PutOnHold struct {
	Kind   HoldKind `json:"kind"`
	Reason string   `json:"reason"`
}

// LiftHold is the signature that ends one hold, and no other.
type LiftHold struct {
	Hold   int    `json:"hold"`
	Reason string `json:"reason"`
}

func (PutOnHold) command() {}
func (LiftHold) command()  {}

// HoldKind is why a batch waits. The set is closed.
type HoldKind string

// The kinds of hold.
const (
	HoldEquipment   HoldKind = "equipment failure"
	HoldMaterial    HoldKind = "waiting for material"
	HoldPatient     HoldKind = "patient's condition"
	HoldResult      HoldKind = "waiting for a result"
	HoldQuality     HoldKind = "quality query"
	HoldControlSite HoldKind = "control site"
	HoldRegulator   HoldKind = "regulator"
)

// HoldKinds are all of them, as a terminal offers them.
func HoldKinds() []HoldKind {
	return []HoldKind{HoldEquipment, HoldMaterial, HoldPatient, HoldResult, HoldQuality, HoldControlSite, HoldRegulator}
}

// putters are who may put a batch on hold so: whoever works in it; what the
// control site or the regulator asks for, a quality lead or the control site
// enters.
func (k HoldKind) putters() []identity.Role {
	if k == HoldControlSite || k == HoldRegulator {
		return deciders()
	}
	return append(staff(), identity.ControlSite)
}

// lifters are who may end such a hold: what the work met, a pharmacist or a
// quality lead; a question of quality, a quality lead; the control site's and
// the regulator's, the control site alone.
func (k HoldKind) lifters() []identity.Role {
	switch k {
	case HoldControlSite, HoldRegulator:
		return []identity.Role{identity.ControlSite}
	case HoldQuality:
		return leads()
	}
	return reviewers()
}

// HoldPut is a hold that was put on a batch.
type HoldPut struct {
	By     `json:"by"`
	Number int    `json:"number"`
	Type   string `json:"kind"`
	Reason string `json:"reason"`
}

// HoldLifted ends it.
type HoldLifted struct {
	By     `json:"by"`
	Hold   int    `json:"hold"`
	Reason string `json:"reason"`
}

// HoldEntry is a hold as a batch keeps it. Its act is that of whoever put it on.
type HoldEntry struct {
	Act
	Number int
	Kind   HoldKind
	Reason string
	Lifted *Act
	Why    string // it was lifted
	// Apart is how the batch is set apart by it, and Until the last day of the
	// regulator's direction; "" for a hold that is no disposition (REL-09).
	Apart Status
	Until string
}

// Holds are those that stand.
func (s *State) Holds() []HoldEntry {
	return slices.DeleteFunc(slices.Clone(s.AllHolds), func(h HoldEntry) bool { return h.Lifted != nil })
}

// MayLift says whether somebody may end a hold.
func (h HoldEntry) MayLift(p identity.Person) bool { return holds(p, h.Kind.lifters()) }

// MayPut says whether somebody may put a batch on such a hold.
func (k HoldKind) MayPut(p identity.Person) bool { return holds(p, k.putters()) }

// putOnHold stops a batch that is not done with.
func (d *decision) putOnHold(c PutOnHold) (Event, *Refusal) {
	if refusal := d.alive(); refusal != nil {
		return nil, refusal
	}
	if d.s.Status == Given {
		return nil, refuse("closed", "Every step of this batch is done.")
	}
	if !slices.Contains(HoldKinds(), c.Kind) {
		return nil, refuse("bad_value", "Say what the batch waits for.")
	}
	if refusal := d.entitled("", c.Kind.putters(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	reason, refusal := worded(c.Reason, "why the batch is put on hold")
	if refusal != nil {
		return nil, refusal
	}
	number := len(d.s.AllHolds) + 1
	d.add = append(d.add, ExceptionRaised{
		Class: "hold", Severity: "minor", Blocks: BlocksNothing, Cause: fmt.Sprintf("hold:%d", number), CausedBy: d.f.Person.ID,
		Text: fmt.Sprintf("The batch was put on hold (%s): %s", c.Kind, reason),
	})
	return HoldPut{By: d.by, Number: number, Type: string(c.Kind), Reason: reason}, nil
}

// liftHold ends one hold. The others stand.
func (d *decision) liftHold(c LiftHold) (Event, *Refusal) {
	if refusal := d.alive(); refusal != nil {
		return nil, refusal
	}
	if c.Hold < 1 || c.Hold > len(d.s.AllHolds) {
		return nil, refuse("unknown_hold", "There is no such hold on this batch.")
	}
	hold := d.s.AllHolds[c.Hold-1]
	if hold.Lifted != nil {
		return nil, refuse("already_lifted", "Hold %d was lifted already.", c.Hold)
	}
	if refusal := d.entitled(identity.AuthorisedDeviation, hold.Kind.lifters(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	reason, refusal := worded(c.Reason, "why the batch may go on")
	if refusal != nil {
		return nil, refusal
	}
	return HoldLifted{By: d.by, Hold: c.Hold, Reason: reason}, nil
}

// notHeld: while any hold stands nothing begins and nothing is signed. What was
// begun still takes what is seen in it, items go back to their storage, values
// are corrected, exceptions decided; and every clock runs on.
func (d *decision) notHeld() *Refusal {
	standing := d.s.Holds()
	if len(standing) == 0 {
		return nil
	}
	words := make([]string, len(standing))
	for i, hold := range standing {
		words[i] = fmt.Sprintf("%d, %s: %s", hold.Number, hold.Kind, strings.TrimSuffix(hold.Reason, "."))
	}
	return refuse("on_hold", "This batch is on hold (%s). Until each hold is lifted, no step begins and none is signed. Its clocks run on.", strings.Join(words, "; "))
}

func (s *growing) putHold(e HoldPut, act Act) error {
	if e.Number != len(s.AllHolds)+1 {
		return fmt.Errorf("hold %d follows hold %d", e.Number, len(s.AllHolds))
	}
	s.AllHolds = append(s.AllHolds, HoldEntry{Act: act, Number: e.Number, Kind: HoldKind(e.Type), Reason: e.Reason})
	return nil
}

func (s *growing) liftHold(e HoldLifted, act Act) error {
	if e.Hold < 1 || e.Hold > len(s.AllHolds) || s.AllHolds[e.Hold-1].Lifted != nil {
		return fmt.Errorf("no hold %d stands", e.Hold)
	}
	s.AllHolds = slices.Clone(s.AllHolds)
	s.AllHolds[e.Hold-1].Lifted, s.AllHolds[e.Hold-1].Why = &act, e.Reason
	return nil
}

// holdLines write a hold that is to be lifted, those that stand beside it, and
// the clocks that have run on.
func (sh *sheet) holdLines(c LiftHold) error {
	if c.Hold < 1 || c.Hold > len(sh.s.AllHolds) {
		return refuse("unknown_hold", "There is no such hold on this batch.")
	}
	hold := sh.s.AllHolds[c.Hold-1]
	sh.add("Hold %d, %s, put on by %s (%s), %s: %s", hold.Number, hold.Kind, hold.Name, hold.Role, sh.at(hold.At), hold.Reason)
	sh.add("Lifted, because: %s", strings.TrimSpace(c.Reason))
	for _, other := range sh.s.Holds() {
		if other.Number != c.Hold {
			sh.add("Hold %d, %s, stands on: %s", other.Number, other.Kind, other.Reason)
		}
	}
	for _, line := range sh.s.clocks(sh.at) {
		sh.add("%s", line)
	}
	return nil
}
