package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"

	"sitegroup.mx/crm/backend/crm"
)

const (
	bulkRows      = 500
	bulkRounds    = 8
	palettePeople = 120
)

// bulkAndPalette measures 500 prospects handed over at once, with the list that is read anew, and the palette's keystrokes, in a
// large office through the API's handler.
func bulkAndPalette(ctx context.Context, b *bench) (rows []Row, err error) {
	o, err := b.fullOffice(ctx, "bulk", b.rows, sellers)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, o.Store.Close()) }()
	s, err := o.Accounts.SignIn(ctx, "admin", password)
	if err != nil {
		return nil, err
	}
	palette, err := o.palette(ctx, s.Token)
	if err != nil {
		return nil, err
	}
	ours, err := o.bulk(ctx, s.Token)
	if err != nil {
		return nil, err
	}
	bare, err := bareBulk(ctx, o.path)
	if err != nil {
		return nil, err
	}
	how := fmt.Sprintf("worst of %d times %d prospects of %d handed to another seller in one transaction – rules, log, scope, history, lists and words – and the list read anew, through the API handler in process", bulkRounds, bulkRows, b.rows)
	keys := fmt.Sprintf("p99 of an administrator's keystrokes in the palette among %d prospects, eight people each, through the API handler in process", b.rows)
	return []Row{
		ratio("bulk-500", ours.worst(), "ms", "prepared SQL", bare.worst(), how+"; the peer updates the owner and adds the history line alone, with the same triggers"),
		ratio("palette-1m", palette.p99(), "ms", "", 0, keys),
	}, nil
}

// palette types what people type: the beginnings of names and the ends of phones.
func (o *benchOffice) palette(ctx context.Context, token string) (calls sample, err error) {
	people, err := o.some(ctx, palettePeople+warmingPeople)
	if err != nil {
		return nil, err
	}
	for i, p := range people {
		for _, typed := range keystrokes(p) {
			call := func() error {
				_, err := get(o.handler, "/api/prospects?open=all&limit=8&q="+url.QueryEscape(typed), token)
				return err
			}
			if i < warmingPeople {
				err = call()
			} else {
				err = calls.measure(call)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	return calls, nil
}

// bulk hands 500 prospects over, each time others, spread over the whole office.
func (o *benchOffice) bulk(ctx context.Context, token string) (calls sample, err error) {
	for round := range bulkRounds + 1 {
		ids, to, err := bulkOf(ctx, o, round)
		if err != nil {
			return nil, err
		}
		call := func() error {
			body := map[string]any{"ids": ids, "owner_id": to, "owner_reason": "Otro conoce mejor la zona"}
			var done crm.BulkResult
			if err := send(o.handler, http.MethodPost, "/api/prospects/changes", token, body, &done); err != nil {
				return err
			}
			if done.Changed != len(ids) {
				return fmt.Errorf("of %d prospects %d were handed over", len(ids), done.Changed)
			}
			_, err := get(o.handler, "/api/prospects?open=true&limit=100", token)
			return err
		}
		if round == 0 {
			err = call()
		} else {
			err = calls.measure(call)
		}
		if err != nil {
			return nil, err
		}
	}
	return calls, nil
}

func bulkOf(ctx context.Context, o *benchOffice, round int) (ids []string, to string, err error) {
	if err := o.Store.Read().NewQuery("SELECT id FROM user WHERE role = 'seller' ORDER BY id LIMIT 1 OFFSET {:n}").
		Bind(map[string]any{"n": round}).WithContext(ctx).Row(&to); err != nil {
		return nil, "", err
	}
	err = o.Store.Read().NewQuery(`
		SELECT id
		FROM prospect
		WHERE owner_id <> {:to}
		AND n % (SELECT max(n) / 600 FROM prospect) = {:round}
		AND deleted = 0
		LIMIT {:limit}`).Bind(map[string]any{"to": to, "round": round, "limit": bulkRows}).WithContext(ctx).Column(&ids)
	if err == nil && len(ids) < bulkRows {
		err = fmt.Errorf("only %d prospects to hand over", len(ids))
	}
	return ids, to, err
}

// bareBulk writes the two rows that a handing over cannot do without, by prepared statements in one transaction.
func bareBulk(ctx context.Context, path string) (calls sample, err error) {
	db, err := bareFile(path, "rw")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for round := range bulkRounds {
		err := calls.measure(func() error {
			tx, err := db.BeginTx(ctx, nil)
			if err != nil {
				return err
			}
			defer tx.Rollback() //nolint:errcheck // after a commit it has nothing to do
			for _, text := range []string{
				`INSERT INTO event (id, prospect_id, author_id, kind, data, at, created_hlc, rev)
					SELECT 'bare-' || ?1 || '-' || n, id, '', 'assigned', '{}', '2026-11-02T15:00:00.000Z', 1, 1
					FROM prospect WHERE n % (SELECT max(n) / 600 FROM prospect) = ?1 + 50 LIMIT 500`,
				`UPDATE prospect SET owner_id = (SELECT id FROM user WHERE role = 'seller' ORDER BY id LIMIT 1 OFFSET ?1)
					WHERE n IN (SELECT n FROM prospect WHERE n % (SELECT max(n) / 600 FROM prospect) = ?1 + 50 LIMIT 500)`,
				`DELETE FROM stale_search WHERE ?1 = ?1`,
			} {
				if _, err := tx.ExecContext(ctx, text, round); err != nil {
					return err
				}
			}
			return tx.Commit()
		})
		if err != nil {
			return nil, err
		}
	}
	return calls, nil
}

// worst is the longest call in milliseconds.
func (s sample) worst() (ms float64) {
	for _, d := range s {
		ms = max(ms, float64(d.Microseconds())/1000)
	}
	return ms
}

// send calls the API and reads its answer into v, unless that is nil. A body of nil is an empty object.
func send(h http.Handler, method, target, token string, body, v any) error {
	if body == nil {
		body = struct{}{}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r := httptest.NewRequest(method, target, bytes.NewReader(text))
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code/100 != 2 {
		return fmt.Errorf("%s %s: %d %s", method, r.URL.Path, w.Code, w.Body.String())
	}
	if v == nil {
		return nil
	}
	return json.Unmarshal(w.Body.Bytes(), v)
}
