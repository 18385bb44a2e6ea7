package batch

import (
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
)

// Folder folds the entries of batches. What it learns in one it uses for all.
// It serves one caller at a time.
type Folder struct {
	find   Find
	reader *reader
}

// NewFolder makes a Folder. find gives the protocol that an opening names.
func NewFolder(find Find) *Folder { return &Folder{find: find, reader: newReader()} }

// Resume goes on with a batch as it stands; nil begins one.
func (f *Folder) Resume(s *State) *Folding { return &Folding{Folder: f, state: s} }

// Folding adds entries to a batch, one after the other, in its own memory: a
// thousand cost little more than reading them. A state that State gave out
// never changes, whatever is added later.
type Folding struct {
	*Folder
	state *State   // as given out last, or as begun with; nil before the first entry
	ahead *growing // what has come since; nil while nothing has
	last  []byte   // of the newest entry in ahead
}

// Fold adds one entry to a batch and returns the new state; s, nil for the
// first entry, is never changed. The rest is as for Folding's Add.
func Fold(s *State, e audit.Stored, openings map[string]string, find Find) (*State, error) {
	f := NewFolder(find).Resume(s)
	if err := f.Add(e, openings); err != nil {
		return nil, err
	}
	return f.State(), nil
}

// Add adds the next entry. openings holds the entry's opened members by name;
// without them the state is masked. An entry of a kind that is signed must
// carry exactly one signature, by its actor, with the kind's meaning. An error
// leaves the batch as State gave it last.
func (f *Folding) Add(e audit.Stored, openings map[string]string) error {
	ev, err := f.reader.event(e.Entry, openings)
	if err != nil {
		f.ahead, f.last = nil, nil
		return fmt.Errorf("fold entry %d: %w", e.Index, err)
	}
	return f.add(e, ev)
}

// add is Add for an entry that has been read.
func (f *Folding) add(e audit.Stored, ev Event) error {
	if f.ahead == nil {
		f.ahead = grow(f.state)
	}
	if err := f.follow(e, ev); err != nil {
		f.ahead, f.last = nil, nil
		return fmt.Errorf("fold entry %d: %w", e.Index, err)
	}
	f.last = e.Bytes
	return nil
}

// follow checks that an entry follows, and takes it in.
func (f *Folding) follow(e audit.Stored, ev Event) error {
	s := f.ahead
	if e.Version != s.Version+1 {
		return fmt.Errorf("it is version %d of its stream and follows version %d", e.Version, s.Version)
	}
	if s.ID != "" && e.Stream != Stream(s.ID) {
		return fmt.Errorf("it belongs to %s", e.Stream)
	}
	by := ev.by()
	act := Act{
		Index: e.Index, Version: e.Version, At: e.Time, Person: identity.PersonID(e.Actor),
		Name: by.Name, Username: by.Username, Role: by.Role, Training: by.Training, Meaning: meanings(ev),
	}
	if err := signedAs(e.Entry, act); err != nil {
		return err
	}
	p, err := f.protocolOf(ev, e.Stream)
	if err != nil {
		return err
	}
	if err := s.take(ev, act, p); err != nil {
		return err
	}
	if _, certifies := ev.(BatchCertified); certifies {
		hash := audit.LeafHash(e.Bytes)
		s.Certification.Hash = hex.EncodeToString(hash[:])
	}
	if opening, ok := ev.(BatchOpened); ok && opening.Patient.Name == "" && opening.Patient.Wristband == "" {
		s.Masked = true
	}
	if s.ID == "" {
		s.ID = string(e.Stream)[len("batch/"):]
	}
	return nil
}

