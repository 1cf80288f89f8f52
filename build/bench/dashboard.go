package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"sitegroup.mx/crm/store"
)

const dashboardCalls = 200

// dashboards measures the screen of totals of a large office through the API's handler, for its administrator and for a
// seller, against the same numbers counted from the cards by direct SQL.
func dashboards(ctx context.Context, b *bench) ([]Row, error) {
	o, err := b.fullOffice(ctx, "dashboard", b.rows, sellers)
	if err != nil {
		return nil, err
	}
	defer o.Store.Close()
	admin, err := o.Accounts.SignIn(ctx, "admin", password)
	if err != nil {
		return nil, err
	}
	counted, waited, err := o.countAnew(ctx)
	if err != nil {
		return nil, err
	}
	// The prospects of Fill are from the two years before the 2nd of November 2026.
	const quarter, everything = "/api/dashboard?from=2026-08-05&to=2026-11-02", "/api/dashboard?from=2024-12-01&to=2026-11-02"
	how := fmt.Sprintf("p99 of %d dashboards of 90 days among %d prospects of %d sellers, through the API handler in process, %%s; the peer counts the same from the cards", dashboardCalls, b.rows, sellers)
	var rows []Row
	for _, who := range []struct{ name, token, path, owner, what string }{
		{"dashboard-1m", admin.Token, quarter, "", "of an administrator"},
		{"dashboard-1m-seller", o.token, quarter, o.seller, "of a seller"},
		{"dashboard-1m-two-years", admin.Token, everything, "", "of an administrator, of all two years instead"},
	} {
		var ours, direct sample
		for i := range dashboardCalls + 1 {
			call := func() error {
				_, err := get(o.handler, who.path, who.token)
				return err
			}
			if i == 0 { // warms the cache
				err = call()
			} else {
				err = ours.measure(call)
			}
			if err != nil {
				return nil, err
			}
		}
		from := "2026-08-05T06:00:00.000Z"
		if who.path == everything {
			from = "2024-12-01T06:00:00.000Z"
		}
		say("counting the same %s by direct SQL", who.what)
		if err := o.countDirectly(ctx, &direct, who.owner, from, "2026-11-03T06:00:00.000Z"); err != nil {
			return nil, err
		}
		rows = append(rows, ratio(who.name, ours.p99(), "ms", "direct SQL", direct.p50(), fmt.Sprintf(how, who.what)))
	}
	clocks, err := o.responses(ctx, admin.Token, b.rows)
	if err != nil {
		return nil, err
	}
	rows = append(rows, clocks...)
	return append(rows,
		ratio("dashboard-1m-count-anew", counted.Seconds(), "s", "", 0, "counting all of them once, which a file of an older version needs"),
		ratio("dashboard-1m-count-anew-wait", float64(waited.Microseconds())/1000, "ms", "", 0, "the longest that another write waits meanwhile"),
	), nil
}

// countAnew counts everything, while somebody else writes all the time, and tells how long it took and how long a write at most.
func (o *benchOffice) countAnew(ctx context.Context) (took, waited time.Duration, err error) {
	var failed error
	counted := make(chan struct{})
	var writer sync.WaitGroup
	writer.Go(func() {
		for failed == nil {
			select {
			case <-counted:
				return
			default:
			}
			begun := time.Now()
			_, failed = o.Store.Write(ctx, store.System, func(tx *store.Tx) error {
				_, err := tx.Exec("INSERT INTO setting (k, v) VALUES ('bench', '1') ON CONFLICT DO UPDATE SET v = v + 1", nil)
				return err
			})
			waited = max(waited, time.Since(begun))
		}
	})
	begun := time.Now()
	err = o.CRM.CountAnew(ctx)
	took = time.Since(begun)
	close(counted)
	writer.Wait()
	return took, waited, errors.Join(err, failed)
}

// responses measures the response clock of a month, and of a quarter, against two of its four medians by direct SQL.
func (o *benchOffice) responses(ctx context.Context, token string, prospects int) ([]Row, error) {
	db, err := o.bare()
	if err != nil {
		return nil, err
	}
	defer db.Close()
	var rows []Row
	for _, period := range []struct{ name, from, what string }{
		{"response-1m", "2026-10-04", "30 days"}, {"response-1m-quarter", "2026-08-05", "90 days"},
	} {
		var ours, direct sample
		for i := range dashboardCalls/4 + 1 {
			call := func() error {
				_, err := get(o.handler, "/api/response?from="+period.from+"&to=2026-11-02", token)
				return err
			}
			if i == 0 { // warms the cache
				err = call()
			} else {
				err = ours.measure(call)
			}
			if err != nil {
				return nil, err
			}
		}
		for _, since := range []string{"lead_at", "received_at"} {
			err := direct.measure(func() error {
				return drain(db.QueryContext(ctx, `
					SELECT owner_id, form_id, max(unixepoch(attended_at) - unixepoch(`+since+`), 0) AS seconds, count(*)
					FROM prospect_card
					WHERE source = 'leads' AND attended_at IS NOT NULL AND lead_at >= @from
					GROUP BY 1, 2, 3`, sql.Named("from", period.from+"T06:00:00.000Z")))
			})
			if err != nil {
				return nil, err
			}
		}
		rows = append(rows, ratio(period.name, ours.p99(), "ms", "direct SQL", direct.p50(), fmt.Sprintf(
			"p99 of %d response clocks of %s among %d prospects, four clocks by seller and form; the peer groups one clock", dashboardCalls/4, period.what, prospects)))
	}
	return rows, nil
}

// countDirectly counts what a dashboard shows with one statement for each of its parts, three times.
func (o *benchOffice) countDirectly(ctx context.Context, times *sample, owner, from, to string) error {
	db, err := o.bare()
	if err != nil {
		return err
	}
	defer db.Close()
	mine := "1"
	if owner != "" {
		mine = "owner_id = @owner"
	}
	const ended = "coalesce(ended_at, lead_at)"
	parts := []string{
		"SELECT stage_id, count(*) FROM prospect_card WHERE is_open = 1 AND " + mine + " GROUP BY 1",
		"SELECT owner_id, count(*), sum(attended_at IS NULL), sum(next_at IS NULL) FROM prospect_card WHERE is_open = 1 AND " + mine + " GROUP BY 1",
		"SELECT campaign_id, form_id, source, status, attended_at IS NULL, count(*) FROM prospect_card WHERE lead_at >= @from AND lead_at < @to AND " + mine + " GROUP BY 1, 2, 3, 4, 5",
		"SELECT unixepoch(attended_at) - unixepoch(lead_at), count(*) FROM prospect_card WHERE attended_at IS NOT NULL AND source = 'leads' AND lead_at >= @from AND lead_at < @to AND " + mine + " GROUP BY 1",
		"SELECT date(lead_at, '-6 hours'), count(*) FROM prospect_card WHERE lead_at >= @from AND lead_at < @to AND " + mine + " GROUP BY 1",
		"SELECT date(attended_at, '-6 hours'), count(*) FROM prospect_card WHERE attended_at >= @from AND attended_at < @to AND " + mine + " GROUP BY 1",
		"SELECT date(" + ended + ", '-6 hours'), status, reason_id, count(*) FROM prospect_card WHERE is_open = 0 AND " + ended + " >= @from AND " + ended + " < @to AND " + mine + " GROUP BY 1, 2, 3",
	}
	for range 3 {
		err := times.measure(func() error {
			for _, part := range parts {
				if err := drain(db.QueryContext(ctx, part, sql.Named("owner", owner), sql.Named("from", from), sql.Named("to", to))); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
