package protocol

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestRoundingIsHalfUpAndAwayFromZero(t *testing.T) {
	for _, c := range []struct {
		number string
		by     Rounding
		want   string
	}{
		{"97.95", Rounding{Places: 1}, "98.0"}, // NUM-03's own test
		{"-97.95", Rounding{Places: 1}, "-98.0"},
		{"2.5", Rounding{Places: 0}, "3"},
		{"0.5", Rounding{Places: 0}, "1"},
		{"-0.4", Rounding{Places: 0}, "0"},
		{"98.28568", Rounding{Significant: 4}, "98.29"}, // NUM-04, Ph. Eur.
		{"98.28568", Rounding{Places: 1}, "98.3"},       // NUM-04, USP
		{"9.996", Rounding{Significant: 3}, "10.0"},
		{"0.009996", Rounding{Significant: 3}, "0.0100"},
		{"1234", Rounding{Significant: 2}, "1200"},
		{"0", Rounding{Significant: 3}, "0.00"},
		{"5", Rounding{Places: 2}, "5.00"},
	} {
		q, err := (Quantity{Number: c.number, Unit: One()}).Round(c.by)
		if err != nil || q.Number != c.want {
			t.Errorf("%s rounded by %+v is %s, not %s (%v)", c.number, c.by, q.Number, c.want, err)
		}
	}
}

func TestTrailingZerosStay(t *testing.T) {
	a, _ := ParseQuantity("5.0 mL")
	b, _ := ParseQuantity("5.00 mL")
	if a == b || a.String() != "5.0 mL" || b.String() != "5.00 mL" {
		t.Errorf("NUM-01: %s and %s", a, b)
	}
	if order, err := a.Cmp(b); err != nil || order != 0 {
		t.Errorf("%d, %v", order, err)
	}
}

func TestUnitsConvertExactlyOrNotAtAll(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"1 h", "60 min", 0},
		{"1 mg", "1000 ug", 0},
		{"1 mg", "1000 microgram", 0},
		{"1 L", "1000 mL", 0},
		{"1 mg/mL", "1 g/L", 0},
		{"0.1 MBq", "100 kBq", 0},
		{"5.3 mL", "5.1 mL", 1},
		{"1 U", "1 umol/min", 0},
		{"25 °C", "26 Cel", -1},
		{"1 mbar", "1 hPa", 0},
		{"1 J", "1 N.m", 0},
		{"1 10*9/L", "1 10*6/mL", 0},
	} {
		a, errA := ParseQuantity(c.a)
		b, errB := ParseQuantity(c.b)
		got, err := a.Cmp(b)
		if errA != nil || errB != nil || err != nil || got != c.want {
			t.Errorf("%s against %s: %d, %v %v %v", c.a, c.b, got, errA, errB, err)
		}
	}
	for _, pair := range [][2]string{{"1 mg", "1 mL"}, {"95 %", "0.95"}, {"1 [IU]", "1 U"}, {"1 Bq", "1 Hz"}, {"1 [EU]", "1 [IU]"}} {
		a, errA := ParseQuantity(pair[0])
		b, errB := ParseQuantity(pair[1])
		if _, err := a.Cmp(b); err == nil || errA != nil || errB != nil {
			t.Errorf("NUM-06: %s and %s were compared (%v %v)", pair[0], pair[1], errA, errB)
		}
	}
}

func TestNumbersThatCouldBeMisreadAreRefused(t *testing.T) {
	for _, text := range []string{
		"", " ", ".5 mL", "5. mL", "05 mL", "1e3", "0x10", "1_000", "1,000", "+5", "5mL", "5  mL", "5 ml", "5 MG",
		"5 mcg", "NaN", "Infinity", "--5", "5 mg/", "5 /mL", "5 mg//mL", "٥", "5 ", "1.2.3", "5 mL mL",
	} {
		if q, err := ParseQuantity(text); err == nil {
			t.Errorf("%q was read as %s", text, q)
		}
	}
}

