package batch

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/identity"
	"countersign/protocol"
)

// Signs says what signature a command needs: its meaning and the roles under
// which it may be given. ok is false for a command that is not signed.
func Signs(s *State, c Command) (meaning identity.Meaning, roles []identity.Role, ok bool) {
	if tell, ok := c.(Tell); ok {
		c = tell.inner()
	}
	if own, ok := c.(signing); ok {
		meaning, roles = own.signs(s)
		return meaning, roles, true
	}
	switch c := c.(type) {
	case Open:
		return identity.Approved, openers(), true
	case ConfirmTyped:
		if s != nil && s.Step(c.Step) != nil {
			return identity.Performed, []identity.Role{roleOf(s.Protocol, s.Step(c.Step).Step.By)}, true
		}
	case Perform, Check:
		if s == nil || s.Step(stepOf(c)) == nil {
			break
		}
		step := s.Step(stepOf(c)).Step
		if _, check := c.(Check); check {
			return checkMeaning(step), []identity.Role{roleOf(s.Protocol, step.CheckedBy)}, step.CheckedBy != ""
		}
		if step.Decision {
			return identity.AuthorisedDeviation, []identity.Role{roleOf(s.Protocol, step.By)}, true
		}
		return identity.Performed, []identity.Role{roleOf(s.Protocol, step.By)}, true
	case ConfirmCorrection:
		if s != nil && s.Step(c.Step) != nil {
			return identity.Verified, confirmers(s.Protocol, s.Step(c.Step).Step), true
		}
	case WitnessCode:
		return identity.Witnessed, codeWitnesses(s, c.Step), true
	case Resolve:
		return identity.AuthorisedDeviation, decidingIn(s, c), true
	case DecideTogether:
		return identity.AuthorisedDeviation, decidingTogether(s, c), true
	case ImmediateUse:
		return identity.Approved, openers(), true
	case RecordRoute, Supply:
		return identity.AcceptedOOS, leads(), true
	case ApproveRedline:
		return identity.AuthorisedDeviation, leads(), true
	case ReadRedline:
		return identity.Acknowledged, staff(), true
	case AfterStop:
		return identity.AuthorisedDeviation, deciders(), true
	case TakeOver, ConfirmNumber:
		return identity.Verified, staff(), true
	case LinkNumber:
		return identity.Approved, openers(), true
	case LiftHold:
		if s != nil && c.Hold > 0 && c.Hold <= len(s.AllHolds) {
			return identity.AuthorisedDeviation, s.AllHolds[c.Hold-1].Kind.lifters(), true
		}
	case HandOverShift, TakeOverShift:
		return identity.Acknowledged, staff(), true
	case Review:
		return identity.Reviewed, reviewers(), true
	case Reject:
		return identity.Rejected, leads(), true
	case Abort:
		return identity.Rejected, aborters(), true
	}
	return "", nil, false
}

// errUnsigned is the error of Lines for a command that is not signed.
var errUnsigned = errors.New("this is not signed")

