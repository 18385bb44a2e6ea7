package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"

	"countersign/audit"
	"countersign/postgres"
)

// Checkpoint is a signed note over the log as it was at a size.
type Checkpoint struct {
	Number int64 // from 1, gapless
	audit.Checkpoint
	Note []byte // C2SP signed note
}

// checkpoints are signed by one goroutine at a time.
type checkpoints struct {
	mu   sync.Mutex
	last *Checkpoint // nil before the first
}

// publish signs checkpoints in the background: after acknowledgements, never before, and many for one.
func (l *Ledger) publish() {
	defer close(l.quiet)
	defer l.subscribers.end()
	sign := func() {
		ctx, cancel := context.WithTimeout(context.Background(), asking)
		defer cancel()
		if _, err := l.Checkpoint(ctx); err != nil {
			l.opts.Log.Error("a checkpoint could not be stored; the next one covers it", "error", err)
		}
	}
	ended := l.ended
	for {
		select {
		case <-l.fresh:
			sign()
		case <-ended:
			sign()
			return
		}
		pause := time.NewTimer(l.opts.CheckpointEvery)
		select {
		case <-pause.C:
		case <-ended:
			pause.Stop()
		}
	}
}

// Checkpoint returns a stored, signed checkpoint that covers everything acknowledged before the call.
func (l *Ledger) Checkpoint(ctx context.Context) (Checkpoint, error) {
	wanted := l.Size()
	l.checkpoints.mu.Lock()
	defer l.checkpoints.mu.Unlock()
	if last := l.checkpoints.last; last != nil && last.Size >= wanted {
		return *last, nil
	}
	for try := 1; ; try++ {
		c, err := l.sign(ctx)
		if err == nil {
			l.checkpoints.last = &c
			return c, nil
		}
		// It may be there all the same, or another daemon's may. What is there counts.
		last, readErr := l.lastCheckpoint(ctx)
		if readErr != nil || try == 3 {
			return Checkpoint{}, errors.Join(err, readErr)
		}
		l.checkpoints.last = last
		if last != nil && last.Size >= wanted {
			return *last, nil
		}
	}
}

// sign makes and stores the checkpoint over what is acknowledged now.
func (l *Ledger) sign(ctx context.Context) (Checkpoint, error) {
	tree := l.acknowledged.Load()
	next := Checkpoint{Number: 1, Checkpoint: audit.Checkpoint{
		Origin: l.opts.Origin, Size: tree.size, Root: tree.root(), Time: l.opts.Now().UTC().Truncate(time.Microsecond),
	}}
	if last := l.checkpoints.last; last != nil {
		next.Number = last.Number + 1
	}
	var err error
	if next.Note, err = audit.SignCheckpoint(l.opts.SiteKey, next.Checkpoint); err != nil {
		return Checkpoint{}, fmt.Errorf("sign a checkpoint: %w", err)
	}
	err = postgres.InTx(ctx, l.db, postgres.TxOptions{}, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO audit.checkpoints (number, size, root, time, note) VALUES ($1, $2, $3, $4, $5)`,
			next.Number, next.Size, next.Root[:], next.Time, next.Note)
		return err
	})
	if err != nil {
		return Checkpoint{}, fmt.Errorf("store a checkpoint: %w", err)
	}
	return next, nil
}

// lastCheckpoint reads the newest checkpoint and checks its signature. It is nil if there is none.
func (r *Reader) lastCheckpoint(ctx context.Context) (*Checkpoint, error) {
	var stored struct {
		Number int64
		Size   int64
		Note   []byte
	}
	err := r.db.GetContext(ctx, &stored, `SELECT number, size, note FROM audit.checkpoints ORDER BY number DESC LIMIT 1`)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read the last checkpoint: %w", err)
	}
	c, err := audit.OpenCheckpoint(stored.Note, r.verifier)
	if err != nil {
		return nil, fmt.Errorf("%w: checkpoint %d: %w", ErrInconsistent, stored.Number, err)
	}
	if c.Origin != r.origin || c.Size != stored.Size {
		return nil, fmt.Errorf("%w: checkpoint %d is over another log or another size than its row says", ErrInconsistent, stored.Number)
	}
	return &Checkpoint{Number: stored.Number, Checkpoint: c, Note: stored.Note}, nil
}

// agrees holds the stored hashes against the last checkpoint, and the newest entry against its own leaf hash. It reads
// as many rows as the tree has levels, not the log.
func (r *Reader) agrees(ctx context.Context, size int64) (*Checkpoint, error) {
	last, err := r.lastCheckpoint(ctx)
	if err != nil || last == nil {
		return nil, err
	}
	if last.Size > size {
		return nil, fmt.Errorf("%w: the last checkpoint is over %d entries and %d are there", ErrInconsistent, last.Size, size)
	}
	f, err := readFrontier(ctx, r.db, last.Size)
	if err != nil {
		return nil, err
	}
	if f.root() != last.Root {
		return nil, fmt.Errorf("%w: the stored hashes of the first %d entries do not give the root that was signed", ErrInconsistent, last.Size)
	}
	newest, err := r.Range(ctx, max(size-1, 0), 2)
	if err != nil {
		return nil, err
	}
	if size > 0 && len(newest) != 1 {
		return nil, fmt.Errorf("%w: the newest entry is missing", ErrInconsistent)
	}
	return last, nil
}

// found writes whose log this is.
func found(ctx context.Context, db *sqlx.DB, opts Options) error {
	err := postgres.InTx(ctx, db, postgres.TxOptions{}, func(tx *sqlx.Tx) error {
		size, err := logSize(ctx, tx)
		if err != nil {
			return err
		}
		if size > 0 {
			return ErrFounded
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO audit.site (origin, key, founded) VALUES ($1, $2, $3)`,
			string(opts.Origin), opts.SiteKey.Verifier(), opts.Now().UTC().Truncate(time.Microsecond))
		return err
	})
	if postgres.Violates(err, "site_pkey") {
		err = ErrFounded
	}
	if err != nil {
		return fmt.Errorf("create ledger: %w", err)
	}
	return nil
}
