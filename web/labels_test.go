package web

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

const labelBlock = `
label:
  product number: 09501101530003
  actives: example {order.dose}
  contents: one syringe
  excipients: none
  route: For injection into a vein
  warnings: Single use only
  shelf life: 4 h
  cells: contains cells of human origin
  donation: =A99992600001200
  final after: match
`

// act sends a form of the labels' page as a browser without script does.
func (b *browser) label(f form) answer {
	b.w.t.Helper()
	f["key"] = b.w.svc.NewKey()
	got := b.post("/batches/"+id+"/labels", f)
	if got.status == http.StatusSeeOther {
		return b.follow(got)
	}
	return got
}

// A label that may not be printed yet is not offered; the page says what it
// waits for (design: label gates).
func TestAFinalLabelIsOfferedOnceItsGateIsMet(t *testing.T) {
	w := tabledWith(t, strings.Replace(labelBlock, "  final after: match\n", "", 1))
	page := w.browser().signIn("a.lee").get("/batches/" + id + "/labels")
	page.says(t, "The final label waits for certification, and this batch is not certified.", "Print pre-labels")
	// LAB-04: once manufacture has started, a pre-label needs its reason, and what was typed is kept.
	b := w.browser().signIn("a.lee")
	page.says(t, "Why they were not printed before", "Manufacture has started")
	if page := b.label(form{"act": "print", "label": "pre-label", "copies": "3", "why": " "}); page.status != http.StatusUnprocessableEntity {
		t.Errorf("a late pre-label without a reason: %d", page.status)
	}
	b.label(form{"act": "print", "label": "pre-label", "copies": "1", "why": "The printer was out of stock."}).says(t, "The printer was out of stock.")
	if strings.Contains(page.text, "Print the final label</button>") {
		t.Error("the button is there before the gate is met")
	}
}

// TestLabelsArePrintedScannedAndReconciledOnOnePage: what stands in the PDF is
// read by another's reader; a refusal keeps what was typed (LAB-10, EXE-07).
func TestLabelsArePrintedScannedAndReconciledOnOnePage(t *testing.T) {
	w := tabledWith(t, labelBlock)
	b := w.browser().signIn("a.lee")
	if page := b.get("/batches/" + id); !strings.Contains(page.text, `href="/batches/`+id+`/labels"`) {
		t.Error("the batch's page does not lead to its labels")
	}
	if page := b.get("/batches/" + id + "/labels"); !strings.Contains(page.text, "Print the final label</button>") {
		t.Errorf("the page does not offer what may be printed:\n%s", page.text)
	}
	page := b.label(form{"act": "print", "label": "final", "copies": "2"})
	for _, words := range []string{"Labels 1, 2", "(21)L1", "not accounted for", "Labels (PDF)"} {
		if !strings.Contains(page.text, words) {
			t.Errorf("the page does not say %q:\n%s", words, page.text)
		}
	}
	pdf := b.get("/batches/" + id + "/labels/1/pdf")
	if pdf.status != http.StatusOK || !strings.HasPrefix(pdf.text, "%PDF-") {
		t.Fatalf("the PDF: %d %.60q", pdf.status, pdf.text)
	}
	path := filepath.Join(t.TempDir(), "labels")
	must(t, os.WriteFile(path+".pdf", []byte(pdf.text), 0o600))
	for _, args := range [][]string{
		{"pdftoppm", "-r", "200", "-gray", "-png", "-f", "2", "-singlefile", path + ".pdf", path},
		{"dmtxread", "--gs1=29", "--stop-after=1", "--gap=8", path + ".png"},
	} {
		out, err := exec.CommandContext(t.Context(), args[0], args[1:]...).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", args[0], err, out)
		}
		if args[0] == "dmtxread" {
			if page = b.label(form{"act": "apply", "raw": "]d2" + string(out[1:])}); !strings.Contains(page.text, "<td class=\"nhsuk-table__cell\">applied</td>") {
				t.Errorf("%q was read from the second label and is not taken:\n%s", out, page.text)
			}
		}
	}
	if zpl := b.get("/batches/" + id + "/labels/1/zpl"); strings.Count(zpl.text, "^XA") != 2 {
		t.Errorf("the ZPL is %q", zpl.text)
	}
	if page = b.label(form{"act": "reprint", "copy": "1", "reason": " "}); page.status != http.StatusUnprocessableEntity || !strings.Contains(page.text, "why the label is printed again") {
		t.Errorf("a reprint without a reason: %d\n%s", page.status, page.text)
	}
	b.label(form{"act": "reprint", "copy": "1", "reason": "smeared"})
	page = b.label(form{"act": "destroy", "copy": "1", "reason": "smeared"})
	for _, words := range []string{"In the place of label 1: smeared", "destroyed: smeared", "✗ 1"} {
		if !strings.Contains(page.text, words) {
			t.Errorf("the page does not say %q:\n%s", words, page.text)
		}
	}
	// Who needs no identities sees no label (SEC-01).
	other := w.browser().signIn("c.writer")
	for _, kind := range []string{"pdf", "zpl"} {
		if got := other.get("/batches/" + id + "/labels/1/" + kind); got.status == http.StatusOK || strings.Contains(got.text, "EXAMPLE") {
			t.Errorf("an author gets the label: %d", got.status)
		}
	}
	if got := other.get("/batches/" + id + "/labels"); strings.Contains(got.text, "EXAMPLE") {
		t.Error("an author reads the patient's name")
	}
	w.pictured("/batches/"+id+"/labels", "labels")
}

