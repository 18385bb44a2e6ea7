package protocol

import (
	"slices"
	"strings"
)

// ProductHanded is what a step can hand over beside the batch's materials.
const ProductHanded = "product"

// PlaceOfHandover is the value with which a hand-over says where it happens.
const PlaceOfHandover = "place"

// Keys of a step that moves something from one person, or from one container,
// to another.
const (
	handsOverKey = "hands over"
	intoKey      = "into"
)

// checkCustody: a hand-over is two people's act, at a place, with the code of
// what is handed over scanned; and what goes into another container has that
// container's label scanned before the step closes (COI-03).
func (b *builder) checkCustody(s *Step) {
	if s.HandsOver != "" {
		b.checkHandover(s)
	}
	if s.Into != "" && !s.scans("label") {
		b.failAt(s.Pos, "write scan: label", "the step %s moves something into another container and scans no label: nobody could tell whose it is", s.Name)
	}
}

func (b *builder) checkHandover(s *Step) {
	code, item := "label", b.p.Item(s.HandsOver)
	switch {
	case s.HandsOver == ProductHanded:
	case item == nil:
		known := []string{ProductHanded}
		for i := range b.p.Items {
			if !b.p.Items[i].Equipment {
				known = append(known, b.p.Items[i].Name)
			}
		}
		b.failAt(s.Pos, suggest(s.HandsOver, known), "the step %s hands over %q, which is neither the product nor a material", s.Name, s.HandsOver)
		return
	case item.Equipment:
		b.failAt(s.Pos, "", "the step %s hands over %s, which is equipment: only materials and the product change hands", s.Name, s.HandsOver)
		return
	default:
		code = s.HandsOver
	}
	if s.CheckedBy == "" {
		b.failAt(s.Pos, "say who, as in checked by: checker", "nobody receives what the step %s hands over", s.Name)
	}
	if !s.scans(code) {
		b.failAt(s.Pos, "write scan: "+code, "the step %s hands over %s and does not scan it", s.Name, s.HandsOver)
	}
	if in := s.Input(PlaceOfHandover); in == nil || in.Type != TypeText && in.Type != TypeChoice || in.Optional {
		b.failAt(s.Pos, "enter it, as in place: {type: text}", "the step %s does not ask at which place it hands over %s", s.Name, s.HandsOver)
	}
}

func (s *Step) scans(field string) bool {
	return slices.ContainsFunc(s.Scans, func(scan Scan) bool { return scan.Field == field })
}

// Custody says in a sentence's words what a step moves; "" when nothing.
func (s *Step) Custody() string {
	var words []string
	if s.HandsOver != "" {
		words = append(words, "hands over "+s.HandsOver)
	}
	if s.Into != "" {
		words = append(words, "moves it into: "+s.Into)
	}
	return strings.Join(words, "; ")
}

// custody tells what changed about what a step moves.
func (p place) custody(old, new *Step) {
	for _, key := range []struct{ was, is, says, no string }{
		{old.HandsOver, new.HandsOver, "hands over", "hands over nothing"},
		{old.Into, new.Into, "moves into another container, which is", "moves nothing into another container"},
	} {
		switch {
		case key.was == key.is:
		case key.was == "":
			p.say(GroupMaterials, "%s now %s %s.", p.where, key.says, key.is)
		case key.is == "":
			p.say(GroupMaterials, "%s now %s; before, it was %s.", p.where, key.no, key.was)
		default:
			p.say(GroupMaterials, "%s now %s %s instead of %s.", p.where, key.says, key.is, key.was)
		}
	}
}
