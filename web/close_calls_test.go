package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"countersign/batch"
	"countersign/web/api"
)

// COI-03, COI-09, REL-07: every wrong code that was stopped is listed, with
// what was expected, and names nobody; the API gives the same.
func TestCloseCallsAreListedAndNameNobody(t *testing.T) {
	w := newWorld(t).staffed()
	w.signed("b.okoro", "", id, w.opening(id))
	w.done("a.lee", id, batch.Scan{Step: "clearance", Field: "cabinet", Raw: "VIAL-0042"})
	w.done("a.lee", id, batch.Scan{Step: "clearance", Field: "cabinet", Raw: "WB-9990000018"})
	w.done("a.lee", id, batch.Scan{Step: "clearance", Field: "cabinet", Raw: "9990000026"})
	w.done("a.lee", id, batch.TypeCode{Step: "clearance", Field: "cabinet", Text: "CAB-2", Reason: batch.TypingReasons()[1], Words: "It is dead."})
	w.done("a.lee", id, batch.Scan{Step: "clearance", Field: "cabinet", Raw: "(8018)505089899900000183"})
	lead := w.browser().signIn("q.meyer")
	got := lead.get("/close-calls")
	holds(t, got, "vial, A0042", "CAB-2", "this is vial, and the step asks for cabinet", "typed", "technician", "Wrong codes that were stopped (5)", "2026-11", "somebody&#39;s code, not shown")
	for _, personal := range []string{"9990000018", "9990000026", "505089899900000183", "Asha", "EXAMPLE"} {
		if _, listed, _ := strings.Cut(got.text, "<table"); strings.Contains(listed, personal) {
			t.Errorf("the list shows %q", personal)
		}
	}
	holds(t, lead.get("/close-calls?as=csv"), "vial, A0042")
	holds(t, lead.get("/close-calls?q=CAB-2"), "(1 of 5)")
	holds(t, lead.get("/review"), `href="/close-calls"`)

	token, _, err := w.svc.SignIn(t.Context(), "q.meyer", secret, "T-API")
	must(t, err)
	programs := api.New(w.svc, 30)
	for path, want := range map[string]string{
		"/api/v1/close-calls": `"read":"vial, A0042"`,
		"/api/v1/products":    `"effective":true`,
		"/api/v1/units":       `"may_begin":true`,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		r.Header.Set("Authorization", "Bearer "+token)
		answer := httptest.NewRecorder()
		programs.ServeHTTP(answer, r)
		if answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), want) || strings.Contains(answer.Body.String(), "9990000018") {
			t.Errorf("%s: %d %s", path, answer.Code, answer.Body)
		}
	}
}

// COI-09: who need not know whom a batch is for sees no wristband.
func TestAWristbandIsShownToNobodyWhoNeedNotKnow(t *testing.T) {
	w := opened(t)
	w.done("a.lee", id, batch.Record{Step: "clearance", Field: "clear", Text: "yes"})
	w.signed("a.lee", "", id, batch.Perform{Step: "clearance"})
	w.signed("a.lee", "b.okoro", id, batch.Check{Step: "clearance"})
	w.done("a.lee", id, batch.Scan{Step: "patient", Field: "patient", Raw: "WB-9990000018"})
	to := "/batches/" + id + "/steps/patient"
	holds(t, w.browser().signIn("b.okoro").get(to), "WB-9990000018")
	if got := w.browser().signIn("o.adeyemi").get(to); strings.Contains(got.text, "WB-9990000018") || !strings.Contains(got.text, "matched") {
		t.Errorf("the administrator is shown %s", got.text)
	}
}
