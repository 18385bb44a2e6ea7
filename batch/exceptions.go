package batch

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"countersign/protocol"
)

// clockClass is of exceptions that say that the clock went back.
const clockClass = "clock"

// raised says that a cause has its exception already.
func (s *State) raised(cause string) bool {
	for i := range s.Exceptions {
		if s.Exceptions[i].Cause == cause {
			return true
		}
	}
	return false
}

// OpenExceptions are those that wait for a decision, in order. An exception
// that blocks nothing is there to be seen at the review and waits for none.
func (s *State) OpenExceptions() []Exception {
	var open []Exception
	for _, ex := range s.Exceptions {
		if ex.Resolved == nil && ex.Blocks != BlocksNothing {
			open = append(open, ex)
		}
	}
	return open
}

// overdue gives the exceptions that time has brought about and nobody has
// written yet: windows, waits and budgets that have run over, and a clock that
// went back (DEV-01, REL-07, NUM-09). They are written with the next command.
func (s *State) overdue(now time.Time) []ExceptionRaised {
	if s.Protocol == nil {
		return nil
	}
	var due []ExceptionRaised
	add := func(ex ExceptionRaised) {
		if !s.raised(ex.Cause) {
			due = append(due, s.ruled(ex))
		}
	}
	if now.Before(s.Last) {
		add(ExceptionRaised{
			Class: clockClass, Severity: "major", Blocks: BlocksRelease, Cause: "clock:" + strconv.FormatInt(s.Version, 10),
			Text: "The clock went back by " + protocol.ShowDuration(s.Last.Sub(now)) + " since the entry before.",
		})
	}
	for _, ex := range append(s.untold(now), s.unreported(now)...) {
		add(ex)
	}
	if s.ended() {
		return due
	}
	for _, window := range s.Protocol.Windows {
		if s.exceeded(window, now) {
			severity, blocks := breachOf(window.Then)
			add(ExceptionRaised{
				Class: "timing", Severity: severity, Blocks: blocks, Step: s.stepNamed(window.To.Step), Cause: "window:" + window.Name,
				Text: fmt.Sprintf("%s is longer than %s.", sentenceCase(window.Name), protocol.ShowDuration(window.Span.Max)),
			})
		}
	}
	for _, budget := range s.Protocol.Budgets {
		if spent, _, _ := s.spent(budget, now); spent > budget.Most {
			severity, blocks := breachOf(budget.Then)
			add(ExceptionRaised{
				Class: "timing", Severity: severity, Blocks: blocks, Cause: "budget:" + budget.Name,
				Text: fmt.Sprintf("%s: %s is more than %s in total.", s.itemTitle(budget.Item), budget.Name, protocol.ShowDuration(budget.Most)),
			})
		}
	}
	for _, next := range s.openSteps() {
		if len(next.Performed) > 0 || next.Step.Wait.Max == 0 {
			continue
		}
		since, ok := s.start(s.steps[next.Step.Name])
		if ok && now.Sub(since) > next.Step.Wait.Max {
			add(ExceptionRaised{
				Class: "timing", Severity: "major", Blocks: BlocksRelease, Step: next.Step.Name, Cause: "wait:" + next.Step.Name,
				Text: fmt.Sprintf("Step %s is longer than %s.", next.Step.Name, protocol.ShowDuration(next.Step.Wait.Max)),
			})
		}
	}
	for _, ex := range s.overImmediate(now) {
		add(ex)
	}
	for _, section := range s.unended() {
		step := section.Steps[len(section.Steps)-1].Name
		add(ExceptionRaised{
			Class: "not reached", Severity: "critical", Blocks: BlocksBatch, Step: step, Cause: "loop:" + section.Name,
			Text: fmt.Sprintf("The section %s was repeated %d times, and its end was not reached: %s.", section.Name, section.Loop.Most, section.Loop.Until.Text),
		})
	}
	var pending []string
	if s.Certification != nil {
		pending = s.pendingResults()
	}
	for _, c := range s.Protocol.Criteria {
		if c.Due == 0 || !slices.Contains(pending, c.Name) || now.Sub(s.Certification.At) <= c.Due {
			continue
		}
		add(ExceptionRaised{
			Class: "late result", Severity: "major", Blocks: BlocksRelease, Step: s.stepNamed(c.Source), Cause: "due:" + c.Name,
			Text: fmt.Sprintf("The result for \"%s\" was due within %s of certification and is not there.", c.Name, protocol.ShowDuration(c.Due)),
		})
	}
	return due
}

