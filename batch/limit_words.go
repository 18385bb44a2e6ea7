package batch

import "countersign/protocol"

// Resolved is a limit in the figures of this batch, for a value of a unit in a
// step: "within 2 % of 5.0 mL: 4.9 to 5.1 mL". It is "" where the limit's own
// words say all of it, or a figure is not known yet.
func (s *State) Resolved(st *StepState, limit protocol.Limit, unit protocol.Unit) string {
	return limit.Resolved(unit, s.envAt(st))
}

// lotOrNumber says what a thing of this name is known by: a machine has a number,
// and a material is of a lot.
func (s *State) lotOrNumber(name string) string {
	if item := s.Protocol.Item(name); item != nil && item.Equipment {
		return "number"
	}
	return "lot"
}
