package office_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/hlc"
)

// A hostile member has a good key, is let in as a seller, and sends whatever it likes. Nothing that it sends may become
// anything that an honest seller could not have written, or stop the host from serving the others.

// hostile is a member whose frames the test writes.
func hostile(t *testing.T) (*base, *computer) {
	t.Helper()
	b := newBase(t)
	c := b.enrol(b.Sellers[0])
	c.connect()
	return b, c
}

// op makes an op of a hostile member; value is encoded as JSON.
func (c *computer) op(entity, row, field string, value any) store.Op {
	c.t.Helper()
	text, err := json.Marshal(value)
	must(c.t, err)
	return store.Op{
		ID: uuid.MustParse(c.clock.NewID()), HLC: hlc.Time(c.clock.Now().Add(time.Second).UnixMilli() << 16), Entity: entity, Row: row, Field: field,
		Value: text,
	}
}

func (c *computer) tx(ops ...store.Op) store.PushedTx {
	return store.PushedTx{ID: uuid.MustParse(c.clock.NewID()), Ops: ops}
}

// outcome reads how the host has settled an op.
func (b *base) outcome(op store.Op) string {
	b.t.Helper()
	var rows []struct {
		Outcome int    `db:"outcome"`
		Reason  string `db:"reason"`
		User    string `db:"user_id"`
		Device  string `db:"device_id"`
	}
	must(b.t, b.deps.Store.Read().NewQuery("SELECT outcome, coalesce(reason, '') AS reason, user_id, device_id FROM op_log WHERE hex(op_id) = {:id}").
		Bind(map[string]any{"id": strings.ToUpper(fmt.Sprintf("%x", op.ID))}).All(&rows))
	if len(rows) != 1 {
		return fmt.Sprintf("%d lines", len(rows))
	}
	return fmt.Sprint(store.Outcome(rows[0].Outcome), " ", rows[0].Reason, " ", rows[0].User, " ", rows[0].Device)
}

func TestHostile_Ops(t *testing.T) {
	type world struct {
		b              *base
		c              *computer
		mine, foreign  string // prospects
		me, other      string // users
		foreignContact string
	}
	tests := []struct {
		name   string
		ops    func(w world) []store.Op
		reason string
	}{
		{"forged author of an activity", func(w world) []store.Op {
			return []store.Op{w.c.op("activity", "a1", "", map[string]any{"prospect_id": w.mine, "author_id": w.other, "kind": "note", "created_at": "x"})}
		}, office.ReasonNotOwner},
		{"a foreign prospect's status", func(w world) []store.Op { return []store.Op{w.c.op("prospect", w.foreign, "status", "closed")} }, office.ReasonOutOfScope},
		{"a foreign prospect's person", func(w world) []store.Op { return []store.Op{w.c.op("contact", w.foreignContact, "name", "x")} }, office.ReasonOutOfScope},
		{"an activity on a foreign prospect", func(w world) []store.Op {
			return []store.Op{w.c.op("activity", "a1", "", map[string]any{"prospect_id": w.foreign, "author_id": w.me, "kind": "note", "created_at": "x"})}
		}, office.ReasonOutOfScope},
		{"taking a foreign prospect", func(w world) []store.Op { return []store.Op{w.c.op("prospect", w.foreign, "owner_id", w.me)} }, office.ReasonOutOfScope},
		{"giving one's own away", func(w world) []store.Op { return []store.Op{w.c.op("prospect", w.mine, "owner_id", w.other)} }, office.ReasonAdminOnly},
		{"one's own role", func(w world) []store.Op { return []store.Op{w.c.op("user", w.me, "role", "admin")} }, office.ReasonAdminOnly},
		{"a new administrator", func(w world) []store.Op {
			return []store.Op{w.c.op("user", "u9", "", map[string]any{"login": "x", "name": "x", "role": "admin", "created_at": "x"})}
		}, office.ReasonAdminOnly},
		{"switching the administrator off", func(w world) []store.Op {
			return []store.Op{w.c.op("user", w.b.Admin.UserID, "active", 0)}
		}, office.ReasonAdminOnly},
		{"the office's name", func(w world) []store.Op {
			info, err := office.ReadInfo(w.c.t.Context(), w.b.Store)
			must(w.c.t, err)
			return []store.Op{w.c.op("office", info.ID, "name", "x")}
		}, office.ReasonAdminOnly},
		{"a good op in bad company", func(w world) []store.Op {
			return []store.Op{w.c.op("prospect", w.mine, "temperature", "hot"), w.c.op("prospect", w.foreign, "temperature", "hot")}
		}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, c := hostile(t)
			w := world{b: b, c: c, mine: b.of(b.Sellers[0]), foreign: b.of(b.Sellers[1]), me: b.Sellers[0].UserID, other: b.Sellers[1].UserID}
			detail, err := b.CRM.Prospect(t.Context(), b.Admin, w.foreign)
			must(t, err)
			w.foreignContact = detail.Contact.ID
			before := []any{sees(t, b.Store, ""), count(t, b.Store, "SELECT count(*) FROM user WHERE role = 'admin' AND active = 1")}
			ops := tt.ops(w)
			out, err := c.raw(&wire.Push{Txs: []store.PushedTx{c.tx(ops...)}}, wire.TypePush)
			must(t, err)
			if len(out) != 1 || out[0].Type != wire.TypeAck {
				t.Fatalf("answer %+v, want an acknowledgement: a refusal is an outcome", out)
			}
			after := []any{sees(t, b.Store, ""), count(t, b.Store, "SELECT count(*) FROM user WHERE role = 'admin' AND active = 1")}
			if fmt.Sprint(before) != fmt.Sprint(after) {
				t.Errorf("the office has changed:\n%v\n%v", before, after)
			}
			want := "refused " + tt.reason + " " + w.me + " " + c.key.DeviceID()
			if got := b.outcome(ops[0]); tt.reason != "" && got != want {
				t.Errorf("settled as %q, want %q", got, want)
			}
			if got := b.outcome(ops[0]); !strings.HasPrefix(got, "refused ") {
				t.Errorf("settled as %q", got)
			}
		})
	}
}

