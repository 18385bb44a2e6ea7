// Package pgtest gives tests real databases: one private server for each test binary, one template for each collection
// of migrations, one clone of it for each test. A clone takes a few hundredths of a second.
//
// The server of New does not wait for the disk, so its files would not survive a loss of power; that of NewDurable does,
// for benches and for tests that kill it. Both end with the test binary, whatever way that ends, and what a killed one
// left on disk is removed by the next.
package pgtest

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"countersign/postgres"
)

// DB is one test's database, its three roles, and an administrator for whoever plays the intruder.
type DB struct {
	// Pools, closed when the test ends.
	Owner, Runtime, Reader *sqlx.DB
	// Super has every right there is: it can switch triggers off and rewrite what it likes.
	Super *sqlx.DB

	OwnerDSN, RuntimeDSN, ReaderDSN, SuperDSN string

	Roles postgres.Roles
	// Name of the database.
	Name string
	// Server that it is in, shared with the binary's other tests. Kill it in a test of NewDurable only.
	Server *postgres.Private
}

// New gives the test a fresh database with the sets applied. It fails the test if there is no PostgreSQL to be found.
func New(t testing.TB, sets ...postgres.MigrationSet) DB {
	t.Helper()
	return fresh(t, quick, sets)
}

// NewDurable is New on a server that waits for the disk as a real one does.
func NewDurable(t testing.TB, sets ...postgres.MigrationSet) DB {
	t.Helper()
	return fresh(t, durable, sets)
}

// server is what a test binary shares. A test binary is a process of its own, and only here is there state of one.
type server struct {
	settings map[string]string

	mu        sync.Mutex
	private   *postgres.Private
	super     *sqlx.DB
	templates map[string]string // digest of sets → database
	made      int
}

var (
	quick = &server{settings: map[string]string{
		"fsync": "off", "full_page_writes": "off", "logging_collector": "off", "autovacuum": "off",
		"max_connections": "400", "shared_buffers": "64MB", "wal_level": "minimal", "max_wal_senders": "0",
	}}
	durable = &server{settings: map[string]string{
		"logging_collector": "off", "max_connections": "400",
	}}
)

func fresh(t testing.TB, s *server, sets []postgres.MigrationSet) DB {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	name, err := s.clone(ctx, sets)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	db := DB{Name: name, Roles: s.private.Roles(), Server: s.private}
	open := func(who postgres.Who, dsn *string) *sqlx.DB {
		*dsn = s.private.DSNFor(who, name)
		pool, err := postgres.Open(ctx, *dsn, postgres.Options{MaxConnections: 40})
		if err != nil {
			t.Fatalf("pgtest: open as %s: %v", who, err)
		}
		t.Cleanup(func() { _ = pool.Close() })
		return pool
	}
	t.Cleanup(func() { s.drop(name) })
	db.Owner = open(postgres.Owner, &db.OwnerDSN)
	db.Runtime = open(postgres.Runtime, &db.RuntimeDSN)
	db.Reader = open(postgres.Reader, &db.ReaderDSN)
	db.Super = open(postgres.Administrator, &db.SuperDSN)
	return db
}

// clone makes a database with the sets applied and gives its name.
func (s *server) clone(ctx context.Context, sets []postgres.MigrationSet) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.start(ctx); err != nil {
		return "", err
	}
	template := "template0"
	if len(sets) > 0 {
		var err error
		if template, err = s.template(ctx, sets); err != nil {
			return "", err
		}
	}
	s.made++
	name := "test_" + strconv.Itoa(s.made)
	return name, s.create(ctx, name, template)
}

