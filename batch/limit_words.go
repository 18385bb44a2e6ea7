package batch

import (
	"strings"

	"countersign/protocol"
)

// Resolved is a limit in the figures of this batch, for a value of a unit in a
// step: "within 2 % of 5.0 mL: 4.9 to 5.1 mL". It is "" where the limit's own
// words say all of it, or a figure is not known yet.
func (s *State) Resolved(st *StepState, limit protocol.Limit, unit protocol.Unit) string {
	return limit.Resolved(unit, s.envAt(st))
}

// LimitWords is a limit as people read it in a step of this batch: in figures,
// and while one of them is not known in the protocol's words with what the site
// set behind its names.
func (s *State) LimitWords(st *StepState, limit protocol.Limit, unit protocol.Unit) string {
	if figures := s.Resolved(st, limit, unit); figures != "" {
		return figures
	}
	return s.Figured(limit.Shown())
}

// LotOrNumber says what a thing of this name is known by: a machine has a number,
// and a material is of a lot.
func (s *State) LotOrNumber(name string) string {
	if item := s.Protocol.Item(name); item != nil && item.Equipment {
		return "number"
	}
	return "lot"
}

// missingWords say what a condition still waits for, by the titles that people
// read on the step.
func (s *State) missingWords(missing *protocol.Missing) string {
	named := &protocol.Missing{Inapplicable: missing.Inapplicable}
	for _, name := range missing.Names {
		named.Names = append(named.Names, s.called(name))
	}
	return named.Error()
}

// called is a value's full name, "draw up.drawn", as people read it: "volume
// drawn up, in step draw up".
func (s *State) called(name string) string {
	full, remark, _ := strings.Cut(name, " (")
	step, field, _ := strings.Cut(full, ".")
	st := s.Step(step)
	if st == nil {
		return name
	}
	title := ""
	if in := input(st.Step, field); in != nil {
		title = titled(in.Title, in.Name)
	} else if calc := st.Step.Calc(field); calc != nil {
		title = titled(calc.Title, calc.Name)
	}
	if title == "" {
		return name
	}
	if title += ", in step " + step; remark != "" {
		title += " (" + remark
	}
	return title
}
