package protocol

import (
	"cmp"
	"fmt"
	"strings"
)

// stepScope knows the names that stand at one step: everything of the order,
// of the steps before it, and of the step itself as far as it is there yet.
type stepScope struct {
	p     *Protocol
	steps []*Step
	at    int   // index of the step; len(steps) for release criteria
	calcs int   // calculations of the step that are there already
	until *Step // the last step of a loop whose end is at hand
}

func (s stepScope) names() []string {
	var names []string
	for i := range s.p.Order {
		names = append(names, "order."+s.p.Order[i].Name)
	}
	for i := range s.p.SiteValues {
		names = append(names, "site."+s.p.SiteValues[i].Name)
	}
	for i, step := range s.steps {
		for _, name := range asksFor(step) {
			names = append(names, step.Name+"."+name)
			if i == s.at {
				names = append(names, name)
			}
		}
		for j := range step.Calcs {
			names = append(names, step.Name+"."+step.Calcs[j].Name)
			if i == s.at {
				names = append(names, step.Calcs[j].Name)
			}
		}
		for _, at := range momentsOfStep() {
			names = append(names, step.Name+" "+at)
		}
	}
	return names
}

func (s stepScope) find(name string) (*node, bool) {
	if of, field, dotted := strings.Cut(name, "."); dotted {
		if of == "order" {
			for i := range s.p.Order {
				if v := &s.p.Order[i]; v.Name == field {
					n := named(name, &v.Input)
					n.outside = "order: " + cmp.Or(v.Title, v.Name)
					return n, true
				}
			}
			return nil, false
		}
		if v := s.p.SiteValue(field); of == "site" && v != nil {
			return v.leaf(), true
		}
		if s.at < len(s.steps) && s.steps[s.at].Table(of) != nil {
			return s.field(s.at, name)
		}
		for i, step := range s.steps {
			if step.Name == of {
				return s.field(i, field)
			}
		}
		return nil, false
	}
	if s.at < len(s.steps) {
		if n, ok := s.field(s.at, name); ok {
			return n, true
		}
	}
	return s.moment(name)
}

// late says why a value of a step cannot be there yet, or for certain; "" when
// it is.
func (s stepScope) late(step int, full string) string {
	of := s.steps[step]
	if step > s.at && !s.loops(step) {
		return fmt.Sprintf("%q is used before it exists: the step %s comes later", full, of.Name)
	}
	if guard := s.unguarded(step); guard != "" {
		return fmt.Sprintf("%q may never be there: the step %s is only done when %s", full, of.Name, guard)
	}
	if s.unordered(step) {
		return fmt.Sprintf("%q may not be there yet: the steps %s and %s have no order between them", full, of.Name, s.here())
	}
	return ""
}

// field finds an input, a table's column or a calculation of a step.
func (s stepScope) field(step int, field string) (*node, bool) {
	of := s.steps[step]
	full := of.Name + "." + field
	late := s.late(step, full)
	table, column, _ := strings.Cut(field, ".")
	if t := of.Table(table); t != nil {
		return columnOf(of, t, column, late)
	}
	if in := of.Input(field); in != nil {
		n := named(full, in)
		if in.Type == TypeRange {
			n.sort.class = logged
		}
		if late == "" && in.Type == TypeFile {
			late = fmt.Sprintf("%q is a %s: it has limits of its own, and no place in a formula", full, in.Type)
		}
		if n.late = late; late == "" && in.Optional {
			n.late = fmt.Sprintf("%q is optional, so it may never be there", full)
		}
		return n, true
	}
	for i := range of.Calcs {
		c := &of.Calcs[i]
		if c.Name != field {
			continue
		}
		if step == s.at && i >= s.calcs {
			late = fmt.Sprintf("%q is used before it exists: it is calculated here or further down", full)
		}
		return &node{op: opName, name: full, calc: c, unit: c.Unit, sort: sortOf(c.Unit), late: late}, true
	}
	return nil, false
}

