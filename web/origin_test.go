package web

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"countersign/batch"
	"countersign/register"
	"countersign/web/site"
)

// COI-05, MAT-07: donations are taken in, pooled, split, found and held, all at
// the pages; both ends of each link are seen, and nothing that stops one lot
// lets what was made of it be used.
func TestDonationsArePooledSplitAndHeldAtThePages(t *testing.T) {
	w := newWorld(t).staffed()
	lead, b := w.browser().signIn("q.meyer"), w.browser().signIn("b.okoro")
	lead.acts(form{"act": "list material", "material": "cells", "title": "mononuclear cells", "unit": "mL"})
	take := func(code, donation, patient string) string {
		page := b.acts(form{
			"act": "receive lot", "then": "sign", "material": "cells", "code": code, "number": "N-" + code, "quantity": "100", "donation": donation,
			"expiry": "2027-01-31", "supplier": "Example Blood", "document": "note 1", "patient": patient,
		})
		holds(t, page, "waits for release")
		return strings.TrimSpace(between(t, page.text, "<h1 class=\"nhsuk-heading-xl\">Lot ", ":"))
	}
	one, two := take("C1", "=A9999 26 000001", ""), take("C2", "=A2", "")
	holds(t, b.get("/stock/"+one), "/stock/"+one+"/split", "/stock/pool?from="+one)
	more := b.follow(b.post("/stock/sign", form{"act": "pool lots", "then": "more", "lines": "4", "code1": "C1", "code4": two}))
	holds(t, more, "Lot "+one+" of cells, waits for release; 100 mL left; for any patient; donation =A9999 26 000001.", "Lot "+two+" of cells", `name="code8"`)
	wrong := b.post("/stock/sign", form{"act": "pool lots", "then": "sign", "code1": "C1", "code2": "C2", "document": "pooling 1", "expiry": "soon"})
	holds(t, wrong, "Code on its label: nothing was entered.", "How much it is: nothing was entered.", "Write the date as in", `value="pooling 1"`)
	unknown := b.follow(b.post("/stock/sign", form{
		"act": "pool lots", "then": "sign", "code1": "C1", "code2": "C-UNKNOWN", "label": "P1", "number": "POOL-1", "quantity": "150", "document": "pooling 1",
	}))
	holds(t, unknown, "There is no lot C-UNKNOWN in the register.", `value="C-UNKNOWN"`, `value="pooling 1"`)
	if unknown.status != http.StatusUnprocessableEntity {
		t.Errorf("an unknown source: %d", unknown.status)
	}
	pool := form{"act": "pool lots", "then": "sign", "code1": "C1", "amount1": "60", "code2": "C2", "label": "P1", "number": "POOL-1", "quantity": "150", "document": "pooling 1"}
	sheet := b.follow(b.post("/stock/sign", pool))
	holds(t, sheet, "Pools 60 mL of lot "+one+", 100 mL of lot "+two+" into 150 mL of cells", "Donation: =A9999 26 000001.", "31 Jan 2027 23:59 GMT", "It waits for release")
	made := b.acts(pool)
	holds(t, made, "Made of", "=A9999 26 000001; =A2", "60 mL")
	three := strings.TrimSpace(between(t, made.text, "<h1 class=\"nhsuk-heading-xl\">Lot ", ":"))
	holds(t, b.get("/stock/"+one), "Went into", "/stock/"+three, "40 mL of 100 mL")
	holds(t, lead.follow(lead.post("/stock/sign", form{"act": "release lot", "lot": three, "document": "C-3"})), "was made of lot "+one+", which is not released")
	for _, lot := range []string{one, two, three} {
		holds(t, lead.acts(form{"act": "release lot", "lot": lot, "document": "C-" + lot}), "Releases the lot")
	}
	holds(t, b.get("/stock/"+three+"/split"), "150 mL of this lot can be split")
	split := form{"act": "split lot", "lot": three, "lines": "4", "code1": "PART-1", "amount1": "50", "code2": "PART-2", "amount2": "101", "document": "splitting 1"}
	holds(t, b.follow(b.post("/stock/sign", split)), "150 mL is left, and 151 mL is needed", `value="PART-2"`)
	split["amount2"] = "50"
	holds(t, b.acts(split), "Splits the lot: 50 mL as L-", "50 mL of 150 mL", "Went into")
	holds(t, b.acts(form{"act": "quarantine lot", "lot": one, "reason": "the donor has a fever"}), "in quarantine")
	const held = "released, held: lot L-0001, of which it was made, is in quarantine"
	holds(t, lead.get("/stock"), held)
	holds(t, lead.get("/trace?for=P1"), held)
	holds(t, lead.get("/stock/"+one), held)
	for _, stopped := range []string{one, three} {
		if page := b.get("/stock/" + stopped); strings.Contains(page.text, "It is opened now") {
			t.Errorf("%s is stopped, and its page offers to open it", stopped)
		}
	}
	parts := lead.get("/trace?for=PART-2")
	holds(t, parts, "made of "+three, "=A9999 26 000001; =A2")
	found := lead.get("/trace?for=" + queryEscape("=A9999 26 000001"))
	holds(t, found, one, three, "Made of", "Went into")
	csv := lead.get("/trace?as=csv&for=" + queryEscape("=A2"))
	holds(t, csv, "Made of,Went into", "POOL-1,'=A9999 26 000001; =A2", two)
	err := w.svc.Registers(t.Context(), w.session("q.meyer"), func(books *register.Books) {
		fit, _ := books.Scanned("PART-1", w.clock.now())
		if !strings.Contains(fit.Ended, "the donor has a fever") {
			t.Errorf("a part may be used: %+v", fit)
		}
	})
	must(t, err)
	_, err = w.svc.ProposeRegister(t.Context(), w.session("b.okoro"), register.SplitLot{Lot: "PART-1", Parts: []register.Parted{{Code: "X", Quantity: "1 mL"}}, Document: "2"})
	if refusal, ok := site.AsRefusal(err); !ok || refusal.Code != "origin_held" {
		t.Errorf("%v", err)
	}
	recalled, err := w.svc.ProposeRegister(t.Context(), w.session("q.meyer"), register.OpenRecall{Kind: register.OfDonation, Of: "=A2", Reason: "the donor was excluded", Document: "letter 4"})
	must(t, err)
	if lines := strings.Join(recalled.Lines, " "); !strings.Contains(lines, "Lots that end for good: "+two+", "+three+", L-0004, L-0005.") {
		t.Errorf("the recall says %s", lines)
	}
}

