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

// spent adds up a budget's excursions until now: each from From to the next
// To, and the running one, which ends for good once Until is reached.
func (s *State) spent(b protocol.Budget, now time.Time) (total time.Duration, running bool, since time.Time) {
	end, ended := now, false
	if until := s.moments(b.Until); len(until) > 0 {
		end, ended = until[0], true
	}
	backs := s.moments(b.To)
	for _, from := range s.moments(b.From) {
		if ended && !from.Before(end) {
			continue
		}
		stop, closed := end, false
		for _, back := range backs {
			if !back.Before(from) {
				stop, closed = back, true
				break
			}
		}
		if stop.After(end) {
			stop = end
		}
		if stop.After(from) {
			total += stop.Sub(from)
		}
		if !closed && !ended {
			running, since = true, from
		}
	}
	return total, running, since
}

// Timers gives the clocks that run, as at now: the current step's own wait,
// the windows between a point that was reached and one that was not, and the
// budgets of items that are out.
func (s *State) Timers(now time.Time) []Timer {
	if s.Protocol == nil || s.ended() {
		return nil
	}
	var timers []Timer
	for _, next := range s.openSteps() {
		if len(next.Performed) > 0 {
			continue
		}
		since, ok := s.start(s.steps[next.Step.Name])
		if ok && next.Step.Wait != (protocol.Span{}) {
			timers = append(timers, timerOf("wait", next.Step.Name, since, next.Step.Wait, now))
		}
	}
	for _, window := range s.Protocol.Windows {
		if since, running := s.pending(window); running {
			timers = append(timers, timerOf(window.Name, window.To.Step, since, window.Span, now))
		}
	}
	for _, budget := range s.Protocol.Budgets {
		spent, running, since := s.spent(budget, now)
		if len(s.moments(budget.From)) == 0 || len(s.moments(budget.Until)) > 0 {
			continue
		}
		timer := Timer{Name: budget.Name, Step: budget.Item, Spent: spent, Most: budget.Most, Over: spent > budget.Most}
		if running {
			timer.Since, timer.Until = since, now.Add(budget.Most-spent)
		}
		timers = append(timers, timer)
	}
	return append(timers, s.labelTimers(now)...)
}

func timerOf(name, step string, since time.Time, span protocol.Span, now time.Time) Timer {
	timer := Timer{Name: name, Step: step, Since: since}
	if span.Min > 0 {
		timer.From = since.Add(span.Min)
	}
	if span.Max > 0 {
		timer.Until = since.Add(span.Max)
		timer.Over = now.After(timer.Until)
	}
	return timer
}
