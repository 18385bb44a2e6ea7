package batch

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestTheSheetOfAStepShowsEveryFigure: instruction, scans, values with unit,
// limit and verdict, the calculation with its working, the meaning (SIG-09,
// NUM-05).
func TestTheSheetOfAStepShowsEveryFigure(t *testing.T) {
	w := newWorld(t, "short")
	at := day().Add(9 * time.Hour)
	w.must("Quinn", w.open, at)
	w.must("Asha", Scan{"clearance", "cabinet", "CODE-vial"}, at)
	w.must("Asha", Scan{"clearance", "cabinet", "CODE-cabinet"}, at)
	w.must("Asha", Perform{"clearance"}, at)
	w.must("Asha", Scan{"match", "patient", "9990000018"}, at)
	w.must("Asha", Perform{"match"}, at)
	w.must("Pia", Check{"match"}, at)
	w.must("Asha", Scan{"mix", "vial", "CODE-vial"}, at)
	w.must("Asha", Begin{"mix"}, at)
	at = at.Add(5 * time.Minute)
	w.must("Asha", Perform{"mix"}, at)
	for _, entry := range [][2]string{{"pH", "5.5"}, {"protein", "0.10"}, {"colour", "clear"}} {
		w.must("Asha", Record{"test", entry[0], entry[1]}, at)
	}
	w.must("Asha", Perform{"test"}, at)
	w.must("Pia", Check{"test"}, at)
	w.must("Asha", Record{"draw up", "drawn", "1.5"}, at)
	for _, want := range []struct {
		c     Command
		words []string
	}{
		{Check{"test"}, []string{"PH: 5.5, entered by Asha", "BROKEN (action)", "Protein: 0.10 g/L", "Performed by Asha (technician)", "Signed as: verified."}},
		{Perform{"draw up"}, []string{"Step: draw up. Draw up the volume shown.", "Volume to draw up: 1.5 mL. Working:", "Volume drawn up: 1.5 mL", "within 2 % of 1.5 mL: 1.47 to 1.53 mL; holds", "Signed as: performed."}},
		{Perform{"clearance"}, []string{"Scan of cabinet refused", "matched, 20 Nov 2026 09:00:00 UTC: number LOT-cabinet"}},
		{Review{Statement: "All is well."}, []string{"The system judged ", "No value is left out."}},
		{Certify{Statement: "All is well.", Place: "Ward 9", Where: AtSite}, []string{"Exception 2 (out of limit, major)", "It is not decided.", "Step rest: not performed.", "Criterion, not met", "Signed at the site, Ward 9."}},
	} {
		lines, err := Lines(w.state, want.c, w.factsOf("Asha"))
		if err != nil {
			t.Fatal(err)
		}
		sheet := strings.Join(lines, "\n")
		for _, words := range want.words {
			if !strings.Contains(sheet, words) {
				t.Errorf("%s: the sheet does not say %q:\n%s", CommandName(want.c), words, sheet)
			}
		}
		other, err := Lines(w.state, want.c, w.factsOf("Pia"))
		if err != nil || !slices.Equal(lines, other) {
			t.Errorf("%s: the sheet depends on who reads it", CommandName(want.c))
		}
	}
}
