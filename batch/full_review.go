package batch

import (
	"fmt"
	"slices"
	"strings"

	"countersign/audit"
	"countersign/identity"
)

// DemandFullReview asks that a batch is not reviewed by exception: each part of
// its record is to be looked at, value by value, before the review is signed
// (REL-06). Whoever reviews or certifies may ask for it, also after the review
// by exception was signed, which then counts no more.
type DemandFullReview struct {
	Reason string `json:"reason"`
}

// WithdrawDemand takes a demand away again. Neither whoever made it nor their
// equal can: a doubt that was signed is not talked away beside the hatch. A
// quality lead of the site withdraws a pharmacist's, and the control site's
// quality lead anybody's, each with a reason, and only if they took no part in
// the batch.
type WithdrawDemand struct {
	Demand int    `json:"demand"`
	Reason string `json:"reason"`
}

func (DemandFullReview) command() {}
func (WithdrawDemand) command()   {}

// FullReviewDemanded is the demand.
type FullReviewDemanded struct {
	By     `json:"by"`
	Number int    `json:"number"`
	Reason string `json:"reason"`
}

// DemandWithdrawn takes it away.
type DemandWithdrawn struct {
	By     `json:"by"`
	Demand int    `json:"demand"`
	Reason string `json:"reason"`
}

const (
	kindDemanded  audit.Kind = "batch.full_review_demanded"
	kindWithdrawn audit.Kind = "batch.demand_withdrawn"
)

// Kind is the written kind of the event's entry.
func (FullReviewDemanded) Kind() audit.Kind { return kindDemanded }

// Kind is the written kind of the event's entry.
func (DemandWithdrawn) Kind() audit.Kind { return kindWithdrawn }

// DemandEntry is a demand as a batch keeps it. Its act is that of whoever made it.
type DemandEntry struct {
	Act
	Number    int
	Reason    string
	Withdrawn *Act
	Why       string // it was withdrawn
}

// Demanded are the demands that nobody has withdrawn. A full review meets them
// all; if it falls, they are to be met again.
func (s *State) Demanded() []DemandEntry {
	return slices.DeleteFunc(slices.Clone(s.Demands), func(e DemandEntry) bool { return e.Withdrawn != nil })
}

// demanders are who may demand it, the gravest role first: under that they do.
func demanders() []identity.Role { return []identity.Role{identity.QualityLead, identity.Pharmacist} }

// MayDemand says whether somebody may demand full review of the batch now.
func (s *State) MayDemand(p identity.Person) bool {
	own := slices.ContainsFunc(s.Demanded(), func(e DemandEntry) bool { return e.Person == p.ID })
	return s.Protocol != nil && !s.ended() && s.released() == nil && !own && !s.inFull() && holds(p, demanders())
}

// withdrawers are the graver roles, which may withdraw the demand.
func (e DemandEntry) withdrawers() []identity.Role {
	if identity.Role(e.Role) == identity.Pharmacist {
		return []identity.Role{identity.QualityLead, identity.ControlSite}
	}
	return []identity.Role{identity.ControlSite}
}

// MayWithdraw says whether somebody may withdraw a demand.
func (s *State) MayWithdraw(e DemandEntry, p identity.Person) bool {
	return e.Withdrawn == nil && e.Person != p.ID && s.released() == nil && !s.ended() && holds(p, e.withdrawers()) && s.tookPart(p.ID) == ""
}

// inFull says that the review that stands looked at everything.
func (s *State) inFull() bool { return last(s.Reviews) != nil && len(s.Demanded()) > 0 }

