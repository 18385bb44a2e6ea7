package ledger

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/lib/pq"

	"countersign/audit"
	"countersign/postgres"
)

// Bounds of the sequencer.
const (
	maxGroup = 1024    // entries in one transaction
	maxHeads = 1 << 17 // stream heads kept in memory, some 20 MB
	tries    = 6       // of one group, before its callers are told that the log cannot be written
	asking   = 10 * time.Second
)

// callState settles who has a call: a caller whose context ends may take it back until the sequencer has it.
type callState struct{ v atomic.Int32 }

func (s *callState) take() bool     { return s.v.CompareAndSwap(0, 1) }
func (s *callState) withdraw() bool { return s.v.CompareAndSwap(0, 2) }

// Append writes a request's entries and returns when they are durable. Errors: *[Invalid] and [ErrKeyReused] refuse the
// request; *[Moved] says that somebody was faster; ctx's own error means that nothing was written; [ErrUnavailable] and
// [ErrInconsistent] too. [postgres.ErrUnknownOutcome] means that nobody can say yet: send the same request with the same
// key again, and it is carried out once. If ctx ends after the sequencer took the request, the outcome is unknown to
// this caller, and the entries are written all the same.
func (l *Ledger) Append(ctx context.Context, r Request) (Receipt, error) {
	c, err := l.prepare(ctx, r)
	if err != nil {
		return Receipt{}, err
	}
	select {
	case l.calls <- c:
	case <-ctx.Done():
		return Receipt{}, fmt.Errorf("append: %w", ctx.Err())
	case <-l.closing:
		return Receipt{}, fmt.Errorf("append: %w: the ledger is closing", ErrUnavailable)
	}
	select {
	case a := <-c.answer:
		return a.receipt, a.err
	case <-ctx.Done():
		if c.state.withdraw() {
			return Receipt{}, fmt.Errorf("append: %w", ctx.Err())
		}
		return Receipt{}, fmt.Errorf("append: %w: %w", postgres.ErrUnknownOutcome, ctx.Err())
	case <-l.ended:
	}
	// The sequencer is gone. It answered everything that it took, and perhaps this.
	select {
	case a := <-c.answer:
		return a.receipt, a.err
	default:
		return Receipt{}, fmt.Errorf("append: %w: the ledger is closing", ErrUnavailable)
	}
}

// sequence is the one writer: it takes what has gathered, writes it as one group, answers, and takes again. While a
// group is on its way to the disk the next one gathers.
func (l *Ledger) sequence() {
	defer close(l.ended)
	defer func() {
		if l.session != nil {
			l.session.drop()
		}
	}()
	for {
		select {
		case c := <-l.calls:
			l.write(l.gather(c))
		case <-l.closing:
			for {
				select {
				case c := <-l.calls:
					l.write(l.gather(c))
				default:
					return
				}
			}
		}
	}
}

// gather takes a call and all that wait behind it. Callers just answered are let run first, so that their next
// requests are in this group and not in one of their own after it.
func (l *Ledger) gather(c *call) []*call {
	runtime.Gosched()
	var group []*call
	for n := 0; ; {
		if c.state.take() {
			group = append(group, c)
			n += len(c.drafts)
		}
		if n >= maxGroup {
			return group
		}
		select {
		case c = <-l.calls:
		default:
			return group
		}
	}
}

// write carries a group through to an answer for every caller.
func (l *Ledger) write(group []*call) {
	if len(group) == 0 {
		return
	}
	var (
		used  map[string]command
		cause error
	)
	for try := 0; try < tries; try++ {
		if l.failed != nil {
			refuse(group, l.failed)
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), asking)
		if l.session == nil {
			if cause = l.restore(ctx); cause != nil {
				cancel()
				break
			}
		}
		p, err := l.plan(ctx, group, used)
		cancel()
		if err != nil {
			cause = err
			l.lose()
			continue
		}
		if p.rows.len() == 0 {
			p.answer(nil)
			return
		}
		err = l.session.write(&p.rows)
		switch {
		case err == nil:
			l.adopt(p)
			return
		case errors.Is(err, ErrInconsistent):
			l.fail(err)
		case errors.Is(err, postgres.ErrUnknownOutcome):
			cause = err
			if l.findOut(p, err) {
				return
			}
		case errors.Is(err, errPlace), postgres.Violates(err, ""), postgres.Retryable(err):
			// Another writer, or a key that was used before: look again at both.
			cause = err
			if used, err = l.lookAgain(group); err != nil {
				cause = err
				l.lose()
			}
		case len(group) > 1 && ofOne(err):
			for _, c := range group {
				l.write([]*call{c})
			}
			return
		default:
			l.opts.Log.Error("the database refused a group of entries", "entries", p.rows.len(), "error", err)
			p.answer(fmt.Errorf("%w: %w", ErrUnavailable, err))
			return
		}
	}
	if l.failed != nil {
		refuse(group, l.failed)
		return
	}
	l.opts.Log.Error("the log cannot be written", "error", cause)
	refuse(group, fmt.Errorf("%w: %w", ErrUnavailable, cause))
}

// ofOne reports whether the server's refusal may be about one caller's data: then each is tried alone.
func ofOne(err error) bool {
	e := pq.As(err)
	if e == nil {
		return false
	}
	switch e.Code.Class() {
	case "22", "54": // data exception, program limit exceeded
		return true
	}
	return false
}

func refuse(group []*call, err error) {
	for _, c := range group {
		c.reply(Receipt{}, err)
	}
}

// adopt makes a written plan the state in memory, and answers.
func (l *Ledger) adopt(p *plan) {
	l.tree = p.tree
	l.remember(p.heads)
	l.acknowledge()
	p.answer(nil)
	l.subscribers.tell(l.tree.size)
}

// remember keeps stream heads.
func (l *Ledger) remember(heads map[audit.StreamID]audit.Head) {
	l.recentMu.Lock()
	defer l.recentMu.Unlock()
	for id, h := range heads {
		l.heads[id] = h
	}
}

func (l *Ledger) forget() {
	l.recentMu.Lock()
	defer l.recentMu.Unlock()
	clear(l.heads)
}
