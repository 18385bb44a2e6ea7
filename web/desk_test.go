package web

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"countersign/batch"
	"countersign/identity"
)

// leadsPassword is as long as the shortest that the system takes.
const leadsPassword = "boat-7-green"

// hands are those of somebody at a browser, who clicks and presses keys. Both
// are counted as the browser gets them: a click for every press of the mouse, a
// key for every character of a password too. What only turns the wheel is not.
type hands struct {
	t            *testing.T
	ctx          context.Context
	clicks, keys int
}

func (h *hands) says(script string) string {
	h.t.Helper()
	got, err := chromedp.Run(h.ctx, chromedp.Evaluate[string](script))
	must(h.t, err)
	return got
}

// click presses the mouse on what a selector finds first.
func (h *hands) click(selector string) {
	h.t.Helper()
	h.clicks++
	if there := h.says(fmt.Sprintf(`window.before = true; document.querySelector(%q) ? "" : "nothing to click: " + document.body.innerText.slice(0, 3000)`, selector)); there != "" {
		h.t.Fatalf("%s: %s", selector, there)
	}
	must(h.t, chromedp.Do(h.ctx, chromedp.Click(selector)))
}

// types presses a key for each character.
func (h *hands) types(text string) {
	h.t.Helper()
	h.keys += len([]rune(text))
	must(h.t, chromedp.Do(h.ctx, chromedp.KeyEvent(text)))
}

// arrives waits for the page that follows, and says its title.
func (h *hands) arrives() string {
	h.t.Helper()
	for begun := time.Now(); time.Since(begun) < 60*time.Second; time.Sleep(20 * time.Millisecond) {
		got, err := chromedp.Run(h.ctx, chromedp.Evaluate[string](`(window.before || document.readyState !== "complete") ? "" : document.title`))
		if err == nil && got != "" {
			return got
		}
	}
	h.t.Fatal("the page that follows did not come")
	return ""
}

// picture keeps a picture of the page where pictures are asked for.
func (h *hands) picture(name string) {
	h.t.Helper()
	out := os.Getenv("COUNTERSIGN_PICTURES")
	if out == "" {
		return
	}
	must(h.t, chromedp.Do(h.ctx, chromedp.EmulateViewport(1280, 4000)))
	picture, err := chromedp.Run(h.ctx, chromedp.CaptureScreenshot())
	must(h.t, err)
	must(h.t, chromedp.Do(h.ctx, chromedp.EmulateViewport(1280, 900)))
	must(h.t, os.WriteFile(filepath.Join(out, name+".png"), picture, 0o600))
}

// newHands opens a browser at a site's pages and signs somebody in.
func newHands(t *testing.T, w *world, username, password string) *hands {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.Flag("no-sandbox", true), chromedp.Flag("disable-gpu", true))
	allocated, endAllocated := chromedp.NewExecAllocator(t.Context(), options...)
	tab, end := chromedp.NewContext(allocated)
	ctx, endTime := context.WithTimeout(tab, 90*time.Second)
	t.Cleanup(func() { endTime(); end(); endAllocated() })
	h := &hands{t: t, ctx: ctx}
	must(t, chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(w.address+"/sign-in")))
	h.says(fmt.Sprintf(`window.before = true; document.forms[0].elements.username.value = %q; document.forms[0].elements.password.value = %q; document.forms[0].submit(); ""`, username, password))
	h.arrives()
	return h
}

// threeHundred is a protocol of 300 steps, each of which asks for a value with a
// limit; every tenth is checked by somebody else. One waits for five minutes.
func threeHundred(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../batch/testdata/protocols/tables.yaml")
	must(t, err)
	head, _, _ := strings.Cut(string(text), "\nsections:")
	var b strings.Builder
	b.WriteString(strings.Replace(head, "protocol: tables", "protocol: long", 1))
	b.WriteString("\nsections:\n  - section: make\n    by: preparer\n    steps:\n")
	b.WriteString("      - step: match\n        do: Scan the wristband.\n        checked by: checker\n        critical: yes\n        scan: patient, or stop\n")
	b.WriteString("      - step: rest\n        do: Let the bag rest.\n        timed: yes\n        wait: 5 min to 10 min\n")
	for i := 3; i <= 300; i++ {
		fmt.Fprintf(&b, "      - step: weigh p%d\n        do: Weigh portion %d.\n        enter:\n          mass:\n            title: mass of portion %d\n            unit: g\n            places: 1\n            action outside: 1.0 to 9.0 g\n            otherwise: exception\n", i, i, i)
		if i%10 == 0 {
			b.WriteString("        checked by: checker\n        critical: yes\n")
		}
	}
	b.WriteString("\nrelease:\n  - every critical step checked by another person\n  - every exception decided\n  - the patient matched at every scan\n  - every window and budget kept\n")
	return b.String()
}

