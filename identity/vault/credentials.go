package vault

import (
	"context"
	"crypto/ed25519"
	"crypto/subtle"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"countersign/audit"
	"countersign/identity"
	"countersign/postgres"
)

// What can be wrong with a password. ErrLocked says until when.
var (
	ErrWrong      = errors.New("the password is wrong")
	ErrExpired    = errors.New("the one-time password has expired")
	ErrMustChange = errors.New("a one-time password signs nothing")
)

// ErrLocked says that too many wrong passwords were typed.
type ErrLocked struct{ Until time.Time }

// Error names the end of the lock.
func (e *ErrLocked) Error() string { return "locked until " + e.Until.Format(time.RFC3339) }

type credential struct {
	Salt        []byte     `db:"salt"`
	Verifier    []byte     `db:"verifier"`
	OneTime     bool       `db:"one_time"`
	Issuer      string     `db:"issuer"`
	Expires     *time.Time `db:"expires"`
	SealSalt    []byte     `db:"seal_salt"`
	Sealed      []byte     `db:"sealed"`
	Public      *string    `db:"public"`
	Failures    int        `db:"failures"`
	LockedUntil *time.Time `db:"locked_until"`
}

const columns = `salt, verifier, one_time, issuer, expires, seal_salt, sealed, public, failures, locked_until`

// Issue gives a person a one-time password, shown this once, in place of any
// password they had. Their sealed key is destroyed with it: they will have a
// new one, which somebody has to confirm.
func (v *Vault) Issue(ctx context.Context, id, issuer identity.PersonID) (oneTime string, err error) {
	raw, err := v.bytes(10)
	if err != nil {
		return "", err
	}
	oneTime = readable(raw)
	salt, verifier, err := v.verifier(ctx, oneTime)
	if err != nil {
		return "", err
	}
	_, err = v.db.ExecContext(ctx, `
		INSERT INTO vault.credentials (person, salt, verifier, one_time, issuer, expires) VALUES ($1, $2, $3, true, $4, $5)
		ON CONFLICT (person) DO UPDATE SET salt = excluded.salt, verifier = excluded.verifier, one_time = true,
			issuer = excluded.issuer, expires = excluded.expires, seal_salt = NULL, sealed = NULL, public = NULL,
			failures = 0, locked_until = NULL`,
		string(id), salt, verifier, string(issuer), v.now().Add(oneTimeLife))
	if err != nil {
		return "", fmt.Errorf("keep a one-time password: %w", err)
	}
	return oneTime, v.EndSessions(ctx, id)
}

func (v *Vault) verifier(ctx context.Context, password string) (salt, verifier []byte, err error) {
	if salt, err = v.bytes(16); err != nil {
		return nil, nil, err
	}
	verifier, err = v.stretch(ctx, password, salt, "countersign/verify/v1\n")
	return salt, verifier, err
}

// Check says whether a password is the person's, and whether it is a one-time
// one. A wrong one counts; too many lock the account. Somebody unknown costs
// as much time as somebody known.
func (v *Vault) Check(ctx context.Context, id identity.PersonID, password string) (oneTime bool, err error) {
	c, err := v.check(ctx, id, password)
	return c.OneTime, err
}

func (v *Vault) check(ctx context.Context, id identity.PersonID, password string) (credential, error) {
	// A try is counted before the password is looked at, so that many at once
	// are not all first tries.
	var c credential
	err := v.db.GetContext(ctx, &c, `
		UPDATE vault.credentials SET
			failures = CASE WHEN locked_until <= $2 THEN 1 ELSE failures + 1 END,
			locked_until = CASE WHEN locked_until > $2 THEN locked_until
				WHEN (CASE WHEN locked_until <= $2 THEN 1 ELSE failures + 1 END) > $3 THEN $4 END
		WHERE person = $1 RETURNING `+columns, string(id), v.now(), v.opts.LockAfter, v.now().Add(v.opts.LockFor))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		c.Salt, c.Verifier = make([]byte, 16), make([]byte, 32)
	case err != nil:
		return c, fmt.Errorf("read a credential: %w", err)
	case c.LockedUntil != nil:
		return c, &ErrLocked{Until: c.LockedUntil.UTC()}
	}
	got, err := v.stretch(ctx, password, c.Salt, "countersign/verify/v1\n")
	if err != nil {
		return c, err
	}
	switch {
	case subtle.ConstantTimeCompare(got, c.Verifier) != 1:
		return c, ErrWrong
	case c.OneTime && c.Expires != nil && !v.now().Before(*c.Expires):
		return c, ErrExpired
	}
	if _, err := v.db.ExecContext(ctx, `UPDATE vault.credentials SET failures = 0, locked_until = NULL WHERE person = $1`, string(id)); err != nil {
		return c, fmt.Errorf("clear the count of wrong passwords: %w", err)
	}
	return c, nil
}

