package web

import (
	"net/http"
	"strings"
	"testing"

	"countersign/batch"
	"countersign/register"
)

// signs posts a form of a register, reads its sheet and signs it.
func (b *browser) signs(f form) answer {
	b.w.t.Helper()
	sheet := b.follow(b.post("/registers/sign", f))
	if sheet.status != http.StatusOK {
		return sheet
	}
	_, nonce, _ := strings.Cut(sheet.text, `name="nonce" value="`)
	nonce, _, _ = strings.Cut(nonce, `"`)
	with := form{"nonce": nonce, "password": secret}
	for name, value := range f {
		with[name] = value
	}
	return b.post("/registers/signed", with)
}

// REG-01, CTL-05: a site enters a unit and a product through its pages, and is
// told what is missing until both are whole.
func TestAUnitAndAProductAreEnteredThroughTheirPages(t *testing.T) {
	w := newWorld(t).staffed()
	lead, control, technician := w.browser().signIn("q.meyer"), w.browser().signIn("e.control"), w.browser().signIn("a.lee")
	unit := form{
		"act": "list unit", "unit": "U-2", "title": "trailer", "marking": "plate", "place": "yard", "mode": "point of care", "relocatable": "yes",
		"related": "testing at the control site's laboratory",
	}
	if got := technician.follow(technician.post("/registers/sign", unit)); !strings.Contains(got.text, "holds no role that may sign") {
		t.Errorf("a technician lists a unit: %d\n%s", got.status, got.text)
	}
	if page := lead.follow(lead.signs(unit)); page.status != http.StatusOK || !strings.Contains(page.text, "unit U-2 is proposed") {
		t.Fatalf("%d\n%s", page.status, page.text)
	}
	active := form{"act": "initiate unit", "unit": "U-2", "reason": "all is there"}
	if got := control.signs(active); !strings.Contains(got.text, "The evidence list of unit U-2 is not complete") {
		t.Errorf("%d\n%s", got.status, got.text)
	}
	for _, what := range register.EvidenceWanted() {
		if got := lead.signs(form{"act": "add evidence", "unit": "U-2", "what": what, "document": "DOC-1"}); got.status != http.StatusSeeOther {
			t.Fatalf("%d\n%s", got.status, got.text)
		}
	}
	if got := lead.signs(active); got.status == http.StatusSeeOther || !strings.Contains(got.text, "control site quality lead") {
		t.Errorf("a local quality lead made it active: %d\n%s", got.status, got.text)
	}
	if page := control.follow(control.signs(active)); !strings.Contains(page.text, "Active: batches may begin.") {
		t.Errorf("%d\n%s", page.status, page.text)
	}
	const product = "EX-2"
	for _, f := range []form{
		{"act": "list product", "product": product, "title": "Example", "supply": "unlicensed special", "activity": "manufacture"},
		{"act": "designate product", "product": product, "mode": "point of care", "date": "2026-03-31", "reference": "DES-2", "indication": "one disease", "assumptions": "a short life\r\none patient"},
		{"act": "add form", "product": product, "form": "solution", "licence": "MS 00000 (example)", "mode": "point of care"},
		{"act": "grant form", "product": product, "form": "solution", "variation": "VAR-2", "date": "2026-04-30"},
		{"act": "issue master file", "product": product, "document": "DMMF-9", "version": "1", "units": "U-1\r\nU-2", "changes": "first"},
		{"act": "link change", "product": product, "reference": "CR-7", "title": "a longer life", "touches": "1"},
	} {
		if got := lead.signs(f); got.status != http.StatusSeeOther {
			t.Fatalf("%s: %d\n%s", f["act"], got.status, got.text)
		}
	}
	page := lead.get("/products/" + product)
	for _, want := range []string{"a short life", "granted by VAR-2", "in force", "U-1, U-2", "Change request CR-7"} {
		if !strings.Contains(page.text, want) {
			t.Errorf("the product's page does not say %q", want)
		}
	}
	wrong := lead.follow(lead.post("/registers/sign", form{"act": "issue master file", "product": product, "document": "DMMF-9", "version": "2", "from": "next week", "units": "U-1", "changes": "next"}))
	if wrong.status != http.StatusUnprocessableEntity || !strings.Contains(wrong.text, "write the day as in") || !strings.Contains(wrong.text, "DMMF-9") {
		t.Errorf("%d\n%s", wrong.status, wrong.text)
	}
	for path, status := range map[string]int{"/products": 200, "/units": 200, "/units/U-2": 200, "/units/U-9": 404, "/products/EX-9": 404, "/units?as=csv": 200} {
		if got := technician.get(path); got.status != status {
			t.Errorf("%s: %d", path, got.status)
		}
	}
}

