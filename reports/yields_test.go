package reports

import (
	"os"
	"strings"
	"testing"
	"time"

	"countersign/batch"
	"countersign/register"
)

// MAT-03, MAT-04, REL-07: typed codes with their witness, and one table of
// yields, stand in the record, and it verifies, masked too.
func TestTypedCodesAndYieldsStandInTheRecord(t *testing.T) {
	source, err := os.ReadFile("../batch/testdata/protocols/yields.yaml")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, register.Rehearsal, source)
	w.permit()
	until := time.Date(2027, 1, 31, 12, 0, 0, 0, time.UTC)
	w.furnish(register.Furnishing{Item: w.p.Item("vial"), Code: vialCode, Number: "L123", Until: until, Document: "CoA 5", ForPatient: "999 000 0018"})
	w.furnish(register.Furnishing{Item: w.p.Item("cabinet"), Code: "CAB-1", Number: "CAB-1", Until: until, Document: "K-5", Clean: true})
	w.must(ben, time.Minute, batch.Open{
		Batch: batch7, Protocol: w.p.Name, Version: w.p.Version, Digest: w.p.Digest,
		Patient: batch.Patient{Name: "TESTPATIENT, Żaneta", Born: "2019-03-01", Number: "999 000 0018", NumberType: "NHS", Wristband: wristband},
		Order:   map[string]string{"dose": "12.0", "strength": "2.4"}, Reference: "RX-79", Prescriber: "Dr C. Okafor", Unit: unit7,
		Items: []batch.Item{{Name: "vial", Code: vialCode}, {Name: "cabinet", Code: "CAB-1"}},
	})
	why := batch.TypingReasons()
	w.must(anna, time.Minute, batch.TypeCode{Step: "match", Field: "vial", Text: "CAB-1", Reason: why[1], Words: "Its battery is flat."})
	w.must(anna, time.Minute, batch.TypeCode{Step: "match", Field: "patient", Text: wristband, Reason: why[0], Words: "Soaked."})
	w.must(ben, time.Minute, batch.WitnessCode{Step: "match"})
	w.must(anna, time.Minute, batch.TypeCode{Step: "match", Field: "vial", Text: vialCode, Reason: why[1], Words: "Its battery is flat."})
	w.must(anna, time.Minute, batch.Scan{Step: "match", Field: "cabinet", Raw: "CAB-1"})
	w.must(anna, time.Minute, batch.Perform{Step: "match"})
	w.must(ben, time.Minute, batch.Check{Step: "match"})
	w.must(anna, time.Minute, batch.Record{Step: "wash", Field: "before", Text: "100.0"})
	w.must(anna, time.Minute, batch.Record{Step: "wash", Field: "after", Text: "41.0"})
	pdf := w.record()
	if v, err := Verify(pdf, w.siteKey().Verifier(), AllowRehearsal()); err != nil || v.Exit() != 0 {
		t.Fatalf("%v\n%s", err, said(v))
	}
	if out := os.Getenv("COUNTERSIGN_PICTURES"); out != "" {
		if err := os.WriteFile(out+"/typed-and-yields.pdf", pdf, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	whole, _ := flat(t, pdf)
	for _, want := range []string{
		"TYPED, not scanned: patient", "because the label is torn or dirty: Soaked.", "witnessed by Ben Mensah", "typed code", "What was typed for vial in step match, since the scanner does not work, was refused",
		"Yields", "41.0 million cells", "100.0 million cells", "41.0 %", "exception 4, OPEN", "Signed as witnessed that the wristband",
	} {
		if !strings.Contains(whole, want) {
			t.Errorf("the record does not say %q", want)
		}
	}
}
