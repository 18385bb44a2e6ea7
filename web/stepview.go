package web

import (
	"cmp"
	"fmt"
	"time"

	"countersign/batch"
	"countersign/protocol"
)

// stepView is the heart of the terminal: one step, large.
type stepView struct {
	Batch            string
	Stop             *stopView
	Seen             int64
	Rail             []railSection
	Timers           []timerView
	Section, Step    string
	Number, Count    int
	Do               string
	Critical         bool
	Then             string // what follows this person's act
	Calcs            []calcView
	Alarms           alarms
	Senders          []senderView // values that machines send
	Scans            []scanView
	Inputs           []inputView
	Items            []itemView
	Exceptions       []exceptionView
	Notes            []noteView
	Holds            []string // what holds the step up
	Waiting          []waitingView
	OnHold           []holdView
	Redline          redlineNotice
	Colleagues       []colleague // for whom one can type here
	Kept             *keptNotice
	Papers           []string // blanks from which something can be copied here
	TypedFor         []string // who has not signed yet that what was typed for them is theirs
	Confirmed        []signedBy
	Typed            form // of how an act was done, when it was not taken
	Timed, CanBegin  bool
	BeginKey         string
	Begun            *signedBy
	Enters           bool   // something can be typed
	Wait             string // how long the step takes, before it has begun
	CanPerform       bool
	PerformWords     string   // on the button that signs
	Early            []string // shortest times that the act would end
	CanCheck         bool
	CheckWords       string
	Performed        []signedBy
	Checked          []signedBy
	NextStep, NextTo string
	IsNext           bool
	Ended            string
	Wrong            string
}

// railSection and railStep show where we are.
type railSection struct {
	Name  string
	Steps []railStep
}

type railStep struct {
	Name, To, Sign, Words string
	Here, Spoken          bool // Spoken: the words are shown and not only read out
}

type calcView struct {
	Title, Value, Working, Formula, Missing string
	Verdict                                 verdictView
}

// verdictView is what the limits say of a value, in words.
type verdictView struct {
	Level, Reason, Next string
}

type scanView struct {
	Field, Title, Key string
	Hint, Note        string // where the code is; why none is asked for
	Labels            string // the page on which labels are printed
	Stop, Done, First bool
	Taken, Refused    []scanLine
	Typing            typingView // while it can be typed
	Witness           bool       // it was typed, and waits for a second person
}

type scanLine struct {
	Raw, Item, Why, At, Name string
	Sent                     string // what came, where that is something else
	Manner                   string // recorded without a connection
	Typed                    string // why it was not scanned
	Witness                  string
}

type inputView struct {
	Field, Title, Type, Unit, Mode, Hint, Class, Key, Typed, Error, Fix string
	Limits                                                              []string
	Choices                                                             []string
	Long, Open, Optional, Again                                         bool
	Values                                                              []valueView
	Value                                                               string // what counts now
	Verdict                                                             verdictView
	Label                                                               string     // of a table's cell: its column
	Table                                                               *tableView // in the place of a value
	Sender                                                              string     // the machine that sends it, whose readings stand above
	Waiting                                                             bool       // a correction of it waits for a second person
}

type valueView struct {
	Text, Kind, At, Name, Reason string
	Struck                       bool
	Verdict                      verdictView
	Second                       *signedBy // under a correction of critical data
	Effects                      []string  // of a correction
	Manner                       string    // told late, or typed for somebody else
}

type itemView struct {
	Name, Title, Lot, Expiry, Where, Key, Direction, Words string
	Kind                                                   string // what Lot is: a lot, or a machine's number
	To                                                     string // its page in the register
	Another                                                string // where another one is set out; "" when nothing more is
	Movable                                                bool
	Marks                                                  []itemMark // opened, thawed: where a window begins or ends with it
}

// itemMark is something that happens to an item once.
type itemMark struct{ To, Key string }

type noteView struct{ Text, Step, Name, At string }

