package batch

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"countersign/identity"
	"countersign/protocol"
	"countersign/register"
)

// witnessWithin is how soon after the performer's signature a witness signs
// to have been there at the time (EXE-05); later is an exception.
const witnessWithin = 5 * time.Minute

// alive: nothing is done in a batch that has ended (EXE-16, REL-09).
func (d *decision) alive() *Refusal {
	if d.s.Status == Rejected || d.s.Status == Aborted {
		return refuse("closed", "This batch was %s. Nothing more is done in it.", d.s.Status)
	}
	return nil
}

// unblocked: an exception that holds up every further step does so until a
// quality lead has accepted it; one that was not accepted leaves only
// rejection or abort (COI-03, DEV-04).
func (d *decision) unblocked() *Refusal { return d.unblockedBut(nil) }

// unblockedBut leaves out what a decision itself gave rise to: who decides that
// the batch stops can sign that.
func (d *decision) unblockedBut(own *StepState) *Refusal {
	for _, ex := range d.due {
		if ex.Blocks == BlocksBatch {
			return refuse("blocked", "Nothing goes on until a quality lead has decided: %s", ex.Text)
		}
	}
	for _, ex := range d.s.Exceptions {
		switch {
		case own != nil && own.Step.Decision && ex.Step == own.Step.Name:
		case ex.Registered && (d.s.Supply != nil || d.s.accepted()):
		case ex.Resolved == nil && ex.Blocks == BlocksBatch:
			return refuse("blocked", "Nothing goes on until %s has decided exception %d: %s", ex.Decider(), ex.Number, ex.Text)
		case ex.Resolved != nil && !ex.Accepted:
			return refuse("not_accepted", "Exception %d was not accepted. This batch can only be rejected or aborted.", ex.Number)
		}
	}
	return nil
}

// known gives a step by name.
func (d *decision) known(step string) (*StepState, *Refusal) {
	st := d.s.Step(step)
	if st == nil {
		return nil, refuse("unknown_step", "This protocol has no such step.")
	}
	return st, nil
}

// inOrder: a step is open when every step before it is done, and steps after
// release only once the batch is certified, never earlier (EXE-02, REL-10).
func (d *decision) inOrder(st *StepState) *Refusal {
	if d.s.Status == Given {
		return refuse("closed", "Every step of this batch is done.")
	}
	if st.Section.AfterRelease && d.s.released() == nil {
		return refuse("not_released", "Step %s comes after release, and this batch is not certified.", st.Step.Name)
	}
	if refusal := d.notGone(st); refusal != nil {
		return refusal
	}
	if !st.Section.AfterRelease && d.s.released() != nil {
		return refuse("closed", "This batch is certified. Step %s is closed.", st.Step.Name)
	}
	if st.Skipped {
		return refuse("not_needed", "Step %s is not part of this batch, as things stand: %s.", st.Step.Name, WhySkipped(st))
	}
	if before := d.s.waitsFor(st); before != nil {
		if len(before.Performed) > 0 {
			return refuse("out_of_order", "Step %s comes first: a second person has not checked it yet.", before.Step.Name)
		}
		return refuse("out_of_order", "Step %s comes first.", before.Step.Name)
	}
	if why := d.s.undecided(st); why != "" {
		return refuse("not_known_yet", "Whether step %s is done hangs on what is not there yet: %s.", st.Step.Name, why)
	}
	return nil
}

// WhySkipped says why a step is no part of its batch, in a sentence's words.
func WhySkipped(st *StepState) string {
	switch {
	case st.Step.Round > 1:
		return "its repetition has ended"
	case st.Step.When != nil:
		return "it is only done when " + st.Step.When.Text
	}
	return "its section is only done when " + st.Section.When.Text
}

// inHours: a step that is bound to a part of the day begins in it, site time;
// what has begun is brought to its end.
func (d *decision) inHours(st *StepState) *Refusal {
	if st.Started.IsZero() && !st.Step.Hours.Hold(d.at().In(d.zone())) {
		return refuse("outside_hours", "Step %s begins between %s, and it is %s here.", st.Step.Name, st.Step.Hours, d.at().In(d.zone()).Format("15:04"))
	}
	return nil
}

// entitled: a person acts under a role that the protocol or the rule allows,
// and with what the act needs beside: this protocol version acknowledged, and
// training for it that is in date (CTL-10, CTL-14, SIG-09). An unsigned act has
// the meaning "".
func (d *decision) entitled(m identity.Meaning, roles []identity.Role, need identity.Need) *Refusal {
	role, words, refusal := authority(d.f, m, roles, need, d.now)
	d.by.Role, d.by.Training = string(role), words
	return refusal
}

