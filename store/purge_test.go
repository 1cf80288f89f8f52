package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

const day = 24 * time.Hour

// agingPair is a host and a member whose time the test moves.
func agingPair(t *testing.T) (*pair, *clock.Fake) {
	t.Helper()
	c := storetest.Clock(t)
	return newPair(t, nil, storetest.WithClock(c)), c
}

// pass lets time go by, and a commit come after it.
func (p *pair) pass(c *clock.Fake, d time.Duration) {
	p.t.Helper()
	c.Advance(d)
	write(p.t, p.host, admin, func(tx *store.Tx) error {
		return tx.Set("contact", "c1", store.Row{"city": fmt.Sprint(tx.Now().Unix())})
	})
}

func (p *pair) purge() store.PurgeReport {
	p.t.Helper()
	r, err := p.host.PurgeLog(p.t.Context(), store.DefaultPurge)
	if err != nil {
		p.t.Fatal(err)
	}
	return r
}

func (p *pair) feedError() error {
	_, err := p.host.Feed(p.t.Context(), store.FeedQuery{User: p.as.User, Device: p.as.Device, From: p.cursor(), Limit: 100})
	return err
}

func wantReset(t *testing.T, err error, reason string) {
	t.Helper()
	var reset *store.ResetError
	if !errors.As(err, &reset) || reset.Reason != reason {
		t.Errorf("the feed answers %v, want a reset: %s", err, reason)
	}
}

