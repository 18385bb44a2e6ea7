package reports

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/batch"
	"countersign/protocol"
	"countersign/register"
	"countersign/register/label"
)

// Every example protocol makes a record that verifies, as soon as its batch is
// open and its first step is signed.
func TestEveryExampleProtocolMakesARecord(t *testing.T) {
	names, err := fs.Glob(protocol.Examples(), "*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			text, err := fs.ReadFile(protocol.Examples(), name)
			if err != nil {
				t.Fatal(err)
			}
			w := newWorld(t, register.Rehearsal, text)
			w.must(ben, time.Minute, w.openingOf())
			pdf := w.record()
			if v, err := Verify(pdf, w.siteKey().Verifier(), AllowRehearsal()); err != nil || v.Exit() != 0 {
				t.Fatalf("%v\n%s", err, said(v))
			}
			path := store(t, pdf)
			run(t, "qpdf", "--check", path)
			whole, _ := flat(t, pdf)
			for i := range w.state.Steps {
				step := w.state.Steps[i].Step
				if !strings.Contains(whole, strings.Join(strings.Fields(w.state.Told(step.Do)), " ")) {
					t.Errorf("the instruction of %q is not in the pages", step.Name)
				}
				for _, in := range step.Inputs {
					for _, word := range strings.Fields(in.Title) { // a narrow column may part them
						if !strings.Contains(whole, word) {
							t.Errorf("%q of the field %q is not in the pages", word, in.Title)
						}
					}
				}
			}
			for i := range w.p.SiteValues {
				for _, words := range []string{w.p.SiteValues[i].Title, w.p.SiteValues[i].Approved()} {
					if !strings.Contains(whole, words) {
						t.Errorf("MBR-05: %q of what the site sets is not in the pages", words)
					}
				}
			}
			for _, c := range w.p.Criteria {
				if !strings.Contains(whole, c.Name) {
					t.Errorf("the criterion %q is not in the pages", c.Name)
				}
			}
		})
	}
}

// openingOf is an order for whatever the protocol is, with everything set out.
func (w *world) openingOf() batch.Open {
	order := map[string]string{}
	for _, o := range w.p.Order {
		order[o.Name] = o.Low.String()
	}
	w.permit()
	var items []batch.Item
	for _, item := range w.p.Items {
		set := register.Furnishing{
			Item: &item, Code: "code of " + item.Name, Number: "LOT-" + strings.ToUpper(item.Name), Until: w.now.AddDate(0, 6, 0),
			Document: "reference", Clean: true,
		}
		if slices.Contains(item.MustBe, "for this patient") {
			set.ForPatient, set.Donation = "999 000 0018", "G0017 26 000001"
		}
		w.furnish(set)
		items = append(items, batch.Item{Name: item.Name, Code: set.Code})
	}
	trial, participant := "", ""
	if w.p.Product.Supply == string(label.Trial) {
		trial, participant = "TRIAL-1", "014-0007"
	}
	return batch.Open{
		Trial: trial, Participant: participant,
		Batch: batch7, Protocol: w.p.Name, Version: w.p.Version, Digest: w.p.Digest,
		Patient: batch.Patient{Name: "TESTPATIENT, Żaneta", Born: "2019-03-01", Number: "999 000 0018", NumberType: "NHS", Wristband: wristband},
		Order:   order, Reference: "RX-78", Prescriber: "Dr C. Okafor", Items: items, Unit: unit7,
	}
}
