package batch

import (
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
	"countersign/register"
	"countersign/register/label"
)

// ImmediateUse confirms that a medicine may be given without its final label:
// made at the point of care, given immediately and entirely, and no part kept
// for later. Each is confirmed by itself (LAB-02). Signed as approved.
type ImmediateUse struct {
	PointOfCare bool `json:"point_of_care"`
	Entirely    bool `json:"entirely"`
	NothingKept bool `json:"nothing_kept"`
}

func (ImmediateUse) command() {}

// ImmediateUseConfirmed is the signed confirmation. Step and Within are the
// protocol's, and Unit and Mode say what the register said of where it is made.
type ImmediateUseConfirmed struct {
	By          `json:"by"`
	PointOfCare bool   `json:"point_of_care"`
	Entirely    bool   `json:"entirely"`
	NothingKept bool   `json:"nothing_kept"`
	Step        string `json:"step"`
	Within      string `json:"within"`
	Unit        string `json:"unit"`
	Mode        string `json:"mode"`
}

const kindImmediateUse audit.Kind = "batch.immediate_use_confirmed"

// Kind is the written kind of the event's entry.
func (ImmediateUseConfirmed) Kind() audit.Kind { return kindImmediateUse }

const immediateClass = "immediate use"

// immediateCause is the cause of the exception for time alone; immediateLeft
// begins that of one for what was left.
const (
	immediateCause = "immediate:within"
	immediateLeft  = "immediate:left#"
)

// ImmediateConfirmations are the sentences that are confirmed, in their order.
func ImmediateConfirmations() [3]string {
	return [3]string{
		"It is made at the point of care, and not in a modular unit.",
		"It is given immediately and entirely.",
		"No part of it is kept for later.",
	}
}

// Unlabelled says that the confirmations stand in place of the final label:
// printing that label takes the batch back to labels (LAB-01).
func (s *State) Unlabelled() bool { return s.Immediate != nil && !s.printedFinal() }

// OffersImmediateUse says why the exception cannot be confirmed as the batch
// stands; nil when it can (LAB-02, LAB-03).
func (s *State) OffersImmediateUse(standing register.Standing, now time.Time) *Refusal {
	use := s.Protocol.Label.Immediate
	switch given := s.givenIn(); {
	case use.Pos.Line == 0:
		return refuse("not_immediate", "This protocol does not allow immediate use: the medicine needs its final label.")
	case standing.Product.Listed && !standing.Product.Immediate:
		return refuse("not_immediate", "The register of products does not say that this product is for immediate use: it needs its final label.")
	case s.Protocol.Product.Mode != string(register.PointOfCare) || standing.Unit.Mode != register.PointOfCare:
		return refuse("not_point_of_care", "Only what is made at the point of care can do without its final label, and unit %s is %s.", standing.Unit.ID, titled(string(standing.Unit.Mode), "not in the register"))
	case s.printedFinal():
		return refuse("final_printed", "The final label is printed. It is applied, and nothing else stands in its place.")
	case s.Immediate != nil:
		return refuse("already_confirmed", "Immediate use was confirmed already.")
	case given == nil || !given.Started.IsZero():
		return refuse("already_begun", "It is being given already.")
	case s.immediateOver(now):
		return refuse("immediate_over", "Manufacture was complete more than %s ago. The medicine needs its final label.", protocol.ShowDuration(use.Within))
	}
	return nil
}

// confirmImmediateUse takes the three confirmations, all of them.
func (d *decision) confirmImmediateUse(c ImmediateUse) (Event, *Refusal) {
	for _, rule := range []func() *Refusal{
		d.alive,
		func() *Refusal { return d.attended(nil) },
		d.unblocked,
		func() *Refusal { return d.entitled(identity.Approved, openers(), identity.NeedsNothing) },
		func() *Refusal { return d.s.OffersImmediateUse(d.f.Standing, d.now) },
	} {
		if refusal := rule(); refusal != nil {
			return nil, refusal
		}
	}
	for i, confirmed := range []bool{c.PointOfCare, c.Entirely, c.NothingKept} {
		if !confirmed {
			return nil, refuse("not_confirmed", "This is not confirmed: %s Without it the medicine needs its final label.", ImmediateConfirmations()[i])
		}
	}
	use := d.s.Protocol.Label.Immediate
	return ImmediateUseConfirmed{
		By: d.by, PointOfCare: true, Entirely: true, NothingKept: true, Step: use.Step, Within: protocol.ShowDuration(use.Within),
		Unit: d.f.Standing.Unit.ID, Mode: string(d.f.Standing.Unit.Mode),
	}, nil
}

// givenIn is the step in which the medicine is given for immediate use, or nil.
func (s *State) givenIn() *StepState {
	for _, i := range s.rounds[s.Protocol.Label.Immediate.Step] {
		if !s.Steps[i].Skipped {
			return &s.Steps[i]
		}
	}
	return nil
}

// immediateOver says that it took longer than the limit until the medicine was
// begun to be given, or takes longer by now. At the limit it still holds.
func (s *State) immediateOver(now time.Time) bool {
	since, running := s.Completed()
	given := s.givenIn()
	if !running || given == nil {
		return false
	}
	if !given.Started.IsZero() {
		now = given.Started
	}
	return now.Sub(since) > s.Protocol.Label.Immediate.Within
}

// overImmediate gives the exception of a batch without its label that was not
// given in time (LAB-03).
func (s *State) overImmediate(now time.Time) []ExceptionRaised {
	if !s.Unlabelled() || !s.immediateOver(now) {
		return nil
	}
	return []ExceptionRaised{{
		Class: immediateClass, Severity: "major", Blocks: BlocksRelease, Step: s.givenIn().Step.Name, Cause: immediateCause,
		Text: "Immediate use was confirmed, and the medicine was not begun to be given within " + protocol.ShowDuration(s.Protocol.Label.Immediate.Within) +
			" of the completion of manufacture. It needs its final label, or a quality lead's decision.",
	}}
}

