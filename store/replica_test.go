package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

// pair is a host and the computer of one of its users.
type pair struct {
	t            *testing.T
	host, member *store.Store
	as           store.Author // as the host knows the member's user
	limit        int
}

func newPair(t *testing.T, decide store.Decide, opts ...func(*store.Options)) *pair {
	t.Helper()
	follow := func(tx *store.Tx, op store.Op) error {
		if op.Entity != "prospect" || op.Field != "" && op.Field != "owner_id" {
			return nil
		}
		owner := func(raw json.RawMessage) string {
			var text string
			var row struct {
				Owner string `json:"owner_id"`
			}
			if op.Field == "" {
				_ = json.Unmarshal(raw, &row)
				return row.Owner
			}
			_ = json.Unmarshal(raw, &text)
			return text
		}
		if from := owner(op.Before); op.Field != "" && from != "" {
			if err := tx.Revoke(from, op.Row); err != nil {
				return err
			}
		}
		if to := owner(op.Value); to != "" {
			return tx.Grant(to, op.Row)
		}
		return nil
	}
	p := &pair{t: t, as: store.Author{User: ana.User, Role: "seller", Scoped: true, Device: "device-ana"}, limit: 4}
	p.host = storetest.Open(t, append(opts, func(o *store.Options) { o.Follow = follow; o.Decide = decide })...)
	p.member = storetest.Open(t, append(opts, func(o *store.Options) {
		o.Member, o.Device, o.NewID = true, "device-ana", clock.NewFake(storetest.Start, 99).NewID
		o.After = clock.System{}.After
	})...)
	return p
}

// pull reads pages until the member has everything; resets are followed.
func (p *pair) pull() {
	p.t.Helper()
	for range 1000 {
		r, err := p.member.Replica(p.t.Context())
		if err != nil {
			p.t.Fatal(err)
		}
		page, err := p.host.Feed(p.t.Context(), store.FeedQuery{User: p.as.User, Device: p.as.Device, From: r.Cursor, Limit: p.limit, Check: true})
		if errors.Is(err, store.ErrReset) {
			if err := p.member.Reset(p.t.Context()); err != nil {
				p.t.Fatal(err)
			}
			continue
		}
		if err != nil {
			p.t.Fatal(err)
		}
		applied, err := p.member.ApplyPage(p.t.Context(), page)
		if err != nil || !applied {
			p.t.Fatalf("applied %v: %v", applied, err)
		}
		if !page.More {
			return
		}
	}
	p.t.Fatal("the pages do not end")
}

// push sends what is pending; each transaction is settled, or held.
func (p *pair) push() {
	p.t.Helper()
	pending, err := p.member.Pending(p.t.Context(), 0, 500)
	if err != nil {
		p.t.Fatal(err)
	}
	txs := make([]store.PushedTx, len(pending))
	for i, tx := range pending {
		txs[i] = tx.PushedTx
	}
	for i, err := range p.host.PushAll(p.t.Context(), p.as, txs) {
		if err != nil {
			p.t.Fatalf("transaction %d: %v", i, err)
		}
	}
}

func (p *pair) sync() { p.push(); p.pull() }

// same compares what the member holds with what the host says is the user's.
func (p *pair) same() {
	p.t.Helper()
	for table, mine := range map[string]string{
		"prospect":      "id IN (SELECT root_id FROM scope WHERE user_id = 'u-ana' AND active)",
		"activity":      "prospect_id IN (SELECT root_id FROM scope WHERE user_id = 'u-ana' AND active)",
		"contact":       "id IN (SELECT contact_id FROM prospect JOIN scope ON root_id = prospect.id WHERE user_id = 'u-ana' AND active)",
		"contact_phone": "contact_id IN (SELECT contact_id FROM prospect JOIN scope ON root_id = prospect.id WHERE user_id = 'u-ana' AND active)",
		"stage":         "1",
	} {
		columns := value(p.t, p.host.Read(), "SELECT group_concat(name) FROM pragma_table_info('"+table+"') WHERE name NOT IN ('n', 'created_hlc')")
		want := rows(p.t, p.host.Read(), "SELECT "+columns+" FROM "+table+" WHERE "+mine+" ORDER BY id")
		got := rows(p.t, p.member.Read(), "SELECT "+columns+" FROM "+table+" ORDER BY id")
		if diff := cmp.Diff(want, got); diff != "" {
			p.t.Errorf("%s (-host +member):\n%s", table, diff)
		}
	}
	if diff := cmp.Diff(
		rows(p.t, p.host.Read(), "SELECT k.prospect_id, k.name, k.phone, k.next_id, k.last_activity_at FROM prospect_card k JOIN scope s ON s.root_id = k.prospect_id AND s.user_id = 'u-ana' AND s.active ORDER BY 1"),
		rows(p.t, p.member.Read(), "SELECT prospect_id, name, phone, next_id, last_activity_at FROM prospect_card ORDER BY 1"),
	); diff != "" {
		p.t.Errorf("lists (-host +member):\n%s", diff)
	}
}

