package reports

import (
	"fmt"
	"strings"

	"countersign/protocol"
)

// process sets out every section and step as it is to be done.
func (m *master) process() {
	m.part("Process: every step in order")
	number, total := 0, len(m.steps())
	for i := range m.Protocol.Sections {
		s := &m.Protocol.Sections[i]
		m.heading("Section: "+s.Name, 9000)
		m.introduce(m.flowWords(i))
		for j := range s.Steps {
			step := &s.Steps[j]
			if step.Round > 1 {
				continue // the rounds of a loop are alike
			}
			number++
			m.together(func() { m.step(step, fmt.Sprintf("Step %d of %d: %s", number, total, step.Name)) })
		}
	}
}

// told is an instruction with what a site sets called by its title.
func (m *master) told(words string) string { return m.Protocol.Told(words, nil) }

// flowWords says when a section's steps are done.
func (m *master) flowWords(at int) cell {
	s := &m.Protocol.Sections[at]
	words := "Its steps are done in the order in which they stand."
	if s.AnyOrder {
		words = "Its steps are done in any order."
	}
	if len(m.written(s)) == 1 {
		words = "It has one step."
	}
	out := cell{{smallStyle, words}}
	if s.Alongside && at > 0 {
		out = append(out, text{smallStyle, "It runs side by side with the section " + m.Protocol.Sections[at-1].Name + "."})
	}
	if s.AfterRelease {
		out = append(out, text{boldStyle, "Opens only once the batch is certified."})
	}
	if s.When != nil {
		out = append(out, text{boldStyle, "Only when " + s.When.Text + "."})
	}
	if s.Loop != nil {
		out = append(out, text{boldStyle, fmt.Sprintf("Repeated until %s, at most %d rounds. If the end is not reached in the last round, the batch is held until a quality lead has decided.", s.Loop.Until.Text, s.Loop.Most)})
	}
	return out
}

func (m *master) written(s *protocol.Section) []*protocol.Step {
	var all []*protocol.Step
	for i := range s.Steps {
		if s.Steps[i].Round <= 1 {
			all = append(all, &s.Steps[i])
		}
	}
	return all
}

// step is one step with everything that is asked in it (MBR-02, MBR-04).
func (m *master) step(s *protocol.Step, title string) {
	if s.Critical {
		title += "  [CRITICAL]"
	}
	if s.Decision {
		title += "  [DECISION]"
	}
	m.heading(title, 4000)
	lines := cell{{style{face: regular, size: 950}, m.told(s.Do)}, {smallStyle, m.duties(s)}}
	for _, words := range m.around(s) {
		lines = append(lines, text{smallStyle, words})
	}
	m.introduce(lines)
	t := newTable(column{"What", 20}, column{"How it is recorded", 28}, column{"Limit as approved", 24}, column{"When it is not kept", 28})
	for _, scan := range s.Scans {
		t.add(say("scan: "+scan.Field), small(m.scanned(scan)), small(m.mustBe(scan)), small(wrongScan(scan)))
	}
	for i := range s.Inputs {
		in := &s.Inputs[i]
		if in.Cell.Row > 1 {
			continue // as in the first row
		}
		what := append(named(in.Title, in.Name), text{smallStyle, in.Class})
		if in.Cell.Row == 1 {
			what = columnOf(s.Table(in.Cell.Table), in)
		}
		m.limited(t, s, what, entered(in), in.Limits)
	}
	for i := range s.Calcs {
		c := &s.Calcs[i]
		m.limited(t, s, append(named(c.Title, c.Name), text{smallStyle, "calculated"}), calculated(c), c.Limits)
	}
	if len(t.rows) == 0 {
		m.write(small("Nothing is entered: the signatures are the record."))
		return
	}
	m.grid(t)
}

// columnOf names a table's column, with the rows in which it is filled.
func columnOf(t *protocol.Table, in *protocol.Input) cell {
	rows := strings.Join(t.Rows, ", ")
	switch {
	case rows == "" && t.Counted() != "":
		rows = fmt.Sprintf("%s to %s, %d rows at the least", t.Row(1), t.Row(t.Most), t.Least)
	case rows == "":
		rows = t.Row(1) + " to " + t.Row(t.Most)
	}
	return cell{{plainStyle, t.Title + ": " + t.Column(in.Cell.Column).Title}, {smallStyle, "in formulas: " + in.Place()}, {smallStyle, in.Class}, {smallStyle, "in each row: " + rows}}
}

// wherever is the title of a value; of a table's column, in whichever row.
func wherever(step *protocol.Step, in *protocol.Input) string {
	if t := step.Table(in.Cell.Table); t != nil && in.Cell.Row > 0 {
		return t.Title + ": " + t.Column(in.Cell.Column).Title + ", in any row"
	}
	return in.Title
}

