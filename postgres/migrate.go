package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

// lockKey is the advisory lock of whoever migrates or makes roles: the first seven bytes of SHA-256("countersign").
const lockKey int64 = 0xeedfd749e2646d

// lockRetry is how often a migration asks whether the one before it is done.
const lockRetry = 100 * time.Millisecond

// bookkeeping holds what was applied: one table of goose's for each set, and the SHA-256 of each file beside it, which
// goose does not keep.
const bookkeeping = `
CREATE SCHEMA IF NOT EXISTS migrations;
CREATE TABLE IF NOT EXISTS migrations.files (
	set_name text   NOT NULL,
	version  bigint NOT NULL,
	name     text   NOT NULL,
	sha256   text   NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
	PRIMARY KEY (set_name, version)
)`

// Migrate brings the sets forward and applies their grants again. db is the owner's pool; it needs two connections.
//
// It holds a lock, so that two daemons started at once migrate once. It refuses, with a [*SchemaError] and before
// anything is changed, a database that is newer or that other files wrote. Each file runs in a transaction of its own: a
// crash leaves the files before it applied and this one not at all, and the next Migrate goes on from there.
func Migrate(ctx context.Context, db *sqlx.DB, roles Roles, sets ...MigrationSet) error {
	if err := distinct(sets); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if err := roles.valid(); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	unlock, err := lock(ctx, db)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	defer unlock()

	if _, err := db.ExecContext(ctx, bookkeeping); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	// All sets are looked at before one is touched.
	for _, s := range sets {
		if err := inspect(ctx, db, s, false); err != nil {
			return err
		}
	}
	for _, s := range sets {
		if err := apply(ctx, db, s); err != nil {
			return fmt.Errorf("migrate %s: %w", s.Name, err)
		}
	}
	return grant(ctx, db, roles, sets)
}

func apply(ctx context.Context, db *sqlx.DB, s MigrationSet) error {
	dir, files, err := s.files()
	if err != nil {
		return err
	}
	done, err := applied(ctx, db, s.Name)
	if err != nil {
		return err
	}
	// The sum is written before the file is run: a crash between the two leaves a sum without a migration, which is
	// overwritten here, and never a migration without a sum.
	for _, f := range files {
		if done[f.Version] {
			continue
		}
		_, err := db.ExecContext(ctx, `
			INSERT INTO migrations.files (set_name, version, name, sha256) VALUES ($1, $2, $3, $4)
			ON CONFLICT (set_name, version) DO UPDATE SET name = EXCLUDED.name, sha256 = EXCLUDED.sha256`,
			s.Name, f.Version, f.Name, f.SHA256)
		if err != nil {
			return err
		}
	}
	store, err := database.NewStore(database.DialectPostgres, table(s.Name))
	if err != nil {
		return err
	}
	// goose wants no dialect when it is given a store. Its own lock is not used: the one held here covers more.
	provider, err := goose.NewProvider("", db.DB, dir, goose.WithStore(store), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

func grant(ctx context.Context, db *sqlx.DB, roles Roles, sets []MigrationSet) error {
	err := InTx(ctx, db, TxOptions{}, func(tx *sqlx.Tx) error {
		to := pq.QuoteIdentifier(roles.Runtime) + `, ` + pq.QuoteIdentifier(roles.Reader)
		stmts := []string{
			`REVOKE ALL ON SCHEMA migrations FROM PUBLIC`,
			`REVOKE ALL ON ALL TABLES IN SCHEMA migrations FROM PUBLIC, ` + to,
			`GRANT USAGE ON SCHEMA migrations TO ` + to,
			`GRANT SELECT ON ALL TABLES IN SCHEMA migrations TO ` + to,
		}
		for _, s := range sets {
			text, err := s.grants(roles)
			if err != nil {
				return err
			}
			if text != "" {
				stmts = append(stmts, text)
			}
		}
		for _, stmt := range stmts {
			if _, err := tx.ExecContext(ctx, stmt); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("migrate: grants: %w", err)
	}
	return nil
}

// lock takes the advisory lock on a connection of its own; losing that connection gives the lock back.
func lock(ctx context.Context, db *sqlx.DB) (unlock func(), err error) {
	conn, err := db.Connx(ctx)
	if err != nil {
		return nil, err
	}
	tick := time.NewTicker(lockRetry)
	defer tick.Stop()
	for {
		// Asked again and again instead of waited for, so that no statement timeout ends the wait.
		var got bool
		if err := conn.GetContext(ctx, &got, `SELECT pg_try_advisory_lock($1)`, lockKey); err != nil {
			_ = conn.Close()
			return nil, err
		}
		if got {
			break
		}
		select {
		case <-ctx.Done():
			_ = conn.Close()
			return nil, fmt.Errorf("somebody else is migrating this database: %w", ctx.Err())
		case <-tick.C:
		}
	}
	return func() {
		var ok bool
		err := conn.GetContext(context.WithoutCancel(ctx), &ok, `SELECT pg_advisory_unlock($1)`, lockKey)
		if err != nil || !ok {
			// The session must not go back to the pool with the lock in its hand.
			_ = conn.Raw(func(any) error { return driver.ErrBadConn })
		}
		_ = conn.Close()
	}, nil
}

// table is where goose keeps what it applied of a set.
func table(set string) string { return "migrations.applied_" + set }

// applied are the versions of a set that the database has. None if the set was never migrated.
func applied(ctx context.Context, db sqlx.QueryerContext, set string) (map[int64]bool, error) {
	var there sql.NullString
	if err := sqlx.GetContext(ctx, db, &there, `SELECT to_regclass($1)::text`, table(set)); err != nil {
		return nil, err
	}
	if !there.Valid {
		return map[int64]bool{}, nil
	}
	var versions []int64
	// The name is checked by setName; an identifier cannot be a parameter.
	err := sqlx.SelectContext(ctx, db, &versions, `SELECT version_id FROM `+table(set)+` WHERE is_applied AND version_id > 0`)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]bool, len(versions))
	for _, v := range versions {
		out[v] = true
	}
	return out, nil
}
