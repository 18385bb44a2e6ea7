package web

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"countersign/batch"
	"countersign/identity"
	"countersign/register"
	"countersign/register/label"
	"countersign/web/api"
)

// reviewed makes a batch up to its review: a second quality lead, Priya, is
// there to certify it.
func reviewed(t *testing.T) *world {
	t.Helper()
	w := newWorld(t).staffed()
	w.registered("p.shah", "Priya Shah", identity.QualityLead)
	w.registered("h.reviewer", "Helen Reviewer", identity.Pharmacist)
	w.signed("b.okoro", "", id, w.opening(id))
	scan := func(step, field, raw string) {
		t.Helper()
		w.done("a.lee", id, batch.Scan{Step: step, Field: field, Raw: raw})
	}
	record := func(step, field, text string) {
		t.Helper()
		w.done("a.lee", id, batch.Record{Step: step, Field: field, Text: text})
	}
	both := func(step string) {
		t.Helper()
		w.signed("a.lee", "", id, batch.Perform{Step: step})
		w.signed("a.lee", "b.okoro", id, batch.Check{Step: step})
	}
	scan("clearance", "cabinet", "CAB-1")
	record("clearance", "clear", "yes")
	both("clearance")
	scan("patient", "patient", "WB-9990000018")
	both("patient")
	record("blood tests", "platelets", "210")
	record("blood tests", "PT", "12.1")
	record("blood tests", "aPTT", "30.4")
	both("blood tests")
	record("urine protein", "protein", "0.10")
	both("urine protein")
	w.done("a.lee", id, batch.Move{Item: "vial", To: "out"})
	scan("warm", "vial", "VIAL-0042")
	w.done("a.lee", id, batch.Begin{Step: "warm"})
	must(t, w.svc.MoveClock(t.Context(), w.session("q.meyer"), w.svc.NewKey(), 31*time.Minute))
	w.signed("a.lee", "", id, batch.Perform{Step: "warm"})
	record("look", "appearance", "clear and colourless")
	both("look")
	scan("draw up", "vial", "VIAL-0042")
	scan("draw up", "syringe", "SYR-7")
	w.browser().signIn("a.lee").get(stepAddress(id, "draw up")).says(t, "Limit: within 2 % of 5.0 mL: 4.9 to 5.1 mL; otherwise")
	record("draw up", "drawn", "5.0")
	both("draw up")
	w.done("a.lee", id, batch.PrintLabel{Label: "final", Copies: 1})
	scan("label syringe", "label", label.Plainly(id, 1))
	both("label syringe")
	w.done("a.lee", id, batch.Account{Item: "vial", Lot: "L-0001", Used: "1"})
	w.signed("h.reviewer", "", id, batch.Review{Statement: "I have read the whole record."})
	return w
}

