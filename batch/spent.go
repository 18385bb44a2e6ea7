package batch

import (
	"time"

	"countersign/protocol"
)

// Spent is how much of a budget was used up to a moment, the running excursion
// included.
func (s *State) Spent(b protocol.Budget, now time.Time) time.Duration {
	total, _, _ := s.spent(b, now)
	return total
}
