package store_test

import (
	"errors"
	"fmt"
	"testing"

	"sitegroup.mx/crm/store"
)

// A page that does not fit leaves the member where it stood; with room it goes on from there.
func TestReplica_DiskFull(t *testing.T) {
	p := newPair(t, nil)
	p.limit = 500
	p.prospectOf(1, "u-ana")
	p.sync()
	before, err := p.member.Replica(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for n := range 40 {
		write(t, p.host, admin, func(tx *store.Tx) error {
			id := fmt.Sprint("large", n)
			return errors.Join(createLarge(tx, "c"+id), createProspect(tx, "p"+id, "c"+id, "u-ana"))
		})
	}
	stats, err := p.member.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.member.LimitPages(t, stats.Pages+30)
	page, err := p.host.Feed(t.Context(), store.FeedQuery{User: "u-ana", Device: "device-ana", From: before.Cursor, Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	if applied, err := p.member.ApplyPage(t.Context(), page); applied || !errors.Is(err, store.ErrDiskFull) {
		t.Errorf("applied %v: %v", applied, err)
	}
	after, err := p.member.Replica(t.Context())
	if err != nil || after.Cursor != before.Cursor {
		t.Errorf("the cursor went from %+v to %+v, %v", before.Cursor, after.Cursor, err)
	}
	if got := value(t, p.member.Read(), "SELECT count(*) FROM prospect"); got != "1" {
		t.Errorf("%s prospects after a page that did not fit", got)
	}
	p.member.LimitPages(t, 0)
	p.sync()
	p.same()
}

// A host whose disk is full settles nothing, and says so; nothing of the push is lost.
func TestPushAll_DiskFull(t *testing.T) {
	p := newPair(t, nil)
	p.prospectOf(1, "u-ana")
	p.sync()
	for n := range 80 {
		write(t, p.member, ana, func(tx *store.Tx) error {
			return tx.Create("activity", fmt.Sprint("x", n), store.Row{"prospect_id": "p1", "author_id": "u-ana", "kind": "note", "body": fmt.Sprintf("%04000d", n), "created_at": at})
		})
	}
	stats, err := p.host.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.host.LimitPages(t, stats.Pages+20)
	pending, err := p.member.Pending(t.Context(), 0, 500)
	if err != nil {
		t.Fatal(err)
	}
	txs := make([]store.PushedTx, len(pending))
	for i, tx := range pending {
		txs[i] = tx.PushedTx
	}
	for i, err := range p.host.PushAll(t.Context(), p.as, txs) {
		if !errors.Is(err, store.ErrDiskFull) {
			t.Fatalf("transaction %d: %v", i, err)
		}
	}
	if got := value(t, p.host.Read(), "SELECT count(*) FROM op_log WHERE device_id = 'device-ana'"); got != "0" {
		t.Errorf("%s ops are in the log", got)
	}
	p.host.LimitPages(t, 0)
	p.sync()
	p.same()
	if r, err := p.member.Replica(t.Context()); err != nil || r.Unsettled != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}