// Lines are what stands on the signing sheet, in plain words, and in the
// signature for good (SIG-09). They follow from the state, the command and the
// facts alone, so that a verifier derives them again, and do not depend on who
// signs: a sheet can be drawn before the second person has said who they are,
// and name, role and training stand in the signature. They hold nothing that
// identifies the patient, since a signature stands open in the log: the sheet
// shows the patient beside them, and the signature covers the sealed opening
// through the entries before it.
func Lines(s *State, c Command, f Facts) ([]string, error) {
	meaning, _, ok := Signs(s, c)
	if !ok {
		return nil, fmt.Errorf("lines to sign for %s: %w", CommandName(c), errUnsigned)
	}
	sheet := &sheet{s: s, zone: f.Zone}
	if sheet.zone == nil {
		sheet.zone = time.UTC
	}
	if opening, ok := c.(Open); ok {
		sheet.opening(opening, f)
	} else {
		sheet.batch()
	}
	switch c := c.(type) {
	case signing:
		if err := c.sheet(sheet, f); err != nil {
			return nil, err
		}
	case ConfirmTyped:
		sheet.typedLines(s.Step(c.Step))
	case ApproveRedline:
		sheet.redlineLines(s.WaitingRedline())
	case ReadRedline:
		sheet.redlineLines(s.Redline())
	case Tell:
		sheet.step(s.Step(c.Step))
		sheet.add("Done at %s, as stated; recorded late: %s", c.Done, strings.TrimSpace(c.whyPaper(c.Late)))
		if c.Paper != "" {
			sheet.add("TRANSCRIBED from blank %s.", c.Paper)
		}
	case Perform:
		sheet.step(s.Step(c.Step))
		sheet.early(s.Step(c.Step))
	case Check:
		sheet.step(s.Step(c.Step))
		if performed := s.Step(c.Step).PerformedNow(); performed != nil {
			sheet.add("Performed by %s (%s), %s%s.", performed.Name, performed.Role, sheet.at(performed.At), sheet.mannered(*performed))
		}
	case ConfirmCorrection:
		if err := sheet.correctionLines(c); err != nil {
			return nil, err
		}
	case WitnessCode:
		sheet.witness(c)
	case Resolve:
		if err := sheet.decision(c); err != nil {
			return nil, err
		}
	case DecideTogether:
		if err := sheet.decisions(c); err != nil {
			return nil, err
		}
	case AfterStop:
		sheet.afterStop(c, f)
	case ImmediateUse:
		sheet.immediateUse(c, f)
	case TakeOver:
		sheet.takeOver(c)
	case LinkNumber:
		sheet.linkNumber(c)
	case ConfirmNumber:
		sheet.confirmNumber(c)
	case LiftHold:
		if err := sheet.holdLines(c); err != nil {
			return nil, err
		}
	case HandOverShift:
		sheet.handOverLines(c)
	case TakeOverShift:
		sheet.takeOverLines(c)
	case Review:
		sheet.record()
		sheet.coverage()
		sheet.trail()
		sheet.add("Review: %s", strings.TrimSpace(c.Statement))
	case RecordRoute:
		sheet.route()
		sheet.add("Recorded now: %s, %s, %s, by %s: %s", c.Stage, strings.TrimSpace(c.Whom), sheet.moment(c.When), strings.TrimSpace(c.Document), strings.TrimSpace(c.Text))
	case Supply:
		sheet.supply(c)
	case Reject:
		sheet.add("The batch is rejected: %s", strings.TrimSpace(c.Reason))
	case Abort:
		sheet.add("The batch is aborted: %s", strings.TrimSpace(c.Reason))
	}
	if s != nil && s.Protocol != nil {
		sheet.add("The record has %d entries; the hash of the last is %s.", s.Version, s.Head)
	}
	sheet.add("Signed as: %s.", meaning)
	return sheet.lines, nil
}

type sheet struct {
	s     *State
	zone  *time.Location
	lines []string
}

func (sh *sheet) add(line string, args ...any) {
	sh.lines = append(sh.lines, fmt.Sprintf(line, args...))
}

// at is a moment in site time with its zone (NUM-08).
func (sh *sheet) at(t time.Time) string { return protocol.ShowMoment(t, sh.zone) }

func (sh *sheet) product(p *protocol.Protocol) {
	sh.add("Product: %s", strings.Join(slices.DeleteFunc([]string{p.Product.Name, p.Product.Form, p.Product.Strength},
		func(part string) bool { return part == "" }), ", "))
	sh.add("Protocol: %s version %d (%s). %s.", p.Name, p.Version, p.Status, p.Title)
}

func (sh *sheet) batch() {
	sh.add("Batch: %s at %s", sh.s.ID, sh.s.Site)
	sh.add("Patient: the patient of this batch, as sealed when it was opened; order %s.", sh.s.Reference)
	sh.product(sh.s.Protocol)
}

func (sh *sheet) opening(c Open, f Facts) {
	sh.add("Open batch %s at %s", c.Batch, f.Site)
	sh.add("Patient: as sealed in this entry; order %s by %s.", c.Reference, c.Prescriber)
	if c.Trial != "" {
		sh.add("Trial: %s, participant %s.", strings.TrimSpace(c.Trial), strings.TrimSpace(c.Participant))
	}
	if chain, _ := chainOf(c.Chain, time.Time{}); chain != "" {
		sh.add("Chain of identity: %s.", chain)
	}
	if f.Protocol == nil {
		return
	}
	sh.product(f.Protocol)
	sh.basis(basisOf(f))
	sh.add("The record is issued as an exact copy of this version, under its next issue number.")
	if len(f.Earlier) > 0 {
		var before []string
		for _, earlier := range f.Earlier {
			before = append(before, earlier.Batch)
		}
		sh.add("Issued again for the same order and patient, after %s: %s", strings.Join(before, ", "), strings.TrimSpace(c.Reissue))
	}
	for _, value := range f.Protocol.Order {
		ordered := c.Order[value.Name]
		if read, err := value.Input.Parse(ordered, sh.zone); err == nil {
			ordered = value.Input.Show(read, sh.zone)
		}
		sh.add("%s: %s; the protocol allows %s.", sentenceCase(titled(value.Title, value.Name)), ordered, allowed(value))
	}
	sh.site(f)
	for _, item := range c.Items {
		sh.add("Set out: %s.", sh.setOut(item, f))
		sh.notFitYet(item, c.Batch, f)
	}
	sh.alerts(f.Near)
}