// mayWorkOn: values, scans and begins are the performing part's.
func (d *decision) mayWorkOn(st *StepState) *Refusal {
	if d.manner.Doer != "" {
		return d.mayBeTypedFor(st)
	}
	return d.entitled("", []identity.Role{roleOf(d.s.Protocol, st.Step.By)}, needOf(st.Step))
}

// unsigned: a signed step takes nothing more; Correct is the way (EXE-08).
func (d *decision) unsigned(st *StepState) *Refusal {
	if st.PerformedNow() != nil {
		return refuse("already_performed", "Step %s is signed already; there is nothing more to sign. To change a value in it, correct the value and give the reason.", st.Step.Name)
	}
	return nil
}

// secondPerson: who checks a step has done nothing in it (EXE-04).
func (d *decision) secondPerson(st *StepState) *Refusal {
	if st.workers()[d.f.Person.ID] {
		return refuse("same_person", "You performed step %s or entered something in it. Another person checks it.", st.Step.Name)
	}
	return nil
}

// workers are the people who began, scanned, entered or performed in a step.
func (st *StepState) workers() map[identity.PersonID]bool {
	workers := map[identity.PersonID]bool{}
	if st.Begun != nil {
		workers[st.Begun.Person], workers[st.Begun.Doer()] = true, true
	}
	for _, scans := range st.Scans {
		for _, scan := range scans {
			workers[scan.Person] = true
		}
	}
	for _, values := range st.Values {
		for _, value := range values {
			workers[value.Person], workers[value.Doer()] = true, true
		}
	}
	for _, act := range st.Performed {
		workers[act.Person] = true
	}
	return workers
}

// notStopped: once a window that stops has run out, or an item's budget that
// stops is spent, the steps concerned cannot be performed; abort or rejection
// remain (EXE-02, EXE-11).
func (d *decision) notStopped(st *StepState) *Refusal {
	for _, window := range d.s.Protocol.Windows {
		if window.To.Step == st.Step.Base && window.Then.Stops && d.s.exceeded(window, d.at()) {
			return refuse("too_late", "Step %s can no longer be done: %s was at most %s.",
				st.Step.Name, window.Name, protocol.ShowDuration(window.Span.Max))
		}
	}
	for _, budget := range d.s.Protocol.Budgets {
		if !uses(st.Step, budget.Item) && budget.Until.Step != st.Step.Name {
			continue
		}
		if spent, _, _ := d.s.spent(budget, d.at()); budget.Then.Stops && spent > budget.Most {
			return refuse("budget_spent", "%s may not be used: %s was at most %s in total and is %s.",
				d.s.itemTitle(budget.Item), budget.Name, protocol.ShowDuration(budget.Most), protocol.ShowDuration(spent))
		}
	}
	return nil
}

// takenOut: what has only so long outside its storage is not used while the
// record has it inside: its clock would stand still (EXE-02, EXE-11). item is
// what is scanned, or "" for everything that the step uses.
func (d *decision) takenOut(st *StepState, item string) *Refusal {
	inside := d.s.Stored(st.Step, d.at())
	if len(inside) == 0 || item != "" && !slices.Contains(inside, item) {
		return nil
	}
	return refuse("in_storage", "%s: the record has it in its storage, and its time outside does not run. Say first that it was taken out; if that was earlier, say when.",
		d.s.itemTitle(cmp.Or(item, inside[0])))
}

// Stored are the items of a step that the record has in their storage, of those
// that have only so long outside it.
func (s *State) Stored(step *protocol.Step, at time.Time) (items []string) {
	for _, budget := range s.Protocol.Budgets {
		if budget.From.At != "out" || !uses(step, budget.Item) || len(s.moments(budget.Until)) > 0 {
			continue
		}
		if _, running, _ := s.spent(budget, at); !running {
			items = append(items, budget.Item)
		}
	}
	return items
}

// exceeded says that a window is running and longer than its maximum.
func (s *State) exceeded(w protocol.Window, now time.Time) bool {
	since, running := s.pending(w)
	return running && w.Span.Max > 0 && now.Sub(since) > w.Span.Max
}

// base says whether a point, named by a step's round, is the one that a window
// names by the step as written.
func (s *State) base(at protocol.Point) func(protocol.Point) bool {
	return func(p protocol.Point) bool {
		if st := s.Step(p.Step); st != nil {
			p.Step = st.Step.Base
		}
		return p == at
	}
}

