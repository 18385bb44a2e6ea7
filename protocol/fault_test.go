package protocol

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Each testdata/faults/NAME.yaml is a protocol with something wrong, and
// NAME.want is exactly what its author is told; UPDATE=1 writes it, to be read.
func TestEveryFaultIsToldWithItsPlaceAndAHint(t *testing.T) {
	files, err := filepath.Glob("testdata/faults/*.yaml")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		p, problems := Parse(filepath.Base(file), text)
		kept := strings.TrimSuffix(file, ".yaml") + ".want"
		if os.Getenv("UPDATE") != "" {
			if err := os.WriteFile(kept, []byte(problems.Error()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(kept)
		if err != nil {
			t.Fatal(err)
		}
		if p != nil || len(problems) == 0 {
			t.Errorf("%s was taken for sound", file)
		}
		if got := problems.Error(); got != string(want) {
			t.Errorf("%s says\n%s\nand not\n%s", file, got, want)
		}
	}
}

func TestTheSmallProtocolThatTheFaultsStartFromIsSound(t *testing.T) {
	text, err := os.ReadFile("testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, problems := Parse("small.yaml", text); len(problems) > 0 {
		t.Error(problems.Error())
	}
}
