package web

import (
	"bytes"
	"html/template"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"countersign/batch"
	"countersign/protocol"
	"countersign/protocol/library"
)

// views gives each page's struct, empty.
func views() map[string]any {
	return map[string]any{
		"batches": batchesView{}, "error": errorView{}, "kept": keptView{}, "labels": labelsView{}, "log": logView{}, "mails": mailsView{}, "certified": certifiedView{}, "afterwards": afterwardsView{}, "supplied": suppliedView{}, "new-person": newPersonView{},
		"open": openView{}, "overview": overviewView{}, "password": passwordView{}, "people": peopleView{}, "person": personView{},
		"product": productView{}, "products": productsView{}, "protocol": protocolView{}, "register-sign": registerSheetView{}, "unit": unitView{}, "units": unitsView{}, "protocol-sign": protocolSheetView{}, "protocols": protocolsView{}, "review": reviewView{},
		"equipment": equipmentView{}, "lot": lotView{}, "machine": machineView{}, "material": materialView{}, "materials": materialsView{},
		"new-machine": newMachineView{}, "receive": receiveView{}, "set-out": setOutView{}, "scanner": scannerView{}, "close-calls": closeCallsView{}, "trends": trendsView{}, "stock": stockView{}, "stock-sign": stockSheetView{},
		"deviation": deviationView{}, "deviations": deviationsView{}, "new-deviation": newDeviationView{},
		"new-recall": newRecallView{}, "recall": recallView{}, "recalls": recallsView{}, "trace": traceView{},
		"custody": custodyView{}, "reconcile": accountsView{}, "blanks": blanksView{}, "blank": blankView{}, "redline": redlineView{}, "shift": shiftView{}, "no-connection": noConnectionView{}, "machine-data": table{}, "sign": sheetView{}, "sign-in": signInView{}, "step": stepView{}, "submit": submitView{}, "trail": table{},
		"sample": sampleView{}, "samples": samplesView{}, "pool": originView{}, "split": originView{},
		"verify": verifyView{}, "work": workView{}, "wrong": wrongView{},
	}
}

// full fills a value with something in every member, to some depth.
func full(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.String:
		if v.Type() == reflect.TypeFor[template.HTML]() {
			v.SetString("<svg></svg>") // a picture of ours, written by the program
			return
		}
		v.SetString(`<b>"x" & 'y'`)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(3)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() || v.Type().Field(i).Anonymous {
				if f := v.Field(i); f.CanSet() {
					full(f, depth)
				}
			}
		}
	case reflect.Pointer:
		if depth > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			full(v.Elem(), depth-1)
		}
	case reflect.Slice:
		if depth > 0 && v.Type().Elem().Kind() != reflect.Uint8 {
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
			full(v.Index(0), depth-1)
			full(v.Index(1), depth-1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
	}
}

func TestEveryTemplateIsWholeWithEverythingAndWithNothing(t *testing.T) {
	found, err := loadAssets()
	must(t, err)
	parsed, err := parsePages(found)
	must(t, err)
	known := views()
	for name := range parsed {
		if _, ok := known[name]; !ok {
			t.Errorf("the page %s has no view in this test", name)
		}
	}
	for name, view := range known {
		filled := reflect.New(reflect.TypeOf(view)).Elem()
		full(filled, 4)
		frame := page{}
		framed := reflect.ValueOf(&frame).Elem()
		for i := range framed.NumField() {
			if framed.Type().Field(i).Name != "View" {
				full(framed.Field(i), 3)
			}
		}
		frame.View = filled.Interface()
		for what, p := range map[string]page{"nothing": {View: view}, "everything": frame} {
			var whole bytes.Buffer
			if err := parsed.execute(&whole, name, p); err != nil {
				t.Errorf("%s with %s: %v", name, what, err)
				continue
			}
			text := whole.String()
			if !strings.HasSuffix(strings.TrimSpace(text), "</html>") || strings.Contains(text, "<b>") || strings.Contains(text, "ZgotmplZ") {
				t.Errorf("%s with %s is not whole or not escaped:\n%s", name, what, text)
			}
			if opened, closed := strings.Count(text, "<form"), strings.Count(text, "</form>"); opened != closed {
				t.Errorf("%s with %s opens %d forms and closes %d", name, what, opened, closed)
			}
		}
	}
}

func TestAClockSaysTheSameAtItsEdges(t *testing.T) {
	start := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		timer batch.Timer
		after time.Duration
		want  string
	}{
		{batch.Timer{Since: start, Until: start.Add(4 * time.Hour)}, 4 * time.Hour, "0:00:00 left"},
		{batch.Timer{Since: start, Until: start.Add(4 * time.Hour), Over: true}, 4*time.Hour + time.Second, "over by 0:00:01"},
		{batch.Timer{Since: start, From: start.Add(30 * time.Minute)}, 30*time.Minute - time.Second, "wait 0:00:01 more"},
		{batch.Timer{Since: start, From: start.Add(30 * time.Minute)}, 30 * time.Minute, "long enough"},
		{batch.Timer{Since: start}, 90 * time.Second, "0:01:30 so far"},
		{batch.Timer{Spent: 11 * time.Hour, Most: 30 * time.Hour}, 0, "19:00:00 left, not running"},
		{batch.Timer{Spent: 31 * time.Hour, Most: 30 * time.Hour, Over: true}, 0, "over by 1:00:00"},
	} {
		if got := timerText(c.timer, start.Add(c.after)); got != c.want {
			t.Errorf("after %s: %q, not %q", c.after, got, c.want)
		}
	}
}

