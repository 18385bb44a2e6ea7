package reports

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/protocol"
	"countersign/protocol/library"
	"countersign/register"
	"countersign/register/label"
)

// printed is the print of a version as the world's log has it now.
func (w *world) printed(version int) []byte {
	w.t.Helper()
	pdf, err := IssueProtocol(w.bundleOf(library.Stream(w.p.Name)), w.p.Name, version, "0.1.0", "Chidi Nwosu (cnwosu)")
	if err != nil {
		w.t.Fatal(err)
	}
	if folder := os.Getenv("MASTER_PICTURES"); folder != "" { // to look at them
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%s-%d-%d.pdf", w.p.Name, version, len(w.log))), pdf, 0o644); err != nil {
			w.t.Fatal(err)
		}
	}
	return pdf
}

// exampleTexts are the examples, and one protocol with everything that they lack.
func exampleTexts(t *testing.T) map[string][]byte {
	t.Helper()
	texts := map[string][]byte{}
	for name, file := range map[string]string{"every way": "../protocol/testdata/flow/every-way.yaml", "full": "../protocol/testdata/full.yaml"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = text
	}
	names, err := fs.Glob(protocol.Examples(), "*.yaml")
	if err != nil || len(names) < 3 {
		t.Fatalf("%v, %v", names, err)
	}
	for _, name := range names {
		if texts[name], err = fs.ReadFile(protocol.Examples(), name); err != nil {
			t.Fatal(err)
		}
	}
	return texts
}

// contentOf gives the words of a print in the order in which they were set, so
// that what stands in a narrow column stays together: of everything before the
// text, and of the text.
func contentOf(t *testing.T, pdf []byte) (words, text string) {
	t.Helper()
	raw := run(t, "pdftotext", "-raw", store(t, pdf), "-")
	words, text, ok := strings.Cut(raw, "The text, exactly")
	if !ok {
		t.Fatal("the text has no chapter")
	}
	return strings.Join(strings.Fields(words), " "), strings.Join(strings.Fields(text), " ")
}

// wanted is all that an inspector must find in the pages of a protocol, beside
// its text (MBR-02, MBR-04, MBR-06).
func wanted(p *protocol.Protocol) []string {
	product := p.Product
	want := []string{
		p.Title, product.Name, product.Code, product.Form, product.Strength, product.BatchSize, product.Mode, product.Supply, product.Licence,
		product.ControlSite, product.MasterFile + ", version " + product.MasterFileVersion, product.Container, product.Storage, p.Told(p.SafeState, nil),
	}
	for _, o := range p.Order {
		ranged := o.Low.String() + " to " + o.High.String()
		if o.Low == o.High {
			ranged = o.Low.String() + ", and nothing else"
		}
		want = append(want, o.Title, ranged)
	}
	for i := range p.SiteValues {
		want = append(want, p.SiteValues[i].Title, p.SiteValues[i].Approved())
	}
	for i := range p.Parts {
		want = append(want, p.Parts[i].Name, p.Parts[i].Words())
	}
	for _, item := range p.Items {
		want = append(want, item.Title, strings.Join(item.MustBe, ", "))
	}
	for i := range p.Sections {
		s := &p.Sections[i]
		want = append(want, "Section: "+s.Name)
		if s.When != nil {
			want = append(want, "Only when "+s.When.Text)
		}
		if s.Loop != nil {
			want = append(want, fmt.Sprintf("Repeated until %s, at most %d rounds", s.Loop.Until.Text, s.Loop.Most))
		}
		for j := range s.Steps {
			if s.Steps[j].Round <= 1 {
				want = append(want, wantedOfStep(p, &s.Steps[j])...)
			}
		}
	}
	want = append(want, wantedOfLabel(p)...)
	for _, w := range p.Windows {
		want = append(want, w.Name, "from "+w.From.String(), "to "+w.To.String(), span(w.Span), w.Then.Words())
	}
	for _, b := range p.Budgets {
		want = append(want, b.Name, "at most "+duration(b.Most)+" in all", b.Then.Words())
	}
	for i := range p.Criteria {
		c := &p.Criteria[i]
		want = append(want, c.Name, c.Words(), c.Source)
		if c.Later {
			want = append(want, "due "+days(c.Due)+" after certification; a failure is told to "+c.Tell)
		}
	}
	return want
}

