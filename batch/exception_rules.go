package batch

import (
	"fmt"
	"slices"
	"strings"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
	"countersign/register"
)

// exceptionRaisedFirst is an exception as version 1 of its kind had it, when
// every one was decided by one quality lead.
type exceptionRaisedFirst struct {
	By       `json:"by"`
	Number   int               `json:"number"`
	Class    string            `json:"class"`
	Severity string            `json:"severity"`
	Blocks   Blocks            `json:"blocks"`
	Step     string            `json:"step"`
	Field    string            `json:"field"`
	Text     string            `json:"text"`
	Cause    string            `json:"cause"`
	CausedBy identity.PersonID `json:"caused_by"`
}

// Kind is that of every exception.
func (exceptionRaisedFirst) Kind() audit.Kind { return kindRaised }

func (e exceptionRaisedFirst) closed() Event { return e }

// today is an exception that one quality lead decides.
func (e exceptionRaisedFirst) today() Event {
	return ExceptionRaised{
		By: e.By, Number: e.Number, Class: e.Class, Severity: e.Severity, Blocks: e.Blocks, Step: e.Step, Field: e.Field, Text: e.Text,
		Cause: e.Cause, CausedBy: e.CausedBy, ApprovedBy: []string{string(identity.QualityLead)},
	}
}

// Approval is one person's acceptance of an exception.
type Approval struct {
	Act
	Reason string
}

// ruled is an exception as the protocol has its class: the step's own word
// first, then the protocol's, then the table's (REL-07). Nothing makes it
// milder than the class allows, which the checker has seen to.
func (s *State) ruled(ex ExceptionRaised) ExceptionRaised {
	if len(ex.ApprovedBy) == 0 {
		ex.ApprovedBy = []string{string(identity.QualityLead)}
	}
	if ex.Class == identityClass { // COI-03
		ex.ApprovedBy = []string{string(identity.ControlSite)}
	}
	rule := s.ruleFor(ex.Class, ex.Step)
	if rule == nil {
		return ex
	}
	if class := protocol.ExceptionClassNamed(ex.Class); rule.Severity != "" && class != nil && ex.Severity == class.Severity {
		ex.Severity = rule.Severity
	} else {
		ex.Severity = protocol.Graver(ex.Severity, rule.Severity)
	}
	ex.Blocks = Blocks(protocol.Graver(string(ex.Blocks), rule.Blocks))
	if len(rule.ApprovedBy) > 0 {
		ex.ApprovedBy = slices.Clone(rule.ApprovedBy)
		if ex.Class == identityClass && !slices.Contains(ex.ApprovedBy, string(identity.ControlSite)) {
			ex.ApprovedBy = append(ex.ApprovedBy, string(identity.ControlSite))
		}
	}
	ex.Deviation = ex.Deviation || rule.Deviation
	if rule.Deviation || len(rule.ApprovedBy) > 0 {
		ex.Blocks = Blocks(protocol.Graver(string(ex.Blocks), string(BlocksRelease)))
	}
	return ex
}

// ruleFor is what the protocol says of a class; nil when it says nothing.
func (s *State) ruleFor(class, step string) *protocol.ExceptionRule {
	named := func(rules []protocol.ExceptionRule) *protocol.ExceptionRule {
		at := slices.IndexFunc(rules, func(r protocol.ExceptionRule) bool { return r.Class == class })
		if at < 0 {
			return nil
		}
		return &rules[at]
	}
	if st := s.Step(step); st != nil {
		if rule := named(st.Step.Exceptions); rule != nil {
			return rule
		}
	}
	if s.Protocol == nil {
		return nil
	}
	return named(s.Protocol.Exceptions)
}

// Waiting are the roles whose decision an exception still needs, each another
// person's.
func (ex *Exception) Waiting() []identity.Role {
	if ex.Resolved != nil {
		return nil
	}
	roles := make([]identity.Role, 0, len(ex.ApprovedBy))
	for _, role := range ex.ApprovedBy {
		roles = append(roles, identity.Role(role))
	}
	for _, given := range ex.Approvals {
		if at := slices.Index(roles, identity.Role(given.Role)); at >= 0 {
			roles = slices.Delete(roles, at, at+1)
		}
	}
	return roles
}

