package ledger

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"

	"countersign/audit"
	"countersign/postgres"
)

// piece is how many entries are looked at together: read at once, decoded and their signatures checked side by side.
const piece = 1024

// Verify reads the whole log in one snapshot and believes nothing of it (AUD-04): every entry's bytes, place, hash,
// columns and signatures; every node of the tree; every stream; every opening; every command; every checkpoint's
// signature and root; and that all that this process acknowledged, and its last checkpoint, are there. What does not hold,
// and stands first in the log, is Report.First. progress, if given, hears of entries done and entries in all. The error is
// for a log that could not be read.
func (l *Ledger) Verify(ctx context.Context, progress func(done, total int64)) (audit.Report, error) {
	_, unsigned := l.Checkpoint(ctx) // a log that is no more what it was may not take one: then Verify says why
	l.checkpoints.mu.Lock()
	last := l.checkpoints.last
	l.checkpoints.mu.Unlock()
	report, err := l.Reader.verify(ctx, progress, l.acknowledged.Load(), last)
	if err == nil && report.First == nil && unsigned != nil {
		return report, fmt.Errorf("verify: %w", unsigned)
	}
	return report, err
}

// Verify is [Ledger.Verify] without the knowledge of what was acknowledged: a log whose end was cut off together with
// its newest checkpoints looks whole to it, and only a checkpoint kept elsewhere shows it.
func (r *Reader) Verify(ctx context.Context, progress func(done, total int64)) (audit.Report, error) {
	return r.verify(ctx, progress, nil, nil)
}

func (r *Reader) verify(ctx context.Context, progress func(done, total int64), acknowledged *frontier, last *Checkpoint) (audit.Report, error) {
	var v *verification
	err := postgres.InTx(ctx, r.db, postgres.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}, func(tx *sqlx.Tx) error {
		v = &verification{
			tx: tx, origin: r.origin, verifier: r.verifier, progress: progress,
			acknowledged: acknowledged, last: last, heads: make(map[audit.StreamID]audit.Head),
		}
		v.report.Origin = r.origin
		err := v.run(ctx)
		var finding *audit.Finding
		if errors.As(err, &finding) {
			v.report.First = finding
			return nil
		}
		return err
	})
	if err != nil {
		return audit.Report{}, fmt.Errorf("verify: %w", err)
	}
	return v.report, nil
}

// verification is one pass over the log. Its methods return a *audit.Finding for what does not hold.
type verification struct {
	tx           *sqlx.Tx
	origin       audit.Origin
	verifier     string
	progress     func(done, total int64)
	acknowledged *frontier
	last         *Checkpoint
	report       audit.Report
	tree         frontier
	heads        map[audit.StreamID]audit.Head
	commanded    int64 // end of the last command
	number       int64 // of the last checkpoint
	lastNote     []byte
	entries      *cursor[entryRow]
	openings     *cursor[openingRow]
	commands     *cursor[commandRow]
	checkpoints  *cursor[checkpointRow]
}

type entryRow struct {
	Index, Version        int64
	Stream                audit.StreamID
	Previous, Leaf, Bytes []byte
	Nodes                 []byte
	Kind                  audit.Kind
	Time                  time.Time
}

type openingRow struct {
	Index       int64
	Name, Value string
	Salt        []byte
}

type commandRow struct {
	First, Count int64
	Digest       []byte
}

type checkpointRow struct {
	Number, Size int64
	Root, Note   []byte
	Time         time.Time
}

func finding(check string, index int64, stream audit.StreamID, format string, args ...any) *audit.Finding {
	return &audit.Finding{Check: check, Index: index, Stream: stream, Sentence: fmt.Sprintf(format, args...)}
}

