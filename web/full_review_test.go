package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"countersign/identity"
	"countersign/web/api"
)

// signedOn signs what a form of a batch's page asks for, and gives the page that
// follows.
func (b *browser) signedOn(t *testing.T, f form, sheet ...string) answer {
	t.Helper()
	shown := b.follow(b.post("/batches/"+id+"/sign", f))
	shown.says(t, sheet...)
	signing := formTo(t, shown.text, "/batches/"+id+"/signed")
	signing["password"] = secret
	return b.follow(b.post("/batches/"+id+"/signed", signing))
}

// TestACertifierDemandsFullReviewAndTheReviewerLooksAtEachPart (REL-06,
// AUD-05): on the page, in the API and in the printed record.
func TestACertifierDemandsFullReviewAndTheReviewerLooksAtEachPart(t *testing.T) {
	w := reviewed(t)
	lead := w.browser().signIn("p.shah")
	lead.get("/batches/"+id+"/review").says(t, "Demand full review", "No person need have looked at the other", "Audit trail (", "Every entry, as it was written", "Signed as reviewed: Helen Reviewer")
	lead.follow(lead.post("/batches/"+id+"/sign", form{"act": "demandfullreview", "reason": " "})).says(t, "Write why the whole record is to be looked at")
	lead.signedOn(t, form{"act": "demandfullreview", "reason": "A figure was copied wrongly elsewhere."}, "I demand that this batch is reviewed in full", "counts no more").
		says(t, "Demanded by", "A figure was copied wrongly elsewhere.", "NOT LOOKED AT: ")

	if again := lead.get("/batches/" + id + "/review"); strings.Contains(again.text, "Demand full review") {
		t.Error("full review is offered to who has demanded it already")
	}
	if desk := lead.get("/review"); strings.Contains(desk.text, "sign the full review") || !strings.Contains(desk.text, "Look at each part of the record") {
		t.Errorf("nobody has looked at anything, and the desk says %s", desk.text)
	}

	reviewer := w.browser().signIn("h.reviewer")
	page := reviewer.get("/batches/" + id + "/review")
	page.says(t, "Full review was demanded: look at each part of the record first", "Look at it and sign")
	if strings.Contains(page.text, "Read and sign the review") {
		t.Error("the review is offered before the record was looked at")
	}
	reviewer.get("/work").says(t, "Look at each part of the record")
	state, err := w.svc.Batch(t.Context(), w.session("h.reviewer"), id)
	must(t, err)
	parts := state.Parts()
	reviewer.follow(reviewer.post("/batches/"+id+"/sign", form{"act": "lookat", "part": parts[1]})).says(t, "Look at "+parts[0]+" first")
	for i, part := range parts {
		page = reviewer.signedOn(t, form{"act": "lookat", "part": part}, "Part of the record: "+part)
		if i < len(parts)-1 {
			page.says(t, "Look at it and sign", "Looked at in full: "+part)
		}
	}
	page.says(t, "Read and sign the review")
	lead.get("/review").says(t, "Every part of the record was looked at by Helen Reviewer: sign the full review.")
	reviewer.signedOn(t, form{"act": "review", "statement": "I have looked at all of it."}, "I have reviewed the audit trail of this batch, from entry 1", "I neither made nor changed anything in it").
		says(t, "It is met: Helen Reviewer looked at every part")

	token, _, err := w.svc.SignIn(t.Context(), "p.shah", secret, "T-API")
	must(t, err)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/batches/"+id, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	answer := httptest.NewRecorder()
	api.New(w.svc, 30).ServeHTTP(answer, r)
	for _, words := range []string{`"full_review":{"coverage":[`, `"demanded":{`, `"looked_at":[{`, `"ready":true`} {
		if !strings.Contains(answer.Body.String(), words) {
			t.Errorf("the API does not say %s: %.400s", words, answer.Body)
		}
	}
	if printed := lead.get("/batches/" + id + "/record.pdf"); printed.status != http.StatusOK {
		t.Errorf("the record: %d", printed.status)
	}
}

// TestADemandIsWithdrawnByWhoIsGraver (REL-06): the page offers it to nobody
// else.
func TestADemandIsWithdrawnByWhoIsGraver(t *testing.T) {
	w := reviewed(t)
	w.registered("n.other", "Nina Other", identity.Pharmacist)
	other := w.browser().signIn("n.other")
	page := other.signedOn(t, form{"act": "demandfullreview", "reason": "I saw the scanner fail."})
	if page.says(t, "I saw the scanner fail."); strings.Contains(page.text, "Withdraw this demand") {
		t.Error("whoever demands may take it back")
	}
	other.follow(other.post("/batches/"+id+"/sign", form{"act": "withdrawdemand", "demand": "1", "reason": "It was nothing."})).
		says(t, "only quality lead or control site quality lead withdraws it")
	control := w.browser().signIn("e.control")
	control.get("/batches/"+id+"/review").says(t, "Withdraw this demand")
	control.signedOn(t, form{"act": "withdrawdemand", "demand": "1", "reason": "Its log shows every scan."}, "Withdrawn, because: Its log shows every scan.").
		says(t, "Withdrawn by", "Its log shows every scan.", "No person need have looked at the other")
}