// resolved takes in a decision: one that does not accept settles it, and of the
// others as many as are asked for.
func (ex *Exception) resolved(accept bool, reason string, act Act) {
	if accept {
		ex.Approvals = append(slices.Clip(ex.Approvals), Approval{Act: act, Reason: reason})
		if len(ex.Waiting()) > 0 && len(ex.Approvals) < len(ex.ApprovedBy) {
			return
		}
	}
	reasons := []string{}
	for _, given := range ex.Approvals {
		if given.Version != act.Version {
			reasons = append(reasons, given.Reason)
		}
	}
	if !accept {
		reasons = nil
	}
	ex.Resolved, ex.Accepted, ex.Reason = &act, accept, strings.Join(append(reasons, reason), " ")
}

// ownException: nobody decides on what they caused, or raised, and two
// decisions are two people's (REL-07, DEV-01).
func (d *decision) ownException(ex Exception) *Refusal {
	me := d.f.Person.ID
	byHand := strings.HasPrefix(ex.Cause, handCause) || strings.HasPrefix(ex.Cause, noteCause)
	switch {
	case ex.CausedBy == me:
		return refuse("own_exception", "Exception %d arose from what you did. Another %s decides it.", ex.Number, orRoles(ex.Waiting()))
	case byHand && ex.Raised.Person == me:
		return refuse("own_exception", "You raised exception %d. Another %s decides it.", ex.Number, orRoles(ex.Waiting()))
	}
	for _, given := range ex.Approvals {
		if given.Person == me {
			return refuse("own_exception", "You have accepted exception %d. It needs another person's decision too: %s.", ex.Number, orRoles(ex.Waiting()))
		}
	}
	return nil
}

func orRoles(roles []identity.Role) string {
	words := make([]string, len(roles))
	for i, role := range roles {
		words[i] = string(role)
	}
	return strings.Join(slices.Compact(words), " or ")
}

// What the causes of exceptions that a person raised begin with.
const (
	handCause = "hand:"
	noteCause = "note:"
)

// handClass is the class of what is raised when nothing more is said.
const handClass = "raised by hand"

// toldClass gives the class under which a person tells that something happened.
func toldClass(name string) (*protocol.ExceptionClass, *Refusal) {
	if name == "" {
		name = handClass
	}
	class := protocol.ExceptionClassNamed(name)
	if class == nil || !class.Told {
		return nil, refuse("unknown_class", "Nobody raises an exception of the class %q by hand.", name)
	}
	return class, nil
}

// Promote makes an exception of a remark: a reviewer has read it and finds that
// somebody has to decide on it. Note is the version of the remark's entry.
type Promote struct {
	Note int64  `json:"note"`
	Text string `json:"text"` // what is to be decided, and why
}

func (Promote) command() {}

// promoted is the class of what was a remark.
const promoted = "promoted remark"

// promote: the remark stays as it was; its author and whoever promotes it do
// not decide on it.
func (d *decision) promote(c Promote) (Event, *Refusal) {
	if refusal := d.alive(); refusal != nil {
		return nil, refusal
	}
	if refusal := d.entitled("", reviewers(), identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	at := slices.IndexFunc(d.s.Notes, func(n NoteEntry) bool { return n.Version == c.Note })
	if at < 0 {
		return nil, refuse("unknown_note", "There is no such remark in this batch.")
	}
	note, cause := d.s.Notes[at], fmt.Sprintf("%s%d", noteCause, c.Note)
	if d.s.raised(cause) {
		return nil, refuse("already_promoted", "An exception was made of this remark already.")
	}
	text, refusal := worded(c.Text, "what is to be decided")
	if refusal != nil {
		return nil, refusal
	}
	return d.s.ruled(ExceptionRaised{
		By: d.by, Number: len(d.s.Exceptions) + 1, Class: promoted, Severity: protocol.SeverityMajor, Blocks: BlocksRelease, Step: note.Step,
		Text: text, Cause: cause, CausedBy: note.Person,
	}), nil
}

// deciding are the roles that can take the next decision on an exception.
func deciding(ex Exception) []identity.Role {
	if waiting := ex.Waiting(); len(waiting) > 0 {
		return waiting
	}
	return leads()
}

// decidingIn is deciding for a command.
func decidingIn(s *State, c Resolve) []identity.Role {
	if s == nil || c.Exception < 1 || c.Exception > len(s.Exceptions) {
		return leads()
	}
	return deciding(s.Exceptions[c.Exception-1])
}

// overdueStatus says that a scan was of the right item, and that it is not fit
// now: its date, its calibration or its qualification has lapsed, it is not clean
// or out of service, or another batch has it. Nobody took a wrong thing (MAT-05).
func (d *decision) overdueStatus(field, code, why string) bool {
	return d.s.rightOne(field, code, d.now) && register.RuleOf(why) != ""
}
