package web

import (
	"net/http"
	"strings"
	"testing"

	"countersign/batch"
	"countersign/protocol"
	"countersign/register"
)

// holds says what a page lacks.
func holds(t *testing.T, got answer, want ...string) {
	t.Helper()
	for _, one := range want {
		if !strings.Contains(got.text, one) {
			t.Fatalf("the page (%d) has no %q:\n%s", got.status, one, got.text)
		}
	}
}

// acts sends the form of an act on a register, reads its sheet and signs it.
func (b *browser) acts(f form) answer {
	b.w.t.Helper()
	sheet := b.follow(b.post("/stock/sign", f))
	signed := formTo(b.w.t, sheet.text, "/stock/signed")
	signed["password"] = secret
	return b.follow(b.post("/stock/signed", signed))
}

// shelved is a world whose quality lead has listed what the ASO protocol needs.
func shelved(t *testing.T) (*world, batch.Open) {
	t.Helper()
	w := newWorld(t).staffed()
	lead := w.browser().signIn("q.meyer")
	holds(t, lead.get("/stock/receive"), "No material is listed yet", "/stock/materials/new")
	opening := w.opening(id) // furnishes what is not taken in here
	known, err := w.svc.Library(t.Context(), w.session("q.meyer"))
	must(t, err)
	effective, _ := known.Effective("aso-intrathecal", w.clock.now())
	unit := effective.Protocol.Item("vial").Need.Unit.Display
	listed := lead.acts(form{"act": "list material", "material": "vial", "title": "antisense drug product", "codes": "9506000134352", "unit": unit, "opened": "30 min", "storage": "2 to 8 °C"})
	holds(t, listed, "antisense drug product", "9506000134352", "30 min", "Signed and recorded")
	return w, opening
}

// code is a GS1 code of a pack of the vial: lot A0042, expiry 31 January 2027.
const code = "010950600013435217270131" + "10A0042"

// MAT-01, MAT-02, MAT-03: a delivery is taken in by its code, released by
// somebody else, set out, replaced and used, all at the pages.
func TestADeliveryIsTakenInReleasedAndUsed(t *testing.T) {
	w, opening := shelved(t)
	b := w.browser().signIn("b.okoro")
	read := b.follow(b.post("/stock/sign", form{"act": "receive lot", "code": "]d2" + code}))
	holds(t, read, `value="A0042"`, `value="2027-01-31"`, `<option value="vial" selected>`, "09506000134352")
	typed := form{
		"act": "receive lot", "then": "sign", "code": "]d2" + code, "quantity": "3 pieces", "supplier": "Example Works", "document": "delivery note 77", "patient": "999 000 0018",
	}
	sent := b.post("/stock/sign", typed)
	sheet := b.follow(sent)
	holds(t, sheet, "lot A0042, one patient&#39;s own", "label is "+code, "31 Jan 2027 23:59 GMT", "delivery note 77", "number on its label: <strong>999 000 0018")
	_, draft, _ := strings.Cut(sent.to, "draft=")
	holds(t, b.get("/stock/receive?draft="+draft), `value="delivery note 77"`, `value="3 pieces"`)
	lot := b.acts(typed)
	holds(t, lot, "Received exactly", "]d2"+code, "waits for release", "one patient, number 999 000 0018", "You took it in, so somebody else releases it", "Takes in 3")
	if strings.Contains(lot.text, `value="release lot"`) {
		t.Error("what may not be signed is offered")
	}
	at := strings.TrimSpace(between(t, lot.text, "<h1 class=\"nhsuk-heading-xl\">Lot ", ":"))
	again := b.follow(b.post("/stock/sign", typed))
	holds(t, again, "The code of this label is that of "+at, `value="delivery note 77"`)

	lead := w.browser().signIn("q.meyer")
	refused := lead.follow(lead.post("/stock/sign", form{"act": "release lot", "lot": at, "document": " "}))
	holds(t, refused, "Name the certificate or control number", "This cannot be signed now")
	holds(t, lead.acts(form{"act": "release lot", "lot": at, "document": "C-0077"}), "released", "Releases the lot by C-0077", "Quirin Meyer", "quality lead")

	w.signed("b.okoro", "", id, opening)
	tech := w.browser().signIn("a.lee")
	holds(t, tech.get("/batches/"+id), `href="/stock/`, `href="/equipment/`, "/batches/"+id+"/set-out?item=vial")
	page := tech.get("/batches/" + id + "/set-out?item=vial&step=clearance")
	holds(t, page, "lot A0042", "Fit for use here")
	f := formTo(t, page.text, "/batches/"+id+"/do")
	f["code"] = code
	noReason := tech.post("/batches/"+id+"/do", f)
	holds(t, noReason, "why another one is needed", `value="`+code+`"`)
	f = formTo(t, noReason.text, "/batches/"+id+"/do")
	f["code"], f["reason"] = code, "the first vial broke"
	holds(t, tech.follow(tech.post("/batches/"+id+"/do", f)), "Another one was set out")
	state, err := w.svc.Batch(t.Context(), w.session("a.lee"), id)
	must(t, err)
	if last := state.Items[len(state.Items)-1]; last.Code != code || last.Register != "lot/"+at {
		t.Errorf("set out is %+v", last)
	}
	// Only the quality lead may end a lot; a technician may stop it.
	stopped := tech.acts(form{"act": "quarantine lot", "lot": at, "reason": "the box was warm"})
	holds(t, stopped, "in quarantine: the box was warm", "Asha Lee")
	if strings.Contains(stopped.text, `value="reject lot"`) {
		t.Error("a technician is offered to reject")
	}
	holds(t, lead.get("/stock"), "in quarantine: the box was warm", "one patient", "A0042")
}