// prospectOf makes a prospect with contact, phone and activity on the host.
func (p *pair) prospectOf(n int, owner string) {
	p.t.Helper()
	id := fmt.Sprint(n)
	write(p.t, p.host, admin, func(tx *store.Tx) error {
		return errors.Join(
			createContact(tx, "c"+id, "Persona "+id),
			tx.Create("contact_phone", "h"+id, store.Row{"contact_id": "c" + id, "raw": "55 5555 01" + id, "created_at": at}),
			createProspect(tx, "p"+id, "c"+id, owner),
			createActivity(tx, "a"+id, "p"+id),
		)
	})
}

func TestReplica_FillsAndFollows(t *testing.T) {
	p := newPair(t, nil)
	write(t, p.host, admin, func(tx *store.Tx) error { return tx.Create("stage", "s1", store.Row{"name": "Uno", "position": 1}) })
	for n := range 7 {
		p.prospectOf(n, []string{"u-ana", "u-beto"}[n%2])
	}
	p.sync()
	p.same()
	if got := value(t, p.member.Read(), "SELECT count(*) FROM prospect"); got != "4" {
		t.Fatalf("%s prospects, want 4", got)
	}
	write(t, p.host, admin, func(tx *store.Tx) error { return tx.Set("contact", "c0", store.Row{"name": "Otra"}) })
	write(t, p.host, admin, func(tx *store.Tx) error { return tx.Remove("activity", "a2") })
	p.sync()
	p.same()
}

func TestReplica_ChangesHands(t *testing.T) {
	p := newPair(t, nil)
	for n := range 5 {
		p.prospectOf(n, "u-beto")
	}
	p.prospectOf(7, "u-ana")
	p.sync()
	write(t, p.host, admin, func(tx *store.Tx) error { return tx.Set("prospect", "p3", store.Row{"owner_id": "u-ana"}) })
	p.sync()
	p.same()
	write(t, p.host, admin, func(tx *store.Tx) error { return tx.Set("prospect", "p7", store.Row{"owner_id": "u-beto"}) })
	p.sync()
	p.same()
	for _, table := range []string{"prospect", "contact", "contact_phone", "activity"} {
		if got := value(t, p.member.Read(), "SELECT count(*) FROM "+table); got != "1" {
			t.Errorf("%s rows of %s, want 1", got, table)
		}
	}
	if got := value(t, p.member.Read(), "SELECT count(*) FROM prospect_search WHERE prospect_search MATCH 'persona'"); got != "1" {
		t.Errorf("search finds %s, want 1", got)
	}
}

// TestReplica_LostAndGivenBackWhileAway: a page that takes a prospect away and brings it back ends with it.
func TestReplica_LostAndGivenBackWhileAway(t *testing.T) {
	p := newPair(t, nil)
	p.limit = 500
	p.prospectOf(1, "u-ana")
	p.sync()
	for _, owner := range []string{"u-beto", "u-ana"} {
		write(t, p.host, admin, func(tx *store.Tx) error { return tx.Set("prospect", "p1", store.Row{"owner_id": owner}) })
	}
	p.sync()
	p.same()
}

