package protocol

import "slices"

// standing is a step and where it stands.
type standing struct {
	step    *Step
	section *Section
	after   string // the step before it in its section; "" for the first
}

// plan is how the sections and steps of two versions go together.
type plan struct {
	sections       comparison[Section]
	called         map[string]string // a section's old name and its new one
	steps          []twin[standing]  // in the new order
	removed, added []standing
}

// standings are a protocol's steps as they are written: of a loop, one round.
func standings(p *Protocol) []standing {
	var all []standing
	for i := range p.Sections {
		after := ""
		for j := range p.Sections[i].Steps {
			step := &p.Sections[i].Steps[j]
			if step.Round > 1 {
				continue
			}
			all = append(all, standing{step: step, section: &p.Sections[i], after: after})
			after = step.Name
		}
	}
	return all
}

// match finds what became of each section and step. Steps are looked for by
// name in the whole protocol, since they can move between sections; then, as
// renamed, by what they ask for, and at last by their instruction.
func (d *differ) match(old, new *Protocol) *plan {
	p := &plan{called: map[string]string{}}
	before, now := standings(old), standings(new)
	list := paired(before, now, func(s *standing) string { return s.step.Name })
	p.steps = list.both
	removed, added := list.removed, list.added
	removed, added = d.rename(p, removed, added, alike)
	p.sections = paired(old.Sections, new.Sections, func(s *Section) string { return s.Name })
	p.renameSections()
	p.sections.settle(old.Sections, new.Sections) // what was renamed can have moved, too
	for _, s := range p.sections.both {
		p.called[s.old.Name] = s.new.Name
	}
	removed, added = d.rename(p, removed, added, func(a, b *standing) bool {
		return a.step.Do == b.step.Do && p.called[a.section.Name] == b.section.Name
	})
	for _, s := range removed {
		p.removed = append(p.removed, *s)
	}
	for _, s := range added {
		p.added = append(p.added, *s)
	}
	place := map[*Step]int{}
	for i := range now {
		place[now[i].step] = i
	}
	slices.SortFunc(p.steps, func(a, b twin[standing]) int { return place[a.new.step] - place[b.new.step] })
	return p
}

// rename pairs what is left over on both sides where it is the same under
// another name, and gives what is then still left.
func (d *differ) rename(p *plan, removed, added []*standing, same func(a, b *standing) bool) (gone, come []*standing) {
	for _, a := range removed {
		at := slices.IndexFunc(added, func(b *standing) bool { return same(a, b) })
		if at < 0 {
			gone = append(gone, a)
			continue
		}
		d.renamed[a.step.Name] = added[at].step.Name
		p.steps = append(p.steps, twin[standing]{old: a, new: added[at]})
		added = slices.Delete(slices.Clone(added), at, at+1)
	}
	return gone, added
}

// alike says that two steps ask for the same, whatever they are called.
func alike(a, b *standing) bool {
	if a.step.Do != b.step.Do {
		return false
	}
	probe := &differ{renamed: map[string]string{a.step.Name: b.step.Name}}
	probe.step(a.step, b.step)
	return len(probe.changes) == 0
}

// renameSections pairs the sections left over on both sides that have most of
// their steps in common.
func (p *plan) renameSections() {
	shared := map[[2]*Section]int{}
	for _, s := range p.steps {
		shared[[2]*Section{s.old.section, s.new.section}]++
	}
	var gone []*Section
	for _, a := range p.sections.removed {
		at := slices.IndexFunc(p.sections.added, func(b *Section) bool { return shared[[2]*Section{a, b}]*2 > max(stepsWritten(a), stepsWritten(b)) })
		if at < 0 {
			gone = append(gone, a)
			continue
		}
		p.sections.both = append(p.sections.both, twin[Section]{old: a, new: p.sections.added[at]})
		p.sections.added = slices.Delete(p.sections.added, at, at+1)
	}
	p.sections.removed = gone
}

// stepsWritten counts a section's steps as written: of a loop, one round.
func stepsWritten(s *Section) int {
	n := 0
	for i := range s.Steps {
		if s.Steps[i].Round <= 1 {
			n++
		}
	}
	return n
}

// sections tells what changed about the sections themselves.
func (d *differ) sections(p *plan) {
	for _, s := range p.sections.removed {
		d.at("the section %s", s.Name).say(GroupOrder, "the section %s was removed%s.", s.Name, s.manner(true))
	}
	for _, s := range p.sections.added {
		d.at("the section %s", s.Name).say(GroupOrder, "the section %s was added%s.", s.Name, s.manner(false))
	}
	for _, s := range p.sections.both {
		at := d.at("the section %s", s.new.Name)
		if s.old.Name != s.new.Name {
			at.say(GroupWording, "the section %s is now called %s.", s.old.Name, s.new.Name)
		}
		if s.moved {
			at.say(GroupOrder, "the section %s moved to another place among the sections.", s.new.Name)
		}
		at.flow(s.old, s.new)
	}
}

// flow tells how a section now follows the one before, and its steps each
// other.
func (p place) flow(old, new *Section) {
	p.flag(
		GroupOrder, old.AfterRelease, new.AfterRelease,
		p.where+" now opens only after release.", p.where+" no longer waits for release.",
	)
	p.flag(
		GroupOrder, old.AnyOrder, new.AnyOrder,
		"the steps of "+p.where+" may now be done in any order.",
		"the steps of "+p.where+" must now be done in the order in which they stand.",
	)
	p.flag(
		GroupOrder, old.Alongside, new.Alongside,
		p.where+" now runs alongside the section before it.",
		p.where+" no longer runs alongside the section before it.",
	)
	p.when(old.When, new.When)
	p.loop(old.Loop, new.Loop)
}

// when tells a condition for a section or step to be part of the batch.
func (p place) when(old, new *Condition) {
	switch {
	case old == nil && new == nil:
	case old == nil:
		p.say(GroupOrder, "%s is now done only when “%s”; before, it was always done.", p.where, new.Text)
	case new == nil:
		p.say(GroupOrder, "%s is now always done; before, only when “%s”.", p.where, old.Text)
	case !p.alike(old.Text, new.Text):
		p.say(GroupOrder, "%s is now done only when “%s” instead of when “%s”.", p.where, new.Text, old.Text)
	}
}

func (p place) loop(old, new *Loop) {
	switch {
	case old == nil && new == nil:
	case old == nil:
		p.say(GroupOrder, "%s is now repeated until “%s”, at most %d times.", p.where, new.Until.Text, new.Most)
	case new == nil:
		p.say(GroupOrder, "%s is no longer repeated; before, until “%s”, at most %d times.", p.where, old.Until.Text, old.Most)
	default:
		if !p.alike(old.Until.Text, new.Until.Text) {
			p.say(GroupOrder, "%s is now repeated until “%s” instead of until “%s”.", p.where, new.Until.Text, old.Until.Text)
		}
		if old.Most != new.Most {
			p.say(GroupOrder, "%s is now repeated at most %d times instead of %d.", p.where, new.Most, old.Most)
		}
	}
}
