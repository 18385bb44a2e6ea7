// Package library keeps the protocols of a site: which versions there are,
// who wrote, reviewed and approved each, from when it counts, and which one
// counts at an instant.
//
// It promises that at most one version of a protocol is effective at any
// instant (MBR-01), and that what the answer was at an instant never changes
// afterwards; that whoever wrote a version neither reviews nor approves it nor
// puts it into effect, and that author, independent reviewer and quality
// approver are three people; that a superseded or withdrawn version can be
// read and never comes back; that a site sets only what a version lets it set
// (MBR-05); and that a version is exactly the text whose digest was signed.
// Deciding is pure; the entries of the streams
// "protocol/<name>" are all that the library knows.
//
// Older programs approved a draft without a review, and put a version into
// effect at once. Such entries are read as they were: the first version of
// their kinds. Once a protocol's stream holds a review, they no longer follow.
package library

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
)

// Act is one person's signature in a version's life, as frozen in its entry.
type Act struct {
	Index    int64 // log index
	At       time.Time
	Person   identity.PersonID
	Name     string
	Username string
	Role     string
}

// Version is one version of a protocol. It is never changed: Apply puts a new
// one in its place.
type Version struct {
	Protocol *protocol.Protocol
	Drafted  Act
	Reviewed *Act      // nil until then; it stays so where an older program approved
	Approved *Act      // nil until then
	InEffect *Act      // who said from when it counts; nil until then
	From     time.Time // from when it is effective; zero until that is said
	Until    time.Time // when the next version takes its place; zero while none is to
	Next     int       // that next version
	Ended    *Act      // the withdrawal; nil until then
	Reason   string    // of the withdrawal
	ended    time.Time // the instant of the withdrawal, on the stream's own clock
}

// Library is every version of every protocol. Its methods may be called from
// several goroutines.
type Library struct {
	mu      sync.RWMutex
	stories map[string]story // by protocol's name
	streams map[audit.StreamID]int64
}

// story is what a protocol's stream has told so far.
type story struct {
	versions []*Version    // the newest last
	settings []SiteSetting // as they were signed
	last     time.Time     // of the entries, the latest: a clock that never goes back
	reviews  bool          // a review stands in the stream, so that nothing is approved without one
}

// instant is a moment on the stream's own clock: a site's clock that was set
// back does not change what was so before.
func (s story) instant(now time.Time) time.Time {
	if now.Before(s.last) {
		return s.last
	}
	return now
}

// New gives an empty library.
func New() *Library {
	return &Library{stories: map[string]story{}, streams: map[audit.StreamID]int64{}}
}

// Stream is a protocol's stream in the log.
func Stream(name string) audit.StreamID { return audit.StreamID("protocol/" + name) }

// Find gives one version.
func (l *Library) Find(name string, version int) (*Version, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return find(l.stories[name].versions, version)
}

func find(versions []*Version, version int) (*Version, bool) {
	for _, v := range versions {
		if v.Protocol.Version == version {
			return v, true
		}
	}
	return nil, false
}

// Effective gives the version that new batches are made from at an instant.
// The answer for an instant that has passed stays what it was.
func (l *Library) Effective(name string, at time.Time) (*Version, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return effective(l.stories[name].versions, at)
}

// Versions gives every version, by name and then with the newest first.
func (l *Library) Versions() []*Version {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var all []*Version
	for _, told := range l.stories {
		all = append(all, told.versions...)
	}
	slices.SortFunc(all, func(a, b *Version) int {
		if order := strings.Compare(a.Protocol.Name, b.Protocol.Name); order != 0 {
			return order
		}
		return b.Protocol.Version - a.Protocol.Version
	})
	return all
}

// StreamVersion is how many entries of a protocol's stream were applied.
func (l *Library) StreamVersion(name string) int64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.streams[Stream(name)]
}

// Apply folds one entry of a protocol stream. An entry that the rules would
// not have let happen is an error.
func (l *Library) Apply(e audit.Stored) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.Version != l.streams[e.Stream]+1 {
		return fmt.Errorf("apply %s: version %d follows %d", e.Stream, e.Version, l.streams[e.Stream])
	}
	ev, err := DecodeEvent(e.Entry)
	if err != nil {
		return err
	}
	name, ok := strings.CutPrefix(string(e.Stream), "protocol/")
	if !ok {
		return fmt.Errorf("apply %s: not a protocol's stream", e.Stream)
	}
	told, err := l.stories[name].fold(name, ev, e.KindVersion, actOf(e.Entry))
	if err != nil {
		return fmt.Errorf("apply %s at %d: %w", e.Stream, e.Version, err)
	}
	l.stories[name] = told
	l.streams[e.Stream] = e.Version
	return nil
}

// actOf takes the person from the signature, or from the entry where there is
// none.
func actOf(e audit.Entry) Act {
	act := Act{Index: e.Index, At: e.Time, Person: identity.PersonID(e.Actor)}
	if len(e.Signatures) > 0 {
		s := e.Signatures[0]
		act.Person, act.Name, act.Username, act.Role = identity.PersonID(s.Signer), s.Name, s.Username, s.Role
	}
	return act
}

// Event is what a command comes to: one entry. The set is closed.
type Event interface{ Kind() audit.Kind }

// Drafted brings a new version; the entry carries the whole text.
type Drafted struct {
	Version int        `json:"version"`
	Title   string     `json:"title"`
	Digest  audit.Hash `json:"digest"`
	Text    string     `json:"text"`
}

