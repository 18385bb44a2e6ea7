package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const asoIntrathecal = "../../protocol/examples/aso-intrathecal.yaml"

// The page on trying a protocol out shows what really happens.
func TestTheExampleOfTheManualHappens(t *testing.T) {
	page, err := os.ReadFile("../../docs/simulate.md")
	if err != nil {
		t.Fatal(err)
	}
	fences := map[string]string{}
	for _, found := range regexp.MustCompile("(?s)```([a-z]+)\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		fences[found[1]] = found[2]
	}
	if fences["yaml"] == "" || fences["output"] == "" {
		t.Fatal("the page has no example")
	}
	code, said := simulated(t, fences["yaml"])
	if code != exitRefused {
		t.Errorf("exit %d", code)
	}
	for line := range strings.Lines(fences["output"]) {
		if !strings.Contains("\n"+said, "\n"+line) {
			t.Errorf("it does not say %q:\n%s", line, said)
		}
	}
	for key := range strings.Lines(fences["yaml"]) {
		if name, _, _ := strings.Cut(key, ":"); !strings.HasPrefix(name, " ") && !strings.Contains(string(page), "| `"+name+"` |") {
			t.Errorf("the page does not say what %s tells", name)
		}
	}
}

// What a file tells that the protocol does not ask is refused, so that nobody
// takes a slip of the pen for an answer.
func TestAnAnswerToNothingIsRefused(t *testing.T) {
	for text, says := range map[string]string{
		"order: {weight: 70}":                   `the protocol has no such set-point`,
		"answers: {draw up.weight: 5.9}":        `the protocol asks for no such value`,
		"delays: {drawn up: 1 h}":               `the protocol has no step "drawn up"`,
		"delays: {give: soon}":                  `the step "give"`,
		"budgets: {out of the fridge: 1 h}":     `the protocol has no budget "out of the fridge"`,
		"budgets: {out of the carton: an hour}": `the budget "out of the carton"`,
		"site: {room: 20}":                      `the protocol lets no site set it`,
		"delay: {give: 1 h}":                    `field delay not found`,
	} {
		if code, said := simulated(t, text+"\n"); code != exitUsage || !strings.Contains(said, says) {
			t.Errorf("%s: exit %d, %s", text, code, said)
		}
	}
}

// simulated runs an example with a file of answers.
func simulated(t *testing.T, answers string) (code int, said string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "answers.yaml")
	if err := os.WriteFile(file, []byte(answers), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	code = run(t.Context(), []string{"simulate", "--answers", file, asoIntrathecal}, &out, &out)
	return code, out.String()
}
