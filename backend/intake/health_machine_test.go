package intake_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/backend/intake"
)

// TestHealth_OfTheMachine: a backup that fails, and a file that is damaged, need a person at once.
func TestHealth_OfTheMachine(t *testing.T) {
	o := crmtest.New(t, 1)
	m := intake.Machine{}
	svc := intake.New(intake.Deps{Store: o.Store, CRM: o.CRM, Clock: o.Clock, Machine: func() intake.Machine { return m }})
	items := func() map[string]any {
		t.Helper()
		h, err := svc.Health(t.Context(), o.Admin)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]any{}
		for _, i := range h.Items {
			if i.Code == "backup.failed" || i.Code == "database.damaged" {
				got[i.Code] = []any{i.Level, i.Action, i.Args["problem"]}
			}
		}
		return got
	}
	if got := items(); len(got) != 0 {
		t.Errorf("of a machine that is well: %v", got)
	}
	m = intake.Machine{Backup: "recovery.folder_missing", Damaged: true}
	want := map[string]any{
		"backup.failed":    []any{intake.LevelBad, "open_backup", "recovery.folder_missing"},
		"database.damaged": []any{intake.LevelBad, "open_backup", nil},
	}
	if diff := cmp.Diff(want, items()); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
}
