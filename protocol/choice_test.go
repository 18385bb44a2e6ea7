package protocol

import (
	"os"
	"strings"
	"testing"
)

// chosen is a protocol with choices of every kind, and a criterion on them.
func chosen(t *testing.T, holds string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Replace(string(text), "      - step: draw up\n", `      - step: test
        do: Enter what you see.
        enter:
          result: {choices: [negative, not negative, none detected, no growth, Negative 2, draw up done, clear and bright]}
          other: {choices: [negative, positive]}
          way: {choices: [go on, go, stop]}
      - step: draw up
`, 1) + `  - criterion: The test.
    holds: ` + holds + `
    from: test
`
}

// A choice is written as it stands, and what could be read in two ways is told
// to the author and never guessed (MBR-06).
func TestAChoiceStandsInAConditionAsItStandsInTheProtocol(t *testing.T) {
	for holds, want := range map[string]string{
		`test.other is negative`:                                 "",
		`test.other is not negative`:                             "",
		`test.other == negative`:                                 "",
		`not (test.other is negative)`:                           "",
		`test.way is go on and test.other is positive`:           "",
		`test.way is go or test.way is go on`:                    "",
		`test.result is none detected`:                           "",
		`test.result is negative`:                                "",
		`test.result is "no growth"`:                             "",
		`test.result is not "negative"`:                          "",
		`test.result is "not negative"`:                          "",
		`test.result is "draw up done"`:                          "",
		`test.result is not negative`:                            `the choice "not negative" of test.result holds a word that has a meaning here`,
		`test.result is no growth`:                               `the choice "no growth" of test.result holds a word that has a meaning here`,
		`test.result is clear and bright`:                        `"clear" is not one of the choices of test.result`,
		`test.result is draw up done`:                            `"draw up done" is one of the choices of test.result, and something else has that name`,
		`test.other is negativ`:                                  `"negativ" is not one of the choices of test.other`,
		`test.other is negative or positive`:                     `nothing is called "positive"`,
		`negative is test.other`:                                 `nothing is called "negative"`,
		`test.other above negative`:                              `nothing is called "negative"`,
		`test.other is test.way`:                                 "",
		`test.other is Negative`:                                 `"Negative" is not one of the choices of test.other`,
		`draw up.drawn is negative`:                              `nothing is called "negative"`,
		`test.other is positive and test.result is "Negative 2"`: "",
	} {
		_, problems := Parse("choice.yaml", []byte(chosen(t, "'"+holds+"'")))
		switch {
		case want == "" && len(problems) > 0:
			t.Errorf("%s: %s", holds, problems.Error())
		case want != "" && (len(problems) == 0 || problems[0].Message != want):
			t.Errorf("%s: %s", holds, problems.Error())
		}
	}
}

// The layout has one way to write a condition, and it means the same.
func TestTheLayoutTakesAwayNeedlessQuotesAndNoOther(t *testing.T) {
	for holds, want := range map[string]string{
		`test.other is "negative"`:                                `test.other is negative`,
		`test.other is not "negative" or test.way is "go on"`:     `test.other is not negative or test.way is go on`,
		`test.result is "no growth"`:                              `test.result is "no growth"`,
		`test.result is "negative"`:                               `test.result is "negative"`, // bare, "not negative" beside it could be misread
		`test.result is "draw up done"`:                           `test.result is "draw up done"`,
		`test.result is "Negative 2" or test.way is "stop"`:       `test.result is "Negative 2" or test.way is stop`,
		`draw up.drawn above 1.0 mL and test.other is "negative"`: `draw up.drawn above 1.0 mL and test.other is negative`,
	} {
		before := chosen(t, "'"+holds+"'")
		laid, problems := Format("choice.yaml", []byte(before))
		if len(problems) > 0 || !strings.Contains(string(laid), "holds: "+want+"\n") {
			t.Errorf("%s is laid out without %s, %s", holds, want, problems.Error())
			continue
		}
		again, _ := Format("choice.yaml", laid)
		if string(again) != string(laid) {
			t.Errorf("%s: laid out twice, it is another", holds)
		}
		p, problems := Parse("choice.yaml", laid)
		if len(problems) > 0 {
			t.Errorf("%s: laid out, it is refused: %s", holds, problems.Error())
			continue
		}
		old, _ := Parse("choice.yaml", []byte(before))
		if changes := Diff(old, p); len(changes) != 1 || changes[0].Sentence != onlyComments {
			t.Errorf("%s: laid out, it says another thing: %v", holds, changes)
		}
	}
	// A draft with a fault anywhere keeps its quotes.
	draft := strings.Replace(chosen(t, `'test.other is "negative"'`), "wait: at least 30 min", "wait: a while", 1)
	if laid, problems := Format("choice.yaml", []byte(draft)); len(problems) > 0 || !strings.Contains(string(laid), `holds: test.other is "negative"`) {
		t.Errorf("%s", problems.Error())
	}
}

// A text that was accepted when a name could stand there is read as it was.
func TestAnAcceptedComparisonOfTwoValuesStaysOne(t *testing.T) {
	text := chosen(t, "draw up.drawn above 1.0 mL")
	text = strings.Replace(text, "          way: {choices: [go on, go, stop]}\n", "          way: {choices: [go on, go, stop]}\n          go: {choices: [go, stop]}\n      - step: look\n        do: Look.\n        when: test.way is test.go\n", 1)
	if _, problems := Parse("choice.yaml", []byte(text)); len(problems) > 0 {
		t.Error(problems.Error())
	}
	if got := unquoted(`a.b is "go on" and a.c is not "stop" or a.d is "not done" and a.e is "no growth"`); got != `a.b is go on and a.c is not stop or a.d is "not done" and a.e is "no growth"` {
		t.Errorf("it compares as %s", got)
	}
}
