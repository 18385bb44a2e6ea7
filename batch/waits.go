package batch

import (
	"fmt"
	"slices"
	"time"

	"countersign/identity"
	"countersign/protocol"
	"countersign/register"
)

// WaitKind says what a batch waits for. The words are those that people read.
type WaitKind string

// What a batch can wait for. A new kind of thing that somebody has to do in a
// batch gets a line here and a line in [State.Waiting]; the work list, the
// release desk, the API and the mails follow from it.
const (
	WaitsStep     WaitKind = "a step to do"
	WaitsCheck    WaitKind = "a check as second person"
	WaitsDecision WaitKind = "an exception to decide"
	WaitsSecond   WaitKind = "a correction to sign as second person"
	WaitsStop     WaitKind = "a decision after a stop"
	WaitsRelease  WaitKind = "a decision on a quarantined batch"
	WaitsLabels   WaitKind = "labels to account for"
	WaitsReview   WaitKind = "the production review"
	WaitsLook     WaitKind = "a full review"
	WaitsCertify  WaitKind = "certification"
	WaitsResult   WaitKind = "a result after certification"
	WaitsNews     WaitKind = "new information after certification"                           // REL-12
	WaitsInform   WaitKind = "somebody to be told of what came to light after certification" // REL-12
	WaitsLift     WaitKind = "a hold to lift"
	WaitsShift    WaitKind = "a batch to take over"
	WaitsRedline  WaitKind = "a redline to approve"
	WaitsFate     WaitKind = "a witness to what was returned or destroyed"
	WaitsAlarm    WaitKind = "an alarm to acknowledge" // EXE-13
	WaitsTelling  WaitKind = "somebody to be told of a supply out of specification"
	WaitsKept     WaitKind = "an entry to sign that was kept without a connection" // EXE-14
	WaitsClock    WaitKind = "a clock about to run out"
)

// Wait is one thing that a batch waits for: what, from whom and since when
// (REL-05). It names nobody's patient.
type Wait struct {
	Kind  WaitKind
	Cause string // with the batch's number it names this wait for good
	Step  string
	Text  string // one sentence: what is asked
	Since time.Time
	Due   time.Time // by when; zero when nothing says so
	Over  bool      // the time is past
	Holds bool      // nothing goes on in the batch until it is done
	Class string    // of an exception
	Roles []identity.Role

	may func(identity.Person) bool // who of these roles; nil for all
}

// For says whether somebody is waited for: they hold a role for it, and nothing
// keeps them from doing it. What needs nobody in particular waits for nobody.
func (w Wait) For(p identity.Person) bool {
	return holds(p, w.Roles) && (w.may == nil || w.may(p))
}

// Among narrows who is asked to certify to those whom the licence names
// (REL-02).
func Among(waits []Wait, certifiers []register.Certifier) []Wait {
	for i := range waits {
		if may := waits[i].may; waits[i].Kind == WaitsCertify {
			waits[i].may = func(p identity.Person) bool { return may(p) && Named(certifiers, p.ID) }
		}
	}
	return waits
}

// Waiting gives everything that a batch waits for at this moment, the most
// pressing kind first. Stops is how often its unit was stopped by now. It is
// the one answer to who has to do what: pages, API and mails all ask it.
func (s *State) Waiting(stops int, now time.Time) []Wait {
	if s.Protocol == nil {
		return nil
	}
	var all []Wait
	all = append(all, s.stopWaits(stops)...)
	all = append(all, s.exceptionWaits(now)...)
	all = append(all, s.interruptionWaits()...)
	all = append(all, s.correctionWaits(now)...)
	all = append(all, s.clockWaits(now)...)
	all = append(all, s.releaseWaits()...)
	all = append(all, s.stepWaits(stops, now)...)
	all = append(all, s.labelWaits()...)
	all = append(all, s.resultWaits(now)...)
	all = append(all, s.tellingWaits(now)...)
	all = append(all, s.newsWaits(now)...)
	all = append(append(all, s.fateWaits()...), s.alarmWaits()...)
	all = append(all, s.apartWaits(now)...)
	all = append(all, s.keptWaits()...)
	return all
}