// wantedOfLabel is what an inspector must find of the label, of what becomes of
// the materials, and of what changes hands (LAB-07, MAT-04, COI-03).
func wantedOfLabel(p *protocol.Protocol) (want []string) {
	if p.Label.Pos.Line == 0 {
		return []string{"the program prints none"}
	}
	for _, row := range p.Label.Rows() {
		if row.Name != "trial rules" {
			want = append(want, p.Told(row.Text, nil))
		}
	}
	if p.Label.FinalAfter != "" {
		want = append(want, "once the step “"+p.Label.FinalAfter+"” is signed")
	}
	supply, _ := label.SupplyOf(p.Product.Supply, p.Product.ATMP)
	want = append(want, label.Demanded(supply, p.Label.OldRules)...)
	for i := range p.Items {
		if r := p.Items[i].Reconcile; r != nil {
			want = append(want, "Materials that are accounted for", r.Words())
		}
	}
	for i := range p.Sections {
		for _, s := range p.Sections[i].Steps {
			if s.HandsOver != "" {
				want = append(want, "hands over: "+s.HandsOver)
			}
			if s.Into != "" {
				want = append(want, "into: "+s.Into)
			}
			for _, c := range s.Calcs {
				if c.Yield != "" {
					want = append(want, c.Yield+" "+s.Name, "a quality lead finds out why")
				}
			}
			for _, scan := range s.Scans {
				if scan.Field == "patient" {
					want = append(want, "only the control site's quality lead decides how it goes on")
				}
			}
		}
	}
	return want
}

func wantedOfStep(p *protocol.Protocol, s *protocol.Step) []string {
	want := []string{": " + s.Name, p.Told(s.Do, nil), p.Told(s.SafeState, nil), s.By, s.CheckedBy}
	if s.Critical {
		want = append(want, s.Name+" [CRITICAL]")
	}
	if s.When != nil {
		want = append(want, "Only when "+s.When.Text)
	}
	if s.Witness {
		want = append(want, "witnessed, while it is done, by: "+s.CheckedBy)
	}
	if s.Wait != (protocol.Span{}) {
		want = append(want, span(s.Wait))
	}
	if s.Hours != (protocol.Hours{}) {
		want = append(want, s.Hours.String())
	}
	for _, scan := range s.Scans {
		want = append(want, "scan: "+scan.Field)
	}
	limits := func(list []protocol.Limit) {
		for i := range list {
			want = append(want, list[i].Words()) // what it does is in TestAPrintSaysWhatABrokenLimitDoes
		}
	}
	for i := range s.Inputs {
		in := &s.Inputs[i]
		title := in.Title
		if t := s.Table(in.Cell.Table); t != nil && in.Cell.Row > 0 {
			title = t.Title + ": " + t.Column(in.Cell.Column).Title
			want = append(want, t.Row(1), t.Row(t.Most))
		}
		want = append(want, title, in.Words(), in.Class)
		want = append(want, in.Absent...)
		want = append(want, in.Choices...)
		limits(in.Limits)
	}
	for _, c := range s.Calcs {
		want = append(want, c.Title, "= "+c.Formula, rounding(c.Rounding))
		want = append(want, strings.Split(c.Example, "; ")...)
		limits(c.Limits)
	}
	return want
}

// MBR-01, MBR-02, MBR-04, MBR-06: nothing of a protocol is lost on its way to
// paper, and the paper proves itself.
func TestEverythingOfAProtocolStandsInItsPrint(t *testing.T) {
	texts := exampleTexts(t)
	tables, err := os.ReadFile("../batch/testdata/protocols/tables.yaml")
	if err != nil {
		t.Fatal(err)
	}
	texts["tables"] = tables
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, register.Live, text)
			pdf := w.printed(w.p.Version)
			run(t, "qpdf", "--check", store(t, pdf))
			words, listing := contentOf(t, pdf)
			for _, want := range wanted(w.p) {
				if want = strings.Join(strings.Fields(gate(want)), " "); !strings.Contains(words, want) {
					t.Errorf("the pages do not show %q", want)
				}
			}
			listing = strings.ReplaceAll(listing, " ", "")
			for i, l := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
				if l = fmt.Sprint(i+1) + strings.Join(strings.Fields(gate(l)), ""); len(l) < 100 && !strings.Contains(listing, l) {
					t.Errorf("the text has no line %q", l)
				}
			}
			if v, err := Verify(pdf, w.siteKey().Verifier()); err != nil || v.Exit() != 0 || v.Protocol != w.p.ID() {
				t.Errorf("%v\n%s", err, said(v))
			}
		})
	}
}

