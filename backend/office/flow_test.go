package office_test

import (
	"context"
	"errors"
	"testing"

	logtest "github.com/sirupsen/logrus/hooks/test"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

// realOffice is an office whose store asks Decide, with an administrator and two sellers.
func realOffice(t *testing.T) *crmtest.Office {
	t.Helper()
	c := storetest.Clock(t)
	st := storetest.Open(t, storetest.WithClock(c), storetest.WithDecide(office.Decide))
	log, _ := logtest.NewNullLogger()
	return crmtest.Use(t, st, c, log, 2)
}

// TestDecide_AllowsEverythingTheProgramOffersASeller walks a seller's day through crm with Decide in place, and takes each
// step back.
func TestDecide_AllowsEverythingTheProgramOffersASeller(t *testing.T) {
	o := realOffice(t)
	ana := o.Sellers[0]
	id, _ := o.Prospect(func(e *crm.Enquiry) { e.OwnerID = ana.UserID })
	detail, err := o.CRM.Prospect(t.Context(), ana, id)
	if err != nil {
		t.Fatal(err)
	}
	words, err := o.CRM.Vocabulary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	contact, phone, email := detail.Contact.ID, detail.Contact.Phones[0].ID, detail.Contact.Emails[0].ID
	text := func(s string) *string { return &s }
	tomorrow := crm.Due{At: "2026-11-03T16:00:00.000Z", RemindAt: "2026-11-03T15:45:00.000Z"}
	made := func(c crm.Created, err error) (crm.Change, error) { return c.Change, err }
	open, err := o.CRM.LogActivity(t.Context(), ana, id, crm.NewActivity{Kind: crm.KindCall, Due: tomorrow})
	if err != nil {
		t.Fatal(err)
	}
	reminders, err := o.CRM.Reminders(t.Context(), ana, "2027-01-01T00:00:00.000Z")
	if err != nil || len(reminders) != 1 {
		t.Fatalf("reminders %v, %v", reminders, err)
	}
	ctx := t.Context()
	steps := []struct {
		name string
		do   func() (crm.Change, error)
	}{
		{"name", func() (crm.Change, error) {
			return o.CRM.UpdateContact(ctx, ana, contact, crm.ContactPatch{Name: text("Otro Nombre"), City: text("Atlixco")})
		}},
		{"phone", func() (crm.Change, error) { return made(o.CRM.AddPhone(ctx, ana, contact, "55 5555 0190")) }},
		{"phone's text", func() (crm.Change, error) {
			return o.CRM.UpdatePhone(ctx, ana, phone, crm.PhonePatch{Raw: text("55 5555 0191"), WAVariant: text("521")})
		}},
		{"phone removed", func() (crm.Change, error) { return o.CRM.RemovePhone(ctx, ana, phone) }},
		{"e-mail", func() (crm.Change, error) { return made(o.CRM.AddEmail(ctx, ana, contact, "otra@example.mx")) }},
		{"e-mail's text", func() (crm.Change, error) {
			return o.CRM.UpdateEmail(ctx, ana, email, crm.EmailPatch{Raw: text("nueva@example.mx")})
		}},
		{"e-mail removed", func() (crm.Change, error) { return o.CRM.RemoveEmail(ctx, ana, email) }},
		{"stage, temperature, status", func() (crm.Change, error) {
			return o.CRM.UpdateProspect(ctx, ana, id, crm.ProspectPatch{
				StageID: &words.Stages[1].ID, Temperature: text(crm.TemperatureHot), Status: text(crm.StatusFollowing),
			})
		}},
		{"discarded", func() (crm.Change, error) {
			return o.CRM.UpdateProspect(ctx, ana, id, crm.ProspectPatch{Status: text(crm.StatusDiscarded), ReasonID: &words.Reasons[2].ID})
		}},
		{"call with a next step", func() (crm.Change, error) {
			return made(o.CRM.LogActivity(ctx, ana, id, crm.NewActivity{
				Kind: crm.KindCall, Result: crm.ResultCallLater, Next: &crm.NextActivity{Kind: crm.KindCall, Due: tomorrow},
			}))
		}},
		{"rescheduled", func() (crm.Change, error) {
			return o.CRM.UpdateActivity(ctx, ana, open.ID, crm.ActivityPatch{DueAt: text("2026-11-04T16:00:00.000Z"), Body: text("x")})
		}},
		{"snoozed", func() (crm.Change, error) {
			return o.CRM.SnoozeReminder(ctx, ana, reminders[0].ID, "2026-11-05T16:00:00.000Z")
		}},
		{"reminded", func() (crm.Change, error) { return o.CRM.FinishReminder(ctx, ana, reminders[0].ID) }},
		{"done", func() (crm.Change, error) {
			return o.CRM.FinishActivity(ctx, ana, open.ID, crm.ActivityDone{Result: crm.ResultAnswered})
		}},
		{"removed", func() (crm.Change, error) { return o.CRM.RemoveActivity(ctx, ana, open.ID) }},
		{"typed in", func() (crm.Change, error) {
			c, err := o.CRM.CreateProspect(ctx, ana, crm.NewProspect{
				Name: "Rosa Nueva", Phones: []string{"55 5555 0177"}, Emails: []string{"rosa@example.mx"}, Note: "vino a la oficina",
			})
			return c.Change, err
		}},
		{"typed in, known", func() (crm.Change, error) {
			c, err := o.CRM.CreateProspect(ctx, ana, crm.NewProspect{Name: "x", Emails: []string{detail.Contact.Emails[0].Raw}})
			return c.Change, err
		}},
	}
	for _, step := range steps {
		t.Run(step.name, func(t *testing.T) {
			c, err := step.do()
			if err != nil {
				t.Fatal(err)
			}
			if c.TxID == "" {
				t.Fatal("nothing was written")
			}
			for _, what := range []string{"undo", "do again", "undo again"} {
				commit, err := o.Store.Undo(ctx, ana.Author(), c.TxID)
				if err != nil {
					t.Fatalf("%s: %v", what, err)
				}
				c.TxID = commit.TxID
			}
		})
	}
}

// TestSeller_CannotTakeBackWhatIsAnothersNow: a seller's own former change is not a way into a prospect that was given away.
func TestSeller_CannotTakeBackWhatIsAnothersNow(t *testing.T) {
	o := realOffice(t)
	ana, beto := o.Sellers[0], o.Sellers[1]
	id, _ := o.Prospect(func(e *crm.Enquiry) { e.OwnerID = ana.UserID })
	hot := crm.TemperatureHot
	change, err := o.CRM.UpdateProspect(t.Context(), ana, id, crm.ProspectPatch{Temperature: &hot})
	if err != nil {
		t.Fatal(err)
	}
	before, err := o.CRM.Prospect(t.Context(), ana, id)
	if err != nil {
		t.Fatal(err)
	}
	removal, err := o.Store.Write(t.Context(), ana.Author(), func(tx *store.Tx) error {
		return tx.Remove("contact_phone", before.Contact.Phones[0].ID)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.CRM.UpdateProspect(t.Context(), o.Admin, id, crm.ProspectPatch{OwnerID: &beto.UserID, OwnerReason: because()}); err != nil {
		t.Fatal(err)
	}
	for what, tx := range map[string]string{"a field": change.TxID, "a phone": removal.TxID} {
		_, err = o.Store.Undo(context.Background(), ana.Author(), tx)
		var refused *store.RefusedError
		if !errors.As(err, &refused) || refused.Reason != office.ReasonOutOfScope {
			t.Errorf("Undo of %s = %v, want a refusal: %s", what, err, office.ReasonOutOfScope)
		}
	}
}

// TestSeller_CannotWriteAroundCRM: with Decide in place a mistake in crm is no way to another seller's prospect.
func TestSeller_CannotWriteAroundCRM(t *testing.T) {
	o := realOffice(t)
	ana, beto := o.Sellers[0], o.Sellers[1]
	id, _ := o.Prospect(func(e *crm.Enquiry) { e.OwnerID = beto.UserID })
	detail, err := o.CRM.Prospect(t.Context(), beto, id)
	if err != nil {
		t.Fatal(err)
	}
	writes := map[string]func(*store.Tx) error{
		"take it":      func(tx *store.Tx) error { return tx.Set("prospect", id, store.Row{"owner_id": ana.UserID}) },
		"close it":     func(tx *store.Tx) error { return tx.Set("prospect", id, store.Row{"status": "closed"}) },
		"remove it":    func(tx *store.Tx) error { return tx.Remove("prospect", id) },
		"rename":       func(tx *store.Tx) error { return tx.Set("contact", detail.Contact.ID, store.Row{"name": "x"}) },
		"remove phone": func(tx *store.Tx) error { return tx.Remove("contact_phone", detail.Contact.Phones[0].ID) },
		"write to it": func(tx *store.Tx) error {
			return tx.Create("activity", tx.NewID(), store.Row{"prospect_id": id, "author_id": ana.UserID, "kind": "note", "created_at": "x"})
		},
		"be promoted": func(tx *store.Tx) error { return tx.Set("user", ana.UserID, store.Row{"role": "admin"}) },
		"forge history": func(tx *store.Tx) error {
			return tx.Create("event", tx.NewID(), store.Row{"prospect_id": id, "author_id": ana.UserID, "kind": "stage", "at": "x"})
		},
	}
	for name, write := range writes {
		_, err := o.Store.Write(context.Background(), account.Viewer{UserID: ana.UserID, Role: ana.Role}.Author(), write)
		var refused *store.RefusedError
		if !errors.As(err, &refused) {
			t.Errorf("%s: %v, want a refusal", name, err)
		}
	}
}

// because is a reason for a change of hands.
func because() *string {
	reason := "Vacaciones"
	return &reason
}