// TestHostile_WhatIsTheWholeOffices: no field and no row of a table that hangs from no prospect is a seller's to write, one by
// one, many at once, or in company with what is theirs; and no list of refusals offers it to be applied.
func TestHostile_WhatIsTheWholeOffices(t *testing.T) {
	b, c := hostile(t)
	ctx := t.Context()
	mine := b.of(b.Sellers[0])
	_, err := b.CRM.CreateTag(ctx, b.Admin, "Inversionista", "")
	must(t, err)
	_, err = b.CRM.CreateTemplate(ctx, b.Admin, crm.NewTemplate{Channel: "whatsapp", Name: "Saludo", Body: "Hola {{nombre}}.", Shared: true})
	must(t, err)
	_, err = b.CRM.CreateView(ctx, b.Admin, crm.NewView{Name: "Por llamar"})
	must(t, err)
	_, err = b.Store.Write(ctx, store.System, func(tx *store.Tx) error { // one row of each that the office begins without
		seller := b.Sellers[0].UserID
		return errors.Join(
			tx.Create("seller_group", tx.NewID(), store.Row{"name": "Norte", "created_at": "2026-11-02T15:00:00.000Z"}),
			tx.Create("seller_group_member", tx.NewID(), store.Row{"group_id": "g", "user_id": seller}),
			tx.Create("turn_rule", tx.NewID(), store.Row{"name": "Norte", "position": 1, "created_at": "2026-11-02T15:00:00.000Z"}),
			tx.Create("absence", tx.NewID(), store.Row{"user_id": seller, "from_on": "2026-12-24", "until_on": "2026-12-31", "created_at": "2026-11-02T15:00:00.000Z"}),
			tx.Create("holiday", tx.NewID(), store.Row{"day": "2026-12-25", "created_at": "2026-11-02T15:00:00.000Z"}))
	})
	must(t, err)
	_, err = b.Store.Write(ctx, b.Admin.Author(), func(tx *store.Tx) error {
		return tx.Create("export", b.Admin.UserID+".1", store.Row{
			"user_id": b.Admin.UserID, "list": "prospects", "form": "csv", "reason": "para la junta", "created_at": "2026-11-02T15:00:00.000Z",
		})
	})
	must(t, err)
	var tables []string
	must(t, b.Store.Read().NewQuery("SELECT name FROM entity WHERE root = '*' ORDER BY name").Column(&tables))
	if len(tables) < 4 {
		t.Fatalf("only %v hang from no prospect", tables)
	}
	var alone []store.PushedTx
	var ops []store.Op
	add := func(entity, row, field, value string) {
		for _, company := range [][]store.Op{nil, {c.op("prospect", mine, "temperature", "hot")}} {
			op := c.op(entity, row, field, json.RawMessage(value))
			alone = append(alone, c.tx(append([]store.Op{op}, company...)...))
			ops = append(ops, op)
		}
	}
	state := func() (all []string) {
		for _, table := range tables {
			var rows []string
			must(t, b.Store.Read().NewQuery("SELECT id || ' ' || rev || ' ' || deleted FROM "+table+" ORDER BY id").Column(&rows))
			all = append(all, rows...)
		}
		return all
	}
	before := state()
	for _, table := range tables {
		var fields, rows []string
		must(t, b.Store.Read().NewQuery("SELECT name FROM pragma_table_info('"+table+"') WHERE name NOT IN ('n', 'id', 'rev', 'created_hlc', 'extra')").Column(&fields))
		must(t, b.Store.Read().NewQuery("SELECT id FROM "+table+" ORDER BY id LIMIT 2").Column(&rows))
		if len(rows) == 0 {
			t.Fatalf("there is nothing in %s", table)
		}
		for _, row := range rows {
			for _, field := range fields {
				var value string
				must(t, b.Store.Read().NewQuery("SELECT json_quote("+field+") FROM "+table+" WHERE id = '"+row+"'").Row(&value))
				add(table, row, field, value)
			}
			add(table, row, "deleted", "1")
		}
		add(table, "new-"+table, "", "{}")
	}
	for i := 0; i < len(alone); i += 100 {
		_, err := c.raw(&wire.Push{Txs: alone[i:min(i+100, len(alone))]}, wire.TypePush)
		must(t, err)
	}
	for _, op := range ops {
		reason := office.ReasonAdminOnly
		if strings.Contains(op.Row, ".") { // somebody's own, and here not the seller's
			reason = office.ReasonNotOwner
		}
		want := "refused " + reason + " " + b.Sellers[0].UserID + " " + c.key.DeviceID()
		if got := b.outcome(op); got != want {
			t.Errorf("%s.%s is settled as %q, want %q", op.Entity, op.Field, got, want)
		}
	}
	if after := state(); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("the office has changed:\n%v\n%v", before, after)
	}
	list, err := b.host.Refusals(ctx, b.Admin)
	must(t, err)
	for _, r := range list {
		if r.CanApply && r.Entity != "prospect" {
			t.Errorf("%s.%s can be applied with a click", r.Entity, r.Field)
		}
	}
	if n := count(t, b.Store, "SELECT count(*) FROM prospect WHERE id = {:id} AND temperature <> 'hot'", "id", mine); n != 1 {
		t.Error("what came in bad company is written")
	}
}