func (v *verification) run(ctx context.Context) error {
	var total int64
	if err := v.tx.GetContext(ctx, &total, `SELECT count(*) FROM audit.entries`); err != nil {
		return fmt.Errorf("count entries: %w", err)
	}
	if err := v.site(ctx); err != nil {
		return err
	}
	if err := v.declare(ctx); err != nil {
		return err
	}
	if err := v.checkpointsHere(ctx); err != nil { // one over nothing
		return err
	}
	for {
		if err := v.entries.fetch(ctx); err != nil {
			return err
		}
		if len(v.entries.rows) == 0 {
			break
		}
		looked := look(v.entries.rows, v.origin)
		for i := range v.entries.rows {
			if err := v.entry(ctx, &v.entries.rows[i], looked[i]); err != nil {
				return err
			}
		}
		if v.progress != nil {
			v.progress(v.report.Entries, total)
		}
	}
	return v.end(ctx)
}

func (v *verification) site(ctx context.Context) error {
	var sites []struct{ Origin, Key string }
	if err := v.tx.SelectContext(ctx, &sites, `SELECT origin, key FROM audit.site`); err != nil {
		return fmt.Errorf("read whose log it is: %w", err)
	}
	if len(sites) != 1 || audit.Origin(sites[0].Origin) != v.origin || sites[0].Key != v.verifier {
		return finding("site", -1, "", "the log does not say that it is %s's, under the key by which it is verified", v.origin)
	}
	return nil
}

func (v *verification) declare(ctx context.Context) (err error) {
	v.entries, err = declare[entryRow](ctx, v.tx, "entries",
		`SELECT index, stream, version, previous, leaf, kind, time, bytes, nodes FROM audit.entries ORDER BY index`, piece)
	if err != nil {
		return err
	}
	if v.openings, err = declare[openingRow](ctx, v.tx, "openings",
		`SELECT index, name, salt, value FROM audit.openings ORDER BY index, name`, piece); err != nil {
		return err
	}
	if v.commands, err = declare[commandRow](ctx, v.tx, "commands",
		`SELECT first, count, digest FROM audit.commands ORDER BY first, count`, piece); err != nil {
		return err
	}
	v.checkpoints, err = declare[checkpointRow](ctx, v.tx, "checkpoints",
		`SELECT number, size, root, time, note FROM audit.checkpoints ORDER BY number`, piece)
	return err
}

// looked is what can be said of an entry without its neighbours.
type looked struct {
	entry audit.Entry
	leaf  audit.Hash
	fault *audit.Finding // in the bytes or the columns
	sign  *audit.Finding // in a signature
}

// look decodes entries and checks their signatures on all processors.
func look(rows []entryRow, origin audit.Origin) []looked {
	all := make([]looked, len(rows))
	workers := min(runtime.GOMAXPROCS(0), len(rows))
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(rows); i += workers {
				all[i] = lookAt(&rows[i], origin)
			}
		})
	}
	wg.Wait()
	return all
}

func lookAt(r *entryRow, origin audit.Origin) looked {
	l := looked{leaf: audit.LeafHash(r.Bytes)}
	fault := func(check, format string, args ...any) looked {
		l.fault = finding(check, r.Index, r.Stream, format, args...)
		return l
	}
	if !bytes.Equal(l.leaf[:], r.Leaf) {
		return fault("leaf", "its bytes are not those that were hashed")
	}
	e, err := audit.Decode(r.Bytes)
	if err != nil {
		return fault("entry", "%v", err)
	}
	l.entry = e
	switch {
	case e.Origin != origin:
		return fault("entry", "it is another site's: %s", e.Origin)
	case e.Index != r.Index:
		return fault("entry", "it says that its place in the log is %d", e.Index)
	case e.Stream != r.Stream:
		return fault("column", "the column says stream %s and the entry %s", r.Stream, e.Stream)
	case e.Version != r.Version:
		return fault("column", "the column says version %d and the entry %d", r.Version, e.Version)
	case !bytes.Equal(e.Previous[:], r.Previous):
		return fault("column", "the column names another previous entry than the entry does")
	case e.Kind != r.Kind:
		return fault("column", "the column says kind %s and the entry %s", r.Kind, e.Kind)
	case !e.Time.Equal(r.Time):
		return fault("column", "the column says %s and the entry %s", stamp(r.Time), stamp(e.Time))
	}
	for _, s := range e.Signatures {
		if err := audit.VerifySignature(e, s); err != nil {
			l.sign = finding("signature", e.Index, e.Stream, "%v", err)
			break
		}
	}
	return l
}
