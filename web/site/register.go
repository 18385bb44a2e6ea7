package site

import (
	"context"
	"errors"
	"slices"
	"time"

	"countersign/audit"
	"countersign/audit/ledger"
	"countersign/batch"
	"countersign/identity"
	"countersign/register"
)

// Registers runs show over the registers as they stand now. What it is given
// is not to be kept.
func (s *Service) Registers(ctx context.Context, who Session, show func(b *register.Books)) error {
	if err := requireFit(who); err != nil {
		return err
	}
	return s.read(ctx, func(m *models) error {
		show(m.books)
		return nil
	})
}

// RegisterSheet is what will be signed of an act on a register.
type RegisterSheet struct {
	Nonce   string
	Command register.Command
	Title   string
	Lines   []string
	Meaning identity.Meaning
	Roles   []identity.Role
}

// ProposeRegister draws the sheet of an act on a register. What the rules
// refuse is recorded and refused here, before anybody types a password.
func (s *Service) ProposeRegister(ctx context.Context, who Session, c register.Command) (RegisterSheet, error) {
	if err := requireFit(who); err != nil {
		return RegisterSheet{}, err
	}
	c, came := s.registerAsScanned(c)
	act := registerAct{service: s, key: s.NewKey(), command: c, came: came, person: who.Person.ID}
	lines, digest, err := act.lines(ctx)
	if err != nil {
		return RegisterSheet{}, act.refusedWith(ctx, err)
	}
	sheet := RegisterSheet{Nonce: s.NewKey(), Command: c, Title: c.Name(), Lines: lines}
	sheet.Meaning, sheet.Roles = c.Signs()
	return sheet, s.giveOut(ctx, who, sheet.Nonce, digest)
}

// SignRegister carries out an act on a register under the password of whoever
// is signed in.
func (s *Service) SignRegister(ctx context.Context, who Session, nonce string, c register.Command, password string) error {
	if err := requireFit(who); err != nil {
		return err
	}
	if err := checkKey(nonce); err != nil {
		return err
	}
	shown, err := s.shownTo(ctx, who, nonce)
	if err != nil {
		return err
	}
	c, came := s.registerAsScanned(c)
	act := registerAct{service: s, key: nonce, command: c, came: came, person: who.Person.ID, password: password, shown: shown}
	return act.run(ctx)
}

// registerAct is one command on a register on its way to the log.
type registerAct struct {
	service  *Service
	key      string
	command  register.Command
	came     arrival
	person   identity.PersonID
	password string
	shown    audit.Hash // digest of the sheet
}

// facts are what deciding needs and the books do not hold.
func (a registerAct) facts(ctx context.Context, m *models, now time.Time) (register.Facts, error) {
	person, ok := m.people.Person(a.person)
	if !ok {
		return register.Facts{}, &Refusal{Code: "no_such_person", Sentence: "Nobody of that name works here."}
	}
	deviation, err := m.aboutDeviation(ctx, a.command)
	if err != nil {
		return register.Facts{}, a.service.broken("read a batch", err)
	}
	blank, err := a.service.aboutBlank(ctx, m, a.command, person, now)
	f := register.Facts{Person: person, Zone: a.service.info.Location, Now: now, Sent: a.came.sent, Reach: m.reach(a.command), Deviation: deviation, Certificate: m.certificateOf, Blank: blank, Sample: m.aboutSample(a.command, a.service.info.Location)}
	if c, names := a.command.(register.NameCertifier); names {
		f.Named, _ = m.people.ByUsername(c.Username) // nobody is refused by the rules
	}
	return f, err
}

func (a registerAct) lines(ctx context.Context) (lines []string, digest audit.Hash, err error) {
	err = a.service.read(ctx, func(m *models) error {
		f, err := a.facts(ctx, m, a.service.Now())
		if err != nil {
			return err
		}
		lines, err = register.Lines(m.books, a.command, f)
		return err
	})
	if err != nil {
		return nil, digest, err
	}
	raw, err := register.MarshalCommand(a.command)
	if err != nil {
		return nil, digest, err
	}
	parts := [][]byte{raw}
	for _, line := range lines {
		parts = append(parts, []byte(line))
	}
	return lines, digestOf(parts...), nil
}

// refusedWith records what the rules refused, and gives the answer.
func (a registerAct) refusedWith(ctx context.Context, err error) error {
	refusal, ok := AsRefusal(err)
	if !ok {
		return err
	}
	var draft audit.Draft
	failed := a.service.read(ctx, func(m *models) (err error) {
		refused := register.Refused(m.books, a.command, &register.Refusal{Code: refusal.Code, Sentence: refusal.Sentence})
		draft, err = register.DraftOf(refused, a.person, a.service.Now(), a.service.salt)
		return err
	})
	if failed != nil {
		return failed
	}
	if err := a.service.write(ctx, a.service.NewKey(), "refuse an act on a register", nil, []audit.Draft{draft}); err != nil {
		return err
	}
	return refusal
}

