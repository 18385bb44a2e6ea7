package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"countersign/batch"
	"countersign/register"
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
	holds(t, got, "vial, A0042", "CAB-2", "this is vial, and the step asks for cabinet", "typed", "technician", "Codes that were stopped (5)", "wrong code", "2026-11", "somebody&#39;s code, not shown")
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

// MAT-05, EXE-03: the right machine that is not fit is no wrong code: the step says
// which rule is broken and what helps, and so do the list and the API.
func TestTheRightMachineThatIsNotFitIsNeverCalledAWrongCode(t *testing.T) {
	w := newWorld(t).staffed()
	open := w.opening(id)
	w.register(w.session("b.okoro"), register.ProveEquipment{Equipment: "E-0001", What: "calibrated", Until: w.clock.now().Add(time.Hour), Document: "C-2"})
	holds(t, w.browser().signIn("b.okoro").get("/batches/new?protocol=aso-intrathecal"), "Not for long:", "E-0001 is calibrated only until", "a scan after that is refused")
	w.signed("b.okoro", "", id, open)
	w.register(w.session("a.lee"), register.StopEquipment{Equipment: "E-0001", Reason: "The fan rattles."})
	b := w.browser().signIn("a.lee")
	f := formTo(t, b.get("/batches/"+id+"/steps/clearance").text, "/batches/"+id+"/do")
	f["raw"] = "CAB-1"
	wrong := b.follow(b.post("/batches/"+id+"/do", f))
	holds(t, wrong, "Stop: this is the right cabinet, and it is out of service", "E-0001 is out of service: The fan rattles.<", "Set out another one.")
	if strings.Contains(wrong.text, "wrong code") {
		t.Error("the right machine was called a wrong code")
	}
	holds(t, w.browser().signIn("q.meyer").get("/close-calls"), "the right one, out of service")
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
