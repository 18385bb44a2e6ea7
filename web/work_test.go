package web

import (
	"net/http"
	"strings"
	"testing"

	"countersign/batch"
	"countersign/register"
)

// REL-05, CTL-08: from the order to a stop of the unit, everybody finds on one
// page what waits for them, and the release desk is a window on the same list.
func TestEverybodyFindsWhatWaitsForThem(t *testing.T) {
	w := opened(t)
	technician, lead, pharmacist, control := w.browser().signIn("a.lee"), w.browser().signIn("q.meyer"), w.browser().signIn("b.okoro"), w.browser().signIn("e.control")
	if page := technician.get("/work"); !strings.Contains(page.text, "Do step clearance.") || !strings.Contains(page.text, "/batches/"+id+"/steps/clearance") {
		t.Errorf("the technician is not asked for the step: %d\n%s", page.status, page.text)
	}
	if page := lead.get("/work"); strings.Contains(page.text, "Do step clearance.") {
		t.Error("the quality lead is asked for a technician's step")
	}
	if page := lead.get("/work/all"); !strings.Contains(page.text, "Do step clearance.") {
		t.Error("the list of everything lacks the step")
	}
	w.done("a.lee", id, batch.Record{Step: "clearance", Field: "clear", Text: "yes"})
	w.signed("a.lee", "", id, batch.Perform{Step: "clearance"})
	if page := pharmacist.get("/work"); !strings.Contains(page.text, "Check step clearance, which Asha Lee has signed.") {
		t.Errorf("nobody asks for the check\n%s", page.text)
	}
	w.signed("a.lee", "b.okoro", id, batch.Check{Step: "clearance"})
	w.done("a.lee", id, batch.Raise{Step: "clearance", Text: "Glass on the bench.", Blocks: true})
	for _, list := range []string{"/work", "/review"} {
		if page := lead.get(list); !strings.Contains(page.text, "Glass on the bench.") || !strings.Contains(page.text, "HOLDS UP ALL") {
			t.Errorf("%s says nothing of the exception\n%s", list, page.text)
		}
	}
	if page := technician.get("/work"); strings.Contains(page.text, "Do step") {
		t.Error("a step is asked for while everything stands still")
	}
	w.register(w.session("q.meyer"), register.StopUnit{Unit: "U-1", Reference: "MHRA-7", Reason: "inspection", Effect: "each waits"})
	if page := control.get("/work"); !strings.Contains(page.text, "Unit U-1 is suspended by the regulator") || !strings.Contains(page.text, "a decision after a stop") {
		t.Errorf("the control site is not told of the stop\n%s", page.text)
	}
	for _, path := range []string{"/work?as=csv", "/review?as=csv", "/work/all?q=glass", "/work?sort=5&down=yes", "/work?page=-1"} {
		if got := lead.get(path); got.status != http.StatusOK {
			t.Errorf("%s: %d", path, got.status)
		}
	}
	for _, page := range []string{"/work", "/work/all", "/review"} {
		for _, secretOf := range []string{"EXAMPLE, Robin", "999 000 0018", "9990000018"} {
			if strings.Contains(lead.get(page).text, secretOf) {
				t.Errorf("%s shows the patient's %q", page, secretOf)
			}
		}
	}
}