// TestHostile_GrantsAreNoOps: who may hold what follows from ops and is never one.
func TestHostile_GrantsAreNoOps(t *testing.T) {
	b, c := hostile(t)
	foreign := b.of(b.Sellers[1])
	op := c.op("scope", foreign, b.Sellers[0].UserID, 1)
	_, _ = c.raw(&wire.Push{Txs: []store.PushedTx{c.tx(op)}}, wire.TypePush)
	for _, entity := range []string{"device", "invitation", "membership", "credential", "session", "op_log", "store_state", "sqlite_schema"} {
		_, _ = c.raw(&wire.Push{Txs: []store.PushedTx{c.tx(c.op(entity, "x", "user_id", "x"))}}, wire.TypePush)
	}
	if n := count(t, b.Store, "SELECT count(*) FROM scope WHERE root_id = {:r} AND user_id = {:u} AND active", "r", foreign, "u", b.Sellers[0].UserID); n != 0 {
		t.Error("a member has granted itself a prospect")
	}
	c.connect()
	c.same()
}

func TestHostile_Frames(t *testing.T) {
	long := strings.Repeat("x", wire.MaxValue)
	many := func(c *computer, n int) []store.Op {
		var ops []store.Op
		for i := range n {
			ops = append(ops, c.op("activity", fmt.Sprint("x", i), "body", "x"))
		}
		return ops
	}
	tests := []struct {
		name string
		kind wire.Type
		body func(b *base, c *computer) any
		want string
	}{
		{"a value beyond the limit", wire.TypePush, func(_ *base, c *computer) any {
			return &wire.Push{Txs: []store.PushedTx{c.tx(c.op("activity", "a", "body", long))}}
		}, office.ByeProtocol},
		{"more ops than a frame holds", wire.TypePush, func(_ *base, c *computer) any {
			return &wire.Push{Txs: []store.PushedTx{c.tx(many(c, 400)...), c.tx(many(c, 400)...)}}
		}, office.ByeProtocol},
		{"no transactions", wire.TypePush, func(*base, *computer) any { return &wire.Push{} }, office.ByeProtocol},
		{"an empty transaction", wire.TypePush, func(_ *base, c *computer) any { return &wire.Push{Txs: []store.PushedTx{c.tx()}} }, office.ByeProtocol},
		{"a transaction without an id", wire.TypePush, func(_ *base, c *computer) any {
			return &wire.Push{Txs: []store.PushedTx{{Ops: many(c, 1)}}}
		}, office.ByeProtocol},
		{"a second hello", wire.TypeHello, func(*base, *computer) any { return &wire.Hello{ProtoMin: 1, ProtoMax: 1} }, office.ByeProtocol},
		{"a host's page", wire.TypePageChunk, func(*base, *computer) any { return &wire.PageChunk{Of: 1} }, office.ByeProtocol},
		{"a host's reset", wire.TypeReset, func(*base, *computer) any { return &wire.Reset{} }, office.ByeProtocol},
		{"a host's wipe", wire.TypeWipe, func(*base, *computer) any { return &wire.Wipe{} }, office.ByeProtocol},
		{"a token on a member's connection", wire.TypeEnrol, func(*base, *computer) any { return &wire.Enrol{} }, office.ByeProtocol},
		{"an acknowledgement", wire.TypeAck, func(*base, *computer) any { return &wire.Ack{} }, office.ByeProtocol},
		{"nothing", 0, func(*base, *computer) any { return nil }, office.ByeProtocol},
		{"another user's password", wire.TypeCredential, func(b *base, _ *computer) any {
			return &wire.Credential{User: b.Admin.UserID, Hash: hashed, ChangedAt: b.Clock.Now().Add(time.Hour).UnixMilli()}
		}, office.ByeProtocol},
		{"a password that is none", wire.TypeCredential, func(b *base, _ *computer) any {
			return &wire.Credential{User: b.Sellers[0].UserID, Hash: "$argon2id$v=19$m=4294967295,t=9,p=1$aaaa$bbbb", ChangedAt: b.Clock.Now().UnixMilli()}
		}, office.ByeProtocol},
		{"a list that is none", wire.TypeMembers, func(*base, *computer) any { return &wire.Members{List: []byte("x")} }, office.ByeProtocol},
		{"a certificate that is none", wire.TypeMoved, func(*base, *computer) any { return &wire.Moved{Certificate: []byte("x")} }, office.ByeProtocol},
		{"a call in parts out of order", wire.TypeCall, func(*base, *computer) any { return &wire.Call{ID: 1, Part: 2, Of: 3} }, office.ByeProtocol},
		{"a call in a million parts", wire.TypeCall, func(*base, *computer) any { return &wire.Call{ID: 1, Part: 0, Of: 1 << 20} }, office.ByeProtocol},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, c := hostile(t)
			body := tt.body(b, c)
			head, err := b.Store.Head(t.Context())
			must(t, err)
			noted := b.actions("device.breach")
			_, err = c.raw(body, tt.kind)
			wantBye(t, "the frame", err, tt.want)
			if now, err := b.Store.Head(t.Context()); err != nil || now != head {
				t.Errorf("something was written: head %+v, then %+v, %v", head, now, err)
			}
			if got := b.actions("device.breach"); got != noted+1 {
				t.Errorf("%d lines in the audit trail, want one more than %d", got, noted)
			}
			if _, err := c.raw(&wire.Pull{}, wire.TypePull); err == nil {
				t.Error("the session goes on")
			}
			c.connect()
			c.same()
		})
	}
}

