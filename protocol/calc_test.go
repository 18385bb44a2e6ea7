package protocol

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// bench is an environment made of texts, for tests.
type bench struct {
	t       testing.TB
	p       *Protocol
	values  map[string]string
	moments map[Point]time.Time
}

func (e bench) Value(name string) (Value, bool) {
	text, ok := e.values[name]
	if !ok {
		return Value{}, false
	}
	of, field, _ := strings.Cut(name, ".")
	var in *Input
	if of == "order" {
		for i := range e.p.Order {
			if e.p.Order[i].Name == field {
				in = &e.p.Order[i].Input
			}
		}
	} else {
		in = e.p.Step(of).Input(field)
	}
	v, err := in.Parse(text, time.UTC)
	if err != nil {
		e.t.Fatalf("%s: %v", name, err)
	}
	return v, true
}

func (e bench) Moment(p Point) (time.Time, bool) {
	at, ok := e.moments[p]
	return at, ok
}

func TestTheVolumeIsCalculatedAndJudged(t *testing.T) {
	p := example(t, "aso-intrathecal.yaml")
	env := bench{t: t, p: p, values: map[string]string{"order.dose": "12.0", "order.strength": "2.4"}}
	step := p.Step("draw up")
	result, err := step.Calc("volume").Compute(env)
	if err != nil {
		t.Fatal(err)
	}
	if got := result.Working; got != "12.0 mg / 2.4 mg/mL = 5 mL; rounded 5.0 mL" {
		t.Errorf("NUM-05: the working reads %q", got)
	}
	for _, c := range []struct {
		drawn, reason string
		level         Level
	}{
		{"4.9", "", ""},
		{"5.0", "", ""},
		{"5.1", "", ""},
		{"5.2", "5.2 mL is not within 2 % of 5.0 mL", Action},
		{"4.8", "4.8 mL is not within 2 % of 5.0 mL", Action},
	} {
		in := step.Input("drawn")
		v, err := in.Parse(c.drawn, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		verdict, err := in.Judge(v, env)
		if err != nil || verdict.Level != c.level || verdict.Reason != c.reason {
			t.Errorf("%s: %+v, %v", c.drawn, verdict, err)
		}
		if c.level == Action && !verdict.Limit.Then.Blocks {
			t.Errorf("%s does not block", c.drawn)
		}
	}
}

// The second expected outcome of the red cell process.
func TestDecayIsExactToThirtyFourDigits(t *testing.T) {
	p := example(t, "redcell-tc99m.yaml")
	env := bench{t: t, p: p, values: map[string]string{
		"assay.measured": "740", "assay.measured at": "2026-11-20 10:00", "assay.inject at": "2026-11-20 10:03",
	}}
	result, err := p.Step("assay").Calc("at injection").Compute(env)
	if err != nil {
		t.Fatal(err)
	}
	// 740 × 2^(−3/360), by bc -l with 60 digits.
	const want = "735.7379136249850239339333635525926"
	if !strings.HasPrefix(result.Unrounded.Number, want) || result.Rounded.String() != "736 MBq" || result.Verdict.Level != "" {
		t.Errorf("%+v", result)
	}
	if !strings.Contains(result.Working, "decayed(740 MBq, 6.0 h, 3 min) = 735.7379") {
		t.Error(result.Working)
	}
	env.values["assay.measured"] = "745"
	result, err = p.Step("assay").Calc("at injection").Compute(env)
	if err != nil || result.Verdict.Level != Reject || result.Verdict.Reason != "741 MBq is above 740 MBq" {
		t.Errorf("%+v, %v", result, err)
	}
}

func TestEverythingMissingIsNamedAtOnce(t *testing.T) {
	p := example(t, "redcell-tc99m.yaml")
	env := bench{t: t, p: p, values: map[string]string{"assay.measured": "740"}}
	_, err := p.Step("assay").Calc("at injection").Compute(env)
	var missing *Missing
	if !errors.As(err, &missing) || !slices.Equal(missing.Names, []string{"assay.inject at", "assay.measured at"}) {
		t.Errorf("%v", err)
	}
	for i := range p.Criteria {
		if c := &p.Criteria[i]; c.Record == "" && c.Source == "assay" {
			if _, _, err := c.Holds(env); !errors.As(err, &missing) || len(missing.Names) != 2 {
				t.Errorf("%v", err)
			}
		}
	}
}

func TestCriteriaAnswerWithFigures(t *testing.T) {
	p := example(t, "aso-intrathecal.yaml")
	env := bench{t: t, p: p, values: map[string]string{
		"order.dose": "12.0", "order.strength": "2.4", "draw up.drawn": "5.1", "look.appearance": "cloudy",
	}}
	want := map[string]struct {
		holds  bool
		reason string
	}{
		"draw up": {true, "5.1 mL is within 2 % of 5.0 mL"},
		"look":    {false, "appearance is cloudy, not clear and colourless"},
	}
	for i := range p.Criteria {
		c := &p.Criteria[i]
		if c.Record != "" {
			if _, _, err := c.Holds(env); err == nil {
				t.Errorf("%s was answered without the record", c.Name)
			}
			continue
		}
		holds, reason, err := c.Holds(env)
		if err != nil || holds != want[c.Source].holds || reason != want[c.Source].reason {
			t.Errorf("%s: %t, %q, %v", c.Name, holds, reason, err)
		}
	}
}

func TestCalculationsThatLeanOnEachOtherAreComputedOnce(t *testing.T) {
	text, err := os.ReadFile("testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	chain := "          c0: {formula: order.dose, unit: mg, places: 1, example: 1.0 mg = 1.0 mg}\n"
	for i := range 40 {
		chain += fmt.Sprintf("          c%d: {formula: c%d / 2 + c%d / 2, unit: mg, places: 1, example: 1.0 mg / 2 + 1.0 mg / 2 = 1.0 mg}\n", i+1, i, i)
	}
	p, problems := Parse("chain", []byte(strings.Replace(string(text), "          volume:\n", chain+"          volume:\n", 1)))
	if len(problems) > 0 {
		t.Fatal(problems.Error())
	}
	env := bench{t: t, p: p, values: map[string]string{"order.dose": "12.0", "order.strength": "2.4"}}
	result, err := p.Step("draw up").Calc("c40").Compute(env)
	if err != nil || result.Rounded.String() != "12.0 mg" {
		t.Errorf("%+v, %v", result, err)
	}
}

func TestUrineProteinIsRepeatedAboveItsLimitOnly(t *testing.T) {
	p := example(t, "aso-intrathecal.yaml")
	in := p.Step("urine protein").Input("protein")
	for text, level := range map[string]Level{"0.20": "", "0.21": Warn} {
		v, err := in.Parse(text, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		verdict, err := in.Judge(v, bench{t: t, p: p})
		if err != nil || verdict.Level != level {
			t.Errorf("%s: %+v, %v", text, verdict, err)
		}
		if level == Warn && (verdict.Reason != "0.21 g/L is above 0.20 g/L" || verdict.Limit.Then.Repeat != 1) {
			t.Errorf("%+v", verdict)
		}
	}
}
