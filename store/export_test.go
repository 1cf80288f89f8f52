package store

import "testing"

// SetCipherPragma has the store ask for its cipher with another PRAGMA.
func SetCipherPragma(t testing.TB, pragma string) {
	t.Helper()
	former := cipherPragma
	cipherPragma = pragma
	t.Cleanup(func() { cipherPragma = former })
}
