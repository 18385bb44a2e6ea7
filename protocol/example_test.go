package protocol

import (
	"io/fs"
	"reflect"
	"strings"
	"testing"
)

// example reads one of the embedded protocols.
func example(t testing.TB, name string) *Protocol {
	t.Helper()
	text, err := fs.ReadFile(Examples(), name)
	if err != nil {
		t.Fatal(err)
	}
	p, problems := Parse(name, text)
	if len(problems) > 0 {
		t.Fatalf("%s", problems.Error())
	}
	return p
}

func TestTheExamplesAreSoundAndMarked(t *testing.T) {
	for _, name := range []string{"aso-intrathecal.yaml", "redcell-tc99m.yaml"} {
		p := example(t, name)
		if !strings.Contains(p.Status, "not for use in patients") {
			t.Errorf("%s is not marked: %q", name, p.Status)
		}
		again, problems := Parse(name, p.Text)
		if len(problems) > 0 || !reflect.DeepEqual(p, again) {
			t.Errorf("%s: its own text gives another protocol", name)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	text, err := fs.ReadFile(Examples(), "aso-intrathecal.yaml")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, problems := Parse("aso-intrathecal.yaml", text); len(problems) > 0 {
			b.Fatal(problems.Error())
		}
	}
}
