package batch

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/register/patient"
)

// Neighbour is another batch that can be mixed up with this one (COI-11): it is
// open in the same unit, or its patient is like this one. It says in which ways
// and never who: the other patient stands in no record but their own (COI-09).
type Neighbour struct {
	Batch string   `json:"batch"`
	Unit  bool     `json:"unit"`  // it is open in the same unit
	Alike []string `json:"alike"` // in which ways the patients are alike, by patient.Likeness's code
}

// Sentence tells it to somebody who is about to act.
func (n Neighbour) Sentence() string {
	where := "Batch " + n.Batch + " is open in this unit"
	if !n.Unit {
		where = "Batch " + n.Batch + " is open elsewhere or was opened today"
	}
	if len(n.Alike) == 0 {
		return where + ", for a patient of another name."
	}
	words := make([]string, len(n.Alike))
	for i, code := range n.Alike {
		words[i] = patient.Words(code)
	}
	return where + ", and its patient can be taken for this one: " + strings.Join(words, " ")
}

// Near compares a batch that is to be opened, or is open, with the others of
// its site. A batch is near while it is open in the same unit; and, if its
// patient is like this one, while it is open anywhere or was opened on the same
// day of the site's calendar.
func Near(id, unit string, who Patient, others []*Line, now time.Time, zone *time.Location) []Neighbour {
	var all []Neighbour
	for _, other := range others {
		if other == nil || other.Protocol == nil || other.ID == id || other.Masked {
			continue
		}
		open := !other.Ended()
		n := Neighbour{Batch: other.ID, Unit: open && unit != "" && other.Unit == unit, Alike: []string{}}
		if open || sameDay(other.Opened, now, zone) {
			for _, like := range patient.Alike(who.person(), other.Patient.person()) {
				n.Alike = append(n.Alike, like.Code)
			}
		}
		if n.Unit || len(n.Alike) > 0 {
			all = append(all, n)
		}
	}
	slices.SortFunc(all, func(a, b Neighbour) int { return strings.Compare(a.Batch, b.Batch) })
	return all
}

func sameDay(a, b time.Time, zone *time.Location) bool {
	return a.In(zone).Format(time.DateOnly) == b.In(zone).Format(time.DateOnly)
}

// person is what likeness looks at.
func (p Patient) person() patient.Person { return patient.Named(p.Name, p.Born, p.Number) }

// near pins which batches were near at an opening or at a match of patient or
// label, and puts those of patients who can be mixed up before whoever reviews,
// each once (COI-11, REL-07). A unit that makes two batches of unlike patients
// is shown and recorded, and is no exception: where every batch has one, nobody
// reads them.
func (d *decision) near(field string) []Neighbour {
	if field != patientField && field != labelField {
		return nil
	}
	for _, n := range d.f.Near {
		cause := "near:" + n.Batch
		if len(n.Alike) == 0 || d.s.raised(cause) {
			continue
		}
		d.add = append(d.add, ExceptionRaised{
			Class: "similar patient", Severity: "minor", Blocks: BlocksNothing, Field: field, Cause: cause, Text: n.Sentence(),
		})
	}
	if len(d.f.Near) == 0 {
		return nil
	}
	return d.f.Near
}

// alerts writes the alert on a sheet.
func (sh *sheet) alerts(near []Neighbour) {
	for _, n := range near {
		if len(n.Alike) > 0 {
			sh.add("ALERT: %s", n.Sentence())
			continue
		}
		sh.add("%s", n.Sentence())
	}
}

// nearWords tells of them in a trail; "" when there are none.
func nearWords(near []Neighbour) string {
	var words []string
	for _, n := range near {
		words = append(words, n.Sentence())
	}
	if len(words) == 0 {
		return ""
	}
	return fmt.Sprintf(" %s", strings.Join(words, " "))
}

// nearby takes in which batches were near; what was known of one before gives
// way to what is known now.
func (s *growing) nearby(near []Neighbour) {
	for _, n := range near {
		at := slices.IndexFunc(s.Near, func(known Neighbour) bool { return known.Batch == n.Batch })
		if at < 0 {
			s.Near = append(s.Near, n)
			continue
		}
		s.Near = slices.Clone(s.Near)
		s.Near[at] = n
	}
}
