package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

// The small model of an office: one host and the computers of two sellers, in any order of work, loss, repetition and
// restoring. At the end everybody has spoken with everybody, and every replica is what the host's own SQL says it is.

// village is one such office.
type village struct {
	t       *rapid.T
	tb      testing.TB
	dir     string
	host    *store.Store
	members map[string]*villager
	backups []string
	opened  uint64
	made    int
}

// villager is a seller's computer.
type villager struct {
	user  string
	s     *store.Store
	pages []store.Page // under way, or left over
	txs   []string     // own, for undo
}

func scopedDecide(p store.Proposal) store.Verdict {
	if p.Actor.Scoped && p.Root != "*" && (!p.InScope || p.Stray) {
		if !p.LostAt.IsZero() && p.Op.Entity == "activity" && p.Op.Field == "" {
			return store.Verdict{Outcome: store.Applied, Reason: "late"}
		}
		return store.Verdict{Outcome: store.Refused, Reason: "out_of_scope"}
	}
	return store.Verdict{Outcome: store.Applied}
}

func followOwner(tx *store.Tx, op store.Op) error {
	if op.Entity == "contact_phone" && op.Field == "contact_id" {
		return followPhone(tx, op)
	}
	if op.Entity != "prospect" {
		return nil
	}
	switch op.Field {
	case "":
		var row struct {
			Owner string `json:"owner_id"`
		}
		if err := json.Unmarshal(op.Value, &row); err != nil || row.Owner == "" {
			return err
		}
		return tx.Grant(row.Owner, op.Row)
	case "owner_id":
		var from, to string
		if err := errors.Join(json.Unmarshal(op.Before, &from), json.Unmarshal(op.Value, &to)); err != nil {
			return err
		}
		if from != "" {
			if err := tx.Revoke(from, op.Row); err != nil {
				return err
			}
		}
		if to == "" {
			return nil
		}
		return tx.Grant(to, op.Row)
	case "contact_id":
		return tx.Regrant(op.Row)
	}
	return nil
}

// followPhone has whoever holds the contact that a phone leaves be given it anew.
func followPhone(tx *store.Tx, op store.Op) error {
	var from string
	if err := json.Unmarshal(op.Before, &from); err != nil {
		return err
	}
	var roots []string
	if err := tx.Query().NewQuery("SELECT id FROM prospect WHERE contact_id = '" + from + "' ORDER BY id").Column(&roots); err != nil {
		return err
	}
	for _, root := range roots {
		if err := tx.Regrant(root); err != nil {
			return err
		}
	}
	return nil
}

// open opens a file as the host or as a member; every opening has ids of its own, as real computers have.
func (v *village) open(path, device string, member bool) *store.Store {
	v.opened++
	c := clock.NewFake(storetest.Start, 1000+v.opened)
	s, err := store.Open(v.tb.Context(), store.Options{
		Path: path, Key: storetest.Key(), Device: device, Now: c.Now, NewID: c.NewID, Member: member, Decide: scopedDecide, Follow: followOwner,
	})
	if err != nil {
		v.t.Fatal(err)
	}
	return s
}

func (v *village) path(name string) string {
	v.made++
	return filepath.Join(v.dir, fmt.Sprintf("%s-%d.db", name, v.made))
}

