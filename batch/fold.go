package batch

import (
	"encoding/hex"
	"fmt"
	"maps"
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
	case BatchOpened:
		return identity.Approved
	case StepPerformed:
		return identity.Performed
	case StepChecked:
		if e.Witness {
			return identity.Witnessed
		}
		return identity.Verified
	case ExceptionResolved, StepDecided:
		return identity.AuthorisedDeviation
	case BatchReviewed:
		return identity.Reviewed
	case BatchCertified:
		return identity.Certified
	case BatchRejected, BatchAborted:
		return identity.Rejected
	}
	return ""
}

// Fold adds one entry to a batch and returns the new state; s, nil for the
// first entry, is never changed. openings holds the entry's opened members by
// name; without them the state is masked. An entry of a kind that is signed
// must carry exactly one signature, by its actor, with the kind's meaning.
func Fold(s *State, e audit.Stored, openings map[string]string, find Find) (*State, error) {
	ev, err := DecodeEvent(e.Entry, openings)
	if err != nil {
		return nil, fmt.Errorf("fold entry %d: %w", e.Index, err)
	}
	if s == nil {
		s = &State{}
	}
	if e.Version != s.Version+1 {
		return nil, fmt.Errorf("fold entry %d: it is version %d of its stream and follows version %d", e.Index, e.Version, s.Version)
	}
	if s.ID != "" && e.Stream != Stream(s.ID) {
		return nil, fmt.Errorf("fold entry %d: it belongs to %s", e.Index, e.Stream)
	}
	by := ev.by()
	act := Act{
		Index: e.Index, Version: e.Version, At: e.Time, Person: identity.PersonID(e.Actor),
		Name: by.Name, Username: by.Username, Role: by.Role, Training: by.Training, Meaning: meanings(ev),
	}
	if err := signedAs(e.Entry, act); err != nil {
		return nil, fmt.Errorf("fold entry %d: %w", e.Index, err)
	}
	var p *protocol.Protocol
	if opening, ok := ev.(BatchOpened); ok {
		if Stream(opening.Batch) != e.Stream {
			return nil, fmt.Errorf("fold entry %d: it opens %s in %s", e.Index, opening.Batch, e.Stream)
		}
		if p, err = find(opening.Protocol, opening.Version, opening.Digest); err != nil {
			return nil, fmt.Errorf("fold entry %d: %w", e.Index, err)
		}
	} else if s.Protocol == nil && ev.Kind() != kindRefused {
		return nil, fmt.Errorf("fold entry %d: the batch was never opened", e.Index)
	}
	next, err := s.with(ev, act, p)
	if err != nil {
		return nil, fmt.Errorf("fold entry %d: %w", e.Index, err)
	}
	if next.ID == "" {
		next.ID = string(e.Stream)[len("batch/"):]
	}
	if opening, ok := ev.(BatchOpened); ok && openings["wristband"] == "" && opening.Patient.Name == "" {
		next.Masked = true
	}
	hash := audit.LeafHash(e.Bytes)
	next.Head = hex.EncodeToString(hash[:])
	return next, nil
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

// with is the state after an event. The state itself stays as it is: slices
// and maps that change are copied.
func (s *State) with(ev Event, act Act, p *protocol.Protocol) (*State, error) {
	next := *s
	next.Version, next.Last = act.Version, act.At
	n := &next
	switch e := ev.(type) {
	case BatchOpened:
		if err := n.open(e, act, p); err != nil {
			return nil, err
		}
	case StepBegun:
		return n, n.change(e.Step, func(st *StepState) error {
			st.Begun, st.Started = &act, act.At
			return nil
		})
	case ScanAccepted:
		return n, n.change(e.Step, func(st *StepState) error {
			st.begin(act.At)
			st.addScan(e.Field, ScanEntry{Act: act, Raw: e.Raw, Matched: true, Item: e.Lot})
			return nil
		})
	case ScanRefused:
		return n, n.change(e.Step, func(st *StepState) error {
			st.addScan(e.Field, ScanEntry{Act: act, Raw: e.Raw, Why: e.Why})
			return nil
		})
	case ValueRecorded:
		return n, n.change(e.Step, func(st *StepState) error {
			st.begin(act.At)
			return n.addValue(st, e.Field, e.Value, ValueEntry{Act: act, Text: e.Text, Repeat: e.Repeat})
		})
	case ValueCorrected:
		if err := n.correct(e, act); err != nil {
			return nil, err
		}
	case ItemSetOut:
		held, err := itemOf(e.Item)
		if err != nil {
			return nil, err
		}
		n.Items = appended(n.Items, held)
	case ItemMoved:
		n.Moves = appended(n.Moves, Moved{Act: act, Item: e.Item, To: e.To})
		if next := n.Next(); next != nil {
			return n, n.change(next.Step.Name, func(*StepState) error { return nil })
		}
	case StepPerformed:
		return n, n.perform(e.Step, act)
	case StepDecided:
		return n, n.perform(e.Step, act)
	case StepChecked:
		return n, n.change(e.Step, func(st *StepState) error {
			st.Checked = appended(st.Checked, act)
			return nil
		})
	case RemarkNoted:
		n.Notes = appended(n.Notes, NoteEntry{Act: act, Step: e.Step, Text: e.Text})
	case ExceptionRaised:
		if e.Number != len(n.Exceptions)+1 {
			return nil, fmt.Errorf("exception %d follows exception %d", e.Number, len(n.Exceptions))
		}
		n.Exceptions = appended(n.Exceptions, Exception{
			Number: e.Number, Raised: act, Class: e.Class, Severity: e.Severity, Blocks: e.Blocks,
			Step: e.Step, Field: e.Field, Text: e.Text, Cause: e.Cause, CausedBy: e.CausedBy,
		})
		// What comes up after certification is an event after release: it changes
		// nothing that was signed (DEV-04).
		if e.Blocks != BlocksNothing && n.Certification == nil {
			n.unreview(act.Version, fmt.Sprintf("exception %d was raised after it", e.Number))
		}
	case ExceptionResolved:
		if e.Exception < 1 || e.Exception > len(n.Exceptions) {
			return nil, fmt.Errorf("there is no exception %d", e.Exception)
		}
		n.Exceptions = slices.Clone(n.Exceptions)
		ex := &n.Exceptions[e.Exception-1]
		ex.Resolved, ex.Accepted, ex.Reason = &act, e.Accept, e.Reason
	case BatchReviewed:
		n.Reviews = appended(n.Reviews, act)
	case BatchCertified:
		d := Disposition{Act: act, Status: Certified, Statement: e.Statement, Place: e.Place, Entries: e.Entries, Head: e.Head}
		n.Disposition, n.Certification = &d, &d
	case BatchRejected:
		n.Disposition = &Disposition{Act: act, Status: Rejected, Statement: e.Reason, Entries: e.Entries, Head: e.Head}
	case BatchAborted:
		n.Disposition = &Disposition{Act: act, Status: Aborted, Statement: e.Reason, Entries: e.Entries, Head: e.Head}
	case CommandRefused:
		n.Refusals = appended(n.Refusals, RefusalEntry{Act: act, Attempt: e.Attempt, Step: e.Step, Code: e.Code, Sentence: e.Sentence})
	default:
		return nil, fmt.Errorf("no event of kind %s is known", ev.Kind())
	}
	n.settle()
	return n, nil
}

// perform puts a performer's signature, or a decision's, under a step.
func (s *State) perform(step string, act Act) error {
	return s.change(step, func(st *StepState) error {
		st.begin(act.At)
		st.Performed = appended(st.Performed, act)
		return nil
	})
}

// appended is append that never writes into the old slice's memory.
func appended[T any](old []T, more T) []T { return append(slices.Clip(old), more) }

// begin notes the first thing done in an untimed step.
func (st *StepState) begin(at time.Time) {
	if st.Started.IsZero() && !st.Step.Timed {
		st.Started = at
	}
}

func (st *StepState) addScan(field string, entry ScanEntry) {
	st.Scans = maps.Clone(st.Scans)
	if st.Scans == nil {
		st.Scans = map[string][]ScanEntry{}
	}
	st.Scans[field] = appended(st.Scans[field], entry)
}

// open fills in what the opening says.
func (s *State) open(e BatchOpened, act Act, p *protocol.Protocol) error {
	s.ID, s.Site, s.Protocol, s.Opened = e.Batch, e.Site, p, act
	s.Patient, s.Reference, s.Prescriber = e.Patient, e.Reference, e.Prescriber
	s.Patient.NumberType = e.NumberType
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
		s.Items = appended(s.Items, held)
	}
	s.lay(p)
	s.compute(0, len(s.Steps))
	return nil
}

