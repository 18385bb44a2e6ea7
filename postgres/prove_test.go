package postgres_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"countersign/postgres"
	"countersign/postgres/pgtest"
)

// diary is an append-only table as the log's are.
func diary() postgres.MigrationSet {
	return postgres.MigrationSet{
		Name: "diary",
		FS: fstest.MapFS{"migrations/00001_diary.sql": {Data: []byte(`-- +goose Up
CREATE SCHEMA diary;
CREATE TABLE diary.lines (id bigint PRIMARY KEY, words text NOT NULL);
-- +goose StatementBegin
CREATE FUNCTION diary.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the diary is never changed' USING ERRCODE = '55000'; END $$;
-- +goose StatementEnd
CREATE TRIGGER never BEFORE UPDATE OR DELETE OR TRUNCATE ON diary.lines FOR EACH STATEMENT EXECUTE FUNCTION diary.refuse();
ALTER TABLE diary.lines ENABLE ALWAYS TRIGGER never;
`)}},
		Grants: `REVOKE ALL ON SCHEMA diary FROM PUBLIC, {{.Runtime}}, {{.Reader}};
REVOKE ALL ON diary.lines FROM PUBLIC, {{.Runtime}}, {{.Reader}};
GRANT USAGE ON SCHEMA diary TO {{.Runtime}}, {{.Reader}};
GRANT SELECT, INSERT ON diary.lines TO {{.Runtime}};
GRANT SELECT ON diary.lines TO {{.Reader}};`,
		Tables: []postgres.Table{{
			Name: "diary.lines", Runtime: []postgres.Privilege{postgres.Select, postgres.Insert}, AppendOnly: true,
		}},
		Functions: []string{"diary.refuse()"},
	}
}

func TestAMigratedDatabaseProvesItself(t *testing.T) {
	db := pgtest.NewDurable(t, diary())
	want := postgres.Expect{Sets: []postgres.MigrationSet{diary()}, Durable: true}
	if err := postgres.Prove(context.Background(), db.Runtime, want); err != nil {
		t.Fatal(err)
	}
}

