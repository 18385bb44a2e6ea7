package site

import (
	"context"

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
	var site worklist.Site
	err = s.read(ctx, func(m *models) error {
		site = worklist.Site{Batches: m.allBatches(), Books: m.books, Library: m.library, People: m.people.People(), Actors: m.toLookAt()}
		items = worklist.Items(site, s.Now())
		return nil
	})
	return items, err
}

// Versions tells how many entries each of some batches has; one that does not
// exist has none.
func (s *Service) Versions(ctx context.Context, batches []string) (map[string]int64, error) {
	found := map[string]int64{}
	err := s.read(ctx, func(m *models) error {
		for _, id := range batches {
			if state := m.batches[id]; state != nil {
				found[id] = state.Version
			}
		}
		return nil
	})
	return found, err
}
