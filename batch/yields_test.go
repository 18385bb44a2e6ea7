package batch

// yield is that of a phase.
func (s *story) yield(phase string) PhaseYield {
	s.Helper()
	for _, y := range s.w.state.Yields() {
		if y.Phase == phase {
			return y
		}
	}
	s.wrong("there is no such phase")
	return PhaseYield{}
}