// stepOf draws a step. key gives each form its idempotency key.
func stepOf(s *batch.State, name string, t typed, now time.Time, zone *time.Location, key func() string) (stepView, bool) {
	st := s.Step(name)
	if st == nil {
		return stepView{}, false
	}
	next := s.Next()
	v := stepView{
		Batch: s.ID, Seen: s.Version, Rail: railOf(s, name), Timers: timersOf(s, now, zone),
		Section: st.Section.Name, Step: st.Step.Name, Do: s.Told(st.Step.Do), Critical: st.Step.Critical, Count: len(s.Steps),
		Timed: st.Step.Timed, IsNext: s.IsOpen(st), Ended: endedWords(s.Status),
		Performed: actsWords(st.Performed, zone), Checked: actsWords(st.Checked, zone),
		Wrong: batchAddress(s.ID) + "/wrong?step=" + queryEscape(name),
	}
	for i := range s.Steps {
		if s.Steps[i].Step.Name == name {
			v.Number = i + 1
		}
	}
	if st.Begun != nil {
		begun := actWords(*st.Begun, zone)
		v.Begun = &begun
	}
	live := v.Ended == "" && (v.IsNext || len(st.Performed) > 0)
	fill(&v, s, st, t, live, zone, key)
	v.CanBegin = v.IsNext && !st.Unwitnessed() && len(s.Holds()) == 0 && len(s.WaitingCorrections()) == 0 && v.Ended == "" && st.Step.Timed && st.Begun == nil
	if v.CanBegin {
		v.BeginKey, v.Wait = key(), waitWords(st.Step)
	}
	v.CanPerform = live && st.PerformedNow() == nil && !held(s) && !st.Unwitnessed()
	v.CanCheck = live && len(s.Holds()) == 0 && len(s.WaitingCorrections()) == 0 && st.PerformedNow() != nil && st.Step.CheckedBy != "" && st.CheckedNow() == nil
	v.CheckWords = secondWords(st.Step)
	v.PerformWords = "I did this"
	if live {
		v.Early = s.EndsEarly(st, now, func(t time.Time) string { return when(t, zone) })
	}
	if st.Step.Decision {
		v.PerformWords = "I decide this"
	}
	v.Then = thenWords(s.Protocol, st.Step)
	if next != nil && next.Step.Name != name {
		v.NextStep, v.NextTo = next.Step.Name, stepAddress(s.ID, next.Step.Name)
	}
	for _, e := range s.Exceptions {
		if e.Step == name {
			v.Exceptions = append(v.Exceptions, exceptionOf(s, e, zone))
		}
	}
	v.Holds = whatHolds(s)
	v.Confirmed, v.TypedFor = actsWords(st.Confirmed, zone), typedOpen(st)
	v.Waiting = waitingCorrections(s, zone, key)
	for _, n := range s.Notes {
		if n.Step == name {
			v.Notes = append(v.Notes, noteOf(n, zone))
		}
	}
	return v, true
}

// fill draws what is scanned, calculated, entered and used.
func fill(v *stepView, s *batch.State, st *batch.StepState, t typed, live bool, zone *time.Location, key func() string) {
	first := live
	for _, scan := range st.Step.Scans {
		one := scanOf(s, st, scan, zone)
		if !one.Done && live {
			one.Key, one.First = key(), first && st.Asks(scan)
			one.Typing = typingOf(one, *v, t.code, key())
			first = first && !st.Asks(scan)
		}
		one.Witness = scan.Field == "patient" && st.Unwitnessed() && v.Ended == ""
		v.Scans = append(v.Scans, one)
	}
	for _, c := range st.Step.Calcs {
		one := calcView{Title: titleOr(c.Title, c.Name), Formula: c.Formula, Missing: "not known yet"}
		if result, ok := st.Results[c.Name]; ok {
			one.Value, one.Working, one.Missing = c.Show(result.Rounded), result.Working, ""
			one.Verdict = verdictOf(result.Verdict)
		}
		v.Calcs = append(v.Calcs, one)
	}
	v.enter(st, t, live, drawing(s, st, t, zone), key)
	for _, item := range itemsOf(s, st.Step) {
		one := itemOf(s, item, zone)
		one.offer(s.ID, st.Step.Name, v.Ended, key)
		v.Items = append(v.Items, one)
	}
}

func titleOr(title, name string) string {
	if title != "" {
		return title
	}
	return fieldWords(name)
}

func endedWords(status batch.Status) string {
	switch status {
	case batch.Rejected:
		return "This batch was rejected. It can be read and not changed."
	case batch.Aborted:
		return "This batch was aborted. Everything recorded until then is kept; nothing more can be done."
	case batch.Given:
		return "This batch was certified and given. It can be read and not changed."
	}
	return ""
}

