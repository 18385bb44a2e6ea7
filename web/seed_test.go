package web

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"time"

	"countersign/audit"
	"countersign/audit/ledger"
	"countersign/batch"
	"countersign/identity"
	"countersign/protocol"
	"countersign/register"
)

// seeder writes a long batch into a site's log, entry by entry as the site does,
// with the rules' own answers and signatures that hold. Its people's newest keys
// are the test's, so that a signature does not cost what a password is made to
// cost: hundreds of them would take minutes.
type seeder struct {
	w      *world
	id     string
	people map[string]identity.Person
	keys   map[string]ed25519.PrivateKey
	state  *batch.State
	facts  batch.Facts
	at     time.Time // of the last act
}

// seed begins to write in a batch that is open, as these people.
func (w *world) seed(id, name string, usernames ...string) *seeder {
	w.t.Helper()
	s := &seeder{w: w, id: id, at: w.svc.Now(), people: map[string]identity.Person{}, keys: map[string]ed25519.PrivateKey{}}
	for _, username := range usernames {
		s.enrol(username)
	}
	lead, info := w.session("q.meyer"), w.svc.Info()
	known, err := w.svc.Library(w.t.Context(), lead)
	must(w.t, err)
	effective, ok := known.Effective(name, w.clock.now())
	if !ok {
		w.t.Fatal("the protocol is not effective")
	}
	p := effective.Protocol
	s.facts = batch.Facts{Protocol: p, Origin: info.Origin, Site: info.Name + ", " + info.Unit, Zone: info.Location, Registered: map[string]register.Fitness{}}
	must(w.t, w.svc.Registers(w.t.Context(), lead, func(b *register.Books) {
		s.facts.Standing = b.Standing(p.Product.Code, p.Product.Form, "U-1", w.clock.now())
	}))
	s.state, err = w.svc.Batch(w.t.Context(), w.session("b.okoro"), id)
	must(w.t, err)
	return s
}

// enrol gives somebody a key that the test holds, as after a new one-time
// password: the person's stream says so, and a quality lead confirms it.
func (s *seeder) enrol(username string) {
	w := s.w
	w.t.Helper()
	public, key, err := ed25519.GenerateKey(rand.Reader)
	must(w.t, err)
	lead := w.session("q.meyer")
	known := func() (found identity.Person) {
		people, err := w.svc.People(w.t.Context(), lead)
		must(w.t, err)
		for _, one := range people {
			if one.Username == username {
				found = one
			}
		}
		return found
	}
	person := known()
	before, ok := person.SigningKey()
	if !ok {
		w.t.Fatalf("%s has no key", username)
	}
	var drafts []audit.Draft
	for _, event := range []identity.Event{
		{Kind: identity.KindKeyEnded, Person: person.ID, Payload: identity.Payload{Key: before.Public, Reason: "replaced by a new key"}},
		{Kind: identity.KindKeyEnrolled, Person: person.ID, Payload: identity.Payload{
			Key: hex.EncodeToString(public), Issuer: "p-0001", Accepted: identity.AccountabilityStatement,
		}},
	} {
		draft, err := event.Draft(w.clock.now(), string(person.ID))
		must(w.t, err)
		drafts = append(drafts, draft)
	}
	_, err = w.log.Append(w.t.Context(), ledger.Request{Drafts: drafts})
	must(w.t, err)
	must(w.t, w.svc.AttestKey(w.t.Context(), lead, w.svc.NewKey(), person.ID))
	s.people[username], s.keys[username] = known(), key
}

// does carries out a command; the rules have to allow it.
func (s *seeder) does(username string, c batch.Command) {
	w := s.w
	w.t.Helper()
	now, f := s.at, s.facts
	f.Person = s.people[username]
	events, err := batch.Decide(s.state, c, f, now)
	if err != nil {
		w.t.Fatalf("%s by %s: %v", batch.CommandName(c), username, err)
	}
	drafts := make([]audit.Draft, len(events))
	for i, event := range events {
		drafts[i], err = batch.DraftOf(event, s.id, f.Person.ID, now, random)
		must(w.t, err)
	}
	head := s.head()
	if meaning, roles, signed := batch.Signs(s.state, c); signed {
		lines, err := batch.Lines(s.state, c, f)
		must(w.t, err)
		role, training, err := identity.AuthorityFor(f.Person, meaning, roles, f.Protocol.Name, f.Protocol.Version, batch.Needs(s.state, c), now)
		must(w.t, err)
		signature, err := identity.Block(f.Person, role, meaning, training)
		must(w.t, err)
		signature.Time, signature.Shown, signature.Method = drafts[0].Time, lines, "password"
		copy(signature.Nonce[:], s.w.svc.NewKey())
		signature.Value, err = audit.Sign(s.keys[username], audit.NewStatement(audit.Origin(f.Origin), head, drafts[0], signature))
		must(w.t, err)
		drafts[0].Signatures = []audit.Signature{signature}
	}
	receipt, err := w.log.Append(w.t.Context(), ledger.Request{Conditions: []audit.Condition{{Stream: batch.Stream(s.id), Version: head.Version}}, Drafts: drafts})
	must(w.t, err)
	for i, stored := range receipt.Entries {
		openings := map[string]string{}
		for _, member := range drafts[i].Sealed {
			openings[member.Name] = member.Value
		}
		s.state, err = batch.Fold(s.state, stored, openings, s.find)
		must(w.t, err)
	}
}

// ends brings the site's clock to where the seeding has come.
func (s *seeder) ends() {
	s.w.t.Helper()
	must(s.w.t, s.w.svc.MoveClock(s.w.t.Context(), s.w.session("q.meyer"), s.w.svc.NewKey(), s.at.Sub(s.w.svc.Now())))
}

func (s *seeder) head() audit.Head {
	s.w.t.Helper()
	head, err := s.w.log.StreamHead(s.w.t.Context(), batch.Stream(s.id))
	must(s.w.t, err)
	return head
}

func (s *seeder) find(string, int, [32]byte) (*protocol.Protocol, error) {
	return s.facts.Protocol, nil
}

func random() (salt [32]byte) {
	_, _ = rand.Read(salt[:]) // never fails
	return salt
}
