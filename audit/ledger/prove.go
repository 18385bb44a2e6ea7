package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"golang.org/x/mod/sumdb/tlog"

	"countersign/audit"
)

// Prove gives the inclusion proof of each index in the tree over the first size entries, from the leaf upwards (RFC 6962
// section 2.1.1). It reads all hashes at once.
func (r *Reader) Prove(ctx context.Context, indexes []int64, size int64) ([][]audit.Hash, error) {
	return prove(ctx, r.db, indexes, size)
}

// ProveConsistency gives the proof that the first earlier entries are the beginning of the first later ones (RFC 6962
// section 2.1.2).
func (r *Reader) ProveConsistency(ctx context.Context, earlier, later int64) ([]audit.Hash, error) {
	if earlier < 0 || earlier > later {
		return nil, fmt.Errorf("prove consistency: %d entries are not the beginning of %d", earlier, later)
	}
	if earlier == 0 || earlier == later {
		return nil, nil
	}
	proof, err := tlog.ProveTree(later, earlier, hashes{ctx, r.db})
	if err != nil {
		return nil, fmt.Errorf("prove consistency: %w", err)
	}
	return ours(proof), nil
}

func ours(from []tlog.Hash) []audit.Hash {
	all := make([]audit.Hash, len(from))
	for i, h := range from {
		all[i] = audit.Hash(h)
	}
	return all
}

// errCollected ends the pass that only asks which hashes are needed.
var errCollected = errors.New("collected")

func prove(ctx context.Context, q sqlx.QueryerContext, indexes []int64, size int64) ([][]audit.Hash, error) {
	var needed []int64
	for _, index := range indexes {
		if index < 0 || index >= size {
			return nil, fmt.Errorf("prove inclusion: entry %d is not among the first %d", index, size)
		}
		_, err := tlog.ProveRecord(size, index, tlog.HashReaderFunc(func(want []int64) ([]tlog.Hash, error) {
			needed = append(needed, want...)
			return nil, errCollected
		}))
		if err != nil && !errors.Is(err, errCollected) {
			return nil, fmt.Errorf("prove inclusion: %w", err)
		}
	}
	slices.Sort(needed)
	needed = slices.Compact(needed)
	read, err := hashes{ctx, q}.ReadHashes(needed)
	if err != nil {
		return nil, fmt.Errorf("prove inclusion: %w", err)
	}
	known := tlog.HashReaderFunc(func(want []int64) ([]tlog.Hash, error) {
		got := make([]tlog.Hash, len(want))
		for i, at := range want {
			place, there := slices.BinarySearch(needed, at)
			if !there {
				return nil, fmt.Errorf("hash %d was not asked for", at)
			}
			got[i] = read[place]
		}
		return got, nil
	})
	proofs := make([][]audit.Hash, len(indexes))
	for i, index := range indexes {
		proof, err := tlog.ProveRecord(size, index, known)
		if err != nil {
			return nil, fmt.Errorf("prove inclusion: %w", err)
		}
		proofs[i] = ours(proof)
	}
	return proofs, nil
}

// Bundle gives whole streams with their proofs under a checkpoint that covers everything acknowledged, and what their
// commitments hold if withOpenings is set. A stream that does not exist is an error.
func (l *Ledger) Bundle(ctx context.Context, streams []audit.StreamID, withOpenings bool) (audit.Bundle, error) {
	c, err := l.Checkpoint(ctx)
	if err != nil {
		return audit.Bundle{}, fmt.Errorf("bundle: %w", err)
	}
	return l.Reader.bundle(ctx, c, streams, withOpenings)
}

// bundle needs no transaction: under a checkpoint nothing changes.
func (r *Reader) bundle(ctx context.Context, c Checkpoint, streams []audit.StreamID, withOpenings bool) (audit.Bundle, error) {
	names := make([]string, len(streams))
	for i, id := range streams {
		names[i] = string(id)
	}
	all, err := entries(ctx, r.db,
		`SELECT index, leaf, bytes FROM audit.entries WHERE stream = ANY ($1) AND index < $2 ORDER BY index`, pq.StringArray(names), c.Size)
	if err != nil {
		return audit.Bundle{}, fmt.Errorf("bundle: %w", err)
	}
	indexes := make([]int64, len(all))
	for i, e := range all {
		indexes[i] = e.Index
	}
	for _, id := range streams {
		if !slices.ContainsFunc(all, func(e audit.Stored) bool { return e.Stream == id }) {
			return audit.Bundle{}, fmt.Errorf("bundle: the log has nothing about %s", id)
		}
	}
	proofs, err := r.Prove(ctx, indexes, c.Size)
	if err != nil {
		return audit.Bundle{}, fmt.Errorf("bundle: %w", err)
	}
	b := audit.Bundle{Origin: r.origin, Checkpoint: c.Note, Verifier: r.verifier, Entries: make([]audit.Proved, len(all))}
	for i, e := range all {
		b.Entries[i] = audit.Proved{Bytes: e.Bytes, Proof: proofs[i]}
	}
	if withOpenings {
		if b.Openings, err = r.Openings(ctx, indexes); err != nil {
			return audit.Bundle{}, fmt.Errorf("bundle: %w", err)
		}
	}
	return b, nil
}
