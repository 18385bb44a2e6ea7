package batch

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/identity"
	"countersign/protocol"
	"countersign/register/label"
)

// maxLabels bounds the copies of one printing; a batch is for one patient.
const maxLabels = 20

// ToPrint gives the labels that a command to print comes to, for whoever draws
// them before the command is decided: what is drawn is what Decide writes.
func ToPrint(s *State, c Command, f Facts, now time.Time) ([]label.Label, error) {
	if s == nil || s.Protocol == nil || s.Masked {
		return nil, refuse("not_opened", "There is no such batch.")
	}
	d := &decision{s: s, f: f, now: now.UTC().Truncate(time.Microsecond)}
	var labels []label.Label
	var refusal *Refusal
	switch c := c.(type) {
	case PrintLabel:
		labels, _, refusal = d.labels(c.Label, c.Expiry, c.Copies)
	case Reprint:
		var of *Labelling
		if of, refusal = d.printingOf(c.Copy); refusal == nil {
			labels, _, refusal = d.labels(of.Kind, of.Entered, 1)
		}
	default:
		refusal = refuse("unknown_command", "This prints no label.")
	}
	if refusal != nil {
		return nil, refusal
	}
	return labels, nil
}

// print prints a kind of label for the first time.
func (d *decision) print(c PrintLabel) (Event, *Refusal) {
	if refusal := d.printable(); refusal != nil {
		return nil, refusal
	}
	for _, before := range d.s.Labellings {
		if before.Kind == c.Label {
			return nil, refuse("already_printed", "The %s was printed already. Print a copy again, and say why.", labelKindWords(c.Label))
		}
	}
	if c.Copies < 1 || c.Copies > maxLabels {
		return nil, refuse("bad_copies", "Print from 1 to %d copies.", maxLabels)
	}
	if c.Label == label.PreLabel && d.s.Manufacturing() {
		return d.printLate(c)
	}
	return d.printing(c.Label, c.Expiry, c.Copies, c.Drawn, 0, "")
}

// reprint prints a copy more. It stands in the record as an exception, which
// whoever reviews sees; it holds nothing up (LAB-10).
func (d *decision) reprint(c Reprint) (Event, *Refusal) {
	if refusal := d.printable(); refusal != nil {
		return nil, refusal
	}
	of, refusal := d.printingOf(c.Copy)
	if refusal != nil {
		return nil, refusal
	}
	reason, refusal := worded(c.Reason, "why the label is printed again")
	if refusal != nil {
		return nil, refusal
	}
	ev, refusal := d.printing(of.Kind, of.Entered, 1, c.Drawn, c.Copy, reason)
	if refusal != nil {
		return nil, refusal
	}
	printed := ev.(LabelPrinted)
	d.add = append(d.add, ExceptionRaised{
		Class: "reprint", Severity: "minor", Blocks: BlocksNothing, CausedBy: d.f.Person.ID,
		Cause: "reprint:" + lineMember(printed.Copies[0].Number),
		Text:  LabelWords(printed),
	})
	return ev, nil
}

// printable: who prints is trained, and the batch goes on.
func (d *decision) printable() *Refusal {
	for _, rule := range []func() *Refusal{d.alive, d.unblocked, d.sure} {
		if refusal := rule(); refusal != nil {
			return refusal
		}
	}
	return d.entitled("", staff(), identity.NeedsTraining)
}

// printingOf finds the printing that a copy came from.
func (d *decision) printingOf(number int) (*Labelling, *Refusal) {
	for i := range d.s.Labellings {
		for _, n := range d.s.Labellings[i].Numbers {
			if n == number {
				return &d.s.Labellings[i], nil
			}
		}
	}
	return nil, refuse("unknown_label", "No label %d of this batch was printed.", number)
}

// printing is the entry of a printing.
func (d *decision) printing(kind label.Kind, entered string, copies int, drawn Drawn, of int, reason string) (Event, *Refusal) {
	labels, expiry, refusal := d.labels(kind, entered, copies)
	if refusal != nil {
		return nil, refusal
	}
	if drawn.Width < 1 || drawn.Height < 1 || len(drawn.Image) != 64 && !d.s.Masked {
		return nil, refuse("not_drawn", "%s", titled(drawn.Unfit, "The label cannot be drawn: what must stand on it does not fit, or its code is too long."))
	}
	ev := LabelPrinted{
		By: d.by, Label: kind, Entered: entered, Width: drawn.Width, Height: drawn.Height, Of: of, Reason: reason, Image: drawn.Image,
		Copies: []PrintedCopy{}, Lines: []PrintedLine{}, Warnings: append([]string{}, labels[0].Warnings...),
	}
	if !expiry.IsZero() {
		ev.Expiry = expiry.UTC().Format(time.RFC3339)
	}
	for i, l := range labels {
		ev.Copies = append(ev.Copies, PrintedCopy{Number: len(d.s.LabelCopies) + i + 1, Code: l.Code.Text, GS1: l.Code.GS1, Line: l.Code.Line})
	}
	for _, l := range labels[0].Lines {
		if l.Personal && d.s.Masked {
			l.Text = ""
		}
		ev.Lines = append(ev.Lines, PrintedLine{Text: l.Text, Weight: l.Weight, Personal: l.Personal})
	}
	return ev, nil
}

