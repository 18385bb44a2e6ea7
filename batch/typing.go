package batch

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"countersign/audit"
	"countersign/identity"
	"countersign/register"
	"countersign/register/patient"
)

// TypeCode gives a code by hand, as it is printed, because it cannot be read by
// a scanner: the label is torn, or the scanner is dead. Reason is one of
// TypingReasons, Words say more. A code is matched the same however it came; a
// typed one is marked for good, and is an exception (MAT-03, REL-07).
type TypeCode struct {
	Step   string `json:"step"`
	Field  string `json:"field"`
	Text   string `json:"text"`
	Reason string `json:"reason"`
	Words  string `json:"words"`
}

// WitnessCode is the second person's signature over a patient's code that was
// typed: they have read the wristband, too (COI-03). Signed as witnessed.
type WitnessCode struct {
	Step string `json:"step"`
}

func (TypeCode) command()    {}
func (WitnessCode) command() {}

// TypingReasons are why a code may be typed. The list is closed, so that sites
// can count what their labels and scanners do to them.
func TypingReasons() []string {
	return []string{"the label is torn or dirty", "the scanner does not work", "no scanner is at hand", "there is no code to scan", "another reason"}
}

// CodeTyped is a code that was typed. Why is "" when it matched; the rest is as
// in ScanAccepted and ScanRefused.
type CodeTyped struct {
	By       `json:"by"`
	Step     string      `json:"step"`
	Field    string      `json:"field"`
	Raw      string      `json:"raw,omitempty"`
	Reason   string      `json:"reason"`
	Words    string      `json:"words"`
	Lot      string      `json:"lot"`
	Why      string      `json:"why"`
	Holder   string      `json:"holder"`
	UsedBy   string      `json:"used_by"`
	Known    string      `json:"known"`
	Others   bool        `json:"others"`
	Personal bool        `json:"personal"` // Raw is sealed
	Near     []Neighbour `json:"near,omitempty"`
}

// CodeWitnessed is the second person's signature over a typed wristband.
type CodeWitnessed struct {
	By   `json:"by"`
	Step string `json:"step"`
}

const (
	kindTyped         audit.Kind = "batch.code_typed"
	kindCodeWitnessed audit.Kind = "batch.code_witnessed"
)

// Kind is the written kind of the event's entry.
func (CodeTyped) Kind() audit.Kind     { return kindTyped }
func (CodeWitnessed) Kind() audit.Kind { return kindCodeWitnessed }

// Typing is how a code came that was not scanned.
type Typing struct {
	Reason, Words string
	Witnessed     *Act // of a patient's code
}

// typeCode matches a typed code by the rules of a scanned one. What is told by
// a check digit to be mistyped is refused and typed again: it names nobody, and
// is no wrong patient.
func (d *decision) typeCode(c TypeCode) (Event, *Refusal) {
	if !slices.Contains(TypingReasons(), c.Reason) {
		return nil, refuse("no_reason", "Choose why the code cannot be scanned.")
	}
	words, refusal := worded(c.Words, "what is the matter with the code or the scanner")
	if refusal != nil {
		return nil, refusal
	}
	if refusal := d.mistyped(c); refusal != nil {
		return nil, refusal
	}
	scan, refusal := d.scan(c.Scan())
	if refusal != nil {
		return nil, refusal
	}
	ev := CodeTyped{By: d.by, Step: c.Step, Field: c.Field, Reason: c.Reason, Words: words}
	switch e := scan.(type) {
	case ScanRefused:
		ev.Raw, ev.Why, ev.Holder, ev.UsedBy, ev.Known, ev.Others, ev.Personal, ev.Near = e.Raw, e.Why, e.Holder, e.UsedBy, e.Known, e.Others, e.Personal, e.Near
		wrong := &d.add[len(d.add)-1] // which scan has just raised
		wrong.Text = "What was typed for " + c.Field + " in step " + c.Step + ", since " + c.Reason + ", was refused: " + sentence(e.Why)
	case ScanAccepted:
		ev.Raw, ev.Lot, ev.Near, ev.Personal = e.Raw, e.Lot, e.Near, c.Field == patientField
		d.typedException(c, words)
	}
	return ev, nil
}

// Scan is the scan that it stands for.
func (c TypeCode) Scan() Scan { return Scan{Step: c.Step, Field: c.Field, Raw: c.Text} }

