package site

import (
	"context"
	"time"

	"countersign/batch/worklist"
)

// Work gives what waits at the site, the most urgent first, to somebody who is
// signed in (REL-05, CTL-08). Which of it waits for them, each item says.
func (s *Service) Work(ctx context.Context, who Session) ([]worklist.Item, error) {
	if err := requireFit(who); err != nil {
		return nil, err
	}
	return s.Waiting(ctx)
}

// Waiting is [Service.Work] for the daemon itself: for news and mails.
func (s *Service) Waiting(ctx context.Context) (items []worklist.Item, err error) {
	err = s.read(ctx, func(m *models) (err error) {
		items, err = s.items(ctx, m, s.Now())
		return err
	})
	return items, err
}

// items is everything that waits at a moment.
func (s *Service) items(ctx context.Context, m *models, now time.Time) ([]worklist.Item, error) {
	states, err := m.waiting(ctx, now)
	if err != nil {
		return nil, s.broken("read a batch", err)
	}
	return worklist.Items(worklist.Site{Batches: states, Books: m.books, Library: m.library, People: m.people.People(), Actors: m.toLookAt()}, now), nil
}

// Versions tells how many entries each of some batches has; one that does not
// exist has none.
func (s *Service) Versions(ctx context.Context, batches []string) (map[string]int64, error) {
	found := map[string]int64{}
	err := s.read(ctx, func(m *models) error {
		for _, id := range batches {
			if line := m.batches.line(id); line != nil {
				found[id] = line.Version
			}
		}
		return nil
	})
	return found, err
}
