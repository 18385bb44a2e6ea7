package reports

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a verifier's machine may know no time zones

	"countersign/audit"
	"countersign/batch"
	"countersign/identity"
	"countersign/protocol"
	"countersign/protocol/library"
	"countersign/register"
)

// history is a bundle's entries read once in the order of the log, with what
// stood beside each of the batch's entries when it was written.
type history struct {
	batch    string         // whose record it is; or "",
	protocol string         // and the protocol whose print it is
	life     []audit.Stored // of the protocol, in a protocol's print
	members  map[int64]map[string]string
	site     register.Site
	zone     *time.Location
	people   *identity.Directory
	library  *library.Library
	books    *register.Books
	codes    []string // of what the batch has set out so far
	rests    batch.BatchOpened
	edition  int // of the rules under which the next entry is decided
	editions map[int64]int
	trail    []audit.Stored
	facts    map[int64]batch.Facts
	events   map[int64]batch.Event
	count    map[audit.StreamID]int
	heads    map[audit.StreamID]audit.Hash
	signed   int
}

// read goes through a bundle that holds. It refuses an entry that does not
// follow from those before it, a signature with a key that was not its
// signer's at that place in the log, and any stream that has no business in
// the record of this batch.
func read(o audit.Opened, id string) (*history, error) {
	h := newHistory(o)
	h.batch = id
	if err := h.through(o); err != nil {
		return nil, err
	}
	if len(h.trail) == 0 {
		return nil, errors.New("the data hold no entry of the batch " + id)
	}
	return h, h.onlyItsOwn(o.Entries)
}

// readProtocol goes through the bundle of a protocol's print in the same way.
func readProtocol(o audit.Opened, name string) (*history, error) {
	h := newHistory(o)
	h.protocol = name
	if err := h.through(o); err != nil {
		return nil, err
	}
	if len(h.life) == 0 {
		return nil, errors.New("the data hold no entry of the protocol " + name)
	}
	return h, nil
}

func newHistory(o audit.Opened) *history {
	return &history{
		members: o.Members, people: identity.NewDirectory(), library: library.New(), books: register.NewBooks(),
		edition: 1, editions: map[int64]int{}, facts: map[int64]batch.Facts{}, events: map[int64]batch.Event{}, count: map[audit.StreamID]int{}, heads: map[audit.StreamID]audit.Hash{},
	}
}

func (h *history) through(o audit.Opened) error {
	for _, e := range o.Entries {
		if err := h.apply(e); err != nil {
			return fmt.Errorf("entry %d (%s): %w", e.Index, e.Stream, err)
		}
		h.count[e.Stream]++
		h.heads[e.Stream] = audit.LeafHash(e.Bytes)
	}
	if h.zone == nil {
		return errors.New("the data do not say which site this is")
	}
	return nil
}

func (h *history) apply(e audit.Stored) error {
	if h.zone == nil && e.Stream != register.SiteStream {
		return errors.New("it stands before the entry that founds the site")
	}
	for _, s := range e.Signatures {
		if err := h.keyOf(s); err != nil {
			return err
		}
		h.signed++
	}
	room, _, _ := strings.Cut(string(e.Stream), "/")
	switch {
	case e.Stream == register.SiteStream:
		return h.found(e)
	case e.Stream == register.SoftwareStream:
		software, err := register.ReadSoftware(e.Entry)
		h.edition = software.Edition
		return err
	case room == "person":
		return h.people.Apply(e)
	case room == "protocol":
		if len(e.Signatures) == 0 && e.Kind != library.KindRefused {
			return errors.New("it needs a signature and carries none")
		}
		if h.protocol != "" {
			if e.Stream != library.Stream(h.protocol) {
				return errors.New("it does not belong in the print of the protocol " + h.protocol)
			}
			h.life = append(h.life, e)
		}
		return h.library.Apply(e)
	case h.batch != "" && register.Keeps(e.Stream):
		if err := h.rolesHeld(e); err != nil {
			return err
		}
		return h.books.Apply(e, h.members[e.Index])
	case h.batch != "" && e.Stream == batch.Stream(h.batch):
		h.trail = append(h.trail, e)
		h.facts[e.Index], h.editions[e.Index] = h.factsFor(e), h.edition
		return nil
	}
	if h.protocol != "" {
		return errors.New("it does not belong in the print of the protocol " + h.protocol)
	}
	return errors.New("it does not belong in the record of the batch " + h.batch)
}

