package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"countersign/batch"
)

const id = "B-2026-0001"

// opened is a staffed site with one batch whose cabinet has been scanned.
func opened(t *testing.T) *world {
	t.Helper()
	w := newWorld(t).staffed()
	w.signed("b.okoro", "", id, w.opening(id))
	w.done("a.lee", id, batch.Scan{Step: "clearance", Field: "cabinet", Raw: "CAB-1"})
	return w
}

// hidden reads the value of a hidden member of a page's form.
func hidden(t *testing.T, page, name string) string {
	t.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("the page has no %q:\n%s", name, page)
	}
	return m[1]
}

func TestEveryPageShowsItselfAndSaysThatThisIsARehearsal(t *testing.T) {
	w := opened(t)
	for username, paths := range map[string][]string{
		"a.lee":     {"/stock", "/stock/receive", "/stock/pool", "/stock/materials", "/stock/L-0001", "/stock/L-0001/split", "/stock/L-0001/trail", "/equipment", "/equipment/E-0001", "/equipment/E-0001/trail", "/batches/" + id + "/set-out", "/batches", "/batches/" + id, "/batches/" + id + "/steps/clearance", "/batches/" + id + "/wrong", "/batches/" + id + "/trail"},
		"b.okoro":   {"/batches/new", "/people"},
		"q.meyer":   {"/stock/materials/new", "/stock/materials/new?material=vial", "/equipment/new", "/review", "/batches/" + id + "/review", "/log", "/people/p-0003"},
		"c.writer":  {"/protocols", "/protocols/submit", "/protocols/aso-intrathecal/1"},
		"o.adeyemi": {"/people", "/people/new", "/people/p-0003", "/people/p-0003/trail"},
		"i.spector": {"/batches/" + id, "/batches/" + id + "/trail", "/log"},
	} {
		b := w.browser().signIn(username)
		for _, path := range paths {
			got := b.get(path)
			if got.status != http.StatusOK || !strings.Contains(strings.ToLower(got.text), "rehearsal") {
				t.Errorf("%s sees %s: status %d", username, path, got.status)
			}
			if policy := got.header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
				t.Errorf("%s: content security policy %q", path, policy)
			}
			if inline := regexp.MustCompile(`(?i)<script>|<script [^>]*>[^<]|style="|\son[a-z]+="`).FindString(got.text); inline != "" {
				t.Errorf("%s holds inline script or style: %s", path, inline)
			}
		}
	}
	if got := w.browser().signIn("i.spector").get("/batches/" + id + "/record.pdf"); got.status != http.StatusOK || !strings.HasPrefix(got.text, "%PDF-1.7") {
		t.Errorf("the record: status %d", got.status)
	}
}

func TestAFormSentTwiceIsDoneOnce(t *testing.T) {
	w := opened(t)
	b := w.browser().signIn("a.lee")
	page := b.get("/batches/" + id + "/steps/clearance")
	f := form{
		"act": "record", "step": "clearance", "field": "clear", "text-clear": "yes",
		"key-clear": hidden(t, page.text, "key-clear"), "seen": hidden(t, page.text, "seen"),
	}
	for range 2 {
		if got := b.post("/batches/"+id+"/do", f); got.status != http.StatusSeeOther {
			t.Fatalf("status %d\n%s", got.status, got.text)
		}
	}
	state, err := w.svc.Batch(t.Context(), w.session("a.lee"), id)
	must(t, err)
	if n := len(state.Step("clearance").Values["clear"]); n != 1 {
		t.Errorf("recorded %d times", n)
	}
}

// EXE-04: the second person signs at the first one's terminal, who stays signed in.
func TestASecondPersonSignsWithoutSigningTheFirstOneOut(t *testing.T) {
	w := opened(t)
	w.done("a.lee", id, batch.Record{Step: "clearance", Field: "clear", Text: "yes"})
	b := w.browser().signIn("a.lee")
	for _, act := range []struct{ act, username string }{{"perform", ""}, {"check", "b.okoro"}} {
		sheet := b.get("/batches/" + id + "/sign?" + url.Values{"act": {act.act}, "step": {"clearance"}}.Encode())
		if sheet.status != http.StatusOK || !strings.Contains(sheet.text, "clear") {
			t.Fatalf("the sheet: %d\n%s", sheet.status, sheet.text)
		}
		f := form{"act": act.act, "step": "clearance", "nonce": hidden(t, sheet.text, "nonce"), "username": act.username, "password": secret}
		if got := b.post("/batches/"+id+"/signed", f); got.status != http.StatusSeeOther {
			t.Fatalf("%s: %d\n%s", act.act, got.status, got.text)
		}
	}
	if got := b.get("/batches"); !strings.Contains(got.text, "Asha Lee") {
		t.Error("the first person was signed out")
	}
	state, err := w.svc.Batch(t.Context(), w.session("a.lee"), id)
	must(t, err)
	if !state.Step("clearance").Signed() {
		t.Error("the step is not signed by both")
	}
}

