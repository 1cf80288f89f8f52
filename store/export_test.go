package store

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// WatchScrubs has fn told of each step of a scrub, in the writer's goroutine, and scrubs tried again at once.
func WatchScrubs(t testing.TB, fn func(s *Store, step string)) {
	t.Helper()
	formerFn, formerAgain := scrubbed, scrubAgain
	scrubbed, scrubAgain = fn, time.Millisecond
	t.Cleanup(func() { scrubbed, scrubAgain = formerFn, formerAgain })
}

// SetCipherPragma has the store ask for its cipher with another PRAGMA.
func SetCipherPragma(t testing.TB, pragma string) {
	t.Helper()
	former := cipherPragma
	cipherPragma = pragma
	t.Cleanup(func() { cipherPragma = former })
}

// LimitPages makes the file full at this many pages, as a quota would. 0 puts it back to SQLite's own limit.
func (s *Store) LimitPages(t testing.TB, pages int64) {
	t.Helper()
	if pages == 0 {
		pages = 1<<32 - 2
	}
	s.guard.enter()
	defer s.guard.leave()
	if _, err := s.conn.ExecContext(context.Background(), fmt.Sprintf("PRAGMA max_page_count = %d", pages)); err != nil {
		t.Fatal(err)
	}
}

// Queued returns how many requests wait for the writer.
func (s *Store) Queued() int { return len(s.queue) }

// Setting returns a PRAGMA of the writer's connection.
func (s *Store) Setting(t testing.TB, name string) string {
	t.Helper()
	s.guard.enter()
	defer s.guard.leave()
	var value string
	if err := s.conn.QueryRowContext(context.Background(), "PRAGMA "+name).Scan(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

// KeepOutbox has members keep this many settled ops.
func KeepOutbox(t testing.TB, most int64) {
	t.Helper()
	former := outboxMost
	outboxMost = most
	t.Cleanup(func() { outboxMost = former })
}

// ReadByOlderVersion has it look as if an older version of the program had read the replica.
func (s *Store) ReadByOlderVersion() error {
	s.guard.enter()
	defer s.guard.leave()
	return s.plain("UPDATE main.store_state SET v = v - 1 WHERE k = '" + stateSchema + "'")
}

// PurgeLines has a purge take this many lines of the log in one write.
func PurgeLines(t testing.TB, n int64) {
	t.Helper()
	former := purgeLines
	purgeLines = n
	t.Cleanup(func() { purgeLines = former })
}

// LaterOps are the queries for what was written to a row since, of a host and of a member.
var LaterOps = map[bool]string{false: hostLaterOps, true: memberLaterOps}
