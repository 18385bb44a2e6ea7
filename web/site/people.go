package site

import (
	"context"

	"countersign/audit"
	"countersign/identity"
)

// People gives everybody who works or worked here.
func (s *Service) People(ctx context.Context, who Session) ([]identity.Person, error) {
	if err := requireFit(who); err != nil {
		return nil, err
	}
	var all []identity.Person
	err := s.read(ctx, func(m *models) error {
		all = m.people.People()
		return nil
	})
	return all, err
}

// staffAct decides an act on people and writes it. Such acts go one after the
// other, so that a username is not given twice at the same moment.
func (s *Service) staffAct(ctx context.Context, key, actor string, decide func(m *models) ([]identity.Event, error)) error {
	if err := checkKey(key); err != nil {
		return err
	}
	s.staff.Lock()
	defer s.staff.Unlock()
	var drafts []audit.Draft
	var conditions []audit.Condition
	err := s.read(ctx, func(m *models) error {
		events, err := decide(m)
		if err != nil {
			return err
		}
		for _, event := range events {
			draft, err := event.Draft(s.Now(), actor)
			if err != nil {
				return err
			}
			person, _ := m.people.Person(event.Person)
			if len(conditions) == 0 || conditions[len(conditions)-1].Stream != draft.Stream {
				conditions = append(conditions, audit.Condition{Stream: draft.Stream, Version: person.Version})
			}
			drafts = append(drafts, draft)
		}
		return nil
	})
	if err != nil || len(drafts) == 0 {
		return err
	}
	return s.write(ctx, key, "people", conditions, drafts)
}

// byPerson is staffAct for somebody who is signed in. A key that was used is
// answered as it was the first time.
func (s *Service) byPerson(ctx context.Context, who Session, key string, decide func(d *identity.Directory, actor identity.Person) ([]identity.Event, error)) error {
	if err := requireFit(who); err != nil {
		return err
	}
	if err := checkKey(key); err != nil {
		return err
	}
	if _, done, err := s.ledger.Recall(ctx, key); err != nil || done {
		if err != nil {
			return s.broken("look for an earlier answer", err)
		}
		return nil
	}
	return s.staffAct(ctx, key, string(who.Person.ID), func(m *models) ([]identity.Event, error) {
		actor, ok := m.people.Person(who.Person.ID)
		if !ok {
			return nil, errWrong
		}
		return decide(m.people, actor)
	})
}

// Register adds a person and issues their one-time password, which is shown
// this once (SEC-03).
func (s *Service) Register(ctx context.Context, who Session, key string, r identity.Registration) (id identity.PersonID, oneTime string, err error) {
	err = s.byPerson(ctx, who, key, func(d *identity.Directory, actor identity.Person) ([]identity.Event, error) {
		return identity.Register(d, actor, r)
	})
	if err != nil {
		return "", "", err
	}
	person, err := s.byUsername(ctx, r.Username)
	if err != nil {
		return "", "", err
	}
	if len(person.Keys) > 0 {
		return person.ID, "", nil // the form came again after the person had begun
	}
	oneTime, err = s.issue(ctx, who, person.ID)
	return person.ID, oneTime, err
}

func (s *Service) issue(ctx context.Context, who Session, id identity.PersonID) (string, error) {
	oneTime, err := s.vault.Issue(ctx, id, who.Person.ID)
	if err != nil {
		return "", s.broken("issue a one-time password", err)
	}
	return oneTime, nil
}

// ResetPassword ends a person's key and issues a one-time password. The new
// key has to be confirmed again before it signs (SIG-08).
func (s *Service) ResetPassword(ctx context.Context, who Session, key string, id identity.PersonID) (oneTime string, err error) {
	err = s.byPerson(ctx, who, key, func(d *identity.Directory, actor identity.Person) ([]identity.Event, error) {
		return identity.EndKey(d, actor, id, "the password was reset")
	})
	if err != nil {
		return "", err
	}
	return s.issue(ctx, who, id)
}

// UnlockAccount lifts the lock that wrong passwords brought about.
func (s *Service) UnlockAccount(ctx context.Context, who Session, key string, id identity.PersonID) error {
	err := s.byPerson(ctx, who, key, func(d *identity.Directory, actor identity.Person) ([]identity.Event, error) {
		return identity.Unlock(d, actor, id)
	})
	if err != nil {
		return err
	}
	if err := s.vault.Unlock(ctx, id); err != nil {
		return s.broken("lift a lock", err)
	}
	return nil
}

// GiveRole adds a role to a person.
func (s *Service) GiveRole(ctx context.Context, who Session, key string, id identity.PersonID, role identity.Role) error {
	return s.byPerson(ctx, who, key, func(d *identity.Directory, actor identity.Person) ([]identity.Event, error) {
		return identity.GiveRole(d, actor, id, role)
	})
}

// ConfirmRole gives a role that an administrator has proposed.
func (s *Service) ConfirmRole(ctx context.Context, who Session, key string, id identity.PersonID, role identity.Role) error {
	return s.byPerson(ctx, who, key, func(d *identity.Directory, actor identity.Person) ([]identity.Event, error) {
		return identity.ConfirmRole(d, actor, id, role)
	})
}

// WithdrawRole takes a role from a person.
func (s *Service) WithdrawRole(ctx context.Context, who Session, key string, id identity.PersonID, role identity.Role, reason string) error {
	return s.byPerson(ctx, who, key, func(d *identity.Directory, actor identity.Person) ([]identity.Event, error) {
		return identity.WithdrawRole(d, actor, id, role, reason)
	})
}

// Train attests training for a protocol's version that the library has.
func (s *Service) Train(ctx context.Context, who Session, key string, id identity.PersonID, t identity.Training) error {
	known := false
	err := s.read(ctx, func(m *models) error {
		_, known = m.library.Find(t.Protocol, t.Version)
		return nil
	})
	switch {
	case err != nil:
		return err
	case !known:
		return &Refusal{Code: "no_such_protocol", Sentence: "The library has no such version of a protocol."}
	}
	return s.byPerson(ctx, who, key, func(d *identity.Directory, actor identity.Person) ([]identity.Event, error) {
		return identity.Train(d, actor, id, t, s.Now())
	})
}

// AttestKey confirms who holds a person's new key.
func (s *Service) AttestKey(ctx context.Context, who Session, key string, id identity.PersonID) error {
	return s.byPerson(ctx, who, key, func(d *identity.Directory, actor identity.Person) ([]identity.Event, error) {
		return identity.AttestKey(d, actor, id)
	})
}

// Suspend stops a person from doing anything here, and ends their sessions.
func (s *Service) Suspend(ctx context.Context, who Session, key string, id identity.PersonID, reason string) error {
	err := s.byPerson(ctx, who, key, func(d *identity.Directory, actor identity.Person) ([]identity.Event, error) {
		return identity.Suspend(d, actor, id, reason)
	})
	if err != nil {
		return err
	}
	if err := s.vault.EndSessions(ctx, id); err != nil {
		return s.broken("end a suspended person's sessions", err)
	}
	return nil
}

// Restore lets a suspended person work again.
func (s *Service) Restore(ctx context.Context, who Session, key string, id identity.PersonID, reason string) error {
	return s.byPerson(ctx, who, key, func(d *identity.Directory, actor identity.Person) ([]identity.Event, error) {
		return identity.Restore(d, actor, id, reason)
	})
}
