package batch

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/identity"
	"countersign/protocol"
)

// Answers say what a simulated batch is told.
type Answers struct {
	Order map[string]string
	// Site gives what the simulated site has set; what it leaves out is the first
	// that may be.
	Site map[string]string
	// Value gives the text for an input, the n-th time that it is asked for in
	// this round, from 0; "" leaves it to Samples.
	Value func(st *StepState, in *protocol.Input, n int) string
	// Delay is how long a step is left waiting before it begins.
	Delay func(st *StepState) time.Duration
	// Rush lets a window's least time pass unheeded.
	Rush func(window string) bool
	// Spend is how long a budget's item is out of its storage before the first
	// step begins.
	Spend func(budget string) time.Duration
	// seen is told what could have been entered.
	seen func(st *StepState, in *protocol.Input, samples []string)
}

// Occurrence is one act of a simulated batch and what it came to.
type Occurrence struct {
	At      time.Time
	Who     string
	Command Command
	Events  []Event
	Refusal *Refusal
}

// Run is a simulated batch.
type Run struct {
	State *State
	Trail []Occurrence
	Ends  string // why it went no further, in words
}

// simulation plays everybody in one batch, with a clock of its own.
type simulation struct {
	p       *protocol.Protocol
	answers Answers
	people  map[string]identity.Person
	now     time.Time
	run     Run
}

// mostActs bounds a run: far above what any protocol's steps ask for.
const mostActs = 5000

// Simulate makes a whole batch of a protocol with the rules of Decide, with a
// cast of its own and a clock that waits exactly as long as it must: every
// scan is right, every exception that can be accepted is, and a wait or a
// window is kept unless a delay says otherwise. The same answers give the
// same run.
func Simulate(p *protocol.Protocol, start time.Time, answers Answers) Run {
	m := &simulation{p: p, answers: answers, now: start, people: castOf(p, start)}
	m.run.State = &State{}
	if refusal := m.act("pharmacist", m.opening()); refusal != nil {
		m.run.Ends = "it could not be opened: " + refusal.Sentence
	} else if m.prelabels() {
		m.spend()
	}
	for len(m.run.Trail) < mostActs && m.run.Ends == "" {
		m.step()
	}
	return m.run
}

// castOf are the people of a simulation, by what they are.
func castOf(p *protocol.Protocol, start time.Time) map[string]identity.Person {
	people := map[string]identity.Person{}
	training := []identity.Training{{Protocol: p.Name, Version: p.Version, Until: start.AddDate(10, 0, 0), By: "simulation"}}
	for name, role := range map[string]identity.Role{
		"technician": identity.Technician, "pharmacist": identity.Pharmacist, "another pharmacist": identity.Pharmacist,
		"another technician": identity.Technician, "reviewer": identity.Pharmacist, "quality lead": identity.QualityLead, "another quality lead": identity.QualityLead,
	} {
		people[name] = identity.Person{
			ID: identity.PersonID(name), Name: name, Username: name, Roles: []identity.Role{role}, Training: training, Active: true,
			Read: []identity.Acknowledgement{{Protocol: p.Name, Version: p.Version, At: start}},
			Keys: []identity.Key{{Public: strings.Repeat("00", 32), From: 1, Attested: true}},
		}
	}
	return people
}

func (m *simulation) opening() Open {
	c := Open{
		Batch: "SIMULATED-1", Protocol: m.p.Name, Version: m.p.Version, Digest: m.p.Digest, Order: map[string]string{},
		Patient:   Patient{Name: "SIMULATED, Patient", Born: "2000-01-01", Number: "SIM 1", NumberType: "MRN", Wristband: "SIM-WRISTBAND"},
		Reference: "SIMULATED", Prescriber: "SIMULATED", Unit: simulatedUnit,
	}
	if unnamedOnLabel(m.p) {
		c.Trial, c.Participant = "SIMULATED", "SIMULATED-1"
	}
	for _, value := range m.p.Order {
		if c.Order[value.Name] = m.answers.Order[value.Name]; c.Order[value.Name] == "" {
			c.Order[value.Name] = value.Low.Number
		}
	}
	for _, item := range m.p.Items {
		c.Items = append(c.Items, Item{
			Name: item.Name, Code: "SIM-" + item.Name,
		})
	}
	return c
}

