package web

import (
	"net/http"
	"strings"
	"testing"

	"countersign/batch"
)

// MAT-03, COI-03, REL-07: a code that cannot be scanned is typed under a
// control of its own; a typed wristband waits for a second person, and the
// review desk sees all of it.
func TestACodeThatCannotBeScannedIsTypedWithAReason(t *testing.T) {
	w := opened(t)
	w.done("a.lee", id, batch.Record{Step: "clearance", Field: "clear", Text: "yes"})
	w.signed("a.lee", "", id, batch.Perform{Step: "clearance"})
	w.signed("a.lee", "b.okoro", id, batch.Check{Step: "clearance"})
	b := w.browser().signIn("a.lee")
	to, do := "/batches/"+id+"/steps/patient", "/batches/"+id+"/do"
	page := b.get(to)
	if !strings.Contains(page.text, "I cannot scan it") {
		t.Fatal(page.text)
	}
	f := form{
		"act": "typecode", "step": "patient", "field": "patient", "key": hidden(t, page.text, "key"), "seen": hidden(t, page.text, "seen"),
		"typed": "WB-9990000018", "reason": "the label is torn or dirty", "words": "",
	}
	refused := b.post(do, f)
	for _, want := range []string{"what is the matter with the code", `value="WB-9990000018"`, " open><summary", "checked"} {
		if refused.status != http.StatusUnprocessableEntity || !strings.Contains(refused.text, want) {
			t.Errorf("no %q (%d)", want, refused.status)
		}
	}
	f["words"], f["key"] = "Torn <b>off</b> by the drip.", w.svc.NewKey()
	taken := b.follow(b.post(do, f))
	for _, want := range []string{"is marked as typed", "Torn &lt;b&gt;off&lt;/b&gt; by the drip", "Second person: sign that I read it"} {
		if !strings.Contains(taken.text, want) {
			t.Errorf("no %q", want)
		}
	}
	if strings.Contains(taken.text, "Sign: I did this") {
		t.Error("the step can be signed before the second person has read the wristband")
	}
	sheet := b.get("/batches/" + id + "/sign?act=witnesscode&step=patient")
	if !strings.Contains(sheet.text, "User name of the second person") || !strings.Contains(sheet.text, "I have read the wristband on the patient myself") || strings.Contains(sheet.text, "EXAMPLE, Robin</li>") {
		t.Fatalf("%d\n%s", sheet.status, sheet.text)
	}
	signed := formTo(t, sheet.text, "/batches/"+id+"/signed")
	signed["username"], signed["password"] = "b.okoro", secret
	after := b.follow(b.post("/batches/"+id+"/signed", signed))
	if !strings.Contains(after.text, "witnessed by") || !strings.Contains(after.text, "Sign: I did this") {
		t.Errorf("%d\n%s", after.status, after.text)
	}
	desk := w.browser().signIn("q.meyer").get("/batches/" + id + "/review")
	for _, want := range []string{"typed code", "TYPED, because the label is torn or dirty", "witnessed by", "1 of 2 codes was typed"} {
		if !strings.Contains(desk.text, want) {
			t.Errorf("the review desk does not say %q", want)
		}
	}
	if trail := b.get("/batches/" + id + "/trail"); !strings.Contains(trail.text, "Typed the code of patient") || !strings.Contains(trail.text, "Signed as witnessed that the wristband") {
		t.Error("the trail does not tell it")
	}
}
