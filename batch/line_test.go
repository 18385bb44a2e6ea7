package batch

import "time"

// rests holds a batch at rest to wait for nobody at any moment from then on, and
// every batch's line to say what the whole batch says.
func (s *story) rests(seen map[Status]bool) {
	s.Helper()
	state := s.w.state
	l := state.Line(time.UTC)
	supplied, _ := state.Supplied()
	if l.Ended() != state.Ended() || !l.Supplied.Equal(supplied) || l.Exceptions != len(state.OpenExceptions()) || l.Version != state.Version {
		s.wrong("its line says otherwise: %+v", l)
	}
	for _, recall := range append(state.Recalls(), "R-0099") {
		if l.Recalled(recall) != state.Recalled(recall) {
			s.wrong("its line says otherwise of recall %s", recall)
		}
	}
	if !state.AtRest() {
		return
	}
	seen[state.Status] = true
	for _, stops := range []int{0, 1, 100} {
		for at, lies := state.Last, time.Second; lies < 40*365*24*time.Hour; at, lies = state.Last.Add(lies), lies*2 {
			if waits := state.Waiting(stops, at); len(waits) > 0 {
				s.wrong("at rest, it waits at %s for %+v", at, waits)
			}
		}
	}
}
