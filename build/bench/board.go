package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
)

// boardCalls is how often a page of a column is read.
const boardCalls = 2000

// columnPage is a page of a seller's column, read by one statement from the same index.
const columnPage = "SELECT " + columnsOfAList + `, EXISTS (SELECT 1 FROM contact o WHERE o.id = c.contact_id AND o.opposed_at IS NOT NULL)
	FROM prospect_card c INDEXED BY card_owner_stage
	WHERE c.owner_id = ? AND c.stage_id = ? AND c.is_open = 1 AND (c.lead_at, c.n) < (?, ?)
	ORDER BY c.lead_at DESC, c.n DESC LIMIT 101`

// boardOfThousands measures a column of a seller's board, page by page to its end, with the totals of the board before each
// walk, through the API's handler, against the same rows read by bare prepared SQL. Among 1,000,000 prospects a seller's column
// holds 5,000, open and not.
func boardOfThousands(ctx context.Context, b *bench) ([]Row, error) {
	o, err := b.fullOffice(ctx, "board", b.rows, sellers)
	if err != nil {
		return nil, err
	}
	defer o.Store.Close()
	var stage string
	if err := o.Store.Read().NewQuery("SELECT id FROM stage ORDER BY position LIMIT 1").WithContext(ctx).Row(&stage); err != nil {
		return nil, err
	}
	db, err := o.bare()
	if err != nil {
		return nil, err
	}
	defer db.Close()
	statement, err := db.PrepareContext(ctx, columnPage)
	if err != nil {
		return nil, err
	}
	var ours, bare sample
	cards, cursor, whole := 0, "", 0
	for range boardCalls {
		if cursor == "" {
			if err := ours.measure(func() error { _, err := get(o.handler, "/api/board?open=all", o.token); return err }); err != nil {
				return nil, err
			}
			cards = 0
		}
		var page struct {
			Items []struct {
				LeadAt string `json:"lead_at"`
			} `json:"items"`
			Next string `json:"next"`
		}
		path := "/api/prospects?open=all&limit=100&stage=" + stage + "&cursor=" + url.QueryEscape(cursor)
		var body string
		err := ours.measure(func() (err error) {
			body, err = get(o.handler, path, o.token)
			return err
		})
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(body), &page); err != nil {
			return nil, err
		}
		last := "~"
		if n := len(page.Items); n > 0 {
			last = page.Items[n-1].LeadAt
		}
		if err := bare.measure(func() error { return drain(statement.QueryContext(ctx, o.seller, stage, last, 1<<62)) }); err != nil {
			return nil, err
		}
		cards += len(page.Items)
		if cursor = page.Next; cursor == "" {
			whole = cards
		}
	}
	how := fmt.Sprintf("p99 of pages of 100 of a seller's column of %d cards, and of the board's totals, among %d prospects of %d sellers, through the API handler in process", whole, b.rows, sellers)
	return []Row{ratio("board-5k", ours.p99(), "ms", "prepared SQL", bare.p99(), how)}, nil
}
