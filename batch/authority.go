package batch

import (
	"errors"
	"time"

	"countersign/identity"
)

// authority finds the role under which a person may act, with the state of
// training in words, or refuses (SIG-09, CTL-10). An unsigned act (m is "")
// needs no signing key.
func authority(f Facts, m identity.Meaning, roles []identity.Role, training bool, now time.Time) (identity.Role, string, *Refusal) {
	name, version := "", 0
	if f.Protocol != nil {
		name, version = f.Protocol.Name, f.Protocol.Version
	}
	if m != "" {
		role, words, err := identity.AuthorityFor(f.Person, m, roles, name, version, training, now)
		return role, words, refusalOf(err)
	}
	if !f.Person.Active {
		return "", "", refuse("suspended", "You are suspended here.")
	}
	for _, role := range roles {
		if !f.Person.Has(role) {
			continue
		}
		words, trained := f.Person.Trained(name, version, now)
		if training && !trained {
			return "", "", refuse("not_trained", "You are %s.", words)
		}
		return role, words, nil
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
