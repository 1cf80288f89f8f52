package office

import "testing"

// AllowRows has hosts that start from now on take a computer for too quick after this many rows.
func AllowRows(t testing.TB, burst int) {
	t.Helper()
	former := rowsBurst
	rowsBurst = burst
	t.Cleanup(func() { rowsBurst = former })
}
