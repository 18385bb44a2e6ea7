package reports

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/audit"
	"countersign/batch"
	"countersign/register"
)

// certified makes a whole batch of the site's kind, up to its certification.
func certified(t testing.TB, kind string) *world {
	t.Helper()
	w := newWorld(t, kind, testdata(t, "dose.yaml"))
	w.tell()
	w.must(fay, time.Minute, batch.Review{Statement: "I have reviewed every entry."})
	w.settle()
	w.must(chi, time.Minute, batch.Certify{Statement: "I certify this batch.", Place: "Control site, room 2", Where: batch.AtControlSite})
	return w
}

func said(v Verdict) string {
	var b bytes.Buffer
	if _, err := v.WriteTo(&b); err != nil {
		return err.Error()
	}
	return b.String()
}

func TestARecordVerifiesUnderItsSitesKey(t *testing.T) {
	w := certified(t, register.Live)
	v, err := Verify(w.record(), w.siteKey().Verifier())
	if err != nil || v.Exit() != 0 {
		t.Fatalf("%v\n%s", err, said(v))
	}
	if v.Batch != batch7 || v.Status != batch.Certified || !v.SiteKnown || !strings.Contains(said(v), "VERIFIED") {
		t.Errorf("the verdict says: %s", said(v))
	}
}

func TestWithoutTheSitesKeyNobodyVouches(t *testing.T) {
	w := certified(t, register.Live)
	v, err := Verify(w.record(), "")
	if err != nil || v.Exit() != 3 || !strings.Contains(said(v), w.siteKey().Verifier()) {
		t.Errorf("%v, exit %d\n%s", err, v.Exit(), said(v))
	}
	other := newWorld(t, register.Training, testdata(t, "dose.yaml")).siteKey().Verifier()
	if v, err := Verify(w.record(), other); err == nil || v.Exit() != 1 {
		t.Errorf("another site's key passed:\n%s", said(v))
	}
}

// MBR-07: what was rehearsed never passes for real.
func TestARehearsalsRecordPassesOnlyWhenAskedFor(t *testing.T) {
	w := certified(t, register.Rehearsal)
	pdf := w.record()
	if v, err := Verify(pdf, w.siteKey().Verifier()); err != nil || v.Exit() != 3 {
		t.Errorf("%v, exit %d", err, v.Exit())
	}
	if v, err := Verify(pdf, w.siteKey().Verifier(), AllowRehearsal()); err != nil || v.Exit() != 0 {
		t.Errorf("%v, exit %d\n%s", err, v.Exit(), said(v))
	}
}

// PDF-06.
func TestTheSameHistoryGivesTheSameBytes(t *testing.T) {
	first, second := certified(t, register.Live), certified(t, register.Live)
	if !bytes.Equal(first.record(), second.record()) {
		t.Error("two records of one history differ")
	}
	before := first.record()
	first.must(anna, time.Minute, batch.Note{Text: "one more entry"})
	if bytes.Equal(before, first.record()) {
		t.Error("a record did not change with one more entry")
	}
}

func TestEveryChangedByteIsRefused(t *testing.T) {
	w := newWorld(t, register.Live, testdata(t, "dose.yaml"))
	w.open()
	pdf, key := w.record(), w.siteKey().Verifier()
	if _, err := Verify(pdf, key); err != nil {
		t.Fatal(err)
	}
	chance := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		at, flip := chance.IntN(len(pdf)), byte(1+chance.IntN(255))
		changed := bytes.Clone(pdf)
		changed[at] ^= flip
		if v, err := Verify(changed, key); err == nil || v.Exit() != 1 {
			t.Fatalf("byte %d changed by %#x passed", at, flip)
		}
	}
	for _, changed := range [][]byte{pdf[:len(pdf)-1], append(bytes.Clone(pdf), '\n'), nil, []byte("%PDF-1.7\n"), bytes.Repeat(pdf, 2)} {
		if v, err := Verify(changed, key); err == nil || v.Exit() != 1 {
			t.Errorf("a file of %d bytes passed", len(changed))
		}
	}
}

func TestARemovedPageIsRefused(t *testing.T) {
	w := certified(t, register.Live)
	whole := store(t, w.record())
	short := filepath.Join(t.TempDir(), "short.pdf")
	run(t, "qpdf", whole, "--pages", ".", "1-2,4-z", "--", short)
	again := filepath.Join(t.TempDir(), "again.pdf")
	run(t, "qpdf", whole, again) // the same pages in other bytes
	for _, path := range []string{short, again} {
		pdf, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := Verify(pdf, w.siteKey().Verifier()); err == nil || v.Exit() != 1 {
			t.Errorf("%s passed", path)
		}
	}
}

