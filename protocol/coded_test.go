package protocol

import (
	"testing"
	"time"
)

// What stands in an entry holds UCUM codes, and its input reads it back (NUM-06).
func TestAnEntryHoldsCodesAndReadsBack(t *testing.T) {
	cells, err := ParseUnit("10*6{cells}")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		in           Input
		typed, coded string
	}{
		{Input{Type: TypeDecimal, Unit: cells, Places: 1}, "70.0 million cells", "70.0 10*6{cells}"},
		{Input{Type: TypeDecimal, Unit: cells, Places: 1}, "70.0 10^6cells", "70.0 10*6{cells}"},
		{Input{Type: TypeDecimal, Unit: cells, Places: 1, Censored: true}, "< 70.0", "< 70.0 10*6{cells}"},
		{Input{Type: TypeRange, Unit: cells, Places: 0}, "2 to 6, mean 3", "2 to 6 10*6{cells}, mean 3 10*6{cells}"},
		{Input{Type: TypeDecimal, Unit: cells, Absent: []string{NotApplicable}}, "not applicable: none", "not applicable: none"},
		{Input{Type: TypeDateTime}, "2026-11-20 10:03", "2026-11-20T10:03:00Z"},
		{Input{Type: TypeCount}, "12", "12"},
		{Input{Type: TypeYesNo}, "yes", "yes"},
		{Input{Type: TypeDuration}, "90 min", "1 h 30 min"},
	} {
		v, err := c.in.Parse(c.typed, time.UTC)
		if err != nil || v.Coded() != c.coded {
			t.Errorf("%q stands as %q, %v", c.typed, v.Coded(), err)
			continue
		}
		if again, err := c.in.Parse(v.Coded(), time.UTC); err != nil || again != v {
			t.Errorf("%q reads back as %+v, %v", v.Coded(), again, err)
		}
	}
	if got := Uncoded("70.0 10*6{cells}"); got != "70.0 million cells" {
		t.Errorf("it is shown as %q", got)
	}
	if got := Uncoded("see the note"); got != "see the note" {
		t.Errorf("what is no quantity is shown as %q", got)
	}
}
