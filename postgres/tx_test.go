package postgres_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"countersign/postgres"
	"countersign/postgres/pgtest"
)

func TestABlackHoleIsGivenUpOn(t *testing.T) {
	// A listener that takes connections and never says a word.
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	began := time.Now()
	_, err = postgres.Open(context.Background(),
		fmt.Sprintf("host=127.0.0.1 port=%d user=x dbname=x sslmode=disable", l.Addr().(*net.TCPAddr).Port),
		postgres.Options{StatementTimeout: 100 * time.Millisecond, ReadMargin: 100 * time.Millisecond})
	if err == nil {
		t.Fatal("it answered")
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Fatalf("given up after %s only", took)
	}
}

func TestAQueryWhoseAnswerVanishesEnds(t *testing.T) {
	db := pgtest.New(t)
	hole := holeTo(t, db.RuntimeDSN)
	pool, err := postgres.Open(context.Background(), hole.dsn, postgres.Options{
		StatementTimeout: time.Second, ReadMargin: time.Second, MaxConnections: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pool.Close() }()
	hole.swallow()
	began := time.Now()
	if _, err := pool.ExecContext(context.Background(), `SELECT 1`); err == nil {
		t.Fatal("an answer came out of a black hole")
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Fatalf("the connection was held for %s", took)
	}
}

func TestALostAcknowledgementIsAnUnknownOutcome(t *testing.T) {
	ctx := context.Background()
	db := pgtest.New(t, diary())
	hole := holeTo(t, db.RuntimeDSN)
	pool, err := postgres.Open(ctx, hole.dsn, postgres.Options{
		StatementTimeout: time.Second, ReadMargin: time.Second, MaxConnections: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pool.Close() }()
	runs := 0
	err = postgres.InTx(ctx, pool, postgres.TxOptions{}, func(tx *sqlx.Tx) error {
		runs++
		if _, err := tx.ExecContext(ctx, `INSERT INTO diary.lines (id, words) VALUES (1, 'a')`); err != nil {
			return err
		}
		hole.mute() // COMMIT still reaches the server; its answer does not come back
		return nil
	})
	if !errors.Is(err, postgres.ErrUnknownOutcome) {
		t.Fatalf("want an unknown outcome, got %v", err)
	}
	if runs != 1 {
		t.Errorf("what may have been committed was tried again")
	}
	var n int
	if err := db.Reader.GetContext(ctx, &n, `SELECT count(*) FROM diary.lines`); err != nil || n != 1 {
		t.Fatalf("it was committed all the same: %d rows, %v", n, err)
	}
}

func TestSerialisationFailuresAreTriedAgain(t *testing.T) {
	ctx := context.Background()
	db := pgtest.New(t, diary())
	var wg sync.WaitGroup
	errs := make(chan error, 8)
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			errs <- postgres.InTx(ctx, db.Runtime, postgres.TxOptions{Isolation: sql.LevelSerializable, Attempts: 50}, func(tx *sqlx.Tx) error {
				var n int
				if err := tx.GetContext(ctx, &n, `SELECT count(*) FROM diary.lines`); err != nil {
					return err
				}
				_, err := tx.ExecContext(ctx, `INSERT INTO diary.lines (id, words) VALUES ($1, 'a')`, n+1)
				if postgres.Violates(err, "lines_pkey") {
					return fmt.Errorf("two saw the same count: %w", err)
				}
				return err
			})
		}()
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	var n int
	if err := db.Reader.GetContext(ctx, &n, `SELECT count(*) FROM diary.lines`); err != nil || n != 8 {
		t.Errorf("%d rows, %v", n, err)
	}
}

func TestAContextEndsATransactionBeforeItsCommitOnly(t *testing.T) {
	db := pgtest.New(t, diary())
	ctx, cancel := context.WithCancel(context.Background())
	err := postgres.InTx(ctx, db.Runtime, postgres.TxOptions{}, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO diary.lines (id, words) VALUES (1, 'a')`)
		cancel()
		return err
	})
	if !errors.Is(err, context.Canceled) || errors.Is(err, postgres.ErrUnknownOutcome) {
		t.Fatalf("got %v", err)
	}
	var n int
	if err := db.Reader.GetContext(context.Background(), &n, `SELECT count(*) FROM diary.lines`); err != nil || n != 0 {
		t.Fatalf("%d rows, %v", n, err)
	}
}

func TestACancelledWaitForTheStandbyIsAnUnknownOutcome(t *testing.T) {
	ctx := context.Background()
	db := pgtest.NewDurable(t, diary())
	for _, stmt := range []string{
		`ALTER SYSTEM SET synchronous_standby_names = 'nobody'`, `SELECT pg_reload_conf()`,
	} {
		if _, err := db.Super.ExecContext(ctx, stmt); err != nil {
			t.Fatal(err)
		}
	}
	defer func() {
		for _, stmt := range []string{`ALTER SYSTEM RESET synchronous_standby_names`, `SELECT pg_reload_conf()`} {
			if _, err := db.Super.ExecContext(ctx, stmt); err != nil {
				t.Error(err)
			}
		}
	}()
	released := make(chan error, 1)
	go func() {
		// Cancels the waiting commit as an impatient administrator would.
		for {
			var n int
			err := db.Super.GetContext(ctx, &n, `
				SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity
				WHERE datname = current_database() AND wait_event = 'SyncRep'`)
			if err != nil || n > 0 {
				released <- err
				return
			}
		}
	}()
	// The setting counts once the checkpointer has read it, at a moment of its
	// own: until then commits wait for nobody.
	var err error
	for id := 1; err == nil && id <= 100_000; id++ {
		err = postgres.InTx(ctx, db.Runtime, postgres.TxOptions{}, func(tx *sqlx.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO diary.lines (id, words) VALUES ($1, 'a')`, id)
			return err
		})
	}
	if !errors.Is(err, postgres.ErrUnknownOutcome) {
		t.Fatalf("want an unknown outcome, got %v", err)
	}
	if err := <-released; err != nil {
		t.Error(err)
	}
}

func TestStaleConnectionsCostNobodyAnError(t *testing.T) {
	ctx := context.Background()
	db := pgtest.New(t, diary())
	warm(t, db.Runtime, 10)
	if _, err := db.Super.ExecContext(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1`, db.Roles.Runtime); err != nil {
		t.Fatal(err)
	}
	err := postgres.InTx(ctx, db.Runtime, postgres.TxOptions{}, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO diary.lines (id, words) VALUES (1, 'a')`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestADataSourceNameIsNotRepeatedInAnError(t *testing.T) {
	for _, dsn := range []string{"password=hunter2 sslmode", "postgres://x:hunter2@[bad", "host=127.0.0.1 port=1 sslmode=disable password=hunter2"} {
		_, err := postgres.Open(context.Background(), dsn, postgres.Options{})
		if err == nil {
			t.Fatal("opened")
		}
		if s := err.Error(); len(s) == 0 || containsSecret(s) {
			t.Errorf("the error shows the password: %s", s)
		}
	}
}
