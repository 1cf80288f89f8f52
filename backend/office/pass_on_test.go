package office_test

import (
	"testing"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/store"
)

// TestPassOn_ByTurnAwayFromTheHost: an administrator's computer does not know whose turn it is. What a seller leaves behind waits in
// the tray until the host gives it out, and one undo before that takes it back.
func TestPassOn_ByTurnAwayFromTheHost(t *testing.T) {
	b := newBase(t)
	mine := []string{b.of(b.Sellers[0]), b.of(b.Sellers[0])}
	desk, beto := b.enrol(b.Admin), b.enrol(b.Sellers[1])
	desk.connect()
	beto.connect()
	desk.cut()
	b.SetUser(b.Sellers[0].UserID, store.Row{"active": false})
	pass := crm.PassOn{ByTurn: true, Reason: "Ya no trabaja aquí"}
	first, err := desk.crm.PassOn(t.Context(), b.Admin, b.Sellers[0].UserID, pass)
	must(t, err)
	if first.Tray != len(mine) || first.Given != 0 {
		t.Errorf("away: %+v, want all of them to wait", first)
	}
	_, err = desk.store.Undo(t.Context(), b.Admin.Author(), first.TxID)
	must(t, err)
	_, err = desk.crm.PassOn(t.Context(), b.Admin, b.Sellers[0].UserID, pass)
	must(t, err)
	desk.connect()
	_, err = b.CRM.Escalate(t.Context())
	must(t, err)
	for range 2 {
		desk.connect()
		beto.connect()
	}
	for name, st := range map[string]*store.Store{"the host": b.Store, "the administrator's": desk.store, "the next seller's": beto.store} {
		if n := count(t, st, "SELECT count(*) FROM prospect WHERE deleted = 0 AND owner_id = '"+b.Sellers[1].UserID+"'"); n != len(mine) {
			t.Errorf("%s has %d prospects of the next seller, want %d", name, n, len(mine))
		}
	}
	desk.same()
	beto.same()
}
