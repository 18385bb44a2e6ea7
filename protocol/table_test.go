package protocol

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// tabled is the small protocol with a step of tables before "draw up".
func tabled(t *testing.T, step string) *Protocol {
	t.Helper()
	whole := fences(t)[0].text
	p, problems := Parse("tabled.yaml", []byte(fit(whole, step)))
	if len(problems) > 0 {
		t.Fatal(problems.Error())
	}
	return p
}

const counting = `- step: count
  do: Count.
  enter:
    counts:
      rows: 2 to 4
      each: chamber
      columns:
        viable: {unit: mL, places: 1, may be: not applicable, accept: at least 1.0 mL}
        state: {choices: [clear, clotted], optional: yes}
  calculate:
    average: {formula: mean(counts.viable), unit: uL, places: 0, example: "mean(1.0 mL, 2.0 mL) = 1500 uL"}
    total: {formula: sum(counts.viable), unit: mL, places: 1, example: "sum(1.0 mL, 2.0 mL) = 3.0 mL"}
    lowest: {formula: min(counts.viable), unit: mL, places: 1, example: "min(1.0 mL, 2.0 mL) = 1.0 mL"}
    highest: {formula: max(counts.viable), unit: mL, places: 1, example: "max(1.0 mL, 2.0 mL) = 2.0 mL"}
    spread: {formula: sd(counts.viable), unit: mL, figures: 6, example: "sd(1.0 mL, 2.0 mL) = 0.707107 mL"}
    seen: {formula: count(counts.viable), unit: 1, places: 0, example: "count(1.0 mL, 2.0 mL) = 2"}
`

// sheet is what was entered, by full name.
type sheet map[string]string

// env reads a sheet by the inputs of a protocol.
func (s sheet) env(t *testing.T, p *Protocol) Env {
	t.Helper()
	values := tableEnv{}
	for name, text := range s {
		step, field, _ := strings.Cut(name, ".")
		v, err := p.Step(step).Input(field).Parse(text, time.UTC)
		if err != nil {
			t.Fatal(name, err)
		}
		values[name] = v
	}
	return values
}

type tableEnv map[string]Value

func (e tableEnv) Value(name string) (Value, bool) { v, ok := e[name]; return v, ok }
func (e tableEnv) Moment(Point) (time.Time, bool)  { return time.Time{}, false }
func (s sheet) and(name, text string) sheet        { s["count.counts."+name] = text; return s }
func rowsOf(values ...string) (filled sheet) {
	filled = sheet{}
	for i, v := range values {
		filled.and(string(rune('1'+i))+".viable", v)
	}
	return filled
}

// NUM-02, NUM-05: what a formula makes of a column is exact, of all its rows
// and of no more, and shows each figure.
func TestAFormulaGathersTheRowsThatThereWere(t *testing.T) {
	p := tabled(t, counting)
	for _, c := range []struct {
		what  string
		sheet sheet
		want  map[string]string
	}{
		{"two rows of four", rowsOf("1.0", "2.0").and("rows", "2"), map[string]string{
			"average": "1500 microlitre", "total": "3.0 mL", "lowest": "1.0 mL", "highest": "2.0 mL", "spread": "0.707107 mL", "seen": "2",
		}},
		{"three rows", rowsOf("1.0", "1.0", "2.0").and("rows", "3"), map[string]string{"average": "1333 microlitre", "spread": "0.577350 mL"}},
		{"nobody said how many rows there were", rowsOf("1.0", "2.0"), map[string]string{
			"average": "?", "total": "?", "lowest": "?", "highest": "?", "spread": "?", "seen": "?",
		}},
		{"a row is missing", rowsOf("1.0", "2.0").and("rows", "3"), map[string]string{"total": "?", "seen": "?", "highest": "?"}},
		{"one is not applicable", rowsOf("1.0", "not applicable: spilt", "2.0").and("rows", "3"), map[string]string{
			"average": "1500 microlitre", "spread": "0.707107 mL", "seen": "2",
		}},
		{"one value is left", rowsOf("not applicable: spilt", "2.0").and("rows", "2"), map[string]string{"average": "2000 microlitre", "spread": "?", "seen": "1"}},
		{"none is left", rowsOf("not applicable: spilt", "not applicable: spilt").and("rows", "2"), map[string]string{"average": "?", "highest": "?", "seen": "0"}},
	} {
		env := c.sheet.env(t, p)
		for name, want := range c.want {
			result, err := p.Step("count").Calc(name).Compute(env)
			got := "?"
			if err == nil {
				got = result.Rounded.String()
			}
			if got != want {
				t.Errorf("%s: %s is %s and not %s: %v", c.what, name, got, want, err)
			}
		}
	}
	result, err := p.Step("count").Calc("total").Compute(rowsOf("1.0", "1.5", "2.0").and("rows", "3").env(t, p))
	if err != nil || result.Working != "sum(1.0 mL, 1.5 mL, 2.0 mL) = 4.5 mL; rounded 4.5 mL" {
		t.Error(result.Working, err)
	}
}

