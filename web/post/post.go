// Package post says who is to be told of what by mail, and keeps what the log
// says of it: where people get mail, and which mails have gone (DEV-02, REL-05).
//
// It promises that the log is the queue. A letter is due while the thing that
// it tells of still waits (worklist) and no entry says that it went to that
// person; so a restart loses none, one that nobody needs any more is not sent,
// and being told stands in the log with its time. Each letter has a number that
// follows from what it is about and whom it goes to: sent twice, as after a
// crash between the sending and the entry, it can be recognised.
//
// Letters hold no patient's name, number or diagnosis, and nothing that
// somebody typed: an address may be mistyped, and mail is read on screens that
// hang on walls. They name the batch, the product and what is asked, and lead
// to the site, where one signs in.
//
// The entries stand in streams of their own, "mail/<person>": a batch's record
// carries its people's streams whole, and has no use for their addresses. The
// address is sealed, so that it can be forgotten. The package is pure.
package post

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"countersign/audit"
	"countersign/batch/worklist"
	"countersign/identity"
)

// The kinds of entry in a person's mail stream. All are of version 1.
const (
	KindAddress audit.Kind = "mail.address" // where somebody gets mail from now on; "" for nowhere
	KindSent    audit.Kind = "mail.sent"    // a mail server has taken a letter
)

// Stream is where a person's mail stands.
func Stream(id identity.PersonID) audit.StreamID { return audit.StreamID("mail/" + string(id)) }

type addressed struct {
	None bool `json:"none"` // no address any more
}

type sent struct {
	Key    string `json:"key"`
	Kind   string `json:"kind"`
	About  string `json:"about"`
	Number string `json:"number"`
}

const addressMember = "address"

// Refusal is a no with a code for programs and a sentence for people.
type Refusal struct{ Code, Sentence string }

// Error is the sentence, which is safe to show.
func (r *Refusal) Error() string { return r.Sentence }

// Refused gives the code and the sentence.
func (r *Refusal) Refused() (code, sentence string) { return r.Code, r.Sentence }

// longest is how long an address may be (RFC 5321, 4.5.3.1.3).
const longest = 254

// SetAddress says where somebody gets mail; "" for nowhere. They say it
// themselves, or a site administrator does.
func SetAddress(actor, person identity.Person, address string, now time.Time, salts func() [32]byte) (audit.Draft, error) {
	address = strings.TrimSpace(address)
	switch {
	case !actor.Active || actor.ID != person.ID && !actor.Has(identity.Administrator):
		return audit.Draft{}, &Refusal{Code: "not_allowed", Sentence: "People set their own address, or a site administrator does."}
	case address != "" && !readable(address):
		return audit.Draft{}, &Refusal{Code: "bad_address", Sentence: "This is no address that mail can go to. Write it as in a.lee@hospital.example."}
	}
	payload, err := audit.Canonical(addressed{None: address == ""})
	if err != nil {
		return audit.Draft{}, err
	}
	draft := audit.Draft{Stream: Stream(person.ID), Kind: KindAddress, KindVersion: 1, Time: now, Actor: string(actor.ID), Payload: payload}
	if address != "" {
		draft.Sealed = audit.Seal(map[string]string{addressMember: address}, salts)
	}
	return draft, nil
}