// change copies a step, changes it, and computes anew what leans on it: the
// step itself and the one after it. What an even later step leans on is
// computed when the batch gets there.
func (s *State) change(step string, how func(*StepState) error) error {
	i, ok := s.steps[step]
	if !ok {
		return fmt.Errorf("there is no step %q", step)
	}
	s.Steps = slices.Clone(s.Steps)
	if err := how(&s.Steps[i]); err != nil {
		return err
	}
	s.compute(i, min(i+2, len(s.Steps)))
	s.settle()
	return nil
}

// compute works out the calculations of some steps; one whose inputs are
// missing has no result. Steps must be this state's own copy.
func (s *State) compute(from, to int) {
	for i := from; i < to; i++ {
		st := &s.Steps[i]
		if len(st.Step.Calcs) == 0 {
			continue
		}
		st.Results = map[string]protocol.Result{}
		for _, calc := range st.Step.Calcs {
			if result, err := calc.Compute(s.envAt(st)); err == nil {
				st.Results[calc.Name] = result
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
func (s *State) addValue(st *StepState, field, text string, entry ValueEntry) error {
	in := input(st.Step, field)
	if in == nil {
		return fmt.Errorf("step %q has no field %q", st.Step.Name, field)
	}
	value, err := in.Parse(text, time.UTC)
	if err != nil {
		return fmt.Errorf("value of %q: %w", field, err)
	}
	entry.Value = value
	st.Values = maps.Clone(st.Values)
	if st.Values == nil {
		st.Values = map[string][]ValueEntry{}
	}
	st.Values[field] = appended(st.Values[field], entry)
	s.judge(st, field)
	return nil
}

// judge gives the entry of a field that counts its verdict. The field's list
// must be this state's own copy. A limit that leans on something not known yet
// holds for now; whatever makes it known judges again.
func (s *State) judge(st *StepState, field string) {
	entries := st.Values[field]
	entry := &entries[len(entries)-1]
	s.compute(s.steps[st.Step.Name], s.steps[st.Step.Name]+1)
	verdict, err := input(st.Step, field).Judge(entry.Value, s.envAt(st))
	if err != nil {
		verdict = protocol.Verdict{}
	}
	entry.Verdict = verdict
}
