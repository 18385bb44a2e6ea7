package protocol

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// rows gives the rows of a part of testdata/numbers.txt, each with its place.
func rows(t *testing.T, part string, columns int) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("testdata/numbers.txt")
	if err != nil {
		t.Fatal(err)
	}
	all, in := map[string][]string{}, ""
	for i, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "["):
			in = strings.Trim(line, "[]")
		case in == part:
			cells := strings.Split(line, "|")
			for j := range cells {
				cells[j] = strings.TrimSpace(cells[j])
			}
			if len(cells) != columns || cells[columns-1] == "" {
				t.Fatalf("line %d has %d columns and not %d, or no source", i+1, len(cells), columns)
			}
			all[fmt.Sprintf("line %d, %s", i+1, cells[columns-1])] = cells
		}
	}
	if len(all) < 4 {
		t.Fatalf("the part %s has %d rows", part, len(all))
	}
	return all
}

// assayed is a protocol whose calculations are written by the test, so that a
// case goes all the way from the text through the checker to the verdict.
func assayed(t *testing.T, calculate string) (*Step, error) {
	t.Helper()
	text, err := os.ReadFile("testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const before = "        calculate:\n          volume:\n"
	p, problems := Parse("numbers.yaml", []byte(strings.Replace(string(text), before, "        calculate:\n"+calculate+"          volume:\n", 1)))
	if len(problems) > 0 {
		return nil, problems
	}
	return p.Step("draw up"), nil
}

// calculated writes a calculation with a worked example that has its result.
func calculated(name, formula, unit, rounding, result, accept string) string {
	figures, count, _ := strings.Cut(rounding, " ")
	text := fmt.Sprintf("          %s:\n            formula: %s\n            unit: %q\n            %s: %s\n            example: %s\n",
		name, formula, unit, figures, count, strings.TrimSpace(result))
	if accept != "" {
		text += "            reject unless: " + accept + "\n"
	}
	return text
}

func TestPublishedResultsAreRoundedOnceAndThenComparedWithTheirLimits(t *testing.T) {
	for name, c := range rows(t, "limits", 6) {
		raw, rounding, limit, reported, complies := c[0], c[1], c[2], c[3], c[4]
		number, unit, _ := strings.Cut(raw, " ")
		step, err := assayed(t, calculated("assay", raw, unit, rounding, raw+" = "+reported+" "+unit, limit))
		if err != nil {
			t.Errorf("NUM-03, %s: %v", name, err)
			continue
		}
		result, err := step.Calc("assay").Compute(nothing{})
		if err != nil {
			t.Errorf("NUM-02, %s: %v", name, err)
			continue
		}
		accepted := map[bool]string{true: "yes", false: "no"}[result.Verdict.Level == ""]
		if result.Rounded.Number != reported || accepted != complies {
			t.Errorf("NUM-02, NUM-03, NUM-04, %s: %s is reported as %s and accepted: %s", name, raw, result.Rounded, accepted)
		}
		exact, _ := ParseQuantity(number)
		if order, err := (Quantity{Number: result.Unrounded.Number, Unit: One()}).Cmp(exact); err != nil || order != 0 {
			t.Errorf("NUM-02, %s: the unrounded result is stored as %s", name, result.Unrounded)
		}
	}
}

func TestRoundingInStepsIsNotWhatIsDone(t *testing.T) {
	differ := 0
	for name, c := range rows(t, "steps", 6) {
		raw, first, then, right, wrong := c[0], c[1], c[2], c[3], c[4]
		_, unit, _ := strings.Cut(raw, " ")
		q, err := ParseQuantity(raw)
		if err != nil {
			t.Fatal(err)
		}
		chained := q
		for _, by := range inSteps(first, then) {
			if chained, err = chained.Round(by); err != nil {
				t.Fatal(err)
			}
		}
		once, _ := q.Round(roundingOf(first))
		text := calculated("early", raw, unit, first, raw+" = "+once.Number+" "+unit, "") +
			calculated("late", "early", unit, then, raw+" = "+right+" "+unit, "")
		step, err := assayed(t, text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		result, err := step.Calc("late").Compute(nowhere{})
		if err != nil || result.Rounded.Number != right || chained.Number != wrong {
			t.Errorf("NUM-02, %s: it gives %s, and in steps %s, %v", name, result.Rounded, chained, err)
		}
		if right != wrong {
			differ++
		}
	}
	if differ < 3 {
		t.Errorf("only %d cases tell the two apart", differ)
	}
}

// nowhere knows no value of a batch; calculations are computed from their own.
type nowhere struct{}

func (nowhere) Value(string) (Value, bool)     { return Value{}, false }
func (nowhere) Moment(Point) (time.Time, bool) { return time.Time{}, false }

func roundingOf(text string) Rounding {
	var n int
	what, count, _ := strings.Cut(text, " ")
	_, _ = fmt.Sscan(count, &n)
	if what == "figures" {
		return Rounding{Significant: n}
	}
	return Rounding{Places: n}
}

// inSteps goes from one rounding to another by one digit at a time.
func inSteps(first, then string) []Rounding {
	var all []Rounding
	for by := roundingOf(first); by.Places >= roundingOf(then).Places && by.Significant >= roundingOf(then).Significant; {
		all = append(all, by)
		if by.Significant > 0 {
			by.Significant--
		} else {
			by.Places--
		}
	}
	return all
}

func TestPublishedConversionsAreExact(t *testing.T) {
	for name, c := range rows(t, "units", 4) {
		root, faults := compile(c[0], noScope{}, nil)
		unit, err := ParseUnit(c[1])
		if len(faults) > 0 || err != nil {
			t.Errorf("NUM-06, %s: %+v, %v", name, faults, err)
			continue
		}
		if root.sort != sortOf(unit) {
			t.Errorf("NUM-06, %s: %s is %s", name, c[0], root.sort)
			continue
		}
		outcome, _, err := (&Expression{root: root}).run(nothing{})
		if err != nil {
			t.Errorf("NUM-06, %s: %v", name, err)
			continue
		}
		if r, err := fromBase(outcome, unit); err != nil || plain(r) != c[2] {
			t.Errorf("NUM-06, %s: %s is %s %s, %v", name, c[0], plain(r), c[1], err)
		}
	}
	for name, c := range rows(t, "apart", 3) {
		one, errOne := ParseQuantity(c[0])
		other, errOther := ParseQuantity(c[1])
		if errOne != nil || errOther != nil {
			t.Errorf("%s: %v, %v", name, errOne, errOther)
		}
		if _, err := one.Cmp(other); err == nil {
			t.Errorf("NUM-06, %s: %s was compared with %s", name, c[0], c[1])
		}
		for _, sign := range []string{" + ", " is ", " above "} {
			if _, faults := compile(c[0]+sign+c[1], noScope{}, nil); len(faults) == 0 {
				t.Errorf("NUM-06, %s: %s%s%s was taken", name, c[0], sign, c[1])
			}
		}
	}
	for name, c := range rows(t, "no units", 2) {
		if u, err := ParseUnit(c[0]); err == nil {
			t.Errorf("NUM-06, %s: %s was read as %+v", name, c[0], u)
		}
	}
}

func TestACensoredResultMeetsALimitOnlyIfAllThatItMayBeDoes(t *testing.T) {
	for name, c := range rows(t, "censored", 4) {
		in := Input{Name: "found", Type: TypeDecimal, Unit: mustUnit(t, "mg"), Places: 1, Censored: true}
		self := named("assay.found", &in)
		self.op = opSelf
		root, faults := compile(c[1], noScope{}, self)
		if len(faults) > 0 {
			t.Fatalf("%s: %+v", name, faults)
		}
		in.Limits = []Limit{{Level: Reject, Text: c[1], Cond: &Expression{Source: c[1], root: root, rounded: true}}}
		v, err := in.Parse(c[0], time.UTC)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		verdict, err := in.Judge(v, nowhere{})
		if meets := map[bool]string{true: "yes", false: "no"}[verdict.Level == ""]; err != nil || meets != c[2] {
			t.Errorf("NUM-01, %s: %s meets %s: %s, %v", name, c[0], c[1], meets, err)
		}
	}
}

func TestPublishedDosesAndResultsAreWrittenApart(t *testing.T) {
	for name, c := range rows(t, "doses", 4) {
		q, err := ParseQuantity(c[0])
		if err != nil || q.Dose() != c[1] || q.String() != c[2] || q.Coded() != c[0] {
			t.Errorf("NUM-07, %s: %s is the dose %q and the result %q, %v", name, c[0], q.Dose(), q.String(), err)
		}
	}
}

func TestTheHourThatComesTwiceIsShownWithItsOffset(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	in := Input{Type: TypeDateTime}
	for name, c := range rows(t, "clock", 4) {
		v, err := in.Parse(c[0], london)
		switch c[1] {
		case "asked for":
			if err == nil || !strings.Contains(err.Error(), "came twice") {
				t.Errorf("NUM-08, %s: %s was read as %s, %v", name, c[0], v, err)
			}
		case "did not exist":
			if err == nil || !strings.Contains(err.Error(), "did not exist") {
				t.Errorf("NUM-08, %s: %s was read as %s, %v", name, c[0], v, err)
			}
		default:
			if err != nil || v.Coded() != c[1] || v.Show(london) != c[2] {
				t.Errorf("NUM-08, %s: %s is stored as %s and shown as %s, %v", name, c[0], v.Coded(), v.Show(london), err)
			}
		}
	}
	for name, c := range rows(t, "durations", 4) {
		from, errFrom := in.Parse(c[0], london)
		to, errTo := in.Parse(c[1], london)
		if errFrom != nil || errTo != nil {
			t.Fatalf("%s: %v, %v", name, errFrom, errTo)
		}
		if got := ShowDuration(to.Time.Sub(from.Time)); got != c[2] {
			t.Errorf("NUM-08, %s: from %s to %s it is %s", name, c[0], c[1], got)
		}
	}
}
