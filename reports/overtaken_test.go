package reports

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/batch"
	"countersign/batch/batchtest"
	"countersign/identity"
	"countersign/register"
	"pgregory.net/rapid"
)

// TestTheRecordShowsASignatureOverAChangedValueAsUnsigned lays out and verifies
// whole records of random histories, a sample of those that state, pages and API
// answer for (SIG-04, PDF-02, PDF-06).
func TestTheRecordShowsASignatureOverAChangedValueAsUnsigned(t *testing.T) {
	records, overtaken := 0, 0
	for seed := range 12 {
		w := newWorld(t, register.Live, testdata(t, "dose.yaml"))
		w.open()
		var watch batchtest.Watch
		drawn := rapid.Custom(func(rt *rapid.T) int {
			for range 45 {
				part, c := batchtest.Next(rt, w.state)
				if scan, ok := c.(batch.Scan); ok && scan.Field == "vial" {
					scan.Raw = vialCode
					c = scan
				}
				w.do(map[batchtest.Part]identity.PersonID{
					batchtest.Performer: anna, batchtest.Checker: ben, batchtest.Reviewer: fay, batchtest.Lead: chi, batchtest.AnotherLead: chi,
				}[part], time.Minute, c)
				watch.See(w.state)
			}
			return 0
		})
		drawn.Example(seed)
		pdf := w.record()
		v, err := Verify(pdf, w.siteKey().Verifier())
		if err != nil || v.Exit() != 0 {
			t.Fatalf("seed %d: %v\n%s", seed, err, said(v))
		}
		records++
		text := strings.Join(strings.Fields(run(t, "pdftotext", "-raw", store(t, pdf), "-")), "")
		for _, one := range batchtest.Signatures(w.state) {
			if !watch.Overtaken(one.Version) {
				continue
			}
			overtaken++
			if one.Invalidated == 0 || !strings.Contains(text, fmt.Sprintf("invalidatedbyentry%dofthebatch", one.Invalidated)) {
				t.Errorf("seed %d: the record does not say that signature %d under %s was taken away by entry %d", seed, one.Version, one.Under, one.Invalidated)
			}
		}
	}
	t.Logf("%d records, %d signatures overtaken", records, overtaken)
	if overtaken < 50 {
		t.Error("the histories show little")
	}
}
