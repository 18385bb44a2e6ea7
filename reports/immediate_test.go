package reports

import (
	"os"
	"strings"
	"testing"
	"time"

	"countersign/batch"
	"countersign/register"
)

// TestTheRecordShowsImmediateUse: the confirmations, the clock, what was given
// and what was left, in the pages; and the verifier decides it all again (LAB-02,
// LAB-03, EXE-12; record F.22, F.25).
func TestTheRecordShowsImmediateUse(t *testing.T) {
	text, err := os.ReadFile("../batch/testdata/protocols/immediate.yaml")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, register.Live, text)
	w.must(ben, time.Minute, w.openingOf())
	w.must(ben, time.Minute, batch.ImmediateUse{PointOfCare: true, Entirely: true, NothingKept: true})
	w.must(anna, time.Minute, batch.Scan{Step: "match", Field: "patient", Raw: wristband})
	w.must(anna, 0, batch.Perform{Step: "match"})
	w.must(ben, 0, batch.Check{Step: "match"})
	w.must(anna, time.Minute, batch.Scan{Step: "draw up", Field: "vial", Raw: "code of vial"})
	w.must(anna, 0, batch.Record{Step: "draw up", Field: "drawn", Text: "2.0"})
	w.must(anna, 0, batch.Perform{Step: "draw up"})
	w.must(ben, 10*time.Second, batch.Check{Step: "draw up"})
	w.must(fay, 20*time.Second, batch.Review{Statement: "Seen."})
	w.must(chi, 20*time.Second, batch.Certify{Statement: "It meets its specification.", Place: "Ward 7", Where: batch.AtControlSite})
	w.must(anna, 10*time.Second, batch.Scan{Step: "give", Field: "patient", Raw: wristband})
	w.must(anna, 5*time.Second, batch.Begin{Step: "give"})
	w.must(anna, time.Minute, batch.Record{Step: "give", Field: "given", Text: "2.0"})
	w.must(anna, 0, batch.Record{Step: "give", Field: "left", Text: "0.0"})
	w.must(anna, 0, batch.Perform{Step: "give"})
	w.must(ben, time.Minute, batch.Check{Step: "give"})
	pdf := w.record()
	if v, err := Verify(pdf, w.siteKey().Verifier()); err != nil || v.Exit() != 0 {
		t.Fatalf("%v\n%s", err, said(v))
	}
	whole, _ := flat(t, pdf)
	for _, words := range []string{
		"Immediate use without a final label", "Confirmed by Ben Mensah (pharmacist)", "No part of it is kept for later.",
		"1 min 5 s after completion: within the limit of 2 min.", "Amount given: 2.0 mL. Amount left: 0.0 mL: it was given entirely.",
		"none asked for: immediate use",
	} {
		if !strings.Contains(whole, words) {
			t.Errorf("the record does not say %q", words)
		}
	}
	if keep := os.Getenv("LABELS"); keep != "" {
		if err := os.WriteFile(keep+"/immediate.pdf", pdf, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
