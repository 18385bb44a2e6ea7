package protocol

import (
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// flow reads how a section's steps follow each other and the section before.
func (b *builder) flow(o *object, s *Section) {
	switch order := o.text("order"); order {
	case "", "as written":
	case "any":
		s.AnyOrder = true
	default:
		b.fail(o.values["order"], "write order: any, or leave it out", "steps follow each other as written or in any order, not %q", order)
	}
	s.Alongside = o.flag("alongside")
	s.When = b.condition(o, "when")
	n := o.get("repeat")
	if n == nil {
		return
	}
	loop := b.object(n, "repeat")
	s.Loop = &Loop{}
	if until := b.condition(loop, "until"); until != nil {
		s.Loop.Until = *until
	} else {
		b.fail(n, "say when it ends, as in until: count.cells at least 2.0 10*9{cells}", "the section %s is repeated and has no end", s.Name)
	}
	if loop.values["at most"] == nil {
		loop.missing("at most")
	}
	s.Loop.Most = loop.whole("at most", 2, 50)
	loop.done()
	if s.AnyOrder {
		b.fail(n, "give the repeated steps an order", "steps in any order cannot be repeated")
	}
}

// goOn lets a section be completed also after a value that rejects: its other
// results belong into the record all the same, and release stays shut.
func (s *Section) goOn() {
	for i := range s.Steps {
		for j := range s.Steps[i].Inputs {
			unblock(s.Steps[i].Inputs[j].Limits)
		}
		for j := range s.Steps[i].Tables {
			for k := range s.Steps[i].Tables[j].Columns {
				unblock(s.Steps[i].Tables[j].Columns[k].Limits)
			}
		}
		for j := range s.Steps[i].Calcs {
			unblock(s.Steps[i].Calcs[j].Limits)
		}
	}
}

func unblock(limits []Limit) {
	for i := range limits {
		if limits[i].Level == Reject {
			limits[i].Then = Breach{Exception: true}
		}
	}
}

// condition reads the condition under a key; nil when there is none.
func (b *builder) condition(o *object, key string) *Condition {
	n := o.get(key)
	if n == nil {
		return nil
	}
	text, ok := b.text(n, key)
	if !ok {
		return nil
	}
	return &Condition{Text: text, Pos: b.keep(n)}
}

// hours reads "between: 08:00 and 16:00".
func (b *builder) hours(o *object) Hours {
	text := o.text("between")
	if text == "" {
		return Hours{}
	}
	from, to, ok := strings.Cut(text, " and ")
	first, err1 := time.Parse("15:04", from)
	last, err2 := time.Parse("15:04", to)
	if !ok || err1 != nil || err2 != nil || !first.Before(last) {
		b.fail(o.values["between"], "write it as in: 08:00 and 16:00", "%q is no part of a day", text)
		return Hours{}
	}
	return Hours{From: first.Hour()*60 + first.Minute(), To: last.Hour()*60 + last.Minute()}
}

// String is "08:00 and 16:00", "" for no hours.
func (h Hours) String() string {
	if h == (Hours{}) {
		return ""
	}
	clock := func(m int) string { return time.Time{}.Add(time.Duration(m) * time.Minute).Format("15:04") }
	return clock(h.From) + " and " + clock(h.To)
}

// Hold says whether a moment in site time lies between them, ends included.
func (h Hours) Hold(at time.Time) bool {
	if h == (Hours{}) {
		return true
	}
	minute := at.Hour()*60 + at.Minute()
	return minute >= h.From && (minute < h.To || minute == h.To && at.Second() == 0 && at.Nanosecond() == 0)
}

func absences() []string { return []string{NotDone, NotAvailable, NotApplicable} }

// absences reads what may stand in a value's place, and whether it may lie
// beyond what can be measured.
func (b *builder) absences(o *object, in *Input) {
	if in.Censored = o.flag("censored"); in.Censored && in.Type != TypeDecimal {
		b.fail(o.values["censored"], "", "only a decimal can be below or above what can be measured")
	}
	for _, element := range b.listOf(o.get("may be")) {
		word, ok := b.text(element, "may be")
		if ok && !contains(absences(), word) {
			b.fail(element, suggest(word, absences()), "a value may be not done, not available or not applicable, and not %q", word)
		}
		in.Absent = append(in.Absent, word)
	}
}

// later reads what becomes known only after release.
func (b *builder) later(o *object, c *Criterion) {
	switch known := o.text("known"); known {
	case "", "now":
	case "later":
		c.Later = true
	default:
		b.fail(o.values["known"], "write known: later, or leave it out", "a criterion is known now or later, not %q", known)
	}
	due, tell := o.text("due"), o.text("tell")
	if !c.Later {
		if due != "" || tell != "" {
			b.failAt(c.Pos, "write known: later", "the criterion %q is known now, so nothing of it is due later", c.Name)
		}
		return
	}
	c.Tell = tell
	if tell == "" {
		b.failAt(c.Pos, "say whom, as in tell: the treating physician", "the criterion %q is known later and does not say who is told when it fails", c.Name)
	}
	if due == "" {
		b.failAt(c.Pos, "say when, as in due: 14 d", "the criterion %q is known later and does not say when", c.Name)
		return
	}
	most, err := ParseDuration(due)
	if err = positive(most, err); err != nil {
		b.fail(o.values["due"], "", "%s", err)
	}
	c.Due = most
}

// block is a run of steps that is written once and used with other words.
type block struct {
	with  []string
	steps *yaml.Node
	used  bool
	pos   Pos
}

// blocks reads the reusable blocks.
func (b *builder) blocks(n *yaml.Node) {
	b.known = map[string]*block{}
	o := b.object(n, "blocks")
	for _, key := range o.keys {
		fields := b.object(o.get(key.Value), "the block "+key.Value)
		one := &block{steps: fields.get("steps"), pos: b.keep(key)}
		for _, element := range b.listOf(fields.get("with")) {
			if word, ok := b.text(element, "with"); ok {
				one.with = append(one.with, word)
			}
		}
		if one.steps == nil {
			fields.missing("steps")
		}
		fields.done()
		b.known[key.Value] = one
	}
}

// stepsOf reads an element of a section: a step, or the use of a block.
func (b *builder) stepsOf(n *yaml.Node, by string) []Step {
	if n.Kind != yaml.MappingNode || len(n.Content) == 0 || n.Content[0].Value != "use" {
		return []Step{b.step(n, by)}
	}
	o := b.object(n, "the use of a block")
	name := o.need("use")
	with := b.object(o.get("with"), "with")
	words := map[string]string{}
	for _, key := range with.keys {
		words[key.Value], _ = b.text(with.get(key.Value), key.Value)
	}
	o.done()
	found := b.known[name]
	if found == nil {
		var names []string
		for known := range b.known {
			names = append(names, known)
		}
		b.fail(o.values["use"], suggest(name, names), "no block is called %q", name)
		return nil
	}
	found.used = true
	before := len(b.list)
	for _, word := range found.with {
		if words[word] == "" {
			b.fail(n, "add it under with", "the block %s needs %q", name, word)
		}
	}
	for word := range words {
		if !contains(found.with, word) {
			b.fail(n, suggest(word, found.with), "the block %s asks for no %q", name, word)
		}
	}
	if len(b.list) > before {
		return nil // the steps would be told with holes in them
	}
	var steps []Step
	for _, element := range b.listOf(found.steps) {
		steps = append(steps, b.step(filled(element, words, n), by))
	}
	return steps
}

// copyShift lifts the columns of a used block's copy above those of the text.
const copyShift = 24

// column is the column in the text of a place in a copy.
func column(c int) int { return c & (1<<copyShift - 1) }

// filled is a copy of a node with every {word} replaced. It stands in the text
// where the block is used, so that each copy has a place of its own.
func filled(n *yaml.Node, words map[string]string, at *yaml.Node) *yaml.Node {
	out := *n
	if n.Kind == yaml.ScalarNode {
		for word, text := range words {
			out.Value = strings.ReplaceAll(out.Value, "{"+word+"}", text)
		}
	}
	// Line stays the block's own, where a fault is to be mended; the column
	// keeps the copies apart.
	out.Column += at.Line << copyShift
	out.Content = make([]*yaml.Node, len(n.Content))
	for i, child := range n.Content {
		out.Content[i] = filled(child, words, at)
	}
	return &out
}

// unroll writes a loop's rounds one after the other, now that its steps were
// checked once.
func (b *builder) unroll() {
	for i := range b.p.Sections {
		s := &b.p.Sections[i]
		if s.Loop == nil {
			continue
		}
		var rounds []Step
		for round := 1; round <= s.Loop.Most; round++ {
			for _, step := range s.Steps {
				if step.Round = round; round > 1 {
					step.Name = step.Base + " round " + strconv.Itoa(round)
				}
				rounds = append(rounds, step)
			}
		}
		s.Steps = rounds
	}
}
