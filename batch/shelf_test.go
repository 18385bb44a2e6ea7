package batch

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
	"countersign/register"
)

// shelf is a whole site in memory: its registers and several batches, which act
// on each other through lots, machines, labels and patients. It gathers facts and
// writes rows as a running site does, and keeps every entry in order.
type shelf struct {
	tb       testing.TB
	p        *protocol.Protocol
	people   map[string]identity.Person
	books    *register.Books
	batches  map[string]*State
	log      []audit.Entry
	sealed   []map[string]string // of each entry
	versions map[audit.StreamID]int64
	heads    map[audit.StreamID]audit.Hash
	now      time.Time
}

func newShelf(tb testing.TB, p *protocol.Protocol) *shelf {
	s := &shelf{
		tb: tb, p: p, people: newWorldOf(tb, p).people, books: register.NewBooks(), batches: map[string]*State{},
		versions: map[audit.StreamID]int64{}, heads: map[audit.StreamID]audit.Hash{}, now: day().Add(9 * time.Hour),
	}
	for _, act := range register.Permit(p, "U-1", "ward 4") {
		s.must(s.tell(map[identity.Role]string{identity.QualityLead: "Quinn", identity.ControlSite: "Clara"}[act.Role], act.Command))
	}
	return s
}

func (s *shelf) must(err error) {
	s.tb.Helper()
	if err != nil {
		s.tb.Fatal(err)
	}
}

// put gives a draft its place and folds it where it belongs.
func (s *shelf) put(d audit.Draft) {
	s.tb.Helper()
	s.versions[d.Stream]++
	e := audit.Entry{
		Origin: "royal.example", Index: int64(len(s.log)), Stream: d.Stream, Version: s.versions[d.Stream], Previous: s.heads[d.Stream],
		Kind: d.Kind, KindVersion: d.KindVersion, Time: d.Time, Actor: d.Actor, Payload: d.Payload, Sealed: d.Commitments(), Signatures: d.Signatures,
	}
	raw, err := audit.Encode(e)
	s.must(err)
	e, err = audit.Decode(raw)
	s.must(err)
	s.heads[d.Stream] = audit.LeafHash(raw)
	opened := map[string]string{}
	for _, member := range d.Sealed {
		opened[member.Name] = member.Value
	}
	stored := audit.Stored{Entry: e, Bytes: raw}
	if id, ours := strings.CutPrefix(string(d.Stream), "batch/"); ours {
		s.batches[id], err = Fold(s.batches[id], stored, opened, func(string, int, [32]byte) (*protocol.Protocol, error) { return s.p, nil })
	} else {
		err = s.books.Apply(stored, opened)
	}
	s.must(err)
	s.log, s.sealed = append(s.log, e), append(s.sealed, opened)
}

func (s *shelf) salt() [32]byte { return sha256.Sum256([]byte(strconv.Itoa(len(s.log)))) }

// tell gives a register a command.
func (s *shelf) tell(who string, c register.Command) error {
	s.tb.Helper()
	person := s.people[who]
	written, err := register.Decide(s.books, c, register.Facts{Person: person, Zone: time.UTC, Now: s.now})
	if err != nil {
		return err
	}
	draft, err := register.DraftOf(written, person.ID, s.now, s.salt)
	s.must(err)
	meaning, roles := c.Signs()
	role, _, err := identity.AuthorityFor(person, meaning, roles, "", 0, identity.NeedsNothing, s.now)
	s.must(err)
	s.signs(&draft, person, role, meaning, "", nil)
	s.put(draft)
	return nil
}

func (s *shelf) signs(d *audit.Draft, person identity.Person, role identity.Role, meaning identity.Meaning, training string, lines []string) {
	s.tb.Helper()
	signature, err := identity.Block(person, role, meaning, training)
	s.must(err)
	signature.Time, signature.Shown, signature.Method, signature.Value = d.Time, lines, "password", make([]byte, 64)
	d.Signatures = []audit.Signature{signature}
}

// do gives a batch a command, with what the registers and the other batches say
// at this moment, and writes what it comes to and what it takes.
func (s *shelf) do(who, id string, c Command) error {
	s.tb.Helper()
	state, person := s.batches[id], s.people[who]
	f := Facts{
		Person: person, Protocol: s.p, Effective: true, Origin: "royal.example", Site: "The Royal, unit 1", Zone: time.UTC,
		Standing:   s.books.Standing(s.p.Product.Code, s.p.Product.Form, "U-1", s.now),
		Registered: map[string]register.Fitness{}, Issue: len(s.batches) + 1,
	}
	for _, code := range Codes(state, c) {
		if fit, ok := s.books.Scanned(code, s.now); ok {
			f.Registered[code] = fit
		}
	}
	if scan, ok := c.(Scan); ok {
		for _, other := range LabelsOf(scan.Raw) {
			if s.batches[other] != nil && other != id {
				f.Found.Batch = other
			}
		}
	}
	events, err := Decide(state, c, f, s.now)
	var refusal *Refusal
	if errors.As(err, &refusal) {
		if state == nil {
			return refusal
		}
		events, err = Refused(state, c, refusal, f, s.now)
	}
	s.must(err)
	meaning, _, signed := Signs(state, c)
	var lines []string
	if signed = signed && refusal == nil; signed {
		lines, err = Lines(state, c, f)
		s.must(err)
	}
	for i, ev := range events {
		draft, err := DraftOf(ev, id, person.ID, s.now, s.salt)
		s.must(err)
		if i == 0 && signed {
			s.signs(&draft, person, identity.Role(ev.by().Role), meaning, ev.by().Training, lines)
		}
		s.put(draft)
	}
	if refusal != nil {
		return refusal
	}
	s.rows(Rows(state, id, events, f, s.now), person.ID)
	s.free(id, person.ID)
	return nil
}

func (s *shelf) rows(rows []register.Written, by identity.PersonID) {
	s.tb.Helper()
	for _, row := range rows {
		draft, err := register.DraftOf(row, by, s.now, s.salt)
		s.must(err)
		s.put(draft)
	}
}

// free gives back the machines that a batch needs no more.
func (s *shelf) free(id string, by identity.PersonID) {
	s.tb.Helper()
	state := s.batches[id]
	for _, item := range state.Items {
		if fit, ok := s.books.Scanned(item.Code, s.now); ok && fit.Machine() && fit.Holder == id && !state.Needs(item.Name) {
			s.rows([]register.Written{{Stream: fit.Rows(), Event: register.EquipmentFreed{Batch: id, Item: item.Name}}}, by)
		}
	}
}

// ids are the batches in order.
func (s *shelf) ids() []string {
	ids := make([]string, 0, len(s.batches))
	for id := range s.batches {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// child is one of the patients of the shelf, by number.
func child(n int) Patient {
	return []Patient{
		{Name: "EXAMPLE, Robin", Born: "2019-03-01", Number: "999 000 0018", NumberType: "NHS", Wristband: "9990000018"},
		{Name: "EXAMPLE, Rubin", Born: "2019-03-01", Number: "999 000 0026", NumberType: "NHS", Wristband: "9990000026"},
		{Name: "SAMPLE, Ada", Born: "2020-12-24", Number: "999 000 0034", NumberType: "NHS", Wristband: "9990000034"},
	}[n]
}

func vialCode(n int) string    { return fmt.Sprintf("VIAL-%d", n) }
func cabinetCode(n int) string { return fmt.Sprintf("CAB-%d", n) }
