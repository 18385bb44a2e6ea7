package batch

import (
	"countersign/register"
	"countersign/register/label"
)

// labelMark is what a label of this site says of itself where the site
// practises (MBR-07). Labels that a program printed before there was a mark
// stay as they are: what stands in the entry tells.
func (d *decision) labelMark() string {
	if d.f.unmarked {
		return ""
	}
	return label.MarkOf(register.Practises(d.f.Origin))
}

// unmarked says that a printing carries no mark.
func (e LabelPrinted) unmarked() bool {
	lines := make([]label.Line, len(e.Lines))
	for i, l := range e.Lines {
		lines[i] = label.Line{Text: l.Text, Weight: l.Weight}
	}
	return !label.Marked(lines)
}