func TestATableSortsFiltersPagesAndExportsWithoutScript(t *testing.T) {
	list := func() table {
		l := table{Columns: titles("No.", "Text")}
		for i := range int64(250) {
			text := "plain"
			if i == 42 {
				text = "=SUM(A1)"
			}
			l.Rows = append(l.Rows, row{number(i), {Text: text, Whole: text + "!"}})
		}
		return l
	}
	ask := func(query string) table {
		l := list()
		l.arrange(httptest.NewRequest(http.MethodGet, "/list?"+query, nil))
		return l
	}
	if l := ask("sort=1&down=yes&page=3"); len(l.Rows) != 50 || l.Rows[0][0].Text != "49" || l.Further != "" {
		t.Errorf("page 3 sorted down: %d rows from %v", len(l.Rows), l.Rows[0])
	}
	if l := ask("q=sum"); l.Found != 1 || l.All != 250 || l.Rows[0][0].Text != "42" {
		t.Errorf("filtered to %d", l.Found)
	}
	for _, query := range []string{"sort=99", "sort=x", "page=0", "page=-1", "page=9999999999999999999", "q=%00"} {
		if l := ask(query); l.Page < 1 || l.Page > l.Pages {
			t.Errorf("%s: page %d of %d", query, l.Page, l.Pages)
		}
	}
	l, out := ask("as=csv"), httptest.NewRecorder()
	must(t, l.writeCSV(out, "list"))
	if text := out.Body.String(); strings.Count(text, "\n") != 251 || !strings.Contains(text, "42,'=SUM(A1)!\n") {
		t.Errorf("the file: %.200s", text)
	}
}

func TestOnlyCleanPathsOfOursAreFollowedAfterSignIn(t *testing.T) {
	for to, want := range map[string]string{
		"/batches/B-1?done=signed": "/batches/B-1?done=signed", "//elsewhere.example": "", "https://elsewhere.example/": "",
		"/\\elsewhere.example": "", "/a/../b": "", "javascript:alert(1)": "", "": "", "/a\nb": "",
	} {
		if got := safeTo(to); got != want {
			t.Errorf("%q leads to %q", to, got)
		}
	}
}

func TestPasswordsAreTriedSlowlyPerNameAndPerAddress(t *testing.T) {
	g := newGuesses(0)
	for range perName {
		if err := g.allow("10.0.0.1", "a.lee"); err != nil {
			t.Fatal("an honest person was held up")
		}
	}
	if g.allow("10.0.0.2", " A.LEE ") == nil {
		t.Error("the same name from another address went on")
	}
	if g.allow("10.0.0.1", "b.okoro") != nil {
		t.Error("somebody else at the same terminal was held up")
	}
	for range defaultRate {
		_ = g.allow("10.0.0.1", "") // only the last answer matters
	}
	if g.allow("10.0.0.1", "c.writer") == nil {
		t.Error("an address went on without end")
	}
}

func TestALimitSaysWhetherItsWordsAllowOrForbid(t *testing.T) {
	for want, limit := range map[string]protocol.Limit{
		"a warning if above 0.20 g/L":                  {Level: protocol.Warn, Outside: true, Text: "above 0.20 g/L"},
		"within 2 % of volume; otherwise an exception": {Level: protocol.Action, Text: "within 2 % of volume"},
	} {
		if got := levelled(limit, limit.Shown()); got != want {
			t.Errorf("%q", got)
		}
	}
}

func TestTheProtocolsPageShowsItsFlow(t *testing.T) {
	text, err := fs.ReadFile(protocol.Examples(), "aso-intrathecal.yaml")
	must(t, err)
	p, problems := protocol.Parse("aso-intrathecal.yaml", text)
	if len(problems) > 0 {
		t.Fatal(problems.Error())
	}
	found, err := loadAssets()
	must(t, err)
	parsed, err := parsePages(found)
	must(t, err)
	var whole bytes.Buffer
	must(t, parsed.execute(&whole, "protocol", page{View: protocolOf(library.New(), &library.Version{Protocol: p}, time.Time{}, time.UTC)}))
	for _, want := range []string{`role="region" aria-label="The way through the protocol, as a picture"><svg `, ">label syringe</text>", ">release: 6 criteria</text>"} {
		if !strings.Contains(whole.String(), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(whole.String(), "style=") { // the policy of the site forbids it
		t.Error("the page has a style of its own")
	}
}
