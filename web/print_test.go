package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"countersign/protocol"
	"countersign/reports"
	"countersign/web/api"
)

// MBR-01: whoever may read a protocol may print it, and the print proves itself
// under the site's key.
func TestAProtocolIsPrintedFromItsPageAndByPrograms(t *testing.T) {
	w := newWorld(t).staffed()
	b := w.browser().signIn("i.spector")
	const at = "/protocols/aso-intrathecal/1.pdf"
	page := b.get("/protocols/aso-intrathecal/1")
	if !strings.Contains(page.text, `href="`+at+`"`) || !strings.Contains(page.text, protocol.FlowLegend) {
		t.Error("the page has no link to the print, or no legend of its picture")
	}
	got := b.get(at)
	if got.status != http.StatusOK || got.header.Get("Content-Type") != "application/pdf" || !strings.Contains(got.header.Get("Content-Disposition"), `"aso-intrathecal-v1.pdf"`) {
		t.Fatalf("status %d, %v", got.status, got.header)
	}
	log, err := w.svc.Log(t.Context(), w.session("i.spector"))
	must(t, err)
	v, err := reports.Verify([]byte(got.text), log.Verifier, reports.AllowRehearsal())
	if err != nil || v.Exit() != 0 || v.Protocol != "aso-intrathecal v1" || !strings.Contains(v.Mark, "REHEARSAL – NOT FOR USE – APPROVED AND EFFECTIVE") {
		t.Errorf("%v, %+v", err, v)
	}
	for _, missing := range []string{"/protocols/aso-intrathecal/9.pdf", "/protocols/nothing/1.pdf", "/protocols/aso-intrathecal/one.pdf"} {
		if got := b.get(missing); got.status != http.StatusNotFound {
			t.Errorf("%s: status %d", missing, got.status)
		}
	}
	if got := w.browser().get(at); got.status == http.StatusOK {
		t.Error("somebody who is not signed in reads it")
	}

	token, _, err := w.svc.SignIn(t.Context(), "i.spector", secret, "T-TEST")
	must(t, err)
	programs := api.New(w.svc, 30)
	ask := func(path, token string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "/api/v1"+path, nil)
		r.Header.Set("Authorization", "Bearer "+token)
		answer := httptest.NewRecorder()
		programs.ServeHTTP(answer, r)
		return answer
	}
	answer := ask("/protocols/aso-intrathecal/1/protocol.pdf", token)
	if v, err := reports.Verify(answer.Body.Bytes(), log.Verifier, reports.AllowRehearsal()); answer.Code != http.StatusOK || answer.Header().Get("Content-Type") != "application/pdf" || err != nil || v.Exit() != 0 {
		t.Errorf("a program gets: status %d, %v, %+v", answer.Code, err, v)
	}
	if answer := ask("/protocols/aso-intrathecal/2/protocol.pdf", token); answer.Code != http.StatusNotFound || !strings.Contains(answer.Body.String(), "no_such_protocol") {
		t.Errorf("a version that is not there: status %d, %s", answer.Code, answer.Body)
	}
	if answer := ask("/protocols/aso-intrathecal/1/protocol.pdf", "nobody"); answer.Code != http.StatusUnauthorized {
		t.Errorf("nobody: status %d", answer.Code)
	}
}
