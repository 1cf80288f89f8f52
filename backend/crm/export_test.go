package crm

import (
	"strings"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/store"
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
	BoardQuery     = boardQuery
)

// AgendaQueries are the statements that read and count the agenda and what is overdue.
func AgendaQueries(v account.Viewer, seller string) []Query {
	var queries []Query
	for _, open := range []bool{false, true} {
		plan := agendaPlan(v, seller, open)
		p := AgendaRange{From: "2026-11-09", To: "2026-11-16", FromAt: "2026-11-09T06:00:00.000Z", ToAt: "2026-11-16T06:00:00.000Z"}.params(v, plan)
		p["limit"] = 9
		queries = append(queries, Query{plan.items(), p}, Query{plan.count(), p}, Query{plan.events(), p})
	}
	return queries
}

// ZoneShifts returns what is written down of a zone, in order.
func ZoneShifts(zone *time.Location) func(yield func(since, shift string) bool) {
	return func(yield func(since, shift string) bool) {
		for _, z := range zoneShifts(zone) {
			if !yield(z.since, z.shift) {
				return
			}
		}
	}
}

// ShiftAt is how far a local time is from UTC.
var ShiftAt = shiftAt

// OfficeCalendar is when the office works, as it is set.
func (s *Service) OfficeCalendar(q dbx.Builder) (clock.Calendar, error) {
	t, err := s.setup(q)
	if err != nil {
		return clock.Calendar{}, err
	}
	return t.calendar(""), nil
}

// CountOn does the next step of counting in a zone, of a few cards.
func CountOn(tx *store.Tx, zone *time.Location, most int) (done bool, err error) {
	shifts := zoneShifts(zone)
	return countOn(tx, zoneMark(zone, shifts), shifts, most)
}

// CountQueries are the statements that read a step of counting.
func CountQueries() []Query {
	var queries []Query
	for _, t := range tallies {
		queries = append(queries, Query{t.counted(), dbx.Params{"after": 1000, "last": 1100}})
	}
	return queries
}

// DerivedQueries are the statements that read anew what is derived of rows that were noted as stale.
func DerivedQueries(q dbx.Builder) (queries []Query, err error) {
	var texts []string
	err = q.NewQuery("SELECT substr(sql, instr(sql, 'SELECT')) FROM derived WHERE stale <> 'filling' AND sql LIKE 'INSERT%' ORDER BY position").Column(&texts)
	for _, text := range texts {
		text, _, _ = strings.Cut(text, "ON CONFLICT")
		queries = append(queries, Query{text, nil})
	}
	return queries, err
}
