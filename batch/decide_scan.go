package batch

import (
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"countersign/protocol"
	"countersign/register"
)

// maxCode bounds one scan, in bytes.
const maxCode = 512

// scan matches one code. A wrong one is written all the same, as an exception:
// a close call, which holds nothing up; where the protocol says stop, nothing
// goes on until a quality lead has decided (COI-03).
func (d *decision) scan(c Scan) (Event, *Refusal) {
	st, refusal := d.workable(c.Step)
	if refusal != nil {
		return nil, refusal
	}
	place := slices.IndexFunc(st.Step.Scans, func(scan protocol.Scan) bool { return scan.Field == c.Field })
	if place < 0 {
		return nil, refuse("unknown_field", "Step %s asks for no such scan.", c.Step)
	}
	if st.Matched(c.Field) != nil {
		return nil, refuse("already_scanned", "The %s was scanned and matched already.", c.Field)
	}
	code := scanned(c.Raw)
	if code == "" && !d.s.Masked || len(code) > maxCode || !utf8.ValidString(code) {
		return nil, refuse("bad_value", "The scanner sent nothing that can be read. Scan again.")
	}
	if refusal := d.startable(st); refusal != nil {
		return nil, refusal
	}
	lot, why := d.s.match(c.Field, code, d)
	if why != "" {
		d.wrongScan(st.Step.Scans[place], c.Step, why)
		fit := d.f.Registered[d.s.codeOf(code, d.now)]
		return ScanRefused{By: d.by, Step: c.Step, Field: c.Field, Raw: code, Why: why, Holder: fit.Holder, UsedBy: fit.UsedBy}, nil
	}
	if refusal := d.reaches(d.scanPoints(st, c.Field)...); refusal != nil {
		return nil, refusal
	}
	return ScanAccepted{By: d.by, Step: c.Step, Field: c.Field, Raw: code, Lot: lot}, nil
}

// scanPoints are the points that a matching scan reaches.
func (d *decision) scanPoints(st *StepState, field string) []protocol.Point {
	points := []protocol.Point{{Step: field, At: "scanned"}}
	if !st.Step.Timed && st.Started.IsZero() {
		points = append(points, protocol.Point{Step: st.Step.Name, At: "started"})
	}
	for _, scan := range st.Step.Scans {
		if scan.Field != field && st.Matched(scan.Field) == nil {
			return points
		}
	}
	return append(points, protocol.Point{Step: st.Step.Name, At: "scanned"})
}

// match compares a code with what it should be: the wristband of the order's
// patient, the label of this batch, or an item that was set out and meets its
// conditions at this moment (COI-03). It gives the item's lot, or why not.
func (s *State) match(field, code string, d *decision) (lot, why string) {
	switch field {
	case patientField:
		if register.Key(code, d.now) != register.Key(scanned(s.Patient.Wristband), d.now) {
			return "", "this is not the wristband of this batch's patient"
		}
		return "", ""
	case labelField:
		_, why := s.labelCopy(code)
		return "", why
	}
	for _, item := range s.Items {
		if register.Key(item.Code, d.now) != register.Key(code, d.now) {
			continue
		}
		if item.Name != field {
			return "", "this is " + item.Name + ", and the step asks for " + field
		}
		if why := d.unfit(item); why != "" {
			return "", why
		}
		if fit, ok := d.f.Registered[item.Code]; ok && item.Register != "" {
			if why := s.taken(s.Protocol.Item(item.Name), fit); why != "" {
				return "", why
			}
		}
		return item.Lot, ""
	}
	return "", "this code is none that was set out for this batch"
}

// codeOf is a code as it stood on the item's label when it was set out.
func (s *State) codeOf(code string, now time.Time) string {
	for _, item := range s.Items {
		if item.Code == code || register.Key(item.Code, now) == register.Key(code, now) {
			return item.Code
		}
	}
	return code
}

// wrongScan raises what a scan that did not match comes to.
func (d *decision) wrongScan(scan protocol.Scan, step, why string) {
	ex := ExceptionRaised{
		Class: "wrong scan", Severity: "minor", Blocks: BlocksNothing, Step: step, Field: scan.Field,
		Cause: "scan:" + strconv.FormatInt(d.s.Version+1, 10), CausedBy: d.f.Person.ID,
		Text: "A scan for " + scan.Field + " in step " + step + " was refused: " + why + ".",
	}
	if scan.Stop {
		ex.Class, ex.Severity, ex.Blocks = "identity", "critical", BlocksBatch
	}
	d.add = append(d.add, ex)
}