// labels makes the labels of a printing, or says what stands in the way: the
// gate, or what is missing (LAB-01, LAB-06 to LAB-08).
func (d *decision) labels(kind label.Kind, entered string, copies int) ([]label.Label, time.Time, *Refusal) {
	none := time.Time{}
	if kind != label.PreLabel && kind != label.Final {
		return nil, none, refuse("unknown_label", "There are pre-labels and final labels.")
	}
	if d.s.Protocol.Label.Pos.Line == 0 {
		return nil, none, refuse("no_label", "This protocol does not say what stands on the label.")
	}
	data := d.labelData(kind)
	switch {
	case kind == label.Final:
		if why := d.s.LabelWaits(); why != "" {
			return nil, none, refuse("label_gate", "%s", why)
		}
		made, refusal := d.expiry(entered)
		if refusal != nil {
			return nil, none, refusal
		}
		data.Made, data.Expiry = d.s.completed(), made
	case d.s.printedFinal():
		return nil, none, refuse("final_printed", "The final label is printed. No pre-label is printed after it.")
	case strings.TrimSpace(entered) != "":
		return nil, none, refuse("bad_expiry", "A pre-label has no expiry.")
	}
	var all []label.Label
	for i := range copies {
		data.Copy = len(d.s.LabelCopies) + i + 1
		made, err := label.Make(data)
		var missing *label.Refusal
		switch {
		case errors.As(err, &missing):
			return nil, none, refuse("label_incomplete", "%s", missing.Error())
		case err != nil:
			return nil, none, refuse("label_code", "The label's code cannot be made: %s", err)
		}
		all = append(all, made)
	}
	return all, data.Expiry, nil
}

// LabelWaits says what the final label waits for, and nothing when it may be
// printed: once the batch is certified, or once the step is signed that the
// protocol names (design: label gates).
func (s *State) LabelWaits() string {
	gate := s.Protocol.Label.FinalAfter
	if gate == "" {
		if s.released() == nil {
			return "The final label waits for certification, and this batch is not certified."
		}
		return ""
	}
	found := false
	for i := range s.Steps {
		st := &s.Steps[i]
		if st.Step.Base != gate || st.Skipped {
			continue
		}
		if !st.Signed() {
			return fmt.Sprintf("The final label waits for step %s, which is not signed.", st.Step.Name)
		}
		found = true
	}
	if !found {
		return fmt.Sprintf("The final label waits for step %s, which is no part of this batch as things stand.", gate)
	}
	return ""
}

// expiry is the moment that the label gives: by the protocol's shelf life from
// completion, in whole minutes and never later, or as it was typed.
func (d *decision) expiry(entered string) (time.Time, *Refusal) {
	at, life := time.Time{}, d.s.Protocol.Label.ShelfLife
	switch {
	case life > 0 && strings.TrimSpace(entered) != "":
		return at, refuse("bad_expiry", "The protocol gives the expiry: %s after completion. Leave it out.", protocol.ShowDuration(life))
	case life > 0:
		at = d.s.completed().Add(life).Truncate(time.Minute)
	case strings.TrimSpace(entered) == "":
		return at, refuse("no_expiry", "The protocol gives no shelf life. Say when the medicine expires.")
	default:
		value, err := protocol.Input{Type: protocol.TypeDateTime}.Parse(entered, d.zone())
		if err != nil {
			return at, refuse("bad_expiry", "%s.", sentenceCase(err.Error()))
		}
		if at = value.Time; value.Absent != "" {
			return at, refuse("bad_expiry", "An expiry is a date and a time.")
		}
	}
	if !at.After(d.now) {
		return at, refuse("expired", "The medicine has expired. No label is printed for it.")
	}
	return at, nil
}

// labelCopy finds what a label's scanned code names: a copy that was printed
// here and is there still. Once a final label is printed, only that matches. A
// batch whose labels were printed elsewhere has its number for a code.
func (s *State) labelCopy(code string) (number int, why string) {
	number, ok := label.Names(code, s.ID)
	switch {
	case !ok:
		return 0, "this is not the label of this batch"
	case number == 0 && len(s.LabelCopies) > 0:
		return 0, "this names the batch, and none of the labels that were printed for it"
	case number == 0 && s.Protocol.Label.Pos.Line > 0:
		return 0, "this names the batch, and no label was printed for it"
	case number > len(s.LabelCopies):
		return 0, "no such label of this batch was printed"
	case number == 0:
		return 0, ""
	}
	held := s.LabelCopies[number-1]
	if held.Ended != nil {
		return 0, "this label was " + held.Standing()
	}
	if held.Kind == label.PreLabel && s.printedFinal() {
		return 0, "this is a pre-label, and the final label is printed"
	}
	return number, ""
}