// between is what stands between two texts of a page.
func between(t *testing.T, page, before, after string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, before)
	found, _, closed := strings.Cut(rest, after)
	if !ok || !closed {
		t.Fatalf("nothing between %q and %q:\n%s", before, after, page)
	}
	return found
}

// MAT-02, MAT-03: what the code says and what was typed never go on when they
// differ, nothing typed is overwritten, and each sentence leads to its field.
func TestACodeThatContradictsWhatWasTypedIsRefused(t *testing.T) {
	w, _ := shelved(t)
	b := w.browser().signIn("a.lee")
	base := form{"act": "receive lot", "then": "sign", "code": code, "material": "vial", "quantity": "3", "document": "note"}
	for name, try := range map[string]struct {
		field, typed, says string
	}{
		"another lot":         {"number", "A0043", "the code says A0042, and A0043 was typed"},
		"another day":         {"expiry", "01/02/2027", "the code says 2027-01-31, and 01/02/2027 was typed"},
		"no date":             {"expiry", "soon", "Write the date as in 2027-01-31"},
		"no such time":        {"expiry", "2027-01-31 25:00", "Write the date as in"},
		"no quantity":         {"quantity", "", "How much came: nothing was entered"},
		"not a quantity":      {"quantity", "three", "How much came:"},
		"misread":             {"code", "0109506000134353" + "10A0042", "fails its check digit"},
		"another product":     {"code", "0109506000134369" + "10A0042", "It is another item"},
		"another's wristband": {"code", "]d2" + "8018" + "505089899900000185" + "1D", ""},
		"hostile":             {"number", "<script>alert(1)</script>", "&lt;script&gt;"},
	} {
		f := form{}
		for k, v := range base {
			f[k] = v
		}
		f[try.field] = try.typed
		got := b.post("/stock/sign", f)
		if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.text, try.says) || strings.Contains(got.text, "<script>alert") {
			t.Errorf("%s: %d\n%s", name, got.status, got.text)
		}
		if try.field != "code" && !strings.Contains(got.text, `href="#`+try.field+`"`) {
			t.Errorf("%s: no way to its field", name)
		}
		if !strings.Contains(got.text, `value="note"`) {
			t.Errorf("%s: what was typed is lost", name)
		}
	}
	// A code without a day: the day is typed from the pack, of that month.
	f := form{"act": "receive lot", "then": "sign", "code": "010950600013435217270100" + "10B1", "quantity": "3", "document": "note"}
	holds(t, b.post("/stock/sign", f), "names a month and no day")
	f["expiry"] = "2027-02-10"
	holds(t, b.post("/stock/sign", f), "Look at the pack")
	f["expiry"] = "2027-01-10"
	holds(t, b.follow(b.post("/stock/sign", f)), "10 Jan 2027 23:59 GMT")
}

