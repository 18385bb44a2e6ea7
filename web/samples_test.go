package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"countersign/batch"
	"countersign/identity"
	"countersign/web/api"
)

// TestAQualityLeadDrawsASampleAndSomebodyElseLooksAtIt (AUD-09): from the form to
// the file, the print and the API.
func TestAQualityLeadDrawsASampleAndSomebodyElseLooksAtIt(t *testing.T) {
	w := newWorld(t).staffed()
	w.signed("b.okoro", "", id, w.opening(id))
	w.done("a.lee", id, batch.Scan{Step: "clearance", Field: "cabinet", Raw: "CAB-1"})
	lead, tech, control := w.browser().signIn("q.meyer"), w.browser().signIn("a.lee"), w.browser().signIn("e.control")
	if page := tech.get("/samples"); page.status != http.StatusOK || strings.Contains(page.text, "Draw a sample") {
		t.Errorf("a technician is offered a draw: %d", page.status)
	}
	draw := form{"act": "draw sample", "year": "2026", "basis": "aimed", "of": "batch", "from": "2026-11-01", "to": "2026-11-30", "size": "5", "reason": "Scans of the new scanner.", "entry_kind": "batch.scan_accepted"}
	draw["to"] = "2026-10-30"
	lead.signForm(draw).says(t, "the first not after the last", "Scans of the new scanner.")
	draw["to"] = "2026-11-30"
	sheet := lead.follow(lead.post("/registers/sign", draw))
	sheet.says(t, "from 1 trail that fit", "Nobody knows them before", "Rule: SHA-256")
	lead.signForm(draw).says(t, "Samples of audit trails", "S-2026-0001", "0 of 1 looked at")
	draw["basis"], draw["entry_kind"], draw["size"], draw["reason"] = "by chance", "", "1", "The month's sample."
	lead.signForm(draw).says(t, "S-2026-0002", "by chance, trails of kind batch")
	lead.get("/work").says(t, "look at the audit trail of batch/"+id)
	page := lead.get("/samples/S-2026-0001")
	page.says(t, "batch/"+id+": to be looked at", "Hash of its entry, by which was drawn", "/batches/"+id+"/trail")
	if got := w.browser().signIn("a.lee").get("/work"); strings.Contains(got.text, "look at the audit trail") {
		t.Error("a technician is asked to look at a trail")
	}
	look := form{"act": "look at trail", "sample": "S-2026-0001", "trail": "batch/" + id, "result": "something found", "text": ""}
	lead.signForm(look).says(t, "Write what you found")
	look["text"] = "A scan came twice."
	lead.signForm(look).says(t, "a finding, to be followed up", "A scan came twice.", "Raise a deviation from it")
	control.signForm(form{"act": "follow finding", "sample": "S-2026-0001", "trail": "batch/" + id, "deviation_raised": "D-2026-0001", "reason": ""}).
		says(t, "There is no deviation D-2026-0001")
	control.signForm(form{"act": "follow finding", "sample": "S-2026-0001", "trail": "batch/" + id, "deviation_raised": "", "reason": "The second one was refused."}).
		says(t, "done: 1 of 1 looked at, 1 finding", "The second one was refused.")
	if got := lead.get("/samples/S-2026-0001?as=csv"); !strings.Contains(got.text, "A scan came twice.") || !strings.Contains(got.text, "batch/"+id) {
		t.Errorf("the file says %s", got.text)
	}
	for path, status := range map[string]int{
		"/samples?as=csv": 200, "/samples/S-2026-0001/trail": 200, "/samples/S-2026-0009": 404, "/products/ASO-IT/trail": 200, "/units/U-1/trail": 200, "/samples/S-2026-0002/report.pdf": 200,
	} {
		if got := lead.get(path); got.status != status {
			t.Errorf("%s: %d", path, got.status)
		}
	}
	token, _, err := w.svc.SignIn(t.Context(), "q.meyer", secret, "T-API")
	must(t, err)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/samples/S-2026-0001", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	answer := httptest.NewRecorder()
	api.New(w.svc, 30).ServeHTTP(answer, r)
	for _, words := range []string{`"seed":"`, `"frame":["batch/` + id + `"]`, `"text":"A scan came twice."`} {
		if !strings.Contains(answer.Body.String(), words) {
			t.Errorf("the API does not say %s: %.600s", words, answer.Body)
		}
	}
}

