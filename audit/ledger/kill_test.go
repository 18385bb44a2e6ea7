package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"countersign/audit"
	"countersign/audit/ledger"
	"countersign/postgres"
	"countersign/postgres/pgtest"
)

// crowd appends from many callers at once, each to its own stream and now and then with a condition on its neighbour's,
// and sends a command again until it knows the answer. It returns how many commands each caller had acknowledged.
func crowd(t *testing.T, l *ledger.Ledger, callers int, stop <-chan struct{}) []int64 {
	t.Helper()
	var wg sync.WaitGroup
	done := make([]int64, callers)
	for caller := range callers {
		wg.Go(func() {
			stream := number("batch/C-%d", caller)
			for n := int64(0); ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				r := keyed(fmt.Sprintf("%d/%d", caller, n), "perform", draft(stream, fmt.Sprint(n)))
				r.Conditions = []audit.Condition{at(stream, n)}
				for {
					got, err := l.Append(context.Background(), r)
					if err == nil {
						if got.Entries[0].Version != n+1 {
							t.Errorf("caller %d: command %d became version %d", caller, n, got.Entries[0].Version)
							return
						}
						break
					}
					if !errors.Is(err, postgres.ErrUnknownOutcome) && !errors.Is(err, ledger.ErrUnavailable) {
						t.Errorf("caller %d: %v", caller, err)
						return
					}
				}
				done[caller] = n + 1
			}
		})
	}
	wg.Wait()
	return done
}

// grow waits until so many more entries are acknowledged.
func grow(l *ledger.Ledger, by int64) {
	sizes, cancel := l.Subscribe()
	defer cancel()
	until := l.Size() + by
	for size := range sizes {
		if size >= until {
			return
		}
	}
}

// exactlyOnce holds the log against what was acknowledged.
func exactlyOnce(t *testing.T, l *ledger.Ledger, done []int64) {
	t.Helper()
	total := int64(0)
	for caller, n := range done {
		head, err := l.StreamHead(t.Context(), number("batch/C-%d", caller))
		if err != nil {
			t.Fatal(err)
		}
		if head.Version != n {
			t.Errorf("caller %d had %d commands acknowledged and its stream is at %d", caller, n, head.Version)
		}
		total += n
	}
	report, err := l.Verify(t.Context(), nil)
	if err != nil || report.First != nil || report.Entries != total {
		t.Errorf("of %d commands acknowledged the log holds %d: %v, %v", total, report.Entries, report.First, err)
	}
	t.Logf("%d commands, each once", total)
}