// Enrolment is what comes of choosing a password.
type Enrolment struct {
	Public string            // hexadecimal Ed25519 public key
	Issuer identity.PersonID // who issued the one-time password
	New    bool              // the key is new and has to be enrolled in the log
}

// Choose replaces a password by one that the person chose. After a first
// one-time password it makes the person's signing key; otherwise the same key
// is sealed again. The caller enrols a new key in the log, and may call
// Enrolled again after a crash to learn what is still to be enrolled.
func (v *Vault) Choose(ctx context.Context, id identity.PersonID, username, current, next string) (Enrolment, error) {
	c, err := v.check(ctx, id, current)
	if err != nil {
		return Enrolment{}, err
	}
	if err := checkPassword(next, username); err != nil {
		return Enrolment{}, err
	}
	if next == current {
		return Enrolment{}, &identity.Refusal{Code: "same_password", Sentence: "Choose a password other than the one that you have."}
	}
	return v.replace(ctx, id, c, current, next, false)
}

// Retire makes the person's own password a one-time one that they have to
// replace at the next sign-in. The key stays theirs.
func (v *Vault) Retire(ctx context.Context, id identity.PersonID, current string) (oneTime string, err error) {
	c, err := v.check(ctx, id, current)
	if err != nil {
		return "", err
	}
	raw, err := v.bytes(10)
	if err != nil {
		return "", err
	}
	oneTime = readable(raw)
	_, err = v.replace(ctx, id, c, current, oneTime, true)
	return oneTime, err
}

func (v *Vault) replace(ctx context.Context, id identity.PersonID, c credential, current, next string, oneTime bool) (Enrolment, error) {
	e := Enrolment{Issuer: identity.PersonID(c.Issuer)}
	var seed []byte
	if c.Public == nil {
		e.New = true
		var err error
		if seed, err = v.bytes(ed25519.SeedSize); err != nil {
			return e, err
		}
	} else {
		key, err := v.unseal(ctx, id, current, c)
		if err != nil {
			return e, err
		}
		seed = key.Seed()
	}
	public, ok := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	if !ok {
		return e, errors.New("no public key")
	}
	e.Public = hex.EncodeToString(public)
	salt, verifier, err := v.verifier(ctx, next)
	if err != nil {
		return e, err
	}
	sealSalt, sealed, err := v.seal(ctx, id, next, seed, e.Public)
	if err != nil {
		return e, err
	}
	var expires *time.Time
	if oneTime {
		until := v.now().Add(oneTimeLife)
		expires = &until
	}
	done := false
	err = postgres.InTx(ctx, v.db, postgres.TxOptions{}, func(tx *sqlx.Tx) error {
		result, err := tx.ExecContext(ctx, `
			UPDATE vault.credentials SET salt = $2, verifier = $3, one_time = $4, expires = $5, seal_salt = $6, sealed = $7,
				public = $8, failures = 0, locked_until = NULL
			WHERE person = $1 AND verifier = $9`,
			string(id), salt, verifier, oneTime, expires, sealSalt, sealed, e.Public, c.Verifier)
		if err != nil {
			return err
		}
		rows, err := result.RowsAffected()
		done = rows == 1
		return err
	})
	switch {
	case err != nil:
		return e, fmt.Errorf("keep the new password: %w", err)
	case !done:
		return e, ErrWrong // somebody replaced it a moment before
	}
	return e, nil
}

// Enrolled gives the public key that the vault has for a person, "" when none,
// and who issued the one-time password that it was made after.
func (v *Vault) Enrolled(ctx context.Context, id identity.PersonID) (public string, issuer identity.PersonID, err error) {
	var c credential
	err = v.db.GetContext(ctx, &c, `SELECT `+columns+` FROM vault.credentials WHERE person = $1`, string(id))
	switch {
	case errors.Is(err, sql.ErrNoRows) || err == nil && c.Public == nil:
		return "", "", nil
	case err != nil:
		return "", "", fmt.Errorf("read a credential: %w", err)
	}
	return *c.Public, identity.PersonID(c.Issuer), nil
}

// Sign opens the person's key with their password, signs one statement, and
// forgets the key again.
func (v *Vault) Sign(ctx context.Context, id identity.PersonID, password string, s audit.Statement) ([]byte, error) {
	c, err := v.check(ctx, id, password)
	switch {
	case err != nil:
		return nil, err
	case c.OneTime || c.Public == nil:
		return nil, ErrMustChange
	}
	key, err := v.unseal(ctx, id, password, c)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	return audit.Sign(key, s)
}

// Unlock lifts the lock that wrong passwords brought about.
func (v *Vault) Unlock(ctx context.Context, id identity.PersonID) error {
	_, err := v.db.ExecContext(ctx, `UPDATE vault.credentials SET failures = 0, locked_until = NULL WHERE person = $1`, string(id))
	if err != nil {
		return fmt.Errorf("lift a lock: %w", err)
	}
	return nil
}
