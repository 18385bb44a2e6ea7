package reports

import (
	"fmt"
	"strings"

	"countersign/batch"
	"countersign/protocol"
	"countersign/register"
)

// custody is the chain of identity and custody from top to bottom: whose the
// batch is, every match in time order, what could be mixed up with it, which
// numbers were found to be the patient's too, and who held what (COI-03,
// COI-10, COI-11).
func (r *record) custody() {
	s := r.State
	r.part("Chain of identity and custody")
	r.heading("For whom", 2500)
	pairs := [][2]string{
		{"Patient", r.personal(s.Patient.Name)},
		{"Number", r.personal(s.Patient.Number) + " (" + orDash(s.Patient.NumberType) + ")"},
	}
	if s.Trial != "" {
		pairs = append(pairs, [2]string{"Trial", s.Trial}, [2]string{"Participant", s.Participant})
	}
	if s.Chain != "" {
		pairs = append(pairs, [2]string{"Chain of identity", s.Chain})
	}
	for _, code := range s.Donated() {
		pairs = append(pairs, [2]string{"Donation", register.Visible(code)})
	}
	r.pairs(append(pairs, [2]string{"Order", s.Reference + " by " + s.Prescriber}, [2]string{"Batch", s.ID}))
	r.links()
	r.matches()
	r.nearby()
	r.handovers()
}

// links are the patient's further numbers.
func (r *record) links() {
	if len(r.State.Links) == 0 {
		return
	}
	r.heading("Numbers and wristbands that were linked", 3000)
	r.introduce(small("What was recorded under the first number stays as it was recorded. A link counts from its confirmation by a second person."))
	t := newTable(column{"Found", 14}, column{"Number, wristband", 26}, column{"What shows it", 24}, column{"Linked", 18}, column{"Confirmed", 18})
	for _, l := range r.State.Links {
		confirmed := say(signOpen + " not confirmed: it does not count")
		if l.Confirmed != nil {
			confirmed = r.whoWhen(*l.Confirmed)
		}
		t.add(strong(l.Found), say(r.personal(l.Number)+" ("+l.NumberType+"), "+r.personal(l.Wristband)), say(l.Reason), r.whoWhen(l.Linked), confirmed)
	}
	r.grid(t)
}

// matches are the scans in the order in which they were made.
func (r *record) matches() {
	r.heading("Every match, in the order of time", 3000)
	all := r.State.Matches()
	if len(all) == 0 {
		r.write(say("Nothing was scanned."))
		return
	}
	t := newTable(column{"Step", 20}, column{"Asked for", 16}, column{"Result", 36}, column{"Who, when", 28})
	for _, m := range all {
		sign := signHolds
		if !m.Matched {
			sign = signBroken
		}
		result := cell{{plainStyle, sign + " " + m.Result()}}
		if !m.Matched {
			result = cell{{boldStyle, sign + " " + m.Result()}}
			for _, ex := range r.State.Exceptions {
				if ex.Cause == fmt.Sprintf("scan:%d", m.Version) {
					result = append(result, text{smallStyle, r.decidedScan(ex)})
				}
			}
		}
		t.add(say(m.Step), say(m.Field), result, r.whoWhen(m.Act))
	}
	r.grid(t)
}

// decidedScan says what became of a scan that did not match.
func (r *record) decidedScan(ex batch.Exception) string {
	words := fmt.Sprintf("exception %d", ex.Number)
	switch {
	case ex.Resolved != nil && ex.Accepted:
		return words + ": the batch went on by decision of " + who(*ex.Resolved) + ", " + r.at(ex.Resolved.At) + ": " + ex.Reason
	case ex.Resolved != nil:
		return words + ": the batch may not be released, by decision of " + who(*ex.Resolved) + ", " + r.at(ex.Resolved.At) + ": " + ex.Reason
	case ex.Blocks == batch.BlocksNothing:
		return words + ": noted, it held nothing up"
	}
	return words + ": waits for " + ex.Decider()
}

// nearby are the other batches that could be mixed up with this one.
func (r *record) nearby() {
	r.heading("Other batches at the same time", 2500)
	if len(r.State.Near) == 0 {
		r.write(small("None was open in the unit, and no patient with an open batch was like this one, when it was opened and at each match."))
		return
	}
	for _, n := range r.State.Near {
		if len(n.Alike) > 0 {
			r.write(strong("ALERT: " + n.Sentence()))
			continue
		}
		r.write(say(n.Sentence()))
	}
}

// handovers are who held what, where and when.
func (r *record) handovers() {
	all := r.State.Custody()
	r.heading("Who held what", 3000)
	if len(all) == 0 {
		r.write(small("Nothing was handed over from one person to another."))
		return
	}
	t := newTable(column{"What", 16}, column{"Place", 14}, column{"Handed over by", 19}, column{"Received by", 19}, column{"Recorded", 32})
	for _, h := range all {
		what := cell{{boldStyle, h.Of}, {smallStyle, "code or lot " + orDash(h.Code)}}
		from := r.handedBy(h)
		to := say(signOpen + " nobody has signed for it yet")
		if h.To != nil {
			to = r.whoWhen(*h.To)
		}
		t.add(what, say(orDash(h.Place)), from, to, r.seen(h))
	}
	r.grid(t)
	for _, of := range r.State.Held() {
		if holder := r.State.Holder(of); holder != nil {
			r.write(say(fmt.Sprintf("Held last, the %s: %s, since %s.", of, who(*holder), r.at(holder.At))))
		}
	}
}

func (r *record) handedBy(h batch.Handover) cell {
	if h.Step == "" {
		return cell{{plainStyle, h.From.Name}, {smallStyle, "did not sign: taken over outside the protocol's hand-overs"}}
	}
	return append(r.whoWhen(h.From), text{smallStyle, "step " + h.Step})
}

func (r *record) seen(h batch.Handover) cell {
	if h.Reason != "" {
		return say("why: " + h.Reason)
	}
	var lines cell
	for _, one := range h.Recorded {
		words := one.Title + ": " + one.Input.Show(one.Value, r.zone)
		if one.Verdict.Level != "" {
			words += " " + signBroken + " " + one.Verdict.Reason
		} else if len(one.Input.Limits) > 0 {
			words += " " + signHolds
		}
		if limits := strings.TrimSpace(r.limits(r.State.Step(h.Step), one.Input.Unit, one.Input.Limits)); limits != "" && one.Input.Type == protocol.TypeRange {
			words += " (approved: " + limits + ")"
		}
		lines = append(lines, text{plainStyle, words})
	}
	if len(lines) == 0 {
		return say("–")
	}
	return lines
}
