package protocol

import (
	"slices"
	"strings"
)

// sentByKey is the key of a value that a machine sends.
const sentByKey = "sent by"

// Sender says that a value comes from a machine: the equipment, by the name under
// which the step scans it, and what it measures, by the name that the machine's
// interface has for it (EXE-13). The zero Sender is none.
type Sender struct {
	Equipment string
	Quantity  string // "" for whatever has the value's dimension
}

// String is the sender as it is written, as in "balance, as mass".
func (s Sender) String() string {
	if s.Quantity == "" {
		return s.Equipment
	}
	return s.Equipment + ", as " + s.Quantity
}

// Words name the sender for people, as in "balance (mass)".
func (s Sender) Words() string {
	if s.Quantity == "" {
		return s.Equipment
	}
	return s.Equipment + " (" + s.Quantity + ")"
}

// sender reads "balance" or "balance, as mass".
func (b *builder) sender(o *object, in *Input) {
	n := o.get(sentByKey)
	if n == nil {
		return
	}
	text, ok := b.text(n, sentByKey)
	if !ok {
		return
	}
	equipment, quantity, named := strings.Cut(text, ", as ")
	if !named && strings.Contains(text, ",") || named && strings.TrimSpace(quantity) == "" {
		b.fail(n, "write it as in: balance, or: balance, as mass", "%q cannot be understood here", text)
		return
	}
	in.SentBy = Sender{Equipment: strings.TrimSpace(equipment), Quantity: strings.TrimSpace(quantity)}
	if in.Type != TypeDecimal && in.Type != TypeCount {
		b.fail(n, "", "only a number is sent by a machine, and %s is none", in.Name)
	}
}

// checkSender: who sends a value is equipment that the same step scans, so that
// nobody takes what another machine measured.
func (b *builder) checkSender(s *Step, in *Input) {
	if in.SentBy == (Sender{}) {
		return
	}
	if in.Cell != (Cell{}) || !slices.ContainsFunc(s.Inputs, func(one Input) bool { return one.Name == in.Name }) {
		b.failAt(in.Pos, "give it a place of its own beside the table", "what is entered in a table is sent by no machine, and %s is", in.Name)
		return
	}
	item := b.p.Item(in.SentBy.Equipment)
	if item == nil || !item.Equipment {
		var known []string
		for i := range b.p.Items {
			if b.p.Items[i].Equipment {
				known = append(known, b.p.Items[i].Name)
			}
		}
		b.failAt(in.Pos, suggest(in.SentBy.Equipment, known), "the value %s is sent by %q, which is no equipment of this protocol", in.Name, in.SentBy.Equipment)
		return
	}
	if !s.scans(item.Name) {
		b.failAt(in.Pos, "write scan: "+item.Name, "the value %s is sent by %s, and the step %s does not scan it: nobody could tell which one it was", in.Name, item.Name, s.Name)
	}
}

// sender tells that a value is now sent by another machine, by one, or by none.
func (p place) sender(value string, old, now Sender) {
	switch {
	case old == now:
	case old == Sender{}:
		p.say(GroupLimits, "%s is now sent by %s, and no longer typed.", value, now.Words())
	case now == Sender{}:
		p.say(GroupLimits, "%s is no longer sent by %s; it is typed.", value, old.Words())
	default:
		p.say(GroupLimits, "%s is now sent by %s instead of %s.", value, now.Words(), old.Words())
	}
}

// In is the quantity in another unit of its dimension with so many decimal
// places, exactly; false where it has another dimension, or where a figure would
// have to be rounded.
func (q Quantity) In(unit Unit, places int) (Quantity, bool) {
	zero := Quantity{Number: "0", Unit: unit}
	if _, err := q.Cmp(zero); err != nil {
		return Quantity{}, false
	}
	base, err := q.base()
	if err != nil {
		return Quantity{}, false
	}
	exact, err := fromBase(base, unit)
	if err != nil {
		return Quantity{}, false
	}
	written := Quantity{Number: roundPlaces(exact, places), Unit: unit}
	same, err := q.Cmp(written)
	return written, err == nil && same == 0
}

// SameDimension says that what is measured in one unit can be given in the other.
func SameDimension(a, b Unit) bool {
	_, err := Quantity{Number: "0", Unit: a}.Cmp(Quantity{Number: "0", Unit: b})
	return err == nil
}
