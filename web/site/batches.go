package site

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/audit"
	"countersign/audit/ledger"
	"countersign/batch"
	"countersign/identity"
	"countersign/protocol/library"
	"countersign/register"
	"countersign/reports"
)

// attempts bounds how often an act is decided again because somebody else's
// entry came first: ten people at one batch, and what their acts give rise to.
const attempts = 24

// Lines gives what lists show of every batch, the newest first.
func (s *Service) Lines(ctx context.Context, who Session) (all []*batch.Line, err error) {
	err = s.read(ctx, func(m *models) error {
		all = m.batches.sorted()
		return nil
	})
	for i := range all {
		if !seesPatients(who.Person) {
			all[i] = all[i].WithoutPatient()
		}
	}
	return all, err
}

// Underway gives every batch in which something is still to be done, the newest
// first.
func (s *Service) Underway(ctx context.Context, who Session) (all []*batch.State, err error) {
	err = s.read(ctx, func(m *models) error {
		all = m.batches.underway()
		return nil
	})
	for i := range all {
		all[i] = masked(all[i], who)
	}
	return all, err
}

// Batch gives one batch as it stands now.
func (s *Service) Batch(ctx context.Context, who Session, id string) (*batch.State, error) {
	state, err := s.batch(ctx, id)
	if err != nil {
		return nil, err
	}
	if state == nil {
		return nil, &Refusal{Code: "no_such_batch", Sentence: fmt.Sprintf("There is no batch %s here.", id)}
	}
	return masked(state, who), nil
}

// batch gives a batch's state, or nil when there is none.
func (s *Service) batch(ctx context.Context, id string) (state *batch.State, err error) {
	err = s.read(ctx, func(m *models) (err error) {
		state, err = s.whole(ctx, m, id)
		return err
	})
	return state, err
}

// whole is batch for whoever holds the models.
func (s *Service) whole(ctx context.Context, m *models, id string) (*batch.State, error) {
	state, err := m.batch(ctx, id)
	if err != nil {
		return nil, s.broken("read a batch", err)
	}
	return state, nil
}

// masked takes the patient out of what somebody sees who needs no identity
// (COI-09). The log is as it was.
func masked(state *batch.State, who Session) *batch.State {
	if state == nil || seesPatients(who.Person) {
		return state
	}
	blank := *state
	blank.Links = batch.MaskedLinks(state.Links)
	blank.Patient, blank.Masked, blank.Labellings = batch.Patient{}, true, batch.MaskedLabellings(state.Labellings)
	blank.Steps = batch.WithoutWristbands(batch.MaskedSteps(state.Steps))
	blank.News, blank.Kept = batch.MaskedNews(state.News), batch.MaskedKept(state.Kept)
	return &blank
}

// facts gathers what deciding needs and the batch does not hold, as at the
// moment of now, and says which streams it rests on: whoever writes what was
// decided does so only while these stand where they stood.
func (s *Service) facts(ctx context.Context, person identity.PersonID, state *batch.State, c batch.Command, now time.Time) (f batch.Facts, rests []audit.Condition, err error) {
	err = s.read(ctx, func(m *models) (err error) {
		f, rests, err = s.factsIn(m, person, state, c, now)
		return err
	})
	return f, rests, err
}

// toOpen gathers what an opening needs: whether the version is effective at
// that moment (MBR-01), who could work in it (CTL-14), its record's issue
// number, and what was opened for the same order before (MBR-03).
func (m *models) toOpen(f *batch.Facts, c batch.Open, now time.Time) {
	version, found := m.library.Find(c.Protocol, c.Version)
	if !found {
		return
	}
	f.Protocol, f.Settings = version.Protocol, reports.Settings(m.library, c.Protocol, c.Version)
	effective, ok := m.library.Effective(c.Protocol, now)
	f.Effective = ok && effective.Protocol.Version == c.Version && effective.Protocol.Digest == c.Digest
	f.Unread = library.Unread(version.Protocol, m.people.People())
	f.Issue = 1
	for _, line := range m.batches.sorted() {
		if line.Protocol == nil {
			continue
		}
		if line.Protocol.Name == c.Protocol && line.Protocol.Version == c.Version {
			f.Issue++
		}
		if line.ForOrder(c) && line.ID != c.Batch {
			f.Earlier = append([]batch.Earlier{{Batch: line.ID, Status: line.Status, Ended: line.Ended()}}, f.Earlier...)
		}
	}
}

