package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"countersign/batch"
)

// screen is one person's browser at the site's pages.
type screen struct {
	t      *testing.T
	ctx    context.Context
	base   string
	script bool   // whether the browser runs the pages' script
	out    string // folder for the pictures
	prefix string // of their names
	axe    string // the accessibility checker's script
}

func newScreen(t *testing.T, base string, script bool) *screen {
	t.Helper()
	out := os.Getenv("COUNTERSIGN_PICTURES")
	if out == "" {
		out = t.TempDir()
	} else if !filepath.IsAbs(out) {
		out = filepath.Join("..", "..", out)
	}
	axe, err := os.ReadFile("../../web/assets/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("the accessibility checker is missing: make assets brings it: %v", err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.Flag("no-sandbox", true), chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	allocated, endAllocated := chromedp.NewExecAllocator(t.Context(), options...)
	ctx, end := chromedp.NewContext(allocated)
	ctx, endTime := context.WithTimeout(ctx, 8*time.Minute)
	t.Cleanup(func() { endTime(); end(); endAllocated() })
	s := &screen{t: t, ctx: ctx, base: base, script: script, out: out, axe: string(axe)}
	s.do(chromedp.EmulateViewport(1280, 900), chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !script})
		return err
	}))
	return s
}

func (s *screen) do(steps ...chromedp.Action[chromedp.Void]) {
	s.t.Helper()
	if err := chromedp.Do(s.ctx, steps...); err != nil {
		s.t.Fatal(err)
	}
}

func (s *screen) eval(script string) string {
	s.t.Helper()
	got, err := chromedp.Run(s.ctx, chromedp.Evaluate[string](script))
	if err != nil {
		s.t.Fatalf("%.200s: %v", script, err)
	}
	return got
}

func (s *screen) open(path string) {
	s.t.Helper()
	s.do(chromedp.Navigate(s.base + path))
}

// send fills the form that carries act and field with what a person types, and
// sends it as the browser does.
func (s *screen) send(act, field string, typed map[string]string) {
	s.t.Helper()
	if typed == nil {
		typed = map[string]string{}
	}
	values, err := json.Marshal(typed)
	if err != nil {
		s.t.Fatal(err)
	}
	sent := s.eval(fmt.Sprintf(`(() => {
		const has = (f, n, v) => { const e = f.elements[n]; return v === "" || (e && e.value === v) };
		const typed = %s;
		const form = [...document.forms].find(f => has(f, "act", %q) && has(f, "field", %q) && Object.keys(typed).every(n => f.elements[n]));
		if (!form) return "there is no such form on " + document.title + ": " + document.body.innerText.slice(0, 600);
		for (const [name, value] of Object.entries(typed)) {
			const at = form.elements[name];
			if (!at) return "the form has no " + name;
			at.value = value;
			if (at.type === "checkbox") at.checked = true;
		}
		window.sentFrom = true;
		form.requestSubmit();
		return "";
	})()`, values, act, field))
	if sent != "" {
		s.t.Fatalf("%s %s: %s", act, field, sent)
	}
	s.arrived()
}

// arrived waits for the page that follows a form.
func (s *screen) arrived() {
	s.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		got, err := chromedp.Run(s.ctx, chromedp.Evaluate[string](`(window.sentFrom || document.readyState !== "complete") ? "" : "here"`))
		if err == nil && got == "here" {
			return
		}
	}
	s.t.Fatal("the page that follows did not come")
}

// look takes a picture and asks axe for faults of the serious kinds. Without
// script the pages are the same, and axe could not run.
func (s *screen) look(name string) {
	s.t.Helper()
	if !s.script {
		return
	}
	s.eval(`window.scrollTo(0, 0); ""`)
	picture, err := chromedp.Run(s.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.out, s.prefix+name+".png"), picture, 0o644); err != nil {
		s.t.Fatal(err)
	}
	s.eval(s.axe + `; window.axeFaults = ""; axe.run().then(r => { window.axeFaults = JSON.stringify(r.violations
		.filter(v => v.impact === "serious" || v.impact === "critical").map(v => v.id + ": " + v.nodes.map(n => n.html).join(" | "))) }); "asked"`)
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		if faults := s.eval(`window.axeFaults`); faults != "" {
			if faults != "[]" {
				s.t.Errorf("%s: %s", name, faults)
			}
			return
		}
	}
	s.t.Errorf("%s: axe did not answer", name)
}