// sevenExceptions makes a batch of 300 steps with seven exceptions of seven
// kinds, far apart, and has its production review signed.
func sevenExceptions(t *testing.T) *world {
	t.Helper()
	w := newWorld(t).staffed()
	w.registered("r.view", "Rhona View", identity.Pharmacist)
	open := w.effective("long", threeHundred(t))
	delete(open.Order, "strength")
	w.signed("b.okoro", "", id, open)
	s := w.seed(id, "long", "a.lee", "b.okoro", "r.view")
	later := func(by time.Duration, who string, c batch.Command) {
		t.Helper()
		s.at = s.at.Add(by)
		s.does(who, c)
	}
	second := time.Second
	for i := range s.state.Steps {
		step := s.state.Steps[i].Step.Name
		switch step {
		case "match":
			later(second, "a.lee", batch.Scan{Step: step, Field: "patient", Raw: open.Patient.Wristband})
		case "rest":
			later(second, "a.lee", batch.Begin{Step: step})
			s.at = s.at.Add(12 * time.Minute) // of five to ten
		case "weigh p77":
			later(second, "a.lee", batch.Record{Step: step, Field: "mass", Text: "9.4"})
		default:
			later(second, "a.lee", batch.Record{Step: step, Field: "mass", Text: "5.0"})
		}
		later(second, "a.lee", batch.Perform{Step: step})
		if s.state.Step(step).Step.CheckedBy != "" {
			later(second, "b.okoro", batch.Check{Step: step})
		}
		switch step {
		case "weigh p40":
			later(second, "a.lee", batch.Raise{Step: step, Class: "alarm", Text: "The pressure alarm sounded for ten seconds."})
		case "weigh p120":
			later(second, "a.lee", batch.Raise{Step: step, Class: "manual entry", Text: "The balance's cable was loose: the mass was typed."})
		case "weigh p180":
			later(second, "a.lee", batch.Raise{Step: step, Class: "offline", Text: "The terminal was dark for a minute."})
		case "weigh p240":
			later(second, "a.lee", batch.Raise{Step: step, Text: "A glove tore; both were changed."})
		case "weigh p260":
			later(second, "a.lee", batch.Correct{Step: step, Field: "mass", Text: "5.2", Reason: "read from the wrong line"})
			later(second, "b.okoro", batch.ConfirmCorrection{Step: step, Correction: 1})
			later(second, "a.lee", batch.Perform{Step: step})
			later(second, "b.okoro", batch.Check{Step: step})
		}
	}
	later(second, "r.view", batch.Review{Statement: "I have read the whole record."})
	s.ends()
	return w
}

// newLead registers a quality lead who has never signed in before this day.
func newLead(w *world) {
	w.t.Helper()
	ctx := w.t.Context()
	person, oneTime, err := w.svc.Register(ctx, w.session("o.adeyemi"), w.svc.NewKey(), identity.Registration{
		Username: "n.lead", Name: "Nia Lead", Roles: []identity.Role{identity.QualityLead}, IdentityChecked: "staff card",
	})
	must(w.t, err)
	must(w.t, w.svc.SetPassword(ctx, "n.lead", oneTime, leadsPassword, true))
	must(w.t, w.svc.AttestKey(ctx, w.session("q.meyer"), w.svc.NewKey(), person))
}

// Issue 5; REL-05, REL-06, REL-07: in a batch of 300 steps with seven
// exceptions, a quality lead who is new here finds all seven, decides each with
// its reason, and certifies with fewer than forty clicks and keys, counted from
// the work list that signing in leads to. Each character of both passwords is a
// key. Nothing but what the pages show tells where to click.
func TestAQualityLeadDecidesSevenExceptionsIn300StepsAndCertifiesWithFewerThanFortyClicksAndKeys(t *testing.T) {
	w := sevenExceptions(t)
	newLead(w)
	h := newHands(t, w, "n.lead", leadsPassword)
	begun := time.Now()
	h.click(`main a[href^="/batches/` + id + `/review"]`)
	if title := h.arrives(); !strings.HasPrefix(title, "Review of "+id) {
		t.Fatalf("the work list leads to %q", title)
	}
	h.picture("desk-review")
	if next := h.says(`document.querySelector("[aria-label='What is next']").innerText`); !strings.Contains(next, "7 exceptions wait for a decision") {
		t.Errorf("what is next: %s", next)
	}
	classes := map[string]bool{}
	for _, number := range strings.Fields(h.says(`[...document.querySelectorAll("section.cs-panel--bad[id^='exception-']")].map(e => e.id.slice(10)).join(" ")`)) {
		classes[h.says(`document.querySelector("#exception-`+number+`").innerText.split(" · ")[1]`)] = true
		h.click(`label[for="decide-` + number + `-0"]`)
	}
	if len(classes) != 7 {
		t.Errorf("the page shows %v", classes)
	}
	h.click(`form:has(input[value="decide"]) > button`)
	h.arrives()
	h.picture("desk-sheet-decisions")
	if lines := h.says(`document.querySelector(".cs-sheet").innerText`); strings.Count(lines, "Decision: accepted.") != 7 {
		t.Errorf("the sheet says:\n%s", lines)
	}
	h.click("#password")
	h.types(leadsPassword)
	h.types(kb.Enter)
	h.arrives()
	h.picture("desk-review-decided")
	if at := h.says(`location.hash`); at != "#decision" {
		t.Errorf("whoever has decided everything comes to %q of the page", at)
	}
	h.click(`label[for="where-0"]`)
	h.click(`form:has(input[value="certify"]) button`)
	h.arrives()
	h.picture("desk-sheet-certify")
	h.click("#password")
	h.types(leadsPassword)
	h.types(kb.Enter)
	h.arrives()
	h.picture("desk-certified")
	state, err := w.svc.Batch(t.Context(), w.session("q.meyer"), id)
	must(t, err)
	if state.Status != batch.Certified || len(state.Exceptions) != 7 || len(state.Steps) != 300 {
		t.Errorf("the batch of %d steps is %s with %d exceptions", len(state.Steps), state.Status, len(state.Exceptions))
	}
	for _, e := range state.Exceptions {
		if e.Resolved == nil || e.Resolved.Username != "n.lead" || e.Reason == "" {
			t.Errorf("exception %d (%s) is decided by %v: %s", e.Number, e.Class, e.Resolved, e.Reason)
		}
	}
	t.Logf("%d clicks and %d keys, %s of it the machine's", h.clicks, h.keys, time.Since(begun).Round(time.Millisecond))
	if h.clicks+h.keys >= 40 {
		t.Errorf("%d clicks and %d keys", h.clicks, h.keys)
	}
}