func (h *history) found(e audit.Stored) error {
	if e.Version != 1 {
		return fmt.Errorf("this program does not know what %s says of a site", e.Kind)
	}
	site, err := register.ReadSite(e.Entry)
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(site.Zone)
	if err != nil {
		return fmt.Errorf("the site's time zone: %w", err)
	}
	h.site, h.zone = site, zone
	return nil
}

// keyOf checks that a signature was made with the key that was its signer's,
// and counted, at this place in the log (SIG-03, SIG-07). That the signature
// itself verifies is audit's to say.
func (h *history) keyOf(s audit.Signature) error {
	p, ok := h.people.Person(identity.PersonID(s.Signer))
	if !ok {
		return fmt.Errorf("its signer %s is not in the data", s.Signer)
	}
	key, ok := p.SigningKey()
	if !ok || key.Public != s.Key {
		return fmt.Errorf("the key of its signature was not a counting key of %s then", p.Name)
	}
	if p.Name != s.Name || p.Username != s.Username {
		return fmt.Errorf("its signature names %s (%s), and %s is %s (%s)", s.Name, s.Username, s.Signer, p.Name, p.Username)
	}
	return nil
}

// factsFor gives what stood beside the batch just before an entry.
func (h *history) factsFor(e audit.Stored) batch.Facts {
	f := batch.Facts{Origin: h.site.Origin, Site: h.site.Name + ", " + h.site.Unit, Zone: h.zone}
	f.Person, _ = h.people.Person(identity.PersonID(e.Actor))
	event, err := batch.DecodeEvent(e.Entry, h.members[e.Index])
	if err != nil {
		return f // Fold says so, with the reason
	}
	h.events[e.Index] = event
	if id, ok := batch.DoerIn(event); ok {
		f.Doer, _ = h.people.Person(id)
	}
	f.Registered = h.registered(event, e.Time)
	name, version, digest := "", 0, audit.Hash{}
	switch event := event.(type) {
	case batch.BatchOpened:
		name, version, digest = event.Protocol, event.Version, event.Digest
	case batch.CommandRefused:
		if c, err := batch.UnmarshalCommand([]byte(event.Command)); err == nil {
			if open, ok := c.(batch.Open); ok {
				name, version, digest = open.Protocol, open.Version, open.Digest
			}
		}
	}
	if found, ok := h.library.Find(name, version); ok {
		f.Protocol = found.Protocol
	}
	f.Settings = Settings(h.library, name, version)
	if effective, ok := h.library.Effective(name, e.Time); ok {
		f.Effective = effective.Protocol.Version == version && effective.Protocol.Digest == digest
	}
	f.Standing = h.standing(event, f.Protocol, e.Time)
	f.Deviations, f.Blanks = h.deviations(), h.blanks()
	return f
}

// registered is what the registers said of everything that the batch had set
// out, or was setting out, at an entry.
func (h *history) registered(event batch.Event, now time.Time) map[string]register.Fitness {
	switch event := event.(type) {
	case batch.BatchOpened:
		for _, item := range event.Items {
			h.codes = append(h.codes, item.Code)
		}
	case batch.ItemSetOut:
		h.codes = append(h.codes, event.Item.Code)
	}
	codes := h.codes
	if refused, ok := event.(batch.CommandRefused); ok {
		if c, err := batch.UnmarshalCommand([]byte(refused.Command)); err == nil {
			codes = append(slices.Clip(codes), batch.Codes(nil, c)...)
		}
	}
	all := map[string]register.Fitness{}
	for _, code := range codes {
		if fit, ok := h.books.Scanned(code, now); ok {
			all[code] = fit
		}
	}
	return all
}

