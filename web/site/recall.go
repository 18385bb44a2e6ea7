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
	"countersign/register/trace"
)

// besideAtMost bounds what is written beside a recall's signed entry in one
// append: the ledger takes 256 entries. What is left follows at once, and
// nothing is done in a batch before its share is written.
const besideAtMost = 200

// reach is what a recall reaches as the log stands; nil for any other act.
func (m *models) reach(c register.Command) *register.Reach {
	switch c := c.(type) {
	case register.OpenRecall:
		return m.reaches(c.What(m.books))
	case register.ExtendRecall:
		if r, ok := m.books.Recall(c.Recall); ok {
			return m.reaches(r.Of)
		}
	}
	return nil
}

// reaches finds everything that a recall is of: the lots, what was made from
// them, and every batch that leans on any of it (MAT-07).
func (m *models) reaches(of register.RecallOf) *register.Reach {
	found := m.found(of)
	reach := &register.Reach{Lots: append([]string{}, found.Lots...), Stopped: []string{}, Supplied: []register.Supplied{}}
	for _, id := range found.Batches() {
		line := m.batches.line(id)
		if line == nil {
			continue
		}
		if stoppable(line) && line.Status != batch.Given {
			reach.Stopped = append(reach.Stopped, id)
		}
		if !line.Supplied.IsZero() {
			reach.Supplied = append(reach.Supplied, register.Supplied{Batch: id, At: line.Supplied.UTC().Format(time.RFC3339)})
		}
	}
	return reach
}

func (m *models) found(of register.RecallOf) trace.Found {
	span := trace.Span{}
	span.From, _ = time.Parse(time.RFC3339, of.From)   // zero when there is none
	span.Until, _ = time.Parse(time.RFC3339, of.Until) // zero when there is none
	switch of.Kind {
	case register.OfLot:
		return m.trace.Where(trace.Ref{Kind: trace.Lot, Name: of.Name}, span)
	case register.OfNumber:
		if of.Material != "" {
			return m.trace.WhereOf(of.Name, of.Material)
		}
		return m.trace.Where(trace.Ref{Kind: trace.Number, Name: of.Name}, span)
	case register.OfDonation:
		return m.trace.Where(trace.Ref{Kind: trace.Donation, Name: of.Name}, span)
	case register.OfEquipment:
		return m.trace.Where(trace.Ref{Kind: trace.Equipment, Name: of.Name}, span)
	case register.OfPerson:
		return m.trace.Where(trace.Ref{Kind: trace.Person, Name: of.Name}, span)
	}
	return trace.Found{}
}

// stoppable: a batch that has ended is stopped already.
func stoppable(line *batch.Line) bool {
	return line.Status != batch.Rejected && line.Status != batch.Aborted
}

// besideRecall gives what a recall's signed entry brings with it: the end of
// its lots, and in every batch the exception that stops it. Where others keep
// moving those batches, later attempts leave them to carry.
func (s *Service) besideRecall(ctx context.Context, m *models, w register.Written, by identity.PersonID, now time.Time, attempt int) ([]audit.Draft, []audit.Condition, error) {
	reach, ok := register.Reached(w.Event)
	if !ok {
		return nil, nil, nil
	}
	_, id, _ := strings.Cut(string(w.Stream), "/")
	r := register.Recall{ID: id}
	if known, ok := m.books.Recall(id); ok {
		r = *known
	}
	if opened, ok := w.Event.(register.RecallOpened); ok {
		r.Of, r.Reason = opened.Of, opened.Reason
	}
	if attempt >= attempts/2 {
		reach.Stopped, reach.Supplied = nil, nil
	}
	return s.share(ctx, m, &r, reach, by, now)
}

// share gives the entries by which a recall reaches lots and batches that it
// has not reached, up to a bound, and what they rest on.
func (s *Service) share(ctx context.Context, m *models, r *register.Recall, reach register.Reach, by identity.PersonID, now time.Time) (drafts []audit.Draft, rests []audit.Condition, err error) {
	for _, id := range reach.Lots {
		lot, ok := m.books.Lot(id)
		if !ok || lot.Status == register.Recalled || len(drafts) >= s.together {
			continue
		}
		w := register.Written{Stream: register.LotStream(id), Event: register.LotCalledBack{Recall: r.ID, Reason: r.Reason}}
		draft, err := register.DraftOf(w, by, now, s.salt)
		if err != nil {
			return nil, nil, err
		}
		drafts = append(drafts, draft)
		// Nothing is taken of it between this look and the entry.
		for _, stream := range []audit.StreamID{w.Stream, register.StockStream(id)} {
			rests = append(rests, audit.Condition{Stream: stream, Version: m.books.Version(stream)})
		}
	}
	for _, id := range reach.Batches() {
		if !m.waits(r, id) || len(drafts) >= s.together {
			continue
		}
		state, err := s.whole(ctx, m, id)
		if err != nil {
			return nil, nil, err
		}
		stop := batch.Recall{Recall: r.ID, Text: r.Sentence()}
		f, onPerson, err := s.factsIn(m, by, state, stop, now)
		if err != nil {
			return nil, nil, err
		}
		events, err := batch.Decide(state, stop, f, now)
		if err != nil {
			return nil, nil, err
		}
		for _, event := range events {
			draft, err := batch.DraftOf(event, id, by, now, s.salt)
			if err != nil {
				return nil, nil, err
			}
			drafts = append(drafts, draft)
		}
		for _, one := range append(append(onPerson, batch.Grounds(stop, f)...), audit.Condition{Stream: batch.Stream(id), Version: state.Version}) {
			if !slices.Contains(rests, one) {
				rests = append(rests, one)
			}
		}
	}
	return drafts, rests, nil
}

