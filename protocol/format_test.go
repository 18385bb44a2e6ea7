package protocol

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// formatted lays a text out and holds the result to what Format promises.
func formatted(t testing.TB, name string, text []byte) (string, bool) {
	t.Helper()
	out, problems := Format(name, text)
	if (out == nil) != (len(problems) > 0) {
		t.Fatalf("%s: a text and problems, or neither", name)
	}
	if out == nil {
		return problems.Error(), false
	}
	again, problems := Format(name, out)
	if len(problems) > 0 || !bytes.Equal(again, out) {
		t.Fatalf("%s: a second time gives another text\n%s\n--- from\n%s\n--- from\n%s\n%s", name, again, out, text, problems.Error())
	}
	before, _ := Parse(name, text)
	after, problems := Parse(name, out)
	switch {
	case (before == nil) != (after == nil):
		t.Fatalf("%s: sound before, or after, and not the other\n%s\n%s\n--- from\n%s", name, problems.Error(), out, text)
	case before != nil && !sameShape(reflect.ValueOf(before), reflect.ValueOf(after)):
		t.Fatalf("%s: another protocol\n%s\n--- from\n%s", name, out, text)
	}
	return string(out), true
}

// sameShape compares two protocols in everything but places, text and digest.
// What a condition means is compared whole; of its words, not the needless quotes.
func sameShape(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return a.Elem().Type() == b.Elem().Type() && sameShape(a.Elem(), b.Elem())
	case reflect.Struct:
		if a.Type() == reflect.TypeFor[Pos]() {
			return true
		}
		for i := range a.NumField() {
			name := a.Type().Field(i).Name
			if whole := a.Type() == reflect.TypeFor[Protocol](); whole && (name == "Text" || name == "Digest") {
				continue
			}
			if a.Type() == reflect.TypeFor[node]() && name == "offset" {
				continue // a place, too
			}
			if !sameShape(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Slice:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !sameShape(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	}
	return unquoted(fmt.Sprint(a)) == unquoted(fmt.Sprint(b))
}

// manyTexts is every protocol of this room, the faulty ones too.
func manyTexts(t testing.TB) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for _, pattern := range []string{"examples/*.yaml", "testdata/*.yaml", "testdata/faults/*.yaml", "testdata/format/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if all[file], err = os.ReadFile(file); err != nil {
				t.Fatal(err)
			}
		}
	}
	return all
}

func TestTheExamplesStandInTheCanonicalLayout(t *testing.T) {
	for file, text := range manyTexts(t) {
		if !strings.HasPrefix(file, "examples/") {
			continue
		}
		out, ok := formatted(t, file, text)
		if !ok || out != string(text) {
			t.Errorf("%s is laid out otherwise:\n%s", file, out)
		}
	}
}

// Whatever stands in testdata/format/NAME.yaml becomes NAME.want.
func TestTheLayoutIsWhatItWas(t *testing.T) {
	for file, text := range manyTexts(t) {
		if !strings.HasPrefix(file, "testdata/format/") {
			continue
		}
		want, err := os.ReadFile(strings.TrimSuffix(file, ".yaml") + ".want")
		if err != nil {
			t.Fatal(err)
		}
		if out, ok := formatted(t, file, text); !ok || out != string(want) {
			t.Errorf("%s becomes\n%s\nand not\n%s", file, out, want)
		}
	}
}

// A protocol with faults is laid out all the same, unless it is no YAML or
// uses what the language leaves out of YAML.
func TestADraftWithFaultsIsLaidOut(t *testing.T) {
	left := []string{
		"a-list", "anchor-and-alias", "colon-in-a-value", "comment-cuts-a-value", "empty", "hidden-character", "latin-1", "merge-key",
		"not-yaml", "repeated-key", "second-document", "tab", "tag",
	}
	for file, text := range manyTexts(t) {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		out, ok := formatted(t, file, text)
		if ok == slices.Contains(left, name) {
			t.Errorf("%s: %t\n%s", file, ok, out)
		}
	}
}

