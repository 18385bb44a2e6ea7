package web

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"countersign/batch"
)

// On a terminal of 96 pixels an inch 75 of them are 20 mm: what is pressed or
// typed into in the row at hand is that high, nothing runs off the page, and
// the keyboard comes from the first cell to the button that records the row.
// The page runs no script.
func TestTheRowAtHandIsLargeEnoughForGloves(t *testing.T) {
	w := tabled(t)
	w.done("a.lee", id, batch.Record{Step: "count", Field: "counts.1.viable", Text: "49"})
	w.done("a.lee", id, batch.Record{Step: "count", Field: "counts.1.viable", Text: "55"})
	w.done("a.lee", id, batch.Record{Step: "count", Field: "counts.1.dead", Text: "3"})
	ctx := signedInBrowser(t, w, "a.lee")
	for _, width := range []int64{1280, 800, 500} {
		must(t, chromedp.Do(ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate(w.address+"/batches/"+id+"/steps/count")))
		typed, err := chromedp.Run(ctx, chromedp.Evaluate[string](`[...document.querySelectorAll("#table-counts input:not([type=hidden]), #table-counts button")].map(e => e.name + "=" + e.value).join(" ")`))
		must(t, err)
		if want := "text-counts.2.viable= text-counts.2.dead= field=counts.2.viable row=counts.3"; typed != want {
			t.Errorf("the keyboard comes by %s", typed)
		}
		small, err := chromedp.Run(ctx, chromedp.Evaluate[string](`[...document.querySelectorAll("#table-counts input:not([type=hidden]), #table-counts button, #table-counts a")]
			.filter(e => e.getBoundingClientRect().height < 75 || e.getBoundingClientRect().width < 75)
			.map(e => e.outerHTML + " " + e.getBoundingClientRect().width + " × " + e.getBoundingClientRect().height).join("\n") +
			(document.documentElement.scrollWidth > innerWidth ? "the page is wider than the screen" : "")`))
		must(t, err)
		if small != "" {
			t.Errorf("at %d pixels: %s", width, small)
		}
		if out := os.Getenv("COUNTERSIGN_PICTURES"); out != "" {
			picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
			must(t, err)
			must(t, os.WriteFile(filepath.Join(out, "table-"+string(rune('0'+width/100%10))+".png"), picture, 0o600))
		}
	}
}

// signedInBrowser is a tab of a browser without script, in which somebody is
// signed in.
func signedInBrowser(t *testing.T, w *world, username string) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.Flag("no-sandbox", true), chromedp.Flag("disable-gpu", true))
	allocated, endAllocated := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(endAllocated)
	tab, end := chromedp.NewContext(allocated)
	t.Cleanup(end)
	ctx, endTime := context.WithTimeout(tab, 2*time.Minute)
	t.Cleanup(endTime)
	must(t, chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900), chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	})))
	must(t, chromedp.Do(ctx, chromedp.Navigate(w.address+"/sign-in")))
	_, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.forms[0].elements.username.value = "`+username+`"; document.forms[0].elements.password.value = "`+secret+`"; document.forms[0].submit(); ""`))
	must(t, err)
	for at := ""; at != "/batches"; {
		if at, err = chromedp.Run(ctx, chromedp.Evaluate[string](`location.pathname`)); ctx.Err() != nil {
			t.Fatal("nobody is signed in: ", err)
		}
	}
	return ctx
}
