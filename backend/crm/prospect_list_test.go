package crm_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// known is a prospect as a test made it.
type known struct {
	id, owner, name, form, source, stage, status, temperature string
	campaign, reason, tag, opposition                         string
	leadAt, nextAt, lastAt                                    string
	attended                                                  bool
	n                                                         int
}

// mixed is an office whose prospects differ in everything lists can filter and order by.
func mixed(t testing.TB, count int) (*crmtest.Office, []known) {
	t.Helper()
	office := crmtest.New(t, 3)
	words := vocabulary(t, office)
	var all []known
	for i := range count {
		office.Clock.Advance(time.Minute)
		k := known{n: i, name: crmtest.Name(i % 17), form: fmt.Sprintf("form-%d", i%3), source: "leads", status: "new", stage: words.Stages[0].ID, campaign: fmt.Sprintf("camp-%d", i%4)}
		if i%5 == 0 {
			k.source = "file"
		}
		r := office.Register(office.Enquiry(func(e *crm.Enquiry) {
			e.FormID, e.Source, e.Name, e.CampaignID = k.form, k.source, k.name, k.campaign
			e.LeadAt = office.Clock.Now().Add(-time.Duration(i%7*11) * time.Hour)
			k.leadAt = clock.Format(e.LeadAt)
		}))
		k.id, k.owner = r.ProspectID, r.OwnerID
		work(t, office, words, &k)
		all = append(all, k)
	}
	office.SetUser(office.Sellers[0].UserID, store.Row{"paused": true}) // paused sellers keep their lists
	return office, all
}

// work does something different with every prospect.
func work(t testing.TB, office *crmtest.Office, words crm.Vocabulary, k *known) {
	t.Helper()
	if k.n%2 == 0 {
		call(t, office, ownerOf(t, office, k.id), k.id)
		k.attended, k.status, k.lastAt = true, "contacted", clock.Format(office.Clock.Now())
	}
	if k.n%3 == 0 {
		at := office.Clock.Now().Add(time.Duration(k.n%11) * time.Hour)
		k.nextAt = clock.Format(at)
		logActivity(t, office, office.Admin, k.id, crm.NewActivity{Kind: "appointment", Due: crm.Due{At: k.nextAt}})
	}
	patch := crm.ProspectPatch{}
	if k.n%4 == 1 {
		k.stage = words.Stages[k.n%3].ID
		patch.StageID = &k.stage
	}
	if k.n%6 == 2 {
		k.temperature = []string{"cold", "warm", "hot"}[k.n%3]
		patch.Temperature = &k.temperature
	}
	if k.n%9 == 4 {
		k.status = "closed"
		patch.Status = &k.status
	}
	if k.n%10 == 7 {
		k.status = "discarded"
		k.reason = words.Reasons[0].ID
		if k.n%20 == 17 {
			k.opposition = oppositionOf(words)
			k.reason = k.opposition
		}
		patch.Status, patch.ReasonID = &k.status, &k.reason
	}
	if k.n%8 == 3 {
		k.tag = tagOf(t, office, "Inversionista")
		setTags(t, office, office.Admin, k.id, []string{k.tag}, nil)
	}
	if k.n%13 == 5 {
		tray := ""
		k.owner = tray
		patch.OwnerID, patch.OwnerReason = &tray, ptr("De vuelta")
	}
	update(t, office, office.Admin, k.id, patch)
}

func (k known) open() bool { return k.status != "closed" && k.status != "discarded" }

