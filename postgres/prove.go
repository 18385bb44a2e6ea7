package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"
)

// Expect is what [Prove] demands of a database.
type Expect struct {
	// Sets whose schemas, tables and functions are looked at.
	Sets []MigrationSet
	// Durable demands that the server writes to disk what it acknowledges. The daemon sets it; quick tests do not.
	Durable bool
}

// A RightsError lists everything that [Prove] found wrong, a sentence each, for the operator.
type RightsError struct{ Problems []string }

func (e *RightsError) Error() string {
	return "the database is not fit to serve:\n  " + strings.Join(e.Problems, "\n  ")
}

// Prove shows, from inside the runtime role's own session, that it can do what the sets need and nothing that would let
// it rewrite the record (AUD-03, 21 CFR 11.10(e)): no UPDATE, DELETE or TRUNCATE that a set does not declare, no
// ownership, no membership of another role, no CREATE anywhere, no superuser's attributes; that append-only tables have
// their triggers, enabled, and that no rule rewrites a statement on the way. It changes nothing.
//
// It proves the state of this moment; whoever owns the database can change it the next. It returns a [*RightsError] if
// anything is wrong, and another error if it could not look.
func Prove(ctx context.Context, runtime *sqlx.DB, want Expect) error {
	p := &prover{want: want}
	err := InTx(ctx, runtime, TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}, func(tx *sqlx.Tx) error {
		p.problems = nil
		for _, look := range []func(context.Context, *sqlx.Tx) error{
			p.server, p.role, p.ownership, p.creation, p.tables, p.strangers, p.functions, p.guards,
		} {
			if err := look(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("prove rights: %w", err)
	}
	if len(p.problems) > 0 {
		return &RightsError{Problems: p.problems}
	}
	return nil
}

type prover struct {
	want     Expect
	problems []string
	me       string
}

func (p *prover) say(format string, args ...any) {
	p.problems = append(p.problems, fmt.Sprintf(format, args...))
}

func (p *prover) server(ctx context.Context, tx *sqlx.Tx) error {
	var s struct {
		Number      int    `db:"number"`
		Version     string `db:"version"`
		Fsync       string `db:"fsync"`
		FullPages   string `db:"full_pages"`
		Sync        string `db:"sync"`
		Replication string `db:"replication"`
		Encoding    string `db:"encoding"`
		Recovery    bool   `db:"recovery"`
	}
	err := tx.GetContext(ctx, &s, `
		SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version,
		       current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_pages,
		       current_setting('synchronous_commit') AS sync, current_setting('session_replication_role') AS replication,
		       current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS recovery`)
	if err != nil {
		return err
	}
	if s.Number < MinimumVersion*10000 {
		p.say("The server is PostgreSQL %s; Countersign needs %d or later.", s.Version, MinimumVersion)
	}
	if s.Encoding != "UTF8" {
		p.say("The database's encoding is %s; it must be UTF8.", s.Encoding)
	}
	if s.Recovery {
		p.say("The server is a standby and takes no entries; name the primary.")
	}
	if s.Replication != "origin" {
		p.say("Triggers are off in this role's sessions (session_replication_role is %s).", s.Replication)
	}
	if p.want.Durable {
		if s.Fsync != "on" || s.FullPages != "on" {
			p.say("The server does not wait for the disk (fsync is %s, full_page_writes is %s), so a signature could be lost.", s.Fsync, s.FullPages)
		}
		if s.Sync != "on" && s.Sync != "remote_apply" {
			p.say("The server acknowledges before the disk has it (synchronous_commit is %s).", s.Sync)
		}
	}
	return nil
}

func (p *prover) role(ctx context.Context, tx *sqlx.Tx) error {
	var r struct {
		Name        string `db:"name"`
		Session     string `db:"session"`
		Super       bool   `db:"super"`
		CreateDB    bool   `db:"createdb"`
		CreateRole  bool   `db:"createrole"`
		Replication bool   `db:"replication"`
		Bypass      bool   `db:"bypass"`
	}
	err := tx.GetContext(ctx, &r, `
		SELECT rolname AS name, session_user::text AS session, rolsuper AS super, rolcreatedb AS createdb,
		       rolcreaterole AS createrole, rolreplication AS replication, rolbypassrls AS bypass
		FROM pg_catalog.pg_roles WHERE rolname = current_user`)
	if err != nil {
		return err
	}
	p.me = r.Name
	if r.Session != r.Name {
		p.say("The session belongs to the role %s, which can become what it was at any time; connect as %s itself.", r.Session, r.Name)
	}
	for _, has := range []struct {
		it   bool
		what string
	}{
		{r.Super, "is a superuser"},
		{r.CreateDB, "may create databases"},
		{r.CreateRole, "may create roles"},
		{r.Replication, "may replicate the server"},
		{r.Bypass, "bypasses row security"},
	} {
		if has.it {
			p.say("The runtime role %s %s; it must not.", r.Name, has.what)
		}
	}
	var groups []string
	err = tx.SelectContext(ctx, &groups, `
		SELECT g.rolname FROM pg_catalog.pg_auth_members m
		JOIN pg_catalog.pg_roles g ON g.oid = m.roleid JOIN pg_catalog.pg_roles r ON r.oid = m.member
		WHERE r.rolname = current_user ORDER BY 1`)
	if err != nil {
		return err
	}
	for _, g := range groups {
		p.say("The runtime role %s is a member of %s, whose rights it could use; take it out.", r.Name, g)
	}
	return nil
}

func (p *prover) ownership(ctx context.Context, tx *sqlx.Tx) error {
	var owned []string
	err := tx.SelectContext(ctx, &owned, `
		SELECT 'the database ' || datname FROM pg_catalog.pg_database
		 WHERE datname = current_database() AND datdba = current_user::regrole
		UNION ALL
		SELECT 'the schema ' || nspname FROM pg_catalog.pg_namespace WHERE nspowner = current_user::regrole
		   AND nspname !~ '^pg_(toast_)?temp_'
		UNION ALL
		SELECT 'the table ' || c.oid::regclass::text FROM pg_catalog.pg_class c
		 WHERE c.relowner = current_user::regrole AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND c.relpersistence <> 't'
		UNION ALL
		SELECT 'the function ' || p.oid::regprocedure::text FROM pg_catalog.pg_proc p WHERE p.proowner = current_user::regrole
		ORDER BY 1`)
	if err != nil {
		return err
	}
	for _, o := range owned {
		p.say("The runtime role %s owns %s and could change it; the owner role must own everything.", p.me, o)
	}
	return nil
}

func (p *prover) creation(ctx context.Context, tx *sqlx.Tx) error {
	var may []string
	err := tx.SelectContext(ctx, &may, `
		SELECT 'the database ' || current_database() WHERE has_database_privilege(current_database(), 'CREATE')
		UNION ALL
		SELECT 'the schema ' || nspname FROM pg_catalog.pg_namespace
		 WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND has_schema_privilege(oid, 'CREATE')
		ORDER BY 1`)
	if err != nil {
		return err
	}
	for _, m := range may {
		p.say("The runtime role %s may create things in %s; revoke CREATE there.", p.me, m)
	}
	return nil
}

func tablePrivileges() []Privilege {
	return []Privilege{Select, Insert, Update, Delete, Truncate, References, Trigger}
}

func (p *prover) tables(ctx context.Context, tx *sqlx.Tx) error {
	for _, s := range p.want.Sets {
		for _, t := range s.Tables {
			oid, err := oidOf(ctx, tx, t.Name)
			if err != nil {
				return err
			}
			if oid == 0 {
				p.say("The table %s is missing.", t.Name)
				continue
			}
			if err := p.tableRights(ctx, tx, oid, t.Name, t.Runtime); err != nil {
				return err
			}
		}
	}
	return nil
}

// oidOf is a table's id, 0 if there is none. It asks the catalogue, since to_regclass fails for a schema that the asker
// may not use.
func oidOf(ctx context.Context, tx *sqlx.Tx, name string) (int64, error) {
	var oid int64
	err := tx.GetContext(ctx, &oid, `
		SELECT coalesce(max(c.oid::bigint), 0) FROM pg_catalog.pg_class c
		JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname || '.' || c.relname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`, name)
	return oid, err
}

// tableRights compares the rights on one table with the wanted ones. Rights on single columns count as rights.
func (p *prover) tableRights(ctx context.Context, tx *sqlx.Tx, oid int64, name string, want []Privilege) error {
	schema, _, _ := strings.Cut(name, ".")
	if len(want) > 0 {
		var usage bool
		if err := tx.GetContext(ctx, &usage, `SELECT has_schema_privilege(relnamespace, 'USAGE') FROM pg_catalog.pg_class WHERE oid = $1`, oid); err != nil {
			return err
		}
		if !usage {
			p.say("The runtime role %s may not use the schema %s; migrate again to restore its grants.", p.me, schema)
		}
	}
	for _, priv := range tablePrivileges() {
		var has struct {
			Whole bool `db:"whole"`
			Some  bool `db:"some"`
		}
		query := `SELECT has_table_privilege($1::bigint::oid, $2) AS whole, has_table_privilege($1::bigint::oid, $2) AS some`
		switch priv {
		case Select, Insert, Update, References:
			query = `SELECT has_table_privilege($1::bigint::oid, $2) AS whole, has_any_column_privilege($1::bigint::oid, $2) AS some`
		}
		if err := tx.GetContext(ctx, &has, query, oid, string(priv)); err != nil {
			return err
		}
		switch needed := slices.Contains(want, priv); {
		case needed && !has.Whole:
			p.say("The runtime role %s may not %s %s, which it needs; migrate again to restore its grants.", p.me, priv, name)
		case !needed && has.Some:
			p.say("The runtime role %s may %s %s, which it must not; revoke it.", p.me, priv, name)
		}
	}
	return nil
}

// strangers are tables and views in the sets' schemas that no set declares.
func (p *prover) strangers(ctx context.Context, tx *sqlx.Tx) error {
	declared := map[string]bool{}
	schemas := map[string]bool{"migrations": true}
	for _, s := range p.want.Sets {
		for _, t := range s.Tables {
			declared[t.Name] = true
			schema, _, _ := strings.Cut(t.Name, ".")
			schemas[schema] = true
		}
	}
	for schema := range schemas {
		var found []struct {
			OID  int64  `db:"oid"`
			Name string `db:"name"`
		}
		err := tx.SelectContext(ctx, &found, `
			SELECT c.oid::bigint AS oid, n.nspname || '.' || c.relname AS name
			FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
			WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY 2`, schema)
		if err != nil {
			return err
		}
		for _, f := range found {
			if declared[f.Name] {
				continue
			}
			var want []Privilege
			if schema == "migrations" {
				want = []Privilege{Select}
			}
			if err := p.tableRights(ctx, tx, f.OID, f.Name, want); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *prover) functions(ctx context.Context, tx *sqlx.Tx) error {
	for _, s := range p.want.Sets {
		for _, f := range s.Functions {
			var may sql.NullBool
			err := tx.GetContext(ctx, &may, `
				SELECT bool_and(has_function_privilege(p.oid, 'EXECUTE')) FROM pg_catalog.pg_proc p
				JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
				WHERE n.nspname || '.' || p.proname || '(' || oidvectortypes(p.proargtypes) || ')' = $1`, f)
			if err != nil {
				return err
			}
			switch {
			case !may.Valid:
				p.say("The function %s is missing.", f)
			case !may.Bool:
				p.say("The runtime role %s may not execute %s, which it needs; migrate again to restore its grants.", p.me, f)
			}
		}
	}
	return nil
}