// Settings are the values in force at a site for a version of a protocol, as
// facts beside a batch that is opened from it.
func Settings(l *library.Library, name string, version int) map[string]batch.Setting {
	all := map[string]batch.Setting{}
	for _, v := range l.SiteValues(name, version) {
		if v.Set {
			all[v.Of.Name] = batch.Setting{
				Text: v.Text, Value: v.As.String(), Version: v.Version, Entry: v.By.Index,
				Name: v.By.Name, Username: v.By.Username, At: v.By.At,
			}
		}
	}
	return all
}

func (h *history) find(name string, version int, digest [32]byte) (*protocol.Protocol, error) {
	found, ok := h.library.Find(name, version)
	if !ok || found.Protocol.Digest != digest {
		return nil, fmt.Errorf("the protocol %s version %d is not in the data as the batch names it", name, version)
	}
	return found.Protocol, nil
}

func (h *history) opened(index int64) map[string]string { return h.members[index] }

// fold gives the batch as its entries tell it.
func (h *history) fold() (*batch.State, error) {
	folding := batch.NewFolder(h.find).Resume(nil)
	for _, e := range h.trail {
		if err := folding.Add(e, h.opened(e.Index)); err != nil {
			return nil, err
		}
	}
	return folding.State(), nil
}

// replay decides the whole batch again.
func (h *history) replay() (batch.Replayed, error) {
	return batch.Replay(h.trail, batch.Witnesses{
		Openings: h.opened,
		Find:     h.find,
		Facts:    func(e audit.Entry) (batch.Facts, error) { return h.facts[e.Index], nil },
		Edition:  func(e audit.Entry) int { return h.editions[e.Index] },
	})
}

// input gathers what the pages are made from.
func (h *history) input(state *batch.State, o audit.Opened) Input {
	in := Input{
		State: state, Site: h.site, Zone: h.zone, People: h.people.People(), Size: o.Checkpoint.Size,
	}
	for _, e := range h.trail {
		in.Trail = append(in.Trail, Entry{Stored: e, Hash: audit.LeafHash(e.Bytes), Event: h.events[e.Index]})
	}
	for id, n := range h.count {
		if id != batch.Stream(h.batch) {
			in.Other = append(in.Other, Stream{ID: id, Entries: n, Head: h.heads[id]})
		}
	}
	slices.SortFunc(in.Other, func(a, b Stream) int { return strings.Compare(string(a.ID), string(b.ID)) })
	in.Origins = h.origins(state)
	for _, entry := range state.Deviations {
		if d, ok := h.books.Deviation(entry.Deviation); ok {
			in.Deviations = append(in.Deviations, d)
		}
	}
	if state.Protocol != nil {
		if v, ok := h.library.Find(state.Protocol.Name, state.Protocol.Version); ok {
			in.Life = lifeOf(v, clock{h.zone})
		}
	}
	return in
}

// Issue makes the PDF batch record of a batch from a bundle that holds the
// streams that Streams names. By is who has it made. The same bundle, by and
// software give the same bytes; a bundle that does not hold is an error.
func Issue(b audit.Bundle, id, software, by string, scanned ...[]byte) ([]byte, error) {
	opened, err := audit.VerifyBundle(b, "")
	if err != nil {
		return nil, fmt.Errorf("issue batch record: %w", err)
	}
	h, err := read(opened, id)
	if err != nil {
		return nil, fmt.Errorf("issue batch record: %w", err)
	}
	state, err := h.fold()
	if err != nil {
		return nil, fmt.Errorf("issue batch record: %w", err)
	}
	in := h.input(state, opened)
	in.Scans = scansOf(scanned)
	return issue(in, b, software, by)
}

func issue(in Input, b audit.Bundle, software, by string) ([]byte, error) {
	raw, err := b.Encode()
	if err != nil {
		return nil, fmt.Errorf("issue batch record: %w", err)
	}
	in.Bundle, in.SiteKey, in.Software, in.GeneratedBy = raw, b.Verifier, software, by
	return BatchRecord(in)
}

// Masked gives a bundle without its openings: everything in it still verifies,
// and nothing in it reads the patient (PDF-09).
func Masked(b audit.Bundle) audit.Bundle {
	b.Openings = nil
	return b
}
