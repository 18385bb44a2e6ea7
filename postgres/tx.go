package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// ErrUnknownOutcome says that a COMMIT was sent and nobody can say whether it took effect, or whether it will survive
// the loss of this machine: the acknowledgement was lost, or the wait for a standby was cancelled. The caller must find
// out by reading before it answers anybody.
var ErrUnknownOutcome = errors.New("it is not known whether the transaction was committed")

// Reasons for [ErrUnknownOutcome] that the server gives in words.
var errStandby = errors.New("the wait for the standby was cancelled: committed here, perhaps not there")

// TxOptions of one transaction. The zero value is read-write at the server's default isolation, tried five times.
type TxOptions struct {
	Isolation sql.IsolationLevel
	ReadOnly  bool
	// Attempts is how often a transaction is tried when the server asks for it to be tried again. Zero means five.
	Attempts int
}

const defaultAttempts = 5

// InTx runs fn in a transaction and commits it. fn may run more than once, so it must start from nothing each time; it
// must not commit or roll back itself. It is run again when the server reports a serialisation failure or a deadlock
// (40001, 40P01), and when a pooled connection turns out dead before the transaction began.
//
// ctx ends waiting, statements and retries; once COMMIT is sent it ends nothing. If ctx is over before that, the
// transaction is rolled back and ctx's error returned. A crash inside InTx leaves either everything that fn wrote, or
// nothing.
func InTx(ctx context.Context, db *sqlx.DB, opts TxOptions, fn func(tx *sqlx.Tx) error) error {
	attempts := opts.Attempts
	if attempts <= 0 {
		attempts = defaultAttempts
	}
	// Every idle connection may be stale after the server restarted; each costs one attempt to find out.
	stale := db.Stats().Idle + 2
	for try := 1; ; {
		err := once(ctx, db, opts, fn)
		var begin *beginError
		switch {
		case err == nil:
			return nil
		case errors.As(err, &begin) && stale > 0 && ctx.Err() == nil && connectionLost(begin.err):
			stale--
			continue
		case try < attempts && !errors.Is(err, ErrUnknownOutcome) && Retryable(err):
			timer := time.NewTimer(time.Duration(1<<try) * 5 * time.Millisecond)
			select {
			case <-ctx.Done():
				timer.Stop()
				return fmt.Errorf("%w (after %w)", ctx.Err(), err)
			case <-timer.C:
			}
			try++
		default:
			return err
		}
	}
}

// beginError marks an error from before the transaction's first statement.
type beginError struct{ err error }

func (e *beginError) Error() string { return "begin: " + e.err.Error() }
func (e *beginError) Unwrap() error { return e.err }

func once(ctx context.Context, db *sqlx.DB, opts TxOptions, fn func(tx *sqlx.Tx) error) (err error) {
	conn, err := db.Connx(ctx)
	if err != nil {
		return &beginError{err}
	}
	defer func() { _ = conn.Close() }()

	// The notice that a commit is not on the standby comes as a warning beside a successful COMMIT, so it must be
	// listened for on this very connection.
	var standby error
	listen := func(h func(*pq.Error)) error {
		return conn.Raw(func(dc any) error {
			c, ok := dc.(driver.Conn)
			if !ok {
				return errors.New("the driver's connection is not one")
			}
			pq.SetNoticeHandler(c, h)
			return nil
		})
	}
	if err := listen(func(n *pq.Error) {
		if standbyWarning(n) {
			standby = errStandby
		}
	}); err != nil {
		return &beginError{err}
	}
	defer func() { _ = listen(nil) }()

	tx, err := conn.BeginTxx(context.WithoutCancel(ctx), &sql.TxOptions{Isolation: opts.Isolation, ReadOnly: opts.ReadOnly})
	if err != nil {
		return &beginError{err}
	}
	ended := false
	defer func() {
		if !ended {
			_ = tx.Rollback()
		}
	}()
	if err := fn(tx); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	ended = true
	if err := tx.Commit(); err != nil {
		if CommitRefused(err) {
			return fmt.Errorf("commit: %w", err)
		}
		return fmt.Errorf("commit: %w: %w", ErrUnknownOutcome, err)
	}
	if standby != nil && !opts.ReadOnly {
		return fmt.Errorf("commit: %w: %w", ErrUnknownOutcome, standby)
	}
	return nil
}

// standbyWarning recognises the warnings that PostgreSQL sends when a backend stops waiting for a synchronous standby
// (syncrep.c: 01000 on cancellation, 57P01 on termination). The text is looked at for 01000, the catch-all code, and
// only in English, so the private server runs with lc_messages = C; elsewhere any warning at COMMIT counts.
func standbyWarning(n *pq.Error) bool {
	switch n.Code {
	case "57P01":
		return true
	case "01000":
		return strings.Contains(n.Message, "synchronous replication") || !ascii(n.Message)
	}
	return false
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// CommitRefused reports whether err, returned by a COMMIT, is the server's own statement that nothing was committed. All
// else, above all a lost connection, leaves the outcome unknown.
func CommitRefused(err error) bool {
	if errors.Is(err, pq.ErrInFailedTransaction) {
		return true
	}
	e := pq.As(err)
	if e == nil || e.Severity != "ERROR" {
		return false
	}
	switch e.Code.Class() {
	case "08", "57", "58", "XX": // connection, operator, system, internal: not a verdict on the transaction
		return false
	}
	return true
}

// Retryable reports whether the server asked for the whole transaction to be tried again: 40001 and 40P01.
func Retryable(err error) bool {
	return pq.As(err, pqerror.TRSerializationFailure, pqerror.TRDeadlockDetected) != nil
}

// Violates reports whether err is a violation of the named unique, foreign key, check or exclusion constraint. An empty
// name means any.
func Violates(err error, constraint string) bool {
	e := pq.As(err)
	return e != nil && e.Code.Class() == "23" && (constraint == "" || e.Constraint == constraint)
}

// connectionLost reports whether err is about the connection and not about what was asked.
func connectionLost(err error) bool {
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) {
		return true
	}
	if e := pq.As(err); e != nil {
		return e.Code == "57P01" || e.Code == "57P02" || e.Code.Class() == "08"
	}
	// The server's end of the socket may be gone before its goodbye was read. Silence is no such proof.
	var broken *net.OpError
	return errors.As(err, &broken) && !broken.Timeout() || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
