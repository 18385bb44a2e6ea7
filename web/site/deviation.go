package site

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"countersign/audit"
	"countersign/audit/ledger"
	"countersign/batch"
	"countersign/identity"
	"countersign/register"
)

// aboutDeviation is what stands beside an act on a deviation as the log stands;
// nil for any other, and for one about a batch that is not there.
func (m *models) aboutDeviation(ctx context.Context, c register.Command) (*register.DeviationFacts, error) {
	switch c := c.(type) {
	case register.OpenDeviation:
		f := &register.DeviationFacts{Involved: []string{}}
		if c.Batch == "" {
			return f, nil
		}
		state, err := m.batch(ctx, c.Batch)
		if err != nil || state == nil || state.Protocol == nil {
			return nil, err
		}
		f.NoStep, f.NoException = c.Step != "" && state.Step(c.Step) == nil, c.Exception < 0 || c.Exception > len(state.Exceptions)
		if f.Unit = state.Basis.Unit; f.NoStep || f.NoException {
			return f, nil
		}
		f.Involved = state.Involved(c.Step, c.Exception)
		return f, nil
	case register.AssessDeviation:
		return &register.DeviationFacts{Found: m.sharing(c.Searched)}, nil
	}
	return nil, nil
}

// certificateOf says who certified a batch.
func (m *models) certificateOf(id string) (by register.Certificate, ok bool) {
	line := m.batches.line(id)
	if line == nil || line.Certified == nil {
		return by, false
	}
	return register.Certificate{Name: line.Certified.Certifier, Username: line.Certified.Username, At: line.Certified.At}, true
}

// sharing finds the batches that lean on any of what is searched for (DEV-03).
func (m *models) sharing(searched []register.Shared) []string {
	found := []string{}
	for _, one := range searched {
		for _, id := range m.found(register.RecallOf{Kind: one.Kind, Name: one.Name}).Batches() {
			if !slices.Contains(found, id) {
				found = append(found, id)
			}
		}
	}
	slices.Sort(found)
	return found
}

// besideDeviation gives what an act on a deviation writes in the batches that
// it concerns, in the same append: that it does, or what was decided of it.
func (s *Service) besideDeviation(ctx context.Context, m *models, w register.Written, by identity.PersonID, now time.Time) (drafts []audit.Draft, rests []audit.Condition, err error) {
	reaches, rules := register.OfDeviation(m.books, w)
	if len(reaches) == 0 && rules == "" {
		return nil, nil, nil
	}
	after, ok := m.books.DeviationAfter(w, register.Act{At: now, Person: by})
	if !ok {
		return nil, nil, nil
	}
	if rules != "" {
		return s.inBatch(ctx, m, rules, func(f *batch.Facts) { f.Deviations[after.ID] = *after }, batch.RuleDeviation{Deviation: after.ID}, by, now)
	}
	for _, id := range reaches {
		c := batch.AttachDeviation{Deviation: after.ID}
		if after.Arising.Batch == id {
			c.Exception = after.Arising.Exception
		}
		more, on, err := s.inBatch(ctx, m, id, func(f *batch.Facts) { f.Deviations[after.ID] = *after }, c, by, now)
		if err != nil {
			return nil, nil, err
		}
		drafts = append(drafts, more...)
		for _, one := range on {
			if !slices.Contains(rests, one) {
				rests = append(rests, one)
			}
		}
	}
	return drafts, rests, nil
}

// inBatch decides one act that an act elsewhere brings about in a batch; after
// puts into its facts what that act leaves behind.
func (s *Service) inBatch(ctx context.Context, m *models, id string, after func(*batch.Facts), c batch.Command, by identity.PersonID, now time.Time) ([]audit.Draft, []audit.Condition, error) {
	state, err := s.whole(ctx, m, id)
	if err != nil {
		return nil, nil, err
	}
	if state == nil {
		return nil, nil, &Refusal{Code: "no_such_batch", Sentence: "There is no batch " + id + " here."}
	}
	f, rests, err := s.factsIn(m, by, state, c, now)
	if err != nil {
		return nil, nil, err
	}
	after(&f)
	events, err := batch.Decide(state, c, f, now)
	if err != nil {
		return nil, nil, err
	}
	var drafts []audit.Draft
	for _, event := range events {
		draft, err := batch.DraftOf(event, id, by, now, s.salt)
		if err != nil {
			return nil, nil, err
		}
		drafts = append(drafts, draft)
	}
	return drafts, append(rests, audit.Condition{Stream: batch.Stream(id), Version: state.Version}), nil
}

// deviationsOf are the deviations that a batch's record names, as facts.
func (m *models) deviationsOf(state *batch.State) map[string]register.Deviation {
	all := map[string]register.Deviation{}
	if state == nil {
		return all
	}
	for _, entry := range state.Deviations {
		if d, ok := m.books.Deviation(entry.Deviation); ok {
			all[entry.Deviation] = *d
		}
	}
	return all
}