// TestACertifierReadsWhatIsCertifiedAndTheRegisterHasItOnce (REL-02 to REL-04,
// REL-08): from the page on which it is decided to the register's file.
func TestACertifierReadsWhatIsCertifiedAndTheRegisterHasItOnce(t *testing.T) {
	w := reviewed(t)
	control := w.browser().signIn("e.control")
	control.get("/products/ASO-IT").says(t, "The licence names nobody here", "Record whom the licence names to certify", "Priya Shah (p.shah)")
	control.signForm(form{
		"act": "name certifier", "product": "ASO-IT", "licence": "MS 00000 (example)", "username": "p.shah", "capacity": string(register.ReleasingPerson),
		"registration": "GPhC 2000001", "document": "LETTER-7",
	}).says(t, "Named on the licence to certify", "releasing person", "LETTER-7")
	other := w.browser().signIn("q.meyer")
	other.get("/batches/"+id+"/review").says(t, "The certificate waits for somebody whom the licence names", "Priya Shah (releasing person, GPhC 2000001)")
	certifier := w.browser().signIn("p.shah")
	page := certifier.get("/batches/" + id + "/review")
	page.says(t, "within 2 % of 5.0 mL: 4.9 to 5.1 mL; otherwise an exception")
	page.says(t, "This is certified, and stands on the sheet and in the record", "Certified under the", "in effect from", "Where are you while you certify?", "remotely")
	f := form{"act": "certify", "statement": "", "place": "Release desk"}
	certifier.follow(certifier.post("/batches/"+id+"/sign", f)).says(t, "Say where you are while you certify")
	f["where"] = string(batch.AtControlSite)
	sheet := certifier.follow(certifier.post("/batches/"+id+"/sign", f))
	sheet.says(t, "Certified: Master file DMMF-0042", "Named on licence MS 00000 (example) to certify: Priya Shah", "Signed at the control site, Release desk.")
	signing := formTo(t, sheet.text, "/batches/"+id+"/signed")
	signing["password"] = secret
	certifier.follow(certifier.post("/batches/"+id+"/signed", signing)).says(t, "certified", "Digest of what is certified")

	list := certifier.get("/certified")
	list.says(t, "Certified batches (1)", id, "Priya Shah", "at the control site, Release desk", "DMMF-0042")
	file := certifier.get("/certified?as=csv")
	state, err := w.svc.Batch(t.Context(), w.session("p.shah"), id)
	must(t, err)
	file.says(t, state.Certification.Hash, state.Certification.Digest)
	if count := strings.Count(file.text, id+","); count != 1 {
		t.Errorf("the batch is %d times in the file:\n%s", count, file.text)
	}
	if state.Certification.Digest != batch.StatementDigest(state.Certification.Lines, state.Certification.Statement) {
		t.Error("the digest is not that of the words")
	}
	if printed := certifier.get("/certified?as=pdf"); printed.status != http.StatusOK || printed.header.Get("Content-Type") != "application/pdf" {
		t.Errorf("the printed register: %d", printed.status)
	}
	token, _, err := w.svc.SignIn(t.Context(), "p.shah", secret, "T-API")
	must(t, err)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/certified", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	got := httptest.NewRecorder()
	api.New(w.svc, 30).ServeHTTP(got, r)
	if got.Code != http.StatusOK || !strings.Contains(got.Body.String(), state.Certification.Hash) || strings.Contains(got.Body.String(), "EXAMPLE, Robin") {
		t.Errorf("the API gives %d %s", got.Code, got.Body)
	}
}

