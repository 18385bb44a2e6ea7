package web

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"countersign/batch"
)

// MAT-04: what became of a material is said on one page; what was not used is
// in its lot's stock again with the same answer, once, and a refusal keeps what
// was typed.
func TestWhatWasNotUsedGoesBackIntoItsLotWithTheAccount(t *testing.T) {
	w := newWorld(t).staffed()
	text, err := os.ReadFile("../batch/testdata/protocols/reconciled.yaml")
	must(t, err)
	open := w.effective("reconciled", string(text))
	known, err := w.svc.Library(t.Context(), w.session("b.okoro"))
	must(t, err)
	effective, _ := known.Effective("reconciled", w.svc.Now())
	open.Items = []batch.Item{{Name: "vial", Code: "VIAL-0042"}, {Name: "cabinet", Code: "CAB-1"}, {Name: "medium", Code: "MED-0077"}}
	w.furnish(effective.Protocol, open.Items[2:])
	w.signed("b.okoro", "", id, open)
	left := func() string {
		t.Helper()
		page := w.browser().signIn("a.lee").get("/stock/L-0003")
		if page.status != http.StatusOK {
			t.Fatalf("the lot: %d\n%s", page.status, page.text)
		}
		return page.text
	}
	if !strings.Contains(left(), "180 mL") {
		t.Errorf("the lot's page does not say that 180 mL is left:\n%s", left())
	}
	for _, scan := range [][2]string{{"patient", "WB-9990000018"}, {"vial", "VIAL-0042"}, {"cabinet", "CAB-1"}} {
		w.done("a.lee", id, batch.Scan{Step: "match", Field: scan[0], Raw: scan[1]})
	}
	w.signed("a.lee", "", id, batch.Perform{Step: "match"})
	w.signed("a.lee", "b.okoro", id, batch.Check{Step: "match"})
	b := w.browser().signIn("a.lee")
	at := "/batches/" + id + "/materials"
	send := func(f form) answer {
		t.Helper()
		got := b.post(at, f)
		if got.status == http.StatusSeeOther {
			return b.follow(got)
		}
		return got
	}
	account := form{"item": "medium", "lot": "L-0003", "used": "12 mL", "returned": "8 mL", "key": w.svc.NewKey()}
	if page := send(account); page.status != http.StatusUnprocessableEntity || !strings.Contains(page.text, "a step is still to use it") || !strings.Contains(page.text, `value="12 mL"`) {
		t.Errorf("before it was used: %d\n%s", page.status, page.text)
	}
	w.done("a.lee", id, batch.Record{Step: "wash", Field: "before", Text: "100.0"})
	w.done("a.lee", id, batch.Record{Step: "wash", Field: "after", Text: "80.0"})
	w.signed("a.lee", "", id, batch.Perform{Step: "wash"})
	w.signed("a.lee", "b.okoro", id, batch.Check{Step: "wash"})
	account["key"] = w.svc.NewKey()
	for range 2 { // the answer was lost: the same form comes again
		if page := send(account); page.status != http.StatusOK || !strings.Contains(page.text, "✓ within 5 %") {
			t.Errorf("the account: %d\n%s", page.status, page.text)
		}
	}
	if page := left(); !strings.Contains(page, "188 mL") {
		t.Errorf("8 mL did not come back once:\n%s", page)
	}
	if page := b.get("/batches/" + id); !strings.Contains(page.text, `href="`+at+`"`) {
		t.Error("the batch's page does not lead to its materials")
	}
	if page := w.browser().signIn("q.meyer").get("/batches/" + id + "/review"); !strings.Contains(page.text, "Reconciliation of materials") || !strings.Contains(page.text, "nobody has said what became of it") {
		t.Errorf("the review does not show it:\n%s", page.text)
	}
	w.pictured(at, "materials")
}
