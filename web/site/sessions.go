package site

import (
	"context"
	"errors"
	"strings"
	"time"

	"countersign/audit"
	"countersign/audit/ledger"
	"countersign/identity"
	"countersign/identity/vault"
)

// Session is somebody signed in at a terminal.
type Session struct {
	ID         string
	Person     identity.Person
	MustChange bool // still has a one-time password
	Locked     bool // idle for too long
	Since      time.Time
	IdleAt     time.Time // when it locks if nothing happens, by the site's clock
	Terminal   string
}

var errWrong = &Refusal{Code: "wrong_password", Sentence: "The name or the password is wrong."}

// SignIn opens a session. Failures are recorded (SEC-03), and too many lock
// the account (SEC-04). Who has a one-time password gets no session: they
// choose a password of their own first, with SetPassword.
func (s *Service) SignIn(ctx context.Context, username, password, terminal string) (token string, who Session, err error) {
	person, err := s.authenticate(ctx, username, password)
	if err != nil {
		return "", Session{}, err
	}
	token, begun, err := s.vault.Begin(ctx, person.ID, terminal)
	if err != nil {
		return "", Session{}, s.broken("begin a session", err)
	}
	if err := s.tell(ctx, identity.SignedIn(person.ID, terminal), string(person.ID)); err != nil {
		return "", Session{}, err
	}
	return token, s.session(begun, person), nil
}

func (s *Service) authenticate(ctx context.Context, username, password string) (identity.Person, error) {
	person, err := s.byUsername(ctx, username)
	if err != nil {
		// Somebody unknown costs as much time as somebody known.
		if _, checked := s.vault.Check(ctx, "nobody", password); checked != nil && !errors.Is(checked, vault.ErrWrong) {
			return person, s.broken("check a password", checked)
		}
		return person, errWrong
	}
	oneTime, err := s.vault.Check(ctx, person.ID, password)
	switch {
	case err != nil:
		answer := s.credential(ctx, person, "sign in", err)
		if refusal, ok := AsRefusal(answer); ok && refusal.Code == errWrong.Code {
			return person, errWrong
		}
		return person, answer
	case !person.Active:
		return person, &Refusal{Code: "suspended", Sentence: "This account is suspended. Ask the site administrator."}
	case oneTime:
		return person, &Refusal{Code: "must_set_password", Sentence: "This password works once, to choose your own."}
	}
	return person, s.finishEnrolment(ctx, person)
}

func (s *Service) session(begun vault.Session, person identity.Person) Session {
	return Session{
		ID: begun.ID, Person: person, Locked: begun.Locked, Since: begun.Since, Terminal: begun.Terminal,
		IdleAt: s.Now().Add(begun.IdleAt.Sub(s.wall())),
	}
}

// Resume finds the session of a token, and notes that its person is there.
func (s *Service) Resume(ctx context.Context, token string) (Session, error) {
	return s.found(ctx, token, s.vault.Resume)
}

// Look finds the session of a token as [Service.Resume] does, and keeps it no
// longer awake by that: listening is not being there (SEC-04).
func (s *Service) Look(ctx context.Context, token string) (Session, error) {
	return s.found(ctx, token, s.vault.Look)
}

func (s *Service) found(ctx context.Context, token string, find func(context.Context, string) (vault.Session, error)) (Session, error) {
	begun, err := find(ctx, token)
	if err != nil {
		return Session{}, s.noSession(err)
	}
	var person identity.Person
	err = s.read(ctx, func(m *models) error {
		person, _ = m.people.Person(begun.Person)
		return nil
	})
	return s.session(begun, person), err
}

func (s *Service) noSession(err error) error {
	if errors.Is(err, vault.ErrNoSession) {
		return &Refusal{Code: "no_session", Sentence: "Nobody is signed in here, or not any more. Sign in; what was recorded is kept."}
	}
	return s.broken("look after a session", err)
}

// Unlock opens a locked session again with its person's password, under a new
// token.
func (s *Service) Unlock(ctx context.Context, token, password string) (next string, err error) {
	who, err := s.Resume(ctx, token)
	if err != nil {
		return "", err
	}
	if _, err := s.authenticate(ctx, who.Person.Username, password); err != nil {
		return "", err
	}
	if next, err = s.vault.Reopen(ctx, token); err != nil {
		return "", s.noSession(err)
	}
	return next, nil
}