// stopWaits: after a stop of its unit, and in quarantine, somebody says whether
// the batch goes on (CTL-07).
func (s *State) stopWaits(stops int) []Wait {
	switch {
	case s.Waits(stops):
		return []Wait{{
			Kind: WaitsStop, Cause: fmt.Sprintf("stop %d", stops), Since: s.Last, Holds: true, Roles: deciders(),
			Text: "The unit was stopped: say whether this batch goes on, is quarantined or aborted.",
		}}
	case s.quarantined() && !s.ended():
		put := s.Stops[len(s.Stops)-1]
		return []Wait{{
			Kind: WaitsRelease, Cause: fmt.Sprintf("quarantine@%d", put.Version), Since: put.At, Holds: true, Roles: deciders(),
			Text: "The batch is in quarantine: say whether it goes on, or abort it.",
		}}
	}
	return nil
}

// exceptionWaits: what a quality lead decides on, also what time has brought
// about and nobody has written yet; and what came to light after certification,
// which changes nothing that was signed (REL-07, REL-12).
func (s *State) exceptionWaits(now time.Time) []Wait {
	var all []Wait
	kind := WaitsDecision
	if s.released() != nil {
		kind = WaitsNews
	}
	closed := s.Status == Rejected || s.Status == Aborted
	for _, ex := range s.OpenExceptions() {
		if closed && !s.aftermath(ex.Number) {
			continue // nothing is decided in a batch that has ended but what is reported of it since
		}
		all = append(all, Wait{
			Kind: kind, Cause: fmt.Sprintf("exception %d", ex.Number), Step: ex.Step, Since: ex.Raised.At, Class: ex.Class,
			Holds: ex.Blocks == BlocksBatch, Roles: deciding(ex),
			may:  func(p identity.Person) bool { return (&decision{f: Facts{Person: p}}).ownException(ex) == nil },
			Text: fmt.Sprintf("Decide exception %d (%s, %s): %s", ex.Number, ex.Class, ex.Severity, ex.Text),
		})
	}
	for _, ex := range s.overdue(now) {
		if closed {
			break
		}
		all = append(all, Wait{
			Kind: kind, Cause: "to be written " + ex.Cause, Step: ex.Step, Since: now, Class: ex.Class, Over: true,
			Holds: ex.Blocks == BlocksBatch, Roles: leads(), Text: fmt.Sprintf("An exception has come due (%s, %s): %s", ex.Class, ex.Severity, ex.Text),
		})
	}
	return all
}

// correctionWaits: a correction of critical data counts once another person has
// signed it.
func (s *State) correctionWaits(now time.Time) []Wait {
	var all []Wait
	for _, c := range s.WaitingCorrections() {
		st := s.Step(c.Step)
		all = append(all, Wait{
			Kind: WaitsSecond, Cause: fmt.Sprintf("correction %d", c.Number), Step: c.Step, Since: c.At, Roles: confirmers(s.Protocol, st.Step),
			may: func(p identity.Person) bool {
				_, trained := p.Trained(s.Protocol.Name, s.Protocol.Version, now)
				return trained && p.ID != c.Person && !st.workers()[p.ID]
			},
			Text: fmt.Sprintf("Sign the correction of %s in step %s, which %s asks for, or have it dropped.", c.Field, c.Step, c.Name),
		})
	}
	return all
}

// clockWaits: what runs out soon, told to those who can still do something.
func (s *State) clockWaits(now time.Time) []Wait {
	var all []Wait
	for _, t := range s.lives(now) {
		if t.Over || !t.Until.After(now) || !short(t, now) {
			continue
		}
		all = append(all, Wait{
			Kind: WaitsClock, Cause: "clock " + t.Name + "@" + t.Since.UTC().Format(time.RFC3339), Step: s.stepNamed(t.Step), Since: t.Until.Add(-notice(t)), Due: t.Until,
			Roles: staff(), Text: fmt.Sprintf("%s ends in %s.", sentenceCase(t.Name), protocol.ShowDuration(t.Until.Sub(now).Truncate(time.Second))),
		})
	}
	return all
}

