package batch

import (
	"fmt"
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
)

// Tell is an act that is recorded in another way than at the moment, by whoever
// did it: told afterwards, with when it was done and why it is told late; or
// typed for somebody whose hands are not free, with why (EXE-09). Act is
// "begin", "record", "move" or "perform"; the members after it are that
// command's.
type Tell struct {
	Act   string `json:"act"`
	Step  string `json:"step,omitempty"`
	Field string `json:"field,omitempty"`
	Text  string `json:"text,omitempty"`
	Item  string `json:"item,omitempty"`
	To    string `json:"to,omitempty"`

	Done    string            `json:"done,omitempty"`    // site time, as typed; "" for now
	Late    string            `json:"late,omitempty"`    // why it is recorded late
	Doer    identity.PersonID `json:"doer,omitempty"`    // for whom it is typed; "" for nobody else
	Scribed string            `json:"scribed,omitempty"` // why somebody else types
	Paper   string            `json:"paper,omitempty"`   // the blank that it is copied from (EXE-15)
}

func (Tell) command() {}

// Manner is how an act came into the record, where that was not at the moment
// and by whoever did it: both times, and both people, stay (EXE-09, REL-07).
type Manner struct {
	Done     string `json:"done"`  // when it was done, as stated; RFC 3339, UTC; "" for at the moment
	Typed    string `json:"typed"` // that moment as typed
	Late     string `json:"late"`
	Doer     string `json:"doer"` // person's id; "" when whoever typed it did it
	Name     string `json:"name"`
	Username string `json:"username"`
	Role     string `json:"role"`
	Training string `json:"training"`
	Scribed  string `json:"scribed"`
	Paper    string `json:"paper"` // number of the blank that it was copied from; "" for none
	// Offline stands in the entry of what a terminal kept, beside the act (EXE-14).
	Offline *Offline `json:"-"`
}

// latest bounds how long after it was done something is recorded: within a
// shift. What was done longer ago nobody tells from memory: it is raised as an
// exception, in words.
const latest = 12 * time.Hour

// When is when something was done: as stated, or when it was recorded.
func (a Act) When() time.Time {
	if a.Manner == nil || a.Manner.Done == "" {
		return a.At
	}
	at, err := time.Parse(time.RFC3339Nano, a.Manner.Done)
	if err != nil {
		return a.At // never written so
	}
	return at
}

// ToldLate says that something was recorded after it was done.
func (a Act) ToldLate() bool { return a.Manner != nil && a.Manner.Done != "" }

// Doer is who did what an act records.
func (a Act) Doer() identity.PersonID {
	if a.Manner == nil || a.Manner.Doer == "" {
		return a.Person
	}
	return identity.PersonID(a.Manner.Doer)
}

// MannerWords say how an act came into the record; "" when at the moment, by
// whoever did it. at writes a moment.
func (a Act) MannerWords(at func(time.Time) string) string {
	var parts []string
	if a.Source != nil {
		parts = append(parts, a.Source.words(at))
	}
	if a.Manner == nil {
		return strings.Join(parts, "; ")
	}
	if a.Manner.Paper != "" {
		parts = append(parts, "TRANSCRIBED from blank "+a.Manner.Paper)
	}
	if a.Manner.Doer != "" {
		parts = append(parts, fmt.Sprintf("typed by %s for %s (%s): %s", a.Name, a.Manner.Name, a.Manner.Role, a.Manner.Scribed))
	}
	switch {
	case a.Manner.Offline != nil:
		parts = append(parts, a.Manner.Offline.mannered(a, at))
	case a.Manner.Done != "":
		parts = append(parts, fmt.Sprintf("recorded at %s for %s: %s", at(a.At), at(a.When()), a.Manner.Late))
	}
	return strings.Join(parts, "; ")
}

// mannerOf is how an event came into the record; nil when at the moment.
func mannerOf(ev Event) *Manner {
	var m Manner
	switch e := ev.(type) {
	case StepBegun:
		m = e.Manner
	case ValueRecorded:
		m = e.Manner
	case ItemMoved:
		m = e.Manner
	case StepPerformed:
		m = e.Manner
	case KeptEntered:
		m = e.manner()
	}
	if m == (Manner{}) {
		return nil
	}
	told := m // most entries are of the moment, and need no room for it
	return &told
}

