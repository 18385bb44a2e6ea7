package ledger

import (
	"context"
	"fmt"
	"time"

	"countersign/audit"
)

// prepare does, in the caller's goroutine, all work that does not need the entry's place: the canonical payload, the
// commitments, and the signatures, which are checked under the head at which the stream stands now.
func (l *Ledger) prepare(ctx context.Context, r Request) (*call, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	c := &call{Request: r, drafts: make([]ready, len(r.Drafts)), answer: make(chan answer, 1)}
	for i, d := range r.Drafts {
		var err error
		if d.Payload, err = audit.CanonicalJSON(d.Payload); err != nil {
			return nil, invalid("payload-not-canonical", "The entry's payload is not JSON that the log can hold.", err)
		}
		d.Time = d.Time.UTC().Truncate(time.Microsecond)
		one := ready{Draft: d, sealed: d.Commitments()}
		if len(one.sealed) != len(d.Sealed) {
			return nil, invalid("sealed-twice", fmt.Sprintf("Two sealed members of an entry of %s have the same name.", d.Stream), nil)
		}
		if len(d.Signatures) > 0 {
			head, err := l.recentHead(ctx, d.Stream)
			if err != nil {
				return nil, fmt.Errorf("append: %w: %w", ErrUnavailable, err)
			}
			// A fault is not the answer yet: a command that was carried out before is answered as it was then.
			one.proved, one.fault = head, l.signed(one, head)
		}
		c.drafts[i] = one
	}
	return c, nil
}

// signed checks a draft's signatures as they will stand in the entry after head.
func (l *Ledger) signed(d ready, head audit.Head) error {
	e := audit.Entry{
		Origin: l.origin, Stream: d.Stream, Version: head.Version + 1, Previous: head.Hash, Kind: d.Kind, KindVersion: d.KindVersion,
		Time: d.Time, Actor: d.Actor, Payload: d.Payload, Sealed: d.sealed, Signatures: d.Signatures,
	}
	for _, s := range d.Signatures {
		if err := audit.VerifySignature(e, s); err != nil {
			return invalid("signature-does-not-hold", fmt.Sprintf("The signature of %s is not over what would be recorded.", s.Signer), err)
		}
	}
	return nil
}

// recentHead is where a stream stands, from memory if the sequencer has it there. It may be out of date; the sequencer
// compares.
func (l *Ledger) recentHead(ctx context.Context, id audit.StreamID) (audit.Head, error) {
	l.recentMu.RLock()
	head, there := l.heads[id]
	l.recentMu.RUnlock()
	if there {
		return head, nil
	}
	return l.StreamHead(ctx, id)
}
