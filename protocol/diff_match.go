package protocol

import (
	"regexp"
	"slices"
	"strings"
)

// twin is one thing in both versions.
type twin[T any] struct {
	old, new *T
	moved    bool // it left its place among the others that stayed
}

// comparison is what became of a list.
type comparison[T any] struct {
	both           []twin[T] // in the new order
	removed, added []*T
}

// paired matches two lists by the names of what they hold; a name that stands
// more than once is matched in its order.
func paired[T any](old, new []T, name func(*T) string) comparison[T] {
	var c comparison[T]
	places := map[string][]int{}
	for i := range old {
		places[name(&old[i])] = append(places[name(&old[i])], i)
	}
	matched := make([]bool, len(old))
	for i := range new {
		n := name(&new[i])
		if len(places[n]) == 0 {
			c.added = append(c.added, &new[i])
			continue
		}
		at := places[n][0]
		places[n] = places[n][1:]
		matched[at] = true
		c.both = append(c.both, twin[T]{old: &old[at], new: &new[i]})
	}
	for i := range old {
		if !matched[i] {
			c.removed = append(c.removed, &old[i])
		}
	}
	c.settle(old, new)
	return c
}

// settle puts what is in both lists into the new order and finds what moved.
func (c *comparison[T]) settle(old, new []T) {
	place := map[*T]int{}
	for i := range old {
		place[&old[i]] = i
	}
	for i := range new {
		place[&new[i]] = i
	}
	slices.SortStableFunc(c.both, func(a, b twin[T]) int { return place[a.new] - place[b.new] })
	order := make([]int, len(c.both))
	for i := range c.both {
		order[i], c.both[i].moved = place[c.both[i].old], true
	}
	for _, i := range rising(order) {
		c.both[i].moved = false
	}
}

// reordered says that what stayed stands in another order.
func (c comparison[T]) reordered() bool {
	return slices.ContainsFunc(c.both, func(t twin[T]) bool { return t.moved })
}

// namesOf are the names of a list, as they stand in it.
func namesOf[T any](list []T, name func(*T) string) []string {
	names := make([]string, len(list))
	for i := range list {
		names[i] = name(&list[i])
	}
	return names
}

// rising gives the places of a longest run of growing numbers: what kept its
// order, when the numbers are the places from before.
func rising(numbers []int) []int {
	before := make([]int, len(numbers))
	var ends []int // the place at which the best run of each length ends
	for i, n := range numbers {
		at, _ := slices.BinarySearchFunc(ends, n, func(end, n int) int { return numbers[end] - n })
		before[i] = -1
		if at > 0 {
			before[i] = ends[at-1]
		}
		if at == len(ends) {
			ends = append(ends, i)
		} else {
			ends[at] = i
		}
	}
	if len(ends) == 0 {
		return nil
	}
	run := make([]int, len(ends))
	for i, at := len(ends)-1, ends[len(ends)-1]; i >= 0; i, at = i-1, before[at] {
		run[i] = at
	}
	return run
}

// to is the name that a step has in the new version.
func (d *differ) to(step string) string {
	if name, ok := d.renamed[step]; ok {
		return name
	}
	return step
}

// point is an old point with the step's new name. An item's moves are left
// alone, since an item may be called like a step.
func (d *differ) point(p Point) Point {
	if contains(momentsOfStep(), p.At) {
		p.Step = d.to(p.Step)
	}
	return p
}

// formula is an old formula with the steps' new names. An old name that was
// renamed is nowhere in the new version, so no other change can hide in this.
func (d *differ) formula(text string) string {
	if len(d.renamed) == 0 {
		return text
	}
	run := regexp.MustCompile(`[A-Za-z]\w*(?: [A-Za-z]\w*)*\.?`)
	parts := strings.Split(text, `"`) // every other part is a choice in quotes
	for i := 0; i < len(parts); i += 2 {
		parts[i] = run.ReplaceAllStringFunc(parts[i], d.reference)
	}
	return strings.Join(parts, `"`)
}

// alike says that an old formula and a new one say the same, with the steps' new
// names and with or without the quotes of a choice.
func (d *differ) alike(old, new string) bool { return unquoted(d.formula(old)) == unquoted(new) }

// reference renames the steps in a run of words: between words that have a
// meaning of their own, those that end in "draw up." or in "draw up done".
func (d *differ) reference(run string) string {
	body, dotted := strings.CutSuffix(run, ".")
	words := strings.Split(body, " ")
	var out []string
	start := 0
	for i, word := range append(words, "") {
		_, operator := operatorWord(word)
		if !operator && i < len(words) {
			continue
		}
		name := strings.Join(words[start:i], " ")
		if p, ok := cutPoint(name); dotted && i == len(words) {
			name = d.to(name)
		} else if ok {
			name = d.point(p).String()
		}
		if name != "" {
			out = append(out, name)
		}
		if operator {
			out = append(out, word)
		}
		start = i + 1
	}
	return strings.Join(out, " ") + run[len(body):]
}
