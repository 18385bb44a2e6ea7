package batch

import (
	"time"

	"countersign/protocol"
)

// actTakes is how long an act of a simulation takes.
const actTakes = 10 * time.Second

// spend takes the items of budgets out of their storage, before anything else
// runs against the clock, for exactly as long as the answers say: in two
// excursions, since it is their sum that a budget bounds.
func (m *simulation) spend() {
	if m.answers.Spend == nil {
		return
	}
	for _, b := range m.p.Budgets {
		all := m.answers.Spend(b.Name)
		for _, part := range []time.Duration{all / 2, all - all/2} {
			if part <= 0 || !m.must(m.mover(), Move{Item: b.From.Step, To: b.From.At}) {
				continue
			}
			m.now = m.now.Add(part - actTakes)
			m.must(m.mover(), Move{Item: b.To.Step, To: b.To.At})
		}
	}
}

// mover is somebody who has a part in the protocol.
func (m *simulation) mover() string { return m.p.Parts[0].Role }

// Names of a budget's places: spent to its bound, which it still keeps, and
// beyond.
func spentPlace(name string) string  { return "budget spent to its bound: " + name }
func brokenPlace(name string) string { return "budget broken: " + name }

// spendings are plans for each budget just inside its bound, at it, and just
// outside.
func spendings(p *protocol.Protocol) []plan {
	var plans []plan
	for _, b := range p.Budgets {
		for _, beside := range []time.Duration{-time.Second, 0, time.Second} {
			plans = append(plans, plan{spends: map[string]time.Duration{b.Name: b.Most + beside}})
		}
	}
	return plans
}

// addBudgets marks what a run spent.
func addBudgets(s *State, mark func(place string)) {
	for _, b := range s.Protocol.Budgets {
		if s.raised("budget:" + b.Name) {
			mark(brokenPlace(b.Name))
		} else if s.Spent(b, s.Last) == b.Most {
			mark(spentPlace(b.Name))
		}
	}
}
