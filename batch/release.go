package batch

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/protocol"
)

// CriterionResult is how one condition of release stands.
type CriterionResult struct {
	Name     string
	Source   string // step name, "order" or "record"
	Known    bool   // everything that it leans on is there
	Undone   bool   // what is missing was not done or is not available: nothing more is to come
	Later    bool   // its source is a step after release: it holds nothing up
	Holds    bool
	Sentence string // with the figures
}

// Criteria answers the protocol's release criteria as things stand, in the
// protocol's order.
func (s *State) Criteria() []CriterionResult {
	if s.Protocol == nil {
		return nil
	}
	var results []CriterionResult
	for _, criterion := range s.Protocol.Criteria {
		result := CriterionResult{Name: criterion.Name, Source: criterion.Source, Known: true}
		result.Later = criterion.Later
		if criterion.Record != "" {
			result.Holds, result.Sentence = s.recordSays(criterion.Record)
			results = append(results, result)
			continue
		}
		holds, sentence, err := criterion.Holds(s.Env())
		var missing *protocol.Missing
		switch {
		case errors.As(err, &missing):
			result.Known, result.Undone, result.Sentence = false, missing.Settled(), sentenceCase(s.missingWords(missing))+"."
		case err != nil:
			result.Known, result.Sentence = false, "It cannot be worked out."
		default:
			result.Holds, result.Sentence = holds, sentenceCase(sentence)+"."
		}
		results = append(results, result)
	}
	return results
}

// recordSays answers a criterion from the record itself.
func (s *State) recordSays(criterion string) (bool, string) {
	switch criterion {
	case protocol.RecordCriticalChecked:
		return s.criticalChecked()
	case protocol.RecordExceptionsDecided:
		open := s.OpenExceptions()
		if len(open) == 0 {
			return true, fmt.Sprintf("%d raised, and none waits for a decision.", len(s.Exceptions))
		}
		return false, fmt.Sprintf("%d raised, %d to be decided.", len(s.Exceptions), len(open))
	case protocol.RecordPatientMatched:
		if why := s.unmatched(); why != "" {
			return false, why
		}
		return true, "The wristband matched wherever it was asked for before release."
	case protocol.RecordTimesKept:
		return s.timesKept()
	}
	return false, "The record cannot answer this."
}

// criticalChecked: every critical step before release bears the standing
// signatures of two people (EXE-04).
func (s *State) criticalChecked() (bool, string) {
	count := 0
	for i := range s.Steps {
		st := &s.Steps[i]
		if !st.Step.Critical || st.Section.AfterRelease || st.Skipped {
			continue
		}
		performed, checked := st.PerformedNow(), st.CheckedNow()
		if performed == nil || checked == nil || performed.Person == checked.Person {
			return false, "Step " + st.Step.Name + " is not signed by two people."
		}
		count++
	}
	return true, fmt.Sprintf("%d critical steps, each signed by two people.", count)
}

// unmatched says which match with the patient is missing before release; ""
// when none is. A batch in which the patient was never matched is missing its
// match (COI-03, REL-10).
func (s *State) unmatched() string {
	asked := 0
	for i := range s.Steps {
		st := &s.Steps[i]
		if st.Section.AfterRelease || st.Skipped {
			continue
		}
		for _, scan := range st.Step.Scans {
			if scan.Field != patientField {
				continue
			}
			asked++
			if st.Matched(patientField) == nil {
				return "The patient was not matched in step " + st.Step.Name + "."
			}
		}
	}
	if asked == 0 {
		return "The patient was never matched."
	}
	return ""
}

// timesKept: no window, wait or budget was broken, or a quality lead accepted
// each departure with a reason.
func (s *State) timesKept() (bool, string) {
	accepted := 0
	for _, ex := range s.Exceptions {
		if ex.Class != "timing" {
			continue
		}
		if !ex.Accepted {
			return false, fmt.Sprintf("Exception %d: %s", ex.Number, ex.Text)
		}
		accepted++
	}
	if accepted > 0 {
		return true, fmt.Sprintf("Kept but for %d departures, each accepted with a reason.", accepted)
	}
	return true, "All were kept."
}

// unsignedSteps says, a sentence each, which signatures are missing or no
// longer stand before release (SIG-04, REL-10).
func (s *State) unsignedSteps() []string {
	sentences := []string{}
	for i := range s.Steps {
		st := &s.Steps[i]
		if st.Section.AfterRelease || st.Signed() {
			continue
		}
		switch {
		case len(st.Performed) == 0:
			sentences = append(sentences, "Step "+st.Step.Name+" is not performed.")
		case st.PerformedNow() == nil:
			sentences = append(sentences, fmt.Sprintf("Step %s is to be signed again: %s.", st.Step.Name, st.Performed[len(st.Performed)-1].Why))
		case len(st.Checked) == 0:
			sentences = append(sentences, "Step "+st.Step.Name+" is not checked by a second person.")
		default:
			sentences = append(sentences, fmt.Sprintf("Step %s is to be checked again: %s.", st.Step.Name, st.Checked[len(st.Checked)-1].Why))
		}
	}
	return sentences
}

