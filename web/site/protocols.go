package site

import (
	"context"
	"errors"
	"fmt"

	"countersign/audit"
	"countersign/audit/ledger"
	"countersign/identity"
	"countersign/protocol/library"
)

// Library gives every version of every protocol.
func (s *Service) Library(ctx context.Context, who Session) (*library.Library, error) {
	if err := requireFit(who); err != nil {
		return nil, err
	}
	var found *library.Library
	err := s.read(ctx, func(m *models) error {
		found = m.library
		return nil
	})
	return found, err
}

// Readers gives everybody whose role appears in a protocol's version, with
// their acknowledgement of it (CTL-14).
func (s *Service) Readers(ctx context.Context, who Session, name string, version int) ([]library.Reader, error) {
	if err := requireFit(who); err != nil {
		return nil, err
	}
	var readers []library.Reader
	err := s.read(ctx, func(m *models) error {
		v, ok := m.library.Find(name, version)
		if !ok {
			return &Refusal{Code: "no_such_version", Sentence: "The library has no such version."}
		}
		readers = library.Readers(v.Protocol, m.people.People())
		return nil
	})
	return readers, err
}

// ProtocolSheet is what will be signed of a protocol's life.
type ProtocolSheet struct {
	Nonce   string
	Name    string
	Command library.Command
	Lines   []string
	Meaning identity.Meaning
	Roles   []identity.Role
	Signer  identity.Person
}

// signerOf is who signs an act on a protocol: whoever is signed in, or, for an
// acknowledgement alone, somebody else at the same terminal. A second person
// who was not ready is, within seconds, where the work is (CTL-14).
func (s *Service) signerOf(ctx context.Context, who Session, c library.Command, username string) (identity.Person, error) {
	if username == "" {
		return who.Person, nil
	}
	if _, reads := c.(library.Acknowledge); !reads {
		return identity.Person{}, &Refusal{Code: "not_allowed", Sentence: "This is signed by whoever is signed in."}
	}
	return s.byUsername(ctx, username)
}

// ProposeProtocol draws the sheet of an act on a protocol. A text with faults
// gives protocol.Problems; what the rules refuse is recorded and refused here.
// Username is somebody else's who acknowledges a version here; empty when
// whoever is signed in signs.
func (s *Service) ProposeProtocol(ctx context.Context, who Session, c library.Command, username string) (ProtocolSheet, error) {
	if err := requireFit(who); err != nil {
		return ProtocolSheet{}, err
	}
	signer, err := s.signerOf(ctx, who, c, username)
	if err != nil {
		return ProtocolSheet{}, err
	}
	act := protocolAct{service: s, key: s.NewKey(), command: c, person: signer.ID}
	if err := act.tryOut(ctx); err != nil {
		return ProtocolSheet{}, err
	}
	lines, digest, err := s.protocolLines(ctx, c, signer.ID)
	if err != nil {
		return ProtocolSheet{}, err
	}
	name, _, err := library.Subject(c)
	if err != nil {
		return ProtocolSheet{}, err
	}
	sheet := ProtocolSheet{Nonce: s.NewKey(), Name: name, Command: c, Lines: lines, Signer: signer}
	sheet.Meaning, sheet.Roles, _ = library.Signs(c)
	return sheet, s.giveOut(ctx, who, sheet.Nonce, digest)
}

func (s *Service) protocolLines(ctx context.Context, c library.Command, signer identity.PersonID) (lines []string, digest audit.Hash, err error) {
	err = s.read(ctx, func(m *models) error {
		person, _ := m.people.Person(signer)
		lines, err = library.Lines(m.library, c, person, s.Now(), s.info.Location)
		return err
	})
	if err != nil {
		return nil, digest, err
	}
	raw, err := library.MarshalCommand(c)
	if err != nil {
		return nil, digest, err
	}
	parts := [][]byte{[]byte(signer), raw}
	for _, line := range lines {
		parts = append(parts, []byte(line))
	}
	return lines, digestOf(parts...), nil
}

