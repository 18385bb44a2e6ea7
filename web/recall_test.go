package web

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/batch"
	"countersign/identity"
	"countersign/register"
	"countersign/reports"
	"countersign/web/site"
)

// ordered is an opening for an order of its own.
func (w *world) ordered(id string) batch.Open {
	w.t.Helper()
	open := w.opening(id)
	open.Reference = "RX-" + id
	return open
}

// recall carries out a recall beside the pages, and gives its number.
func (w *world) recall(c register.OpenRecall) string {
	w.t.Helper()
	who := w.session("q.meyer")
	sheet, err := w.svc.ProposeRegister(w.t.Context(), who, c)
	must(w.t, err)
	must(w.t, w.svc.SignRegister(w.t.Context(), who, sheet.Nonce, c, secret))
	all, err := w.svc.Recalls(w.t.Context(), who)
	must(w.t, err)
	return all[0].ID
}

// TestARecallSignedOnThePageStopsEveryBatchThatLeansOnTheLot (MAT-07): from the
// search to the sheet to the last telling, as a quality lead does it.
func TestARecallSignedOnThePageStopsEveryBatchThatLeansOnTheLot(t *testing.T) {
	w := newWorld(t).staffed()
	for _, one := range []string{id, "B-2026-0002"} {
		w.signed("b.okoro", "", one, w.ordered(one))
	}
	b := w.browser().signIn("q.meyer")
	found := b.get("/trace?for=A0042")
	for _, want := range []string{"B-2026-0002", id, "Recall this", "EXAMPLE, Robin", "in progress"} {
		if !strings.Contains(found.text, want) {
			t.Fatalf("the search does not show %q (%d)\n%s", want, found.status, found.text)
		}
	}
	empty := b.post("/recalls/sign", form{"act": "open", "kind": "number", "name": "A0042", "reason": "", "document": "MHRA 1", "from": "soon"})
	if empty.status != http.StatusUnprocessableEntity || !strings.Contains(empty.text, `href="#from"`) || !strings.Contains(empty.text, `value="MHRA 1"`) {
		t.Fatalf("%d\n%s", empty.status, empty.text)
	}
	sent := b.post("/recalls/sign", form{"act": "open", "kind": "number", "name": "A0042", "reason": "particles seen", "document": "MHRA 1"})
	sheet := b.follow(sent)
	if !strings.Contains(sheet.text, "Batches that stop until a quality lead has decided: "+id+", B-2026-0002.") {
		t.Fatalf("the sheet does not say what stops (%d)\n%s", sheet.status, sheet.text)
	}
	f := formTo(t, sheet.text, "/recalls/signed")
	f["password"] = secret
	signed := b.post("/recalls/signed", f)
	if page := b.follow(signed); !strings.Contains(page.text, "Recall R-0001 of the maker") || !strings.Contains(page.text, "Batches that were stopped (2)") {
		t.Fatalf("%d\n%s", page.status, page.text)
	}
	for _, one := range []string{id, "B-2026-0002"} {
		state, err := w.svc.Batch(t.Context(), w.session("q.meyer"), one)
		must(t, err)
		if !state.Recalled("R-0001") || len(state.OpenExceptions()) != 1 {
			t.Fatalf("%s was not stopped: %+v", one, state.Exceptions)
		}
		_, err = w.svc.Do(t.Context(), w.session("a.lee"), w.svc.NewKey(), one, 0, batch.Record{Step: "clearance", Field: "clear", Text: "yes"})
		if refusal, ok := site.AsRefusal(err); !ok || refusal.Code != "blocked" {
			t.Fatalf("%s goes on after the recall: %v", one, err)
		}
	}
	if _, err := w.svc.Do(t.Context(), w.session("q.meyer"), w.svc.NewKey(), id, 0, batch.Recall{Recall: "R-0009", Text: "made up"}); err == nil {
		t.Fatal("a batch was recalled without a recall")
	}
	w.verifies(id)
	for _, address := range []string{"/recalls", "/recalls/R-0001", "/recalls/R-0001?as=csv", "/trace?for=R-0001", "/trace?for=A0042&as=csv", "/trace?for=" + id, "/recalls/new"} {
		if got := b.get(address); got.status != http.StatusOK {
			t.Errorf("%s: %d", address, got.status)
		}
	}
	if got := b.get("/recalls/R-0099"); got.status != http.StatusNotFound {
		t.Errorf("a recall that is not there: %d", got.status)
	}
}

