package web

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/batch"
	"countersign/identity"
)

// DEV-04, DEV-05: cells whose registered specification fails, from the figure to
// the supply at the physician's request and the last who is told, on the pages,
// and in the record.
func TestAFailedSpecificationIsSuppliedAtThePhysiciansRequestOnThePages(t *testing.T) {
	w := newWorld(t).staffed()
	w.registered("h.reviewer", "Helen Reviewer", identity.Pharmacist)
	w.registered("p.shah", "Priya Shah", identity.QualityLead)
	text, err := os.ReadFile("../batch/testdata/protocols/cells.yaml")
	must(t, err)
	w.inForce("cells", strings.Replace(string(text), "version: 3", "version: 1", 1))
	open := w.opening(id)
	known, err := w.svc.Library(t.Context(), w.session("b.okoro"))
	must(t, err)
	effective, _ := known.Effective("cells", w.svc.Now())
	open.Protocol, open.Digest = "cells", effective.Protocol.Digest
	open.Items = []batch.Item{{Name: "vial", Code: "VIAL-0042"}, {Name: "cabinet", Code: "CAB-1"}}
	w.signed("b.okoro", "", id, open)
	scan := func(step, field, raw string) { w.done("a.lee", id, batch.Scan{Step: step, Field: field, Raw: raw}) }
	record := func(step, field, text string) {
		w.done("a.lee", id, batch.Record{Step: step, Field: field, Text: text})
	}
	perform := func(step string) { w.signed("a.lee", "", id, batch.Perform{Step: step}) }
	both := func(step string) { perform(step); w.signed("a.lee", "b.okoro", id, batch.Check{Step: step}) }
	scan("clearance", "cabinet", "CAB-1")
	perform("clearance")
	scan("match", "patient", "WB-9990000018")
	both("match")
	scan("mix", "vial", "VIAL-0042")
	w.done("a.lee", id, batch.Begin{Step: "mix"})
	must(t, w.svc.MoveClock(t.Context(), w.session("q.meyer"), w.svc.NewKey(), 6*time.Minute))
	perform("mix")
	record("test", "pH", "7.0")
	record("test", "protein", "0.10")
	record("test", "colour", "clear")
	lead := w.browser().signIn("q.meyer")
	if page := lead.get("/batches/" + id + "/review"); strings.Contains(page.text, "Registered specifications that failed") {
		t.Error("a way to a supply out of specification, and nothing has failed")
	}
	record("test", "viable", "79.2")
	lead.get("/batches/"+id+"/review").says(t, "Registered specifications that failed", "79.2 % is below 80.0 %", "Nobody can accept this", "Next on the way: physician&#39;s request")
	lead.follow(lead.post("/batches/"+id+"/sign", form{"act": "recordroute", "stage": "physician's acceptance", "whom": "Dr Example", "when": "2026-11-20 09:00", "document": "LETTER-1", "text": "Yes."})).
		says(t, "This cannot be signed now", "Dr Example", "LETTER-1")
	stage := func(name string) answer {
		f := form{"act": "recordroute", "stage": name, "whom": "Dr Example", "when": w.svc.Now().UTC().Format("2006-01-02 15:04"), "document": "LETTER-2", "text": "The patient has no other chance."}
		return lead.signedOn(t, f, "Recorded now: "+strings.ReplaceAll(name, "'", "&#39;"))
	}
	stage("physician's request").says(t, "Next on the way: risk evaluation given to the physician", "LETTER-2")
	stage("risk evaluation given to the physician")
	stage("physician's acceptance")
	both("test")
	record("draw up", "drawn", "5.0")
	both("draw up")
	record("rest", "density", "1.00")
	perform("rest")
	stage("notice that it is supplied at the physician's request")
	reviewer := w.browser().signIn("h.reviewer")
	reviewer.signedOn(t, form{"act": "review", "statement": "I have read the whole record."})
	certifier := w.browser().signIn("p.shah")
	page := certifier.get("/batches/" + id + "/review")
	page.says(t, "Read and sign the supply: it is not certified")
	if strings.Contains(page.text, "Read and sign the certificate") {
		t.Error("what failed its registered specification can be certified")
	}
	certifier.signedOn(t, form{"act": "supply", "statement": "At the request of Dr Example.", "place": "Release desk"}, "79.2 %").
		says(t, "supplied out of specification at the physician&#39;s request (not certified)", "Still to be told, by")
	when := w.svc.Now().UTC().Format(time.RFC3339)
	for _, whom := range []string{"sponsor", "supervisory authority"} {
		w.done("q.meyer", id, batch.TellSupply{Whom: whom, Name: "Somebody", How: "by telephone", When: when, Document: "NOTE-1"})
	}
	if page = certifier.get("/batches/" + id + "/review"); strings.Contains(page.text, "Still to be told") {
		t.Error("everybody was told, and the page asks for more")
	}
	page.says(t, "The sponsor, Somebody, was told on", "The supervisory authority, Somebody, was told on")

	file := filepath.Join(t.TempDir(), "record.pdf")
	must(t, os.WriteFile(file, []byte(certifier.get("/batches/"+id+"/record.pdf").text), 0o600))
	out, err := exec.CommandContext(t.Context(), "pdftotext", file, "-").Output()
	must(t, err)
	printed := strings.Join(strings.Fields(string(out)), " ")
	for _, want := range []string{"Registered specifications that failed", "79.2 % is below 80.0 %", "risk evaluation given to the physician", "Dr Example", "Who was told of the supply", "not certified"} {
		if !strings.Contains(printed, want) {
			t.Errorf("the record does not say %q", want)
		}
	}
}
