package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"sitegroup.mx/crm/backend/api"
	"sitegroup.mx/crm/backend/api/apitest"
	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
)

// A full disk refuses what would be written, by its name, and nothing else: people sign in and read on, and what could not
// be written is written once there is room.
func TestDiskFull_RefusesWritesByNameAndReadsOn(t *testing.T) {
	o := apitest.New(t)
	id := o.Prospect("ana", "Rosa Prueba", "55 5123 0102", "rosa@example.com")
	m := o.Connect()
	stats, err := o.Store.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Store.SetQuota(t.Context(), stats.Pages); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("nota ", 400)
	register := func(name string) apitest.Response {
		return o.Do("ana", "POST", "/api/prospects", map[string]any{"name": name, "phones": []string{}, "emails": []string{}, "note": long})
	}
	fitted := 0
	for ; register(fmt.Sprintf("Persona %d", fitted)).Status == http.StatusOK; fitted++ {
		if fitted == 150 {
			t.Fatal("the disk is never full")
		}
	}
	o.Clock.Advance(time.Second)
	if _, err := m.Sim.InjectLead(graphsim.LeadSpec{Form: meta.ID(m.Form), Answers: map[string][]string{"full_name": {"Inés Prueba"}}}); err != nil {
		t.Fatal(err)
	}
	pull := "/api/meta/forms/" + m.Form + "/pull"
	for _, tt := range []struct {
		name, as, path string
		body           any
	}{
		{"a prospect", "ana", "/api/prospects", map[string]any{"name": "Otra", "phones": []string{}, "emails": []string{}, "note": long}},
		{"a note", "ana", "/api/prospects/" + id + "/activities", map[string]any{"kind": "note", "body": long}},
		{"a lead", "admin", pull, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := o.Do(tt.as, "POST", tt.path, tt.body)
			if got.Status != http.StatusInsufficientStorage || got.Code() != api.CodeDiskFull {
				t.Errorf("%d %s", got.Status, got.Body)
			}
		})
	}

	o.SignIn("ana")
	for _, path := range []string{"/api/me", "/api/prospects/" + id, "/api/prospects/" + id + "/timeline", "/api/inbox"} {
		o.Do("ana", "GET", path, nil).OK()
	}
	var list struct {
		Items []struct{} `json:"items"`
	}
	o.Do("ana", "GET", "/api/prospects?limit=200", nil).Decode(&list)
	if len(list.Items) != fitted+1 {
		t.Errorf("%d prospects, want %d", len(list.Items), fitted+1)
	}

	if err := o.Store.SetQuota(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	register("Otra").OK()
	o.Do("admin", "POST", pull, nil).OK()
	var lines intake.LeadPage
	o.Do("admin", "GET", "/api/leads?limit=1", nil).Decode(&lines)
	if l := lines.Items[0]; l.State != intake.StateRegistered {
		o.Do("admin", "POST", "/api/leads/"+l.LeadID+"/retry", nil).OK() // the program does so by itself
	}
	if got := o.Do("admin", "GET", "/api/prospects?q=ines", nil); strings.Count(got.Body, "Inés Prueba") != 1 {
		t.Errorf("the lead is there so often: %.600s", got.Body)
	}
}
