package account_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
)

func TestPreferences_EachHasTheirOwn(t *testing.T) {
	h := newHouse(t)
	usual := account.Preferences{Language: "es-MX", Theme: "auto", Density: "dense", LockMinutes: 15}
	dark, zero, yes := "dark", 0, true
	got, err := h.SetPreferences(t.Context(), h.beto, account.PreferencesPatch{Theme: &dark})
	h.must(err)
	want := usual
	want.Theme = "dark"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("after the first change (-want +got):\n%s", diff)
	}
	_, err = h.SetPreferences(t.Context(), h.beto, account.PreferencesPatch{LockMinutes: &zero, HideNames: &yes})
	h.must(err)
	want.LockMinutes, want.HideNames = 0, true
	for _, tt := range []struct {
		viewer account.Viewer
		want   account.Preferences
	}{{h.beto, want}, {h.ana, usual}} {
		got, err := h.Preferences(t.Context(), tt.viewer)
		h.must(err)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.viewer.Name, diff)
		}
	}
}

func TestPreferences_Refused(t *testing.T) {
	h := newHouse(t)
	text, less, more := "x", -1, 24*60+1
	tests := []struct {
		field string
		patch account.PreferencesPatch
	}{
		{"language", account.PreferencesPatch{Language: &text}},
		{"theme", account.PreferencesPatch{Theme: &text}},
		{"density", account.PreferencesPatch{Density: &text}},
		{"lock_minutes", account.PreferencesPatch{LockMinutes: &less}},
		{"lock_minutes", account.PreferencesPatch{LockMinutes: &more}},
	}
	for _, tt := range tests {
		_, err := h.SetPreferences(t.Context(), h.beto, tt.patch)
		wantCode(t, tt.field, err, "input.invalid")
		if f := fault.Find(err); f == nil || f.Field != tt.field {
			t.Errorf("field of %v is not %s", err, tt.field)
		}
	}
}
