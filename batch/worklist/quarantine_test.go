package worklist

import (
	"testing"

	"countersign/batch"
	"countersign/protocol"
	"countersign/register"
)

// MAT-02: a lot's line names the batches in work that lean on it, each once, and
// tells what was used from what was only set out.
func TestALotsLineTellsWhatWasUsedFromWhatWasSetOut(t *testing.T) {
	of := func(id string, status batch.Status, performed bool, codes ...string) *batch.State {
		s := &batch.State{ID: id, Status: status}
		for _, lot := range codes {
			s.Items = append(s.Items, batch.Item{Name: "vial", Register: "lot/" + lot})
		}
		step := batch.StepState{Step: &protocol.Step{Name: "mix", Scans: []protocol.Scan{{Field: "vial"}}}}
		if performed {
			step.Performed = []batch.Act{{}}
		}
		s.Steps = []batch.StepState{step}
		return s
	}
	site := Site{Books: register.NewBooks(), Batches: []*batch.State{
		of("B-1", batch.InProgress, true, "L-1", "L-1"), of("B-2", batch.Certified, true, "L-1"), of("B-3", batch.InProgress, false, "L-1"),
		of("B-4", batch.Given, true, "L-1"), of("B-5", batch.Rejected, true, "L-1"), of("B-6", batch.Aborted, false, "L-1"), of("B-7", batch.InProgress, true, "L-2"),
	}}
	if got := usedIn(site, &register.Lot{ID: "L-1"}).words("it"); got != " Batches B-1, B-2 have used it. Batch B-3 has set it out." {
		t.Errorf("it says %q", got)
	}
	if got := usedIn(site, &register.Lot{ID: "L-3"}).words("it"); got != "" {
		t.Errorf("nobody leans on it, and it says %q", got)
	}
}
