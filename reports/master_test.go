package reports

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/audit"
	"countersign/protocol"
	"countersign/protocol/library"
	"countersign/register"
)

// printed is the print of a version as the world's log has it now.
func (w *world) printed(version int) []byte {
	w.t.Helper()
	pdf, err := IssueProtocol(w.bundle(), w.p.Name, version, "0.1.0", "Chidi Nwosu (cnwosu)")
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
		product.ControlSite, product.MasterFile + ", version " + product.MasterFileVersion, product.Container, product.Storage, p.SafeState,
	}
	for _, o := range p.Order {
		ranged := o.Low.String() + " to " + o.High.String()
		if o.Low == o.High {
			ranged = o.Low.String() + ", and nothing else"
		}
		want = append(want, o.Title, ranged)
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
				want = append(want, wantedOfStep(&s.Steps[j])...)
			}
		}
	}
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

func wantedOfStep(s *protocol.Step) []string {
	want := []string{": " + s.Name, s.Do, s.SafeState, s.By, s.CheckedBy}
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
		want = append(want, in.Title, in.Words(), in.Class)
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
	for name, text := range exampleTexts(t) {
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

// MBR-01, MBR-07: where a version stands is on every page, in words.
func TestEveryPageOfAProtocolSaysWhereItStands(t *testing.T) {
	text := string(testdata(t, "dose.yaml"))
	next := strings.NewReplacer("version: 3\n", "version: 4\n", "at most 4 h", "at most 3 h").Replace(text)
	submitted := func(w *world) { w.live(dora, library.Submit{Text: next}) }
	approved := func(w *world) { submitted(w); w.live(emil, library.Approve{Protocol: "dose", Version: 4}) }
	effective := func(w *world) { approved(w); w.live(chi, library.MakeEffective{Protocol: "dose", Version: 4}) }
	for _, r := range []struct {
		name, kind string
		life       func(*world)
		version    int
		mark       string
		across     string
		says       []string
	}{
		{"effective", register.Live, func(*world) {}, 3, "APPROVED AND EFFECTIVE", "", []string{"drafted Dora Lund (dlund), protocol author 20 Jul 2026 10:00:00 +01:00", "It is the first version"}},
		{"draft", register.Live, submitted, 4, "DRAFT – NOT APPROVED – NOT FOR USE", "DRAFT", []string{"approved ☐ NOT SIGNED", "put into effect ☐ NOT SIGNED", "Against version 3 (effective)", "now allows at most 3 h instead of 4 h"}},
		{"approved", register.Live, approved, 4, "APPROVED – NOT YET EFFECTIVE", "", []string{"approved Emil Marsh (emarsh), protocol approver", "put into effect ☐ NOT SIGNED"}},
		{"superseded", register.Live, effective, 3, "SUPERSEDED BY VERSION 4 – NOT FOR USE", "SUPERSEDED", []string{"superseded by version 4 Chidi Nwosu (cnwosu), quality lead"}},
		{"its successor", register.Live, effective, 4, "APPROVED AND EFFECTIVE", "", []string{"Against version 3 (superseded)", "3 lines taken out"}},
		{"withdrawn", register.Live, func(w *world) {
			w.live(chi, library.Withdraw{Protocol: "dose", Version: 3, Reason: "the dose range is wrong"})
		}, 3, "WITHDRAWN – NOT FOR USE", "WITHDRAWN", []string{"Reason of its end: the dose range is wrong"}},
		{"rehearsed", register.Rehearsal, func(*world) {}, 3, "REHEARSAL – NOT FOR USE – APPROVED AND EFFECTIVE", "REHEARSAL", nil},
		{"trained", register.Training, submitted, 4, "TRAINING – NOT FOR USE – DRAFT – NOT APPROVED", "DRAFT", nil},
	} {
		t.Run(r.name, func(t *testing.T) {
			w := newWorld(t, r.kind, []byte(text))
			r.life(w)
			pdf := w.printed(r.version)
			if v, err := Verify(pdf, w.siteKey().Verifier(), AllowRehearsal()); err != nil || v.Exit() != 0 || !strings.Contains(v.Mark, r.mark) {
				t.Errorf("%v\n%s", err, said(v))
			}
			v, _ := w.library.Find("dose", r.version)
			_, pages := flat(t, pdf)
			for i, page := range pages {
				for _, want := range []string{
					r.mark, fmt.Sprintf("page %d of %d", i+1, len(pages)), "example oligonucleotide", v.Protocol.ID(), "Example Hospital", "Day ward 4",
					fmt.Sprintf("Text SHA-256 %x", v.Protocol.Digest), "PROTOCOL STATUS: example, not for use in patients", "generated by Chidi Nwosu (cnwosu)",
				} {
					if !strings.Contains(page, want) {
						t.Errorf("page %d does not show %q", i+1, want)
					}
				}
				if found := strings.Contains(" "+page+" ", " "+r.across+" "); r.across != "" && !found {
					t.Errorf("%q does not stand across page %d", r.across, i+1)
				}
			}
			words, _ := contentOf(t, pdf)
			for _, want := range r.says {
				if !strings.Contains(words, want) {
					t.Errorf("the pages do not say %q", want)
				}
			}
		})
	}
}

func TestATextWithoutSignaturesIsPrintedAsNotApproved(t *testing.T) {
	w := newWorld(t, register.Live, testdata(t, "dose.yaml"))
	first, err := PrintProtocol(w.p, "0.1.0")
	if err != nil {
		t.Fatal(err)
	}
	again, err := PrintProtocol(w.p, "0.1.0")
	if err != nil || !bytes.Equal(first, again) {
		t.Errorf("%v: two prints of one text differ", err)
	}
	path := store(t, first)
	run(t, "qpdf", "--check", path)
	_, pages := flat(t, first)
	for i, page := range pages {
		for _, want := range []string{"NOT APPROVED – PRINTED FROM A TEXT WITHOUT SIGNATURES", "Printed from a text that no site has signed"} {
			if !strings.Contains(page, want) {
				t.Errorf("page %d does not show %q", i+1, want)
			}
		}
	}
	if info := run(t, "pdfinfo", path); strings.Contains(info, "CreationDate") || !strings.Contains(info, "dose, version 3") {
		t.Errorf("a print without a date says:\n%s", info)
	}
	if v, err := Verify(first, w.siteKey().Verifier()); err == nil || !strings.Contains(v.Refused, "without signatures") {
		t.Errorf("%v\n%s", err, said(v))
	}
}

func TestTheSameLibraryGivesTheSamePrint(t *testing.T) {
	make := func() *world { return newWorld(t, register.Live, testdata(t, "dose.yaml")) }
	w := make()
	before := w.printed(3)
	if !bytes.Equal(before, make().printed(3)) {
		t.Error("two prints of one history differ")
	}
	w.live(chi, library.Withdraw{Protocol: "dose", Version: 3, Reason: "wrong"})
	if bytes.Equal(before, w.printed(3)) {
		t.Error("a withdrawal changes nothing")
	}
}

func TestAForgedPrintIsRefused(t *testing.T) {
	w := newWorld(t, register.Live, testdata(t, "dose.yaml"))
	pdf, key := w.printed(3), w.siteKey().Verifier()
	chance := rand.New(rand.NewPCG(3, 4))
	for range 150 {
		at, flip := chance.IntN(len(pdf)), byte(1+chance.IntN(255))
		changed := bytes.Clone(pdf)
		changed[at] ^= flip
		if v, err := Verify(changed, key); err == nil || v.Exit() != 1 {
			t.Fatalf("byte %d changed by %#x passed", at, flip)
		}
	}
	if v, err := Verify(pdf, ""); err != nil || v.Exit() != 3 {
		t.Errorf("without the site's key: %v\n%s", err, said(v))
	}
	if v, err := Verify(newWorld(t, register.Rehearsal, testdata(t, "dose.yaml")).printed(3), ""); err != nil || !v.Pretend {
		t.Errorf("a rehearsal's print passes unasked: %v", err)
	}
	for name, forge := range map[string]func(*audit.Bundle){
		"the approval taken out": func(b *audit.Bundle) {
			b.Entries = append(b.Entries[:len(b.Entries)-2:len(b.Entries)-2], b.Entries[len(b.Entries)-1])
		},
		"the last entry taken": func(b *audit.Bundle) { b.Entries = b.Entries[:len(b.Entries)-1] },
		"a byte of the text": func(b *audit.Bundle) {
			e := &b.Entries[len(b.Entries)-3]
			e.Bytes = bytes.Replace(e.Bytes, []byte("4 h"), []byte("9 h"), 1)
		},
	} {
		b := w.bundle()
		forge(&b)
		made, err := IssueProtocol(b, "dose", 3, "0.1.0", "x")
		if err == nil && name == "the last entry taken" {
			// A history that ends earlier is a true one, of then; it says so.
			if words, _ := contentOf(t, made); !strings.Contains(words, "APPROVED – NOT YET EFFECTIVE") {
				t.Error("a history without its last entry looks effective")
			}
		} else if err == nil {
			t.Errorf("%s: a print of %d bytes was made", name, len(made))
		}
	}
	if _, err := IssueProtocol(w.bundle(), "dose", 9, "0.1.0", "x"); err == nil {
		t.Error("a version that is not there was printed")
	}
	if _, err := IssueProtocol(w.bundle(), "other", 3, "0.1.0", "x"); err == nil {
		t.Error("another protocol was printed")
	}
	open := newWorld(t, register.Live, testdata(t, "dose.yaml"))
	open.open()
	if _, err := IssueProtocol(open.bundle(), "dose", 3, "0.1.0", "x"); err == nil {
		t.Error("a patient's batch came into the print of a protocol")
	}
}

// What is the same figure in two protocols may have other consequences: each
// stands beside its limit.
func TestAPrintSaysWhatABrokenLimitDoes(t *testing.T) {
	for name, want := range map[string][]string{
		"cart-prodigy.yaml": {
			"reject below 80.0 % reject limit an exception, and nothing goes on until it is decided; the batch can never be certified with it",
			"reject unless below 5.0 [EU]/mL reject limit an exception; the batch can never be certified with it",
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

// Prints that earlier programs made are kept, and none is ever refused; the
// last is this program's own, so that nobody changes the pages without saying
// so: count masterLayout up, and keep a new one with UPDATE=1.
func TestPrintsOfEarlierProgramsStillVerify(t *testing.T) {
	w := newWorld(t, register.Live, testdata(t, "dose.yaml"))
	w.now = w.now.Add(time.Hour)
	own := fmt.Sprintf("testdata/kept/protocol/layout-%d.pdf", masterLayout)
	made := w.printed(3)
	kept, err := os.ReadFile(own)
	if os.IsNotExist(err) && os.Getenv("UPDATE") != "" {
		err, kept = os.WriteFile(own, made, 0o644), made
	}
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(kept, made) {
		t.Errorf("the same history makes another print than %s", own)
	}
	files, err := filepath.Glob("testdata/kept/protocol/*.pdf")
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range files {
		pdf, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := Verify(pdf, w.siteKey().Verifier()); err != nil || file == own && v.Exit() != 0 {
			t.Errorf("%s: %v\n%s", file, err, said(v))
		}
	}
}
