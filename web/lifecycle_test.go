package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/batch"
	"countersign/identity"
	"countersign/protocol/library"
	"countersign/web/site"
)

// second submits version 2 of the ASO protocol, with a shorter budget, and has
// it reviewed and approved.
func (w *world) second() {
	w.t.Helper()
	known, err := w.svc.Library(w.t.Context(), w.session("c.writer"))
	must(w.t, err)
	first, _ := known.Find("aso-intrathecal", 1)
	text := strings.Replace(string(first.Protocol.Text), "version: 1\n", "version: 2\n", 1)
	w.signProtocol("c.writer", library.Submit{Text: strings.Replace(text, "at most: 30 h", "at most: 24 h", 1)})
	w.signProtocol("d.approver", library.Review{Protocol: "aso-intrathecal", Version: 2})
	w.signProtocol("q.meyer", library.Approve{Protocol: "aso-intrathecal", Version: 2})
}

// ofVersion is an opening of another version of the protocol.
func (w *world) ofVersion(id string, version int) batch.Open {
	c := w.opening(id)
	known, err := w.svc.Library(w.t.Context(), w.session("b.okoro"))
	must(w.t, err)
	v, _ := known.Find("aso-intrathecal", version)
	c.Version, c.Digest = version, v.Protocol.Digest
	return c
}

// CTL-14, MBR-01: the instant is typed in site time, shown with its zone, and
// the version changes at it without anybody acting.
func TestAVersionTakesEffectAtTheInstantThatWasSigned(t *testing.T) {
	w := newWorld(t).staffed()
	w.second()
	b := w.browser().signIn("q.meyer")
	f := form{"act": "effective", "protocol": "aso-intrathecal", "version": "2", "from": "the day after tomorrow"}
	if got := b.post("/protocols/sign", f); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.text, "From when it is effective") || !strings.Contains(got.text, "the day after tomorrow") {
		t.Fatalf("%d\n%s", got.status, got.text)
	}
	f["from"] = "2026-11-22 06:00"
	sheet := b.follow(b.post("/protocols/sign", f))
	if !strings.Contains(sheet.text, "It takes effect on Sunday 22 Nov 2026 06:00:00 GMT. Until then aso-intrathecal v1 stays effective") {
		t.Fatalf("%d\n%s", sheet.status, sheet.text)
	}
	signed := formTo(t, sheet.text, "/protocols/signed")
	signed["password"] = secret
	page := b.follow(b.post("/protocols/signed", signed))
	if !strings.Contains(page.text, "approved, effective from 22 Nov 2026 06:00:00 GMT") || !strings.Contains(page.text, "not yet") {
		t.Fatalf("%d\n%s", page.status, page.text)
	}
	for _, name := range []string{"a.lee", "b.okoro"} {
		w.signProtocol(name, library.Acknowledge{Protocol: "aso-intrathecal", Version: 2})
	}
	pharmacist := w.session("b.okoro")
	if _, err := w.svc.Propose(t.Context(), pharmacist, "B-2", w.ofVersion("B-2026-0002", 2), ""); err == nil || !strings.Contains(err.Error(), "not the effective one") {
		t.Errorf("version 2 was opened before its time: %v", err)
	}
	w.signed("b.okoro", "", id, w.opening(id))
	lead := w.session("q.meyer")
	must(t, w.svc.MoveClock(t.Context(), lead, w.svc.NewKey(), 45*time.Hour))
	if _, err := w.svc.Propose(t.Context(), w.session("b.okoro"), "B-2", w.opening("B-2026-0002"), ""); err == nil || !strings.Contains(err.Error(), "not the effective one") {
		t.Errorf("version 1 was opened after its time: %v", err)
	}
	c := w.ofVersion("B-2026-0002", 2)
	c.Reference = "RX-1002"
	w.signed("b.okoro", "", "B-2026-0002", c)
	if got := w.browser().signIn("a.lee").get("/protocols/aso-intrathecal/1"); !strings.Contains(got.text, "superseded") {
		t.Error(got.text)
	}
	trail := w.browser().signIn("i.spector").get("/protocols/aso-intrathecal/trail")
	for _, words := range []string{"Reviewed version 2.", "Approved version 2, on the review by p-0006.", "Put version 2 into effect from Sunday 22 Nov 2026 06:00:00 GMT, in place of version 1."} {
		if !strings.Contains(trail.text, words) {
			t.Errorf("the trail does not say %q", words)
		}
	}
	if trail := w.browser().signIn("i.spector").get("/people/p-0003/trail"); !strings.Contains(trail.text, "and what changed in it since version 1") {
		t.Error(trail.text)
	}
	for _, one := range []string{id, "B-2026-0002"} { // the record replays the facts as they stood
		if got := w.browser().signIn("i.spector").get("/batches/" + one + "/record.pdf"); got.status != http.StatusOK {
			t.Errorf("%s: %d", one, got.status)
		}
	}
}

