package batch

import (
	"fmt"
	"strings"
	"time"

	"countersign/protocol"
)

// ImmediateEntry is the confirmation as a batch keeps it.
type ImmediateEntry struct {
	Act
	Step, Unit, Mode string
}

// confirm takes in the confirmations: from now on no step asks for the label.
func (s *growing) confirm(e ImmediateUseConfirmed, act Act) {
	s.Immediate = &ImmediateEntry{Act: act, Step: e.Step, Unit: e.Unit, Mode: e.Mode}
	s.unlabel(true)
}

// unlabel says to every step whether the label may be missing.
func (s *growing) unlabel(may bool) {
	for i := range s.Steps {
		if s.Steps[i].Unlabelled != may {
			s.step(i).Unlabelled = may
		}
	}
}

// Asks says that a scan is still to be made: the label's is not, where the
// medicine is for immediate use and has none.
func (st *StepState) Asks(scan protocol.Scan) bool {
	return st.Matched(scan.Field) == nil && (scan.Field != labelField || !st.Unlabelled)
}

// words tell the confirmation in an audit trail.
func (e ImmediateUseConfirmed) words() string {
	return fmt.Sprintf("Confirmed immediate use without a final label, in step %s within %s of completion: %s", e.Step, e.Within, confirmed())
}

// confirmed are the three confirmations in one line.
func confirmed() string {
	all := ImmediateConfirmations()
	return strings.Join(all[:], " ")
}

func (sh *sheet) immediateUse(c ImmediateUse, f Facts) {
	use := sh.s.Protocol.Label.Immediate
	sh.add("The medicine gets no final label: it is for immediate use, in step %s, within %s of the completion of manufacture.", use.Step, protocol.ShowDuration(use.Within))
	unit := f.Standing.Unit
	sh.add("Made in unit %s, %s, which is %s.", unit.ID, unit.Title, unit.Mode)
	for i, yes := range []bool{c.PointOfCare, c.Entirely, c.NothingKept} {
		word := "Confirmed"
		if !yes {
			word = "NOT confirmed"
		}
		sh.add("%s: %s", word, ImmediateConfirmations()[i])
	}
	if since, ok := sh.s.Completed(); ok {
		sh.add("Manufacture was complete at %s.", sh.at(since))
	}
}

// ImmediateAccount tells how immediate use went, in sentences: what was
// confirmed, the clock, and what was given and left (LAB-02, LAB-03, EXE-12).
// There are none where nothing was confirmed.
func (s *State) ImmediateAccount(zone *time.Location) []string {
	if s.Immediate == nil {
		return nil
	}
	by := s.Immediate
	lines := []string{fmt.Sprintf("Confirmed by %s (%s), %s: %s", by.Name, by.Role, protocol.ShowMoment(by.At, zone), confirmed())}
	if s.printedFinal() {
		lines = append(lines, "The final label was printed all the same, and counts.")
	}
	since, made := s.Completed()
	if !made {
		return append(lines, "Manufacture is not complete.")
	}
	lines = append(lines, fmt.Sprintf("Manufacture was complete at %s.", protocol.ShowMoment(since, zone)))
	given, use := s.givenIn(), s.Protocol.Label.Immediate
	if given == nil || given.Started.IsZero() {
		return append(lines, fmt.Sprintf("It is not begun to be given. The limit is %s from completion.", protocol.ShowDuration(use.Within)))
	}
	took, stands := given.Started.Sub(since), "within the limit of "
	if s.immediateOver(given.Started) {
		stands = "OVER the limit of "
	}
	lines = append(lines, fmt.Sprintf("Begun to be given by %s at %s, %s after completion: %s%s.",
		given.giver(), protocol.ShowMoment(given.Started, zone), protocol.ShowDuration(took.Truncate(time.Second)), stands, protocol.ShowDuration(use.Within)))
	if len(given.Performed) > 0 {
		done := given.Performed[0]
		lines = append(lines, fmt.Sprintf("Signed as given by %s at %s.", done.Name, protocol.ShowMoment(done.At, zone)))
	}
	amount, left := given.Value(use.Given), given.Value(use.Left)
	if amount == nil || left == nil {
		return lines
	}
	whole := "it was given entirely"
	if !left.nothing() {
		whole = "it was NOT given entirely"
	}
	return append(lines, fmt.Sprintf("Amount given: %s. Amount left: %s: %s.",
		input(given.Step, use.Given).Show(amount.Value, zone), input(given.Step, use.Left).Show(left.Value, zone), whole))
}

// giver is who began the step.
func (st *StepState) giver() string {
	if st.Begun != nil {
		return st.Begun.Name
	}
	return "somebody"
}
