package reports

import (
	"fmt"
	"strings"

	"countersign/batch"
	"countersign/protocol"
)

// changes lists every corrected value and every signature that was taken away
// (section 17 G, number 26; PDF-02).
func (r *record) changes() {
	r.part("Corrections and invalidated signatures")
	t := newTable(column{"Step, field", 22}, column{"Original", 15}, column{"New", 15}, column{"Reason", 24}, column{"Who, when", 24})
	unsigned := newTable(column{"Step", 22}, column{"Signature that no longer stands", 48}, column{"Taken away by", 30})
	for i := range r.State.Steps {
		st := &r.State.Steps[i]
		for _, input := range st.Step.Inputs {
			entries := st.Values[input.Name]
			for j, e := range entries {
				if e.Reason == "" || j == 0 {
					continue
				}
				t.add(say(st.Step.Name+", "+first(input.Title, input.Name)), cell{{oldStyle, input.Show(entries[j-1].Value, r.zone)}},
					strong(input.Show(e.Value, r.zone)), append(say(e.Reason), r.correction(e)[1:]...), r.whoWhen(e.Act))
			}
		}
	}
	for _, one := range r.takenAway() {
		unsigned.add(say(one.under), r.signatureLines(one.act), say(fmt.Sprintf("entry %d of the batch\n%s", one.act.Invalidated, one.act.Why)))
	}
	if len(t.rows)+len(unsigned.rows) == 0 {
		r.write(say(signHolds + " No value was changed after its first entry, and every signature stands."))
		return
	}
	r.grid(t)
	r.grid(unsigned)
}

// people lists everyone in the record as they were when they acted: printed
// name, username, role, training (section 17 C).
func (r *record) people() {
	r.part("People in this record")
	type line struct{ id, name, username, role, training string }
	var order []line
	acts := map[line]int{}
	count := func(l line) {
		if l.role == "" { // a refused attempt: under no role
			for _, known := range order {
				if known.id == l.id {
					l = known
					break
				}
			}
		}
		if acts[l] == 0 {
			order = append(order, l)
		}
		acts[l]++
	}
	for _, e := range r.Trail {
		if len(e.Signatures) == 0 {
			if by, ok := actorOf(e.Event); ok {
				count(line{e.Actor, by.Name, by.Username, by.Role, by.Training})
			}
		}
		for _, s := range e.Signatures {
			count(line{s.Signer, s.Name, s.Username, s.Role, s.Training})
		}
	}
	t := newTable(column{"Printed name", 26}, column{"Username, id", 20}, column{"Role", 18}, column{"Training and acknowledgement at the time", 26}, column{"Acts", 10})
	for _, l := range order {
		if l.id == "system" {
			continue
		}
		t.add(strong(orDash(l.name)), cell{{plainStyle, orDash(l.username)}, {smallStyle, l.id}}, say(orDash(l.role)), say(orDash(l.training)), say(fmt.Sprint(acts[l])))
	}
	r.grid(t)
	if len(r.People) == 0 {
		return
	}
	keys := newTable(column{"Signing key of", 26}, column{"Public key (Ed25519)", 54}, column{"Counts", 20})
	for _, p := range r.People {
		for _, k := range p.Keys {
			words := fmt.Sprintf("from entry %d", k.From)
			if k.Until != 0 {
				words += fmt.Sprintf(" to entry %d", k.Until)
			}
			if !k.Attested {
				words += ", not attested"
			}
			keys.add(say(p.Name), code(k.Public), small(words))
		}
	}
	r.grid(keys)
}

// materials lists what was set out with lot, expiry and state, the raw scans,
// and every move from and to storage (section 17 D).
func (r *record) materials() {
	r.part("Start checks, materials and equipment")
	r.introduce(small("Clearance of the place and the other checks at the start are steps of the protocol: they stand with their signatures in the process. Here is what was set out for the batch, as declared and scanned when the record was issued."))
	t := newTable(column{"Item", 24}, column{"Lot or number", 16}, column{"In date or calibrated until", 18}, column{"State", 18}, column{"Amount, need", 12}, column{"Code as scanned", 22})
	for _, item := range r.State.Items {
		name, need := item.Name, ""
		if p := r.item(item.Name); p != nil {
			name = first(p.Title, p.Name)
			if !p.Need.IsZero() {
				need = "\nneeded: " + p.Need.String()
			}
			if p.Equipment {
				name += " (equipment)"
			}
		}
		var state []string
		if item.Released {
			state = append(state, "released")
		}
		if item.Clean {
			state = append(state, "clean")
		}
		if item.ForPatient != "" {
			state = append(state, "for patient "+item.ForPatient)
		}
		if item.Reference != "" {
			state = append(state, "reference "+item.Reference)
		}
		scanned := code(orDash(item.Code))
		if words := r.received(item.Code, item.Sent); words != "" {
			scanned = append(scanned, text{smallStyle, strings.TrimPrefix(words, "; ")})
		}
		t.add(say(name), strong(orDash(item.Lot)), say(r.day(item.Expiry)), small(orDash(strings.Join(state, "\n"))), say(orDash(item.Amount)+need), scanned)
	}
	r.grid(t)
	r.origins()
	if len(r.State.Moves) == 0 {
		return
	}
	moves := newTable(column{"Item", 30}, column{"Storage", 20}, column{"When", 25}, column{"Who", 25})
	for _, m := range r.State.Moves {
		words := map[string]string{"out": "taken out", "back": "put back", "opened": "opened", "thawed": "thawed"}[m.To]
		moves.add(say(m.Item), say(words), small(r.at(m.When())), r.whoWhen(m.Act))
	}
	r.heading("Moves from and to storage", 3000)
	r.grid(moves)
}

