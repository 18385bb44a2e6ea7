package reports

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"countersign/audit"
	"countersign/batch"
	"countersign/identity"
	"countersign/protocol"
	"countersign/protocol/library"
	"countersign/register"

	"golang.org/x/mod/sumdb/tlog"
)

// The people of the tests.
const (
	anna   identity.PersonID = "p-0001" // technician
	ben    identity.PersonID = "p-0002" // pharmacist
	chi    identity.PersonID = "p-0003" // quality lead
	dora   identity.PersonID = "p-0004" // author
	emil   identity.PersonID = "p-0005" // approver
	fay    identity.PersonID = "p-0006" // pharmacist who reviews
	gwen   identity.PersonID = "p-0007" // quality lead of the control site
	unit7                    = "U-1"
	batch7                   = "B-2026-0007"
)

func (w *world) staff() {
	for _, p := range []colleague{
		{anna, "akowalska", "Anna Kowalska", identity.Technician},
		{ben, "bmensah", "Ben Mensah", identity.Pharmacist},
		{chi, "cnwosu", "Chidi Nwosu", identity.QualityLead},
		{dora, "dlund", "Dora Lund", identity.ProtocolAuthor},
		{emil, "emarsh", "Emil Marsh", identity.ProtocolApprover},
		{fay, "fgreen", "Fay Green", identity.Pharmacist},
	} {
		w.hire(p)
	}
}

// colleague is one of the people of the tests.
type colleague struct {
	id             identity.PersonID
	username, name string
	role           identity.Role
}