// typedException puts a typed code before whoever reviews; a typed wristband
// waits for a quality lead's decision.
func (d *decision) typedException(c TypeCode, words string) {
	ex := ExceptionRaised{
		Class: "typed code", Severity: "minor", Blocks: BlocksNothing, Step: c.Step, Field: c.Field,
		Cause: "typed:" + strconv.FormatInt(d.s.Version+1, 10), CausedBy: d.f.Person.ID,
		Text: "The code of " + c.Field + " in step " + c.Step + " was typed and not scanned: " + c.Reason + "; " + strings.TrimSuffix(words, ".") + ".",
	}
	if c.Field == patientField {
		ex.Severity, ex.Blocks = "major", BlocksRelease
	}
	d.add = append(d.add, ex)
}

// asScan is a typed code as it would stand there had it been scanned.
func (e CodeTyped) asScan() Event {
	if e.Why == "" {
		return ScanAccepted{By: e.By, Step: e.Step, Field: e.Field, Raw: e.Raw, Lot: e.Lot, Near: e.Near}
	}
	return ScanRefused{
		By: e.By, Step: e.Step, Field: e.Field, Raw: e.Raw, Why: e.Why, Holder: e.Holder, UsedBy: e.UsedBy,
		Known: e.Known, Others: e.Others, Personal: e.Personal, Near: e.Near,
	}
}

// mistyped: a code whose check digits do not hold stands on no label. A bare
// patient's number has one, too, where the order's wristband is such a number.
func (d *decision) mistyped(c TypeCode) *Refusal {
	if d.s.Masked {
		return nil
	}
	code := scanned(c.Text)
	if why := register.Misread(code, d.now); why != "" {
		return refuse("mistyped", "This cannot be what is printed. %s", why)
	}
	if c.Field == patientField && len(patient.Possible(scanned(d.s.Patient.Wristband))) > 0 && len(patient.Possible(code)) == 0 {
		return refuse("mistyped", "This is no patient's number: its check digit fails. Read the wristband and type it again.")
	}
	return nil
}

// Unwitnessed says that the step's wristband was typed, and that nobody else
// has signed yet that it is the right one.
func (st *StepState) Unwitnessed() bool {
	entry := st.Matched(patientField)
	return entry != nil && entry.Typed != nil && entry.Typed.Witnessed == nil
}

// witnessed: on a wristband that was typed nothing is begun and nothing signed
// before a second person has read it (COI-03).
func (d *decision) witnessed(st *StepState) *Refusal {
	if st.Unwitnessed() {
		return refuse("not_witnessed", "The wristband was typed in step %s. A second person reads it and signs first that it is this patient's.", st.Step.Name)
	}
	return nil
}

// noWitness: who witnessed a typed wristband works no further in the step: they
// are its second person (EXE-04).
func (d *decision) noWitness(st *StepState) *Refusal {
	if entry := st.Matched(patientField); entry != nil && entry.Typed != nil && entry.Typed.Witnessed != nil && entry.Typed.Witnessed.Person == d.f.Person.ID {
		return refuse("same_person", "You witnessed the typed wristband in step %s. Another person works in it.", st.Step.Name)
	}
	return nil
}

// codeWitnesses are who may sign that a typed wristband is the right one: the
// step's second person, or anybody of the staff who may witness.
func codeWitnesses(s *State, step string) []identity.Role {
	if s != nil && s.Step(step) != nil && s.Step(step).Step.CheckedBy != "" {
		if role := roleOf(s.Protocol, s.Step(step).Step.CheckedBy); identity.MayMean(role, identity.Witnessed) {
			return []identity.Role{role}
		}
	}
	return slices.DeleteFunc(staff(), func(role identity.Role) bool { return !identity.MayMean(role, identity.Witnessed) })
}

// witnessCode is the second person's signature over a typed wristband.
func (d *decision) witnessCode(c WitnessCode) (Event, *Refusal) {
	st, refusal := d.known(c.Step)
	if refusal != nil {
		return nil, refusal
	}
	for _, rule := range []func() *Refusal{
		d.alive,
		func() *Refusal { return d.attended(st) },
		d.unblocked,
		func() *Refusal {
			return d.entitled(identity.Witnessed, codeWitnesses(d.s, c.Step), identity.NeedsTraining)
		},
	} {
		if refusal := rule(); refusal != nil {
			return nil, refusal
		}
	}
	if !st.Unwitnessed() {
		return nil, refuse("nothing_typed", "No typed wristband waits for a witness in step %s.", c.Step)
	}
	if refusal := d.secondPerson(st); refusal != nil {
		return nil, refusal
	}
	return CodeWitnessed{By: d.by, Step: c.Step}, nil
}

