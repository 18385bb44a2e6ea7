package batch

import (
	"maps"
	"slices"

	"countersign/identity"
)

// ConfirmTyped is the signature of whoever did what somebody else typed for
// them in a step: it is theirs (EXE-09). It is signed as performed. Their
// signature under the step says the same.
type ConfirmTyped struct {
	Step string `json:"step"`
}

func (ConfirmTyped) command() {}

// TypedConfirmed is that signature, over so many entries.
type TypedConfirmed struct {
	By      `json:"by"`
	Step    string `json:"step"`
	Entries int    `json:"entries"`
}

// scribed: somebody types for another who does it. Who does it may work in the
// step as if they typed themselves; who types has read the protocol. Nobody
// signs for another.
func (d *decision) scribed(c Tell, inner Command) *Refusal {
	if c.Doer == "" {
		return nil
	}
	switch inner.(type) {
	case Begin, Record:
	default:
		return refuse("not_for_another", "Only a beginning and a value are typed for somebody else. Nobody signs for another.")
	}
	if d.f.Doer.ID == "" || d.f.Doer.ID != c.Doer {
		return refuse("no_such_person", "Nobody of that name works here.")
	}
	if d.f.Doer.ID == d.f.Person.ID {
		return refuse("same_person", "You type for yourself: there is no need to say for whom.")
	}
	why, refusal := worded(c.whyPaper(c.Scribed), "why you type for "+d.f.Doer.Name)
	if refusal != nil {
		return refusal
	}
	d.manner.Doer, d.manner.Name, d.manner.Username, d.manner.Scribed = string(c.Doer), d.f.Doer.Name, d.f.Doer.Username, why
	cause := "scribe:" + c.Step + ":" + string(c.Doer)
	if !d.s.raised(cause) && c.Paper == "" {
		d.add = append(d.add, ExceptionRaised{
			Class: "typed for another", Severity: "minor", Blocks: BlocksNothing, Step: d.s.stepNamed(c.Step), Cause: cause, CausedBy: d.f.Person.ID,
			Text: d.by.Name + " typed for " + d.f.Doer.Name + " in step " + c.Step + ": " + why,
		})
	}
	return nil
}

// mayBeTypedFor: the doer's role and training are what the step asks for; the
// scribe is of the staff and has read the protocol (CTL-10, CTL-14).
func (d *decision) mayBeTypedFor(st *StepState) *Refusal {
	asDoer := d.f
	asDoer.Person = d.f.Doer
	role, training, refusal := authority(asDoer, "", []identity.Role{roleOf(d.s.Protocol, st.Step.By)}, needOf(st.Step), d.now)
	if refusal != nil {
		if refusal.Code == "no_role" {
			return refuse("no_role", "%s may not do this step.", d.f.Doer.Name)
		}
		return refusal
	}
	d.manner.Role, d.manner.Training = string(role), training
	return d.entitled("", staff(), identity.NeedsReading)
}

// TypedFor are the entries of a step that were typed for somebody who has not
// signed yet that they are theirs, by who that is.
func (st *StepState) TypedFor() map[identity.PersonID][]Act {
	open := map[identity.PersonID][]Act{}
	look := func(a Act) {
		doer := a.Doer()
		if doer == a.Person {
			return
		}
		for _, signed := range append(append([]Act{}, st.Performed...), st.Confirmed...) {
			if signed.Person == doer && signed.Version > a.Version {
				return
			}
		}
		open[doer] = append(open[doer], a)
	}
	if st.Begun != nil {
		look(*st.Begun)
	}
	for _, entries := range inputsOf(st) {
		for _, entry := range entries {
			look(entry.Act)
		}
	}
	return open
}

// ownedUp: nobody closes a step in which something was typed for a person who
// has not signed that it is theirs; their own signature under the step does it
// (EXE-09).
func (d *decision) ownedUp(st *StepState) *Refusal {
	open := st.TypedFor()
	for _, doer := range slices.Sorted(maps.Keys(open)) {
		if name := open[doer][0].Manner.Name; doer != d.f.Person.ID {
			return refuse("not_confirmed", "What was typed for %s in step %s is not confirmed. %s signs first that it is theirs.", name, st.Step.Name, name)
		}
	}
	return nil
}

// confirmTyped takes the doer's signature. It holds nothing up and is held up
// by nothing: the sooner it is given the better.
func (d *decision) confirmTyped(c ConfirmTyped) (Event, *Refusal) {
	if refusal := d.alive(); refusal != nil {
		return nil, refusal
	}
	st, refusal := d.known(c.Step)
	if refusal != nil {
		return nil, refusal
	}
	acts := st.TypedFor()[d.f.Person.ID]
	if len(acts) == 0 {
		return nil, refuse("nothing_typed", "Nothing was typed for you in step %s that you have not signed.", c.Step)
	}
	if refusal := d.entitled(identity.Performed, []identity.Role{roleOf(d.s.Protocol, st.Step.By)}, needOf(st.Step)); refusal != nil {
		return nil, refusal
	}
	return TypedConfirmed{By: d.by, Step: c.Step, Entries: len(acts)}, nil
}

// typedLines write what was typed for somebody, whoever they are: the sheet is
// drawn before they have said.
func (sh *sheet) typedLines(st *StepState) {
	sh.add("Step: %s. %s", st.Step.Name, sh.s.Told(st.Step.Do))
	if st.Begun != nil && st.Begun.Doer() != st.Begun.Person {
		sh.add("Begun at %s, %s.", sh.at(st.Begun.When()), st.Begun.MannerWords(sh.at))
	}
	for i := range st.Step.Inputs {
		in := &st.Step.Inputs[i]
		for _, entry := range st.Values[in.Name] {
			if entry.Doer() != entry.Person {
				sh.add("%s: %s, %s.", sentenceCase(titled(in.Title, in.Name)), in.Show(entry.Value, sh.zone), entry.MannerWords(sh.at))
			}
		}
	}
	sh.add("I did this, and it was typed for me as it was.")
}

// mannered is how an act came into the record, as a part of a sheet's line.
func (sh *sheet) mannered(a Act) string {
	if words := a.MannerWords(sh.at); words != "" {
		return " (" + words + ")"
	}
	return ""
}

// words say in a trail how something came into the record.
func (m Manner) words(by By) string {
	words := ""
	if m.Paper != "" {
		words += " Transcribed from blank " + m.Paper + "."
	}
	if m.Doer != "" {
		words += " " + by.Name + " typed it for " + m.Name + ": " + m.Scribed + "."
	}
	if m.Done != "" {
		words += " Recorded late for " + m.Typed + ": " + m.Late + "."
	}
	return words
}

// TypedForNames are the names of those who have not signed yet that what was
// typed for them is theirs, in order.
func (st *StepState) TypedForNames() []string {
	var names []string
	for _, acts := range st.TypedFor() {
		names = append(names, acts[0].Manner.Name)
	}
	slices.Sort(names)
	return names
}
