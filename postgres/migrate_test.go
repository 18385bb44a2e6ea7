package postgres_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"countersign/postgres"
	"countersign/postgres/pgtest"
)

func steps(texts ...string) postgres.MigrationSet {
	files := fstest.MapFS{}
	names := []string{"00001_one.sql", "00002_two.sql", "00003_three.sql"}
	for i, text := range texts {
		if text != "" {
			files[names[i]] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + text)}
		}
	}
	return postgres.MigrationSet{Name: "steps", FS: files}
}

const (
	one   = `CREATE TABLE public.one (id int);`
	two   = `CREATE TABLE public.two (id int);`
	three = `CREATE TABLE public.three (id int);`
)

func TestASchemaThatIsNotThisProgramsIsNamed(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		name      string
		was, is   postgres.MigrationSet
		state     postgres.SchemaState
		migration bool // whether Migrate refuses as well
	}{
		{"absent", postgres.MigrationSet{}, steps(one), postgres.SchemaAbsent, false},
		{"older", steps(one), steps(one, two), postgres.SchemaOlder, false},
		{"newer", steps(one, two), steps(one), postgres.SchemaNewer, true},
		{"changed", steps(one, two), steps(one+" ", two), postgres.SchemaChanged, true},
		{"slipped in", steps(one, "", three), steps(one, two, three), postgres.SchemaChanged, true},
		{"missing here", steps(one, two, three), steps(one, "", three), postgres.SchemaChanged, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := pgtest.New(t)
			if c.was.Name != "" {
				if err := postgres.Migrate(ctx, db.Owner, db.Roles, c.was); err != nil {
					t.Fatal(err)
				}
				if err := postgres.Check(ctx, db.Runtime, c.was); err != nil {
					t.Fatalf("its own program: %v", err)
				}
			}
			var schema *postgres.SchemaError
			if err := postgres.Check(ctx, db.Runtime, c.is); !errors.As(err, &schema) || schema.State != c.state {
				t.Fatalf("want %s, got %v", c.state, err)
			}
			err := postgres.Migrate(ctx, db.Owner, db.Roles, c.is)
			if c.migration != errors.As(err, &schema) || (!c.migration && err != nil) {
				t.Fatalf("migrate: %v", err)
			}
		})
	}
}

func TestTwoDaemonsMigrateOnce(t *testing.T) {
	db := pgtest.New(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if err := postgres.Migrate(context.Background(), db.Owner, db.Roles, steps(one, two, three), diary()); err != nil {
				t.Error(err)
			}
		}()
	}
	wg.Wait()
	if err := postgres.Check(context.Background(), db.Reader, steps(one, two, three), diary()); err != nil {
		t.Error(err)
	}
}

func TestABrokenMigrationLeavesNothingAndCanBeMended(t *testing.T) {
	ctx := context.Background()
	db := pgtest.New(t)
	if err := postgres.Migrate(ctx, db.Owner, db.Roles, steps(one, two+" SELECT 1/0;")); err == nil {
		t.Fatal("a division by zero was applied")
	}
	var left bool
	if err := db.Owner.GetContext(ctx, &left, `SELECT to_regclass('public.two') IS NOT NULL`); err != nil || left {
		t.Fatalf("half of a migration is left: %v %v", left, err)
	}
	if err := postgres.Migrate(ctx, db.Owner, db.Roles, steps(one, two)); err != nil {
		t.Fatal(err)
	}
}

func TestGrantsAreRestoredByMigratingAgain(t *testing.T) {
	ctx := context.Background()
	db := pgtest.New(t, diary())
	if _, err := db.Super.ExecContext(ctx, `GRANT DELETE ON diary.lines TO `+db.Roles.Runtime+`; REVOKE INSERT ON diary.lines FROM `+db.Roles.Runtime); err != nil {
		t.Fatal(err)
	}
	if err := postgres.Migrate(ctx, db.Owner, db.Roles, diary()); err != nil {
		t.Fatal(err)
	}
	if err := postgres.Prove(ctx, db.Runtime, postgres.Expect{Sets: []postgres.MigrationSet{diary()}}); err != nil {
		t.Error(err)
	}
}

func TestThereIsNoWayBack(t *testing.T) {
	set := steps(one + "\n-- +goose Down\nDROP TABLE public.one;")
	if _, err := postgres.Digest(set); err == nil || !strings.Contains(err.Error(), "only move forward") {
		t.Fatal(err)
	}
}

func TestTheRuntimeRoleCannotRewriteWhatWasApplied(t *testing.T) {
	db := pgtest.New(t, diary())
	for _, stmt := range []string{`UPDATE migrations.files SET sha256 = sha256`, `DELETE FROM migrations.applied_diary`} {
		if _, err := db.Runtime.ExecContext(context.Background(), stmt); err == nil {
			t.Errorf("%s was allowed", stmt)
		}
	}
}
