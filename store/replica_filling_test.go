package store_test

import (
	"errors"
	"testing"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

// restored brings the host back from a copy, as another run of the program; decide settles what it is sent.
func (p *pair) restored(backup string, decide store.Decide) {
	p.t.Helper()
	host, err := store.Open(p.t.Context(), store.Options{
		Path: backup, Key: storetest.Key(), Device: "h2", Now: storetest.Clock(p.t).Now, NewID: clock.NewFake(storetest.Start, 7).NewID,
		Decide: decide, Follow: followOwner,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = host.Close() })
	p.host = host
}

// begun is a member whose replica has begun again, because the host was brought back from a copy: of the time when it knew
// the prospect p9, which the member has made and an administrator changed. later runs between the copy and its loss.
func begun(t *testing.T, decide store.Decide, later func(p *pair)) *pair {
	t.Helper()
	p := newPair(t, nil)
	p.limit = 1
	write(t, p.member, ana, func(tx *store.Tx) error {
		return errors.Join(createContact(tx, "c9", "Persona 9"), createProspect(tx, "p9", "c9", "u-ana"))
	})
	p.push()
	write(t, p.host, admin, func(tx *store.Tx) error { return tx.Set("prospect", "p9", store.Row{"status": "trying"}) })
	p.pull()
	backup := t.TempDir() + "/copy.db"
	if err := p.host.BackupTo(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	later(p)
	p.prospectOf(1, "u-ana")
	p.sync()
	p.restored(backup, decide)
	if err := p.member.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p
}

// pullUntil applies pages until a query of the member answers want, and fails when that is not before the replica is filled.
func (p *pair) pullUntil(query, want string) {
	p.t.Helper()
	for range 100 {
		if value(p.t, p.member.Read(), query) == want {
			return
		}
		page, err := p.host.Feed(p.t.Context(), store.FeedQuery{User: p.as.User, Device: p.as.Device, From: p.cursor(), Limit: p.limit})
		if err != nil {
			p.t.Fatal(err)
		}
		if applied, err := p.member.ApplyPage(p.t.Context(), page); err != nil || !applied || !page.More {
			p.t.Fatalf("applied %v, more %v: %v", applied, page.More, err)
		}
	}
	p.t.Fatalf("%s is never %s", query, want)
}

// TestReplica_RefusalWhileFillingHidesNoEditBeforeIt: of two edits the host refuses the later, and the replica is still being
// filled; the earlier is pending and is to be seen.
func TestReplica_RefusalWhileFillingHidesNoEditBeforeIt(t *testing.T) {
	refuses := func(op store.Proposal) store.Verdict {
		if op.Actor.Device == "device-ana" && string(op.Op.Value) == `"cold"` {
			return store.Verdict{Outcome: store.Refused, Reason: "no"}
		}
		return store.Verdict{Outcome: store.Applied}
	}
	p := begun(t, refuses, func(p *pair) {
		for _, value := range []string{"hot", "cold"} {
			write(t, p.member, ana, func(tx *store.Tx) error { return tx.Set("prospect", "p9", store.Row{"temperature": value}) })
			p.sync()
		}
	})
	pending, err := p.member.Pending(t.Context(), 0, 500)
	if err != nil || len(pending) != 3 {
		t.Fatalf("%d transactions are pending, %v", len(pending), err)
	}
	if err := errors.Join(p.host.PushAll(t.Context(), p.as, []store.PushedTx{pending[0].PushedTx, pending[2].PushedTx})...); err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		p.prospectOf(n, "u-ana")
	}
	p.pullUntil("SELECT state FROM outbox WHERE value = CAST('\"cold\"' AS BLOB)", "3")
	if got := value(t, p.member.Read(), "SELECT temperature FROM prospect WHERE id = 'p9'"); got != "hot" {
		t.Errorf("who has written hot sees %q", got)
	}
	p.pull()
	p.sync()
	p.same()
}

// TestReplica_EditWhileFillingIsNotWrittenOver: a prospect that was made here is on the screen while the replica is being
// filled. What is edited then stays, and so does what the host has of the other fields.
func TestReplica_EditWhileFillingIsNotWrittenOver(t *testing.T) {
	p := begun(t, nil, func(*pair) {})
	p.push()
	for n := range 3 {
		p.prospectOf(n, "u-ana")
	}
	p.pullUntil("SELECT count(*) FROM outbox WHERE state = 0", "0")
	write(t, p.member, ana, func(tx *store.Tx) error { return tx.Set("prospect", "p9", store.Row{"temperature": "hot"}) })
	seen := func(when string) {
		t.Helper()
		if got := rows(t, p.member.Read(), "SELECT temperature, status FROM prospect WHERE id = 'p9'"); got[0][0] != "hot" || got[0][1] != "trying" {
			t.Errorf("%s %v is seen", when, got)
		}
	}
	seen("while it is filled")
	p.pull()
	seen("once it is filled")
	p.sync()
	seen("once it is settled")
	p.same()
}