func (s *screen) signIn(username string) {
	s.t.Helper()
	s.open("/sign-in")
	s.send("", "", map[string]string{"username": username, "password": rehearsalPassword(username)})
}

// act does one line of a script at the pages.
func (s *screen) act(id, who string, c batch.Command) {
	s.t.Helper()
	step := func(name string) string { return "/batches/" + id + "/steps/" + url.PathEscape(name) }
	sheet := func(values url.Values) { s.open("/batches/" + id + "/sign?" + values.Encode()) }
	signed := map[string]string{"password": rehearsalPassword(who)}
	if s.labels(id, c) {
		return
	}
	switch c := c.(type) {
	case batch.Scan:
		s.open(step(c.Step))
		s.send("scan", c.Field, map[string]string{"raw": c.Raw})
		return
	case batch.Record:
		s.open(step(c.Step))
		s.send("record", "", map[string]string{"text-" + strings.ReplaceAll(c.Field, " ", "_"): c.Text})
		return
	case batch.Begin:
		s.open(step(c.Step))
		s.send("begin", "", nil)
		return
	case batch.Move:
		s.open("/batches/" + id)
		s.send("move", "", nil)
		return
	case batch.Account:
		s.accounts(id, c)
		return
	case batch.TellNews:
		s.open("/batches/" + id + "/afterwards")
		s.look("afterwards")
		s.send("tellnews", "", map[string]string{"name": c.Name, "how": c.How, "document": c.Document})
		return
	case batch.Perform:
		sheet(url.Values{"act": {"perform"}, "step": {c.Step}})
	case batch.Check:
		sheet(url.Values{"act": {"check"}, "step": {c.Step}})
		signed["username"] = who
	case batch.Resolve:
		accept := map[bool]string{true: "yes", false: "no"}[c.Accept]
		sheet(url.Values{"act": {"resolve"}, "exception": {fmt.Sprint(c.Exception)}, "accept": {accept}, "reason": {c.Reason}})
	case batch.Review:
		sheet(url.Values{"act": {"review"}, "statement": {c.Statement}})
	case batch.Certify:
		sheet(url.Values{"act": {"certify"}, "statement": {c.Statement}, "place": {c.Place}, "where": {string(c.Where)}})
	default:
		s.t.Fatalf("no page for %T", c)
	}
	s.look("sheet-" + batch.CommandName(c))
	s.send("", "", signed)
}

// opens fills the form for a new batch and signs it.
func (s *screen) opens(c batch.Open, who string) {
	s.t.Helper()
	s.open("/batches/new?protocol=" + c.Protocol)
	s.look("open")
	typed := map[string]string{
		"batch": c.Batch, "name": c.Patient.Name, "born": c.Patient.Born, "number": c.Patient.Number, "number-type": c.Patient.NumberType,
		"wristband": c.Patient.Wristband, "reference": c.Reference, "prescriber": c.Prescriber,
	}
	if c.Trial != "" {
		typed["trial"], typed["participant"] = c.Trial, c.Participant
	}
	for name, value := range c.Order {
		typed["order-"+name] = value
	}
	for _, item := range c.Items {
		typed["item-"+item.Name+"-code"] = item.Code
		if item.Amount != "" {
			typed["item-"+item.Name+"-amount"] = item.Amount
		}
	}
	s.send("", "", typed)
	s.look("sheet-open")
	s.send("", "", map[string]string{"password": rehearsalPassword(who)})
}

