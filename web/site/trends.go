package site

import (
	"context"
	"math/big"
	"slices"
	"sync"

	"countersign/batch"
	"countersign/batch/trend"
	"countersign/reports"
)

// observed keeps what was observed of each batch for as long as the batch
// stands as it did then, and of one at rest for good.
type observed struct {
	mu     sync.Mutex
	of     map[string]observedBatch
	series map[trend.Series]trend.Series // each in memory once
	bounds map[string]*big.Rat
}

type observedBatch struct {
	version int64
	all     []trend.Observation
}

// note observes a batch, unless nothing was written to it since that was done.
func (o *observed) note(state *batch.State) []trend.Observation {
	o.mu.Lock()
	defer o.mu.Unlock()
	known, ok := o.of[state.ID]
	if ok && known.version == state.Version {
		return known.all
	}
	if o.of == nil {
		o.of, o.series, o.bounds = map[string]observedBatch{}, map[trend.Series]trend.Series{}, map[string]*big.Rat{}
	}
	known = observedBatch{state.Version, slices.Clip(trend.Observe(state))}
	for i := range known.all {
		one := &known.all[i]
		if _, met := o.series[one.Series]; !met {
			o.series[one.Series] = one.Series
		}
		one.Series, one.Low, one.High = o.series[one.Series], o.bound(one.Low), o.bound(one.High)
	}
	o.of[state.ID] = known
	return known.all
}

// bound is a figure that many observations have, in memory once.
func (o *observed) bound(r *big.Rat) *big.Rat {
	if r == nil {
		return nil
	}
	text := r.RatString()
	if o.bounds[text] == nil {
		o.bounds[text] = r
	}
	return o.bounds[text]
}

// gather gives the observations of batches under way, each observed anew only if
// something was written to it since, and of those at rest.
func (o *observed) gather(underway []*batch.State, resting []string) (all []trend.Observation) {
	for _, state := range underway {
		all = append(all, o.note(state)...)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, id := range resting {
		all = append(all, o.of[id].all...)
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
	var resting []string
	err := s.read(ctx, func(m *models) error {
		made = slices.DeleteFunc(m.batches.underway(), func(state *batch.State) bool { return state.Status == batch.InProgress })
		resting = m.batches.resting()
		return nil
	})
	return s.models.observed.gather(made, resting), err
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