// stepNamed is the name where it is a step's, else "".
func (s *State) stepNamed(name string) string {
	if s.Step(name) == nil {
		return ""
	}
	return name
}

// breachOf says how serious a timing breach is. Where it stops the steps
// concerned, the stop itself is notStopped's.
func breachOf(then protocol.Breach) (severity string, blocks Blocks) {
	switch {
	case then.Stops:
		return "critical", BlocksRelease
	case then.Blocks:
		return "critical", BlocksBatch
	}
	return "major", BlocksRelease
}

// breaches gives an exception for every limit that is broken in the state
// after the act and has none yet: of the value just entered, and of whatever
// leans on it (EXE-08, DEV-01).
func (d *decision) breaches(after *State) []ExceptionRaised {
	var broken []ExceptionRaised
	for i := range after.Steps {
		st := &after.Steps[i]
		if !st.broken {
			continue
		}
		for j := range st.Step.Inputs {
			in := &st.Step.Inputs[j]
			if entry := st.Value(in.Name); entry != nil && entry.Verdict.Level != "" {
				place := fmt.Sprintf("limit:%s/%s#%d:", st.Step.Name, in.Name, len(st.Values[in.Name]))
				broken = append(broken, d.breach(st, in.Name, titled(in.Title, in.Name), place, entry.Verdict)...)
			}
		}
		for j := range st.Step.Calcs {
			calc := &st.Step.Calcs[j]
			if result, ok := st.Results[calc.Name]; ok && result.Verdict.Level != "" {
				broken = append(broken, d.breach(st, calc.Name, titled(calc.Title, calc.Name), breachPlace(st, calc, result), result.Verdict)...)
			}
		}
	}
	return append(broken, d.notEntirely(after)...)
}

func (d *decision) breach(st *StepState, field, title, place string, verdict protocol.Verdict) []ExceptionRaised {
	ex := ExceptionRaised{
		Class: "out of limit", Severity: "minor", Blocks: BlocksNothing, Step: st.Step.Name, Field: field,
		Cause: place + verdict.Reason, CausedBy: d.f.Person.ID,
		Text: fmt.Sprintf("%s in step %s: %s.", sentenceCase(title), st.Step.Name, verdict.Reason),
	}
	if d.s.raised(ex.Cause) {
		return nil
	}
	then := protocol.Breach{}
	if verdict.Limit != nil {
		then = verdict.Limit.Then
	}
	switch verdict.Level {
	case protocol.Action:
		ex.Severity, ex.Blocks = "major", BlocksRelease
	case protocol.Reject:
		ex.Severity, ex.Blocks, ex.Registered = "critical", BlocksRelease, verdict.Limit.Registered
	case protocol.Warn:
		if then.Exception {
			ex.Blocks = BlocksRelease
		}
	}
	if calc := st.Step.Calc(field); calc != nil && calc.Yield != "" && verdict.Level != protocol.Warn {
		ex.Class = yieldClass
		ex.Text += " Find out why, and write it into the decision."
	}
	if then.Blocks {
		ex.Blocks = BlocksBatch
	}
	if c := d.s.lateResult(st.Step); c != nil {
		ex.Class, ex.Blocks = "late result", BlocksRelease
		ex.Text += fmt.Sprintf(" It became known after certification, which stays as it was signed. Tell %s.", c.Tell)
	}
	return []ExceptionRaised{ex}
}

// final says that an exception cannot be accepted: the value that stands still
// breaks a limit that rejects (DEV-04). After certification there is nothing
// left to reject: what happened at the bedside is decided on as it was.
func (s *State) final(ex Exception) bool {
	st := s.Step(ex.Step)
	if ex.Class != "out of limit" && ex.Class != yieldClass || st == nil || s.released() != nil {
		return false
	}
	if entry := st.Value(ex.Field); entry != nil {
		return entry.Verdict.Level == protocol.Reject
	}
	result, ok := st.Results[ex.Field]
	return ok && result.Verdict.Level == protocol.Reject
}
