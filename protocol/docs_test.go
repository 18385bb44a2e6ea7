package protocol

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// fence is one example of docs/protocol.md.
type fence struct{ kind, text string }

func fences(t *testing.T) []fence {
	t.Helper()
	page, err := os.ReadFile("../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []fence
	for _, found := range regexp.MustCompile("(?s)```([a-z]+)\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		all = append(all, fence{kind: found[1], text: found[2]})
	}
	return all
}

// fit puts a piece into the whole protocol: a step before "draw up", a section
// before "give", or after it if it waits for release too, anything else in the place of its namesake, or at the end.
func fit(whole, piece string) string {
	if first, rest, more := strings.Cut(piece, "# …\n"); more {
		return fit(fit(whole, first), rest)
	}
	if strings.HasPrefix(piece, "- step:") {
		indented := "      " + strings.ReplaceAll(strings.TrimSpace(piece), "\n", "\n      ") + "\n"
		return strings.Replace(whole, "      - step: draw up\n", indented+"      - step: draw up\n", 1)
	}
	if strings.HasPrefix(piece, "- section:") {
		indented := "  " + strings.ReplaceAll(strings.TrimSpace(piece), "\n", "\n  ") + "\n\n"
		if strings.Contains(piece, "after: release") {
			return strings.Replace(whole, "\nwindows:\n", "\n"+indented+"windows:\n", 1)
		}
		return strings.Replace(whole, "  - section: give\n", indented+"  - section: give\n", 1)
	}
	key, _, _ := strings.Cut(piece, ":")
	old := regexp.MustCompile(`(?m)^` + key + `:\n(( .*)?\n)*`).FindString(whole)
	if old == "" {
		return whole + piece
	}
	return strings.Replace(whole, old, piece, 1)
}

func TestEveryExampleOfTheManualIsSound(t *testing.T) {
	all := fences(t)
	if len(all) < 15 {
		t.Fatalf("%d examples", len(all))
	}
	whole := all[0].text
	for i, f := range all {
		switch f.kind {
		case "yaml":
			text := whole
			if i > 0 {
				if text = fit(whole, f.text); text == whole && !strings.Contains(whole, f.text) {
					t.Errorf("this piece fits nowhere:\n%s", f.text)
				}
			}
			if _, problems := Parse("manual", []byte(text)); len(problems) > 0 {
				t.Errorf("%s\nin\n%s", problems.Error(), f.text)
			}
		case "sums":
			for line := range strings.Lines(f.text) {
				sum(t, strings.TrimSpace(line))
			}
		case "conditions":
			for line := range strings.Lines(f.text) {
				root, faults := compile(strings.TrimSpace(line), noScope{}, nil)
				if len(faults) > 0 {
					t.Errorf("%s: %+v", line, faults)
					continue
				}
				if holds, reason, err := (&Expression{root: root}).test(nothing{}, nil); err != nil || !holds {
					t.Errorf("%s: %s, %v", line, reason, err)
				}
			}
		default:
			t.Errorf("an example of an unknown kind: %s", f.kind)
		}
	}
}

// sum runs "formula = quantity".
func sum(t *testing.T, line string) {
	t.Helper()
	at := strings.LastIndex(line, " = ")
	want, err := ParseQuantity(line[at+3:])
	if err != nil {
		t.Fatal(err)
	}
	root, faults := compile(line[:at], noScope{}, nil)
	if len(faults) > 0 {
		t.Fatalf("%s: %+v", line, faults)
	}
	outcome, _, err := (&Expression{root: root}).run(nothing{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := fromBase(outcome, want.Unit)
	if err != nil || plain(r) != want.Number {
		t.Errorf("%s gives %s, %v", line, plain(r), err)
	}
}
