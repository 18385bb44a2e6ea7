package reports

import (
	"fmt"
	"strings"

	"countersign/audit"
	"countersign/batch"
	"countersign/protocol"
)

// process shows every step in order with all that was recorded in it, and each
// signature beside what it signs (section 17 E, PDF-02, PDF-03).
func (r *record) process() {
	r.part("Process: every step in order")
	s := r.State
	number := 0
	var section *protocol.Section
	for i := range s.Steps {
		st := &s.Steps[i]
		if st.Section != section {
			section = st.Section
			title := "Section: " + section.Name
			if section.AfterRelease {
				title += " (after certification)"
			}
			r.heading(title, 9000)
		}
		number++
		r.together(func() { r.step(number, st) })
	}
}

func (r *record) step(number int, st *batch.StepState) {
	step := st.Step
	title := fmt.Sprintf("Step %d of %d: %s", number, len(r.State.Steps), step.Name)
	if step.Critical {
		title += "  [CRITICAL]"
	}
	if st.Skipped && len(st.Performed) == 0 {
		r.heading(title, 1500)
		r.introduce(cell{{plainStyle, "NOT PART OF THIS BATCH: " + batch.WhySkipped(st) + "."}})
		r.asides(step.Name)
		return
	}
	r.heading(title, 5500)
	lines := cell{{plainStyle, r.State.Told(step.Do)}, {smallStyle, r.duties(st)}}
	r.introduce(lines)
	r.entered(st)
	r.asides(step.Name)
	r.blocks(st)
}

// duties says who is to do what in the step and when it was begun.
func (r *record) duties(st *batch.StepState) string {
	step := st.Step
	parts := []string{"Performed by: " + r.holder(step.By)}
	switch {
	case step.CheckedBy != "" && step.Witness:
		parts = append(parts, "witnessed by: "+r.holder(step.CheckedBy))
	case step.CheckedBy != "":
		parts = append(parts, "checked by: "+r.holder(step.CheckedBy))
	default:
		parts = append(parts, "no second person asked for")
	}
	if len(step.Uses) > 0 {
		parts = append(parts, "uses: "+strings.Join(step.Uses, ", "))
	}
	if step.Wait != (protocol.Span{}) {
		parts = append(parts, "time in the step: "+span(step.Wait))
	}
	if st.Begun != nil {
		begun := "begun " + r.at(st.Begun.At) + " by " + who(*st.Begun)
		if words := st.Begun.MannerWords(r.at); words != "" {
			begun += " (" + words + ")"
		}
		parts = append(parts, begun)
	} else if !st.Started.IsZero() {
		parts = append(parts, "started "+r.at(st.Started))
	}
	return strings.Join(parts, ";  ")
}

// holder names a part with the role that holds it.
func (r *record) holder(name string) string {
	for _, p := range r.State.Protocol.Parts {
		if p.Name == name && p.Role != name {
			return name + " (" + p.Role + ")"
		}
	}
	return orDash(name)
}

func (r *record) scanRows(t *table, st *batch.StepState, scan protocol.Scan) {
	condition := "must match"
	if item := r.item(scan.Field); item != nil && len(item.MustBe) > 0 {
		condition += "; " + strings.Join(item.MustBe, ", ")
	}
	if scan.Stop {
		condition += "; a mismatch stops the batch"
	}
	entries := st.Scans[scan.Field]
	if len(entries) == 0 && scan.Field == "label" && st.Unlabelled {
		t.add(say("scan: "+scan.Field), small("none asked for: immediate use"), small(condition), say("–"))
	} else if len(entries) == 0 {
		t.add(say("scan: "+scan.Field), small("not scanned"), small(condition), say(signOpen+" missing"))
	}
	for _, e := range entries {
		result := say(signHolds + " matched")
		if !e.Matched {
			result = cell{{boldStyle, signBroken + " refused"}, {smallStyle, e.Why}}
		}
		recorded := code(r.personal(e.Raw))
		if words := r.received(e.Raw, e.Sent); words != "" {
			recorded = append(recorded, text{smallStyle, strings.TrimPrefix(words, "; ")})
		}
		if e.Item != "" {
			recorded = append(recorded, text{smallStyle, r.State.LotOrNumber(scan.Field) + " " + e.Item})
		}
		what, who := say("scan: "+scan.Field), r.whoWhen(e.Act)
		if e.Typed != nil {
			what = cell{{boldStyle, "TYPED, not scanned: " + scan.Field}, {smallStyle, "because " + e.Typed.Reason + ": " + e.Typed.Words}}
			if e.Typed.Witnessed != nil {
				who = append(append(who, text{boldStyle, "witnessed by"}), r.whoWhen(*e.Typed.Witnessed)...)
			}
		}
		t.add(what, recorded, small(condition), result, who)
	}
}

