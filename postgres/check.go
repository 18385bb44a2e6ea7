package postgres

import (
	"context"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"
)

// SchemaState says how a database stands to the software that looks at it.
type SchemaState string

// The ways in which a schema can be wrong.
const (
	SchemaAbsent  SchemaState = "absent"
	SchemaOlder   SchemaState = "older"
	SchemaNewer   SchemaState = "newer"
	SchemaChanged SchemaState = "changed"
)

// A SchemaError says that a set's schema is not the one this software was built for. Its text is a sentence for the
// operator.
type SchemaError struct {
	Set      string
	State    SchemaState
	Sentence string
}

func (e *SchemaError) Error() string { return e.Sentence }

// Check compares what was applied with the sets, without changing anything; any of the three roles may ask. It returns
// a [*SchemaError] for the first set that is absent, older, newer or written by other files than these.
func Check(ctx context.Context, db *sqlx.DB, sets ...MigrationSet) error {
	if err := distinct(sets); err != nil {
		return fmt.Errorf("check schema: %w", err)
	}
	for _, s := range sets {
		if err := inspect(ctx, db, s, true); err != nil {
			return err
		}
	}
	return nil
}

// inspect looks at one set. complete demands that nothing is left to apply.
func inspect(ctx context.Context, db sqlx.QueryerContext, s MigrationSet, complete bool) error {
	_, files, err := s.files()
	if err != nil {
		return fmt.Errorf("check schema: %w", err)
	}
	done, err := applied(ctx, db, s.Name)
	if err != nil {
		return fmt.Errorf("check schema %s: %w", s.Name, err)
	}
	sums := map[int64]file{}
	if len(done) > 0 {
		rows, err := db.QueryxContext(ctx, `SELECT version, name, sha256 FROM migrations.files WHERE set_name = $1`, s.Name)
		if err != nil {
			return fmt.Errorf("check schema %s: %w", s.Name, err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var f file
			if err := rows.StructScan(&f); err != nil {
				return fmt.Errorf("check schema %s: %w", s.Name, err)
			}
			sums[f.Version] = f
		}
		if err := rows.Err(); err != nil {
			return fmt.Errorf("check schema %s: %w", s.Name, err)
		}
	}

	wrong := func(state SchemaState, format string, args ...any) error {
		return &SchemaError{Set: s.Name, State: state, Sentence: fmt.Sprintf(format, args...)}
	}
	last := files[len(files)-1].Version
	versions := make([]int64, 0, len(done))
	for v := range done {
		versions = append(versions, v)
	}
	slices.Sort(versions)
	if n := len(versions); n > 0 && versions[n-1] > last {
		return wrong(SchemaNewer, "The database was written by a newer Countersign: its %s schema is at version %d, and this program knows %d. Start the newer program; nothing was changed.",
			s.Name, versions[n-1], last)
	}
	known := map[int64]file{}
	for _, f := range files {
		known[f.Version] = f
	}
	for _, v := range versions {
		f, ours := known[v]
		was, noted := sums[v]
		switch {
		case !ours:
			return wrong(SchemaChanged, "The database's %s schema has a version %d that this program does not have, so another program wrote it. Nothing was changed.", s.Name, v)
		case !noted:
			return wrong(SchemaChanged, "The database does not say which file made version %d of its %s schema, so it cannot be trusted to be this program's. Nothing was changed.", v, s.Name)
		case was.SHA256 != f.SHA256:
			return wrong(SchemaChanged, "Version %d of the database's %s schema was made by another file than this program's %s: their SHA-256 begin %s and %s. Nothing was changed.",
				v, s.Name, f.Name, was.SHA256[:12], f.SHA256[:12])
		}
	}
	// A hole below the newest version: a file was slipped in after others had been applied.
	for _, f := range files {
		if len(versions) > 0 && f.Version < versions[len(versions)-1] && !done[f.Version] {
			return wrong(SchemaChanged, "This program's %s was never applied, though later files were, so another program wrote the database's %s schema. Nothing was changed.", f.Name, s.Name)
		}
	}
	if !complete || len(done) == len(files) {
		return nil
	}
	if len(done) == 0 {
		return wrong(SchemaAbsent, "The database has no %s schema. Create the site with countersignd init, or migrate the database first.", s.Name)
	}
	return wrong(SchemaOlder, "The database's %s schema is at version %d and this program needs %d. Run countersignd migrate after a backup.",
		s.Name, versions[len(versions)-1], last)
}
