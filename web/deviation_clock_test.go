package web

import (
	"strings"
	"testing"
)

// TestTheControlSiteSetsItsAcknowledgementClock (DEV-02): where deviations are
// listed, and what is raised then is due by it.
func TestTheControlSiteSetsItsAcknowledgementClock(t *testing.T) {
	w := newWorld(t).staffed()
	tech, control := w.browser().signIn("a.lee"), w.browser().signIn("e.control")
	if page := tech.get("/deviations"); strings.Contains(page.text, "Hours for a") {
		t.Error("a technician is offered to set the control site's clock")
	} else {
		page.says(t, "critical within 4 hours, major within 24 hours, minor within 72 hours", "These times hold until the control site sets others.")
	}
	f := form{"act": "set acknowledgement clock", "critical": "9", "major": "8", "minor": "48", "reason": "The technical agreement."}
	control.signForm(f).says(t, "The graver a deviation is, the sooner it is acknowledged.", "The technical agreement.")
	f["critical"] = "1"
	control.signForm(f).says(t, "critical within 1 hour, major within 8 hours, minor within 48 hours", "Set by Ellis Control")
	tech.signForm(form{"act": "open deviation", "year": "2026", "unit": "U-1", "risk": "critical", "what": "A window stood open.", "immediate": "It was shut."}).
		says(t, "D-2026-0001", "acknowledges by 20 Nov 2026 10:")
}
