package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"countersign/batch"
	"countersign/reports"
)

// EXE-14: in the basement the connection is lost. What is recorded at the step's
// page is kept on the terminal, outlives the page, and is handed in once the
// connection is back; nothing counts before it is signed. Where the batch moved
// on meanwhile at another terminal the kept value is refused, shown and closed
// with a reason, and nothing stands twice.
func TestBrowserWorksOnWithoutAConnection(t *testing.T) {
	ground, err := openGround(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer ground.close()
	_, st, pl := staged(t, ground, "aso-certified-and-given")
	defer st.close()
	o := &outage{screen: newScreen(t, st.base, true), pl: pl}
	o.prefix = "offline-"
	if _, err := pl.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.playTo("", "records platelets")
	o.signIn("asha")
	o.moves()
	o.drops()
	o.record("platelets", "210")
	o.record("PT", "12.1")
	o.says("No connection since", "2 entries", "Nothing is signed until the connection is back", "platelets of step blood tests: 210")
	o.look("kept")
	o.leaves()
	o.other("PT", "12.4")
	o.returns()
	o.open("/batches/" + pl.batch + "/steps/blood%20tests")
	o.says("The connection is back", "2 wait to be signed")
	o.look("back")
	o.open("/batches/" + pl.batch + "/kept")
	o.reads("Platelets of step blood tests (210)", "Tom Reilly recorded 12.4")
	o.look("entries")
	o.signs(1, "")
	o.signs(2, "already")
	o.send("closekept", "", map[string]string{"reason": "Tom had recorded it at the other terminal."})
	o.reads("Closed, not signed", "Tom had recorded it")
	o.look("closed")
	o.open("/batches/" + pl.batch + "/steps/blood%20tests")
	o.reads("recorded WITHOUT CONNECTION", "210", "12.4")
	o.look("step")

	o.playTo("records aPTT", "scans vial in draw up")
	o.open("/batches/" + pl.batch + "/steps/draw%20up")
	o.drops()
	o.scan("vial", "VIAL-ASO-0007")
	o.scan("syringe", "SYR-20-441")
	o.record("drawn", "5.0", "Record and sign")
	o.says("5.0", "step draw up is done", "vial scanned in step draw up, not compared with the batch yet")
	o.look("kept-scans")
	o.returns()
	o.says("The connection is back", "4 wait to be signed")
	for number := range 4 {
		o.signs(number+3, "")
	}
	o.judges(st)
}

// judges looks at the whole batch, and lets the verifier look at its record.
func (o *outage) judges(st *stage) {
	o.t.Helper()
	view, err := o.pl.ends(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	var offline []string
	for _, ex := range view.Exceptions {
		if ex.Class == "offline" {
			offline = append(offline, ex.Severity)
		}
	}
	blood, draw := view.Steps[2], view.Steps[6]
	if strings.Join(offline, " ") != "major major critical critical critical critical" || len(blood.Values["PT"]) != 1 {
		o.t.Errorf("the exceptions are %q, and PT is %+v", offline, blood.Values["PT"])
	}
	if len(draw.Performed) != 1 || draw.Performed[0].Offline == nil || len(draw.Scans["vial"]) != 1 || draw.Scans["vial"][0].Offline == nil {
		o.t.Errorf("draw up is %+v", draw)
	}
	var pdf []byte
	if err := st.company.members["priya"].call(o.t.Context(), http.MethodGet, "/batches/"+o.pl.batch+"/record.pdf", nil, &pdf); err != nil {
		o.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(o.out, o.prefix+"record.pdf"), pdf, 0o644); err != nil {
		o.t.Fatal(err)
	}
	if verdict, err := reports.Verify(pdf, st.key, reports.AllowRehearsal()); err != nil || verdict.Exit() != 0 {
		o.t.Errorf("the record verifies with %v, %v", verdict, err)
	}
}

// outage is a terminal whose connection comes and goes.
type outage struct {
	*screen
	pl *player
}

// playTo does the script's lines from the first that says the one up to the
// first that says the other.
func (o *outage) playTo(from, to string) {
	o.t.Helper()
	place := func(words string) int {
		return slices.IndexFunc(o.pl.script.lines, func(l scriptLine) bool {
			switch c := l.command.(type) {
			case batch.Record:
				return "records "+c.Field == words
			case batch.Scan:
				return "scans "+c.Field+" in "+c.Step == words
			}
			return false
		})
	}
	for _, line := range o.pl.script.lines[max(0, place(from)):place(to)] {
		if err := o.pl.until(o.t.Context(), line.at); err != nil {
			o.t.Fatal(err)
		}
		if _, err := o.pl.act(o.t.Context(), line); err != nil {
			o.t.Fatal(err)
		}
	}
}

// moves lets a minute pass at the site.
func (o *outage) moves() {
	o.t.Helper()
	now, _, err := siteClock(o.t.Context(), o.pl.company.base)
	if err != nil {
		o.t.Fatal(err)
	}
	if err := o.pl.until(o.t.Context(), now.Add(time.Minute).Sub(o.pl.start)); err != nil {
		o.t.Fatal(err)
	}
	o.open("/batches/" + o.pl.batch + "/steps/blood%20tests")
}

func (o *outage) connected(there bool) {
	o.t.Helper()
	o.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{{Offline: !there, DownloadThroughput: -1, UploadThroughput: -1}},
		})
		return err
	}))
}

