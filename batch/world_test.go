package batch

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"reflect"
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

// world is a site of one batch, in memory: it decides, writes and folds as a
// real one does, and refusals are written too.
type world struct {
	blank     *register.Blank // as an act that is under way leaves it
	tb        testing.TB
	protocol  *protocol.Protocol
	people    map[string]identity.Person
	open      Open
	log       []audit.Stored
	openings  map[int64]map[string]string
	facts     map[int64]Facts
	state     *State
	books     *register.Books                    // of products and units
	now       time.Time                          // of the last act
	registry  map[string]register.Fitness        // nil: that of what the stories set out
	elsewhere map[string]register.Fitness        // lots that the stories set out for nobody here, by code
	altered   map[string]func(*register.Fitness) // what the registers say otherwise of an item
	others    []*Line                            // other batches of the site
	faces     map[string]*register.Interface     // of machines whose data are accepted, by item
	messages  map[string]*Sent                   // what they sent, by number
	alarms    []Sounded                          // of machines that the batch had
	settings  map[string]Setting
	earlier   []Earlier
	unread    []identity.Role
	salt      int
	ungiven   []string          // items whose lots were taken in without a donation code
	sent      map[string]string // what came from the scanner, by what it was read as
	unmarked  bool              // it came without the mark that every scanner here puts in front
	practises string            // what the origin of a site that practises ends in, with the dot
	clock     string            // why it is not known to be sound; "" when it is
}

const batchID = "B-2026-0001"

func day() time.Time { return time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC) }

// readProtocol takes a file of testdata/protocols, or an example.
func readProtocol(tb testing.TB, name string) *protocol.Protocol {
	tb.Helper()
	p, problems := protocol.Parse(name+".yaml", []byte(readText(tb, name)))
	if len(problems) > 0 || p == nil {
		tb.Fatalf("%s: %v", name, problems)
	}
	return p
}

func readText(tb testing.TB, name string) string {
	tb.Helper()
	text, err := os.ReadFile("testdata/protocols/" + name + ".yaml")
	if errors.Is(err, fs.ErrNotExist) {
		text, err = fs.ReadFile(protocol.Examples(), name+".yaml")
	}
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}

func newWorld(tb testing.TB, name string) *world {
	tb.Helper()
	return newWorldOf(tb, readProtocol(tb, name))
}

// newWorldOf sets out everything that a protocol needs, and a cast: Asha and Ben
// are technicians, Pia and Paul pharmacists, Quinn and Queenie quality leads;
// Tim is a technician without training, Ada an administrator.
func newWorldOf(tb testing.TB, p *protocol.Protocol) *world {
	tb.Helper()
	w := &world{
		tb: tb, protocol: p, people: map[string]identity.Person{},
		openings: map[int64]map[string]string{}, facts: map[int64]Facts{}, settings: map[string]Setting{},
	}
	for i := range p.SiteValues {
		w.set(p.SiteValues[i].Name, p.SiteValues[i].Samples()[0])
	}
	trained := []identity.Training{{Protocol: p.Name, Version: p.Version, Until: day().AddDate(1, 0, 0), By: "p-9"}}
	read := []identity.Acknowledgement{{Protocol: p.Name, Version: p.Version, At: day()}}
	for i, who := range []struct {
		name     string
		roles    []identity.Role
		training []identity.Training
	}{
		{"Asha", []identity.Role{identity.Technician}, trained},
		{"Ben", []identity.Role{identity.Technician}, trained},
		{"Pia", []identity.Role{identity.Pharmacist}, trained},
		{"Paul", []identity.Role{identity.Pharmacist, identity.Technician}, trained},
		{"Quinn", []identity.Role{identity.QualityLead}, trained},
		{"Queenie", []identity.Role{identity.QualityLead, identity.Pharmacist, identity.Technician}, trained},
		{"Tim", []identity.Role{identity.Technician}, nil},
		{"Ada", []identity.Role{identity.Administrator}, nil},
		{"Clara", []identity.Role{identity.ControlSite}, nil},
	} {
		w.people[who.name] = identity.Person{
			ID: identity.PersonID(fmt.Sprintf("p-%d", i+1)), Username: strings.ToLower(who.name), Name: who.name,
			Roles: who.roles, Training: who.training, Active: true, Read: read,
			Keys: []identity.Key{{Public: strings.Repeat("ab", 32), From: 1, Attested: true}},
		}
	}
	w.open = Open{
		Batch: batchID, Protocol: p.Name, Version: p.Version, Digest: p.Digest,
		Patient:   Patient{Name: "EXAMPLE, Robin", Born: "2019-03-01", Number: "999 000 0018", NumberType: "NHS", Wristband: "9990000018"},
		Order:     map[string]string{},
		Reference: "RX-1", Prescriber: "Dr Example", Unit: "U-1",
	}
	if unnamedOnLabel(p) {
		w.open.Trial, w.open.Participant = "EX-CART-1", "014-0007"
	}
	w.books, w.now = register.NewBooks(), day().Add(9*time.Hour)
	w.permit("U-1", day().AddDate(0, 0, -7), 100)
	for _, value := range p.Order {
		text, _, _ := strings.Cut(value.Low.String(), " ")
		w.open.Order[value.Name] = text
	}
	for _, item := range p.Items {
		w.open.Items = append(w.open.Items, Item{
			Name: item.Name, Code: "CODE-" + item.Name, Lot: "LOT-" + item.Name, Expiry: day().AddDate(0, 1, 0),
			Released: true, Clean: true, Reference: "certificate 1", ForPatient: "999 000 0018",
		})
	}
	return w
}

