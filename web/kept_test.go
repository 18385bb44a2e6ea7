package web

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// formTo reads every hidden member of a page's form that goes to an address.
func formTo(t *testing.T, page, address string) form {
	t.Helper()
	_, rest, ok := strings.Cut(page, `action="`+address+`"`)
	if !ok {
		t.Fatalf("no form goes to %s:\n%s", address, page)
	}
	rest, _, _ = strings.Cut(rest, "</form>")
	f := form{}
	for _, m := range regexp.MustCompile(`type="hidden" name="([^"]*)" value="([^"]*)"`).FindAllStringSubmatch(rest, -1) {
		f[html.UnescapeString(m[1])] = html.UnescapeString(m[2])
	}
	return f
}

// A dead session: what was typed is shown after signing in again, and sent
// only when the person says so.
func TestWhatWasTypedIsKeptWhenTheSessionHasEnded(t *testing.T) {
	w := opened(t)
	b := w.browser().signIn("a.lee")
	f := formTo(t, b.get("/batches/"+id+"/steps/clearance").text, "/batches/"+id+"/do")
	f["act"], f["field"], f["text-clear"] = "record", "clear", "yes"
	b.post("/sign-out", form{})
	asked := b.post("/batches/"+id+"/do", f)
	if asked.status != http.StatusForbidden || !strings.Contains(asked.text, "kept") {
		t.Fatalf("%d\n%s", asked.status, asked.text)
	}
	again := formTo(t, asked.text, "/sign-in")
	again["username"], again["password"] = "a.lee", secret
	shown := b.post("/sign-in", again)
	if shown.status != http.StatusOK || !strings.Contains(shown.text, "What you typed was kept") || strings.Contains(shown.text, secret) {
		t.Fatalf("%d\n%s", shown.status, shown.text)
	}
	if state, err := w.svc.Batch(t.Context(), w.session("a.lee"), id); err != nil || state.Step("clearance").Value("clear") != nil {
		t.Fatalf("it was sent before anybody looked (%v)", err)
	}
	if got := b.post("/batches/"+id+"/do", formTo(t, shown.text, "/batches/"+id+"/do")); got.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", got.status, got.text)
	}
	state, err := w.svc.Batch(t.Context(), w.session("a.lee"), id)
	must(t, err)
	if entry := state.Step("clearance").Value("clear"); entry == nil || entry.Text != "yes" {
		t.Errorf("recorded %v", entry)
	}
}

// A locked terminal asks for its person's password and keeps what was typed;
// nobody else's password opens it.
func TestALockedTerminalKeepsWhatWasTyped(t *testing.T) {
	w := opened(t)
	b := w.browser().signIn("a.lee")
	f := formTo(t, b.get("/batches/"+id+"/steps/clearance").text, "/batches/"+id+"/do")
	f["act"], f["field"], f["text-clear"] = "record", "clear", "yes"
	if got := b.post("/lock", form{}); got.status != http.StatusSeeOther {
		t.Fatalf("lock: %d\n%s", got.status, got.text)
	}
	asked := b.post("/batches/"+id+"/do", f)
	if asked.status != http.StatusForbidden || !strings.Contains(asked.text, "Asha Lee") || strings.Contains(asked.text, "EXAMPLE, Robin") {
		t.Fatalf("%d\n%s", asked.status, asked.text)
	}
	if locked := b.get("/lock"); strings.Contains(locked.text, "Nobody is signed in") || !strings.Contains(locked.text, "<strong>Asha Lee</strong>, locked") {
		t.Errorf("the page of the lock says who is signed in otherwise at its head: %s", locked.text)
	}
	open := formTo(t, asked.text, "/unlock")
	open["password"] = "not the password at all"
	if got := b.post("/unlock", open); got.status != http.StatusForbidden {
		t.Fatalf("a wrong password: %d", got.status)
	}
	open["password"] = secret
	shown := b.post("/unlock", open)
	if shown.status != http.StatusOK || !strings.Contains(shown.text, "What you typed was kept") {
		t.Fatalf("%d\n%s", shown.status, shown.text)
	}
	if got := b.post("/batches/"+id+"/do", formTo(t, shown.text, "/batches/"+id+"/do")); got.status != http.StatusSeeOther {
		t.Errorf("%d\n%s", got.status, got.text)
	}
}

// SIG-03: a wrong password signs nothing, and the sheet is there again.
func TestAWrongPasswordSignsNothingAndShowsTheSheetAgain(t *testing.T) {
	w := opened(t)
	b := w.browser().signIn("b.okoro")
	sheet := b.follow(b.post("/batches/"+id+"/sign", form{"act": "abort", "reason": "the isolator <failed>"}))
	if sheet.status != http.StatusOK || !strings.Contains(sheet.text, "&lt;failed&gt;") {
		t.Fatalf("%d\n%s", sheet.status, sheet.text)
	}
	f := formTo(t, sheet.text, "/batches/"+id+"/signed")
	for _, password := range []string{"", "not the password at all"} {
		f["password"] = password
		got := b.post("/batches/"+id+"/signed", f)
		if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.text, "Nothing was signed") {
			t.Errorf("%q: %d\n%s", password, got.status, got.text)
		}
		f = formTo(t, got.text, "/batches/"+id+"/signed")
	}
	f["password"] = secret
	if got := b.post("/batches/"+id+"/signed", f); got.status != http.StatusSeeOther {
		t.Errorf("%d\n%s", got.status, got.text)
	}
	if got := b.get("/batches/" + id); !strings.Contains(got.text, "aborted") {
		t.Error("the batch was not aborted")
	}
}
