package api

import (
	"encoding/json"
	"os"
	"testing"

	"countersign/batch/batchtest"
	"countersign/protocol"
	"pgregory.net/rapid"
)

// TestTheAPIShowsASignatureOverAChangedValueAsInvalidated: in each of a thousand
// random histories (SIG-04).
func TestTheAPIShowsASignatureOverAChangedValueAsInvalidated(t *testing.T) {
	text, err := os.ReadFile("../../batch/testdata/protocols/short.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, problems := protocol.Parse("short.yaml", text)
	if len(problems) > 0 {
		t.Fatal(problems.Error())
	}
	histories, overtaken := 0, 0
	for histories < 1000 {
		rapid.Check(t, func(rt *rapid.T) {
			h := batchtest.New(t, p)
			h.Live(rt, 60)
			raw, err := json.Marshal(viewOf(h.State, h.Now))
			if err != nil {
				rt.Fatal(err)
			}
			var view any
			if err := json.Unmarshal(raw, &view); err != nil {
				rt.Fatal(err)
			}
			shown := map[int64]bool{}
			signaturesIn(view, shown)
			for _, one := range batchtest.Signatures(h.State) {
				if !h.Watch.Overtaken(one.Version) {
					continue
				}
				overtaken++
				if gone, ok := shown[one.Version]; !ok || !gone {
					rt.Fatalf("signature %d under %s: shown %v, as invalidated %v\n%s", one.Version, one.Under, ok, gone, h)
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

// signaturesIn finds every signed act in an answer, and whether each place that
// shows it names the entry that took it away.
func signaturesIn(view any, shown map[int64]bool) {
	switch view := view.(type) {
	case []any:
		for _, one := range view {
			signaturesIn(one, shown)
		}
	case map[string]any:
		if version, ok := view["version"].(float64); ok && view["meaning"] != nil {
			_, gone := view["invalidated_by"]
			before, met := shown[int64(version)]
			shown[int64(version)] = gone && (before || !met)
		}
		for _, one := range view {
			signaturesIn(one, shown)
		}
	}
}
