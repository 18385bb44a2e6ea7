package reports

import (
	"fmt"
	"sort"
	"strings"

	"countersign/batch"
	"countersign/protocol"
)

// summary is page 1: what a reader must know who reads nothing else. Status,
// identity (section 17 A), order (B), criteria, exceptions first (G).
func (r *record) summary() {
	s, p := r.State, r.State.Protocol
	lines := cell{
		{style{face: bold, size: 1500}, "Batch record " + s.ID},
		{style{face: bold, size: 1150}, p.Title},
		{style{face: bold, size: 1000}, r.mark()},
		{smallStyle, "Issue number " + orDash(s.Issue) + ", an exact copy of the approved master " + p.ID()},
	}
	if r.State.Masked {
		lines = append(lines, text{smallStyle, "The patient's name, birth date, number and wristband, and what else reads the patient, are left out and stand as [masked]; everything else is whole."})
	}
	if words := r.warning(); words != "" {
		lines = append(lines, text{boldStyle, words})
	}
	r.frame(lines, 150)
	r.part("Summary")
	r.heading("Where the batch stands", 4000)
	r.pairs(r.counts())
	r.heading("Exceptions", 3000)
	r.exceptions()
	r.heading("Release criteria", 3000)
	r.criteria()
	r.heading("What the review covers", 3000)
	for _, sentence := range s.Coverage() {
		r.write(say("– " + sentence))
	}
	r.heading("Product and protocol", 4000)
	product := p.Product
	r.pairs([][2]string{
		{"Product", product.Name},
		{"Form, strength", product.Form + ", " + product.Strength},
		{"Code", orDash(product.Code)},
		{"Batch number", s.ID},
		{"Manufacture", orDash(product.Mode)},
		{"Supply status", orDash(product.Supply)},
		{"Advanced therapy", yes(product.ATMP)},
		{"For immediate use", yes(product.ImmediateUse)},
		{"Licence", orDash(first(product.Licence, r.Site.Licence))},
		{"Control site", orDash(first(product.ControlSite, r.Site.ControlSite))},
		{"Made at", r.Site.Name + ", " + r.Site.Unit},
		{"Address", orDash(r.Site.Address)},
		{"Site log", r.Site.Origin},
		{"Kind of site", r.Site.Kind},
		{"Protocol", p.ID()},
		{"Protocol status", orDash(p.Status)},
		{"Master file", orDash(product.MasterFile) + ", version " + orDash(product.MasterFileVersion)},
		{"Container, closure", orDash(product.Container)},
		{"Issue number", orDash(s.Issue)},
		{"Issued again", orDash(again(s))},
		{"Record issued by", who(s.Opened)},
		{"Record issued at", r.at(s.Opened.At)},
		{"Storage", orDash(product.Storage)},
		{"Batch size", orDash(product.BatchSize)},
		{"Licence of the site", orDash(r.Site.Licence)},
	})
	r.basis()
	r.madeBy()
	r.protocolLife()
	r.heading("Patient", 3000)
	r.pairs([][2]string{
		{"Name", r.personal(s.Patient.Name)},
		{"Born", r.personal(s.Patient.Born)},
		{"Number", r.personal(s.Patient.Number) + " (" + orDash(s.Patient.NumberType) + ")"},
		{"Wristband at order", r.personal(s.Patient.Wristband)},
	})
	r.order()
	r.siteValues()
}

// again says after which batches of the same order a record was issued again,
// and why (MBR-03).
func again(s *batch.State) string {
	if len(s.Reissues) == 0 {
		return ""
	}
	return "after " + strings.Join(s.Reissues, ", ") + ", because: " + s.Reissue
}

func first(list ...string) string {
	for _, s := range list {
		if strings.TrimSpace(s) != "" {
			return s
		}
	}
	return ""
}

