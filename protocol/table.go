package protocol

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Table is what a sheet has where the same few columns are filled row after
// row. It is unrolled into inputs, one for each cell, so that each is recorded,
// judged and corrected at its own place like any other value (EXE-07, EXE-08);
// who only knows inputs reads it well. Its rows are bounded, so that whatever
// looks at every value comes to an end.
type Table struct {
	Name  string
	Title string
	Each  string   // what a row is called, as in "chamber"; "" for a row
	Rows  []string // the rows' own names; nil when they are numbered
	// Least and Most are how many rows there are. Where they differ, how many
	// it were is a value of its own, without which nobody signs: so no row can
	// be added afterwards, as none can below the line that ends a sheet's table.
	Least   int
	Most    int
	Columns []Input // as written; their cells stand among the step's inputs
	Pos     Pos
}

// Cell is an input's place in a table: row and column, or, with row 0 and no
// column, the number of the table's rows.
type Cell struct {
	Table  string
	Row    int // from 1
	Column string
}

// The bounds of a table. More rows than a loop has rounds are no table that
// people fill at a bench.
const (
	mostRows  = 50
	mostCells = 200
)

// rowsField ends the name of the input that holds the number of rows.
const rowsField = ".rows"

// Counted gives the input that holds how many rows there were; "" where the
// number is fixed.
func (t *Table) Counted() string {
	if t.Least == t.Most {
		return ""
	}
	return t.Name + rowsField
}

// size is "3 rows" or "2 to 6 rows".
func (t *Table) size() string {
	if t.Least == t.Most {
		return countOf(t.Most, "row")
	}
	return strconv.Itoa(t.Least) + " to " + countOf(t.Most, "row")
}

// Row is what a row is called, as in "chamber 2" or "after 15 min".
func (t *Table) Row(number int) string {
	switch {
	case number <= len(t.Rows):
		return t.Rows[number-1]
	case t.Each != "":
		return t.Each + " " + strconv.Itoa(number)
	}
	return "row " + strconv.Itoa(number)
}

// Field is the name of a cell's input, as in "counts.2.viable".
func (t *Table) Field(row int, column string) string {
	return t.Name + "." + strconv.Itoa(row) + "." + column
}

// Column finds a column; nil when there is none.
func (t *Table) Column(name string) *Input {
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return &t.Columns[i]
		}
	}
	return nil
}

// cells gives an input for each cell, row by row, behind the number of rows
// where that is not fixed.
func (t *Table) cells() []Input {
	var all []Input
	if name := t.Counted(); name != "" {
		in := Input{Name: name, Title: t.Title + ", number of rows", Type: TypeChoice, Class: "informative", Cell: Cell{Table: t.Name}, Pos: t.Pos}
		for rows := t.Least; rows <= t.Most; rows++ {
			in.Choices = append(in.Choices, strconv.Itoa(rows))
		}
		all = append(all, in)
	}
	for row := 1; row <= t.Most; row++ {
		for _, in := range t.Columns {
			in.Cell = Cell{Table: t.Name, Row: row, Column: in.Name}
			in.Title = t.Title + ", " + t.Row(row) + ", " + in.Title
			in.Name = t.Field(row, in.Name)
			in.Limits = slices.Clone(in.Limits)
			all = append(all, in)
		}
	}
	return all
}

// fill gives a step's cells what was checked of their columns.
func (s *Step) fill() {
	for i := range s.Inputs {
		if t := s.Table(s.Inputs[i].Cell.Table); t != nil && s.Inputs[i].Cell.Row > 0 {
			s.Inputs[i].Limits = slices.Clone(t.Column(s.Inputs[i].Cell.Column).Limits)
		}
	}
}

// Place is the name that an input shares with those of the other rows: that of
// its column, as in "counts.viable"; its own where it stands in no table.
func (in *Input) Place() string {
	if in.Cell.Row == 0 {
		return in.Name
	}
	return in.Cell.Table + "." + in.Cell.Column
}

