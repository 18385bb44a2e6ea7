package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
)

// MostFile bounds a file that is kept beside the log, in bytes.
const MostFile = 20 << 20

// ErrNoFile says that no file of that SHA-256 is kept.
var ErrNoFile = errors.New("no such file is kept")

// KeepFile keeps a file under its SHA-256, beside the log and append-only like
// it, and gives that name. An entry that names it is what makes it part of a
// record; one that was kept before is there once.
func (l *Ledger) KeepFile(ctx context.Context, file []byte) (sum [sha256.Size]byte, err error) {
	if len(file) == 0 || len(file) > MostFile {
		return sum, fmt.Errorf("keep a file of %d bytes: there are to be 1 to %d", len(file), MostFile)
	}
	sum = sha256.Sum256(file)
	if _, err := l.db.ExecContext(ctx, `INSERT INTO audit.files (sha256, bytes) VALUES ($1, $2) ON CONFLICT (sha256) DO NOTHING`, sum[:], file); err != nil {
		return sum, fmt.Errorf("keep a file: %w", err)
	}
	return sum, nil
}

// File gives a file that is kept, or ErrNoFile. It is held against its name
// again: what was changed in the database is not given out.
func (r *Reader) File(ctx context.Context, sum [sha256.Size]byte) ([]byte, error) {
	var file []byte
	switch err := r.db.GetContext(ctx, &file, `SELECT bytes FROM audit.files WHERE sha256 = $1`, sum[:]); {
	case errors.Is(err, sql.ErrNoRows):
		return nil, ErrNoFile
	case err != nil:
		return nil, fmt.Errorf("read a file: %w", err)
	case sha256.Sum256(file) != sum:
		return nil, fmt.Errorf("%w: file %x is not what was kept", ErrInconsistent, sum)
	}
	return file, nil
}

// HasFile says whether a file is kept.
func (r *Reader) HasFile(ctx context.Context, sum [sha256.Size]byte) (there bool, err error) {
	if err := r.db.GetContext(ctx, &there, `SELECT EXISTS (SELECT 1 FROM audit.files WHERE sha256 = $1)`, sum[:]); err != nil {
		return false, fmt.Errorf("look for a file: %w", err)
	}
	return there, nil
}
