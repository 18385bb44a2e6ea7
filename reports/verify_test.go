package reports

import (
	"bytes"
	"os"
	"testing"
	"time"

	"countersign/batch"
	"countersign/register"
)

func certified(t testing.TB, kind string) *world {
	w := newWorld(t, kind, testdata(t, "dose.yaml"))
	w.tell()
	w.must(fay, time.Minute, batch.Review{Statement: "I have reviewed every entry."})
	w.settle()
	w.must(chi, time.Minute, batch.Certify{Statement: "I certify this batch.", Place: "Control site, room 2"})
	return w
}

func TestARecordOfACertifiedBatchVerifies(t *testing.T) {
	w := certified(t, register.Live)
	pdf := w.record()
	if path := os.Getenv("RECORD_OUT"); path != "" {
		if err := os.WriteFile(path, pdf, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	v, err := Verify(pdf, w.siteKey().Verifier())
	if err != nil || v.Exit() != 0 {
		var b bytes.Buffer
		_, _ = v.WriteTo(&b)
		t.Fatalf("%v\n%s", err, &b)
	}
}
