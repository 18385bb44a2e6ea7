package reports

import (
	"fmt"
	"strings"

	"countersign/batch"
)

// interruptions list what held the batch up and how each shift gave it to the
// next (EXE-16, SIG-01). A record with neither says nothing of them.
func (r *record) interruptions() {
	s := r.State
	if len(s.AllHolds)+len(s.Shifts) == 0 {
		return
	}
	r.part("Holds and hand-overs between shifts")
	t := newTable(column{"Hold", 16}, column{"Why", 28}, column{"Put on", 24}, column{"Lifted", 32})
	for _, hold := range s.AllHolds {
		lifted := strong(signOpen + " STANDS")
		if hold.Lifted != nil {
			lifted = append(say(hold.Why), r.signatureLines(*hold.Lifted)...)
		}
		t.add(cell{{boldStyle, fmt.Sprint(hold.Number)}, {plainStyle, string(hold.Kind)}}, say(hold.Reason), r.whoWhen(hold.Act), lifted)
	}
	r.grid(t)
	t = newTable(column{"Handed over", 26}, column{"What was open, and words for the next shift", 48}, column{"Taken over", 26})
	for _, shift := range s.Shifts {
		var open cell
		for _, line := range shift.Open {
			open = append(open, text{smallStyle, line})
		}
		if shift.Words != "" {
			open = append(open, text{plainStyle, shift.Words})
		}
		taken := strong(signOpen + " not taken over")
		if shift.Taken != nil {
			taken = r.signatureLines(*shift.Taken)
			if shift.Said != "" {
				taken = append(taken, text{plainStyle, "remark: " + shift.Said})
			}
		}
		t.add(r.signatureLines(shift.Act), open, taken)
	}
	r.grid(t)
}

// interruptionWords say in one sentence what an entry about a hold or a
// hand-over did; "" for any other.
func interruptionWords(ev batch.Event) string {
	switch e := ev.(type) {
	case batch.HoldPut:
		return fmt.Sprintf("put the batch on hold (%d, %s), because: %s", e.Number, e.Type, e.Reason)
	case batch.HoldLifted:
		return fmt.Sprintf("lifted hold %d, because: %s", e.Hold, e.Reason)
	case batch.ShiftHandedOver:
		return strings.TrimSpace("handed the batch over; open: " + strings.Join(e.Open, " ") + " " + e.Words)
	case batch.ShiftTakenOver:
		return strings.TrimSpace("took the batch over " + e.Words)
	}
	return ""
}