func newVillage(t *rapid.T, tb testing.TB, template []byte) *village {
	dir, err := os.MkdirTemp(tb.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	v := &village{t: t, tb: tb, dir: dir, members: map[string]*villager{}}
	fresh := func(name string) string {
		path := v.path(name)
		if err := os.WriteFile(path, template, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	v.host = v.open(fresh("host"), "device-host", false)
	for _, name := range []string{"ana", "beto"} {
		v.members[name] = &villager{user: "u-" + name, s: v.open(fresh(name), "device-"+name, true)}
	}
	return v
}

func (v *village) close() {
	_ = v.host.Close()
	for _, m := range v.members {
		_ = m.s.Close()
	}
	_ = os.RemoveAll(v.dir)
}

func (v *village) id(kind string) string {
	v.made++
	return fmt.Sprint(kind, v.made)
}

// write runs fn and tolerates what people meet: a row that has just gone.
func (v *village) write(s *store.Store, a store.Author, fn func(*store.Tx) error) string {
	c, err := s.Write(v.tb.Context(), a, fn)
	var refused *store.RefusedError
	if err != nil && !errors.Is(err, store.ErrNoRow) && !errors.As(err, &refused) {
		v.t.Fatal(err)
	}
	return c.TxID
}

// ids lists rows of a table.
func (v *village) ids(s *store.Store, table string) []string {
	var ids []string
	if err := s.Read().NewQuery("SELECT id FROM " + table + " WHERE deleted = 0 ORDER BY id").Column(&ids); err != nil {
		v.t.Fatal(err)
	}
	return ids
}

// some draws one of the rows, "" when there are none.
func (v *village) some(s *store.Store, table string) string {
	ids := v.ids(s, table)
	if len(ids) == 0 {
		return ""
	}
	return rapid.SampledFrom(ids).Draw(v.t, table)
}

var owners = []string{"u-ana", "u-beto", ""}

// work does something that people do, on the host or on a member.
func (v *village) work(s *store.Store, a store.Author) string {
	set := func(table, field string, value any) string {
		id := v.some(s, table)
		if id == "" {
			return ""
		}
		return v.write(s, a, func(tx *store.Tx) error { return tx.Set(table, id, store.Row{field: value}) })
	}
	text := func() string { return fmt.Sprint("t", rapid.IntRange(0, 5).Draw(v.t, "text")) }
	kind := rapid.SampledFrom([]string{"new", "name", "heat", "activity", "remove", "two", "phone"}).Draw(v.t, "work")
	if a.User == "u-admin" {
		kind = rapid.SampledFrom([]string{"new", "name", "heat", "activity", "remove", "owner", "owner", "contact", "move", "move"}).Draw(v.t, "work")
	}
	switch kind {
	case "new":
		owner := a.User
		if a.User == "u-admin" {
			owner = rapid.SampledFrom(owners).Draw(v.t, "owner")
		}
		c, p := v.id("c"), v.id("p")
		return v.write(s, a, func(tx *store.Tx) error {
			return errors.Join(createContact(tx, c, text()), v.phone(tx, c), createActivityAs(tx, v.id("a"), p, a.User), createProspect(tx, p, c, owner))
		})
	case "name":
		return set("contact", "name", text())
	case "heat":
		return set("prospect", "temperature", text())
	case "activity":
		p, id := v.some(s, "prospect"), v.id("a")
		if p == "" {
			return ""
		}
		return v.write(s, a, func(tx *store.Tx) error { return createActivityAs(tx, id, p, a.User) })
	case "remove":
		id := v.some(s, "activity")
		if id == "" {
			return ""
		}
		return v.write(s, a, func(tx *store.Tx) error { return tx.Remove("activity", id) })
	case "two":
		p, c, id := v.some(s, "prospect"), v.some(s, "contact"), v.id("a")
		if p == "" || c == "" {
			return ""
		}
		return v.write(s, a, func(tx *store.Tx) error {
			return errors.Join(tx.Set("contact", c, store.Row{"city": text()}), createActivityAs(tx, id, p, a.User))
		})
	case "owner":
		return set("prospect", "owner_id", rapid.SampledFrom(owners).Draw(v.t, "owner"))
	case "contact":
		c := v.some(s, "contact")
		if c == "" {
			return ""
		}
		return set("prospect", "contact_id", c)
	case "phone":
		if c := v.some(s, "contact"); c != "" {
			return v.write(s, a, func(tx *store.Tx) error { return v.phone(tx, c) })
		}
	case "move":
		if c := v.some(s, "contact"); c != "" {
			return set("contact_phone", "contact_id", c)
		}
	}
	return ""
}

// phone gives a contact one more.
func (v *village) phone(tx *store.Tx, contact string) error {
	return tx.Create("contact_phone", v.id("h"), store.Row{"contact_id": contact, "raw": "55 5555 0100", "created_at": at})
}

func createActivityAs(tx *store.Tx, id, prospect, author string) error {
	return tx.Create("activity", id, store.Row{"prospect_id": prospect, "author_id": author, "kind": "note", "body": id, "created_at": at})
}

// push sends what is pending.
func (v *village) push(m *villager) {
	pending, err := m.s.Pending(v.tb.Context(), 0, rapid.SampledFrom([]int{1, 3, 500}).Draw(v.t, "ops"))
	if err != nil {
		v.t.Fatal(err)
	}
	txs := make([]store.PushedTx, len(pending))
	for i, tx := range pending {
		txs[i] = tx.PushedTx
	}
	as := store.Author{User: m.user, Role: "seller", Scoped: true, Device: "device-" + m.user[2:]}
	if err := errors.Join(v.host.PushAll(v.tb.Context(), as, txs)...); err != nil {
		v.t.Fatal(err)
	}
}

// ask reads the member's next page; it may arrive much later, or never.
func (v *village) ask(m *villager, limit int) {
	r, err := m.s.Replica(v.tb.Context())
	if err != nil {
		v.t.Fatal(err)
	}
	page, err := v.host.Feed(v.tb.Context(), store.FeedQuery{User: m.user, Device: "device-" + m.user[2:], From: r.Cursor, Limit: limit, Check: true})
	if errors.Is(err, store.ErrReset) {
		if err := m.s.Reset(v.tb.Context()); err != nil {
			v.t.Fatal(err)
		}
		return
	}
	if err != nil {
		v.t.Fatal(err)
	}
	m.pages = append(m.pages, page)
}

func (v *village) receive(m *villager, i int) bool {
	page := m.pages[i]
	if rapid.IntRange(0, 3).Draw(v.t, "again") > 0 { // sometimes it comes once more
		m.pages = slices.Delete(m.pages, i, i+1)
	}
	applied, err := m.s.ApplyPage(v.tb.Context(), page)
	if errors.Is(err, store.ErrReset) {
		v.t.Fatalf("the check sums differ")
	}
	if err != nil {
		v.t.Fatal(err)
	}
	return applied
}

// heal lets everybody speak until nobody has anything to say.
func (v *village) heal() {
	for _, m := range []*villager{v.members["ana"], v.members["beto"]} {
		m.pages = nil
		limit := rapid.SampledFrom([]int{1, 4}).Draw(v.t, "limit")
		more := false
		for round := 0; ; round++ {
			if round > 1000 {
				v.t.Fatal("it does not end")
			}
			if !more { // what comes once more is settled once more, by a commit that one page after the other would run after
				v.push(m)
			}
			v.ask(m, limit)
			if len(m.pages) == 0 {
				continue
			}
			page := m.pages[0]
			m.pages, more = nil, page.More
			if applied, err := m.s.ApplyPage(v.tb.Context(), page); err != nil || !applied {
				v.t.Fatalf("applied %v: %v", applied, err)
			}
			r, err := m.s.Replica(v.tb.Context())
			if err != nil {
				v.t.Fatal(err)
			}
			if !page.More && r.Unsettled == 0 {
				break
			}
		}
	}
}

// agree compares each replica with what the host says is the user's.
func (v *village) agree() {
	for _, m := range []*villager{v.members["ana"], v.members["beto"]} {
		mine := "(SELECT root_id FROM scope WHERE active AND user_id = '" + m.user + "')"
		contacts := "(SELECT contact_id FROM prospect WHERE id IN " + mine + ")"
		for _, table := range []struct{ name, mine string }{
			{"prospect", "id IN " + mine},
			{"activity", "prospect_id IN " + mine},
			{"contact", "id IN " + contacts},
			{"contact_phone", "contact_id IN " + contacts},
		} {
			columns := value(v.tb, v.host.Read(), "SELECT group_concat(name) FROM pragma_table_info('"+table.name+"') WHERE name NOT IN ('n', 'created_hlc')")
			want := rows(v.tb, v.host.Read(), "SELECT "+columns+" FROM "+table.name+" WHERE "+table.mine+" ORDER BY id")
			got := rows(v.tb, m.s.Read(), "SELECT "+columns+" FROM "+table.name+" ORDER BY id")
			if diff := cmp.Diff(want, got); diff != "" {
				v.t.Fatalf("%s of %s (-host +member):\n%s", table.name, m.user, diff)
			}
		}
		derived := "SELECT prospect_id, name, owner_id, temperature, status, last_activity_at FROM prospect_card"
		if diff := cmp.Diff(rows(v.tb, v.host.Read(), derived+" WHERE prospect_id IN "+mine+" ORDER BY 1"), rows(v.tb, m.s.Read(), derived+" ORDER BY 1")); diff != "" {
			v.t.Fatalf("lists of %s (-host +member):\n%s", m.user, diff)
		}
		if left := rows(v.tb, m.s.Read(), "SELECT entity, row_id FROM base_row"); len(left) > 0 {
			v.t.Fatalf("kept rows are left: %v", left)
		}
	}
}

func TestReplica_InAnyOrder(t *testing.T) {
	empty := storetest.Open(t)
	path := filepath.Join(t.TempDir(), "template.db")
	if err := empty.BackupTo(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	template, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		v := newVillage(rt, t, template)
		defer v.close()
		whose := func() *villager { return v.members[rapid.SampledFrom([]string{"ana", "beto"}).Draw(rt, "who")] }
		rt.Repeat(map[string]func(*rapid.T){
			"administrator": func(rt *rapid.T) { v.t = rt; v.work(v.host, admin) },
			"a day off": func(rt *rapid.T) { // much happens before anybody reads it
				v.t = rt
				for range rapid.IntRange(2, 8).Draw(rt, "works") {
					v.work(v.host, admin)
				}
			},
			"seller": func(rt *rapid.T) {
				v.t = rt
				m := whose()
				if tx := v.work(m.s, store.Author{User: m.user, Role: "seller", Scoped: true}); tx != "" {
					m.txs = append(m.txs, tx)
				}
			},
			"undo": func(rt *rapid.T) {
				v.t = rt
				m := whose()
				if len(m.txs) == 0 {
					return
				}
				_, err := m.s.Undo(t.Context(), store.Author{User: m.user, Role: "seller", Scoped: true}, rapid.SampledFrom(m.txs).Draw(rt, "tx"))
				if err != nil && !errors.Is(err, store.ErrNothingToUndo) && !errors.Is(err, store.ErrChangedSince) && !errors.Is(err, store.ErrNoRow) {
					rt.Fatal(err)
				}
			},
			"push": func(rt *rapid.T) { v.t = rt; v.push(whose()) },
			"ask":  func(rt *rapid.T) { v.t = rt; v.ask(whose(), rapid.IntRange(1, 6).Draw(rt, "limit")) },
			"receive": func(rt *rapid.T) {
				v.t = rt
				if m := whose(); len(m.pages) > 0 {
					v.receive(m, rapid.IntRange(0, len(m.pages)-1).Draw(rt, "page"))
				}
			},
			"back up": func(rt *rapid.T) {
				v.t = rt
				path := v.path("backup")
				if err := v.host.BackupTo(t.Context(), path); err != nil {
					rt.Fatal(err)
				}
				v.backups = append(v.backups, path)
			},
			"restore": func(rt *rapid.T) {
				v.t = rt
				if len(v.backups) == 0 {
					return
				}
				content, err := os.ReadFile(rapid.SampledFrom(v.backups).Draw(rt, "backup"))
				if err != nil {
					rt.Fatal(err)
				}
				path := v.path("host")
				if err := errors.Join(os.WriteFile(path, content, 0o600), v.host.Close()); err != nil {
					rt.Fatal(err)
				}
				v.host = v.open(path, "device-host", false)
			},
			"restart": func(rt *rapid.T) {
				v.t = rt
				m := whose()
				path := m.s.Path()
				if err := m.s.Close(); err != nil {
					rt.Fatal(err)
				}
				m.s = v.open(path, "device-"+m.user[2:], true)
			},
		})
		v.t = rt
		v.heal()
		v.heal() // what was pushed for one may concern the other
		v.agree()
	})
}