// DEV-01, SIG-09: on the page several exceptions are decided on one sheet, each
// with its own reason; a reason that is missing is asked for at its place, with
// everything that was chosen kept; what is left open stays open.
func TestSeveralExceptionsAreDecidedOnOneSheetEachWithItsOwnReason(t *testing.T) {
	w := opened(t)
	for _, text := range []string{"Glass on the bench.", "The door stood open.", "A glove tore."} {
		w.done("a.lee", id, batch.Raise{Step: "clearance", Text: text})
	}
	lead := w.browser().signIn("q.meyer")
	nothing := lead.post("/batches/"+id+"/sign", form{"act": "decide"})
	if nothing.status != http.StatusUnprocessableEntity || !strings.Contains(nothing.text, "Choose a decision for at least one exception.") {
		t.Errorf("%d\n%s", nothing.status, nothing.text)
	}
	missing := lead.post("/batches/"+id+"/sign", form{"act": "decide", "decide-1": "yes", "reason-1": "Swept.", "decide-2": "no", "reason-2": ""})
	for _, want := range []string{"Write why exception 2 is decided so.", `href="#reason-2"`, `value="Swept."`, `id="decide-2-2" name="decide-2" value="no" checked`} {
		if missing.status != http.StatusUnprocessableEntity || !strings.Contains(missing.text, want) {
			t.Errorf("%d, and not %s", missing.status, want)
		}
	}
	sheet := lead.follow(lead.post("/batches/"+id+"/sign", form{
		"act": "decide", "decide-1": "yes", "reason-1": "Swept.", "decide-2": "yes Looked into with whoever reported it: the product is not affected.", "reason-2": "left over",
	}))
	for _, want := range []string{
		"2 exceptions are decided with this signature.", "Decision: accepted. Swept.", "Decision: accepted. Looked into with whoever reported it: the product is not affected.",
	} {
		if !strings.Contains(sheet.text, want) {
			t.Errorf("the sheet does not say %q:\n%s", want, sheet.text)
		}
	}
	_, cancel, _ := strings.Cut(sheet.text, `href="/batches/`+id+`/review?`)
	cancel, _, _ = strings.Cut(cancel, `"`)
	back := lead.get("/batches/" + id + "/review?" + html.UnescapeString(cancel))
	if !strings.Contains(back.text, `value="Swept."`) || !strings.Contains(back.text, `the product is not affected." checked`) {
		t.Error("signing nothing has lost what was chosen")
	}
	done := lead.post("/batches/"+id+"/signed", form{"nonce": hidden(t, sheet.text, "nonce"), "command": html.UnescapeString(hidden(t, sheet.text, "command")), "password": secret})
	if done.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", done.status, done.text)
	}
	trail := lead.get("/batches/" + id + "/trail")
	if !strings.Contains(trail.text, "Accepted exception 1: Swept. Accepted exception 2: Looked into") {
		t.Error("the trail does not say what was decided")
	}
	state, err := w.svc.Batch(t.Context(), w.session("q.meyer"), id)
	must(t, err)
	if open := state.OpenExceptions(); len(open) != 1 || open[0].Number != 3 {
		t.Errorf("open are %v", open)
	}
	one := lead.follow(lead.post("/batches/"+id+"/sign", form{"act": "decide", "decide-3": "yes", "reason-3": "Both were changed."}))
	if !strings.Contains(one.text, "Sign: accept exception 3") {
		t.Errorf("one alone is decided as one:\n%s", one.text)
	}
}
