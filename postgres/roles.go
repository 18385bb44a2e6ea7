package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// Roles are the names of the three roles that use one database (AUD-03, SEC-02).
type Roles struct {
	// Owner owns every object, migrates, and does nothing else.
	Owner string
	// Runtime is what the daemon serves with. Grants give it what each room declares and nothing more.
	Runtime string
	// Reader may look: reports, backups' checks, an inspector's queries.
	Reader string
}

// RolesWithPrefix names the three roles after prefix: countersign gives countersign_owner, countersign_runtime and
// countersign_reader.
func RolesWithPrefix(prefix string) Roles {
	return Roles{Owner: prefix + "_owner", Runtime: prefix + "_runtime", Reader: prefix + "_reader"}
}

// DefaultRoles are the roles of a private server.
func DefaultRoles() Roles { return RolesWithPrefix("countersign") }

func (r Roles) valid() error {
	seen := map[string]bool{}
	for _, n := range []string{r.Owner, r.Runtime, r.Reader} {
		// 63 is NAMEDATALEN - 1: a longer name would be cut, and two names could become one.
		if n == "" || len(n) > 63 || strings.ContainsRune(n, 0) || strings.HasPrefix(n, "pg_") {
			return fmt.Errorf("%q cannot be the name of a role", n)
		}
		if seen[n] {
			return fmt.Errorf("the role %q is named twice: owner, runtime and reader must differ", n)
		}
		seen[n] = true
	}
	return nil
}

// EnsureRoles makes the three roles, or puts their attributes right where they exist. It needs a role that may create
// roles; passwords are left as they are. Running it again changes nothing.
func EnsureRoles(ctx context.Context, super *sqlx.DB, roles Roles) error {
	if err := roles.valid(); err != nil {
		return fmt.Errorf("ensure roles: %w", err)
	}
	return InTx(ctx, super, TxOptions{}, func(tx *sqlx.Tx) error {
		// CREATE ROLE has no IF NOT EXISTS; the lock keeps two first starts apart.
		if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, lockKey); err != nil {
			return fmt.Errorf("ensure roles: %w", err)
		}
		for _, name := range []string{roles.Owner, roles.Runtime, roles.Reader} {
			var there bool
			if err := tx.GetContext(ctx, &there, `SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1)`, name); err != nil {
				return fmt.Errorf("ensure roles: %w", err)
			}
			verb := "CREATE"
			if there {
				verb = "ALTER"
			}
			stmt := verb + ` ROLE ` + pq.QuoteIdentifier(name) +
				` LOGIN INHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS`
			if _, err := tx.ExecContext(ctx, stmt); err != nil {
				return fmt.Errorf("ensure role %s: %w", name, err)
			}
		}
		return nil
	})
}

// EnsureDatabase makes the database name, owned by the owner role, in UTF-8 with byte order collation, closed to all but
// the three roles. It needs a role that may create databases and act as the owner. An existing database is left alone
// except that its doors are closed again.
func EnsureDatabase(ctx context.Context, super *sqlx.DB, name string, roles Roles) error {
	var there bool
	if err := super.GetContext(ctx, &there, `SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_database WHERE datname = $1)`, name); err != nil {
		return fmt.Errorf("ensure database: %w", err)
	}
	stmts := []string{
		`CREATE DATABASE ` + pq.QuoteIdentifier(name) + ` OWNER ` + pq.QuoteIdentifier(roles.Owner) +
			` TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'`,
		`REVOKE ALL ON DATABASE ` + pq.QuoteIdentifier(name) + ` FROM PUBLIC`,
		`GRANT CONNECT ON DATABASE ` + pq.QuoteIdentifier(name) + ` TO ` +
			pq.QuoteIdentifier(roles.Runtime) + `, ` + pq.QuoteIdentifier(roles.Reader),
	}
	if there {
		stmts = stmts[1:]
	}
	for _, s := range stmts {
		if _, err := super.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("ensure database %s: %w", name, err)
		}
	}
	return nil
}