// hashed is a password's hash, of nobody's password.
const hashed = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

func TestHostile_BeforeAndAsAnother(t *testing.T) {
	b, c := hostile(t)
	ctx := t.Context()
	early := b.host.Session(c.key.DeviceID())
	_, err := early.Handle(ctx, wire.Frame{Type: wire.TypePull, Body: &wire.Pull{}})
	wantBye(t, "a frame before the session is open", err, office.ByeProtocol)
	_, err = early.Open(ctx)
	wantBye(t, "opening what has ended", err, office.ByeProtocol)
	pull := b.host.Session(c.key.DeviceID())
	_, err = pull.Open(ctx)
	must(t, err)
	_, err = pull.Handle(ctx, wire.Frame{Type: wire.TypePull, Body: &wire.Pull{}})
	wantBye(t, "a pull before hello", err, office.ByeProtocol)
	forged := b.host.Session(c.key.DeviceID())
	_, err = forged.Open(ctx)
	must(t, err)
	_, err = forged.Handle(ctx, wire.Frame{Type: wire.TypeHello, Body: &wire.Hello{ProtoMin: 1, ProtoMax: 1, Device: b.host.DeviceID()}})
	wantBye(t, "a hello as another device", err, office.ByeProtocol)
	_, err = b.host.Session("nobody").Open(ctx)
	wantBye(t, "an unknown device", err, office.ByeUnknownDevice)
}