// TestPurge_DropsInStepsAndKeepsTheAudit: removed rows after a month, values of the log after two years, its lines a
// quarter later; never a row that stands, and never the audit trail.
func TestPurge_DropsInStepsAndKeepsTheAudit(t *testing.T) {
	store.PurgeLines(t, 7) // several writes
	p, c := agingPair(t)
	for n := range 4 {
		p.prospectOf(n, "u-ana")
	}
	p.sync()
	write(t, p.host, admin, func(tx *store.Tx) error {
		_, err := tx.Exec("INSERT INTO audit (at, user_id, action) VALUES ('2026-11-02T15:00:00.000Z', 'u-admin', 'import.run')", nil)
		return err
	})
	write(t, p.host, admin, func(tx *store.Tx) error { return tx.Remove("activity", "a1") })
	write(t, p.host, admin, func(tx *store.Tx) error { return tx.Remove("prospect", "p2") })
	write(t, p.host, admin, func(tx *store.Tx) error { return tx.Set("prospect", "p3", store.Row{"owner_id": "u-beto"}) })
	count := func(query string) string { return value(t, p.host.Read(), "SELECT count(*) FROM "+query) }
	lines := count("op_log")
	p.pass(c, 29*day)
	if r := p.purge(); r != (store.PurgeReport{}) {
		t.Errorf("too early: %+v", r)
	}
	p.pass(c, 2*day)
	r := p.purge()
	if r.Rows != 3 || r.Grants != 1 || r.Values+r.Lines != 0 { // two activities and a prospect
		t.Errorf("after a month: %+v", r)
	}
	if got := count("activity WHERE id IN ('a1', 'a2')") + count("prospect WHERE id = 'p2'") + count("prospect"); got != "003" {
		t.Errorf("rows left: %s", got)
	}
	p.pull()
	p.same()
	p.pass(c, 700*day)
	if r = p.purge(); r.Values == 0 || r.Lines != 0 {
		t.Errorf("after two years: %+v", r)
	}
	if got := count("op_log WHERE n <= " + lines + " AND (value IS NOT NULL OR before IS NOT NULL)"); got != "0" {
		t.Errorf("%s lines still have values", got)
	}
	if _, err := p.host.Undo(t.Context(), admin, lastTx(t, p.host)); err != nil {
		t.Errorf("the newest change cannot be undone: %v", err)
	}
	p.pass(c, 95*day)
	if r, left := p.purge(), count("op_log WHERE n <= "+lines); r.Lines == 0 || left != "0" {
		t.Errorf("a quarter later: %+v, %s lines left", r, left)
	}
	if got := count("audit"); got != "1" {
		t.Errorf("%s entries of the audit trail, want 1", got)
	}
	p.sync()
	p.same()
	if err := p.host.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func lastTx(t *testing.T, s *store.Store) string {
	t.Helper()
	return value(t, s.Read(), "SELECT lower(substr(hex(tx_id), 1, 8) || '-' || substr(hex(tx_id), 9, 4) || '-' || substr(hex(tx_id), 13, 4) || '-' || substr(hex(tx_id), 17, 4) || '-' || substr(hex(tx_id), 21)) FROM commits ORDER BY rev DESC LIMIT 1")
}

// TestPurge_WhoHasNotHeardBeginsAgain: a computer that was away while what was taken from it was dropped must not keep it.
func TestPurge_WhoHasNotHeardBeginsAgain(t *testing.T) {
	p, c := agingPair(t)
	for n := range 4 {
		p.prospectOf(n, "u-ana")
	}
	p.sync()
	write(t, p.host, admin, func(tx *store.Tx) error { return tx.Remove("prospect", "p2") })
	write(t, p.host, admin, func(tx *store.Tx) error { return tx.Set("prospect", "p3", store.Row{"owner_id": "u-beto"}) })
	write(t, p.member, ana, func(tx *store.Tx) error { return createActivity(tx, "late", "p1") })
	p.pass(c, 181*day)
	if err := p.feedError(); err != nil {
		t.Fatalf("before the purge: %v", err)
	}
	if known, err := p.host.Knows(t.Context(), p.cursor()); err != nil || !known {
		t.Errorf("before the purge the host knows what follows: %v, %v", known, err)
	}
	p.purge()
	wantReset(t, p.feedError(), store.ResetPurged)
	if known, err := p.host.Knows(t.Context(), p.cursor()); err != nil || known {
		t.Errorf("the host is said to know what follows, and settles what is sent before the reset: %v, %v", known, err)
	}
	p.sync()
	p.sync()
	p.same()
	if got := value(t, p.member.Read(), "SELECT count(*) FROM prospect") + value(t, p.host.Read(), "SELECT count(*) FROM activity WHERE id = 'late'"); got != "21" {
		t.Errorf("prospects of the member and its late note: %s, want 21", got)
	}
	p.pass(c, time.Hour)
	p.purge()
	if err := p.feedError(); err != nil {
		t.Errorf("who has heard of everything begins again: %v", err)
	}
}

// TestPurge_APageCutBeforeItSaysNothingOfWhatCameAfter: the purge may come with nothing written between, so that the page's
// head is still the newest commit.
func TestPurge_APageCutBeforeItSaysNothingOfWhatCameAfter(t *testing.T) {
	p, c := agingPair(t)
	for n := range 4 {
		p.prospectOf(n, "u-ana")
	}
	p.pull()
	write(t, p.host, admin, func(tx *store.Tx) error { return tx.Set("prospect", "p1", store.Row{"temperature": "hot"}) })
	write(t, p.host, admin, func(tx *store.Tx) error { return tx.Remove("prospect", "p2") })
	page, err := p.host.Feed(t.Context(), store.FeedQuery{User: p.as.User, Device: p.as.Device, From: p.cursor(), Limit: 1})
	if err != nil || !page.More {
		t.Fatalf("a page with more behind it: %+v, %v", page, err)
	}
	if applied, err := p.member.ApplyPage(t.Context(), page); err != nil || !applied {
		t.Fatalf("applied %v: %v", applied, err)
	}
	c.Advance(181 * day)
	p.purge()
	wantReset(t, p.feedError(), store.ResetPurged)
	p.pull()
	p.same()
	if err := p.feedError(); err != nil {
		t.Errorf("who has begun again begins once more: %v", err)
	}
}

// TestPurge_WhoHasHeardGoesOn: replicas keep removed rows and what is under them when the host drops them, and neither needs
// to begin again nor differs by its check sum.
func TestPurge_WhoHasHeardGoesOn(t *testing.T) {
	p, c := agingPair(t)
	for n := range 4 {
		p.prospectOf(n, "u-ana")
	}
	write(t, p.host, admin, func(tx *store.Tx) error { return tx.Create("stage", "s1", store.Row{"name": "Uno", "position": 1}) })
	write(t, p.host, admin, func(tx *store.Tx) error {
		return errors.Join(tx.Remove("prospect", "p2"), tx.Remove("activity", "a3"), tx.Remove("stage", "s1"))
	})
	p.pull()
	p.pass(c, 181*day)
	p.pull()
	if r := p.purge(); r.Rows == 0 {
		t.Fatal("nothing was dropped")
	}
	p.pass(c, time.Hour)
	if err := p.feedError(); err != nil {
		t.Fatal(err)
	}
	p.pull() // fails when the sums differ
	if got := value(t, p.host.Read(), "SELECT count(*) FROM prospect") + value(t, p.member.Read(), "SELECT count(*) FROM prospect"); got != "34" {
		t.Errorf("prospects of the host and the member: %s, want 34", got)
	}
}

// TestPurge_ALineToldAgainStays: who comes with an op of years ago is told how it was settled before its line goes, or the op
// would be one that nobody knows.
func TestPurge_ALineToldAgainStays(t *testing.T) {
	p, c := agingPair(t)
	p.prospectOf(1, "u-ana")
	p.sync()
	write(t, p.member, ana, func(tx *store.Tx) error { return createActivity(tx, "x1", "p1") })
	p.sync()
	p.pass(c, 821*day)
	if err := p.member.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.push()
	if r := p.purge(); r.Lines == 0 {
		t.Fatal("nothing was dropped")
	}
	p.pull()
	r, err := p.member.Replica(t.Context())
	if err != nil || r.Unsettled != 0 {
		t.Errorf("%d transactions are unsettled, %v", r.Unsettled, err)
	}
	p.same()
}

// updated closes the member's file as an older version would have left it and opens it again.
func (p *pair) updated(o store.Options) {
	p.t.Helper()
	err := errors.Join(p.member.ReadByOlderVersion(), p.member.Close())
	if err != nil {
		p.t.Fatal(err)
	}
	o.Path, o.Member, o.Device = p.member.Path(), true, "device-ana"
	if p.member, err = store.Open(p.t.Context(), o); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = p.member.Close() })
}