// CTL-14: a wrong refusal can cost the dose, so whoever has not read the
// version is led to it from the step, signs, and is back at the step.
func TestWhoHasNotAcknowledgedDoesSoAtTheBedside(t *testing.T) {
	w := newWorld(t).staffed()
	w.second()
	w.signProtocol("q.meyer", library.MakeEffective{Protocol: "aso-intrathecal", Version: 2})
	c := w.ofVersion(id, 2)
	if _, err := w.svc.Propose(t.Context(), w.session("b.okoro"), id, c, ""); err == nil || !strings.Contains(err.Error(), "Nobody who is a technician has acknowledged") {
		t.Fatalf("opened though nobody is ready: %v", err)
	}
	w.registered("e.kaya", "Emre Kaya", identity.Technician)
	w.registered("f.osei", "Femi Osei", identity.Pharmacist)
	lead := w.session("q.meyer")
	people, err := w.svc.People(t.Context(), lead)
	must(t, err)
	for _, person := range people {
		if person.Has(identity.Technician) || person.Has(identity.Pharmacist) {
			must(t, w.svc.Train(t.Context(), lead, w.svc.NewKey(), person.ID, identity.Training{Protocol: "aso-intrathecal", Version: 2, Until: w.clock.now().AddDate(1, 0, 0)}))
		}
	}
	w.signProtocol("e.kaya", library.Acknowledge{Protocol: "aso-intrathecal", Version: 2})
	w.signProtocol("f.osei", library.Acknowledge{Protocol: "aso-intrathecal", Version: 2})
	w.signed("b.okoro", "", id, c)

	step := "/batches/" + id + "/steps/clearance"
	b := w.browser().signIn("a.lee")
	page := b.get(step)
	if !strings.Contains(page.text, "Read this version first") {
		t.Fatalf("%d\n%s", page.status, page.text)
	}
	f := formTo(t, page.text, "/batches/"+id+"/do")
	f["raw"] = "CAB-1"
	if got := b.post("/batches/"+id+"/do", f); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.text, "/protocols/read?protocol=aso-intrathecal&amp;version=2") {
		t.Fatalf("%d\n%s", got.status, got.text)
	}
	sheet := b.get("/protocols/read?protocol=aso-intrathecal&version=2&back=" + queryEscape(step))
	if !strings.Contains(sheet.text, "which you acknowledged last") || !strings.Contains(sheet.text, "24 h") {
		t.Fatalf("%d\n%s", sheet.status, sheet.text)
	}
	signed := formTo(t, sheet.text, "/protocols/signed")
	signed["password"] = secret
	got := b.post("/protocols/signed", signed)
	if got.to != step {
		t.Fatalf("led to %q, %d\n%s", got.to, got.status, got.text)
	}
	f = formTo(t, b.follow(got).text, "/batches/"+id+"/do")
	f["raw"] = "CAB-1"
	if done := b.follow(b.post("/batches/"+id+"/do", f)); !strings.Contains(done.text, "was read and recorded") {
		t.Fatalf("%d\n%s", done.status, done.text)
	}
	w.done("a.lee", id, batch.Record{Step: "clearance", Field: "clear", Text: "yes"})
	w.signed("a.lee", "", id, batch.Perform{Step: "clearance"})

	// The second person, at the first one's terminal.
	check := b.get("/batches/" + id + "/sign?act=check&step=clearance")
	asked := formTo(t, check.text, "/batches/"+id+"/signed")
	asked["username"], asked["password"] = "b.okoro", secret
	refused := b.post("/batches/"+id+"/signed", asked)
	if refused.status != http.StatusUnprocessableEntity || !strings.Contains(refused.text, "username=b.okoro") {
		t.Fatalf("%d\n%s", refused.status, refused.text)
	}
	sheet = b.get("/protocols/read?protocol=aso-intrathecal&version=2&username=b.okoro&back=" + queryEscape("/batches/"+id+"/sign?act=check&step=clearance"))
	if !strings.Contains(sheet.text, "Password of Ben Okoro") {
		t.Fatalf("%d\n%s", sheet.status, sheet.text)
	}
	signed = formTo(t, sheet.text, "/protocols/signed")
	signed["password"] = secret
	again := b.follow(b.post("/protocols/signed", signed))
	asked = formTo(t, again.text, "/batches/"+id+"/signed")
	asked["username"], asked["password"] = "b.okoro", secret
	if got := b.post("/batches/"+id+"/signed", asked); got.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", got.status, got.text)
	}
	state, err := w.svc.Batch(t.Context(), w.session("a.lee"), id)
	must(t, err)
	if checked := state.Step("clearance").CheckedNow(); checked == nil || !strings.Contains(checked.Training, "acknowledged on 20 Nov 2026") {
		t.Errorf("%+v", checked)
	}
}

