// Package vault keeps what must never enter the log: password verifiers, the
// people's sealed signing keys, sessions, and what was shown before a
// signature. It is the only SQL of identity.
//
// It promises that the server never holds a key that it could use alone: a
// person's Ed25519 key is sealed under their password (argon2id and
// XChaCha20-Poly1305) and is open only while one statement is signed.
//
// What a holder of each thing could do: a thief of these tables can guess
// passwords off line, at argon2id's price a guess, and use a weak one; a thief
// of the runtime role can also remove credentials and sessions, so that people
// cannot sign in, but can make no signature; whoever runs changed software can
// catch passwords as they are typed. None of them can alter what was signed.
package vault

import (
	"embed"
	"io"
	"time"

	"github.com/jmoiron/sqlx"

	"countersign/postgres"
)

//go:embed migrations/*.sql
var files embed.FS

// grants: the runtime role keeps credentials and sessions; the reader sees nothing.
const grants = `
REVOKE ALL ON SCHEMA vault FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA vault FROM PUBLIC, {{.Runtime}}, {{.Reader}};
GRANT USAGE ON SCHEMA vault TO {{.Runtime}};
GRANT SELECT, INSERT, UPDATE, DELETE ON vault.credentials, vault.sessions, vault.challenges TO {{.Runtime}};
`

// Migrations is what the vault keeps in the database: schema vault.
func Migrations() postgres.MigrationSet {
	set := postgres.MigrationSet{Name: "vault", FS: files, Grants: grants}
	for _, table := range []string{"vault.credentials", "vault.sessions", "vault.challenges"} {
		set.Tables = append(set.Tables, postgres.Table{
			Name: table, Runtime: []postgres.Privilege{postgres.Select, postgres.Insert, postgres.Update, postgres.Delete},
		})
	}
	return set
}

// Options of a vault. Now and Random have no default.
type Options struct {
	Now         func() time.Time // wall clock, for locks and sessions; never a rehearsal's
	Random      io.Reader
	LockAfter   int           // wrong passwords in a row; zero means 5
	LockFor     time.Duration // zero means 15 minutes
	IdleLock    time.Duration // a session locks after this without a sign of life; zero means 10 minutes
	SessionLife time.Duration // a session ends after this; zero means 12 hours
	// Stretch derives 32 bytes from a password and a salt; nil means argon2id, and
	// a site has no other. A test that signs a hundred times, and is not about
	// passwords, gives one that costs nothing.
	Stretch func(password, salt []byte) []byte
}

// Vault is the store of secrets.
type Vault struct {
	db     *sqlx.DB
	opts   Options
	derive chan struct{} // bounds how many argon2id run at once: 19 MiB each
}

// oneTimeLife is how long a one-time password can be used.
const oneTimeLife = 72 * time.Hour

// New gives the vault over the runtime role's pool.
func New(db *sqlx.DB, opts Options) *Vault {
	if opts.LockAfter == 0 {
		opts.LockAfter = 5
	}
	if opts.LockFor == 0 {
		opts.LockFor = 15 * time.Minute
	}
	if opts.IdleLock == 0 {
		opts.IdleLock = 10 * time.Minute
	}
	if opts.SessionLife == 0 {
		opts.SessionLife = 12 * time.Hour
	}
	if opts.Stretch == nil {
		opts.Stretch = dearly
	}
	return &Vault{db: db, opts: opts, derive: make(chan struct{}, 4)}
}

func (v *Vault) now() time.Time { return v.opts.Now().UTC().Truncate(time.Microsecond) }
