package reports

import (
	"countersign/batch"
	"countersign/protocol"
)

// entered shows what a step scans, what was entered and what is calculated, in
// the protocol's order: values below each other, and each table as a table.
func (r *record) entered(st *batch.StepState) {
	list := recorded()
	for _, scan := range st.Step.Scans {
		r.scanRows(list, st, scan)
	}
	shown := map[string]bool{}
	for _, input := range st.Step.Inputs {
		name := input.Cell.Table
		switch {
		case name == "":
			r.inputRows(list, st, input)
		case !shown[name]:
			shown[name] = true
			r.grid(list)
			list = recorded()
			r.filled(st, st.Step.Table(name))
		}
	}
	for _, calc := range st.Step.Calcs {
		list.add(r.calculationRow(st, calc)...)
	}
	r.grid(list)
}

func recorded() *table {
	return newTable(column{"What", 18}, column{"Recorded", 21}, column{"Limit as approved", 18}, column{"Outcome", 19}, column{"Who, when", 24})
}

// filled draws a table with its rows as they were filled. The limits stand in
// the head; a correction, with who, when and why, stands in its cell below what
// it replaces (PDF-02).
func (r *record) filled(st *batch.StepState, planned *protocol.Table) {
	r.introduce(strong(planned.Title))
	t := newTable(column{first(planned.Each, "row"), 14})
	for _, in := range planned.Columns {
		t.columns = append(t.columns, column{r.columnHead(st, in), 86 / len(planned.Columns)})
	}
	for row := 1; row <= planned.Most; row++ {
		cells := []cell{say(planned.Row(row))}
		there := row <= planned.Least
		for _, column := range planned.Columns {
			in := st.Step.Input(planned.Field(row, column.Name))
			there = there || st.Wants(in) || st.Value(in.Name) != nil
			cells = append(cells, r.cellOf(st, in))
		}
		if there {
			t.add(cells...)
		}
	}
	if name := planned.Counted(); name != "" {
		t.add(say("number of rows"), r.cellOf(st, st.Step.Input(name)))
	}
	r.grid(t)
}

// columnHead is a column's title with its unit, class and limits.
func (r *record) columnHead(st *batch.StepState, in protocol.Input) string {
	text := first(in.Title, in.Name)
	if in.Unit.Display != "" {
		text += " in " + in.Unit.Display
	}
	if text += "\n" + string(in.Type); in.Class != "" {
		text += ", " + in.Class
	}
	if len(in.Limits) > 0 {
		text += "\n" + r.limits(st, in.Unit, in.Limits)
	}
	return text
}

// cellOf is everything that was entered in one place, first things first.
func (r *record) cellOf(st *batch.StepState, in *protocol.Input) cell {
	entries := st.Values[in.Name]
	if len(entries) == 0 {
		if !st.Wants(in) {
			return small("left out; not required")
		}
		return say(signOpen + " missing")
	}
	var lines cell
	for i, e := range entries {
		style := boldStyle
		if i+1 < len(entries) && !entries[i+1].Repeat {
			style = oldStyle
		}
		switch {
		case e.Reason != "":
			lines = append(lines, text{smallStyle, "corrected to"})
		case e.Repeat:
			lines = append(lines, text{smallStyle, "measured again"})
		}
		lines = append(lines, text{style, in.Show(e.Value, r.zone)})
		if e.Text != in.Show(e.Value, r.zone) {
			lines = append(lines, text{smallStyle, "as typed: " + e.Text})
		}
		if e.Reason != "" {
			lines = append(lines, r.correction(e)...)
		}
		switch {
		case e.Verdict.Level != "":
			lines = append(lines, outcome(e.Verdict, true)...)
		case len(in.Limits) > 0:
			lines = append(lines, text{smallStyle, signHolds + " within limits"})
		}
		lines = append(lines, r.whoWhen(e.Act)...)
	}
	for _, c := range r.asked(st, in.Name) {
		lines = append(append(lines, r.askedFor(c)...), r.whoWhen(c.Act)...)
	}
	return lines
}
