package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"countersign/audit"
)

// Reader reads a log. It needs no right but SELECT, and many may read at once; what it returns is committed.
type Reader struct {
	db       *sqlx.DB
	origin   audit.Origin
	verifier string
}

// NewReader reads the log of origin, whose checkpoints are signed by the key that verifier names.
func NewReader(db *sqlx.DB, origin audit.Origin, verifier string) *Reader {
	return &Reader{db: db, origin: origin, verifier: verifier}
}

// row is an entry as a read gives it.
type row struct {
	Index int64
	Leaf  []byte
	Bytes []byte
}

// stored decodes a row. The bytes must be those that were hashed: a reader of one entry finds that one's edit at once,
// though only [Reader.Verify] finds everything.
func (r row) stored() (audit.Stored, error) {
	e, err := audit.Decode(r.Bytes)
	if err != nil {
		return audit.Stored{}, fmt.Errorf("%w: entry %d: %w", ErrInconsistent, r.Index, err)
	}
	leaf := audit.LeafHash(r.Bytes)
	if string(leaf[:]) != string(r.Leaf) || e.Index != r.Index {
		return audit.Stored{}, fmt.Errorf("%w: entry %d is not what was hashed", ErrInconsistent, r.Index)
	}
	return audit.Stored{Entry: e, Bytes: r.Bytes}, nil
}

func entries(ctx context.Context, q sqlx.QueryerContext, query string, args ...any) ([]audit.Stored, error) {
	var found []row
	if err := sqlx.SelectContext(ctx, q, &found, query, args...); err != nil {
		return nil, fmt.Errorf("read entries: %w", err)
	}
	all := make([]audit.Stored, len(found))
	for i, r := range found {
		var err error
		if all[i], err = r.stored(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Stream reads a stream's entries from a version on, in order. There is none if the stream does not exist or is not
// that long.
func (r *Reader) Stream(ctx context.Context, id audit.StreamID, from int64) ([]audit.Stored, error) {
	return entries(ctx, r.db,
		`SELECT index, leaf, bytes FROM audit.entries WHERE stream = $1 AND version >= $2 ORDER BY version`, string(id), from)
}

// Range reads at most limit entries from a leaf index on, in order.
func (r *Reader) Range(ctx context.Context, from int64, limit int) ([]audit.Stored, error) {
	return entries(ctx, r.db, `SELECT index, leaf, bytes FROM audit.entries WHERE index >= $1 ORDER BY index LIMIT $2`, from, limit)
}

// Streams lists the streams whose names begin with prefix, as in "batch/", by name, with where they stand.
func (r *Reader) Streams(ctx context.Context, prefix string) ([]audit.Condition, error) {
	var found []audit.Condition
	// From stream to stream along the index, however long each is.
	err := r.db.SelectContext(ctx, &found, `
		WITH RECURSIVE s AS (
			(SELECT stream FROM audit.entries WHERE stream >= $1 ORDER BY stream LIMIT 1)
			UNION ALL
			SELECT (SELECT e.stream FROM audit.entries e WHERE e.stream > s.stream ORDER BY e.stream LIMIT 1)
			FROM s WHERE starts_with(s.stream, $1)
		)
		SELECT s.stream, (SELECT e.version FROM audit.entries e WHERE e.stream = s.stream ORDER BY e.version DESC LIMIT 1) AS version
		FROM s WHERE starts_with(s.stream, $1) ORDER BY s.stream`, prefix)
	if err != nil {
		return nil, fmt.Errorf("list streams: %w", err)
	}
	return found, nil
}

// Head is the size of the log: the leaf index that the next entry gets.
func (r *Reader) Head(ctx context.Context) (int64, error) { return logSize(ctx, r.db) }

// StreamHead is where a stream stands. One that does not exist is at version 0 with a zero hash.
func (r *Reader) StreamHead(ctx context.Context, id audit.StreamID) (audit.Head, error) {
	heads, err := streamHeads(ctx, r.db, []audit.StreamID{id})
	if err != nil {
		return audit.Head{}, err
	}
	return heads[id], nil
}

// Openings reads what the commitments of entries hold, by leaf index and name. Whoever calls it decides who may see
// them, and records that they were seen.
func (r *Reader) Openings(ctx context.Context, indexes []int64) ([]audit.Opening, error) {
	var found []struct {
		Index       int64
		Name, Value string
		Salt        []byte
	}
	err := r.db.SelectContext(ctx, &found,
		`SELECT index, name, salt, value FROM audit.openings WHERE index = ANY ($1) ORDER BY index, name`, pq.Int64Array(indexes))
	if err != nil {
		return nil, fmt.Errorf("read openings: %w", err)
	}
	all := make([]audit.Opening, len(found))
	for i, o := range found {
		if all[i], err = opening(o.Index, o.Name, o.Salt, o.Value); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func opening(index int64, name string, salt []byte, value string) (audit.Opening, error) {
	o := audit.Opening{Index: index, SealedMember: audit.SealedMember{Name: name, Value: value}}
	if len(salt) != len(o.Salt) {
		return o, fmt.Errorf("%w: the salt of %s in entry %d has %d bytes", ErrInconsistent, name, index, len(salt))
	}
	copy(o.Salt[:], salt)
	return o, nil
}

// Recall gives the answer that a key's request was given, if there was one.
func (r *Reader) Recall(ctx context.Context, key string) (Receipt, bool, error) {
	found, err := commands(ctx, r.db, []string{key})
	if err != nil {
		return Receipt{}, false, err
	}
	c, there := found[key]
	if !there {
		return Receipt{}, false, nil
	}
	answer, err := receipt(ctx, r.db, c)
	return answer, err == nil, err
}

// receipt is the answer that a command was given, read again.
func receipt(ctx context.Context, q sqlx.QueryerContext, c command) (Receipt, error) {
	all, err := entries(ctx, q,
		`SELECT index, leaf, bytes FROM audit.entries WHERE index >= $1 AND index < $2 ORDER BY index`, c.First, c.First+c.Count)
	if err != nil {
		return Receipt{}, err
	}
	if int64(len(all)) != c.Count {
		return Receipt{}, fmt.Errorf("%w: a command wrote %d entries and %d are there", ErrInconsistent, c.Count, len(all))
	}
	return Receipt{First: c.First, Entries: all, Repeated: true}, nil
}

// belongs refuses a log that was never founded or that is another site's.
func (r *Reader) belongs(ctx context.Context) error {
	var site struct{ Origin, Key string }
	err := r.db.GetContext(ctx, &site, `SELECT origin, key FROM audit.site`)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return ErrAbsent
	case err != nil:
		return fmt.Errorf("read whose log it is: %w", err)
	case audit.Origin(site.Origin) != r.origin:
		return fmt.Errorf("%w: %s and not %s", ErrOtherSite, site.Origin, r.origin)
	case site.Key != r.verifier:
		return fmt.Errorf("%w: its checkpoints are signed by another key", ErrOtherSite)
	}
	return nil
}

// Verifier is the site's verifier key, as a C2SP note writes it.
func (r *Reader) Verifier() string { return r.verifier }