// factsIn is facts for whoever holds the models.
func (s *Service) factsIn(m *models, person identity.PersonID, state *batch.State, c batch.Command, now time.Time) (batch.Facts, []audit.Condition, error) {
	f := batch.Facts{Origin: s.info.Origin, Site: s.info.Name + ", " + s.info.Unit, Zone: s.info.Location}
	f.Unsound = s.unsound()
	found, ok := m.people.Person(person)
	if !ok {
		return f, nil, &Refusal{Code: "no_such_person", Sentence: "Nobody of that name works here."}
	}
	f.Person = found
	f.Deviations, f.Blanks = m.deviationsOf(state), m.blanksOf(state)
	f.Registered = map[string]register.Fitness{}
	for _, code := range batch.Codes(state, c) {
		if fit, ok := m.books.Scanned(code, now); ok {
			f.Registered[code] = fit
		}
	}
	m.toMatch(&f, state, c, now, s.info.Location)
	f.Reading, f.Alarms = m.readingOf(c), m.alarmsOf(state)
	rests := []audit.Condition{{Stream: found.ID.Stream(), Version: found.Version}}
	if id, ok := batch.DoerOf(c); ok {
		if doer, ok := m.people.Person(id); ok {
			f.Doer = doer
			rests = append(rests, audit.Condition{Stream: doer.ID.Stream(), Version: doer.Version})
		}
	}
	unit := ""
	if state != nil {
		f.Protocol, unit = state.Protocol, state.Basis.Unit
	}
	if open, ok := c.(batch.Open); ok {
		unit = open.Unit
		m.toOpen(&f, open, now)
		rests = append(rests, audit.Condition{Stream: library.Stream(open.Protocol), Version: m.library.StreamVersion(open.Protocol)})
	}
	if f.Protocol != nil {
		f.Standing = m.books.Standing(f.Protocol.Product.Code, f.Protocol.Product.Form, unit, now)
	}
	return f, rests, nil
}

// Do carries out a command that needs no signature. A repeated key is
// answered from the log. When the form was drawn from an older version and the
// command no longer fits, the answer is a Conflict and not a Refusal.
func (s *Service) Do(ctx context.Context, who Session, key, id string, seen int64, c batch.Command) (*batch.State, error) {
	if err := requireFit(who); err != nil {
		return nil, err
	}
	if err := checkKey(key); err != nil {
		return nil, err
	}
	c, came := s.asScanned(c)
	switch c.(type) {
	case batch.Recall:
		return nil, &Refusal{Code: "signature_needed", Sentence: "A batch is recalled by the signed act of a recall, and not by itself."}
	case batch.FollowBlank:
		return nil, &Refusal{Code: "signature_needed", Sentence: "A blank reaches a batch by a signed act on the blank, and not by itself."}
	case batch.AttachDeviation, batch.RuleDeviation:
		return nil, &Refusal{Code: "signature_needed", Sentence: "A deviation reaches a batch by an act on the deviation, and not by itself."}
	}
	state, err := s.batch(ctx, id)
	if err != nil {
		return nil, err
	}
	if _, _, signed := batch.Signs(state, c); signed {
		return nil, &Refusal{Code: "signature_needed", Sentence: "This act needs a signature."}
	}
	act := batchAct{service: s, key: key, id: id, command: c, came: came, person: who.Person.ID}
	after, err := act.run(ctx)
	if refusal, ok := AsRefusal(err); ok && seen > 0 && state != nil && seen < state.Version {
		return nil, &Conflict{Sentence: "Somebody else was here since your page was drawn. " + refusal.Sentence, Batch: masked(state, who)}
	}
	return masked(after, who), err
}

// batchAct is one command on its way to the log.
type batchAct struct {
	service *Service
	key     string // idempotency key
	id      string // batch
	command batch.Command
	came    arrival
	person  identity.PersonID
	// sign makes the signature over the first draft; nil for unsigned acts.
	sign func(ctx context.Context, state *batch.State, f batch.Facts, head audit.Head, d audit.Draft) (audit.Signature, error)
}

// run decides and appends, again when somebody was faster.
func (a batchAct) run(ctx context.Context) (*batch.State, error) {
	s := a.service
	raw, err := batch.MarshalCommand(a.command)
	if err != nil {
		return nil, err
	}
	digest := digestOf([]byte(a.id), []byte(a.person), raw)
	if _, ok := a.command.(batch.Open); ok {
		// One at a time: the log has one writer, and that is this process, so that
		// no two records get one issue number, nor one order two batches (MBR-03).
		s.opening.Lock()
		defer s.opening.Unlock()
	}
	for range attempts {
		if state, done, err := a.recall(ctx); done || err != nil {
			return state, err
		}
		if err := s.carry(ctx, a.id); err != nil {
			return nil, err
		}
		if err := s.raiseDue(ctx, a.id); err != nil {
			return nil, err
		}
		state, err := s.batch(ctx, a.id)
		if err != nil {
			return nil, err
		}
		now := s.Now()
		f, rests, err := s.facts(ctx, a.person, state, a.command, now)
		if err != nil {
			return nil, err
		}
		f = a.came.facts(f)
		drafts, refusal, err := a.decide(state, f, now)
		if err != nil {
			return nil, s.broken("decide", err)
		}
		condition := audit.Condition{Stream: batch.Stream(a.id)}
		if state != nil {
			condition.Version = state.Version
		}
		if refusal == nil && a.sign != nil {
			head, err := s.ledger.StreamHead(ctx, condition.Stream)
			if err != nil {
				return nil, s.broken("find the batch's last entry", err)
			}
			if head.Version != condition.Version {
				continue
			}
			signature, err := a.sign(ctx, state, f, head, drafts[0])
			if err != nil {
				return nil, err
			}
			drafts[0].Signatures = []audit.Signature{signature}
		}
		rests = append(rests, batch.Grounds(a.command, f)...)
		if refusal == nil {
			rests = append(rests, batch.Rests(state, a.command, f, now)...)
		}
		request := ledger.Request{Key: a.key, Digest: digest, Conditions: append(rests, condition), Drafts: drafts}
		_, err = s.ledger.Append(ctx, request)
		var moved *ledger.Moved
		switch {
		case errors.As(err, &moved):
			continue
		case errors.Is(err, ledger.ErrKeyReused):
			return nil, errKeyReused
		case err != nil:
			return nil, s.broken("write to the log", err)
		}
		if refusal != nil {
			return nil, refusal
		}
		if err := s.raiseDue(ctx, a.id); err != nil {
			return nil, err
		}
		after, err := s.batch(ctx, a.id)
		if err != nil {
			return nil, err
		}
		return after, s.free(ctx, after, a.person)
	}
	return nil, &Conflict{Sentence: "Others are acting on this batch at the same moment. Nothing of yours was written: look at what they did, and try again."}
}

