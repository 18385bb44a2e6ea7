package ledger

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jmoiron/sqlx"
)

// cursor reads rows of a transaction piece by piece, beside others of the same transaction.
type cursor[T any] struct {
	tx    *sqlx.Tx
	name  string
	piece int
	rows  []T
	next  int
	over  bool
}

// declare begins a cursor. name and query are constants of this package.
func declare[T any](ctx context.Context, tx *sqlx.Tx, name, query string, piece int) (*cursor[T], error) {
	if _, err := tx.ExecContext(ctx, `DECLARE `+name+` NO SCROLL CURSOR FOR `+query); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return &cursor[T]{tx: tx, name: name, piece: piece}, nil
}

// peek gives the row that take would take, or nil at the end.
func (c *cursor[T]) peek(ctx context.Context) (*T, error) {
	if c.next == len(c.rows) {
		if err := c.fetch(ctx); err != nil {
			return nil, err
		}
		if len(c.rows) == 0 {
			return nil, nil
		}
	}
	return &c.rows[c.next], nil
}

func (c *cursor[T]) take() { c.next++ }

// fetch reads the next piece, which stays valid until the fetch after it.
func (c *cursor[T]) fetch(ctx context.Context) error {
	c.next, c.rows = 0, nil
	if c.over {
		return nil
	}
	if err := c.tx.SelectContext(ctx, &c.rows, `FETCH `+strconv.Itoa(c.piece)+` FROM `+c.name); err != nil {
		return fmt.Errorf("read %s: %w", c.name, err)
	}
	c.over = len(c.rows) < c.piece
	return nil
}
