package reports

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

func store(t *testing.T, pdf []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "record.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestASheetIsAFileThatStrangersCanRead(t *testing.T) {
	s := newSheet()
	s.chapter("1 Summary – Łódź, Σ, Ж")
	g := newTable(column{"Name", 1}, column{"Value", 3})
	for range 90 {
		g.add(say("draw up"), say(strings.Repeat("µg ≤ 5.1 mL (second) \\ try ", 9)), nil)
	}
	s.grid(g)
	s.frame(cell{{oldStyle, "5.3 mL"}, {boldStyle, "5.0 mL 😀"}, {codeStyle, strings.Repeat("0123456789abcdef", 20)}}, 80)
	s.write(say(strings.Repeat("Keine Zeile fehlt. ", 2000)))
	raw, err := draw(s, running{left: []string{"Product"}, right: []string{"Batch B-1"}, foot: []string{"generated"}, band: "NOT CERTIFIED"}, "Title – ü", time.Unix(1e9, 0))
	if err != nil {
		t.Fatal(err)
	}
	pdf, err := finish(raw, about{"Title – ü", "test", "subject", time.Unix(1e9, 0)}, attachment{name: "record.json", description: "The data", data: []byte(`{"a":1}`)})
	if err != nil {
		t.Fatal(err)
	}
	path := store(t, pdf)
	run(t, "qpdf", "--check", path)
	words := run(t, "pdftotext", "-layout", path, "-")
	for _, want := range []string{"Łódź, Σ, Ж", "µg ≤ 5.1 mL (second) \\ try", "⟨U+1F600⟩", "page 1 of"} {
		if !strings.Contains(words, want) {
			t.Errorf("the pages do not show %q", want)
		}
	}
	if n := strings.Count(words, "fehlt."); n != 2000 {
		t.Errorf("%d of 2000 sentences are there", n)
	}
	data, err := attached(pdf)
	if err != nil || !bytes.Equal(data, []byte(`{"a":1}`)) {
		t.Errorf("attached: %q, %v", data, err)
	}
}

// No heading stands alone at the foot of a page: it moves with its first row.
func TestAHeadingMovesWithItsFirstRow(t *testing.T) {
	for filled := pt(0); filled < bodyHeight; filled += 700 {
		s := newSheet()
		s.y += filled
		s.page().rule(marginLeft, bodyTop, 100, 50)
		s.chapter("A chapter")
		s.introduce(small("What it is about."))
		g := newTable(column{"Head", 1})
		g.add(say(strings.Repeat("row\n", 9) + "end"))
		s.grid(g)
		var found []string
		for i, p := range s.pages {
			words := ""
			for _, m := range p.marks {
				if m.y < bodyTop || m.y+m.h > bodyBottom+100 {
					t.Errorf("filled %d: page %d: a mark at %d is outside the body", filled, i, m.y)
				}
				words = strings.Join(strings.Fields(words+" "+m.text), " ")
			}
			if strings.Contains(words, "A chapter") || strings.Contains(words, "end") {
				found = append(found, words)
			}
		}
		if len(found) != 1 || !strings.HasPrefix(found[0], "A chapter What it is about. Head row") {
			t.Errorf("filled %d: %q", filled, found)
		}
		if s.sections[0].page != len(s.pages)-1 {
			t.Errorf("filled %d: the outline points at page %d of %d", filled, s.sections[0].page, len(s.pages))
		}
	}
}

// attached is the data that a record carries.
func attached(pdf []byte) ([]byte, error) {
	held, err := carries(pdf)
	if err != nil {
		return nil, err
	}
	return held.data()
}
