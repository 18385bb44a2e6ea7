package batch

import (
	"time"

	"countersign/protocol"
)

// watched is what a calculation or a condition came to, with what it asked of
// the batch and was told. It hangs on nothing else: while the batch would tell
// it the same, it comes to the same, and need not be worked out again.
type watched struct {
	env
	told   []told
	result protocol.Result // of a calculation
	holds  bool            // of a condition
	err    error
}

// told is an answer to one question: for a value by name, or for a moment.
type told struct {
	name   string
	value  protocol.Value
	point  protocol.Point
	moment time.Time
	ok     bool
}

// Value tells a value, and notes it.
func (w *watched) Value(name string) (protocol.Value, bool) {
	value, ok := w.env.Value(name)
	w.told = append(w.told, told{name: name, value: value, ok: ok})
	return value, ok
}

// Moment tells a moment, and notes it.
func (w *watched) Moment(p protocol.Point) (time.Time, bool) {
	at, ok := w.env.Moment(p)
	w.told = append(w.told, told{point: p, moment: at, ok: ok})
	return at, ok
}

// stands says that the batch would answer as it did.
func (w *watched) stands(now env) bool {
	for i := range w.told {
		was := &w.told[i]
		if was.name != "" {
			if value, ok := now.Value(was.name); ok != was.ok || value != was.value {
				return false
			}
			continue
		}
		if at, ok := now.Moment(was.point); ok != was.ok || !at.Equal(was.moment) {
			return false
		}
	}
	return true
}

// place names a calculation or a condition of one step: a loop's rounds share
// them, and see different values.
type place struct {
	step int
	of   any // *protocol.Calculation or *protocol.Condition
}

// watch gives what something in a step comes to as the batch stands, worked out
// anew only if the batch tells it something else than before.
func (s *growing) watch(step int, of any, work func(*watched)) *watched {
	now, at := env{s: s.State, at: &s.Steps[step]}, place{step, of}
	w := s.known[at]
	if w == nil || !w.stands(now) {
		w = &watched{env: now}
		if s.known == nil {
			s.known = map[place]*watched{}
		}
		work(w)
		s.known[at] = w
	}
	return w
}