// verifies checks the record of a batch as a regulator does.
func (w *world) verifies(id string) {
	w.t.Helper()
	who := w.session("q.meyer")
	log, err := w.svc.Log(w.t.Context(), who)
	must(w.t, err)
	var pdf strings.Builder
	must(w.t, w.svc.RecordPDF(w.t.Context(), who, id, &pdf))
	if v, err := reports.Verify([]byte(pdf.String()), log.Verifier, reports.AllowRehearsal()); err != nil || v.Exit() != 0 {
		w.t.Fatalf("the record of %s does not verify: %v\n%+v", id, err, v)
	}
}

// TestWhoMaySeeNoPatientTracesWithoutThem (COI-09).
func TestWhoMaySeeNoPatientTracesWithoutThem(t *testing.T) {
	w := newWorld(t).staffed()
	w.signed("b.okoro", "", id, w.opening(id))
	b := w.browser().signIn("o.adeyemi")
	for _, address := range []string{"/trace?for=A0042", "/trace?for=" + id, "/trace?for=A0042&as=csv", "/trace?for=" + id + "&as=csv"} {
		got := b.get(address)
		if got.status != http.StatusOK || !strings.Contains(got.text, id) {
			t.Errorf("%s: %d", address, got.status)
		}
		for _, secret := range []string{"EXAMPLE", "999 000 0018", "9990000018"} {
			if strings.Contains(got.text, secret) {
				t.Errorf("%s shows %s", address, secret)
			}
		}
	}
	if got := b.get("/trace?for=999+000+0018"); strings.Contains(got.text, id) {
		t.Error("a patient was traced by who may see none")
	}
	if got := w.browser().signIn("a.lee").get("/trace?for=999+000+0018"); !strings.Contains(got.text, id) {
		t.Errorf("a technician finds no patient:\n%s", got.text)
	}
}

// TestWhatARecallConcernsLaterIsShownAndTakenIn: a machine's recall, extended
// (MAT-07).
func TestWhatARecallConcernsLaterIsShownAndTakenIn(t *testing.T) {
	w := newWorld(t).staffed()
	w.signed("b.okoro", "", id, w.opening(id))
	lead := w.session("q.meyer")
	people, err := w.svc.People(t.Context(), lead)
	must(t, err)
	var omar identity.PersonID
	for _, p := range people {
		if p.Username == "b.okoro" {
			omar = p.ID
		}
	}
	now := w.clock.now()
	made := w.recall(register.OpenRecall{Kind: register.OfDonation, Of: "=A9999 26 123456", Reason: "a donor was excluded", Document: "letter 1"})
	view, err := w.svc.Recall(t.Context(), lead, made)
	must(t, err)
	if len(view.Stopped)+len(view.Lots) != 0 || !view.Beyond.Empty() {
		t.Fatalf("%+v", view)
	}
	receive := register.ReceiveLot{
		Material: "syringe", Code: "NEW-1", Number: "N1", Donation: "=A9999 26 123456", Quantity: "3", Supplier: "Example Works", Document: "note 9",
		Expiry: now.AddDate(0, 1, 0),
	}
	var material string
	must(t, w.svc.Registers(t.Context(), lead, func(b *register.Books) { material = b.Lots()[0].Material }))
	receive.Material = material
	who := w.session("b.okoro")
	sheet, err := w.svc.ProposeRegister(t.Context(), who, receive)
	must(t, err)
	must(t, w.svc.SignRegister(t.Context(), who, sheet.Nonce, receive, secret))
	if view, err = w.svc.Recall(t.Context(), lead, made); err != nil || len(view.Beyond.Lots) != 1 {
		t.Fatalf("%+v, %v", view.Beyond, err)
	}
	extend := register.ExtendRecall{Recall: made}
	sheet, err = w.svc.ProposeRegister(t.Context(), lead, extend)
	must(t, err)
	must(t, w.svc.SignRegister(t.Context(), lead, sheet.Nonce, extend, secret))
	must(t, w.svc.Registers(t.Context(), lead, func(b *register.Books) {
		if lot, _ := b.Lot(view.Beyond.Lots[0]); lot.Status != register.Recalled {
			t.Errorf("the lot is %s", lot.Status)
		}
	}))
	made = w.recall(register.OpenRecall{
		Kind: register.OfPerson, Of: string(omar), From: now.Add(-time.Hour), Until: now, Reason: "hands not tested", Document: "deviation 4",
	})
	if view, err = w.svc.Recall(t.Context(), lead, made); err != nil || len(view.Stopped) != 1 {
		t.Fatalf("%+v, %v", view, err)
	}
	w.verifies(id)
}

