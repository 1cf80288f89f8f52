package store

import (
	"context"
	"fmt"
)

// mostPages is SQLite's own limit ("SQLite: Implementation Limits", number 14).
const mostPages = 1<<32 - 2

// SetQuota makes the file full at so many pages, until it is opened again: what does not fit answers ErrDiskFull. 0 lifts
// it. Pages that are there already stay.
func (s *Store) SetQuota(ctx context.Context, pages int64) error {
	if pages <= 0 {
		pages = mostPages
	}
	r := &request{ctx: ctx, author: System, units: make([]unit, 1), alone: func() error {
		s.guard.enter()
		defer s.guard.leave()
		_, err := s.conn.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count = %d", pages))
		return explain(err)
	}}
	s.submit(r)
	if err := r.units[0].err; err != nil {
		return fmt.Errorf("set the file's quota: %w", err)
	}
	return nil
}
