package protocol

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// enteredAs is an input of a protocol whose entry is written by the test.
func enteredAs(t *testing.T, entry string) (*Input, error) {
	t.Helper()
	text, err := os.ReadFile("testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	before := "        enter:\n"
	if !strings.Contains(string(text), before) {
		t.Fatal("the small protocol enters nothing")
	}
	p, problems := Parse("below.yaml", []byte(strings.Replace(string(text), before, before+"          figure: "+entry+"\n", 1)))
	if len(problems) > 0 {
		return nil, problems
	}
	for i := range p.Sections {
		for j := range p.Sections[i].Steps {
			if in := p.Sections[i].Steps[j].Input("figure"); in != nil {
				return in, nil
			}
		}
	}
	t.Fatal("there is no such value")
	return nil, nil
}

type empty struct{}

func (empty) Value(string) (Value, bool)     { return Value{}, false }
func (empty) Moment(Point) (time.Time, bool) { return time.Time{}, false }

// EXE-07: what begins at nothing is never below it, unless a limit says so.
func TestAFigureBelowZeroStandsOnlyWhereTheProtocolOrItsUnitLetsIt(t *testing.T) {
	for _, c := range []struct {
		entry, text string
		refused     bool
	}{
		{"{unit: mL, places: 1}", "-5.0", true},
		{"{unit: mL, places: 1}", "-0.0", false},
		{"{unit: mL, places: 1, accept: at most 5.0 mL}", "-5.0", true},
		{"{unit: mL, places: 1, reject outside: 0.0 to 5.0 mL}", "-5.0", true},
		{"{unit: mL, places: 1, accept: at least 0.0 mL}", "-0.1", true},
		{"{unit: mL, places: 1, accept: -0.5 to 0.5 mL}", "-0.4", false},
		{"{unit: mL, places: 1, accept: -0.5 to 0.5 mL}", "-5.0", false}, // out of its limit, and an exception
		{"{unit: mL, places: 1, warn below: -0.5 mL}", "-0.4", false},
		{"{unit: mL, places: 1, accept: below 0.0 mL}", "-0.4", false},
		{"{unit: mL, places: 1, accept: within 1.0 mL of 0.5 mL}", "-0.4", false},
		{"{unit: mL, places: 1, accept: within 5 % of 5.0 mL}", "-0.4", true},
		{`{unit: "%", places: 1}`, "-0.4", true},
		{`{unit: "10*9/L", places: 0}`, "-4", true},
		{`{unit: "10*6", places: 0}`, "-4", true},
		{"{unit: g/g, places: 1}", "-0.4", true},
		{"{unit: Bq, places: 0}", "-4", true},
		{"{unit: 1, places: 1}", "-0.4", false},
		{`{unit: "[pH]", places: 1}`, "-0.4", false},
		{"{unit: Cel, places: 0}", "-80", false},
		{"{unit: Cel/min, places: 1}", "-1.0", false},
		{"{unit: Pa, places: 0}", "-15", false},
		{"{unit: mbar, places: 1}", "-0.4", false},
		{"{unit: N, places: 1}", "-0.4", true},
		{`{unit: "[EU]/mL", places: 1, censored: yes}`, "< -0.3", true},
		{`{unit: "[EU]/mL", places: 1, censored: yes}`, "< 0.0", true},
		{`{unit: "[EU]/mL", places: 1, censored: yes}`, "< 0.3", false},
		{"{type: range, unit: mL, places: 1}", "-0.1 to 2.0", true},
		{"{type: range, unit: mL, places: 1}", "0.0 to 2.0", false},
		{"{type: range, unit: Cel, places: 1}", "-4.0 to 2.0", false},
		{"{unit: mL, places: 1, may be: [not done]}", "not done", false},
		{"{type: count}", "5", false},
	} {
		in, err := enteredAs(t, c.entry)
		if err != nil {
			t.Fatalf("%s: %v", c.entry, err)
		}
		v, err := in.Parse(c.text, time.UTC)
		if err != nil {
			t.Fatalf("%s, %s: %v", c.entry, c.text, err)
		}
		if got := in.LessThanNothing(v, empty{}); got != c.refused {
			t.Errorf("%s of %s is less than nothing: %t", c.text, c.entry, got)
		}
	}
}

// EXE-07, EXE-08: whatever figures the limits have, what is not below zero is
// never refused, and what is stands exactly where a limit names a figure below.
func TestWhatIsNotBelowZeroIsNeverTakenForLessThanNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		write := func(n int) string {
			return fmt.Sprintf("%s%d.%d", map[bool]string{true: "-"}[n < 0], abs(n)/10, abs(n)%10)
		}
		figure := rapid.IntRange(-60, 60)
		low := figure.Draw(rt, "low")
		high := low + rapid.IntRange(1, 60).Draw(rt, "more")
		bounds := rapid.SampledFrom([]string{"", "accept: %s to %s mL", "reject outside: %s to %s mL"}).Draw(rt, "limit")
		limit := ""
		if bounds != "" {
			limit = ", " + fmt.Sprintf(bounds, write(low), write(high))
		}
		in, err := enteredAs(t, "{unit: mL, places: 1"+limit+"}")
		if err != nil {
			rt.Fatalf("%s: %v", limit, err)
		}
		n := figure.Draw(rt, "figure")
		v, err := in.Parse(write(n), time.UTC)
		if err != nil {
			rt.Fatal(err)
		}
		want := n < 0 && (limit == "" || low >= 0 && high >= 0)
		if got := in.LessThanNothing(v, empty{}); got != want {
			rt.Fatalf("%s%s is less than nothing: %t", write(n), limit, got)
		}
	})
}

func abs(n int) int { return max(n, -n) }

// MBR-03, EXE-07: a freezer's limits, and a difference's, lie below zero.
func TestTheEndsOfARangeMayLieBelowZero(t *testing.T) {
	for entry, verdicts := range map[string]map[string]Level{
		"{unit: Cel, places: 0, accept: -30 to -20 Cel}":              {"-25": "", "-20": "", "-19": Action, "-31": Action, "25": Action},
		"{unit: Cel, places: 0, reject outside: -30 Cel to -20 Cel}":  {"-30": "", "-19": Reject},
		"{unit: Cel, places: 1, accept: within -0.5 to 0.5 Cel}":      {"0.0": "", "-0.6": Action},
		"{unit: Cel, places: 1, accept: from -0.5 to 0.5 Cel}":        {"-0.5": "", "0.6": Action},
		"{type: range, unit: Cel, places: 0, accept: -30 to -20 Cel}": {"-25 to -21": "", "-25 to -19": Action},
		"{unit: Cel, places: 0, action above: 5 Cel - 3 Cel}":         {"2": "", "3": Action},
	} {
		in, err := enteredAs(t, entry)
		if err != nil {
			t.Fatalf("%s: %v", entry, err)
		}
		for text, want := range verdicts {
			v, err := in.Parse(text, time.UTC)
			if err != nil {
				t.Fatal(err)
			}
			if verdict, err := in.Judge(v, empty{}); err != nil || verdict.Level != want {
				t.Errorf("%s of %s: %q, %v", text, entry, verdict.Level, err)
			}
		}
	}
	for _, entry := range []string{
		"{unit: Cel, places: 0, accept: -20 to -30 Cel}", "{unit: Cel, places: 0, accept: 5 Cel -30 to -20 Cel}", "{unit: Cel, places: 0, accept: --30 to -20 Cel}",
	} {
		if _, err := enteredAs(t, entry); err == nil {
			t.Errorf("%s was accepted", entry)
		}
	}
}
