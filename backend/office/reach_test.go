package office_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

// told is what somebody hears.
type told struct{ Entities, Prospects []string }

func hear(r office.Reach, v account.Viewer) told {
	entities, prospects := r.For(v.UserID, v.IsAdmin())
	return told{entities, prospects}
}

func TestReach_TellsEachSellerOfTheirOwn(t *testing.T) {
	o := realOffice(t)
	ana, beto := o.Sellers[0], o.Sellers[1]
	hers, _ := o.Prospect(func(e *crm.Enquiry) { e.OwnerID = ana.UserID })
	his, _ := o.Prospect(func(e *crm.Enquiry) { e.OwnerID = beto.UserID })
	detail, err := o.CRM.Prospect(t.Context(), ana, hers)
	if err != nil {
		t.Fatal(err)
	}
	hot, name, paused := crm.TemperatureHot, "Otro Nombre", true
	none := told{}
	tests := []struct {
		name             string
		do               func() error
		admin, ana, beto told
	}{
		{
			name: "one of hers", do: func() error {
				_, err := o.CRM.UpdateProspect(t.Context(), ana, hers, crm.ProspectPatch{Temperature: &hot})
				return err
			},
			admin: told{[]string{"event", "prospect"}, []string{hers}}, ana: told{[]string{"event", "prospect"}, []string{hers}}, beto: none,
		},
		{
			name: "a person of hers", do: func() error {
				_, err := o.CRM.UpdateContact(t.Context(), o.Admin, detail.Contact.ID, crm.ContactPatch{Name: &name})
				return err
			},
			admin: told{[]string{"contact", "event"}, []string{hers}}, ana: told{[]string{"contact", "event"}, []string{hers}}, beto: none,
		},
		{
			name: "a phone removed", do: func() error {
				_, err := o.CRM.RemovePhone(t.Context(), ana, detail.Contact.Phones[0].ID)
				return err
			},
			admin: told{[]string{"contact_phone", "event"}, []string{hers}}, ana: told{[]string{"contact_phone", "event"}, []string{hers}}, beto: none,
		},
		{
			name: "a step planned on his", do: func() error {
				_, err := o.CRM.LogActivity(t.Context(), beto, his, crm.NewActivity{
					Kind: crm.KindCall, Due: crm.Due{At: "2026-11-03T16:00:00.000Z", RemindAt: "2026-11-03T15:00:00.000Z"},
				})
				return err
			},
			admin: told{[]string{"activity", "reminder"}, []string{his}}, ana: none, beto: told{[]string{"activity", "reminder"}, []string{his}},
		},
		{
			name: "what everybody shares", do: func() error {
				_, err := o.Store.Write(t.Context(), o.Admin.Author(), func(tx *store.Tx) error {
					return tx.Set("user", beto.UserID, store.Row{"paused": paused})
				})
				return err
			},
			admin: told{Entities: []string{"user"}}, ana: told{Entities: []string{"user"}}, beto: told{Entities: []string{"user"}},
		},
		{
			name: "hers becomes his", do: func() error {
				_, err := o.CRM.UpdateProspect(t.Context(), o.Admin, hers, crm.ProspectPatch{OwnerID: &beto.UserID, OwnerReason: because()})
				return err
			},
			admin: told{[]string{"event", "notice", "prospect"}, []string{hers}}, ana: told{[]string{"event", "notice", "prospect"}, []string{hers}},
			beto: told{[]string{"event", "notice", "prospect"}, []string{hers}},
		},
		{
			name: "he acknowledges what he was told", do: func() error {
				_, err := o.CRM.ReadNotices(t.Context(), beto, nil)
				return err
			},
			admin: told{[]string{"notice"}, nil}, beto: told{[]string{"notice"}, nil},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := o.Store.Delivered(t.Context()); err != nil { // what came before is nobody's news
				t.Fatal(err)
			}
			var commits []store.Commit
			defer o.Store.OnCommit(func(c store.Commit) { commits = append(commits, c) })()
			if err := tt.do(); err != nil {
				t.Fatal(err)
			}
			if err := o.Store.Delivered(t.Context()); err != nil {
				t.Fatal(err)
			}
			r, err := office.ReadReach(t.Context(), o.Store, commits)
			if err != nil {
				t.Fatal(err)
			}
			got := []told{hear(r, o.Admin), hear(r, ana), hear(r, beto)}
			if diff := cmp.Diff([]told{tt.admin, tt.ana, tt.beto}, got); diff != "" {
				t.Errorf("admin, ana, beto (-want +got):\n%s", diff)
			}
		})
	}
}

// A replica forgets a prospect that became somebody else's, with whose it was: the page on which it still stands has to hear of it.
func TestReach_TellsOfWhatAReplicaForgot(t *testing.T) {
	o := realOffice(t)
	ana, beto := o.Sellers[0], o.Sellers[1]
	his, _ := o.Prospect(func(e *crm.Enquiry) { e.OwnerID = beto.UserID })
	forgotten := store.Op{Entity: store.EntityScope, Row: "gone", Outcome: store.Applied}
	r, err := office.ReadReach(t.Context(), o.Store, []store.Commit{{Ops: []store.Op{forgotten, {Entity: "prospect", Row: his}}}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(told{[]string{"prospect"}, []string{"gone"}}, hear(r, ana)); diff != "" {
		t.Error(diff)
	}
}

// TestReach_KnowsEveryTable asks for a change of every replicated table: none may be without a query.
func TestReach_KnowsEveryTable(t *testing.T) {
	st := storetest.Open(t)
	var names []string
	if err := st.Read().NewQuery("SELECT name FROM entity").Column(&names); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		op := store.Op{Entity: name, Row: "r1", Field: "deleted", Value: json.RawMessage("1")}
		if _, err := office.ReadReach(t.Context(), st, []store.Commit{{Ops: []store.Op{op}}}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := office.ReadReach(t.Context(), st, []store.Commit{{Ops: []store.Op{{Entity: "payment", Row: "r1"}}}}); err == nil {
		t.Error("a table nobody knows was passed over")
	}
}