// TestWhatComesToLightIsReportedToldAndReviewed (REL-12, DEV-06, EXE-12): from
// the page to the record, whose certificate stays as it was signed.
func TestWhatComesToLightIsReportedToldAndReviewed(t *testing.T) {
	w := reviewed(t)
	w.signed("p.shah", "", id, batch.Certify{Place: "Release desk", Where: batch.AtControlSite})
	before, err := w.svc.Batch(t.Context(), w.session("p.shah"), id)
	must(t, err)
	tech := w.browser().signIn("a.lee")
	to := "/batches/" + id + "/afterwards"
	page := tech.get(to)
	page.says(t, "After release of "+id, "Nothing is recorded.", "Report something that came to light", "Manufacture was complete at")
	send := func(b *browser, f form) answer {
		t.Helper()
		shown := b.get(to)
		_, rest, _ := strings.Cut(shown.text, `value="`+f["act"]+`"`)
		hidden := formTo(t, `action="/x"`+rest, "/x")
		maps.Copy(hidden, f)
		got := b.post("/batches/"+id+"/do", hidden)
		if got.status != http.StatusSeeOther {
			return got
		}
		return b.follow(got)
	}
	report := form{"act": "reportnews", "class": batch.AdverseReaction, "known": w.clock.now().Format("2006-01-02 15:04"), "text": "Hives over the whole back.", "serious": "yes", "onset": "soon", "outcome": "recovering"}
	send(tech, report).says(t, "Say on which day it began", "Hives over the whole back.")
	report["onset"] = w.clock.now().Format("2006-01-02")
	send(tech, report).says(t, "a serious suspected adverse reaction", "Hives over the whole back.", "To be told of exception", "The MHRA is told before")
	lead := w.browser().signIn("q.meyer")
	lead.get("/review").says(t, "new information after certification", "Tell MHRA of exception")
	state, err := w.svc.Batch(t.Context(), w.session("q.meyer"), id)
	must(t, err)
	number := state.Exceptions[len(state.Exceptions)-1].Number
	lead.get("/batches/"+id+"/review").says(t, "As at certification, ", fmt.Sprintf("Since then: exception %d was raised (not decided yet).", number), "raised after release, which stays as it was signed")
	if page := lead.get("/batches/" + id + "/review"); strings.Contains(page.text, "✗ not met") || strings.Contains(page.text, "· holds up release") {
		t.Errorf("what came after the certificate reads as if the certifier had seen it: %s", page.text)
	}
	decide := form{"act": "resolve", "exception": fmt.Sprint(number), "accept": "yes", "reason": "It is known of the medicine."}
	lead.follow(lead.post("/batches/"+id+"/sign", decide)).says(t, "To be told first, and recorded: MHRA")
	send(lead, form{"act": "tellnews", "name": "Yellow Card", "how": "online", "when": w.clock.now().Format("2006-01-02 15:04"), "document": "YC-1"}).says(t, "Yellow Card", "YC-1")
	lead.get(to).says(t, "Close the review: accept and sign")
	w.signed("q.meyer", "", id, batch.Resolve{Exception: number, Accept: true, Reason: "It is known of the medicine."})

	control := w.browser().signIn("e.control")
	apart := form{"act": "setapart", "as": string(batch.Withheld), "reference": "MHRA-2026-9", "until": "soon", "reason": "A defect is looked into."}
	control.follow(control.post("/batches/"+id+"/sign", apart)).says(t, "up to six weeks", "MHRA-2026-9")
	apart["until"] = w.clock.now().AddDate(0, 0, 7).Format("2006-01-02")
	sheet := control.follow(control.post("/batches/"+id+"/sign", apart))
	sheet.says(t, "The batch is withheld at the regulator&#39;s direction (MHRA-2026-9), until the end of")
	signing := formTo(t, sheet.text, "/batches/"+id+"/signed")
	signing["password"] = secret
	control.follow(control.post("/batches/"+id+"/signed", signing)).says(t, "withheld at the regulator")
	w.signed("e.control", "", id, batch.LiftHold{Hold: 1, Reason: "MHRA-2026-12 ends it."})
	send(tech, form{"act": "recordfate", "of": batch.TheWholeBatch, "fate": batch.Destroyed, "amount": "5 mL", "place": "waste", "document": "W-1", "reason": "It was not needed."}).
		says(t, "Nobody has witnessed it yet", "I saw it: read and sign")
	w.signed("a.lee", "b.okoro", id, batch.WitnessFate{Fate: 1})
	tech.get(to).says(t, "Witnessed by Ben Okoro.")
	after, err := w.svc.Batch(t.Context(), w.session("p.shah"), id)
	must(t, err)
	if !reflect.DeepEqual(before.Certification, after.Certification) {
		t.Errorf("the certificate was %+v and is %+v", before.Certification, after.Certification)
	}
	admin := w.browser().signIn("o.adeyemi")
	if other := admin.get(to); strings.Contains(other.text, "Hives") || strings.Contains(other.text, "<dd>recovering") {
		t.Error("who need not know is shown what was reported")
	}
	if blank, err := w.svc.Batch(t.Context(), w.session("o.adeyemi"), id); err != nil || blank.News[0].Text != "" || blank.News[0].Outcome != "" {
		t.Errorf("who need not know is given what was reported, %v", err)
	}
	// DEV-07: the record of unlicensed supply names the recipient to those who see patients alone.
	lead.get("/unlicensed-supply?as=csv").says(t, id, "EXAMPLE, Robin", "serious suspected adverse reaction", "U-1", "RX-1001", "was destroyed")
	if list := admin.get("/unlicensed-supply"); strings.Contains(list.text, "EXAMPLE, Robin") || !strings.Contains(list.text, "masked") {
		t.Errorf("who need not know reads %s", list.text)
	}
	w.verifies(id)
}