func TestTheAttachedTextIsTheTextThatWasSigned(t *testing.T) {
	text := testdata(t, "dose.yaml")
	w := newWorld(t, register.Live, text)
	unsigned, err := PrintProtocol(w.p, "0.1.0")
	if err != nil {
		t.Fatal(err)
	}
	for name, pdf := range map[string][]byte{"signed": w.printed(3), "unsigned": unsigned} {
		path, into := store(t, pdf), t.TempDir()
		if got := run(t, "qpdf", "--show-attachment=dose-v3.yaml", path); got != string(text) {
			t.Errorf("%s: qpdf gives %d bytes, not the %d of the text", name, len(got), len(text))
		}
		run(t, "pdfdetach", "-saveall", "-o", into, path)
		if got, err := os.ReadFile(filepath.Join(into, "dose-v3.yaml")); err != nil || !bytes.Equal(got, text) {
			t.Errorf("%s: poppler gives %d bytes, %v", name, len(got), err)
		}
		data, err := os.ReadFile(filepath.Join(into, "record.json"))
		if signed := name == "signed"; signed != (err == nil) || signed && !bytes.HasPrefix(data, []byte(`{"record":"countersign/protocol/v1"`)) {
			t.Errorf("%s: the proof is %.40s, %v", name, data, err)
		}
	}
}

// Nothing that an author can write breaks the pages, or is left out of them.
func TestAPrintShowsWhatItsFontsLack(t *testing.T) {
	text := bytes.Replace(testdata(t, "dose.yaml"), []byte("Draw up the volume shown"), []byte("Draw 😀 {nb} Жó up ("+strings.Repeat("verylong", 40)+")"), 1)
	w := newWorld(t, register.Live, text)
	pdf := w.printed(3)
	run(t, "qpdf", "--check", store(t, pdf))
	words, listing := contentOf(t, pdf)
	for _, shown := range []string{words, listing} {
		if !strings.Contains(shown, "Draw ⟨U+1F600⟩ {nb} Жó up") || strings.Count(strings.ReplaceAll(shown, " ", ""), "verylong") < 40 {
			t.Error("an instruction is not there in full")
		}
	}
	if v, err := Verify(pdf, w.siteKey().Verifier()); err != nil || v.Exit() != 0 {
		t.Errorf("%v\n%s", err, said(v))
	}
}

// What is the same figure in two protocols may have other consequences: each
// stands beside its limit.
func TestAPrintSaysWhatABrokenLimitDoes(t *testing.T) {
	for name, want := range map[string][]string{
		"cart-prodigy.yaml": {
			"reject below 80.0 % reject limit an exception, and nothing goes on until it is decided; a registered specification: nobody can accept it, and the batch can never be certified with it",
			"reject unless below 5.0 [EU]/mL reject limit an exception; a registered specification: nobody can accept it, and the batch can never be certified with it",
			"reject is positive reject limit an exception, told to the treating physician; the certification stays as it was signed",
			"warn below 5.0 % warn limit only a note", "6 rounds without reaching: feed.cells at least 1.50 10*9{cells} held until a quality lead has decided",
		},
		"aso-intrathecal.yaml": {
			"warn above 0.20 g/L warn limit the value is measured once more", "refused and recorded; the batch stops until a quality lead has decided",
			"in the syringe: at most 4 h an exception, and nothing goes on until it is decided, and the steps concerned cannot be performed",
		},
	} {
		words, _ := contentOf(t, newWorld(t, register.Live, exampleTexts(t)[name]).printed(1))
		for _, w := range want {
			if !strings.Contains(words, w) {
				t.Errorf("%s does not say %q", name, w)
			}
		}
	}
}

// Letters in the picture stay legible, on one page or several.
func TestThePictureInAPrintIsLegible(t *testing.T) {
	for name, text := range exampleTexts(t) {
		p, problems := protocol.Parse(name, text)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		s := newSheet()
		s.heading("The way", 0)
		s.picture(protocol.FlowPicture(p, nil))
		for i, page := range s.pages {
			inside := false
			for _, m := range page.marks {
				switch {
				case m.kind == markInside:
					inside = true
					if m.y < bodyTop || m.y+m.h > bodyBottom {
						t.Errorf("%s: the picture leaves page %d", name, i+1)
					}
				case m.kind == markOutside:
					inside = false
				case m.kind == markText && m.style.size < leastLetters:
					t.Errorf("%s: %q has letters of %d", name, m.text, m.style.size)
				case inside && m.kind == markText && strings.HasSuffix(m.text, "…"):
					t.Logf("%s: shortened: %s", name, m.text)
				}
			}
			if inside {
				t.Errorf("%s: page %d never leaves its picture", name, i+1)
			}
		}
	}
}
