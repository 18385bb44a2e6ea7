package site

import (
	"context"
	"sync"

	"countersign/batch"
	"countersign/batch/trend"
	"countersign/reports"
)

// observed keeps what was observed of each batch for as long as the batch
// stands as it did then.
type observed struct {
	mu sync.Mutex
	of map[string]observedBatch
}

type observedBatch struct {
	version int64
	all     []trend.Observation
}

// gather gives the observations of every batch, each observed anew only if
// something was written to it since.
func (o *observed) gather(states []*batch.State) (all []trend.Observation) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.of == nil {
		o.of = map[string]observedBatch{}
	}
	for _, state := range states {
		known, ok := o.of[state.ID]
		if !ok || known.version != state.Version {
			known = observedBatch{state.Version, trend.Observe(state)}
			o.of[state.ID] = known
		}
		all = append(all, known.all...)
	}
	return all
}

// Observations gives the figures of every batch that is no longer being made,
// for charts. They name no patient.
func (s *Service) Observations(ctx context.Context, who Session) ([]trend.Observation, error) {
	if err := requireFit(who); err != nil {
		return nil, err
	}
	var made []*batch.State
	err := s.read(ctx, func(m *models) error {
		for _, state := range m.batches {
			if state.Status != batch.InProgress {
				made = append(made, state)
			}
		}
		return nil
	})
	return s.observed.gather(made), err
}

// Against gives the charts of what a batch's protocol follows, with the batch
// in them as it stands now, each with the limits of the batches that were made
// before it.
func (s *Service) Against(ctx context.Context, who Session, state *batch.State) ([]trend.Chart, error) {
	earlier, err := s.Observations(ctx, who)
	if err != nil || state.Protocol == nil {
		return nil, err
	}
	return trend.Against(earlier, trend.Observe(state), state.Opened.At), nil
}

// TrendReport prints charts as a PDF.
func (s *Service) TrendReport(ctx context.Context, who Session, filter trend.Filter) ([]byte, error) {
	all, err := s.Observations(ctx, who)
	if err != nil {
		return nil, err
	}
	return reports.Trends(reports.TrendReport{
		Charts: trend.Gather(all, filter), Filter: filter, Site: s.info.Site, Zone: s.info.Location,
		At: s.Now(), By: who.Person.Name + " (" + who.Person.Username + ")", Software: s.info.Software,
	})
}