// wrongKind says why a label that is this batch's is not the one that a step
// asks for: after release that is the final one, unless there is none because
// the medicine is for immediate use (LAB-01).
func (s *State) wrongKind(st *StepState, code string) string {
	number, _ := s.labelCopy(code)
	if number == 0 || !st.Section.AfterRelease || s.LabelCopies[number-1].Kind == label.Final || s.Unlabelled() {
		return ""
	}
	return "this is a pre-label, and the final label is asked for"
}

// printedFinal says that a final label was printed: from then on pre-labels are
// neither printed nor taken.
func (s *State) printedFinal() bool {
	return slices.ContainsFunc(s.LabelCopies, func(c LabelCopy) bool { return c.Kind == label.Final })
}

// apply says by its code that a copy was put where it belongs (LAB-10).
func (d *decision) apply(c ApplyLabel) (Event, *Refusal) {
	if refusal := d.alive(); refusal != nil {
		return nil, refusal
	}
	if refusal := d.entitled("", staff(), identity.NeedsTraining); refusal != nil {
		return nil, refusal
	}
	code := scanned(c.Raw)
	if code == "" || len(code) > maxCode {
		return nil, refuse("bad_value", "The scanner sent nothing that can be read. Scan again.")
	}
	sent, refusal := d.received(c.Raw, code)
	if refusal != nil {
		return nil, refusal
	}
	number, why := d.s.labelCopy(code)
	switch {
	case why != "":
		return nil, refuse("wrong_label", "The label was refused: %s.", why)
	case number == 0:
		return nil, refuse("wrong_label", "The label was refused: none was printed here.")
	case d.s.LabelCopies[number-1].Applied != nil:
		return nil, refuse("already_applied", "Label %d was applied already.", number)
	}
	return LabelApplied{By: d.by, Copy: number, Raw: code, Sent: sent}, nil
}

// endable: a copy that is there still can be destroyed or attached, for a
// reason; one that was applied can be spoilt, and is then destroyed.
func (d *decision) endable(number int, reason string) (string, *Refusal) {
	if d.s.Status == "" {
		return "", refuse("not_opened", "There is no such batch.")
	}
	if refusal := d.entitled("", staff(), identity.NeedsNothing); refusal != nil {
		return "", refusal
	}
	if number < 1 || number > len(d.s.LabelCopies) {
		return "", refuse("unknown_label", "No label %d of this batch was printed.", number)
	}
	if held := d.s.LabelCopies[number-1]; held.Ended != nil {
		return "", refuse("already_ended", "Label %d was %s already.", number, held.Standing())
	}
	return worded(reason, "what became of the label, and why")
}

func (d *decision) destroy(c DestroyLabel) (Event, *Refusal) {
	reason, refusal := d.endable(c.Copy, c.Reason)
	if refusal != nil {
		return nil, refusal
	}
	return LabelDestroyed{By: d.by, Copy: c.Copy, Reason: reason}, nil
}

func (d *decision) attach(c AttachLabel) (Event, *Refusal) {
	reason, refusal := d.endable(c.Copy, c.Reason)
	if refusal != nil {
		return nil, refusal
	}
	if d.s.LabelCopies[c.Copy-1].Applied != nil {
		return nil, refuse("already_applied", "Label %d was applied. If it was spoilt, destroy it.", c.Copy)
	}
	return LabelAttached{By: d.by, Copy: c.Copy, Reason: reason}, nil
}

// reconciled: every label that was printed is accounted for before anybody
// reviews (LAB-10).
func (d *decision) reconciled() *Refusal {
	if open := d.s.unreconciled(); len(open) > 0 {
		return refuse("labels_open", "%s Say first what became of each.", strings.Join(open, " "))
	}
	if open := d.s.unaccounted(); len(open) > 0 {
		return refuse("materials_open", "%s Say first what was used, returned, destroyed and sampled.", strings.Join(open, " "))
	}
	return d.current()
}

// current: what is applied says what the record says; a value that was
// corrected after the label was printed asks for another label (AUD-02).
func (d *decision) current() *Refusal {
	for _, held := range d.s.Labellings {
		if held.Kind != label.Final || !slices.ContainsFunc(held.Numbers, func(n int) bool { return d.s.LabelCopies[n-1].Ended == nil }) {
			continue
		}
		data := d.labelData(held.Kind)
		data.Made, data.Expiry, data.Copy = d.s.completed(), held.Expiry, held.Numbers[0]
		if !label.Marked(held.Labels[0].Lines) { // printed before a site that practises marked its labels
			data.Mark = ""
		}
		now, err := label.Make(data)
		if err != nil || !slices.Equal(now.Texts(true), held.Labels[0].Texts(true)) {
			return refuse("label_outdated", "Label %d does not say any more what the record says. Print it again, apply that, and destroy the old one.", held.Numbers[0])
		}
	}
	return nil
}