func TestReplica_OwnEditsStayOnTop(t *testing.T) {
	p := newPair(t, nil)
	p.prospectOf(1, "u-ana")
	p.sync()
	for _, name := range []string{"Nuestra", "Mía"} {
		write(t, p.member, ana, func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"name": name}) })
	}
	write(t, p.host, admin, func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"city": "León"}) })
	p.pull()
	if got := rows(t, p.member.Read(), "SELECT name, city FROM contact"); got[0][0] != "Mía" || got[0][1] != "León" {
		t.Errorf("before it is sent: %v", got)
	}
	p.sync()
	p.same()
	if got := value(t, p.host.Read(), "SELECT name FROM contact"); got != "Mía" {
		t.Errorf("host has %s", got)
	}
	r, _ := p.member.Replica(t.Context())
	if r.Unsettled != 0 || value(t, p.member.Read(), "SELECT count(*) FROM base_row") != "0" {
		t.Errorf("left over: %+v", r)
	}
}

func TestReplica_RefusalGivesTheHostsValueBack(t *testing.T) {
	p := newPair(t, func(op store.Proposal) store.Verdict {
		if op.Actor.Device == "device-ana" && op.Op.Field == "city" {
			return store.Verdict{Outcome: store.Refused, Reason: "no"}
		}
		return store.Verdict{Outcome: store.Applied}
	})
	p.prospectOf(1, "u-ana")
	p.sync()
	write(t, p.member, ana, func(tx *store.Tx) error {
		return errors.Join(tx.Set("contact", "c1", store.Row{"name": "Mía", "city": "León"}), createActivity(tx, "x1", "p1"))
	})
	p.sync()
	p.same()
	list, err := p.member.Unaccepted(t.Context(), "u-ana")
	if err != nil {
		t.Fatal(err)
	}
	reasons := map[string]int{}
	for _, u := range list {
		reasons[u.Reason]++
	}
	if diff := cmp.Diff(map[string]int{"no": 1, "together": 2}, reasons); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
	if got := value(t, p.member.Read(), "SELECT count(*) FROM activity WHERE id = 'x1'"); got != "0" {
		t.Error("the refused row is still there")
	}
	if got := value(t, p.host.Read(), "SELECT count(*) FROM op_log WHERE outcome = 3"); got != "3" {
		t.Errorf("the host has logged %s refusals", got)
	}
}

// TestReplica_RefusedRowsLeaveTheListAndTheSearch: what was not accepted is not the next thing to do, nor a phone to call, nor
// found.
func TestReplica_RefusedRowsLeaveTheListAndTheSearch(t *testing.T) {
	p := newPair(t, func(op store.Proposal) store.Verdict {
		if op.Actor.Device == "device-ana" {
			return store.Verdict{Outcome: store.Refused, Reason: "no"}
		}
		return store.Verdict{Outcome: store.Applied}
	})
	p.prospectOf(1, "u-ana")
	p.sync()
	note := func(tx *store.Tx, id string, when store.Row) error {
		row := store.Row{"prospect_id": "p1", "author_id": "u-ana", "kind": "note", "body": "inaudita", "created_at": at}
		for name, value := range when {
			row[name] = value
		}
		return tx.Create("activity", id, row)
	}
	write(t, p.member, ana, func(tx *store.Tx) error {
		return errors.Join(
			note(tx, "x1", store.Row{"done_at": at}),
			note(tx, "x2", store.Row{"due_at": at}),
			tx.Create("contact_phone", "x3", store.Row{"contact_id": "c1", "raw": "55 5555 0177", "e164": "+525555550177", "position": -1, "created_at": at}),
		)
	})
	search := func() string {
		return value(t, p.member.Read(), "SELECT count(*) FROM prospect_search WHERE prospect_search MATCH 'inaudita'")
	}
	if got := search(); got != "1" {
		t.Fatalf("before it is refused the search finds %s", got)
	}
	p.sync()
	p.same()
	if got := search(); got != "0" {
		t.Errorf("the search finds %s prospects by a note that was refused", got)
	}
}

