package protocol

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestChangesStandUnderTheirHeadings(t *testing.T) {
	var out strings.Builder
	WriteDiff(&out, Diff(example(t, "aso-intrathecal.yaml"), edited(t, "version: 1\n", "version: 2\n", "at most: 30 h", "at most: 36 h")))
	want := "Limits, times, formulas and criteria\n" +
		"  - The time budget “out of the carton” now allows at most 36 h instead of 30 h.\n" +
		"\nWording\n" +
		"  - The version is now 2 instead of 1.\n"
	if out.String() != want {
		t.Errorf("it writes\n%s", out.String())
	}
	out.Reset()
	WriteDiff(&out, nil)
	if out.String() != "Nothing changed.\n" {
		t.Errorf("it writes\n%s", out.String())
	}
}

// The edit script is right when taking what it keeps and puts in gives the new
// text, and what it keeps and takes out the old one.
func TestTheLinesLeadFromOneTextToTheOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.SampledFrom([]string{"a\n", "b\n", "c\n", "d\n", "e\n", "f\n", "\n"}), 0, 20)
		old, changed := text.Draw(t, "old"), text.Draw(t, "new")
		var before, after []string
		for _, l := range compareLines(old, changed) {
			if l.mark != '+' {
				before = append(before, l.text)
			}
			if l.mark != '-' {
				after = append(after, l.text)
			}
		}
		if !slices.Equal(before, old) || !slices.Equal(after, changed) {
			t.Errorf("the lines do not lead from %q to %q", old, changed)
		}
	})
}

func TestTheLinesAreAUnifiedDiff(t *testing.T) {
	var old, changed bytes.Buffer
	for i := range 30 {
		fmt.Fprintf(&old, "%d\n", i)
		switch i {
		case 2:
			fmt.Fprintln(&changed, "two")
		case 20:
		default:
			fmt.Fprintf(&changed, "%d\n", i)
		}
	}
	changed.WriteString("last")
	var out strings.Builder
	WriteLines(&out, "old.yaml", "new.yaml", old.Bytes(), changed.Bytes())
	want := "--- old.yaml\n+++ new.yaml\n" +
		"@@ -1,6 +1,6 @@\n 0\n 1\n-2\n+two\n 3\n 4\n 5\n" +
		"@@ -18,7 +18,6 @@\n 17\n 18\n 19\n-20\n 21\n 22\n 23\n" +
		"@@ -28,3 +27,4 @@\n 27\n 28\n 29\n+last\n\\ No newline at end of file\n"
	if out.String() != want {
		t.Errorf("it writes\n%s", out.String())
	}
	out.Reset()
	WriteLines(&out, "a", "b", old.Bytes(), old.Bytes())
	if out.Len() != 0 {
		t.Errorf("it writes\n%s", out.String())
	}
}
