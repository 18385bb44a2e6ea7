package ledger

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"countersign/audit"
)

// plan is a group of calls put in order: the rows to write, and what each caller hears if they are written.
type plan struct {
	rows     rows
	tree     frontier // after the rows
	heads    map[audit.StreamID]audit.Head
	outcomes []outcome
}

type outcome struct {
	call    *call
	receipt Receipt
	err     error
	leader  int // place of the call in this group whose answer this one repeats, or -1
}

// answer tells every caller how it went. failure, if any, is for those whose entries were among the rows; the others
// have their answer already: refused, in conflict, or done before.
func (p *plan) answer(failure error) {
	for i := range p.outcomes {
		o := &p.outcomes[i]
		switch {
		case o.leader >= 0: // an earlier outcome, and so already final
			o.receipt, o.err = p.outcomes[o.leader].receipt, p.outcomes[o.leader].err
			o.receipt.Repeated = o.err == nil
		case o.err == nil && !o.receipt.Repeated && failure != nil:
			o.receipt, o.err = Receipt{}, failure
		}
		o.call.reply(o.receipt, o.err)
	}
}

// errAsk is the one way in which planning fails: nothing was written, and the connection is of no more use.
var errAsk = errors.New("the database could not be asked")

// plan puts calls in order after what is in memory. used are the commands already found among the calls' keys; nil
// means that nobody has looked yet. A call that fails takes no place and does not disturb the others. The error wraps
// errAsk.
func (l *Ledger) plan(ctx context.Context, calls []*call, used map[string]command) (*plan, error) {
	if err := l.fetchHeads(ctx, calls); err != nil {
		return nil, err
	}
	p := &plan{
		tree:     l.tree.clone(),
		heads:    make(map[audit.StreamID]audit.Head),
		outcomes: make([]outcome, 0, len(calls)),
	}
	p.rows.base = l.tree.size
	leaders := make(map[string]int)
	for _, c := range calls {
		o := outcome{call: c, leader: -1}
		at, again := leaders[c.Key]
		earlier, done := used[c.Key]
		switch {
		case c.Key == "":
			o.receipt, o.err = l.place(p, c)
		case done:
			if err := l.repeat(ctx, &o, earlier); err != nil {
				return nil, err
			}
		case again && p.outcomes[at].call.Digest != c.Digest:
			o.err = ErrKeyReused
		case again:
			o.leader = at
		default:
			o.receipt, o.err = l.place(p, c)
			if o.err == nil {
				leaders[c.Key] = len(p.outcomes)
				break
			}
			// What was asked may not be possible any more because this very command was carried out before.
			found, err := commands(ctx, l.session.conn, []string{c.Key})
			if err != nil {
				return nil, fmt.Errorf("%w: %w", errAsk, err)
			}
			if earlier, done := found[c.Key]; done {
				if err := l.repeat(ctx, &o, earlier); err != nil {
					return nil, err
				}
			}
		}
		p.outcomes = append(p.outcomes, o)
	}
	return p, nil
}

// repeat answers a call as the earlier command with its key was answered.
func (l *Ledger) repeat(ctx context.Context, o *outcome, earlier command) error {
	if !bytes.Equal(earlier.Digest, o.call.Digest[:]) {
		o.err = ErrKeyReused
		return nil
	}
	o.receipt, o.err = receipt(ctx, l.session.conn, earlier)
	if o.err != nil {
		return fmt.Errorf("%w: %w", errAsk, o.err)
	}
	return nil
}

// fetchHeads brings into memory where the calls' streams stand.
func (l *Ledger) fetchHeads(ctx context.Context, calls []*call) error {
	if len(l.heads) > maxHeads {
		l.forget() // what is missing is read again
	}
	var missing []audit.StreamID
	want := func(id audit.StreamID) {
		if _, there := l.heads[id]; !there {
			missing = append(missing, id)
		}
	}
	for _, c := range calls {
		for _, on := range c.Conditions {
			want(on.Stream)
		}
		for i := range c.drafts {
			want(c.drafts[i].Stream)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	found, err := streamHeads(ctx, l.session.conn, missing)
	if err != nil {
		return fmt.Errorf("%w: %w", errAsk, err)
	}
	l.remember(found)
	return nil
}

// place gives a call's drafts their places, if its conditions hold.
func (l *Ledger) place(p *plan, c *call) (Receipt, error) {
	head := func(id audit.StreamID) audit.Head {
		if h, there := p.heads[id]; there {
			return h
		}
		return l.heads[id]
	}
	moved := &Moved{}
	for _, on := range c.Conditions {
		if h := head(on.Stream); h.Version != on.Version {
			moved.Streams = append(moved.Streams, audit.Condition{Stream: on.Stream, Version: h.Version})
		}
	}
	if len(moved.Streams) > 0 {
		return Receipt{}, moved
	}
	first := p.rows.end()
	stored := make([]audit.Stored, len(c.drafts))
	leaves := make([]audit.Hash, len(c.drafts))
	mine := make(map[audit.StreamID]audit.Head, 1)
	for i := range c.drafts {
		d := &c.drafts[i]
		was, there := mine[d.Stream]
		if !there {
			was = head(d.Stream)
		}
		if len(d.Signatures) > 0 && d.proved != was {
			// The signature is over the head that its signer saw: an unspoken condition.
			return Receipt{}, &Moved{Streams: []audit.Condition{{Stream: d.Stream, Version: was.Version}}}
		}
		if d.fault != nil {
			return Receipt{}, d.fault
		}
		e := audit.Entry{
			Origin: l.origin, Index: first + int64(i), Stream: d.Stream, Version: was.Version + 1, Previous: was.Hash,
			Kind: d.Kind, KindVersion: d.KindVersion, Time: d.Time, Actor: d.Actor, Payload: d.Payload,
			Sealed: d.sealed, Signatures: d.Signatures,
		}
		_, _ = rand.Read(e.Nonce[:]) // never fails: crypto/rand ends the program instead
		b, err := audit.Encode(e)
		if err != nil {
			return Receipt{}, invalid("entry-not-writable", "This cannot be written as an entry of the log.", err)
		}
		stored[i] = audit.Stored{Entry: e, Bytes: b}
		leaves[i] = audit.LeafHash(b)
		mine[d.Stream] = audit.Head{Version: e.Version, Hash: leaves[i]}
	}
	// From here on nothing fails.
	for id, h := range mine {
		p.heads[id] = h
	}
	for i := range stored {
		p.rows.add(&stored[i], leaves[i], p.tree.add(leaves[i]))
		for _, m := range c.drafts[i].Draft.Sealed {
			p.rows.open(stored[i].Index, m)
		}
	}
	p.rows.command(first, int64(len(stored)), c.Key, c.Digest)
	return Receipt{First: first, Entries: stored}, nil
}