// RowsOf reads the number of rows that was entered for a table; ok is false
// while there is none.
func (t *Table) RowsOf(v Value, there bool) (rows int, ok bool) {
	if t.Counted() == "" {
		return t.Most, true
	}
	rows, err := strconv.Atoi(v.Text)
	return rows, there && err == nil
}

// isTable says that what stands below a name is written as a table.
func isTable(n *yaml.Node) bool {
	if n == nil || n.Kind != yaml.MappingNode {
		return false
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if key := n.Content[i].Value; key == "rows" || key == "columns" {
			return true
		}
	}
	return false
}

func (b *builder) table(key, n *yaml.Node) Table {
	t := Table{Name: b.named(key, "a table"), Title: key.Value, Pos: b.keep(key)}
	o := b.object(n, "the table "+t.Name)
	if title := o.text("title"); title != "" {
		t.Title = title
	}
	b.rows(o, &t)
	if t.Each = o.text("each"); t.Each != "" && len(t.Rows) > 0 {
		b.fail(o.values["each"], "leave it out", "the rows of the table %s have names of their own", t.Name)
	}
	if o.get("columns") == nil {
		o.missing("columns")
	}
	columns := b.object(o.values["columns"], "columns")
	for _, name := range columns.keys {
		value := columns.get(name.Value)
		if isTable(value) {
			b.fail(name, "write two tables, one below the other", "the column %s is a table itself", name.Value)
			continue
		}
		t.Columns = append(t.Columns, b.input(name, value))
	}
	if len(columns.keys) == 0 && columns.node != nil {
		b.fail(key, "", "the table %s asks for nothing", t.Name)
	}
	if cells := t.Most * len(t.Columns); cells > mostCells {
		b.fail(key, "write several tables, or several steps", "the table %s has %d cells, and a table has %d at the most", t.Name, cells, mostCells)
		t.Least, t.Most = 0, 0
	}
	o.done()
	return t
}

// rows reads "3", "2 to 6" or the rows' names.
func (b *builder) rows(o *object, t *Table) {
	n := o.get("rows")
	if n == nil {
		o.missing("rows")
		return
	}
	if n.Kind == yaml.SequenceNode {
		for _, element := range n.Content {
			name, ok := b.text(element, "a row")
			switch {
			case ok && contains(t.Rows, name):
				b.fail(element, "", "the row %q stands here a second time", name)
			case utf8.RuneCountInString(name) > 60:
				b.fail(element, "", "the name of a row has at most 60 letters")
			}
			t.Rows = append(t.Rows, name)
		}
		t.Least, t.Most = len(t.Rows), len(t.Rows)
		switch {
		case t.Most < 2:
			b.fail(n, "write it as in: [start, 15 min, 30 min]", "one row is no table")
		case t.Most > mostRows:
			b.fail(n, "write several tables, or several steps", "the table %s has %d rows, and a table has %d at the most", t.Name, t.Most, mostRows)
		default:
			return
		}
		t.Rows, t.Least, t.Most = nil, 0, 0
		return
	}
	text, ok := b.text(n, "rows")
	if !ok {
		return
	}
	low, high, ranged := strings.Cut(text, " to ")
	if !ranged {
		high = low
	}
	least, sound := rowCount(low)
	most, soundToo := rowCount(high)
	switch {
	case sound && soundToo && most > 1 && ranged && least >= most:
		b.fail(n, "write the smaller number first", "no number of rows lies from %s", text)
	case sound && soundToo && most > 1:
		t.Least, t.Most = least, most
	case !strings.ContainsFunc(text, func(r rune) bool { return r != '.' && (r < '0' || r > '9') }):
		o.whole("rows", 2, mostRows)
	default:
		b.fail(n, "write it as in: 3; 2 to 6; or [start, 15 min, 30 min]", "%q is no number of rows: a table has from 2 to %d, or names them", text, mostRows)
	}
}

func rowCount(text string) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 1 && n <= mostRows && strconv.Itoa(n) == text
}