// Wrong and hostile addresses and forms get sentences and do nothing.
func TestStockAnswersHostileInputInSentences(t *testing.T) {
	w, _ := shelved(t)
	b := w.browser().signIn("a.lee")
	for _, path := range []string{"/stock/L-9999", "/stock/%3Cscript%3E", "/equipment/" + strings.Repeat("x", 3000), "/stock/L-9999/trail", "/equipment/%00"} {
		if got := b.get(path); got.status != http.StatusNotFound && got.status != http.StatusBadRequest || strings.Contains(got.text, "<script>") {
			t.Errorf("%.40s: %d", path, got.status)
		}
	}
	for _, f := range []form{
		{"act": "release lot", "lot": "L-9999", "document": "C"},
		{"act": "adjust stock", "lot": "../x", "left": "1", "reason": "r"},
		{"act": "nonsense", "lot": "L-0001"},
		{"act": "prove equipment", "equipment": "E-9999", "what": "blessed", "until": "2027-01-01", "document": "d"},
		{},
	} {
		got := b.post("/stock/sign", f)
		if got.status == http.StatusSeeOther {
			got = b.follow(got)
		}
		if got.status < 400 || got.status >= 500 {
			t.Errorf("%v: %d", f, got.status)
		}
	}
	for _, f := range []form{{"command": "{}", "nonce": "x"}, {"command": `{"command":"release lot","lot":"L-1","document":"d"}`, "nonce": "00", "password": secret}} {
		if got := b.post("/stock/signed", f); got.status < 400 || got.status >= 500 {
			t.Errorf("%v: %d\n%s", f, got.status, got.text)
		}
	}
	if got := b.get("/stock/sign?draft=nothing"); got.status != http.StatusGone {
		t.Errorf("a sheet that nobody kept: %d", got.status)
	}
	// A technician does not list: the rules say so and the page does not offer it.
	holds(t, b.get("/stock/materials/new"), "A quality lead lists materials")
	if got := b.follow(b.post("/stock/sign", form{"act": "list material", "material": "x", "title": "x"})); got.status < 400 || !strings.Contains(got.text, "quality lead") {
		t.Errorf("a technician lists: %d", got.status)
	}
	must(t, w.svc.Registers(t.Context(), w.session("a.lee"), func(*register.Books) {}))
}