func TestWhatIsNoProtocolIsToldAndNotLaidOut(t *testing.T) {
	for text, says := range map[string]string{
		"":                        "the file is empty",
		"# nothing\n":             "the file is empty",
		"a: [b\n":                 "this is not YAML that can be read",
		"just a sentence\n":       "the protocol is written as name: value",
		"- a\n- b\n":              "the protocol is written as name: value",
		"a: b\n---\nc: d\n":       "a second document begins here",
		"a: &x b\nc: *x\n":        "anchors (&x) are not used",
		"a:\n  ! b: c\n":          "tags (!) are not used",
		"a: b\na: c\n":            "stands here a second time",
		"do: use syringe #2\n":    "the value ends before #",
		"do: use\n  syringe #2\n": "the value ends before #",
		"a\xff: b\n":              "not valid UTF-8",
	} {
		out, problems := Format("draft.yaml", []byte(text))
		if out != nil || !strings.Contains(problems.Error(), says) {
			t.Errorf("%q gives %q and %s", text, out, problems.Error())
		}
	}
}

func TestEveryCommentStaysWhereverItStands(t *testing.T) {
	for file, text := range manyTexts(t) {
		if !strings.HasPrefix(file, "examples/") && file != "testdata/small.yaml" {
			continue
		}
		lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
		for _, indent := range []string{"", "  ", "      ", "              "} {
			var b strings.Builder
			var comments []string
			for i, line := range lines {
				b.WriteString(line)
				if i+1 < len(lines) && goesOn.MatchString(lines[i+1]) {
					b.WriteString("\n") // a comment would end the value
					continue
				}
				if line != "" && !strings.Contains(line, "#") {
					comments = append(comments, fmt.Sprintf("# behind line %d.", i))
					b.WriteString("  " + comments[len(comments)-1])
				}
				comments = append(comments, fmt.Sprintf("# below line %d.", i))
				b.WriteString("\n" + indent + comments[len(comments)-1] + "\n")
			}
			out, ok := formatted(t, file, []byte(b.String()))
			if !ok {
				t.Fatalf("%s: %s", file, out)
			}
			for _, comment := range comments {
				if strings.Count(out, comment+"\n") != 1 {
					t.Fatalf("%s: %q is lost in\n%s", file, comment, out)
				}
			}
		}
	}
}

// goesOn finds the lines that continue a folded value.
var goesOn = regexp.MustCompile(`^ +[a-z0-9][^:]*$`)

// Memory stands for work, since a clock would measure the machine's other
// tenants: four times the text may not take eight times as much.
func TestTheWorkGrowsWithTheTextAndNoFaster(t *testing.T) {
	work := func(text string) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, problems := Format("large.yaml", []byte(text)); len(problems) > 0 {
			t.Fatal(problems[0].Message)
		}
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	for what, text := range map[string]func(n int) string{
		"a long list of lists": func(n int) string { return "a: [" + strings.Repeat("[é, 'ü: x'], ", n) + "b]\n" },
		"a long list far down": func(n int) string {
			return "a: " + strings.Repeat("{a: [", 11) + strings.Repeat("é, ", n) + "b" + strings.Repeat("]}", 11) + "\n"
		},
		"many comments":   func(n int) string { return "a: b\n" + strings.Repeat("# x\n", n) },
		"a long sentence": func(n int) string { return "do: " + strings.Repeat("é x ", n) + "z\n" },
	} {
		if once, more := work(text(500)), work(text(2000)); more > 8*once {
			t.Errorf("%s takes %d bytes, and %d when it is four times as long", what, once, more)
		}
	}
}

func FuzzFormat(f *testing.F) {
	for _, text := range manyTexts(f) {
		f.Add(text)
	}
	for _, text := range []string{
		"a: [b, # x\n  c] # y\n", "a: {b: {c: d}, # x\n  e: f}\n", "? a\n: b\n", "a: |2\n    b\n  c\n# d\n", "a: >-\n  b\n\n  c: d\n", "a:\n- b\n# c\n- - d\n  # e\n  - f\n",
		"a: 'it''s' # b\n", "a: \"x\\ty\\u200b\"\n", "a: b\n  c\n\n  d\n", "%YAML 1.1\n--- # a\nb: c\n... # d\n", "[a: b]: c\n", "a: ~\nb: \"~\"\nc:\n", "{a, b: [c: d]}\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		formatted(t, "fuzz.yaml", text)
	})
}
