package store

import (
	"context"
	"fmt"
	"testing"
)

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