// allowed is an approved range in words (MBR-05).
func allowed(value protocol.OrderValue) string {
	if same, err := value.Low.Cmp(value.High); err == nil && same == 0 {
		return value.Allowed() + " only"
	}
	if value.Dose {
		return value.Allowed()
	}
	return value.Low.String() + " to " + value.High.String()
}

// step writes a step with all that was recorded in it, and its exceptions.
func (sh *sheet) step(st *StepState) {
	sh.stepSeen(st)
	for _, ex := range sh.s.Exceptions {
		if ex.Step == st.Step.Name {
			sh.exception(ex)
		}
	}
}

// stepSeen writes a step with all that was recorded in it.
func (sh *sheet) stepSeen(st *StepState) {
	sh.add("Step: %s. %s", st.Step.Name, sh.s.Told(st.Step.Do))
	if signed := len(st.Performed); signed > 0 && st.PerformedNow() == nil {
		sh.again(st.Performed[signed-1])
	}
	sh.moves(st)
	if st.Begun != nil {
		sh.add("Begun by %s, %s%s.", st.Begun.Name, sh.at(st.Begun.At), sh.mannered(*st.Begun))
	}
	for _, scan := range st.Step.Scans {
		for _, entry := range st.Scans[scan.Field] {
			switch {
			case entry.Typed != nil:
				sh.typing(scan.Field, entry)
			case !entry.Matched:
				sh.add("Scan of %s refused, %s%s: %s.", scan.Field, sh.at(entry.At), sh.mannered(entry.Act), entry.Why)
			case entry.Item != "":
				sh.add("Scan of %s matched, %s%s: %s %s.", scan.Field, sh.at(entry.At), sh.mannered(entry.Act), sh.s.LotOrNumber(scan.Field), entry.Item)
			default:
				sh.add("Scan of %s matched, %s%s.", scan.Field, sh.at(entry.At), sh.mannered(entry.Act))
			}
		}
	}
	for i := range st.Step.Calcs {
		sh.calculation(st, &st.Step.Calcs[i])
	}
	for i := range st.Step.Inputs {
		sh.values(st, &st.Step.Inputs[i])
	}
}

func (sh *sheet) calculation(st *StepState, calc *protocol.Calculation) {
	title := sentenceCase(titled(calc.Title, calc.Name))
	result, ok := st.Results[calc.Name]
	if !ok {
		sh.add("%s: %s, worked out when this is signed.", title, calc.Formula)
		return
	}
	sh.add("%s: %s. Working: %s. %s", title, calc.Show(result.Rounded), result.Working, sh.verdict(st, result.Verdict, calc.Unit, calc.Limits))
}

func (sh *sheet) values(st *StepState, in *protocol.Input) {
	title := sentenceCase(titled(in.Title, in.Name))
	entries := st.Values[in.Name]
	if len(entries) == 0 {
		sh.add("%s: not entered.", title)
		return
	}
	for _, entry := range entries {
		word := "entered"
		switch {
		case entry.Reason != "":
			word = "corrected (" + entry.Reason + ")"
		case entry.Repeat:
			word = "measured again"
		}
		sh.add("%s: %s, %s by %s, %s%s. %s", title, in.Show(entry.Value, sh.zone), word, entry.Name, sh.at(entry.At), sh.mannered(entry.Act)+sh.s.secondWords(entry), sh.verdict(st, entry.Verdict, in.Unit, in.Limits))
	}
}

// verdict says how a figure stands to its limits.
func (sh *sheet) verdict(st *StepState, v protocol.Verdict, unit protocol.Unit, limits []protocol.Limit) string {
	if len(limits) == 0 {
		return "No limit."
	}
	texts := make([]string, len(limits))
	for i := range limits {
		kind := "accept"
		if limits[i].Outside {
			kind = string(limits[i].Level)
		}
		texts[i] = kind + " " + sh.s.LimitWords(st, limits[i], unit)
	}
	stands := "holds"
	if v.Level != "" {
		stands = fmt.Sprintf("BROKEN (%s): %s", v.Level, v.Reason)
	}
	return fmt.Sprintf("Limit: %s; %s.", strings.Join(texts, "; "), stands)
}
