package reports

import (
	"strings"
	"time"
)

// basis shows what covered the batch when it was opened, and what was decided
// after its unit was stopped (section 17 A 3 to 6; CTL-02, CTL-07, REL-03).
func (r *record) basis() {
	b := r.State.Basis
	if b.Unit == "" {
		r.write(small("Opened before this site had registers of products and units: what covered it stands in the protocol alone."))
		return
	}
	from, _ := time.Parse(time.RFC3339, b.FileFrom) // written so
	r.heading("What covered it when it was opened", 3000)
	r.pairs([][2]string{
		{"Unit", b.Unit + ", " + b.UnitTitle},
		{"Unit's place", orDash(b.UnitPlace)},
		{"Unit's status at start", b.UnitStatus},
		{"Activity", b.Activity},
		{"Designation", b.Designation + " of " + b.Designated + ", " + b.Mode},
		{"Licence", b.Licence},
		{"Master file", b.File + ", version " + b.FileVersion},
		{"Effective from", r.at(from)},
	})
	if len(b.Warnings) > 0 {
		r.write(strong(strings.Join(b.Warnings, "\n")))
	}
	if len(r.State.Stops) == 0 {
		return
	}
	t := newTable(column{"Its unit was stopped", 36}, column{"Decision", 34}, column{"By", 30})
	for _, stop := range r.State.Stops {
		decision := cell{{boldStyle, stop.Decision}, {plainStyle, stop.Reason}}
		if stop.Authority != "" {
			decision = append(decision, small("Control site's authority: "+stop.Authority)...)
		}
		t.add(say(stop.Why), decision, r.signatureLines(stop.Act))
	}
	r.grid(t)
}