// A count is of the values that there are; what else leans on a column of which
// one cell was not done is not known.
func TestACountLeavesOutWhatWasNotDone(t *testing.T) {
	p := tabled(t, `- step: count
  do: Count.
  enter:
    counts:
      rows: 3
      columns:
        viable: {type: count, may be: [not done, not available, not applicable]}
  calculate:
    seen: {formula: count(counts.viable), unit: 1, places: 0, example: "count(5, 6, 7) = 3"}
# …
release:
  - criterion: Two chambers were counted.
    holds: count(count.counts.viable) at least 2
    from: count
  - criterion: Every chamber held 5.
    holds: min(count.counts.viable) at least 5
    from: count
`)
	for text, want := range map[string]string{"5, 6, 7": "3", "5, not done, 7": "2", "not done, not available, not applicable: spilt": "0", "5, 6": "?"} {
		env := rowsOf(strings.Split(text, ", ")...).env(t, p)
		got := "?"
		if result, err := p.Step("count").Calc("seen").Compute(env); err == nil {
			got = result.Rounded.String()
		}
		_, _, enough := p.Criteria[0].Holds(env)
		_, _, every := p.Criteria[1].Holds(env)
		if got != want || (enough == nil) != (want != "?") || (every == nil) != (want == "3") {
			t.Errorf("%s: %s and not %s; %v, %v", text, got, want, enough, every)
		}
	}
}

// A criterion on the least of a column is one on every value in it; what is not
// applicable does not hide a value that fails.
func TestEveryValueIsHeldByTheLeastOfItsColumn(t *testing.T) {
	p := tabled(t, `- step: count
  do: Count.
  enter:
    counts:
      rows: 2
      columns:
        viable: {unit: mL, places: 1, may be: [not done, not applicable]}
# …
release:
  - every critical step checked by another person
  - criterion: Every chamber holds 1.0 mL at least.
    holds: min(count.counts.viable) at least 1.0 mL
    from: count
`)
	c := p.Criteria[1]
	for text, want := range map[string]string{
		"1.0, 2.0": "met", "1.0, 0.9": "not met", "not applicable: spilt, 0.9": "not met", "not applicable: spilt, 1.0": "met",
		"not done, 1.0": "unknown", "not applicable: spilt, not applicable: spilt": "met", "1.0": "unknown",
	} {
		holds, _, err := c.Holds(rowsOf(strings.Split(text, ", ")...).env(t, p))
		var missing *Missing
		got := "not met"
		switch {
		case errors.As(err, &missing):
			got = "unknown"
		case err != nil:
			t.Error(err)
		case holds:
			got = "met"
		}
		if got != want {
			t.Errorf("%s: %s and not %s", text, got, want)
		}
	}
}

// EXE-07, EXE-08: a cell is an input like any other, with its column's limits.
func TestATableIsUnrolledIntoItsCells(t *testing.T) {
	step := tabled(t, counting).Step("count")
	var names []string
	for i := range step.Inputs {
		names = append(names, step.Inputs[i].Name)
	}
	want := "counts.rows counts.1.viable counts.1.state counts.2.viable counts.2.state counts.3.viable counts.3.state counts.4.viable counts.4.state"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("the inputs are %s", got)
	}
	cell := step.Input("counts.3.viable")
	if cell.Title != "counts, chamber 3, viable" || cell.Place() != "counts.viable" {
		t.Errorf("it is %q at %q", cell.Title, cell.Place())
	}
	v, err := cell.Parse("0.9", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	if verdict, err := cell.Judge(v, tableEnv{}); err != nil || verdict.Level != Action || verdict.Reason != "0.9 mL is below 1.0 mL" {
		t.Errorf("%+v, %v", verdict, err)
	}
}

// The way through a protocol can hang on a column (MBR-03).
func TestAWayHangsOnAColumn(t *testing.T) {
	p := tabled(t, `- step: count
  do: Count.
  enter:
    counts:
      rows: [start, end]
      columns:
        seen: {type: count}
- step: count again
  do: Count again.
  when: max(count.counts.seen) above 10
`)
	when := p.Step("count again").When
	for text, want := range map[string]bool{"10": false, "11": true} {
		if holds, err := when.Holds(sheet{"count.counts.1.seen": "3", "count.counts.2.seen": text}.env(t, p)); err != nil || holds != want {
			t.Errorf("%s: %v, %v", text, holds, err)
		}
	}
	var missing *Missing
	if _, err := when.Holds(sheet{"count.counts.1.seen": "11"}.env(t, p)); !errors.As(err, &missing) {
		t.Errorf("with a row missing: %v", err)
	}
}

// A table is told as a table and not cell by cell.
func TestAChangedTableIsToldOnce(t *testing.T) {
	piece := `- step: count
  do: Count.
  enter:
    counts:
      rows: 3
      columns:
        viable: {unit: mL, places: 1, accept: at least 1.0 mL}
    washes:
      rows: [first, second]
      columns:
        used: {unit: mL, places: 1}
`
	before := tabled(t, piece)
	after := tabled(t, strings.NewReplacer("rows: 3", "rows: 2 to 4", "at least 1.0 mL", "at least 1.5 mL", "[first, second]", "[first, second, third]").Replace(piece))
	want := []string{
		"The table counts in the step count now has 2 to 4 rows instead of 3 rows.",
		"The limit of viable (informative) in the table counts of the step count moved: accept at least 1.0 mL became accept at least 1.5 mL.",
		"The table washes in the step count now has 3 rows instead of 2 rows.",
		"“third” is a new row of the table washes in the step count.",
	}
	if got := sentences(Diff(before, after)); !slices.Equal(got, want) {
		t.Errorf("it says %q", got)
	}
	first, _, _ := strings.Cut(piece, "    washes:")
	removed := sentences(Diff(before, tabled(t, first)))
	if want := []string{"The table washes in the step count was removed: 2 rows of used (informative), decimal in mL with 1 decimal place."}; !slices.Equal(removed, want) {
		t.Errorf("it says %q", removed)
	}
}
