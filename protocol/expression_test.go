package protocol

import (
	"strings"
	"testing"
	"time"
)

// at gives the names that stand at a step of an example.
func at(t testing.TB, p *Protocol, step string) (stepScope, *node) {
	t.Helper()
	steps := p.Steps()
	for i, s := range steps {
		if s.Name == step {
			in := stepScope{p: p, steps: steps, at: i, calcs: len(s.Calcs)}
			if len(s.Inputs) == 0 {
				return in, nil
			}
			self := named(s.Name+"."+s.Inputs[0].Name, &s.Inputs[0])
			self.op = opSelf
			return in, self
		}
	}
	t.Fatalf("no step %s", step)
	return stepScope{}, nil
}

func day(hour, minute int) time.Time { return time.Date(2026, 11, 20, hour, minute, 0, 0, time.UTC) }

// dosed is a batch of the antisense example in which a volume was drawn up.
func dosed(t testing.TB, p *Protocol) bench {
	return bench{
		t: t, p: p,
		values: map[string]string{
			"order.dose": "12.0", "order.strength": "2.4", "draw up.drawn": "5.1", "look.appearance": "cloudy",
			"clearance.clear": "yes", "urine protein.protein": "0.10",
		},
		moments: map[Point]time.Time{
			{Step: "warm", At: "started"}: day(9, 0), {Step: "warm", At: "done"}: day(9, 31), {Step: "look", At: "done"}: day(9, 40),
		},
	}
}

