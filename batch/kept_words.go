package batch

import (
	"fmt"
	"strings"
	"time"

	"countersign/identity"
	"countersign/protocol"
)

// terminal is what people call a terminal, or its id.
func (e KeptHandedIn) terminal() string {
	if strings.TrimSpace(e.Called) != "" {
		return strings.TrimSpace(e.Called)
	}
	return e.Terminal
}

func joined(parts []string) string { return strings.Join(parts, "; ") }

// What says what a kept entry would record, without a code: "the beginning of
// step mix".
func (k KeptEntry) What() string { return k.Note.what() }

func (n KeptNote) what() string {
	switch n.Act {
	case "begin":
		return "the beginning of step " + n.Step
	case "scan":
		return "the scan of " + n.Field + " in step " + n.Step
	case "perform":
		return "the end of step " + n.Step
	case "move":
		return "the move of " + n.Item + " (" + n.To + ")"
	}
	return n.Field + " of step " + n.Step + " (" + n.Text + ")"
}

func (e KeptHandedIn) words() string {
	lines := make([]string, len(e.Notes))
	for i, n := range e.Notes {
		lines[i] = fmt.Sprintf("%d: %s, by %s, %s by the terminal's clock", e.First+i, n.what(), n.Name, n.At)
	}
	return fmt.Sprintf("Handed in %s that terminal %s kept while there was no connection, when its clock showed %s; none counts before it is signed. %s.",
		entriesWord(len(e.Notes)), e.terminal(), e.Clock, joined(lines))
}

func entriesWord(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}

func (e KeptEntered) words() string {
	return fmt.Sprintf("Signed kept entry %d. ", e.Kept) + Words(within(e)) + " " + e.Offline.words()
}

// ClockGap says by how much the terminal's clock differed from the server's.
func (k KeptEntry) ClockGap() string {
	switch {
	case k.Difference > 0:
		return protocol.ShowDuration(k.Difference) + " behind the server's"
	case k.Difference < 0:
		return protocol.ShowDuration(-k.Difference) + " ahead of the server's"
	}
	return "as the server's"
}

// clockGap says it of a difference as it is written.
func clockGap(written string) string {
	difference, err := time.ParseDuration(written)
	if err != nil {
		return "" // never written so
	}
	return KeptEntry{Difference: difference}.ClockGap()
}

// words say in a trail how it came into the record.
func (o Offline) words() string {
	return fmt.Sprintf("Recorded WITHOUT CONNECTION at %s by the clock of terminal %s, %s (entry %d there); received %s.", o.Recorded, o.Called, clockGap(o.Difference), o.Number, o.Received)
}

func (e KeptClosed) words() string {
	words := fmt.Sprintf("Closed kept entry %d, which nobody signed: %s.", e.Kept, strings.TrimSuffix(e.Reason, "."))
	if e.Known > 0 {
		words += fmt.Sprintf(" Entry %d says the same.", e.Known)
	}
	return words
}

// manner is how the act came into the record.
func (e KeptEntered) manner() Manner { return Manner{Done: e.Offline.Done, Offline: &e.Offline} }

// mannered says it of an act, with moments as at writes them.
func (o Offline) mannered(a Act, at func(time.Time) string) string {
	received, err := time.Parse(time.RFC3339Nano, o.Received)
	if err != nil {
		received = a.At // never written so
	}
	return fmt.Sprintf("recorded WITHOUT CONNECTION at %s (terminal %s, its clock %s), received %s, signed %s", at(a.When()), o.Called, o.Recorded, at(received), at(a.At))
}

// sheet writes what is signed over a kept entry. What a code was may name the
// patient, and does not stand there.
func (c EnterKept) sheet(sh *sheet, _ Facts) error {
	if c.Kept < 1 || c.Kept > len(sh.s.Kept) {
		return fmt.Errorf("there is no kept entry %d", c.Kept)
	}
	kept := sh.s.Kept[c.Kept-1]
	if st := sh.s.Step(kept.Note.Step); st != nil {
		sh.stepSeen(st)
	}
	sh.add("Kept entry %d: %s.", kept.Number, kept.What())
	if st := sh.s.Step(kept.Note.Step); st != nil {
		sh.keptValue(st, kept.Note)
	}
	sh.add("Recorded by %s WITHOUT CONNECTION at %s. The clock of terminal %s showed %s and was %s; received at %s.",
		kept.Note.Name, sh.at(kept.Done), kept.Called, kept.Note.At, kept.ClockGap(), sh.at(kept.At))
	sh.add("I did this, at that time.")
	return nil
}