// inner is the act that is told; nil when there is none such.
func (c Tell) inner() Command {
	switch c.Act {
	case "begin":
		return Begin{Step: c.Step}
	case "record":
		return Record{Step: c.Step, Field: c.Field, Text: c.Text}
	case "move":
		return Move{Item: c.Item, To: c.To}
	case "perform":
		return Perform{Step: c.Step}
	}
	return nil
}

// tellOf gives the command of an act with how it came into the record.
func tellOf(c Command, m Manner) Command {
	if m == (Manner{}) {
		return c
	}
	tell := Tell{Done: m.Typed, Late: m.Late, Doer: identity.PersonID(m.Doer), Scribed: m.Scribed, Paper: m.Paper}
	switch c := c.(type) {
	case Begin:
		tell.Act, tell.Step = "begin", c.Step
	case Record:
		tell.Act, tell.Step, tell.Field, tell.Text = "record", c.Step, c.Field, c.Text
	case Move:
		tell.Act, tell.Item, tell.To = "move", c.Item, c.To
	case Perform:
		tell.Act, tell.Step = "perform", c.Step
	}
	return tell
}

// tell decides an act that is told late or typed for somebody else.
func (d *decision) tell(c Tell) (Event, error) {
	inner := c.inner()
	if inner == nil {
		return nil, refuse("bad_value", "Only a beginning, a value, a move and a signature as performed can be told afterwards.")
	}
	if c.Done == "" && c.Doer == "" && c.Paper == "" {
		return nil, refuse("bad_value", "Say when it was done, or for whom you type.")
	}
	if refusal := d.onPaper(c); refusal != nil {
		return nil, refusal
	}
	for _, rule := range []func(Tell, Command) *Refusal{d.late, d.scribed} {
		if refusal := rule(c, inner); refusal != nil {
			return nil, refusal
		}
	}
	return d.command(inner)
}

// late reads when something was done: not in the future, not before what it
// follows, and no longer ago than a shift. Times are judged by that moment, and
// that it was told late is an exception, never silent (REL-07).
func (d *decision) late(c Tell, inner Command) *Refusal {
	if c.Done == "" {
		return nil
	}
	value, err := protocol.Input{Type: protocol.TypeDateTime}.Parse(c.Done, d.zone())
	if err != nil {
		return refuse("bad_value", "When it was done: %s.", err)
	}
	why, refusal := worded(c.whyPaper(c.Late), "why it is recorded late")
	if refusal != nil {
		return refusal
	}
	done := value.Time
	switch {
	case done.After(d.now):
		return refuse("not_yet", "It cannot have been done at %s: that is still to come.", d.shown(done))
	case d.now.Sub(done) > latest && c.Paper == "":
		return refuse("too_long_ago", "It was done %s ago, longer than the %s within which it can be recorded afterwards. Raise an exception and say in it what was done.",
			protocol.ShowDuration(d.now.Sub(done).Truncate(time.Minute)), protocol.ShowDuration(latest))
	}
	if what, at := d.s.follows(inner, d.s.paper(c.Paper)); done.Before(at) {
		return refuse("before_its_time", "It cannot have been done at %s: %s at %s.", d.shown(done), what, d.shown(at))
	}
	d.done = done
	d.manner.Done, d.manner.Typed, d.manner.Late = done.UTC().Format(time.RFC3339Nano), c.Done, why
	d.due = nil // judged by the moment when it was done, once that is known to be
	of, step := "Item "+c.Item, ""
	if c.Step != "" {
		of, step = "Step "+c.Step, c.Step
	}
	if c.Paper != "" {
		return nil // that it was copied from paper says it
	}
	cause := "late:" + c.Step + ":" + c.Item + ":" + d.manner.Done + ":" + why
	if d.s.raised(cause) {
		return nil // the same statement, of more that was done then
	}
	d.add = append(d.add, ExceptionRaised{
		Class: "late entry", Severity: "major", Blocks: BlocksRelease, Step: d.s.stepNamed(step), CausedBy: d.f.Person.ID,
		Cause: cause,
		Text: fmt.Sprintf("%s: what was done at %s was recorded %s later: %s", of, d.shown(done),
			protocol.ShowDuration(d.now.Sub(done).Truncate(time.Second)), why),
	})
	return nil
}

