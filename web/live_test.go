package web

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"countersign/batch"
)

// EXE-17, REL-05: in a browser, a list that nobody has a hand on shows what is
// new by itself; a page on which somebody types says that its batch has changed
// and keeps what was typed.
func TestAPageShowsOrSaysWhatIsNewAndTakesNothingAway(t *testing.T) {
	w := opened(t)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.Flag("no-sandbox", true), chromedp.Flag("disable-gpu", true))
	allocated, endAllocated := chromedp.NewExecAllocator(t.Context(), options...)
	defer endAllocated()
	tab, end := chromedp.NewContext(allocated)
	defer end()
	ctx, endTime := context.WithTimeout(tab, 4*time.Minute)
	defer endTime()
	says := func(script string) string {
		t.Helper()
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string](script))
		must(t, err)
		return got
	}
	becomes := func(script, want, what string) {
		t.Helper()
		for got, begun := "", time.Now(); got != want; time.Sleep(50 * time.Millisecond) {
			if time.Since(begun) > 40*time.Second {
				t.Fatalf("%s: it is %q", what, got)
			}
			var err error
			if got, err = chromedp.Run(ctx, chromedp.Evaluate[string](script)); ctx.Err() != nil {
				t.Fatalf("%s: it is %q, %v", what, got, err)
			}
		}
	}
	must(t, chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(w.address+"/sign-in")))
	says(`document.forms[0].elements.username.value = "q.meyer"; document.forms[0].elements.password.value = "` + secret + `"; document.forms[0].submit(); ""`)
	becomes(`location.pathname`, "/work", "a quality lead begins at the work list")
	const hears = `(document.querySelector("[data-server]")?.textContent ?? "")`
	becomes(hears, "Server hears us", "the list listens")
	w.done("a.lee", id, batch.Raise{Step: "clearance", Text: "Glass on the bench.", Blocks: true})
	becomes(`String(document.querySelector("[data-live]").textContent.includes("Glass on the bench."))`, "true", "the exception comes to the list by itself")
	if got := says(`document.title.slice(0, 1) + " " + document.querySelector("[data-live]").className + " " + document.querySelector("[data-news]").hidden`); got != "● cs-fresh true" {
		t.Errorf("what is new is told so: %s", got)
	}
	must(t, chromedp.Do(ctx, chromedp.Navigate(w.address+"/batches/"+id+"/review")))
	becomes(hears, "Server hears us", "the review listens")
	says(`document.querySelector("#reason-1").value = "half a sen"; ""`)
	w.done("a.lee", id, batch.Note{Text: "Swept."})
	becomes(`String(!document.querySelector("[data-news]").hidden)`, "true", "the review says that the batch has changed")
	if got := says(`document.querySelector("#reason-1").value + "|" + document.querySelector("[data-news-show]").textContent`); got != "half a sen|Show it as it is now" {
		t.Errorf("what was typed: %s", got)
	}
	says(`document.querySelector("[data-news-show]").click(); ""`)
	becomes(hears+` + document.querySelector("[data-news]").hidden`, "Server hears ustrue", "the page as it is now")
}
