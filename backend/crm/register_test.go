package crm_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

var ctx = context.Background()

func TestRegister_NewPerson(t *testing.T) {
	office := crmtest.New(t, 1)
	e := office.Enquiry(func(e *crm.Enquiry) {
		e.Name, e.City = "  Begoña Núñez ", "Cholula"
		e.Phones = []string{"044 222 555 0101", "+52 1 222 555 0101", "llamar de noche"}
		e.Emails = []string{"Begona@Example.MX"}
		e.Disclaimers = []crm.Disclaimer{{Key: "aviso", Text: "Acepto el aviso", Checked: true}}
		e.IsOrganic = new(bool)
	})
	r := office.Register(e)
	if r.Linked || r.OwnerID != office.Sellers[0].UserID || r.Turn != 1 || r.Of != 1 {
		t.Fatalf("registration = %+v", r)
	}
	d := detail(t, office, office.Sellers[0], r.ProspectID)
	waited := int(office.Clock.Now().Sub(e.LeadAt).Seconds())
	want := crm.ProspectDetail{
		ID: r.ProspectID, OwnerID: r.OwnerID, OwnerName: office.Sellers[0].Name, StageID: d.StageID, Status: "new", Source: "leads",
		FormName: e.FormName, CampaignName: e.CampaignName, LeadAt: clock.Format(e.LeadAt), ReceivedAt: clock.Format(office.Clock.Now()),
		AssignedAt: ptr(clock.Format(office.Clock.Now())), AssignedWhy: crm.AssignedWhy{Rule: "turn", Turn: 1, Of: 1},
		CreatedAt: clock.Format(office.Clock.Now()), Tags: []string{},
		Contact: crm.Contact{
			ID: r.ContactID, Name: "Begoña Núñez", City: "Cholula",
			Phones: []crm.ContactPhone{
				{ID: d.Contact.Phones[0].ID, E164: "+522225550101", Raw: "044 222 555 0101", National: "222 555 0101"},
				{ID: d.Contact.Phones[1].ID, Raw: "llamar de noche", Problem: "invalid"},
			},
			Emails: []crm.ContactEmail{{ID: d.Contact.Emails[0].ID, Address: "begona@example.mx", Raw: "Begona@Example.MX"}},
		},
		Submissions: []crm.Submission{{
			ID: r.SubmissionID, LeadID: e.LeadID, FormID: e.FormID, FormName: e.FormName, CampaignName: e.CampaignName,
			AdsetName: e.AdsetName, AdName: e.AdName, Platform: "fb", IsOrganic: new(bool), Origin: "poll",
			LeadAt: clock.Format(e.LeadAt), ReceivedAt: clock.Format(office.Clock.Now()), Answers: e.Answers, Disclaimers: e.Disclaimers,
		}},
		Response: &crm.ProspectResponse{Lead: waited, LeadHours: waited},
	}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Errorf("detail (-want +got):\n%s", diff)
	}
	if words := vocabulary(t, office); d.StageID != words.Stages[0].ID {
		t.Errorf("stage = %q, want the first", d.StageID)
	}
	if got := kinds(timeline(t, office, office.Admin, r.ProspectID)); !cmp.Equal(got, []string{"event registered", "submission poll"}) {
		t.Errorf("timeline = %v", got)
	}
}

func TestRegister_LeadIsNeverDoubled(t *testing.T) {
	office := crmtest.New(t, 2)
	e := office.Enquiry()
	first := office.Register(e)
	e.Name, e.Phones = "Otra Persona", []string{"5555550199"}
	for range 3 {
		_, err := office.TryRegister(e)
		if !fault.Has(err, crm.CodeSubmissionDuplicate) {
			t.Fatalf("second registration: %v", err)
		}
		if got := fault.Find(err).Args["prospect_id"]; got != first.ProspectID {
			t.Errorf("prospect_id = %v, want %s", got, first.ProspectID)
		}
	}
	if got := list(t, office, office.Admin, crm.ProspectFilter{}); len(got.Items) != 1 {
		t.Errorf("%d prospects", len(got.Items))
	}
}