// act gives a command as somebody; a refusal is kept and told.
func (m *simulation) act(who string, c Command) *Refusal {
	m.now = m.now.Add(actTakes)
	person := m.people[who]
	f := Facts{
		Person: person, Protocol: m.p, Effective: true, Origin: "simulation", Site: "Simulation", Standing: Permitting(m.p, simulatedUnit), Zone: time.UTC,
		Settings: m.settings(), Registered: m.registered(), Issue: 1,
	}
	events, err := Decide(m.run.State, c, f, m.now)
	told := Occurrence{At: m.now, Who: who, Command: c, Events: events}
	var refusal *Refusal
	if errors.As(err, &refusal) {
		told.Refusal = refusal
		if refusal.Code == "too_early" || refusal.Code == "outside_hours" || m.run.State.Protocol == nil {
			m.run.Trail = append(m.run.Trail, told)
			return refusal
		}
		events, err = Refused(m.run.State, c, refusal, f, m.now)
		told.Events = events
	}
	if err != nil {
		m.run.Ends = err.Error()
		return nil //nolint:nilerr // no refusal: the run ends, and says why
	}
	m.fold(events, person.ID)
	m.run.Trail = append(m.run.Trail, told)
	return refusal
}

// fold adds what a command came to.
func (m *simulation) fold(events []Event, person identity.PersonID) {
	var err error
	for _, ev := range events {
		by := ev.by()
		act := Act{
			Index: m.run.State.Version, Version: m.run.State.Version + 1, At: m.now, Person: person,
			Name: by.Name, Username: by.Username, Role: by.Role, Training: by.Training, Meaning: meanings(ev),
		}
		if m.run.State, err = m.run.State.with(ev, act, m.p); err != nil {
			m.run.Ends = err.Error()
			return
		}
	}
}

// step does what the batch waits for.
func (m *simulation) step() {
	s := m.run.State
	for _, ex := range s.OpenExceptions() {
		if m.act("quality lead", Resolve{Exception: ex.Number, Accept: true, Reason: "Simulated."}) != nil {
			m.end(Reject{Reason: "Simulated: an exception cannot be accepted."})
			return
		}
	}
	if open := m.run.State.openSteps(); len(open) > 0 {
		m.do(open[0])
		return
	}
	switch m.run.State.Status {
	case Complete:
		for _, h := range m.run.State.Holdings() {
			if h.Due() && !m.must(m.mover(), Account{Item: h.Item, Lot: h.Lot, Used: h.Taken.Coded()}) {
				return
			}
		}
		m.must("reviewer", Review{Statement: "Simulated."})
	case Reviewed:
		if m.act("another quality lead", Certify{Statement: "Simulated.", Place: "Simulation", Where: AtSite}) != nil {
			m.end(Reject{Reason: "Simulated: it cannot be certified."})
		}
	default:
		m.run.Ends = string(m.run.State.Status)
	}
}

// lastWords is why the last act was refused, or "".
func (m *simulation) lastWords() string {
	for i := len(m.run.Trail) - 1; i >= 0; i-- {
		if refusal := m.run.Trail[i].Refusal; refusal != nil {
			return ": " + refusal.Sentence
		}
	}
	return ""
}

// end lets the quality lead end the batch.
func (m *simulation) end(c Command) {
	why := m.lastWords()
	if m.act("another quality lead", c) != nil {
		m.must("quality lead", Abort{Reason: "Simulated: nothing else is left."})
	}
	if m.run.Ends == "" {
		m.run.Ends = string(m.run.State.Status) + why
	}
}

// must stops the run where an act is refused for good.
func (m *simulation) must(who string, c Command) bool {
	if refusal := m.patiently(who, c); refusal != nil {
		m.run.Ends = fmt.Sprintf("%s could not be done: %s", CommandName(c), refusal.Sentence)
		return false
	}
	return m.run.Ends == ""
}

// patiently waits while the only answer is that it is too early, or not the
// hour.
func (m *simulation) patiently(who string, c Command) *Refusal {
	refusal := m.act(who, c)
	for wait := time.Second; refusal != nil && (refusal.Code == "too_early" || refusal.Code == "outside_hours") && wait < 60*24*time.Hour; wait = wait*5/4 + time.Second {
		m.run.Trail = m.run.Trail[:len(m.run.Trail)-1] // waiting is no act
		m.now = m.now.Add(wait)
		refusal = m.act(who, c)
	}
	return refusal
}