// CTL-07: after a stop the open batch says so on every page, and a quality
// lead decides at the technician's terminal.
func TestAfterAStopAQualityLeadDecidesAtTheTerminalAtHand(t *testing.T) {
	w := newWorld(t).staffed()
	const id = "B-2026-0001"
	w.signed("b.okoro", "", id, w.opening(id))
	w.register(w.session("q.meyer"), register.StopUnit{Unit: "U-1", Reference: "MHRA-7", Reason: "inspection", Effect: "each waits"})
	bedside := w.browser().signIn("a.lee")
	state, err := w.svc.Batch(t.Context(), w.session("a.lee"), id)
	must(t, err)
	step := state.Next().Step.Name
	for _, path := range []string{"/batches/" + id, "/batches/" + id + "/review", stepAddress(id, step)} {
		if page := bedside.get(path); !strings.Contains(page.text, "suspended by the regulator: inspection (MHRA-7)") || !strings.Contains(page.text, "a quality lead decides") {
			t.Errorf("%s does not say it: %d", path, page.status)
		}
	}
	if page := bedside.get("/units/U-1"); !strings.Contains(page.text, id+": WAITS FOR A DECISION") {
		t.Errorf("the unit's page does not name the batch\n%s", page.text)
	}
	sheet := bedside.follow(bedside.post("/batches/"+id+"/sign", form{"act": "afterstop", "decision": batch.Continue, "authority": "Ellis by telephone", "reason": "the patient is conditioned"}))
	if !strings.Contains(sheet.text, "Somebody else signs this") {
		t.Fatalf("%d\n%s", sheet.status, sheet.text)
	}
	w.signed("a.lee", "q.meyer", id, batch.AfterStop{Decision: batch.Continue, Authority: "Ellis by telephone", Reason: "the patient is conditioned"})
	if page := bedside.get("/batches/" + id); !strings.Contains(page.text, "it was decided") || !strings.Contains(page.text, "Ellis by telephone") {
		t.Errorf("%d\n%s", page.status, page.text)
	}
}

// REG-01: an opening that the registers refuse is told before the form is
// filled in, refused on its sheet, and stands in the product's history.
func TestAnOpeningThatTheRegistersRefuseIsToldAndLogged(t *testing.T) {
	w := newWorld(t).staffed()
	const id = "B-2026-0001"
	opening := w.opening(id)
	w.register(w.session("q.meyer"), register.WithdrawMasterFile{Product: "ASO-IT", Document: "DMMF-0042", Version: "7", Reason: "an error in it"})
	b := w.browser().signIn("b.okoro")
	if page := b.get("/batches/new?protocol=aso-intrathecal"); !strings.Contains(page.text, "No version of a master file") {
		t.Errorf("%d\n%s", page.status, page.text)
	}
	if got := b.follow(b.post("/batches/new", openForm(opening))); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.text, "No version of a master file") {
		t.Errorf("%d\n%s", got.status, got.text)
	}
	if page := b.get("/products/ASO-IT"); !strings.Contains(page.text, "An attempt to open batch "+id) {
		t.Errorf("the attempt is not in the log\n%s", page.text)
	}
}