// TestWhatIsOnePatientsIsNeverPooledWithAnothersAtThePages (COI-07): it is
// refused at the sheet already, the refusal stands in the log, and names nobody.
func TestWhatIsOnePatientsIsNeverPooledWithAnothersAtThePages(t *testing.T) {
	w := newWorld(t).staffed()
	lead, b := w.browser().signIn("q.meyer"), w.browser().signIn("b.okoro")
	lead.acts(form{"act": "list material", "material": "cells", "title": "mononuclear cells", "unit": "mL"})
	for code, patient := range map[string]string{"C1": "999 000 0018", "C2": "999 000 0026"} {
		b.acts(form{
			"act": "receive lot", "then": "sign", "material": "cells", "code": code, "number": "N-" + code, "quantity": "100",
			"supplier": "Ward 4", "document": "note 1", "patient": patient,
		})
	}
	refused := b.follow(b.post("/stock/sign", form{"act": "pool lots", "then": "sign", "code1": "C1", "code2": "C2", "label": "P1", "number": "POOL-1", "quantity": "150", "document": "pooling 1"}))
	holds(t, refused, "are two patients&#39; own. They are never pooled.", `value="pooling 1"`)
	if strings.Contains(refused.text, "999 000") && !strings.Contains(refused.text, "one patient, number") {
		t.Errorf("the refusal names a patient:\n%s", refused.text)
	}
}

