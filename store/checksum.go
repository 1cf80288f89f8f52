package store

import (
	"context"
	"database/sql"
	"fmt"
	"hash/fnv"
)

// add counts a row in. The sum does not depend on the order and wraps around.
func (c *CheckSum) add(entity, id string, rev int64) {
	h := fnv.New64a()
	_, _ = h.Write([]byte(entity))
	_, _ = h.Write([]byte{0})
	_, _ = h.Write([]byte(id))
	var b [8]byte
	for i := range b {
		b[i] = byte(rev >> (8 * i)) //nolint:gosec // bytes of a number
	}
	_, _ = h.Write(b[:])
	c.Count++
	c.Sum += int64(h.Sum64()) //nolint:gosec // bits
}

// check adds the check sum of the user's scope to the page.
func (f *feed) check() error {
	var user any
	if !f.all {
		user = f.q.User
	}
	sum, err := f.s.checkSum(f.ctx, f.tx, user)
	if err != nil {
		return err
	}
	f.page.Check = &sum
	return nil
}

// queryer is what a snapshot and the writer's connection share.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// checkSum sums the rows that a user's replica holds; nil is everything in the file.
func (s *Store) checkSum(ctx context.Context, q queryer, user any) (CheckSum, error) {
	var sum CheckSum
	for _, e := range s.feedOrder {
		if err := sum.addTable(ctx, q, e, user); err != nil {
			return CheckSum{}, fmt.Errorf("sum %s: %w", e.name, explain(err))
		}
	}
	return sum, nil
}

func (c *CheckSum) addTable(ctx context.Context, q queryer, e *entity, user any) error {
	args := []any{sql.Named("user", user)}
	if e.root == everyRoot {
		args = nil
	}
	rows, err := q.QueryContext(ctx, e.feed.sums, args...)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var id string
	var rev int64
	for rows.Next() {
		if err := rows.Scan(&id, &rev); err != nil {
			return err
		}
		if rev > 0 { // a member's own row, before the host has it, has none
			c.add(e.name, id, rev)
		}
	}
	return rows.Err()
}