// do makes one step whole.
func (m *simulation) do(st *StepState) {
	name := st.Step.Name
	performer, checker := m.parts(st.Step)
	if m.answers.Delay != nil && st.Started.IsZero() && len(st.Performed) == 0 {
		m.now = m.now.Add(m.answers.Delay(st))
	}
	if len(st.Performed) == 0 {
		if !m.labels(st) {
			return
		}
		if !m.takeOut(st.Step) {
			return
		}
		m.hold(st.Step, "started", "scanned")
		for _, scan := range st.Step.Scans {
			if st.Matched(scan.Field) == nil && !m.must(performer, Scan{Step: name, Field: scan.Field, Raw: m.code(scan.Field)}) {
				return
			}
		}
		if st.Step.Timed && st.Begun == nil && !m.must(performer, Begin{Step: name}) {
			return
		}
		for i := range st.Step.Inputs {
			if !m.enter(performer, name, &st.Step.Inputs[i]) {
				return
			}
		}
	}
	if m.run.State.Step(name).PerformedNow() == nil {
		m.hold(st.Step, "done")
		m.spendOut(st.Step)
		refusal := m.patiently(performer, Perform{Step: name})
		if refusal != nil && refusal.Code == "blocked" {
			return // decided on next
		}
		if refusal != nil {
			m.end(Reject{Reason: "Simulated: a step cannot be performed."})
			return
		}
	}
	if st.Step.CheckedBy != "" && m.run.Ends == "" {
		m.must(checker, Check{Step: name})
	}
}

// hold waits until the windows that end at some moments of a step allow them.
func (m *simulation) hold(step *protocol.Step, moments ...string) {
	for _, w := range m.p.Windows {
		if w.To.Step == step.Base && slices.Contains(moments, w.To.At) && m.run.State.unmarked(w) && !m.must(string(roleOf(m.p, step.By)), Move{Item: w.From.Step, To: w.From.At}) {
			return
		}
		if m.answers.Rush != nil && m.answers.Rush(w.Name) {
			continue
		}
		if since, running := m.run.State.pending(w); running && w.To.Step == step.Base && slices.Contains(moments, w.To.At) && m.now.Before(since.Add(w.Span.Min)) {
			m.now = since.Add(w.Span.Min)
		}
	}
}

// enter records an input, and again where the protocol asks for it.
func (m *simulation) enter(who, step string, in *protocol.Input) bool {
	for n := 0; ; n++ {
		st := m.run.State.Step(step)
		if st.Value(in.Name) != nil && !st.repeatDue(in.Name) || !st.HasRow(in) {
			return true
		}
		text := ""
		if m.answers.Value != nil {
			text = m.answers.Value(st, in, n)
		}
		if m.answers.seen != nil && n == 0 {
			m.answers.seen(st, in, m.samples(st, in))
		}
		if text == "" {
			if in.Optional {
				return true
			}
			text = m.good(st, in)
		}
		refusal := m.act(who, Record{Step: step, Field: in.Name, Text: text})
		if refusal != nil && refusal.Code == "blocked" {
			for _, ex := range m.run.State.OpenExceptions() {
				if m.act("quality lead", Resolve{Exception: ex.Number, Accept: true, Reason: "Simulated."}) != nil {
					break // it is final: the value cannot be entered
				}
			}
			refusal = m.act(who, Record{Step: step, Field: in.Name, Text: text})
		}
		if refusal != nil {
			m.end(Reject{Reason: "Simulated: a value cannot be entered."})
			return false
		}
	}
}

// samples are what could be entered now.
func (m *simulation) samples(st *StepState, in *protocol.Input) []string {
	if in.Type == protocol.TypeDateTime {
		return []string{m.now.UTC().Format(time.RFC3339)}
	}
	return in.Samples(st.Step.Base+"."+in.Name, st.Step.Calcs, m.p.Conditions(), m.run.State.envAt(st))
}

// good is the first sample that breaks no limit, or the first there is.
func (m *simulation) good(st *StepState, in *protocol.Input) string {
	all := m.samples(st, in)
	for _, text := range all {
		value, err := in.Parse(text, time.UTC)
		if err != nil || value.Absent != "" || in.LessThanNothing(value, m.run.State.envAt(st)) {
			continue
		}
		event := ValueRecorded{Step: st.Step.Name, Field: in.Name, Text: text, Value: value.Coded()}
		after, err := m.run.State.with(event, Act{Version: m.run.State.Version + 1, At: m.now}, m.p)
		if err == nil && sound(after.Step(st.Step.Name), in.Name) {
			return text
		}
	}
	if len(all) == 0 {
		return ""
	}
	return all[0]
}

// sound says that a value and the calculations of its step keep their limits.
func sound(st *StepState, field string) bool {
	for _, result := range st.Results {
		if result.Verdict.Level != "" {
			return false
		}
	}
	return st.Value(field).Verdict.Level == ""
}

func (m *simulation) code(field string) string {
	switch field {
	case patientField:
		return "SIM-WRISTBAND"
	case labelField:
		return m.labelCode()
	}
	return "SIM-" + field
}

// parts are who performs and who checks: two people of the parts' roles.
func (m *simulation) parts(step *protocol.Step) (performer, checker string) {
	performer = string(roleOf(m.p, step.By))
	if step.CheckedBy == "" {
		return performer, ""
	}
	if checker = string(roleOf(m.p, step.CheckedBy)); checker == performer {
		checker = "another " + checker
	}
	return performer, checker
}
