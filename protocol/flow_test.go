package protocol

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// flowProtocols are the examples, and one with everything that they lack.
func flowProtocols(t *testing.T) map[string]*Protocol {
	t.Helper()
	everyWay, err := os.ReadFile("testdata/flow/every-way.yaml")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string][]byte{"every way": everyWay}
	names, err := fs.Glob(Examples(), "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if texts[name], err = fs.ReadFile(Examples(), name); err != nil {
			t.Fatal(err)
		}
	}
	all := map[string]*Protocol{}
	for name, text := range texts {
		p, problems := Parse(name, text)
		if len(problems) > 0 {
			t.Fatalf("%s: %s", name, problems.Error())
		}
		all[name] = p
	}
	if len(all) < 3 {
		t.Fatalf("%d protocols", len(all))
	}
	return all
}

// wordsOf reads a picture as XML and gives its text, outside and in titles.
func wordsOf(t *testing.T, picture []byte) string {
	t.Helper()
	var words strings.Builder
	for decoder := xml.NewDecoder(bytes.NewReader(picture)); ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return words.String()
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, picture)
		}
		switch token := token.(type) {
		case xml.CharData:
			words.Write(token)
			words.WriteByte('\n')
		case xml.StartElement:
			if name := token.Name.Local; !contains([]string{"svg", "g", "title", "rect", "path", "circle", "text"}, name) {
				t.Errorf("an element <%s>", name)
			}
			for _, a := range token.Attr {
				if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") || strings.HasSuffix(a.Name.Local, "href") {
					t.Errorf("an attribute %s", a.Name.Local)
				}
			}
		}
	}
}