// pictured keeps a picture of a page where somebody asks for it.
func (w *world) pictured(path, name string) {
	w.t.Helper()
	out := os.Getenv("COUNTERSIGN_PICTURES")
	if out == "" {
		return
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.Flag("no-sandbox", true), chromedp.Flag("disable-gpu", true))
	allocated, endAllocated := chromedp.NewExecAllocator(w.t.Context(), options...)
	defer endAllocated()
	tab, end := chromedp.NewContext(allocated)
	defer end()
	ctx, endTime := context.WithTimeout(tab, 2*time.Minute)
	defer endTime()
	must(w.t, chromedp.Do(ctx, chromedp.EmulateViewport(1100, 900), chromedp.Navigate(w.address+"/sign-in")))
	_, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.forms[0].elements.username.value = "a.lee"; document.forms[0].elements.password.value = "`+secret+`"; document.forms[0].submit(); ""`))
	must(w.t, err)
	for at := ""; at != "/batches"; {
		if at, err = chromedp.Run(ctx, chromedp.Evaluate[string](`location.pathname`)); ctx.Err() != nil {
			w.t.Fatal("nobody is signed in: ", err)
		}
	}
	must(w.t, chromedp.Do(ctx, chromedp.Navigate(w.address+path)))
	picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	must(w.t, err)
	must(w.t, os.WriteFile(filepath.Join(out, name+".png"), picture, 0o600))
}

// TestATrainingSitePrintsTheWristbandThatItsBatchKnows: whoever may see patients
// prints it at the batch's page and by program, and nobody else (COI-02, SEC-01).
func TestATrainingSitePrintsTheWristbandThatItsBatchKnows(t *testing.T) {
	w := tabledWith(t, labelBlock)
	b := w.browser().signIn("a.lee")
	at := "/batches/" + id
	if page := b.get(at); !strings.Contains(page.text, `href="`+at+`/wristband.pdf"`) {
		t.Errorf("the batch's page has no wristband:\n%s", page.text)
	}
	if pdf := b.get(at + "/wristband.pdf"); pdf.status != http.StatusOK || !strings.HasPrefix(pdf.text, "%PDF-") {
		t.Errorf("the wristband: %d %.60q", pdf.status, pdf.text)
	}
	other := w.browser().signIn("c.writer")
	if got := other.get(at + "/wristband.pdf"); got.status == http.StatusOK || strings.HasPrefix(got.text, "%PDF-") {
		t.Errorf("an author gets the wristband: %d", got.status)
	}
	if page := other.get(at); strings.Contains(page.text, "wristband.pdf") {
		t.Error("an author is offered the wristband")
	}
}