func (k known) in(v account.Viewer, f crm.ProspectFilter) bool {
	is := func(have, want string) bool { return want == "" || have == want }
	seller := f.Seller == "" || f.Seller == k.owner || f.Seller == crm.SellerNone && k.owner == ""
	return (v.IsAdmin() || k.owner == v.UserID) && seller && is(k.stage, f.Stage) && is(k.status, f.Status) &&
		is(k.temperature, f.Temperature) && is(k.form, f.Form) && is(k.source, f.Source) && is(k.campaign, f.Campaign) &&
		is(k.reason, f.Reason) && is(k.tag, f.Tag) && (!f.Opposed || k.opposition != "") &&
		(f.LeadFrom == "" || k.leadAt[:10] >= f.LeadFrom) && (f.LeadTo == "" || k.leadAt[:10] <= f.LeadTo) &&
		(f.Open == "" || f.Open == crm.OpenAll || k.open() == (f.Open == crm.OpenOnly)) &&
		(!f.Unattended || !k.attended && k.open()) && (!f.NoNext || k.nextAt == "")
}

// nameKey is the order of names: small letters, no accents, ñ after n.
func (k known) nameKey() string {
	return strings.NewReplacer("á", "a", "é", "e", "í", "i", "ó", "o", "ú", "u", "ñ", "n~").Replace(strings.ToLower(k.name))
}

func (k known) compare(o known, sort string) int {
	byLead := cmp.Or(cmp.Compare(o.leadAt, k.leadAt), cmp.Compare(o.n, k.n))
	lacksLast := func(a, b string) int {
		return cmp.Compare(map[bool]int{true: 1}[a == ""], map[bool]int{true: 1}[b == ""])
	}
	switch sort {
	case crm.SortName:
		return cmp.Or(cmp.Compare(k.nameKey(), o.nameKey()), cmp.Compare(k.n, o.n))
	case crm.SortNext:
		if order := lacksLast(k.nextAt, o.nextAt); order != 0 || k.nextAt == "" {
			return cmp.Or(order, byLead)
		}
		return cmp.Or(cmp.Compare(k.nextAt, o.nextAt), cmp.Compare(k.n, o.n))
	case crm.SortActivity:
		if order := lacksLast(k.lastAt, o.lastAt); order != 0 || k.lastAt == "" {
			return cmp.Or(order, byLead)
		}
		return cmp.Or(cmp.Compare(o.lastAt, k.lastAt), cmp.Compare(o.n, k.n))
	}
	return byLead
}

// filters are those the lists are tried with, each of them with every order.
func filters(words crm.Vocabulary, seller, tag string) map[string]crm.ProspectFilter {
	return map[string]crm.ProspectFilter{
		"everything":           {},
		"open":                 {Open: crm.OpenOnly},
		"closed":               {Open: crm.OpenNot},
		"stage":                {Stage: words.Stages[1].ID},
		"open in a stage":      {Stage: words.Stages[0].ID, Open: crm.OpenOnly},
		"status":               {Status: "contacted"},
		"discarded":            {Status: "discarded", Open: crm.OpenAll},
		"discarded and open":   {Status: "discarded", Open: crm.OpenOnly},
		"temperature":          {Temperature: "hot"},
		"temperature, stage":   {Temperature: "cold", Stage: words.Stages[0].ID, Open: crm.OpenNot},
		"form":                 {Form: "form-1"},
		"form and open":        {Form: "form-2", Open: crm.OpenOnly},
		"source":               {Source: "file"},
		"unattended":           {Unattended: true},
		"unattended in a form": {Unattended: true, Form: "form-0", Open: crm.OpenOnly},
		"unattended, not open": {Unattended: true, Open: crm.OpenNot},
		"no next action":       {NoNext: true, Open: crm.OpenOnly},
		"seller":               {Seller: seller},
		"seller's closed":      {Seller: seller, Open: crm.OpenNot},
		"seller's unattended":  {Seller: seller, Unattended: true},
		"tray":                 {Seller: crm.SellerNone},
		"campaign":             {Campaign: "camp-1"},
		"campaign of a seller": {Campaign: "camp-1", Seller: seller, Open: crm.OpenOnly},
		"reason":               {Reason: words.Reasons[0].ID},
		"reason, not open":     {Reason: words.Reasons[0].ID, Open: crm.OpenNot},
		"reason and open":      {Reason: words.Reasons[0].ID, Open: crm.OpenOnly},
		"tag":                  {Tag: tag},
		"tag, open":            {Tag: tag, Open: crm.OpenOnly},
		"tag of a seller":      {Tag: tag, Seller: seller, Stage: words.Stages[0].ID},
		"tag between days":     {Tag: tag, LeadFrom: "2026-10-30", LeadTo: "2026-10-31"},
		"since a day":          {LeadFrom: "2026-10-31", Open: crm.OpenOnly},
		"until a day":          {LeadTo: "2026-10-30"},
		"a day in a stage":     {LeadFrom: "2026-10-31", LeadTo: "2026-10-31", Stage: words.Stages[0].ID},
		"opposed":              {Opposed: true},
		"opposed, not open":    {Opposed: true, Open: crm.OpenNot, Seller: seller},
		"all at once": {
			Seller: seller, Stage: words.Stages[0].ID, Status: "new", Form: "form-1", Source: "leads", Open: crm.OpenOnly, NoNext: true,
		},
	}
}