// Lock locks a session until its person's password is given again.
func (s *Service) Lock(ctx context.Context, token string) error {
	if err := s.vault.Lock(ctx, token); err != nil {
		return s.noSession(err)
	}
	return nil
}

// SignOut ends a session.
func (s *Service) SignOut(ctx context.Context, token string) error {
	who, err := s.Resume(ctx, token)
	if err != nil {
		return err
	}
	if err := s.vault.End(ctx, token); err != nil {
		return s.noSession(err)
	}
	return s.tell(ctx, identity.SignedOut(who.Person.ID, who.Terminal), string(who.Person.ID))
}

// SetPassword replaces a password by one that its person chose. After a first
// one-time password the person's signing key is made and enrolled, for which
// they accept the accountability statement (SIG-07).
func (s *Service) SetPassword(ctx context.Context, username, current, next string, accept bool) error {
	person, err := s.byUsername(ctx, username)
	if err != nil {
		return errWrong
	}
	if !person.Active {
		return &Refusal{Code: "suspended", Sentence: "This account is suspended. Ask the site administrator."}
	}
	if !accept {
		return &Refusal{Code: "not_accepted", Sentence: "You can work here only once you have accepted the statement."}
	}
	_, err = s.vault.Choose(ctx, person.ID, person.Username, current, next)
	if _, refused := AsRefusal(err); refused {
		return err
	}
	if err != nil {
		return s.credential(ctx, person, "choose a password", err)
	}
	return s.finishEnrolment(ctx, person)
}

// RetirePassword makes the person's own password a one-time one: the demo
// hands its people over in this way.
func (s *Service) RetirePassword(ctx context.Context, username, current string) (oneTime string, err error) {
	person, err := s.byUsername(ctx, username)
	if err != nil {
		return "", err
	}
	if oneTime, err = s.vault.Retire(ctx, person.ID, current); err != nil {
		return "", s.credential(ctx, person, "retire a password", err)
	}
	return oneTime, nil
}

// finishEnrolment writes the person's public key into the log when the vault
// has one that the log does not know: the second half of choosing a first
// password, and what a crash between the halves leaves to be done.
func (s *Service) finishEnrolment(ctx context.Context, person identity.Person) error {
	public, issuer, err := s.vault.Enrolled(ctx, person.ID)
	if err != nil {
		return s.broken("look for a key", err)
	}
	for _, key := range person.Keys {
		if key.Public == public && key.Until == 0 {
			return nil
		}
	}
	return s.staffAct(ctx, s.NewKey(), string(person.ID), func(m *models) ([]identity.Event, error) {
		return identity.EnrolKey(m.people, person.ID, public, issuer, true)
	})
}

// tell writes one fact about a person.
func (s *Service) tell(ctx context.Context, event identity.Event, actor string) error {
	draft, err := event.Draft(s.Now(), actor)
	if err != nil {
		return s.broken("write down what happened", err)
	}
	return s.write(ctx, s.NewKey(), string(event.Kind), nil, []audit.Draft{draft})
}

// write appends drafts that one key stands for.
func (s *Service) write(ctx context.Context, key, doing string, conditions []audit.Condition, drafts []audit.Draft) error {
	digest := digestOf([]byte(doing))
	for _, draft := range drafts {
		digest = digestOf(digest[:], []byte(draft.Stream), []byte(draft.Kind), draft.Payload)
	}
	_, err := s.ledger.Append(ctx, ledger.Request{Key: key, Digest: digest, Conditions: conditions, Drafts: drafts})
	var moved *ledger.Moved
	switch {
	case errors.As(err, &moved):
		return &Conflict{Sentence: "Somebody else acted at the same moment, and nothing of yours was written. Look again, and try once more."}
	case errors.Is(err, ledger.ErrKeyReused):
		return errKeyReused
	case err != nil:
		return s.broken(strings.TrimSpace("write to the log: "+doing), err)
	}
	return nil
}
