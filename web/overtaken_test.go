package web

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"countersign/batch"
	"countersign/batch/batchtest"
	"countersign/protocol"
	"pgregory.net/rapid"
)

// TestThePagesShowASignatureOverAChangedValueAsOneThatNoLongerCounts: in each of
// a thousand random histories, wherever a page shows such a signature (SIG-04).
func TestThePagesShowASignatureOverAChangedValueAsOneThatNoLongerCounts(t *testing.T) {
	text, err := os.ReadFile("../batch/testdata/protocols/short.yaml")
	must(t, err)
	p, problems := protocol.Parse("short.yaml", text)
	if len(problems) > 0 {
		t.Fatal(problems.Error())
	}
	found, err := loadAssets()
	must(t, err)
	parsed, err := parsePages(found)
	must(t, err)
	histories, overtaken := 0, 0
	for histories < 1000 {
		rapid.Check(t, func(rt *rapid.T) {
			h := batchtest.New(t, p)
			h.Live(rt, 60)
			shown, gone := signaturesShown(rt, parsed, h.State, h.Now)
			for _, one := range batchtest.Signatures(h.State) {
				if !h.Watch.Overtaken(one.Version) {
					continue
				}
				overtaken++
				if all, ok := shown[one.Index]; !ok || !all || !gone[one.Index] {
					rt.Fatalf("signature %d under %s: shown %v, everywhere as gone %v, in the page's text %v\n%s", one.Version, one.Under, ok, all, gone[one.Index], h)
				}
			}
			histories++
		})
	}
	t.Logf("%d histories, %d signatures overtaken", histories, overtaken)
	if overtaken < 1000 {
		t.Error("the histories show little")
	}
}

// signaturesShown says of each signature, by its place in the log, whether every
// page that shows it shows it as gone, and whether a page says so in its text.
func signaturesShown(t *rapid.T, parsed pages, s *batch.State, now time.Time) (shown, said map[int64]bool) {
	shown, said = map[int64]bool{}, map[int64]bool{}
	key := func() string { return "k" }
	draw := func(name string, view any, acts []signedBy) {
		var whole bytes.Buffer
		if err := parsed.execute(&whole, name, page{View: view}); err != nil {
			t.Fatal(err)
		}
		gone := 0
		for _, a := range acts {
			before, met := shown[a.Index]
			shown[a.Index] = a.Invalidated && (before || !met)
			if a.Invalidated {
				gone++
				said[a.Index] = true
			}
		}
		if count := strings.Count(whole.String(), "<strong>No longer counts:</strong>"); count < gone {
			t.Fatalf("the page %s says of %d signatures that they no longer count, and there are %d", name, count, gone)
		}
	}
	for i := range s.Steps {
		v, _ := stepOf(s, s.Steps[i].Step.Name, typed{}, now, time.UTC, key)
		acts := append(append([]signedBy{}, v.Performed...), v.Checked...)
		for _, in := range v.Inputs {
			for _, value := range in.Values {
				if value.Second != nil && len(in.Values) > 1 {
					acts = append(acts, *value.Second)
				}
			}
		}
		draw("step", v, append(acts, undoneIn(v.Exceptions)...))
	}
	overview := overviewOf(s, now, time.UTC, key)
	acts := append(append([]signedBy{}, overview.Reviews...), undoneIn(overview.Exceptions)...)
	for _, line := range overview.Steps {
		acts = append(append(acts, line.Performed...), line.Checked...)
	}
	draw("overview", overview, acts)
	review := reviewOf(s, nil, now, time.UTC)
	acts = append(append([]signedBy{}, review.Reviews...), undoneIn(review.Exceptions)...)
	for _, line := range review.Corrections {
		if line.Second != nil {
			acts = append(acts, *line.Second)
		}
	}
	draw("review", review, acts)
	return shown, said
}

func undoneIn(exceptions []exceptionView) []signedBy {
	var acts []signedBy
	for _, e := range exceptions {
		for _, undone := range e.Undone {
			acts = append(acts, undone.By)
		}
	}
	return acts
}
