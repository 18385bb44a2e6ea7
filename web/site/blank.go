package site

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/audit"
	"countersign/batch"
	"countersign/identity"
	"countersign/protocol"
	"countersign/register"
	"countersign/reports"
)

// aboutBlank is what a blank is printed from, with the pages that it takes, or
// whether the scan of its sheets is kept; nil for any other act, and for a
// version that is not there.
func (s *Service) aboutBlank(ctx context.Context, m *models, c register.Command, by identity.Person, now time.Time) (*register.BlankFacts, error) {
	if finish, ok := c.(register.FinishBlank); ok {
		sum, ok := sumOf(finish.SHA256)
		if !ok {
			return &register.BlankFacts{}, nil
		}
		kept, err := s.ledger.HasFile(ctx, sum)
		if err != nil {
			return nil, s.broken("look for a scan", err)
		}
		return &register.BlankFacts{Kept: kept}, nil
	}
	print, ok := c.(register.PrintBlank)
	if !ok {
		return nil, nil
	}
	found, ok := m.library.Find(print.Protocol, print.Version)
	if !ok {
		return nil, nil
	}
	f := &register.BlankFacts{Digest: found.Protocol.Digest}
	if effective, ok := m.library.Effective(print.Protocol, now); ok {
		f.Effective = effective.Protocol.Digest == f.Digest && effective.Protocol.Version == print.Version
	}
	blank := register.Blank{
		ID: m.books.BlankNumber(print.Year), Reference: strings.TrimSpace(print.Reference), Reason: strings.TrimSpace(print.Reason),
		Printed: register.Act{Name: by.Name, At: now},
	}
	var err error
	_, f.Pages, err = reports.Form(s.formOf(m, blank, found.Protocol))
	return f, err
}

// formOf is what a blank's pages are made from.
func (s *Service) formOf(m *models, blank register.Blank, p *protocol.Protocol) reports.FormInput {
	return reports.FormInput{
		Blank: blank, Protocol: p, Site: s.info.Site, Zone: s.info.Location, Software: s.info.Software,
		Settings: reports.Settings(m.library, p.Name, p.Version),
	}
}

// besideBlank gives what an act on a blank writes in the batch for which it is
// used, in the same append.
func (s *Service) besideBlank(ctx context.Context, m *models, w register.Written, by identity.PersonID, now time.Time) ([]audit.Draft, []audit.Condition, error) {
	after, ok := m.books.BlankAfter(w, register.Act{At: now, Person: by})
	if !ok || after.Batch == "" {
		return nil, nil, nil
	}
	return s.inBatch(ctx, m, after.Batch, func(f *batch.Facts) { f.Blanks[after.ID] = *after }, batch.FollowBlank{Blank: after.ID}, by, now)
}

// blanksOf are the blanks that a batch's record names, as facts.
func (m *models) blanksOf(state *batch.State) map[string]register.Blank {
	all := map[string]register.Blank{}
	if state == nil {
		return all
	}
	for i := range state.Papers {
		if f, ok := m.books.Blank(state.Papers[i].Blank); ok {
			all[f.ID] = *f
		}
	}
	return all
}

// Blanks gives all blanks, the newest first.
func (s *Service) Blanks(ctx context.Context, who Session) (all []*register.Blank, err error) {
	if err := requireFit(who); err != nil {
		return nil, err
	}
	err = s.read(ctx, func(m *models) error {
		all = m.books.Blanks()
		return nil
	})
	slices.Reverse(all)
	return all, err
}

// Blank gives one blank.
func (s *Service) Blank(ctx context.Context, who Session, id string) (f *register.Blank, err error) {
	if err := requireFit(who); err != nil {
		return nil, err
	}
	err = s.read(ctx, func(m *models) error {
		found, ok := m.books.Blank(strings.TrimSpace(id))
		if !ok {
			return &Refusal{Code: "no_such_blank", Sentence: "There is no blank " + id + " here."}
		}
		f = found
		return nil
	})
	return f, err
}

// BlankPDF gives the pages of a blank that was printed and is not used yet: once
// something can stand on the sheets, a second set of them would be another blank
// under the same number.
func (s *Service) BlankPDF(ctx context.Context, who Session, id string) (pdf []byte, err error) {
	f, err := s.Blank(ctx, who, id)
	if err != nil {
		return nil, err
	}
	if stands := f.Stands(); stands != register.BlankOut {
		return nil, &Refusal{Code: "blank_stands", Sentence: fmt.Sprintf("Blank %s is %s. Its pages are given out once; print another blank.", f.ID, stands)}
	}
	err = s.read(ctx, func(m *models) error {
		found, ok := m.library.Find(f.Protocol, f.Version)
		if !ok {
			return &Refusal{Code: "no_such_protocol", Sentence: fmt.Sprintf("The library has no version %d of %s.", f.Version, f.Protocol)}
		}
		var pages int
		if pdf, pages, err = reports.Form(s.formOf(m, *f, found.Protocol)); err != nil {
			return s.broken("lay out a blank", err)
		}
		if pages != f.Pages {
			return &Refusal{Code: "blank_changed", Sentence: fmt.Sprintf("Blank %s was printed on %d pages and would take %d now. End it, and print another.", f.ID, f.Pages, pages)}
		}
		return nil
	})
	return pdf, err
}