// typed takes a typed code in as a scan that is marked.
func (s *growing) typed(e CodeTyped, act Act) error {
	return s.change(e.Step, func(st *StepState) error {
		entry := ScanEntry{Act: act, Raw: e.Raw, Matched: e.Why == "", Why: e.Why, Item: e.Lot, Typed: &Typing{Reason: e.Reason, Words: e.Words}}
		if entry.Matched {
			st.begin(act.At)
		}
		st.addScan(e.Field, entry)
		if entry.Matched {
			return s.appliedIn(ScanAccepted{Step: e.Step, Field: e.Field, Raw: e.Raw}, act)
		}
		return nil
	})
}

// codeWitnessed puts the second person's signature under a typed wristband.
func (s *growing) codeWitnessed(e CodeWitnessed, act Act) error {
	return s.change(e.Step, func(st *StepState) error {
		if !st.Unwitnessed() {
			return errors.New("no typed wristband waits for a witness")
		}
		all := slices.Clone(st.Scans[patientField])
		for i := range all {
			if all[i].Matched && all[i].Typed != nil {
				typing := *all[i].Typed
				typing.Witnessed, all[i].Typed = &act, &typing
			}
		}
		st.Scans[patientField] = all
		return nil
	})
}

// witnesses are who witnessed a step's typed wristband.
func (st *StepState) witnesses() []Act {
	var acts []Act
	for _, entry := range st.Scans[patientField] {
		if entry.Typed != nil && entry.Typed.Witnessed != nil {
			acts = append(acts, *entry.Typed.Witnessed)
		}
	}
	return acts
}

// Typed counts the codes of a batch that were typed, and all that were read
// either way.
func (s *State) Typed() (typed, all int) {
	for i := range s.Steps {
		for _, entries := range s.Steps[i].Scans {
			for _, entry := range entries {
				if all++; entry.Typed != nil {
					typed++
				}
			}
		}
	}
	return typed, all
}

// again is the command that a typed code came from. A masked one that was
// refused is stood in for.
func (e CodeTyped) again(masked bool) Command {
	c := TypeCode{Step: e.Step, Field: e.Field, Text: e.Raw, Reason: e.Reason, Words: e.Words}
	if e.Personal && masked && e.Why != "" {
		c.Text = stoodIn
	}
	return c
}

// maskedScan says that an entry is a refused code that may name a patient,
// which is masked.
func maskedScan(ev Event) bool {
	ev = within(ev)
	if typed, ok := ev.(CodeTyped); ok {
		ev = typed.asScan()
	}
	scan, ok := ev.(ScanRefused)
	return ok && scan.Personal && scan.Raw == ""
}

// TypingWords tell an entry of this file; "" for any other.
func TypingWords(ev Event) string {
	switch e := ev.(type) {
	case CodeTyped:
		how := "Typed the code of " + e.Field + " in step " + e.Step + ", because " + e.Reason + " (" + strings.TrimSuffix(e.Words, ".") + "): "
		switch {
		case e.Why != "":
			return how + "refused, " + sentence(e.Why)
		case e.Lot != "":
			return how + "it matched, lot " + e.Lot + "."
		}
		return how + "it matched."
	case CodeWitnessed:
		return "Signed as witnessed that the wristband typed in step " + e.Step + " is this patient's."
	}
	return ""
}

// typings writes on a sheet how a code came that was typed.
func (sh *sheet) typing(field string, entry ScanEntry) {
	result := "matched"
	switch {
	case !entry.Matched:
		result = "refused: " + entry.Why
	case entry.Item != "":
		result = "matched: lot " + entry.Item
	}
	sh.add("Code of %s TYPED, not scanned, by %s, %s, because %s (%s): %s.", field, entry.Name, sh.at(entry.At), entry.Typed.Reason, strings.TrimSuffix(entry.Typed.Words, "."), result)
	if w := entry.Typed.Witnessed; w != nil {
		sh.add("The typed wristband was witnessed by %s (%s), %s.", w.Name, w.Role, sh.at(w.At))
	}
}

// witness writes what is signed over a typed wristband.
func (sh *sheet) witness(c WitnessCode) {
	st := sh.s.Step(c.Step)
	if st == nil {
		return
	}
	sh.add("Step: %s. %s", st.Step.Name, sh.s.Told(st.Step.Do))
	if entry := st.Matched(patientField); entry != nil && entry.Typed != nil {
		sh.typing("patient", *entry)
	}
	sh.add("I have read the wristband on the patient myself and asked for a second identifier: it is the patient of this batch.")
}
