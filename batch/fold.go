package batch

import (
	"fmt"
	"slices"
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
)

// Find gives the protocol that an opening names, or an error.
type Find func(name string, version int, digest [32]byte) (*protocol.Protocol, error)

// meanings says what an entry's signature means, for the kinds that are signed.
func meanings(ev Event) identity.Meaning {
	switch e := ev.(type) {
	case occurrence:
		return e.meaning()
	case BatchOpened, ImmediateUseConfirmed:
		return identity.Approved
	case StepPerformed, TypedConfirmed:
		return identity.Performed
	case StepChecked:
		if e.Witness {
			return identity.Witnessed
		}
		return identity.Verified
	case ValueCorrected:
		if e.Asked > 0 {
			return identity.Verified
		}
	case ShiftHandedOver, ShiftTakenOver, RedlineRead:
		return identity.Acknowledged
	case CustodyTaken, NumberConfirmed:
		return identity.Verified
	case NumberLinked:
		return identity.Approved
	case CodeWitnessed:
		return identity.Witnessed
	case ExceptionResolved, DecidedTogether, StepDecided, StopDecided, HoldLifted, RedlineApproved:
		return identity.AuthorisedDeviation
	case RouteRecorded, BatchSupplied:
		return identity.AcceptedOOS
	case BatchReviewed:
		return identity.Reviewed
	case BatchRejected, BatchAborted:
		return identity.Rejected
	}
	return ""
}

// signedAs refuses an entry whose signature is missing, too many, another
// person's or of another meaning.
func signedAs(e audit.Entry, act Act) error {
	if act.Meaning == "" {
		if len(e.Signatures) != 0 {
			return fmt.Errorf("%s carries a signature and needs none", e.Kind)
		}
		return nil
	}
	if len(e.Signatures) != 1 {
		return fmt.Errorf("%s carries %d signatures and needs one", e.Kind, len(e.Signatures))
	}
	if s := e.Signatures[0]; s.Signer != e.Actor || s.Meaning != string(act.Meaning) {
		return fmt.Errorf("%s is signed as %s by %s", e.Kind, s.Meaning, s.Signer)
	}
	return nil
}

