package batch

import (
	"slices"
	"strconv"
	"strings"

	"countersign/identity"
	"countersign/protocol"
)

// staff are the roles that make medicines here.
func staff() []identity.Role {
	return []identity.Role{identity.Technician, identity.Pharmacist, identity.QualityLead}
}

func leads() []identity.Role { return []identity.Role{identity.QualityLead} }

func reviewers() []identity.Role { return []identity.Role{identity.Pharmacist, identity.QualityLead} }

// note adds a remark; it changes nothing, so it is always taken.
func (d *decision) note(c Note) (Event, *Refusal) {
	if refusal := d.entitled("", staff(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	if c.Step != "" {
		if _, refusal := d.known(c.Step); refusal != nil {
			return nil, refusal
		}
	}
	text, refusal := worded(c.Text, "the note")
	if refusal != nil {
		return nil, refusal
	}
	return RemarkNoted{By: d.by, Step: c.Step, Text: text}, nil
}

// raise opens an exception by hand, from any step (DEV-01).
func (d *decision) raise(c Raise) (Event, *Refusal) {
	if refusal := d.alive(); refusal != nil {
		return nil, refusal
	}
	if refusal := d.entitled("", staff(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	if c.Step != "" {
		if _, refusal := d.known(c.Step); refusal != nil {
			return nil, refusal
		}
	}
	text, refusal := worded(c.Text, "what is wrong")
	if refusal != nil {
		return nil, refusal
	}
	class, refusal := toldClass(c.Class)
	if refusal != nil {
		return nil, refusal
	}
	ex := ExceptionRaised{
		By: d.by, Number: len(d.s.Exceptions) + 1, Class: class.Name, Severity: class.Severity, Blocks: Blocks(class.Blocks),
		Step: c.Step, Text: text, Cause: handCause + strconv.FormatInt(d.s.Version+1, 10), CausedBy: d.f.Person.ID,
	}
	if c.Blocks {
		ex.Severity, ex.Blocks, ex.Cause = protocol.SeverityCritical, BlocksBatch, ex.Cause+heldCause
	}
	return d.s.ruled(ex), nil
}

// heldCause ends the cause of what somebody raised and stopped the batch for.
const heldCause = ":held"

// raiseOf makes the command again that raised an exception by hand.
func raiseOf(e ExceptionRaised) Raise {
	c := Raise{Step: e.Step, Text: e.Text, Blocks: strings.HasSuffix(e.Cause, heldCause), Class: e.Class}
	if c.Class == handClass {
		c.Class = ""
	}
	return c
}

// resolve decides an exception: a quality lead, or where a patient did not match
// the control site's own (COI-03), not who caused it; and a broken rejecting
// limit is never accepted within the batch (DEV-04).
func (d *decision) resolve(c Resolve) (Event, *Refusal) {
	if refusal := d.alive(); refusal != nil && !d.s.aftermath(c.Exception) {
		return nil, refusal
	}
	if c.Exception < 1 || c.Exception > len(d.s.Exceptions) {
		return nil, refuse("unknown_exception", "There is no such exception in this batch.")
	}
	ex := d.s.Exceptions[c.Exception-1]
	if ex.Resolved != nil {
		return nil, refuse("already_decided", "Exception %d is decided already.", ex.Number)
	}
	if refusal := d.entitled(identity.AuthorisedDeviation, deciding(ex), identity.NeedsNothing); refusal != nil {
		if ex.Class == identityClass && refusal.Code == "no_role" {
			refusal.Sentence = "What was scanned is another patient's: only the control site's quality lead decides how this batch goes on. It can still be rejected or aborted."
		}
		return nil, refusal
	}
	for _, rule := range []func(Exception) *Refusal{d.ownException, d.everybodyTold} {
		if refusal := rule(ex); refusal != nil {
			return nil, refusal
		}
	}
	if c.Accept && d.s.final(ex) && ex.Registered {
		return nil, refuse("registered_specification", "Exception %d cannot be accepted: a registered specification failed. %s", ex.Number, d.s.afterFailure())
	}
	if c.Accept && d.s.final(ex) {
		return nil, refuse("final_limit", "Exception %d cannot be accepted: the value that stands breaks a limit that rejects the batch.", ex.Number)
	}
	reason, refusal := worded(c.Reason, "the reason for the decision")
	if refusal != nil {
		return nil, refusal
	}
	return ExceptionResolved{By: d.by, Exception: c.Exception, Accept: c.Accept, Reason: reason}, nil
}

// abort ends the batch for good and keeps all that was recorded (EXE-16). A
// certified batch that was not given yet can be aborted too: its certificate
// stays in the record.
func (d *decision) abort(c Abort) (Event, *Refusal) {
	if refusal := d.alive(); refusal != nil {
		return nil, refusal
	}
	if d.s.Status == Given {
		return nil, refuse("closed", "This batch was given. It cannot be aborted.")
	}
	if refusal := d.entitled(identity.Rejected, aborters(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	reason, refusal := worded(c.Reason, "why the batch is aborted")
	if refusal != nil {
		return nil, refusal
	}
	return BatchAborted{By: d.by, Reason: reason, Entries: d.s.Version, Head: d.s.Head}, nil
}

// aborters are those of the staff whose role may sign a rejection.
func aborters() []identity.Role {
	var roles []identity.Role
	for _, role := range staff() {
		if identity.MayMean(role, identity.Rejected) {
			roles = append(roles, role)
		}
	}
	return roles
}

// review is the production review: of a complete record, with everything that
// has come due on the table, by somebody who did not make it (REL-01, REL-11).
func (d *decision) review(c Review) (Event, *Refusal) {
	for _, rule := range []func() *Refusal{d.alive, func() *Refusal { return d.attended(nil) }, d.unblocked} {
		if refusal := rule(); refusal != nil {
			return nil, refusal
		}
	}
	if refusal := d.entitled(identity.Reviewed, reviewers(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	switch d.s.Status {
	case Complete:
	case Reviewed:
		return nil, refuse("already_reviewed", "This batch is reviewed already.")
	case Certified, Conditional, Given:
		return nil, refuse("certified", "This batch is certified already.")
	case SuppliedAnyway:
		return nil, refuse("closed", "This batch was supplied out of specification.")
	default:
		return nil, refuse("not_complete", "The record is not complete: %s", d.s.unsignedSteps()[0])
	}
	if refusal := d.nothingNew(); refusal != nil {
		return nil, refusal
	}
	if refusal := d.reconciled(); refusal != nil {
		return nil, refusal
	}
	for _, rule := range []func() *Refusal{d.papers, d.answered} {
		if refusal := rule(); refusal != nil {
			return nil, refusal
		}
	}
	if refusal := d.keptSettled(); refusal != nil {
		return nil, refusal
	}
	for _, rule := range []func() *Refusal{d.independentReview, d.lookedThrough} {
		if refusal := rule(); refusal != nil {
			return nil, refusal
		}
	}
	statement, refusal := worded(c.Statement, "what the review covered")
	if refusal != nil {
		return nil, refusal
	}
	return BatchReviewed{
		By: d.by, Statement: statement, Exceptions: len(d.s.Exceptions), Trail: d.s.Version, Changes: len(d.s.CriticalChanges(d.zone())), Full: len(d.s.Demanded()) > 0,
	}, nil
}

// nothingNew: nobody signs for a record in which something has just come due
// that was not on the screen; the refusal writes it, and it can be seen.
func (d *decision) nothingNew() *Refusal {
	due := append(slices.Clip(d.due), d.alarms...)
	if len(due) == 0 {
		return nil
	}
	texts := make([]string, len(due))
	for i, ex := range due {
		texts[i] = ex.Text
	}
	return refuse("came_due", "An exception has come up that is now in the record: %s", strings.Join(texts, " "))
}

// independent: whoever reviews the batch and its audit trail has neither made
// nor changed what stands in them (REL-11, AUD-05).
func (d *decision) independent() *Refusal {
	if how := d.s.tookPart(d.f.Person.ID); how != "" {
		return refuse("not_independent", "You %s. Another person reviews this batch and its audit trail.", how)
	}
	return nil
}

// independentReview: the reviewer performed and changed nothing in the batch, and
// checked nothing, except where the protocol allows a checker, which then stands
// in the record as a role conflict (REL-11).
func (d *decision) independentReview() *Refusal {
	me := d.f.Person.ID
	if refusal := d.independent(); refusal != nil {
		return refusal
	}
	cause, step := "conflict:"+string(me), d.s.checkedIn(me)
	if step != "" && !d.s.raised(cause) {
		d.add = append(d.add, ExceptionRaised{
			Class: "role conflict", Severity: "minor", Blocks: BlocksNothing, Step: step, Cause: cause, CausedBy: me,
			Text: "The reviewer checked steps of this batch. The protocol allows it.",
		})
	}
	return nil
}

func (d *decision) notCertified() *Refusal {
	if d.s.Certification != nil {
		return refuse("certified", "This batch is certified already.")
	}
	if d.s.Supply != nil {
		return refuse("closed", "This batch was supplied out of specification. It is not certified, and no longer rejected.")
	}
	return nil
}

// independentCertifier: who performed or checked a critical step, or reviewed
// the batch, does not decide on its release (REL-11, REL-01).
func (d *decision) independentCertifier() *Refusal {
	if !identity.Independent(d.f.Person.ID, d.s.criticalPeople()) {
		return refuse("not_independent", "You performed or checked a critical step of this batch. Another quality lead decides on its release.")
	}
	if review := last(d.s.Reviews); review != nil && review.Person == d.f.Person.ID {
		return refuse("not_independent", "You reviewed this batch. Another quality lead decides on its release.")
	}
	return nil
}

// criticalPeople are those who performed, entered in, or checked a critical step.
func (s *State) criticalPeople() map[identity.PersonID]bool {
	people := map[identity.PersonID]bool{}
	for i := range s.Steps {
		st := &s.Steps[i]
		if !st.Step.Critical {
			continue
		}
		for person := range st.workers() {
			people[person] = true
		}
		for _, act := range s.seconds(st) {
			people[act.Person] = true
		}
	}
	return people
}

// reject refuses release for good, at any time before certification.
func (d *decision) reject(c Reject) (Event, *Refusal) {
	for _, rule := range []func() *Refusal{d.alive, d.notCertified} {
		if refusal := rule(); refusal != nil {
			return nil, refusal
		}
	}
	if refusal := d.entitled(identity.Rejected, leads(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	if !identity.Independent(d.f.Person.ID, d.s.criticalPeople()) {
		return nil, refuse("not_independent", "You performed or checked a critical step of this batch. Another quality lead rejects it, or it is aborted.")
	}
	reason, refusal := worded(c.Reason, "why the batch is rejected")
	if refusal != nil {
		return nil, refusal
	}
	return BatchRejected{By: d.by, Reason: reason, Entries: d.s.Version, Head: d.s.Head}, nil
}
