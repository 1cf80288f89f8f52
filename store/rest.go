package store

import (
	"context"
	"time"
)

// restAfter is for how long nobody has written when the log is moved into the file. SQLite moves it by itself once it is long,
// but within a write, which then waits for 32 MiB to be on disk: in a quiet moment nobody does.
const restAfter = time.Second

// restLater notes a write, and has the quiet after it found.
func (s *Store) restLater() {
	s.written = true
	if s.restTimer == nil && s.opts.After != nil {
		s.restTimer = s.opts.After(restAfter)
	}
}

// rest moves the log into the file unless somebody has written since it was last asked. Readers keep what they look at: what they
// still need stays in the log.
func (s *Store) rest() {
	s.restTimer = nil
	if s.written {
		s.written = false
		s.restTimer = s.opts.After(restAfter)
		return
	}
	s.guard.enter()
	defer s.guard.leave()
	var busy, pages, moved int64
	if err := s.conn.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &pages, &moved); err != nil {
		s.log.WithError(explain(err)).Warn("the log stays as it is until it is longer")
	}
}