// A forger who changes a digit in the data and lays out the pages anew is
// caught by the proofs; one who changes the pages alone, by the comparison.
func TestAChangedDigitInTheDataIsRefused(t *testing.T) {
	w := certified(t, register.Live)
	pdf := w.record()
	objects, trailer, err := splitObjects(pdf)
	if err != nil {
		t.Fatal(err)
	}
	data, err := attached(pdf)
	if err != nil {
		t.Fatal(err)
	}
	var root, info int
	if _, err := fmt.Sscanf(string(trailer), "<</Size %d /Root %d 0 R /Info %d 0 R", new(int), &root, &info); err != nil {
		t.Fatal(err)
	}
	changes := 0
	for _, digit := range []string{`5.3 mL`, `\"text\":\"5.0\"`, `B-2026-0007`, `"999 000 0018"`, `L123`} {
		at := bytes.Index(data, []byte(digit))
		if at < 0 {
			t.Errorf("the data hold no %s", digit)
			continue
		}
		forged := bytes.Clone(data)
		place := at + strings.IndexAny(digit, "0123456789")
		forged[place] = '0' + (forged[place]-'0'+1)%10
		changed := append([]object(nil), objects...)
		for n := range changed {
			if bytes.Contains(changed[n].dict, []byte("/EmbeddedFile ")) {
				changed[n] = packed("/Type /EmbeddedFile /Subtype /application#2Fjson ", forged)
				changes++
			}
		}
		v, err := Verify(assemble(changed, root, info, make([]byte, 16)), w.siteKey().Verifier())
		if err == nil || v.Exit() != 1 {
			t.Errorf("a changed digit of %s passed", digit)
		}
		t.Log(v.Refused)
	}
	if changes == 0 {
		t.Fatal("nothing was changed")
	}
}

func TestDataThatDoNotHoldMakeNoRecord(t *testing.T) {
	w := certified(t, register.Live)
	for name, forge := range map[string]func(*audit.Bundle){
		"another site's name":       func(b *audit.Bundle) { b.Origin = "elsewhere.countersign" },
		"a left out entry":          func(b *audit.Bundle) { b.Entries = append(b.Entries[:3:3], b.Entries[4:]...) },
		"no person":                 func(b *audit.Bundle) { b.Entries = append(b.Entries[:1:1], b.Entries[6:]...) },
		"a foreign opening":         func(b *audit.Bundle) { b.Openings[0].Value = "SOMEBODY, Else" },
		"an opening's other salt":   func(b *audit.Bundle) { b.Openings[0].Salt[0]++ },
		"the site's founding taken": func(b *audit.Bundle) { b.Entries = b.Entries[1:] },
	} {
		b := w.bundle()
		b.Openings = append([]audit.Opening(nil), b.Openings...)
		forge(&b)
		if pdf, err := Issue(b, batch7, "0.1.0", "x"); err == nil {
			t.Errorf("%s: a record of %d bytes was issued", name, len(pdf))
		}
	}
}

// PDF-09.
func TestAMaskedRecordVerifiesAndReadsNoPatient(t *testing.T) {
	w := certified(t, register.Live)
	pdf, err := Issue(Masked(w.bundle()), batch7, "0.1.0", "Chidi Nwosu (cnwosu)")
	if err != nil {
		t.Fatal(err)
	}
	data, err := attached(pdf)
	if err != nil {
		t.Fatal(err)
	}
	words := run(t, "pdftotext", "-layout", store(t, pdf), "-")
	for _, secret := range []string{"TESTPATIENT", "Żaneta", "999 000 0018", "2019-03-01", "(8018)", "999000001800000009"} {
		if strings.Contains(words, secret) {
			t.Errorf("the pages show %q", secret)
		}
		if bytes.Contains(data, []byte(secret)) {
			t.Errorf("the data hold %q", secret)
		}
	}
	if !strings.Contains(words, masked) || !strings.Contains(words, "PATIENT MASKED") {
		t.Error("the record does not say that it is masked")
	}
	v, err := Verify(pdf, w.siteKey().Verifier())
	if err != nil || v.Exit() != 3 || len(v.Unchecked) == 0 {
		t.Errorf("%v, exit %d\n%s", err, v.Exit(), said(v))
	}
}

func TestStrangersReadTheRecord(t *testing.T) {
	path := store(t, certified(t, register.Live).record())
	run(t, "qpdf", "--check", path)
	for _, line := range strings.Split(strings.TrimSpace(run(t, "pdffonts", path)), "\n")[2:] {
		if fields := strings.Fields(line); len(fields) < 6 || fields[4] != "yes" || fields[6] != "yes" {
			t.Errorf("a font is not embedded or has no Unicode map: %s", line)
		}
	}
	into := t.TempDir()
	run(t, "pdfdetach", "-saveall", "-o", into, path)
	if data, err := os.ReadFile(filepath.Join(into, "record.json")); err != nil || !bytes.HasPrefix(data, []byte(`{"record":"countersign/record/v1"`)) {
		t.Errorf("the attachment comes out as %.40s, %v", data, err)
	}
	if out, err := exec.Command("mutool", "draw", "-o", filepath.Join(into, "page.txt"), "-F", "txt", path).CombinedOutput(); err != nil || bytes.Contains(out, []byte("error")) {
		t.Errorf("mutool: %v\n%s", err, out)
	}
}

func TestRecordsMadeAtOnceAreTheSame(t *testing.T) {
	w := certified(t, register.Live)
	b, want := w.bundle(), w.record()
	made := make(chan []byte)
	for range 4 {
		go func() {
			pdf, err := Issue(b, batch7, "0.1.0", "Chidi Nwosu (cnwosu)")
			if err != nil {
				t.Error(err)
			}
			made <- pdf
		}()
	}
	for range 4 {
		if !bytes.Equal(<-made, want) {
			t.Error("records that were made at once differ")
		}
	}
}
