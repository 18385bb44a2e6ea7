package protocol

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The two formatters conflict on purpose: X2 of the requirements (NUM-07). The
// sources of the rules stand beside the cases of testdata/numbers.txt.
func TestADoseAndAResultAreWrittenApart(t *testing.T) {
	for _, c := range []struct{ stored, dose, result string }{
		{"1000.0 10*6{cells}/kg", "1,000 million cells per kg", "1000.0 million cells/kg"},
		{"0.5 10*9{cells}", "500 million cells", "0.5 × 10⁹ cells"},
		{"1.2345 10*9{cells}", "1,234.5 million cells", "1.2345 × 10⁹ cells"},
		{"0.0005 k[IU]", "0.5 units", "0.0005 kIU"},
		{"0.001 k[IU]", "1 unit", "0.001 kIU"},
		{"2.50 10*3/kg", "2,500 per kg", "2.50 × 10³/kg"},
		{"4 10*9", "4,000 million", "4 × 10⁹"},
		{"5 1/mL", "5 per mL", "5 per mL"},
		{"1 [IU]/10*3", "1 unit per thousand", "1 IU/× 10³"},
		{"0.90 %", "0.9%", "0.90 %"},
		{"1 h", "1 hour", "1 h"},
		{"1.50 h", "1.5 hours", "1.50 h"},
		{"-0.0 mg", "0 mg", "-0.0 mg"},
		{"-1500.0 mL", "-1,500 mL", "-1500.0 mL"},
		{"3.0", "3", "3.0"},
	} {
		q, err := ParseQuantity(c.stored)
		if err != nil || q.Dose() != c.dose || q.String() != c.result {
			t.Errorf("NUM-07: %s is the dose %q and the result %q, %v", c.stored, q.Dose(), q.String(), err)
		}
	}
}

func TestARangeOfDosesNamesItsUnitOnce(t *testing.T) {
	for _, c := range [][3]string{
		{"3.5 mg", "42.0 mg", "3.5 to 42 mg"},
		{"1 [IU]", "5000 [IU]", "1 to 5,000 units"},
		{"0.50 10*9{cells}", "5.00 10*9{cells}", "500 to 5,000 million cells"},
		{"1 h", "2 h", "1 to 2 hours"},
	} {
		low, _ := ParseQuantity(c[0])
		high, _ := ParseQuantity(c[1])
		if got := DoseRange(low, high); got != c[2] {
			t.Errorf("NUM-07: %s to %s is shown as %q", c[0], c[1], got)
		}
	}
}

func TestADoseIsShownAsOneWhereItsInputSaysSo(t *testing.T) {
	p := full(t)
	in := p.Step("draw up").Input("drawn")
	v, err := in.Parse("12.0", time.UTC)
	if err != nil || in.Show(v, time.UTC) != "12 mL" || v.String() != "12.0 mL" || v.Coded() != "12.0 mL" {
		t.Errorf("%q, %q, %q, %v", in.Show(v, time.UTC), v, v.Coded(), err)
	}
	calc := p.Step("draw up").Calc("volume")
	if got := calc.Show(v.Quantity); got != "12 mL" {
		t.Errorf("a calculated dose is shown as %q", got)
	}
	if got := p.Order[0].Allowed(); got != "3.5 to 42 mg" {
		t.Errorf("the approved range is shown as %q", got)
	}
	if got := p.Order[1].Allowed(); got != "2.4 mg/mL" {
		t.Errorf("what is no dose is shown as %q", got)
	}
}

// Whatever is shown as a dose is the stored figure to its last digit, has no
// needless zero, a zero before its point, and a comma at each thousand.
func TestNoDoseIsAnotherThanWhatIsStored(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.StringMatching(`-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,12})?`).Draw(t, "number")
		unit := rapid.SampledFrom([]string{"mg", "ug", "[IU]", "k[IU]", "10*9{cells}", "mL/kg/h"}).Draw(t, "unit")
		q, err := ParseQuantity(number + " " + unit)
		if err != nil {
			t.Fatal(err)
		}
		shown, words, _ := strings.Cut(q.Dose(), " ")
		got, ok := new(big.Rat).SetString(strings.ReplaceAll(shown, ",", ""))
		stored, _ := q.rat()
		if strings.HasPrefix(unit, "k[") || strings.HasPrefix(unit, "10*9") {
			stored.Mul(stored, big.NewRat(1000, 1))
		}
		if !ok || got.Cmp(stored) != 0 {
			t.Fatalf("%s is shown as %s", q.Coded(), q.Dose())
		}
		whole, fraction, point := strings.Cut(strings.TrimPrefix(shown, "-"), ".")
		if whole == "" || point && (fraction == "" || strings.HasSuffix(fraction, "0")) {
			t.Fatalf("%s is shown as %s", q.Coded(), q.Dose())
		}
		for i, group := range strings.Split(whole, ",") {
			if len(group) != 3 && i > 0 || len(group) > 3 || i == 0 && len(group) > 1 && group[0] == '0' {
				t.Fatalf("%s is shown as %s", q.Coded(), q.Dose())
			}
		}
		if strings.ContainsAny(words, "/^*[]{}0123456789") {
			t.Fatalf("%s is shown as %s", q.Coded(), q.Dose())
		}
	})
}
