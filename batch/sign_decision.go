package batch

import (
	"fmt"
	"strings"
)

func (sh *sheet) decision(c Resolve) error {
	if c.Exception < 1 || c.Exception > len(sh.s.Exceptions) {
		return refuse("unknown_exception", "There is no such exception in this batch.")
	}
	ex := sh.s.Exceptions[c.Exception-1]
	sh.exception(ex)
	if len(ex.ApprovedBy) > 1 {
		sh.add("It is decided by %d people, each another: %s.", len(ex.ApprovedBy), strings.Join(ex.ApprovedBy, " and "))
	}
	if c.Accept {
		sh.add("Decision: accepted. %s", strings.TrimSpace(c.Reason))
		return nil
	}
	sh.add("Decision: not accepted; the batch may not be released. %s", strings.TrimSpace(c.Reason))
	return nil
}

func (sh *sheet) exception(ex Exception) {
	line := fmt.Sprintf("Exception %d (%s, %s): %s", ex.Number, ex.Class, ex.Severity, ex.Text)
	switch {
	case ex.Resolved != nil && ex.Accepted:
		line += fmt.Sprintf(" Accepted by %s: %s", ex.Resolved.Name, ex.Reason)
	case ex.Resolved != nil:
		line += fmt.Sprintf(" Not accepted, by %s: %s", ex.Resolved.Name, ex.Reason)
	case ex.Blocks == BlocksNothing:
		line += " It needs no decision."
	default:
		for _, given := range ex.Approvals {
			line += fmt.Sprintf(" Accepted by %s (%s): %s", given.Name, given.Role, given.Reason)
		}
		line += " It is not decided."
	}
	sh.add("%s", line)
}
