package protocol

import (
	"os"
	"regexp"
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
