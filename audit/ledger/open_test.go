package ledger_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"countersign/audit"
	"countersign/audit/ledger"
	"countersign/postgres"
	"countersign/postgres/pgtest"
)

func TestALogIsFoundedOnceAndLoadedEverAfter(t *testing.T) {
	db, opts := pgtest.New(t, ledger.Migrations()), options(t)
	if _, err := ledger.Open(t.Context(), db.Runtime, opts); !errors.Is(err, ledger.ErrAbsent) {
		t.Errorf("without a log: %v", err)
	}
	if err := ledger.Create(t.Context(), db.Runtime, opts); err != nil {
		t.Fatal(err)
	}
	if err := ledger.Create(t.Context(), db.Runtime, opts); !errors.Is(err, ledger.ErrFounded) {
		t.Errorf("a second founding: %v", err)
	}
	if _, err := ledger.Open(t.Context(), db.Runtime, options(t)); !errors.Is(err, ledger.ErrOtherSite) {
		t.Errorf("another key: %v", err)
	}
	bare := pgtest.New(t)
	var schema *postgres.SchemaError
	if _, err := ledger.Open(t.Context(), bare.Runtime, opts); !errors.As(err, &schema) {
		t.Errorf("without a schema: %v", err)
	}
}

func TestOpeningRefusesRightsThatNobodyShouldHave(t *testing.T) {
	for _, statement := range []string{
		`GRANT UPDATE ON audit.entries TO {runtime}`,
		`GRANT DELETE ON audit.openings TO {runtime}`,
		`GRANT TRUNCATE ON audit.checkpoints TO {runtime}`,
		`ALTER TABLE audit.entries DISABLE TRIGGER only_grows`,
		`ALTER TABLE audit.entries ENABLE TRIGGER only_grows`,
		`DROP TRIGGER only_grows ON audit.commands`,
		`CREATE RULE nothing AS ON INSERT TO audit.checkpoints DO INSTEAD NOTHING`,
		`ALTER ROLE {runtime} SUPERUSER`,
	} {
		t.Run("", func(t *testing.T) {
			l, db, opts := site(t)
			shut(t, l)
			statement := replaceRole(statement, db.Roles.Runtime)
			if _, err := db.Super.Exec(statement); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if _, err := db.Super.Exec(replaceRole(`ALTER ROLE {runtime} NOSUPERUSER`, db.Roles.Runtime)); err != nil {
					t.Error(err)
				}
			})
			var rights *postgres.RightsError
			if _, err := ledger.Open(t.Context(), db.Runtime, opts); !errors.As(err, &rights) {
				t.Errorf("after %s the answer is %v", statement, err)
			}
		})
	}
}

func TestOpeningRefusesALogThatIsNotTheOneThatWasSigned(t *testing.T) {
	for _, statement := range []string{
		`UPDATE audit.entries SET nodes = sha256('x') || substring(nodes FROM 33) WHERE index = 9`,
		`UPDATE audit.entries SET bytes = '{}' WHERE index = 9`,
		`DELETE FROM audit.entries WHERE index = 9`,
		`DELETE FROM audit.entries WHERE index = 7`,
		`UPDATE audit.checkpoints SET note = 'x'`,
	} {
		l, db, opts := story(t)
		shut(t, l)
		i := intruder{t, db.Super, opts}
		for _, table := range []string{"entries", "checkpoints"} {
			i.do(`ALTER TABLE audit.` + table + ` DISABLE TRIGGER ALL`)
			i.do(statementFor(table, statement))
			i.do(`ALTER TABLE audit.` + table + ` ENABLE ALWAYS TRIGGER only_grows`)
		}
		if _, err := ledger.Open(t.Context(), db.Runtime, opts); !errors.Is(err, ledger.ErrInconsistent) {
			t.Errorf("after %s the answer is %v", statement, err)
		}
	}
}

func TestStreamsAreListedByName(t *testing.T) {
	l, _, _ := story(t)
	got, err := l.Streams(t.Context(), "batch/")
	if err != nil || !slices.Equal(got, []audit.Condition{at("batch/B-1", 4), at("batch/B-2", 3)}) {
		t.Errorf("%v, %v", got, err)
	}
	if got, err = l.Streams(t.Context(), "z"); err != nil || len(got) != 0 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestACheckpointIsSignedWithoutBeingAskedFor(t *testing.T) {
	db, opts := pgtest.New(t, ledger.Migrations()), options(t)
	opts.CheckpointEvery = time.Millisecond
	if err := ledger.Create(t.Context(), db.Runtime, opts); err != nil {
		t.Fatal(err)
	}
	l := open(t, db.Runtime, opts)
	appended(t, l, one(draft("batch/B-1", "x")))
	shut(t, l)
	var size int64
	if err := db.Reader.Get(&size, `SELECT max(size) FROM audit.checkpoints`); err != nil || size != 1 {
		t.Errorf("the last checkpoint covers %d, %v", size, err)
	}
	if _, err := l.Append(t.Context(), one(draft("batch/B-1", "y"))); !errors.Is(err, ledger.ErrUnavailable) {
		t.Errorf("a closed ledger answers %v", err)
	}
}
