package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"countersign/batch"
)

// keptBy is what a terminal kept of what somebody did in the opened batch, half
// a minute ago by the site's clock, as its script sends it.
func keptBy(t *testing.T, w *world, username string, notes ...batch.KeptNote) form {
	t.Helper()
	who, before := w.session(username).Person, ""
	for i := range notes {
		n := &notes[i]
		n.Number, n.Person, n.Name, n.Before, n.Salt = i+1, who.ID, who.Name, before, strings.Repeat("5a", 16)
		n.At = w.svc.Now().UTC().Add(-30 * time.Second).Format("2006-01-02T15:04:05.000Z")
		n.Digest = n.DigestOf(id, "f00d")
		before = n.Digest
	}
	raw, err := json.Marshal(notes)
	must(t, err)
	return form{"key": w.svc.NewKey(), "batch": id, "terminal": "f00d", "clock": w.svc.Now().UTC().Format("2006-01-02T15:04:05.000Z"), "notes": string(raw)}
}

// EXE-14, SIG-05: what a terminal kept is handed in by whoever is signed in by
// then, and signed by whoever recorded it, at that terminal or at another.
func TestWhatATerminalKeptIsHandedInByAnybodyAndSignedByWhoeverRecordedIt(t *testing.T) {
	w := opened(t)
	must(t, w.svc.MoveClock(t.Context(), w.session("q.meyer"), w.svc.NewKey(), time.Minute))
	kept := keptBy(t, w, "a.lee", batch.KeptNote{Act: "record", Step: "clearance", Field: "clear", Text: "yes"})
	b := w.browser().signIn("b.okoro")
	for _, wrong := range []form{{}, {"notes": "{"}, {"notes": `[{"strange":1}]`}, {"batch": "B-0"}, {"clock": "noon"}, {"terminal": ""}} {
		f := form{}
		for name, value := range kept {
			f[name] = value
		}
		for name, value := range wrong {
			f[name] = value
		}
		f["key"] = w.svc.NewKey()
		if a := b.post("/kept", f); len(wrong) > 0 && (a.status == http.StatusOK || strings.Contains(a.text, "digests")) {
			t.Errorf("%v was taken: %d %s", wrong, a.status, a.text)
		}
	}
	again := b.post("/kept", kept) // the answer was lost
	var answer handedIn
	must(t, json.Unmarshal([]byte(again.text), &answer))
	if len(answer.Digests) != 1 || answer.Waiting != 1 || answer.To != "/batches/"+id+"/kept" {
		t.Errorf("%+v", answer)
	}
	for _, path := range []string{"/batches/" + id, "/batches/" + id + "/steps/clearance"} {
		if page := b.get(path); !strings.Contains(page.text, "1 entry that a terminal kept without a connection waits") {
			t.Errorf("%s does not say that one waits", path)
		}
	}
	page := b.get(answer.To)
	if !strings.Contains(page.text, "Clear of step clearance (yes)") || strings.Contains(page.text, "Close it without signing") {
		t.Error(page.text)
	}
	sheet := b.follow(b.post("/batches/"+id+"/sign", form{"act": "enterkept", "number": "1"}))
	f := formTo(t, sheet.text, "/batches/"+id+"/signed")
	f["username"], f["password"] = "b.okoro", secret
	if refused := b.post("/batches/"+id+"/signed", f); !strings.Contains(refused.text, "Nobody else can sign it") {
		t.Errorf("%d %s", refused.status, refused.text)
	}
	sheet = b.follow(b.post("/batches/"+id+"/sign", form{"act": "enterkept", "number": "1"}))
	f = formTo(t, sheet.text, "/batches/"+id+"/signed")
	f["username"], f["password"] = "a.lee", secret
	if signed := b.follow(b.post("/batches/"+id+"/signed", f)); !strings.Contains(signed.text, "✓ Signed") {
		t.Errorf("%d %s", signed.status, signed.text)
	}
	for path, want := range map[string]string{
		"/batches/" + id + "/steps/clearance": "recorded WITHOUT CONNECTION",
		"/batches/" + id + "/trail":           "Recorded WITHOUT CONNECTION",
	} {
		if page := b.get(path); !strings.Contains(page.text, want) {
			t.Errorf("%s does not say it", path)
		}
	}
}

// COI-03, COI-09: a wristband that was kept is matched when it is signed, its
// code stands in no page but the signer's form, and a quality lead closes what
// nobody comes back for.
func TestAWristbandThatWasKeptIsMatchedWhenItIsSigned(t *testing.T) {
	w := opened(t)
	w.done("a.lee", id, batch.Record{Step: "clearance", Field: "clear", Text: "yes"})
	w.signed("a.lee", "", id, batch.Perform{Step: "clearance"})
	w.signed("a.lee", "b.okoro", id, batch.Check{Step: "clearance"})
	must(t, w.svc.MoveClock(t.Context(), w.session("q.meyer"), w.svc.NewKey(), time.Minute))
	kept := keptBy(t, w, "a.lee",
		batch.KeptNote{Act: "scan", Step: "patient", Field: "patient", Text: "WB-9990000018"},
		batch.KeptNote{Act: "scan", Step: "patient", Field: "patient", Text: "WB-9990000026"})
	b := w.browser().signIn("a.lee")
	if a := b.post("/kept", kept); a.status != http.StatusOK {
		t.Fatal(a.text)
	}
	page := b.get("/batches/" + id + "/kept")
	f := formTo(t, page.text, "/batches/"+id+"/sign")
	if f["code"] != "WB-9990000018" {
		t.Fatalf("%v", f)
	}
	f["code"] = "WB-9990000026"
	if sheet := b.follow(b.post("/batches/"+id+"/sign", f)); !strings.Contains(sheet.text, "not the code that was kept") {
		t.Errorf("%d %s", sheet.status, sheet.text)
	}
	f["code"] = "WB-9990000018"
	sheet := b.follow(b.post("/batches/"+id+"/sign", f))
	signed := formTo(t, sheet.text, "/batches/"+id+"/signed")
	signed["password"] = secret
	if after := b.follow(b.post("/batches/"+id+"/signed", signed)); !strings.Contains(after.text, "✓ Signed") {
		t.Errorf("%d %s", after.status, after.text)
	}
	lead := w.browser().signIn("q.meyer")
	page = lead.get("/batches/" + id + "/kept")
	if !strings.Contains(page.text, "A. Lee") && !strings.Contains(page.text, "scanned the patient and it matched") {
		t.Error(page.text)
	}
	closing := formTo(t, page.text, "/batches/"+id+"/do")
	if empty := lead.post("/batches/"+id+"/do", closing); !strings.Contains(empty.text, "why it is not signed") {
		t.Errorf("%d %s", empty.status, empty.text)
	}
	closing["key"], closing["reason"] = w.svc.NewKey(), "She has gone home <b>ill</b>."
	if closed := lead.follow(lead.post("/batches/"+id+"/do", closing)); !strings.Contains(closed.text, "Closed, not signed") || !strings.Contains(closed.text, "&lt;b&gt;ill") {
		t.Errorf("%d %s", closed.status, closed.text)
	}
}
