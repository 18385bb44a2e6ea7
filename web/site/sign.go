package site

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/audit"
	"countersign/batch"
	"countersign/identity"
	"countersign/identity/vault"
)

// sheetLife is how long a signing sheet can be signed after it was drawn.
const sheetLife = 15 * time.Minute

// Sheet is what a person reads before signing, and all that is signed.
type Sheet struct {
	Nonce   string // given out once; also the act's idempotency key
	Batch   string
	Version int64 // the batch's version when the sheet was drawn
	Command batch.Command
	Title   string
	Lines   []string
	Meaning identity.Meaning
	Roles   []identity.Role // who may sign
	Second  bool            // somebody other than the person signed in signs
	Digest  string          // of command and lines
	// Becomes are the exceptions that the act makes as things stand, a sentence
	// each. They are not signed: by the signature the clock has gone on.
	Becomes []string
}

// Propose draws the sheet for a command that needs a signature. What the
// rules refuse is recorded and refused here, before anybody types a password.
// Username is the second person's; empty when whoever is signed in will sign.
func (s *Service) Propose(ctx context.Context, who Session, id string, c batch.Command, username string) (Sheet, error) {
	if err := requireFit(who); err != nil {
		return Sheet{}, err
	}
	c, came := s.asScanned(c)
	state, err := s.batch(ctx, id)
	if err != nil {
		return Sheet{}, err
	}
	meaning, roles, signed := batch.Signs(state, c)
	if !signed {
		return Sheet{}, &Refusal{Code: "no_signature_needed", Sentence: "This act needs no signature."}
	}
	second := NamesSigner(state, who.Person, c)
	signer := who.Person.ID
	if username != "" {
		found, err := s.byUsername(ctx, username)
		if err != nil {
			return Sheet{}, err
		}
		signer = found.ID
	}
	f, _, err := s.facts(ctx, signer, state, c, s.Now())
	if err != nil {
		return Sheet{}, err
	}
	f = came.facts(f)
	var becomes []string
	if !second || username != "" {
		act := batchAct{service: s, key: s.NewKey(), id: id, command: c, person: signer}
		if becomes, err = act.tryOut(ctx, state, f); err != nil {
			return Sheet{}, err
		}
	}
	lines, err := batch.Lines(state, c, f)
	if err != nil {
		return Sheet{}, err
	}
	digest, err := sheetDigest(id, c, lines)
	if err != nil {
		return Sheet{}, err
	}
	sheet := Sheet{
		Nonce: s.NewKey(), Batch: id, Command: c, Title: batch.CommandName(c), Lines: lines,
		Meaning: meaning, Roles: roles, Second: second, Digest: hex.EncodeToString(digest[:]), Becomes: becomes,
	}
	if state != nil {
		sheet.Version = state.Version
	}
	return sheet, s.giveOut(ctx, who, sheet.Nonce, digest)
}

// NamesSigner says that the sheet of a command asks for the name of whoever
// signs: a second person's check or witness, and a decision after a stop, over a patient
// who did not match, or on immediate use, at the terminal of somebody who may
// not take it. Who may signs it there and then (CTL-07, COI-03, LAB-02).
func NamesSigner(state *batch.State, at identity.Person, c batch.Command) bool {
	switch c := c.(type) {
	case batch.Check, batch.ConfirmCorrection, batch.WitnessCode, batch.WitnessFate, batch.ConfirmTyped, batch.TakeOverShift, batch.LiftHold:
		return true
	case batch.EnterKept:
		return state != nil && state.KeptBy(c.Kept) != at.ID
	case batch.ConfirmNumber:
		// Whoever linked it confirms nothing: somebody else does, at this terminal too.
		return state != nil && lastLinker(state) == at.ID
	case batch.AfterStop, batch.Resolve, batch.DecideTogether, batch.ImmediateUse:
		_, roles, _ := batch.Signs(state, c)
		return !slices.ContainsFunc(roles, at.Has)
	}
	return false
}

// tryOut records and returns the refusal of a command that the rules would
// refuse now, and says what one that they let pass would make besides.
func (a batchAct) tryOut(ctx context.Context, state *batch.State, f batch.Facts) (becomes []string, err error) {
	events, err := batch.Decide(state, a.command, f, a.service.Now())
	if err == nil {
		return batch.Becomes(events), nil
	}
	if refusal, ok := AsRefusal(err); ok && (state != nil || batch.Uncovered(refusal.Code)) {
		// Deciding again writes the refusal down with the state as it is then.
		if _, again := a.run(ctx); again != nil {
			return nil, again
		}
		return nil, &Conflict{Sentence: "The batch has just moved on. Look at it again.", Batch: state}
	}
	return nil, err
}

func sheetDigest(id string, c batch.Command, lines []string) (audit.Hash, error) {
	raw, err := batch.MarshalCommand(c)
	if err != nil {
		return audit.Hash{}, err
	}
	return digestOf([]byte(id), raw, []byte(strings.Join(lines, "\n"))), nil
}