// TestHostile_Replay: the same frame any number of times is the same as once.
func TestHostile_Replay(t *testing.T) {
	b, c := hostile(t)
	id := b.of(b.Sellers[0])
	note := c.op("activity", c.clock.NewID(), "", map[string]any{
		"prospect_id": id, "author_id": b.Sellers[0].UserID, "kind": "note", "body": "x", "created_at": "2026-11-02T15:00:00.000Z",
	})
	hot := c.op("prospect", id, "temperature", "hot")
	push := &wire.Push{Txs: []store.PushedTx{c.tx(note), c.tx(hot)}}
	for range 5 {
		_, err := c.raw(push, wire.TypePush)
		must(t, err)
	}
	must(t, b.temperature(b.Admin, id, crm.TemperatureCold))
	b.advance(time.Hour, c)
	_, err := c.raw(push, wire.TypePush)
	must(t, err)
	if n := count(t, b.Store, "SELECT count(*) FROM activity WHERE prospect_id = {:id}", "id", id); n != 1 {
		t.Errorf("%d activities, want 1", n)
	}
	if n := count(t, b.Store, "SELECT count(*) FROM prospect WHERE id = {:id} AND temperature = 'cold'", "id", id); n != 1 {
		t.Error("an op that was sent again has overwritten a later one")
	}
}

// TestHostile_LateOnlyForWhatItHad: a note on a prospect that has changed hands is taken for late where its author had read that
// the prospect was theirs, and nowhere else.
func TestHostile_LateOnlyForWhatItHad(t *testing.T) {
	b, c := hostile(t)
	before, err := b.Store.Head(t.Context())
	must(t, err)
	id := b.of(b.Sellers[0])
	had, err := b.Store.Head(t.Context())
	must(t, err)
	_, err = b.CRM.UpdateProspect(t.Context(), b.Admin, id, crm.ProspectPatch{OwnerID: &b.Sellers[1].UserID, OwnerReason: because()})
	must(t, err)
	lost, err := b.Store.Head(t.Context())
	must(t, err)
	tests := []struct {
		name string
		base int64
		want string
	}{
		{"had read that it was theirs", had.Pos, "applied late"},
		{"had read that it was not any more", lost.Pos, "refused out_of_scope"},
		{"had read nothing of it yet", before.Pos, "refused out_of_scope"},
		{"has read what is yet to come", lost.Pos + 1000, "refused out_of_scope"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			note := c.op("activity", c.clock.NewID(), "", map[string]any{
				"prospect_id": id, "author_id": b.Sellers[0].UserID, "kind": "note", "body": "x", "created_at": "2026-11-02T15:00:00.000Z",
			})
			tx := c.tx(note)
			tx.BaseRev = tt.base
			_, err := c.raw(&wire.Push{Txs: []store.PushedTx{tx}}, wire.TypePush)
			must(t, err)
			if got := b.outcome(note); !strings.HasPrefix(got, tt.want) {
				t.Errorf("settled as %q, want %q", got, tt.want)
			}
		})
	}
}