// The last quarter of a clock is short, though never less than five minutes of
// it nor more than an hour.
const (
	leastNotice = 5 * time.Minute
	mostNotice  = time.Hour
)

func notice(t Timer) time.Duration {
	span := t.Most
	if span == 0 {
		span = t.Until.Sub(t.Since)
	}
	return min(mostNotice, max(leastNotice, span/4))
}

func short(t Timer, now time.Time) bool { return t.Until.Sub(now) <= notice(t) }

// releaseWaits: review and certification, each for those who may (REL-11).
func (s *State) releaseWaits() []Wait {
	switch {
	case s.Disposition != nil || len(s.WaitingCorrections()) > 0:
		return nil // nobody knows yet which value counts
	case len(s.OpenPapers())+len(s.OpenKept())+len(s.OpenAlarms()) > 0:
		return nil // first a blank is accounted for, a kept entry settled, or an alarm acknowledged, which the work list asks for
	case s.Status == Complete:
		since, version := s.signedAt()
		return s.reviewWaits(since, version)
	case s.Status == Reviewed:
		review := last(s.Reviews)
		return []Wait{{
			Kind: WaitsCertify, Cause: fmt.Sprintf("certification@%d", review.Version), Since: review.At, Roles: leads(), may: s.MayCertify,
			Text: "The batch is reviewed: decide on its release.",
		}}
	}
	return nil
}

// signedAt is when the last signature that stands before release was given.
func (s *State) signedAt() (at time.Time, version int64) {
	for i := range s.Steps {
		st := &s.Steps[i]
		for _, act := range []*Act{st.PerformedNow(), st.CheckedNow()} {
			if act != nil && !st.Section.AfterRelease && act.Version > version {
				at, version = act.At, act.Version
			}
		}
	}
	return at, version
}

// stepWaits: what is to be done, done again or checked at the bedside. While
// something holds the whole batch up, nobody is asked for a step.
func (s *State) stepWaits(stops int, now time.Time) []Wait {
	if s.Waits(stops) || s.quarantined() || s.held(now) || len(s.WaitingCorrections()) > 0 {
		return nil
	}
	var all []Wait
	for i := range s.Steps {
		st := &s.Steps[i]
		if st.Skipped || st.Signed() || !s.workable(st) {
			continue
		}
		one := Wait{Step: st.Step.Name, Cause: fmt.Sprintf("step %s@%d", st.Step.Name, len(st.Performed)+len(st.Checked))}
		performed := st.PerformedNow()
		need := needOf(st.Step)
		if performed == nil {
			one.Kind, one.Roles, one.Since = WaitsStep, []identity.Role{roleOf(s.Protocol, st.Step.By)}, s.openSince(i)
			one.Text = fmt.Sprintf("Do step %s.", st.Step.Name)
			if len(st.Performed) > 0 {
				one.Text = fmt.Sprintf("Sign step %s again: %s.", st.Step.Name, st.Performed[len(st.Performed)-1].Why)
			}
		} else {
			one.Kind, one.Roles, one.Since = WaitsCheck, []identity.Role{roleOf(s.Protocol, st.Step.CheckedBy)}, performed.At
			one.Text = fmt.Sprintf("Check step %s, which %s has signed.", st.Step.Name, performed.Name)
		}
		workers := st.workers()
		second := one.Kind == WaitsCheck
		one.may = func(p identity.Person) bool {
			if second && workers[p.ID] {
				return false
			}
			_, trained := p.Trained(s.Protocol.Name, s.Protocol.Version, now)
			return trained || need != identity.NeedsTraining
		}
		all = append(all, one)
	}
	return all
}