// TestPurge_AnUpdatedReplicaKeepsNothingThatWasTaken: its program reads everything once more on top of what it has, and what
// would have told it to forget may be dropped by then.
func TestPurge_AnUpdatedReplicaKeepsNothingThatWasTaken(t *testing.T) {
	tests := []struct {
		name   string
		away   time.Duration
		unread bool   // the member had not read all that was there
		reset  string // "" for none
	}{
		{"away for long", 181 * day, false, store.ResetPurged},
		{"away for a day", day, false, ""},
		{"in the middle of a page", day, true, store.ResetUnknownCommit},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, c := agingPair(t)
			for n := range 6 {
				p.prospectOf(n, "u-ana")
			}
			p.sync()
			write(t, p.host, admin, func(tx *store.Tx) error { return tx.Remove("prospect", "p2") })
			if tt.reset != store.ResetPurged { // it hears of that, and then the tombstone goes
				p.pull()
				p.pass(c, 181*day)
				p.pull()
			}
			if tt.unread {
				for n := 10; n < 16; n++ {
					p.prospectOf(n, "u-ana")
				}
				page, err := p.host.Feed(t.Context(), store.FeedQuery{User: p.as.User, Device: p.as.Device, From: p.cursor(), Limit: 4})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := p.member.ApplyPage(t.Context(), page); err != nil {
					t.Fatal(err)
				}
			}
			write(t, p.host, admin, func(tx *store.Tx) error { return tx.Set("prospect", "p3", store.Row{"owner_id": "u-beto"}) })
			p.pass(c, tt.away)
			if r := p.purge(); r.Rows == 0 {
				t.Fatal("nothing was dropped")
			}
			o := storetest.Options(t, "")
			storetest.WithClock(c)(&o)
			p.updated(o)
			if err := p.feedError(); tt.reset == "" && err != nil {
				t.Errorf("a needless reset: %v", err)
			} else if tt.reset != "" {
				wantReset(t, err, tt.reset)
			}
			p.updated(o) // once more, before it has read anything
			p.pull()
			if tt.reset != "" { // otherwise it keeps what it knows to be removed
				p.same()
			}
			if got := value(t, p.member.Read(), "SELECT count(*) FROM activity WHERE prospect_id = 'p3'"); got != "0" {
				t.Error("something of a prospect that was taken away is left")
			}
		})
	}
}

