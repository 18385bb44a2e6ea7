package label

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func london(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// whole is data that lack nothing for any template.
func whole(t testing.TB, supply Supply) Data {
	return Data{
		Kind: Final, Supply: supply, Name: "Exampline", Strength: "2.40 mg/mL", Form: "solution for injection",
		Actives: "exampline 24.0 mg", Contents: "10.0 mL", Excipients: "none", Route: "For intrathecal use", Warnings: []string{"Single use only"},
		Storage: "at 2 to 8 °C", Disposal: "return to the pharmacy", Holder: "Example Ltd, 1 Example Street", Number: "MS 00000",
		Supplier: "Example Hospital, Exampleton", Batch: "B-2026-0007", Copy: 1,
		Made:   time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC),
		Expiry: time.Date(2026, 11, 21, 16, 30, 0, 0, time.UTC), Zone: london(t), GTIN: "09501101530003",
		Patient: Patient{Name: "EXAMPLE, Ada", Born: "2019-03-01", Number: "999 000 0018", NumberType: "NHS"},
		Cells:   "contains cells of human origin", Donation: "=A99992600001200", Autologous: true,
		Trial: "EX-01", Sponsor: "Example Sponsor, 000", Participant: "P-0001", Directions: "as the trial protocol says", Investigator: "Dr Example",
	}
}

// TestEverySupplyStatusDemandsItsParticulars takes each particular away that a
// template demands: the label is refused and names it (LAB-06, LAB-07, LAB-08).
func TestEverySupplyStatusDemandsItsParticulars(t *testing.T) {
	blanks := map[string]func(*Data){
		"strength": func(d *Data) { d.Strength = "" }, "acts in it": func(d *Data) { d.Actives = "" },
		"contents": func(d *Data) { d.Contents = "" }, "excipients": func(d *Data) { d.Excipients = "" },
		"route": func(d *Data) { d.Route = "" }, "warnings": func(d *Data) { d.Warnings = nil },
		"expiry": func(d *Data) { d.Expiry = time.Time{} }, "stored": func(d *Data) { d.Storage = "" },
		"disposed": func(d *Data) { d.Disposal = "" }, "holder's": func(d *Data) { d.Holder = "" },
		"of the licence": func(d *Data) { d.Number = "" }, "batch number": func(d *Data) { d.Batch = "" },
		"patient's name": func(d *Data) { d.Patient.Name = "" }, "patient's number": func(d *Data) { d.Patient.Number = "" },
		"supplies it": func(d *Data) { d.Supplier = "" }, "date of supply": func(d *Data) { d.Made = time.Time{} },
		"cells or tissue": func(d *Data) { d.Cells = "" }, "donation code": func(d *Data) { d.Donation = "" },
		"code of the trial": func(d *Data) { d.Trial = "" }, "sponsor": func(d *Data) { d.Sponsor = "" },
		"participant": func(d *Data) { d.Participant = "" }, "directions": func(d *Data) { d.Directions = "" },
	}
	everywhere := []string{"strength", "contents", "route", "expiry", "stored", "batch number", "patient's name", "patient's number"}
	licensed := []string{"acts in it", "excipients", "warnings", "disposed", "holder's", "of the licence", "supplies it", "date of supply"}
	advanced := []string{"cells or tissue", "excipients", "donation code"}
	trial := []string{"acts in it", "code of the trial", "sponsor", "participant", "directions"}
	for supply, own := range map[Supply][]string{
		Licensed: licensed, LicensedATMP: append(licensed, advanced...), Special: {"acts in it", "holder's", "of the licence"},
		ExemptATMP: append(advanced, "acts in it", "disposed", "holder's", "of the licence"), Trial: trial, TrialATMP: append(trial, advanced...),
	} {
		if _, err := Make(whole(t, supply)); err != nil {
			t.Errorf("%s: %v", supply, err)
		}
		for name, blank := range blanks {
			d := whole(t, supply)
			blank(&d)
			_, err := Make(d)
			var refusal *Refusal
			demanded := slices.Contains(everywhere, name) || slices.Contains(own, name)
			if errors.As(err, &refusal) != demanded || demanded && (len(refusal.Missing) == 0 || !strings.Contains(err.Error(), name)) {
				t.Errorf("%s without its %s: %v", supply, name, err)
			}
		}
	}
	var refusal *Refusal
	if _, err := Make(Data{Kind: Final, Supply: Special}); !errors.As(err, &refusal) || len(refusal.Missing) < 10 {
		t.Errorf("not everything that is missing is named: %v", err)
	}
}

