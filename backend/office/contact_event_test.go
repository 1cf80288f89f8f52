package office_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/store"
)

// edits are what a computer tells of the edits of a prospect's person, in order.
func edits(t testing.TB, st *store.Store, prospect string) []string {
	t.Helper()
	list := []string{}
	must(t, st.Read().NewQuery(`
		SELECT printf('%s %s %s>%s', data ->> 'part', data ->> 'did', coalesce(data ->> 'from', ''), coalesce(data ->> 'to', ''))
		FROM event
		WHERE prospect_id = {:id}
		AND kind = 'contact'
		AND deleted = 0
		ORDER BY at, id`).Bind(dbx.Params{"id": prospect}).Column(&list))
	return list
}

// TestContactEdit_IsToldInEveryProspectOfThePerson: a seller edits without a network; the host tells it where a colleague has
// another prospect of the same person, and forgets it there when the seller takes it back.
func TestContactEdit_IsToldInEveryProspectOfThePerson(t *testing.T) {
	b := newBase(t)
	p := newPair(b)
	b.merge(crm.MergeChoice{Seller: crm.SellersKeep}, p.a, p.b)
	ana, beto := b.enrol(b.Sellers[0]), b.enrol(b.Sellers[1])
	ana.connect()
	beto.connect()
	ana.cut()
	name := "María Fernanda"
	c, err := ana.crm.UpdateContact(t.Context(), ana.user, p.a, crm.ContactPatch{Name: &name})
	must(t, err)
	_, err = ana.crm.AddPhone(t.Context(), ana.user, p.a, "55 7777 0001")
	must(t, err)
	want := []string{"name changed " + crmtest.Name(1) + ">" + name, "phone added >+525577770001"}
	if diff := cmp.Diff(want, edits(t, ana.store, p.ofA)); diff != "" {
		t.Errorf("on Ana's computer, offline (-want +got):\n%s", diff)
	}
	ana.connect()
	beto.connect()
	for name, st := range map[string]*store.Store{"the host": b.Store, "Beto's computer": beto.store} {
		if diff := cmp.Diff(want, edits(t, st, p.ofB)); diff != "" {
			t.Errorf("of Beto's prospect on %s (-want +got):\n%s", name, diff)
		}
	}
	ana.same()
	beto.same()
	_, err = ana.store.Undo(t.Context(), ana.user.Author(), c.TxID)
	must(t, err)
	ana.connect()
	beto.connect()
	if got := edits(t, beto.store, p.ofB); !slices.Equal(got, want[1:]) {
		t.Errorf("after the undo Beto's computer tells %q", got)
	}
	ana.same()
	beto.same()
}

// TestContactEdit_PartedContactsKeepNothingOfEachOther: what was another seller's leaves with the contact.
func TestContactEdit_PartedContactsKeepNothingOfEachOther(t *testing.T) {
	b := newBase(t)
	p := newPair(b)
	ana := b.enrol(b.Sellers[0])
	own := "55 7777 0009"
	_, err := b.CRM.AddPhone(t.Context(), b.Sellers[0], p.a, own)
	must(t, err)
	id := b.merge(crm.MergeChoice{Seller: crm.SellersKeep}, p.a, p.b)
	var theirs string
	must(t, b.Store.Read().NewQuery("SELECT id FROM contact_phone WHERE contact_id = {:id} AND raw = {:raw}").
		Bind(dbx.Params{"id": p.a, "raw": crmtest.PhoneText(2)}).Row(&theirs))
	changed := "55 7777 0002"
	b.Clock.Advance(time.Minute)
	_, err = b.CRM.UpdatePhone(t.Context(), b.Admin, theirs, crm.PhonePatch{Raw: &changed})
	must(t, err)
	ana.connect()
	if got := edits(t, ana.store, p.ofA); len(got) != 2 {
		t.Fatalf("while they are one: %q", got)
	}
	b.part(id)
	ana.connect()
	ana.same()
	if diff := cmp.Diff([]string{"phone added >+525577770009", "phone changed >"}, edits(t, ana.store, p.ofA)); diff != "" {
		t.Errorf("of Ana's prospect (-want +got):\n%s", diff)
	}
	if n := count(t, ana.store, "SELECT count(*) FROM event WHERE data LIKE '%0002%'"); n != 0 {
		t.Errorf("Ana's computer keeps the other's phone in %d events", n)
	}
	if got := edits(t, b.Store, p.ofB); len(got) != 1 || got[0] == "phone changed >" {
		t.Errorf("Beto's prospect tells %q", got)
	}
}