// TestTheRecordOfABatchHoldsWhatItsLotWasMadeOf (COI-05, COI-06, MAT-03): a batch
// uses a part of a pool of two collections, by scanners that send something else
// for GS; its record carries the lots behind it, names every donation, and
// decides anew that it was stopped when one of them was.
func TestTheRecordOfABatchHoldsWhatItsLotWasMadeOf(t *testing.T) {
	w := newWorldOf(t, 0, site.Scanners{Separators: []string{"~"}, Identified: true}).staffed()
	lead, pharmacist := w.session("q.meyer"), w.session("b.okoro")
	opening := w.opening(id)
	const patient, chain = "999 000 0018", "CHA999921ABC123"
	take := func(code, donation string) {
		w.register(pharmacist, register.ReceiveLot{
			Material: "vial", Code: code, Number: "N-" + code, Donation: donation, Expiry: w.clock.now().AddDate(0, 1, 0), Quantity: "5",
			Supplier: "Ward 4", Document: "note 1", ForPatient: patient,
		})
	}
	take("=+02000=A99992612345600&/"+chain, "=A999926123456 one")
	take("COLL-2", "=A999926123457 two")
	lots := map[string]string{}
	must(t, w.svc.Registers(t.Context(), lead, func(b *register.Books) {
		for _, lot := range b.Lots() {
			lots[lot.Number] = lot.ID
		}
	}))
	first, second := lots["N-=+02000=A99992612345600&/"+chain], lots["N-COLL-2"]
	w.register(pharmacist, register.PoolLots{
		Code: "POOL", Number: "P-1", Quantity: "8", Document: "pooling 1", From: []register.Source{{Lot: first}, {Lot: "COLL-2", Amount: "4"}},
	})
	const scanned = "]d2010950600013435210P-1~21PART"
	w.register(pharmacist, register.SplitLot{Lot: "POOL", Parts: []register.Parted{{Code: scanned, Quantity: "4"}}, Document: "splitting 1"})
	for _, lot := range []string{first, second, "POOL", scanned} {
		w.register(lead, register.ReleaseLot{Lot: lot, Document: "CoA 1"})
	}
	for i := range opening.Items {
		if opening.Items[i].Name == "vial" {
			opening.Items[i].Code, opening.Items[i].Amount = scanned, "1"
		}
	}
	opening.Chain = "&/" + chain
	w.signed("b.okoro", "", id, opening)
	state, err := w.svc.Batch(t.Context(), lead, id)
	must(t, err)
	if got := strings.Join(state.Donated(), "; "); got != "=A999926123456 one; =A999926123457 two" || state.Chain != chain || state.Items[0].Sent != scanned {
		t.Fatalf("it pins %q, %+v", got, state.Items[0])
	}
	scan := func(raw string) error {
		_, err := w.svc.Do(t.Context(), w.session("a.lee"), w.svc.NewKey(), id, 0, batch.Scan{Step: "clearance", Field: "cabinet", Raw: raw})
		return err
	}
	if refusal, ok := site.AsRefusal(scan("CAB-1")); !ok || refusal.Code != "not_scanned" {
		t.Fatalf("what was typed was taken: %v", err)
	}
	must(t, scan("]C0CAB-1"))
	state, err = w.svc.Batch(t.Context(), lead, id)
	must(t, err)
	if entries := state.Step("clearance").Scans["cabinet"]; len(state.Refusals) != 1 || state.Refusals[0].Code != "not_scanned" || entries[0].Sent != "]C0CAB-1" || entries[0].Raw != "CAB-1" {
		t.Fatalf("the log holds %+v, %+v", state.Refusals, entries)
	}
	w.verifies(id)
	var pdf strings.Builder
	must(t, w.svc.RecordPDF(t.Context(), lead, id, &pdf))
	text := textOf(t, pdf.String())
	for _, want := range []string{"=A999926123456 one", "=A999926123457 two", chain, "Where it came from", "lot number P-1", "received exactly: ]C0CAB-1"} {
		if !strings.Contains(text, want) {
			t.Errorf("the record has no %q", want)
		}
	}
	page := w.browser().signIn("q.meyer")
	holds(t, page.get("/batches/"+id), chain, "=A999926123457 two")
	holds(t, page.get("/batches/"+id+"/custody"), chain)
	holds(t, page.get("/trace?for="+chain), id, "Chain of identity "+chain)
	holds(t, page.get("/trace?for="+id), "through what was made of it", "Lot "+first)
	w.register(w.session("a.lee"), register.QuarantineLot{Lot: first, Reason: "its bag leaks"})
	var why string
	must(t, w.svc.Registers(t.Context(), lead, func(b *register.Books) {
		fit, _ := b.Scanned(state.Items[0].Code, w.clock.now())
		why = fit.Ended
	}))
	if !strings.Contains(why, "its bag leaks") {
		t.Errorf("the part may be used: %q", why)
	}
	w.verifies(id)
	pdf.Reset()
	must(t, w.svc.RecordPDF(t.Context(), lead, id, &pdf))
	if text := textOf(t, pdf.String()); !strings.Contains(text, "in quarantine") {
		t.Error("the record says that the part is plainly released")
	}
}

// textOf is a PDF's text as poppler reads it, on one line.
func textOf(t *testing.T, pdf string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "record.pdf")
	must(t, os.WriteFile(file, []byte(pdf), 0o600))
	text, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", file, "-").Output()
	must(t, err)
	return strings.Join(strings.Fields(string(text)), " ")
}