// TestHostile_ClockInTheFuture: whoever says that it is next year wins no tie for a year.
func TestHostile_ClockInTheFuture(t *testing.T) {
	b, c := hostile(t)
	id := b.of(b.Sellers[0])
	future := c.op("prospect", id, "temperature", "hot")
	future.HLC = hlc.Time(b.Clock.Now().Add(365*24*time.Hour).UnixMilli() << 16)
	_, err := c.raw(&wire.Push{Txs: []store.PushedTx{c.tx(future)}}, wire.TypePush)
	must(t, err)
	b.advance(time.Minute, c)
	must(t, b.temperature(b.Admin, id, crm.TemperatureCold))
	if n := count(t, b.Store, "SELECT count(*) FROM prospect WHERE id = {:id} AND temperature = 'cold'", "id", id); n != 1 {
		t.Error("a field is held by an op of next year")
	}
	// Nor does its password outlast the next change.
	far := &wire.Credential{User: b.Sellers[0].UserID, Hash: hashed, ChangedAt: b.Clock.Now().Add(24 * 365 * time.Hour).UnixMilli()}
	_, err = c.raw(far, wire.TypeCredential)
	must(t, err)
	if n := count(t, b.Store, "SELECT count(*) FROM credential WHERE user_id = {:u} AND changed_at > '2026-12'", "u", b.Sellers[0].UserID); n != 0 {
		t.Error("a password was changed in the future")
	}
}

func TestHostile_Flood(t *testing.T) {
	var id uint64
	var known *wire.Push // the same ops again and again: what the host does about them is not what is counted here
	tests := []struct {
		name string
		kind wire.Type
		body func(c *computer) any
		most int  // frames, before the host says goodbye
		mild bool // an honest computer may do that after weeks away: it is no breach
	}{
		{"pulls", wire.TypePull, func(*computer) any { return &wire.Pull{Limit: 1} }, 1500, false},
		{"rows", wire.TypePull, func(*computer) any { return &wire.Pull{Limit: 20_000} }, 20, true},
		{"lists", wire.TypeMembers, func(c *computer) any {
			papers, _ := c.Papers(c.t.Context())
			return &wire.Members{List: papers[0]}
		}, 100, false},
		{"calls", wire.TypeCall, func(*computer) any { return &wire.Call{ID: 1} }, 400, false},
		{"calls that never end", wire.TypeCall, func(c *computer) any {
			id++
			return &wire.Call{ID: id, Of: 2, Body: make([]byte, 1000)}
		}, 20, false},
		{"ops", wire.TypePush, func(c *computer) any {
			if known == nil {
				known = &wire.Push{}
				for range 500 {
					known.Txs = append(known.Txs, c.tx(c.op("activity", "x", "body", "x")))
				}
			}
			return known
		}, 110, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.name == "rows" {
				office.AllowRows(t, 30)
			}
			b, c := hostile(t)
			for range 3 {
				b.of(b.Sellers[0])
			}
			other := b.enrol(b.Sellers[1])
			other.connect()
			var err error
			frames := 0
			for ; err == nil && frames < tt.most; frames++ {
				_, err = c.raw(tt.body(c), tt.kind)
			}
			wantBye(t, fmt.Sprintf("after %d frames", frames), err, office.ByeSlow)
			if noted := b.actions("device.breach"); (noted == 0) != tt.mild {
				t.Errorf("%d breaches are noted", noted)
			}
			mine := b.of(b.Sellers[1])
			other.poke()
			other.temperature(mine, crm.TemperatureHot)
			other.wake()
			other.same()
			if other.bye != "" {
				t.Errorf("somebody else was sent away: %s", other.bye)
			}
		})
	}
}

// TestHostile_BreachesAreNotedSparingly: who misbehaves all day does not fill the audit trail.
func TestHostile_BreachesAreNotedSparingly(t *testing.T) {
	b, c := hostile(t)
	for range 50 {
		c.connect()
		_, _ = c.raw(&wire.Wipe{}, wire.TypeWipe)
	}
	if n := b.actions("device.breach"); n == 0 || n > 10 {
		t.Errorf("%d lines for 50 breaches", n)
	}
}

