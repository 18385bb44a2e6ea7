// Package library keeps the protocols of a site: which versions there are,
// who wrote, approved and put each into effect, and which one counts.
//
// It promises that at most one version of a protocol is effective (MBR-01);
// that whoever wrote a version neither approves it nor puts it into effect,
// and that these are two more people; that a superseded or withdrawn version
// can be read and never comes back; that a site sets only what a version lets it
// set (MBR-05); and that a version is exactly the text whose digest was signed. Deciding is pure; the entries of the streams
// "protocol/<name>" are all that the library knows.
package library

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/protocol"
)

// Status is where a version stands in its life.
type Status string

// The statuses. Draft → approved → effective → superseded; withdrawn ends any
// of the first three.
const (
	Draft      Status = "draft"
	Approved   Status = "approved"
	Effective  Status = "effective"
	Superseded Status = "superseded"
	Withdrawn  Status = "withdrawn"
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
	Status   Status
	Drafted  Act
	Approved *Act // nil until then
	InEffect *Act // nil until then
	Ended    *Act // of the newer version's, or of the withdrawal; nil until then
	Reason   string
}

// Library is every version of every protocol. Its methods may be called from
// several goroutines.
type Library struct {
	mu       sync.RWMutex
	versions map[string][]*Version    // by name, the newest last
	settings map[string][]SiteSetting // by name, as they were signed
	streams  map[audit.StreamID]int64
}

// New gives an empty library.
func New() *Library {
	return &Library{versions: map[string][]*Version{}, settings: map[string][]SiteSetting{}, streams: map[audit.StreamID]int64{}}
}

// Stream is a protocol's stream in the log.
func Stream(name string) audit.StreamID { return audit.StreamID("protocol/" + name) }

// Find gives one version.
func (l *Library) Find(name string, version int) (*Version, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return find(l.versions[name], version)
}

func find(versions []*Version, version int) (*Version, bool) {
	for _, v := range versions {
		if v.Protocol.Version == version {
			return v, true
		}
	}
	return nil, false
}

// Effective gives the version that new batches are made from.
func (l *Library) Effective(name string) (*Version, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return effective(l.versions[name])
}

func effective(versions []*Version) (*Version, bool) {
	for _, v := range versions {
		if v.Status == Effective {
			return v, true
		}
	}
	return nil, false
}

