package ledger

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"

	"countersign/audit"
	"countersign/postgres"
)

// Defaults of [Options].
const (
	DefaultPatience        = 10 * time.Second
	DefaultCheckpointEvery = time.Second
)

// Options of a ledger. Origin, SiteKey and Now have no default.
type Options struct {
	Origin  audit.Origin
	SiteKey audit.SiteKey
	// Now is the daemon's clock. It stands in checkpoints only; an entry's time is its draft's.
	Now func() time.Time
	// Log takes operational events. Nil means none.
	Log *slog.Logger
	// Patience is how long a caller waits when the database stopped answering, before being told so, and how long Open
	// waits for an earlier daemon's connection to end. Zero means DefaultPatience.
	Patience time.Duration
	// Durable demands a server that waits for its disk. The daemon sets it; quick tests do not.
	Durable bool
	// CheckpointEvery is the shortest time between two checkpoints that nobody asked for. Zero means
	// DefaultCheckpointEvery.
	CheckpointEvery time.Duration
}

func (o Options) withDefaults() (Options, error) {
	switch {
	case o.Origin == "":
		return o, errors.New("a ledger needs an origin")
	case o.SiteKey.Verifier() == "":
		return o, errors.New("a ledger needs a site key")
	case o.SiteKey.Origin() != o.Origin:
		return o, fmt.Errorf("%w: the site key is for %s and not for %s", ErrOtherSite, o.SiteKey.Origin(), o.Origin)
	case o.Now == nil:
		return o, errors.New("a ledger needs a clock")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Patience <= 0 {
		o.Patience = DefaultPatience
	}
	if o.CheckpointEvery <= 0 {
		o.CheckpointEvery = DefaultCheckpointEvery
	}
	return o, nil
}

// Ledger is a site's log, open for appending. It is safe for use by many goroutines.
type Ledger struct {
	*Reader
	opts Options

	calls   chan *call
	closing chan struct{}
	ended   chan struct{} // the sequencer has returned
	quiet   chan struct{} // the publisher has returned
	once    sync.Once

	acknowledged atomic.Pointer[frontier] // of the last group whose callers were answered
	fresh        chan struct{}            // a group was acknowledged
	subscribers  subscribers
	checkpoints  checkpoints

	// The sequencer's own: no other goroutine touches these, except that recent is read under its lock.
	session *session
	lost    int // pid of the backend whose connection was lost; 0 if none
	tree    frontier
	failed  error // once set, nothing is written any more
	origin  audit.Origin

	recentMu sync.RWMutex
	heads    map[audit.StreamID]audit.Head
}

// Create founds the site's log in an empty, migrated database: once, at init. It refuses a database that has a log.
func Create(ctx context.Context, db *sqlx.DB, opts Options) error {
	opts, err := opts.withDefaults()
	if err != nil {
		return fmt.Errorf("create ledger: %w", err)
	}
	return found(ctx, db, opts)
}

// Open loads the log and starts its sequencer. db is the runtime role's pool, of which one connection is kept. Open
// refuses a schema older or newer than this program's, a role with rights that it must not have, a log that is absent or
// another site's, one that another daemon holds, and one whose hashes do not agree with its last checkpoint. It costs a
// few reads, whatever the size of the log.
func Open(ctx context.Context, db *sqlx.DB, opts Options) (*Ledger, error) {
	opts, err := opts.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	if err := postgres.Check(ctx, db, Migrations()); err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	if err := postgres.Prove(ctx, db, postgres.Expect{Sets: []postgres.MigrationSet{Migrations()}, Durable: opts.Durable}); err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	l := &Ledger{
		Reader:  NewReader(db, opts.Origin, opts.SiteKey.Verifier()),
		opts:    opts,
		origin:  opts.Origin,
		calls:   make(chan *call, 1024),
		closing: make(chan struct{}),
		ended:   make(chan struct{}),
		quiet:   make(chan struct{}),
		fresh:   make(chan struct{}, 1),
		heads:   make(map[audit.StreamID]audit.Head),
	}
	waiting, cancel := context.WithTimeout(ctx, opts.Patience)
	defer cancel()
	if l.session, err = connect(waiting, db, 0); err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	if err := l.load(ctx); err != nil {
		l.session.drop()
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	go l.sequence()
	go l.publish()
	return l, nil
}

// load reads the right edge of the tree and holds it against the last checkpoint.
func (l *Ledger) load(ctx context.Context) error {
	if err := l.Reader.belongs(ctx); err != nil {
		return err
	}
	size, err := logSize(ctx, l.session.conn)
	if err != nil {
		return err
	}
	if l.tree, err = readFrontier(ctx, l.session.conn, size); err != nil {
		return err
	}
	last, err := l.Reader.agrees(ctx, size)
	if err != nil {
		return err
	}
	// What is read here was perhaps never acknowledged; it is made as durable as an acknowledged entry first.
	if err := l.session.barrier(ctx); err != nil {
		return err
	}
	l.checkpoints.last = last
	l.acknowledge()
	return nil
}

// acknowledge publishes the tree as it is: its entries are durable.
func (l *Ledger) acknowledge() {
	f := l.tree.clone()
	l.acknowledged.Store(&f)
	select {
	case l.fresh <- struct{}{}:
	default:
	}
}

// Close ends the ledger: requests already taken are finished, others are refused, and a checkpoint is left behind that
// covers everything. ctx bounds the wait; a crash instead of Close loses nothing.
func (l *Ledger) Close(ctx context.Context) error {
	l.once.Do(func() { close(l.closing) })
	for _, end := range []chan struct{}{l.ended, l.quiet} {
		select {
		case <-end:
		case <-ctx.Done():
			return fmt.Errorf("close ledger: %w", ctx.Err())
		}
	}
	return nil
}

// Subscribe gives a channel on which the size of the log comes after each group of appends. Sizes may be skipped, the
// latest never. The channel is closed by the function returned, and by Close.
func (l *Ledger) Subscribe() (sizes <-chan int64, cancel func()) { return l.subscribers.add() }

// Size is how many entries are acknowledged.
func (l *Ledger) Size() int64 { return l.acknowledged.Load().size }
