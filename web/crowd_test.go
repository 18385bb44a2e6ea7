package web

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"countersign/batch"
	"countersign/identity"
)

// ten is a protocol whose ten steps are done in any order.
func ten(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../batch/testdata/protocols/tables.yaml")
	must(t, err)
	head, _, _ := strings.Cut(string(text), "\nsections:")
	var b strings.Builder
	b.WriteString(strings.Replace(head, "protocol: tables", "protocol: ten", 1))
	b.WriteString("\nsections:\n  - section: begin\n    by: preparer\n    steps:\n      - step: match\n        do: Scan the wristband.\n        checked by: checker\n        critical: yes\n        scan: patient, or stop\n")
	b.WriteString("  - section: weigh\n    order: any\n    by: preparer\n    steps:\n")
	for i := range 10 {
		fmt.Fprintf(&b, "      - step: weigh p%d\n        do: Weigh portion %d.\n        enter:\n          mass:\n            unit: g\n            places: 1\n            accept: 1.0 to 9.9 g\n", i, i)
	}
	b.WriteString("\nrelease:\n  - the patient matched at every scan\n")
	return b.String()
}

// crowd is ten technicians, each at a browser of their own, all of one program.
func crowd(t *testing.T, w *world) []*hands {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.Flag("no-sandbox", true), chromedp.Flag("disable-gpu", true))
	allocated, endAllocated := chromedp.NewExecAllocator(t.Context(), options...)
	first, end := chromedp.NewContext(allocated)
	t.Cleanup(func() { end(); endAllocated() })
	must(t, chromedp.Do(first, chromedp.Navigate("about:blank")))
	all := make([]*hands, 10)
	for i := range all {
		tab, endTab := chromedp.NewContext(first, chromedp.WithNewBrowserContext())
		ctx, endTime := context.WithTimeout(tab, 3*time.Minute)
		t.Cleanup(func() { endTime(); endTab() })
		all[i] = &hands{t: t, ctx: ctx}
		must(t, chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(w.address+"/sign-in")))
		all[i].says(fmt.Sprintf(`window.before = true; document.forms[0].elements.username.value = %q; document.forms[0].elements.password.value = %q; document.forms[0].submit(); ""`, "t"+strconv.Itoa(i), secret))
		all[i].arrives()
	}
	return all
}

// together has everybody do something at the same moment.
func together(all []*hands, do func(i int, h *hands)) {
	var done sync.WaitGroup
	for i, h := range all {
		done.Go(func() { do(i, h) })
	}
	done.Wait()
}

// stale says what is wrong with how up to date somebody's page is: it shows the
// batch as it is, or says that it has changed; it may take a moment to hear so.
func (h *hands) stale(current int64) string {
	page := ""
	for begun := time.Now(); time.Since(begun) < 30*time.Second; time.Sleep(100 * time.Millisecond) {
		got, err := chromedp.Run(h.ctx, chromedp.Evaluate[string](`document.body.dataset.version + " " + !document.querySelector("[data-news]").hidden`))
		if err != nil {
			return err.Error()
		}
		page = got
		version, told, _ := strings.Cut(got, " ")
		if seen, _ := strconv.ParseInt(version, 10, 64); seen == current && told == "false" || seen < current && told == "true" {
			return ""
		}
	}
	return fmt.Sprintf("the batch is at %d, and the page says %s", current, page)
}