// counts says in figures where the batch stands.
func (r *record) counts() [][2]string {
	s := r.State
	signed, skipped, critical, checked, values, corrections, signatures := 0, 0, 0, 0, 0, 0, 0
	for i := range s.Steps {
		st := &s.Steps[i]
		if st.Skipped {
			skipped++
			continue
		}
		if st.Signed() {
			signed++
		}
		if st.Step.Critical {
			critical++
			if st.CheckedNow() != nil {
				checked++
			}
		}
		for _, entries := range st.Values {
			values += len(entries)
			for _, e := range entries {
				if e.Reason != "" {
					corrections++
				}
			}
		}
	}
	invalid := len(r.takenAway())
	for _, e := range r.Trail {
		signatures += len(e.Signatures)
	}
	open := len(s.OpenExceptions())
	disposition := "none yet"
	if d := s.Disposition; d != nil {
		disposition = string(d.Status) + " by " + who(d.Act) + ", " + r.at(d.At)
	}
	review := "not reviewed"
	if n := len(s.Reviews); n > 0 {
		if last := s.Reviews[n-1]; last.Invalidated == 0 {
			review = "reviewed by " + who(last) + ", " + r.at(last.At)
		} else {
			review = fmt.Sprintf("UNSIGNED – invalidated by entry %d of the batch", last.Invalidated)
		}
	}
	p := s.Protocol
	typed, codes := s.Typed()
	return [][2]string{
		{"Product", p.Product.Name + ", " + p.Product.Strength},
		{"Patient", r.personal(s.Patient.Name) + ", " + r.personal(s.Patient.Number)},
		{"Made at", r.Site.Name + ", " + r.Site.Unit},
		{"Protocol", p.ID() + ", " + p.Title},
		{"Status", string(s.Status)},
		{"Disposition", disposition},
		{"Production review", review},
		{"Entries in the log", fmt.Sprintf("%d, from %d to %d", len(r.Trail), r.Trail[0].Index, r.last().Index)},
		{"Exceptions", fmt.Sprintf("%d in all, %d open", len(s.Exceptions), open)},
		{"Deviations", concerned(s)},
		{"Steps fully signed", fmt.Sprintf("%d of %d", signed, len(s.Steps)-skipped)},
		{"Critical steps checked", fmt.Sprintf("%d of %d", checked, critical)},
		{"Values recorded", fmt.Sprintf("%d, of which %s", values, plural(corrections, "correction", "corrections"))},
		{"Codes typed by hand", fmt.Sprintf("%d of %d", typed, codes)},
		{"Refused attempts", fmt.Sprintf("%d", len(s.Refusals))},
		{"Signatures", fmt.Sprintf("%d, of which %d invalidated", signatures, invalid)},
	}
}

// exceptions lists what a certifier must see, the open ones first.
func (r *record) exceptions() {
	list := append([]batch.Exception(nil), r.State.Exceptions...)
	if len(list) == 0 {
		r.write(say(signHolds + " No exception arose."))
		return
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].Resolved == nil && list[j].Resolved != nil })
	if !sort.SliceIsSorted(list, func(i, j int) bool { return list[i].Number < list[j].Number }) {
		r.introduce(small("Those that nobody has decided come first, then the decided ones, each by number."))
	}
	t := newTable(column{"No.", 4}, column{"What happened", 42}, column{"Class, severity, holds up", 20}, column{"Decision", 34})
	for _, e := range list {
		t.add(strong(fmt.Sprint(e.Number)),
			cell{{plainStyle, e.Text}, {smallStyle, at(e.Step) + r.at(e.Raised.At) + ", " + who(e.Raised)}},
			cell{{plainStyle, e.Class}, {smallStyle, e.Severity}, {smallStyle, r.State.HoldsUp(e)}},
			r.decision(e))
	}
	r.grid(t)
}

func at(step string) string {
	if step == "" {
		return ""
	}
	return "step " + step + ", "
}

