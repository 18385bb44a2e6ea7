package vault

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"countersign/audit"
	"countersign/identity"
)

// ErrNoSession says that a token opens nothing, or nothing any more.
var ErrNoSession = errors.New("no such session")

// ErrNoChallenge says that a nonce was not given out, or too long ago.
var ErrNoChallenge = errors.New("no such challenge")

// Session is somebody signed in at a terminal.
type Session struct {
	ID       string            `db:"id"`
	Person   identity.PersonID `db:"person"`
	Terminal string            `db:"terminal"`
	Since    time.Time         `db:"since"`
	Seen     time.Time         `db:"seen"`
	IdleAt   time.Time         `db:"-"` // when it locks if nothing happens
	Locked   bool              `db:"-"` // idle for too long; a password opens it again
}

// Begin opens a session and gives its token, which is kept here only as a hash.
func (v *Vault) Begin(ctx context.Context, id identity.PersonID, terminal string) (token string, s Session, err error) {
	raw, err := v.bytes(48)
	if err != nil {
		return "", s, err
	}
	token = base64.RawURLEncoding.EncodeToString(raw[:32])
	now := v.now()
	s = Session{ID: hex.EncodeToString(raw[32:]), Person: id, Terminal: terminal, Since: now, Seen: now, IdleAt: now.Add(v.opts.IdleLock)}
	_, err = v.db.ExecContext(ctx, `INSERT INTO vault.sessions (token, id, person, terminal, since, seen) VALUES ($1, $2, $3, $4, $5, $6)`,
		hashed(token), s.ID, string(id), terminal, s.Since, s.Seen)
	if err != nil {
		return "", s, fmt.Errorf("keep a session: %w", err)
	}
	_, err = v.db.ExecContext(ctx, `DELETE FROM vault.sessions WHERE since <= $1`, v.now().Add(-v.opts.SessionLife))
	if err != nil {
		return "", s, fmt.Errorf("clear old sessions: %w", err)
	}
	return token, s, nil
}

func hashed(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// Resume finds the session of a token and notes that it is alive. A session
// that has been idle for too long is Locked, and stays so until Reopen.
func (v *Vault) Resume(ctx context.Context, token string) (s Session, err error) {
	now := v.now()
	err = v.db.GetContext(ctx, &s, `
		UPDATE vault.sessions SET seen = CASE WHEN seen > $2 THEN $3 ELSE seen END
		WHERE token = $1 AND since > $4 RETURNING id, person, terminal, since, seen`,
		hashed(token), now.Add(-v.opts.IdleLock), now, now.Add(-v.opts.SessionLife))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return s, ErrNoSession
	case err != nil:
		return s, fmt.Errorf("find a session: %w", err)
	}
	s.Since, s.Seen = s.Since.UTC(), s.Seen.UTC()
	s.IdleAt = s.Seen.Add(v.opts.IdleLock)
	s.Locked = !s.Seen.Equal(now)
	return s, nil
}

// Look finds the session of a token and leaves it as it is: a page that only
// listens keeps no session awake (SEC-04).
func (v *Vault) Look(ctx context.Context, token string) (s Session, err error) {
	now := v.now()
	err = v.db.GetContext(ctx, &s, `SELECT id, person, terminal, since, seen FROM vault.sessions WHERE token = $1 AND since > $2`,
		hashed(token), now.Add(-v.opts.SessionLife))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return s, ErrNoSession
	case err != nil:
		return s, fmt.Errorf("look at a session: %w", err)
	}
	s.Since, s.Seen = s.Since.UTC(), s.Seen.UTC()
	s.IdleAt = s.Seen.Add(v.opts.IdleLock)
	s.Locked = !now.Before(s.IdleAt)
	return s, nil
}

// Lock locks a session as idleness would.
func (v *Vault) Lock(ctx context.Context, token string) error {
	return v.touch(ctx, `UPDATE vault.sessions SET seen = $2 WHERE token = $1`, hashed(token), v.now().Add(-v.opts.IdleLock))
}

// Reopen unlocks a session after its person's password was checked, under a
// new token.
func (v *Vault) Reopen(ctx context.Context, token string) (next string, err error) {
	raw, err := v.bytes(32)
	if err != nil {
		return "", err
	}
	next = base64.RawURLEncoding.EncodeToString(raw)
	return next, v.touch(ctx, `UPDATE vault.sessions SET token = $2, seen = $3 WHERE token = $1`, hashed(token), hashed(next), v.now())
}

// End ends a session.
func (v *Vault) End(ctx context.Context, token string) error {
	return v.touch(ctx, `DELETE FROM vault.sessions WHERE token = $1`, hashed(token))
}

func (v *Vault) touch(ctx context.Context, statement string, args ...any) error {
	result, err := v.db.ExecContext(ctx, statement, args...)
	if err != nil {
		return fmt.Errorf("change a session: %w", err)
	}
	if rows, err := result.RowsAffected(); err != nil || rows == 0 {
		return ErrNoSession
	}
	return nil
}

// EndSessions ends all of a person's sessions.
func (v *Vault) EndSessions(ctx context.Context, id identity.PersonID) error {
	if _, err := v.db.ExecContext(ctx, `DELETE FROM vault.sessions WHERE person = $1`, string(id)); err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return nil
}

// Challenge is what a session was shown under a nonce.
type Challenge struct {
	Nonce   string
	Session string
	Digest  audit.Hash
	Expires time.Time
}

// Challenge keeps what was shown until it is signed or too old.
func (v *Vault) Challenge(ctx context.Context, c Challenge) error {
	_, err := v.db.ExecContext(ctx, `INSERT INTO vault.challenges (nonce, session, digest, expires) VALUES ($1, $2, $3, $4)`,
		c.Nonce, c.Session, c.Digest[:], c.Expires)
	if err != nil {
		return fmt.Errorf("keep a challenge: %w", err)
	}
	if _, err := v.db.ExecContext(ctx, `DELETE FROM vault.challenges WHERE expires <= $1`, v.now().Add(-time.Hour)); err != nil {
		return fmt.Errorf("clear old challenges: %w", err)
	}
	return nil
}

// Shown finds a challenge that still counts. That a nonce signs once only is
// the log's to say: it is the act's idempotency key.
func (v *Vault) Shown(ctx context.Context, nonce string) (Challenge, error) {
	var row struct {
		Session string `db:"session"`
		Digest  []byte `db:"digest"`
	}
	err := v.db.GetContext(ctx, &row, `SELECT session, digest FROM vault.challenges WHERE nonce = $1 AND expires > $2`, nonce, v.now())
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Challenge{}, ErrNoChallenge
	case err != nil:
		return Challenge{}, fmt.Errorf("find a challenge: %w", err)
	}
	return Challenge{Nonce: nonce, Session: row.Session, Digest: audit.Hash(row.Digest)}, nil
}