func TestNoCommandIsLostOrDoubledWhenConnectionsAreCut(t *testing.T) {
	l, db, _ := site(t)
	stop := make(chan struct{})
	var cuts atomic.Int64
	go func() {
		defer close(stop)
		for range 12 {
			grow(l, 50)
			var n int64
			err := db.Super.Get(&n, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
				WHERE datname = current_database() AND usename = $1`, db.Roles.Runtime)
			if err != nil {
				t.Error(err)
				return
			}
			cuts.Add(n)
		}
	}()
	done := crowd(t, l, 12, stop)
	if cuts.Load() < 12 {
		t.Errorf("only %d connections were cut", cuts.Load())
	}
	exactlyOnce(t, l, done)
}

// killServer kills the server's process as soon as there is one: while it is
// being started again its pid is 0, and a signal to that is one to ourselves.
func killServer(t *testing.T, server *postgres.Private) error {
	t.Helper()
	for t.Context().Err() == nil {
		if pid := server.PID(); pid > 0 {
			if err := syscall.Kill(pid, syscall.SIGKILL); !errors.Is(err, syscall.ESRCH) {
				return err
			}
		}
		runtime.Gosched()
	}
	return t.Context().Err()
}

// reopen waits for a server that listens: what was left of the one that was
// killed may have answered the last commands before the next was there.
func reopen(t *testing.T, db pgtest.DB, opts ledger.Options) *ledger.Ledger {
	t.Helper()
	for until := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		l, err := ledger.Open(t.Context(), db.Runtime, opts)
		if err == nil {
			t.Cleanup(func() { shut(t, l) })
			return l
		}
		if time.Now().After(until) {
			t.Fatal(err)
		}
	}
}

func TestNoCommandIsLostOrDoubledWhenTheServerIsKilled(t *testing.T) {
	db, opts := pgtest.NewDurable(t, ledger.Migrations()), options(t)
	if err := ledger.Create(t.Context(), db.Runtime, opts); err != nil {
		t.Fatal(err)
	}
	l := open(t, db.Runtime, opts)
	stop := make(chan struct{})
	go func() {
		defer close(stop)
		for range 4 {
			grow(l, 200)
			if err := killServer(t, db.Server); err != nil {
				t.Error(err)
				return
			}
		}
		grow(l, 50)
	}()
	done := crowd(t, l, 8, stop)
	shut(t, l)
	exactlyOnce(t, reopen(t, db, opts), done)
}

func TestASecondDaemonIsRefused(t *testing.T) {
	_, db, opts := site(t)
	opts.Patience = 200 * time.Millisecond
	if _, err := ledger.Open(t.Context(), db.Runtime, opts); !errors.Is(err, ledger.ErrHeld) {
		t.Errorf("the answer is %v", err)
	}
}

func TestAWriterThatGotPastTheLockIsMadeRoomFor(t *testing.T) {
	l, db, opts := site(t)
	appended(t, l, one(draft("batch/B-1", "mine")))
	// Somebody takes the sequencer's lock away by ending its connection, and gets in before it is back.
	for range 5 {
		if _, err := db.Super.Exec(`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'
			AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`); err != nil {
			t.Fatal(err)
		}
		other, err := ledger.Open(t.Context(), db.Runtime, opts)
		if err != nil {
			t.Fatal(err)
		}
		appended(t, other, one(draft("batch/B-1", "theirs")))
		shut(t, other)
		appended(t, l, one(draft("batch/B-1", "mine again")))
	}
	if report, err := l.Verify(t.Context(), nil); err != nil || report.First != nil || report.Entries != 11 {
		t.Errorf("%d entries, %v, %v", report.Entries, report.First, err)
	}
}

func TestACallerWhoLeavesInTimeLeavesNothing(t *testing.T) {
	l, _, _ := site(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 50 {
		_, err := l.Append(ctx, one(draft("batch/B-1", "x")))
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	got := appended(t, l, one(draft("batch/B-2", "x")))
	if report, err := l.Verify(t.Context(), nil); err != nil || report.First != nil || report.Entries != got.First+1 {
		t.Errorf("%d entries, %v, %v", report.Entries, report.First, err)
	}
}

func TestAFullDiskIsSaidAndNothingIsHalfWritten(t *testing.T) {
	l, db, _ := site(t)
	appended(t, l, one(draft("batch/B-1", "one")))
	// The server's own words for a full disk, from the table that is written last.
	for _, statement := range []string{
		`CREATE FUNCTION public.full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$`,
		`CREATE TRIGGER full_disk AFTER INSERT ON audit.entries FOR EACH STATEMENT EXECUTE FUNCTION public.full()`,
	} {
		if _, err := db.Super.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	r := keyed("form-1", "perform", draft("batch/B-1", "two"))
	if _, err := l.Append(t.Context(), r); !errors.Is(err, ledger.ErrUnavailable) {
		t.Errorf("the answer is %v", err)
	}
	if _, err := db.Super.Exec(`DROP TRIGGER full_disk ON audit.entries`); err != nil {
		t.Fatal(err)
	}
	if got := appended(t, l, r); got.Repeated || got.First != 1 {
		t.Errorf("afterwards the same command gets %d, repeated: %v", got.First, got.Repeated)
	}
	if report, err := l.Verify(t.Context(), nil); err != nil || report.First != nil || report.Entries != 2 {
		t.Errorf("%d entries, %v, %v", report.Entries, report.First, err)
	}
}
