package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What a regulator types, what is answered, and the exit code that a script
// goes by (PDF-07).
func TestTheRegulatorsToolAnswersWithItsExitCode(t *testing.T) {
	records, err := filepath.Glob("../../reports/testdata/kept/*.pdf")
	if err != nil || len(records) == 0 {
		t.Fatal("no record is kept", err)
	}
	record, older := records[len(records)-1], records[0]
	const key = "example-hospital.countersign+c6828bca+AdwgJ4f+y6oGrvwJqNxHKX54xQmlnN22vpRr6KS5oqxJ"
	dir := t.TempDir()
	file := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	pdf, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Clone(pdf)
	changed[len(changed)/2] ^= 1
	tampered, keyFile := file("tampered.pdf", changed), file("site.vkey", []byte(key+"\n"))
	faulty := file("faulty.yaml", []byte("protocol: x\nversion: one\n"))
	example := "../../protocol/examples/aso-intrathecal.yaml"
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	longer := file("longer.yaml", bytes.Replace(text, []byte("at least 30 min"), []byte("at least 45 min"), 1))
	commented := file("commented.yaml", append(bytes.Clone(text), "# A comment.\n"...))

	untidy := file("untidy.yaml", []byte("version: '1'\nprotocol: x # cut\n"))
	draft, tidy := file("draft.yaml", []byte("version: '1'\nprotocol: x\n")), file("tidy.yaml", []byte("protocol: x\n"))

	for _, one := range []struct {
		name string
		args []string
		exit int
		says string
	}{
		{"a record under its site's key", []string{"verify", "--site-key", key, record}, 0, "VERIFIED"},
		{"the key in a file", []string{"verify", "--site-key", keyFile, record}, 0, "VERIFIED"},
		{"no key", []string{"verify", record}, 3, "its key was not given"},
		{"another site's key", []string{"verify", "--site-key", strings.Replace(key, "example-hospital", "other-hospital", 1), record}, 1, "REFUSED"},
		{"a record of an earlier program", []string{"verify", "--site-key", key, older}, 3, "another edition of the rules"},
		{"one changed byte", []string{"verify", "--site-key", key, tampered}, 1, "REFUSED"},
		{"no PDF at all", []string{"verify", faulty}, 1, "REFUSED"},
		{"a file that is not there", []string{"verify", "nothing.pdf"}, 2, "nothing.pdf"},
		{"no file named", []string{"verify"}, 2, "accepts 1 arg"},
		{"a key file that is not there", []string{"verify", "--site-key", "no-such-file", record}, 2, "read the site's key"},
		{"a sound protocol", []string{"check", example}, 0, "no fault found"},
		{"a faulty protocol", []string{"check", example, faulty}, 1, "faulty.yaml:2"},
		{"a protocol that is not there", []string{"check", "nothing.yaml"}, 2, "nothing.yaml"},
		{"a protocol and itself", []string{"diff", example, example}, 0, "Nothing changed."},
		{"a changed protocol, in words", []string{"diff", example, longer}, 1, "The step warm now waits at least 45 min instead of 30 min."},
		{"a changed protocol, by its lines", []string{"diff", example, longer}, 1, "+        wait: at least 45 min"},
		{"a changed protocol of the same version", []string{"diff", example, longer}, 1, "A changed text needs a new version."},
		{"another comment", []string{"diff", example, commented}, 1, "Only comments or layout changed."},
		{"a change to a faulty protocol", []string{"diff", example, faulty}, 2, "faulty.yaml:2"},
		{"a change from a faulty protocol", []string{"diff", faulty, example}, 2, "faulty.yaml:2"},
		{"a change to a protocol that is not there", []string{"diff", example, "nothing.yaml"}, 2, "nothing.yaml"},
		{"a change of one file only", []string{"diff", example}, 2, "accepts 2 arg"},
		{"a run with what keeps every limit", []string{"simulate", example}, 0, "The batch ends: certified and given"},
		{"a run that is told too much", []string{"simulate", "--answers", file("answers.yaml", []byte("answers: {draw up.drawn: \"5.9\"}\n")), example}, 1, "is not within 2 % of"},
		{"an answer to nothing", []string{"simulate", "--answers", file("nothing.yaml", []byte("answers: {draw up.weight: \"5.9\"}\n")), example}, 2, "asks for no such value"},
		{"an exploration", []string{"simulate", "--explore", "--picture", filepath.Join(dir, "ways.svg"), "../../protocol/examples/redcell-tc99m.yaml"}, 0, "22 of 22 places reached"},
		{"an example's layout", []string{"fmt", "--check", example}, 0, ""},
		{"a draft's layout", []string{"fmt", "--check", tidy, draft}, 1, "draft.yaml\n"},
		{"a draft that only fmt has not laid out", []string{"fmt", tidy, draft}, 0, ""},
		{"a draft that fmt has laid out", []string{"fmt", "--check", tidy, draft}, 0, ""},
		{"a text that cannot be laid out", []string{"fmt", untidy}, 1, "the value ends before #"},
		{"a draft that is not there", []string{"fmt", "nothing.yaml"}, 2, "nothing.yaml"},
		{"no draft named", []string{"fmt"}, 2, "requires at least 1 arg"},
		{"standard input beside a file", []string{"fmt", "-", tidy}, 2, "stands alone"},
		{"a text as a PDF", []string{"print", example, "-o", filepath.Join(dir, "print.pdf")}, 0, "aso-intrathecal v1"},
		{"a faulty text as a PDF", []string{"print", faulty, "-o", filepath.Join(dir, "faulty.pdf")}, 2, "faulty.yaml:2"},
		{"a text as a PDF without a place for it", []string{"print", example}, 2, "required flag"},
		{"a print without signatures", []string{"verify", filepath.Join(dir, "print.pdf")}, 1, "without signatures"},
		{"a printed protocol", []string{"verify", "--site-key", key, "../../reports/testdata/kept/protocol/edition-5-layout-2.pdf"}, 0, "Protocol dose v3"},
		{"a protocol that an earlier program printed", []string{"verify", "--site-key", key, "../../reports/testdata/kept/protocol/layout-1.pdf"}, 3, "they have layout 1"},
		{"the schema for an editor", []string{"schema"}, 0, "https://json-schema.org/draft/2020-12/schema"},
		{"an unknown command", []string{"certify"}, 2, "unknown command"},
	} {
		t.Run(one.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			if code := run(t.Context(), one.args, &out, &errs); code != one.exit {
				t.Errorf("exit %d, not %d", code, one.exit)
			}
			if said := out.String() + errs.String(); !strings.Contains(said, one.says) {
				t.Errorf("it does not say %q:\n%s", one.says, said)
			}
		})
	}
}