func (r *record) item(name string) *protocol.Item {
	for i := range r.State.Protocol.Items {
		if r.State.Protocol.Items[i].Name == name {
			return &r.State.Protocol.Items[i]
		}
	}
	return nil
}

// inputRows shows a value and, where it was corrected, first what stood there
// before, struck through but legible, then the new one with who, when and why
// (PDF-02).
func (r *record) inputRows(t *table, st *batch.StepState, input protocol.Input) {
	kind := string(input.Type)
	if input.Class != "" {
		kind += ", " + input.Class
	}
	name := cell{{plainStyle, first(input.Title, input.Name)}, {smallStyle, kind}}
	entries := st.Values[input.Name]
	if len(entries) == 0 {
		words := signOpen + " missing"
		if input.Optional {
			words = "left out; not required"
		}
		t.add(name, small("not recorded"), small(r.limits(st, input.Unit, input.Limits)), say(words))
		return
	}
	for i, e := range entries {
		replaced := i+1 < len(entries) && !entries[i+1].Repeat
		recorded := cell{{boldStyle, input.Show(e.Value, r.zone)}}
		if replaced {
			recorded = cell{{oldStyle, input.Show(e.Value, r.zone)}, {smallStyle, "replaced: see the next line"}}
		}
		if typed := e.Text; typed != input.Show(e.Value, r.zone) {
			recorded = append(recorded, text{smallStyle, "as typed: " + typed})
		}
		what := name
		switch {
		case e.Reason != "":
			what = cell{{boldStyle, "correction of " + first(input.Title, input.Name)}}
			recorded = append(recorded, r.correction(e)...)
		case e.Repeat:
			what = append(append(cell{}, name...), text{smallStyle, "repeated measurement"})
		}
		t.add(what, recorded, small(r.limits(st, input.Unit, input.Limits)), outcome(e.Verdict, len(input.Limits) > 0), r.whoWhen(e.Act))
	}
	for _, c := range r.asked(st, input.Name) {
		t.add(cell{{boldStyle, "correction of " + first(input.Title, input.Name)}}, r.askedFor(c), small(r.limits(st, input.Unit, input.Limits)), say(signOpen+" does not count"), r.whoWhen(c.Act))
	}
}

func (r *record) calculationRow(st *batch.StepState, calc protocol.Calculation) []cell {
	name := cell{{plainStyle, first(calc.Title, calc.Name)}, {smallStyle, "calculated"}}
	result, ok := st.Results[calc.Name]
	if !ok {
		words := signOpen + " missing"
		if st.PerformedNow() != nil { // else it could not have been signed
			words = "not applicable: nothing that it is calculated from is"
		}
		return []cell{name, small("not calculated"), small(r.limits(st, calc.Unit, calc.Limits)), say(words)}
	}
	return []cell{
		name,
		{{boldStyle, calc.Show(result.Rounded)}, {smallStyle, "unrounded: " + result.Unrounded.Brief()}},
		small(r.limits(st, calc.Unit, calc.Limits)),
		outcome(result.Verdict, len(calc.Limits) > 0),
		small("by the system, from the values above; in full in “Calculations”"),
	}
}

