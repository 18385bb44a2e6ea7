package countersign

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestEveryCommandOfTheDocumentsRuns builds both programs as `make build` does
// and asks for every command that a document shows: what stands in a block or
// between back-quotes names a program that is there after `make build`, one of
// its commands, and flags that it has; a target of make is one that there is.
func TestEveryCommandOfTheDocumentsRuns(t *testing.T) {
	root := built(t)
	targets := append(targetsOfMake(t), "room", "effective") // a step and an act are called so
	pages, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, page := range append(pages, "README.md", "CONTRIBUTING.md", "DESIGN.md") {
		if page == "docs/validation.md" {
			continue // the sentences of the tests
		}
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, command := range commandsOf(string(text)) {
			words := wordsOf(command)
			switch {
			case words[0] == "make" && len(words) > 1:
				if shown++; !slices.Contains(targets, words[1]) {
					t.Errorf("%s: there is no target of %q", page, command)
				}
			case strings.HasPrefix(words[0], "countersign") && len(words) > 1:
				t.Errorf("%s: %q does not run from a fresh clone: write bin/%s", page, command, words[0])
			case strings.HasPrefix(words[0], "bin/countersign"):
				shown++
				run := exec.CommandContext(t.Context(), filepath.Join(root, words[0]), append(words[1:], "--help")...)
				if said, err := run.CombinedOutput(); err != nil || !strings.Contains(string(said), "Usage:\n  "+strings.Join(append([]string{filepath.Base(words[0])}, words[1:min(2, len(words))]...), " ")) {
					t.Errorf("%s: %q: %v\n%s", page, command, err, said)
				}
			}
		}
	}
	if shown < 25 {
		t.Errorf("the documents show no more than %d commands", shown)
	}
}

// TestWritingAProtocolRunsAsTheReadmeShowsIt runs that part of the README as it
// stands, where a clone would be.
func TestWritingAProtocolRunsAsTheReadmeShowsIt(t *testing.T) {
	root := built(t)
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "## Writing a protocol\n")
	script, _, ended := strings.Cut(rest, "\n\n")
	if !found || !ended || !strings.Contains(script, "bin/countersign check") {
		t.Fatal("the README shows no way of writing a protocol")
	}
	if err := os.CopyFS(filepath.Join(root, "protocol/examples"), os.DirFS("protocol/examples")); err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), "bash", "-euc", script)
	run.Dir = root
	said, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	if _, err := os.Stat(filepath.Join(root, "my-protocol.pdf")); err != nil {
		t.Error(err)
	}
}

// built is a directory with both programs in its bin.
func built(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	if said, err := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", filepath.Join(root, "bin")+"/", "./cmd/...").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	return root
}

func targetsOfMake(t *testing.T) (targets []string) {
	t.Helper()
	text, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range regexp.MustCompile(`(?m)^([a-z-]+):`).FindAllStringSubmatch(string(text), -1) {
		targets = append(targets, found[1])
	}
	return targets
}

// commandsOf are the lines of a page's blocks and what it has between
// back-quotes, as far as they are commands of ours.
func commandsOf(page string) (commands []string) {
	for line := range strings.Lines(page) {
		found := []string{strings.TrimSpace(line)}
		for _, span := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(line, -1) {
			found = append(found, span[1])
		}
		for _, one := range found {
			if regexp.MustCompile(`^(?:make [a-z-]+(?:$| +#| [A-Z]+=)|(?:bin/)?countersignd? +[a-z-]+)`).MatchString(one) {
				commands = append(commands, one)
			}
		}
	}
	return commands
}

// wordsOf are a command's words as a shell has them, without what it is told
// behind # and where its output goes.
func wordsOf(command string) (words []string) {
	for _, found := range regexp.MustCompile(`"([^"]*)"|(\S+)`).FindAllStringSubmatch(command, -1) {
		word := found[1] + found[2]
		if word == "#" || word == ">" || word == "|" {
			break
		}
		words = append(words, word)
	}
	return words
}
