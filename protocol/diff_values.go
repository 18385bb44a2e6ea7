package protocol

import (
	"fmt"
	"strings"
)

// called is "the value drawn (critical parameter)".
func (in *Input) called() string { return "the value " + in.classed() }

// classed is "drawn (critical parameter)".
func (in *Input) classed() string {
	if in.Class == "" {
		return in.Name
	}
	return in.Name + " (" + in.Class + ")"
}

// kind is what is entered, as in "decimal in mL with 1 decimal place".
func (in *Input) kind() string {
	text := string(in.Type)
	if in.Unit.Display != "" {
		text += " in " + in.Unit.name()
	}
	if in.Type == TypeDecimal || in.Type == TypeRange {
		text += " with " + countOf(in.Places, "decimal place")
	}
	if len(in.Choices) > 0 {
		text += " of " + strings.Join(in.Choices, " or ")
	}
	if in.Dose {
		text += ", shown as a dose"
	}
	if in.SentBy != (Sender{}) {
		text += ", sent by " + in.SentBy.Words()
	}
	return text
}

// input tells what changed about a value to be entered.
func (p place) input(old, new *Input) {
	value := new.called() + " in " + p.where
	p.entry(value, old, new)
	if old.Class != new.Class {
		p.say(GroupLimits, "the value %s in %s is now classed as %s instead of %s.", new.Name, p.where, new.Class, old.Class)
	}
	p.dose(value, old.Dose, new.Dose)
	p.sender(value, old.SentBy, new.SentBy)
	p.flag(GroupLimits, old.Optional, new.Optional, value+" may now be left out.", value+" may no longer be left out.")
	p.flag(
		GroupLimits, old.Censored, new.Censored,
		value+" may now lie below or above what can be measured.",
		value+" may no longer lie below or above what can be measured.",
	)
	p.words(
		GroupLimits, old.Absent, new.Absent,
		value+" may now be “%s”.", value+" may no longer be “%s”.",
		"what may stand in the place of "+value+" stands in another order: %s.",
	)
	p.limits(new.classed()+" in "+p.where, old.Limits, new.Limits)
	p.text(GroupWording, "the title of "+value, old.Title, new.Title)
}

// entry tells what kind of thing is entered.
func (p place) entry(value string, old, new *Input) {
	if old.Type != new.Type {
		p.say(GroupLimits, "%s is now of the type %s instead of %s.", value, new.Type, old.Type)
	}
	p.unit(value, old.Unit, new.Unit)
	if old.Places != new.Places {
		p.say(GroupLimits, "%s now has %s instead of %d.", value, countOf(new.Places, "decimal place"), old.Places)
	}
	p.words(
		GroupLimits, old.Choices, new.Choices,
		"“%s” is a new choice of "+value+".", "“%s” is no longer a choice of "+value+".",
		"the choices of "+value+" stand in another order: %s.",
	)
}

func (p place) unit(value string, old, new Unit) {
	if old != new {
		before, now := apart(old.name(), new.name(), old.Code, new.Code)
		p.say(GroupLimits, "the unit of %s is now %s instead of %s.", value, now, before)
	}
}

// calculation tells what changed about a formula and its result. A changed
// worked example is told beside it, since the example is what shows that the
// formula is meant so.
func (p place) calculation(old, new *Calculation) {
	value := "the calculation " + new.Name + " in " + p.where
	if !p.alike(old.Formula, new.Formula) {
		p.text(GroupLimits, "the formula of "+value, old.Formula, new.Formula)
	}
	p.unit(value, old.Unit, new.Unit)
	if old.Rounding != new.Rounding {
		p.say(GroupLimits, "%s is now rounded to %s instead of %s.", value, new.Rounding.written(), old.Rounding.written())
	}
	p.dose(value, old.Dose, new.Dose)
	p.yield(value, old.Yield, new.Yield)
	p.text(GroupLimits, "the worked example of "+value, old.Example, new.Example)
	p.limits(new.Name+" in "+p.where, old.Limits, new.Limits)
	p.text(GroupWording, "the title of "+value, old.Title, new.Title)
}

