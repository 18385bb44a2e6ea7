package web

import (
	"net/http"
	"strings"
	"testing"

	"countersign/batch"
)

// The trail of a batch, and of a lot, tells everything that was done in words.
func TestTheTrailTellsWhatWasRecorded(t *testing.T) {
	w := newWorld(t).staffed()
	w.signed("b.okoro", "", id, w.opening(id))
	w.done("a.lee", id, batch.Scan{Step: "clearance", Field: "cabinet", Raw: "CAB-1"})
	w.done("a.lee", id, batch.Record{Step: "clearance", Field: "clear", Text: "yes"})
	b := w.browser().signIn("q.meyer")
	for path, words := range map[string][]string{
		"/batches/" + id + "/trail": {"opened batch " + id, "scanned cabinet, matched", "recorded clear = yes"},
		"/stock/L-0001/trail":       {"Takes in 20 pieces of vial, lot A0042", "Releases the lot by C-VIAL-0042"},
	} {
		page := b.get(path)
		for _, said := range words {
			if page.status != http.StatusOK || !strings.Contains(page.text, said) {
				t.Errorf("%s (%d) does not say %q", path, page.status, said)
			}
		}
	}
}
