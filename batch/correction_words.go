package batch

import (
	"fmt"
	"slices"
	"strings"

	"countersign/protocol"
)

// correctionLines write a correction that a second person is to sign, with
// everything that it changes and takes away.
func (sh *sheet) correctionLines(c ConfirmCorrection) error {
	if c.Correction < 1 || c.Correction > len(sh.s.Corrections) {
		return refuse("unknown_correction", "No such correction was asked for.")
	}
	asked := sh.s.Corrections[c.Correction-1]
	st := sh.s.Step(asked.Step)
	in := input(st.Step, asked.Field)
	sh.add("Step: %s. %s", st.Step.Name, sh.s.Told(st.Step.Do))
	sh.add("Correction of %s, asked for by %s (%s), %s: from %s to %s. Reason: %s", titled(in.Title, in.Name), asked.Name, asked.Role, sh.at(asked.At),
		sh.read(in, asked.Before), sh.read(in, asked.Value), asked.Reason)
	event := asked.event(By{})
	after, err := sh.s.with(event, Act{Version: sh.s.Version + 1, At: sh.s.Last}, sh.s.Protocol)
	if err != nil {
		return err
	}
	sh.add("%s", sh.verdict(after.Step(asked.Step), after.Step(asked.Step).Value(asked.Field).Verdict, in.Unit, in.Limits))
	for _, line := range sh.s.consequences(event, after).Effects() {
		sh.add("%s", line)
	}
	return nil
}

// read is a coded value as people read it.
func (sh *sheet) read(in *protocol.Input, coded string) string {
	if value, err := in.Parse(coded, sh.zone); err == nil {
		return in.Show(value, sh.zone)
	}
	return coded
}

// Effects say, a sentence each, what a correction changes beside its value, and
// what is to be signed again.
func (e ValueCorrected) Effects() []string {
	var lines []string
	for _, change := range e.Changes {
		lines = append(lines, "This changes "+change.Words()+".")
	}
	var again []string
	if len(e.Invalidates) > 0 {
		again = append(again, "step "+strings.Join(e.Invalidates, ", step "))
	}
	for _, number := range e.Decisions {
		again = append(again, fmt.Sprintf("the decision on exception %d", number))
	}
	if e.Review {
		again = append(again, "the production review")
	}
	if len(again) > 0 {
		lines = append(lines, "To be signed again: "+strings.Join(again, ", ")+".")
	}
	return lines
}

func (e ValueCorrected) words() string {
	did := "Corrected"
	if e.Asked > 0 {
		did = fmt.Sprintf("Signed correction %d, which now counts: corrected", e.Asked)
	}
	line := fmt.Sprintf("%s %s in step %s from %s to %s: %s.%s", did, e.Field, e.Step, e.Before, e.Value, strings.TrimSuffix(e.Reason, "."), broken(e.Level, e.Limit))
	return strings.Join(append([]string{line}, e.Effects()...), " ")
}

// again says why a step is signed anew, and what has changed since it was.
func (sh *sheet) again(signed Act) {
	sh.add("Signed before by %s, %s; that no longer counts: %s.", signed.Name, sh.at(signed.At), signed.Why)
	for i := range sh.s.Steps {
		for _, entries := range inputsOf(&sh.s.Steps[i]) {
			for _, entry := range entries {
				if entry.Counted < signed.Invalidated {
					continue
				}
				for _, effect := range entry.Effects {
					sh.add("%s", effect)
				}
			}
		}
	}
}

// inputsOf gives the entries of a step's fields in the protocol's order.
func inputsOf(st *StepState) [][]ValueEntry {
	var all [][]ValueEntry
	for _, in := range st.Step.Inputs {
		all = append(all, st.Values[in.Name])
	}
	return all
}

// Second is the second person's signature under a correction; nil where there
// is none.
func (s *State) Second(entry ValueEntry) *Act {
	if entry.Asked < 1 || entry.Asked > len(s.Corrections) {
		return nil
	}
	return s.Corrections[entry.Asked-1].Confirmed
}

// secondWords name the second person of a correction.
func (s *State) secondWords(entry ValueEntry) string {
	if second := s.Second(entry); second != nil {
		return ", signed by " + second.Name + " as second person"
	}
	return ""
}

// seconds are the acts of second persons in a step: checks, and signatures
// under corrections.
func (s *State) seconds(st *StepState) []Act {
	all := append(slices.Clip(st.Checked), st.witnesses()...)
	for _, entries := range inputsOf(st) {
		for _, entry := range entries {
			if second := s.Second(entry); second != nil {
				all = append(all, *second)
			}
		}
	}
	return all
}

// replaced takes the second person's signature away from a correction whose
// value was corrected once more.
func (s *growing) replaced(e ValueCorrected, version int64, why string) {
	s.Corrections = slices.Clone(s.Corrections)
	for i := range s.Corrections {
		c := &s.Corrections[i]
		if c.Step == e.Step && c.Field == e.Field && c.Number != e.Asked && c.Confirmed != nil && c.Confirmed.Invalidated == 0 {
			gone := *c.Confirmed
			gone.Invalidated, gone.Why = version, why
			c.Confirmed = &gone
		}
	}
}