func railOf(s *batch.State, here string) []railSection {
	var rail []railSection
	for i := range s.Steps {
		st := &s.Steps[i]
		if !shows(s, st) {
			continue
		}
		if len(rail) == 0 || rail[len(rail)-1].Name != st.Section.Name {
			rail = append(rail, railSection{Name: st.Section.Name})
		}
		one := railStep{Name: st.Step.Name, To: stepAddress(s.ID, st.Step.Name), Here: st.Step.Name == here}
		one.Sign, one.Words, one.Spoken = standing(st, s.IsOpen(st))
		last := &rail[len(rail)-1]
		last.Steps = append(last.Steps, one)
	}
	return rail
}

// shows says that a step belongs on a list: the rounds of a loop that have not
// begun, and may never, do not.
func shows(s *batch.State, st *batch.StepState) bool {
	return st.Step.Round < 2 || len(st.Performed) > 0 || !st.Skipped && s.IsOpen(st)
}

// standing says how a step stands: a sign, words, and whether the words are
// needed by everybody.
func standing(st *batch.StepState, next bool) (sign, words string, spoken bool) {
	switch {
	case st.Skipped:
		return "–", "not part of this batch", true
	case st.Signed():
		return "✓", "done", false
	case st.PerformedNow() != nil:
		return "◐", "waits for its check", true
	case len(st.Performed) > 0:
		return "!", "to be signed again", true
	case next && (st.Begun != nil || len(st.Values) > 0 || len(st.Scans) > 0):
		return "●", "under way", true
	case next:
		return "●", "now", true
	}
	return "○", "to do", false
}

func scanOf(s *batch.State, st *batch.StepState, scan protocol.Scan, zone *time.Location) scanView {
	v := scanView{Hint: scanHint(s, scan.Field), Field: scan.Field, Title: scanTitle(s.Protocol, scan.Field), Stop: scan.Stop, Done: st.Matched(scan.Field) != nil}
	if scan.Field == "label" {
		v.Note = cmp.Or(labelNote(s, st), intoNote(st.Step))
	}
	if scan.Field == "label" && s.Protocol.Label.Pos.Line > 0 {
		v.Labels = batchAddress(s.ID) + "/labels"
	}
	for _, entry := range st.Scans[scan.Field] {
		line := scanLine{Raw: entry.Raw, Item: entry.Item, Why: entry.Why, At: when(entry.At, zone), Name: entry.Name}
		line.Sent, line.Manner = spelledOr(entry.Sent), mannerWords(entry.Act, zone)
		line.typed(entry, zone)
		if entry.Matched {
			v.Taken = append(v.Taken, line)
		} else {
			v.Refused = append(v.Refused, line)
		}
	}
	return v
}

// intoNote says which container's label is scanned where something moves into
// another one (COI-03).
func intoNote(step *protocol.Step) string {
	if step.Into == "" {
		return ""
	}
	return "It is the label on the container that this goes into: " + step.Into + "."
}

func scanHint(s *batch.State, field string) string {
	if field == "label" && s.Protocol.Label.Pos.Line > 0 {
		return "The label's code is the square beside its text."
	}
	if field == "label" {
		return "The label's code is the number of the batch, " + s.ID + "."
	}
	return ""
}

func scanTitle(p *protocol.Protocol, field string) string {
	switch field {
	case "patient":
		return "the patient's wristband"
	case "label":
		return "the label"
	}
	if item := p.Item(field); item != nil {
		return titleOr(item.Title, field)
	}
	return field
}

func verdictOf(v protocol.Verdict) verdictView {
	view := verdictView{Level: string(v.Level), Reason: v.Reason}
	switch v.Level {
	case protocol.Reject:
		view.Next = "The value is kept as it was entered. It can never be accepted within this batch: call a quality lead."
	case protocol.Action:
		view.Next = "The value is kept as it was entered, and an exception is raised for a quality lead to decide."
	case protocol.Warn:
		view.Next = "The value is kept and marked. The work may go on."
	}
	if v.Limit != nil && v.Limit.Then.Stops {
		view.Next = "The value is kept as it was entered. The step cannot be performed: the batch can be aborted, or a quality lead decides."
	}
	return view
}

// whatHolds are the exceptions that let no step be signed until somebody has
// decided them.
func whatHolds(s *batch.State) (sentences []string) {
	for _, e := range s.Exceptions {
		if e.Resolved == nil && e.Blocks == batch.BlocksBatch {
			sentences = append(sentences, fmt.Sprintf("Exception %d holds up every further step until %s decides it: %s", e.Number, e.Decider(), e.Text))
		}
	}
	return sentences
}