func TestRegister_ReturningContact(t *testing.T) {
	tests := []struct {
		name       string
		again      func(first crm.Enquiry) crm.Enquiry
		wantPhones int
		wantEmails int
	}{
		{"by phone written another way", func(first crm.Enquiry) crm.Enquiry {
			return crm.Enquiry{Phones: []string{"01 " + first.Phones[0][3:]}, Emails: []string{"otro@example.com"}}
		}, 1, 2},
		{"by e-mail in capitals", func(first crm.Enquiry) crm.Enquiry {
			return crm.Enquiry{Phones: []string{"5555550133"}, Emails: []string{strings.ToUpper(first.Emails[0])}}
		}, 2, 1},
		{"by both", func(first crm.Enquiry) crm.Enquiry {
			return crm.Enquiry{Phones: first.Phones, Emails: first.Emails}
		}, 1, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			office := crmtest.New(t, 3)
			e := office.Enquiry()
			first := office.Register(e)
			owner := office.Viewer(first.OwnerID)
			call(t, office, owner, first.ProspectID)
			office.Clock.Advance(48 * time.Hour)
			again := tt.again(e)
			again.LeadID, again.Source, again.Origin, again.FormName = "again", "leads", "webhook", "Preventa Sur"
			r := office.Register(again)
			if !r.Linked || r.ProspectID != first.ProspectID || r.ContactID != first.ContactID || r.OwnerID != first.OwnerID || r.Of != 0 {
				t.Fatalf("registration = %+v, first = %+v", r, first)
			}
			d := detail(t, office, owner, r.ProspectID)
			if d.AttendedAt != nil || d.LeadAt != clock.Format(office.Clock.Now()) || d.FormName != "Preventa Sur" || len(d.Submissions) != 2 {
				t.Errorf("not raised: %+v", d)
			}
			if d.Status != "contacted" {
				t.Errorf("status = %s: an open follow-up keeps it", d.Status)
			}
			if d.Submissions[0].ID != r.SubmissionID {
				t.Error("the newest submission is not first")
			}
			if len(d.Contact.Phones) != tt.wantPhones || len(d.Contact.Emails) != tt.wantEmails {
				t.Errorf("reach = %+v", d.Contact)
			}
			if d.Contact.Name != e.Name {
				t.Errorf("name = %q", d.Contact.Name)
			}
			if n, err := office.CRM.InboxCount(ctx, owner); err != nil || n != 1 {
				t.Errorf("inbox = %d, %v", n, err)
			}
		})
	}
}

func TestRegister_ReopensWhatWasOver(t *testing.T) {
	for _, status := range []string{"discarded", "closed"} {
		t.Run(status, func(t *testing.T) {
			office := crmtest.New(t, 2)
			e := office.Enquiry()
			first := office.Register(e)
			patch := crm.ProspectPatch{Status: &status}
			if status == "discarded" {
				patch.ReasonID = &vocabulary(t, office).Reasons[0].ID
			}
			update(t, office, office.Admin, first.ProspectID, patch)
			office.Clock.Advance(time.Hour)
			e.LeadID = "again"
			e.LeadAt = office.Clock.Now()
			office.Register(e)
			d := detail(t, office, office.Viewer(first.OwnerID), first.ProspectID)
			if d.Status != "new" || d.ReasonID != "" || d.AttendedAt != nil {
				t.Errorf("detail = %+v", d)
			}
			items := timeline(t, office, office.Admin, first.ProspectID)
			if !contains(kinds(items), "event reopened") {
				t.Errorf("timeline = %v", kinds(items))
			}
			if got := list(t, office, office.Admin, crm.ProspectFilter{Open: crm.OpenOnly}); len(got.Items) != 1 {
				t.Errorf("%d open prospects", len(got.Items))
			}
		})
	}
}