func TestListProspects_EveryFilterInEveryOrder(t *testing.T) {
	office, all := mixed(t, 90)
	words := vocabulary(t, office)
	for name, f := range filters(words, office.Sellers[1].UserID, tagOf(t, office, "Inversionista")) {
		for _, sort := range []string{"", crm.SortRecent, crm.SortName, crm.SortNext, crm.SortActivity} {
			for _, v := range []account.Viewer{office.Admin, office.Sellers[1], office.Sellers[0]} {
				t.Run(name+" by "+cmp.Or(sort, "default")+" for "+v.Name, func(t *testing.T) {
					f.Sort, f.Limit, f.Cursor = sort, 7, ""
					var want []known
					for _, k := range all {
						if k.in(v, f) {
							want = append(want, k)
						}
					}
					slices.SortFunc(want, func(a, b known) int { return a.compare(b, sort) })
					wantIDs := []string{}
					for _, k := range want {
						wantIDs = append(wantIDs, k.id)
					}
					got := []string{}
					for range 20 {
						page := list(t, office, v, f)
						got = append(got, ids(page)...)
						if page.Total != len(want) {
							t.Fatalf("total = %d, want %d", page.Total, len(want))
						}
						if n, err := office.CRM.CountProspects(ctx, v, f); err != nil || n != len(want) {
							t.Fatalf("count = %d %v, want %d", n, err, len(want))
						}
						if f.Cursor = page.Next; f.Cursor == "" {
							break
						}
					}
					if diff := gocmp.Diff(wantIDs, got); diff != "" {
						t.Errorf("pages (-want +got):\n%s", diff)
					}
					f.Cursor = ""
					all, err := office.CRM.ProspectIDs(ctx, v, f)
					if diff := gocmp.Diff(crm.IDPage{IDs: wantIDs}, all); diff != "" || err != nil {
						t.Errorf("ids (-want +got): %v\n%s", err, diff)
					}
				})
			}
		}
	}
}

