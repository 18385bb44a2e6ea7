package batch

import (
	"fmt"
	"strings"
	"time"

	"countersign/identity"
)

// AfterStop is a quality lead's signed decision on an open batch after its unit
// was stopped: it goes on under the control site's authority, or it is
// quarantined (CTL-07). To abort it is the third way, and has its own command.
// It is signed as authorised deviation.
type AfterStop struct {
	Decision  string `json:"decision"`  // "continue" or "quarantine"
	Authority string `json:"authority"` // whose at the control site, and how it was given; "" only when no stop stands any more
	Reason    string `json:"reason"`
}

// The decisions.
const (
	Continue   = "continue"
	Quarantine = "quarantine"
)

func (AfterStop) command() {}

// StopDecided is that decision. Stop is how many stops the unit had had: it
// covers them all, and no later one.
type StopDecided struct {
	By        `json:"by"`
	Stop      int    `json:"stop"`
	Stands    bool   `json:"stands"` // whether a stop stood when it was decided
	Why       string `json:"why"`    // what the stop was
	Decision  string `json:"decision"`
	Authority string `json:"authority"`
	Reason    string `json:"reason"`
}

// StopEntry is a decision after a stop, as a batch keeps it.
type StopEntry struct {
	Act
	Stop                             int
	Why, Decision, Authority, Reason string
}

// deciders are who decides on an open batch after a stop.
func deciders() []identity.Role { return []identity.Role{identity.QualityLead, identity.ControlSite} }

// answered is how many of its unit's stops a batch has behind it: those before
// it was opened, and those that were decided on.
func (s *State) answered() int {
	if len(s.Stops) == 0 {
		return s.Basis.Stops
	}
	return s.Stops[len(s.Stops)-1].Stop
}

// Quarantined says whether the last decision after a stop put the batch in
// quarantine.
func (s *State) quarantined() bool {
	return len(s.Stops) > 0 && s.Stops[len(s.Stops)-1].Decision == Quarantine
}

// Waits says whether a batch waits for a quality lead's decision, because its
// unit was stopped so many times by now (CTL-07). A stop that was lifted
// meanwhile is decided on too.
func (s *State) Waits(stops int) bool {
	return s.Protocol != nil && s.Basis.Unit != "" && !s.ended() && stops > s.answered()
}

// attended: after a stop nothing begins and nothing is signed in an open batch
// until a quality lead has decided; what was begun still takes what is seen in
// it, items still go back to their storage, and abort remains (CTL-04, CTL-07).
func (d *decision) attended(st *StepState) *Refusal {
	for _, rule := range []func() *Refusal{d.notHeld, d.sure} {
		if refusal := rule(); refusal != nil {
			return refusal
		}
	}
	safe := d.s.safeState(st)
	if d.s.Waits(d.f.Standing.Unit.Stops) {
		return refuse("stop_undecided", "%s Until a quality lead has decided whether this batch goes on under the control site's authority, is quarantined or aborted, no step begins and none is signed.%s",
			d.stopped(), safe)
	}
	if d.s.quarantined() {
		return refuse("quarantined", "This batch is in quarantine. A quality lead decides whether it goes on, or it is aborted.%s", safe)
	}
	return nil
}

// stopped says which stop it is.
func (d *decision) stopped() string { return sentenceCase(stopWords(d.f)) + "." }

func stopWords(f Facts) string {
	if why := f.Standing.Unit.Why(); why != "" {
		return why
	}
	return "unit " + f.Standing.Unit.ID + " was stopped since this batch was opened, and works again"
}

// safeState is what makes patient and product safe, where the protocol says it.
func (s *State) safeState(st *StepState) string {
	switch {
	case st != nil && st.Step.SafeState != "":
		return " Make safe first: " + s.Told(st.Step.SafeState)
	case s.Protocol.SafeState != "":
		return " Make safe first: " + s.Told(s.Protocol.SafeState)
	}
	return ""
}

