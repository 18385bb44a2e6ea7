package protocol

import (
	"os"
	"strings"
	"testing"
	"time"
)

// logger is a protocol with a logged range, and a criterion and a condition
// that lean on it.
func logger(t *testing.T, holds, when string) (*Protocol, Problems) {
	t.Helper()
	text, err := os.ReadFile("testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	whole := strings.Replace(string(text), "      - step: draw up\n", `      - step: arrival
        do: Read the logger.
        enter:
          transport: {type: range, unit: Cel, places: 1}
      - step: warmed
        do: Say why.
        when: `+when+`
      - step: draw up
`, 1) + `  - criterion: It was kept cold.
    holds: ` + holds + `
    from: arrival
`
	return Parse("logger.yaml", []byte(whole))
}

// logs is a batch that has logged one range.
type logs struct{ transport Value }

func (l logs) Value(name string) (Value, bool) { return l.transport, name == "arrival.transport" }
func (logs) Moment(Point) (time.Time, bool)    { return time.Time{}, false }

// What is said of a range is said of everything that was logged (REL-10).
func TestALoggedRangeIsReleasedOnlyForAllThatWasLogged(t *testing.T) {
	for _, c := range []struct {
		holds, logged string
		want          string
	}{
		{"arrival.transport within 2.0 to 8.0 Cel", "2.0 to 8.0", "yes: 2.0 to 8.0 °C is within 2.0 to 8.0 °C"},
		{"arrival.transport within 2.0 to 8.0 Cel", "2.2 to 8.1, mean 3.1", "no: 2.2 to 8.1 °C, mean 3.1 °C is not within 2.0 to 8.0 °C"},
		{"arrival.transport is 2.0 to 8.0 Cel", "1.9 to 6.0", "no: 1.9 to 6.0 °C is not within 2.0 to 8.0 °C"},
		{"arrival.transport is within 2.0 to 8.0 Cel", "1.9 to 9.0", "no: 1.9 to 9.0 °C is not within 2.0 to 8.0 °C"},
		{"arrival.transport is not within 2.0 to 8.0 Cel", "1.9 to 6.0", "yes: 1.9 to 6.0 °C is not within 2.0 to 8.0 °C"},
		{"not (arrival.transport within 2.0 to 8.0 Cel)", "2.0 to 8.1", "yes: 2.0 to 8.1 °C is not within 2.0 to 8.0 °C"},
		{"arrival.transport within 1.0 Cel of 5.0 Cel", "4.0 to 6.0", "yes: 4.0 to 6.0 °C is within 1.0 °C of 5.0 °C"},
		{"arrival.transport within 1.0 Cel of 5.0 Cel", "4.0 to 6.1", "no: 4.0 to 6.1 °C is not within 1.0 °C of 5.0 °C"},
		{"arrival.transport at most 8.0 Cel", "-3.9 to 8.0", "yes: -3.9 to 8.0 °C is at most 8.0 °C"},
		{"arrival.transport at most 8.0 Cel", "-3.9 to 8.1, mean 0.4", "no: -3.9 to 8.1 °C, mean 0.4 °C is not at most 8.0 °C"},
		{"arrival.transport at least 2.0 Cel", "2.0 to 30.0", "yes: 2.0 to 30.0 °C is at least 2.0 °C"},
		{"arrival.transport at least 2.0 Cel", "1.9 to 30.0", "no: 1.9 to 30.0 °C is not at least 2.0 °C"},
		{"not (arrival.transport at most 8.0 Cel) and not (arrival.transport at least 2.0 Cel)", "1.0 to 9.0", "yes: 1.0 to 9.0 °C is not at most 8.0 °C and 1.0 to 9.0 °C is not at least 2.0 °C"},
		{"highest(arrival.transport) above 8.0 Cel", "2.0 to 8.1", "yes: 8.1 °C is above 8.0 °C"},
		{"lowest(arrival.transport) below 2.0 Cel", "2.0 to 8.1", "no: 2 °C is not below 2.0 °C"},
		{"highest(arrival.transport) - lowest(arrival.transport) at most 6.0 Cel", "2.0 to 8.1", "no: 6.1 °C is above 6.0 °C"},
	} {
		p, problems := logger(t, c.holds, "highest(arrival.transport) above 8.0 Cel")
		if len(problems) > 0 {
			t.Errorf("%s: %s", c.holds, problems.Error())
			continue
		}
		v, err := p.Step("arrival").Input("transport").Parse(c.logged, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		holds, reason, err := p.Criteria[len(p.Criteria)-1].Holds(logs{v})
		got := map[bool]string{true: "yes: ", false: "no: "}[holds] + reason
		if err != nil || got != c.want {
			t.Errorf("%s of %s: %s, %v", c.holds, c.logged, got, err)
		}
	}
}

// Whatever could be read in two ways is refused, with both ways told.
func TestWhatCouldMeanAPartOfARangeIsRefused(t *testing.T) {
	for condition, want := range map[string]string{
		"arrival.transport above 8.0 Cel":                            `"above" could mean all of arrival.transport or a part of it`,
		"arrival.transport below 2.0 Cel":                            `"below" could mean all of arrival.transport or a part of it`,
		"arrival.transport is 5.0 Cel":                               "a logged range is no single figure",
		"8.0 Cel at least arrival.transport":                         "a quantity of temperature and a logged range do not go together",
		"arrival.transport at most 8.0 mL":                           "a quantity of temperature and a quantity of volume do not go together",
		"arrival.transport within 2.0 to 8.0 mL":                     "a quantity of temperature and a quantity of volume do not go together",
		"arrival.transport + 1 Cel at most 8.0 Cel":                  "a logged range cannot be calculated with",
		"max(arrival.transport, 8.0 Cel) above 8.0 Cel":              "a logged range cannot be calculated with",
		"highest(order.dose) above 8.0 mg":                           "highest takes one logged range",
		"lowest(arrival.transport, arrival.transport) above 2.0 Cel": "lowest takes one logged range",
		"arrival.transport":                                          "a way needs a condition, and this gives a logged range",
	} {
		_, problems := logger(t, "arrival.transport within 2.0 to 8.0 Cel", condition)
		if len(problems) != 1 || problems[0].Message != want {
			t.Errorf("%s: %s", condition, problems.Error())
		}
	}
}

// A range is varied over what conditions hold it, or an end of it, against.
func TestARangeIsVariedOverWhatItsEndsAreComparedWith(t *testing.T) {
	p, problems := logger(t, "arrival.transport within 2.0 to 8.0 Cel", "highest(arrival.transport) above 8.0 Cel")
	if len(problems) > 0 {
		t.Fatal(problems.Error())
	}
	texts := p.Step("arrival").Input("transport").Samples("arrival.transport", nil, p.Conditions(), nowhere{})
	if all := strings.Join(texts, "; "); !strings.Contains(all, "8.0 to 8.1") {
		t.Errorf("it is varied over %s", all)
	}
}