func TestListProspects_Card(t *testing.T) {
	office := crmtest.New(t, 1)
	e := office.Enquiry()
	r := office.Register(e)
	seller := office.Sellers[0]
	called := call(t, office, seller, r.ProspectID)
	next := logActivity(t, office, seller, r.ProspectID, crm.NewActivity{Kind: "visit", Due: crm.Due{On: "2026-11-05"}})
	logActivity(t, office, seller, r.ProspectID, crm.NewActivity{Kind: "task", Due: crm.Due{At: "2026-11-05T16:00:00Z"}})
	page := list(t, office, seller, crm.ProspectFilter{})
	now := clock.Format(office.Clock.Now())
	want := []crm.Card{{
		ID: r.ProspectID, ContactID: r.ContactID, Name: e.Name, Phone: crm.Phone(e.Phones[0]).E164,
		StageID: vocabulary(t, office).Stages[0].ID, Status: "contacted", OwnerID: seller.UserID, OwnerName: seller.Name,
		FormName: e.FormName, CampaignName: e.CampaignName, LeadAt: clock.Format(e.LeadAt), ReceivedAt: now, AttendedAt: &now,
		Next: &crm.NextAction{ID: next.ID, Kind: "visit", On: ptr("2026-11-05")}, LastActivityAt: &now, Tags: []string{},
	}}
	if diff := gocmp.Diff(want, page.Items); diff != "" {
		t.Errorf("cards (-want +got):\n%s", diff)
	}
	if page.Total != 1 || page.Next != "" {
		t.Errorf("page = %+v", page)
	}
	if _, err := office.CRM.RemoveActivity(ctx, seller, called.ID); err != nil {
		t.Fatal(err)
	}
	if got := list(t, office, seller, crm.ProspectFilter{}).Items[0].LastActivityAt; got != nil {
		t.Errorf("last activity %s was removed", *got)
	}
}

func TestListProspects_CardFollowsTheContact(t *testing.T) {
	office := crmtest.New(t, 1)
	seller := office.Sellers[0]
	r := office.Register(office.Enquiry(func(e *crm.Enquiry) { e.Phones = []string{"no tengo"} }))
	card := func() crm.Card { return list(t, office, seller, crm.ProspectFilter{}).Items[0] }
	if got := card().Phone; got != "no tengo" {
		t.Errorf("phone = %q", got)
	}
	added, err := office.CRM.AddPhone(ctx, seller, r.ContactID, "55 5555 0142")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := office.CRM.UpdateContact(ctx, seller, r.ContactID, crm.ContactPatch{Name: ptr("Óscar Peña")}); err != nil {
		t.Fatal(err)
	}
	if got := card(); got.Phone != "+525555550142" || got.Name != "Óscar Peña" {
		t.Errorf("card = %+v", got)
	}
	undo(t, office, seller, added.TxID)
	if got := card().Phone; got != "no tengo" {
		t.Errorf("phone after undo = %q", got)
	}
}

