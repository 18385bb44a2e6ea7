package batch

import (
	"maps"
	"slices"
	"strings"
	"time"

	"countersign/register"
	"countersign/register/scan"
)

// CloseCall is a wrong code that was stopped: what would have happened had
// nobody asked (COI-03). It names no patient, and nobody but by role: a list of
// close calls is there to mend labels, rooms and habits.
type CloseCall struct {
	Act
	Batch, Step, Field string
	Expected, Scanned  string
	Why                string
	Unfit              string // the rule, as in "not clean", where the thing was the right one; "" for a wrong code
	Typed              bool   // it was typed and not scanned
	Stopped            bool   // it stopped the batch
}

// CodeCount counts the codes that were read in one month of site time.
type CodeCount struct {
	All, Typed, Wrong, Identity int
}

// CloseCalls gives the wrong codes of a batch, in the order of its steps.
func (s *State) CloseCalls() []CloseCall {
	var calls []CloseCall
	s.codes(func(st *StepState, stop bool, field string, entry ScanEntry) {
		if entry.Matched {
			return
		}
		calls = append(calls, CloseCall{
			Act: entry.Act, Batch: s.ID, Step: st.Step.Name, Field: field, Expected: s.expected(field), Scanned: s.unnamed(field, entry), Why: entry.Why,
			Unfit: s.Unfit(field, entry), Typed: entry.Typed != nil, Stopped: stop,
		})
	})
	for _, refusal := range s.Refusals {
		if expected := stoppedBefore(refusal); expected != "" {
			calls = append(calls, CloseCall{
				Act: refusal.Act, Batch: s.ID, Step: refusal.Step, Field: expected, Expected: expected,
				Scanned: "see the audit trail", Why: strings.TrimSuffix(refusal.Sentence, "."), Unfit: unfitBefore(refusal),
			})
		}
	}
	return calls
}

// stoppedBefore is what was expected where a wrong code was refused outside of
// a step: a label that is another batch's, an item that may not be set out.
func stoppedBefore(r RefusalEntry) string {
	switch {
	case r.Attempt == "applylabel" && r.Code == "wrong_label":
		return "a label of this batch"
	case r.Attempt == "setout" && (r.Code == "item_wrong" || r.Code == "item_unfit" || r.Code == "item_unregistered" || r.Code == "item_code"):
		return "an item to be set out"
	}
	return ""
}

// unfitBefore is Unfit of an item that may not be set out.
func unfitBefore(r RefusalEntry) string {
	if r.Code != "item_unfit" {
		return ""
	}
	return register.RuleOf(r.Sentence)
}

// codes runs over every code that was given in a step, and says whether a wrong
// one stopped the batch.
func (s *State) codes(each func(st *StepState, stop bool, field string, entry ScanEntry)) {
	for i := range s.Steps {
		st := &s.Steps[i]
		for _, scan := range st.Step.Scans {
			for _, entry := range st.Scans[scan.Field] {
				each(st, !entry.Matched && s.stoppedBy(st.Step.Name, scan.Field, entry), scan.Field, entry)
			}
		}
	}
}

// stoppedBy says whether a wrong code stopped the batch: the first exception that
// was raised for a code of the field after it is its own.
func (s *State) stoppedBy(step, field string, entry ScanEntry) bool {
	for _, ex := range s.Exceptions {
		if ex.Raised.Version > entry.Version && ex.Step == step && ex.Field == field && strings.HasPrefix(ex.Cause, "scan:") {
			return ex.Blocks == BlocksBatch
		}
	}
	return false
}

// codesOf counts a batch's codes in each month of a zone.
func (s *State) codesOf(zone *time.Location) (months []CodesOfMonth) {
	counts := map[string]CodeCount{}
	s.codes(func(_ *StepState, stop bool, _ string, entry ScanEntry) {
		month := entry.At.In(zone).Format("2006-01")
		c := counts[month]
		c.All++
		if entry.Typed != nil {
			c.Typed++
		}
		if !entry.Matched {
			if c.Wrong++; stop {
				c.Identity++
			}
		}
		counts[month] = c
	})
	for _, refusal := range s.Refusals {
		if stoppedBefore(refusal) == "" {
			continue
		}
		month := refusal.At.In(zone).Format("2006-01") // as in the list: outside of a step a code is only read where it was wrong
		c := counts[month]
		c.All, c.Wrong = c.All+1, c.Wrong+1
		counts[month] = c
	}
	for _, month := range slices.Sorted(maps.Keys(counts)) {
		months = append(months, CodesOfMonth{month, counts[month]})
	}
	return months
}

// expected says what a field asks for, without the patient.
func (s *State) expected(field string) string {
	switch field {
	case patientField:
		return "the wristband of the batch's patient"
	case labelField:
		return "the label of " + s.ID
	}
	var lots []string
	for _, item := range s.Items {
		if item.Name == field {
			lots = append(lots, item.Lot)
		}
	}
	return field + ", " + strings.Join(lots, " or ")
}

// unnamed says what a wrong code was, unless it could be somebody's.
func (s *State) unnamed(field string, entry ScanEntry) string {
	for _, item := range s.Items {
		if register.Key(item.Code, entry.At) == register.Key(entry.Raw, entry.At) {
			return item.Name + ", " + item.Lot
		}
	}
	own := s.Patient.Wristband != "" && register.Key(scanned(s.Patient.Wristband), entry.At) == register.Key(entry.Raw, entry.At)
	if field == patientField || own || entry.Raw == "" || register.NamesSomebody(entry.Raw, entry.At) {
		return "somebody's code, not shown"
	}
	return scan.Spelled(entry.Raw)
}

// WithoutWristbands gives the steps without what wristbands said, and without
// any other code that could be somebody's, for who need not know whom a batch
// is for (COI-09).
func WithoutWristbands(steps []StepState) []StepState {
	all := slices.Clone(steps)
	for i := range all {
		scans := map[string][]ScanEntry{}
		for field, entries := range all[i].Scans {
			entries = slices.Clone(entries)
			for j := range entries {
				if field == patientField || !entries[j].Matched && register.NamesSomebody(entries[j].Raw, entries[j].At) {
					entries[j].Raw, entries[j].Sent = "", ""
				}
			}
			scans[field] = entries
		}
		all[i].Scans = scans
	}
	return all
}
