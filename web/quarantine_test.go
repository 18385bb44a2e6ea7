package web

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/batch"
	"countersign/register"
)

// MAT-02, REL-05: a lot in quarantine waits for who may release it anew or reject
// it, with since when, and which batches in work lean on it; many are one line.
func TestALotInQuarantineWaitsForWhoDecidesIt(t *testing.T) {
	w := newWorld(t).staffed()
	w.signed("b.okoro", "", id, w.opening(id))
	tech, lead := w.session("a.lee"), w.session("q.meyer")
	vial := "L-0001"
	w.register(tech, register.QuarantineLot{Lot: vial, Reason: "the box was warm"})
	must(t, w.svc.MoveClock(t.Context(), lead, w.svc.NewKey(), 3*time.Hour))
	line := "Lot " + vial + " of vial is in quarantine: the box was warm. Release it anew, or reject it."
	page := w.browser().signIn("q.meyer").get("/work")
	page.says(t, line+" Batch "+id+" has set it out.", "3 h", `href="/stock/`+vial+`"`)
	if strings.Contains(w.browser().signIn("a.lee").get("/work").text, "is in quarantine") {
		t.Error("somebody is asked who may not decide it")
	}
	for n := range 5 {
		code := fmt.Sprintf("MORE-%d", n)
		w.register(tech, register.ReceiveLot{Material: "vial", Code: code, Number: code, Quantity: "5", Document: "note", Expiry: w.clock.now().AddDate(0, 2, 0)})
	}
	var more []string
	must(t, w.svc.Registers(t.Context(), lead, func(b *register.Books) {
		for _, lot := range b.Lots() {
			if strings.HasPrefix(lot.Number, "MORE-") {
				more = append(more, lot.ID)
			}
		}
	}))
	for _, lot := range more[:4] {
		w.register(tech, register.QuarantineLot{Lot: lot, Reason: "it fell"})
	}
	b := w.browser().signIn("q.meyer")
	if text := b.get("/work").text; strings.Count(text, "is in quarantine: it fell") != 4 || !strings.Contains(text, line) {
		t.Errorf("five are not five lines:\n%s", text)
	}
	w.register(tech, register.QuarantineLot{Lot: more[4], Reason: "it fell"})
	page = b.get("/work")
	page.says(t, "6 lots are in quarantine. Release each anew, or reject it. Batch "+id+" has set one of them out.", "the oldest first: "+vial+", ")
	if strings.Contains(page.text, "is in quarantine: it fell") {
		t.Error("six are more than one line")
	}
	if list := b.get("/stock?q=in+quarantine"); strings.Count(list.text, "in quarantine: it fell") != 5 {
		t.Errorf("the list behind the line shows something else:\n%s", list.text)
	}
	for _, lot := range more[:4] {
		w.register(lead, register.RejectLot{Lot: lot, Reason: "broken"})
	}
	w.register(lead, register.ReleaseLot{Lot: vial, Document: "inspected"})
	if text := b.get("/work").text; strings.Contains(text, line) || !strings.Contains(text, "Lot "+more[4]+" of vial is in quarantine") {
		t.Errorf("what was decided waits, or what was not does not:\n%s", text)
	}
	w.signed("b.okoro", "", id, batch.Abort{Reason: "The patient has a fever."})
	w.register(tech, register.QuarantineLot{Lot: vial, Reason: "the box was warm again"})
	if text := b.get("/work").text; !strings.Contains(text, "the box was warm again") || strings.Contains(text, id+" has") {
		t.Errorf("a batch that is over leans on nothing:\n%s", text)
	}
}
