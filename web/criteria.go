package web

import (
	"time"

	"countersign/batch"
)

// criteriaOf gives the criteria as they stand, or as they stood at the release.
func criteriaOf(s *batch.State, zone *time.Location) (asAt string, lines []criterionView) {
	released, shown := s.CriteriaShown()
	if released != nil {
		asAt = released.Word() + ", " + when(released.At, zone)
	}
	for _, c := range shown {
		one := criterionView{Name: c.Name, Source: c.Source, Words: c.Sentence, Since: c.Since, Fails: c.Fails, Result: "✗ not met"}
		switch {
		case !c.Known && c.Later:
			one.Result = "known after release"
		case !c.Known:
			one.Result = "not known yet"
		case c.Holds:
			one.Result = "✓ met"
		}
		if s.Step(c.Source) != nil {
			one.To = stepAddress(s.ID, c.Source)
		}
		lines = append(lines, one)
	}
	return asAt, lines
}
