package reports

import (
	"fmt"
	"strings"
	"time"

	"countersign/audit"
	"countersign/batch"
	"countersign/identity"
	"countersign/protocol"
	"countersign/register"
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

// rolesHeld checks that whoever signed an act on a register held, then, the
// role under which it is signed: the control site's acts are nobody else's
// (CTL-05, CTL-07).
func (h *history) rolesHeld(e audit.Stored) error {
	for _, s := range e.Signatures {
		if p, ok := h.people.Person(identity.PersonID(s.Signer)); !ok || !p.Has(identity.Role(s.Role)) {
			return fmt.Errorf("it is signed under the role %q, which %s did not hold", s.Role, s.Name)
		}
	}
	return nil
}

// standing is what the registers said of product and unit at an entry.
func (h *history) standing(event batch.Event, p *protocol.Protocol, now time.Time) register.Standing {
	if opened, ok := event.(batch.BatchOpened); ok {
		h.rests = opened
	}
	if p == nil {
		if found, ok := h.library.Find(h.rests.Protocol, h.rests.Version); ok {
			p = found.Protocol
		}
	}
	unit := h.rests.Basis.Unit
	if refused, ok := event.(batch.CommandRefused); ok {
		if c, err := batch.UnmarshalCommand([]byte(refused.Command)); err == nil {
			if open, ok := c.(batch.Open); ok {
				unit = open.Unit
			}
		}
	}
	if p == nil {
		return register.Standing{Unit: h.books.UnitStanding(unit)}
	}
	return h.books.Standing(p.Product.Code, p.Product.Form, unit, now)
}
