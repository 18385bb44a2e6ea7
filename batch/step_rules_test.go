package batch

import (
	"strings"
	"testing"
	"time"

	"countersign/protocol"
)

// TestAStepsWordOnExceptionsGoesBeforeTheProtocols: the same class is as grave as
// the step says in that step, as the protocol says in every other, and decided by
// those whom each names.
func TestAStepsWordOnExceptionsGoesBeforeTheProtocols(t *testing.T) {
	text := readText(t, "short") + "\nexceptions:\n  alarm: {severity: critical, approved by: [quality lead, control site quality lead]}\n  wrong scan: {severity: major}\n"
	text = strings.Replace(text, "        do: Clear the cabinet and scan it.\n", "        do: Clear the cabinet and scan it.\n        exceptions:\n          alarm: {severity: major, blocks: every further step}\n          wrong scan: {severity: critical, blocks: release, deviation: yes}\n", 1)
	p, problems := protocol.Parse("stepwise.yaml", []byte(text))
	if len(problems) > 0 {
		t.Fatalf("%s", problems)
	}
	w := newWorldOf(t, p)
	at := day().Add(9 * time.Hour)
	w.must("Quinn", w.open, at)
	w.must("Asha", Scan{"clearance", "cabinet", "CODE-vial"}, at)
	w.must("Asha", Raise{Step: "clearance", Text: "It rang.", Class: "alarm"}, at)
	w.must("Quinn", Resolve{2, true, "A test of the bell."}, at)
	w.must("Asha", Scan{"clearance", "cabinet", "CODE-cabinet"}, at)
	w.must("Asha", Perform{"clearance"}, at)
	w.must("Asha", Raise{Step: "match", Text: "It rang again.", Class: "alarm"}, at)
	for i, want := range []Exception{
		{Class: "wrong scan", Severity: "critical", Blocks: BlocksRelease, ApprovedBy: []string{"quality lead"}, Deviation: true},
		{Class: "alarm", Severity: "major", Blocks: BlocksBatch, ApprovedBy: []string{"quality lead"}},
		{Class: "alarm", Severity: "critical", Blocks: BlocksRelease, ApprovedBy: []string{"quality lead", "control site quality lead"}},
	} {
		got := w.state.Exceptions[i]
		if got.Class != want.Class || got.Severity != want.Severity || got.Blocks != want.Blocks || strings.Join(got.ApprovedBy, ", ") != strings.Join(want.ApprovedBy, ", ") || got.Deviation != want.Deviation {
			t.Errorf("exception %d is %s, %s, blocks %s, decided by %v, deviation %t", i+1, got.Class, got.Severity, got.Blocks, got.ApprovedBy, got.Deviation)
		}
	}
	w.holds()
}
