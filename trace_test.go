package countersign

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// trace is where a requirement is kept and where it is shown.
type trace struct{ kept, shown map[string]bool }

var (
	requirementID = regexp.MustCompile(`\b(?:A11|AUD|COI|CTL|DEV|EXE|LAB|MAT|MBR|NUM|PDF|REG|REL|RET|SIG|VAL)-\d\d\b`)
	testFunction  = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)\(`)
)

// TestTheTraceMatrixIsThatOfTheSources holds docs/validation.md against the
// requirement IDs that stand in code, tests, scenarios and rehearsals; UPDATE=1
// writes it anew.
func TestTheTraceMatrixIsThatOfTheSources(t *testing.T) {
	found := map[string]*trace{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			if slices.Contains([]string{"node_modules", "docs", "kept", "build", "demo", ".git", "dist"}, d.Name()) && path != "cmd/countersignd/demo" {
				return filepath.SkipDir
			}
			return nil
		case !slices.Contains([]string{".go", ".txt", ".yaml", ".sql", ".html", ".js"}, filepath.Ext(path)) || path == "trace_test.go":
			return nil
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		note(found, path, raw)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	made := matrix(found)
	const file = "docs/validation.md"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, made, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(kept, made) {
		t.Errorf("%s is not what the sources say (%v): run the test with UPDATE=1", file, err)
	}
}

// note files every ID of a source under the place where it stands: a test
// function, a story, or a file of the program.
func note(found map[string]*trace, path string, raw []byte) {
	funcs := testFunction.FindAllSubmatchIndex(raw, -1)
	for _, at := range requirementID.FindAllIndex(raw, -1) {
		id := string(raw[at[0]:at[1]])
		if found[id] == nil {
			found[id] = &trace{map[string]bool{}, map[string]bool{}}
		}
		story := strings.Contains(path, "testdata/scenarios") || strings.Contains(path, "/rehearsals/")
		switch {
		case story:
			found[id].shown[path] = true
		case strings.HasSuffix(path, "_test.go"):
			found[id].shown[path+testAround(raw, funcs, at[0])] = true
		case !strings.Contains(path, "testdata/"):
			found[id].kept[path] = true
		}
	}
}

// testAround names the test in which, or above which, an ID stands.
func testAround(raw []byte, funcs [][]int, at int) string {
	name := ""
	for _, f := range funcs {
		if f[0] > at {
			// In the comment above it: nothing but comment lines lies between.
			between := strings.TrimSpace(string(raw[at:f[0]]))
			if !strings.Contains(between, "\n\n") && !strings.Contains(between, "{") && !strings.Contains(between, "}") {
				name = ": " + string(raw[f[2]:f[3]])
			}
			break
		}
		name = ": " + string(raw[f[2]:f[3]])
	}
	return name
}

func matrix(found map[string]*trace) []byte {
	var out bytes.Buffer
	out.WriteString("# Trace matrix\n\nMade from the sources by `UPDATE=1 go test . -run TraceMatrix`; a test holds it against them. A requirement's number stands beside the\ncode that keeps it and in the test or story that shows it; `make test` runs every one of these.\n\n")
	out.WriteString("| requirement | kept in | shown by |\n| --- | --- | --- |\n")
	for _, id := range slices.Sorted(maps.Keys(found)) {
		fmt.Fprintf(&out, "| %s | %s | %s |\n", id, listed(found[id].kept), listed(found[id].shown))
	}
	return out.Bytes()
}

func listed(places map[string]bool) string {
	if len(places) == 0 {
		return "–"
	}
	return "`" + strings.Join(slices.Sorted(maps.Keys(places)), "`<br>`") + "`"
}