// set sets a value of the site, as its quality lead does.
func (w *world) set(name, text string) {
	w.tb.Helper()
	value, err := w.protocol.SiteValue(name).Read(text)
	if err != nil {
		w.tb.Fatal(err)
	}
	settings := maps.Clone(w.settings)
	settings[name] = Setting{
		Text: text, Value: value.String(), Version: w.protocol.Version, Entry: int64(20 + len(settings)), Name: "Quinn", Username: "quinn",
		At: day().AddDate(0, -1, 0),
	}
	w.settings = settings
}

func (w *world) unset(name string) {
	w.settings = maps.Clone(w.settings)
	delete(w.settings, name)
}

func (w *world) factsOf(who string) Facts {
	person, ok := w.people[who]
	if !ok {
		w.tb.Fatalf("nobody here is called %q", who)
	}
	p := w.protocol
	return Facts{
		Person: person, Protocol: p, Effective: true, Origin: "royal.example" + w.practises, Site: "The Royal, unit 1",
		Standing: w.books.Standing(p.Product.Code, p.Product.Form, w.unit(), w.now), Zone: time.UTC, Settings: w.settings, Registered: w.registered(),
		Issue: 7, Earlier: w.earlier, Unread: w.unread, Deviations: w.deviations(), Blanks: w.blanks(),
		Sent: w.sent, Unmarked: w.unmarked,
		Near: Near(batchID, w.unit(), w.open.Patient, w.others, w.now, time.UTC), Unsound: w.clock, Alarms: w.alarms,
	}
}

// neighbour is another batch of the site, in a unit, for a patient.
func (w *world) neighbour(id, unit, name, born string) {
	w.others = append(w.others, &Line{
		ID: id, Protocol: w.protocol, Status: InProgress, Opened: day(), Unit: unit,
		Patient: Patient{Name: name, Born: born, Number: "999 000 0026"},
	})
}

// stands has the registers say something else of an item from now on.
func (w *world) stands(name string, how func(*register.Fitness)) {
	if w.altered == nil {
		w.altered = map[string]func(*register.Fitness){}
	}
	w.altered[name] = how
}

// registered is what a register would say of what the stories set out.
func (w *world) registered() map[string]register.Fitness {
	if w.registry != nil {
		return w.registry
	}
	all := map[string]register.Fitness{}
	maps.Copy(all, w.elsewhere)
	for _, item := range w.open.Items {
		planned := w.protocol.Item(item.Name)
		if planned == nil {
			continue
		}
		fit := register.Fitness{
			Stream: audit.StreamID("lot/" + item.Lot), Name: planned.RegisteredAs, Number: item.Lot, Code: item.Code, Released: item.Released,
			Until: item.Expiry, Document: item.Reference, Personal: item.ForPatient != "", ForPatient: item.ForPatient, Left: planned.Need,
			Donations: item.Donations, Chain: item.Chain,
		}
		if len(item.Donations) == 0 && w.protocol.Label.Names(item.Name+"."+protocol.LabelDonation) && !slices.Contains(w.ungiven, item.Name) {
			fit.Donations = []string{"G0017 26 000042 " + item.Name}
		}
		if planned.Equipment {
			fit = register.Fitness{
				Stream: audit.StreamID("equipment/" + item.Lot), Name: planned.RegisteredAs, Number: item.Lot, Code: item.Code, Clean: item.Clean,
				Qualified: item.Expiry, Calibrated: item.Expiry, Document: item.Reference, Interface: w.faces[item.Name],
			}
		}
		if how := w.altered[item.Name]; how != nil {
			how(&fit)
		}
		all[item.Code] = fit
	}
	return all
}

