package batch

import (
	"slices"
	"strings"
	"time"

	"countersign/protocol"
	"countersign/register/label"
)

// prelabels prints pre-labels before manufacture starts, where a step of it asks
// for the label (LAB-04).
func (m *simulation) prelabels() bool {
	asked := slices.ContainsFunc(m.run.State.Steps, func(st StepState) bool {
		return !st.Section.AfterRelease && slices.ContainsFunc(st.Step.Scans, func(scan protocol.Scan) bool { return scan.Field == labelField })
	})
	if m.p.Label.Pos.Line == 0 || !asked {
		return true
	}
	return m.must("technician", PrintLabel{Label: label.PreLabel, Copies: 1, Drawn: simulatedDrawing()}) && m.must("technician", ApplyLabel{Raw: m.labelCode()})
}

func simulatedDrawing() Drawn {
	return Drawn{Image: strings.Repeat("00", 32), Width: 1, Height: 1}
}

// labels prints what a step needs before it begins, and puts it on: the final
// label once its gate is open, a pre-label where a step of manufacture asks for
// one. A simulation always takes the full label (LAB-01).
func (m *simulation) labels(st *StepState) bool {
	s := m.run.State
	scans := slices.ContainsFunc(st.Step.Scans, func(scan protocol.Scan) bool { return scan.Field == labelField })
	if m.p.Label.Pos.Line == 0 || !scans && !s.needsLabel(st) {
		return true
	}
	kind := label.Final
	if s.LabelWaits() != "" {
		kind = label.PreLabel
	}
	if slices.ContainsFunc(s.LabelCopies, func(c LabelCopy) bool { return c.Kind == kind }) {
		return true
	}
	expiry := ""
	if kind == label.Final && m.p.Label.ShelfLife == 0 {
		expiry = m.now.Add(24 * time.Hour).Format(time.RFC3339)
	}
	return m.must("technician", PrintLabel{Label: kind, Copies: 1, Expiry: expiry, Reason: "Simulated: nothing asked for it before.", Drawn: simulatedDrawing()}) &&
		m.must("technician", ApplyLabel{Raw: m.labelCode()}) && m.spoil()
}

// spoil destroys pre-labels once the final label is there.
func (m *simulation) spoil() bool {
	for _, c := range m.run.State.LabelCopies {
		if c.Kind == label.PreLabel && c.Ended == nil && m.run.State.printedFinal() &&
			!m.must("technician", DestroyLabel{Copy: c.Number, Reason: "Simulated: the final label takes its place."}) {
			return false
		}
	}
	return true
}

// labelCode is what the newest label says, or the batch's number where none was
// printed.
func (m *simulation) labelCode() string {
	all := m.run.State.Labellings
	if len(all) == 0 {
		return "SIMULATED-1"
	}
	return all[len(all)-1].Labels[0].Code.Text
}
