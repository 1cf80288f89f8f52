package crm

import (
	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
)

// Query is a statement and its parameters, for tests that look at its plan.
type Query struct {
	Text   string
	Params dbx.Params
}

// ListQueries returns the statements that read and count a list: the first page, a later one, the part that lacks what it
// is ordered by, the total.
func ListQueries(v account.Viewer, f ProspectFilter) []Query {
	var queries []Query
	for _, lacking := range []bool{false, true} {
		for _, after := range []bool{false, true} {
			p := f.plan(v, lacking)
			p.params["limit"], p.params["key"], p.params["n"] = 51, "2026-01-01T00:00:00.000Z", 1
			queries = append(queries, Query{p.page(after), p.params})
		}
	}
	f.Sort = SortRecent
	p := f.plan(v, false)
	p.params["limit"] = mostCounted + 1
	return append(queries, Query{p.count(), p.params})
}

// SearchQuery returns the statement behind a search.
func SearchQuery(v account.Viewer, f ProspectFilter) Query {
	p := f.searchPlan(v)
	p.params["limit"], p.params["most"] = 51, mostCounted+1
	return Query{p.found(false), p.params}
}

// SearchWords returns a typed text as FTS5 is asked for it.
func SearchWords(text string) string { return searchQuery(text) }

// TimelineQuery and RemindersQuery are the statements of those names.
const (
	TimelineQuery  = timelineQuery
	RemindersQuery = remindersQuery
)