// notEntirely gives the exception of a medicine without its label of which
// something was left (LAB-02, EXE-12).
func (d *decision) notEntirely(after *State) []ExceptionRaised {
	given := after.givenIn()
	if !after.Unlabelled() || given == nil {
		return nil
	}
	field := after.Protocol.Label.Immediate.Left
	entry := given.Value(field)
	if entry == nil || entry.nothing() {
		return nil
	}
	cause := immediateLeft + entry.Value.Coded()
	if after.raised(cause) {
		return nil
	}
	return []ExceptionRaised{{
		Class: immediateClass, Severity: "major", Blocks: BlocksRelease, Step: given.Step.Name, Field: field, Cause: cause, CausedBy: d.f.Person.ID,
		Text: "Immediate use was confirmed, and the amount left is " + input(given.Step, field).Show(entry.Value, time.UTC) + ": it was not given entirely.",
	}}
}

// nothing says that an amount is none.
func (e *ValueEntry) nothing() bool {
	left, err := e.Value.Quantity.Cmp(protocol.Quantity{Number: "0", Unit: e.Value.Quantity.Unit})
	return err == nil && left == 0 && e.Value.Absent == "" && e.Value.Beyond == ""
}

// acceptedCause says that a quality lead has accepted what a cause gave rise to.
func (s *State) acceptedCause(cause string) bool {
	for _, ex := range s.Exceptions {
		if ex.Cause == cause && ex.Resolved != nil && ex.Accepted {
			return true
		}
	}
	return false
}

// needsLabel says that a step gives or hands over a medicine whose protocol
// says what stands on its label: any after release but one that only enters a
// result that was still to come.
func (s *State) needsLabel(st *StepState) bool {
	plan := &s.Protocol.Label
	return plan.Pos.Line > 0 && st.Section.AfterRelease && (s.lateCriterion(st.Step) == nil || st.Step.Base == plan.Immediate.Step)
}

// unexpired: nothing is begun to be given once the expiry on its label has
// passed; what was begun in time is still recorded (EXE-11).
func (d *decision) unexpired(st *StepState) *Refusal {
	expiry, applied := d.s.expires()
	at := d.now
	if !st.Started.IsZero() {
		at = st.Started
	}
	if !applied || !d.s.needsLabel(st) || !at.After(expiry) {
		return nil
	}
	return refuse("expired", "The medicine expired at %s. It is not given.%s", protocol.ShowMoment(expiry, d.zone()), d.s.safeState(st))
}

// labelled: after release nothing begins without the final label on the
// medicine, or the confirmations that stand in its place (LAB-01 to LAB-03),
// nor once it has expired. What was begun so is recorded.
func (d *decision) labelled(st *StepState) *Refusal {
	if !d.s.needsLabel(st) || st.Begun != nil {
		return nil
	}
	if refusal := d.unexpired(st); refusal != nil {
		return refusal
	}
	plan, safe := &d.s.Protocol.Label, d.s.safeState(st)
	_, applied := d.s.expires()
	switch {
	case applied:
	case !d.s.Unlabelled():
		return refuse("label_missing", "The final label is not on the medicine. Print it, put it on and scan it before step %s.%s", st.Step.Name, safe)
	case st.Step.Base == plan.Immediate.Step && d.s.immediateOver(d.now) && !d.s.acceptedCause(immediateCause):
		return refuse("immediate_over", "Manufacture was complete more than %s ago. Before step %s the medicine gets its final label, or a quality lead accepts the exception.%s",
			protocol.ShowDuration(plan.Immediate.Within), st.Step.Name, safe)
	}
	return nil
}

// expires is the earliest expiry of the final labels that were applied and are
// there still. At that very moment the medicine may be given still. Where the
// protocol gives the shelf life it is exact, as its windows are; the label shows
// the whole minute before.
func (s *State) expires() (at time.Time, applied bool) {
	for _, printing := range s.Labellings {
		for _, n := range printing.Numbers {
			held := s.LabelCopies[n-1]
			if held.Kind != label.Final || held.Applied == nil || held.Ended != nil {
				continue
			}
			if !applied || printing.Expiry.Before(at) {
				at, applied = printing.Expiry, true
			}
		}
	}
	if life := s.Protocol.Label.ShelfLife; applied && life > 0 {
		at = s.completed().Add(life)
	}
	return at, applied
}

// labelTimers are the clocks of a label: until a medicine for immediate use has
// to be begun to be given, and until an applied label's expiry (EXE-11).
func (s *State) labelTimers(now time.Time) []Timer {
	var timers []Timer
	given := s.givenIn()
	if since, ok := s.Completed(); ok && s.Unlabelled() && given != nil && given.Started.IsZero() {
		timers = append(timers, timerOf(immediateClass, given.Step.Name, since, protocol.Span{Max: s.Protocol.Label.Immediate.Within}, now))
	}
	if expiry, applied := s.expires(); applied && s.toGive() != nil {
		timers = append(timers, Timer{Name: "expiry on the label", Step: s.toGive().Step.Name, Since: s.completed(), Until: expiry, Over: now.After(expiry)})
	}
	return timers
}

// toGive is the first step after release that was not begun and is no late
// result, or nil.
func (s *State) toGive() *StepState {
	for i := range s.Steps {
		st := &s.Steps[i]
		if !st.Section.AfterRelease || st.Skipped || s.lateCriterion(st.Step) != nil {
			continue
		}
		if st.Started.IsZero() && !st.Done() {
			return st
		}
		return nil
	}
	return nil
}
