package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"countersign/reports"
)

// The expected outcomes of the published processes, through the real API of a
// throwaway site (EXE-02, EXE-04, EXE-08, EXE-11, COI-03, NUM-02, REL-10).
func TestEveryRehearsalGoesAsItsScriptSays(t *testing.T) {
	ground, err := openGround(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer ground.close()
	out := t.TempDir()
	for _, name := range rehearsalNames() {
		t.Run(name, func(t *testing.T) {
			s, err := findScript(name)
			if err != nil {
				t.Fatal(err)
			}
			var told []string
			result, err := ground.rehearse(t.Context(), s, out, func(line string) { told = append(told, line) })
			if err != nil {
				t.Fatalf("%v\n%s", err, strings.Join(told, "\n"))
			}
			judge(t, out, result.record, s)
		})
	}
}

// judge lets strangers look at a record, and the verifier at what was done to it.
func judge(t *testing.T, out, record string, s *script) {
	t.Helper()
	if said, err := exec.CommandContext(t.Context(), "qpdf", "--check", record).CombinedOutput(); err != nil {
		t.Errorf("qpdf: %v\n%s", err, said)
	}
	text, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", record, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range append(s.Expect.Shows, "REHEARSAL", s.Patient.Name) {
		if !bytes.Contains(text, []byte(shown)) {
			t.Errorf("the record does not show %q", shown)
		}
	}
	pdf, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(strings.TrimSuffix(record, ".pdf") + ".vkey")
	if err != nil {
		t.Fatal(err)
	}
	key := strings.TrimSpace(string(raw))
	if verdict, err := reports.Verify(pdf, key, reports.AllowRehearsal()); err != nil || verdict.Exit() != 0 {
		t.Errorf("the record is refused: %v", err)
	}
	changed := bytes.Clone(pdf)
	changed[len(changed)/2] ^= 1
	if _, err := reports.Verify(changed, key, reports.AllowRehearsal()); err == nil {
		t.Error("a record with one changed byte verifies")
	}
	refuseChangedDigit(t, out, record, key)
	shorter := filepath.Join(out, "shorter.pdf")
	if said, err := exec.CommandContext(t.Context(), "qpdf", record, "--pages", ".", "1-r2", "--", shorter).CombinedOutput(); err != nil {
		t.Fatalf("qpdf: %v\n%s", err, said)
	}
	if pdf, err = os.ReadFile(shorter); err != nil {
		t.Fatal(err)
	}
	if _, err := reports.Verify(pdf, key, reports.AllowRehearsal()); err == nil {
		t.Error("a record without its last page verifies")
	}
}

// refuseChangedDigit lets qpdf put the data back with one digit changed: the
// amount of the first signed number.
func refuseChangedDigit(t *testing.T, out, record, key string) {
	t.Helper()
	qpdf := func(args ...string) []byte {
		said, err := exec.CommandContext(t.Context(), "qpdf", args...).Output()
		if err != nil {
			t.Fatalf("qpdf %v: %v", args, err)
		}
		return said
	}
	name, _, found := bytes.Cut(qpdf("--list-attachments", record), []byte(" -> "))
	if !found {
		t.Fatal("the record carries no data")
	}
	data := qpdf("--show-attachment="+string(name), record)
	before := []byte(`\"text\":\"`)
	at := bytes.Index(data, before)
	for at >= 0 && at < len(data) && (data[at] < '0' || data[at] > '9') {
		at++
	}
	if at < 0 || at == len(data) {
		t.Fatal("the data hold no number")
	}
	data[at] = '0' + (data[at]-'0'+1)%10
	forged, attachment := filepath.Join(out, "forged.pdf"), filepath.Join(out, "data")
	if err := os.WriteFile(attachment, data, 0o600); err != nil {
		t.Fatal(err)
	}
	qpdf(record, "--add-attachment", attachment, "--key="+string(name), "--replace", "--", forged)
	pdf, err := os.ReadFile(forged)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reports.Verify(pdf, key, reports.AllowRehearsal()); err == nil {
		t.Error("a record with one changed digit in its data verifies")
	}
}

func TestAScriptWithAFaultIsRefusedWithItsPlace(t *testing.T) {
	head := "rehearsal: x\nprotocol: y\nstarts: 2026-11-20T07:30:00Z\nexpect: {status: certified}\nacts: |\n"
	for text, want := range map[string]string{
		head + "  09:00 asha juggles knives":                          "nobody knows how to do",
		head + "  asha performs draw up":                              "does not read like",
		head + "  09:00 asha begins warm\n  08:59 asha performs warm": "only goes forward",
		head + "  refused too_early":                                  "a refusal of nothing",
		head:                                                          "needs its name",
		"rehearsal: x\nkind: y\n":                                     "kind",
		"rehearsal: x\nstarts: yesterday\n":                           "yesterday",
	} {
		if _, err := readScript("script", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzScript(f *testing.F) {
	f.Add("rehearsal: x\nprotocol: y\nstarts: 2026-11-20T07:30:00Z\nexpect: {status: certified}\nacts: |\n  day 2 09:00:01 asha records drawn in draw up: 5.0\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := readScript("script", []byte(text))
		if err == nil && len(s.lines) == 0 {
			t.Error("a script without acts was read")
		}
	})
}
