package protocol

import (
	"strings"
	"testing"
	"time"
)

func mL(places int) Input {
	return Input{Name: "drawn", Type: TypeDecimal, Unit: Unit{Code: "mL", Display: "mL"}, Places: places}
}

func TestAnEntryHasExactlyThePlacesThatTheProtocolAsks(t *testing.T) {
	for text, sentence := range map[string]string{
		"5.0":     "",
		" 5.0 mL": "",
		"5":       "write 1 decimal place, as in 5.0",
		"5.00":    "write 1 decimal place, as in 5.0",
		"5,0":     "write the number with a point and without commas, as in 5.0",
		"5.0 mg":  "this value is entered in mL, not in mg",
		"5.0 ml":  "write the number alone, or with its unit mL, as in 5.0",
		"":        "nothing was entered",
		"five":    "a number is written with digits and at most one point, as in 12 or 5.0",
	} {
		v, err := mL(1).Parse(text, time.UTC)
		switch {
		case err == nil && (sentence != "" || v.String() != "5.0 mL"):
			t.Errorf("EXE-07: %q was read as %s", text, v)
		case err != nil && err.Error() != sentence:
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestTheRepeatedHourAsksForAnOffset(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	in := Input{Type: TypeDateTime}
	for text, want := range map[string]string{
		"2026-10-25 00:30":        "2026-10-24T23:30:00Z",
		"2026-10-25 01:30":        "",
		"2026-10-25 01:30 +00:00": "2026-10-25T01:30:00Z",
		"2026-10-25 01:30+01:00":  "2026-10-25T00:30:00Z",
		"2026-03-29 01:30":        "", // the clocks went forward
		"2026-11-20T10:03":        "2026-11-20T10:03:00Z",
		"2026-11-20 10:03:30":     "2026-11-20T10:03:30Z",
		"20/11/2026 10:03":        "",
	} {
		v, err := in.Parse(text, london)
		switch {
		case err == nil && v.Time.Format(time.RFC3339) != want:
			t.Errorf("NUM-08: %q was read as %s", text, v.Time)
		case err != nil && want != "":
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestOtherTypesReadWhatPeopleWrite(t *testing.T) {
	for _, c := range []struct {
		in         Input
		text, want string
	}{
		{Input{Type: TypeYesNo}, "Yes", "yes"},
		{Input{Type: TypeYesNo}, "true", "!"},
		{Input{Type: TypeCount}, "12", "12"},
		{Input{Type: TypeCount}, "012", "!"},
		{Input{Type: TypeCount}, "1.0", "!"},
		{Input{Type: TypeChoice, Choices: []string{"heparin", "ACD"}}, "acd", "ACD"},
		{Input{Type: TypeChoice, Choices: []string{"heparin", "ACD"}}, "EDTA", "!"},
		{Input{Type: TypeText}, "a note", "a note"},
		{Input{Type: TypeText}, "one\r\ntwo\tthree", "one\ntwo three"},
		{Input{Type: TypeText}, "a\u202Enote", "!"},
		{Input{Type: TypeText}, "a\x00note", "!"},
		{Input{Type: TypeText}, "a\xffnote", "!"},
		{Input{Type: TypeText}, strings.Repeat("x", maxText+1), "!"},
		{Input{Type: TypeDuration}, "1 h 30 min", "1 h 30 min"},
		{Input{Type: TypeDuration}, "90 min", "1 h 30 min"},
		{Input{Type: TypeDuration}, "90", "!"},
		{Input{Type: TypeDuration}, "1 min 1 h", "!"},
		{Input{Type: "photo"}, "x", "!"},
	} {
		v, err := c.in.Parse(c.text, time.UTC)
		if (err != nil) != (c.want == "!") || err == nil && v.String() != c.want {
			t.Errorf("%s %q: %s, %v", c.in.Type, c.text, v, err)
		}
	}
}
