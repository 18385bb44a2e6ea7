package protocol

import (
	"cmp"
	"slices"
)

// flowBracket is a window or a budget at the right of the steps that it spans.
type flowBracket struct {
	from, to flowEnd
	lane     int
	x        int // of its lane
	budget   bool
	label    flowText
	name     string
	words    []string // the label below the name
}

// flowEnd is where a bracket begins or ends: at a box, at a height of its own.
type flowEnd struct {
	box  int
	rank int // of its moment among those of the step
	y    int
}

// bracket places windows and budgets, each in a lane of its own as far as it
// overlaps others, and their labels below each other at the right.
func (f *flow) bracket() {
	if len(f.boxes) == 0 || len(f.p.Windows)+len(f.p.Budgets) == 0 {
		return
	}
	for i := range f.p.Windows {
		w := &f.p.Windows[i]
		f.brackets = append(f.brackets, flowBracket{
			from: f.endAt(w.From, false), to: f.endAt(w.To, true), name: w.Name,
			words: []string{spanWords(w.Span), w.From.String() + " → " + w.To.String()},
		})
	}
	for i := range f.p.Budgets {
		g := &f.p.Budgets[i]
		f.brackets = append(f.brackets, flowBracket{
			from: f.endAt(g.From, false), to: f.endAt(g.Until, true), name: g.Name, budget: true,
			words: []string{mostWords(g.Most) + " in all", g.From.String() + " → " + g.To.String() + ", until " + g.Until.String()},
		})
	}
	f.spread()
	lanes := f.lanes()
	pitch := max(4, min(14, 98/lanes))
	for i := range f.brackets {
		f.brackets[i].x = flowEdge + flowMain + 12 + f.brackets[i].lane%24*pitch
	}
	f.labels(flowEdge + flowMain + 12 + min(lanes, 24)*pitch + 10)
}

// endAt finds the box of a moment. A loop's later rounds are in the box of the
// first, and an item's moves begin at the first step that needs it and end at
// the last.
func (f *flow) endAt(p Point, last bool) flowEnd {
	name := p.Step
	if step := f.p.Step(name); step != nil && step.Base != "" {
		name = step.Base
	}
	end := flowEnd{rank: slices.Index(momentsOfStep(), p.At)}
	if last {
		end.box = len(f.boxes) - 1
	}
	found := false
	for i := range f.boxes {
		s := f.boxes[i].step
		if s.Name == name {
			end.box = i
			return end
		}
		if s.needs(name) && (last || !found) {
			end.box, found = i, true
		}
	}
	if last {
		end.rank = len(momentsOfStep())
	}
	return end
}

// needs says that a step scans or uses an item.
func (s *Step) needs(item string) bool {
	return contains(s.Uses, item) || slices.ContainsFunc(s.Scans, func(c Scan) bool { return c.Field == item })
}

// spread gives the ends at one box different heights, in the order of their
// moments. Ends at boxes beside each other would run on one line: there, the
// later one gives way.
func (f *flow) spread() {
	taken := map[int]bool{}
	for box := range f.boxes {
		var ends []*flowEnd
		for i := range f.brackets {
			for _, end := range []*flowEnd{&f.brackets[i].from, &f.brackets[i].to} {
				if end.box == box {
					ends = append(ends, end)
				}
			}
		}
		slices.SortStableFunc(ends, func(a, b *flowEnd) int { return cmp.Compare(a.rank, b.rank) })
		for i, end := range ends {
			end.y = f.boxes[box].y + f.boxes[box].h*(i+1)/(len(ends)+1)
			for taken[end.y] && end.y+4 < f.boxes[box].bottom()-4 {
				end.y += 4
			}
		}
		for _, end := range ends {
			taken[end.y] = true
		}
	}
	for i := range f.brackets {
		b := &f.brackets[i]
		if b.from.y > b.to.y { // side by side, the earlier may stand lower
			b.from, b.to = b.to, b.from
		}
	}
}

// lanes gives every bracket a lane, the short ones nearest to the steps, and
// says how many there are.
func (f *flow) lanes() int {
	order := make([]*flowBracket, len(f.brackets))
	for i := range f.brackets {
		order[i] = &f.brackets[i]
	}
	slices.SortStableFunc(order, func(a, b *flowBracket) int { return cmp.Compare(a.to.y-a.from.y, b.to.y-b.from.y) })
	lanes := 0
	for i, b := range order {
		taken := map[int]bool{}
		for _, other := range order[:i] {
			if b.from.y <= other.to.y+4 && other.from.y <= b.to.y+4 {
				taken[other.lane] = true
			}
		}
		for taken[b.lane] {
			b.lane++
		}
		lanes = max(lanes, b.lane+1)
	}
	return lanes
}

// labels places the labels near the middle of their brackets, and further down
// when another label stands there.
func (f *flow) labels(x int) {
	order := make([]*flowBracket, len(f.brackets))
	for i := range f.brackets {
		order[i] = &f.brackets[i]
	}
	slices.SortStableFunc(order, func(a, b *flowBracket) int { return cmp.Compare(a.from.y+a.to.y, b.from.y+b.to.y) })
	free := flowEdge
	for _, b := range order {
		name := wrapped(b.name, flowLabel, flowSmall, true, 3)
		b.label = flowText{lines: name, title: b.name}
		for _, words := range b.words {
			b.label.title += "\n" + words
		}
		below := append(wrapped(b.words[0], flowLabel, flowSmall, false, 2), wrapped(b.words[1], flowLabel, flowSmall, false, 4)...)
		b.words = below
		h := (len(name) + len(below)) * 15
		b.label.area = area{x, max(free, (b.from.y+b.to.y-h)/2), flowLabel, h}
		free = b.label.bottom() + 8
	}
	f.width, f.height = x+flowLabel+flowEdge, max(f.height, free+flowEdge)
}
