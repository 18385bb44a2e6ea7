package web

import (
	"strings"
	"testing"
)

// CTL-04: whoever signs in is told, before anything else, that a unit is
// stopped and why; a technician, too.
func TestWhoeverSignsInSeesThatAUnitIsStopped(t *testing.T) {
	w := newWorld(t).staffed()
	tech, lead := w.browser().signIn("a.lee"), w.browser().signIn("q.meyer")
	for _, at := range []string{"/work", "/batches"} {
		if page := tech.get(at); strings.Contains(page.text, "No batch begins here") {
			t.Errorf("%s says that a unit is stopped, and none is", at)
		}
	}
	lead.signForm(form{"act": "pause unit", "unit": "U-1", "reason": "The air handling failed", "effect": "Each open batch waits for a quality lead's signed decision."})
	for _, at := range []string{"/work", "/batches"} {
		tech.get(at).says(t, "No batch begins here: unit U-1 is", "The air handling failed")
	}
}
