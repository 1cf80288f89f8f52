package crm_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

func bulk(t testing.TB, office *crmtest.Office, v account.Viewer, ids []string, b crm.BulkChange) crm.BulkResult {
	t.Helper()
	r, err := office.CRM.ChangeProspects(ctx, v, ids, b)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func several(office *crmtest.Office, n int, owner string) []string {
	var ids []string
	for range n {
		office.Clock.Advance(time.Minute)
		ids = append(ids, office.Register(office.Enquiry(func(e *crm.Enquiry) { e.OwnerID = owner })).ProspectID)
	}
	return ids
}

func TestChangeProspects_OneTransactionAndOneUndo(t *testing.T) {
	office := crmtest.New(t, 2)
	from, to := office.Sellers[0], office.Sellers[1]
	all := several(office, 60, from.UserID)
	vip := tagOf(t, office, "VIP")
	stage := vocabulary(t, office).Stages[3].ID
	b := crm.BulkChange{ProspectPatch: crm.ProspectPatch{StageID: &stage, Temperature: ptr("hot"), OwnerID: &to.UserID, OwnerReason: ptr("Vacaciones")}, AddTags: []string{vip}}
	before := list(t, office, office.Admin, crm.ProspectFilter{Limit: 200}).Items
	r := bulk(t, office, office.Admin, append(slices.Clone(all), all[0]), b) // one twice
	if r.Changed != len(all) || len(r.Refused) != 0 || r.TxID == "" {
		t.Fatalf("result = %+v", r)
	}
	if n := list(t, office, from, crm.ProspectFilter{}).Total; n != 0 {
		t.Errorf("their former seller still lists %d", n)
	}
	got := list(t, office, to, crm.ProspectFilter{Stage: stage, Temperature: "hot", Tag: vip, Limit: 200})
	if got.Total != len(all) {
		t.Errorf("%d of %d are changed", got.Total, len(all))
	}
	if again := bulk(t, office, office.Admin, all, b); again.Same != len(all) || again.Changed != 0 || again.TxID != "" {
		t.Errorf("the same again = %+v", again)
	}
	undo(t, office, office.Admin, r.TxID)
	after := list(t, office, office.Admin, crm.ProspectFilter{Limit: 200}).Items
	if diff := gocmp.Diff(before, after); diff != "" {
		t.Errorf("one undo does not take all back (-before +after):\n%s", diff)
	}
}

// TestChangeProspects_NamesWhatIsRefused moves prospects back, which needs a reason: those are named and left whole.
func TestChangeProspects_NamesWhatIsRefused(t *testing.T) {
	office := crmtest.New(t, 2)
	seller := office.Sellers[0]
	all := several(office, 4, seller.UserID)
	foreign := several(office, 1, office.Sellers[1].UserID)[0]
	words := vocabulary(t, office)
	update(t, office, seller, all[0], crm.ProspectPatch{StageID: &words.Stages[5].ID})
	r := bulk(t, office, seller, append(slices.Clone(all), foreign, "nothing"), crm.BulkChange{
		ProspectPatch: crm.ProspectPatch{StageID: &words.Stages[2].ID, Temperature: ptr("warm")},
	})
	if r.Changed != 3 {
		t.Errorf("changed = %d, want 3", r.Changed)
	}
	want := []crm.Refused{
		{ID: all[0], Name: detail(t, office, seller, all[0]).Contact.Name, Code: "input.required", Field: "stage_reason", Args: map[string]any{}},
		{ID: foreign, Code: crm.CodeProspectNotFound, Args: map[string]any{}},
		{ID: "nothing", Code: crm.CodeProspectNotFound, Args: map[string]any{}},
	}
	if diff := gocmp.Diff(want, r.Refused); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
	if d := detail(t, office, seller, all[0]); d.StageID != words.Stages[5].ID || d.Temperature != "" {
		t.Errorf("half of what was refused is written: %+v", d)
	}
	if d := detail(t, office, office.Admin, foreign); d.Temperature != "" {
		t.Error("somebody else's prospect is changed")
	}
}

func TestChangeProspects_Refusals(t *testing.T) {
	office := crmtest.New(t, 1)
	seller := office.Sellers[0]
	all := several(office, 2, seller.UserID)
	for name, c := range map[string]struct {
		v    account.Viewer
		ids  []string
		b    crm.BulkChange
		want string
	}{
		"a seller hands over":  {seller, all, crm.BulkChange{ProspectPatch: crm.ProspectPatch{OwnerID: ptr("")}}, "access.admin_only"},
		"a seller deletes":     {seller, all, crm.BulkChange{Delete: true}, "access.admin_only"},
		"more than at once":    {office.Admin, make([]string, crm.MostAtOnce+1), crm.BulkChange{}, "bulk.too_many"},
		"to nobody that sells": {office.Admin, all, crm.BulkChange{ProspectPatch: crm.ProspectPatch{OwnerID: &office.Admin.UserID}}, "user.not_found"},
		"a tag that is none":   {seller, all, crm.BulkChange{AddTags: []string{"x"}}, crm.CodeTagNotFound},
	} {
		r, err := office.CRM.ChangeProspects(ctx, c.v, c.ids, c.b)
		if !fault.Has(err, c.want) || r.TxID != "" {
			t.Errorf("%s: %+v %v, want %s", name, r, err, c.want)
		}
	}
	if n := list(t, office, seller, crm.ProspectFilter{}).Total; n != 2 {
		t.Errorf("%d of 2 are left", n)
	}
}

// TestChangeProspects_SomebodyElsesLaterChangeStays: an undo after somebody else's change is refused, and nothing is lost.
func TestChangeProspects_SomebodyElsesLaterChangeStays(t *testing.T) {
	office := crmtest.New(t, 1)
	seller := office.Sellers[0]
	all := several(office, 3, seller.UserID)
	r := bulk(t, office, office.Admin, all, crm.BulkChange{ProspectPatch: crm.ProspectPatch{Temperature: ptr("hot")}})
	update(t, office, seller, all[1], crm.ProspectPatch{Temperature: ptr("cold")})
	if _, err := office.Store.Undo(ctx, office.Admin.Author(), r.TxID); !errors.Is(err, store.ErrChangedSince) {
		t.Fatalf("err = %v, want changed since", err)
	}
	for i, want := range []string{"hot", "cold", "hot"} {
		if got := detail(t, office, office.Admin, all[i]).Temperature; got != want {
			t.Errorf("%d is %q, want %q", i, got, want)
		}
	}
}

func TestBin_KeepsAndRestores(t *testing.T) {
	office := crmtest.New(t, 1)
	seller := office.Sellers[0]
	e := office.Enquiry(func(e *crm.Enquiry) { e.OwnerID = seller.UserID })
	id := office.Register(e).ProspectID
	logActivity(t, office, seller, id, crm.NewActivity{Kind: "note", Body: "Quiere jardín"})
	before := detail(t, office, seller, id)
	if _, err := office.CRM.DeleteProspect(ctx, seller, id); !fault.Has(err, "access.admin_only") {
		t.Errorf("a seller deletes: %v", err)
	}
	if _, err := office.CRM.DeleteProspect(ctx, office.Admin, id); err != nil {
		t.Fatal(err)
	}
	if _, err := office.CRM.Prospect(ctx, seller, id); !fault.Has(err, crm.CodeProspectNotFound) {
		t.Errorf("a deleted prospect is shown: %v", err)
	}
	again := office.Register(office.Enquiry(func(n *crm.Enquiry) { n.Phones, n.Emails, n.Name = e.Phones, e.Emails, e.Name }))
	if again.ContactID == before.Contact.ID {
		t.Error("who comes again is put with somebody deleted")
	}
	for _, v := range []account.Viewer{seller, {Role: account.RoleSeller}, {}} {
		if got, err := office.CRM.Bin(ctx, v); !fault.Has(err, "access.admin_only") || got != nil {
			t.Errorf("%q looks into the bin: %v %v", v.UserID, got, err)
		}
		if _, err := office.CRM.RestoreProspect(ctx, v, id); !fault.Has(err, "access.admin_only") {
			t.Errorf("%q restores: %v", v.UserID, err)
		}
	}
	inBin, err := office.CRM.Bin(ctx, office.Admin)
	if err != nil || len(inBin) != 1 || inBin[0].ID != id || inBin[0].Name != e.Name || inBin[0].DeletedBy != office.Admin.Name {
		t.Fatalf("bin = %+v %v", inBin, err)
	}
	c, err := office.CRM.RestoreProspect(ctx, office.Admin, id)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(before, detail(t, office, seller, id)); diff != "" {
		t.Errorf("restored (-before +after):\n%s", diff)
	}
	if got := ids(list(t, office, seller, crm.ProspectFilter{Query: "jardin"})); !slices.Contains(got, id) {
		t.Error("a restored prospect is not found by its words")
	}
	if _, err := office.CRM.RestoreProspect(ctx, office.Admin, id); !fault.Has(err, crm.CodeBinNotFound) {
		t.Errorf("restored twice: %v", err)
	}
	undo(t, office, office.Admin, c.TxID)
	office.Clock.Advance(crm.BinKeeps + time.Hour)
	if left, err := office.CRM.Bin(ctx, office.Admin); err != nil || len(left) != 0 {
		t.Errorf("after its time the bin has %+v %v", left, err)
	}
	if _, err := office.CRM.RestoreProspect(ctx, office.Admin, id); !fault.Has(err, crm.CodeBinNotFound) {
		t.Errorf("restored after its time: %v", err)
	}
	report, err := office.Store.PurgeLog(ctx, store.DefaultPurge)
	if err != nil || report.Rows == 0 {
		t.Fatalf("purge = %+v %v", report, err)
	}
	for _, query := range []string{
		"SELECT count(*) FROM prospect WHERE id = '" + id + "'", "SELECT count(*) FROM contact WHERE id = '" + before.Contact.ID + "'",
		"SELECT count(*) FROM contact_phone WHERE contact_id = '" + before.Contact.ID + "'",
		"SELECT count(*) FROM activity WHERE prospect_id = '" + id + "'", "SELECT count(*) FROM submission WHERE prospect_id = '" + id + "'",
	} {
		var n int
		if err := office.Store.Read().NewQuery(query).Row(&n); err != nil || n != 0 {
			t.Errorf("%s = %d %v after the purge", query, n, err)
		}
	}
}

// TestBin_HoldsNothingThatWasNeverDeleted: a prospect whose making was taken back is not in the bin.
func TestBin_HoldsNothingThatWasNeverDeleted(t *testing.T) {
	office := crmtest.New(t, 1)
	made, err := office.CRM.CreateProspect(ctx, office.Admin, crm.NewProspect{Name: "Luz Vega", Phones: []string{"222 555 0101"}})
	if err != nil {
		t.Fatal(err)
	}
	undo(t, office, office.Admin, made.TxID)
	if got, err := office.CRM.Bin(ctx, office.Admin); err != nil || len(got) != 0 {
		t.Errorf("bin = %+v %v", got, err)
	}
}

func TestViews_AreTheirPersonsOrTheOffices(t *testing.T) {
	office := crmtest.New(t, 2)
	ana, beto := office.Sellers[0], office.Sellers[1]
	create := func(v account.Viewer, n crm.NewView) string {
		t.Helper()
		made, err := office.CRM.CreateView(ctx, v, n)
		if err != nil {
			t.Fatal(err)
		}
		return made.ID
	}
	own := create(ana, crm.NewView{Name: "Calientes", Pinned: true, Query: crm.ViewQuery{Temperature: "hot", Sort: "next"}, Columns: []string{"phone", "name"}})
	shared := create(office.Admin, crm.NewView{Name: "Sin atender", Shared: true, Query: crm.ViewQuery{Unattended: true}})
	private := create(office.Admin, crm.NewView{Name: "Sólo mía"})
	names := func(v account.Viewer) (all []string) {
		views, err := office.CRM.ListViews(ctx, v)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range views {
			all = append(all, w.Name)
		}
		return all
	}
	for _, c := range []struct {
		v    account.Viewer
		want []string
	}{
		{ana, []string{"Sin atender", "Calientes"}},
		{beto, []string{"Sin atender"}},
		{office.Admin, []string{"Sin atender", "Sólo mía"}},
		{account.Viewer{}, []string{"Sin atender"}},
	} {
		if diff := gocmp.Diff(c.want, names(c.v)); diff != "" {
			t.Errorf("views of %q (-want +got):\n%s", c.v.Name, diff)
		}
	}
	for what, err := range map[string]error{
		"view.not_found somebody else's":    second(office.CRM.UpdateView(ctx, beto, own, crm.ViewPatch{Name: ptr("x")})),
		"view.not_found an administrator's": second(office.CRM.DeleteView(ctx, ana, private)),
		"view.not_found a seller's":         second(office.CRM.DeleteView(ctx, office.Admin, own)),
		"access.admin_only the office's":    second(office.CRM.DeleteView(ctx, ana, shared)),
		"access.admin_only sharing":         second(office.CRM.UpdateView(ctx, ana, own, crm.ViewPatch{Shared: ptr(true)})),
		"input.invalid a column":            second(office.CRM.UpdateView(ctx, ana, own, crm.ViewPatch{Columns: &[]string{"password"}})),
		"input.invalid a status":            second(office.CRM.UpdateView(ctx, ana, own, crm.ViewPatch{Query: &crm.ViewQuery{Status: "x"}})),
		"input.invalid a day":               second(office.CRM.UpdateView(ctx, ana, own, crm.ViewPatch{Query: &crm.ViewQuery{EndedTo: "ayer"}})),
		"input.required a name":             second(office.CRM.UpdateView(ctx, ana, own, crm.ViewPatch{Name: ptr(" ")})),
	} {
		code, _, _ := strings.Cut(what, " ")
		if !fault.Has(err, code) {
			t.Errorf("%s: %v", what, err)
		}
	}
	// What an administrator shares is everybody's, and theirs alone again afterwards; a number of the dashboard opens it as it was.
	dashboard := crm.ViewQuery{
		Seller: ana.UserID, Source: "leads", AttendedFrom: "-6d", AttendedTo: "-0d", EndedFrom: "2026-11-01", EndedTo: "2026-11-30",
		Attended: true, Age: "60", Answered: "older", Clock: crm.ClockReceipt, Open: crm.OpenAll,
	}
	patch := crm.ViewPatch{Name: ptr("De Ana"), Shared: ptr(true), Query: &dashboard}
	if _, err := office.CRM.UpdateView(ctx, office.Admin, private, patch); err != nil {
		t.Fatal(err)
	}
	views, err := office.CRM.ListViews(ctx, beto)
	if err != nil || len(views) != 2 {
		t.Fatalf("views = %+v, %v", views, err)
	}
	if diff := gocmp.Diff(dashboard, views[0].Query); diff != "" || views[0].Name != "De Ana" {
		t.Errorf("shared (-want +got): %s\n%s", views[0].Name, diff)
	}
	if _, err := office.CRM.UpdateView(ctx, office.Admin, private, crm.ViewPatch{Shared: ptr(false)}); err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff([]string{"Sin atender"}, names(beto)); diff != "" {
		t.Errorf("no longer shared (-want +got):\n%s", diff)
	}
	c, err := office.CRM.DeleteView(ctx, ana, own)
	if err != nil {
		t.Fatal(err)
	}
	undo(t, office, ana, c.TxID)
	views, err = office.CRM.ListViews(ctx, ana)
	want := crm.View{
		ID: own, UserID: ana.UserID, Name: "Calientes", Pinned: true, Query: crm.ViewQuery{Temperature: "hot", Sort: "next"},
		Columns: []string{"phone", "name"},
	}
	if diff := gocmp.Diff(want, views[1]); diff != "" || err != nil {
		t.Errorf("after undo (-want +got): %v\n%s", err, diff)
	}
}

func second(_ crm.Change, err error) error { return err }
