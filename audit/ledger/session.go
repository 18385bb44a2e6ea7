package ledger

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"countersign/postgres"
)

// holder is the advisory lock of whoever appends to the log of this database: the first eight bytes of
// SHA-256("countersign/audit/ledger"). It does two things. A second daemon is refused; and a new connection that gets
// it knows that no statement of the old one is still under way, because a backend gives it up only when it ends.
const holder int64 = -0x45828e4ffe08953b

// lockPoll is how often a held lock is asked for again.
const lockPoll = 25 * time.Millisecond

// session is the one connection over which entries are written.
type session struct {
	conn   *sqlx.Conn
	pid    int
	plain  *sqlx.Stmt
	sealed *sqlx.Stmt
	warned *pq.Error // set by the server while a statement runs
}

// connect opens the session and takes the lock. A backend of ours, known by its pid, that still holds the lock is
// asked to end: it belongs to a connection that was lost. ctx bounds the wait.
func connect(ctx context.Context, db *sqlx.DB, lost int) (*session, error) {
	conn, err := db.Connx(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	s := &session{conn: conn}
	if err := s.begin(ctx, lost); err != nil {
		s.drop()
		return nil, err
	}
	return s, nil
}

func (s *session) begin(ctx context.Context, lost int) error {
	err := s.conn.Raw(func(raw any) error {
		c, ok := raw.(driver.Conn)
		if !ok {
			return errors.New("the driver's connection is not one")
		}
		pq.SetNoticeHandler(c, func(n *pq.Error) {
			if n.Code == "01000" || n.Code == "57P01" {
				s.warned = n
			}
		})
		return nil
	})
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	if err := s.conn.GetContext(ctx, &s.pid, `SELECT pg_catalog.pg_backend_pid()`); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	if err := s.lock(ctx, lost); err != nil {
		return err
	}
	// What was acknowledged is on disk, whatever the role's own setting says.
	if _, err := s.conn.ExecContext(ctx, `
		SELECT pg_catalog.set_config('synchronous_commit', 'on', false)
		WHERE pg_catalog.current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')`); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	if s.plain, err = s.conn.PreparexContext(ctx, insertPlain); err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	if s.sealed, err = s.conn.PreparexContext(ctx, insertSealed); err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	return nil
}

func (s *session) lock(ctx context.Context, lost int) error {
	for {
		var got bool
		if err := s.conn.GetContext(ctx, &got, `SELECT pg_catalog.pg_try_advisory_lock($1)`, holder); err != nil {
			return fmt.Errorf("take the log's lock: %w", err)
		}
		if got {
			return nil
		}
		if lost != 0 {
			// classid and objid are the halves of the key. Only the backend that we lost, by pid and by lock.
			if _, err := s.conn.ExecContext(ctx, `
				SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_locks
				WHERE locktype = 'advisory' AND granted AND pid = $1 AND objsubid = 1
				  AND (classid::bigint << 32) | objid::bigint = $2
				  AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())`,
				lost, holder); err != nil {
				return fmt.Errorf("end the lost connection: %w", err)
			}
		}
		timer := time.NewTimer(lockPoll)
		select {
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("%w: %w", ErrHeld, ctx.Err())
		case <-timer.C:
		}
	}
}

// drop ends the connection for good, and the lock with it: a connection that went back to the pool would keep it.
func (s *session) drop() {
	_ = s.conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = s.conn.Close()
}

// write is one statement, and so one transaction. No context reaches it: the wait ends with the server's answer or with
// the connection (package postgres gives up on a silent server). Its error is errPlace, a refusal by the server, or
// wraps [postgres.ErrUnknownOutcome].
func (s *session) write(r *rows) error {
	s.warned = nil
	statement := s.plain
	if len(r.openIndex) > 0 {
		statement = s.sealed
	}
	result, err := statement.ExecContext(context.Background(), r.arguments()...)
	switch {
	case err != nil && postgres.CommitRefused(err):
		return err
	case err != nil:
		return fmt.Errorf("%w: %w", postgres.ErrUnknownOutcome, err)
	case s.warned != nil:
		// A cancelled wait for a standby is answered with success and a warning (PostgreSQL, syncrep.c).
		return fmt.Errorf("%w: %w", postgres.ErrUnknownOutcome, s.warned)
	}
	n, err := result.RowsAffected()
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", postgres.ErrUnknownOutcome, err)
	case n == 0:
		return errPlace
	case n != int64(r.len()):
		return fmt.Errorf("%w: %d entries were offered and %d written", ErrInconsistent, r.len(), n)
	}
	return nil
}

// barrier commits something, so that everything committed before it is as durable as a commit can be here: on disk, and
// with the standby where one must answer.
func (s *session) barrier(ctx context.Context) error {
	s.warned = nil
	var id string
	if err := s.conn.GetContext(ctx, &id, `SELECT pg_catalog.pg_current_xact_id()::text`); err != nil {
		return fmt.Errorf("wait for durability: %w", err)
	}
	if s.warned != nil {
		return fmt.Errorf("wait for durability: %w", s.warned)
	}
	return nil
}