// TestARecallTooLargeForOneAppendIsCarriedThrough: what one append cannot hold
// follows at once, and each batch's record verifies (MAT-07).
func TestARecallTooLargeForOneAppendIsCarriedThrough(t *testing.T) {
	w := newWorldOf(t, 1).staffed()
	ids := []string{id, "B-2026-0002", "B-2026-0003"}
	for _, one := range ids {
		w.signed("b.okoro", "", one, w.ordered(one))
	}
	late := w.ordered("B-2026-0004")
	made := w.recall(register.OpenRecall{Kind: register.OfNumber, Of: "A0042", Reason: "particles", Document: "MHRA 1"})
	view, err := w.svc.Recall(t.Context(), w.session("q.meyer"), made)
	must(t, err)
	if len(view.Waiting) > 0 || len(view.Stopped) != len(ids) || len(view.Lots) != 1 {
		t.Fatalf("not carried through: %v of %v", view.Waiting, view.Stopped)
	}
	for _, one := range ids {
		state, err := w.svc.Batch(t.Context(), w.session("q.meyer"), one)
		must(t, err)
		if !state.Recalled(made) {
			t.Errorf("%s was not stopped", one)
		}
	}
	w.verifies(ids[2])
	who := w.session("b.okoro")
	if _, err := w.svc.Propose(t.Context(), who, late.Batch, late, ""); err == nil {
		t.Error("a batch was opened with a recalled lot")
	}
}

// TestARecallMissesNoBatchThatIsOpenedAtTheSameMoment: whichever comes first,
// no batch is left with the recalled lot and without its stop (MAT-07).
func TestARecallMissesNoBatchThatIsOpenedAtTheSameMoment(t *testing.T) {
	w := newWorld(t).staffed()
	opening := w.opening("B-2026-0001")
	who := w.session("b.okoro")
	type shown struct {
		open  batch.Open
		nonce string
	}
	var sheets []shown
	for _, one := range []string{"B-2026-0001", "B-2026-0002", "B-2026-0003", "B-2026-0004"} {
		open := opening
		open.Batch, open.Reference = one, "RX-"+one
		sheet, err := w.svc.Propose(t.Context(), who, one, open, "")
		must(t, err)
		sheets = append(sheets, shown{open, sheet.Nonce})
	}
	var wait sync.WaitGroup
	for _, s := range sheets {
		wait.Add(1)
		go func() {
			defer wait.Done()
			_, _ = w.svc.Sign(t.Context(), who, s.nonce, s.open.Batch, s.open, "", secret) // done or refused: both are right
		}()
	}
	lead := w.session("q.meyer")
	c := register.OpenRecall{Kind: register.OfNumber, Of: "A0042", Reason: "particles", Document: "MHRA 1"}
	for signed := false; !signed; {
		sheet, err := w.svc.ProposeRegister(t.Context(), lead, c)
		must(t, err)
		err = w.svc.SignRegister(t.Context(), lead, sheet.Nonce, c, secret)
		var conflict *site.Conflict
		if signed = err == nil; !signed && !errors.As(err, &conflict) {
			t.Fatal(err)
		}
	}
	wait.Wait()
	all, err := w.svc.Lines(t.Context(), lead)
	must(t, err)
	if len(all) == 0 {
		t.Log("the recall came before every opening")
	}
	for _, state := range all {
		if !state.Recalled("R-0001") {
			t.Errorf("%s leans on the lot and was not stopped", state.ID)
		}
	}
	view, err := w.svc.Recall(t.Context(), lead, "R-0001")
	must(t, err)
	if !view.Beyond.Empty() || len(view.Waiting) > 0 {
		t.Errorf("%+v, %v", view.Beyond, view.Waiting)
	}
}