// TestReset_TellsAgainOnlyWhatIsKept: a member that begins again tells its work of the last 45 days, so that a restored
// host has it, and does not bring back what the office removed long ago.
func TestReset_TellsAgainOnlyWhatIsKept(t *testing.T) {
	settled := func(p *pair) string {
		return value(t, p.member.Read(), "SELECT count(*) || ' of ' || (SELECT count(*) FROM outbox) FROM outbox WHERE state = 0")
	}
	work := func(p *pair, from, to int) {
		for n := from; n < to; n++ {
			write(t, p.member, ana, func(tx *store.Tx) error {
				return errors.Join(createActivity(tx, fmt.Sprint("x", n), "p1"), createActivity(tx, fmt.Sprint("y", n), "p1"))
			})
		}
		p.sync()
	}
	t.Run("by age", func(t *testing.T) {
		p, c := agingPair(t)
		p.prospectOf(1, "u-ana")
		p.sync()
		work(p, 0, 2)
		p.pass(c, 46*day)
		work(p, 2, 5)
		if _, err := p.member.PurgeLog(t.Context(), store.DefaultPurge); err != nil {
			t.Fatal(err)
		}
		if err := p.member.Reset(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := settled(p); got != "6 of 6" {
			t.Errorf("%s are told again, want 6 of 6", got)
		}
		p.sync()
		p.same()
		c.Advance(365 * day) // a clock that is wrong
		if err := p.member.Reset(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := settled(p); got != "6 of 6" {
			t.Errorf("with a clock a year ahead %s are told again, want 6 of 6", got)
		}
		p.sync()
		p.member.SetClockOffset(365 * day) // the host's clock is wrong, and the member believes it
		c.Advance(-365 * day)
		if r, err := p.member.PurgeLog(t.Context(), store.DefaultPurge); err != nil || r.Lines != 0 {
			t.Errorf("a host with a clock a year ahead had %+v dropped, %v", r, err)
		}
	})
	t.Run("not what was put away", func(t *testing.T) {
		p, c := agingPair(t)
		p.prospectOf(1, "u-ana")
		p.sync()
		write(t, p.member, ana, func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"city": "León"}) })
		p.pass(c, time.Minute) // writes the city later
		p.sync()
		list, err := p.member.Unaccepted(t.Context(), "u-ana")
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		if err := errors.Join(p.member.Dismiss(t.Context(), []string{list[0].OpID}), p.member.Reset(t.Context())); err != nil {
			t.Fatal(err)
		}
		if got := settled(p); got != "0 of 1" {
			t.Errorf("%s are told again, want none", got)
		}
	})
	t.Run("by number", func(t *testing.T) {
		store.KeepOutbox(t, 5)
		p, _ := agingPair(t)
		p.prospectOf(1, "u-ana")
		p.sync()
		work(p, 0, 5)
		if err := p.member.Reset(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := settled(p); got != "4 of 10" { // no transaction is cut in two
			t.Errorf("%s are told again, want 4 of 10", got)
		}
	})
}

