package reports

import (
	"os"
	"strings"
	"testing"
	"time"

	"countersign/batch"
	"countersign/register"
)

// MAT-04: what became of every material stands in one table of the record, with
// what is missing and its exception, and it verifies, masked too. Nobody can
// make the difference smaller afterwards: the verifier counts again.
func TestWhatBecameOfMaterialsStandsInTheRecord(t *testing.T) {
	source, err := os.ReadFile("../batch/testdata/protocols/reconciled.yaml")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, register.Rehearsal, source)
	w.permit()
	until := time.Date(2027, 1, 31, 12, 0, 0, 0, time.UTC)
	w.furnish(register.Furnishing{Item: w.p.Item("vial"), Code: vialCode, Number: "L123", Until: until, Document: "CoA 5", ForPatient: "999 000 0018"})
	w.furnish(register.Furnishing{Item: w.p.Item("medium"), Code: "MED-1", Number: "M55", Until: until, Document: "CoA 6", Quantity: "100 mL"})
	w.furnish(register.Furnishing{Item: w.p.Item("cabinet"), Code: "CAB-1", Number: "CAB-1", Until: until, Document: "K-5", Clean: true})
	w.must(ben, time.Minute, batch.Open{
		Batch: batch7, Protocol: w.p.Name, Version: w.p.Version, Digest: w.p.Digest,
		Patient: batch.Patient{Name: "TESTPATIENT, Żaneta", Born: "2019-03-01", Number: "999 000 0018", NumberType: "NHS", Wristband: wristband},
		Order:   map[string]string{"dose": "12.0", "strength": "2.4"}, Reference: "RX-79", Prescriber: "Dr C. Okafor", Unit: unit7,
		Items: []batch.Item{{Name: "vial", Code: vialCode}, {Name: "medium", Code: "MED-1", Amount: "25 mL"}, {Name: "cabinet", Code: "CAB-1"}},
	})
	for field, code := range map[string]string{"patient": wristband, "vial": vialCode, "cabinet": "CAB-1"} {
		w.must(anna, time.Minute, batch.Scan{Step: "match", Field: field, Raw: code})
	}
	w.must(anna, time.Minute, batch.Perform{Step: "match"})
	w.must(ben, time.Minute, batch.Check{Step: "match"})
	for _, value := range [][2]string{{"before", "100.0"}, {"after", "80.0"}} {
		w.must(anna, time.Minute, batch.Record{Step: "wash", Field: value[0], Text: value[1]})
	}
	w.must(anna, time.Minute, batch.Perform{Step: "wash"})
	w.must(ben, time.Minute, batch.Check{Step: "wash"})
	w.must(anna, time.Minute, batch.Account{Item: "medium", Lot: "L-0002", Used: "18.0 mL", Returned: "5 mL", Reason: "The rest was in the line."})
	pdf := w.record()
	if v, err := Verify(pdf, w.siteKey().Verifier(), AllowRehearsal()); err != nil || v.Exit() != 0 {
		t.Fatalf("%v\n%s", err, said(v))
	}
	if out := os.Getenv("COUNTERSIGN_PICTURES"); out != "" {
		if err := os.WriteFile(out+"/reconciliation.pdf", pdf, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	whole, _ := flat(t, pdf)
	for _, want := range []string{
		"Reconciliation of materials", "25 mL", "18.0 mL", "exception 1, to be investigated", "The rest was in the line.", "2 mL is missing, and 5 % is allowed",
		"nobody has said what became of it", "Accounted for medium, lot M55 (L-0002)",
	} {
		if !strings.Contains(whole, want) {
			t.Errorf("the record does not say %q", want)
		}
	}
}
