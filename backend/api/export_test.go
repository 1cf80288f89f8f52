package api

import "testing"

// SetMostWaiting lowers what may wait for a page, for one test.
func SetMostWaiting(t *testing.T, n int) {
	before := mostWaiting
	mostWaiting = n
	t.Cleanup(func() { mostWaiting = before })
}

// StatusOf opens statusOf to tests.
func StatusOf(code string) int { return statusOf(code) }