// SignProtocol carries out an act on a protocol under the password of whoever
// signs it: see ProposeProtocol.
func (s *Service) SignProtocol(ctx context.Context, who Session, nonce string, c library.Command, username, password string) error {
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
	signer, err := s.signerOf(ctx, who, c, username)
	if err != nil {
		return err
	}
	act := protocolAct{service: s, key: nonce, command: c, person: signer.ID, password: password, shown: shown}
	return act.run(ctx)
}

// protocolAct is one command on a protocol on its way to the log.
type protocolAct struct {
	service  *Service
	key      string
	command  library.Command
	person   identity.PersonID
	password string
	shown    audit.Hash // digest of the sheet
}

// tryOut records and returns the refusal of a command that the rules would
// refuse now.
func (a protocolAct) tryOut(ctx context.Context) error {
	var refusal *Refusal
	var draft audit.Draft
	err := a.service.read(ctx, func(m *models) error {
		person, _ := m.people.Person(a.person)
		_, err := library.Decide(m.library, a.command, person, a.service.Now())
		var found bool
		if refusal, found = AsRefusal(err); !found {
			return err
		}
		name, _, err := library.Subject(a.command)
		if err != nil {
			return err
		}
		event := library.Refused(a.command, &library.Refusal{Code: refusal.Code, Sentence: refusal.Sentence})
		draft, err = library.DraftOf(event, name, a.person, a.service.Now())
		return err
	})
	if err != nil || refusal == nil {
		return err
	}
	if err := a.service.write(ctx, a.key, "refuse an act on a protocol", nil, []audit.Draft{draft}); err != nil {
		return err
	}
	return refusal
}

func (a protocolAct) run(ctx context.Context) error {
	s := a.service
	if _, done, err := s.ledger.Recall(ctx, a.key); err != nil || done {
		if err != nil {
			return s.broken("look for an earlier answer", err)
		}
		return nil
	}
	for range attempts {
		if err := a.tryOut(ctx); err != nil {
			return err
		}
		draft, condition, err := a.draft(ctx)
		if err != nil {
			return err
		}
		_, err = s.ledger.Append(ctx, ledger.Request{
			Key: a.key, Digest: digestOf(draft.Payload), Conditions: []audit.Condition{condition}, Drafts: []audit.Draft{draft},
		})
		var moved *ledger.Moved
		switch {
		case errors.As(err, &moved):
			continue
		case errors.Is(err, ledger.ErrKeyReused):
			return errKeyReused
		case err != nil:
			return s.broken("write to the log", err)
		}
		return nil
	}
	return &Conflict{Sentence: "Others are acting on this protocol at the same moment. Nothing of yours was written: look again, and try once more."}
}

func (a protocolAct) draft(ctx context.Context) (draft audit.Draft, condition audit.Condition, err error) {
	s := a.service
	lines, digest, err := s.protocolLines(ctx, a.command, a.person)
	if err != nil {
		return draft, condition, err
	}
	if digest != a.shown {
		return draft, condition, &Conflict{Sentence: "What you were shown has changed since the sheet was drawn, so nothing was signed. Read it again."}
	}
	var person identity.Person
	err = s.read(ctx, func(m *models) error {
		person, _ = m.people.Person(a.person)
		draft, err = library.Decide(m.library, a.command, person, s.Now())
		if err != nil {
			return err
		}
		condition = audit.Condition{Stream: draft.Stream, Version: person.Version}
		if draft.Stream == person.ID.Stream() {
			return nil // an acknowledgement
		}
		name, _, err := library.Subject(a.command)
		condition.Version = m.library.StreamVersion(name)
		return err
	})
	if err != nil {
		return draft, condition, err
	}
	head, err := s.ledger.StreamHead(ctx, draft.Stream)
	if err != nil {
		return draft, condition, s.broken("find the protocol's last entry", err)
	}
	if head.Version != condition.Version {
		return draft, condition, &Conflict{Sentence: fmt.Sprintf("Somebody else acted on this protocol at the same moment (entry %d). Look again.", head.Version)}
	}
	meaning, roles, _ := library.Signs(a.command)
	signature, err := s.signature(ctx, signing{
		person: person, meaning: meaning, roles: roles, nonce: a.key, lines: lines, head: head, draft: draft, password: a.password,
	})
	if err != nil {
		return draft, condition, err
	}
	draft.Signatures = []audit.Signature{signature}
	return draft, condition, nil
}