// protocolOf is the protocol of a batch's opening; nothing else comes before
// that but attempts that were refused.
func (f *Folding) protocolOf(ev Event, stream audit.StreamID) (*protocol.Protocol, error) {
	opening, ok := ev.(BatchOpened)
	switch {
	case ok && Stream(opening.Batch) != stream:
		return nil, fmt.Errorf("it opens %s in %s", opening.Batch, stream)
	case ok && f.ahead.Protocol != nil:
		return nil, errors.New("the batch was opened before")
	case ok:
		return f.find(opening.Protocol, opening.Version, opening.Digest)
	case f.ahead.Protocol == nil && ev.Kind() != kindRefused:
		return nil, errors.New("the batch was never opened")
	}
	return nil, nil
}

// State is the batch with all that was added; nil while there is nothing.
func (f *Folding) State() *State {
	if f.ahead != nil {
		f.state, f.ahead, f.last = f.peek(), nil, nil
	}
	return f.state
}

// peek is State for somebody who does not keep it: the next entry changes it.
func (f *Folding) peek() *State {
	if f.ahead == nil {
		return f.state
	}
	f.ahead.settle()
	if f.last != nil {
		hash := audit.LeafHash(f.last)
		f.ahead.Head = hex.EncodeToString(hash[:])
	}
	return f.ahead.State
}

// growing is a state that takes in events where it stands. What it shares with
// the state that it grew out of it copies before it writes there, once.
type growing struct {
	*State
	own   []bool             // which steps' maps and lists it shares with nobody; nil while the list of steps is shared itself
	known map[place]*watched // what calculations and conditions came to
}

// grow begins a state that another grows into. The lists that only become
// longer have no room at their end, so that to append is to copy.
func grow(s *State) *growing {
	if s == nil {
		return &growing{State: &State{}}
	}
	next := *s
	next.Moves, next.Notes, next.Exceptions = slices.Clip(s.Moves), slices.Clip(s.Notes), slices.Clip(s.Exceptions)
	next.Refusals, next.Reviews, next.Items = slices.Clip(s.Refusals), slices.Clip(s.Reviews), slices.Clip(s.Items)
	next.AllHolds, next.Shifts = slices.Clip(s.AllHolds), slices.Clip(s.Shifts)
	next.Demands, next.Looks = slices.Clip(s.Demands), slices.Clip(s.Looks)
	next.Stops, next.Corrections = slices.Clip(s.Stops), slices.Clip(s.Corrections)
	next.Deviations, next.Route, next.SupplyTold = slices.Clip(s.Deviations), slices.Clip(s.Route), slices.Clip(s.SupplyTold)
	next.Papers, next.Kept = slices.Clip(s.Papers), slices.Clip(s.Kept)
	next.Taken, next.Links, next.Near = slices.Clip(s.Taken), slices.Clip(s.Links), slices.Clip(s.Near)
	next.News, next.NewsTold, next.Fates = slices.Clip(s.News), slices.Clip(s.NewsTold), slices.Clip(s.Fates)
	return &growing{State: &next}
}

// with is the state after an event. The state itself stays as it is.
func (s *State) with(ev Event, act Act, p *protocol.Protocol) (*State, error) {
	next := grow(s)
	if err := next.take(ev, act, p); err != nil {
		return nil, err
	}
	next.settle()
	return next.State, nil
}

// list gives the list of steps to be written to.
func (s *growing) list() []StepState {
	if s.own == nil {
		s.Steps, s.own = slices.Clone(s.Steps), make([]bool, len(s.Steps))
	}
	return s.Steps
}

// step gives a step to be written to, and all that hangs on it.
func (s *growing) step(i int) *StepState {
	st := &s.list()[i]
	if !s.own[i] {
		s.own[i] = true
		st.Scans, st.Values = owned(st.Scans), owned(st.Values)
		st.Performed, st.Checked = slices.Clip(st.Performed), slices.Clip(st.Checked)
		st.Confirmed = slices.Clip(st.Confirmed)
	}
	return st
}

// owned copies a map; its lists are copied when they are appended to.
func owned[T any](lists map[string][]T) map[string][]T {
	lists = maps.Clone(lists)
	for name, list := range lists {
		lists[name] = slices.Clip(list)
	}
	return lists
}
