package batch

import (
	"errors"
	"time"

	"countersign/identity"
	"countersign/protocol"
)

// authority finds the role under which a person may act, with the state of
// training and acknowledgement in words, or refuses (SIG-09, CTL-10, CTL-14).
// An unsigned act (m is "") needs no signing key.
func authority(f Facts, m identity.Meaning, roles []identity.Role, need identity.Need, now time.Time) (identity.Role, string, *Refusal) {
	name, version := "", 0
	if f.Protocol != nil {
		name, version = f.Protocol.Name, f.Protocol.Version
	}
	if m != "" {
		role, words, err := identity.AuthorityFor(f.Person, m, roles, name, version, need, now)
		return role, words, refusalOf(err)
	}
	if !f.Person.Active {
		return "", "", refuse("suspended", "You are suspended here.")
	}
	for _, role := range roles {
		if !f.Person.Has(role) {
			continue
		}
		words, err := f.Person.Fit(name, version, need, now)
		return role, words, refusalOf(err)
	}
	return "", "", refuse("no_role", "Your roles do not allow this.")
}

// refusalOf is identity's refusal as batch's.
func refusalOf(err error) *Refusal {
	if err == nil {
		return nil
	}
	var refused *identity.Refusal
	if errors.As(err, &refused) {
		return &Refusal{Code: refused.Code, Sentence: refused.Sentence}
	}
	return refuse("no_role", "Your roles do not allow this.")
}

// Needs says what a command asks of whoever does it beside a role: acts in a
// step are for those who acknowledged the protocol's version and, but for a
// quality lead's decision, are trained for it (CTL-10, CTL-14). Nobody is kept
// from stopping a batch.
func Needs(s *State, c Command) identity.Need {
	if tell, ok := c.(Tell); ok && tell.inner() != nil {
		c = tell.inner()
	}
	switch c := c.(type) {
	case EnterKept:
		return s.keptNeed(c.Kept)
	case Perform, ConfirmTyped:
		if s != nil && s.Step(stepOf(c)) != nil {
			return needOf(s.Step(stepOf(c)).Step)
		}
		return identity.NeedsTraining
	case HandOverShift:
		return identity.NeedsReading
	case Check, ConfirmCorrection, TakeOver, TakeOverShift, WitnessCode:
		return identity.NeedsTraining
	}
	return identity.NeedsNothing
}

// needOf is what working in a step, and signing it as performed, needs.
func needOf(step *protocol.Step) identity.Need {
	if step.Decision {
		return identity.NeedsReading
	}
	return identity.NeedsTraining
}