func TestAMillionDigitsAreRefusedAtOnce(t *testing.T) {
	start := time.Now()
	long := strings.Repeat("9", 1_000_000)
	if _, err := ParseQuantity(long + " mL"); err == nil {
		t.Error("a million digits were read")
	}
	if _, faults := compile("1 mL + "+long+" mL", noScope{}, nil); len(faults) == 0 {
		t.Error("a million digits were compiled")
	}
	if taken := time.Since(start); taken > time.Second {
		t.Errorf("it took %s", taken)
	}
}

func TestRoundingNeverStraysByMoreThanHalf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := big.NewRat(rapid.Int64().Draw(t, "numerator"), rapid.Int64Range(1, 1<<40).Draw(t, "denominator"))
		places := rapid.IntRange(0, 12).Draw(t, "places")
		got, ok := new(big.Rat).SetString(roundPlaces(r, places))
		if !ok {
			t.Fatal("not a number")
		}
		off := new(big.Rat).Sub(got, r)
		half := new(big.Rat).Mul(tenTo(-places), big.NewRat(1, 2))
		if order := new(big.Rat).Abs(off).Cmp(half); order > 0 || order == 0 && off.Sign() != r.Sign() {
			t.Fatalf("%s rounded to %s", r, got.FloatString(places))
		}
	})
}

func FuzzQuantity(f *testing.F) {
	for _, seed := range []string{"12.0 mg", "2.4 mg/mL", "95 %", "-0.5 °C", "3", "1 10*6{cells}/mL", "7 microgram/mL"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := ParseQuantity(text)
		if err != nil {
			return
		}
		again := q
		for _, written := range []string{q.String(), q.Coded()} {
			var err error
			if again, err = ParseQuantity(written); err != nil || again != q {
				t.Fatalf("%q was read as %q and then as %q, %v", text, written, again, err)
			}
		}
		if order, err := q.Cmp(again); err != nil || order != 0 {
			t.Fatalf("%q does not equal itself: %v", text, err)
		}
	})
}

// What is worked out in whole numbers of 64 bits is what the exact rationals
// give, for every unit and however many digits.
func TestSmallQuantitiesAreExact(t *testing.T) {
	quick := 0
	rapid.Check(t, func(rt *rapid.T) {
		number := rapid.StringMatching(`-?(0|[1-9][0-9]{0,13})(\.[0-9]{1,14})?`).Draw(rt, "number")
		code := rapid.SampledFrom([]string{"", "1", "%", "g", "mg", "kg", "pg", "mL", "nL", "wk", "min", "Cel", "MBq", "U", "[pH]", "10*9", "mg/mL", "{cells}", "none"}).Draw(rt, "unit")
		q := Quantity{Number: number, Unit: Unit{Code: code}}
		figure, ok := q.figure()
		if !ok {
			return
		}
		small := figure.rat()
		quick++
		r, err := q.rat()
		if err != nil {
			rt.Fatal(err)
		}
		f, err := q.Unit.factor()
		if err != nil {
			rt.Fatal(err)
		}
		if exact := r.Mul(r, f.scale); small.Cmp(exact) != 0 || small.RatString() != exact.RatString() {
			rt.Fatalf("%s %s is %s and not %s", number, code, small, exact)
		}
	})
	if quick == 0 {
		t.Error("none was small")
	}
	for _, text := range []string{"", "-", ".", "1.2.3", "+1", "1e3", "1,0"} {
		if f, ok := (Quantity{Number: text, Unit: One()}).figure(); ok {
			t.Errorf("%q is %v", text, f)
		}
	}
}

// An unrounded result can have more digits than anybody reads.
func TestALongNumberIsReadInBrief(t *testing.T) {
	for text, want := range map[string]string{
		"92.4528301886792452830188679245283 %": "92.4528301886… %",
		"0.000123456789012345 mL":              "0.000123456789012… mL",
		"0.123456789012":                       "0.123456789012",
		"5.30 mL":                              "5.30 mL",
		"1234567890123456 {cells}":             "1234567890123456 cells", // a count is never cut
		"-3.33333333333333":                    "-3.33333333333…",
	} {
		q, err := ParseQuantity(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := q.Brief(); got != want {
			t.Errorf("%s is read as %s, not %s", text, got, want)
		}
	}
}
