package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"countersign/batch"
	"countersign/register/label"
	"countersign/web/api"
)

// EXE-02, REL-07: whoever is about to sign a step before its shortest time is up
// knows it before: on the step's page, on the sheet, beside it, and over the API.
func TestAStepThatIsSignedTooEarlySaysSoBeforeItIsSigned(t *testing.T) {
	w := reviewed(t)
	w.signed("p.shah", "", id, batch.Certify{Place: "Release desk", Where: batch.AtSite})
	w.done("a.lee", id, batch.Record{Step: "make room", Field: "removed", Text: "5.0"})
	w.signed("a.lee", "", id, batch.Perform{Step: "make room"})
	w.signed("a.lee", "b.okoro", id, batch.Check{Step: "make room"})
	w.done("a.lee", id, batch.Scan{Step: "give", Field: "patient", Raw: "WB-9990000018"})
	w.done("a.lee", id, batch.Scan{Step: "give", Field: "label", Raw: label.Plainly(id, 1)})
	b := w.browser().signIn("a.lee")
	const caution = "Bolus: at least 1 min, until"
	if page := b.get("/batches/" + id + "/steps/give"); strings.Contains(page.text, caution) {
		t.Error("it runs before the step has begun")
	}
	w.done("a.lee", id, batch.Begin{Step: "give"})
	w.done("a.lee", id, batch.Record{Step: "give", Field: "given", Text: "5.0"})
	w.done("a.lee", id, batch.Record{Step: "give", Field: "left", Text: "0.0"})
	b.get("/batches/"+id+"/steps/give").says(t, caution, "If the step is signed before that, it is an exception.",
		"<p class=\"cs-quiet\">Limit: ") // of what is recorded already, too
	sheet := b.get("/batches/" + id + "/sign?act=perform&step=give")
	sheet.says(t, caution, "This becomes exception 1 (timing, major): Bolus took", "less than its shortest time of 1 min.")

	token, _, err := w.svc.SignIn(t.Context(), "a.lee", secret, "T-API")
	must(t, err)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/v1/batches/"+id+"/proposals", strings.NewReader(`{"command":{"command":"perform","step":"give"}}`))
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	api.New(w.svc, 30).ServeHTTP(answer, r)
	if body := answer.Body.String(); !strings.Contains(body, `"becomes":["This becomes exception 1 (timing, major): Bolus took`) || !strings.Contains(body, caution) {
		t.Errorf("%d %s", answer.Code, body)
	}

	must(t, w.svc.MoveClock(t.Context(), w.session("q.meyer"), w.svc.NewKey(), 61e9))
	if page := b.get("/batches/" + id + "/steps/give"); strings.Contains(page.text, caution) {
		t.Error("it runs on when it is up")
	}
	if late := b.get("/batches/" + id + "/sign?act=perform&step=give"); strings.Contains(late.text, "This becomes exception") {
		t.Errorf("it is an exception when it is up\n%s", late.text)
	}
}