// waits says that a recall names a batch, and that its record does not say so.
func (m *models) waits(r *register.Recall, id string) bool {
	line := m.batches.line(id)
	return line != nil && stoppable(line) && !line.Recalled(r.ID)
}

// carry writes what recalls have decided and one append could not hold, or a
// crash left out: for one batch, or for all when id is "". It goes before
// every act in a batch, so that nothing continues a recalled batch.
func (s *Service) carry(ctx context.Context, id string) error {
	for tries := 0; ; tries++ {
		var request ledger.Request
		err := s.read(ctx, func(m *models) (err error) {
			for _, r := range m.books.Recalls() {
				reach := r.Reach()
				if id != "" {
					if !slices.Contains(reach.Batches(), id) || !m.waits(r, id) {
						continue
					}
					reach = register.Reach{Stopped: []string{id}}
				}
				if request.Drafts, request.Conditions, err = s.share(ctx, m, r, reach, r.Opened.Person, s.Now()); err != nil || len(request.Drafts) > 0 {
					return err
				}
			}
			return nil
		})
		switch refusal, refused := AsRefusal(err); {
		case refused:
			return &Refusal{Code: "recalled", Sentence: "A recall reaches this and could not be written down: " + refusal.Sentence + " Nothing is done here before a quality lead has extended the recall."}
		case err != nil:
			return err
		case len(request.Drafts) == 0:
			return nil
		}
		_, err = s.ledger.Append(ctx, request)
		var moved *ledger.Moved
		switch {
		case errors.As(err, &moved) && tries < 100:
		case errors.As(err, &moved):
			return &Conflict{Sentence: "Others are acting on what a recall reaches. Look at the recall again: what it has not reached yet stands there."}
		case err != nil:
			return s.broken("carry a recall through", err)
		}
	}
}

// RecallView is a recall with what it concerns now and has not reached.
type RecallView struct {
	*register.Recall
	Beyond  register.Reach
	Waiting []string           // batches and lots that it names and that do not say so yet
	Status  map[string]string  // batch → where it stands
	Patient map[string]Patient // batch → whose it was; masked for who may not see that
}

// Patient is who a batch was made for, as far as the reader may know.
type Patient struct{ Name, Number, Prescriber string }

// Recalls gives all recalls, the newest first.
func (s *Service) Recalls(ctx context.Context, who Session) ([]RecallView, error) {
	if err := requireFit(who); err != nil {
		return nil, err
	}
	var all []RecallView
	err := s.read(ctx, func(m *models) error {
		for _, r := range m.books.Recalls() {
			all = append(all, RecallView{Recall: r})
		}
		return nil
	})
	slices.Reverse(all)
	return all, err
}

// Recall gives one recall.
func (s *Service) Recall(ctx context.Context, who Session, id string) (view RecallView, err error) {
	if err := requireFit(who); err != nil {
		return view, err
	}
	err = s.read(ctx, func(m *models) error {
		r, ok := m.books.Recall(id)
		if !ok {
			return &Refusal{Code: "no_such_recall", Sentence: "There is no recall " + id + " here."}
		}
		view = m.recallView(r, who)
		return nil
	})
	return view, err
}

func (m *models) recallView(r *register.Recall, who Session) RecallView {
	view := RecallView{Recall: r, Beyond: r.Beyond(*m.reaches(r.Of)), Status: map[string]string{}, Patient: map[string]Patient{}}
	for _, id := range r.Reach().Batches() {
		line := m.batches.line(id)
		if line == nil {
			continue
		}
		if m.waits(r, id) {
			view.Waiting = append(view.Waiting, id)
		}
		view.Status[id], view.Patient[id] = string(line.Status), patientOf(line, who)
	}
	for _, id := range r.Lots {
		if lot, ok := m.books.Lot(id); ok && lot.Status != register.Recalled {
			view.Waiting = append(view.Waiting, id)
		}
	}
	return view
}

// patientOf is who a batch is for; only its prescriber for who may not see
// patients (COI-09).
func patientOf(line *batch.Line, who Session) Patient {
	if !seesPatients(who.Person) {
		return Patient{Name: "masked", Number: "masked", Prescriber: line.Prescriber}
	}
	return Patient{Name: line.Patient.Name, Number: line.Patient.Number, Prescriber: line.Prescriber}
}
