package web

import (
	"bytes"
	"testing"

	"countersign/batch"
	"countersign/reports"
)

// A new password brings a new key. What somebody signed with the one before
// still verifies, beside what they sign with the new one (SIG-07).
func TestWhatWasSignedBeforeANewPasswordStillVerifies(t *testing.T) {
	w := newWorld(t).staffed()
	w.signed("b.okoro", "", id, w.opening(id))
	w.done("a.lee", id, batch.Scan{Step: "clearance", Field: "cabinet", Raw: "CAB-1"})
	w.done("a.lee", id, batch.Record{Step: "clearance", Field: "clear", Text: "yes"})
	w.signed("a.lee", "", id, batch.Perform{Step: "clearance"})

	ben := w.session("b.okoro").Person.ID
	oneTime, err := w.svc.ResetPassword(t.Context(), w.session("o.adeyemi"), w.svc.NewKey(), ben)
	must(t, err)
	must(t, w.svc.SetPassword(t.Context(), "b.okoro", oneTime, secret, true))
	must(t, w.svc.AttestKey(t.Context(), w.session("q.meyer"), w.svc.NewKey(), ben))
	w.signed("b.okoro", "", id, batch.Check{Step: "clearance"})

	var pdf bytes.Buffer
	must(t, w.svc.RecordPDF(t.Context(), w.session("q.meyer"), id, &pdf))
	log, err := w.svc.Log(t.Context(), w.session("i.spector"))
	must(t, err)
	v, err := reports.Verify(pdf.Bytes(), log.Verifier, reports.AllowRehearsal())
	if err != nil {
		t.Fatal(err)
	}
	if v.Exit() != 0 {
		t.Errorf("%+v", v)
	}
}
