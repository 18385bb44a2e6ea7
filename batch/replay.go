package batch

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"countersign/audit"
)

// Witnesses is what replaying a batch needs beside its entries.
type Witnesses struct {
	// Openings gives an entry's opened members by name; nil for a masked record.
	Openings func(index int64) map[string]string
	Find     Find
	// Facts gives what stood beside the batch when the entry was written: the
	// actor as the log had them then, whether the site was active, whether the
	// protocol was the effective version, the site's name and zone.
	Facts func(e audit.Entry) (Facts, error)
	// Edition says under which edition of the rules the entry was written; nil
	// when all were written under this one.
	Edition func(e audit.Entry) int
}

// Edition counts the editions of the rules by which Decide decides and Lines
// words. Every change that would make an old entry come out otherwise is a new
// one: entries of another edition are folded, not decided again, and a replay
// says so. 2: sheets give ordered values with their units.
const Edition = 5

// Replayed says what a replay covered.
type Replayed struct {
	State     *State   // nil after an error
	Entries   int      // written again and found the same
	Older     int      // of another edition of the rules: folded, and not decided again
	Unchecked []string // what could not be decided again, a sentence each
}

// Mismatch is the error of Replay, as *Mismatch: the first entry that Decide
// would not have written, and why.
type Mismatch struct {
	Index    int64 // in the site's log
	Version  int64 // in the batch's stream
	Sentence string
}

func (m *Mismatch) Error() string {
	return fmt.Sprintf("entry %d (version %d of the batch): %s", m.Index, m.Version, m.Sentence)
}

// Replay decides a whole batch again from its entries, in the order of its
// stream: it makes each command from its event, runs Decide with the facts as
// they stood, and compares what Decide would have written, entry by entry and
// byte by byte, and what each signature says was shown. Whether the signatures
// themselves verify is audit's to say.
func Replay(entries []audit.Stored, w Witnesses) (Replayed, error) {
	r := &replaying{folding: NewFolder(w.Find).Resume(nil)}
	err := r.all(entries, w)
	r.State = r.folding.State()
	return r.Replayed, err
}

// replaying is a replay on its way. Its State is only looked at.
type replaying struct {
	Replayed
	folding *Folding
}

func (r *replaying) all(entries []audit.Stored, w Witnesses) error {
	if len(entries) == 0 {
		return &Mismatch{Sentence: "there is no entry"}
	}
	for i := 0; i < len(entries); {
		decide := r.group
		if w.Edition != nil && w.Edition(entries[i].Entry) != Edition {
			decide = r.believe
			r.Older++
			r.Entries--
		}
		r.State = r.folding.peek()
		count, err := decide(entries[i:], w)
		if err != nil {
			var mismatch *Mismatch
			if !errors.As(err, &mismatch) {
				err = &Mismatch{Index: entries[i].Index, Version: entries[i].Version, Sentence: err.Error()}
			}
			return err
		}
		i += count
		r.Entries += count
	}
	if r.Older > 0 {
		r.Unchecked = append(r.Unchecked, fmt.Sprintf("%d entries were decided under another edition of the rules than edition %d, which this program knows: they were read, and not decided again.", r.Older, Edition))
	}
	return nil
}

// believe folds an entry that this program cannot decide.
func (r *replaying) believe(entries []audit.Stored, w Witnesses) (int, error) {
	return 1, r.folding.Add(entries[0], w.opened(entries[0].Index))
}

// group replays the entries of one command.
func (r *replaying) group(entries []audit.Stored, w Witnesses) (int, error) {
	first := entries[0]
	openings := w.opened(first.Index)
	ev, err := r.folding.reader.event(first.Entry, openings)
	if err != nil {
		return 0, err
	}
	facts, err := w.Facts(first.Entry)
	if err != nil {
		return 0, err
	}
	if string(facts.Person.ID) != first.Actor {
		return 0, errors.New("its actor is not known")
	}
	if opening, ok := ev.(BatchOpened); ok {
		facts = facts.again(opening)
		if facts.Protocol, err = w.Find(opening.Protocol, opening.Version, opening.Digest); err != nil {
			return 0, err
		}
	}
	if facts.Unsound, err = r.unsoundIn(entries, w); err != nil {
		return 0, err
	}
	if facts.Alarms, err = r.alarmsIn(entries, w); err != nil {
		return 0, err
	}
	facts = facts.asTheBooksSaid(r.State.orNew(), ev, first.Time)
	expected, command, err := r.again(ev, facts, first, w)
	if err != nil {
		return 0, err
	}
	if command == nil { // sealed, and not opened here
		r.Unchecked = append(r.Unchecked, fmt.Sprintf("Entry %d: a refused attempt to %s, whose content is masked or was not kept.", first.Index, AttemptWords(ev.(CommandRefused).Attempt)))
		expected = []Event{ev}
		s, attempt := r.State.orNew(), ev.(CommandRefused)
		due := append(s.overdue(first.Time), s.unsound(facts, attempt.Step)...)
		if ofKept(commands()[attempt.Attempt]) {
			due = untimed(due)
		}
		for i, ex := range append(due, s.sounding(facts)...) {
			ex.By, ex.Number = ev.by(), len(r.State.orNew().Exceptions)+i+1
			expected = append(expected, ex)
		}
	} else if err := r.shown(command, facts, first.Entry, ev); err != nil {
		return 0, err
	}
	if len(expected) > len(entries) {
		return 0, fmt.Errorf("%s should follow it, and nothing does", expected[len(entries)].Kind())
	}
	for i, want := range expected {
		e := entries[i]
		if i > 0 {
			ev, err = r.folding.reader.event(e.Entry, w.opened(e.Index))
		}
		if wrong := same(e, ev, want, first); wrong != nil {
			return 0, &Mismatch{Index: e.Index, Version: e.Version, Sentence: wrong.Error()}
		}
		if err == nil {
			err = r.folding.add(e, ev)
		}
		if err != nil {
			return 0, &Mismatch{Index: e.Index, Version: e.Version, Sentence: err.Error()}
		}
	}
	return len(expected), nil
}

