package ledger

import (
	"fmt"
	"unicode/utf8"

	"countersign/audit"
)

// Limits of one request. They keep one caller from holding up all others.
const (
	MaxDrafts     = 256
	MaxConditions = 1024
	MaxBytes      = 8 << 20 // of all payloads together
	MaxName       = 200     // bytes of a key, or of a stream's, a kind's or a sealed member's name
)

// Request is one command's entries and what must hold for them to be written. All of it is written, or nothing.
type Request struct {
	// Key makes the request safe to send again: the first answer is given again for as long as the log exists. Empty
	// means that it is not. It is any text up to MaxName bytes; a form's nonce, as a rule.
	Key string
	// Digest names what the caller was asked for, so that a key that comes again with something else is refused.
	Digest audit.Hash
	// Conditions say where streams must stand, those written to or any others.
	Conditions []audit.Condition
	// Drafts are the entries, in order, at least one. A signed draft must be the first of its stream here.
	Drafts []audit.Draft
}

// Receipt is the answer to a request whose entries are durable.
type Receipt struct {
	First    int64 // leaf index of the first entry
	Entries  []audit.Stored
	Repeated bool // the entries were written by an earlier request with the same key
}

// call is a request on its way through the sequencer.
type call struct {
	Request
	drafts []ready
	state  callState
	answer chan answer
}

type answer struct {
	receipt Receipt
	err     error
}

// ready is a draft with everything that does not depend on its place.
type ready struct {
	audit.Draft
	sealed map[string]audit.Hash
	// proved is the head under which the draft's signatures, if it has any, were checked, and fault what was wrong.
	proved audit.Head
	fault  error
}

func (c *call) reply(r Receipt, err error) {
	c.answer <- answer{r, err} // has room for one, and one is all there is
}

// check refuses what the database or the format could not hold, before anybody waits for it.
func (r Request) check() error {
	switch {
	case len(r.Drafts) == 0:
		return invalid("no-entries", "A request to the log needs at least one entry.", nil)
	case len(r.Drafts) > MaxDrafts:
		return invalid("too-many-entries", fmt.Sprintf("A request to the log may have %d entries and has %d.", MaxDrafts, len(r.Drafts)), nil)
	case len(r.Conditions) > MaxConditions:
		return invalid("too-many-conditions", fmt.Sprintf("A request to the log may have %d conditions and has %d.", MaxConditions, len(r.Conditions)), nil)
	}
	if r.Key != "" {
		if err := name("key", r.Key); err != nil {
			return err
		}
	}
	for _, c := range r.Conditions {
		if err := name("stream", string(c.Stream)); err != nil {
			return err
		}
		if c.Version < 0 {
			return invalid("condition-below-zero", fmt.Sprintf("The condition on %s asks for version %d.", c.Stream, c.Version), nil)
		}
	}
	size := 0
	seen := make(map[audit.StreamID]bool, len(r.Drafts))
	for _, d := range r.Drafts {
		if err := name("stream", string(d.Stream)); err != nil {
			return err
		}
		if err := name("kind", string(d.Kind)); err != nil {
			return err
		}
		if len(d.Signatures) > 0 && seen[d.Stream] {
			return invalid("signature-not-first", fmt.Sprintf("Only the first entry of %s in a request can be signed.", d.Stream), nil)
		}
		seen[d.Stream] = true
		size += len(d.Payload)
		for _, m := range d.Sealed {
			if err := name("sealed member", m.Name); err != nil {
				return err
			}
			if err := text("sealed member "+m.Name, m.Value); err != nil {
				return err
			}
			size += len(m.Value)
		}
	}
	if size > MaxBytes {
		return invalid("too-large", fmt.Sprintf("A request to the log may hold %d bytes and holds %d.", MaxBytes, size), nil)
	}
	return nil
}

func name(what, s string) error {
	if s == "" || len(s) > MaxName {
		return invalid("name-length", fmt.Sprintf("A %s has from 1 to %d bytes and this one has %d.", what, MaxName, len(s)), nil)
	}
	return text(what, s)
}

// text refuses what a PostgreSQL text cannot hold.
func text(what, s string) error {
	if !utf8.ValidString(s) {
		return invalid("not-utf-8", fmt.Sprintf("The %s is not valid UTF-8.", what), nil)
	}
	for i := range len(s) {
		if s[i] == 0 {
			return invalid("nul-character", fmt.Sprintf("The %s holds a NUL character.", what), nil)
		}
	}
	return nil
}
