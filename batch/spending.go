package batch

import (
	"time"

	"countersign/protocol"
)

// actTakes is how long an act of a simulation takes.
const actTakes = 10 * time.Second

// spend takes the items of budgets out of their storage, before anything else
// runs against the clock, for half as long as the answers say. The other half is
// spent in use: it is the sum that a budget bounds.
func (m *simulation) spend() {
	if m.answers.Spend == nil {
		return
	}
	for _, b := range m.p.Budgets {
		half := m.answers.Spend(b.Name) / 2
		if half <= 0 || !m.must(m.mover(), Move{Item: b.From.Step, To: b.From.At}) {
			continue
		}
		m.now = m.now.Add(half - actTakes)
		m.must(m.mover(), Move{Item: b.To.Step, To: b.To.At})
	}
}

// takeOut takes what a step uses out of its storage; false when that is refused.
func (m *simulation) takeOut(step *protocol.Step) bool {
	for _, item := range m.run.State.Stored(step, m.now) {
		if !m.must(m.mover(), Move{Item: item, To: "out"}) {
			return false
		}
	}
	return true
}

// spendOut waits, before the step with which a budget ends, until as much of it
// is spent as the answers say.
func (m *simulation) spendOut(step *protocol.Step) {
	if m.answers.Spend == nil {
		return
	}
	for _, b := range m.p.Budgets {
		if all := m.answers.Spend(b.Name); all > 0 && b.Until.Step == step.Base && b.Until.At == "done" {
			m.now = m.now.Add(max(0, all-actTakes-m.run.State.Spent(b, m.now)))
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
