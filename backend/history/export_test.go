package history

import "slices"

// fixed are columns that nobody changes once a row is there, and those of the log itself.
var fixed = []string{"n", "id", "rev", "deleted", "created_hlc", "author_id", "prospect_id", "activity_id", "at", "data"}

// IsQuiet reports whether the history never shows a column by its name.
func IsQuiet(entity, column string) bool {
	return slices.Contains(untold, entity) || slices.Contains(quiet, column) || slices.Contains(fixed, column)
}
