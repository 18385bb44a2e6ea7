package protocol

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// shape says in which order the names of a map stand, and how what is inside
// is written. The zero shape, and none at all, leave everything as it is.
type shape struct {
	keys []string          // the language's names, in its order
	of   map[string]*shape // what stands under one of them
	// each is what stands under a name that the author gave, or, where list is
	// set, the elements of a list; a single value is a list of one.
	each    *shape
	list    bool
	spaced  bool // a blank line stands between the elements
	oneLine bool // never folded, so that a caret can stand below a fault
}

// under gives the shape of what stands under a key.
func (s *shape) under(key string) *shape {
	switch {
	case s == nil:
		return nil
	case s.list:
		return s.each.under(key)
	case s.of[key] != nil:
		return s.of[key]
	}
	return s.each
}

// element gives the shape of a list's elements.
func (s *shape) element() *shape {
	if s == nil || !s.list {
		return nil
	}
	return s.each
}

// rank says where a key stands; what the language does not know stands last.
// Calculations and entries rank alike: a step enters what it calculates with,
// or calculates what it then does, and reads in its author's order.
func (s *shape) rank(key string) int {
	switch {
	case s == nil:
		return 0
	case s.list:
		return s.each.rank(key)
	case key == "calculate" && slices.Contains(s.keys, key):
		key = "enter"
	}
	if at := slices.Index(s.keys, key); at >= 0 {
		return at
	}
	return len(s.keys)
}

// pair is a name and what stands under it.
type pair struct{ key, value *yaml.Node }

// ordered gives the pairs of a map as they are to be written.
func (s *shape) ordered(n *yaml.Node) []pair {
	var pairs []pair
	for i := 0; i+1 < len(n.Content); i += 2 {
		pairs = append(pairs, pair{key: n.Content[i], value: n.Content[i+1]})
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return s.rank(a.key.Value) - s.rank(b.key.Value) })
	return pairs
}

// wholeShape is the shape of a protocol.
func wholeShape() *shape {
	window := &shape{keys: []string{"from", "to", "allow", "otherwise"}}
	budget := &shape{keys: []string{"item", "from", "to", "until", "at most", "otherwise"}}
	item := &shape{
		keys: []string{"title", "registered as", "need", "must be", "reconcile"},
		of:   map[string]*shape{"reconcile": {keys: []string{"within", "return unused"}}},
	}
	criterion := &shape{
		keys: []string{"criterion", "holds", "from", "registered", "known", "due", "tell"},
		of:   map[string]*shape{"holds": {oneLine: true}},
	}
	return &shape{
		keys: []string{
			"protocol", "version", "title", "status", "review by checker", "safe state", "product", "label", "order", "site sets", "people", "materials", "equipment",
			"blocks", "sections", "windows", "budgets", "exceptions", "out of specification", "release",
		},
		of: map[string]*shape{
			"product": {keys: []string{
				"name", "code", "form", "strength", "mode", "supply", "batch size", "atmp", "immediate use", "licence", "control site",
				"master file", "container", "storage",
			}},
			"label": {keys: []string{
				"product number", "actives", "contents", "excipients", "route", "warnings", "disposal", "holder", "supplier", "cells",
				"donation", "autologous", "trial", "sponsor", "participant", "comparator", "investigator", "directions", "hospital only", "trial rules", "size", "shelf life", "final after", "immediate use",
			}, of: map[string]*shape{"immediate use": {keys: []string{"given in", "within", "amount given", "amount left"}}}},
			"order":                {each: &shape{keys: []string{"title", "allow", "shown as"}}},
			"site sets":            {each: &shape{keys: []string{"title", "type", "allow", "choices"}}},
			"materials":            {each: item},
			"equipment":            {each: item},
			"sections":             {list: true, spaced: true, each: sectionShape()},
			"blocks":               {each: &shape{keys: []string{"with", "steps"}, of: map[string]*shape{"steps": sectionShape().of["steps"]}}},
			"windows":              {each: window},
			"budgets":              {each: budget},
			"exceptions":           exceptionsShape(),
			"out of specification": {keys: []string{"notify", "within"}},
			"release":              {list: true, each: criterion},
		},
	}
}

func sectionShape() *shape {
	field := &shape{keys: limitKeys("title", "rows", "each", "columns", "type", "unit", "places", "shown as", "choices", "class", "sent by", "optional", "censored", "may be")}
	field.of = map[string]*shape{"columns": {each: field}}
	step := &shape{
		keys: []string{
			"step", "do", "when", "by", "decision", "checked by", "witnessed by", "critical", "timed", "between", "scan", "uses", "hands over", "into", "wait",
			"safe state", "exceptions", "calculate", "enter",
		},
		of: map[string]*shape{
			"exceptions": exceptionsShape(),
			"enter":      {each: field},
			"calculate":  {each: calculationShape()},
		},
	}
	step.keys = append([]string{"use", "with"}, step.keys...)
	step.of["when"] = &shape{oneLine: true}
	return &shape{
		keys: []string{"section", "after", "alongside", "order", "complete anyway", "when", "repeat", "by", "steps"},
		of: map[string]*shape{
			"when":   {oneLine: true},
			"repeat": {keys: []string{"until", "at most"}, of: map[string]*shape{"until": {oneLine: true}}},
			"steps":  {list: true, spaced: true, each: step},
		},
	}
}

func calculationShape() *shape {
	line := &shape{oneLine: true}
	return &shape{
		keys: limitKeys("title", "yield", "formula", "unit", "places", "figures", "shown as", "example"),
		of:   map[string]*shape{"formula": line, "example": {list: true, oneLine: true, each: line}},
	}
}

// limitKeys adds the limits of a value, the most serious first.
func limitKeys(keys ...string) []string {
	words := []string{" above", " below", " outside", " is", " unless"}
	for _, level := range []Level{Reject, Action} {
		for _, word := range words {
			keys = append(keys, string(level)+word)
		}
	}
	keys = append(keys, "accept", "otherwise")
	for _, word := range words {
		keys = append(keys, string(Warn)+word)
	}
	return append(keys, "then", "registered")
}

func exceptionsShape() *shape {
	return &shape{each: &shape{keys: []string{"severity", "blocks", "approved by", "deviation"}}}
}