// decide gives the drafts of what the rules accept, or the one draft of what
// they refuse together with the refusal.
func (a batchAct) decide(state *batch.State, f batch.Facts, now time.Time) ([]audit.Draft, *Refusal, error) {
	command := drawn(state, a.command, f, now)
	events, err := batch.Decide(state, command, f, now)
	refusal, isRefusal := AsRefusal(err)
	switch {
	case isRefusal && state == nil && batch.Uncovered(refusal.Code):
		draft, err := register.DraftOf(a.unopened(f, refusal), a.person, now, a.service.salt)
		return []audit.Draft{draft}, refusal, err
	case isRefusal && state == nil:
		return nil, nil, err // there is no batch whose log could hold it
	case isRefusal:
		events, err = batch.Refused(state, command, &batch.Refusal{Code: refusal.Code, Sentence: refusal.Sentence}, f, now)
	}
	if err != nil {
		return nil, nil, err
	}
	drafts := make([]audit.Draft, len(events))
	for i, event := range events {
		drafts[i], err = batch.DraftOf(event, a.id, a.person, now, a.service.salt)
		if err != nil {
			return nil, nil, fmt.Errorf("write down %T: %w", event, err)
		}
	}
	if refusal != nil {
		return drafts, refusal, nil
	}
	for _, row := range batch.Rows(state, a.id, events, f, now) {
		draft, err := register.DraftOf(row, a.person, now, a.service.salt)
		if err != nil {
			return nil, nil, err
		}
		drafts = append(drafts, draft)
	}
	return drafts, nil, nil
}

// unopened is how an opening that the registers stood in the way of is written
// down: in the product's stream (REG-01).
func (a batchAct) unopened(f batch.Facts, refusal *Refusal) register.Written {
	open, _ := a.command.(batch.Open) // nothing else is refused so
	return register.RefusedOpening(f.Protocol.Product.Code, register.OpeningRefused{
		Batch: open.Batch, Protocol: open.Protocol, Version: open.Version, Unit: open.Unit, Code: refusal.Code, Sentence: refusal.Sentence,
	})
}

// recall answers a repeated key from the log.
func (a batchAct) recall(ctx context.Context) (state *batch.State, done bool, err error) {
	receipt, found, err := a.service.ledger.Recall(ctx, a.key)
	if err != nil {
		return nil, false, a.service.broken("look for an earlier answer", err)
	}
	if !found {
		return nil, false, nil
	}
	if len(receipt.Entries) > 0 && receipt.Entries[0].Kind == register.KindOpeningRefused {
		refused, err := register.DecodeEvent(receipt.Entries[0].Entry, nil)
		if opening, ok := refused.(register.OpeningRefused); ok && err == nil {
			return nil, true, &Refusal{Code: opening.Code, Sentence: opening.Sentence}
		}
	}
	if len(receipt.Entries) == 0 || receipt.Entries[0].Stream != batch.Stream(a.id) {
		return nil, true, errKeyReused
	}
	event, err := batch.DecodeEvent(receipt.Entries[0].Entry, nil)
	if err != nil {
		return nil, true, a.service.broken("read an earlier answer", err)
	}
	if refused, ok := event.(batch.CommandRefused); ok {
		return nil, true, &Refusal{Code: refused.Code, Sentence: refused.Sentence}
	}
	state, err = a.service.batch(ctx, a.id)
	return state, true, err
}

func checkKey(key string) error {
	if raw, err := hex.DecodeString(key); err != nil || len(raw) != 16 || strings.ToLower(key) != key {
		return &Refusal{Code: "bad_key", Sentence: "The form's key is not one that this site gave out. Open the page again."}
	}
	return nil
}
