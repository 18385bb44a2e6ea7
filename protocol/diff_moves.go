package protocol

import "strings"

// steps tells which steps went, came, were renamed or moved, and what changed
// in each.
func (d *differ) steps(p *plan) {
	for _, s := range p.removed {
		d.at("the step %s", s.step.Name).say(
			GroupOrder, "the step %s was removed from the section %s; it was %s.", s.step.Name, s.section.Name, s.step.duties(),
		)
		d.values(&Step{Name: s.step.Name, Inputs: s.step.Inputs, Tables: s.step.Tables, Calcs: s.step.Calcs}, &Step{Name: s.step.Name})
	}
	for _, s := range p.added {
		d.at("the step %s", s.step.Name).say(
			GroupOrder, "the step %s was added to the section %s%s; it is %s%s.", s.step.Name, s.section.Name, following(s.after), s.step.duties(), p.known(s.section),
		)
		d.values(&Step{Name: s.step.Name}, &Step{Name: s.step.Name, Inputs: s.step.Inputs, Tables: s.step.Tables, Calcs: s.step.Calcs})
	}
	d.moves(p)
	for _, s := range p.steps {
		d.step(s.old.step, s.new.step)
	}
}

// moves tells which steps have another name, another section or another place
// in their section.
func (d *differ) moves(p *plan) {
	stayed := map[*Section][]standing{} // by their section of before
	for _, s := range p.steps {
		at := d.at("the step %s", s.new.step.Name)
		if s.old.step.Name != s.new.step.Name {
			at.say(GroupWording, "the step %s is now called %s.", s.old.step.Name, s.new.step.Name)
		}
		if p.called[s.old.section.Name] != s.new.section.Name {
			at.say(
				GroupOrder, "%s moved from the section %s to the section %s%s%s.",
				at.where, s.old.section.Name, s.new.section.Name, following(s.new.after), p.known(s.new.section),
			)
			continue
		}
		stayed[s.old.section] = append(stayed[s.old.section], *s.old)
	}
	out := map[*Step]bool{}
	for section, steps := range stayed {
		for _, step := range misplaced(section, steps) {
			out[step] = true
		}
	}
	for _, s := range p.steps {
		if !out[s.old.step] {
			continue
		}
		at := d.at("the step %s", s.new.step.Name)
		at.say(
			GroupOrder, "%s moved within the section %s: it is now done %s; before, it was done %s.",
			at.where, s.new.section.Name, turn(s.new.after), turn(d.to(s.old.after)),
		)
	}
}

// misplaced are the steps of a section that lost their place, when they are
// given in their new order.
func misplaced(section *Section, steps []standing) []*Step {
	place := map[*Step]int{}
	for i := range section.Steps {
		place[&section.Steps[i]] = i
	}
	order := make([]int, len(steps))
	for i := range steps {
		order[i] = place[steps[i].step]
	}
	kept := map[int]bool{}
	for _, i := range rising(order) {
		kept[i] = true
	}
	var out []*Step
	for i := range steps {
		if !kept[i] {
			out = append(out, steps[i].step)
		}
	}
	return out
}

// turn says when a step is done, by the step before it.
func turn(after string) string {
	if after == "" {
		return "first"
	}
	return "after " + after
}

// following is ", after draw up", or what is said of a section's first step.
func following(after string) string {
	if after == "" {
		return ", at its beginning"
	}
	return ", after " + after
}

// second is "checked by checker", "witnessed by checker" or "".
func (s *Step) second() string {
	switch {
	case s.Witness:
		return "witnessed by " + orNobody(s.CheckedBy)
	case s.CheckedBy != "":
		return "checked by " + s.CheckedBy
	}
	return ""
}

// written is "at least 30 min", "at most 4 h", "1 min to 3 min" or "".
func (s Span) written() string {
	switch {
	case s == Span{}:
		return ""
	case s.Max == 0:
		return "at least " + ShowDuration(s.Min)
	case s.Min == 0:
		return "at most " + ShowDuration(s.Max)
	}
	return ShowDuration(s.Min) + " to " + ShowDuration(s.Max)
}

// instead is "at least 45 min instead of 30 min": the old span without the
// words that it shares with the new one.
func instead(new, old string) string {
	for _, words := range []string{"at least ", "at most "} {
		if strings.HasPrefix(new, words) {
			old = strings.TrimPrefix(old, words)
		}
	}
	return new + " instead of " + old
}
