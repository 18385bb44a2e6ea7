package reports

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"countersign/audit"
	"countersign/batch"
	"countersign/register"
)

// long makes a batch of many steps, each with a value and the signatures of
// two people.
func long(t testing.TB, steps int) (*world, Input) {
	t.Helper()
	text := string(testdata(t, "dose.yaml"))
	head, _, _ := strings.Cut(text, "  - section: prepare")
	var b strings.Builder
	b.WriteString(head)
	b.WriteString("  - section: prepare\n    by: preparer\n    steps:\n")
	for i := range steps {
		fmt.Fprintf(&b, "      - step: draw up n%d\n        uses: vial\n        do: Draw up portion %d, hold the syringe upright and read the scale at eye level.\n        checked by: checker\n", i, i)
		fmt.Fprintf(&b, "        enter:\n          drawn: {unit: mL, places: 1, class: critical parameter, accept: 4.9 to 5.1 mL, otherwise: exception}\n")
	}
	b.WriteString("\nrelease:\n  - every critical step checked by another person\n")
	w := newWorld(t, register.Live, []byte(b.String()))
	w.open()
	w.must(anna, time.Minute, batch.Perform{Step: "clearance"})
	w.must(ben, time.Minute, batch.Check{Step: "clearance"})
	w.must(anna, time.Minute, batch.Scan{Step: "patient", Field: "patient", Raw: wristband})
	w.must(anna, time.Minute, batch.Perform{Step: "patient"})
	w.must(ben, time.Minute, batch.Check{Step: "patient"})
	for i := range steps {
		step := fmt.Sprintf("draw up n%d", i)
		w.must(anna, 10*time.Second, batch.Record{Step: step, Field: "drawn", Text: "5.0"})
		w.must(anna, 10*time.Second, batch.Perform{Step: step})
		w.must(ben, 10*time.Second, batch.Check{Step: step})
	}
	bundle := w.bundle()
	opened, err := audit.VerifyBundle(bundle, "")
	if err != nil {
		t.Fatal(err)
	}
	h, err := read(opened, batch7)
	if err != nil {
		t.Fatal(err)
	}
	in := h.input(w.state, opened)
	if in.Bundle, err = bundle.Encode(); err != nil {
		t.Fatal(err)
	}
	in.SiteKey, in.Software, in.GeneratedBy = bundle.Verifier, "0.1.0", "Chidi Nwosu (cnwosu)"
	return w, in
}

// BenchmarkRecord300 measures the record of 300 steps, each with a value and
// two signatures: milliseconds and megabytes of allocation a record, and its
// size.
func BenchmarkRecord300(b *testing.B) {
	_, in := long(b, 300)
	var pdf []byte
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for b.Loop() {
		var err error
		if pdf, err = BatchRecord(in); err != nil {
			b.Fatal(err)
		}
	}
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/record")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(b.N)/1e6, "MB-allocated/record")
	b.ReportMetric(float64(len(pdf))/1e6, "MB/file")
}

// BenchmarkVerify300 measures checking that record: proofs, signatures, every
// decision again, the pages again.
func BenchmarkVerify300(b *testing.B) {
	w, _ := long(b, 300)
	pdf := w.record()
	for b.Loop() {
		if _, err := Verify(pdf, w.siteKey().Verifier()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/verification")
}
