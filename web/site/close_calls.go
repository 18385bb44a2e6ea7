package site

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"countersign/batch"
)

// CloseCalls gives every wrong code that was stopped at this site, the newest
// first, and how many codes were read in each month. It names no patient.
func (s *Service) CloseCalls(ctx context.Context, who Session) (calls []batch.CloseCall, months []batch.CodesOfMonth, err error) {
	if err := requireFit(who); err != nil {
		return nil, nil, err
	}
	all, err := s.Lines(ctx, who)
	counts := map[string]batch.CodeCount{}
	for _, line := range all {
		calls = append(calls, line.Calls...)
		for _, c := range line.Codes {
			was := counts[c.Month]
			counts[c.Month] = batch.CodeCount{All: was.All + c.All, Typed: was.Typed + c.Typed, Wrong: was.Wrong + c.Wrong, Identity: was.Identity + c.Identity}
		}
	}
	slices.SortFunc(calls, func(a, b batch.CloseCall) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Batch, b.Batch), cmp.Compare(b.Version, a.Version))
	})
	for _, month := range slices.Sorted(maps.Keys(counts)) {
		months = append(months, batch.CodesOfMonth{Month: month, CodeCount: counts[month]})
	}
	slices.Reverse(months)
	return calls, months, err
}
