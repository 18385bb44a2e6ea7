package protocol

import (
	"strings"
	"testing"
	"time"
)

// batchOf is a batch of which these values are known.
type batchOf map[string]string

func (f batchOf) Value(name string) (Value, bool) {
	q, err := ParseQuantity(f[name])
	return Value{Type: TypeDecimal, Quantity: q}, err == nil
}

func (batchOf) Moment(Point) (time.Time, bool) { return time.Time{}, false }

// TestALimitThatLeansOnAValueShowsTheFiguresThatItIsJudgedBy: what the bedside
// reads is what Judge compares with, and an approved figure is left alone.
func TestALimitThatLeansOnAValueShowsTheFiguresThatItIsJudgedBy(t *testing.T) {
	text := string(example(t, "aso-intrathecal.yaml").Text)
	const written = "accept: within 2 % of volume"
	if !strings.Contains(text, written) {
		t.Fatal("the example has another limit")
	}
	for limit, want := range map[string]string{
		"accept: within 2 % of volume":                           "within 2 % of 5.0 mL: 4.9 to 5.1 mL",
		"accept: within 0.2 mL of volume":                        "within 0.2 mL of 5.0 mL: 4.8 to 5.2 mL",
		"accept: at most volume":                                 "at most 5.0 mL",
		"accept: at least volume":                                "at least 5.0 mL",
		"accept: at most 1.02 * volume":                          "at most 5.1 mL",
		"accept: at most 9.9 mL\n            warn above: volume": "above 5.0 mL",
		"accept: at least order.dose / 2.4 mg/mL":                "at least 5 mL (order: dose 12.0 mg)",
		"accept: at most site.syringe":                           "at most 6.0 mL (site: what the syringe holds)",
		"accept: within site.syringe of volume":                  "within 6.0 mL of 5.0 mL: -1 to 11 mL (site: what the syringe holds)",
		"accept: at most 2 * site.syringe":                       "at most 12 mL (site: what the syringe holds 6.0 mL)",
		"accept: 4.9 to 5.1 mL":                                  "",
		"accept: at most 5.0 mL":                                 "",
	} {
		told := strings.Replace(text, "\npeople:", "\nsite sets:\n  syringe:\n    title: what the syringe holds\n    allow: 5.0 to 6.0 mL\n\npeople:", 1)
		if !strings.Contains(limit, "site.") {
			told = text
		}
		p, problems := Parse("aso-intrathecal.yaml", []byte(strings.Replace(told, written, limit, 1)))
		if len(problems) > 0 {
			t.Fatalf("%s: %s", limit, problems.Error())
		}
		in := drawn(t, p)
		known := batchOf{"site.syringe": "6.0 mL", "order.dose": "12.0 mg", "order.strength": "2.4 mg/mL"}
		for _, section := range p.Sections {
			for _, step := range section.Steps {
				for _, c := range step.Calcs {
					known[step.Name+"."+c.Name] = "5.0 mL"
				}
			}
		}
		if got := in.Limits[len(in.Limits)-1].Resolved(in.Unit, known); got != want {
			t.Errorf("%s: %q, want %q", limit, got, want)
		}
		if got := in.Limits[0].Resolved(in.Unit, batchOf{}); got != "" {
			t.Errorf("%s: %q, and nothing is known", limit, got)
		}
		if strings.HasPrefix(want, "within 2 %") {
			for text, level := range map[string]Level{"4.9 mL": "", "5.1 mL": "", "4.8 mL": Action, "5.2 mL": Action} {
				q, err := ParseQuantity(text)
				if err != nil {
					t.Fatal(err)
				}
				verdict, err := in.Judge(Value{Type: TypeDecimal, Quantity: q}, known)
				if err != nil || (verdict.Level == "") != (level == "") {
					t.Errorf("%s is judged %q, %v", text, verdict.Level, err)
				}
			}
		}
	}
}

func drawn(t *testing.T, p *Protocol) *Input {
	for _, section := range p.Sections {
		for _, step := range section.Steps {
			if in := step.Input("drawn"); in != nil && len(in.Limits) > 0 {
				return in
			}
		}
	}
	t.Fatal("nothing is drawn up")
	return nil
}