// VersionReviewed is the independent review.
type VersionReviewed struct {
	Version int        `json:"version"`
	Digest  audit.Hash `json:"digest"`
}

// VersionApproved is the quality approval. Its first version had no reviewer:
// drafts were approved as they stood.
type VersionApproved struct {
	Version    int               `json:"version"`
	Digest     audit.Hash        `json:"digest"`
	ReviewedBy identity.PersonID `json:"reviewed_by,omitempty"` // whose review it rests on
}

// MadeEffective puts a version into effect; Supersedes is the version that
// is to end by it, as things stand, or 0. Its first version had no instant: it
// counted at once.
type MadeEffective struct {
	Version    int        `json:"version"`
	Digest     audit.Hash `json:"digest"`
	Supersedes int        `json:"supersedes"`
	From       time.Time  `json:"from,omitzero"` // UTC
}

// VersionWithdrawn ends a version for good.
type VersionWithdrawn struct {
	Version int        `json:"version"`
	Digest  audit.Hash `json:"digest"`
	Reason  string     `json:"reason"`
}

// CommandRefused is an attempt that was refused.
type CommandRefused struct {
	Attempt  string `json:"attempt"`
	Version  int    `json:"version"`
	Code     string `json:"code"`
	Sentence string `json:"sentence"`
}

// The written kinds. They are added to, never changed.
const (
	KindDrafted   audit.Kind = "protocol.drafted"
	KindReviewed  audit.Kind = "protocol.reviewed"
	KindApproved  audit.Kind = "protocol.approved"
	KindEffective audit.Kind = "protocol.effective"
	KindWithdrawn audit.Kind = "protocol.withdrawn"
	KindRefused   audit.Kind = "protocol.refused"
)

// Kind is "protocol.drafted".
func (Drafted) Kind() audit.Kind { return KindDrafted }

// Kind is "protocol.reviewed".
func (VersionReviewed) Kind() audit.Kind { return KindReviewed }

// Kind is "protocol.approved".
func (VersionApproved) Kind() audit.Kind { return KindApproved }

// Kind is "protocol.effective".
func (MadeEffective) Kind() audit.Kind { return KindEffective }

// Kind is "protocol.withdrawn".
func (VersionWithdrawn) Kind() audit.Kind { return KindWithdrawn }

// Kind is "protocol.refused".
func (CommandRefused) Kind() audit.Kind { return KindRefused }

func subject(ev Event) (int, audit.Hash) {
	switch ev := ev.(type) {
	case VersionReviewed:
		return ev.Version, ev.Digest
	case VersionApproved:
		return ev.Version, ev.Digest
	case MadeEffective:
		return ev.Version, ev.Digest
	case VersionWithdrawn:
		return ev.Version, ev.Digest
	}
	return 0, audit.Hash{}
}

// versionOf is the version of an event's kind that its members make it.
func versionOf(ev Event) int {
	switch ev := ev.(type) {
	case VersionApproved:
		if ev.ReviewedBy != "" {
			return 2
		}
	case MadeEffective:
		if !ev.From.IsZero() {
			return 2
		}
	}
	return 1
}

// DraftOf makes an event the entry that the ledger stores. The signature,
// where one is needed, is added by whoever lets the person sign.
func DraftOf(ev Event, name string, actor identity.PersonID, now time.Time) (audit.Draft, error) {
	raw, err := audit.Canonical(ev)
	if err != nil {
		return audit.Draft{}, fmt.Errorf("encode %s: %w", ev.Kind(), err)
	}
	return audit.Draft{
		Stream: Stream(name), Kind: ev.Kind(), KindVersion: versionOf(ev),
		Time: now.UTC().Truncate(time.Microsecond), Actor: string(actor), Payload: raw,
	}, nil
}

// DecodeEvent reads an entry of a protocol stream strictly: a payload that
// DraftOf would not have written is an error.
func DecodeEvent(e audit.Entry) (Event, error) {
	var ev Event
	var err error
	switch e.Kind {
	case KindDrafted:
		ev, err = decode[Drafted](e.Payload)
	case KindReviewed:
		ev, err = decode[VersionReviewed](e.Payload)
	case KindApproved:
		ev, err = decode[VersionApproved](e.Payload)
	case KindEffective:
		ev, err = decode[MadeEffective](e.Payload)
	case KindWithdrawn:
		ev, err = decode[VersionWithdrawn](e.Payload)
	case KindSiteValuesSet:
		ev, err = decode[SiteValuesSet](e.Payload)
	case KindRefused:
		ev, err = decode[CommandRefused](e.Payload)
	default:
		return nil, fmt.Errorf("read entry: no kind %q in a protocol's stream", e.Kind)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", e.Kind, err)
	}
	if e.KindVersion != versionOf(ev) {
		return nil, fmt.Errorf("read %s: its members are not those of version %d of this kind", e.Kind, e.KindVersion)
	}
	again, err := audit.Canonical(ev)
	if err != nil || !bytes.Equal(again, e.Payload) {
		return nil, fmt.Errorf("read %s: the payload is not as it would be written", e.Kind)
	}
	return ev, nil
}

func decode[T Event](raw []byte) (Event, error) {
	var ev T
	if err := audit.DecodeStrictly(raw, &ev); err != nil {
		return nil, err
	}
	return ev, nil
}
