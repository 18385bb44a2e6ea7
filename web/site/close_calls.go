package site

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"countersign/batch"
)

// CodesOfMonth counts the codes of a month of site time.
type CodesOfMonth struct {
	Month string // "2026-11"
	batch.CodeCount
}

// CloseCalls gives every wrong code that was stopped at this site, the newest
// first, and how many codes were read in each month. It names no patient.
func (s *Service) CloseCalls(ctx context.Context, who Session) (calls []batch.CloseCall, months []CodesOfMonth, err error) {
	if err := requireFit(who); err != nil {
		return nil, nil, err
	}
	var all []*batch.State
	err = s.read(ctx, func(m *models) error {
		all = slices.Collect(maps.Values(m.batches))
		return nil
	})
	counts := map[string]batch.CodeCount{}
	for _, state := range all {
		calls = append(calls, state.CloseCalls()...)
		for month, c := range state.CodeCounts(func(a batch.Act) string { return a.At.In(s.info.Location).Format("2006-01") }) {
			was := counts[month]
			counts[month] = batch.CodeCount{All: was.All + c.All, Typed: was.Typed + c.Typed, Wrong: was.Wrong + c.Wrong, Identity: was.Identity + c.Identity}
		}
	}
	slices.SortFunc(calls, func(a, b batch.CloseCall) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Batch, b.Batch), cmp.Compare(b.Version, a.Version))
	})
	for _, month := range slices.Sorted(maps.Keys(counts)) {
		months = append(months, CodesOfMonth{month, counts[month]})
	}
	slices.Reverse(months)
	return calls, months, err
}