// Versions gives every version, by name and then with the newest first.
func (l *Library) Versions() []*Version {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var all []*Version
	for _, versions := range l.versions {
		all = append(all, versions...)
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
	if set, ok := ev.(SiteValuesSet); ok {
		if err := l.set(name, set, actOf(e.Entry)); err != nil {
			return fmt.Errorf("apply %s at %d: %w", e.Stream, e.Version, err)
		}
		l.streams[e.Stream] = e.Version
		return nil
	}
	versions, err := fold(l.versions[name], name, ev, actOf(e.Entry))
	if err != nil {
		return fmt.Errorf("apply %s at %d: %w", e.Stream, e.Version, err)
	}
	l.versions[name] = versions
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

var errFold = errors.New("the entry does not follow from the ones before it")

// fold gives the versions after an event; the old slice stays as it is.
func fold(versions []*Version, name string, ev Event, by Act) ([]*Version, error) {
	next := slices.Clone(versions)
	if _, refused := ev.(CommandRefused); refused {
		return next, nil
	}
	if drafted, ok := ev.(Drafted); ok {
		p, problems := protocol.Reread(name, []byte(drafted.Text))
		if len(problems) > 0 {
			return nil, fmt.Errorf("%w: %w", errFold, problems)
		}
		if _, there := find(versions, p.Version); there || p.Name != name || p.Version != drafted.Version || audit.Hash(p.Digest) != drafted.Digest {
			return nil, errFold
		}
		next = append(next, &Version{Protocol: p, Status: Draft, Drafted: by})
		slices.SortFunc(next, func(a, b *Version) int { return a.Protocol.Version - b.Protocol.Version })
		return next, nil
	}
	number, digest := subject(ev)
	at := slices.IndexFunc(next, func(v *Version) bool { return v.Protocol.Version == number })
	if at < 0 || audit.Hash(next[at].Protocol.Digest) != digest {
		return nil, errFold
	}
	v := *next[at]
	switch ev := ev.(type) {
	case VersionApproved:
		if refusal := mayApprove(&v, by.Person); refusal != nil {
			return nil, fmt.Errorf("%w: %w", errFold, refusal)
		}
		v.Status, v.Approved = Approved, &by
	case MadeEffective:
		if refusal := mayTakeEffect(versions, &v, by.Person); refusal != nil {
			return nil, fmt.Errorf("%w: %w", errFold, refusal)
		}
		for i, other := range next {
			if other.Status == Effective {
				ended := *other
				ended.Status, ended.Ended = Superseded, &by
				next[i] = &ended
			}
		}
		v.Status, v.InEffect = Effective, &by
	case VersionWithdrawn:
		if refusal := mayWithdraw(&v, ev.Reason); refusal != nil {
			return nil, fmt.Errorf("%w: %w", errFold, refusal)
		}
		v.Status, v.Ended, v.Reason = Withdrawn, &by, ev.Reason
	}
	next[at] = &v
	return next, nil
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

// VersionApproved is the independent approval.
type VersionApproved struct {
	Version int        `json:"version"`
	Digest  audit.Hash `json:"digest"`
}

// MadeEffective puts a version into effect; Supersedes is the version that
// ends by it, or 0.
type MadeEffective struct {
	Version    int        `json:"version"`
	Digest     audit.Hash `json:"digest"`
	Supersedes int        `json:"supersedes"`
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
	KindApproved  audit.Kind = "protocol.approved"
	KindEffective audit.Kind = "protocol.effective"
	KindWithdrawn audit.Kind = "protocol.withdrawn"
	KindRefused   audit.Kind = "protocol.refused"
)

// Kind is "protocol.drafted".
func (Drafted) Kind() audit.Kind { return KindDrafted }

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
	case VersionApproved:
		return ev.Version, ev.Digest
	case MadeEffective:
		return ev.Version, ev.Digest
	case VersionWithdrawn:
		return ev.Version, ev.Digest
	}
	return 0, audit.Hash{}
}

const kindVersion = 1

// DraftOf makes an event the entry that the ledger stores. The signature,
// where one is needed, is added by whoever lets the person sign.
func DraftOf(ev Event, name string, actor identity.PersonID, now time.Time) (audit.Draft, error) {
	raw, err := audit.Canonical(ev)
	if err != nil {
		return audit.Draft{}, fmt.Errorf("encode %s: %w", ev.Kind(), err)
	}
	return audit.Draft{
		Stream: Stream(name), Kind: ev.Kind(), KindVersion: kindVersion,
		Time: now.UTC().Truncate(time.Microsecond), Actor: string(actor), Payload: raw,
	}, nil
}

// DecodeEvent reads an entry of a protocol stream strictly: a payload that
// DraftOf would not have written is an error.
func DecodeEvent(e audit.Entry) (Event, error) {
	if e.KindVersion != kindVersion {
		return nil, fmt.Errorf("read %s: version %d of this kind is not known", e.Kind, e.KindVersion)
	}
	var ev Event
	var err error
	switch e.Kind {
	case KindDrafted:
		ev, err = decode[Drafted](e.Payload)
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
	again, err := audit.Canonical(ev)
	if err != nil || !bytes.Equal(again, e.Payload) {
		return nil, fmt.Errorf("read %s: the payload is not as it would be written", e.Kind)
	}
	return ev, nil
}

func decode[T Event](raw []byte) (Event, error) {
	var ev T
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&ev); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the payload")
	}
	return ev, nil
}
