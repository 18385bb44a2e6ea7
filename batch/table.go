package batch

import (
	"countersign/protocol"
)

// rows is how many rows of an input's table there are; known is false while
// nobody has said so, and then it is the fewest that there can be.
func (st *StepState) rows(in *protocol.Input) (rows int, known bool) {
	t := st.Step.Table(in.Cell.Table)
	entry := st.Value(t.Counted())
	if entry == nil {
		entry = &ValueEntry{}
	}
	if rows, known = t.RowsOf(entry.Value, entry.Text != ""); !known {
		rows = t.Least
	}
	return rows, known
}

// HasRow says that a value can stand where its table has it: the row is none
// below the table's end. What stands in no table always can.
func (st *StepState) HasRow(in *protocol.Input) bool {
	if in.Cell.Row == 0 {
		return true
	}
	rows, known := st.rows(in)
	return !known || in.Cell.Row <= rows
}

// Wants says that the step cannot be signed without a value: all that is not
// optional, and of a table the number of its rows with every cell in them
// (EXE-07).
func (st *StepState) Wants(in *protocol.Input) bool {
	if in.Optional || in.Cell.Row == 0 {
		return !in.Optional
	}
	rows, _ := st.rows(in)
	return in.Cell.Row <= rows
}

// atAnEnd says that a value stands in no table, or in its first row or its last.
func (st *StepState) atAnEnd(in *protocol.Input) bool {
	if in.Cell.Row <= 1 {
		return true
	}
	rows, known := st.rows(in)
	return known && in.Cell.Row == rows
}

// rowFits: below the number of rows that was entered nothing is added, and a
// row in which something stands is not left out again. A row that was forgotten
// comes with a correction of the number, which says why.
func rowFits(st *StepState, field string, value protocol.Value) *Refusal {
	in := input(st.Step, field)
	if in.Cell == (protocol.Cell{}) {
		return nil
	}
	t := st.Step.Table(in.Cell.Table)
	if !st.HasRow(in) {
		rows, _ := st.rows(in)
		return refuse("no_more_rows", "%s ends after %d rows. If there was another, correct the number of rows, with a reason.", sentenceCase(t.Title), rows)
	}
	if in.Cell.Row > 0 {
		return nil
	}
	rows, _ := t.RowsOf(value, true)
	for i := range st.Step.Inputs {
		cell := &st.Step.Inputs[i]
		if cell.Cell.Table == t.Name && cell.Cell.Row > rows && st.Value(cell.Name) != nil {
			return refuse("too_few_rows", "%s has something in %s. A row that was filled in stays.", sentenceCase(t.Title), t.Row(cell.Cell.Row))
		}
	}
	return nil
}
