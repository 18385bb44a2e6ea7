package scan

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func day() Settings { return Settings{Today: Date{2026, 11, 20}} }

// MAT-03: what a site's scanners send for FNC1 is written as FNC1 where a
// standard explains the code, and nowhere else.
func TestASubstituteForFNC1IsWrittenAsFNC1OnlyWhereAStandardExplainsTheCode(t *testing.T) {
	s := day()
	s.Separators = []string{"~", "{GS}"}
	for raw, want := range map[string]string{
		"]d2010950110153000310LOT~21S1":      "]d2010950110153000310LOT" + GS + "21S1",
		"010950110153000310LOT{GS}21S1":      "010950110153000310LOT" + GS + "21S1",
		"CAB~7":                              "CAB~7",
		"01095011015300041010LOT~21S1":       "01095011015300041010LOT~21S1", // fails its check digit
		"010950110153000310LOT" + GS + "211": "010950110153000310LOT" + GS + "211",
	} {
		if got := Written(raw, s); got != want {
			t.Errorf("%q was written as %q", raw, got)
		}
	}
	if got := Written("010950110153000310LOT~21S1", day()); !strings.Contains(got, "~") {
		t.Errorf("without a setting, %q", got)
	}
}

func TestWhatAScannerSendsIsShownByteForByte(t *testing.T) {
	if got := Spelled("]d2 0109" + GS + "\r\n\t\x1eé"); got != "]d2␣0109<GS><CR><LF><TAB><1E>é" {
		t.Error(got)
	}
	if Named("17") != "expiry date" || Named("9999") != "" || Named("3103") == "" || Symbol("]d2") != "GS1 DataMatrix" {
		t.Error(Named("17"), Named("9999"), Named("3103"))
	}
	if !Identified(" ]d201") || Identified("01]d2") {
		t.Error("identified")
	}
	if got := Suspects("010950110153000310LOT~21S1", day()); !slices.Equal(got, []string{"~"}) {
		t.Error(got)
	}
}

// Whatever is written reads as it did, and writing again changes nothing.
func TestWritingACodeChangesNothingThatItSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := day()
		s.Separators = []string{"~"}
		raw := rapid.OneOf(rapid.String(), rapid.StringMatching(`(\]d2)?0109501101530003(10[A-Z0-9~]{0,12})?(~21[A-Z0-9]{1,5})?(17261130)?`)).Draw(t, "raw")
		written := Written(raw, s)
		if again := Written(written, s); again != written {
			t.Fatalf("%q, then %q", written, again)
		}
		before, err := Read(raw, s)
		after, errAfter := Read(written, s)
		if (err == nil) != (errAfter == nil) || err == nil && !slices.Equal(before.Elements, after.Elements) {
			t.Fatalf("%q says %v, and %q says %v", raw, before.Elements, written, after.Elements)
		}
	})
}