// raiseDue has the system raise the deviations that exceptions of a batch ask
// for (DEV-01). A crash before it leaves them to the next act in the batch;
// nothing is certified without them.
func (s *Service) raiseDue(ctx context.Context, id string) error {
	for range attempts {
		var request ledger.Request
		err := s.read(ctx, func(m *models) error {
			state, err := s.whole(ctx, m, id)
			if err != nil || state == nil {
				return err
			}
			for _, ex := range state.Exceptions {
				if state.WantsDeviation(ex) {
					var err error
					request, err = s.arising(ctx, m, state, ex)
					return err
				}
			}
			return nil
		})
		if _, refused := AsRefusal(err); refused {
			return nil // whose act it was may act no more: somebody raises it by hand
		}
		if err != nil || len(request.Drafts) == 0 {
			return err
		}
		_, err = s.ledger.Append(ctx, request)
		var moved *ledger.Moved
		if err != nil && !errors.As(err, &moved) {
			return s.broken("raise a deviation", err)
		}
	}
	return nil
}

// heldWords say what the system did at once about an exception.
func heldWords(state *batch.State, ex batch.Exception) string {
	if state.AfterRelease(ex) {
		return "It arose after release, which stays as it was signed."
	}
	return "The system holds up " + string(ex.Blocks) + "."
}

// arising is the deviation that an exception asks for, with what stands of it
// in the batch.
func (s *Service) arising(ctx context.Context, m *models, state *batch.State, ex batch.Exception) (ledger.Request, error) {
	now, by := s.Now(), ex.Raised.Person
	risk := register.Risk(ex.Severity)
	written := register.ArisingDeviation(m.books, now.In(s.info.Location).Year(), register.Arising{
		Batch: state.ID, Step: ex.Step, Exception: ex.Number, Unit: state.Basis.Unit, Risk: risk, What: ex.Text,
		Immediate: heldWords(state, ex), Involved: state.Involved(ex.Step, ex.Number),
	}, now)
	draft, err := register.DraftOf(written, by, now, s.salt)
	if err != nil {
		return ledger.Request{}, err
	}
	beside, rests, err := s.besideDeviation(ctx, m, written, by, now)
	if err != nil {
		return ledger.Request{}, err
	}
	rests = append(rests, audit.Condition{Stream: written.Stream, Version: m.books.Version(written.Stream)})
	return ledger.Request{Drafts: append([]audit.Draft{draft}, beside...), Conditions: rests}, nil
}

// DeviationView is a deviation with what a page shows beside it.
type DeviationView struct {
	*register.Deviation
	Status map[string]string // batch → where it stands
	// Certified are the batches among them that have a certificate.
	Certified map[string]bool
	People    map[string]string // id → printed name, of those involved
}

// Deviations gives all deviations, the newest first.
func (s *Service) Deviations(ctx context.Context, who Session) ([]DeviationView, error) {
	if err := requireFit(who); err != nil {
		return nil, err
	}
	var all []DeviationView
	err := s.read(ctx, func(m *models) error {
		for _, d := range m.books.Deviations() {
			all = append(all, m.deviationView(d))
		}
		return nil
	})
	slices.Reverse(all)
	return all, err
}

// Deviation gives one deviation.
func (s *Service) Deviation(ctx context.Context, who Session, id string) (view DeviationView, err error) {
	if err := requireFit(who); err != nil {
		return view, err
	}
	err = s.read(ctx, func(m *models) error {
		d, ok := m.books.Deviation(strings.TrimSpace(id))
		if !ok {
			return &Refusal{Code: "no_such_deviation", Sentence: "There is no deviation " + id + " here."}
		}
		view = m.deviationView(d)
		return nil
	})
	return view, err
}

func (m *models) deviationView(d *register.Deviation) DeviationView {
	view := DeviationView{Deviation: d, Status: map[string]string{}, Certified: map[string]bool{}, People: map[string]string{}}
	for _, id := range d.Batches {
		if line := m.batches.line(id); line != nil {
			view.Status[id], view.Certified[id] = string(line.Status), line.Certified != nil
		}
	}
	for _, id := range d.Arising.Involved {
		view.People[id] = m.nameOf(id)
	}
	return view
}

// Sharing searches for the batches that share something with a deviation,
// before anybody says which of them it concerns.
func (s *Service) Sharing(ctx context.Context, who Session, searched []register.Shared) (found []string, err error) {
	if err := requireFit(who); err != nil {
		return nil, err
	}
	err = s.read(ctx, func(m *models) error {
		found = m.sharing(searched)
		return nil
	})
	return found, err
}

// LeansOn is everything that a batch leans on and that others may share: its
// lots, its machines and its people, offered for a search.
func (s *Service) LeansOn(ctx context.Context, who Session, id string) (all []register.Shared, err error) {
	if err := requireFit(who); err != nil {
		return nil, err
	}
	err = s.read(ctx, func(m *models) error {
		for _, use := range m.trace.From(id) {
			one := register.Shared{Kind: use.Of.Kind.String(), Name: use.Of.Name}
			if slices.Contains(register.RecallKinds(), one.Kind) && use.Batch == id && !slices.Contains(all, one) {
				all = append(all, one)
			}
		}
		return nil
	})
	return all, err
}

// Proposals are the units that the rules propose to pause now (DEV-09).
func (s *Service) Proposals(ctx context.Context, who Session) (all []register.PauseProposal, err error) {
	if err := requireFit(who); err != nil {
		return nil, err
	}
	err = s.read(ctx, func(m *models) error {
		all = m.books.PauseProposals(s.Now())
		return nil
	})
	return all, err
}
