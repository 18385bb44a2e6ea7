package reports

import (
	"os"
	"strings"
	"testing"
	"time"

	"countersign/batch"
	"countersign/register"
)

// PDF-02, EXE-08: a table stands in the record as a table, a correction in its
// cell with who, when and why, and the record verifies.
func TestATableIsDrawnAsATableWithItsCorrections(t *testing.T) {
	text, err := os.ReadFile("../batch/testdata/protocols/tables.yaml")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, register.Rehearsal, text)
	w.permit()
	w.must(ben, time.Minute, batch.Open{
		Batch: batch7, Protocol: w.p.Name, Version: w.p.Version, Digest: w.p.Digest,
		Patient: batch.Patient{Name: "TESTPATIENT, Żaneta", Born: "2019-03-01", Number: "999 000 0018", NumberType: "NHS", Wristband: wristband},
		Order:   map[string]string{"dose": "3.5"}, Reference: "RX-78", Prescriber: "Dr C. Okafor", Unit: unit7,
	})
	w.must(anna, time.Minute, batch.Scan{Step: "match", Field: "patient", Raw: wristband})
	w.must(anna, time.Minute, batch.Perform{Step: "match"})
	w.must(ben, time.Minute, batch.Check{Step: "match"})
	for _, one := range [][2]string{
		{"counts.1.viable", "80"},
		{"counts.1.dead", "3"},
		{"counts.2.viable", "49"},
		{"counts.2.viable", "71"},
		{"counts.2.dead", "not applicable: rinsed"},
		{"counts.3.viable", "66"},
		{"counts.3.dead", "not done"},
	} {
		w.must(anna, time.Second, batch.Record{Step: "count", Field: one[0], Text: one[1]})
	}
	w.must(anna, time.Minute, batch.Correct{Step: "count", Field: "counts.3.viable", Text: "67", Reason: "Read from the line above."})
	w.must(anna, time.Minute, batch.Perform{Step: "count"})
	w.must(ben, time.Minute, batch.Check{Step: "count"})
	for _, one := range [][2]string{
		{"stops.1.read at", "2026-07-20 09:00"},
		{"stops.1.bag", "4.0"},
		{"stops.2.read at", "2026-07-20 09:15"},
		{"stops.2.bag", "4.5"},
		{"stops.3.read at", "2026-07-20 09:30"},
		{"stops.rows", "3"},
	} {
		w.must(anna, time.Second, batch.Record{Step: "transport", Field: one[0], Text: one[1]})
	}
	pdf := w.record()
	if v, err := Verify(pdf, w.siteKey().Verifier(), AllowRehearsal()); err != nil || v.Exit() != 0 {
		t.Fatalf("%v\n%s", err, said(v))
	}
	path := store(t, pdf)
	run(t, "qpdf", "--check", path)
	if out := os.Getenv("COUNTERSIGN_PICTURES"); out != "" {
		run(t, "pdftoppm", "-r", "80", "-png", path, out+"/record")
	}
	whole, _ := flat(t, pdf)
	for _, want := range []string{"chamber 1", "chamber 3", "stop 3", "number of rows", "reason: Read from the line above.", "measured again", "corrected to", "missing"} {
		if !strings.Contains(whole, want) {
			t.Errorf("the pages do not say %q", want)
		}
	}
	if strings.Contains(whole, "stop 4") {
		t.Error("a row that was not there is in the pages")
	}
}