// TestPurge_AMemberDropsItsOldOutbox: values of settled ops do not stay for ever; what nobody has settled or seen does.
func TestPurge_AMemberDropsItsOldOutbox(t *testing.T) {
	p, c := agingPair(t)
	p.prospectOf(1, "u-ana")
	p.sync()
	write(t, p.member, ana, func(tx *store.Tx) error { return createActivity(tx, "old", "p1") })
	sent, err := p.member.Pending(t.Context(), 0, 1)
	if err != nil || len(sent) != 1 {
		t.Fatal(sent, err)
	}
	p.sync()
	p.pass(c, 40*day)
	// It is sent again, as after a reset, and its outcome told again: that makes it no younger.
	if err := errors.Join(p.host.PushAll(t.Context(), p.as, []store.PushedTx{sent[0].PushedTx})...); err != nil {
		t.Fatal(err)
	}
	p.pull()
	p.pass(c, 6*day)
	write(t, p.member, ana, func(tx *store.Tx) error { return createActivity(tx, "new", "p1") })
	p.sync()
	write(t, p.member, ana, func(tx *store.Tx) error { return createActivity(tx, "pending", "p1") })
	r, err := p.member.PurgeLog(t.Context(), store.DefaultPurge)
	if err != nil || r.Lines != 1 {
		t.Errorf("dropped %+v, %v; want one line", r, err)
	}
	if got := fmt.Sprint(rows(t, p.member.Read(), "SELECT row_id FROM outbox ORDER BY n")); got != "[[new] [pending]]" {
		t.Errorf("the outbox holds %s", got)
	}
	store.KeepOutbox(t, 0)
	if r, err = p.member.PurgeLog(t.Context(), store.DefaultPurge); err != nil || r.Lines != 1 {
		t.Errorf("dropped %+v, %v; want one line", r, err)
	}
	p.sync()
	p.same()
}

// TestPurge_WhatIsToldAgainAfterItsLineWentIsNotShown: a computer that sent somebody it typed in, was switched off before it
// heard of that, and comes back after more than two years, has nothing to be told: what it wrote is there.
func TestPurge_WhatIsToldAgainAfterItsLineWentIsNotShown(t *testing.T) {
	p, c := agingPair(t)
	p.prospectOf(1, "u-ana")
	p.sync()
	typed := write(t, p.member, ana, func(tx *store.Tx) error {
		return errors.Join(createContact(tx, "c2", "Rosa"), tx.Grant("u-ana", "p2"), createProspect(tx, "p2", "c2", "u-ana"))
	})
	write(t, p.member, ana, func(tx *store.Tx) error { return tx.Set("prospect", "p2", store.Row{"temperature": "hot"}) })
	write(t, p.member, ana, func(tx *store.Tx) error { return tx.Set("contact", "c2", store.Row{"city": "León"}) })
	write(t, p.member, ana, func(tx *store.Tx) error { return createContact(tx, "c3", "De otra computadora") })
	write(t, p.host, admin, func(tx *store.Tx) error { return createContact(tx, "c3", "Otra persona") })
	p.push()
	p.pass(c, 400*day)
	write(t, p.host, admin, func(tx *store.Tx) error {
		return errors.Join(tx.Set("contact", "c2", store.Row{"city": "Lerma"}), createActivity(tx, "a2", "p2"))
	})
	for range 2 { // before what the office did goes as well
		p.pass(c, 415*day)
		p.purge()
	}
	if n := value(t, p.host.Read(), "SELECT count(*) FROM op_log WHERE device_id = 'device-ana'"); n != "0" {
		t.Fatalf("the log still has %s lines of it", n)
	}
	p.sync()
	p.same()
	list, err := p.member.Unaccepted(t.Context(), "u-ana")
	if err != nil {
		t.Fatal(err)
	}
	var shown []string
	for _, u := range list {
		shown = append(shown, u.Row+" "+u.Field+" "+u.Reason)
	}
	// What somebody else made or wrote is told of; what is there as it was written is not.
	if diff := cmp.Diff([]string{"c3  exists", "c2 city "}, shown); diff != "" {
		t.Errorf("shown as not accepted (-want +got):\n%s", diff)
	}
	if r, err := p.member.Replica(t.Context()); err != nil || r.Superseded != int64(len(shown)) || r.Unsettled != 0 {
		t.Errorf("the page counts %d replaced and %d on their way, %v", r.Superseded, r.Unsettled, err)
	}
	// Taking it back would take away what the office has made of it since.
	if _, err := p.host.Undo(t.Context(), admin, typed.TxID); !errors.Is(err, store.ErrNothingToUndo) {
		t.Errorf("what came twice is undone: %v", err)
	}
	p.pass(c, 46*day)
	if _, err := p.member.PurgeLog(t.Context(), store.DefaultPurge); err != nil {
		t.Fatal(err)
	}
	if got := value(t, p.member.Read(), "SELECT count(*) FROM outbox"); got != "2" {
		t.Errorf("%s ops are kept, want those that are shown", got)
	}
}