// TestAnUnknownSupplyStatusHasNoTemplate: none is taken for another (LAB-01, LAB-05).
func TestAnUnknownSupplyStatusHasNoTemplate(t *testing.T) {
	for status, want := range map[string]Supply{"unlicensed special": Special, "UK marketing authorisation": Licensed, "Investigational medicinal product": Trial} {
		if got, ok := SupplyOf(status, false); !ok || got != want {
			t.Errorf("%q is read as %q", status, got)
		}
	}
	if got, _ := SupplyOf("unlicensed special", true); got != ExemptATMP {
		t.Errorf("an advanced therapy that is a special is labelled as %q", got)
	}
	if _, ok := SupplyOf("something else", false); ok {
		t.Error("an unknown status has a template")
	}
	if _, err := Make(whole(t, "")); err == nil {
		t.Error("a label is made without a supply status")
	}
}

// TestDosesOnLabelsHaveNoTrailingZero (NUM-07).
func TestDosesOnLabelsHaveNoTrailingZero(t *testing.T) {
	for text, want := range map[string]string{
		"2.40 mg/mL": "2.4 mg/mL", "5.0 mg": "5 mg", ".5 mg": "0.5 mg", "1500 units": "1,500 units", "0.50-1.0 mg": "0.5-1 mg",
		"1,500.0 mg": "1,500 mg", "10*9/L": "10*9/L", "0.9% in 100.00 mL.": "0.9% in 100 mL.", "CD3-50 cells": "CD3-50 cells",
		"1.2.3": "1.2.3", "100": "100", "0.05 mg": "0.05 mg", "12.0 mg in 5.0 mL": "12 mg in 5 mL", "µ": "µ", "": "",
	} {
		if got := Figures(text); got != want {
			t.Errorf("%q is written %q and should be %q", text, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		once := Figures(rapid.String().Draw(t, "text"))
		if Figures(once) != once {
			t.Fatalf("%q is not left alone", once)
		}
	})
}

// TestTheExpiryTellsItsZone on both sides of the clock change (LAB-09, NUM-08).
func TestTheExpiryTellsItsZone(t *testing.T) {
	d := whole(t, Special)
	for utc, want := range map[string]string{
		"2026-07-01T11:00:00Z": "01 Jul 2026 12:00, UK time BST (UTC+01:00)",
		"2026-10-25T00:30:00Z": "25 Oct 2026 01:30, UK time BST (UTC+01:00)",
		"2026-10-25T01:30:00Z": "25 Oct 2026 01:30, UK time GMT (UTC+00:00)",
	} {
		d.Expiry, _ = time.Parse(time.RFC3339, utc)
		made, err := Make(d)
		if err != nil {
			t.Fatal(err)
		}
		texts := strings.Join(made.Texts(false), "\n")
		if !strings.Contains(texts, "Use by "+want) {
			t.Errorf("%s: %s", utc, texts)
		}
		twice := strings.HasPrefix(utc, "2026-10-25")
		if (len(made.Warnings) > 0) != twice || strings.Contains(texts, "the code cannot say so") != twice {
			t.Errorf("%s: warned %q", utc, made.Warnings)
		}
	}
}

// TestACodeNamesItsBatchAndCopyAlone: the code of any other batch or of
// anything else is not taken for it (LAB-10).
func TestACodeNamesItsBatchAndCopyAlone(t *testing.T) {
	for _, gtin := range []string{"", "09501101530003"} {
		d := whole(t, Special)
		d.GTIN, d.Copy = gtin, 12
		made, err := Make(d)
		if err != nil {
			t.Fatal(err)
		}
		for _, sent := range []string{made.Code.Text, made.Code.Line} {
			if n, ok := Names(sent, d.Batch); !ok || n != 12 {
				t.Errorf("%q names copy %d, %v", sent, n, ok)
			}
			for _, other := range []string{"B-2026-0008", "B-2026-000", "B-2026-0007/L1", ""} {
				if _, ok := Names(sent, other); ok {
					t.Errorf("%q is taken for batch %q", sent, other)
				}
			}
		}
	}
	if line := "(01)09501101530003(7003)2611211630(10)B-2026-0007(21)L1"; mustMake(t, whole(t, Special)).Code.Line != line {
		t.Errorf("the line is %s", mustMake(t, whole(t, Special)).Code.Line)
	}
	for _, odd := range []string{"B-2026-0007/L0", "B-2026-0007/L01", "B-2026-0007/L-1", "B-2026-0007/", "B-2026-0007/L1x", "(01)09501101530003(10)B-2026-0007(21)7"} {
		if _, ok := Names(odd, "B-2026-0007"); ok {
			t.Errorf("%q is taken for a copy", odd)
		}
	}
}

func mustMake(t *testing.T, d Data) Label {
	t.Helper()
	made, err := Make(d)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// TestAPreLabelNamesPatientAndProductAndIsNoRelease (LAB-04, COI-07).
func TestAPreLabelNamesPatientAndProductAndIsNoRelease(t *testing.T) {
	d := Data{
		Kind: PreLabel, Supply: ExemptATMP, Name: "Exampline", Strength: "1.0 mL", Form: "suspension", Batch: "B-2026-0007", Copy: 2,
		Patient: Patient{"EXAMPLE, Ada", "2019-03-01", "999 000 0018", "NHS"}, Autologous: true,
	}
	made := mustMake(t, d)
	texts := strings.Join(made.Texts(false), "\n")
	for _, words := range []string{"NOT RELEASED", "EXAMPLE, Ada", "01 Mar 2019", "999 000 0018", "Exampline", "1 mL", "B-2026-0007", "FOR AUTOLOGOUS USE ONLY"} {
		if !strings.Contains(texts, words) {
			t.Errorf("it does not say %q:\n%s", words, texts)
		}
	}
	masked := strings.Join(made.Texts(true), "\n")
	for _, personal := range []string{"EXAMPLE", "2019", "999"} {
		if strings.Contains(masked, personal) {
			t.Errorf("masked, it says %q:\n%s", personal, masked)
		}
	}
}

// TestATrialIsLabelledByItsOwnRules: those before 28 April 2026 ask for the
// investigator and name neither product nor comparator on a blinded medicine;
// those from then on ask for what acts in it and name both (LAB-08).
func TestATrialIsLabelledByItsOwnRules(t *testing.T) {
	for _, old := range []bool{false, true} {
		d := whole(t, Trial)
		d.OldRules, d.Comparator = old, "placebo"
		made, err := Make(d)
		if err != nil {
			t.Fatal(err)
		}
		texts := strings.Join(made.Texts(false), "\n")
		for words, wanted := range map[string]bool{
			"Exampline 2.4 mg/mL or placebo": !old, "Contains: exampline 24 mg": !old, "Exampline": !old, "Blinded trial medicine": old,
			"Investigator: Dr Example": true, "FOR CLINICAL TRIAL USE ONLY": true, "Directions: as the trial protocol says": true,
			"reach of children": true, "Participant: P-0001": true,
		} {
			if strings.Contains(texts, words) != wanted {
				t.Errorf("old rules %v: %q stands there: %v\n%s", old, words, !wanted, texts)
			}
		}
		d.Investigator, d.Actives, d.HospitalOnly = "", "", true
		_, err = Make(d)
		if want := map[bool]string{true: "the investigator", false: "what acts in it"}[old]; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("old rules %v: %v, and %s is missing", old, err, want)
		}
		d.Investigator, d.Actives = "Dr Example", "exampline"
		if made, err = Make(d); err != nil || strings.Contains(strings.Join(made.Texts(false), "\n"), "children") {
			t.Errorf("what never leaves the hospital warns of children: %v", err)
		}
	}
}
