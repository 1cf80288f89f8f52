package api

import (
	"slices"
	"testing"
)

// SetMostWaiting lowers what may wait for a page, for one test.
func SetMostWaiting(t *testing.T, n int) {
	before := mostWaiting
	mostWaiting = n
	t.Cleanup(func() { mostWaiting = before })
}

// StatusOf opens statusOf to tests.
func StatusOf(code string) int { return statusOf(code) }

// ExportFilters are the names by which each list of exports can be narrowed.
func ExportFilters() map[string][]string {
	filters := map[string][]string{}
	for id, source := range (&Office{}).exportLists() {
		filters[id] = slices.Concat(source.Coded, source.Typed)
	}
	return filters
}