func TestRegister_OlderEnquiryDoesNotRaise(t *testing.T) {
	office := crmtest.New(t, 1)
	e := office.Enquiry()
	first := office.Register(e)
	call(t, office, office.Sellers[0], first.ProspectID)
	lead := e.LeadAt
	e.LeadID, e.LeadAt, e.Source, e.Origin = "old", lead.Add(-30*24*time.Hour), "file", "file"
	office.Register(e)
	d := detail(t, office, office.Admin, first.ProspectID)
	if d.AttendedAt == nil || d.LeadAt != clock.Format(lead) || len(d.Submissions) != 2 {
		t.Errorf("an enquiry of last month came before this one: %+v", d)
	}
}

// A prospect whose time was written by a clock that was ahead does not swallow the person's next enquiry.
func TestRegister_ClockThatWasAheadBuriesNobody(t *testing.T) {
	for name, ahead := range map[string]time.Duration{"ten minutes": 10 * time.Minute, "a year": 365 * 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			office := crmtest.New(t, 1)
			seller := office.Sellers[0]
			office.Clock.Advance(ahead)
			made, err := office.CRM.CreateProspect(ctx, seller, crm.NewProspect{Name: "Rosa Inventada", Phones: []string{"55 5555 0177"}})
			if err != nil {
				t.Fatal(err)
			}
			update(t, office, seller, made.ID, crm.ProspectPatch{Status: ptr("discarded"), ReasonID: ptr(vocabulary(t, office).Reasons[0].ID)})
			office.Clock.Set(office.Clock.Now().Add(2*time.Minute - ahead))
			r := office.Register(office.Enquiry(func(e *crm.Enquiry) {
				e.LeadAt, e.Phones = office.Clock.Now(), []string{"+525555550177"}
			}))
			d := detail(t, office, seller, made.ID)
			if !r.Linked || d.Status != "new" || d.AttendedAt != nil || d.LeadAt > clock.Format(office.Clock.Now().Add(ahead)) && ahead > time.Hour {
				t.Errorf("linked %v, prospect %+v", r.Linked, d)
			}
		})
	}
}

// A file may name a day that has not come yet.
func TestRegister_FutureDateIsNow(t *testing.T) {
	office := crmtest.New(t, 1)
	r := office.Register(office.Enquiry(func(e *crm.Enquiry) { e.LeadAt = office.Clock.Now().AddDate(36, 0, 0) }))
	if d := detail(t, office, office.Admin, r.ProspectID); d.LeadAt != clock.Format(office.Clock.Now()) {
		t.Errorf("the enquiry is of %s", d.LeadAt)
	}
}

func TestRegister_OwnerWhoLeft(t *testing.T) {
	office := crmtest.New(t, 2)
	e := office.Enquiry()
	first := office.Register(e)
	office.SetUser(first.OwnerID, store.Row{"active": false})
	office.Clock.Advance(time.Minute)
	e.LeadID, e.LeadAt = "again", office.Clock.Now()
	r := office.Register(e)
	if !r.Linked || r.OwnerID == first.OwnerID || r.OwnerID == "" || r.Of != 1 {
		t.Errorf("registration = %+v", r)
	}
	d := detail(t, office, office.Viewer(r.OwnerID), first.ProspectID)
	if d.AssignedWhy.Rule != "turn" {
		t.Errorf("why = %+v", d.AssignedWhy)
	}
	if _, err := office.CRM.Prospect(ctx, office.Viewer(first.OwnerID), first.ProspectID); !fault.Has(err, crm.CodeProspectNotFound) {
		t.Errorf("who left still sees it: %v", err)
	}
	if got := scopes(t, office, first.ProspectID); !cmp.Equal(got, map[string]bool{first.OwnerID: false, r.OwnerID: true}) {
		t.Errorf("scope = %v", got)
	}
}

func TestRegister_PausedOwnerKeepsTheirPeople(t *testing.T) {
	office := crmtest.New(t, 2)
	e := office.Enquiry()
	first := office.Register(e)
	office.SetUser(first.OwnerID, store.Row{"paused": true})
	e.LeadID = "again"
	if r := office.Register(e); r.OwnerID != first.OwnerID {
		t.Errorf("registration = %+v", r)
	}
}

