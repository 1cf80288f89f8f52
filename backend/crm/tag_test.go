package crm_test

import (
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// tagOf is the id of the tag of a name, made when the office has none.
func tagOf(t testing.TB, office *crmtest.Office, name string) string {
	t.Helper()
	tags, err := office.CRM.ListTags(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range tags {
		if tag.Name == name {
			return tag.ID
		}
	}
	made, err := office.CRM.CreateTag(ctx, office.Admin, name, "teal")
	if err != nil {
		t.Fatal(err)
	}
	return made.ID
}

func setTags(t testing.TB, office *crmtest.Office, v account.Viewer, prospect string, add, remove []string) crm.Change {
	t.Helper()
	c, err := office.CRM.SetTags(ctx, v, prospect, add, remove)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func oppositionOf(words crm.Vocabulary) string {
	for _, r := range words.Reasons {
		if r.Opposition {
			return r.ID
		}
	}
	return ""
}

func TestTags_BelongToCardPageAndList(t *testing.T) {
	office := crmtest.New(t, 2)
	seller := office.Sellers[0]
	own := office.Register(office.Enquiry(func(e *crm.Enquiry) { e.OwnerID = seller.UserID })).ProspectID
	other := office.Register(office.Enquiry(func(e *crm.Enquiry) { e.OwnerID = office.Sellers[1].UserID })).ProspectID
	vip, cash := tagOf(t, office, "VIP"), tagOf(t, office, "Contado")
	bears := func(v account.Viewer, id string) []string {
		t.Helper()
		p, err := office.CRM.Prospect(ctx, v, id)
		if err != nil {
			t.Fatal(err)
		}
		cards := list(t, office, v, crm.ProspectFilter{Query: p.Contact.Name})
		if diff := gocmp.Diff(p.Tags, cards.Items[0].Tags); diff != "" {
			t.Errorf("page and card differ: %s", diff)
		}
		return p.Tags
	}

	first := setTags(t, office, seller, own, []string{vip, cash, vip}, nil)
	setTags(t, office, office.Admin, other, []string{vip}, nil)
	if got := bears(seller, own); len(got) != 2 {
		t.Errorf("tags = %v", got)
	}
	if c := setTags(t, office, seller, own, []string{vip}, nil); c.TxID != "" {
		t.Error("the same tag is put on twice")
	}
	if got := ids(list(t, office, seller, crm.ProspectFilter{Tag: vip})); !gocmp.Equal(got, []string{own}) {
		t.Errorf("a seller's list of a tag = %v, want their own alone", got)
	}
	setTags(t, office, seller, own, nil, []string{cash})
	if got := bears(seller, own); !gocmp.Equal(got, []string{vip}) {
		t.Errorf("tags = %v", got)
	}
	if _, err := office.CRM.SetTags(ctx, seller, other, []string{cash}, nil); !fault.Has(err, crm.CodeProspectNotFound) {
		t.Errorf("somebody else's prospect: %v", err)
	}
	if _, err := office.CRM.SetTags(ctx, seller, own, []string{"nothing"}, nil); !fault.Has(err, crm.CodeTagNotFound) {
		t.Errorf("a tag that is none: %v", err)
	}
	if _, err := office.Store.Undo(ctx, seller.Author(), first.TxID); err == nil {
		t.Error("undone although a tag was taken off since")
	}
	gone, err := office.CRM.DeleteTag(ctx, office.Admin, vip)
	if err != nil {
		t.Fatal(err)
	}
	if got := bears(seller, own); len(got) != 0 {
		t.Errorf("a deleted tag is shown: %v", got)
	}
	undo(t, office, office.Admin, gone.TxID)
	if got := bears(seller, own); !gocmp.Equal(got, []string{vip}) {
		t.Errorf("tags after undo = %v", got)
	}
}

// TestTags_TwoComputersPutOnTheSame is what two computers leave that put a tag on while apart: one tag, gone with one press.
func TestTags_TwoComputersPutOnTheSame(t *testing.T) {
	office := crmtest.New(t, 1)
	seller := office.Sellers[0]
	id := office.Register(office.Enquiry()).ProspectID
	vip := tagOf(t, office, "VIP")
	for range 2 {
		_, err := office.Store.Write(ctx, seller.Author(), func(tx *store.Tx) error {
			return tx.Create("prospect_tag", tx.NewID(), store.Row{"prospect_id": id, "tag_id": vip, "created_at": clock.Format(tx.Now())})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	page := list(t, office, seller, crm.ProspectFilter{Tag: vip})
	if len(page.Items) != 1 || len(page.Items[0].Tags) != 1 {
		t.Fatalf("page = %+v", page)
	}
	setTags(t, office, seller, id, nil, []string{vip})
	if page := list(t, office, seller, crm.ProspectFilter{Tag: vip}); len(page.Items) != 0 {
		t.Errorf("still tagged: %+v", page)
	}
}

func TestTags_WordsAreTheAdministrators(t *testing.T) {
	office := crmtest.New(t, 1)
	vip := tagOf(t, office, "Inversión")
	for name, want := range map[string]string{"inversion": "tag.exists", " ": "input.required", "Una etiqueta que dice mucho más de lo que cabe": "input.too_long"} {
		if _, err := office.CRM.CreateTag(ctx, office.Admin, name, ""); !fault.Has(err, want) {
			t.Errorf("%q: %v, want %s", name, err, want)
		}
	}
	if _, err := office.CRM.CreateTag(ctx, office.Sellers[0], "Mía", ""); !fault.Has(err, "access.admin_only") {
		t.Errorf("a seller makes a word: %v", err)
	}
	if _, err := office.CRM.UpdateTag(ctx, office.Sellers[0], vip, crm.TagPatch{Name: ptr("x")}); !fault.Has(err, "access.admin_only") {
		t.Errorf("a seller renames a word: %v", err)
	}
	if _, err := office.CRM.DeleteTag(ctx, office.Sellers[0], vip); !fault.Has(err, "access.admin_only") {
		t.Errorf("a seller deletes a word: %v", err)
	}
	if _, err := office.CRM.UpdateTag(ctx, office.Admin, vip, crm.TagPatch{Name: ptr("INVERSIÓN"), Color: ptr("blue")}); err != nil {
		t.Errorf("rename to itself: %v", err)
	}
}

// TestListProspects_DaysAreTheOffices asks for today where it is still yesterday in UTC's terms.
func TestListProspects_DaysAreTheOffices(t *testing.T) {
	office := crmtest.New(t, 1)
	_, err := office.Store.Write(ctx, store.System, func(tx *store.Tx) error {
		return tx.Create("office", tx.NewID(), store.Row{"name": "x", "timezone": "America/Tijuana", "created_at": clock.Format(tx.Now())})
	})
	if err != nil {
		t.Fatal(err)
	}
	at := func(text string) string {
		instant, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		office.Clock.Advance(instant.Sub(office.Clock.Now()))
		return office.Register(office.Enquiry(func(e *crm.Enquiry) { e.LeadAt = instant })).ProspectID
	}
	// Clocks in Tijuana go back an hour on 1 November 2026, so that day has 25.
	before, first, last, after := at("2026-11-01T06:59:59Z"), at("2026-11-01T07:00:00Z"), at("2026-11-02T07:59:59Z"), at("2026-11-02T08:00:00Z")
	for _, c := range []struct {
		from, to string
		want     []string
	}{
		{"2026-11-01", "2026-11-01", []string{last, first}},
		{"-1d", "-1d", []string{last, first}},
		{"-0d", "", []string{after}},
		{"", "-2d", []string{before}},
	} {
		got := ids(list(t, office, office.Admin, crm.ProspectFilter{LeadFrom: c.from, LeadTo: c.to}))
		if diff := gocmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s to %s (-want +got):\n%s", c.from, c.to, diff)
		}
	}
}

// Meta lets people rename a campaign: it has the name of its newest lead, open or not, wherever it is named.
func TestNames_OfACampaignAreThoseOfItsNewestLead(t *testing.T) {
	office := crmtest.New(t, 1)
	for i, name := range []string{"Verano", "Zafra", "Invierno"} {
		office.Register(office.Enquiry(func(e *crm.Enquiry) {
			e.CampaignID, e.CampaignName = "c1", name
			e.FormID, e.FormName = "f1", name
			e.LeadAt = office.Clock.Now().Add(time.Duration(i-9) * time.Hour)
		}))
	}
	words := vocabulary(t, office)
	newest := list(t, office, office.Admin, crm.ProspectFilter{}).Items[0]
	update(t, office, office.Admin, newest.ID, crm.ProspectPatch{Status: ptr(crm.StatusDiscarded), ReasonID: &words.Reasons[0].ID})
	origins, err := office.CRM.ListOrigins(ctx, office.Admin)
	if err != nil {
		t.Fatal(err)
	}
	sources, err := office.CRM.LeadSources(ctx, office.Admin)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{origins.Campaigns[0].Name, origins.Forms[0].Name, sources.Campaigns[0].Name, sources.Forms[0].Name}
	if diff := gocmp.Diff([]string{"Invierno", "Invierno", "Invierno", "Invierno"}, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

func TestListOrigins_AreTheViewers(t *testing.T) {
	office := crmtest.New(t, 2)
	for i, v := range office.Sellers {
		for range 2 {
			office.Register(office.Enquiry(func(e *crm.Enquiry) {
				e.OwnerID, e.FormID, e.FormName = v.UserID, v.UserID, []string{"Lomas", "Atlixco"}[i]
				e.CampaignID, e.CampaignName = "c"+v.UserID, "Noviembre"
			}))
		}
	}
	all, err := office.CRM.ListOrigins(ctx, office.Admin)
	if err != nil || len(all.Forms) != 2 || all.Forms[0].Name != "Atlixco" || len(all.Campaigns) != 2 {
		t.Errorf("origins = %+v, %v", all, err)
	}
	own, err := office.CRM.ListOrigins(ctx, office.Sellers[0])
	want := crm.Origins{
		Forms:     []crm.Named{{ID: office.Sellers[0].UserID, Name: "Lomas"}},
		Campaigns: []crm.Named{{ID: "c" + office.Sellers[0].UserID, Name: "Noviembre"}},
	}
	if diff := gocmp.Diff(want, own); diff != "" || err != nil {
		t.Errorf("a seller's origins (-want +got): %v\n%s", err, diff)
	}
	if none, err := office.CRM.ListOrigins(ctx, account.Viewer{}); err != nil || len(none.Forms)+len(none.Campaigns) != 0 {
		t.Errorf("nobody's origins = %+v, %v", none, err)
	}
}