// hire registers somebody, trained and with a key that counts.
func (w *world) hire(p colleague) {
	w.t.Helper()
	until := w.now.AddDate(1, 0, 0)
	key := hex.EncodeToString(w.key(string(p.id)).Public().(ed25519.PublicKey))
	for _, event := range []identity.Event{
		{Kind: identity.KindRegistered, Person: p.id, Payload: identity.Payload{Username: p.username, Name: p.name, IdentityChecked: "passport"}},
		{Kind: identity.KindRoleGiven, Person: p.id, Payload: identity.Payload{Role: p.role}},
		{Kind: identity.KindTrained, Person: p.id, Payload: identity.Payload{Protocol: w.p.Name, Version: w.p.Version, Until: &until}},
		{Kind: identity.KindKeyEnrolled, Person: p.id, Payload: identity.Payload{Key: key, Accepted: "I answer for my signatures."}},
		{Kind: identity.KindKeyAttested, Person: p.id, Payload: identity.Payload{Key: key}},
	} {
		d, err := event.Draft(w.now, "p-0099")
		if err != nil {
			w.t.Fatal(err)
		}
		if err := w.people.Apply(w.append(d)); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) person(id identity.PersonID) identity.Person {
	p, ok := w.people.Person(id)
	if !ok {
		w.t.Fatalf("nobody is %s", id)
	}
	return p
}

func (w *world) approve(text []byte) {
	for _, act := range []struct {
		id identity.PersonID
		c  library.Command
	}{
		{dora, library.Submit{Text: string(text)}},
		{emil, library.Review{Protocol: w.p.Name, Version: w.p.Version}},
		{chi, library.Approve{Protocol: w.p.Name, Version: w.p.Version}},
		{chi, library.MakeEffective{Protocol: w.p.Name, Version: w.p.Version, From: w.effective}},
	} {
		w.live(act.id, act.c)
	}
	for _, id := range []identity.PersonID{anna, ben} {
		w.reads(id)
	}
}

// set sets what the protocol leaves to the site, each at its first sample.
func (w *world) set() {
	c := library.SetSiteValues{Protocol: w.p.Name, Version: w.p.Version, Values: map[string]string{}}
	for i := range w.p.SiteValues {
		c.Values[w.p.SiteValues[i].Name] = w.p.SiteValues[i].Samples()[0]
	}
	if len(c.Values) > 0 {
		w.live(chi, c)
	}
}

// live carries out an act in the life of a protocol.
func (w *world) live(id identity.PersonID, c library.Command) {
	w.t.Helper()
	if err := w.library.Apply(w.onProtocol(id, c)); err != nil {
		w.t.Fatal(err)
	}
}

// reads has somebody acknowledge the protocol, but for who is not to.
func (w *world) reads(id identity.PersonID) {
	w.t.Helper()
	if id == w.unread {
		return
	}
	if err := w.people.Apply(w.onProtocol(id, library.Acknowledge{Protocol: w.p.Name, Version: w.p.Version})); err != nil {
		w.t.Fatal(err)
	}
}

// onProtocol signs and appends an act on the protocol.
func (w *world) onProtocol(id identity.PersonID, c library.Command) audit.Stored {
	w.t.Helper()
	d, err := library.Decide(w.library, c, w.person(id), w.now)
	if err != nil {
		w.t.Fatal(err)
	}
	meaning, roles, _ := library.Signs(c)
	lines, err := library.Lines(w.library, c, w.person(id), w.now, w.zone)
	if err != nil {
		w.t.Fatal(err)
	}
	at := slices.IndexFunc(roles, w.person(id).Has)
	w.sign(&d, w.person(id), roles[at], "no training needed", meaning, lines...)
	return w.append(d)
}

// furnish brings a thing into the registers.
func (w *world) furnish(f register.Furnishing) {
	w.t.Helper()
	for _, act := range register.Furnish(f) {
		w.register(act)
	}
}

// permit has the site be allowed to make what the protocol makes.
func (w *world) permit() {
	w.t.Helper()
	w.hire(colleague{gwen, "ghale", "Gwen Hale", identity.ControlSite})
	for _, act := range register.Permit(w.p, unit7, "Day ward 4, room 2") {
		w.register(act)
	}
}

// register carries out an act on a register.
func (w *world) register(act register.Furnished) {
	w.t.Helper()
	who := map[identity.Role]identity.PersonID{
		identity.QualityLead: chi, identity.Pharmacist: ben, identity.Technician: anna, identity.ControlSite: gwen,
	}
	w.now = w.now.Add(time.Minute)
	facts := register.Facts{Person: w.person(who[act.Role]), Zone: w.zone, Now: w.now}
	written, err := register.Decide(w.books, act.Command, facts)
	if err != nil {
		w.t.Fatal(err)
	}
	lines, err := register.Lines(w.books, act.Command, facts)
	if err != nil {
		w.t.Fatal(err)
	}
	d, err := register.DraftOf(written, facts.Person.ID, w.now, w.salt)
	if err != nil {
		w.t.Fatal(err)
	}
	meaning, _ := act.Command.Signs()
	w.sign(&d, facts.Person, act.Role, "no training needed", meaning, lines...)
	stored := w.append(d)
	if err := w.books.Apply(stored, w.opening[stored.Index]); err != nil {
		w.t.Fatal(err)
	}
}

// registered is what the registers say of all that the batch has set out.
func (w *world) registered(c batch.Command) map[string]register.Fitness {
	all := map[string]register.Fitness{}
	for _, code := range batch.Codes(w.state, c) {
		if fit, ok := w.books.Scanned(code, w.now); ok {
			all[code] = fit
		}
	}
	return all
}

// do carries out a command as a site would: decide, sign, append, fold. A
// refusal is recorded and given back.
func (w *world) do(id identity.PersonID, after time.Duration, c batch.Command) *batch.Refusal {
	w.t.Helper()
	w.now = w.now.Add(after)
	f := batch.Facts{
		Person: w.person(id), Protocol: w.p, Effective: true, Origin: w.site.Origin, Site: w.site.Name + ", " + w.site.Unit, Zone: w.zone,
		Settings: Settings(w.library, w.p.Name, w.p.Version), Registered: w.registered(c),
		Standing: w.books.Standing(w.p.Product.Code, w.p.Product.Form, unit7, w.now),
		Issue:    7,
	}
	if w.lie != nil {
		w.lie(&f)
	}
	events, err := batch.Decide(w.state, c, f, w.now)
	var refusal *batch.Refusal
	if errors.As(err, &refusal) {
		events, err = batch.Refused(w.state, c, refusal, f, w.now)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	meaning, _, signed := batch.Signs(w.state, c)
	lines := []string{}
	if signed && refusal == nil {
		if lines, err = batch.Lines(w.state, c, f); err != nil {
			w.t.Fatal(err)
		}
	}
	for i, event := range events {
		d, err := batch.DraftOf(event, batch7, id, w.now, w.salt)
		if err != nil {
			w.t.Fatal(err)
		}
		if i == 0 && signed && refusal == nil {
			by, _ := actorOf(event)
			w.sign(&d, f.Person, identity.Role(by.Role), by.Training, meaning, lines...)
		}
		stored := w.append(d)
		if w.state, err = batch.Fold(w.state, stored, w.opening[stored.Index], w.find); err != nil {
			w.t.Fatal(err)
		}
	}
	return refusal
}

// must is do for a command that the rules allow.
func (w *world) must(id identity.PersonID, after time.Duration, c batch.Command) {
	w.t.Helper()
	if refusal := w.do(id, after, c); refusal != nil {
		w.t.Fatalf("%T was refused: %s", c, refusal.Sentence)
	}
}

func (w *world) find(name string, version int, digest [32]byte) (*protocol.Protocol, error) {
	v, ok := w.library.Find(name, version)
	if !ok || v.Protocol.Digest != digest {
		return nil, errors.New("no such protocol")
	}
	return v.Protocol, nil
}

const (
	wristband = "(8018)505089899900000183"
	vialCode  = "(01)05012345678900(10)L123"
)

func (w *world) open() {
	w.t.Helper()
	w.permit()
	w.furnish(register.Furnishing{
		Item: w.p.Item("vial"), Code: vialCode, Number: "L123", Until: time.Date(2027, 1, 31, 12, 0, 0, 0, time.UTC), Document: "CoA 5",
	})
	w.must(ben, time.Minute, batch.Open{
		Batch: batch7, Protocol: w.p.Name, Version: w.p.Version, Digest: w.p.Digest,
		Patient:   batch.Patient{Name: "TESTPATIENT, Żaneta", Born: "2019-03-01", Number: "999 000 0018", NumberType: "NHS", Wristband: wristband},
		Order:     map[string]string{"dose": "12.0 mg", "strength": "2.4 mg/mL"},
		Reference: "RX-77", Prescriber: "Dr C. Okafor", Unit: unit7,
		Items: []batch.Item{{Name: "vial", Code: vialCode}},
	})
}

// tell makes a batch with everything that a record must show: a wrong scan, a
// value out of limits with its correction, invalidated signatures, a decided
// exception, notes with odd text, a refusal, a certification and what follows.
func (w *world) tell() {
	w.t.Helper()
	w.open()
	w.must(anna, time.Minute, batch.Perform{Step: "clearance"})
	w.must(ben, time.Minute, batch.Check{Step: "clearance"})
	w.must(anna, time.Minute, batch.Scan{Step: "patient", Field: "patient", Raw: wristband})
	w.must(anna, time.Minute, batch.Perform{Step: "patient"})
	w.must(ben, time.Minute, batch.Check{Step: "patient"})
	w.must(anna, time.Minute, batch.Move{Item: "vial", To: "out"})
	w.must(anna, time.Minute, batch.Begin{Step: "draw up"})
	w.must(anna, time.Second, batch.Scan{Step: "draw up", Field: "vial", Raw: "(01)05012345678900(10)WRONG"})
	w.must(anna, time.Minute, batch.Scan{Step: "draw up", Field: "vial", Raw: vialCode})
	w.must(anna, time.Minute, batch.Record{Step: "draw up", Field: "drawn", Text: "5.3"})
	w.must(anna, time.Minute, batch.Note{Step: "draw up", Text: "read twice {nb} 😀 ünïcode"})
	w.must(anna, time.Minute, batch.Correct{Step: "draw up", Field: "drawn", Text: "5.0", Reason: "read at the wrong line"})
	w.must(ben, time.Minute, batch.ConfirmCorrection{Step: "draw up", Correction: 1})
	w.settle()
	w.must(anna, time.Minute, batch.Perform{Step: "draw up"})
	w.must(ben, time.Minute, batch.Check{Step: "draw up"})
	w.must(anna, time.Minute, batch.Correct{Step: "draw up", Field: "drawn", Text: "5.1", Reason: "the scale was read again"})
	w.must(ben, time.Minute, batch.ConfirmCorrection{Step: "draw up", Correction: 2})
	w.settle()
	w.must(anna, time.Minute, batch.Perform{Step: "draw up"})
	w.must(ben, time.Minute, batch.Check{Step: "draw up"})
	if refusal := w.do(anna, time.Minute, batch.Perform{Step: "give"}); refusal == nil {
		w.t.Fatal("a dose was given before certification")
	}
}

// settle has the quality lead decide every open exception.
func (w *world) settle() {
	w.t.Helper()
	for _, e := range w.state.OpenExceptions() {
		w.must(chi, time.Minute, batch.Resolve{Exception: e.Number, Accept: true, Reason: "looked into; the record shows why"})
	}
}

// hashReader gives tlog the hashes of a whole log.
type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		out[i] = h[index]
	}
	return out, nil
}

func (w *world) siteKey() audit.SiteKey {
	w.t.Helper()
	seed := sha256.Sum256([]byte("site " + w.site.Origin))
	key, err := audit.NewSiteKey(audit.Origin(w.site.Origin), bytes.NewReader(seed[:]))
	if err != nil {
		w.t.Fatal(err)
	}
	return key
}

func (w *world) record() []byte {
	w.t.Helper()
	pdf, err := Issue(w.bundle(), batch7, "0.1.0", "Chidi Nwosu (cnwosu)")
	if err != nil {
		w.t.Fatal(err)
	}
	return pdf
}
