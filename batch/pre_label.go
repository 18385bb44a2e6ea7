package batch

import "countersign/protocol"

// printLate prints pre-labels that should have been on their containers when
// manufacture started: with a reason, and as an exception, which holds nothing up
// (LAB-04). A container without any name would be worse.
func (d *decision) printLate(c PrintLabel) (Event, *Refusal) {
	if _, _, refusal := d.labels(c.Label, c.Expiry, c.Copies); refusal != nil {
		return nil, refusal // whatever the reason
	}
	reason, refusal := worded(c.Reason, "why the pre-label was not printed before manufacture started")
	if refusal != nil {
		return nil, refusal
	}
	ev, refusal := d.printing(c.Label, c.Expiry, c.Copies, c.Drawn, 0, reason)
	if refusal != nil {
		return nil, refusal
	}
	d.add = append(d.add, ExceptionRaised{
		Class: "pre-label printed late", Severity: "minor", Blocks: BlocksNothing, CausedBy: d.f.Person.ID,
		Cause: "pre-label", Text: LabelWords(ev),
	})
	return ev, nil
}

// Manufacturing says that manufacture has started: a step was begun, scanned in,
// recorded in or signed. A step that scans equipment and nothing else clears the
// line for it, and comes before (LAB-04, EXE-03).
func (s *State) Manufacturing() bool {
	for i := range s.Steps {
		st := &s.Steps[i]
		touched := st.Begun != nil || len(st.Scans) > 0 || len(st.Values) > 0 || len(st.Performed) > 0
		if touched && !s.clears(st.Step) {
			return true
		}
	}
	return false
}

// clears says that a step scans equipment and takes nothing else in hand.
func (s *State) clears(step *protocol.Step) bool {
	for _, scan := range step.Scans {
		if item := s.Protocol.Item(scan.Field); item == nil || !item.Equipment {
			return false
		}
	}
	for i := range s.Protocol.Items {
		if item := &s.Protocol.Items[i]; !item.Equipment && uses(step, item.Name) {
			return false
		}
	}
	return len(step.Scans) > 0
}
