package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/jmoiron/sqlx"
)

// PrivateOptions of a private server.
type PrivateOptions struct {
	// Dir holds everything of the server's: data, configuration, socket and its own log. Required; made if absent.
	Dir string
	// Binaries is the directory of postgres and initdb. Empty means: look for it (see FindBinaries).
	Binaries string
	// User is the account that the server runs as when the daemon is root. Empty means countersign, postgres or nobody.
	User string
	// Roles and Database inside. Zero means DefaultRoles and "countersign".
	Roles    Roles
	Database string
	// Connections that the daemon's pools may hold together; the server allows some more. Zero means 48.
	Connections int
	// Settings of the server beyond the built-in ones, as in postgresql.conf. They win.
	Settings map[string]string
	// Log hears about starts, ends and restarts. Nil means nobody does.
	Log *slog.Logger
}

// Who names a role of a private server in [Private.DSN].
type Who string

// The roles of a private server. The administrator makes roles and databases and is used for nothing else.
const (
	Owner         Who = "owner"
	Runtime       Who = "runtime"
	Reader        Who = "reader"
	Administrator Who = "administrator"
)

const administrator = "countersign_administrator"

// Private is a PostgreSQL server that belongs to this process and listens on a Unix socket only. Whoever is this
// process's account on this machine may connect, as any role; nobody else may at all (peer authentication with an
// identity map, in a directory that others cannot enter).
//
// If the server dies it is started again, for as long as it takes. If this process dies the server is stopped by the
// kernel (Linux), and in any case by the next StartPrivate on the same directory.
type Private struct {
	opts     PrivateOptions
	acct     account
	bin      Binaries
	data     string
	socket   string
	lockFile *os.File
	log      *slog.Logger

	child    atomic.Int64 // process id, 0 while there is none
	restarts atomic.Int64
	stop     chan struct{}
	stopOnce sync.Once
	done     chan struct{}
}

// StartPrivate makes the data directory if it is absent, starts the server, makes the roles and the database, and
// returns when the server answers. ctx bounds the start and nothing after it. A data directory of another major version
// is refused and left as it is; so is one that another process serves.
//
// A crash during the very first start leaves an unfinished directory under a temporary name, which the next start
// removes; the data directory has its name only when it is whole.
func StartPrivate(ctx context.Context, opts PrivateOptions) (*Private, error) {
	p, err := startPrivate(ctx, opts)
	if err != nil {
		return nil, fmt.Errorf("private PostgreSQL: %w", err)
	}
	return p, nil
}

func startPrivate(ctx context.Context, opts PrivateOptions) (_ *Private, err error) {
	if opts.Dir == "" {
		return nil, errors.New("no directory was named")
	}
	if opts.Dir, err = filepath.Abs(opts.Dir); err != nil {
		return nil, err
	}
	if opts.Roles == (Roles{}) {
		opts.Roles = DefaultRoles()
	}
	if opts.Connections <= 0 {
		opts.Connections = 48
	}
	if opts.Database == "" {
		opts.Database = "countersign"
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	p := &Private{
		opts: opts,
		log:  opts.Log,
		data: filepath.Join(opts.Dir, "data"),
		stop: make(chan struct{}),
		done: make(chan struct{}),
	}
	if p.acct, err = findAccount(opts.User); err != nil {
		return nil, err
	}
	if err := p.acct.ownDir(opts.Dir); err != nil {
		return nil, err
	}
	if err := p.acct.canEnter(opts.Dir); err != nil {
		return nil, err
	}
	if err := p.takeLock(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			p.dropLock()
		}
	}()
	found, err := FindBinaries(ctx, opts.Binaries)
	if err != nil {
		return nil, err
	}
	if p.bin, err = choose(found, p.data); err != nil {
		return nil, err
	}
	if err := p.stopOrphan(ctx); err != nil {
		return nil, err
	}
	if err := p.awaitChildren(ctx); err != nil {
		return nil, err
	}
	if err := p.create(ctx); err != nil {
		return nil, err
	}
	if err := p.configure(); err != nil {
		return nil, err
	}
	first := make(chan error, 1)
	go p.supervise(first)
	select {
	case err = <-first:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err == nil {
		err = p.furnish(ctx)
	}
	if err != nil {
		// supervise drops the lock when it ends.
		return nil, errors.Join(err, p.Stop(context.WithoutCancel(ctx)))
	}
	return p, nil
}

// takeLock keeps a second daemon out of the directory. The kernel gives the lock back when this process ends.
func (p *Private) takeLock() error {
	f, err := os.OpenFile(filepath.Join(p.opts.Dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return fmt.Errorf("another process is already serving the database in %s", p.opts.Dir)
		}
		return fmt.Errorf("lock %s: %w", p.opts.Dir, err)
	}
	p.lockFile = f
	return nil
}

func (p *Private) dropLock() { _ = p.lockFile.Close() }

// furnish makes the roles and the database inside a server that answers.
func (p *Private) furnish(ctx context.Context) error {
	err := p.asAdministrator(ctx, func(db *sqlx.DB) error {
		if err := EnsureRoles(ctx, db, p.opts.Roles); err != nil {
			return err
		}
		return EnsureDatabase(ctx, db, p.opts.Database, p.opts.Roles)
	})
	if err != nil {
		return fmt.Errorf("roles and database: %w", err)
	}
	return nil
}

func (p *Private) asAdministrator(ctx context.Context, fn func(db *sqlx.DB) error) error {
	db, err := Open(ctx, p.dsn(administrator, "postgres"), Options{MaxConnections: 2})
	if err != nil {
		return err
	}
	return errors.Join(fn(db), db.Close())
}

// DSN is the data source name for one of the roles. It holds no secret: the socket knows who asks.
func (p *Private) DSN(who Who) string {
	role := administrator
	switch who {
	case Owner:
		role = p.opts.Roles.Owner
	case Runtime:
		role = p.opts.Roles.Runtime
	case Reader:
		role = p.opts.Roles.Reader
	}
	return p.dsn(role, p.opts.Database)
}

func (p *Private) dsn(role, database string) string {
	return "host=" + quoteDSN(p.socket) + " port=5432 sslmode=disable user=" + quoteDSN(role) + " dbname=" + quoteDSN(database)
}

// DSNFor is [Private.DSN] for another database of the same server.
func (p *Private) DSNFor(who Who, database string) string {
	q := *p.view()
	q.opts.Database = database
	return q.DSN(who)
}

// view copies what a data source name is made of.
func (p *Private) view() *Private { return &Private{opts: p.opts, socket: p.socket} }

// Roles inside the server.
func (p *Private) Roles() Roles { return p.opts.Roles }

// Restarts counts how often the server had to be started again.
func (p *Private) Restarts() int64 { return p.restarts.Load() }

// PID is the server's process, 0 while there is none.
func (p *Private) PID() int { return int(p.child.Load()) }

// Done is closed when the server has stopped for good, which only Stop brings about.
func (p *Private) Done() <-chan struct{} { return p.done }

func quoteDSN(s string) string {
	out := make([]byte, 0, len(s)+2)
	out = append(out, '\'')
	for i := range len(s) {
		if s[i] == '\'' || s[i] == '\\' {
			out = append(out, '\\')
		}
		out = append(out, s[i])
	}
	return string(append(out, '\''))
}

// shortName is a directory name that depends on dir alone.
func shortName(dir string) string {
	sum := sha256.Sum256([]byte(dir))
	return filepath.Join(os.TempDir(), "countersign-"+hex.EncodeToString(sum[:6]))
}