func TestRegister_Conflict(t *testing.T) {
	office := crmtest.New(t, 2)
	a, b := office.Enquiry(), office.Enquiry()
	ra, rb := office.Register(a), office.Register(b)
	rev := revision(t, office)
	e := office.Enquiry(func(e *crm.Enquiry) { e.Phones, e.Emails = a.Phones, b.Emails })
	_, err := office.TryRegister(e)
	if !fault.Has(err, crm.CodeContactConflict) {
		t.Fatalf("err = %v", err)
	}
	if diff := cmp.Diff([]string{ra.ContactID, rb.ContactID}, fault.Find(err).Args["contacts"]); diff != "" {
		t.Errorf("contacts (-want +got):\n%s", diff)
	}
	if got := revision(t, office); got != rev {
		t.Error("a conflict wrote something")
	}
	c := office.Register(office.Enquiry(func(e *crm.Enquiry) { e.Phones, e.Emails = a.Phones, a.Emails }))
	if c.ContactID != ra.ContactID {
		t.Error("who matches both ways is not in conflict")
	}
}

func TestRegister_Nobody(t *testing.T) {
	office := crmtest.New(t, 1)
	r := office.Register(crm.Enquiry{LeadID: "bare", Source: "leads", Origin: "poll"})
	again := office.Register(crm.Enquiry{LeadID: "bare 2", Source: "leads", Origin: "poll", Name: " \t ", Phones: []string{" "}, Emails: []string{""}})
	if again.Linked || again.ContactID == r.ContactID {
		t.Error("two enquiries without phone and e-mail were taken for one person")
	}
	d := detail(t, office, office.Sellers[0], again.ProspectID)
	if d.Contact.Name != "" || len(d.Contact.Phones) != 0 || len(d.Contact.Emails) != 0 {
		t.Errorf("contact = %+v", d.Contact)
	}
	if got := list(t, office, office.Admin, crm.ProspectFilter{Sort: crm.SortName}); len(got.Items) != 2 {
		t.Errorf("%d prospects", len(got.Items))
	}
}

func TestRegister_DummyLead(t *testing.T) {
	office := crmtest.New(t, 1)
	dummy := func(what string) string { return fmt.Sprintf("<test lead: dummy data for %s>", what) }
	e := crm.Enquiry{Source: "leads", Origin: "poll", Name: dummy("full_name"), Phones: []string{dummy("phone_number")}, Emails: []string{dummy("email")}}
	first := office.Register(e)
	if second := office.Register(e); second.ContactID == first.ContactID {
		t.Error("two test leads were taken for one person")
	}
}

func TestRegister_HugeAnswer(t *testing.T) {
	office := crmtest.New(t, 1)
	huge := strings.Repeat("lorem ", 1_700_000) + "zzfinal"
	e := office.Enquiry(func(e *crm.Enquiry) {
		e.Answers = []crm.Answer{{Name: "novela", Label: "Cuéntanos", Values: []string{"aainicio " + huge}}}
	})
	r := office.Register(e)
	d := detail(t, office, office.Admin, r.ProspectID)
	if got := d.Submissions[0].Answers[0].Values[0]; got != "aainicio "+huge {
		t.Errorf("%d characters were kept", len(got))
	}
	for query, want := range map[string]int{"aainicio": 1, "zzfinal": 0} {
		if got := list(t, office, office.Admin, crm.ProspectFilter{Query: query}); len(got.Items) != want {
			t.Errorf("search %q found %d, want %d", query, len(got.Items), want)
		}
	}
	page, err := office.CRM.Inbox(ctx, office.Sellers[0], "", 0)
	if err != nil || len([]rune(page.Items[0].Answers[0].Values[0])) != 300 {
		t.Errorf("inbox card: %v", err)
	}
}

