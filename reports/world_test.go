package reports

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"time"

	"countersign/audit"
	"countersign/batch"
	"countersign/identity"
	"countersign/protocol"
	"countersign/protocol/library"
	"countersign/register"
)

// world is a site's log in memory: real entries, signatures and folds, with
// nothing from a clock or chance.
type world struct {
	t       testing.TB
	site    register.Site
	zone    *time.Location
	now     time.Time
	log     []audit.Stored
	opening map[int64]map[string]string
	salts   []audit.Opening
	heads   map[audit.StreamID]audit.Head
	people  *identity.Directory
	library *library.Library
	books   *register.Books
	p       *protocol.Protocol
	state   *batch.State
	count   byte

	effective time.Time          // from when the protocol is; zero for at once
	unread    identity.PersonID  // who has not acknowledged it
	lie       func(*batch.Facts) // of a dishonest site, about what stood beside the batch
}

func newWorld(t testing.TB, kind string, text []byte) *world {
	t.Helper()
	return newWorldWith(t, kind, text, func(*world) {})
}

// newWorldWith is newWorld with something prepared before anybody acts.
func newWorldWith(t testing.TB, kind string, text []byte, prepare func(*world)) *world {
	t.Helper()
	p, problems := protocol.Parse("dose.yaml", text)
	if p == nil {
		t.Fatalf("the protocol has %d problems, the first: %v", len(problems), problems[0])
	}
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	origin := "example-hospital.countersign"
	if kind != register.Live {
		origin = "example-hospital." + kind
	}
	w := &world{
		t: t, p: p, zone: zone, now: time.Date(2026, 7, 20, 9, 0, 0, 0, time.UTC),
		site: register.Site{
			Origin: origin, Name: "Example Hospital", Unit: "Day ward 4", Address: "1 Example Road, Exampleton",
			ControlSite: "Example Control Site, 2 Example Road, Exampleton", Licence: "MS 00000", Kind: kind, Zone: "Europe/London",
		},
		opening: map[int64]map[string]string{}, heads: map[audit.StreamID]audit.Head{},
		people: identity.NewDirectory(), library: library.New(), books: register.NewBooks(),
	}
	prepare(w)
	draft, err := register.FoundSite(w.site, w.now)
	if err != nil {
		t.Fatal(err)
	}
	w.append(draft)
	if draft, err = register.ChangeSoftware(register.Software{Version: "0.1.0", Edition: batch.Edition}, w.now); err != nil {
		t.Fatal(err)
	}
	w.append(draft)
	w.staff()
	w.approve(text)
	w.set()
	return w
}

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// append gives a draft its place in the log.
func (w *world) append(d audit.Draft) audit.Stored {
	w.t.Helper()
	payload, err := audit.CanonicalJSON(d.Payload)
	if err != nil {
		w.t.Fatal(err)
	}
	head := w.heads[d.Stream]
	e := audit.Entry{
		Origin: audit.Origin(w.site.Origin), Index: int64(len(w.log)), Stream: d.Stream, Version: head.Version + 1, Previous: head.Hash,
		Kind: d.Kind, KindVersion: d.KindVersion, Time: d.Time, Nonce: w.nonce(), Actor: d.Actor, Payload: payload,
		Sealed: d.Commitments(), Signatures: d.Signatures,
	}
	raw, err := audit.Encode(e)
	if err != nil {
		w.t.Fatal(err)
	}
	if e, err = audit.Decode(raw); err != nil {
		w.t.Fatal(err)
	}
	stored := audit.Stored{Entry: e, Bytes: raw}
	for _, member := range d.Sealed {
		if w.opening[e.Index] == nil {
			w.opening[e.Index] = map[string]string{}
		}
		w.opening[e.Index][member.Name] = member.Value
		w.salts = append(w.salts, audit.Opening{Index: e.Index, SealedMember: member})
	}
	w.log = append(w.log, stored)
	w.heads[d.Stream] = audit.Head{Version: e.Version, Hash: audit.LeafHash(raw)}
	return stored
}

func (w *world) nonce() (n audit.Nonce) {
	sum := sha256.Sum256(fmt.Appendf(nil, "nonce %d", len(w.log)))
	copy(n[:], sum[:])
	return n
}

func (w *world) salt() [32]byte {
	w.count++
	return sha256.Sum256(fmt.Appendf(nil, "salt %d %d", len(w.log), w.count))
}

func (w *world) key(id string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("key of " + id))
	return ed25519.NewKeyFromSeed(seed[:])
}

// sign puts a person's signature on a draft that is next in its stream.
func (w *world) sign(d *audit.Draft, p identity.Person, role identity.Role, training string, meaning identity.Meaning, lines ...string) {
	w.t.Helper()
	key := w.key(string(p.ID))
	s := audit.Signature{
		Signer: string(p.ID), Username: p.Username, Name: p.Name, Role: string(role), Training: training, Meaning: string(meaning),
		Time: d.Time, Nonce: w.nonce(), Shown: lines, Method: "password",
		Key: hex.EncodeToString(key.Public().(ed25519.PublicKey)),
	}
	payload, err := audit.CanonicalJSON(d.Payload)
	if err != nil {
		w.t.Fatal(err)
	}
	d.Payload = json.RawMessage(payload)
	if s.Value, err = audit.Sign(key, audit.NewStatement(audit.Origin(w.site.Origin), w.heads[d.Stream], *d, s)); err != nil {
		w.t.Fatal(err)
	}
	d.Signatures = []audit.Signature{s}
}