func (o *outage) drops()   { o.connected(false) }
func (o *outage) returns() { o.connected(true) }

// record types a value and presses its button.
func (o *outage) record(field, text string, pressed ...string) {
	o.t.Helper()
	button := append(pressed, "Record")[0]
	if wrong := o.eval(fmt.Sprintf(`(() => {
		const form = document.getElementById("values");
		const input = form.elements["text-%s"];
		const button = [...form.elements].find(b => b.type === "submit" && b.textContent.startsWith(%q) && (b.name !== "field" || b.value === %q));
		if (!input || !button) return "there is no such field";
		input.value = %q;
		button.click();
		return "";
	})()`, field, button, field, text)); wrong != "" {
		o.t.Fatal(wrong)
	}
	o.says(field, text)
}

// scan scans a code.
func (o *outage) scan(field, code string) {
	o.t.Helper()
	if wrong := o.eval(fmt.Sprintf(`(() => {
		const form = [...document.forms].find(f => f.elements.act?.value === "scan" && f.elements.field?.value === %q);
		if (!form) return "there is no such scan";
		form.elements.raw.value = %q;
		form.requestSubmit();
		return "";
	})()`, field, code)); wrong != "" {
		o.t.Fatal(wrong)
	}
	o.says(field + " scanned")
}

// leaves closes the page: what was kept outlives it.
func (o *outage) leaves() { o.do(chromedp.Navigate("about:blank")) }

// other records a value at another terminal.
func (o *outage) other(field, text string) {
	o.t.Helper()
	if _, err := o.pl.company.members["tom"].do(o.t.Context(), o.pl.batch, batch.Record{Step: "blood tests", Field: field, Text: text}, nil); err != nil {
		o.t.Fatal(err)
	}
}

// says waits until the bar over the page says all of it; reads, until the page does.
func (o *outage) says(words ...string) { o.waits(`[data-offline]:not([hidden])`, words) }

func (o *outage) reads(words ...string) {
	o.waits("main", words)
}

func (o *outage) waits(where string, words []string) {
	o.t.Helper()
	text := ""
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		text = o.eval(fmt.Sprintf(`document.querySelector(%q)?.textContent ?? ""`, where))
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
			return
		}
	}
	o.t.Fatalf("it does not say %q:\n%s", words, text)
}

// signs opens the sheet of a kept entry and signs it, or finds it refused.
func (o *outage) signs(number int, refused string) {
	o.t.Helper()
	o.open("/batches/" + o.pl.batch + "/kept")
	o.fill("number", fmt.Sprint(number), "", nil)
	if refused != "" {
		o.reads(refused)
		o.look("refused")
		return
	}
	o.reads("Sign: what I recorded without a connection is mine")
	o.look("sheet")
	o.send("", "", map[string]string{"password": rehearsalPassword("asha")})
	o.reads("✓ Signed")
}
