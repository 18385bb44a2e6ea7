package protocol

import (
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestWhatComesOnlyWholeIsCountedExactly(t *testing.T) {
	for text, want := range map[string]string{
		"round up(12.0 mg / 5.0 mg) = 3":       "",
		"round up(15.0 mg / 5.0 mg) = 3":       "",
		"round up(15.000001 mg / 5.0 mg) = 4":  "",
		"round down(14.999999 mg / 5 mg) = 2":  "",
		"round up(0.3 mL / 0.1 mL) = 3":        "", // binary floating point would give 3.0000000000000004
		"round up(1 g / 300 mg) = 4":           "",
		"round up(-2.5) = -2":                  "",
		"round down(-2.5) = -3":                "",
		"round up(0 mg, 5 mg) = 0 mg":          "",
		"round up(12.0 mg, 5000 ug) = 15 mg":   "",
		"round down(7 d, 1 wk) = 7 d":          "",
		"round up(5 mL)":                       "a quantity of volume has no whole by itself",
		"round up(95 %)":                       "a percentage has no whole by itself",
		"round up(5 mL, 1 mg)":                 "a quantity of volume and a quantity of mass do not go together",
		"round up(5 mL, 0 mL)":                 "nothing can be counted in steps of 0 mL",
		"round up(5 mL, 1 mL, 1 mL)":           "round up takes one value, and a second where it is counted in more than ones",
		"round up(1 is 1)":                     "a yes or no cannot be calculated with",
		"round off(5 mL, 1 mL)":                `there is no function "round off"`,
		"round up(5 mL, 1 mL - 1 mL) = 1 mL":   "!" + errStep.Error(),
		"round down(5 mL, 1 mL - 2 mL) = 1 mL": "!" + errStep.Error(),
	} {
		formula, _, _ := strings.Cut(text, " = ")
		root, faults := compile(formula, noScope{}, nil)
		if len(faults) > 0 {
			if faults[0].message != want {
				t.Errorf("%s: %+v", text, faults)
			}
			continue
		}
		if _, _, err := (&Expression{root: root}).run(nothing{}); err != nil || want != "" {
			if err == nil || "!"+err.Error() != want {
				t.Errorf("%s: %v", text, err)
			}
			continue
		}
		sum(t, text)
	}
}

// Whatever is counted up is enough, and one step less would not be.
func TestCountingUpIsEnoughAndNeverAStepTooMany(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := big.NewRat(rapid.Int64Range(-1e9, 1e9).Draw(t, "n"), rapid.Int64Range(1, 1e6).Draw(t, "d"))
		step := big.NewRat(rapid.Int64Range(1, 1e6).Draw(t, "step"), rapid.Int64Range(1, 1e6).Draw(t, "of"))
		up, errUp := counted(&node{op: opRoundUp}, []known{{num: amount}, {num: step}})
		down, errDown := counted(&node{op: opRoundDown}, []known{{num: amount}, {num: step}})
		if errUp != nil || errDown != nil {
			t.Fatal(errUp, errDown)
		}
		over := new(big.Rat).Sub(up.num, amount)
		under := new(big.Rat).Sub(amount, down.num)
		gap := new(big.Rat).Sub(up.num, down.num)
		if over.Sign() < 0 || over.Cmp(step) >= 0 || under.Sign() < 0 || under.Cmp(step) >= 0 || gap.Sign() != 0 && gap.Cmp(step) != 0 {
			t.Fatalf("%s in steps of %s is %s and %s", amount, step, up.num, down.num)
		}
		if !new(big.Rat).Quo(up.num, step).IsInt() {
			t.Fatalf("%s is no whole number of %s", up.num, step)
		}
	})
}
