package batch_test

import (
	"os"
	"strings"
	"testing"

	"countersign/batch/batchtest"
	"countersign/protocol"
	"pgregory.net/rapid"
)

// TestALaterChangeToAValueTakesAwayEverySignatureOverIt goes through a thousand
// random histories: a signature stands exactly as long as nothing that it covers
// was changed, where steps are concerned; and no signature at all, of whatever
// kind, outlives a change of what it covers (SIG-04, AUD-02).
func TestALaterChangeToAValueTakesAwayEverySignatureOverIt(t *testing.T) {
	text, err := os.ReadFile("testdata/protocols/short.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, problems := protocol.Parse("short.yaml", text)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	histories, overtaken, kinds := 0, 0, map[string]int{}
	for histories < 1000 {
		rapid.Check(t, func(rt *rapid.T) {
			h := batchtest.New(t, p)
			h.Live(rt, 90)
			for _, one := range batchtest.Signatures(h.State) {
				if !h.Watch.Overtaken(one.Version) {
					if strings.HasPrefix(one.Under, "step ") && one.Invalidated != 0 {
						rt.Fatalf("signature %d under %s was taken away, and nothing changed under it:\n%s", one.Version, one.Under, h)
					}
					continue
				}
				overtaken++
				kinds[one.Under]++
				if one.Invalidated == 0 || one.Why == "" {
					rt.Fatalf("signature %d under %s stands over a value that was changed:\n%s", one.Version, one.Under, h)
				}
			}
			histories++
		})
	}
	t.Logf("%d histories, %d signatures overtaken: %v", histories, overtaken, kinds)
	for _, kind := range []string{"step draw up", "step rest", "exception", "correction", "production review"} {
		if kinds[kind] < 10 {
			t.Errorf("only %d signatures under %s were overtaken: the histories show little", kinds[kind], kind)
		}
	}
}
