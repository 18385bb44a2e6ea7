package reports

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/batch"
	"countersign/protocol"
	"countersign/register"
	"countersign/register/label"
	"countersign/register/scan"
)

// printed is what a printer with 200 dots in an inch makes of a PDF's page.
func printed(t *testing.T, pdf []byte) (picture string) {
	t.Helper()
	picture = filepath.Join(t.TempDir(), "printed")
	run(t, "pdftoppm", "-r", "200", "-gray", "-png", "-singlefile", store(t, pdf), picture)
	return picture + ".png"
}

// square reads the DataMatrix of a picture, and linearRead its Code 128, each
// with a reader that is not ours.
func square(t *testing.T, picture string) string {
	t.Helper()
	return run(t, "dmtxread", "--gs1=29", "--stop-after=1", "--gap=8", picture)
}

func linearRead(t *testing.T, picture string) string {
	t.Helper()
	return strings.TrimSpace(run(t, "zbarimg", "--nodbus", "--quiet", "--raw", "-Sdisable", "-Scode128.enable", picture))
}

// TestIndependentReadersReadBothCodesOfEveryLabelOfEverySize: every template,
// both kinds of label, every size of stock that holds it: the square code with
// one reader, and where there is room for it the linear code with another. The
// usual size has room for both on all but a trial's final label, whose texts need
// it whole (LAB-09, LAB-10).
func TestIndependentReadersReadBothCodesOfEveryLabelOfEverySize(t *testing.T) {
	with := map[LabelSize]int{}
	for _, supply := range []label.Supply{label.Licensed, label.LicensedATMP, label.Special, label.ExemptATMP, label.Trial, label.TrialATMP} {
		final := labelled(t, supply, "09501101530003", 2)
		pre, err := label.Make(label.Data{
			Kind: label.PreLabel, Supply: supply, Name: "Exampline", Strength: "1.0 mL", Form: "suspension", Batch: "B-2026-0007", Copy: 3,
			Patient: label.Patient{Name: "EXAMPLE, Ada", Born: "2019-03-01", Number: "999 000 0018", NumberType: "NHS"}, Autologous: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		for kind, made := range map[label.Kind]label.Label{label.Final: final, label.PreLabel: pre} {
			for _, stock := range protocol.LabelSizes() {
				size := LabelSize(stock)
				p, err := place(made, size, withLinear)
				if err != nil {
					continue // no room for the texts: TestALabelThatIsTooSmallIsRefused
				}
				pdf, err := LabelPDF(size, made)
				if err != nil {
					t.Fatal(err)
				}
				picture, want := printed(t, pdf), made.Code.Text
				if made.Code.GS1 {
					want = scan.GS + want
				}
				if read := square(t, picture); read != want {
					t.Errorf("%s, %s, %v: read %q, and the code is %q", supply, kind, size, read, want)
				}
				if p.linear.module == 0 {
					continue
				}
				with[size]++
				if read := linearRead(t, picture); read != "B-2026-0007" {
					t.Errorf("%s, %s, %v: the linear code is read as %q", supply, kind, size, read)
				}
			}
		}
	}
	if with[UsualLabel()] != 10 {
		t.Errorf("of the 12 labels of the usual size, %d have a linear code: %v", with[UsualLabel()], with)
	}
}

// TestALinearCodeTakesNoTextsRoom: a label whose texts fill the stock, or whose
// number is too long for bars that can be read, is drawn without one.
func TestALinearCodeTakesNoTextsRoom(t *testing.T) {
	for name, change := range map[string]func(*label.Label){
		"full": func(l *label.Label) {
			l.Lines = append(slices.Clone(l.Lines), slices.Repeat([]label.Line{{Text: "More"}}, 9)...)
		},
		"long number": func(l *label.Label) { l.Batch = strings.Repeat("Q-", 20) },
		"no number":   func(l *label.Label) { l.Batch = "" },
	} {
		made := labelled(t, label.Special, "09501101530003", 1)
		change(&made)
		p, err := place(made, UsualLabel(), withLinear)
		if err != nil || p.linear.module != 0 {
			t.Errorf("%s: it is drawn with bars of %d (%v)", name, p.linear.module, err)
		}
	}
}

// TestALabelIsDrawnAgainAsTheProgramOfItsDayDrewIt: the hash in the entry says
// which drawing it was, and an image that no program drew is refused.
func TestALabelIsDrawnAgainAsTheProgramOfItsDayDrewIt(t *testing.T) {
	made := []label.Label{labelled(t, label.Special, "09501101530003", 1)}
	for _, drawing := range []LabelDrawing{squareOnly, withLinear} {
		_, hash, err := labelImage(UsualLabel(), drawing, made)
		if err != nil {
			t.Fatal(err)
		}
		held := batch.Labelling{Width: labelWidth, Height: labelHeight, Labels: made, Image: strings.ToUpper(hash)}
		_, found, err := LabelAgain(held)
		if err != nil || found != drawing {
			t.Errorf("drawing %d is taken for %d (%v)", drawing, found, err)
		}
		zpl, err := LabelZPL(made[0], UsualLabel(), found)
		if err != nil || strings.Contains(zpl, "^BCN") != (drawing == withLinear) {
			t.Errorf("drawing %d: the printer is told %s (%v)", drawing, zpl, err)
		}
		held.Image = strings.Repeat(fmt.Sprint(drawing), 64)
		if _, _, err := LabelAgain(held); err == nil {
			t.Error("an image that nobody drew is found")
		}
	}
}

// TestAWristbandToPractiseWithIsReadAsTheBatchKnowsIt: both square codes are
// the patient's, field by field, and the linear code is the number; readers
// that are not ours say so (COI-02).
func TestAWristbandToPractiseWithIsReadAsTheBatchKnowsIt(t *testing.T) {
	today := scan.Date{Year: 2026, Month: 11, Day: 21}
	ada := label.Patient{Name: "SPECIMEN-Ł, Robin", Born: "2019-03-01", Number: "999 000 0018", NumberType: "NHS"}
	for code, want := range map[string]string{
		"(8018)505089899900000183":                               "\x1d8018505089899900000183",
		"]d2801850508989990000018393SPECIMEN,Robin,01-Mar-2019,": "\x1d8018505089899900000183\x1d93SPECIMEN,Robin,01-Mar-2019,",
		"8018505089899900000183\x1d91RX1,L0018,\x1d93SPECIMEN-OF-A-LONG-FAMILY,Robin Alex,01-Mar-2019,08:15,": "\x1d8018505089899900000183\x1d91RX1,L0018,\x1d93SPECIMEN-OF-A-LONG-FAMILY,Robin Alex,01-Mar-2019,08:15,",
		"WB-9990000018": "WB-9990000018",
	} {
		band, err := label.PracticeBand(ada, code, "training", today)
		if err != nil {
			t.Fatalf("%q: %v", code, err)
		}
		pdf, err := WristbandPDF(band)
		if err != nil {
			t.Fatalf("%q: %v", code, err)
		}
		run(t, "qpdf", "--check", store(t, pdf))
		picture := printed(t, pdf)
		read := strings.Split(strings.TrimSpace(run(t, "dmtxread", "--gs1=29", "--newline", "--stop-after=2", "--gap=8", picture)), "\n")
		if len(read) != 2 || read[0] != read[1] || read[0] != want {
			t.Errorf("%q: read %q, and the code is %q", code, read, want)
		}
		before, err := register.Wristband(code, time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		if after, err := register.Wristband(read[0], time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)); err != nil || after != before {
			t.Errorf("%q: says %+v once printed, and said %+v (%v)", code, after, before, err)
		}
		if read := linearRead(t, picture); read != "9990000018" {
			t.Errorf("%q: the linear code is read as %q", code, read)
		}
		words, _ := flat(t, pdf)
		if !strings.Contains(words, "TRAINING. NOT A PATIENT'S WRISTBAND.") || !strings.Contains(words, "Born 01 Mar 2019") {
			t.Errorf("it says %s", words)
		}
		if keep := os.Getenv("LABELS"); keep != "" {
			raw, err := os.ReadFile(picture)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(keep, fmt.Sprintf("band-%d.png", len(code))), raw, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestAWristbandThatHoldsTooMuchOrTheWrongDigitIsNotPrinted: nothing is cut,
// and no band carries a number that fails its check.
func TestAWristbandThatHoldsTooMuchOrTheWrongDigitIsNotPrinted(t *testing.T) {
	today := scan.Date{Year: 2026, Month: 11, Day: 21}
	long := label.Patient{Name: strings.Repeat("LONGNAME ", 30), Born: "2019-03-01", Number: "999 000 0018", NumberType: "NHS"}
	band, err := label.PracticeBand(long, "WB-1", "training", today)
	if err != nil {
		t.Fatal(err)
	}
	var unfit *Unfit
	if _, err := WristbandPDF(band); !errors.As(err, &unfit) || strings.Contains(err.Error(), "LONGNAME") {
		t.Errorf("it is drawn, or names the patient: %v", err)
	}
	if _, err := label.PracticeBand(long, "(8018)505089899900000184", "training", today); err == nil {
		t.Error("a wristband whose check digit is wrong is made")
	}
}
