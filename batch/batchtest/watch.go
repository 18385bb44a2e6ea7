package batchtest

import (
	"maps"
	"slices"

	"countersign/batch"
)

// Signature is one signature of a batch, with what stands under it.
type Signature struct {
	batch.Act
	Under string // "step mix", "production review", "exception 2", "correction 1"
}

// Signatures are all signatures over values that were ever given, those that no
// longer stand among them.
func Signatures(s *batch.State) []Signature {
	var all []Signature
	for i := range s.Steps {
		st := &s.Steps[i]
		for _, acts := range [][]batch.Act{st.Performed, st.Checked} {
			for _, a := range acts {
				all = append(all, Signature{a, "step " + st.Step.Name})
			}
		}
	}
	for _, ex := range s.Exceptions {
		for _, undone := range ex.Undone {
			all = append(all, Signature{undone.Act, "exception"})
		}
		for _, given := range ex.Approvals {
			all = append(all, Signature{given.Act, "exception"})
		}
		if ex.Resolved != nil && !ex.Accepted {
			all = append(all, Signature{*ex.Resolved, "exception"})
		}
	}
	for _, c := range s.Corrections {
		if c.Confirmed != nil {
			all = append(all, Signature{*c.Confirmed, "correction"})
		}
	}
	for _, a := range s.Reviews {
		all = append(all, Signature{a, "production review"})
	}
	if s.Certification != nil {
		all = append(all, Signature{s.Certification.Act, "certification"})
	}
	return all
}

// Watch follows a batch, and knows of each signature which figures it covered
// when it was given. It asks nothing of the rules but the figures themselves.
type Watch struct {
	covered map[int64]map[string]string
	gone    map[int64]bool
}

// See looks at a batch after an act.
func (w *Watch) See(s *batch.State) {
	if w.covered == nil {
		w.covered, w.gone = map[int64]map[string]string{}, map[int64]bool{}
	}
	now := figures(s, func(*batch.StepState) bool { return true })
	for version, covered := range w.covered {
		for name, figure := range covered {
			if now[name] != figure {
				w.gone[version] = true
			}
		}
	}
	for _, one := range Signatures(s) {
		if _, known := w.covered[one.Version]; !known {
			w.covered[one.Version] = covers(s, one)
		}
	}
}

// Overtaken says that a figure which a signature covered was changed after it.
func (w *Watch) Overtaken(version int64) bool { return w.gone[version] }

// covers are the figures that a signature stands for.
func covers(s *batch.State, one Signature) map[string]string {
	switch one.Under {
	case "production review", "certification":
		return figures(s, func(st *batch.StepState) bool { return !st.Section.AfterRelease })
	case "exception":
		for _, ex := range s.Exceptions {
			given := slices.ContainsFunc(ex.Approvals, func(a batch.Approval) bool { return a.Version == one.Version })
			if given || ex.Resolved != nil && ex.Resolved.Version == one.Version {
				return only(s, ex.Step, ex.Field)
			}
		}
	case "correction":
		for _, c := range s.Corrections {
			if c.Confirmed != nil && c.Confirmed.Version == one.Version {
				return only(s, c.Step, c.Field)
			}
		}
	}
	return figures(s, func(st *batch.StepState) bool { return "step "+st.Step.Name == one.Under })
}

func only(s *batch.State, step, field string) map[string]string {
	all := figures(s, func(st *batch.StepState) bool { return st.Step.Name == step })
	maps.DeleteFunc(all, func(name, _ string) bool { return name != step+"."+field })
	return all
}

// figures are the values and results of some steps as people read them.
func figures(s *batch.State, of func(*batch.StepState) bool) map[string]string {
	all := map[string]string{}
	for i := range s.Steps {
		st := &s.Steps[i]
		if !of(st) {
			continue
		}
		for field := range st.Values {
			all[st.Step.Name+"."+field] = st.Value(field).Value.Coded()
		}
		for name, result := range st.Results {
			all[st.Step.Name+"."+name] = result.Rounded.String()
		}
	}
	return all
}