// yield tells that a result became the yield of a phase, or is none any more.
func (p place) yield(value, old, new string) {
	switch {
	case old == new:
	case old == "":
		p.say(GroupLimits, "%s is now the yield of %s.", value, new)
	case new == "":
		p.say(GroupLimits, "%s is no longer the yield of %s.", value, old)
	default:
		p.say(GroupLimits, "%s is now the yield of %s instead of %s.", value, new, old)
	}
}

// written is "1 decimal place" or "3 significant figures".
func (by Rounding) written() string {
	if by.Significant > 0 {
		return countOf(by.Significant, "significant figure")
	}
	return countOf(by.Places, "decimal place")
}

// limits tells which limits of a value moved, came or went. A limit is known
// by its level and its word; what is then left over on both sides is told as
// one limit that became another.
func (p place) limits(value string, old, new []Limit) {
	list := paired(old, new, (*Limit).key)
	for _, l := range list.both {
		if !p.alike(l.old.Text, l.new.Text) {
			p.say(GroupLimits, "the limit of %s moved: %s became %s.", value, l.old.written(), l.new.written())
		}
		p.breach("the limit “"+l.new.written()+"” of "+value, l.old.Then, l.new.Then)
		p.registered("the limit “"+l.new.written()+"” of "+value, l.old.Registered, l.new.Registered)
	}
	for len(list.removed) > 0 && len(list.added) > 0 {
		was, is := list.removed[0], list.added[0]
		p.say(GroupLimits, "the limit of %s changed: %s became %s.", value, was.written(), is.written())
		p.breach("the limit “"+is.written()+"” of "+value, was.Then, is.Then)
		p.registered("the limit “"+is.written()+"” of "+value, was.Registered, is.Registered)
		list.removed, list.added = list.removed[1:], list.added[1:]
	}
	for _, l := range list.removed {
		p.say(GroupLimits, "a limit of %s was removed: %s.", value, l.written())
	}
	for _, l := range list.added {
		p.say(GroupLimits, "a limit of %s was added: %s; when it is broken: %s.", value, l.written(), l.Then.written())
	}
	if list.reordered() {
		p.say(GroupWording, "the limits of %s stand in another order.", value)
	}
}

// key is what a limit is told apart by within its value: "reject below",
// "accept".
func (l *Limit) key() string {
	if !l.Outside {
		return l.word()
	}
	word, _, _ := strings.Cut(l.Text, " ")
	return l.word() + " " + word
}

// word is how a limit begins in the text. Only an action limit can be written
// by what is good.
func (l *Limit) word() string {
	switch {
	case l.Outside:
		return string(l.Level)
	case l.Level == Action:
		return "accept"
	}
	return string(l.Level) + " unless"
}

// written is the limit as the author wrote it: "reject below 70 %", "accept
// within 2 % of volume".
func (l *Limit) written() string { return l.word() + " " + l.Text }

// withLimits says which limits come or go with a value.
func withLimits(limits []Limit) string {
	if len(limits) == 0 {
		return ""
	}
	return ", with the limit " + listed(namesOf(limits, (*Limit).written))
}

// breach tells that something else follows when a bound is not kept.
func (p place) breach(bound string, old, new Breach) {
	if old != new {
		p.say(GroupLimits, "when %s is not kept, what follows is now: %s; before: %s.", bound, new.written(), old.written())
	}
}

// written says what follows, as in "an exception, and nothing goes on until it
// is decided".
func (b Breach) written() string {
	var words []string
	if b.Exception {
		words = append(words, "an exception")
	}
	if b.Blocks {
		words = append(words, "nothing goes on until it is decided")
	}
	if b.Stops {
		words = append(words, "the steps concerned cannot be performed")
	}
	switch {
	case b.Repeat == 1:
		words = append(words, "the value is measured once more")
	case b.Repeat == 2:
		words = append(words, "the value is measured twice more")
	case b.Repeat != 0:
		words = append(words, fmt.Sprintf("the value is measured %d times more", b.Repeat))
	}
	if len(words) == 0 {
		return "only a note"
	}
	return strings.Join(words, ", and ")
}
