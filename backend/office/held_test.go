package office_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
)

// TestHost_HandsBackWhatStandsOnWhatItDoesNotKnow: a note on a prospect with a column of a newer program, or what takes that back,
// would be refused for good, and be missing when the host is newer.
func TestHost_HandsBackWhatStandsOnWhatItDoesNotKnow(t *testing.T) {
	w := newIntruder(t)
	prospect := w.op("prospect", "p9", "", map[string]any{"contact_id": w.myContact, "owner_id": w.me, "source": "manual", "budget": 1})
	made := w.tx(prospect)
	note := func(on string) store.PushedTx {
		return w.tx(w.op("activity", w.clock.NewID(), "", map[string]any{"prospect_id": on, "author_id": w.me, "kind": "note", "created_at": "x"}))
	}
	on, back, changed := note("p9"), w.tx(w.op("prospect", "p9", "deleted", 1)), w.tx(w.op("activity", "a9", "deleted", 1), w.op("prospect", w.mine, "budget", 1))
	undone := w.tx(w.op("prospect", w.mine, "temperature", ""))
	undone.Undoes = made.ID
	fine, later := note(w.mine), note("p9")
	for _, push := range []struct{ txs, held []store.PushedTx }{
		{[]store.PushedTx{made, on, fine, back, undone, changed}, []store.PushedTx{made, on, back, undone, changed}},
		{[]store.PushedTx{later}, []store.PushedTx{later}},
	} {
		out, err := w.raw(&wire.Push{Txs: push.txs}, wire.TypePush)
		must(t, err)
		var want [][16]byte
		for _, tx := range push.held {
			want = append(want, tx.ID)
			if got := w.b.outcome(tx.Ops[0]); got != "0 lines" {
				t.Errorf("%s of %s is settled: %s", tx.Ops[0].Field, tx.Ops[0].Entity, got)
			}
		}
		if diff := cmp.Diff(want, out[0].Body.(*wire.Ack).Held); diff != "" {
			t.Errorf("held (-want +got):\n%s", diff)
		}
	}
	if got := w.b.outcome(fine.Ops[0]); !strings.HasPrefix(got, "applied") {
		t.Errorf("what stands on nothing of it: %s", got)
	}
}

// TestPair_HoldsWhatIsWrittenOnTopOfWhatIsHeld: the member goes on to work on what an older host has handed back.
func TestPair_HoldsWhatIsWrittenOnTopOfWhatIsHeld(t *testing.T) {
	b := newBase(t)
	c := b.enrol(b.Sellers[0])
	b.deps.Schema = 3
	b.restart(b.Store)
	c.connect()
	made, err := c.crm.CreateProspect(t.Context(), c.user, crm.NewProspect{Name: "Rosa"})
	must(t, err)
	c.fromMember(c.down.Wake(t.Context()))
	push := c.ups[0].Body.(*wire.Push)
	c.ups = nil
	c.fromMember(c.down.Handle(t.Context(), wire.Frame{Type: wire.TypeAck, Body: &wire.Ack{Held: [][16]byte{push.Txs[0].ID}}}))
	c.settle()
	c.temperature(made.ID, crm.TemperatureHot)
	_, err = c.crm.LogActivity(t.Context(), c.user, made.ID, crm.NewActivity{Kind: crm.KindNote, Body: "x"})
	must(t, err)
	c.wake()
	c.connect() // the same old host
	c.temperature(made.ID, crm.TemperatureWarm)
	c.wake()
	r, err := c.store.Replica(t.Context())
	must(t, err)
	if n := count(t, b.Store, "SELECT count(*) FROM op_log WHERE device_id = {:d}", "d", c.key.DeviceID()); n != 0 || r.Held != 4 {
		t.Errorf("%d ops have reached the host, %d transactions are held, want none and 4", n, r.Held)
	}
	b.deps.Schema = 0
	b.restart(b.Store)
	c.connect()
	c.same()
	if r, err = c.store.Replica(t.Context()); err != nil || r.Unsettled+r.Refused != 0 {
		t.Errorf("once the host is newer: %+v, %v", r, err)
	}
}
