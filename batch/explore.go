package batch

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"countersign/protocol"
)

// Coverage is what the runs of a protocol reached.
type Coverage struct {
	Runs      int
	Ends      map[string]int  // how the runs ended, by status
	Reached   map[string]bool // every place of the protocol, reached or not
	Steps     map[string]bool // names as written of the steps that were performed
	Exhausted bool            // false when the bound on runs was met first
}

// Unreached names, sorted, what no run reached.
func (c Coverage) Unreached() []string {
	var names []string
	for name, reached := range c.Reached {
		if !reached {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Cover says what some runs of a protocol reached: its steps, both outcomes of
// each condition, each limit, window and budget broken, and each budget spent
// to its bound.
func Cover(p *protocol.Protocol, runs ...Run) Coverage {
	c := Coverage{Ends: map[string]int{}, Reached: map[string]bool{}, Steps: map[string]bool{}}
	for _, name := range places(p) {
		c.Reached[name] = false
	}
	for _, run := range runs {
		c.add(run)
	}
	return c
}

// Names of the places of a protocol.
func stepPlace(base string) string { return "step " + base }

func whenPlace(text string, holds bool) string {
	if holds {
		return "condition holds: " + text
	}
	return "condition does not hold: " + text
}

func limitPlace(field string, l *protocol.Limit) string {
	return fmt.Sprintf("limit broken: %s, %s %s", field, l.Level, l.Text)
}
func windowPlace(name string) string { return "window broken: " + name }

func places(p *protocol.Protocol) []string {
	var all []string
	for i := range p.Sections {
		section := &p.Sections[i]
		for _, c := range []*protocol.Condition{section.When, until(section)} {
			if c != nil {
				all = append(all, whenPlace(c.Text, true), whenPlace(c.Text, false))
			}
		}
		for j := range section.Steps {
			step := &section.Steps[j]
			if step.Round > 1 {
				continue
			}
			all = append(all, stepPlace(step.Base))
			if step.When != nil {
				all = append(all, whenPlace(step.When.Text, true), whenPlace(step.When.Text, false))
			}
			for k := range step.Inputs {
				if step.Inputs[k].Cell.Row > 1 {
					continue // a column's limits are those of its first cell
				}
				for l := range step.Inputs[k].Limits {
					all = append(all, limitPlace(step.Base+"."+step.Inputs[k].Place(), &step.Inputs[k].Limits[l]))
				}
			}
			for k := range step.Calcs {
				for l := range step.Calcs[k].Limits {
					all = append(all, limitPlace(step.Base+"."+step.Calcs[k].Name, &step.Calcs[k].Limits[l]))
				}
			}
		}
	}
	for _, w := range p.Windows {
		all = append(all, windowPlace(w.Name))
	}
	for _, b := range p.Budgets {
		all = append(all, spentPlace(b.Name), brokenPlace(b.Name))
	}
	return all
}

func until(s *protocol.Section) *protocol.Condition {
	if s.Loop == nil {
		return nil
	}
	return &s.Loop.Until
}

// add counts what a run reached, and says whether any of it is new.
func (c *Coverage) add(run Run) (more bool) {
	c.Runs++
	s := run.State
	c.Ends[string(s.Status)]++
	mark := func(name string) {
		if reached, known := c.Reached[name]; known && !reached {
			c.Reached[name], more = true, true
		}
	}
	for i := range s.Steps {
		st := &s.Steps[i]
		if len(st.Performed) > 0 {
			mark(stepPlace(st.Step.Base))
			c.Steps[st.Step.Base] = true
		}
		for _, when := range []*protocol.Condition{st.Section.When, st.Step.When, until(st.Section)} {
			if when == nil || st.Skipped && when == until(st.Section) {
				continue
			}
			if holds, err := when.Holds(s.envAt(st)); err == nil {
				mark(whenPlace(when.Text, holds))
			}
		}
		for field, entries := range st.Values {
			for _, entry := range entries {
				if entry.Verdict.Limit != nil {
					mark(limitPlace(st.Step.Base+"."+input(st.Step, field).Place(), entry.Verdict.Limit))
				}
			}
		}
		for field, result := range st.Results {
			if result.Verdict.Limit != nil {
				mark(limitPlace(st.Step.Base+"."+field, result.Verdict.Limit))
			}
		}
	}
	for _, ex := range s.Exceptions {
		if name, ok := strings.CutPrefix(ex.Cause, "window:"); ok {
			mark(windowPlace(name))
		}
	}
	if s.Protocol != nil {
		addBudgets(s, mark)
	}
	return more
}

// plan is what one run of an exploration is told: texts by step and field, and
// delays by step.
type plan struct {
	texts  map[string]string
	delays map[string]time.Duration
	order  map[string]string
	site   map[string]string
	rushed string // window
	spends map[string]time.Duration
}

// Explore runs a protocol with generated answers until nothing new is left to
// try, or most runs were made: first with everything in order, then with each
// input at each of its samples (of a table the cells of its first row and of
// its last, since its rows are alike), each set-point at its bounds, each window
// overrun and each budget beside its bound, and on from every run that reached
// something new.
func Explore(p *protocol.Protocol, start time.Time, most int) Coverage {
	total := Cover(p)
	total.Exhausted = true
	queue, tried := []plan{{}}, map[string]bool{}
	for len(queue) > 0 {
		if total.Runs >= most {
			total.Exhausted = false
			return total
		}
		next := queue[0]
		queue = queue[1:]
		run, asked := play(p, start, next)
		fresh := total.add(run)
		for _, key := range slices.Sorted(maps.Keys(asked)) {
			for _, text := range asked[key] {
				if name := key + "=" + text; !tried[name] {
					tried[name] = true
					more := next.with(key, text)
					if fresh {
						queue = slices.Insert(queue, 0, more)
					} else {
						queue = append(queue, more)
					}
				}
			}
		}
		if total.Runs == 1 {
			queue = append(queue, bounds(p)...)
		}
	}
	return total
}

func (l plan) with(key, text string) plan {
	more := l
	more.texts = maps.Clone(l.texts)
	if more.texts == nil {
		more.texts = map[string]string{}
	}
	more.texts[key] = text
	return more
}

// bounds are plans for the set-points' bounds, for what else a site may set, for
// every window's overrun, and for every budget beside its bound.
func bounds(p *protocol.Protocol) []plan {
	var plans []plan
	for _, value := range p.Order {
		plans = append(plans, plan{order: map[string]string{value.Name: value.High.Number}})
	}
	for i := range p.SiteValues {
		for _, text := range p.SiteValues[i].Samples()[1:] {
			plans = append(plans, plan{site: map[string]string{p.SiteValues[i].Name: text}})
		}
	}
	for _, w := range p.Windows {
		if w.Span.Min > 0 {
			plans = append(plans, plan{rushed: w.Name})
		}
		if w.Span.Max > 0 {
			plans = append(plans, plan{delays: map[string]time.Duration{w.To.Step: w.Span.Max + time.Hour}})
		}
	}
	return append(plans, spendings(p)...)
}

// play makes one run, and tells what could have been entered instead.
func play(p *protocol.Protocol, start time.Time, l plan) (Run, map[string][]string) {
	asked := map[string][]string{}
	answers := Answers{
		Order: l.order, Site: l.site,
		Delay: func(st *StepState) time.Duration { return l.delays[st.Step.Base] },
		Rush:  func(window string) bool { return window == l.rushed },
		Spend: func(budget string) time.Duration { return l.spends[budget] },
		Value: func(st *StepState, in *protocol.Input, n int) string {
			if n > 0 {
				return "" // a repeat: what is good
			}
			return l.texts[st.Step.Name+"."+in.Name]
		},
		seen: func(st *StepState, in *protocol.Input, samples []string) {
			if key := st.Step.Name + "." + in.Name; in.Type != protocol.TypeDateTime && st.atAnEnd(in) {
				asked[key] = samples
			}
		},
	}
	return Simulate(p, start, answers), asked
}
