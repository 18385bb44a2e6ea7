package batch

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
)

// BatchReviewed is the signed production review (REL-01). It states that the
// batch's audit trail was reviewed with it (AUD-05).
type BatchReviewed struct {
	By         `json:"by"`
	Statement  string `json:"statement"`
	Exceptions int    `json:"exceptions"` // how many there were to see
	Trail      int64  `json:"trail"`      // entries of the audit trail that were reviewed
	Changes    int    `json:"changes"`    // of critical data, among them
	Full       bool   `json:"full"`       // every part of the record was looked at (REL-06)
}

// Kind is the written kind of the event's entry.
func (BatchReviewed) Kind() audit.Kind { return kindReviewed }

// reviewedFirst is a review as version 1 of its kind had it: it said nothing of
// the audit trail.
type reviewedFirst struct {
	By         `json:"by"`
	Statement  string `json:"statement"`
	Exceptions int    `json:"exceptions"`
}

// Kind is that of every review.
func (reviewedFirst) Kind() audit.Kind { return kindReviewed }

// today is a review that says nothing of the trail.
func (e reviewedFirst) today() Event {
	return BatchReviewed{By: e.By, Statement: e.Statement, Exceptions: e.Exceptions}
}

func (e BatchReviewed) words() string {
	words := fmt.Sprintf("Reviewed the batch, with %d exceptions", e.Exceptions)
	if e.Trail > 0 {
		words += fmt.Sprintf(", and its audit trail of %d entries with %s to critical data", e.Trail, counted(e.Changes, "change"))
	}
	if e.Full {
		words += "; every part of the record was looked at"
	}
	return words + ": " + e.Statement
}

// CriticalChange is something in a batch's audit trail that changes critical
// data, or says of them that they were written down late or for somebody else.
type CriticalChange struct {
	Version int64 // of the batch's entry
	At      time.Time
	Name    string
	Text    string // one sentence
}

// CriticalChanges are all of them, in the trail's order, with times of day as in
// the zone (AUD-05).
func (s *State) CriticalChanges(zone *time.Location) []CriticalChange {
	var all []CriticalChange
	add := func(act Act, version int64, text string, args ...any) {
		all = append(all, CriticalChange{Version: version, At: act.At, Name: act.Name, Text: fmt.Sprintf(text, args...)})
	}
	at := func(t time.Time) string { return protocol.ShowMoment(t, zone) }
	for i := range s.Steps {
		st := &s.Steps[i]
		for j := range st.Step.Inputs {
			in := &st.Step.Inputs[j]
			if !critical(st.Step, in) {
				continue
			}
			title, entries := sentenceCase(titled(in.Title, in.Name)), st.Values[in.Name]
			for k, entry := range entries {
				switch words := entry.MannerWords(at); {
				case entry.Reason != "" && k > 0:
					add(entry.Act, entry.Counted, "%s in step %s was corrected from %s to %s%s: %s", title, st.Step.Name,
						in.Show(entries[k-1].Value, zone), in.Show(entry.Value, zone), s.secondWords(entry), sentence(entry.Reason))
				case words != "":
					add(entry.Act, entry.Version, "%s in step %s: %s.", title, st.Step.Name, words)
				}
			}
		}
	}
	for _, c := range s.Corrections {
		if c.Dropped != nil {
			add(*c.Dropped, c.Dropped.Version, "The correction of %s in step %s, which %s asked for, was given up: %s", c.Field, c.Step, c.Name, sentence(c.Why))
		}
	}
	for i := range s.Exceptions {
		for _, undone := range s.Exceptions[i].Undone {
			add(undone.Act, undone.Invalidated, "The decision on exception %d no longer stands: %s.", s.Exceptions[i].Number, strings.TrimSuffix(undone.Why, "."))
		}
	}
	slices.SortStableFunc(all, func(a, b CriticalChange) int { return cmp.Compare(a.Version, b.Version) })
	return all
}

// trail writes that the audit trail was reviewed, with every change to critical
// data in it: who signs the review signs that (AUD-05).
func (sh *sheet) trail() {
	changes := sh.s.CriticalChanges(sh.zone)
	sh.add("I have reviewed the audit trail of this batch, from entry 1 to entry %d. Changes to critical data in it: %d; refused attempts: %d. I neither made nor changed anything in it.",
		sh.s.Version, len(changes), len(sh.s.Refusals))
	for _, change := range changes {
		sh.add("Changed, entry %d, by %s, %s: %s", change.Version, change.Name, sh.at(change.At), change.Text)
	}
}

// tookPart says, after "You", how somebody made or changed what stands in the
// record; "" when they did not. Whoever did reviews neither it nor its audit
// trail (REL-11, AUD-05).
func (s *State) tookPart(person identity.PersonID) string {
	if step, how := s.conflict(person); step != "" {
		return how + " step " + step
	}
	for _, c := range s.Corrections {
		if c.Person == person {
			return fmt.Sprintf("asked for the correction of %s in step %s", c.Field, c.Step)
		}
		if c.Dropped != nil && c.Dropped.Person == person {
			return fmt.Sprintf("gave up the correction of %s in step %s", c.Field, c.Step)
		}
	}
	for _, moved := range s.Moves {
		if moved.Person == person || moved.Act.Doer() == person {
			return "moved the " + s.itemTitle(moved.Item)
		}
	}
	for _, account := range s.Accounts {
		if account.Person == person {
			return "accounted for the " + s.itemTitle(account.Item)
		}
	}
	for _, r := range s.Redlines {
		if r.Person == person && r.Approved != nil {
			return fmt.Sprintf("proposed redline %d", r.Number)
		}
	}
	return ""
}
