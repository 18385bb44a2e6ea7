package reports

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/batch"
	"countersign/register"
)

// Records that earlier programs made are kept here, and none is ever refused:
// what this program cannot decide or lay out again it names (PDF-06). The last
// one is this program's own, so that nobody changes the rules or the layout
// without saying so: count batch.Edition or layout up, and keep a new record
// with UPDATE=1.
func TestRecordsOfEarlierProgramsStillVerify(t *testing.T) {
	w := certified(t, register.Live)
	own := fmt.Sprintf("testdata/kept/edition-%d-layout-%d.pdf", batch.Edition, layout)
	made := w.record()
	kept, err := os.ReadFile(own)
	if os.IsNotExist(err) && os.Getenv("UPDATE") != "" {
		err, kept = os.WriteFile(own, made, 0o644), made
	}
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(kept, made) {
		t.Errorf("the same history makes another record than %s", own)
	}
	files, err := filepath.Glob("testdata/kept/*.pdf")
	if err != nil || len(files) < 2 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range files {
		pdf, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		v, err := Verify(pdf, w.siteKey().Verifier())
		if err != nil {
			t.Errorf("%s: %v", file, err)
		}
		want := 3
		if file == own {
			want = 0
		}
		if v.Exit() != want {
			t.Errorf("%s: exit %d\n%s", file, v.Exit(), said(v))
		}
		if want == 3 && !strings.Contains(said(v), "another edition of the rules") {
			t.Errorf("%s: it does not say what could not be decided\n%s", file, said(v))
		}
	}
}
