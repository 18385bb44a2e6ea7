package batch

import (
	"fmt"
	"slices"
	"strings"

	"countersign/protocol"
)

// Critical says whether a reviewer is shown a value of a step by itself: of a
// critical step, of a critical class, or with limits.
func (st *StepState) Critical(in *protocol.Input) bool {
	return st.Step.Critical || len(in.Limits) > 0 || in.Class == "critical parameter" || in.Class == "quality attribute"
}

// Coverage says, a sentence each, what the rules have judged in the record
// before release, what a reviewer by exception is shown of it, and what no person
// need have looked at (REL-06). It follows from the record alone, so that it
// stands on the page, under the reviewer's signature and in the print alike.
func (s *State) Coverage() []string {
	var entered, shown, limits, broken, results, scans, matched, signatures int
	var before replaced
	judge := func(of []protocol.Limit, v protocol.Verdict) {
		if limits += len(of); v.Level != "" {
			broken++
		}
	}
	for i := range s.Steps {
		st := &s.Steps[i]
		if st.Section.AfterRelease || st.Skipped {
			continue
		}
		for j := range st.Step.Inputs {
			in := &st.Step.Inputs[j]
			entry := st.Value(in.Name)
			if entry == nil {
				continue
			}
			before.count(st.Values[in.Name])
			if entered++; st.Critical(in) {
				shown++
			}
			judge(in.Limits, entry.Verdict)
		}
		for j := range st.Step.Calcs {
			before.worked(s, st, &st.Step.Calcs[j])
			if result, ok := st.Results[st.Step.Calcs[j].Name]; ok {
				results++
				judge(st.Step.Calcs[j].Limits, result.Verdict)
			}
		}
		for _, all := range st.Scans {
			for _, scan := range all {
				if scans++; scan.Matched {
					matched++
				}
			}
		}
		for _, signed := range []*Act{st.PerformedNow(), st.CheckedNow()} {
			if signed != nil {
				signatures++
			}
		}
	}
	lines := []string{
		fmt.Sprintf("The system judged %s over %s and %s, as the approved protocol writes them; %s of these broke one%s.", counted(limits, "limit"), counted(entered, "value"), counted(results, "result"), noneOr(broken), before.words()),
		fmt.Sprintf("It judged %s, of which %d matched, and %s for order, role, training and independence.", counted(scans, "scan"), matched, counted(signatures, "signature")),
	}
	lines = append(lines, s.keptCoverage()...)
	if len(s.Demanded()) > 0 {
		return slices.Concat(lines, s.demandWords(), s.lookWords())
	}
	return append(append(lines, s.demandWords()...),
		fmt.Sprintf("Shown for review by exception: %d of the %d values (of critical steps, of critical classes, or with limits), every result, exception, correction and refused attempt.", shown, entered),
		unseen(entered-shown))
}

// unseen says how many values whoever reviews by exception is not shown.
func unseen(n int) string {
	switch n {
	case 0:
		return "No value is left out."
	case 1:
		return "No person need have looked at the other value: it is in the full record only."
	}
	return fmt.Sprintf("No person need have looked at the other %d values: they are in the full record only.", n)
}

// noneOr is a count as one says it of what is hoped not to be.
func noneOr(n int) string {
	if n == 0 {
		return "none"
	}
	return fmt.Sprint(n)
}

// demandWords tell every demand for full review, with what became of it.
func (s *State) demandWords() []string {
	var lines []string
	for _, e := range s.Demands {
		line := e.Sentence()
		if e.Withdrawn == nil && s.inFull() {
			line += " It is met: " + last(s.Reviews).Name + " looked at every part and signed the review."
		}
		lines = append(lines, line)
	}
	return lines
}

// lookWords say of each part of the record who has looked at it as it is now,
// and of which part nobody has (REL-06).
func (s *State) lookWords() []string {
	var lines []string
	for _, part := range s.Seen() {
		values, results, scans := s.figuresOf(part.Part)
		figures := figureWords(values, results, scans)
		switch {
		case len(part.By) > 0:
			lines = append(lines, fmt.Sprintf("Looked at in full: %s, with %s, by %s.", part.Part, figures, lookers(part.By)))
		case len(part.Changed) > 0:
			lines = append(lines, fmt.Sprintf("NOT LOOKED AT as it is now: %s, with %s. It has changed since %s looked at it.", part.Part, figures, lookers(part.Changed)))
		default:
			lines = append(lines, fmt.Sprintf("NOT LOOKED AT: %s, with %s.", part.Part, figures))
		}
	}
	return lines
}

// lookers name who looked, with the entry in which they signed it.
func lookers(acts []Act) string {
	names := make([]string, len(acts))
	for i, act := range acts {
		names[i] = fmt.Sprintf("%s (%s, entry %d)", act.Name, act.Role, act.Version)
	}
	return strings.Join(names, ", ")
}

func (sh *sheet) coverage() {
	for _, line := range sh.s.Coverage() {
		sh.add("%s", line)
	}
}
