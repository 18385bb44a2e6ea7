package batch

import (
	"fmt"

	"countersign/identity"
)

// interruptionWaits: nothing resumes by itself. Each hold is lifted, a batch that
// was handed over is taken over, and a redline is approved or given up.
func (s *State) interruptionWaits() []Wait {
	if s.Status == Rejected || s.Status == Aborted {
		return nil
	}
	var all []Wait
	if s.Status != Given {
		for _, h := range s.Holds() {
			if h.Apart != "" {
				continue // apartWaits asks for it
			}
			all = append(all, Wait{
				Kind: WaitsLift, Cause: fmt.Sprintf("hold %d", h.Number), Since: h.At, Holds: true, Roles: h.Kind.lifters(),
				Text: fmt.Sprintf("Hold %d, %s, stands: %s Lift it when the batch may go on.", h.Number, h.Kind, full(h.Reason)),
			})
		}
	}
	if handed := s.HandingOver(); handed != nil {
		p := s.Protocol
		all = append(all, Wait{
			Kind: WaitsShift, Cause: fmt.Sprintf("shift@%d", handed.Version), Since: handed.At, Roles: staff(),
			may: func(by identity.Person) bool {
				_, trained := by.Trained(p.Name, p.Version, handed.At)
				return by.ID != handed.Person && trained
			},
			Text: fmt.Sprintf("%s has handed the batch over. Read what is open, and take it over.", handed.Name),
		})
	}
	if r := s.WaitingRedline(); r != nil && s.released() == nil && s.Disposition == nil {
		all = append(all, Wait{
			Kind: WaitsRedline, Cause: fmt.Sprintf("redline %d", r.Number), Since: r.At, Roles: leads(),
			may:  func(by identity.Person) bool { return by.ID != r.Person },
			Text: fmt.Sprintf("Decide on redline %d, which %s proposes for this batch: %s", r.Number, r.Name, full(r.Reason)),
		})
	}
	return all
}