// EXE-08: a value outside its limits is answered at once, and kept.
func TestAValueOutsideItsLimitsIsKeptBeforeAnybodyCanRetypeIt(t *testing.T) {
	w := opened(t)
	b := w.browser().signIn("a.lee")
	page := b.get("/batches/" + id + "/steps/clearance")
	f := form{"act": "record", "step": "clearance", "field": "clear", "text-clear": "no", "key-clear": hidden(t, page.text, "key-clear"), "seen": hidden(t, page.text, "seen")}
	b.post("/batches/"+id+"/do", f)
	f["text-clear"], f["key-clear"] = "yes", w.svc.NewKey()
	if got := b.post("/batches/"+id+"/do", f); got.status == http.StatusSeeOther {
		t.Error("the value was retyped until it passed")
	}
	state, err := w.svc.Batch(t.Context(), w.session("a.lee"), id)
	must(t, err)
	if values := state.Step("clearance").Values["clear"]; len(values) != 1 || values[0].Text != "no" || len(state.OpenExceptions()) != 1 {
		t.Errorf("kept %v with %d open exceptions", values, len(state.OpenExceptions()))
	}
}

func TestHostileRequestsAreAnsweredWithASentence(t *testing.T) {
	w := opened(t)
	b := w.browser().signIn("a.lee")
	record := func(text string) form {
		return form{"act": "record", "step": "clearance", "field": "clear", "text-clear": text, "key-clear": w.svc.NewKey(), "seen": "2"}
	}
	foreign, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.address+"/batches/"+id+"/do", strings.NewReader("act=begin"))
	must(t, err)
	foreign.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	foreign.Header.Set("Sec-Fetch-Site", "cross-site")
	for name, got := range map[string]answer{
		"another site's form": b.send(foreign),
		"fifty megabytes":     b.post("/batches/"+id+"/do", record(strings.Repeat("x", 50<<20))),
		"invalid UTF-8":       b.post("/batches/"+id+"/do", record("\xff\xfe")),
		"an empty field":      b.post("/batches/"+id+"/do", record("")),
		"an emoji":            b.post("/batches/"+id+"/do", record("🩸")),
		"a million digits":    b.post("/batches/"+id+"/do", record(strings.Repeat("9", 1_000_000))),
		"SQL":                 b.post("/batches/"+id+"/do", record("'; DROP TABLE audit.entries; --")),
		"a forged key":        b.post("/batches/"+id+"/do", form{"act": "begin", "step": "warm", "key": "mine", "seen": "2"}),
		"an unknown act":      b.post("/batches/"+id+"/do", form{"act": "destroy", "key": w.svc.NewKey()}),
		"an unknown step":     b.get("/batches/" + id + "/steps/nowhere"),
		"an unknown batch":    b.get("/batches/B-9"),
	} {
		if got.status < 400 || got.status >= 500 || !strings.Contains(got.text, "</html>") && got.status != http.StatusForbidden {
			t.Errorf("%s: status %d\n%.300s", name, got.status, got.text)
		}
	}
	if got := w.browser().get("/batches/" + id); got.status != http.StatusSeeOther || !strings.HasPrefix(got.to, "/sign-in") {
		t.Errorf("nobody signed in: %d to %q", got.status, got.to)
	}
}

func FuzzForm(f *testing.F) {
	f.Add("act=record&step=draw+up&field=drawn&text=5.0&seen=3")
	f.Fuzz(func(t *testing.T, body string) {
		r, err := http.NewRequest(http.MethodPost, "/batches/B-1/do", strings.NewReader(body))
		must(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		got, err := readForm(r)
		if err != nil {
			return
		}
		_ = got.seen()
		_, _ = got.unsigned() // must not panic, whatever it holds
		_, _ = got.signed()
	})
}

// A training or rehearsal site's clock moves forward by a button, and nobody else's.
func TestTheClockOfARehearsalMovesForwardOnce(t *testing.T) {
	w := newWorld(t).staffed()
	b := w.browser().signIn("a.lee")
	page := b.get("/batches")
	before := w.svc.Now()
	_, clock, found := strings.Cut(page.text, "action=\"/clock\"")
	if !found {
		t.Fatal("the page has no form for the clock")
	}
	f := form{"key": hidden(t, clock, "key"), "minutes": "30"}
	for range 2 {
		if got := b.post("/clock", f); got.status != http.StatusSeeOther {
			t.Fatalf("status %d\n%s", got.status, got.text)
		}
	}
	if moved := w.svc.Now().Sub(before); moved != 30*time.Minute {
		t.Errorf("the clock moved by %s", moved)
	}
	f["minutes"], f["key"] = "-5", w.svc.NewKey()
	if got := b.post("/clock", f); got.status < 400 {
		t.Errorf("a clock went backwards: %d", got.status)
	}
}
