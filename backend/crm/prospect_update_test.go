package crm_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

func TestUpdateProspect(t *testing.T) {
	office := crmtest.New(t, 2)
	words := vocabulary(t, office)
	reason, opposition := words.Reasons[0].ID, ""
	for _, r := range words.Reasons {
		if r.Opposition {
			opposition = r.ID
		}
	}
	tests := []struct {
		name      string
		before    crm.ProspectPatch
		patch     crm.ProspectPatch
		wantErr   string
		wantField string
		status    string
		reason    string
		history   []string // newest first, of the patch alone
	}{
		{name: "stage", patch: crm.ProspectPatch{StageID: &words.Stages[2].ID}, status: "new", history: []string{"event stage"}},
		{name: "a stage back", before: crm.ProspectPatch{StageID: &words.Stages[2].ID}, patch: crm.ProspectPatch{StageID: &words.Stages[1].ID}, wantErr: "input.required", wantField: "stage_reason", status: "new"},
		{
			name: "a stage back, and why", before: crm.ProspectPatch{StageID: &words.Stages[2].ID},
			patch: crm.ProspectPatch{StageID: &words.Stages[1].ID, StageReason: ptr("Se cayó la cita")}, status: "new", history: []string{"event stage"},
		},
		{name: "same stage", patch: crm.ProspectPatch{StageID: &words.Stages[0].ID}, status: "new"},
		{name: "unknown stage", patch: crm.ProspectPatch{StageID: ptr("x")}, wantErr: "input.invalid", wantField: "stage_id", status: "new"},
		{name: "temperature", patch: crm.ProspectPatch{Temperature: ptr("hot")}, status: "new", history: []string{"event temperature"}},
		{name: "unknown temperature", patch: crm.ProspectPatch{Temperature: ptr("tepid")}, wantErr: "input.invalid", wantField: "temperature", status: "new"},
		{name: "status", patch: crm.ProspectPatch{Status: ptr("paused")}, status: "paused", history: []string{"event status"}},
		{name: "unknown status", patch: crm.ProspectPatch{Status: ptr("lost")}, wantErr: "input.invalid", wantField: "status", status: "new"},
		{
			name: "discard", patch: crm.ProspectPatch{Status: ptr("discarded"), ReasonID: &reason},
			status: "discarded", reason: reason, history: []string{"event status"},
		},
		{
			name: "discard without a reason", patch: crm.ProspectPatch{Status: ptr("discarded")},
			wantErr: "input.required", wantField: "reason_id", status: "new",
		},
		{
			name: "discard for an unknown reason", patch: crm.ProspectPatch{Status: ptr("discarded"), ReasonID: ptr("x")},
			wantErr: "input.invalid", wantField: "reason_id", status: "new",
		},
		{
			name: "a reason without discarding", patch: crm.ProspectPatch{ReasonID: &reason},
			wantErr: "input.invalid", wantField: "reason_id", status: "new",
		},
		{
			name: "another reason", before: crm.ProspectPatch{Status: ptr("discarded"), ReasonID: &reason},
			patch: crm.ProspectPatch{ReasonID: &words.Reasons[1].ID}, status: "discarded", reason: words.Reasons[1].ID, history: []string{"event status"},
		},
		{
			name: "reopen", before: crm.ProspectPatch{Status: ptr("discarded"), ReasonID: &reason},
			patch: crm.ProspectPatch{Status: ptr("following")}, status: "following", history: []string{"event reopened"},
		},
		{
			name: "asked not to be contacted", patch: crm.ProspectPatch{Status: ptr("discarded"), ReasonID: &opposition},
			status: "discarded", reason: opposition, history: []string{"event opposition", "event status"},
		},
		{
			name: "stage and temperature at once", patch: crm.ProspectPatch{StageID: &words.Stages[1].ID, StageReason: ptr("Visitó"), Temperature: ptr("warm")},
			status: "new", history: []string{"event stage", "event temperature"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			id, owner := office.Prospect()
			if tt.before.Status != nil || tt.before.StageID != nil {
				update(t, office, owner, id, tt.before)
			}
			past := len(timeline(t, office, owner, id))
			office.Clock.Advance(time.Second)
			_, err := office.CRM.UpdateProspect(ctx, owner, id, tt.patch)
			if fault.Code(err) != tt.wantErr && (err != nil || tt.wantErr != "") {
				t.Fatalf("err = %v, want %s", err, tt.wantErr)
			}
			if e := fault.Find(err); e != nil && e.Field != tt.wantField {
				t.Errorf("field = %s, want %s", e.Field, tt.wantField)
			}
			d := detail(t, office, owner, id)
			if d.Status != tt.status || d.ReasonID != tt.reason {
				t.Errorf("status %s, reason %s", d.Status, d.ReasonID)
			}
			items := timeline(t, office, owner, id)
			got := kinds(items[:len(items)-past])
			if len(got) == 2 && got[0] > got[1] { // of one instant, in the order of their ids
				got[0], got[1] = got[1], got[0]
			}
			if diff := cmp.Diff(tt.history, got); diff != "" {
				t.Errorf("history (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUpdateProspect_Owner(t *testing.T) {
	office := crmtest.New(t, 2)
	id, owner := office.Prospect()
	other := office.Sellers[0]
	if other.UserID == owner.UserID {
		other = office.Sellers[1]
	}
	logActivity(t, office, owner, id, crm.NewActivity{Kind: "call", Due: crm.Due{At: "2026-11-03T16:00:00Z", RemindAt: "2026-11-03T15:50:00Z"}})
	patch := crm.ProspectPatch{OwnerID: &other.UserID, OwnerReason: ptr("Vacaciones")}
	if _, err := office.CRM.UpdateProspect(ctx, owner, id, patch); !fault.Has(err, "access.admin_only") {
		t.Errorf("a seller gave a prospect away: %v", err)
	}
	for name, to := range map[string]string{"nobody": "x", "administrator": office.Admin.UserID} {
		_, err := office.CRM.UpdateProspect(ctx, office.Admin, id, crm.ProspectPatch{OwnerID: &to})
		if e := fault.Find(err); e == nil || e.Code != "user.not_found" || e.Field != "owner_id" {
			t.Errorf("given to %s: %v", name, err)
		}
	}
	change := update(t, office, office.Admin, id, patch)
	d := detail(t, office, other, id)
	if d.OwnerID != other.UserID || d.AssignedWhy != (crm.AssignedWhy{Rule: "manual", By: office.Admin.UserID}) {
		t.Errorf("detail = %+v", d)
	}
	if got := scopes(t, office, id); !cmp.Equal(got, map[string]bool{owner.UserID: false, other.UserID: true}) {
		t.Errorf("scope = %v", got)
	}
	remindersOf := func(v account.Viewer) int {
		list, err := office.CRM.Reminders(ctx, v, "2026-11-04T00:00:00Z")
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	if remindersOf(owner) != 0 || remindersOf(other) != 1 {
		t.Error("the reminder did not go with the prospect")
	}
	undo(t, office, office.Admin, change.TxID)
	if got := scopes(t, office, id); !cmp.Equal(got, map[string]bool{owner.UserID: true, other.UserID: false}) {
		t.Errorf("scope after undo = %v", got)
	}
	if remindersOf(owner) != 1 || remindersOf(other) != 0 {
		t.Error("the reminder did not come back")
	}
	tray := ""
	update(t, office, office.Admin, id, crm.ProspectPatch{OwnerID: &tray, OwnerReason: ptr("De vuelta")})
	if got := scopes(t, office, id); got[owner.UserID] || got[other.UserID] {
		t.Errorf("scope of the tray = %v", got)
	}
	if remindersOf(owner) != 0 {
		t.Error("reminds of a prospect that was taken away")
	}
	update(t, office, office.Admin, id, crm.ProspectPatch{OwnerID: &other.UserID})
	if remindersOf(other) != 1 {
		t.Error("the reminder was lost in the tray")
	}
}

// TestCreateProspect_BeforeTheReplicaKnowsAnyUser: the office refuses a seller's new prospect that is not the seller's, and
// while a replica begins, or begins again, it holds nobody.
func TestCreateProspect_BeforeTheReplicaKnowsAnyUser(t *testing.T) {
	office := crmtest.New(t, 2)
	seller := office.Sellers[0]
	_, err := office.Store.Write(ctx, store.System, func(tx *store.Tx) error {
		return tx.Set("user", seller.UserID, store.Row{"active": 0})
	})
	if err != nil {
		t.Fatal(err)
	}
	mine, err := office.CRM.CreateProspect(ctx, seller, crm.NewProspect{Name: "Tomás Ávila"})
	if err != nil {
		t.Fatal(err)
	}
	if got := detail(t, office, seller, mine.ID).OwnerID; got != seller.UserID {
		t.Errorf("the prospect went to %q", got)
	}
}

func TestCreateProspect(t *testing.T) {
	office := crmtest.New(t, 2)
	seller, other := office.Sellers[0], office.Sellers[1]
	mine, err := office.CRM.CreateProspect(ctx, seller, crm.NewProspect{
		Name: "Tomás Ávila", Phones: []string{"55 5555 0101", ""}, Emails: []string{"tomas@example.com"}, Note: "Llegó a la caseta",
	})
	if err != nil {
		t.Fatal(err)
	}
	d := detail(t, office, seller, mine.ID)
	if d.Source != "manual" || d.AssignedWhy != (crm.AssignedWhy{Rule: "fixed", By: seller.UserID}) || len(d.Contact.Phones) != 1 {
		t.Errorf("detail = %+v", d)
	}
	items := timeline(t, office, seller, mine.ID)
	note := false
	for _, item := range items {
		note = note || item.Body == "Llegó a la caseta" && item.AuthorID == seller.UserID
	}
	if !note {
		t.Errorf("timeline = %+v", items)
	}
	if d.AttendedAt != nil {
		t.Error("a note attended the prospect")
	}

	t.Run("known to another seller", func(t *testing.T) {
		office.Clock.Advance(time.Minute)
		theirs, err := office.CRM.CreateProspect(ctx, other, crm.NewProspect{Name: "Tomás", City: "Puebla", Phones: []string{"5555550101"}})
		if err != nil || !theirs.Linked || theirs.ID != "" {
			t.Errorf("created = %+v, %v", theirs, err)
		}
		if d := detail(t, office, seller, mine.ID); len(d.Submissions) != 2 || d.OwnerID != seller.UserID || len(d.Submissions[0].Answers) != 3 {
			t.Errorf("detail = %+v", d)
		}
	})
	t.Run("what was typed is kept where the contact has another", func(t *testing.T) {
		office.Clock.Advance(time.Minute)
		again := crm.NewProspect{
			Name: "Teresa Ávila", Phones: []string{"55 5555 0133"}, Emails: []string{"TOMAS@example.com"}, City: "Atlixco", Note: "Es su hermana",
		}
		made, err := office.CRM.CreateProspect(ctx, office.Admin, again)
		if err != nil || !made.Linked || made.ID != mine.ID {
			t.Fatalf("created = %+v, %v", made, err)
		}
		d := detail(t, office, seller, mine.ID)
		want := []crm.Answer{{Name: "full_name", Type: "FULL_NAME", Values: []string{"Teresa Ávila"}}}
		if diff := cmp.Diff(want, d.Submissions[0].Answers); diff != "" {
			t.Errorf("answers (-want +got):\n%s", diff)
		}
		if d.Contact.Name != "Tomás Ávila" || d.Contact.City != "Atlixco" || len(d.Contact.Phones) != 2 {
			t.Errorf("contact = %+v", d.Contact)
		}
		office.Clock.Advance(time.Minute)
		again.Name, again.City = "Tomás Ávila", "Cholula"
		if _, err := office.CRM.CreateProspect(ctx, office.Admin, again); err != nil {
			t.Fatal(err)
		}
		want = []crm.Answer{{Name: "city", Type: "CITY", Values: []string{"Cholula"}}}
		if diff := cmp.Diff(want, detail(t, office, seller, mine.ID).Submissions[0].Answers); diff != "" {
			t.Errorf("answers of the same name in another city (-want +got):\n%s", diff)
		}
		byName := map[string]string{"Tomás Ávila": mine.ID}
		if got := found(t, office, byName, crm.ProspectFilter{Query: "teresa"}); len(got) != 1 {
			t.Errorf("by the name that was typed one finds %v", got)
		}
	})
	t.Run("conflict tells a seller no ids", func(t *testing.T) {
		office.Register(office.Enquiry(func(e *crm.Enquiry) { e.Phones, e.Emails = []string{"5555550102"}, []string{"otra@example.com"} }))
		n := crm.NewProspect{Name: "X", Phones: []string{"5555550101"}, Emails: []string{"otra@example.com"}}
		_, err := office.CRM.CreateProspect(ctx, seller, n)
		if e := fault.Find(err); e == nil || e.Code != crm.CodeContactConflict || e.Args != nil {
			t.Errorf("err = %v", err)
		}
		if _, err := office.CRM.CreateProspect(ctx, office.Admin, n); fault.Find(err) == nil || len(fault.Find(err).Args) == 0 {
			t.Errorf("an administrator is not told between whom: %v", err)
		}
	})
	t.Run("refused", func(t *testing.T) {
		for name, tt := range map[string]struct {
			v         account.Viewer
			n         crm.NewProspect
			code, fld string
		}{
			"empty":           {seller, crm.NewProspect{Phones: []string{" "}}, "input.required", "name"},
			"for another":     {seller, crm.NewProspect{Name: "X", OwnerID: other.UserID}, "access.admin_only", ""},
			"for nobody":      {office.Admin, crm.NewProspect{Name: "X", OwnerID: "x"}, "user.not_found", "owner_id"},
			"too long a name": {seller, crm.NewProspect{Name: string(make([]rune, 301))}, "input.too_long", "name"},
		} {
			_, err := office.CRM.CreateProspect(ctx, tt.v, tt.n)
			if e := fault.Find(err); e == nil || e.Code != tt.code || e.Field != tt.fld {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
	t.Run("by turn for an administrator", func(t *testing.T) {
		c, err := office.CRM.CreateProspect(ctx, office.Admin, crm.NewProspect{Name: "Nueva"})
		if err != nil {
			t.Fatal(err)
		}
		if d := detail(t, office, office.Admin, c.ID); d.AssignedWhy.Rule != "turn" || d.OwnerID == "" {
			t.Errorf("why = %+v", d.AssignedWhy)
		}
	})
}

func TestContactReach(t *testing.T) {
	office := crmtest.New(t, 2)
	e := office.Enquiry()
	r := office.Register(e)
	foreign := office.Register(office.Enquiry(func(e *crm.Enquiry) { e.Phones, e.Emails = []string{"5555550190"}, []string{"otra@example.com"} }))
	owner := office.Viewer(r.OwnerID)
	second, err := office.CRM.AddPhone(ctx, owner, r.ContactID, "55 5555 0171")
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		do   func(account.Viewer) error
		code string
		args bool // an administrator gets
	}{
		"the same phone": {func(v account.Viewer) error {
			_, err := office.CRM.AddPhone(ctx, v, r.ContactID, "044 55 5555 0171")
			return err
		}, crm.CodePhoneRepeated, false},
		"another's phone": {func(v account.Viewer) error {
			_, err := office.CRM.AddPhone(ctx, v, r.ContactID, "+52 1 55 5555 0190")
			return err
		}, crm.CodePhoneTaken, true},
		"changed to another's": {func(v account.Viewer) error {
			_, err := office.CRM.UpdatePhone(ctx, v, second.ID, crm.PhonePatch{Raw: ptr("5555550190")})
			return err
		}, crm.CodePhoneTaken, true},
		"changed to its sister": {func(v account.Viewer) error {
			_, err := office.CRM.UpdatePhone(ctx, v, second.ID, crm.PhonePatch{Raw: &e.Phones[0]})
			return err
		}, crm.CodePhoneRepeated, false},
		"another's e-mail": {func(v account.Viewer) error {
			_, err := office.CRM.AddEmail(ctx, v, r.ContactID, "OTRA@example.com")
			return err
		}, crm.CodeEmailTaken, true},
		"empty": {func(v account.Viewer) error {
			_, err := office.CRM.AddEmail(ctx, v, r.ContactID, " ")
			return err
		}, "input.required", false},
		"a prefix nobody uses": {func(v account.Viewer) error {
			_, err := office.CRM.UpdatePhone(ctx, v, second.ID, crm.PhonePatch{WAVariant: ptr("1")})
			return err
		}, "input.invalid", false},
	} {
		for _, v := range []account.Viewer{owner, office.Admin} {
			err := tt.do(v)
			if fault.Code(err) != tt.code {
				t.Errorf("%s for %s: %v", name, v.Role, err)
				continue
			}
			if told := fault.Find(err).Args["contact_id"]; (told == foreign.ContactID) != (tt.args && v.IsAdmin()) {
				t.Errorf("%s for %s: told %v", name, v.Role, told)
			}
		}
	}
	if _, err := office.CRM.UpdatePhone(ctx, owner, second.ID, crm.PhonePatch{WAVariant: ptr("521")}); err != nil {
		t.Fatal(err)
	}
	if _, err := office.CRM.UpdatePhone(ctx, owner, second.ID, crm.PhonePatch{Raw: ptr("01 55 5555 0171")}); err != nil {
		t.Fatal(err)
	}
	phones := detail(t, office, owner, r.ProspectID).Contact.Phones
	if p := phones[1]; p.WAVariant != "521" || p.Raw != "01 55 5555 0171" || p.E164 != "+525555550171" {
		t.Errorf("the same number written otherwise: %+v", p)
	}
	if _, err := office.CRM.UpdatePhone(ctx, owner, second.ID, crm.PhonePatch{Raw: ptr("5555550172")}); err != nil {
		t.Fatal(err)
	}
	if p := detail(t, office, owner, r.ProspectID).Contact.Phones[1]; p.WAVariant != "" {
		t.Errorf("another number kept the prefix: %+v", p)
	}
	if _, err := office.CRM.AddPhone(ctx, owner, r.ContactID, "sin lada 555 0173"); err != nil {
		t.Errorf("a text that cannot be called: %v", err)
	}
}

// mutations is every way to change something, on a prospect with everything.
func mutations(t testing.TB, office *crmtest.Office) (map[string]func(account.Viewer) (string, error), string, account.Viewer) {
	t.Helper()
	words := vocabulary(t, office)
	e := office.Enquiry()
	r := office.Register(e)
	id, owner := r.ProspectID, office.Viewer(r.OwnerID)
	d := detail(t, office, owner, id)
	phone, email := d.Contact.Phones[0].ID, d.Contact.Emails[0].ID
	due := crm.Due{At: "2026-11-03T16:00:00.000Z", RemindAt: "2026-11-03T15:50:00.000Z"}
	activity := logActivity(t, office, owner, id, crm.NewActivity{Kind: "call", Body: "Confirmar", Due: due}).ID
	reminders, err := office.CRM.Reminders(ctx, owner, "2026-12-01T00:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	reminder := ""
	for _, r := range reminders {
		if r.ActivityID == activity {
			reminder = r.ID
		}
	}
	tx := func(c crm.Change, err error) (string, error) { return c.TxID, err }
	made := func(c crm.Created, err error) (string, error) { return c.TxID, err }
	c := office.CRM
	return map[string]func(v account.Viewer) (string, error){
		"UpdateProspect stage": func(v account.Viewer) (string, error) {
			return tx(c.UpdateProspect(ctx, v, id, crm.ProspectPatch{StageID: &words.Stages[3].ID, Temperature: ptr("hot")}))
		},
		"UpdateProspect discard": func(v account.Viewer) (string, error) {
			return tx(c.UpdateProspect(ctx, v, id, crm.ProspectPatch{Status: ptr("discarded"), ReasonID: &words.Reasons[2].ID}))
		},
		"UpdateContact": func(v account.Viewer) (string, error) {
			return tx(c.UpdateContact(ctx, v, r.ContactID, crm.ContactPatch{Name: ptr("Otro Nombre"), City: ptr("Atlixco")}))
		},
		"AddPhone": func(v account.Viewer) (string, error) { return made(c.AddPhone(ctx, v, r.ContactID, "55 5555 0181")) },
		"UpdatePhone": func(v account.Viewer) (string, error) {
			return tx(c.UpdatePhone(ctx, v, phone, crm.PhonePatch{Raw: ptr("5555550182")}))
		},
		"RemovePhone": func(v account.Viewer) (string, error) { return tx(c.RemovePhone(ctx, v, phone)) },
		"AddEmail": func(v account.Viewer) (string, error) {
			return made(c.AddEmail(ctx, v, r.ContactID, "dos@example.com"))
		},
		"UpdateEmail": func(v account.Viewer) (string, error) {
			return tx(c.UpdateEmail(ctx, v, email, crm.EmailPatch{Raw: ptr("tres@example.com")}))
		},
		"RemoveEmail": func(v account.Viewer) (string, error) { return tx(c.RemoveEmail(ctx, v, email)) },
		"LogActivity": func(v account.Viewer) (string, error) {
			next := &crm.NextActivity{Kind: "visit", Due: crm.Due{On: "2026-11-09", RemindAt: "2026-11-09T14:00:00Z"}}
			return made(c.LogActivity(ctx, v, id, crm.NewActivity{Kind: "call", Result: "call_later", Body: "Llamar el lunes", Next: next}))
		},
		"FinishActivity": func(v account.Viewer) (string, error) {
			return tx(c.FinishActivity(ctx, v, activity, crm.ActivityDone{Result: "answered", Body: ptr("Sí irá")}))
		},
		"UpdateActivity": func(v account.Viewer) (string, error) {
			return tx(c.UpdateActivity(ctx, v, activity, crm.ActivityPatch{Body: ptr("Otra hora"), DueAt: ptr("2026-11-04T16:00:00Z")}))
		},
		"RemoveActivity": func(v account.Viewer) (string, error) { return tx(c.RemoveActivity(ctx, v, activity)) },
		"SnoozeReminder": func(v account.Viewer) (string, error) {
			return tx(c.SnoozeReminder(ctx, v, reminder, "2026-11-03T18:00:00Z"))
		},
		"FinishReminder": func(v account.Viewer) (string, error) { return tx(c.FinishReminder(ctx, v, reminder)) },
	}, id, owner
}

func TestMutations_AreLoggedAndUndone(t *testing.T) {
	office := crmtest.New(t, 1)
	all, id, owner := mutations(t, office)
	for name, do := range all {
		t.Run(name, func(t *testing.T) {
			office.Clock.Advance(time.Minute)
			before := snapshot(t, office, id)
			txID, err := do(owner)
			if err != nil {
				t.Fatal(err)
			}
			after := snapshot(t, office, id)
			if cmp.Equal(before, after) {
				t.Error("changed nothing that anybody sees")
			}
			var logged int
			var user string
			err = office.Store.Read().NewQuery(`
				SELECT count(*), max(o.user_id)
				FROM op_log o
				WHERE lower(hex(o.tx_id)) = replace({:tx}, '-', '')`).Bind(map[string]any{"tx": txID}).Row(&logged, &user)
			if err != nil || logged == 0 || user != owner.UserID {
				t.Errorf("%d ops of %q in the log, %v", logged, user, err)
			}
			undo(t, office, owner, txID)
			if diff := cmp.Diff(before, snapshot(t, office, id)); diff != "" {
				t.Errorf("undo left a difference (-before +after):\n%s", diff)
			}
		})
	}
	if txID, err := office.CRM.UpdateContact(ctx, owner, detail(t, office, owner, id).Contact.ID, crm.ContactPatch{}); err != nil || txID.TxID != "" {
		t.Errorf("a patch of nothing is a transaction: %+v, %v", txID, err)
	}
}

// snapshot is everything the owner sees of a prospect, and what the derived tables hold of it.
func snapshot(t testing.TB, office *crmtest.Office, id string) map[string]any {
	t.Helper()
	d := detail(t, office, office.Admin, id)
	owner := office.Viewer(d.OwnerID)
	reminders, err := office.CRM.Reminders(ctx, owner, "2027-01-01T00:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	shot := map[string]any{"detail": d, "timeline": timeline(t, office, owner, id), "reminders": reminders}
	for _, f := range []crm.ProspectFilter{{}, {Sort: "name"}, {Sort: "next"}, {Sort: "activity"}, {Open: "false"}, {Query: d.Contact.Name}} {
		text, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		shot[string(text)] = list(t, office, owner, f).Items
	}
	return shot
}

func TestSeller_CannotChangeAnothersProspect(t *testing.T) {
	office := crmtest.New(t, 2)
	all, id, owner := mutations(t, office)
	stranger := office.Sellers[0]
	if stranger.UserID == owner.UserID {
		stranger = office.Sellers[1]
	}
	office.SetUser(stranger.UserID, store.Row{"paused": false})
	before := snapshot(t, office, id)
	for name, do := range all {
		for _, v := range []account.Viewer{stranger, {Role: account.RoleSeller}, {}} {
			txID, err := do(v)
			e := fault.Find(err)
			if e == nil || txID != "" {
				t.Errorf("%s as %q: %v", name, v.Name, err)
				continue
			}
			switch e.Code {
			case "prospect.not_found", "contact.not_found", "phone.not_found", "email.not_found", "activity.not_found", "reminder.not_found":
			default:
				t.Errorf("%s as %q tells more than that it is not there: %v", name, v.Name, err)
			}
		}
	}
	if diff := cmp.Diff(before, snapshot(t, office, id)); diff != "" {
		t.Errorf("something changed:\n%s", diff)
	}
}

func TestSeller_NeverSeesAnothers(t *testing.T) {
	office, all := mixed(t, 40)
	words := vocabulary(t, office)
	owners := map[string]string{}
	for _, k := range all {
		owners[k.id] = k.owner
	}
	for _, v := range append(office.Sellers, account.Viewer{Role: account.RoleSeller}, account.Viewer{}) {
		own := 0
		for _, k := range all {
			if k.owner == v.UserID && v.UserID != "" {
				own++
			}
		}
		see := func(what, id string) {
			t.Helper()
			if v.UserID == "" || owners[id] != v.UserID {
				t.Errorf("%s shows %q a prospect of %q", what, v.UserID, owners[id])
			}
		}
		for _, seller := range []string{"", crm.SellerNone, office.Sellers[0].UserID, office.Sellers[1].UserID, office.Admin.UserID} {
			for name, f := range filters(words, seller, tagOf(t, office, "Inversionista")) {
				for _, sort := range []string{"recent", "name", "next", "activity"} {
					for _, query := range []string{"", "ma", "22 2", "puebla"} {
						f.Sort, f.Query, f.Limit = sort, query, 200
						page := list(t, office, v, f)
						for _, c := range page.Items {
							see(fmt.Sprintf("list %s by %s of %q", name, sort, query), c.ID)
						}
						if page.Total > own {
							t.Errorf("list %s counts %d of %d", name, page.Total, own)
						}
						all, err := office.CRM.ProspectIDs(ctx, v, f)
						if err != nil {
							t.Fatal(err)
						}
						for _, id := range all.IDs {
							see(fmt.Sprintf("ids %s by %s of %q", name, sort, query), id)
						}
						if n, err := office.CRM.CountProspects(ctx, v, f); err != nil || n > own || query == "" && n != len(page.Items) {
							t.Errorf("count %s of %q = %d %v, shown %d of %d", name, query, n, err, len(page.Items), own)
						}
					}
				}
			}
		}
		inbox, err := office.CRM.Inbox(ctx, v, "", 200)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range inbox.Items {
			see("inbox", c.ID)
		}
		if n, err := office.CRM.InboxCount(ctx, v); err != nil || n != len(inbox.Items) || inbox.Count != n {
			t.Errorf("inbox of %q counts %d, shows %d", v.UserID, n, len(inbox.Items))
		}
		reminders, err := office.CRM.Reminders(ctx, v, "2027-01-01T00:00:00Z")
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range reminders {
			see("reminders", r.ProspectID)
		}
		for _, k := range all {
			_, errDetail := office.CRM.Prospect(ctx, v, k.id)
			_, errTimeline := office.CRM.Timeline(ctx, v, k.id, "", 0)
			for what, err := range map[string]error{"detail": errDetail, "timeline": errTimeline} {
				if mine := k.owner == v.UserID && v.UserID != ""; mine && err != nil || !mine && !fault.Has(err, crm.CodeProspectNotFound) {
					t.Errorf("%s for %q of %q: %v", what, v.UserID, k.owner, err)
				}
			}
		}
	}
}