func TestRegister_FixedOwner(t *testing.T) {
	office := crmtest.New(t, 3)
	fixed := office.Sellers[2].UserID
	r := office.Register(office.Enquiry(func(e *crm.Enquiry) { e.OwnerID = fixed }))
	if r.OwnerID != fixed || r.Of != 0 {
		t.Errorf("registration = %+v", r)
	}
	office.SetUser(fixed, store.Row{"active": false})
	if r := office.Register(office.Enquiry(func(e *crm.Enquiry) { e.OwnerID = fixed })); r.OwnerID == fixed || r.OwnerID == "" {
		t.Errorf("an owner who left was given a lead: %+v", r)
	}
}

func TestRegister_AfterTheProspectWasUndone(t *testing.T) {
	office := crmtest.New(t, 1)
	seller := office.Sellers[0]
	created, err := office.CRM.CreateProspect(ctx, seller, crm.NewProspect{Name: "Ana", Phones: []string{"5555550101"}})
	if err != nil {
		t.Fatal(err)
	}
	undo(t, office, seller, created.TxID)
	r := office.Register(office.Enquiry(func(e *crm.Enquiry) { e.Phones = []string{"5555550101"} }))
	if r.Linked || r.ProspectID == created.ID {
		t.Errorf("joined a prospect that was undone: %+v", r)
	}
}

// Helpers of all tests of the package.

func detail(t testing.TB, o *crmtest.Office, v account.Viewer, id string) crm.ProspectDetail {
	t.Helper()
	d, err := o.CRM.Prospect(ctx, v, id)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func list(t testing.TB, o *crmtest.Office, v account.Viewer, f crm.ProspectFilter) crm.ProspectPage {
	t.Helper()
	page, err := o.CRM.ListProspects(ctx, v, f)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func vocabulary(t testing.TB, o *crmtest.Office) crm.Vocabulary {
	t.Helper()
	words, err := o.CRM.Vocabulary(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return words
}

func timeline(t testing.TB, o *crmtest.Office, v account.Viewer, id string) []crm.TimelineItem {
	t.Helper()
	page, err := o.CRM.Timeline(ctx, v, id, "", 200)
	if err != nil {
		t.Fatal(err)
	}
	return page.Items
}

func update(t testing.TB, o *crmtest.Office, v account.Viewer, id string, p crm.ProspectPatch) crm.Change {
	t.Helper()
	c, err := o.CRM.UpdateProspect(ctx, v, id, p)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func logActivity(t testing.TB, o *crmtest.Office, v account.Viewer, id string, n crm.NewActivity) crm.Created {
	t.Helper()
	c, err := o.CRM.LogActivity(ctx, v, id, n)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// call logs a call that was answered.
func call(t testing.TB, o *crmtest.Office, v account.Viewer, id string) crm.Created {
	t.Helper()
	return logActivity(t, o, v, id, crm.NewActivity{Kind: "call", Result: "answered"})
}

func undo(t testing.TB, o *crmtest.Office, v account.Viewer, txID string) {
	t.Helper()
	if _, err := o.Store.Undo(ctx, v.Author(), txID); err != nil {
		t.Fatal(err)
	}
}

func kinds(items []crm.TimelineItem) []string {
	var list []string
	for _, item := range items {
		list = append(list, item.Type+" "+item.Kind)
	}
	return list
}

func contains[T comparable](list []T, want T) bool {
	for _, item := range list {
		if item == want {
			return true
		}
	}
	return false
}

func ids(page crm.ProspectPage) []string {
	list := []string{}
	for _, c := range page.Items {
		list = append(list, c.ID)
	}
	return list
}

// scopes returns whose computers may hold a prospect, and whose no longer may.
func scopes(t testing.TB, o *crmtest.Office, prospectID string) map[string]bool {
	t.Helper()
	var rows []struct {
		UserID string `db:"user_id"`
		Active bool   `db:"active"`
	}
	err := o.Store.Read().NewQuery("SELECT user_id, active FROM scope WHERE root_id = {:id}").Bind(map[string]any{"id": prospectID}).All(&rows)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, r := range rows {
		got[r.UserID] = r.Active
	}
	return got
}

func revision(t testing.TB, o *crmtest.Office) int64 {
	t.Helper()
	st, err := o.Store.Stats(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return st.Rev
}

func ptr[T any](v T) *T { return &v }
