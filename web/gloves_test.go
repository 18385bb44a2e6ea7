package web

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"countersign/batch"
)

// everyInput is a step with a value of each kind, and a short one.
const everyInput = `      - step: short
        do: Measure the volume.
        enter:
          left: {title: volume left, unit: mL, places: 1}

      - step: count
        do: Enter what you see.
        checked by: checker
        enter:
          volume: {title: volume drawn up, unit: mL, places: 1, class: critical parameter, accept: 4.9 to 5.1 mL}
          cells: {title: cells in the chamber, type: count, accept: at least 50}
          clear: {title: is the cabinet clear, type: yes or no, class: in-process control, accept: "yes"}
          look: {title: appearance, choices: [clear and colourless, slightly cloudy, particles seen], class: quality attribute, reject is: particles seen}
          seen: {title: what was seen, type: text}
          at: {title: taken at, type: date and time}
          spun: {title: time in the centrifuge, type: duration}
          logged: {title: temperature on the way, type: range, unit: Cel, places: 1, reject outside: 2.0 to 8.0 Cel}
          maybe: {title: beads left, unit: mL, places: 1, may be: not applicable}

`

// On the terminal a target is 20 mm, which is 75 pixels at 96 an inch, and in a
// hand nothing is cut off: every kind of value is entered on a screen of 1024 by
// 768 and on one of 390 pixels, and the button that signs a short step is at most
// one screen further down.
func TestEveryKindOfValueIsEnteredInGloves(t *testing.T) {
	w := newWorld(t).staffed()
	text, err := os.ReadFile("../batch/testdata/protocols/tables.yaml")
	must(t, err)
	before, rest, _ := strings.Cut(string(text), "      - step: count\n")
	_, rest, _ = strings.Cut(rest, "  - section: wash\n")
	_, rest, _ = strings.Cut(rest, "  - section: carry\n")
	_, rest, _ = strings.Cut(rest, "  - section: give\n")
	give, _, _ := strings.Cut(rest, "release:\n")
	open := w.effective("tables", before+everyInput+"  - section: give\n"+give+"release:\n  - every critical step checked by another person\n")
	delete(open.Order, "strength")
	w.signed("b.okoro", "", id, open)
	w.done("a.lee", id, batch.Scan{Step: "match", Field: "patient", Raw: "WB-9990000018"})
	w.signed("a.lee", "", id, batch.Perform{Step: "match"})
	w.signed("a.lee", "b.okoro", id, batch.Check{Step: "match"})
	ctx := signedInBrowser(t, w, "a.lee")
	for _, step := range []string{"short", "count"} {
		for _, size := range [][2]int64{{1024, 768}, {390, 844}} {
			must(t, chromedp.Do(ctx, chromedp.EmulateViewport(size[0], size[1]), chromedp.Navigate(w.address+stepAddress(id, step))))
			_, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelectorAll("details").forEach(e => e.open = e.matches(".cs-work details") && location.pathname.endsWith("count")); ""`))
			must(t, err)
			for _, wrong := range measured(t, ctx) {
				t.Errorf("%s at %d pixels: %s", step, size[0], wrong)
			}
			if out := os.Getenv("COUNTERSIGN_PICTURES"); out != "" {
				picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
				must(t, err)
				must(t, os.WriteFile(filepath.Join(out, fmt.Sprintf("gloves-%s-%d.png", step, size[0])), picture, 0o600))
			}
		}
		if step == "short" {
			w.done("a.lee", id, batch.Record{Step: "short", Field: "left", Text: "5.0"})
			w.signed("a.lee", "", id, batch.Perform{Step: "short"})
		}
	}
}

// measured names what is too small to press, what is cut off, and an act that
// lies too far down.
func measured(t *testing.T, ctx context.Context) []string {
	t.Helper()
	found, err := chromedp.Run(ctx, chromedp.Evaluate[string](`(() => {
		const wrong = [], shown = e => e.getClientRects().length > 0 && e.type !== "hidden";
		const name = e => (e.id || e.className || e.tagName) + " “" + (e.textContent || e.name || "").trim().slice(0, 40) + "”";
		for (const e of document.querySelectorAll(".cs-work input, .cs-work textarea, .cs-step select, .cs-step button, .cs-step summary, .cs-step a.nhsuk-button, .cs-step .cs-fix")) {
			if (!shown(e)) continue;
			let box = e.getBoundingClientRect();
			if (e.type === "radio" || e.type === "checkbox") box = e.parentElement.querySelector("label").getBoundingClientRect();
			if (box.height < 75 || box.width < 75) wrong.push("too small, " + Math.round(box.width) + " × " + Math.round(box.height) + ": " + name(e));
			if (box.right > innerWidth + 0.5 || box.left < 0) wrong.push("cut off: " + name(e));
		}
		for (const e of document.querySelectorAll(".cs-step *")) {
			if (shown(e) && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === "hidden" && e.clientWidth > 1) wrong.push("its text is cut off: " + name(e));
		}
		if (document.documentElement.scrollWidth > innerWidth) wrong.push("the page is wider than the screen");
		const top = document.querySelector(".cs-top"), pinned = getComputedStyle(top).position === "sticky" ? top.offsetHeight : 0;
		if (pinned > parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop)) wrong.push("what is jumped to lies below the bar of " + pinned + " pixels");
		if (pinned > innerHeight / 3) wrong.push("the bar takes " + pinned + " pixels of " + innerHeight);
		const act = [...document.querySelectorAll(".cs-step button")].filter(e => shown(e) && /sign/i.test(e.textContent)).pop();
		if (location.pathname.endsWith("short") && act && act.getBoundingClientRect().bottom + scrollY > 2 * innerHeight) wrong.push("the button that signs lies " + Math.round(act.getBoundingClientRect().bottom + scrollY) + " pixels down");
		return wrong.join("\n");
	})()`))
	must(t, err)
	if found == "" {
		return nil
	}
	return strings.Split(found, "\n")
}
