package reports

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/batch"
	"countersign/protocol"
	"countersign/register"
	"countersign/register/label"
	"countersign/register/scan"
)

// labelled is a label with everything that its supply status demands.
func labelled(t *testing.T, supply label.Supply, gtin string, number int) label.Label {
	t.Helper()
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	data := label.Data{
		Kind: label.Final, Supply: supply, Name: "Individualised antisense oligonucleotide", Strength: "2.40 mg/mL", Form: "solution for injection, intrathecal",
		Actives: "oligonucleotide 24.0 mg", Contents: "10.0 mL in one polypropylene syringe", Excipients: "none", Route: "For intrathecal use, by lumbar puncture",
		Warnings: []string{"Single use only. Not for intravenous use"}, Storage: "at 2 to 8 °C, never frozen", Disposal: "return to the pharmacy",
		Holder: "Example Control Site, 1 Example Street, Exampleton EX1 1EX", Number: "MS 00000 (example)", Supplier: "Example Hospital, Exampleton",
		Batch: "B-2026-0007", Copy: number, Made: time.Date(2026, 10, 24, 22, 0, 0, 0, time.UTC),
		Expiry: time.Date(2026, 10, 25, 0, 30+number, 0, 0, time.UTC), Zone: zone, GTIN: gtin,
		Patient: label.Patient{Name: "EXAMPLE-ŁUKASZ, Ada", Born: "2019-03-01", Number: "999 000 0018", NumberType: "NHS"},
		Cells:   "contains cells of human origin, from the patient", Donation: "=A99992600001200", Autologous: supply == label.ExemptATMP,
		Trial: "EX-01", Sponsor: "Example Sponsor, 2 Example Street, telephone 00000 000000", Participant: "P-0001",
	}
	if supply == label.Trial || supply == label.TrialATMP {
		data.Directions = "Give as the trial protocol says"
	}
	made, err := label.Make(data)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// TestIndependentReadersReadEveryLabelAt200Dots: what a printer makes of the PDF
// is read back, byte for byte, by a reader that is not ours; and the texts are
// found by another (LAB-09, LAB-10).
func TestIndependentReadersReadEveryLabelAt200Dots(t *testing.T) {
	for _, supply := range []label.Supply{label.Licensed, label.LicensedATMP, label.Special, label.ExemptATMP, label.Trial, label.TrialATMP} {
		for number, gtin := range map[int]string{1: "09501101530003", 2: "", 13: "09501101530003"} {
			made := labelled(t, supply, gtin, number)
			pdf, err := LabelPDF(UsualLabel(), made)
			if err != nil {
				t.Fatalf("%s: %v", supply, err)
			}
			path := store(t, pdf)
			run(t, "qpdf", "--check", path)
			picture := filepath.Join(t.TempDir(), "label")
			run(t, "pdftoppm", "-r", "200", "-gray", "-png", "-singlefile", path, picture)
			read := run(t, "dmtxread", "--gs1=29", "--stop-after=1", "--gap=8", picture+".png")
			want := made.Code.Text
			if made.Code.GS1 {
				want = scan.GS + want
			}
			if read != want {
				t.Errorf("%s, copy %d: read %q, and the code is %q", supply, number, read, want)
			}
			if n, ok := label.Names(strings.TrimPrefix(read, scan.GS), "B-2026-0007"); !ok || n != number {
				t.Errorf("our own scanner takes %q for copy %d, %v", read, n, ok)
			}
			words := strings.Join(strings.Fields(run(t, "pdftotext", "-layout", path, "-")), "")
			for _, text := range made.Texts(false) {
				for _, word := range strings.Fields(text) {
					if !strings.Contains(words, word) {
						t.Errorf("%s: %q of %q is not on the label:\n%s", supply, word, text, words)
					}
				}
			}
			if again, err := LabelPDF(UsualLabel(), made); err != nil || !bytes.Equal(again, pdf) {
				t.Errorf("the same label gives other bytes (%v)", err)
			}
			if keep := os.Getenv("LABELS"); keep != "" {
				picture, err := os.ReadFile(picture + ".png")
				if err != nil {
					t.Fatal(err)
				}
				name := strings.ReplaceAll(string(supply), " ", "-") + "-" + gtin + ".png"
				if err := os.WriteFile(filepath.Join(keep, name), picture, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// TestALabelThatIsTooSmallIsRefused: no text is cut (HMR 257(6)).
func TestALabelThatIsTooSmallIsRefused(t *testing.T) {
	for _, size := range []LabelSize{{70, 50}, {50, 30}, {100, 20}, {10, 10}, {0, 0}, {-1, 5}} {
		_, err := LabelPDF(size, labelled(t, label.Licensed, "", 1))
		var unfit *Unfit
		if !errors.As(err, &unfit) {
			t.Errorf("a label of %v is drawn", size)
			continue
		}
		if len(unfit.Parts) == 0 || strings.Contains(err.Error(), "Ada") || strings.Contains(err.Error(), "999") || !strings.Contains(err.Error(), "supplied by") {
			t.Errorf("it says %v", err)
		}
	}
}

// TestEachSizeOfStockHoldsSomeLabel: a short label goes on the smallest stock,
// and the largest holds every template.
func TestEachSizeOfStockHoldsSomeLabel(t *testing.T) {
	sizes := protocol.LabelSizes()
	for _, supply := range []label.Supply{label.Licensed, label.LicensedATMP, label.Special, label.ExemptATMP, label.Trial, label.TrialATMP} {
		if _, err := LabelPDF(LabelSize(sizes[0]), labelled(t, supply, "09501101530003", 13)); err != nil {
			t.Errorf("%s: %v", supply, err)
		}
	}
	short := labelled(t, label.Special, "", 1)
	short.Lines = short.Lines[:6]
	for _, size := range sizes {
		if _, err := LabelPDF(LabelSize(size), short); err != nil {
			t.Errorf("%s: %v", size, err)
		}
	}
}

// TestTheZPLSaysWhatThePDFSays: the same texts, and the code with FNC1 where the
// PDF's has it.
func TestTheZPLSaysWhatThePDFSays(t *testing.T) {
	made := labelled(t, label.Special, "09501101530003", 4)
	made.Lines = append(made.Lines, label.Line{Text: "a^b~c\\d"}, label.Line{Text: label.MarkOf("training"), Weight: label.Notice})
	zpl, err := LabelZPL(made, UsualLabel(), withLinear)
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{
		"^XA", "^PW799", "^LL719", "^BXN,4,200,", "^BY3^BCN,52,N,N,N,A^FDB-2026-0007^FS", "^FD_10109501101530003", "70032610250134", "10B-2026-0007_121L4^FS", "EXAMPLE-ŁUKASZ, Ada",
		"a\\5Eb\\7Ec\\5Cd", "oligonucleotide 24 mg", "^FDTRAINING – NOT FOR USE IN PATIENTS^FS", "^XZ",
	} {
		if !strings.Contains(zpl, words) {
			t.Errorf("it does not hold %q:\n%s", words, zpl)
		}
	}
	if strings.Count(zpl, "^XA") != 1 || strings.Count(zpl, "^FS") != strings.Count(zpl, "^FO") {
		t.Errorf("its fields do not end where they should:\n%s", zpl)
	}
}

// TestTheRecordShowsEveryLabelAndDrawsItAgain: printings, copies and their
// reconciliation stand in the record; the verifier draws each label anew, and an
// image that was never drawn is found out (LAB-10).
func TestTheRecordShowsEveryLabelAndDrawsItAgain(t *testing.T) {
	text := bytes.Replace(testdata(t, "dose.yaml"), []byte("\norder:"), []byte("\nlabel:\n  route: For intrathecal use\n\norder:"), 1)
	for practises, kind := range map[string]string{"": register.Live, "REHEARSAL – NOT FOR USE IN PATIENTS": register.Rehearsal, "a lie": register.Live} {
		w, honest := newWorld(t, kind, text), practises != "a lie"
		w.must(ben, time.Minute, w.openingOf())
		print := batch.PrintLabel{Label: label.PreLabel, Copies: 2}
		facts := batch.Facts{Protocol: w.p, Origin: w.site.Origin, Zone: w.zone}
		labels, err := batch.ToPrint(w.state, print, facts, w.now)
		if err != nil {
			t.Fatal(err)
		}
		_, hash, err := LabelImage(UsualLabel(), labels)
		if err != nil {
			t.Fatal(err)
		}
		if !honest {
			hash = strings.Repeat("0", 64)
		}
		print.Drawn = batch.Drawn{Image: hash, Width: labelWidth, Height: labelHeight}
		w.must(anna, time.Minute, print)
		w.must(anna, time.Minute, batch.DestroyLabel{Copy: 2, Reason: "smeared"})
		pdf := w.record()
		v, err := Verify(pdf, w.siteKey().Verifier(), AllowRehearsal())
		if !honest {
			if err == nil || !strings.Contains(err.Error(), "not the one whose image was kept") {
				t.Errorf("a label that was never drawn so passes: %v", err)
			}
			continue
		}
		if err != nil || v.Exit() != 0 {
			t.Fatalf("%v\n%s", err, said(v))
		}
		whole, _ := flat(t, pdf)
		for _, words := range []string{
			practises, "NOT RELEASED", hash[:16], "destroyed: smeared",
			"Labels (pre-label): 2 printed, 0 applied, 1 destroyed, 0 attached, 1 not accounted for.",
		} {
			if !strings.Contains(whole, words) {
				t.Errorf("the record does not say %q", words)
			}
		}
	}
}

// TestTheMarkOfASiteThatPractisesHasRoomOnTheFullestLabel (MBR-07).
func TestTheMarkOfASiteThatPractisesHasRoomOnTheFullestLabel(t *testing.T) {
	for _, supply := range []label.Supply{label.Licensed, label.LicensedATMP, label.Special, label.ExemptATMP, label.Trial, label.TrialATMP} {
		made := labelled(t, supply, "09501101530003", 4)
		made.Lines = append([]label.Line{{Text: label.MarkOf(register.Rehearsal), Weight: label.Notice}}, made.Lines...)
		if _, err := LabelPDF(UsualLabel(), made); err != nil {
			t.Errorf("%s: %v", supply, err)
		}
	}
}
