package protocol

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"examples/*.yaml", "testdata/*.yaml", "testdata/faults/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, problems := Parse("fuzz.yaml", text)
		if (p == nil) != (len(problems) > 0) {
			t.Fatal("a protocol and problems, or neither")
		}
		for _, problem := range problems {
			if problem.Line < 1 || problem.Column < 1 || problem.Message == "" || !strings.HasPrefix(problem.String(), "fuzz.yaml:") {
				t.Fatalf("%+v", problem)
			}
		}
		if p == nil {
			return
		}
		again, problems := Parse("fuzz.yaml", p.Text)
		if len(problems) > 0 || !reflect.DeepEqual(p, again) || !bytes.Equal(p.Text, text) {
			t.Fatal("a protocol's own text gives another protocol")
		}
	})
}

func TestHostileTextsAreRefusedQuickly(t *testing.T) {
	small, err := os.ReadFile("testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	bomb := "a: &a [x, x]\n"
	for c := 'b'; c < 'm'; c++ {
		bomb += string(c) + ": &" + string(c) + " [*" + string(c-1) + ", *" + string(c-1) + "]\n"
	}
	for what, text := range map[string]string{
		"a 50 MB body":         strings.Repeat("x", 50<<20),
		"an alias bomb":        bomb,
		"flow depth":           strings.Repeat("[", 500_000),
		"block depth":          strings.Repeat("- ", 400_000),
		"map depth":            strings.Repeat("{a: ", 200_000),
		"indented depth":       deep(700),
		"a million digits":     strings.Replace(string(small), "3.5 to 42.0 mg", "3.5 to "+strings.Repeat("9", 1_000_000)+" mg", 1),
		"many digits":          strings.Replace(string(small), "3.5 to 42.0 mg", "3.5 to "+strings.Repeat("9", 900_000)+" mg", 1),
		"digits in a formula":  strings.Replace(string(small), "order.dose / order", strings.Repeat("9", 900_000)+" / order", 1),
		"a long formula":       strings.Replace(string(small), "order.dose / order", strings.Repeat("(", 900_000)+" / order", 1),
		"a deep formula":       strings.Replace(string(small), "formula: order.dose", "formula: "+strings.Repeat("(", 900)+"order.dose"+strings.Repeat(")", 900), 1),
		"a long name":          strings.Replace(string(small), "step: warm", "step: "+strings.Repeat("warm ", 100_000)+"x", 1),
		"many keys":            strings.Repeat("k: 1\n", 150_000),
		"a long question mark": strings.Repeat("? ", 400_000),
		"many braces":          strings.Replace(string(small), "do: Give it.", "do: Give it "+strings.Repeat("{site.", 150_000)+"}", 1),
		"many closed braces":   strings.Replace(string(small), "do: Give it.", "do: Give it "+strings.Repeat("{site.a}", 100_000), 1),
		"many site's values":   strings.Replace(string(small), "people:\n", "site sets:\n"+manySet(20_000)+"people:\n", 1),
		"many comments":        strings.Repeat("# x\n", 200_000),
	} {
		start := time.Now()
		p, problems := Parse("hostile.yaml", []byte(text))
		if p != nil || len(problems) == 0 || len(problems) > maxProblems {
			t.Errorf("%s: %d problems", what, len(problems))
		}
		if taken := time.Since(start); taken > 3*time.Second {
			t.Errorf("%s took %s", what, taken)
		}
	}
}

// manySet is what a site could be asked to set.
func manySet(count int) string {
	var b strings.Builder
	for i := range count {
		fmt.Fprintf(&b, "  v%d: 1 to 2 mL\n", i)
	}
	return b.String()
}

// deep nests mappings by indentation, within the size that is read at all.
func deep(levels int) string {
	var b strings.Builder
	for i := range levels {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func TestAnEmojiInACommentIsNothingSpecial(t *testing.T) {
	small, err := os.ReadFile("testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, problems := Parse("small.yaml", append([]byte("# 🧪 ready\n"), small...)); len(problems) > 0 {
		t.Error(problems.Error())
	}
	if _, problems := Parse("small.yaml", bytes.ReplaceAll(small, []byte("\n"), []byte("\r\n"))); len(problems) > 0 {
		t.Error(problems.Error())
	}
}
