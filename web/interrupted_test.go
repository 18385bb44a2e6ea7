package web

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"countersign/batch"
	"countersign/reports"
)

// under goes from a form to its sheet and signs it, under the name of a second
// person where one is given.
func (b *browser) under(f form, username string) answer {
	b.w.t.Helper()
	sheet := b.follow(b.post("/batches/"+id+"/sign", f))
	whole := formTo(b.w.t, sheet.text, "/batches/"+id+"/signed")
	whole["password"], whole["username"] = secret, username
	return b.follow(b.post("/batches/"+id+"/signed", whole))
}

// A morning at the bedside: the batch is put on hold and goes on, one shift hands
// it to the next on one page, something is told afterwards, somebody types for
// another, and a correction is asked for and given up. All of it stands on the
// pages, and in a record that verifies (EXE-08, EXE-09, EXE-16, AUD-01, SIG-04).
func TestAnInterruptedMorningStandsOnThePagesAndInTheRecord(t *testing.T) {
	w := newWorld(t).staffed()
	w.signed("b.okoro", "", id, w.opening(id))
	b, at := w.browser().signIn("a.lee"), "/batches/"+id
	step := at + "/steps/clearance"

	f := formTo(t, b.get(at+"/wrong?step=clearance").text, at+"/do")
	f = form{"act": "putonhold", "key": w.svc.NewKey(), "seen": f["seen"], "step": "clearance"}
	if got := b.post(at+"/do", f); got.status != http.StatusUnprocessableEntity {
		t.Fatalf("a hold of no kind: %d", got.status)
	}
	f["key"], f["kind"], f["reason"] = w.svc.NewKey(), string(batch.HoldEquipment), "The cabinet's alarm sounds."
	held := b.follow(b.post(at+"/do", f))
	held.says(t, "On hold: equipment failure", "Lifted by the signature of: pharmacist or quality lead")
	if strings.Contains(held.text, "Sign: I did this") || strings.Contains(held.text, "Record and sign") {
		t.Error("a signature is offered on hold")
	}
	b.under(form{"act": "lifthold", "hold": "1", "reason": "It is quiet again."}, "b.okoro").says(t, "Hold 1 was lifted", "It is quiet again.")

	b.get(at+"/shift").says(t, "This batch has not been handed over yet", "Step clearance is next.")
	b.under(form{"act": "handovershift", "words": "The engineer comes at ten."}, "").says(t, "Waits for somebody to take over", "The engineer comes at ten.")
	b.under(form{"act": "takeovershift", "words": ""}, "b.okoro").says(t, "Responsible since the last hand-over", "Ben Okoro")

	w.done("a.lee", id, batch.Scan{Step: "clearance", Field: "cabinet", Raw: "CAB-1"})
	must(t, w.svc.MoveClock(t.Context(), w.session("o.adeyemi"), w.svc.NewKey(), 20*time.Minute))
	page := b.get(step)
	page.says(t, "It was done earlier")
	f = formTo(t, page.text, at+"/do")
	f["key-clear"], f["field"], f["text-clear"] = hidden(t, page.text, "key-clear"), "clear", "yes"
	f["done"] = "2026-11-20T09:05"
	refused := b.post(at+"/do", f)
	refused.says(t, "Write why it is recorded late")
	f["key-clear"], f["late"] = w.svc.NewKey(), "The terminal was locked."
	b.follow(b.post(at+"/do", f)).says(t, "recorded at 20 Nov 2026 09:20:00 GMT for 20 Nov 2026 09:05:00 GMT: The terminal was locked.", "late entry")

	f = form{"act": "correct", "key": w.svc.NewKey(), "step": "clearance", "field": "clear", "text": "no", "reason": "A swab was left."}
	asked := b.follow(b.post(at+"/do", f))
	asked.says(t, "It counts once a second person has signed it", "A correction waits for a second person", "Second person: read and sign")
	b.get(at+"/sign?act=confirmcorrection&step=clearance&correction=1").says(t, "from yes to no", "asked for by Asha Lee")
	f = form{"act": "dropcorrection", "key": w.svc.NewKey(), "step": "clearance", "correction": "1", "reason": "The swab belongs there."}
	b.follow(b.post(at+"/do", f)).says(t, "The correction was given up")
	w.signed("a.lee", "", id, batch.Perform{Step: "clearance"})
	w.signed("a.lee", "b.okoro", id, batch.Check{Step: "clearance"})
	w.done("a.lee", id, batch.Scan{Step: "patient", Field: "patient", Raw: "WB-9990000018"})
	w.signed("a.lee", "", id, batch.Perform{Step: "patient"})
	w.signed("a.lee", "b.okoro", id, batch.Check{Step: "patient"})

	scribe := w.browser().signIn("b.okoro")
	tests := at + "/steps/blood%20tests"
	page = scribe.get(tests)
	f = formTo(t, page.text, at+"/do")
	f["key-platelets"], f["field"], f["text-platelets"] = hidden(t, page.text, "key-platelets"), "platelets", "210"
	f["doer"], f["scribed"] = string(w.session("a.lee").Person.ID), "Hands in the isolator."
	scribe.follow(scribe.post(at+"/do", f)).says(t, "typed by Ben Okoro for Asha Lee (technician): Hands in the isolator.", "Asha Lee: read and sign")
	b.under(form{"act": "confirmtyped", "step": "blood tests"}, "a.lee").says(t, "What was typed for them is theirs")

	scribe.get(at+"/trail").says(t, "lifted hold 1", "handed the batch over", "took the batch over", "recorded late for 2026-11-20 09:05", "typed it for Asha Lee", "gave up correction 1")
	var pdf bytes.Buffer
	must(t, w.svc.RecordPDF(t.Context(), w.session("q.meyer"), id, &pdf))
	if verdict, err := reports.Verify(pdf.Bytes(), "", reports.AllowRehearsal()); err != nil || len(verdict.Unchecked) != 1 {
		t.Errorf("%v: %+v", err, verdict)
	}
}