// readable takes a bare address in plain letters: nothing in it can end a
// header's line or begin another.
func readable(address string) bool {
	for _, r := range address {
		if r <= ' ' || r > '~' || strings.ContainsRune(`<>()[],;:"\`, r) {
			return false
		}
	}
	read, err := mail.ParseAddress(address)
	_, domain, _ := strings.Cut(address, "@")
	return err == nil && read.Address == address && len(address) <= longest && strings.Contains(domain, ".")
}

// Gone is a letter that a mail server took.
type Gone struct {
	Person           identity.PersonID
	At               time.Time
	Key, Kind, About string
	Number           string
	Index            int64 // log index
}

// Book is what the log says of mail.
type Book struct {
	addresses map[identity.PersonID]string
	gone      map[string]bool // by number
	last      []Gone          // the newest last
}

// NewBook knows nothing.
func NewBook() *Book {
	return &Book{addresses: map[identity.PersonID]string{}, gone: map[string]bool{}}
}

// kept bounds how many letters that have gone are shown.
const kept = 500

// Apply folds one entry of a mail stream. Without its opening an address is
// not known, and no mail goes there.
func (b *Book) Apply(e audit.Entry, opened map[string]string) error {
	name, found := strings.CutPrefix(string(e.Stream), "mail/")
	if !found || e.KindVersion != 1 {
		return fmt.Errorf("entry %d: no reader for %s version %d", e.Index, e.Kind, e.KindVersion)
	}
	id := identity.PersonID(name)
	switch e.Kind {
	case KindAddress:
		var payload addressed
		if err := audit.DecodeStrictly(e.Payload, &payload); err != nil {
			return fmt.Errorf("entry %d: read %s: %w", e.Index, e.Kind, err)
		}
		b.addresses[id] = opened[addressMember]
	case KindSent:
		var payload sent
		if err := audit.DecodeStrictly(e.Payload, &payload); err != nil {
			return fmt.Errorf("entry %d: read %s: %w", e.Index, e.Kind, err)
		}
		b.gone[payload.Number] = true
		b.last = append(b.last, Gone{Person: id, At: e.Time, Key: payload.Key, Kind: payload.Kind, About: payload.About, Number: payload.Number, Index: e.Index})
		if len(b.last) > 2*kept {
			b.last = append([]Gone(nil), b.last[kept:]...)
		}
	default:
		return fmt.Errorf("entry %d: no reader for %s", e.Index, e.Kind)
	}
	return nil
}

// Address is where somebody gets mail; "" when nowhere.
func (b *Book) Address(id identity.PersonID) string { return b.addresses[id] }

// Gone gives the letters that went last, the newest first.
func (b *Book) Gone() []Gone {
	all := make([]Gone, 0, kept)
	for i := len(b.last) - 1; i >= 0 && len(all) < kept; i-- {
		all = append(all, b.last[i])
	}
	return all
}

// Words say what an entry of a mail stream did; "" for any other.
func Words(e audit.Entry) string {
	switch e.Kind {
	case KindAddress:
		var payload addressed
		if audit.DecodeStrictly(e.Payload, &payload) == nil && payload.None {
			return "Gets no mail any more"
		}
		return "Gets mail at an address, which is sealed"
	case KindSent:
		var payload sent
		if audit.DecodeStrictly(e.Payload, &payload) == nil {
			return fmt.Sprintf("A mail server took a mail: %s, %s", payload.About, payload.Kind)
		}
	}
	return ""
}

// Letter is one mail to one person.
type Letter struct {
	Number  string // lower-case hexadecimal, the same whenever the same is told
	Person  identity.PersonID
	Name    string
	Address string
	Since   time.Time // of what it tells
	item    worklist.Item
}

// Item is what the letter tells of.
func (l Letter) Item() worklist.Item { return l.item }

// Due gives the letters that are to go at a moment, the most urgent first.
func (b *Book) Due(origin string, items []worklist.Item, people []identity.Person, now time.Time) []Letter {
	var due []Letter
	for _, item := range items {
		for _, p := range people {
			address := b.addresses[p.ID]
			if address == "" || !item.Told(p, now) {
				continue
			}
			l := Letter{Number: numberOf(origin, item.Key, p.ID), Person: p.ID, Name: p.Name, Address: address, Since: item.Since, item: item}
			if !b.gone[l.Number] {
				due = append(due, l)
			}
		}
	}
	return due
}

func numberOf(origin, key string, id identity.PersonID) string {
	sum := sha256.Sum256([]byte(fmt.Sprintf("countersign mail\n%s\n%s\n%s", origin, key, id)))
	return hex.EncodeToString(sum[:16])
}

// Sent is the entry that a mail server took a letter. It is the daemon's own.
func Sent(l Letter, now time.Time) (audit.Draft, error) {
	payload, err := audit.Canonical(sent{Key: l.item.Key, Kind: string(l.item.Kind), About: l.item.About, Number: l.Number})
	if err != nil {
		return audit.Draft{}, err
	}
	return audit.Draft{Stream: Stream(l.Person), Kind: KindSent, KindVersion: 1, Time: now, Actor: "system", Payload: payload}, nil
}