func (d *decision) shown(at time.Time) string { return protocol.ShowMoment(at, d.zone()) }

// at is the moment by which times are judged.
func (d *decision) at() time.Time {
	if d.done.IsZero() {
		return d.now
	}
	return d.done
}

// dueLate are the exceptions that time had brought about when something was
// done that is told now, and those that it brings about although it was done:
// nothing that was done in time is held to have been late, only told late.
func (d *decision) dueLate(after *State) []ExceptionRaised {
	var due []ExceptionRaised
	had := map[string]bool{}
	take := func(all []ExceptionRaised, clock bool) {
		for _, ex := range all {
			if clock == (ex.Class == clockClass) && !had[ex.Cause] {
				had[ex.Cause] = true
				due = append(due, ex)
			}
		}
	}
	take(append(d.s.overdue(d.now), d.clock...), true)
	take(d.s.overdue(d.done), false)
	if d.offline != nil && len(after.OpenKept()) > 0 {
		return due // what was kept after it may say that it was done in time
	}
	take(after.overdue(d.now), false)
	return due
}

// follows is the last thing that had to be before an act, and when it was. What
// stands on paper was done after the paper was printed, perhaps before the batch
// was opened here.
func (s *State) follows(c Command, paper *PaperEntry) (what string, at time.Time) {
	what, at = "the batch was opened", s.Opened.At
	if paper != nil {
		what, at = "blank "+paper.Blank+" was printed", paper.Printed
	}
	later := func(words string, when time.Time) {
		if when.After(at) {
			what, at = words, when
		}
	}
	if move, ok := c.(Move); ok {
		for _, moved := range s.Moves {
			if moved.Item == move.Item {
				later("it was moved before that", moved.When())
			}
		}
		return what, at
	}
	st := s.Step(stepOf(c))
	if st == nil {
		return what, at
	}
	if st.Section.AfterRelease && s.Certification != nil {
		later("the batch was certified", s.Certification.At)
	}
	for i := range s.Steps {
		before := &s.Steps[i]
		if before.Step == st.Step {
			break
		}
		same := before.Section == st.Section
		if before.Skipped || same && st.Section.AnyOrder || !same && s.Protocol.Beside(before.Section, st.Section) {
			continue
		}
		if len(before.Performed) > 0 {
			later("step "+before.Step.Name+" was done", before.Performed[0].When())
		}
	}
	s.inStep(st, c, paper, later)
	return what, at
}

// inStep is what an act follows in its own step.
func (s *State) inStep(st *StepState, c Command, paper *PaperEntry, later func(string, time.Time)) {
	_, performs := c.(Perform)
	if st.Begun != nil {
		later("the step was begun", st.Begun.When())
	}
	for _, scan := range st.Step.Scans {
		matched := st.Matched(scan.Field)
		if paper != nil {
			break // the codes are typed or scanned while the sheet is copied
		}
		if matched == nil || !performs && scan.Field != patientField && scan.Field != labelField {
			continue
		}
		later("the "+scan.Field+" was scanned", matched.When())
	}
	if !performs {
		return
	}
	for _, entries := range inputsOf(st) {
		for _, entry := range entries {
			if entry.Reason == "" {
				later("a value was recorded in it", entry.When())
			}
		}
	}
}

// DoerOf names the person for whom a command says that it is typed.
func DoerOf(c Command) (identity.PersonID, bool) {
	tell, ok := c.(Tell)
	return tell.Doer, ok && tell.Doer != ""
}

// DoerIn names the person for whom an entry says that it was typed, or was to be.
func DoerIn(ev Event) (identity.PersonID, bool) {
	if m := mannerOf(ev); m != nil {
		return identity.PersonID(m.Doer), m.Doer != ""
	}
	if refused, ok := ev.(CommandRefused); ok && refused.Command != "" {
		if c, err := UnmarshalCommand([]byte(refused.Command)); err == nil {
			id, ok := DoerOf(c)
			return id, ok && id != nobody
		}
	}
	return "", false
}

// LeansOn names the streams of people whom an entry names besides its actor.
func LeansOn(ev Event) []audit.StreamID {
	if doer, ok := DoerIn(ev); ok {
		return []audit.StreamID{doer.Stream()}
	}
	return nil
}

// nobody stands, in an attempt that was refused, for a person who is not here.
const nobody identity.PersonID = "nobody"
