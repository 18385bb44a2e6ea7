package web

import (
	"net/http"
	"strings"
	"testing"

	"countersign/batch"
)

// openingForm is what a pharmacist types for a new batch.
func openingForm(w *world, id string) form {
	return openForm(w.opening(id))
}

// A hurried person goes back, reloads and thinks again: the sheet is a page
// like any other, and "sign nothing" leads to the form as it was filled in.
func TestGoingBackFromASheetLosesNothing(t *testing.T) {
	w := newWorld(t).staffed()
	b := w.browser().signIn("b.okoro")
	sent := b.post("/batches/new", openingForm(w, id))
	for range 2 {
		sheet := b.follow(sent)
		for _, shown := range []string{"EXAMPLE, Robin", "999 000 0018", "1 Mar 2019", "Dose: 12 mg", "open batch " + id} {
			if !strings.Contains(sheet.text, shown) {
				t.Fatalf("the sheet does not show %q (%d)\n%s", shown, sheet.status, sheet.text)
			}
		}
	}
	_, rest, _ := strings.Cut(sent.to, "draft=")
	again := b.get("/batches/new?protocol=aso-intrathecal&draft=" + rest)
	for _, typed := range []string{`value="VIAL-0042"`, `value="EXAMPLE, Robin"`, `value="12.0"`} {
		if !strings.Contains(again.text, typed) {
			t.Errorf("the form has lost %s", typed)
		}
	}
	if other := w.browser().signIn("q.meyer").get(sent.to); strings.Contains(other.text, "EXAMPLE, Robin") {
		t.Error("somebody else is shown the draft")
	}
	sheet := b.follow(sent)
	f := formTo(t, sheet.text, "/batches/"+id+"/signed")
	f["password"] = secret
	if got := b.post("/batches/"+id+"/signed", f); got.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", got.status, got.text)
	}
	if back := b.get(sent.to); back.status >= 500 || !strings.Contains(back.text, "There is a batch") {
		t.Errorf("back after signing: %d\n%s", back.status, back.text)
	}
	b.post("/sign-out", form{})
	if gone := b.signIn("b.okoro").get(sent.to); gone.status != http.StatusGone || strings.Contains(gone.text, "EXAMPLE, Robin") {
		t.Errorf("after signing out: %d", gone.status)
	}
}

// Everything that is wrong in a form is said at once, each with a way to its
// field, and a British date is a date.
func TestTheOpeningFormNamesEverythingThatIsWrong(t *testing.T) {
	w := newWorld(t).staffed()
	b := w.browser().signIn("b.okoro")
	f := openingForm(w, id)
	f["born"], f["order-dose"], f["prescriber"] = "soon", "12,0", ""
	got := b.post("/batches/new", f)
	for _, want := range []string{`href="#born"`, `href="#order-dose"`, `href="#prescriber"`, "lot A0042, 20 left, labelled for one patient"} {
		if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.text, want) {
			t.Errorf("no %s (%d)", want, got.status)
		}
	}
	f = openingForm(w, id)
	f["born"] = "01/03/2019"
	if sheet := b.follow(b.post("/batches/new", f)); !strings.Contains(sheet.text, "1 Mar 2019") {
		t.Errorf("%d\n%s", sheet.status, sheet.text)
	}
	f["item-syringe-code"] = "VIAL-0042"
	if refused := b.follow(b.post("/batches/new", f)); !strings.Contains(refused.text, "belongs to something else in this batch too") {
		t.Errorf("a vial as syringe: %d\n%s", refused.status, refused.text)
	}
	f["item-syringe-code"] = "SYR-8"
	if refused := b.follow(b.post("/batches/new", f)); !strings.Contains(refused.text, "no lot and no machine in the register has the code SYR-8") {
		t.Errorf("an unknown syringe: %d\n%s", refused.status, refused.text)
	}
	if technician := w.browser().signIn("a.lee").get("/batches/new"); technician.status != http.StatusForbidden || !strings.Contains(technician.text, "pharmacist or a quality lead") {
		t.Errorf("a technician: %d", technician.status)
	}
}

// A wrong scan and a value outside a limit are never answered like good ones.
func TestAWrongScanIsNotAnsweredLikeARightOne(t *testing.T) {
	w := newWorld(t).staffed()
	w.signed("b.okoro", "", id, w.opening(id))
	b := w.browser().signIn("a.lee")
	page := b.get("/batches/" + id + "/steps/clearance")
	f := formTo(t, page.text, "/batches/"+id+"/do")
	f["raw"] = "VIAL-0042"
	wrong := b.follow(b.post("/batches/"+id+"/do", f))
	if strings.Contains(wrong.text, "was read and recorded") || !strings.Contains(wrong.text, "wrong code") || !strings.Contains(wrong.text, "<title>Error") {
		t.Errorf("%s", wrong.text)
	}
	f = formTo(t, wrong.text, "/batches/"+id+"/do")
	f["raw"] = "CAB-1"
	if right := b.follow(b.post("/batches/"+id+"/do", f)); !strings.Contains(right.text, "was read and recorded") {
		t.Errorf("%s", right.text)
	}
}

// Three fields, one button: all that was typed is recorded, what cannot be
// read stays in its field, and the signing button records first.
func TestEverythingTypedOnAStepIsRecorded(t *testing.T) {
	w := opened(t)
	w.done("a.lee", id, batch.Record{Step: "clearance", Field: "clear", Text: "yes"})
	w.signed("a.lee", "", id, batch.Perform{Step: "clearance"})
	w.signed("a.lee", "b.okoro", id, batch.Check{Step: "clearance"})
	w.done("a.lee", id, batch.Scan{Step: "patient", Field: "patient", Raw: "WB-9990000018"})
	w.signed("a.lee", "", id, batch.Perform{Step: "patient"})
	w.signed("a.lee", "b.okoro", id, batch.Check{Step: "patient"})
	b := w.browser().signIn("a.lee")
	f := formTo(t, b.get("/batches/"+id+"/steps/blood%20tests").text, "/batches/"+id+"/do")
	for _, name := range []string{"platelets", "PT", "aPTT"} {
		page := b.get("/batches/" + id + "/steps/blood%20tests").text
		f["key-"+name] = hidden(t, page, "key-"+name)
	}
	f["field"], f["then"] = "", "sign"
	f["text-platelets"], f["text-PT"], f["text-aPTT"] = "210", "twelve", "30.1"
	got := b.post("/batches/"+id+"/do", f)
	if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.text, `value="twelve"`) {
		t.Fatalf("%d\n%s", got.status, got.text)
	}
	state, err := w.svc.Batch(t.Context(), w.session("a.lee"), id)
	must(t, err)
	if st := state.Step("blood tests"); st.Value("platelets") == nil || st.Value("aPTT") == nil || st.Value("PT") != nil {
		t.Errorf("recorded: %v", st.Values)
	}
	f["text-platelets"], f["text-PT"], f["text-aPTT"] = "", "12.0", ""
	f["key-PT"] = w.svc.NewKey()
	if sheet := b.follow(b.post("/batches/"+id+"/do", f)); !strings.Contains(sheet.text, "I did the step blood tests") {
		t.Errorf("%d\n%s", sheet.status, sheet.text)
	}
}
