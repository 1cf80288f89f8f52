package intake_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
)

func TestConnect_ChecksNameWhatIsMissing(t *testing.T) {
	without := func(gone ...string) []string {
		return slices.DeleteFunc(graphsim.AllScopes(), func(s string) bool { return slices.Contains(gone, s) })
	}
	for _, tt := range []struct {
		name  string
		scope []string
		with  func(w *world)
		want  map[string]string
	}{
		{"ads rights are a wish", without(meta.PermissionAdsManage, meta.PermissionAdsRead), nil, map[string]string{"scope.ads_management": "warn"}},
		{"reading ads is enough", without(meta.PermissionAdsManage), nil, map[string]string{}},
		{"webhooks are a wish", without(meta.PermissionPagesMeta), nil, map[string]string{"scope.pages_manage_metadata": "warn"}},
		{"leads cannot be read", without(meta.PermissionLeads), nil, map[string]string{
			"scope.leads_retrieval": "missing", "forms_readable": "missing", "lead_access": "unknown",
		}},
		{"forms cannot be listed", without(meta.PermissionPagesAds), nil, map[string]string{
			"scope.pages_manage_ads": "missing", "forms_found": "missing", "forms_readable": "unknown", "lead_access": "unknown",
		}},
		{"the access manager shuts the app out", nil, func(w *world) { _ = w.sim.SetLeadAccess(w.page.ID, w.app.ID, false) }, map[string]string{
			"lead_access": "missing", "forms_readable": "missing",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, 1)
			if tt.scope != nil {
				w.token = w.sim.AddToken(graphsim.TokenSpec{App: w.app.ID, Scopes: tt.scope})
			}
			if tt.with != nil {
				tt.with(w)
			}
			st, err := w.svc.Connect(ctx, w.Admin, w.connection())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, states(st)); diff != "" {
				t.Errorf("checks (-want +got):\n%s", diff)
			}
		})
	}
}

// A token that was made for one of the office's pages lacks its permissions for the other, and the check names that page.
func TestConnect_ChecksNameThePageThatATokenLeavesOut(t *testing.T) {
	w := newWorld(t, 1)
	other := w.sim.AddPage(graphsim.Page{Name: "Página olvidada"})
	if _, err := w.svc.Connect(ctx, w.Admin, w.connection()); err != nil {
		t.Fatal(err)
	}
	on := true
	for _, id := range []meta.ID{w.page.ID, other.ID} {
		if _, err := w.svc.UpdatePage(ctx, w.Admin, string(id), intake.PagePatch{Active: &on}); err != nil {
			t.Fatal(err)
		}
	}
	w.token = w.sim.AddToken(graphsim.TokenSpec{App: w.app.ID, Targets: []meta.ID{w.page.ID}})
	st, err := w.svc.Connect(ctx, w.Admin, w.connection())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range st.Checks {
		granted, isScope := strings.CutPrefix(c.Code, "scope.")
		want, page := intake.CheckOK, any(nil)
		switch {
		case !isScope:
			continue
		case granted == meta.PermissionPagesMeta:
			want, page = intake.CheckWarn, "Página olvidada"
		case granted != meta.PermissionAdsManage: // granted by ad account
			want, page = intake.CheckMissing, "Página olvidada"
		}
		if c.State != want || c.Args["page"] != page {
			t.Errorf("%s is %s of %v, want %s of %v", c.Code, c.State, c.Args, want, page)
		}
	}
}
