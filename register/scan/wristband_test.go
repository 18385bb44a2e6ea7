package scan

import (
	"strings"
	"testing"

	"countersign/register/patient"
)

// COI-01, COI-02: the layout is that of a trust's published scanner
// configuration (prefix, NHS number, check digit; 91 and 93 with commas); its
// own example's digits are made up and fail both checks, so ours are the test
// number 999 000 0018.
func TestAnNHSWristbandSaysWhoItIs(t *testing.T) {
	raw := "]d28018505089899900000183" + GS + "91RJC,949724,50552303," + GS + "93TESTPATIENT,Robin,01-Mar-2019," + "\r\n"
	got := mustRead(t, raw, today())
	want := Wristband{
		GSRN: "505089899900000183", Number: patient.Number{Digits: "9990000018", Type: patient.NHS, Check: patient.Mod11, Test: true},
		Provider: "RJC", LocalID: "949724", Site: "50552303",
		Family: "TESTPATIENT", Given: "Robin", Born: Date{2019, 3, 1},
	}
	if got.Kind != Patient || got.Wristband != want || noted(got) != "test_number" {
		t.Errorf("%+v", got)
	}
	if _, err := Read(strings.ReplaceAll(raw, GS, ""), today()); code(err) != "ambiguous" {
		t.Errorf("fields that run into each other were read: %v", err)
	}
}

func TestWhatElseAWristbandCanSay(t *testing.T) {
	const head = "8018505089899900000183" + GS
	for _, row := range []struct {
		fields string
		want   func(*Wristband)
		note   string
	}{
		{"80193", func(w *Wristband) { w.Instance = "3" }, ""},
		{"92" + "1/2,TESTMOTHER,Ada,", func(w *Wristband) { w.Baby, w.MothersOf = "1/2", "TESTMOTHER Ada" }, ""},
		{"92" + "1/2,TESTMOTHER,", func(w *Wristband) { w.Baby, w.MothersOf = "1/2", "TESTMOTHER" }, ""},
		{"93A,B,01-Mar-2019,14:10,", func(w *Wristband) { w.Family, w.Given, w.Born, w.BornAt = "A", "B", Date{2019, 3, 1}, "14:10" }, ""},
		{"93A,B,01-MAR-2019,14:10", func(w *Wristband) { w.Family, w.Given, w.Born, w.BornAt = "A", "B", Date{2019, 3, 1}, "14:10" }, ""},
		{"7253MU%C3%9FTER" + GS + "7254Anna%20Maria" + GS + "725020190301", func(w *Wristband) { w.Family, w.Given, w.Born = "MUßTER", "Anna Maria", Date{2019, 3, 1} }, ""},
		{"7253A%FF", func(w *Wristband) { w.Family = "A%FF" }, ""},
		{"7251201903011410" + GS + "72581/2" + GS + "7259TESTMOTHER", func(w *Wristband) {
			w.Born, w.BornAt, w.Baby, w.MothersOf = Date{2019, 3, 1}, "14:10", "1/2", "TESTMOTHER"
		}, ""},
		{"7256Robin%20TESTPATIENT", func(w *Wristband) { w.FullName = "Robin TESTPATIENT" }, ""},
		// A blank never overwrites.
		{"7253A" + GS + "7254B" + GS + "725020190301" + GS + "93,,,", func(w *Wristband) { w.Family, w.Given, w.Born = "A", "B", Date{2019, 3, 1} }, ""},
		// What is in no form that is known stays unread, and is said.
		{"93U01JVEg=", func(*Wristband) {}, "field_not_read"},
		{"93A,B,1.3.2019,", func(*Wristband) {}, "field_not_read"},
		{"93A,B,01-Mar-2019,noon", func(*Wristband) {}, "field_not_read"},
		{"91RJC", func(*Wristband) {}, "field_not_read"},
		{"91RJC,,,", func(*Wristband) {}, "field_not_read"},
		{"92,A,B", func(*Wristband) {}, "field_not_read"},
		{"98local", func(*Wristband) {}, ""},
	} {
		got := mustRead(t, "]d2"+head+row.fields, today())
		want := Wristband{GSRN: "505089899900000183", Number: got.Wristband.Number}
		row.want(&want)
		if got.Wristband != want || strings.TrimSpace("test_number "+row.note) != noted(got) {
			t.Errorf("%q: %+v, %s", row.fields, got.Wristband, noted(got))
		}
	}
}

// COI-02: the GSRN's check digit and that of the NHS number in it are verified
// each for itself.
func TestBothCheckDigitsOfAWristbandAreVerified(t *testing.T) {
	for _, row := range []struct{ raw, code string }{
		{"8018505089899900000183", ""},
		{"8018505089899900000184", "check_digit"},
		{"8018505089894347659192", ""},
		{"8018505089894347659185", "nhs_number"}, // 943 476 5918, with a GSRN check that fits
	} {
		if _, err := Read(row.raw, today()); code(err) != row.code {
			t.Errorf("%s: %v", row.raw, err)
		}
	}
	other := mustRead(t, "]d28018106141412345678908", today())
	if other.Kind != Patient || other.Wristband.Number != (patient.Number{}) || noted(other) != "no_nhs_number" {
		t.Errorf("%+v", other)
	}
	set := mustRead(t, "]d28018505089899900000183", with(func(s *Settings) { s.NHSPrefix = "1061414" }))
	if set.Wristband.Number != (patient.Number{}) {
		t.Errorf("another prefix is set, and yet %+v", set)
	}
}

// A site can record that its wristbands hold spaces and accents in names.
func TestNamesOutsideGS1sCharactersAreReadByARecordedRule(t *testing.T) {
	raw := "]d28018505089899900000183" + GS + "93DE LA TEST,Żaneta,01-Mar-2019,"
	if _, err := Read(raw, today()); code(err) != "characters" {
		t.Error(err)
	}
	got := mustRead(t, raw, with(func(s *Settings) { s.NamesAsTyped = true }))
	if got.Wristband.Family != "DE LA TEST" || got.Wristband.Given != "Żaneta" {
		t.Errorf("%+v", got)
	}
}

// No refusal repeats what is on a wristband (COI-09).
func TestNoRefusalNamesThePatient(t *testing.T) {
	for _, raw := range []string{
		"]d28018505089899900000184" + GS + "93TESTPATIENT,Robin,01-Mar-2019,",
		"]d28018505089894347659185" + GS + "93TESTPATIENT,Robin,01-Mar-2019,",
		"801850508989990000018393TESTPATIENT,Robin,01-Mar-2019,91RJC,9,",
		"]d28018505089899900000183" + GS + "93TEST PATIENT,Robin,01-Mar-2019,",
	} {
		_, err := Read(raw, today())
		if err == nil {
			t.Errorf("%q was read", raw)
			continue
		}
		for _, secret := range []string{"TEST", "Robin", "2019", "999000", "943476"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%q holds %q", err, secret)
			}
		}
	}
}
