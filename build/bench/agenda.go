package main

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"sitegroup.mx/crm/backend/clock"
)

// How many weeks the agenda is spread over, and how often a week of it is read.
const (
	agendaWeeks = 104
	agendaCalls = 1000
)

// agendaColumns are what a week shows, read by one statement from the same index.
const agendaColumns = `SELECT a.id, a.prospect_id, c.name, p.owner_id, (SELECT u.name FROM user u WHERE u.id = p.owner_id), a.kind, a.result, a.body,
	a.due_at, a.due_on, a.done_at, (SELECT min(r.remind_at) FROM reminder r WHERE r.activity_id = a.id AND r.deleted = 0 AND r.done_at IS NULL)
	FROM agenda g INDEXED BY agenda_owner_due
	CROSS JOIN prospect p ON p.id = g.prospect_id
	CROSS JOIN activity a ON a.id = g.activity_id
	CROSS JOIN contact c ON c.id = p.contact_id
	WHERE g.owner_id = ? AND g.due >= ? AND g.due < ? AND p.deleted = 0
	ORDER BY g.due LIMIT 1001`

// agendaWeek measures a week of a seller's agenda in an office where every prospect has something planned within two years,
// through the API's handler, against the same rows read by bare prepared SQL.
func agendaWeek(ctx context.Context, b *bench) ([]Row, error) {
	dir, err := b.folder("agenda")
	if err != nil {
		return nil, err
	}
	say("filling an office with %d prospects and as many planned activities", b.rows)
	o, err := fullOffice(ctx, dir, b.rows, sellers)
	if err != nil {
		return nil, err
	}
	defer o.Store.Close()
	begin := time.Date(2026, 1, 5, 6, 0, 0, 0, time.UTC) // a Monday, midnight in Mexico City
	if err := o.planAll(begin); err != nil {
		return nil, err
	}
	db, err := o.bare()
	if err != nil {
		return nil, err
	}
	defer db.Close()
	statement, err := db.PrepareContext(ctx, agendaColumns)
	if err != nil {
		return nil, err
	}
	var ours, bare sample
	for i := range agendaCalls + agendaWeeks {
		from := begin.AddDate(0, 0, 7*(i%agendaWeeks))
		to := from.AddDate(0, 0, 7)
		query := url.Values{
			"from": {from.Format(clock.DateLayout)}, "to": {to.Format(clock.DateLayout)},
			"from_at": {clock.Format(from)}, "to_at": {clock.Format(to)},
		}
		call := func() error {
			_, err := get(o.handler, "/api/agenda?"+query.Encode(), o.token)
			return err
		}
		peer := func() error {
			return drain(statement.QueryContext(ctx, o.seller, from.Format(clock.DateLayout), clock.Format(to)))
		}
		if i < agendaWeeks { // the first of each warms the cache
			if err := call(); err != nil {
				return nil, err
			}
			if err := peer(); err != nil {
				return nil, err
			}
			continue
		}
		if err := ours.measure(call); err != nil {
			return nil, err
		}
		if err := bare.measure(peer); err != nil {
			return nil, err
		}
	}
	how := fmt.Sprintf("p99 of a week of a seller's agenda, some %d items, among %d planned activities of %d sellers, through the API handler in process",
		b.rows/sellers/agendaWeeks, b.rows, sellers)
	return []Row{ratio("agenda-week", ours.p99(), "ms", "prepared SQL", bare.p99(), how)}, nil
}

// planAll plans something with every prospect, a quarter of it by date alone, by SQL.
func (o *benchOffice) planAll(begin time.Time) error {
	db, err := bareFile(o.path, "rw")
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.Exec(`
		INSERT INTO activity (id, prospect_id, author_id, kind, body, due_at, due_on, created_at, created_hlc, rev)
		SELECT 'plan-' || n, id, owner_id, 'visit', 'Visita a la casa muestra', CASE WHEN n % 4 <> 0 THEN at END,
			CASE WHEN n % 4 = 0 THEN substr(at, 1, 10) END, at, 1, 1
		FROM (
			SELECT n, id, owner_id, strftime('%Y-%m-%dT%H:%M:%S.000Z', ?, '+' || (n * 7919 % ?) || ' minutes') AS at
			FROM prospect)`, begin.Format("2006-01-02 15:04:05"), agendaWeeks*7*24*60)
	return err
}
