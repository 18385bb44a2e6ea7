package web

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/batch"
	"countersign/register"
)

// aborted makes batches that got as far as their urine test, and were ended.
func (w *world) aborted(proteins ...string) {
	w.t.Helper()
	for i, protein := range proteins {
		id := fmt.Sprintf("B-2026-%04d", i+1)
		opening := w.opening(id)
		if i > 0 {
			opening.Reissue = "The dose is made again."
		}
		w.signed("b.okoro", "", id, opening)
		w.done("a.lee", id, batch.Scan{Step: "clearance", Field: "cabinet", Raw: "CAB-1"})
		w.done("a.lee", id, batch.Record{Step: "clearance", Field: "clear", Text: "yes"})
		w.signed("a.lee", "", id, batch.Perform{Step: "clearance"})
		w.signed("b.okoro", "", id, batch.Check{Step: "clearance"})
		w.done("a.lee", id, batch.Scan{Step: "patient", Field: "patient", Raw: "WB-9990000018"})
		w.signed("a.lee", "", id, batch.Perform{Step: "patient"})
		w.signed("b.okoro", "", id, batch.Check{Step: "patient"})
		for field, text := range map[string]string{"platelets": "250", "PT": "12.0", "aPTT": "30.0"} {
			w.done("a.lee", id, batch.Record{Step: "blood tests", Field: field, Text: text})
		}
		w.signed("a.lee", "", id, batch.Perform{Step: "blood tests"})
		w.signed("b.okoro", "", id, batch.Check{Step: "blood tests"})
		w.done("a.lee", id, batch.Record{Step: "urine protein", Field: "protein", Text: protein})
		w.signed("b.okoro", "", id, batch.Abort{Reason: "The patient went home."})
		w.register(w.session("a.lee"), register.CleanEquipment{Equipment: "E-0001"})
		w.clock.move(time.Hour)
	}
}

func TestTrendsShowWhatStandsOutAndGiveEveryFigure(t *testing.T) {
	w := newWorld(t).staffed()
	w.aborted("0.10", "0.12", "0.11")
	b := w.browser().signIn("q.meyer")
	page := b.get("/trends")
	for _, said := range []string{"What stands out", "urine protein: urine protein", "3 points, mean 0.110 g/L", "<svg ", "B-2026-0002: 0.12 g/L", "provisional"} {
		if page.status != http.StatusOK || !strings.Contains(page.text, said) {
			t.Errorf("the page (%d) does not say %q", page.status, said)
		}
	}
	if strings.Contains(page.text, "EXAMPLE, Robin") || strings.Contains(page.text, "999 000 0018") {
		t.Error("the page names a patient")
	}
	one := b.get("/trends?protocol=aso-intrathecal&chart=aso-intrathecal%2Fvalue%2Furine+protein%3A+urine+protein%2Fg%2FL")
	if !strings.Contains(one.text, "All charts</a>") || strings.Count(one.text, "<svg ") != 1 || !strings.Contains(one.text, "within") {
		t.Errorf("one chart: %s", one.text)
	}
	figures := b.get("/trends?as=csv")
	if !strings.HasPrefix(figures.text, "Protocol,Kind,What,Batch,") || !strings.Contains(figures.text, "aso-intrathecal,value,urine protein: urine protein,B-2026-0003,U-1,technician,") {
		t.Errorf("%s", figures.text)
	}
	if wrong := b.get("/trends?from=yesterday"); !strings.Contains(wrong.text, "“yesterday” is not a day. Write it as in 2026-03-31.") {
		t.Error("a day that cannot be read is not told")
	}
	w.pictured("/trends", "trends")
	if none := b.get("/trends?protocol=nothing"); none.status != http.StatusOK || !strings.Contains(none.text, "No batch that was asked for has been made yet.") {
		t.Error("a protocol without batches")
	}
}

// The charts on paper are a sound PDF, and say as of when they are (qpdf and
// pdftotext judge).
func TestTrendsPrintAsASoundPDF(t *testing.T) {
	w := newWorld(t).staffed()
	w.aborted("0.10", "0.30")
	got := w.browser().signIn("q.meyer").get("/trends.pdf")
	if got.status != http.StatusOK || got.header.Get("Content-Type") != "application/pdf" {
		t.Fatalf("%d %s", got.status, got.text)
	}
	file := filepath.Join(t.TempDir(), "trends.pdf")
	must(t, os.WriteFile(file, []byte(got.text), 0o600))
	if out, err := exec.CommandContext(t.Context(), "qpdf", "--check", file).CombinedOutput(); err != nil {
		t.Errorf("qpdf: %v\n%s", err, out)
	}
	text, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", file, "-").Output()
	must(t, err)
	for _, said := range []string{"Trends from batch to batch", "What stands out", "urine protein", "0.200 g/L", "A READING OF THE BATCHES AS AT"} {
		if !strings.Contains(string(text), said) {
			t.Errorf("the print does not say %q:\n%s", said, text)
		}
	}
}