// afterStop decides on an open batch after a stop. It can be decided anew as
// long as the batch is open: who quarantined it may let it go on, and the
// other way round.
func (d *decision) afterStop(c AfterStop) (Event, *Refusal) {
	if refusal := d.alive(); refusal != nil {
		return nil, refusal
	}
	if d.s.Status == Given {
		return nil, refuse("closed", "Every step of this batch is done.")
	}
	if refusal := d.entitled(identity.AuthorisedDeviation, deciders(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	unit := d.f.Standing.Unit
	if d.s.Basis.Unit == "" || unit.Stops <= d.s.Basis.Stops {
		return nil, refuse("no_stop", "The unit was not stopped since this batch was opened: there is nothing to decide.")
	}
	if c.Decision != Continue && c.Decision != Quarantine {
		return nil, refuse("bad_value", "The batch goes on, or is quarantined. To abort it is an act of its own.")
	}
	if !d.s.Waits(unit.Stops) && (c.Decision == Quarantine) == d.s.quarantined() {
		return nil, refuse("already_decided", "That was decided already.")
	}
	authority := strings.TrimSpace(c.Authority)
	if c.Decision == Continue && (unit.Stop != nil || authority != "") {
		text, refusal := worded(c.Authority, "who gave the control site's authority, and how")
		if refusal != nil {
			return nil, &Refusal{Code: "no_authority", Sentence: refusal.Sentence}
		}
		authority = text
	}
	reason, refusal := worded(c.Reason, "the reason for the decision")
	if refusal != nil {
		return nil, refusal
	}
	ev := StopDecided{
		By: d.by, Stop: unit.Stops, Stands: unit.Stop != nil, Why: stopWords(d.f), Decision: c.Decision, Authority: authority, Reason: reason,
	}
	d.add = append(d.add, ev.exception(d))
	return ev, nil
}

// exception puts the stop and its decision before whoever reviews (REL-07). It
// needs no further decision: this is one.
func (e StopDecided) exception(d *decision) ExceptionRaised {
	ex := ExceptionRaised{
		Class: "unit stopped", Severity: "critical", Blocks: BlocksNothing, Cause: fmt.Sprintf("stop:%d:%d", e.Stop, d.s.Version+1),
		CausedBy: d.f.Person.ID, Text: sentenceCase(e.Why) + ". " + e.words(),
	}
	if next := d.s.Next(); next != nil {
		ex.Step = next.Step.Name
	}
	return ex
}

// words say what was decided.
func (e StopDecided) words() string {
	if e.Decision == Quarantine {
		return "The batch was quarantined: " + e.Reason
	}
	if e.Authority == "" {
		return "The batch goes on: " + e.Reason
	}
	return "The batch goes on under the control site's authority (" + e.Authority + "): " + e.Reason
}

func (sh *sheet) afterStop(c AfterStop, f Facts) {
	sh.add("%s.", sentenceCase(stopWords(f)))
	if stop := f.Standing.Unit.Stop; stop != nil && stop.Effect != "" {
		sh.add("What becomes of open batches, as said with the stop: %s", stop.Effect)
	}
	for _, before := range sh.s.Stops {
		sh.add("Decided before, by %s, %s: %s. %s", before.Name, sh.at(before.At), before.Decision, before.Reason)
	}
	decided := StopDecided{Decision: c.Decision, Authority: strings.TrimSpace(c.Authority), Reason: strings.TrimSpace(c.Reason)}
	sh.add("Decision: %s", decided.words())
}

// cover writes what covered the batch when it was opened (REL-03).
func (sh *sheet) basis(c Basis) {
	if c.Unit == "" {
		return
	}
	sh.add("Unit: %s, %s, at %s; %s.", c.Unit, c.UnitTitle, c.UnitPlace, c.UnitStatus)
	sh.add("Licence %s; designation %s of %s for %s; %s.", c.Licence, c.Designation, c.Designated, c.Mode, c.Activity)
	from, _ := time.Parse(time.RFC3339, c.FileFrom) // written so
	sh.add("Master file %s, version %s, effective from %s.", c.File, c.FileVersion, sh.at(from))
	for _, warning := range c.Warnings {
		sh.add("WARNING: %s", warning)
	}
}