// What is piped in comes out laid out, and nothing else does; a file is
// rewritten only when it changes, and stays who may read it.
func TestFmtWritesWhereItShould(t *testing.T) {
	var out, errs bytes.Buffer
	piped := func(text string, args ...string) error {
		out.Reset()
		errs.Reset()
		c := fmtCommand(&out, &errs)
		c.SetIn(strings.NewReader(text))
		c.SetArgs(args)
		c.SilenceUsage, c.SilenceErrors = true, true
		return c.Execute()
	}
	if err := piped("version: '1'\nprotocol: x\n", "-"); err != nil || out.String() != "protocol: x\nversion: 1\n" {
		t.Errorf("%v, %q", err, out.String())
	}
	if err := piped("version: '1'\nprotocol: x\n", "--check", "-"); err == nil || out.String() != "-\n" {
		t.Errorf("%v, %q", err, out.String())
	}
	if err := piped("a: [b\n", "-"); err == nil || out.Len() > 0 || errs.Len() == 0 {
		t.Errorf("%v, %q, %q", err, out.String(), errs.String())
	}

	dir := t.TempDir()
	path, link := filepath.Join(dir, "x.yaml"), filepath.Join(dir, "link.yaml")
	if err := errors.Join(os.WriteFile(path, []byte("version: '1'\nprotocol: x\n"), 0o640), os.Symlink(path, link)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		before, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		tidy := before.Size() == int64(len("protocol: x\nversion: 1\n"))
		if err := piped("", link); err != nil {
			t.Fatal(err)
		}
		after, err := os.Stat(path)
		if err != nil || after.Mode() != before.Mode() || os.SameFile(before, after) != tidy {
			t.Errorf("%v, %v, rewritten: %t", err, after.Mode(), !os.SameFile(before, after))
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("%v lie there, %v", entries, err)
	}
}
