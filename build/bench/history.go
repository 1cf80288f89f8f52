package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

const (
	opsOfHistory = 50 // how much of the log belongs to each prospect
	historyCalls = 600
)

// historyPaths are what an administrator looks back at: everything, one person, one kind of thing, a period, one prospect, and a
// filter that nothing fits.
var historyPaths = []string{
	"/api/history?limit=100", "/api/history?limit=100&user=SELLER", "/api/history?limit=100&what=contact", "/api/history?limit=100&change=changed",
	"/api/history?limit=100&user=SELLER&what=prospect", "/api/history?limit=100&from=2026-06-01T00:00:00.000Z&to=2026-07-01T00:00:00.000Z",
	"/api/history?limit=100&prospect=PROSPECT", "/api/history?limit=100&change=removed", "/api/history?limit=100&what=access",
}

// historyOfMany measures the office's history over a log of as many changes as -rows says, through the API's handler.
func historyOfMany(ctx context.Context, b *bench) ([]Row, error) {
	say("a log of %d changes", b.rows)
	o, err := b.fullOffice(ctx, "history", max(b.rows/opsOfHistory, sellers), sellers)
	if err != nil {
		return nil, err
	}
	path := o.path
	if err := o.Store.Close(); err != nil {
		return nil, err
	}
	if err := fillLog(ctx, path, b.rows); err != nil {
		return nil, err
	}
	if o, err = openOffice(ctx, path); err != nil {
		return nil, err
	}
	defer o.Store.Close()
	s, err := o.Accounts.SignIn(ctx, "admin", password)
	if err != nil {
		return nil, err
	}
	var seller, prospect string
	if err := o.Store.Read().NewQuery("SELECT id FROM user WHERE role = 'seller' LIMIT 1").Row(&seller); err != nil {
		return nil, err
	}
	if err := o.Store.Read().NewQuery("SELECT id FROM prospect WHERE owner_id = '" + seller + "' LIMIT 1").Row(&prospect); err != nil {
		return nil, err
	}
	var calls sample
	for i := range historyCalls + len(historyPaths) {
		path := strings.NewReplacer("SELLER", seller, "PROSPECT", prospect).Replace(historyPaths[i%len(historyPaths)])
		call := func() error { _, err := get(o.handler, path, s.Token); return err }
		if i < len(historyPaths) {
			err = call()
		} else {
			err = calls.measure(call)
		}
		if err != nil {
			return nil, err
		}
	}
	how := fmt.Sprintf("p99 of an administrator's pages of 100 of the history, %d changes in the log, through the API handler in process", b.rows)
	return []Row{ratio("history-1m", calls.p99(), "ms", "", 0, how)}, nil
}

// fillLog writes changes of the office's prospects straight into the log, a commit for every five, over the last year.
func fillLog(ctx context.Context, path string, ops int) (err error) {
	db, err := bareFile(path, "rw")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for _, step := range []struct {
		text string
		args []any
	}{
		{"PRAGMA synchronous = OFF", nil},
		{
			`INSERT INTO commits (rev, nonce, at, tx_id, user_id, device_id)
			WITH RECURSIVE i (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM i WHERE n < ?1 / 5)
			SELECT (SELECT max(rev) FROM commits) + n, n, 1764547200000 + n * (31536000000 / (?1 / 5)), CAST(printf('%016d', n) AS BLOB), '', 'fill'
			FROM i`, []any{ops},
		},
		{
			`INSERT INTO op_log (op_id, tx_id, device_id, user_id, hlc, hlc_claimed, base_rev, entity, row_id, field, value, before, rev, outcome, outcome_rev)
			WITH p AS MATERIALIZED (SELECT row_number() OVER () - 1 AS i, id, contact_id, owner_id FROM prospect),
				k (n) AS MATERIALIZED (SELECT count(*) FROM p),
				c AS MATERIALIZED (SELECT rev, row_number() OVER (ORDER BY rev) - 1 AS i, at, tx_id FROM commits WHERE device_id = 'fill' AND user_id = '' AND length(tx_id) = 16)
			SELECT CAST(printf('%015d%d', c.i, f.value) AS BLOB), c.tx_id, 'fill', p.owner_id, c.at << 16, c.at << 16, c.rev - 1,
				iif(f.value % 2, 'prospect', 'contact'), iif(f.value % 2, p.id, p.contact_id),
				CASE f.value WHEN 0 THEN 'name' WHEN 1 THEN 'temperature' WHEN 2 THEN 'city' WHEN 3 THEN 'status' ELSE 'extra' END,
				'"warm"', '"cold"', c.rev, 1, c.rev
			FROM c
			CROSS JOIN json_each('[0,1,2,3,4]') f
			JOIN p ON p.i = (c.i * 5 + f.value) % (SELECT n FROM k)
			ORDER BY c.rev, f.value`, nil,
		},
	} {
		if _, err := db.ExecContext(ctx, step.text, step.args...); err != nil {
			return fmt.Errorf("fill the log: %w", err)
		}
	}
	return nil
}