func (r *record) decision(e batch.Exception) cell {
	if e.Resolved == nil {
		if e.Blocks == batch.BlocksNothing {
			return say("needs none; noted for the certifier")
		}
		open := strong(signOpen + " OPEN – not decided")
		for _, given := range e.Approvals {
			open = append(append(open, text{plainStyle, given.Reason}), r.signatureLines(given.Act)...)
		}
		if len(e.ApprovedBy) > 1 {
			open = append(open, text{smallStyle, "decided by " + strings.Join(e.ApprovedBy, " and ")})
		}
		return append(open, r.undone(e)...)
	}
	word := signHolds + " accepted"
	if !e.Accepted {
		word = signBroken + " not accepted"
	}
	lines := cell{{boldStyle, word}, {plainStyle, e.Reason}}
	for _, given := range e.Approvals {
		if given.Version != e.Resolved.Version {
			lines = append(lines, r.signatureLines(given.Act)...)
		}
	}
	lines = append(lines, r.signatureLines(*e.Resolved)...)
	return append(lines, r.undone(e)...)
}

// protocolLife shows who approved the master record and since when it counts.
func (r *record) protocolLife() {
	t := newTable(column{"Life of the protocol version", 30}, column{"When", 26}, column{"By", 44})
	for _, stage := range r.Life {
		by := stage.Act
		name := first(by.Name, string(by.Person))
		if by.Username != "" {
			name += " (" + by.Username + "), " + by.Role
		}
		t.add(say(stage.Words), small(r.at(by.At)), say(name))
	}
	r.grid(t)
}

// order lists the set-points with their approved ranges (section 17 B).
func (r *record) order() {
	s := r.State
	r.heading("Order", 3000)
	r.pairs([][2]string{{"Reference", orDash(s.Reference)}, {"Prescriber", orDash(s.Prescriber)}})
	t := newTable(column{"Set-point", 26}, column{"As entered", 22}, column{"As read", 22}, column{"Approved range", 30})
	for _, o := range s.Protocol.Order {
		entry := s.Order[o.Name]
		ranged := "any"
		if !o.Low.IsZero() || !o.High.IsZero() {
			ranged = o.Low.String() + " to " + o.High.String()
			if o.Dose {
				ranged = o.Allowed()
			}
			ranged += "\n" + within(o, entry.Value)
		}
		t.add(say(first(o.Title, o.Name)), say(orDash(entry.Text)), strong(orDash(o.Input.Show(entry.Value, r.zone))), say(ranged))
	}
	r.grid(t)
}

// siteValues lists what the site had set when the batch was opened, with who
// set it when; all else is the protocol's (MBR-05).
func (r *record) siteValues() {
	s := r.State
	if len(s.SiteValues) == 0 {
		return
	}
	r.heading("Values set by the site", 3000)
	t := newTable(column{"Value", 26}, column{"As set, as read", 22}, column{"Approved for every site", 22}, column{"Set by, when", 30})
	for _, v := range s.SiteValues {
		by := cell{
			{plainStyle, orDash(v.Name) + " (" + v.Username + ")"},
			{smallStyle, r.at(v.At)},
			{smallStyle, fmt.Sprintf("for version %d; entry %d of the site's log", v.Version, v.Entry)},
		}
		value := strong(v.Read.Show(r.zone))
		if v.Text != v.Read.Show(r.zone) {
			value = append(say(v.Text), value...)
		}
		t.add(say(first(v.Of.Title, v.Of.Name)), value, say(v.Of.Approved()), by)
	}
	r.grid(t)
}

// within compares a set-point with its range again (MBR-05).
func within(o protocol.OrderValue, v protocol.Value) string {
	if !o.Low.IsZero() {
		if c, err := v.Quantity.Cmp(o.Low); err != nil || c < 0 {
			return signBroken + " outside"
		}
	}
	if !o.High.IsZero() {
		if c, err := v.Quantity.Cmp(o.High); err != nil || c > 0 {
			return signBroken + " outside"
		}
	}
	return signHolds + " within"
}
