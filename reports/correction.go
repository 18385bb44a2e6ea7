package reports

import (
	"fmt"
	"strings"

	"countersign/batch"
)

// correction says at the place of a value why it was corrected, who signed that
// as second person, and what else it changed (PDF-02, AUD-02, SIG-04).
func (r *record) correction(e batch.ValueEntry) cell {
	lines := cell{{smallStyle, "reason: " + e.Reason}}
	if second := r.State.Second(e); second != nil {
		lines = append(lines, text{smallStyle, "second person:"})
		lines = append(lines, r.signatureLines(*second)...)
	}
	for _, effect := range e.Effects {
		lines = append(lines, text{smallStyle, effect})
	}
	return lines
}

// asked are the corrections of a value that were asked for and do not count:
// they wait for a second person, or were given up.
func (r *record) asked(st *batch.StepState, field string) []batch.CorrectionEntry {
	var asked []batch.CorrectionEntry
	for _, c := range r.State.Corrections {
		if c.Step == st.Step.Name && c.Field == field && c.Confirmed == nil {
			asked = append(asked, c)
		}
	}
	return asked
}

// askedFor says what was asked for, and how that ended.
func (r *record) askedFor(c batch.CorrectionEntry) cell {
	lines := cell{{plainStyle, "asked: " + r.read(c.Step, c.Field, c.Value)}, {smallStyle, "reason: " + c.Reason}}
	if c.Dropped != nil {
		return append(lines, text{smallStyle, "given up by " + who(*c.Dropped) + ", " + r.at(c.Dropped.At) + ": " + c.Why})
	}
	return append(lines, text{smallStyle, signOpen + " waits for a second person"})
}

// correctedWords say in one sentence what a correction did.
func (r *record) correctedWords(e batch.ValueCorrected) string {
	words := fmt.Sprintf("step %s: corrected %s from %s to %s, because: %s", e.Step, e.Field, r.read(e.Step, e.Field, e.Before), r.read(e.Step, e.Field, e.Value), e.Reason)
	if e.Asked > 0 {
		words = fmt.Sprintf("signed correction %d as second person, which counts from now on: ", e.Asked) + words
	}
	if effects := e.Effects(); len(effects) > 0 {
		words += ". " + strings.TrimSuffix(strings.Join(effects, " "), ".")
	}
	return words + broken(e.Level, e.Limit)
}

// undone are the decisions on an exception that corrections took away.
func (r *record) undone(e batch.Exception) cell {
	var lines cell
	for _, decision := range e.Undone {
		word := "was accepted: "
		if !decision.Accepted {
			word = "was not accepted: "
		}
		lines = append(append(lines, text{plainStyle, word + decision.Reason}), r.signatureLines(decision.Act)...)
	}
	return lines
}

// takenAway is every signature that a later change took away, with what it
// stood under.
func (r *record) takenAway() []gone {
	var all []gone
	add := func(under string, acts ...batch.Act) {
		for _, a := range acts {
			if a.Invalidated != 0 {
				all = append(all, gone{under, a})
			}
		}
	}
	for i := range r.State.Steps {
		st := &r.State.Steps[i]
		add(st.Step.Name, st.Performed...)
		add(st.Step.Name, st.Checked...)
	}
	for _, c := range r.State.Corrections {
		if c.Confirmed != nil {
			add(fmt.Sprintf("correction of %s, %s", c.Step, c.Field), *c.Confirmed)
		}
	}
	for _, e := range r.State.Exceptions {
		for _, decision := range e.Undone {
			add(fmt.Sprintf("decision on exception %d", e.Number), decision.Act)
		}
	}
	add("production review", r.State.Reviews...)
	return all
}

// gone is a signature that no longer stands.
type gone struct {
	under string
	act   batch.Act
}