func (s *server) create(ctx context.Context, name, template string) error {
	if template == "template0" {
		return postgres.EnsureDatabase(ctx, s.super, name, s.private.Roles())
	}
	roles := s.private.Roles()
	for _, stmt := range []string{
		`CREATE DATABASE ` + pq.QuoteIdentifier(name) + ` OWNER ` + pq.QuoteIdentifier(roles.Owner) +
			` TEMPLATE ` + pq.QuoteIdentifier(template),
		`REVOKE ALL ON DATABASE ` + pq.QuoteIdentifier(name) + ` FROM PUBLIC`,
		`GRANT CONNECT ON DATABASE ` + pq.QuoteIdentifier(name) + ` TO ` +
			pq.QuoteIdentifier(roles.Runtime) + `, ` + pq.QuoteIdentifier(roles.Reader),
	} {
		if _, err := s.super.ExecContext(ctx, stmt); err != nil {
			return fmt.Errorf("create %s: %w", name, err)
		}
	}
	return nil
}

func (s *server) template(ctx context.Context, sets []postgres.MigrationSet) (string, error) {
	digest, err := postgres.Digest(sets...)
	if err != nil {
		return "", err
	}
	if name, ok := s.templates[digest]; ok {
		return name, nil
	}
	name := "template_" + digest[:16]
	if err := s.create(ctx, name, "template0"); err != nil {
		return "", err
	}
	db, err := postgres.Open(ctx, s.private.DSNFor(postgres.Owner, name), postgres.Options{})
	if err != nil {
		return "", err
	}
	err = postgres.Migrate(ctx, db, s.private.Roles(), sets...)
	// A template with a connection to it cannot be cloned.
	if cerr := db.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		s.drop(name)
		return "", err
	}
	s.templates[digest] = name
	return name, nil
}

// drop removes a database. Its failure costs disk until the binary ends, and no test its verdict.
func (s *server) drop(name string) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	_, _ = s.super.ExecContext(ctx, `DROP DATABASE IF EXISTS `+pq.QuoteIdentifier(name)+` WITH (FORCE)`)
}

func (s *server) start(ctx context.Context) error {
	if s.private != nil {
		return nil
	}
	dir, err := workDir()
	if err != nil {
		return err
	}
	p, err := postgres.StartPrivate(ctx, postgres.PrivateOptions{
		Dir: filepath.Join(dir, "pg"), Settings: s.settings, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	super, err := postgres.Open(ctx, p.DSNFor(postgres.Administrator, "postgres"), postgres.Options{MaxConnections: 8, StatementTimeout: time.Minute})
	if err != nil {
		return err
	}
	s.private, s.super, s.templates = p, super, map[string]string{}
	return nil
}

// workDir makes a directory for this process and removes those of processes that are gone. A process holds a lock beside
// its directory for as long as it lives; a lock that can be had is a dead one's.
func workDir() (string, error) {
	base := filepath.Join(os.TempDir(), "cs-pgtest-"+strconv.Itoa(os.Geteuid()))
	// Others may walk through, not look: under root the server has an account of its own.
	if err := os.MkdirAll(base, 0o711); err != nil {
		return "", err
	}
	if err := os.Chmod(base, 0o711); err != nil {
		return "", err
	}
	gate, err := os.OpenFile(filepath.Join(base, "gate"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", err
	}
	defer func() { _ = gate.Close() }()
	// Making a directory and its lock is one act to whoever sweeps.
	if err := syscall.Flock(int(gate.Fd()), syscall.LOCK_EX); err != nil {
		return "", err
	}
	locks, err := filepath.Glob(filepath.Join(base, "*.lock"))
	if err != nil {
		return "", err
	}
	for _, l := range locks {
		sweep(l)
	}
	dir, err := os.MkdirTemp(base, "")
	if err != nil {
		return "", err
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		return "", err
	}
	lock, err := os.OpenFile(dir+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", err
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return "", err
	}
	held.Store(dir, lock)
	return dir, nil
}

// held keeps the locks of this process from the garbage collector, which would close them.
var held sync.Map

func sweep(lock string) {
	f, err := os.OpenFile(lock, os.O_RDWR, 0)
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }()
	if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		return
	}
	dir := lock[:len(lock)-len(".lock")]
	if os.RemoveAll(dir) == nil {
		_ = os.Remove(lock)
	}
}