// limited adds a value to a table, with a line for every limit so that each
// stands beside what it does.
func (m *master) limited(t *table, s *protocol.Step, what, how cell, limits []protocol.Limit) {
	if len(limits) == 0 {
		t.add(what, how, small("no limit"), small("–"))
		return
	}
	for i := range limits {
		l := &limits[i]
		bound := cell{{boldStyle, l.Words()}, {smallStyle, string(l.Level) + " limit"}}
		if i > 0 {
			what, how = nil, nil
		}
		t.add(what, how, bound, small(m.broke(s, l)))
	}
}

// duties says who performs a step, and who is the second person.
func (m *master) duties(s *protocol.Step) string {
	words := "Performed by: " + m.holder(s.By)
	switch {
	case s.CheckedBy != "" && s.Witness:
		words += ";  witnessed, while it is done, by: " + m.holder(s.CheckedBy)
	case s.CheckedBy != "":
		words += ";  checked afterwards by: " + m.holder(s.CheckedBy)
	default:
		words += ";  no second person"
	}
	if s.Decision {
		words += ";  signed as a decision on how the batch goes on"
	}
	return words
}

// holder names a part with its role.
func (m *master) holder(name string) string {
	for i := range m.Protocol.Parts {
		if p := &m.Protocol.Parts[i]; p.Name == name && p.Role != name {
			return name + " (" + p.Role + ")"
		}
	}
	return orDash(name)
}

// around says what bounds a step beside its values.
func (m *master) around(s *protocol.Step) []string {
	var all []string
	add := func(words string, when bool) {
		if when {
			all = append(all, words)
		}
	}
	if s.When != nil {
		add("Only when "+s.When.Text+".", true)
	}
	add("It has a start of its own: somebody says that it begins.", s.Timed)
	add("Time in the step: "+waits(s)+".", s.Wait != (protocol.Span{}))
	add("Hours: "+hours(s)+".", s.Hours != (protocol.Hours{}))
	add("Uses: "+strings.Join(s.Uses, ", ")+".", len(s.Uses) > 0)
	add("Hands over: "+s.HandsOver+", from who performs the step to who checks it.", s.HandsOver != "")
	add("Into another container: "+s.Into+". Its label is scanned before the step closes.", s.Into != "")
	for i := range m.Protocol.Windows {
		w := &m.Protocol.Windows[i]
		add("The window “"+w.Name+"” begins here, with “"+w.From.String()+"”.", w.From.Step == s.Base)
		add("The window “"+w.Name+"” ends here, with “"+w.To.String()+"”: "+span(w.Span)+".", w.To.Step == s.Base)
	}
	add("Safe state: "+m.told(s.SafeState), s.SafeState != "")
	return all
}

func (m *master) item(name string) *protocol.Item {
	for i := range m.Protocol.Items {
		if m.Protocol.Items[i].Name == name {
			return &m.Protocol.Items[i]
		}
	}
	return nil
}

// scanned says what a scan must match.
func (m *master) scanned(s protocol.Scan) string {
	switch s.Field {
	case patientField:
		return "the patient's code must match the order"
	case "label":
		return "the label must be this batch's"
	}
	if item := m.item(s.Field); item != nil {
		return "the code must be of the " + first(item.Title, item.Name) + " set out"
	}
	return "must match"
}

func (m *master) mustBe(s protocol.Scan) string {
	if item := m.item(s.Field); item != nil {
		return first(conditions(item), "no condition")
	}
	return "must match"
}

// entered says how a value is entered.
func entered(in *protocol.Input) cell {
	out := small(in.Words())
	if in.Optional {
		out = append(out, text{smallStyle, "may be left out"})
	}
	if in.Censored {
		out = append(out, text{smallStyle, "may lie beyond what can be measured, as in < or >"})
	}
	if len(in.Absent) > 0 {
		out = append(out, text{smallStyle, "in its place may stand: " + strings.Join(in.Absent, ", ")})
	}
	return out
}

// calculated sets out a formula with its rounding and its worked examples, each
// of which ran when the text was read (MBR-06, NUM-02).
func calculated(c *protocol.Calculation) cell {
	unit := "in " + c.Unit.Display
	if c.Unit.Display == "" {
		unit = "a bare number"
	}
	if c.Dose {
		unit += ", shown as a dose"
	}
	if c.Yield != "" {
		unit += ", the yield of " + c.Yield
	}
	out := cell{{plainStyle, "= " + c.Formula}, {smallStyle, unit + ", " + rounding(c.Rounding)}}
	for _, example := range strings.Split(c.Example, "; ") {
		out = append(out, text{smallStyle, "worked example: " + example})
	}
	return out
}