// keptValue writes a value as the protocol reads it, with its unit.
func (sh *sheet) keptValue(st *StepState, n KeptNote) {
	in := input(st.Step, n.Field)
	if in == nil {
		return
	}
	if value, err := in.Parse(n.Text, sh.zone); err == nil {
		sh.add("%s: %s.", sentenceCase(titled(in.Title, in.Name)), in.Show(value, sh.zone))
	}
}

// OpenKeptWords say, a sentence each, which kept entries hold up review and
// release.
func (s *State) OpenKeptWords() (sentences []string) {
	for _, k := range s.OpenKept() {
		sentences = append(sentences, fmt.Sprintf("Kept entry %d is neither signed nor closed: %s, recorded by %s without a connection.", k.Number, k.What(), k.Note.Name))
	}
	return sentences
}

// keptSettled: nobody reviews a batch while something that was done in it waits
// to be signed (EXE-14).
func (d *decision) keptSettled() *Refusal {
	if open := d.s.OpenKeptWords(); len(open) > 0 {
		return refuse("kept_open", "%s", open[0])
	}
	return nil
}

// keptWaits: who made it signs it or closes it; a quality lead closes it where
// they do not come back.
func (s *State) keptWaits() []Wait {
	var all []Wait
	for _, k := range s.OpenKept() {
		all = append(all, Wait{
			Kind: WaitsKept, Cause: fmt.Sprintf("kept entry %d", k.Number), Step: s.stepNamed(k.Note.Step), Since: k.At, Roles: staff(),
			may:  func(p identity.Person) bool { return p.ID == k.Note.Person || holds(p, leads()) },
			Text: fmt.Sprintf("Sign or close kept entry %d, which %s recorded without a connection: %s.", k.Number, k.Note.Name, k.What()),
		})
	}
	return all
}

// Meanwhile says what stands in the batch in the place of an entry that waits,
// because it went on while the terminal had no connection; "" when nothing does.
func (s *State) Meanwhile(k KeptEntry, at func(time.Time) string) string {
	if words := s.standsFor(k, at); words != "" {
		return words
	}
	st := s.Step(k.Note.Step)
	switch {
	case s.ended():
		return "The batch has ended: " + string(s.Status) + "."
	case st != nil && st.PerformedNow() != nil:
		return fmt.Sprintf("Step %s was signed by %s, %s.", k.Note.Step, st.PerformedNow().Name, at(st.PerformedNow().At))
	case len(s.Holds()) > 0:
		return "The batch is on hold."
	}
	return ""
}

// standsFor is what stands in the very place.
func (s *State) standsFor(k KeptEntry, at func(time.Time) string) string {
	st := s.Step(k.Note.Step)
	if st == nil {
		return ""
	}
	in := input(st.Step, k.Note.Field)
	value, matched := st.Value(k.Note.Field), st.Matched(k.Note.Field)
	switch {
	case k.Note.Act == "record" && in != nil && value != nil:
		return fmt.Sprintf("%s recorded %s, %s.", value.Name, in.Show(value.Value, time.UTC), at(value.At))
	case k.Note.Act == "scan" && matched != nil:
		return fmt.Sprintf("%s scanned the %s and it matched, %s.", matched.Name, k.Note.Field, at(matched.At))
	case k.Note.Act == "begin" && st.Begun != nil:
		return fmt.Sprintf("%s began step %s, %s.", st.Begun.Name, k.Note.Step, at(st.Begun.At))
	}
	return ""
}

// KeptBy is who recorded a kept entry; "" when there is none of that number.
func (s *State) KeptBy(number int) identity.PersonID {
	if number < 1 || number > len(s.Kept) {
		return ""
	}
	return s.Kept[number-1].Note.Person
}

// MaskedKept are kept entries without the codes that were scanned (COI-09).
func MaskedKept(all []KeptEntry) []KeptEntry {
	blank := make([]KeptEntry, len(all))
	for i, k := range all {
		if blank[i] = k; k.Note.scans() {
			blank[i].Note.Text, blank[i].Note.Salt = "", ""
		}
	}
	return blank
}

// keptCoverage says how much of the record was done without a connection.
func (s *State) keptCoverage() []string {
	if len(s.Kept) == 0 {
		return nil
	}
	entered := 0
	for _, k := range s.Kept {
		if k.Entered {
			entered++
		}
	}
	return []string{fmt.Sprintf("Terminals kept %s while there was no connection: %d signed afterwards, %d closed, each an exception.", entriesWord(len(s.Kept)), entered, len(s.Kept)-entered-len(s.OpenKept()))}
}