// AUD-03: rights enforced below the application, and proved.
func TestEveryWrongRightIsNamed(t *testing.T) {
	runtime := postgres.DefaultRoles().Runtime
	for _, c := range []struct {
		name, spoil, undo, says string
	}{
		{"update", `GRANT UPDATE ON diary.lines TO ` + runtime, ``, "may UPDATE diary.lines"},
		{"update of one column", `GRANT UPDATE (words) ON diary.lines TO ` + runtime, ``, "may UPDATE diary.lines"},
		{"delete", `GRANT DELETE ON diary.lines TO ` + runtime, ``, "may DELETE diary.lines"},
		{"truncate", `GRANT TRUNCATE ON diary.lines TO PUBLIC`, ``, "may TRUNCATE diary.lines"},
		{"trigger", `GRANT TRIGGER ON diary.lines TO ` + runtime, ``, "may TRIGGER diary.lines"},
		{"no insert", `REVOKE INSERT ON diary.lines FROM ` + runtime, ``, "may not INSERT diary.lines"},
		{"no select", `REVOKE SELECT ON diary.lines FROM ` + runtime, ``, "may not SELECT diary.lines"},
		{"no schema", `REVOKE USAGE ON SCHEMA diary FROM ` + runtime, ``, "may not use the schema diary"},
		{"no function", `REVOKE EXECUTE ON FUNCTION diary.refuse() FROM PUBLIC`, ``, "may not execute diary.refuse()"},
		{"owned table", `ALTER TABLE diary.lines OWNER TO ` + runtime, ``, "owns the table diary.lines"},
		{"owned schema", `ALTER SCHEMA diary OWNER TO ` + runtime, ``, "owns the schema diary"},
		{"create in schema", `GRANT CREATE ON SCHEMA diary TO ` + runtime, ``, "may create things in the schema diary"},
		{"create in public", `GRANT CREATE ON SCHEMA public TO PUBLIC`, ``, "may create things in the schema public"},
		{"superuser", `ALTER ROLE ` + runtime + ` SUPERUSER`, `ALTER ROLE ` + runtime + ` NOSUPERUSER`, "is a superuser"},
		{"bypass", `ALTER ROLE ` + runtime + ` BYPASSRLS`, `ALTER ROLE ` + runtime + ` NOBYPASSRLS`, "bypasses row security"},
		{"member", `GRANT pg_write_all_data TO ` + runtime, `REVOKE pg_write_all_data FROM ` + runtime, "is a member of pg_write_all_data"},
		{"trigger off", `ALTER TABLE diary.lines DISABLE TRIGGER never`, ``, "trigger never on diary.lines is switched off"},
		{"trigger for replicas", `ALTER TABLE diary.lines ENABLE REPLICA TRIGGER never`, ``, "fires on replicas only"},
		{"trigger not always", `ALTER TABLE diary.lines ENABLE TRIGGER never`, ``, "enable it always"},
		{"trigger gone", `DROP TRIGGER never ON diary.lines`, ``, "No trigger refuses TRUNCATE"},
		{"trigger narrowed", `DROP TRIGGER never ON diary.lines; CREATE TRIGGER never BEFORE UPDATE OR DELETE ON diary.lines
			FOR EACH ROW WHEN (OLD.id > 5) EXECUTE FUNCTION diary.refuse()`, ``, "No trigger refuses DELETE"},
		{"rule", `CREATE RULE quiet AS ON INSERT TO diary.lines DO INSTEAD NOTHING`, ``, "The rule quiet on diary.lines"},
		{"table gone", `DROP TABLE diary.lines`, ``, "The table diary.lines is missing"},
		{"undeclared table", `CREATE TABLE diary.other (id int); GRANT INSERT ON diary.other TO ` + runtime, ``, "may INSERT diary.other"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx := context.Background()
			db := pgtest.New(t, diary())
			if _, err := db.Super.ExecContext(ctx, c.spoil); err != nil {
				t.Fatal(err)
			}
			if c.undo != "" { // roles belong to the whole server
				defer func() {
					if _, err := db.Super.ExecContext(ctx, c.undo); err != nil {
						t.Error(err)
					}
				}()
			}
			err := postgres.Prove(ctx, db.Runtime, postgres.Expect{Sets: []postgres.MigrationSet{diary()}})
			var rights *postgres.RightsError
			if !errors.As(err, &rights) || !strings.Contains(rights.Error(), c.says) {
				t.Fatalf("want a sentence with %q, got: %v", c.says, err)
			}
		})
	}
}

func TestServingAsAnotherRoleIsRefused(t *testing.T) {
	ctx := context.Background()
	db := pgtest.New(t, diary())
	want := postgres.Expect{Sets: []postgres.MigrationSet{diary()}}
	var rights *postgres.RightsError
	if err := postgres.Prove(ctx, db.Owner, want); !errors.As(err, &rights) {
		t.Errorf("as the owner: %v", err)
	}
	if err := postgres.Prove(ctx, db.Super, want); !errors.As(err, &rights) {
		t.Errorf("as the administrator: %v", err)
	}
	if err := postgres.Prove(ctx, db.Reader, want); !errors.As(err, &rights) {
		t.Errorf("as the reader: %v", err)
	}
}

func TestAServerThatDoesNotWaitForTheDiskIsRefused(t *testing.T) {
	db := pgtest.New(t, diary())
	err := postgres.Prove(context.Background(), db.Runtime, postgres.Expect{Sets: []postgres.MigrationSet{diary()}, Durable: true})
	if err == nil || !strings.Contains(err.Error(), "does not wait for the disk") {
		t.Fatal(err)
	}
}

func TestTheTriggersRefuseTheOwnerToo(t *testing.T) {
	db := pgtest.New(t, diary())
	_, err := db.Owner.ExecContext(context.Background(), `TRUNCATE diary.lines`)
	if err == nil || !strings.Contains(err.Error(), "never changed") {
		t.Fatal(err)
	}
}