// workable says that a step waits for a signature now: it is open, or is done
// but for a check.
func (s *State) workable(st *StepState) bool {
	if bedside(st) && s.Gone() {
		return false
	}
	if len(st.Performed) > 0 {
		return !s.ended() && st.Section.AfterRelease == (s.released() != nil)
	}
	return s.IsOpen(st)
}

// held says that an exception holds up every further step, or leaves nothing
// but an end.
func (s *State) held(now time.Time) bool {
	for _, ex := range s.Exceptions {
		if ex.Resolved == nil && ex.Blocks == BlocksBatch || ex.Resolved != nil && !ex.Accepted {
			return true
		}
	}
	return slices.ContainsFunc(s.overdue(now), func(ex ExceptionRaised) bool { return ex.Blocks == BlocksBatch })
}

// openSince is from when a step waits: since the last signature in a step
// before it, or since its batch was opened or certified.
func (s *State) openSince(i int) time.Time {
	since := s.Opened.At
	if released := s.released(); released != nil {
		since = released.At
	}
	for j := range i {
		st := &s.Steps[j]
		for _, act := range []*Act{st.PerformedNow(), st.CheckedNow()} {
			if act != nil && act.At.After(since) {
				since = act.At
			}
		}
	}
	return since
}

// labelWaits: once every step before release is signed, labels that nobody has
// accounted for hold up the release (LAB-10).
func (s *State) labelWaits() []Wait {
	if s.Disposition != nil || !s.signed(false) {
		return nil
	}
	var all []Wait
	for _, r := range s.Reconciled() {
		if r.Open == 0 {
			continue
		}
		at, version := s.signedAt()
		all = append(all, Wait{Kind: WaitsLabels, Cause: fmt.Sprintf("labels %s@%d", r.Kind, version), Since: at, Roles: staff(), Text: r.Sentence()})
	}
	return all
}

// resultWaits: results that a certificate has named as still to come.
func (s *State) resultWaits(now time.Time) []Wait {
	if s.Certification == nil || s.ended() {
		return nil
	}
	var all []Wait
	pending := s.pendingResults()
	for _, c := range s.Protocol.Criteria {
		if c.Due == 0 || !slices.Contains(pending, c.Name) {
			continue
		}
		due := s.Certification.At.Add(c.Due)
		all = append(all, Wait{
			Kind: WaitsResult, Cause: "result " + c.Name, Step: s.stepNamed(c.Source), Since: s.Certification.At, Due: due, Over: now.After(due),
			Roles: staff(), Text: fmt.Sprintf("Record the result for “%s”.", c.Name),
		})
	}
	return all
}

// tellingWaits: who is told of a supply out of specification, in time (DEV-05).
func (s *State) tellingWaits(now time.Time) []Wait {
	var all []Wait
	for _, whom := range s.Untold() {
		all = append(all, Wait{
			Kind: WaitsTelling, Cause: "told " + whom, Since: s.Supply.At, Due: s.TellBy(), Over: now.After(s.TellBy()), Roles: leads(),
			Text: fmt.Sprintf("Tell the %s of the supply out of specification, and record it.", whom),
		})
	}
	return all
}

// lives are the clocks by which the product lives: the running windows, waits
// and budgets, and the expiry on its label.
func (s *State) lives(now time.Time) []Timer {
	timers := slices.DeleteFunc(s.Timers(now), func(t Timer) bool { return t.Until.IsZero() })
	if s.ended() {
		return nil
	}
	slices.SortFunc(timers, func(a, b Timer) int {
		if order := a.Until.Compare(b.Until); order != 0 {
			return order
		}
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return timers
}

// Life is the clock by which the product dies first, as at now; false when
// none runs or the batch has ended.
func (s *State) Life(now time.Time) (Timer, bool) {
	timers := s.lives(now)
	if len(timers) == 0 {
		return Timer{}, false
	}
	return timers[0], true
}
