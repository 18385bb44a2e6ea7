package protocol

import (
	"slices"
	"strings"
)

func (d *differ) windows(old, new []Window) {
	name := func(w *Window) string { return w.Name }
	list := paired(old, new, name)
	for _, w := range list.removed {
		d.window(w).say(GroupLimits, "%s was removed: %s.", d.window(w).where, w.written())
	}
	for _, w := range list.added {
		d.window(w).say(GroupLimits, "%s was added: %s.", d.window(w).where, w.written())
	}
	for _, w := range list.both {
		at := d.window(w.new)
		if w.old.Span != w.new.Span {
			at.say(GroupLimits, "%s now allows %s.", at.where, instead(w.new.Span.written(), w.old.Span.written()))
		}
		at.moment("now begins at", w.old.From, w.new.From)
		at.moment("now ends at", w.old.To, w.new.To)
		at.breach(at.where, w.old.Then, w.new.Then)
	}
	if list.reordered() {
		d.at("the windows").say(GroupWording, "the windows stand in another order: %s.", listed(namesOf(new, name)))
	}
}

// window is where a window's changes are told. Its name is free words, so it
// stands in quotes.
func (d *differ) window(w *Window) place { return d.at("the window “%s”", w.Name) }

// written is "at most 4 h from “draw up done” to “give done”, otherwise an
// exception".
func (w *Window) written() string {
	return w.Span.written() + " from “" + w.From.String() + "” to “" + w.To.String() + "”, otherwise " + w.Then.written()
}

// moment tells that a bound hangs on another moment.
func (p place) moment(what string, old, new Point) {
	if p.point(old) != new {
		p.say(GroupLimits, "%s %s “%s” instead of “%s”.", p.where, what, new, old)
	}
}

func (d *differ) budgets(old, new []Budget) {
	name := func(b *Budget) string { return b.Name }
	list := paired(old, new, name)
	for _, b := range list.removed {
		d.budget(b).say(GroupLimits, "%s was removed: %s.", d.budget(b).where, b.written())
	}
	for _, b := range list.added {
		d.budget(b).say(GroupLimits, "%s was added: %s.", d.budget(b).where, b.written())
	}
	for _, b := range list.both {
		at := d.budget(b.new)
		if b.old.Most != b.new.Most {
			at.say(GroupLimits, "%s now allows at most %s instead of %s.", at.where, ShowDuration(b.new.Most), ShowDuration(b.old.Most))
		}
		if b.old.Item != b.new.Item {
			at.say(GroupLimits, "%s is now about %s instead of %s.", at.where, b.new.Item, b.old.Item)
		}
		at.moment("now begins to count at", b.old.From, b.new.From)
		at.moment("now pauses at", b.old.To, b.new.To)
		at.moment("now ends for good at", b.old.Until, b.new.Until)
		at.breach(at.where, b.old.Then, b.new.Then)
	}
	if list.reordered() {
		d.at("the budgets").say(GroupWording, "the time budgets stand in another order: %s.", listed(namesOf(new, name)))
	}
}

func (d *differ) budget(b *Budget) place { return d.at("the time budget “%s”", b.Name) }

// written is "at most 30 h of vial from “vial out” to “vial back”, until “draw
// up done”, otherwise an exception".
func (b *Budget) written() string {
	return "at most " + ShowDuration(b.Most) + " of " + b.Item + " from “" + b.From.String() + "” to “" + b.To.String() +
		"”, until “" + b.Until.String() + "”, otherwise " + b.Then.written()
}

func (d *differ) criteria(old, new []Criterion) {
	name := func(c *Criterion) string { return c.Name }
	list := paired(old, new, name)
	d.rewritten(&list)
	list.settle(old, new)
	for _, c := range list.removed {
		d.at("the release criteria").say(GroupLimits, "the release criterion “%s” was removed%s.", c.Name, c.held("it held when "))
	}
	for _, c := range list.added {
		d.at("the release criteria").say(GroupLimits, "the release criterion “%s” was added%s.", c.Name, c.held("it holds when "))
	}
	for _, c := range list.both {
		d.criterion(c.old, c.new)
	}
	if list.reordered() {
		d.at("the release criteria").say(GroupWording, "the release criteria stand in another order.")
	}
}

// rewritten pairs the criteria left over on both sides that ask for the same
// in other words.
func (d *differ) rewritten(list *comparison[Criterion]) {
	var gone []*Criterion
	for _, old := range list.removed {
		at := slices.IndexFunc(list.added, func(new *Criterion) bool {
			return old.condition() != "" && d.alike(old.condition(), new.condition())
		})
		if at < 0 {
			gone = append(gone, old)
			continue
		}
		list.both = append(list.both, twin[Criterion]{old: old, new: list.added[at]})
		list.added = slices.Delete(list.added, at, at+1)
	}
	list.removed = gone
}

func (d *differ) criterion(old, new *Criterion) {
	at := d.at("the release criterion “%s”", new.Name)
	if old.Name != new.Name {
		at.say(GroupLimits, "the release criterion “%s” now reads “%s”.", old.Name, new.Name)
	}
	if !d.alike(old.condition(), new.condition()) {
		at.say(GroupLimits, "%s now holds when “%s” instead of when “%s”.", at.where, new.condition(), old.condition())
	}
	if old.Record != new.Record {
		at.text(GroupLimits, "what the record answers for "+at.where, old.Record, new.Record)
	}
	source := old.Source
	if old.Record == "" {
		source = d.to(source)
	}
	if source != new.Source {
		at.text(GroupLimits, "the source of "+at.where, old.Source, new.Source)
	}
	at.flag(
		GroupLimits, old.Later, new.Later,
		at.where+" is now known only after release.", at.where+" must now be known before release.",
	)
	if old.Due != new.Due {
		at.text(GroupLimits, "the time after certification by which the answer is due for "+at.where, due(old), due(new))
	}
	at.text(GroupLimits, "whom a failure is told to, for "+at.where+",", old.Tell, new.Tell)
	at.registered(at.where, old.Registered, new.Registered)
}

// due is "336 h", or "" when nothing is due later.
func due(c *Criterion) string {
	if c.Due == 0 {
		return ""
	}
	return ShowDuration(c.Due)
}

// condition is what a criterion asks for, as written; "" when the record
// answers it.
func (c *Criterion) condition() string {
	if c.Expr == nil {
		return ""
	}
	return strings.TrimSpace(c.Expr.Source)
}

// held is "; it holds when “…”", "" for what the record answers.
func (c *Criterion) held(words string) string {
	if c.condition() == "" {
		return ""
	}
	return "; " + words + "“" + c.condition() + "”"
}
