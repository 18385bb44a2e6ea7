package web

import (
	"os"
	"strings"
	"testing"

	"countersign/batch"
	"countersign/identity"
	"countersign/protocol/library"
)

// inForce brings a protocol's text into effect and trains everybody for it.
func (w *world) inForce(name, text string) {
	w.t.Helper()
	w.signProtocol("c.writer", library.Submit{Text: text})
	w.signProtocol("d.approver", library.Review{Protocol: name, Version: 1})
	w.signProtocol("q.meyer", library.Approve{Protocol: name, Version: 1})
	w.signProtocol("q.meyer", library.MakeEffective{Protocol: name, Version: 1})
	lead := w.session("q.meyer")
	people, err := w.svc.People(w.t.Context(), lead)
	must(w.t, err)
	for _, person := range people {
		if person.Has(identity.Technician) || person.Has(identity.Pharmacist) {
			must(w.t, w.svc.Train(w.t.Context(), lead, w.svc.NewKey(), person.ID, identity.Training{Protocol: name, Version: 1, Until: w.clock.now().AddDate(1, 0, 0)}))
			w.signProtocol(person.Username, library.Acknowledge{Protocol: name, Version: 1})
		}
	}
	w.permitAlso(name)
}

// COI-03, COI-09, COI-10, COI-11: two batches at a time, a wrong wristband, the
// control site's decision, a hand-over and a new wristband, on the pages.
func TestTheChainOfIdentityAndCustodyIsOnItsPage(t *testing.T) {
	w := newWorld(t).staffed()
	w.registered("p.second", "Paula Second", identity.Pharmacist)
	text, err := os.ReadFile("../batch/testdata/protocols/carried.yaml")
	must(t, err)
	w.inForce("carried", strings.ReplaceAll(strings.ReplaceAll(string(text), "cells", "vial"), "the patient's vial", "the patient's cells"))
	open := w.opening(id)
	known, err := w.svc.Library(t.Context(), w.session("b.okoro"))
	must(t, err)
	effective, _ := known.Effective("carried", w.svc.Now())
	open.Protocol, open.Digest, open.Trial, open.Participant = "carried", effective.Protocol.Digest, "SPIRAL-2", "014-0007"
	open.Items = []batch.Item{{Name: "vial", Code: "VIAL-0042"}}
	delete(open.Order, "strength")
	w.signed("b.okoro", "", id, open)

	b := w.browser().signIn("a.lee")
	b.get("/batches/"+id).says(t, "SPIRAL-2, 014-0007", "Identity and custody")
	w.done("a.lee", id, batch.Scan{Step: "arrival", Field: "patient", Raw: "WB-9990000026"})
	b.get("/batches/"+id+"/steps/arrival").says(t, "until the control site&#39;s quality lead decides it", "open: the control site&#39;s quality lead decides")
	b.get("/batches/"+id+"/steps/arrival?done=wrong-scan&field=patient").says(t, "Stop: do not go on, and give nothing", "They can sign at this terminal")

	control := w.browser().signIn("e.control")
	page := control.get("/batches/" + id + "/custody")
	page.says(t, "ANOTHER PATIENT", "Patient masked")
	for _, address := range []string{"/custody", "/steps/arrival", "/review"} {
		if seen := control.get("/batches/" + id + address); strings.Contains(seen.text, "WB-999") || strings.Contains(seen.text, "EXAMPLE") {
			t.Errorf("%s shows the control site who the patient is", address)
		}
	}
	w.signed("e.control", "", id, batch.Resolve{Exception: 1, Accept: true, Reason: "Two people established who the patient is."})

	// The link, by the forms of the page: one person makes it, another confirms it.
	lead := w.browser().signIn("b.okoro")
	sheet := lead.follow(lead.post("/batches/"+id+"/sign", form{
		"act": "linknumber", "number": "999 000 0018", "number-type": "NHS", "wristband": "WB-NEW", "found": "new wristband", "reason": "The first one broke.",
	}))
	f := formTo(t, sheet.text, "/batches/"+id+"/signed")
	f["password"] = secret
	page = lead.follow(lead.post("/batches/"+id+"/signed", f))
	page.says(t, "It does not match yet", "The first one broke.")
	w.signed("a.lee", "", id, batch.ConfirmNumber{Link: 1})
	lead.get("/batches/"+id+"/custody").says(t, "It matches since then", "Confirmed by")

	w.done("a.lee", id, batch.Scan{Step: "arrival", Field: "patient", Raw: "WB-NEW"})
	w.done("a.lee", id, batch.Scan{Step: "arrival", Field: "vial", Raw: "VIAL-0042"})
	for field, text := range map[string]string{
		"place": "goods-in", "bag": "intact", "transport": "2.4 to 6.1",
		"logger": "run-77.csv, sha256 b3a8e0e1f9ab1bfe3a36f231f676f78bb30a519d2b21e6c530c0eee8ebb4a5d0",
	} {
		w.done("a.lee", id, batch.Record{Step: "arrival", Field: field, Text: text})
	}
	b.get("/batches/"+id+"/steps/arrival").says(t, "it is received here, with their own name and password")
	w.signed("a.lee", "", id, batch.Perform{Step: "arrival"})
	b.get("/batches/"+id+"/steps/arrival").says(t, "Sign: I received this")
	b.get("/batches/"+id+"/steps/fill").says(t, "It is the label on the container that this goes into: syringe.")
	w.signed("a.lee", "b.okoro", id, batch.Check{Step: "arrival"})
	b.get("/batches/"+id).says(t, "Ben Okoro holds the patient&#39;s cells since")
	second := w.browser().signIn("p.second")
	sheet = second.follow(second.post("/batches/"+id+"/sign", form{"act": "takeover", "of": "vial", "raw": "VIAL-0042", "place": "store", "reason": "His shift ends."}))
	f = formTo(t, sheet.text, "/batches/"+id+"/signed")
	f["password"] = secret
	second.follow(second.post("/batches/"+id+"/signed", f)).says(t, "Paula Second</strong> holds", "Ben Okoro, who did not sign", "run-77.csv", "goods-in")
	w.pictured("/batches/"+id+"/custody", "custody")
	w.pictured("/batches/"+id, "custody-batch")

	// Another batch is opened for somebody who can be taken for this patient: both
	// batches' pages and both records say so, and name nobody.
	const other = "B-2026-0099"
	beside := w.opening(other)
	beside.Reference, beside.Patient.Name = "RX-1002", "EXAMPEL, Robyn"
	w.signed("b.okoro", "", other, beside)
	b.get("/batches/"+id).says(t, "Do not mix up: Batch "+other+" is open in this unit", "The surnames are similar.")
	there := b.get("/batches/" + other)
	there.says(t, "Do not mix up: Batch "+id+" is open in this unit", "similar patient")
	w.pictured("/batches/"+other, "custody-alert")
	record := b.get("/batches/" + id + "/record.pdf")
	if folder := os.Getenv("COUNTERSIGN_PICTURES"); folder != "" {
		must(t, os.WriteFile(folder+"/custody.pdf", []byte(record.text), 0o600))
	}
}