func TestConditionsReadAsEnglish(t *testing.T) {
	p := example(t, "aso-intrathecal.yaml")
	in, self := at(t, p, "draw up")
	five, _ := (Input{Type: TypeDecimal, Unit: Unit{Code: "mL", Display: "mL"}, Places: 1}).Parse("5.1", time.UTC)
	for text, want := range map[string]string{
		"within 2 % of volume":                                 "yes: 5.1 mL is within 2 % of 5.0 mL",
		"within 1 % of volume":                                 "no: 5.1 mL is not within 1 % of 5.0 mL",
		"within 0.1 mL of volume":                              "yes: 5.1 mL is within 0.1 mL of 5.0 mL",
		"4.9 to 5.1 mL":                                        "yes: 5.1 mL is from 4.9 mL to 5.1 mL",
		"from 4.9 to 5.0 mL":                                   "no: 5.1 mL is above 5.0 mL",
		"is 5.2 to 5.3 mL":                                     "no: 5.1 mL is below 5.2 mL",
		"is not 5.2 to 5.3 mL":                                 "yes: 5.1 mL is below 5.2 mL",
		"at most 5.1 mL":                                       "yes: 5.1 mL is at the limit of 5.1 mL",
		"above 5.1 mL":                                         "no: 5.1 mL is not above 5.1 mL",
		"below 5.2 mL and at least 5.0 mL":                     "",
		"drawn above 5.0 mL and drawn below 5.2 mL":            "yes: 5.1 mL is above 5.0 mL and 5.1 mL is below 5.2 mL",
		"drawn / volume at most 1.02":                          "yes: 1.02 is at the limit of 1.02",
		"is volume":                                            "no: 5.1 mL is not 5.0 mL",
		"look.appearance is \"cloudy\"":                        "yes: appearance is cloudy",
		"not (look.appearance is \"cloudy\")":                  "no: appearance is cloudy",
		"clearance.clear":                                      "yes: clearance.clear is yes",
		"clearance.clear is no or drawn above 9.0 mL":          "no: clear is yes, not no and 5.1 mL is below 9.0 mL",
		"elapsed(warm started, look done) at least 40 min":     "yes: 40 min is at the limit of 40 min",
		"elapsed(warm started, look done) below 0.5 h":         "no: 40 min is above 0.5 h",
		"look done above warm done":                            "yes: 20 Nov 2026 09:40:00 UTC is after 20 Nov 2026 09:31:00 UTC",
		"min(drawn, volume) is volume":                         "yes: 5 mL is 5.0 mL",
		"max(drawn, volume, 0.9 mL) is drawn":                  "yes: 5.1 mL is 5.1 mL",
		"abs(volume - drawn) is 0.1 mL":                        "yes: 0.1 mL is 0.1 mL",
		"(clearance.clear ? drawn : volume) above 5000 uL":     "yes: 5.1 mL is above 5000 microlitre",
		"order.dose ÷ order.strength × 2 ≤ 10 mL":              "yes: 10 mL is at the limit of 10 mL",
		"drawn within (1 % + 1 %) of (volume + 0.0 mL)":        "yes: 5.1 mL is within 2 % of 5 mL",
		"clearance.clear and drawn within 2 % of volume":       "yes: clearance.clear is yes and 5.1 mL is within 2 % of 5.0 mL",
		"drawn within 2 % of volume and clearance.clear is no": "no: clear is yes, not no",
	} {
		root, faults := compile(text, in, self)
		if want == "" {
			if len(faults) == 0 {
				t.Errorf("%s: was understood", text)
			}
			continue
		}
		if len(faults) > 0 {
			t.Errorf("%s: %+v", text, faults)
			continue
		}
		holds, reason, err := (&Expression{root: root, rounded: true}).test(dosed(t, p), &five)
		got := "no: " + reason
		if holds {
			got = "yes: " + reason
		}
		if err != nil || got != want {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
}

func TestTheWorkingKeepsItsBrackets(t *testing.T) {
	p := example(t, "aso-intrathecal.yaml")
	in, _ := at(t, p, "label syringe")
	for text, want := range map[string]string{
		"order.dose / (order.strength + 0.1 mg/mL)":  "12.0 mg / (2.4 mg/mL + 0.1 mg/mL)",
		"(order.dose - 1 mg) - (order.dose - 2 mg)":  "12.0 mg - 1 mg - (12.0 mg - 2 mg)",
		"-(order.dose + 1 mg) * 2":                   "-(12.0 mg + 1 mg) × 2",
		"min(order.dose, 13.0 mg) / order.strength":  "min(12.0 mg, 13.0 mg) / 2.4 mg/mL",
		"draw up.volume * 2":                         "5 mL × 2",
		"elapsed(warm started, warm done) / (2 min)": "31 min / 2 min",
	} {
		root, faults := compile(text, in, nil)
		if len(faults) > 0 {
			t.Errorf("%s: %+v", text, faults)
			continue
		}
		if _, working, err := (&Expression{root: root}).run(dosed(t, p)); err != nil || working != want {
			t.Errorf("%s: %s, %v", text, working, err)
		}
	}
}

func TestWhatHasNoMeaningIsRefusedWithItsPlace(t *testing.T) {
	p := example(t, "aso-intrathecal.yaml")
	in, _ := at(t, p, "draw up")
	for text, caret := range map[string]int{
		"":                               0,
		"order.dose +":                   12,
		"order.dose + volume":            11,
		"order.dose * look.appearance":   13,
		"order.dose order.strength":      0,
		"[1, 2]":                         0,
		"order.dose % 2":                 11,
		"volume is \"5\"":                7,
		"look.appearance is \"cloudly\"": 19,
		"elapsed(warm done)":             7,
		"elapsed(order.dose, warm done)": 8,
		"draw up done above warm done":   0,
		"draw up done":                   0,
		"decayed(order.dose, 6 h, 3 h)":  8,
		"true + 1":                       0,
		"volume within 2 %":              7,
		"volume to volume":               7,
		"volume is 5.1 to 4.9 mL":        14,
		"3 mL / 2 kg mL":                 0,
		"drawn.size()":                   0,
		"'open":                          0,
		"1 mL in 2 mL":                   5,
		"volume in volume":               7,
		"# comment":                      0,
		"vial back":                      0,
		"warm checked":                   0,
	} {
		root, faults := compile(text, in, nil)
		if text == "vial back" {
			if len(faults) > 0 || root.sort.class != moment {
				t.Errorf("%s: %+v", text, faults)
			}
			continue
		}
		if len(faults) == 0 {
			t.Errorf("%q was understood", text)
			continue
		}
		if _, known := map[string]bool{"3 mL / 2 kg mL": true, "drawn.size()": true, "order.dose order.strength": true}[text]; !known && faults[0].offset != caret {
			t.Errorf("%q: the caret is at %d: %s", text, faults[0].offset, faults[0].message)
		}
	}
}

func TestADivisionByZeroIsAnError(t *testing.T) {
	root, faults := compile("1 mg / (2 mL - 2 mL)", noScope{}, nil)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if _, _, err := (&Expression{root: root}).run(nothing{}); err == nil {
		t.Error("a division by zero gave something")
	}
	root, faults = compile("decayed(1 MBq, 0 h, 3 h)", noScope{}, nil)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if _, _, err := (&Expression{root: root}).run(nothing{}); err == nil {
		t.Error("a half-life of nothing gave something")
	}
}

func FuzzExpression(f *testing.F) {
	p := example(f, "aso-intrathecal.yaml")
	for _, seed := range []string{
		"order.dose / order.strength", "within 2 % of volume", "4.9 to 5.1 mL", "above 0.20 g/L", "decayed(1 MBq, 6 h, 3 min)",
		"elapsed(warm done, look done) at most 3 h and not (clearance.clear is no)", "look.appearance is \"cloudy\" ? 1 mL : 2 mL",
		"((((1))))", "- - - 1 mg", "min(1 %, 2 %)", "1 mL within (2 mL) of 3 mL or drawn is from 1 to 2 mL",
	} {
		f.Add(seed)
	}
	in, self := at(f, p, "draw up")
	f.Fuzz(func(t *testing.T, text string) {
		root, faults := compile(text, in, self)
		for _, fault := range faults {
			if fault.offset < 0 || fault.offset > len(text) || fault.message == "" {
				t.Fatalf("%q: %+v", text, fault)
			}
		}
		if len(faults) > 0 {
			return
		}
		v := Value{Type: TypeDecimal, Quantity: Quantity{Number: "5.1", Unit: Unit{Code: "mL", Display: "mL"}}}
		e := &Expression{root: root}
		switch root.sort.class {
		case truth:
			_, reason, err := e.test(dosed(t, p), &v)
			if err == nil && strings.Contains(reason, "%!") {
				t.Fatalf("%q: %s", text, reason)
			}
		case quantity:
			frame, err := e.frame(dosed(t, p), &v)
			if err != nil {
				return
			}
			if k, err := frame.eval(root); err == nil && k.num == nil {
				t.Fatalf("%q has no number", text)
			}
		}
	})
}

// compile compiles an expression that stands alone.
func compile(text string, in scope, subject *node) (*node, []fault) {
	return new(grammar).compile(text, in, subject)
}
