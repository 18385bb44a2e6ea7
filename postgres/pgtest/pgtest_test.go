package pgtest_test

import (
	"context"
	"testing"
	"testing/fstest"

	"github.com/lib/pq"

	"countersign/postgres"
	"countersign/postgres/pgtest"
)

func notes() postgres.MigrationSet {
	return postgres.MigrationSet{
		Name: "notes",
		FS: fstest.MapFS{"00001_notes.sql": {Data: []byte(`-- +goose Up
CREATE SCHEMA notes;
CREATE TABLE notes.lines (id bigint PRIMARY KEY, words text NOT NULL);
`)}},
		Grants: `GRANT USAGE ON SCHEMA notes TO {{.Runtime}}, {{.Reader}};
REVOKE ALL ON notes.lines FROM {{.Runtime}}, {{.Reader}};
GRANT SELECT, INSERT ON notes.lines TO {{.Runtime}};
GRANT SELECT ON notes.lines TO {{.Reader}};`,
		Tables: []postgres.Table{{Name: "notes.lines", Runtime: []postgres.Privilege{postgres.Select, postgres.Insert}}},
	}
}

func TestEachTestHasItsOwnDatabase(t *testing.T) {
	ctx := context.Background()
	a, b := pgtest.New(t, notes()), pgtest.New(t, notes())
	if _, err := a.Runtime.ExecContext(ctx, `INSERT INTO notes.lines (id, words) VALUES (1, 'a')`); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := b.Reader.GetContext(ctx, &n, `SELECT count(*) FROM notes.lines`); err != nil {
		t.Fatal(err)
	}
	if n != 0 {
		t.Fatalf("the second test sees %d rows of the first", n)
	}
}

func TestRolesHaveWhatTheGrantsGiveThem(t *testing.T) {
	ctx := context.Background()
	db := pgtest.New(t, notes())
	if _, err := db.Runtime.ExecContext(ctx, `INSERT INTO notes.lines (id, words) VALUES (1, 'a')`); err != nil {
		t.Fatal(err)
	}
	for _, stmt := range []string{`UPDATE notes.lines SET words = 'b'`, `DELETE FROM notes.lines`, `TRUNCATE notes.lines`} {
		if _, err := db.Runtime.ExecContext(ctx, stmt); pq.As(err, "42501") == nil {
			t.Errorf("%s as the runtime role: %v", stmt, err)
		}
	}
	if _, err := db.Reader.ExecContext(ctx, `INSERT INTO notes.lines (id, words) VALUES (2, 'a')`); pq.As(err, "42501") == nil {
		t.Errorf("INSERT as the reader: %v", err)
	}
	if _, err := db.Super.ExecContext(ctx, `DELETE FROM notes.lines`); err != nil {
		t.Errorf("the intruder is refused: %v", err)
	}
}

func BenchmarkClone(b *testing.B) {
	for b.Loop() {
		pgtest.New(b, notes())
	}
}