// TestNobodyIsAskedToLookAtATrailInWhichTheyActed (AUD-09).
func TestNobodyIsAskedToLookAtATrailInWhichTheyActed(t *testing.T) {
	w := newWorld(t).staffed()
	w.signed("b.okoro", "", id, w.opening(id))
	w.done("q.meyer", id, batch.Note{Text: "I was there."})
	lead := w.browser().signIn("q.meyer")
	lead.signForm(form{"act": "draw sample", "year": "2026", "basis": "aimed", "of": "batch", "from": "2026-11-01", "to": "2026-11-30", "size": "1", "reason": "x", "person": "q.meyer"}).
		says(t, "Nobody samples their own acts")
	lead.signForm(form{"act": "draw sample", "year": "2026", "basis": "by chance", "of": "batch", "from": "2026-11-01", "to": "2026-11-30", "size": "1", "reason": "x"})
	lead.get("/samples/S-2026-0001").says(t, "You acted in this trail: somebody else looks at it.")
	if page := lead.get("/work"); strings.Contains(page.text, "look at the audit trail") {
		t.Error("somebody is asked to look at their own acts")
	}
	lead.signForm(form{"act": "look at trail", "sample": "S-2026-0001", "trail": "batch/" + id, "result": "nothing found"}).says(t, "You acted in this trail yourself")
	control := w.browser().signIn("e.control")
	control.get("/work").says(t, "look at the audit trail of batch/"+id)
	control.signForm(form{"act": "look at trail", "sample": "S-2026-0001", "trail": "batch/" + id, "result": "nothing found"}).says(t, "done: 1 of 1 looked at")
}

// TestATrailInWhichEverybodyActedSaysWhoElseCouldLook (AUD-09): it waits, and
// the page and the list say for whom, until somebody is there who took no part.
func TestATrailInWhichEverybodyActedSaysWhoElseCouldLook(t *testing.T) {
	w := newWorld(t).staffed()
	w.signed("b.okoro", "", id, w.opening(id))
	w.done("q.meyer", id, batch.Note{Text: "I was there."})
	w.signed("e.control", "", id, batch.SetApart{As: batch.Quarantined, Reason: "A count is looked at again."})
	lead := w.browser().signIn("q.meyer")
	lead.signForm(form{"act": "draw sample", "year": "2026", "basis": "by chance", "of": "batch", "from": "2026-11-01", "to": "2026-11-30", "size": "1", "reason": "x"})
	lead.get("/samples/S-2026-0001").says(t, "Nobody here may look at it: everybody who could acted in it.", "another quality lead, or the control site")
	lead.get("/work/all").says(t, "nobody here may look at the audit trail of batch/"+id)
	lead.signForm(form{"act": "draw sample", "year": "2026", "basis": "by chance", "of": "batch", "from": "2026-11-01", "to": "2026-11-30", "size": "1", "reason": "y"})
	leave := form{"act": "leave trail", "sample": "S-2026-0002", "trail": "batch/" + id, "reason": "Nobody else is appointed before spring."}
	lead.signForm(leave).says(t, "takes control site")
	control := w.browser().signIn("e.control")
	control.get("/work").says(t, "nobody here may look at the audit trail of batch/"+id, "let the control site")
	control.get("/samples/S-2026-0002").says(t, "Why nobody independent can be had")
	control.signForm(leave).says(t, "done: 0 of 1 looked at, 1 by nobody independent", "Nobody else is appointed before spring.", "Ended by")
	holds(t, control.get("/samples?as=csv"), "1 by nobody independent")
	holds(t, control.get("/samples/S-2026-0002?as=csv"), "nobody independent", "Nobody else is appointed before spring.")
	if got := control.get("/samples/S-2026-0002/report.pdf"); got.status != http.StatusOK {
		t.Errorf("the print: %d", got.status)
	}
	w.registered("p.shah", "Priya Shah", identity.QualityLead)
	leave["sample"] = "S-2026-0001"
	control.signForm(leave).says(t, "Priya Shah did not act in this trail, and looks at it.")
	if page := lead.get("/samples/S-2026-0001"); strings.Contains(page.text, "Nobody here may look at it") {
		t.Error("a quality lead came who took no part, and the page says that nobody may look")
	}
	w.browser().signIn("p.shah").get("/work").says(t, "look at the audit trail of batch/"+id+". Whoever acted in it does not.")
}