// take adds an event. After an error the state is of no more use.
func (s *growing) take(ev Event, act Act, p *protocol.Protocol) error {
	s.Version, s.Last = act.Version, act.At
	if act.Manner == nil { // that of a kept entry is its act's, too
		act.Manner = mannerOf(ev)
	}
	switch e := ev.(type) {
	case occurrence:
		if err := e.fold(s, act); err != nil {
			return err
		}
	case BatchOpened:
		if err := s.open(e, act, p); err != nil {
			return err
		}
	case StepBegun:
		return s.change(e.Step, func(st *StepState) error {
			st.Begun, st.Started = &act, act.When()
			return nil
		})
	case ScanAccepted:
		return s.change(e.Step, func(st *StepState) error {
			st.begin(act.When())
			st.addScan(e.Field, ScanEntry{Act: act, Raw: e.Raw, Sent: e.Sent, Matched: true, Item: e.Lot, Personal: e.Field == patientField})
			s.nearby(e.Near)
			return s.appliedIn(e, act)
		})
	case ScanRefused:
		return s.change(e.Step, func(st *StepState) error {
			st.addScan(e.Field, ScanEntry{Act: act, Raw: e.Raw, Sent: e.Sent, Why: e.Why, Others: e.Others, Personal: e.Personal})
			s.nearby(e.Near)
			return nil
		})
	case CodeTyped:
		return s.typed(e, act)
	case CodeWitnessed:
		return s.codeWitnessed(e, act)
	case ValueRecorded:
		return s.change(e.Step, func(st *StepState) error {
			st.begin(act.When())
			return s.addValue(st, e.Field, e.Value, ValueEntry{Act: act, Text: e.Text, Repeat: e.Repeat})
		})
	case ValueCorrected:
		if err := s.correct(e, act); err != nil {
			return err
		}
	case CorrectionAsked:
		if err := s.foldAsked(e, act); err != nil {
			return err
		}
	case CorrectionDropped:
		if err := s.foldDropped(e, act); err != nil {
			return err
		}
	case ItemSetOut:
		held, err := itemOf(e.Item)
		if err != nil {
			return err
		}
		s.Items = append(s.Items, held)
	case ItemMoved:
		s.Moves = append(s.Moves, Moved{Act: act, Item: e.Item, To: e.To})
		s.settle() // Next goes by the status
		if next := s.Next(); next != nil {
			return s.change(next.Step.Name, func(*StepState) error { return nil })
		}
	case StepPerformed:
		return s.perform(e.Step, act)
	case StepDecided:
		return s.perform(e.Step, act)
	case StepChecked:
		return s.change(e.Step, func(st *StepState) error {
			st.Checked = append(st.Checked, act)
			return nil
		})
	case TypedConfirmed:
		return s.change(e.Step, func(st *StepState) error {
			st.Confirmed = append(st.Confirmed, act)
			return nil
		})
	case RemarkNoted:
		s.Notes = append(s.Notes, NoteEntry{Act: act, Step: e.Step, Text: e.Text})
	case ExceptionRaised:
		if e.Number != len(s.Exceptions)+1 {
			return fmt.Errorf("exception %d follows exception %d", e.Number, len(s.Exceptions))
		}
		s.Exceptions = append(s.Exceptions, Exception{
			Number: e.Number, Raised: act, Class: e.Class, Severity: e.Severity, Blocks: e.Blocks,
			Step: e.Step, Field: e.Field, Text: e.Text, Cause: e.Cause, CausedBy: e.CausedBy,
			ApprovedBy: e.ApprovedBy, Deviation: e.Deviation, Registered: e.Registered,
		})
		// What comes up after certification is an event after release: it changes
		// nothing that was signed (DEV-04).
		if e.Blocks != BlocksNothing && s.released() == nil {
			s.unreview(act.Version, fmt.Sprintf("exception %d was raised after it", e.Number))
		}
	case ExceptionResolved:
		if e.Exception < 1 || e.Exception > len(s.Exceptions) {
			return fmt.Errorf("there is no exception %d", e.Exception)
		}
		s.Exceptions = slices.Clone(s.Exceptions)
		s.Exceptions[e.Exception-1].resolved(e.Accept, e.Reason, act)
	case DecidedTogether:
		if err := s.decidedTogether(e, act); err != nil {
			return err
		}
	case StopDecided:
		s.Stops = append(s.Stops, StopEntry{Act: act, Stop: e.Stop, Why: e.Why, Decision: e.Decision, Authority: e.Authority, Reason: e.Reason})
		if s.released() == nil {
			s.unreview(act.Version, "it was decided how the batch goes on after its unit was stopped")
		}
	case HoldPut:
		if err := s.putHold(e, act); err != nil {
			return err
		}
	case HoldLifted:
		if err := s.liftHold(e, act); err != nil {
			return err
		}
	case ShiftHandedOver:
		s.Shifts = append(s.Shifts, ShiftEntry{Act: act, Open: e.Open, Words: e.Words})
	case ShiftTakenOver:
		if err := s.takenOver(e, act); err != nil {
			return err
		}
	case BatchReviewed:
		s.Reviews = append(s.Reviews, act)
	case DeviationAttached:
		s.attach(e, act)
	case BlankFollowed:
		if err := s.follow(e, act); err != nil {
			return err
		}
	case DeviationRuled:
		return s.ruleOn(e, act)
	case RouteRecorded:
		s.Route = append(s.Route, RouteStage{Act: act, Stage: e.Stage, Whom: e.Whom, When: e.When, Document: e.Document, Text: e.Text, Failed: e.Failed})
	case BatchSupplied:
		d := Disposition{Act: act, Status: SuppliedAnyway, Statement: e.Statement, Place: e.Place, Entries: e.Entries, Head: e.Head, Criteria: s.Criteria()}
		s.Disposition, s.Supply = &d, &d
	case SupplyTold:
		s.SupplyTold = append(s.SupplyTold, SupplyNotice{Act: act, Whom: e.Whom, Name: e.Name, How: e.How, When: e.When, Document: e.Document})
	case BatchRejected:
		s.Disposition = &Disposition{Act: act, Status: Rejected, Statement: e.Reason, Entries: e.Entries, Head: e.Head}
	case BatchAborted:
		s.Disposition = &Disposition{Act: act, Status: Aborted, Statement: e.Reason, Entries: e.Entries, Head: e.Head}
	case CustodyTaken:
		s.handedTo(e, act)
	case NumberLinked:
		s.linked(e, act)
	case NumberConfirmed:
		return s.confirmed(e, act)
	case LabelPrinted:
		return s.printed(e, act)
	case LabelApplied:
		return s.copied(e.Copy, func(c *LabelCopy) { c.Applied = &act })
	case LabelDestroyed:
		return s.ended(e.Copy, act, false, e.Reason)
	case LabelAttached:
		return s.ended(e.Copy, act, true, e.Reason)
	case ImmediateUseConfirmed:
		s.confirm(e, act)
	case MaterialAccounted:
		s.Accounts = append(slices.Clip(s.Accounts), Accounted{act, e})
	case CommandRefused:
		s.Refusals = append(s.Refusals, RefusalEntry{Act: act, Attempt: e.Attempt, Step: e.Step, Code: e.Code, Sentence: e.Sentence})
	default:
		if handled, err := s.foldRedline(ev, act); handled || err != nil {
			if err == nil {
				s.choose()
			}
			return err
		}
		return fmt.Errorf("no event of kind %s is known", ev.Kind())
	}
	s.choose()
	return nil
}

