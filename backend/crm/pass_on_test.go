package crm_test

import (
	"fmt"
	"testing"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// leaver is an office of three sellers of whom the first has left, with an attended prospect, one that waits and one that is over.
func leaver(t *testing.T) (o *crmtest.Office, who account.Viewer, called, waiting, over string) {
	t.Helper()
	o = founded(t, 3)
	who = o.Sellers[0]
	mine := func(n *crm.Enquiry) { n.OwnerID = who.UserID }
	for _, id := range []*string{&called, &waiting, &over} {
		*id, _ = o.Prospect(mine)
	}
	if _, err := o.CRM.LogActivity(ctx, who, called, crm.NewActivity{Kind: crm.KindCall, Result: "answered"}); err != nil {
		t.Fatal(err)
	}
	closed := crm.StatusClosed
	if _, err := o.CRM.UpdateProspect(ctx, who, over, crm.ProspectPatch{Status: &closed}); err != nil {
		t.Fatal(err)
	}
	o.SetUser(who.UserID, store.Row{"active": false})
	return o, who, called, waiting, over
}

func owners(t *testing.T, o *crmtest.Office, ids ...string) (all []string) {
	t.Helper()
	for _, id := range ids {
		all = append(all, detail(t, o, o.Admin, id).OwnerID)
	}
	return all
}

// TestPassOn_TakesAttendedProspectsToo: those whom somebody had called before leaving stayed with them, and nobody called again.
func TestPassOn_TakesAttendedProspectsToo(t *testing.T) {
	o, who, called, waiting, over := leaver(t)
	if open, err := o.CRM.Open(ctx, o.Admin, who.UserID); err != nil || open != 2 {
		t.Fatalf("open = %d %v, want the attended one and the other", open, err)
	}
	done, err := o.CRM.PassOn(ctx, o.Admin, who.UserID, crm.PassOn{ByTurn: true, Reason: "Ya no trabaja aquí"})
	if err != nil || done.Given != 2 || done.Tray != 0 || done.Left != 0 {
		t.Fatalf("passed on = %+v %v", done, err)
	}
	got := owners(t, o, called, waiting)
	if got[0] == got[1] || got[0] == who.UserID || got[1] == who.UserID || got[0] == "" || got[1] == "" {
		t.Errorf("by turn they went to %v, want one to each who is left", got)
	}
	if got := owners(t, o, over); got[0] != who.UserID {
		t.Errorf("what is over went to %v", got)
	}
	undo(t, o, o.Admin, done.TxID)
	if got := owners(t, o, called, waiting); got[0] != who.UserID || got[1] != who.UserID {
		t.Errorf("one undo brought back %v", got)
	}
}

func TestPassOn_ToOneOrToTheTray(t *testing.T) {
	o, who, called, waiting, _ := leaver(t)
	to := o.Sellers[1].UserID
	done, err := o.CRM.PassOn(ctx, o.Admin, who.UserID, crm.PassOn{OwnerID: to, Reason: "Se fue"})
	if err != nil || done.Given != 2 {
		t.Fatalf("to one: %+v %v", done, err)
	}
	if got := owners(t, o, called, waiting); got[0] != to || got[1] != to {
		t.Errorf("to one: %v", got)
	}
	done, err = o.CRM.PassOn(ctx, o.Admin, to, crm.PassOn{Reason: "Vacaciones largas"})
	if err != nil || done.Tray != 2 || done.Given != 0 {
		t.Fatalf("to the tray: %+v %v", done, err)
	}
	if tray, err := o.CRM.Tray(ctx, o.Admin); err != nil || tray.Count != 2 {
		t.Errorf("tray = %+v %v", tray, err)
	}
}

func TestPassOn_Refused(t *testing.T) {
	o, who, called, _, _ := leaver(t)
	tests := []struct {
		name   string
		by     account.Viewer
		seller string
		p      crm.PassOn
		field  string // of an input.invalid, or the code for who may not
	}{
		{"by a seller", o.Sellers[1], who.UserID, crm.PassOn{Reason: "x"}, "access.admin_only"},
		{"without a reason", o.Admin, who.UserID, crm.PassOn{ByTurn: true, Reason: " "}, "owner_reason"},
		{"of nobody", o.Admin, "1", crm.PassOn{ByTurn: true, Reason: "x"}, "seller_id"},
		{"of the tray", o.Admin, "", crm.PassOn{ByTurn: true, Reason: "x"}, "seller_id"},
		{"to somebody who has left", o.Admin, o.Sellers[1].UserID, crm.PassOn{OwnerID: who.UserID, Reason: "x"}, "owner_id"},
		{"to the same", o.Admin, o.Sellers[1].UserID, crm.PassOn{OwnerID: o.Sellers[1].UserID, Reason: "x"}, "owner_id"},
		{"to an administrator", o.Admin, who.UserID, crm.PassOn{OwnerID: o.Admin.UserID, Reason: "x"}, "owner_id"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := o.CRM.PassOn(ctx, tt.by, tt.seller, tt.p)
			if !fault.Has(err, tt.field) && !invalid(err, tt.field) {
				t.Errorf("= %v, want %s", err, tt.field)
			}
		})
	}
	if got := owners(t, o, called); got[0] != who.UserID {
		t.Errorf("it went to %v all the same", got)
	}
}

// TestRestore_ToSomebodyWhoHasLeft: a prospect came out of the bin to a seller who could not enter any more, and nobody saw it.
func TestRestore_ToSomebodyWhoHasLeft(t *testing.T) {
	o, who, called, _, over := leaver(t)
	for _, id := range []string{called, over} {
		if _, err := o.CRM.DeleteProspect(ctx, o.Admin, id); err != nil {
			t.Fatal(err)
		}
	}
	done, err := o.CRM.RestoreProspect(ctx, o.Admin, called)
	if err != nil || done.Left != who.Name {
		t.Fatalf("restored = %+v %v, want whose it was", done, err)
	}
	if got := owners(t, o, called); got[0] != "" {
		t.Errorf("it went to %v, want the tray", got)
	}
	if done, err := o.CRM.RestoreProspect(ctx, o.Admin, over); err != nil || done.Left != "" {
		t.Errorf("restored what is over = %+v %v", done, err)
	}
	if got := owners(t, o, over); got[0] != who.UserID {
		t.Errorf("what is over went to %v", got)
	}
	undo(t, o, o.Admin, done.TxID)
	if _, err := o.CRM.Prospect(ctx, o.Admin, called); !fault.Has(err, crm.CodeProspectNotFound) {
		t.Errorf("back in the bin: %v", err)
	}
}

func invalid(err error, field string) bool {
	f := fault.Find(err)
	return f != nil && f.Field == field
}

// BenchmarkPassOn gives 500 prospects to whose turn it is.
func BenchmarkPassOn(b *testing.B) {
	o := founded(b, 8)
	for i := range 500 {
		o.Register(o.Enquiry(func(n *crm.Enquiry) { n.OwnerID, n.Name = o.Sellers[0].UserID, fmt.Sprint("Persona ", i) }))
	}
	for b.Loop() {
		done, err := o.CRM.PassOn(ctx, o.Admin, o.Sellers[0].UserID, crm.PassOn{ByTurn: true, Reason: "x"})
		if err != nil || done.Given != 500 {
			b.Fatalf("%+v %v", done, err)
		}
		if _, err := o.Store.Undo(ctx, o.Admin.Author(), done.TxID); err != nil {
			b.Fatal(err)
		}
	}
}
