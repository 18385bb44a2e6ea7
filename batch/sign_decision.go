package batch

import "strings"

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
