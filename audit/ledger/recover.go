package ledger

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"countersign/postgres"
)

// Waits between two attempts to reach a database that is away.
const (
	firstWait = 10 * time.Millisecond
	lastWait  = time.Second
)

// lose gives up the connection.
func (l *Ledger) lose() {
	if l.session != nil {
		l.lost = l.session.pid
		l.session.drop()
		l.session = nil
	}
}

// fail stops the ledger for good.
func (l *Ledger) fail(err error) {
	l.failed = err
	l.opts.Log.Error("the ledger stopped: the log must be looked at by a person", "error", err)
}

// restore makes a new connection and brings memory in step with what the database holds.
func (l *Ledger) restore(ctx context.Context) error {
	s, err := connect(ctx, l.db, l.lost)
	if err != nil {
		return err
	}
	l.session, l.lost = s, 0
	if err := l.catchUp(ctx); err != nil {
		l.lose()
		if errors.Is(err, ErrInconsistent) {
			l.fail(err)
		}
		return err
	}
	return nil
}

// catchUp follows the log to its present end. What was acknowledged must still be there, hash for hash: the leaves that
// were added since must lead from the tree in memory to the tree that is stored.
func (l *Ledger) catchUp(ctx context.Context) error {
	size, err := logSize(ctx, l.session.conn)
	if err != nil {
		return err
	}
	if size < l.tree.size {
		return fmt.Errorf("%w: %d entries were acknowledged and %d are there", ErrInconsistent, l.tree.size, size)
	}
	f := l.tree.clone()
	if size > f.size {
		added, err := l.session.conn.QueryxContext(ctx, `SELECT leaf FROM audit.entries WHERE index >= $1 AND index < $2 ORDER BY index`, f.size, size)
		if err != nil {
			return fmt.Errorf("read what was added: %w", err)
		}
		defer func() { _ = added.Close() }()
		for added.Next() {
			var leaf []byte
			if err := added.Scan(&leaf); err != nil {
				return fmt.Errorf("read what was added: %w", err)
			}
			h, err := hashOf(leaf)
			if err != nil {
				return err
			}
			f.add(h)
		}
		if err := added.Err(); err != nil {
			return fmt.Errorf("read what was added: %w", err)
		}
	}
	stored, err := readFrontier(ctx, l.session.conn, size)
	if err != nil {
		return err
	}
	if f.size != size || f.root() != stored.root() {
		return fmt.Errorf("%w: the stored hashes do not continue the tree of %d entries", ErrInconsistent, l.tree.size)
	}
	if err := l.session.barrier(ctx); err != nil {
		return err
	}
	l.tree = stored
	l.forget()
	l.acknowledge()
	return nil
}

// lookAgain re-reads the log's end and which of the group's keys were used.
func (l *Ledger) lookAgain(group []*call) (map[string]command, error) {
	ctx, cancel := context.WithTimeout(context.Background(), asking)
	defer cancel()
	if err := l.catchUp(ctx); err != nil {
		if errors.Is(err, ErrInconsistent) {
			l.fail(err)
		}
		return nil, err
	}
	var keys []string
	for _, c := range group {
		if c.Key != "" {
			keys = append(keys, c.Key)
		}
	}
	return commands(ctx, l.session.conn, keys)
}

// findOut is entered when nobody can say whether a plan was written. Nothing is acknowledged until it is known: a new
// connection that holds the log's lock proves that the old statement is over, and then the log has the plan's first leaf
// at the plan's first place, or it does not (a nonce makes every leaf unlike all others, and a statement is all or
// nothing). Callers wait for that as long as the ledger's patience; then they are told that it is unknown, and
// requests that come meanwhile are refused. It reports whether every caller was answered: if not, the plan was not
// written and may be made again.
func (l *Ledger) findOut(p *plan, cause error) (answered bool) {
	l.opts.Log.Warn("the outcome of a commit is unknown: finding out", "base", p.rows.base, "entries", p.rows.len(), "error", cause)
	patience := time.NewTimer(l.opts.Patience)
	defer patience.Stop()
	unknown := func(err error) {
		if !answered {
			p.answer(fmt.Errorf("%w: %w", postgres.ErrUnknownOutcome, err))
			answered = true
		}
	}
	l.lose()
	for wait := firstWait; ; wait = min(2*wait, lastWait) {
		written, err := l.wasWritten(p)
		switch {
		case err == nil:
			l.opts.Log.Info("found out whether a group was committed", "base", p.rows.base, "committed", written)
			if written && !answered {
				l.adopt(p)
				return true
			}
			if written {
				l.lose() // memory is behind: the next group catches up
			}
			return answered
		case errors.Is(err, ErrInconsistent):
			l.lose()
			l.fail(err)
			unknown(err)
			return true
		}
		l.lose()
		pause := time.NewTimer(wait)
		select {
		case <-pause.C:
		case <-patience.C:
			l.opts.Log.Error("it is still unknown whether a group was committed", "base", p.rows.base, "error", err)
			unknown(err)
		case <-l.closing:
			pause.Stop()
			unknown(err)
			return true
		}
		pause.Stop()
		if answered {
			l.turnAway(err)
		}
	}
}

// turnAway refuses the requests that wait.
func (l *Ledger) turnAway(cause error) {
	for {
		select {
		case c := <-l.calls:
			if c.state.take() {
				c.reply(Receipt{}, fmt.Errorf("%w: %w", ErrUnavailable, cause))
			}
		default:
			return
		}
	}
}

// wasWritten asks, over a new connection, whether a plan is in the log. If it is not, memory is in step with the
// database afterwards; if it is, memory is as it was and the plan is what follows.
func (l *Ledger) wasWritten(p *plan) (bool, error) {
	ctx, cancel := context.WithTimeout(context.Background(), asking)
	defer cancel()
	s, err := connect(ctx, l.db, l.lost)
	if err != nil {
		return false, err
	}
	l.session, l.lost = s, 0
	var leaf []byte
	err = s.conn.GetContext(ctx, &leaf, `SELECT leaf FROM audit.entries WHERE index = $1`, p.rows.base)
	switch {
	case err == nil && bytes.Equal(leaf, p.rows.leaf[0]):
		return true, s.barrier(ctx)
	case err == nil, errors.Is(err, sql.ErrNoRows):
		return false, l.catchUp(ctx)
	}
	return false, fmt.Errorf("look for the group: %w", err)
}