func TestFlowShowsEverythingOfAProtocolAndKeepsItApart(t *testing.T) {
	for name, p := range flowProtocols(t) {
		picture := Flow(p, nil)
		if !bytes.Equal(picture, Flow(p, nil)) {
			t.Errorf("%s: drawn twice, it differs", name)
		}
		if folder := os.Getenv("FLOW_PICTURES"); folder != "" { // to look at them
			if err := os.WriteFile(filepath.Join(folder, strings.ReplaceAll(name, " ", "-")+".svg"), picture, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		words := wordsOf(t, picture)
		for _, want := range wantedOf(p) {
			if !strings.Contains(words, want) {
				t.Errorf("%s does not say %q", name, want)
			}
		}
		if strings.Contains(words, "not reached") {
			t.Errorf("%s marks steps that nobody asked about", name)
		}
		standsApart(t, name, layFlow(p, nil))
	}
}

func wantedOf(p *Protocol) []string {
	want := []string{fmt.Sprintf("release: %d criteria", len(p.Criteria))}
	for i := range p.Sections {
		s := &p.Sections[i]
		want = append(want, "section "+s.Name)
		if s.Loop != nil {
			want = append(want, s.Loop.Until.Text, fmt.Sprintf("at most %d rounds", s.Loop.Most))
		}
		if s.When != nil {
			want = append(want, s.When.Text)
		}
		for j := range s.Steps {
			step := &s.Steps[j]
			if step.Round <= 1 {
				want = append(want, step.Name+": "+p.Told(step.Do, nil))
			}
			if step.When != nil {
				want = append(want, step.When.Text)
			}
			if step.CheckedBy != "" {
				want = append(want, secondOf(step).text)
			}
		}
	}
	for i := range p.Windows {
		want = append(want, p.Windows[i].Name, spanWords(p.Windows[i].Span))
	}
	for i := range p.Budgets {
		want = append(want, p.Budgets[i].Name, mostWords(p.Budgets[i].Most))
	}
	return want
}

// apart says where pieces of a picture lie on each other or outside of it.
func standsApart(t *testing.T, name string, f *flow) {
	t.Helper()
	if f.width > flowMost {
		t.Errorf("%s is %d wide", name, f.width)
	}
	type piece struct {
		name string
		area
	}
	var pieces []piece
	add := func(kind string, i int, name string, a area) {
		pieces = append(pieces, piece{fmt.Sprint(kind, " ", i, " ", name), a})
	}
	for i, b := range f.boxes {
		add("box", i, b.step.Name, b.area)
		for _, chip := range b.chips {
			if !chip.inside(b.area) {
				t.Errorf("%s: %q sticks out of %s", name, chip.text, b.step.Name)
			}
		}
	}
	for i, d := range f.diamonds {
		add("diamond", i, d.title, d.area)
	}
	for i, n := range f.notes {
		add("note", i, n.title, n.area)
	}
	for i, b := range f.bars {
		add("bar", i, "", b)
	}
	for i, g := range f.gates {
		add("gate", i, "", g.area)
	}
	for i, b := range f.brackets {
		add("bracket", i, b.name, b.label.area)
	}
	for i, frame := range f.frames {
		add("head", i, "", area{frame.x, frame.y, frame.w, flowBand})
		for j, other := range f.frames[:i] {
			if frame.meets(other.area) {
				t.Errorf("%s: the frames %d and %d overlap", name, j, i)
			}
		}
	}
	for i, a := range pieces {
		if !a.inside(area{w: f.width, h: f.height}) {
			t.Errorf("%s: %s is outside: %v", name, a.name, a.area)
		}
		for _, b := range pieces[:i] {
			if a.meets(b.area) {
				t.Errorf("%s: %s and %s overlap: %v, %v", name, b.name, a.name, b.area, a.area)
			}
		}
	}
	for _, l := range f.lines {
		for _, at := range l.spots {
			if !(area{at.X, at.Y, 0, 0}).inside(area{w: f.width, h: f.height}) {
				t.Errorf("%s: a line leaves the picture: %v", name, l.spots)
			}
		}
	}
}

func (a area) inside(b area) bool {
	return a.x >= b.x && a.right() <= b.right() && a.y >= b.y && a.bottom() <= b.bottom()
}

func (a area) meets(b area) bool {
	return a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom()
}

// TestFlowKeepsEveryMixtureApart puts sections of every make beside each other.
func TestFlowKeepsEveryMixtureApart(t *testing.T) {
	long := strings.Repeat("a word and anotherwordthatneverends", 3)
	when := &Condition{Text: long}
	for mix := range 1 << 6 {
		has := func(bit int) bool { return mix&(1<<bit) != 0 }
		for _, count := range []int{3, 5} {
			p := &Protocol{Name: "mixed"}
			for i := range count {
				s := Section{Name: long, Alongside: has(0) && i%3 > 0, AnyOrder: has(1), AfterRelease: i > 3}
				if has(2) {
					s.When = when
				}
				if has(3) && !s.AnyOrder {
					s.Loop = &Loop{Until: *when, Most: 3}
				}
				for j := range count + 1 {
					step := Step{Name: fmt.Sprintf("step %d %d", i, j), Do: long, By: long, CheckedBy: long, Witness: has(4), Decision: j%2 == 1, Critical: true}
					if has(5) {
						step.When, step.Scans = when, []Scan{{Field: long, Stop: true}}
					}
					s.Steps = append(s.Steps, step)
					p.Windows = append(p.Windows, Window{Name: long, From: Point{"step 0 0", "done"}, To: Point{step.Name, "done"}, Span: Span{Max: 60e9}})
				}
				p.Sections = append(p.Sections, s)
			}
			f := layFlow(p, map[string]bool{})
			if count < 5 {
				wordsOf(t, f.shapes().SVG())
			}
			if standsApart(t, fmt.Sprintf("mixture %d of %d", mix, count), f); t.Failed() {
				return
			}
		}
	}
}

func TestFlowMarksExactlyTheStepsThatWereNotReached(t *testing.T) {
	p := flowProtocols(t)["every way"]
	reached := map[string]bool{"patient": true, "count cells": true, "go on": true, "give": true}
	f := layFlow(p, reached)
	for _, b := range f.boxes {
		if b.missed == reached[b.step.Name] {
			t.Errorf("%s: missed %v", b.step.Name, b.missed)
		}
	}
	missed := len(f.boxes) - len(reached)
	picture := string(Flow(p, reached))
	if got := strings.Count(picture, ">not reached<"); got != missed {
		t.Errorf("%d boxes say that they were not reached, not %d", got, missed)
	}
	if got := strings.Count(picture, `stroke-dasharray="7 5"`); got != missed {
		t.Errorf("%d boxes are dashed, not %d", got, missed)
	}
}

func TestFlowDrawsALoopOnce(t *testing.T) {
	f := layFlow(flowProtocols(t)["every way"], nil)
	count := 0
	for _, b := range f.boxes {
		if b.step.Base == "feed" {
			count++
		}
	}
	if count != 1 {
		t.Errorf("a repeated step stands there %d times", count)
	}
}

func TestFlowEscapesHostileNames(t *testing.T) {
	const hostile = `<script>alert("x" & 'y')</script>` + "\x00\x1b"
	when := &Condition{Text: hostile}
	step := Step{Name: hostile, Do: hostile, By: hostile, CheckedBy: hostile, When: when, Scans: []Scan{{Field: hostile}}}
	p := &Protocol{
		Name: hostile, Sections: []Section{{Name: hostile, Steps: []Step{step}, When: when, Loop: &Loop{Until: *when, Most: 2}}},
		Windows: []Window{{Name: hostile, From: Point{hostile, "done"}, To: Point{hostile, "done"}}}, Criteria: []Criterion{{Name: hostile}},
		Budgets: []Budget{{Name: hostile, Item: hostile}},
	}
	picture := Flow(p, map[string]bool{})
	if words := wordsOf(t, picture); !strings.Contains(words, `<script>alert("x" & 'y')</script>`) {
		t.Errorf("the name is not in it:\n%s", words)
	}
	if bytes.Contains(picture, []byte("<script")) || bytes.Contains(picture, []byte(`"x"`)) {
		t.Errorf("not escaped:\n%s", picture)
	}
}

func TestFlowOfNothingIsAPicture(t *testing.T) {
	wordsOf(t, Flow(&Protocol{Windows: []Window{{Name: "none"}}}, nil))
	wordsOf(t, Flow(&Protocol{Sections: []Section{{Name: "empty", Loop: &Loop{}}, {Alongside: true, AnyOrder: true}}}, nil))
}
