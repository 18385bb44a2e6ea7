package protocol

import (
	"fmt"
	"strings"
)

// stepScope knows the names that stand at one step: everything of the order,
// of the steps before it, and of the step itself as far as it is there yet.
type stepScope struct {
	p     *Protocol
	steps []*Step
	at    int // index of the step; len(steps) for release criteria
	calcs int // calculations of the step that are there already
}

func (s stepScope) names() []string {
	var names []string
	for i := range s.p.Order {
		names = append(names, "order."+s.p.Order[i].Name)
	}
	for i, step := range s.steps {
		for j := range step.Inputs {
			names = append(names, step.Name+"."+step.Inputs[j].Name)
			if i == s.at {
				names = append(names, step.Inputs[j].Name)
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
					return named(name, &v.Input), true
				}
			}
			return nil, false
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

// field finds an input or a calculation of a step.
func (s stepScope) field(step int, field string) (*node, bool) {
	of := s.steps[step]
	full := of.Name + "." + field
	late := ""
	if step > s.at {
		late = fmt.Sprintf("%q is used before it exists: the step %s comes later", full, of.Name)
	}
	if in := of.Input(field); in != nil {
		n := named(full, in)
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
	case TypeDecimal, TypeCount:
		n.sort = sortOf(in.Unit)
	case TypeDuration:
		n.sort = sort{class: quantity, dim: dim(duration, 1)}
		n.unit = Unit{Code: "min", Display: "min"}
	case TypeChoice, TypeText:
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