func (w Witnesses) opened(index int64) map[string]string {
	if w.Openings == nil {
		return nil
	}
	return w.Openings(index)
}

func (s *State) orNew() *State {
	if s == nil {
		return &State{}
	}
	return s
}

// again makes the command from its event and decides it. A nil command means
// that the attempt is sealed and not opened.
func (r *replaying) again(ev Event, facts Facts, first audit.Stored, w Witnesses) ([]Event, Command, error) {
	command, err := commandOf(ev, r.State.orNew().Masked)
	if err != nil || command == nil {
		return nil, nil, err
	}
	if opening, ok := command.(Open); ok && facts.Protocol == nil {
		if p, err := w.Find(opening.Protocol, opening.Version, opening.Digest); err == nil {
			facts.Protocol = p
		}
	}
	expected, err := decide(r.State, command, facts, first.Time)
	var refusal *Refusal
	if err != nil && !errors.As(err, &refusal) {
		return nil, nil, err
	}
	attempt, refused := ev.(CommandRefused)
	switch {
	case refused && refusal == nil:
		return nil, nil, errors.New("the record says that this was refused, and the rules allow it")
	case refused && refusal.Code != attempt.Code:
		return nil, nil, fmt.Errorf("the rules refuse this as %s, and the record says %s", refusal.Code, attempt.Code)
	case refused:
		expected, err = Refused(r.State, command, refusal, facts, first.Time)
		return expected, command, err
	case refusal != nil:
		return nil, nil, fmt.Errorf("the rules refuse this: %s", refusal.Sentence)
	}
	if maskedScan(ev) {
		r.Unchecked = append(r.Unchecked, fmt.Sprintf("Entry %d: a refused scan that may name a patient, which is masked.", first.Index))
	}
	if opening, ok := ev.(BatchOpened); ok && opening.Patient.Name == "" {
		r.Unchecked = append(r.Unchecked, "Whether the wristbands scanned are the patient's: they are masked.")
	}
	return expected, command, nil
}

// same compares an entry, and the event that was read from it, with what
// Decide would have written. Only what would be written is read as an event of
// a kind's newest version: the same event is the same payload.
func same(e audit.Stored, ev, want Event, first audit.Stored) error {
	if e.Kind != want.Kind() {
		return fmt.Errorf("it is %s, and %s would have been written", e.Kind, want.Kind())
	}
	if e.KindVersion != versionOf(want) || !reflect.DeepEqual(ev, want) {
		payload, err := payloadOf(want)
		if err != nil {
			return err
		}
		if !bytes.Equal(payload, e.Payload) {
			return fmt.Errorf("its payload is not what would have been written: %s", payload)
		}
	}
	if !e.Time.Equal(first.Time) || e.Actor != first.Actor {
		return errors.New("its time or actor is not that of the act that gave rise to it")
	}
	members := slices.Sorted(maps.Keys(sealedOf(want)))
	if !slices.Equal(members, slices.Sorted(maps.Keys(e.Sealed))) {
		return errors.New("its sealed members are not those that would have been sealed")
	}
	return nil
}

// shown compares a signature with what Lines and Decide give: what was on the
// sheet, and who signed as what (SIG-01, SIG-02, SIG-09).
func (r *replaying) shown(c Command, f Facts, e audit.Entry, ev Event) error {
	if e.Kind == kindRefused {
		return nil
	}
	if _, _, ok := Signs(r.State, c); !ok {
		if meanings(ev) != "" {
			return errors.New("its kind is signed, and the act that gave rise to it asks for no signature")
		}
		return nil
	}
	if len(e.Signatures) != 1 {
		return errors.New("it carries no signature, and needs one")
	}
	lines, err := Lines(r.State, c, f)
	if err != nil {
		return err
	}
	signature, by := e.Signatures[0], ev.by()
	if !slices.Equal(signature.Shown, lines) {
		return errors.New("its signature says that something else was shown than the record gives")
	}
	if signature.Name != by.Name || signature.Username != by.Username || signature.Role != by.Role || signature.Training != by.Training {
		return errors.New("its signature names another person, role or training than the entry")
	}
	return nil
}
