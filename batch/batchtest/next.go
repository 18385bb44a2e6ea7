package batchtest

import (
	"slices"

	"countersign/batch"
	"countersign/protocol"
	"pgregory.net/rapid"
)

// Next draws what somebody does next in a batch: mostly what it waits for, and
// as often as not a correction of what was entered before.
func Next(t *rapid.T, s *batch.State) (Part, batch.Command) {
	if waiting := s.WaitingCorrections(); len(waiting) > 0 {
		c := waiting[0]
		if rapid.IntRange(0, 9).Draw(t, "give up") == 0 {
			return Performer, batch.DropCorrection{Step: c.Step, Correction: c.Number, Reason: "It was right at first."}
		}
		return Checker, batch.ConfirmCorrection{Step: c.Step, Correction: c.Number}
	}
	if c := correction(t, s); c != nil && rapid.IntRange(0, 3).Draw(t, "correct") == 0 {
		return Performer, c
	}
	if open := s.OpenExceptions(); len(open) > 1 && rapid.IntRange(0, 2).Draw(t, "together") == 0 {
		c := batch.DecideTogether{}
		for _, ex := range open {
			c.Decisions = append(c.Decisions, batch.Resolve{Exception: ex.Number, Accept: rapid.IntRange(0, 30).Draw(t, "accept") > 0, Reason: "Looked into."})
		}
		return Lead, c
	}
	for _, ex := range s.OpenExceptions() {
		if ex.Blocks == batch.BlocksBatch || rapid.Bool().Draw(t, "decide") {
			return Lead, batch.Resolve{Exception: ex.Number, Accept: rapid.IntRange(0, 30).Draw(t, "accept") > 0, Reason: "Looked into."}
		}
	}
	next := s.Next()
	switch {
	case next != nil && len(next.Performed) == 0 && len(s.Stored(next.Step, s.Last)) > 0:
		return Performer, batch.Move{Item: s.Stored(next.Step, s.Last)[0], To: "out"}
	case next != nil:
		return doing(t, s, next)
	case s.Status == batch.Complete:
		return Reviewer, batch.Review{Statement: "All was looked at."}
	case rapid.IntRange(0, 5).Draw(t, "certify") == 0:
		return AnotherLead, batch.Certify{Statement: "It meets its specification.", Place: "Here", Where: batch.AtSite}
	}
	return Performer, batch.Raise{Step: s.Steps[0].Step.Name, Text: "Somebody came in."}
}

// correction draws a correction of a value that was entered; nil when there is
// none.
func correction(t *rapid.T, s *batch.State) batch.Command {
	var all []batch.Command
	for i := range s.Steps {
		st := &s.Steps[i]
		for j := range st.Step.Inputs {
			in := &st.Step.Inputs[j]
			entry := st.Value(in.Name)
			if entry == nil {
				continue
			}
			texts := slices.DeleteFunc(samples(s, st, in), func(text string) bool { return text == entry.Text })
			for _, text := range texts {
				all = append(all, batch.Correct{Step: st.Step.Name, Field: in.Name, Text: text, Reason: "Read again."})
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	return rapid.SampledFrom(all).Draw(t, "correction")
}

// samples are texts that an input can be given.
func samples(s *batch.State, st *batch.StepState, in *protocol.Input) []string {
	return in.Samples(st.Step.Base+"."+in.Name, st.Step.Calcs, s.Protocol.Conditions(), s.Env())
}

// doing is the next act in a step.
func doing(t *rapid.T, s *batch.State, st *batch.StepState) (Part, batch.Command) {
	name := st.Step.Name
	if st.PerformedNow() != nil {
		return Checker, batch.Check{Step: name}
	}
	for _, scan := range st.Step.Scans {
		if st.Matched(scan.Field) == nil {
			raw := Code(scan.Field)
			switch scan.Field {
			case "patient":
				raw = s.Patient.Wristband
			case "label":
				raw = s.ID
			}
			return Performer, batch.Scan{Step: name, Field: scan.Field, Raw: raw}
		}
	}
	if st.Step.Timed && st.Begun == nil {
		return Performer, batch.Begin{Step: name}
	}
	for i := range st.Step.Inputs {
		in := &st.Step.Inputs[i]
		if !st.Wants(in) || st.Value(in.Name) != nil && rapid.IntRange(0, 2).Draw(t, "repeat") > 0 || st.Value(in.Name) != nil && !repeats(st, in) {
			continue
		}
		return Performer, batch.Record{Step: name, Field: in.Name, Text: good(t, s, st, in)}
	}
	return Performer, batch.Perform{Step: name}
}

// repeats says that the value that stands asks to be measured again.
func repeats(st *batch.StepState, in *protocol.Input) bool {
	limit := st.Value(in.Name).Verdict.Limit
	return limit != nil && limit.Then.Repeat > 0
}

// good is mostly a text that breaks no limit.
func good(t *rapid.T, s *batch.State, st *batch.StepState, in *protocol.Input) string {
	all := samples(s, st, in)
	if len(all) == 0 {
		return "yes"
	}
	if rapid.IntRange(0, 5).Draw(t, "any") > 0 {
		for _, text := range all {
			if value, err := in.Parse(text, nil); err == nil {
				if verdict, err := in.Judge(value, s.Env()); err == nil && verdict.Level == "" {
					return text
				}
			}
		}
	}
	return rapid.SampledFrom(all).Draw(t, "text")
}
