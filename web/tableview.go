package web

import (
	"slices"
	"strings"
	"time"

	"countersign/batch"
	"countersign/protocol"
)

// tableView is a table to be filled: one row is at hand, large enough for
// gloves, those that are filled stand above it and those to come below.
type tableView struct {
	Name, Title string
	Columns     []inputView // of a row that nobody has filled: title, unit, limits
	Rows        []rowView
	Counted     *inputView // how many rows there were; nil where the protocol says
	Bad         bool
}

// rowView is one row. Who presses a row that waits has what was typed recorded
// and that row at hand.
type rowView struct {
	Name, Title string // "counts.2", "Chamber 2"
	Words       string // "chamber 2"
	First       string // the field whose refusal is heard when nothing was typed
	Now, Waits  bool
	Cells       []inputView
}

// enter draws what a step asks for: its values, and a table where the first of
// its cells stands.
func (v *stepView) enter(st *batch.StepState, t typed, live bool, draw func(protocol.Input) inputView, key func() string) {
	drawn := map[string]bool{}
	for _, in := range st.Step.Inputs {
		if in.Cell != (protocol.Cell{}) {
			if !drawn[in.Cell.Table] {
				drawn[in.Cell.Table] = true
				one := tableOf(st, st.Step.Table(in.Cell.Table), t, live, draw, key)
				v.Inputs = append(v.Inputs, inputView{Table: one})
				v.Enters = v.Enters || one.enters()
			}
			continue
		}
		one := draw(in)
		if one.Open = one.Open && live; one.Open {
			one.Key, v.Enters = key(), true
		}
		v.Inputs = append(v.Inputs, one)
	}
}

func tableOf(st *batch.StepState, planned *protocol.Table, t typed, live bool, draw func(protocol.Input) inputView, key func() string) *tableView {
	v := &tableView{Name: planned.Name, Title: sentence(planned.Title)}
	for _, column := range planned.Columns {
		head := draw(column)
		head.Title = column.Title
		v.Columns = append(v.Columns, head)
	}
	for row := 1; row <= planned.Most && shown(st, planned, row, live); row++ {
		one := rowView{Name: strings.TrimSuffix(planned.Field(row, ""), "."), Title: sentence(planned.Row(row)), Words: planned.Row(row)}
		one.draw(st, planned, row, live, draw)
		v.Rows = append(v.Rows, one)
	}
	v.choose(t)
	for i := range v.Rows {
		for j := range v.Rows[i].Cells {
			cell := &v.Rows[i].Cells[j]
			if cell.Open = cell.Open && v.Rows[i].Now; cell.Open {
				cell.Key = key()
			}
			v.Bad = v.Bad || cell.Error != "" || cell.Verdict.Level != ""
		}
	}
	if planned.Counted() != "" {
		v.count(st, planned, live, draw, key)
	}
	return v
}

// shown says that a row is on the page: every row that there must be, and where
// their number is open one more than are filled.
func shown(st *batch.StepState, t *protocol.Table, row int, live bool) bool {
	switch {
	case row <= t.Least:
		return true
	case !st.HasRow(st.Step.Input(t.Field(row, t.Columns[0].Name))):
		return false
	case live:
		return st.Value(t.Counted()) != nil || filled(st, t, row-1)
	}
	return filled(st, t, row)
}

// count draws the question how many rows there are; those that are filled are
// no longer in question.
func (v *tableView) count(st *batch.StepState, t *protocol.Table, live bool, draw func(protocol.Input) inputView, key func() string) {
	counted := draw(*st.Step.Input(t.Counted()))
	counted.Title = "How many rows are there?"
	counted.Choices = slices.DeleteFunc(slices.Clone(counted.Choices), func(text string) bool {
		rows, _ := t.RowsOf(protocol.Value{Text: text}, true)
		return rows < t.Most && filled(st, t, rows+1)
	})
	if counted.Open = counted.Open && live; counted.Open {
		counted.Key = key()
	}
	v.Counted, v.Bad = &counted, v.Bad || counted.Error != ""
}

// filled says that something stands in a row or in one below it.
func filled(st *batch.StepState, t *protocol.Table, row int) bool {
	return slices.ContainsFunc(st.Step.Inputs, func(in protocol.Input) bool {
		return in.Cell.Table == t.Name && in.Cell.Row >= row && st.Value(in.Name) != nil
	})
}

// draw draws a row's cells. The row may be at hand while one that is needed is
// still to come.
func (r *rowView) draw(st *batch.StepState, t *protocol.Table, row int, live bool, draw func(protocol.Input) inputView) {
	for _, column := range t.Columns {
		in := st.Step.Input(t.Field(row, column.Name))
		cell := draw(*in)
		cell.Label, cell.Title = column.Title, sentence(in.Title)
		cell.Open = cell.Open && live
		if cell.Open && r.First == "" {
			r.First = cell.Field
		}
		r.Waits = r.Waits || cell.Open
		r.Now = r.Now || cell.Open && !in.Optional
		r.Cells = append(r.Cells, cell)
	}
}

// choose leaves one row at hand: that in which something was refused, that
// which was asked for, or the first that is not filled.
func (v *tableView) choose(t typed) {
	at := slices.IndexFunc(v.Rows, func(r rowView) bool {
		return slices.ContainsFunc(r.Cells, func(cell inputView) bool { return cell.Open && cell.Error != "" })
	})
	if at < 0 {
		at = slices.IndexFunc(v.Rows, func(r rowView) bool { return r.Waits && r.Name == t.row })
	}
	if at < 0 {
		at = slices.IndexFunc(v.Rows, func(r rowView) bool { return r.Now })
	}
	for i := range v.Rows {
		v.Rows[i].Now = i == at
	}
}

// enters says that something can be typed in a table.
func (v *tableView) enters() bool {
	return v.Counted != nil && v.Counted.Open || slices.ContainsFunc(v.Rows, func(r rowView) bool { return r.Waits })
}

// sentence begins with a capital.
func sentence(text string) string {
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// drawing draws the inputs of one step. In a batch that has ended none is
// corrected.
func drawing(s *batch.State, st *batch.StepState, t typed, zone *time.Location) func(protocol.Input) inputView {
	return func(in protocol.Input) inputView {
		v := inputOf(s, st, in, t, zone)
		if endedWords(s.Status) != "" {
			v.Fix = ""
		}
		return v
	}
}
