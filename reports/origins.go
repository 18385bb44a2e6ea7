package reports

import (
	"strings"

	"countersign/audit"
	"countersign/batch"
	"countersign/register"
	"countersign/register/scan"
)

// origins says where what was set out came from: every donation in it, as its
// entry pins them, and every lot that it was made of, as their own streams tell,
// which the record carries (COI-05, COI-06, COI-07).
func (r *record) origins() {
	t := newTable(column{"Item", 20}, column{"Donations, unaltered", 30}, column{"Chain of identity", 20}, column{"Made of", 30})
	known := false
	for _, item := range r.State.Items {
		made := r.madeOf(item.Register)
		if len(item.Donations) == 0 && item.Chain == "" && made == "" {
			continue
		}
		known = true
		codes := make([]string, len(item.Donations))
		for i, one := range item.Donations {
			codes[i] = register.Visible(one)
		}
		name := item.Name
		if p := r.item(item.Name); p != nil {
			name = first(p.Title, p.Name)
		}
		t.add(say(name+", "+item.Lot), code(orDash(strings.Join(codes, "\n"))), code(orDash(item.Chain)), small(orDash(made)))
	}
	if !known && !r.State.Protocol.Label.Autologous {
		return
	}
	r.heading("Where it came from", 3000)
	if r.State.Protocol.Label.Autologous {
		r.introduce(say("FOR AUTOLOGOUS USE ONLY: what this product is made of is registered as this patient's own, and was matched at every scan."))
	}
	if known {
		r.grid(t)
	}
}

// madeOf says of which lots a lot was pooled or split, at any depth.
func (r *record) madeOf(stream string) string {
	return strings.Join(r.Origins[audit.StreamID(stream)], "\n")
}

// origins gathers from the registers what the lots that were set out were made
// of: what went into each, and every lot behind it.
func (h *history) origins(state *batch.State) map[audit.StreamID][]string {
	all := map[audit.StreamID][]string{}
	for _, item := range state.Items {
		stream := audit.StreamID(item.Register)
		id, isLot := strings.CutPrefix(item.Register, "lot/")
		lot, known := h.books.Lot(id)
		if !isLot || !known || len(lot.From) == 0 || all[stream] != nil {
			continue
		}
		for _, one := range append([]*register.Lot{lot}, h.books.Ancestors(id)...) {
			words := "Lot " + one.ID + ", lot number " + one.Number + ", " + string(one.Status) + h.books.HeldWords(one)
			if from := one.FromWords(); from != "" {
				words += ": made of " + from
			}
			all[stream] = append(all[stream], words+".")
		}
	}
	return all
}

// received says what came from the scanner, where that is not what it was read
// as (MAT-03); "" where the two are the same.
func (r *record) received(read, sent string) string {
	if sent == "" || sent == read {
		return ""
	}
	return "; received exactly: " + scan.Spelled(sent)
}