// A whole dose, made by hand at the pages: a technician at the terminal, a
// pharmacist as second person there, a reviewer and a quality lead at the
// release desk. Every kind of screen is pictured and checked by axe; and the
// same dose can be made in a browser that runs no script.
func TestBrowserMakesAWholeDose(t *testing.T) {
	ground, err := openGround(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer ground.close()
	for _, run := range []struct {
		script string
		runs   bool
	}{
		{"aso-certified-and-given", true},
		{"aso-certified-and-given", false},
		// Branches, a loop, a decision, sections side by side and late results.
		{"cart-late-positive", true},
	} {
		t.Run(fmt.Sprintf("%s, script %t", run.script, run.runs), func(t *testing.T) { browse(t, ground, run.script, run.runs) })
	}
}

// staged is a site of its own with the script's protocol in effect, and a player
// whose batch is not opened yet. Whoever asks closes the site.
func staged(t *testing.T, ground *ground, name string) (*script, *stage, *player) {
	t.Helper()
	script, err := findScript(name)
	if err != nil {
		t.Fatal(err)
	}
	st, err := ground.set(t.Context(), script, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	pl, err := newPlayer(t.Context(), st.company, script, st.p, "R-2026-0001", func(string) {})
	if err != nil {
		st.close()
		t.Fatal(err)
	}
	return script, st, pl
}

func browse(t *testing.T, ground *ground, name string, runs bool) {
	script, st, pl := staged(t, ground, name)
	defer st.close()
	s := newScreen(t, st.base, runs)
	if name != "aso-certified-and-given" {
		s.prefix = st.p.Name + "-"
	}
	s.open("/sign-in")
	s.look("sign-in")
	s.signIn("omar")
	if err := pl.until(t.Context(), script.lines[0].at); err != nil {
		t.Fatal(err)
	}
	if err := pl.furnish(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.opens(pl.opening(), "omar")
	s.open("/batches/" + pl.batch + "/set-out?item=" + url.QueryEscape(st.p.Items[0].Name))
	s.look("set-out")
	at, pictured := "omar", map[string]bool{}
	for _, line := range script.lines {
		if line.refused != "" {
			continue
		}
		if err := pl.until(t.Context(), line.at); err != nil {
			t.Fatal(err)
		}
		_, check := line.command.(batch.Check)
		if line.who != at && !check {
			at = line.who
			s.signIn(at)
			s.open("/batches")
			s.look("batches-" + at)
		}
		command := pl.placed(line)
		switch command.(type) {
		case batch.Review, batch.Certify:
			s.open("/work")
			s.look("work-" + at)
			s.open("/work/all")
			s.look("work-all-" + at)
			s.open("/batches/" + pl.batch + "/review")
			s.look("review-" + at)
		}
		s.act(pl.batch, line.who, command)
		if done, ok := command.(batch.Record); ok && !pictured[done.Step] {
			pictured[done.Step] = true
			s.look("step-" + strings.ReplaceAll(done.Step, " ", "-"))
		}
	}
	for name, path := range map[string]string{
		"overview": "/batches/" + pl.batch, "trail": "/batches/" + pl.batch + "/trail", "wrong": "/batches/" + pl.batch + "/wrong",
		"stock": "/stock", "materials": "/stock/materials", "lot": "/stock/L-0001", "equipment": "/equipment", "machine": "/equipment/E-0001",
		"receive": "/stock/receive", "pool": "/stock/pool", "split": "/stock/L-0001/split", "material": "/stock/materials/new", "new-machine": "/equipment/new",
		"protocols": "/protocols", "protocol": "/protocols/" + st.p.Name + "/1", "people": "/people", "person": "/people/p-0003", "log": "/log", "mails": "/mails", "desk": "/review", "work": "/work",
	} {
		s.open(path)
		s.look(name)
	}
	s.do(chromedp.Click(".cs-bar__nav details:last-of-type summary"))
	s.look("rooms-open")
	s.open("/stock/receive")
	s.send("receive lot", "", map[string]string{"code": "01095060001343521727013110A0042"})
	s.look("receive-read")
	s.open("/stock/L-0001")
	s.send("adjust stock", "", map[string]string{"left": "1", "reason": "counted"})
	s.look("sheet-register")
	view, err := pl.ends(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := pl.judge(view); err != nil {
		t.Error(err)
	}
}