// TestHostile_ActsAsItsUserIsNow: what the file says at that moment counts, not what was when it connected.
func TestHostile_ActsAsItsUserIsNow(t *testing.T) {
	b := newBase(t)
	id := b.of(b.Sellers[1])
	c := b.enrol(b.Admin)
	c.connect()
	_, err := b.Store.Write(t.Context(), store.System, func(tx *store.Tx) error {
		return tx.Set("user", b.Admin.UserID, store.Row{"role": "seller"})
	})
	must(t, err)
	op := c.op("prospect", id, "owner_id", b.Sellers[0].UserID)
	_, err = c.raw(&wire.Push{Txs: []store.PushedTx{c.tx(op)}}, wire.TypePush)
	must(t, err)
	if got := b.outcome(op); !strings.HasPrefix(got, "refused ") {
		t.Errorf("a former administrator's op: %s", got)
	}
	b.SetUser(b.Admin.UserID, store.Row{"active": false})
	_, err = c.raw(&wire.Pull{}, wire.TypePull)
	wantBye(t, "a pull of who was switched off", err, office.ByeUserInactive)
}

// TestMember_DoesNotGoBack: a computer that was the host before is told who is now, and nothing else.
func TestMember_DoesNotGoBack(t *testing.T) {
	b := newBase(t)
	b.of(b.Sellers[0])
	c := b.enrol(b.Sellers[0])
	c.connect()
	hello, err := b.host.Session(c.key.DeviceID()).Open(t.Context())
	must(t, err)
	former := b.host.DeviceID()
	key, err := identity.NewKey(chance(6))
	must(t, err)
	copied := b.backup()
	b.deps.Key, b.deps.Vault, b.deps.Sidecar = key, newVault(), ""
	b.restore(copied)
	must(t, b.host.TakeOver(t.Context(), b.Admin.UserID, b.code))
	c.connect()
	out, err := c.Session(former).Handle(t.Context(), hello[0])
	wantBye(t, "the host before", err, office.ByeSupersededHost)
	if len(out) != 1 || out[0].Type != wire.TypeMoved {
		t.Errorf("the member says %v to it", out)
	}
	if device, _, err := c.Host(t.Context()); err != nil || device != key.DeviceID() {
		t.Errorf("the member follows %s, %v", device, err)
	}
}

// TestMember_TrustsNobodyButTheHost: whoever answers has to prove that it is the host.
func TestMember_TrustsNobodyButTheHost(t *testing.T) {
	b := newBase(t)
	b.of(b.Sellers[0])
	c := b.enrol(b.Sellers[0])
	c.connect()
	held := len(sees(t, c.store, ""))
	other := newBase(t)
	stranger, err := identity.NewKey(chance(5))
	must(t, err)
	good, err := b.host.Session(c.key.DeviceID()).Open(t.Context())
	must(t, err)
	foreign, err := other.host.Session(other.enrol(other.Sellers[0]).key.DeviceID()).Open(t.Context())
	must(t, err)
	hello := *good[0].Body.(*wire.Hello)
	bare := hello
	bare.Certificate = nil
	tests := []struct {
		name  string
		host  string
		frame wire.Frame
		want  string
	}{
		{"a copied certificate under another key", stranger.DeviceID(), good[0], office.ByeNotHost},
		{"another office's host", other.host.DeviceID(), foreign[0], office.ByeNotHost},
		{"no certificate", b.host.DeviceID(), wire.Frame{Type: wire.TypeHello, Body: &bare}, office.ByeNotHost},
		{"a wipe before hello", b.host.DeviceID(), wire.Frame{Type: wire.TypeWipe, Body: &wire.Wipe{}}, office.ByeProtocol},
		{"a reset before hello", b.host.DeviceID(), wire.Frame{Type: wire.TypeReset, Body: &wire.Reset{}}, office.ByeProtocol},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := c.Session(tt.host)
			out, err := s.Handle(t.Context(), tt.frame)
			wantBye(t, "the frame", err, tt.want)
			if len(out) != 0 {
				t.Errorf("the member answers %v", out)
			}
			if got := len(sees(t, c.store, "")); got != held || c.wiped {
				t.Errorf("%d prospects, wiped %v", got, c.wiped)
			}
		})
	}
}
