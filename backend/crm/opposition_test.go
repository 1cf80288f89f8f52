package crm_test

import (
	"slices"
	"testing"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

func opposition(t testing.TB, office *crmtest.Office) string {
	t.Helper()
	for _, r := range vocabulary(t, office).Reasons {
		if r.Opposition {
			return r.ID
		}
	}
	t.Fatal("no reason means opposition")
	return ""
}

// Who asked not to be contacted is left alone, on every screen and by every way, until an administrator says otherwise.
func TestOpposition_StopsContact(t *testing.T) {
	office := crmtest.New(t, 1)
	no := opposition(t, office)
	e := office.Enquiry()
	r := office.Register(e)
	id, owner := r.ProspectID, office.Viewer(r.OwnerID)
	logActivity(t, office, owner, id, crm.NewActivity{Kind: crm.KindCall, Due: crm.Due{At: "2026-11-03T16:00:00.000Z", RemindAt: "2026-11-03T15:50:00.000Z"}})
	// Another prospect of the same person, as a merge leaves one.
	other, _ := office.Prospect(func(e *crm.Enquiry) { e.OwnerID = owner.UserID })
	if _, err := office.Store.Write(ctx, store.System, func(tx *store.Tx) error {
		return tx.Set("prospect", other, store.Row{"contact_id": r.ContactID})
	}); err != nil {
		t.Fatal(err)
	}
	reminders := func() int {
		list, err := office.CRM.Reminders(ctx, owner, "2026-12-01T00:00:00Z")
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	inbox := func() int {
		n, err := office.CRM.InboxCount(ctx, owner)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	agenda := func() int {
		a, err := office.CRM.Overdue(ctx, owner, "2026-12-01T00:00:00Z", "2026-12-01", "")
		if err != nil {
			t.Fatal(err)
		}
		return a.Total
	}
	if reminders() != 1 || inbox() != 2 || agenda() != 1 {
		t.Fatalf("%d reminders, %d in the inbox", reminders(), inbox())
	}
	update(t, office, owner, id, crm.ProspectPatch{Status: ptr("discarded"), ReasonID: &no})
	for _, p := range []string{id, other} {
		d := detail(t, office, owner, p)
		if d.Contact.OpposedAt == nil || d.Status != crm.StatusDiscarded || d.ReasonID != no {
			t.Errorf("after the no: %+v", d)
		}
	}
	if reminders() != 0 || inbox() != 0 || agenda() != 0 {
		t.Errorf("%d reminders, %d in the inbox", reminders(), inbox())
	}
	if items := list(t, office, owner, crm.ProspectFilter{}).Items; !items[0].Opposed {
		t.Error("the list does not say so")
	}
	for _, kind := range []string{crm.KindCall, crm.KindWhatsApp, crm.KindEmail, crm.KindAppointment, crm.KindVisit, crm.KindVideo} {
		if _, err := office.CRM.LogActivity(ctx, owner, id, crm.NewActivity{Kind: kind, Due: crm.Due{On: "2026-12-01"}}); !fault.Has(err, crm.CodeOpposed) {
			t.Errorf("%s is planned: %v", kind, err)
		}
	}
	next := &crm.NextActivity{Kind: crm.KindCall, Due: crm.Due{On: "2026-12-01"}}
	if _, err := office.CRM.LogActivity(ctx, owner, id, crm.NewActivity{Kind: crm.KindNote, Body: "x", Next: next}); !fault.Has(err, crm.CodeOpposed) {
		t.Errorf("a next step: %v", err)
	}
	logActivity(t, office, owner, id, crm.NewActivity{Kind: crm.KindNote, Body: "Lo dijo por teléfono"})
	for _, v := range append(office.Sellers, office.Admin) {
		if _, err := office.CRM.UpdateProspect(ctx, v, id, crm.ProspectPatch{Status: ptr("following")}); !fault.Has(err, crm.CodeOpposed) {
			t.Errorf("reopened by %s: %v", v.Name, err)
		}
	}
	// A new form is kept, and raises nothing.
	again := office.Register(office.Enquiry(func(n *crm.Enquiry) { n.Phones = e.Phones }))
	if !again.Opposed || !again.Linked || inbox() != 0 {
		t.Errorf("a new form: %+v", again)
	}
	if d := detail(t, office, owner, again.ProspectID); d.Status != crm.StatusDiscarded || len(d.Submissions) < 2 {
		t.Errorf("a new form: %s, %d submissions", d.Status, len(d.Submissions))
	}
	if _, err := office.CRM.LiftOpposition(ctx, owner, r.ContactID, "x"); !fault.Has(err, "access.admin_only") {
		t.Errorf("a seller lifts it: %v", err)
	}
	if _, err := office.CRM.LiftOpposition(ctx, office.Admin, r.ContactID, " "); !fault.Has(err, "input.required") {
		t.Errorf("without a why: %v", err)
	}
	if _, err := office.CRM.LiftOpposition(ctx, office.Admin, "x", "y"); !fault.Has(err, "contact.not_found") {
		t.Errorf("nobody: %v", err)
	}
	lifted, err := office.CRM.LiftOpposition(ctx, office.Admin, r.ContactID, "Mandó otro formulario")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{id, other} {
		d := detail(t, office, owner, p)
		if d.Contact.OpposedAt != nil || d.Status != crm.StatusFollowing || d.ReasonID != "" {
			t.Errorf("after the lifting: %+v", d)
		}
		if !slices.ContainsFunc(timeline(t, office, owner, p), func(i crm.TimelineItem) bool {
			return i.Kind == crm.EventOppositionLifted && i.Data["reason"] == "Mandó otro formulario"
		}) {
			t.Error("the history does not say why")
		}
	}
	if reminders() != 1 {
		t.Error("the reminder has not come back")
	}
	if _, err := office.CRM.LiftOpposition(ctx, office.Admin, r.ContactID, "otra vez"); !fault.Has(err, "contact.not_opposed") {
		t.Errorf("twice: %v", err)
	}
	undo(t, office, office.Admin, lifted.TxID)
	if detail(t, office, owner, id).Contact.OpposedAt == nil {
		t.Error("the lifting was not taken back")
	}
}