// times sets start, stages and completion, every window and every budget
// against its limit (section 17 E, number 15).
func (r *record) times() {
	s := r.State
	r.part("Times against their limits")
	t := newTable(column{"Step", 28}, column{"Started", 24}, column{"First signed as performed", 24}, column{"Time in the step, limit", 24})
	for i := range s.Steps {
		st := &s.Steps[i]
		if st.Skipped && len(st.Performed) == 0 {
			continue
		}
		done := "–"
		words := span(st.Step.Wait)
		if len(st.Performed) > 0 {
			done = r.at(st.Performed[0].When())
			if !st.Started.IsZero() {
				words = duration(st.Performed[0].When().Sub(st.Started)) + "; " + words
			}
		}
		t.add(say(st.Step.Name), small(r.at(st.Started)), small(done), small(words))
	}
	r.grid(t)
	r.windows()
	r.budgets()
}

func (r *record) windows() {
	s := r.State
	t := newTable(column{"Window", 22}, column{"From", 24}, column{"To", 24}, column{"Limit", 16}, column{"Result", 14})
	for _, w := range s.Protocol.Windows {
		from, begun := s.Env().Moment(w.From)
		to, over := s.Env().Moment(w.To)
		result := say(signOpen + " not reached")
		if begun && over {
			d := to.Sub(from)
			result = cell{{plainStyle, signHolds + " held"}, {smallStyle, duration(d)}}
			if !keeps(w.Span, d) {
				result = cell{{boldStyle, signBroken + " broken"}, {smallStyle, duration(d)}}
			}
		}
		t.add(say(w.Name), cell{{plainStyle, w.From.String()}, {smallStyle, r.at(from)}}, cell{{plainStyle, w.To.String()}, {smallStyle, r.at(to)}}, small(span(w.Span)), result)
	}
	if len(t.rows) > 0 {
		r.heading("Windows between two events", 3000)
		r.grid(t)
	}
}

func (r *record) budgets() {
	s := r.State
	t := newTable(column{"Budget", 30}, column{"Spent up to the record's moment", 26}, column{"At most", 20}, column{"Result", 24})
	for _, b := range s.Protocol.Budgets {
		spent := s.Spent(b, r.last().Time)
		result := say(signHolds + " held")
		if spent > b.Most {
			result = strong(signBroken + " broken")
		}
		t.add(cell{{plainStyle, b.Name}, {smallStyle, b.Item + ": from " + b.From.String() + " to " + b.To.String()}}, say(duration(spent)), say(duration(b.Most)), result)
	}
	if len(t.rows) > 0 {
		r.heading("Cumulative time budgets", 3000)
		r.grid(t)
	}
}

// calculations shows each in full: formula, inputs, both results (NUM-05).
func (r *record) calculations() {
	r.part("Calculations in full")
	t := newTable(column{"Result", 22}, column{"Formula as approved, worked example", 32}, column{"Working", 32}, column{"Unrounded; rounded", 14})
	for i := range r.State.Steps {
		st := &r.State.Steps[i]
		for _, c := range st.Step.Calcs {
			formula := cell{{plainStyle, c.Formula}, {smallStyle, rounding(c.Rounding)}}
			if c.Example != "" {
				formula = append(formula, text{smallStyle, "example: " + c.Example})
			}
			working, results := small("not calculated"), small("–")
			if result, ok := st.Results[c.Name]; ok {
				working = say(result.Working)
				results = cell{{smallStyle, result.Unrounded.Brief()}, {boldStyle, c.Show(result.Rounded)}}
			}
			t.add(cell{{plainStyle, st.Step.Name + "." + c.Name}, {smallStyle, c.Title}}, formula, working, results)
		}
	}
	if len(t.rows) == 0 {
		r.write(say("The protocol has none."))
		return
	}
	r.grid(t)
}

func rounding(by protocol.Rounding) string {
	if by.Significant > 0 {
		return "rounded half up, once, to " + plural(by.Significant, "significant figure", "significant figures")
	}
	return "rounded half up, once, to " + plural(by.Places, "decimal place", "decimal places")
}

// remarks lists notes and refused attempts.
func (r *record) remarks() {
	r.part("Notes and refused attempts")
	notes := newTable(column{"Step", 20}, column{"Note", 52}, column{"Who, when", 28})
	for _, n := range r.State.Notes {
		notes.add(say(orDash(n.Step)), say(n.Text), r.whoWhen(n.Act))
	}
	if len(notes.rows) == 0 {
		r.write(say("No notes."))
	}
	r.grid(notes)
	refused := newTable(column{"Attempt", 20}, column{"Refused because", 52}, column{"Who, when", 28})
	for _, e := range r.State.Refusals {
		refused.add(cell{{plainStyle, batch.AttemptWords(e.Attempt)}, {smallStyle, e.Step}}, cell{{plainStyle, e.Sentence}, {smallStyle, "code " + e.Code}}, r.whoWhen(e.Act))
	}
	if len(refused.rows) == 0 {
		r.write(say("No attempt was refused."))
	}
	r.grid(refused)
}
