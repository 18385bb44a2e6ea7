package batch

import "strings"

// record writes what a reviewer and a certifier vouch for: every step, every
// exception, every criterion, and what happened before.
func (sh *sheet) record() {
	sh.basis(sh.s.Basis)
	for planned, entry := range inOrder(sh.s) {
		sh.add("Ordered %s: %s.", titled(planned.Title, planned.Name), planned.Input.Show(entry.Value, sh.zone))
	}
	for _, set := range sh.s.SiteValues {
		sh.add("Set by the site, %s: %s.", titled(set.Of.Title, set.Of.Name), set.Read.Show(sh.zone))
	}
	for i := range sh.s.Steps {
		st := &sh.s.Steps[i]
		if st.Section.AfterRelease {
			continue
		}
		line := "Step " + st.Step.Name + ": "
		if performed := st.PerformedNow(); performed != nil {
			line += "performed by " + performed.Name
		} else {
			line += "not performed"
		}
		if checked := st.CheckedNow(); checked != nil {
			line += ", " + string(checked.Meaning) + " by " + checked.Name
		} else if st.Step.CheckedBy != "" {
			line += ", not checked"
		}
		sh.add("%s.", line)
	}
	if len(sh.s.Exceptions) == 0 {
		sh.add("No exception was raised.")
	}
	for _, ex := range sh.s.Exceptions {
		sh.exception(ex)
	}
	for _, criterion := range sh.s.Criteria() {
		word := "not met"
		switch {
		case criterion.Later:
			word = "known later"
		case criterion.Holds:
			word = "met"
		}
		sh.add("Criterion, %s: %s. %s", word, strings.TrimSuffix(criterion.Name, "."), criterion.Sentence)
	}
	for i := range sh.s.Deviations {
		e := &sh.s.Deviations[i]
		if e.Ruled == nil {
			sh.add("%s Nobody has decided what it means for this batch.", e.Text)
			continue
		}
		sh.add("%s It %s, by %s: %s", e.Text, e.Decision, e.Ruled.Name, e.Reason)
	}
	sh.redlineLines(sh.s.Redline())
	sh.paperLines()
	sh.alarmLines()
	sh.add("%d notes, %d attempts refused.", len(sh.s.Notes), len(sh.s.Refusals))
	if typed, all := sh.s.Typed(); typed > 0 {
		sh.add("%d of %d codes were typed, not scanned.", typed, all)
	}
	if review := last(sh.s.Reviews); review != nil {
		sh.add("Reviewed by %s (%s), %s.", review.Name, review.Role, sh.at(review.At))
	}
}
