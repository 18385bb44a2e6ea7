package ledger

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"golang.org/x/mod/sumdb/tlog"

	"countersign/audit"
)

// frontier is the right edge of the tree: the roots of the complete subtrees that make it up, largest first. It is all
// that is needed to add a leaf and to know the root (RFC 6962, section 2.1).
type frontier struct {
	size  int64
	edges []audit.Hash
}

func (f *frontier) clone() frontier {
	return frontier{size: f.size, edges: slices.Clone(f.edges)}
}

// add puts a leaf at the end and returns the nodes above it that it completes, lowest first, 32 bytes each.
func (f *frontier) add(leaf audit.Hash) []byte {
	nodes := []byte{}
	for n := f.size; n&1 == 1; n >>= 1 {
		last := len(f.edges) - 1
		leaf = audit.Hash(tlog.NodeHash(tlog.Hash(f.edges[last]), tlog.Hash(leaf)))
		f.edges = f.edges[:last]
		nodes = append(nodes, leaf[:]...)
	}
	f.edges = append(f.edges, leaf)
	f.size++
	return nodes
}

// edgeIndexes are the places, in tlog's numbering, of the edges of a tree of the given size.
func edgeIndexes(size int64) []int64 {
	var at []int64
	for done, level := int64(0), 62; level >= 0; level-- {
		if size&(1<<level) != 0 {
			at = append(at, tlog.StoredHashIndex(level, done>>level))
			done += 1 << level
		}
	}
	return at
}

// root is the root of the whole tree.
func (f *frontier) root() audit.Hash {
	if f.size == 0 {
		return audit.Hash(sha256.Sum256(nil)) // RFC 6962: the hash of an empty list
	}
	root := f.edges[len(f.edges)-1]
	for i := len(f.edges) - 2; i >= 0; i-- {
		root = audit.Hash(tlog.NodeHash(tlog.Hash(f.edges[i]), tlog.Hash(root)))
	}
	return root
}

// readFrontier reads the right edge of the tree over the first size entries.
func readFrontier(ctx context.Context, q sqlx.QueryerContext, size int64) (frontier, error) {
	f := frontier{size: size}
	found, err := hashes{ctx, q}.ReadHashes(edgeIndexes(size))
	if err != nil {
		return frontier{}, err
	}
	for _, h := range found {
		f.edges = append(f.edges, audit.Hash(h))
	}
	return f, nil
}

// hashes reads stored hashes for package tlog.
type hashes struct {
	ctx context.Context // for the length of one call
	q   sqlx.QueryerContext
}

// ReadHashes finds each hash in the row of the leaf that completed it.
func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	if len(indexes) == 0 {
		return nil, nil
	}
	rows, levels := make([]int64, len(indexes)), make([]int64, len(indexes))
	for i, at := range indexes {
		level, n := tlog.SplitStoredHashIndex(at)
		rows[i], levels[i] = (n+1)<<level-1, int64(level)
	}
	var found []struct {
		Place int
		Hash  []byte
	}
	err := sqlx.SelectContext(h.ctx, h.q, &found, `
		SELECT w.place - 1 AS place,
			CASE w.level WHEN 0 THEN e.leaf ELSE substring(e.nodes FROM (32 * (w.level - 1) + 1)::int FOR 32) END AS hash
		FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS w (index, level, place)
		JOIN audit.entries e ON e.index = w.index`, pq.Int64Array(rows), pq.Int64Array(levels))
	if err != nil {
		return nil, fmt.Errorf("read hashes of the tree: %w", err)
	}
	all := make([]tlog.Hash, len(indexes))
	for _, f := range found {
		one, err := hashOf(f.Hash)
		if err != nil {
			return nil, err
		}
		all[f.Place] = tlog.Hash(one)
	}
	if len(found) != len(indexes) {
		return nil, fmt.Errorf("%w: %d of %d hashes of the tree are missing", ErrInconsistent, len(indexes)-len(found), len(indexes))
	}
	return all, nil
}
