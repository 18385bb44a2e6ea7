package reports

import (
	"fmt"

	"countersign/batch"
)

// reviewed says what was reviewed and what was not: the coverage, each demand
// for full review, each look at a part of the record with its signature, and the
// changes to critical data that stand in the audit trail (REL-06, AUD-05).
func (r *record) reviewed() {
	s := r.State
	r.part("What was reviewed, and what was not")
	for _, line := range s.Coverage() {
		r.write(say(line))
	}
	t := newTable(column{"Full review demanded", 34}, column{"Why", 34}, column{"Withdrawn", 32})
	for _, demand := range s.Demands {
		withdrawn := say("no")
		if demand.Withdrawn != nil {
			withdrawn = append(say(demand.Why), r.signatureLines(*demand.Withdrawn)...)
		}
		t.add(r.signatureLines(demand.Act), say(demand.Reason), withdrawn)
	}
	r.grid(t)
	t = newTable(column{"Looked at in full", 34}, column{"By", 40}, column{"As it is now", 26})
	for _, part := range s.Seen() {
		for _, act := range part.By {
			t.add(say(part.Part), r.signatureLines(act), say(signHolds+" yes"))
		}
		for _, act := range part.Changed {
			t.add(say(part.Part), r.signatureLines(act), strong(signOpen+" no, it has changed since"))
		}
	}
	r.grid(t)
	r.heading("Changes to critical data in the audit trail", 2000)
	changes := s.CriticalChanges(r.zone)
	if len(changes) == 0 {
		r.write(say(signHolds + " None: no critical value was corrected, recorded late or typed for somebody else."))
		return
	}
	t = newTable(column{"Entry", 8}, column{"Who, when", 24}, column{"What", 68})
	for _, change := range changes {
		t.add(say(fmt.Sprint(change.Version)), cell{{plainStyle, change.Name}, {smallStyle, r.at(change.At)}}, say(change.Text))
	}
	r.grid(t)
}

// trailWords say that a review states to have covered the audit trail.
func trailWords(e batch.BatchReviewed) string {
	if e.Trail == 0 {
		return "" // as an older program asked
	}
	words := fmt.Sprintf("States that the audit trail was reviewed: %d entries, changes to critical data: %d.", e.Trail, e.Changes)
	if e.Full {
		words += " A full review: every part of the record was looked at."
	}
	return words
}