// Who has acknowledged can stop a batch, and so can who has not: nobody is
// kept from making safe.
func TestNobodyIsKeptFromStoppingABatch(t *testing.T) {
	w := opened(t)
	w.signed("q.meyer", "", id, batch.Abort{Reason: "The patient is unwell."})
	state, err := w.svc.Batch(t.Context(), w.session("a.lee"), id)
	must(t, err)
	if state.Status != batch.Aborted {
		t.Error(state.Status)
	}
}

// MBR-03: two people open at once, and no two records have one number.
func TestManyWhoOpenAtOnceGetANumberEach(t *testing.T) {
	w := newWorld(t).staffed()
	const many = 8
	who := w.session("b.okoro")
	openings := make([]batch.Open, many)
	for i := range openings {
		openings[i] = w.opening(fmt.Sprintf("B-2026-01%02d", i))
		openings[i].Reference = fmt.Sprintf("RX-%d", i)
	}
	var all sync.WaitGroup
	faults := make([]error, many)
	for i, c := range openings {
		all.Go(func() {
			// What is left of a lot moves under the sheet when another takes from it:
			// then it is read again, as a person would.
			var conflict *site.Conflict
			for again := true; again; again = errors.As(faults[i], &conflict) {
				var sheet site.Sheet
				if sheet, faults[i] = w.svc.Propose(t.Context(), who, c.Batch, c, ""); faults[i] == nil {
					_, faults[i] = w.svc.Sign(t.Context(), who, sheet.Nonce, c.Batch, c, "", secret)
				}
			}
		})
	}
	all.Wait()
	var numbers []string
	for i, c := range openings {
		must(t, faults[i])
		state, err := w.svc.Batch(t.Context(), who, c.Batch)
		must(t, err)
		numbers = append(numbers, state.Issue)
	}
	slices.Sort(numbers)
	for i, number := range numbers {
		if want := fmt.Sprintf("royal-example.rehearsal/aso-intrathecal/1/%04d", i+1); number != want {
			t.Errorf("%q, not %q", number, want)
		}
	}
}

// MBR-03: the same order is not made up twice at once, and a second time only
// with a reason.
func TestAnOrderIsIssuedAgainOnlyAfterItsBatchEndedAndWithAReason(t *testing.T) {
	w := newWorld(t).staffed()
	w.signed("b.okoro", "", id, w.opening(id))
	c := w.opening("B-2026-0002")
	c.Reference, c.Patient.Number = " rx-1001 ", "9990000018"
	refused := func(words string) {
		t.Helper()
		if _, err := w.svc.Propose(t.Context(), w.session("b.okoro"), c.Batch, c, ""); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%v", err)
		}
	}
	c.Items[0].ForPatient = "9990000018"
	refused("Go on in it, or abort it")
	w.signed("q.meyer", "", id, batch.Abort{Reason: "The syringe was dropped."})
	refused("Say why the record is issued again")
	c.Reissue = "The syringe was dropped; a second vial is there."
	w.signed("b.okoro", "", c.Batch, c)
	state, err := w.svc.Batch(t.Context(), w.session("b.okoro"), c.Batch)
	must(t, err)
	if !slices.Equal(state.Reissues, []string{id}) || state.Reissue != c.Reissue || !strings.HasSuffix(state.Issue, "/0002") {
		t.Errorf("%q %q %q", state.Reissues, state.Reissue, state.Issue)
	}
	if got := w.browser().signIn("b.okoro").get("/batches/" + c.Batch); !strings.Contains(got.text, "Issue number") || !strings.Contains(got.text, "a second vial is there") {
		t.Error(got.text)
	}
}
