package reports

// column is one column of a table; shares are parts of the body's width.
type column struct {
	title string
	share int
}

// table is a grid whose head is repeated on every page that it reaches.
type table struct {
	columns []column
	rows    [][]cell
	indent  pt
	boxed   bool // a frame around every cell that holds something
}

const cellPad pt = 200

func newTable(columns ...column) *table { return &table{columns: columns} }

// add appends a row; missing cells are empty.
func (t *table) add(cells ...cell) { t.rows = append(t.rows, cells) }

// widths shares out the width; the last column takes what is left over.
func (t *table) widths() []pt {
	total, sum := bodyWidth-t.indent, 0
	for _, c := range t.columns {
		sum += c.share
	}
	out, left := make([]pt, len(t.columns)), total
	for i, c := range t.columns {
		out[i] = total * pt(c.share) / pt(sum)
		left -= out[i]
	}
	out[len(out)-1] += left
	return out
}

func (t *table) wrapRow(cells []cell, widths []pt) [][]line {
	out := make([][]line, len(widths))
	for i := range widths {
		if i < len(cells) && len(cells[i]) > 0 {
			out[i] = cells[i].wrap(widths[i] - 2*cellPad)
		}
	}
	return out
}

func rowHeight(row [][]line) pt {
	var most pt
	for _, lines := range row {
		most = max(most, height(lines))
	}
	return most + 2*cellPad
}

// grid draws a table. A row is kept on one page unless it is higher than a
// page, and the head never stands alone.
func (s *sheet) grid(t *table) {
	if len(t.rows) == 0 {
		return
	}
	widths := t.widths()
	var head [][]line
	var headHeight pt
	for _, c := range t.columns {
		if c.title != "" {
			titles := make([]cell, len(t.columns))
			for i, c := range t.columns {
				titles[i] = cell{{style{face: bold, size: 720}, c.title}}
			}
			head = t.wrapRow(titles, widths)
			headHeight = rowHeight(head)
			break
		}
	}
	for i, cells := range t.rows {
		row := t.wrapRow(cells, widths)
		for first := true; ; first = false {
			h := rowHeight(row)
			fresh := i == 0 && first
			want := h
			if fresh || s.y == bodyTop {
				want += headHeight
			}
			if want <= bodyHeight {
				s.need(want)
			}
			if fresh || s.y == bodyTop {
				s.drawHead(t, head, headHeight, widths)
			}
			s.held.on = false
			if h <= s.room() {
				s.drawRow(t, row, h, widths)
				break
			}
			part, rest := splitRow(row, s.room()-2*cellPad)
			if part == nil {
				s.turn()
				continue
			}
			s.drawRow(t, part, rowHeight(part), widths)
			s.turn()
			row = rest
		}
	}
	s.y += 400
}

// splitRow takes what a height holds of a row; part is nil when that is nothing.
func splitRow(row [][]line, room pt) (part, rest [][]line) {
	part, rest = make([][]line, len(row)), make([][]line, len(row))
	some := false
	for i, lines := range row {
		n, _ := fit(lines, room)
		part[i], rest[i] = lines[:n], lines[n:]
		some = some || n > 0
	}
	if !some {
		return nil, row
	}
	return part, rest
}

func (s *sheet) drawHead(t *table, head [][]line, h pt, widths []pt) {
	if head == nil {
		if t.boxed {
			return
		}
		s.page().rule(marginLeft+t.indent, s.y, bodyWidth-t.indent, 40)
		return
	}
	s.page().fill(marginLeft+t.indent, s.y, bodyWidth-t.indent, h)
	s.page().rule(marginLeft+t.indent, s.y, bodyWidth-t.indent, 60)
	s.drawRow(t, head, h, widths)
}

func (s *sheet) drawRow(t *table, row [][]line, h pt, widths []pt) {
	x := marginLeft + t.indent
	for i, lines := range row {
		if t.boxed && len(lines) > 0 {
			s.page().box(x, s.y, widths[i], h, 60)
		}
		s.page().print(lines, x+cellPad, s.y+cellPad)
		x += widths[i]
	}
	s.y += h
	if !t.boxed {
		s.page().rule(marginLeft+t.indent, s.y, bodyWidth-t.indent, 40)
	}
}

// pairs draws a list of "name: value", two pairs to a line.
func (s *sheet) pairs(list [][2]string) {
	t := newTable(column{"", 17}, column{"", 33}, column{"", 17}, column{"", 33})
	for i := 0; i < len(list); i += 2 {
		label := style{face: regular, size: 720, lead: plainStyle.leading()}
		row := []cell{{{label, list[i][0]}}, say(list[i][1])}
		if i+1 < len(list) {
			row = append(row, cell{{label, list[i+1][0]}}, say(list[i+1][1]))
		}
		t.add(row...)
	}
	s.grid(t)
}
