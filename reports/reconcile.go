package reports

// reconciliation lists what became of every material that was taken: used,
// returned to its lot, destroyed, sampled, and what is missing (MAT-04).
func (r *record) reconciliation() {
	t := newTable(column{"Material, lot", 20}, column{"Taken", 9}, column{"Used", 9}, column{"Returned", 9}, column{"Destroyed", 9}, column{"Sampled", 9}, column{"Difference", 9}, column{"Outcome", 12}, column{"Who, when, why", 14})
	for _, h := range r.State.Holdings() {
		if h.Plan == nil {
			continue
		}
		row := []cell{{{plainStyle, h.Title}, {smallStyle, "lot " + h.Number}}}
		for _, part := range h.Parts() {
			row = append(row, small(orDash(part)))
		}
		outcome := h.Outcome()
		if h.Due() {
			outcome = signOpen + " " + outcome
		}
		row = append(row, small(outcome))
		if h.Account == nil {
			t.add(append(row, say("–"))...)
			continue
		}
		who := r.whoWhen(h.Account.Act)
		if h.Account.Reason != "" {
			who = append(who, text{smallStyle, h.Account.Reason})
		}
		t.add(append(row, who)...)
	}
	if len(t.rows) == 0 {
		return
	}
	r.part("Reconciliation of materials")
	r.introduce(small("What was taken is what was used, returned, destroyed and sampled; the difference is what is missing, or with a minus too much. An earlier account stands in the audit trail."))
	r.grid(t)
}
