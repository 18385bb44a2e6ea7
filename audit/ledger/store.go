package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"countersign/audit"
)

// A batch of rows, column by column: one statement writes them all, and being one statement it is its own transaction:
// one round trip, one flush, all or nothing.
type rows struct {
	base int64 // index of the first entry

	stream   []string
	version  []int64
	previous [][]byte
	leaf     [][]byte
	kind     []string
	time     []string
	bytes    [][]byte
	nodes    [][]byte

	openIndex []int64
	openName  []string
	openSalt  [][]byte
	openValue []string

	cmdFirst  []int64
	cmdCount  []int64
	cmdKey    []string // empty where the caller gave none
	cmdDigest [][]byte
}

func (r *rows) len() int { return len(r.stream) }

// end is the log's size once the rows are in it.
func (r *rows) end() int64 { return r.base + int64(r.len()) }

// The insertion writes if the log ends where the sequencer left it; its tag tells how many entries went in. The guard finds
// a log that is shorter or longer; the primary key finds one that grows at the same moment.
const (
	insertPlace = `
WITH place AS (
	SELECT 1 WHERE $1::bigint = coalesce((SELECT max(index) + 1 FROM audit.entries), 0)
), commanded AS (
	INSERT INTO audit.commands (first, count, key, digest)
	SELECT c.first, c.count, nullif(c.key, ''), c.digest
	FROM place, unnest($10::bigint[], $11::bigint[], $12::text[], $13::bytea[]) AS c (first, count, key, digest)
)`
	insertOpenings = `, opened AS (
	INSERT INTO audit.openings (index, name, salt, value)
	SELECT o.index, o.name, o.salt, o.value
	FROM place, unnest($14::bigint[], $15::text[], $16::bytea[], $17::text[]) AS o (index, name, salt, value)
)`
	insertEntries = `
INSERT INTO audit.entries (index, stream, version, previous, leaf, kind, time, bytes, nodes)
SELECT $1 + r.n - 1, r.stream, r.version, r.previous, r.leaf, r.kind, r.time, r.bytes, r.nodes
FROM place, unnest($2::text[], $3::bigint[], $4::bytea[], $5::bytea[], $6::text[], $7::timestamptz[], $8::bytea[], $9::bytea[])
	WITH ORDINALITY AS r (stream, version, previous, leaf, kind, time, bytes, nodes, n)`

	// Most groups open nothing, and a statement over two tables is cheaper than one over three.
	insertPlain  = insertPlace + insertEntries
	insertSealed = insertPlace + insertOpenings + insertEntries
)

// errPlace says that the database's log does not end where the sequencer left it.
var errPlace = errors.New("the log does not end where it was left")

func (r *rows) arguments() []any {
	args := []any{
		r.base, pq.StringArray(r.stream), pq.Int64Array(r.version), pq.ByteaArray(r.previous), pq.ByteaArray(r.leaf),
		pq.StringArray(r.kind), pq.StringArray(r.time), pq.ByteaArray(r.bytes), pq.ByteaArray(r.nodes),
		pq.Int64Array(r.cmdFirst), pq.Int64Array(r.cmdCount), pq.StringArray(r.cmdKey), pq.ByteaArray(r.cmdDigest),
	}
	if len(r.openIndex) > 0 {
		args = append(args, pq.Int64Array(r.openIndex), pq.StringArray(r.openName), pq.ByteaArray(r.openSalt), pq.StringArray(r.openValue))
	}
	return args
}

// stamp writes a time as PostgreSQL reads it, without a session's help.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

// size of the log as the database has it now.
func logSize(ctx context.Context, q sqlx.QueryerContext) (int64, error) {
	var n int64
	err := sqlx.GetContext(ctx, q, &n, `SELECT coalesce(max(index) + 1, 0) FROM audit.entries`)
	if err != nil {
		return 0, fmt.Errorf("read the log's size: %w", err)
	}
	return n, nil
}

// streamHeads reads where streams stand. One that does not exist is at version 0.
func streamHeads(ctx context.Context, q sqlx.QueryerContext, ids []audit.StreamID) (map[audit.StreamID]audit.Head, error) {
	names := make([]string, len(ids))
	heads := make(map[audit.StreamID]audit.Head, len(ids))
	for i, id := range ids {
		names[i] = string(id)
		heads[id] = audit.Head{}
	}
	found, err := q.QueryxContext(ctx, `
		SELECT s.stream, e.version, e.leaf
		FROM unnest($1::text[]) AS s (stream)
		CROSS JOIN LATERAL (
			SELECT version, leaf FROM audit.entries WHERE stream = s.stream COLLATE "C" ORDER BY version DESC LIMIT 1
		) AS e`, pq.StringArray(names))
	if err != nil {
		return nil, fmt.Errorf("read where streams stand: %w", err)
	}
	defer func() { _ = found.Close() }()
	for found.Next() {
		var (
			id   audit.StreamID
			head audit.Head
			leaf []byte
		)
		if err := found.Scan(&id, &head.Version, &leaf); err != nil {
			return nil, fmt.Errorf("read where streams stand: %w", err)
		}
		if head.Hash, err = hashOf(leaf); err != nil {
			return nil, err
		}
		heads[id] = head
	}
	if err := found.Err(); err != nil {
		return nil, fmt.Errorf("read where streams stand: %w", err)
	}
	return heads, nil
}

func hashOf(b []byte) (audit.Hash, error) {
	if len(b) != len(audit.Hash{}) {
		return audit.Hash{}, fmt.Errorf("%w: a hash of %d bytes", ErrInconsistent, len(b))
	}
	return audit.Hash(b), nil
}

// command is a row of audit.commands.
type command struct {
	First  int64
	Count  int64
	Key    string
	Digest []byte
}

// commands reads those of keys that were used.
func commands(ctx context.Context, q sqlx.QueryerContext, keys []string) (map[string]command, error) {
	var all []command
	err := sqlx.SelectContext(ctx, q, &all,
		`SELECT first, count, key, digest FROM audit.commands WHERE key = ANY ($1)`, pq.StringArray(keys))
	if err != nil {
		return nil, fmt.Errorf("read commands: %w", err)
	}
	by := make(map[string]command, len(all))
	for _, c := range all {
		by[c.Key] = c
	}
	return by, nil
}

func (r *rows) add(s *audit.Stored, leaf audit.Hash, nodes []byte) {
	previous := s.Previous
	r.stream = append(r.stream, string(s.Stream))
	r.version = append(r.version, s.Version)
	r.previous = append(r.previous, previous[:])
	r.leaf = append(r.leaf, leaf[:])
	r.kind = append(r.kind, string(s.Kind))
	r.time = append(r.time, stamp(s.Time))
	r.bytes = append(r.bytes, s.Bytes)
	r.nodes = append(r.nodes, nodes)
}

func (r *rows) open(index int64, m audit.SealedMember) {
	salt := m.Salt
	r.openIndex = append(r.openIndex, index)
	r.openName = append(r.openName, m.Name)
	r.openSalt = append(r.openSalt, salt[:])
	r.openValue = append(r.openValue, m.Value)
}

func (r *rows) command(first, count int64, key string, digest audit.Hash) {
	r.cmdFirst = append(r.cmdFirst, first)
	r.cmdCount = append(r.cmdCount, count)
	r.cmdKey = append(r.cmdKey, key)
	r.cmdDigest = append(r.cmdDigest, digest[:])
}
