package batch

import (
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"countersign/protocol"
	"countersign/register"
	"countersign/register/label"
)

// maxCode bounds one scan, in bytes.
const maxCode = 512

// scan matches one code. A wrong one is written all the same, as an exception:
// a wrong lot is a close call, which holds nothing up unless the protocol says
// stop; another patient's wristband, material or label is a hard stop whatever
// it says, and the control site decides (COI-03).
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
	if d.f.Unmarked {
		return nil, refuse("not_scanned", "This came without the mark that every scanner here puts in front of a code, so it was typed, or the scanner is set up otherwise. Scan again; if the code cannot be scanned, use “I cannot scan it”.")
	}
	sent, refusal := d.received(c.Raw, code)
	if refusal != nil {
		return nil, refusal
	}
	if refusal := d.startable(st); refusal != nil {
		return nil, refusal
	}
	lot, why := d.s.match(c.Field, code, d)
	if why == "" && c.Field == labelField {
		why = d.s.wrongKind(st, code)
	}
	if why != "" {
		whose := d.whose(c.Field, code, st.Step.Scans[place].Stop, why)
		ev := ScanRefused{
			By: d.by, Step: c.Step, Field: c.Field, Raw: code, Sent: sent, Why: whose.why, Known: whose.known, Others: whose.others, Personal: whose.personal,
			Near: d.near(c.Field),
		}
		if d.s.holds(code, d.now) {
			fit := d.f.Registered[d.s.codeOf(code, d.now)]
			ev.Holder, ev.UsedBy = fit.Holder, fit.UsedBy
		}
		d.wrongScan(st.Step.Scans[place], ev)
		return ev, nil
	}
	if refusal := d.takenOut(st, c.Field); refusal != nil {
		return nil, refusal
	}
	if refusal := d.reaches(d.scanPoints(st, c.Field)...); refusal != nil {
		return nil, refusal
	}
	return ScanAccepted{By: d.by, Step: c.Step, Field: c.Field, Raw: code, Sent: sent, Lot: lot, Near: d.near(c.Field)}, nil
}

// scanPoints are the points that a matching scan reaches.
func (d *decision) scanPoints(st *StepState, field string) []protocol.Point {
	points := []protocol.Point{{Step: field, At: "scanned"}}
	if !st.Step.Timed && st.Started.IsZero() {
		points = append(points, protocol.Point{Step: st.Step.Name, At: "started"})
	}
	for _, scan := range st.Step.Scans {
		if scan.Field != field && st.Asks(scan) {
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
		switch {
		case s.wears(code, d):
			return "", ""
		case s.holds(code, d.now):
			return "", "this is " + s.itsOwn(field, code, d) + ", and the step asks for the patient's wristband"
		}
		if _, ok := label.Names(code, s.ID); ok {
			return "", "this is the label of this batch, and the step asks for the patient's wristband"
		}
		return "", "this is not the wristband of this batch's patient"
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

// wrongScan raises what a scan that did not match comes to. What of this batch
// was scanned in the place of the wristband mixes nobody up, and never stops.
func (d *decision) wrongScan(scan protocol.Scan, ev ScanRefused) {
	ex := ExceptionRaised{
		Class: "wrong scan", Severity: "minor", Blocks: BlocksNothing, Step: ev.Step, Field: scan.Field,
		Cause: "scan:" + strconv.FormatInt(d.s.Version+1, 10), CausedBy: d.f.Person.ID,
		Text: "A scan for " + scan.Field + " in step " + ev.Step + " was refused: " + sentence(ev.Why),
	}
	if !ev.Others && d.overdueStatus(scan.Field, ev.Raw, ev.Why) {
		ex.Class = "overdue status"
	}
	switch {
	case ev.Others:
		ex.Class, ex.Severity, ex.Blocks = identityClass, "critical", BlocksBatch
	case scan.Stop && (scan.Field != patientField || ev.Known == ""):
		ex.Severity, ex.Blocks = "critical", BlocksBatch
	}
	d.add = append(d.add, ex)
}
