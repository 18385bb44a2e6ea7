package register

import (
	"bytes"
	"fmt"
	"reflect"
	"time"

	"countersign/audit"
	"countersign/identity"
)

// Event is what an act on a register comes to: one entry. The set is closed.
type Event interface {
	Kind() audit.Kind
	// Words say what happened, in one sentence without its end.
	Words() string
	room() string              // of the streams it stands in; "" for any
	meaning() identity.Meaning // of its signature; "" when it is not signed
	// check says whether it may happen as the books stand; deciding and
	// folding ask the same.
	check(b *Books, id string, act Act) *Refusal
	apply(b *Books, id string, act Act)
}

// sealer is an event with members that are sealed.
type sealer interface {
	sealed() map[string]string
	open(members map[string]string) Event // with its sealed members put back
}

// What events embed to say where they stand and what their signature means.
type (
	inMaterial  struct{}
	inLot       struct{}
	inStock     struct{}
	inEquipment struct{}
	inLogbook   struct{}

	unsigned  struct{}
	performed struct{}
	approved  struct{}
	rejected  struct{}
)

func (inMaterial) room() string  { return "material" }
func (inLot) room() string       { return "lot" }
func (inStock) room() string     { return "stock" }
func (inEquipment) room() string { return "equipment" }
func (inLogbook) room() string   { return "logbook" }

func (unsigned) meaning() identity.Meaning  { return "" }
func (performed) meaning() identity.Meaning { return identity.Performed }
func (approved) meaning() identity.Meaning  { return identity.Approved }
func (rejected) meaning() identity.Meaning  { return identity.Rejected }

// Written is an event with the stream that it stands in.
type Written struct {
	Stream audit.StreamID
	Event  Event
}

// DraftOf makes an event the entry that the ledger stores. The signature,
// where one is needed, is added by whoever lets the person sign.
func DraftOf(w Written, actor identity.PersonID, now time.Time, salts func() [32]byte) (audit.Draft, error) {
	raw, err := audit.Canonical(w.Event)
	if err != nil {
		return audit.Draft{}, fmt.Errorf("encode %s: %w", w.Event.Kind(), err)
	}
	draft := audit.Draft{
		Stream: w.Stream, Kind: w.Event.Kind(), KindVersion: versionOf(w.Event),
		Time: now.UTC().Truncate(time.Microsecond), Actor: string(actor), Payload: raw,
	}
	if ev, ok := w.Event.(sealer); ok {
		draft.Sealed = audit.Seal(ev.sealed(), salts)
	}
	return draft, nil
}

// DecodeEvent reads an entry of a register strictly: a payload that DraftOf
// would not have written is an error. openings holds the opened members by
// name; what is not there stays empty.
func DecodeEvent(e audit.Entry, openings map[string]string) (Event, error) {
	known := false
	for _, zero := range append(events(), earlier()...) {
		if zero.Kind() != e.Kind {
			continue
		}
		if known = true; versionOf(zero) != e.KindVersion {
			continue
		}
		target := reflect.New(reflect.TypeOf(zero))
		if err := audit.DecodeStrictly(e.Payload, target.Interface()); err != nil {
			return nil, fmt.Errorf("read %s: %w", e.Kind, err)
		}
		ev, ok := target.Elem().Interface().(Event)
		if !ok {
			return nil, fmt.Errorf("read %s: not an event", e.Kind)
		}
		again, err := audit.Canonical(ev)
		if err != nil || !bytes.Equal(again, e.Payload) {
			return nil, fmt.Errorf("read %s: the payload is not as it would be written", e.Kind)
		}
		if old, ok := ev.(older); ok {
			ev = old.today()
		}
		if sealing, ok := ev.(sealer); ok {
			ev = sealing.open(openings)
		}
		return ev, nil
	}
	if known {
		return nil, fmt.Errorf("read %s: version %d of this kind is not known", e.Kind, e.KindVersion)
	}
	return nil, fmt.Errorf("read entry: no kind %q in a register", e.Kind)
}
