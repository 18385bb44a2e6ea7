package register

import (
	"strings"

	"countersign/protocol"
)

// Counted is an amount as somebody typed it, as the register keeps it: pieces
// are a bare number there, and people write "3 pieces". Nothing is said of what
// the lot is counted in: 3 pieces of what is counted in mL is refused as a bare
// 3 is.
func Counted(text string) string {
	text = strings.TrimSpace(text)
	number, unit, found := strings.Cut(text, " ")
	if found && (strings.EqualFold(unit, "piece") || strings.EqualFold(unit, "pieces")) {
		return number
	}
	return text
}

// Pieces is an amount as people read it: a bare number is one of pieces.
func Pieces(q protocol.Quantity) string {
	switch {
	case q.Unit.Display != "":
		return q.String()
	case strings.TrimPrefix(q.Number, "-") == "1":
		return q.Number + " piece"
	}
	return q.Number + " pieces"
}

// pieces says an amount as it is kept.
func pieces(amount string) string {
	if q, err := protocol.ParseQuantity(amount); err == nil {
		return Pieces(q)
	}
	return amount
}
