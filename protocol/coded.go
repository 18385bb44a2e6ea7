package protocol

import (
	"strings"
	"time"
)

// Coded is the value as it stands in an entry: units by their UCUM codes
// (NUM-06), which outlive the names that people read, and a date and time in
// UTC. The input's Parse reads it back.
func (v Value) Coded() string {
	switch {
	case v.Absent != "":
		return v.absence()
	case v.Type == TypeDateTime:
		return v.Time.UTC().Format(time.RFC3339)
	case v.Type == TypeRange:
		text := v.Low.Number + " to " + v.High.Coded()
		if v.Quantity.Number != "" {
			text += ", mean " + v.Quantity.Coded()
		}
		return text
	case v.Type == TypeDecimal && v.Beyond != "":
		return v.Beyond + " " + v.Quantity.Coded()
	case v.Type == TypeDecimal:
		return v.Quantity.Coded()
	}
	return v.String()
}

// Uncoded is a coded quantity as people read it; what is none stays.
func Uncoded(text string) string {
	q, err := ParseQuantity(text)
	if err != nil {
		return text
	}
	return q.String()
}

// Shown is the limit as people read it: as the author wrote it, but for the
// codes of units, in whose places their names stand (NUM-06).
func (l *Limit) Shown() string {
	if l.Cond != nil && l.Cond.root.quotes() {
		return l.Text // of choices, which are words already
	}
	return readable(l.Text)
}

// quotes says that a text stands in the expression.
func (n *node) quotes() bool {
	if n.op == opText {
		return true
	}
	for _, arg := range n.args {
		if arg.quotes() {
			return true
		}
	}
	return false
}

// readable writes the quantities of an expression as people read them, and
// leaves everything else as it stands.
func readable(text string) string {
	var out strings.Builder
	l := &lexer{text: text, scope: noScope{}}
	for l.at < len(l.text) {
		from, before := l.at, len(l.pieces)
		l.next()
		if len(l.pieces) > before && l.pieces[before].leaf != nil && l.pieces[before].leaf.op == opLiteral && l.pieces[before].leaf.sort.class == quantity {
			out.WriteString(l.pieces[before].leaf.qty.String())
			continue
		}
		out.WriteString(text[from:l.at])
	}
	return out.String()
}
