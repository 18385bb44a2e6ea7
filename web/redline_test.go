package web

import (
	"bytes"
	"strings"
	"testing"

	"countersign/batch"
	"countersign/reports"
)

// TestTheProtocolOfOneBatchIsChangedUnderApproval: the text is proposed on the
// page, shown in words, approved by another person and read by whoever works
// on; the record of the batch carries it and proves itself (MBR-03).
func TestTheProtocolOfOneBatchIsChangedUnderApproval(t *testing.T) {
	w := newWorld(t).staffed()
	w.signed("b.okoro", "", id, w.ordered(id))
	at := "/batches/" + id
	tech := w.browser().signIn("a.lee")
	page := tech.get(at + "/redline")
	page.says(t, "The batch is made by the protocol as it was opened", "Propose a change", "Clear the cabinet and wipe it down.")
	f := formTo(t, page.text, at+"/redline")
	state, err := w.svc.Batch(t.Context(), w.session("q.meyer"), id)
	must(t, err)
	text := string(state.Protocol.Text)
	f["text"], f["reason"] = strings.Replace(text, "version: 1", "version: 2", 1), "The lamp is new."
	tech.post(at+"/redline", f).says(t, "A redline stays version 1", "The lamp is new.")
	f["key"], f["text"] = w.svc.NewKey(), strings.Replace(text, "Clear the cabinet and wipe it down.", "Clear the cabinet, wipe it down and switch the lamp on.", 1)
	tech.follow(tech.post(at+"/redline", f)).says(t, "Redline 1: waits for its approval", "switch the lamp on", "A quality lead who did not propose it approves it")
	lead := w.browser().signIn("q.meyer")
	lead.get(at+"/redline").says(t, "Approve: read and sign")
	lead.under(form{"act": "approveredline", "redline": "1"}, "").says(t, "the batch goes on by it")
	second := w.browser().signIn("b.okoro")
	second.get(at).says(t, "The protocol of this batch was changed by redline 1.")
	second.get(at+"/steps/clearance").says(t, "Read redline 1", "switch the lamp on")
	second.under(form{"act": "readredline", "redline": "1"}, "").says(t, "Read:", "Ben Okoro")
	w.done("a.lee", id, batch.Scan{Step: "clearance", Field: "cabinet", Raw: "CAB-1"})
	w.done("a.lee", id, batch.Record{Step: "clearance", Field: "clear", Text: "yes"})
	w.signed("a.lee", "", id, batch.Perform{Step: "clearance"})
	w.signed("a.lee", "b.okoro", id, batch.Check{Step: "clearance"})

	var pdf bytes.Buffer
	must(t, w.svc.RecordPDF(t.Context(), w.session("q.meyer"), id, &pdf))
	if verdict, err := reports.Verify(pdf.Bytes(), "", reports.AllowRehearsal()); err != nil || len(verdict.Unchecked) != 1 {
		t.Errorf("the record does not verify: %v %+v", err, verdict)
	}
}