// do gives a command and writes what it comes to; a refusal is written and
// returned.
func (w *world) do(who string, c Command, now time.Time) error {
	w.tb.Helper()
	w.now = now
	f := w.factsOf(who)
	if id, ok := DoerOf(c); ok {
		for _, person := range w.people {
			if person.ID == id {
				f.Doer = person
			}
		}
	}
	switch c := c.(type) {
	case TakeReading:
		f.Reading = w.messages[register.MessageID(c.Interface, c.Number)]
	case AnswerAlarm:
		f.Reading = w.messages[register.MessageID(c.Interface, c.Number)]
	}
	if scan, ok := c.(Scan); ok {
		for _, id := range LabelsOf(scan.Raw) {
			if slices.ContainsFunc(w.others, func(other *Line) bool { return other.ID == id }) {
				f.Found.Batch = id
			}
		}
	}
	before := w.state
	kept := ""
	if len(w.log) < 60 {
		kept = fmt.Sprintf("%#v", before)
	}
	var lines []string
	events, err := Decide(w.state, c, f, now)
	var refusal *Refusal
	switch {
	case errors.As(err, &refusal):
		if events, err = Refused(w.state, c, refusal, f, now); err != nil {
			w.tb.Fatal(err)
		}
	case err != nil:
		w.tb.Fatalf("%s by %s: %v", CommandName(c), who, err)
	default:
		if _, _, signed := Signs(w.state, c); signed {
			if lines, err = Lines(w.state, c, f); err != nil {
				w.tb.Fatalf("lines of %s: %v", CommandName(c), err)
			}
		}
	}
	for i, ev := range events {
		w.write(ev, f, now, lines, i == 0 && refusal == nil)
	}
	if kept != "" && kept != fmt.Sprintf("%#v", before) {
		w.tb.Fatalf("%s by %s changed the state before it", CommandName(c), who)
	}
	if refusal != nil {
		return refusal
	}
	return nil
}

func (w *world) write(ev Event, f Facts, now time.Time, lines []string, first bool) {
	w.tb.Helper()
	draft, err := DraftOf(ev, batchID, f.Person.ID, now, func() [32]byte {
		w.salt++
		return sha256.Sum256([]byte(strconv.Itoa(w.salt)))
	})
	if err != nil {
		w.tb.Fatal(err)
	}
	index := int64(len(w.log))
	entry := audit.Entry{
		Origin: "royal.example", Index: index, Stream: draft.Stream, Version: index + 1, Kind: draft.Kind, KindVersion: draft.KindVersion,
		Time: draft.Time, Actor: draft.Actor, Payload: draft.Payload, Sealed: draft.Commitments(),
	}
	if index > 0 {
		entry.Previous = audit.LeafHash(w.log[index-1].Bytes)
	}
	if meaning := meanings(ev); first && meaning != "" {
		by := ev.by()
		signature, err := identity.Block(f.Person, identity.Role(by.Role), meaning, by.Training)
		if err != nil {
			w.tb.Fatal(err)
		}
		signature.Time, signature.Shown, signature.Method, signature.Value = draft.Time, lines, "password", make([]byte, 64)
		entry.Signatures = []audit.Signature{signature}
	}
	bytes, err := audit.Encode(entry)
	if err != nil {
		w.tb.Fatal(err)
	}
	if entry, err = audit.Decode(bytes); err != nil {
		w.tb.Fatal(err)
	}
	stored := audit.Stored{Entry: entry, Bytes: bytes}
	w.openings[index], w.facts[index] = sealedOf(ev), f
	w.log = append(w.log, stored)
	if w.state, err = Fold(w.state, stored, w.openings[index], w.find); err != nil {
		w.tb.Fatal(err)
	}
}

func (w *world) find(name string, version int, digest [32]byte) (*protocol.Protocol, error) {
	if name != w.protocol.Name || version != w.protocol.Version || digest != w.protocol.Digest {
		return nil, errors.New("no such protocol")
	}
	return w.protocol, nil
}

func (w *world) witnesses(masked bool) Witnesses {
	witnesses := Witnesses{
		Find: w.find,
		Facts: func(e audit.Entry) (Facts, error) {
			// A verifier knows no other batch and no lot but this one's: what they said is
			// pinned in the entry.
			f := w.facts[e.Index]
			f.Near, f.Found, f.Registered, f.Unsound, f.Reading, f.Alarms = nil, Found{}, maps.Clone(f.Registered), "", nil, nil
			for code := range w.elsewhere {
				delete(f.Registered, code)
			}
			return f, nil
		},
	}
	if !masked {
		witnesses.Openings = func(index int64) map[string]string { return w.openings[index] }
	}
	return witnesses
}

// holds replays the history, open and masked, and folds it a second time.
func (w *world) holds() {
	w.tb.Helper()
	if len(w.log) == 0 {
		return
	}
	replayed, err := Replay(w.log, w.witnesses(false))
	if err != nil {
		w.tb.Fatalf("replay: %v", err)
	}
	if len(replayed.Unchecked) > 0 {
		w.tb.Fatalf("replay left out: %q", replayed.Unchecked)
	}
	if !reflect.DeepEqual(replayed.State, w.state) {
		w.tb.Fatal("the same entries folded to another state")
	}
	masked, err := Replay(w.log, w.witnesses(true))
	if err != nil {
		w.tb.Fatalf("masked replay: %v", err)
	}
	if masked.State.Status != w.state.Status {
		w.tb.Fatalf("masked, the batch is %s instead of %s", masked.State.Status, w.state.Status)
	}
}

// must gives a command that has to be allowed.
func (w *world) must(who string, c Command, now time.Time) {
	w.tb.Helper()
	if err := w.do(who, c, now); err != nil {
		w.tb.Fatalf("%s by %s at %s: %v", CommandName(c), who, now.Format(time.TimeOnly), err)
	}
}
