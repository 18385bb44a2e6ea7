package label

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// row is a line of a table of docs/labels.md: what the law asks for, what the
// template demands for it and what the label prints.
type row struct{ by, what, demanded, printed string }

// lawOf reads the tables of docs/labels.md, by supply status.
func lawOf(t *testing.T) map[Supply][]row {
	t.Helper()
	raw, err := os.ReadFile("../../docs/labels.md")
	if err != nil {
		t.Fatal(err)
	}
	tables, supply := map[Supply][]row{}, Supply("")
	for _, line := range strings.Split(string(raw), "\n") {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			supply = Supply(title)
		}
		cells := strings.Split(line, "|")
		if len(cells) != 6 || strings.Contains(line, "| --- |") || strings.HasPrefix(line, "| asked for by") {
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		tables[supply] = append(tables[supply], row{cells[1], cells[2], cells[3], cells[4]})
	}
	tables[TrialATMP] = append(tables[TrialATMP], tables[Trial]...)
	return tables
}

// quoted is what stands in a cell as code; ok is false for any other cell.
func quoted(cell string) (string, bool) {
	text, ok := strings.CutPrefix(cell, "`")
	if !ok || !strings.HasSuffix(text, "`") {
		return "", false
	}
	return strings.TrimSuffix(text, "`"), true
}

// TestEveryParticularOfTheLawIsDemandedAndPrinted holds docs/labels.md to the
// templates, both ways: HMR 2012 Schedules 24, 25 and 4, CTR 46 (LAB-06, LAB-07,
// LAB-08).
func TestEveryParticularOfTheLawIsDemandedAndPrinted(t *testing.T) {
	tables := lawOf(t)
	for _, supply := range []Supply{Licensed, LicensedATMP, ExemptATMP, Trial, TrialATMP} {
		if len(tables[supply]) < 10 {
			t.Fatalf("docs/labels.md has %d rows of %s", len(tables[supply]), supply)
		}
		d := whole(t, supply)
		d.Chain = "CHA999926ABC123"
		made, err := Make(d)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(made.Texts(false), "\n")
		demands := map[string]bool{}
		for _, p := range d.demanded() {
			demands[p.name] = false
		}
		for _, one := range tables[supply] {
			if name, ok := quoted(one.demanded); ok {
				if _, known := demands[name]; !known {
					t.Errorf("%s, %s: the template does not demand %q", supply, one.by, name)
				}
				demands[name] = true
			} else if one.demanded != "–" {
				t.Errorf("%s, %s: %q is neither demanded nor a dash", supply, one.by, one.demanded)
			}
			if words, ok := quoted(one.printed); ok {
				if !strings.Contains(text, words) {
					t.Errorf("%s, %s: the label does not print %q:\n%s", supply, one.by, words, text)
				}
			} else if !strings.HasPrefix(one.printed, "no line") {
				t.Errorf("%s, %s: %q is neither printed nor a reason", supply, one.by, one.printed)
			}
		}
		ours := []string{"a known supply status", "the number of the copy", "the site's zone"}
		for name, named := range demands {
			if !named && !slices.Contains(ours, name) {
				t.Errorf("%s demands %q, and docs/labels.md does not say why", supply, name)
			}
		}
	}
}

// TestAPrescribersDirectionsStandOnASuppliedMedicinesLabel, where there are any
// (HMR Schedule 25 paragraph 4; LAB-06).
func TestAPrescribersDirectionsStandOnASuppliedMedicinesLabel(t *testing.T) {
	for _, supply := range []Supply{Licensed, LicensedATMP, Special, ExemptATMP} {
		d := whole(t, supply)
		if made, err := Make(d); err != nil || !slices.Contains(made.Texts(false), "Directions: "+d.Directions) {
			t.Errorf("%s: %v", supply, err)
		}
		d.Directions = ""
		if _, err := Make(d); err != nil {
			t.Errorf("%s: directions are demanded: %v", supply, err)
		}
	}
}