// perform puts a performer's signature, or a decision's, under a step.
func (s *growing) perform(step string, act Act) error {
	return s.change(step, func(st *StepState) error {
		st.begin(act.When())
		st.Performed = append(st.Performed, act)
		return nil
	})
}

// begin notes the first thing done in an untimed step.
func (st *StepState) begin(at time.Time) {
	if st.Started.IsZero() && !st.Step.Timed {
		st.Started = at
	}
}

func (st *StepState) addScan(field string, entry ScanEntry) {
	if st.Scans == nil {
		st.Scans = map[string][]ScanEntry{}
	}
	st.Scans[field] = append(st.Scans[field], entry)
}

// open fills in what the opening says.
func (s *growing) open(e BatchOpened, act Act, p *protocol.Protocol) error {
	s.ID, s.Site, s.Protocol, s.Opened = e.Batch, e.Site, p, act
	s.Patient, s.Reference, s.Prescriber = e.Patient, e.Reference, e.Prescriber
	s.Patient.NumberType, s.Basis = e.NumberType, e.Basis
	s.Issue, s.Reissues, s.Reissue = e.Issue, e.Reissues, e.Reissue
	s.Trial, s.Participant, s.Chain = e.Trial, e.Participant, e.Chain
	s.nearby(e.Near)
	s.Order = map[string]OrderEntry{}
	for _, value := range p.Order {
		read, err := value.Input.Parse(e.Values[value.Name], time.UTC)
		if err != nil {
			return fmt.Errorf("order value %q: %w", value.Name, err)
		}
		s.Order[value.Name] = OrderEntry{Text: e.Order[value.Name], Value: read}
	}
	if err := s.pinSite(e, p); err != nil {
		return err
	}
	for _, item := range e.Items {
		held, err := itemOf(item)
		if err != nil {
			return err
		}
		s.Items = append(s.Items, held)
	}
	s.lay(p)
	s.compute(0, len(s.Steps))
	return nil
}

// change changes a step, and computes anew what leans on it: the
// step itself and the one after it. What an even later step leans on is
// computed when the batch gets there.
func (s *growing) change(step string, how func(*StepState) error) error {
	i, ok := s.steps[step]
	if !ok {
		return fmt.Errorf("there is no step %q", step)
	}
	if err := how(s.step(i)); err != nil {
		return err
	}
	s.compute(i, min(i+2, len(s.Steps)))
	s.choose()
	return nil
}

// compute works out the calculations of some steps; one whose inputs are
// missing has no result.
func (s *growing) compute(from, to int) {
	for i := from; i < to; i++ {
		st := &s.Steps[i]
		if len(st.Step.Calcs) == 0 {
			continue
		}
		st.Results = map[string]protocol.Result{}
		for j := range st.Step.Calcs {
			calc := &st.Step.Calcs[j]
			if w := s.watch(i, calc, func(w *watched) { w.result, w.err = calc.Compute(w) }); w.err == nil {
				st.Results[calc.Name] = w.result
				st.broken = st.broken || w.result.Verdict.Level != ""
			}
		}
	}
}

func input(step *protocol.Step, field string) *protocol.Input {
	for i := range step.Inputs {
		if step.Inputs[i].Name == field {
			return &step.Inputs[i]
		}
	}
	return nil
}

// addValue puts an entry of a field in its place, judged as things stand.
func (s *growing) addValue(st *StepState, field, text string, entry ValueEntry) error {
	in := input(st.Step, field)
	if in == nil {
		return fmt.Errorf("step %q has no field %q", st.Step.Name, field)
	}
	value, err := in.Parse(text, time.UTC)
	if err != nil {
		return fmt.Errorf("value of %q: %w", field, err)
	}
	entry.Value = value
	if st.Values == nil {
		st.Values = make(map[string][]ValueEntry, len(st.Step.Inputs))
	}
	st.Values[field] = append(st.Values[field], entry)
	s.judge(st, field)
	return nil
}

// judge gives the entry of a field that counts its verdict. The field's list
// must be this fold's own. A limit that leans on something not known yet
// holds for now; whatever makes it known judges again.
func (s *growing) judge(st *StepState, field string) {
	entries := st.Values[field]
	entry := &entries[len(entries)-1]
	s.compute(s.steps[st.Step.Name], s.steps[st.Step.Name]+1)
	verdict, err := input(st.Step, field).Judge(entry.Value, s.envAt(st))
	if err != nil {
		verdict = protocol.Verdict{}
	}
	entry.Verdict = verdict
	st.broken = st.broken || verdict.Level != ""
}
