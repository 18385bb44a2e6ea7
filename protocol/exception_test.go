package protocol

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// table is what docs/protocol.md shows of the classes.
func table() string {
	var b strings.Builder
	b.WriteString("| class | arises when | severity | holds up | never milder than |\n| --- | --- | --- | --- | --- |\n")
	for _, c := range ExceptionClasses() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", c.Name, c.Arises, c.Severity, c.Blocks, c.Least)
	}
	return b.String()
}

// TestTheManualShowsTheTableOfExceptionClasses (REL-07, DEV-01); UPDATE=1 writes it.
func TestTheManualShowsTheTableOfExceptionClasses(t *testing.T) {
	const file = "../docs/protocol.md"
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(page), "| class | arises when |")
	_, after, ended := strings.Cut(rest, "\n\n")
	if !found || !ended {
		t.Fatal("docs/protocol.md has no table of classes")
	}
	want := before + table() + "\n" + after
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(page) != want {
		t.Error("the table of classes in docs/protocol.md is not the code's: run UPDATE=1 go test ./protocol")
	}
}

// TestAnExceptionIsNeverMadeMilderThanItsClassAllows (REL-07).
func TestAnExceptionIsNeverMadeMilderThanItsClassAllows(t *testing.T) {
	small, err := os.ReadFile("testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, class := range ExceptionClasses() {
		for _, severity := range severities() {
			text := string(small) + "exceptions:\n  " + class.Name + ": {severity: " + severity + "}\n"
			_, problems := Parse("small.yaml", []byte(text))
			if milder := Graver(class.Least, severity) != severity; milder != (len(problems) > 0) {
				t.Errorf("%s as %s: %v", class.Name, severity, problems)
			}
		}
		for _, blocks := range holdings() {
			text := string(small) + "exceptions:\n  " + class.Name + ": {blocks: " + blocks + "}\n"
			_, problems := Parse("small.yaml", []byte(text))
			if less := Graver(class.Blocks, blocks) != blocks; less != (len(problems) > 0) {
				t.Errorf("%s that blocks %s: %v", class.Name, blocks, problems)
			}
		}
	}
}