// Sign carries out a command under somebody's password. The sheet must be the
// one that Propose gave out to this session, and its lines must still be what
// would be shown now; otherwise the answer is a Conflict and nothing is signed.
func (s *Service) Sign(ctx context.Context, who Session, nonce, id string, c batch.Command, username, password string) (*batch.State, error) {
	if err := requireFit(who); err != nil {
		return nil, err
	}
	if err := checkKey(nonce); err != nil {
		return nil, err
	}
	person := who.Person
	if username != "" {
		found, err := s.byUsername(ctx, username)
		if err != nil {
			return nil, err
		}
		person = found
	}
	shown, err := s.shownTo(ctx, who, nonce)
	if err != nil {
		return nil, err
	}
	c, came := s.asScanned(c)
	act := batchAct{service: s, key: nonce, id: id, command: c, came: came, person: person.ID}
	act.sign = func(ctx context.Context, state *batch.State, f batch.Facts, head audit.Head, d audit.Draft) (audit.Signature, error) {
		lines, err := batch.Lines(state, c, f)
		if err != nil {
			return audit.Signature{}, err
		}
		digest, err := sheetDigest(id, c, lines)
		if err != nil {
			return audit.Signature{}, err
		}
		if digest != shown {
			return audit.Signature{}, &Conflict{
				Sentence: "What you were shown has changed since the sheet was drawn, so nothing was signed. Read it again.",
				Batch:    masked(state, who),
			}
		}
		meaning, roles, _ := batch.Signs(state, c)
		return s.signature(ctx, signing{
			person: f.Person, meaning: meaning, roles: roles, protocol: f.Protocol.Name, version: f.Protocol.Version, need: batch.Needs(state, c),
			nonce: nonce, lines: lines, head: head, draft: d, password: password,
		})
	}
	state, err := act.run(ctx)
	if err != nil {
		return nil, err
	}
	return masked(state, who), nil
}

// signing is everything that one signature is made of.
type signing struct {
	person   identity.Person
	meaning  identity.Meaning
	roles    []identity.Role
	protocol string // in whose batch it is signed; "" when in none
	version  int
	need     identity.Need
	nonce    string
	lines    []string
	head     audit.Head
	draft    audit.Draft
	password string
}

func (s *Service) signature(ctx context.Context, w signing) (audit.Signature, error) {
	role, training, err := identity.AuthorityFor(w.person, w.meaning, w.roles, w.protocol, w.version, w.need, w.draft.Time)
	if err != nil {
		return audit.Signature{}, err
	}
	signature, err := identity.Block(w.person, role, w.meaning, training)
	if err != nil {
		return audit.Signature{}, err
	}
	raw, err := hex.DecodeString(w.nonce)
	if err != nil {
		return audit.Signature{}, err
	}
	copy(signature.Nonce[:], raw)
	signature.Time, signature.Shown, signature.Method = w.draft.Time, w.lines, "password"
	statement := audit.NewStatement(audit.Origin(s.info.Origin), w.head, w.draft, signature)
	signature.Value, err = s.vault.Sign(ctx, w.person.ID, w.password, statement)
	if err != nil {
		return audit.Signature{}, s.credential(ctx, w.person, "sign", err)
	}
	return signature, nil
}

// credential turns what the vault says of a password into an answer, and
// records the failure in the person's stream before the answer is given.
func (s *Service) credential(ctx context.Context, person identity.Person, doing string, fault error) error {
	answer := credentialRefusal(fault, s.onSiteClock)
	if answer == nil {
		return s.broken("check the password", fault)
	}
	if err := s.tell(ctx, identity.TurnedAway(person.ID, doing, answer.Code), string(person.ID)); err != nil {
		return err
	}
	return answer
}

// onSiteClock is a moment of the daemon's own clock as the site's clock will show
// it: that of a training site may be ahead.
func (s *Service) onSiteClock(at time.Time) time.Time {
	return s.Now().Add(at.Sub(s.wall())).In(s.info.Location)
}

func credentialRefusal(fault error, shown func(time.Time) time.Time) *Refusal {
	var locked *vault.ErrLocked
	switch {
	case errors.As(fault, &locked):
		return &Refusal{Code: "locked_out", Sentence: fmt.Sprintf(
			"Too many wrong passwords. This account is locked until %s, or until the site administrator unlocks it.",
			shown(locked.Until).Format("15:04 MST"))}
	case errors.Is(fault, vault.ErrWrong):
		return &Refusal{Code: "wrong_password", Sentence: "The password is wrong, or not that of this person. Nothing was signed; what you recorded is kept."}
	case errors.Is(fault, vault.ErrExpired):
		return &Refusal{Code: "expired", Sentence: "This one-time password has expired. Ask the site administrator for a new one."}
	case errors.Is(fault, vault.ErrMustChange):
		return &Refusal{Code: "must_set_password", Sentence: "Sign in once and choose your own password before you sign anything."}
	}
	return nil
}

// giveOut remembers what a session was shown under a nonce.
func (s *Service) giveOut(ctx context.Context, who Session, nonce string, digest audit.Hash) error {
	err := s.vault.Challenge(ctx, vault.Challenge{
		Nonce: nonce, Session: who.ID, Digest: digest, Expires: s.wall().Add(sheetLife),
	})
	if err != nil {
		return s.broken("remember the sheet", err)
	}
	return nil
}

func (s *Service) shownTo(ctx context.Context, who Session, nonce string) (audit.Hash, error) {
	challenge, err := s.vault.Shown(ctx, nonce)
	switch {
	case errors.Is(err, vault.ErrNoChallenge), err == nil && challenge.Session != who.ID:
		return audit.Hash{}, &Refusal{Code: "no_such_sheet", Sentence: "This sheet was not given out here, or too long ago. Open it again and read it."}
	case err != nil:
		return audit.Hash{}, s.broken("find the sheet", err)
	}
	return challenge.Digest, nil
}

func (s *Service) byUsername(ctx context.Context, username string) (person identity.Person, err error) {
	err = s.read(ctx, func(m *models) error {
		found, ok := m.people.ByUsername(strings.TrimSpace(username))
		if !ok {
			return &Refusal{Code: "wrong_password", Sentence: "The name or the password is wrong. Nothing was signed; what you recorded is kept."}
		}
		person = found
		return nil
	})
	return person, err
}