func (a registerAct) run(ctx context.Context) error {
	s := a.service
	if _, done, err := s.ledger.Recall(ctx, a.key); err != nil || done {
		if err != nil {
			return s.broken("look for an earlier answer", err)
		}
		return nil
	}
	for attempt := range attempts {
		lines, digest, err := a.lines(ctx)
		if err != nil {
			return a.refusedWith(ctx, err)
		}
		if digest != a.shown {
			return &Conflict{Sentence: "What you were shown has changed since the sheet was drawn, so nothing was signed. Read it again."}
		}
		drafts, conditions, err := a.draft(ctx, lines, attempt)
		if err != nil {
			return err
		}
		_, err = s.ledger.Append(ctx, ledger.Request{Key: a.key, Digest: digestOf(drafts[0].Payload), Conditions: conditions, Drafts: drafts})
		var moved *ledger.Moved
		switch {
		case errors.As(err, &moved):
			continue
		case errors.Is(err, ledger.ErrKeyReused):
			return errKeyReused
		case err != nil:
			return s.broken("write to the log", err)
		}
		return s.carry(ctx, "")
	}
	return &Conflict{Sentence: "Others are acting on this at the same moment. Nothing of yours was written: look again, and try once more."}
}

// draft decides and signs. The signed entry is the first; beside a recall's
// stands what it ends and stops.
func (a registerAct) draft(ctx context.Context, lines []string, attempt int) (drafts []audit.Draft, conditions []audit.Condition, err error) {
	s := a.service
	var f register.Facts
	var draft audit.Draft
	err = s.read(ctx, func(m *models) error {
		now := s.Now()
		if f, err = a.facts(ctx, m, now); err != nil {
			return err
		}
		written, err := register.Decide(m.books, a.command, f)
		if err != nil {
			return err
		}
		if draft, err = register.DraftOf(written, a.person, now, s.salt); err != nil {
			return err
		}
		conditions = []audit.Condition{
			{Stream: draft.Stream, Version: m.books.Version(draft.Stream)},
			{Stream: f.Person.ID.Stream(), Version: f.Person.Version},
		}
		more, rests, err := s.besideRecall(ctx, m, written, a.person, now, attempt)
		if err != nil {
			return err
		}
		follows, on, err := s.besideDeviation(ctx, m, written, a.person, now)
		if err != nil {
			return err
		}
		made, of, err := s.besideOrigin(m, written, a.person, now)
		if err != nil {
			return err
		}
		paper, under, err := s.besideBlank(ctx, m, written, a.person, now)
		drafts, rests = slices.Concat(drafts, more, follows, made, paper), slices.Concat(rests, on, of, under)
		for _, one := range rests {
			if !slices.Contains(conditions, one) {
				conditions = append(conditions, one)
			}
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	head, err := s.ledger.StreamHead(ctx, draft.Stream)
	if err != nil {
		return nil, nil, s.broken("find the register's last entry", err)
	}
	if head.Version != conditions[0].Version {
		return nil, nil, &Conflict{Sentence: "Somebody else acted on this at the same moment. Look again."}
	}
	meaning, roles := a.command.Signs()
	signature, err := s.signature(ctx, signing{
		person: f.Person, meaning: meaning, roles: roles, nonce: a.key, lines: lines, head: head, draft: draft, password: a.password,
	})
	if err != nil {
		return nil, nil, err
	}
	draft.Signatures = []audit.Signature{signature}
	return append([]audit.Draft{draft}, drafts...), conditions, nil
}

// free gives back the machines that a batch has and needs no more. A crash
// before it leaves them held until the batch's next act, or the daemon's start.
func (s *Service) free(ctx context.Context, state *batch.State, by identity.PersonID) error {
	if state == nil {
		return nil
	}
	var drafts []audit.Draft
	var conditions []audit.Condition
	err := s.read(ctx, func(m *models) error {
		for _, item := range state.Items {
			fit, ok := m.books.Scanned(item.Code, s.Now())
			if !ok || fit.Holder != state.ID || state.Needs(item.Name) {
				continue
			}
			row := register.Written{Stream: fit.Rows(), Event: register.EquipmentFreed{Batch: state.ID, Item: item.Name}}
			draft, err := register.DraftOf(row, by, s.Now(), s.salt)
			if err != nil {
				return err
			}
			drafts = append(drafts, draft)
			conditions = append(conditions, audit.Condition{Stream: fit.Rows(), Version: fit.Row})
		}
		return nil
	})
	if err != nil || len(drafts) == 0 {
		return err
	}
	_, err = s.ledger.Append(ctx, ledger.Request{Conditions: conditions, Drafts: drafts})
	var moved *ledger.Moved
	if err != nil && !errors.As(err, &moved) { // somebody else has freed it
		return s.broken("free a machine", err)
	}
	return nil
}

// SeesPatients says whether a session may be shown who a lot is for (COI-09).
func (who Session) SeesPatients() bool { return seesPatients(who.Person) }