// asides shows what happened around a step: exceptions, notes and refusals.
func (r *record) asides(step string) {
	var lines cell
	for _, e := range r.State.Exceptions {
		if e.Step == step {
			words := "not decided"
			switch {
			case e.Resolved != nil && e.Accepted:
				words = "accepted by " + who(*e.Resolved) + ": " + e.Reason
			case e.Resolved != nil:
				words = "not accepted by " + who(*e.Resolved) + ": " + e.Reason
			case e.Blocks == batch.BlocksNothing:
				words = "noted"
			}
			lines = append(lines, text{smallStyle, fmt.Sprintf("Exception %d (%s, %s): %s – %s", e.Number, e.Class, e.Severity, e.Text, words)})
		}
	}
	for _, n := range r.State.Notes {
		if n.Step == step {
			lines = append(lines, text{smallStyle, "Note by " + who(n.Act) + ", " + r.at(n.At) + ": " + n.Text})
		}
	}
	if len(lines) > 0 {
		r.write(lines)
	}
}

// blocks sets the signature blocks of a step side by side: the performer's and
// the second person's, every signature that was ever given, and a visible gap
// where one is missing (PDF-03).
func (r *record) blocks(st *batch.StepState) {
	second := "VERIFIED"
	if st.Step.Witness {
		second = "WITNESSED"
	}
	for _, a := range st.Confirmed {
		r.frame(append(cell{{smallStyle, "What was typed for the signer in this step is theirs."}}, r.signatureLines(a)...), 60)
	}
	rows := max(due(st.Performed, true), due(st.Checked, st.Step.CheckedBy != ""), 1)
	t := newTable(column{"", 1}, column{"", 1})
	t.boxed = true
	for i := range rows {
		t.add(r.block(st.Performed, i, "PERFORMED", true), r.block(st.Checked, i, second, st.Step.CheckedBy != ""))
	}
	r.grid(t)
}

func (r *record) block(acts []batch.Act, i int, meaning string, wanted bool) cell {
	switch {
	case i < len(acts):
		return r.signatureLines(acts[i])
	case wanted && i < due(acts, wanted):
		words := signOpen + " NOT SIGNED: " + strings.ToLower(meaning)
		if i > 0 {
			words += " again"
		}
		return strong(words)
	case i > 0:
		return nil
	}
	return small("no second signature asked for")
}

// due counts the blocks that a list of signatures needs: one each, and an empty
// one where none of them stands.
func due(acts []batch.Act, wanted bool) int {
	n := len(acts)
	if wanted && (n == 0 || acts[n-1].Invalidated != 0) {
		n++
	}
	return n
}

// signatureLines is one signature block: meaning, printed name, username,
// role, moment with zone, and the entry that holds the signature (SIG-01,
// SIG-02); the state of training stands with the people. One that a later change took away says so (SIG-04).
func (r *record) signatureLines(a batch.Act) cell {
	name := boldStyle
	var lines cell
	if a.Invalidated != 0 {
		lines = append(lines, text{boldStyle, fmt.Sprintf("UNSIGNED – invalidated by entry %d of the batch", a.Invalidated)})
		if a.Why != "" {
			lines = append(lines, text{smallStyle, a.Why})
		}
		name.struck = true
	}
	lines = append(lines,
		text{name, inWords(a.Meaning) + ": " + orDash(a.Name)},
		text{smallStyle, "(" + orDash(a.Username) + "), " + orDash(a.Role) + ", " + r.at(a.At)},
		text{smallStyle, "log entry " + fmt.Sprint(a.Index) + r.seal(a)},
	)
	if words := a.MannerWords(r.at); words != "" {
		lines = append(lines, text{smallStyle, words})
	}
	return lines
}

// seal gives the beginning of the signature's value, which stands in full in
// the attached data.
func (r *record) seal(a batch.Act) string {
	for _, s := range r.signaturesOf(a.Index) {
		if s.Signer == string(a.Person) {
			return fmt.Sprintf(", by %s, signature %X…", s.Method, s.Value[:min(6, len(s.Value))])
		}
	}
	return ", no signature in the entry"
}

func (r *record) signaturesOf(index int64) []audit.Signature { return r.byIndex[index].Signatures }