// reaches judges every window that ends at a point which this act reaches: too
// early is refused, or is an exception where the protocol only asks for one
// (EXE-02). Too late is notStopped's and overdue's.
func (d *decision) reaches(points ...protocol.Point) *Refusal {
	for _, window := range d.s.Protocol.Windows {
		since, running := d.s.pending(window)
		if slices.ContainsFunc(points, d.s.base(window.To)) && d.s.unmarked(window) {
			return refuse("not_marked", "%s counts from when %s is %s, and nobody has marked that. Mark it first.",
				sentenceCase(window.Name), d.s.itemTitle(window.From.Step), window.From.At)
		}
		if !running || !slices.ContainsFunc(points, d.s.base(window.To)) {
			continue
		}
		elapsed := d.at().Sub(since)
		if elapsed >= window.Span.Min {
			continue
		}
		if !window.Then.Exception || window.Then.Blocks || window.Then.Stops {
			return refuse("too_early", "%s is at least %s; %s have passed.",
				sentenceCase(window.Name), protocol.ShowDuration(window.Span.Min), protocol.ShowDuration(elapsed.Truncate(time.Second)))
		}
		d.add = append(d.add, ExceptionRaised{
			Class: "timing", Severity: "major", Blocks: BlocksRelease, Step: window.To.Step, Cause: "window:" + window.Name,
			CausedBy: d.f.Person.ID,
			Text: sentenceCase(window.Name) + " took " + protocol.ShowDuration(elapsed) + ", " + protocol.ShowDuration(window.Span.Min-elapsed) +
				" less than its shortest time of " + protocol.ShowDuration(window.Span.Min) + ".",
		})
	}
	return nil
}

// waited: a step's own minimum is over before it is signed: 4 min 59 s of
// 5 min are refused, 5 min 00 s are not (EXE-02).
func (d *decision) waited(st *StepState) *Refusal {
	since, ok := d.s.start(d.s.steps[st.Step.Name])
	if st.Step.Wait.Min == 0 || !ok {
		return nil
	}
	if elapsed := d.at().Sub(since); elapsed < st.Step.Wait.Min {
		return refuse("too_early", "The wait of step %s is at least %s; %s have passed.",
			st.Step.Name, protocol.ShowDuration(st.Step.Wait.Min), protocol.ShowDuration(elapsed.Truncate(time.Second)))
	}
	return nil
}

// usable: what a step uses meets its conditions at this moment (COI-03,
// design: lot and equipment status).
func (d *decision) usable(st *StepState) *Refusal {
	for _, name := range st.Step.Uses {
		why, found := "it was not set out", false
		for _, item := range d.s.Items {
			if item.Name != name {
				continue
			}
			if failing := d.unfit(item); failing != "" {
				why = failing
				continue
			}
			found = true
		}
		if !found {
			return refuse("item_unfit", "%s may not be used: %s.", d.s.itemTitle(name), why)
		}
	}
	return nil
}

// unfitAsStated names the first condition of an item that does not hold at a
// moment, by what was stated of it when the batch was opened.
func (s *State) unfitAsStated(planned *protocol.Item, item Item, now time.Time) string {
	fit := register.Fitness{
		Number: item.Lot, Released: item.Released, Until: item.Expiry, Calibrated: item.Expiry, Qualified: item.Expiry, Clean: item.Clean,
		Personal: item.ForPatient != "" || s.Masked, ForPatient: item.ForPatient,
	}
	for _, must := range planned.MustBe {
		switch {
		case must == "clean" && !item.Clean:
			return item.Lot + " is not stated to be clean"
		case must == "for this patient" && !s.Masked && !s.ofPatient(item.ForPatient):
			return "lot " + item.Lot + " is not labelled for this patient"
		}
		if why := fit.Failing(must, now); why != "" {
			return why
		}
	}
	return ""
}

func spaceless(text string) string { return strings.Join(strings.Fields(text), "") }

// itemTitle is an item's title, as a sentence begins.
func (s *State) itemTitle(name string) string {
	for _, item := range s.Protocol.Items {
		if item.Name == name {
			return sentenceCase(titled(item.Title, item.Name))
		}
	}
	return sentenceCase(name)
}

// worded: a reason or remark says something that can be read (AUD-02).
func worded(text, what string) (string, *Refusal) {
	value, err := protocol.Input{Type: protocol.TypeText}.Parse(text, time.UTC)
	if strings.TrimSpace(text) == "" {
		return "", refuse("no_reason", "Write %s.", what)
	}
	if err != nil {
		return "", refuse("bad_text", "%s.", sentenceCase(err.Error()))
	}
	return value.Text, nil
}

// sentenceCase begins with a capital.
func sentenceCase(text string) string {
	for i, r := range text {
		return strings.ToUpper(string(r)) + text[i+len(string(r)):]
	}
	return text
}