// unguarded gives a condition under which a step is done and the place at hand
// is not, or "".
func (s stepScope) unguarded(step int) string {
	mine := map[string]bool{}
	if s.at < len(s.steps) {
		for _, c := range guards(s.p, s.steps[s.at]) {
			mine[c] = true
		}
	}
	if s.until != nil {
		for _, c := range guards(s.p, s.until) {
			mine[c] = true
		}
	}
	for _, c := range guards(s.p, s.steps[step]) {
		if !mine[c] {
			return c
		}
	}
	return ""
}

// guards are the conditions that stand over a step, as written.
func guards(p *Protocol, step *Step) []string {
	var all []string
	if section := p.Section(step.Name); section != nil && section.When != nil {
		all = append(all, unquoted(section.When.Text))
	}
	if step.When != nil {
		all = append(all, unquoted(step.When.Text))
	}
	return all
}

// unordered says that a step before the place at hand need not be done there:
// both stand in a section of any order, or in sections that run side by side.
func (s stepScope) unordered(step int) bool {
	if s.at >= len(s.steps) || step == s.at || s.until != nil {
		return false
	}
	mine, other := s.p.Section(s.steps[s.at].Name), s.p.Section(s.steps[step].Name)
	if mine == other {
		return mine != nil && mine.AnyOrder
	}
	return s.p.group(mine) == s.p.group(other)
}

// loops says that the condition at hand ends a loop that holds the step.
func (s stepScope) loops(step int) bool {
	return s.until != nil && s.p.Section(s.until.Name) == s.p.Section(s.steps[step].Name)
}

func (s stepScope) here() string {
	if s.at < len(s.steps) {
		return s.steps[s.at].Name
	}
	return "release"
}

// moment finds a point, as in "draw up done".
func (s stepScope) moment(name string) (*node, bool) {
	p, ok := cutPoint(name)
	if !ok {
		return nil, false
	}
	n := &node{op: opPoint, name: name, point: p, sort: sort{class: moment}}
	if p.At == "out" || p.At == "back" {
		return n, s.p.Item(p.Step) != nil
	}
	for i, step := range s.steps {
		if step.Name != p.Step {
			continue
		}
		if i > s.at || i == s.at && (p.At == "done" || p.At == "checked") {
			n.late = fmt.Sprintf("%q is used before it exists: this step is not %s yet", name, p.At)
		} else if problem := reachable(step, p.At); problem != "" {
			n.late = problem
		}
		return n, true
	}
	return nil, false
}

// reachable says why a step never comes to a moment; "" when it does.
func reachable(step *Step, at string) string {
	switch {
	case at == "started" && !step.Timed:
		return fmt.Sprintf("the step %s has no start of its own: it is not timed", step.Name)
	case at == "scanned" && len(step.Scans) == 0:
		return fmt.Sprintf("the step %s scans nothing", step.Name)
	case at == "checked" && step.CheckedBy == "":
		return fmt.Sprintf("nobody checks the step %s", step.Name)
	case at == "out" || at == "back":
		return fmt.Sprintf("the step %s does not move: out and back belong to items", step.Name)
	}
	return ""
}

// named is the leaf for an entered value.
func named(full string, in *Input) *node {
	n := &node{op: opName, name: full, choices: in.Choices, unit: in.Unit, sort: sort{class: unknown}}
	switch in.Type {
	case TypeDecimal, TypeCount, TypeRange:
		n.sort = sortOf(in.Unit)
	case TypeDuration:
		n.sort = sort{class: quantity, dim: dim(duration, 1)}
		n.unit = Unit{Code: "min", Display: "min"}
	case TypeChoice, TypeText, TypeFile:
		n.sort = sort{class: words}
	case TypeYesNo:
		n.sort = sort{class: truth}
	case TypeDateTime:
		n.sort = sort{class: moment}
	}
	return n
}

// noScope knows no name: a worked example stands in figures alone.
type noScope struct{}

func (noScope) find(string) (*node, bool) { return nil, false }
func (noScope) names() []string           { return nil }
