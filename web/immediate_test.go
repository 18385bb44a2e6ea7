package web

import (
	"os"
	"strings"
	"testing"
	"time"

	"countersign/batch"
)

// atOnce opens a batch of a medicine that is given at once.
func atOnce(t *testing.T) *world {
	t.Helper()
	w := newWorld(t).staffed()
	text, err := os.ReadFile("../batch/testdata/protocols/immediate.yaml")
	must(t, err)
	// The vial is that of the other protocol, so that it is in the registers.
	open := w.effective("immediate", strings.Replace(string(text), "  vial:\n", "  vial:\n    registered as: "+registeredVial(w)+"\n", 1))
	open.Items = []batch.Item{{Name: "vial", Code: "VIAL-0042"}}
	open.Order = map[string]string{"dose": "20"}
	w.signed("b.okoro", "", id, open)
	return w
}

func registeredVial(w *world) string {
	known, err := w.svc.Library(w.t.Context(), w.session("b.okoro"))
	must(w.t, err)
	effective, _ := known.Effective("aso-intrathecal", w.svc.Now())
	return effective.Protocol.Item("vial").RegisteredAs
}

// TestImmediateUseIsConfirmedByAPharmacistAtTheTechniciansTerminal: each of the
// three is ticked by itself, the sheet says what is signed, the clock is on the
// terminal, and the step asks for no label (LAB-02, LAB-03).
func TestImmediateUseIsConfirmedByAPharmacistAtTheTechniciansTerminal(t *testing.T) {
	w := atOnce(t)
	b := w.browser().signIn("a.lee")
	page := b.get("/batches/" + id + "/labels")
	for _, words := range []string{"Immediate use, without a final label", "It is made at the point of care", "No part of it is kept for later.", "within 2 min of the completion"} {
		if !strings.Contains(page.text, words) {
			t.Errorf("the page does not say %q:\n%s", words, page.text)
		}
	}
	w.pictured("/batches/"+id+"/labels", "immediate-offered")
	// Two of three are not enough, and what was ticked stays ticked.
	some := w.browser().signIn("b.okoro")
	refused := some.follow(some.post("/batches/"+id+"/sign", form{"act": "immediateuse", "poc": "yes", "entirely": "yes"}))
	sheet := refused.text
	if !strings.Contains(sheet, "NOT confirmed: No part of it is kept for later.") && !strings.Contains(sheet, "This is not confirmed: No part of it is kept for later.") {
		t.Errorf("two of three: %d\n%s", refused.status, sheet)
	}
	page = b.follow(b.post("/batches/"+id+"/sign", form{"act": "immediateuse", "poc": "yes", "entirely": "yes", "nothing-kept": "yes"}))
	if !strings.Contains(page.text, "Confirmed: It is given immediately and entirely.") || !strings.Contains(page.text, "name=\"username\"") {
		t.Fatalf("the sheet: %d\n%s", page.status, page.text)
	}
	w.signed("a.lee", "b.okoro", id, batch.ImmediateUse{PointOfCare: true, Entirely: true, NothingKept: true})
	if page = b.get("/batches/" + id + "/labels"); !strings.Contains(page.text, "Confirmed by Ben Okoro") {
		t.Errorf("the page does not show the confirmation:\n%s", page.text)
	}
	w.pictured("/batches/"+id+"/labels", "immediate-confirmed")
	w.done("a.lee", id, batch.Scan{Step: "match", Field: "patient", Raw: "WB-9990000018"})
	w.signed("a.lee", "", id, batch.Perform{Step: "match"})
	w.signed("a.lee", "b.okoro", id, batch.Check{Step: "match"})
	w.done("a.lee", id, batch.Scan{Step: "draw up", Field: "vial", Raw: "VIAL-0042"})
	w.done("a.lee", id, batch.Record{Step: "draw up", Field: "drawn", Text: "2.0"})
	w.signed("a.lee", "", id, batch.Perform{Step: "draw up"})
	page = b.get(stepAddress(id, "draw up"))
	if !strings.Contains(page.text, "immediate use") || !strings.Contains(page.text, "data-timer") {
		t.Errorf("the clock is not on the terminal:\n%s", page.text)
	}
	if page = b.get(stepAddress(id, "give")); !strings.Contains(page.text, "No label is asked for: Ben Okoro confirmed immediate use") {
		t.Errorf("the step does not say that no label is asked for:\n%s", page.text)
	}
	must(t, w.svc.MoveClock(t.Context(), w.session("q.meyer"), w.svc.NewKey(), 3*time.Minute))
	w.pictured(stepAddress(id, "give"), "immediate-over")
	if page = b.get("/batches/" + id); !strings.Contains(page.text, "cs-over") {
		t.Errorf("nobody sees that the time is over:\n%s", page.text)
	}
}
