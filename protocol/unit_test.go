package protocol

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

func TestEveryUnitReadsBackByCodeAndByName(t *testing.T) {
	source, err := os.ReadFile("unit.go")
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]string{}
	for _, found := range regexp.MustCompile(`case "([^"]+)":.*\n\t\treturn atom\{`).FindAllStringSubmatch(string(source), -1) {
		code := found[1]
		u, err := ParseUnit(code)
		if err != nil || u.Code != code {
			t.Errorf("%s: %+v, %v", code, u, err)
			continue
		}
		if again, err := ParseUnit(u.Display); err != nil || again != u {
			t.Errorf("NUM-06: %s is shown as %s, which reads as %+v, %v", code, u.Display, again, err)
		}
		if other, taken := shown[u.Display]; taken {
			t.Errorf("%s and %s are both shown as %s", code, other, u.Display)
		}
		shown[u.Display] = code
		root, faults := compile("2 "+code+" is 2 "+u.Display, noScope{}, nil)
		if code == "1" {
			continue
		}
		if len(faults) > 0 {
			t.Errorf("%s in a formula: %+v", code, faults)
		} else if holds, _, err := (&Expression{root: root}).test(nothing{}, nil); err != nil || !holds {
			t.Errorf("%s in a formula: %v", code, err)
		}
	}
	if len(shown) < 50 {
		t.Errorf("%d units", len(shown))
	}
}

func TestCaseMatters(t *testing.T) {
	for _, code := range []string{"ML", "ml", "Mg", "MG", "mbq", "H", "Min", "CEL", "u", "[iu]", "mcg", "cc"} {
		if u, err := ParseUnit(code); err == nil {
			t.Errorf("NUM-06: %s was read as %+v", code, u)
		}
	}
}

// UCUM codes are stored and names are shown (NUM-06); what is shown can be
// typed, and what earlier programs showed is still read.
func TestUnitsAreShownAsPeopleReadThem(t *testing.T) {
	for _, c := range []struct{ code, shown, earlier string }{
		{"5.0 10*6{cells}", "5.0 million cells", "5.0 10^6cells"},
		{"1.0 10*6{cells}/kg", "1.0 million cells/kg", "1.0 10^6cells/kg"},
		{"1.50 10*9{cells}", "1.50 × 10⁹ cells", "1.50 10^9cells"},
		{"150 10*9/L", "150 × 10⁹/L", "150 10*9/L"},
		{"4.1 10*3/uL", "4.1 × 10³/microlitre", "4.1 10*3/microlitre"},
		{"5 1/mL", "5 per mL", "5 1/mL"}, // beside the number, "5 1/mL" would read as 51
		{"75 mg/m2", "75 mg/m²", "75 mg/m2"},
		{"50 ug/mL", "50 microgram/mL", "50 microgram/mL"},
		{"0.20 [EU]/mL", "0.20 EU/mL", "0.20 EU/mL"},
		{"37.0 Cel", "37.0 °C", "37.0 °C"},
	} {
		stored, err := ParseQuantity(c.code)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{c.code, c.shown, c.earlier} {
			q, err := ParseQuantity(text)
			if err != nil || q.Coded() != c.code || q.String() != c.shown {
				t.Errorf("NUM-06: %q is stored as %q and shown as %q, %v", text, q.Coded(), q.String(), err)
			}
			if strings.Contains(text, " 1/") {
				continue // in a formula this is written per
			}
			root, faults := compile(text+" is "+c.shown, noScope{}, nil)
			if len(faults) > 0 {
				t.Errorf("%q in a condition: %+v", text, faults)
			} else if holds, _, err := (&Expression{root: root}).test(nothing{}, nil); err != nil || !holds {
				t.Errorf("%q in a condition: %v, %v", text, holds, err)
			}
		}
		in := Input{Type: TypeDecimal, Unit: stored.Unit, Places: stored.Places()}
		if typed, err := in.Parse(c.shown, nil); err != nil || typed.Coded() != c.code {
			t.Errorf("what is shown, %q, is typed as %q, %v", c.shown, typed.Coded(), err)
		}
	}
	const limit = "at least 1.50 10*9{cells} and below 5 10*9/L or arrival at 5 Cel"
	if got := readable(limit); got != "at least 1.50 × 10⁹ cells and below 5 × 10⁹/L or arrival at 5 °C" {
		t.Errorf("NUM-06: a limit is shown as %q", got)
	}
}