// EXE-17, AUD-01: ten people work on one batch at the same moment, each at a
// terminal of their own. Nobody's entry or signature is lost or put under
// another's name, and no page shows an older state as if it were the current one.
func TestTenPeopleWorkOnOneBatchAtOnceAndNothingIsLostOrStale(t *testing.T) {
	w := newWorld(t).staffed()
	for i := range 10 {
		w.registered("t"+strconv.Itoa(i), "Technician "+strconv.Itoa(i), identity.Technician)
	}
	open := w.effective("ten", ten(t))
	delete(open.Order, "strength")
	w.signed("b.okoro", "", id, open)
	w.done("a.lee", id, batch.Scan{Step: "match", Field: "patient", Raw: open.Patient.Wristband})
	w.signed("a.lee", "", id, batch.Perform{Step: "match"})
	w.signed("a.lee", "b.okoro", id, batch.Check{Step: "match"})
	everybody := crowd(t, w)
	begun := time.Now()
	current := func() *batch.State {
		t.Helper()
		state, err := w.svc.Batch(t.Context(), w.session("b.okoro"), id)
		must(t, err)
		return state
	}
	together(everybody, func(i int, h *hands) {
		if err := chromedp.Do(h.ctx, chromedp.Navigate(w.address+"/batches/"+id+"/steps/weigh%20p"+strconv.Itoa(i))); err != nil {
			t.Error(err)
		}
	})
	// All record at once, from pages of one and the same state.
	together(everybody, func(i int, h *hands) {
		h.sends(fmt.Sprintf(`form.elements["text-mass"].value = "%d.5"`, i+1), "#values", "field")
	})
	at := current().Version
	for i, h := range everybody {
		if wrong := h.stale(at); wrong != "" {
			t.Errorf("technician %d: %s", i, wrong)
		}
	}
	// All sign at once. A sheet names the entry before it, so whoever is second is
	// shown the sheet anew, and signs that.
	tries := make([]int, len(everybody))
	together(everybody, func(i int, h *hands) {
		h.goes(w.address + "/batches/" + id + "/sign?act=perform&step=weigh%20p" + strconv.Itoa(i))
		for tries[i] = 1; tries[i] < 40; tries[i]++ {
			if h.sends(fmt.Sprintf(`form.elements.password.value = %q`, secret), `form[action$="/signed"]`, ""); !strings.Contains(h.address(), "/signed") {
				return
			}
		}
		t.Errorf("technician %d was shown the sheet anew %d times", i, tries[i])
	})
	state := current()
	for i := range 10 {
		step := "weigh p" + strconv.Itoa(i)
		st := state.Step(step)
		value, performed := st.Value("mass"), st.PerformedNow()
		if value == nil || value.Text != strconv.Itoa(i+1)+".5" || value.Username != "t"+strconv.Itoa(i) || len(st.Values["mass"]) != 1 {
			t.Errorf("%s holds %+v", step, value)
		}
		if performed == nil || performed.Username != "t"+strconv.Itoa(i) || len(st.Performed) != 1 {
			t.Errorf("%s is signed by %+v", step, performed)
		}
		if wrong := everybody[i].stale(state.Version); wrong != "" {
			t.Errorf("technician %d: %s", i, wrong)
		}
	}
	if state.Status != batch.Complete {
		t.Errorf("the batch is %s", state.Status)
	}
	t.Logf("ten people in %s; tries to sign: %v", time.Since(begun).Round(time.Millisecond), tries)
}

// goes opens a page.
func (h *hands) goes(to string) {
	if err := chromedp.Do(h.ctx, chromedp.Navigate(to)); err != nil {
		h.t.Error(err)
	}
}

func (h *hands) address() string {
	got, err := chromedp.Run(h.ctx, chromedp.Evaluate[string](`location.pathname`))
	if err != nil {
		h.t.Error(err)
	}
	return got
}

// sends fills a form, presses its button, and waits for the page that follows.
// It may run beside others of its kind.
func (h *hands) sends(fill, form, button string) {
	press := "form.requestSubmit()"
	if button != "" {
		press = fmt.Sprintf("form.requestSubmit(form.querySelector('button[name=%s]'))", button)
	}
	if wrong, err := chromedp.Run(h.ctx, chromedp.Evaluate[string](fmt.Sprintf(`(() => { const form = document.querySelector(%q);
		if (!form) return location.href + " has no such form: " + document.body.innerText.slice(0, 2000);
		window.before = true; %s; %s; return "" })()`, form, fill, press))); err != nil || wrong != "" {
		h.t.Error(wrong, err)
		return
	}
	for begun := time.Now(); time.Since(begun) < 60*time.Second; time.Sleep(20 * time.Millisecond) {
		if got, err := chromedp.Run(h.ctx, chromedp.Evaluate[string](`(window.before || document.readyState !== "complete") ? "" : "here"`)); err == nil && got == "here" {
			return
		}
	}
	h.t.Error("the page that follows did not come")
}