// MAT-05, EXE-03: a machine is listed, qualified, cleaned, stopped and put
// back, and its page says what is overdue.
func TestAMachineLivesOnItsPage(t *testing.T) {
	w := newWorld(t).staffed()
	lead, tech := w.browser().signIn("q.meyer"), w.browser().signIn("a.lee")
	page := lead.acts(form{"act": "list equipment", "code": "CAB-9", "kind": "cabinet", "title": "safety cabinet", "place": "room 2", "firmware": "3.1"})
	holds(t, page, "safety cabinet", "in service", "not stated to be clean", "3.1")
	at := between(t, page.text, "<h1 class=\"nhsuk-heading-xl\">", ":")
	soon := lead.post("/stock/sign", form{"act": "prove equipment", "equipment": at, "what": "qualified", "until": "soon", "document": "Q-1"})
	holds(t, soon, `href="#act-prove-equipment-qualified"`, `value="Q-1"`)
	holds(t, lead.acts(form{"act": "prove equipment", "equipment": at, "what": "qualified", "until": "2026-11-30", "document": "Q-1"}), "until 30 Nov 2026 23:59 GMT, by Q-1")
	holds(t, lead.acts(form{"act": "prove equipment", "equipment": at, "what": "calibrated", "until": "2026-12-24 08:00", "document": "K-1"}), "until 24 Dec 2026 08:00 GMT, by K-1")
	holds(t, tech.acts(form{"act": "clean equipment", "equipment": at}), "clean since 20 Nov 2026", "Asha Lee")
	holds(t, tech.acts(form{"act": "stop equipment", "equipment": at, "reason": "the fan rattles"}), "OUT OF SERVICE: the fan rattles")
	if strings.Contains(tech.get("/equipment/"+at).text, `value="return equipment"`) {
		t.Error("a technician is offered to put it back")
	}
	holds(t, lead.acts(form{"act": "return equipment", "equipment": at, "document": "repair 4"}), "in service", "Puts it back into service by repair 4")
	moved := lead.acts(form{"act": "list equipment", "equipment": at, "code": "CAB-9", "kind": "cabinet", "title": "safety cabinet", "place": "room 3"})
	holds(t, moved, "room 3", "Qualified</dt><dd class=\"nhsuk-summary-list__value\">not stated")
	w.clock.mu.Lock()
	w.clock.at = w.clock.at.AddDate(0, 2, 0)
	w.clock.mu.Unlock()
	admin := w.svc.MoveClock(t.Context(), w.session("o.adeyemi"), w.svc.NewKey(), 60*24*3600*1e9)
	must(t, admin)
	late := w.browser().signIn("q.meyer")
	holds(t, late.get("/equipment"), "OVERDUE since 24 Dec 2026 08:00 GMT")
	holds(t, late.get("/equipment?as=csv"), "OVERDUE since")
	holds(t, late.acts(form{"act": "retire equipment", "equipment": at, "reason": "worn out"}), "retired for good: worn out", "Nothing that you may sign")
}

// COI-09: whose a lot is, is named only to who sees patients; everybody who
// works here sees the lists, and they filter and are saved.
func TestTheStockListNamesNoPatientToWhoSeesNone(t *testing.T) {
	w := newWorld(t).staffed()
	w.opening(id)
	for username, sees := range map[string]bool{"a.lee": true, "i.spector": true, "c.writer": false, "o.adeyemi": false} {
		b := w.browser().signIn(username)
		for _, path := range []string{"/stock", "/stock?as=csv", "/stock?q=a0042", "/stock/L-0001"} {
			got := b.get(path)
			if got.status != http.StatusOK || !strings.Contains(got.text, "one patient") || strings.Contains(got.text, "999 000 0018") != sees {
				t.Errorf("%s at %s: %d, sees %t", username, path, got.status, !sees)
			}
		}
		if got := b.get("/equipment"); got.status != http.StatusOK {
			t.Errorf("%s: %d", username, got.status)
		}
	}
}

// What runs out first is at the top, and what is used up at the bottom.
func TestWhatRunsOutFirstIsOnTop(t *testing.T) {
	now := newWorld(t).clock.now()
	lot := func(id, left string, days int) *register.Lot {
		q, err := protocol.ParseQuantity(left)
		must(t, err)
		return &register.Lot{ID: id, Left: q, Quantity: q, Status: register.Released, Expiry: now.AddDate(0, 0, days)}
	}
	for _, one := range []struct {
		lot   *register.Lot
		shelf int
		words string
	}{
		{lot("a", "3", 1), 0, "released"},
		{lot("b", "3", -1), 1, "OUT OF DATE, released"},
		{lot("c", "0", 5), 2, "used up, released"},
	} {
		if got := shelfOf(one.lot, now); got != one.shelf || lotWords(one.lot, now) != one.words {
			t.Errorf("%s: shelf %d, %s", one.lot.ID, got, lotWords(one.lot, now))
		}
	}
}
