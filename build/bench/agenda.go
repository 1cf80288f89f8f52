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

// agendaColumns are what a week shows, read by one statement of the same table.
const agendaColumns = `SELECT activity_id, prospect_id, name, owner_id, (SELECT u.name FROM user u WHERE u.id = agenda.owner_id), kind, result, body,
	due, minutes, done_at, remind_at
	FROM agenda
	WHERE owner_id = ? AND due >= ? AND due < ? AND is_shown = 1
	ORDER BY due LIMIT 1001`

// agendaWeek measures a week of a seller's agenda in an office where every prospect has something planned within two years,
// through the API's handler, against the same rows read by bare prepared SQL.
func agendaWeek(ctx context.Context, b *bench) ([]Row, error) {
	o, err := b.fullOffice(ctx, "agenda", b.rows, sellers)
	if err != nil {
		return nil, err
	}
	defer o.Store.Close()
	begin := time.Date(2026, 1, 5, 6, 0, 0, 0, time.UTC) // a Monday, midnight in Mexico City
	if err := o.planAll(begin); err != nil {
		return nil, err
	}
	s, err := o.Accounts.SignIn(ctx, "vendedor0", password) // filling may take longer than a session waits
	if err != nil {
		return nil, err
	}
	o.token = s.Token
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
	var trigger string // for each row would take long; everything is derived at once
	if err := db.QueryRow("SELECT sql FROM sqlite_schema WHERE name = 'activity_planned'").Scan(&trigger); err != nil {
		return err
	}
	if _, err := db.Exec("DROP TRIGGER activity_planned"); err != nil {
		return err
	}
	_, err = db.Exec(`
		INSERT INTO activity (id, prospect_id, author_id, kind, body, due_at, due_on, created_at, created_hlc, rev)
		SELECT 'plan-' || n, id, owner_id, 'visit', 'Visita a la casa muestra', CASE WHEN n % 4 <> 0 THEN at END,
			CASE WHEN n % 4 = 0 THEN substr(at, 1, 10) END, at, 1, 1
		FROM (
			SELECT n, id, owner_id, strftime('%Y-%m-%dT%H:%M:%S.000Z', ?, '+' || (n * 7919 % ?) || ' minutes') AS at
			FROM prospect)`, begin.Format("2006-01-02 15:04:05"), agendaWeeks*7*24*60)
	if err != nil {
		return err
	}
	if _, err := db.Exec("INSERT INTO agenda SELECT owner_id, due, activity_id, prospect_id, is_open, is_shown, name, kind, result, body, minutes, done_at, remind_at FROM agenda_source WHERE activity_id LIKE 'plan-%' ORDER BY owner_id, due, activity_id"); err != nil {
		return err
	}
	_, err = db.Exec(trigger)
	return err
}