func TestReplica_HostFromABackupIsToldAgain(t *testing.T) {
	p := newPair(t, nil)
	p.prospectOf(1, "u-ana")
	p.sync()
	backup := t.TempDir() + "/copy.db"
	if err := p.host.BackupTo(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	write(t, p.member, ana, func(tx *store.Tx) error {
		return errors.Join(tx.Set("contact", "c1", store.Row{"name": "Mía"}), createActivity(tx, "x1", "p1"))
	})
	p.sync()
	write(t, p.host, admin, func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"city": "Perdida"}) })
	p.sync()
	restored, err := store.Open(t.Context(), store.Options{Path: backup, Key: storetest.Key(), Device: "h2", Now: storetest.Clock(t).Now, NewID: clock.NewFake(storetest.Start, 7).NewID})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = restored.Close() })
	p.host = restored
	write(t, p.host, admin, func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"city": "Nueva"}) })
	p.pull() // is reset
	p.sync()
	p.same()
	if got := rows(t, p.host.Read(), "SELECT name, city, (SELECT count(*) FROM activity WHERE id = 'x1') FROM contact"); got[0][0] != "Mía" || got[0][1] != "Nueva" || got[0][2] != "1" {
		t.Errorf("restored host has %v", got)
	}
}

// TestReplica_HostRewoundBetweenAPagesEndAndItsHead: a page leaves out what has changed since its end, and if that change is lost
// the next pages do not bring what was before. The cursor's nonce is that of the head for this reason.
func TestReplica_HostRewoundBetweenAPagesEndAndItsHead(t *testing.T) {
	p := newPair(t, nil)
	for n := range 3 {
		p.prospectOf(n, "u-ana")
	}
	backup := t.TempDir() + "/copy.db"
	if err := p.host.BackupTo(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	write(t, p.host, admin, func(tx *store.Tx) error { return tx.Set("contact", "c0", store.Row{"city": "Perdida"}) })
	page, err := p.host.Feed(t.Context(), store.FeedQuery{User: p.as.User, Device: p.as.Device, Limit: 3})
	if err != nil || !page.More || page.To.Pos >= page.To.Head-1 {
		t.Fatalf("the page ends at %+v, %v", page.To, err)
	}
	if applied, err := p.member.ApplyPage(t.Context(), page); err != nil || !applied {
		t.Fatal(applied, err)
	}
	o := storetest.Options(t, t.TempDir())
	o.Path, o.NewID = backup, clock.NewFake(storetest.Start, 7).NewID
	if p.host, err = store.Open(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.host.Close() })
	p.pull()
	p.same()
}

func TestReplica_UndoTravels(t *testing.T) {
	p := newPair(t, nil)
	p.prospectOf(1, "u-ana")
	p.sync()
	c := write(t, p.member, ana, func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"name": "Mal"}) })
	p.sync()
	if _, err := p.member.Undo(t.Context(), ana, c.TxID); err != nil {
		t.Fatal(err)
	}
	if got := value(t, p.member.Read(), "SELECT name FROM contact"); got != "Persona 1" {
		t.Errorf("member has %s", got)
	}
	p.sync()
	p.same()
	if got := value(t, p.host.Read(), "SELECT count(*) FROM commits WHERE undoes IS NOT NULL"); got != "1" {
		t.Errorf("%s undoing commits on the host", got)
	}
	if _, err := p.member.Undo(t.Context(), ana, c.TxID); !errors.Is(err, store.ErrNothingToUndo) {
		t.Errorf("a second undo answers %v", err)
	}
}

// A page may bring what a prospect refers to, and a later one the prospect, because it was changed again in between.
func TestReplica_RootOnALaterPage(t *testing.T) {
	p := newPair(t, nil)
	p.limit = 1
	p.prospectOf(1, "u-ana")
	p.sync()
	p.prospectOf(2, "u-ana")
	set := func(entity, id string, row store.Row) {
		write(t, p.host, admin, func(tx *store.Tx) error { return tx.Set(entity, id, row) })
	}
	set("prospect", "p1", store.Row{"temperature": "hot"})
	set("contact", "c1", store.Row{"city": "León"})
	set("prospect", "p2", store.Row{"temperature": "warm"})
	p.sync()
	p.same()
	if got := value(t, p.member.Read(), "SELECT count(*) FROM contact"); got != "2" {
		t.Errorf("%s contacts, want 2", got)
	}
}
