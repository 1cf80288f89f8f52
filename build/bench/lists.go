package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

const sellers = 20

// How often each thing is asked. The peers' searches are slower by far, so fewer of them say enough.
const (
	listCalls      = 2000
	searchPeople   = 150
	peerPeople     = 6
	peerList       = 300
	warmingPeople  = 5
	columnsOfAList = `c.n, c.prospect_id, c.contact_id, c.name, c.phone, c.stage_id, c.status, c.temperature, c.owner_id,
		(SELECT u.name FROM user u WHERE u.id = c.owner_id), c.form_name, c.campaign_name, c.lead_at, c.received_at,
		c.attended_at, c.next_at, c.next_kind, c.next_id, c.last_activity_at`
)

// listsAndSearch measures a seller's list and search-as-you-type in a large office, through the API's handler, against the
// same rows read by bare prepared SQL and held by PocketBase.
func listsAndSearch(ctx context.Context, b *bench) ([]Row, error) {
	o, err := b.fullOffice(ctx, "million", b.rows, sellers)
	if err != nil {
		return nil, err
	}
	defer o.Store.Close()
	ours, err := o.measure(ctx)
	if err != nil {
		return nil, err
	}
	say("reading the same with bare SQL")
	bare, err := o.measureBare(ctx)
	if err != nil {
		return nil, err
	}
	say("filling PocketBase with the same prospects")
	peerDir, err := b.folder("pocketbase")
	if err != nil {
		return nil, err
	}
	pb, err := o.measurePocketBase(ctx, peerDir)
	if err != nil {
		return nil, err
	}
	how := fmt.Sprintf("p99 of a seller's %%s among %d prospects of %d sellers, through the API handler in process", b.rows, sellers)
	list, search := fmt.Sprintf(how, "first pages of 50"), fmt.Sprintf(how, "keystrokes")
	return []Row{
		ratio("list-1m", ours.list, "ms", "prepared SQL", bare.list, list),
		ratio("list-1m-pocketbase", ours.list, "ms", "PocketBase 0.39", pb.list, list+"; without a total for the peer"),
		ratio("search-1m", ours.search, "ms", "prepared SQL", bare.search, search),
		ratio("search-1m-pocketbase", ours.search, "ms", "PocketBase 0.39", pb.search, search+"; the peer's filter is name, phone, e-mail or notes ~ word"),
	}, nil
}

type figures struct{ list, search float64 }

// listPaths are the first pages a seller opens in a day.
var listPaths = []string{
	"/api/prospects?open=true", "/api/prospects?open=all", "/api/prospects?open=true&sort=name", "/api/prospects?open=true&sort=next",
	"/api/prospects?open=true&status=contacted", "/api/prospects?open=true&sort=activity", "/api/inbox",
}

func (o *benchOffice) measure(ctx context.Context) (figures, error) {
	var lists, searches sample
	for i := range listCalls + len(listPaths) {
		call := func() error {
			_, err := get(o.handler, listPaths[i%len(listPaths)], o.token)
			return err
		}
		if i < len(listPaths) { // the first of each warms the cache
			if err := call(); err != nil {
				return figures{}, err
			}
			continue
		}
		if err := lists.measure(call); err != nil {
			return figures{}, err
		}
	}
	people, err := o.some(ctx, searchPeople+warmingPeople)
	if err != nil {
		return figures{}, err
	}
	for i, p := range people {
		for _, typed := range keystrokes(p) {
			call := func() error {
				_, err := get(o.handler, "/api/prospects?q="+url.QueryEscape(typed), o.token)
				return err
			}
			if i < warmingPeople {
				err = call()
			} else {
				err = searches.measure(call)
			}
			if err != nil {
				return figures{}, err
			}
		}
	}
	return figures{lists.p99(), searches.p99()}, nil
}

// measureBare reads the same columns in the same order by one prepared statement each, without sessions, JSON or totals.
func (o *benchOffice) measureBare(ctx context.Context) (figures, error) {
	db, err := o.bare()
	if err != nil {
		return figures{}, err
	}
	defer db.Close()
	list, err := db.PrepareContext(ctx, "SELECT "+columnsOfAList+" FROM prospect_card c WHERE c.owner_id = ? AND c.is_open = 1 ORDER BY c.lead_at DESC, c.n DESC LIMIT 51")
	if err != nil {
		return figures{}, err
	}
	search, err := db.PrepareContext(ctx, "SELECT "+columnsOfAList+` FROM (SELECT rowid AS n FROM prospect_search WHERE prospect_search MATCH ? ORDER BY rowid DESC LIMIT 51) h
		CROSS JOIN prospect_card c ON c.n = h.n`)
	if err != nil {
		return figures{}, err
	}
	var lists, searches sample
	for range listCalls {
		if err := lists.measure(func() error { return drain(list.QueryContext(ctx, o.seller)) }); err != nil {
			return figures{}, err
		}
	}
	people, err := o.some(ctx, searchPeople+warmingPeople)
	if err != nil {
		return figures{}, err
	}
	for i, p := range people {
		for _, typed := range keystrokes(p) {
			call := func() error { return drain(search.QueryContext(ctx, o.match(typed))) }
			if i < warmingPeople {
				err = call()
			} else {
				err = searches.measure(call)
			}
			if err != nil {
				return figures{}, err
			}
		}
	}
	return figures{lists.p99(), searches.p99()}, nil
}

// match spells what was typed as the index does: the owner's word, and each word by prefix or as the end of a phone.
func (o *benchOffice) match(typed string) string {
	plain, _, _ := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), typed)
	terms := []string{"\"\ue000" + strings.ReplaceAll(o.seller, "-", "") + `"`}
	for _, word := range strings.Fields(plain) {
		term := `"` + word + `"*`
		if strings.Trim(word, "0123456789") == "" {
			backwards := []rune(word)
			for i, j := 0, len(backwards)-1; i < j; i, j = i+1, j-1 {
				backwards[i], backwards[j] = backwards[j], backwards[i]
			}
			term = "(" + term + " OR \"\ue001" + string(backwards) + `"*)`
		}
		terms = append(terms, term)
	}
	return strings.Join(terms, " AND ")
}

func drain(rows *sql.Rows, err error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values := make([]any, len(columns))
	for i := range values {
		values[i] = new(sql.NullString)
	}
	for rows.Next() {
		if err := rows.Scan(values...); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (o *benchOffice) measurePocketBase(ctx context.Context, dir string) (figures, error) {
	pb, err := openPocketBase(ctx, dir, o, sellers)
	if err != nil {
		return figures{}, err
	}
	say("reading the same from PocketBase")
	var lists, searches sample
	for range peerList {
		if err := lists.measure(func() error { return pb.list("") }); err != nil {
			return figures{}, err
		}
	}
	people, err := o.some(ctx, peerPeople)
	if err != nil {
		return figures{}, err
	}
	for _, p := range people {
		for _, typed := range keystrokes(p) {
			if err := searches.measure(func() error { return pb.search(typed) }); err != nil {
				return figures{}, err
			}
		}
	}
	return figures{lists.p99(), searches.p99()}, nil
}