func TestListProspects_NamesInSpanishOrder(t *testing.T) {
	office := crmtest.New(t, 2)
	want := []string{"Ana Nava", "Ana Núñez", "Ana Ñuño", "Ana Oca", "ÁNGEL", "Angela", "Élida", "n\u0303u", "Óscar", "Zoé", ""}
	for _, name := range []string{"Zoé", "", "Ana Ñuño", "Angela", "Ana Oca", "Élida", "ÁNGEL", "Ana Nava", "Óscar", "Ana Núñez", "n\u0303u"} {
		office.Register(office.Enquiry(func(e *crm.Enquiry) { e.Name = name }))
	}
	var got []string
	for _, c := range list(t, office, office.Admin, crm.ProspectFilter{Sort: crm.SortName}).Items {
		got = append(got, c.Name)
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

func TestListProspects_RefusesNonsense(t *testing.T) {
	office := crmtest.New(t, 1)
	for field, f := range map[string]crm.ProspectFilter{
		"status": {Status: "x"}, "temperature": {Temperature: "x"}, "source": {Source: "x"}, "open": {Open: "x"}, "sort": {Sort: "x"},
		"cursor": {Cursor: "%%%"}, "lead_from": {LeadFrom: "-7"}, "lead_to": {LeadTo: "2026-02-30"},
	} {
		_, err := office.CRM.ListProspects(ctx, office.Admin, f)
		if e := fault.Find(err); e == nil || e.Code != "input.invalid" || e.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestListProspects_DeletedVanish(t *testing.T) {
	office, all := mixed(t, 12)
	if _, err := office.Store.Write(ctx, store.System, func(tx *store.Tx) error { return tx.Remove("prospect", all[3].id) }); err != nil {
		t.Fatal(err)
	}
	for _, f := range []crm.ProspectFilter{{}, {Query: all[3].name}} {
		if contains(ids(list(t, office, office.Admin, f)), all[3].id) {
			t.Errorf("%+v lists a deleted prospect", f)
		}
	}
	if _, err := office.CRM.Prospect(ctx, office.Admin, all[3].id); !fault.Has(err, crm.CodeProspectNotFound) {
		t.Errorf("err = %v", err)
	}
}

// TestLists_ReadTheirIndex looks at SQLite's plan for every list: rows come from the index in order; nothing is scanned or
// sorted but the handful of rows that the names of several owners are merged from.
func TestLists_ReadTheirIndex(t *testing.T) {
	office := crmtest.New(t, 1)
	words := vocabulary(t, office)
	for name, f := range filters(words, office.Sellers[0].UserID, "tag") {
		for _, sort := range []string{crm.SortRecent, crm.SortName, crm.SortNext, crm.SortActivity} {
			for _, v := range []account.Viewer{office.Admin, office.Sellers[0]} {
				f.Sort = sort
				for _, q := range crm.ListQueries(v, f) {
					merged := strings.Contains(q.Text, "RECURSIVE")
					merged = merged || f.Opposed // they are few, and sorted
					for _, step := range plan(t, office.Store.Read(), q) {
						scans := strings.HasPrefix(step, "SCAN ") && strings.Contains(step, " c")
						sorts := strings.Contains(step, "TEMP B-TREE")
						few := strings.Contains(step, "INDEX contact_opposed") // who is not to be contacted
						if scans && !few && !strings.Contains(step, "INDEX card_") || sorts && !merged {
							t.Errorf("%s by %s for %s: %s\n%s", name, sort, v.Role, step, q.Text)
						}
					}
				}
			}
		}
	}
	reminders := crm.Query{Text: crm.RemindersQuery, Params: dbx.Params{"viewer": "u", "everything": 0, "until": "x", "limit": 9}}
	for _, step := range plan(t, office.Store.Read(), reminders) {
		if strings.HasPrefix(step, "SCAN ") || strings.Contains(step, "TEMP B-TREE") {
			t.Errorf("reminders: %s", step)
		}
	}
	for _, f := range []crm.ProspectFilter{{Query: "ma 55"}, {Query: "ma", Stage: words.Stages[0].ID}} {
		steps := strings.Join(plan(t, office.Store.Read(), crm.SearchQuery(office.Sellers[0], f)), "\n")
		if !strings.Contains(steps, "VIRTUAL TABLE INDEX 192:M") || strings.Contains(steps, "SCAN c") { // 192: FTS5 sorts, newest first
			t.Errorf("search %+v: %q", f, steps)
		}
	}
	q := crm.Query{Text: crm.TimelineQuery, Params: dbx.Params{"ids": `["p"]`, "at": "~", "last": "", "limit": 9}}
	indexes := 0
	for _, step := range plan(t, office.Store.Read(), q) {
		if strings.Contains(step, "_prospect (prospect_id=?") {
			indexes++
		}
	}
	if indexes != 5 {
		t.Errorf("the timeline reads %d times by prospect, want once each table, once for who wrote an enquiry down and once for merges told twice", indexes)
	}
}

func plan(t testing.TB, db dbx.Builder, q crm.Query) []string {
	t.Helper()
	var steps []struct {
		Detail string `db:"detail"`
	}
	if err := db.NewQuery("EXPLAIN QUERY PLAN " + q.Text).Bind(q.Params).All(&steps); err != nil {
		t.Fatalf("%v\n%s", err, q.Text)
	}
	var details []string
	for _, s := range steps {
		details = append(details, s.Detail)
	}
	return details
}

// ownerOf is who attends a prospect: its seller, and the administrator what is in the tray.
func ownerOf(t testing.TB, office *crmtest.Office, id string) account.Viewer {
	t.Helper()
	if d := detail(t, office, office.Admin, id); d.OwnerID != "" {
		return office.Viewer(d.OwnerID)
	}
	return office.Admin
}