// decide takes a demand in. Nobody needs to be independent to ask for more care.
func (c DemandFullReview) decide(d *decision) (Event, *Refusal) {
	for _, rule := range []func() *Refusal{d.alive, d.notCertified} {
		if refusal := rule(); refusal != nil {
			return nil, refusal
		}
	}
	if refusal := d.entitled(identity.Reviewed, demanders(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	if d.s.inFull() {
		return nil, refuse("reviewed_in_full", "The review that stands looked at all of the record already.")
	}
	if slices.ContainsFunc(d.s.Demanded(), func(e DemandEntry) bool { return e.Person == d.f.Person.ID }) {
		return nil, refuse("already_demanded", "You have demanded full review of this batch already.")
	}
	reason, refusal := worded(c.Reason, "why the whole record is to be looked at")
	if refusal != nil {
		return nil, refusal
	}
	return FullReviewDemanded{By: d.by, Number: len(d.s.Demands) + 1, Reason: reason}, nil
}

func (c WithdrawDemand) decide(d *decision) (Event, *Refusal) {
	for _, rule := range []func() *Refusal{d.alive, d.notCertified} {
		if refusal := rule(); refusal != nil {
			return nil, refusal
		}
	}
	demand, refusal := d.s.demand(c.Demand)
	if refusal != nil {
		return nil, refusal
	}
	if demand.Withdrawn != nil {
		return nil, refuse("already_withdrawn", "That demand was withdrawn already.")
	}
	if refusal := d.entitled(identity.AuthorisedDeviation, demand.withdrawers(), identity.NeedsNothing); refusal != nil {
		if refusal.Code == "no_role" {
			refusal.Sentence = fmt.Sprintf("%s demanded this as %s: only %s withdraws it. Otherwise the whole record is looked at.", demand.Name, demand.Role, orRoles(demand.withdrawers()))
		}
		return nil, refusal
	}
	if demand.Person == d.f.Person.ID {
		return nil, refuse("same_person", "You demanded this. Another person may withdraw it, or the whole record is looked at.")
	}
	if how := d.s.tookPart(d.f.Person.ID); how != "" {
		return nil, refuse("not_independent", "You %s. Whoever made the batch does not say that less of its record need be looked at.", how)
	}
	if d.s.inFull() {
		return nil, refuse("reviewed_in_full", "The review that stands looked at all of the record: the demand is met.")
	}
	reason, refusal := worded(c.Reason, "why the record need not be looked at in full")
	if refusal != nil {
		return nil, refusal
	}
	return DemandWithdrawn{By: d.by, Demand: c.Demand, Reason: reason}, nil
}

func (s *State) demand(number int) (DemandEntry, *Refusal) {
	if number < 1 || number > len(s.Demands) {
		return DemandEntry{}, refuse("unknown_demand", "There is no such demand in this batch.")
	}
	return s.Demands[number-1], nil
}

func (DemandFullReview) signs(*State) (identity.Meaning, []identity.Role) {
	return identity.Reviewed, demanders()
}

func (c WithdrawDemand) signs(s *State) (identity.Meaning, []identity.Role) {
	var demand DemandEntry // of nobody, which the control site alone would withdraw
	if s != nil {
		demand, _ = s.demand(c.Demand)
	}
	return identity.AuthorisedDeviation, demand.withdrawers()
}

func (c DemandFullReview) sheet(sh *sheet, _ Facts) error {
	if _, refusal := worded(c.Reason, "why the whole record is to be looked at"); refusal != nil {
		return refusal
	}
	sh.add("I demand that this batch is reviewed in full: %s", sentence(c.Reason))
	sh.add("From now on it cannot be reviewed by exception. Whoever signs the review first looks at each part of the record, with every value in it: %s.", strings.Join(sh.s.Parts(), ", "))
	if review := last(sh.s.Reviews); review != nil {
		sh.add("The review by %s, %s, counts no more.", review.Name, sh.at(review.At))
	}
	return nil
}

func (c WithdrawDemand) sheet(sh *sheet, _ Facts) error {
	demand, refusal := sh.s.demand(c.Demand)
	if refusal != nil {
		return refusal
	}
	sh.add("Demanded by %s (%s), %s: %s", demand.Name, demand.Role, sh.at(demand.At), sentence(demand.Reason))
	sh.add("Withdrawn, because: %s", sentence(c.Reason))
	if len(sh.s.Demanded()) == 1 {
		sh.add("The batch may then be reviewed by exception.")
	}
	return nil
}

func (FullReviewDemanded) meaning() identity.Meaning { return identity.Reviewed }
func (DemandWithdrawn) meaning() identity.Meaning    { return identity.AuthorisedDeviation }

func (e FullReviewDemanded) words() string {
	return "Demanded that the batch is reviewed in full: " + sentence(e.Reason)
}

func (e DemandWithdrawn) words() string {
	return fmt.Sprintf("Withdrew demand %d that the batch is reviewed in full: %s", e.Demand, sentence(e.Reason))
}

func (e FullReviewDemanded) again(bool) Command { return DemandFullReview{Reason: e.Reason} }

func (e DemandWithdrawn) again(bool) Command {
	return WithdrawDemand{Demand: e.Demand, Reason: e.Reason}
}

func (e FullReviewDemanded) fold(s *growing, act Act) error {
	if e.Number != len(s.Demands)+1 {
		return fmt.Errorf("demand %d follows demand %d", e.Number, len(s.Demands))
	}
	s.Demands = append(s.Demands, DemandEntry{Act: act, Number: e.Number, Reason: e.Reason})
	s.unreview(act.Version, "full review was demanded after it")
	return nil
}

func (e DemandWithdrawn) fold(s *growing, act Act) error {
	if e.Demand < 1 || e.Demand > len(s.Demands) || s.Demands[e.Demand-1].Withdrawn != nil {
		return fmt.Errorf("no demand %d stands", e.Demand)
	}
	s.Demands = slices.Clone(s.Demands)
	s.Demands[e.Demand-1].Withdrawn, s.Demands[e.Demand-1].Why = &act, e.Reason
	return nil
}

// Sentence tells a demand and what became of it.
func (e DemandEntry) Sentence() string {
	words := fmt.Sprintf("Full review was demanded by %s (%s): %s", e.Name, e.Role, sentence(e.Reason))
	if e.Withdrawn != nil {
		words += fmt.Sprintf(" Withdrawn by %s (%s): %s", e.Withdrawn.Name, e.Withdrawn.Role, sentence(e.Why))
	}
	return words
}
