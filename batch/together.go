package batch

import (
	"errors"
	"fmt"
	"slices"

	"countersign/audit"
	"countersign/identity"
)

// DecideTogether decides several exceptions with one signature: each its own
// decision and its own reason, all on the one sheet. Signed as authorised
// deviation. One signature and not several, since each signature covers what
// stands before it in the record, and nobody can have been shown that of the
// second before the first was given.
type DecideTogether struct {
	Decisions []Resolve `json:"decisions"`
}

func (DecideTogether) command() {}

// DecidedTogether is the signed decision on several exceptions.
type DecidedTogether struct {
	By        `json:"by"`
	Decisions []Resolve `json:"decisions"`
}

const kindDecidedTogether audit.Kind = "batch.exceptions_decided"

// Kind is the written kind of the event's entry.
func (DecidedTogether) Kind() audit.Kind { return kindDecidedTogether }

// togetherAtMost bounds how much one person is asked to read before one
// signature.
const togetherAtMost = 50

// decidingTogether are the roles that can decide every one of several
// exceptions; none when no role can.
func decidingTogether(s *State, c DecideTogether) []identity.Role {
	roles := leads()
	for i, one := range c.Decisions {
		each := decidingIn(s, one)
		if i == 0 {
			roles = slices.Clone(each)
		}
		roles = slices.DeleteFunc(roles, func(role identity.Role) bool { return !slices.Contains(each, role) })
	}
	return roles
}

// decideTogether holds each decision against the rules of one that is taken by
// itself, and against all of those beside it: if one may not be taken, none is.
func (d *decision) decideTogether(c DecideTogether) (Event, *Refusal) {
	if len(c.Decisions) < 2 || len(c.Decisions) > togetherAtMost {
		return nil, refuse("not_together", "Between two and %d exceptions are decided together.", togetherAtMost)
	}
	decided := DecidedTogether{}
	for i, one := range c.Decisions {
		if slices.ContainsFunc(c.Decisions[:i], func(before Resolve) bool { return before.Exception == one.Exception }) {
			return nil, refuse("not_together", "Exception %d is decided once.", one.Exception)
		}
		ev, refusal := d.resolve(one)
		if refusal != nil {
			return nil, refusal
		}
		resolved, _ := ev.(ExceptionResolved) // resolve gives nothing else
		decided.Decisions = append(decided.Decisions, Resolve{Exception: resolved.Exception, Accept: resolved.Accept, Reason: resolved.Reason})
	}
	roles := decidingTogether(d.s, c)
	if len(roles) == 0 {
		return nil, refuse("not_together", "These exceptions are decided by people of different roles. Decide them one by one.")
	}
	if refusal := d.entitled(identity.AuthorisedDeviation, roles, identity.NeedsNothing); refusal != nil {
		return nil, refusal
	}
	decided.By = d.by
	return decided, nil
}

// decidedTogether takes several decisions in.
func (s *growing) decidedTogether(e DecidedTogether, act Act) error {
	s.Exceptions = slices.Clone(s.Exceptions)
	for _, one := range e.Decisions {
		if one.Exception < 1 || one.Exception > len(s.Exceptions) {
			return fmt.Errorf("there is no exception %d", one.Exception)
		}
		s.Exceptions[one.Exception-1].resolved(one.Accept, one.Reason, act)
	}
	if len(e.Decisions) == 0 {
		return errors.New("a decision on several exceptions names none")
	}
	return nil
}

// words says a decision in a line.
func (c Resolve) words() string {
	if c.Accept {
		return fmt.Sprintf("Accepted exception %d: %s", c.Exception, c.Reason)
	}
	return fmt.Sprintf("Did not accept exception %d: %s", c.Exception, c.Reason)
}

func (sh *sheet) decisions(c DecideTogether) error {
	sh.add("%d exceptions are decided with this signature.", len(c.Decisions))
	for _, one := range c.Decisions {
		if err := sh.decision(one); err != nil {
			return err
		}
	}
	return nil
}