// CertifyBlocks says, a sentence each, everything in the record that stands
// between this batch and certification at this moment (REL-10). Who certifies
// and whether the site is active is Decide's to judge besides. Empty means
// that nothing does.
func (s *State) CertifyBlocks(now time.Time) []string { return s.holding(now, false) }

// SupplyBlocks is CertifyBlocks for a supply out of specification: what failed
// and is registered does not stand in its way, and all else does (DEV-05).
func (s *State) SupplyBlocks(now time.Time) []string { return s.holding(now, true) }

// holding is what holds up a release; anyway leaves out the registered
// specifications that failed, and the exceptions that say so.
func (s *State) holding(now time.Time, anyway bool) []string {
	if s.Protocol == nil {
		return []string{"The batch was never opened."}
	}
	if s.Disposition != nil {
		return []string{fmt.Sprintf("This batch is %s.", s.Status)}
	}
	blocks := s.unsignedSteps()
	for _, hold := range s.Holds() {
		blocks = append(blocks, fmt.Sprintf("Hold %d stands (%s): %s", hold.Number, hold.Kind, hold.Reason))
	}
	for _, c := range s.WaitingCorrections() {
		blocks = append(blocks, fmt.Sprintf("The correction of %s in step %s waits for a second person.", c.Field, c.Step))
	}
	if s.quarantined() {
		blocks = append(blocks, "The batch is in quarantine.")
	}
	for _, ex := range s.Exceptions {
		switch {
		case anyway && ex.Registered:
		case ex.Resolved != nil && !ex.Accepted:
			blocks = append(blocks, fmt.Sprintf("Exception %d was not accepted: %s", ex.Number, ex.Text))
		case ex.Resolved == nil && ex.Blocks != BlocksNothing:
			blocks = append(blocks, fmt.Sprintf("Exception %d is not decided: %s", ex.Number, ex.Text))
		}
	}
	for _, ex := range s.overdue(now) {
		blocks = append(blocks, "An exception has come due: "+ex.Text)
	}
	blocks = append(blocks, s.rejectedFigures(anyway)...)
	blocks = append(blocks, s.deviationsHolding()...)
	blocks = append(blocks, s.unreconciled()...)
	blocks = append(blocks, s.OpenPapers()...)
	blocks = append(blocks, s.OpenKeptWords()...)
	blocks = append(blocks, s.unanswered()...)
	blocks = append(blocks, s.unaccounted()...)
	if why := s.unmatched(); why != "" {
		blocks = append(blocks, why)
	}
	if held, why := s.criticalChecked(); !held && len(s.unsignedSteps()) == 0 {
		blocks = append(blocks, why)
	}
	for i, criterion := range s.Criteria() {
		said := &s.Protocol.Criteria[i]
		if criterion.Holds && criterion.Known || criterion.Later || anyway && (registeredFails(said, criterion) || said.Record == protocol.RecordExceptionsDecided) {
			continue // of the record's exceptions each undecided one stands above
		}
		blocks = append(blocks, fmt.Sprintf("Release criterion not met: %s %s", strings.TrimSuffix(criterion.Name, ".")+".", criterion.Sentence))
	}
	if last(s.Reviews) == nil {
		if len(s.Reviews) > 0 {
			blocks = append(blocks, "The review no longer stands: "+s.Reviews[len(s.Reviews)-1].Why+".")
		} else {
			blocks = append(blocks, "The batch is not reviewed.")
		}
	}
	return blocks
}

// rejectedFigures names the figures that stand and break a limit that rejects:
// no decision can lift that (DEV-04).
func (s *State) rejectedFigures(anyway bool) []string {
	var sentences []string
	stands := func(v protocol.Verdict) bool { return v.Level == protocol.Reject && (!anyway || !registered(v)) }
	for i := range s.Steps {
		st := &s.Steps[i]
		if st.Section.AfterRelease || st.Skipped {
			continue
		}
		for j := range st.Step.Inputs {
			in := &st.Step.Inputs[j]
			if entry := st.Value(in.Name); entry != nil && stands(entry.Verdict) {
				sentences = append(sentences, fmt.Sprintf("%s: %s.", sentenceCase(titled(in.Title, in.Name)), entry.Verdict.Reason))
			}
		}
		for j := range st.Step.Calcs {
			calc := &st.Step.Calcs[j]
			if result, ok := st.Results[calc.Name]; ok && stands(result.Verdict) {
				sentences = append(sentences, fmt.Sprintf("%s: %s.", sentenceCase(titled(calc.Title, calc.Name)), result.Verdict.Reason))
			}
		}
	}
	return sentences
}
