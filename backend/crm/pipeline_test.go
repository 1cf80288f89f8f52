package crm_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/backend/fault"
)

func requires(t testing.TB, office *crmtest.Office, stage string, words ...string) {
	t.Helper()
	if _, err := office.CRM.UpdateStage(ctx, office.Admin, stage, crm.StagePatch{Requires: &words}); err != nil {
		t.Fatal(err)
	}
}

// A stage lets a prospect in once it has what the stage asks for, one by one.
func TestUpdateProspect_StageRequirements(t *testing.T) {
	office := crmtest.New(t, 1)
	stage := vocabulary(t, office).Stages[3].ID
	ana := office.Sellers[0]
	bare := func() (string, string) {
		r := office.Register(office.Enquiry(func(e *crm.Enquiry) { e.Phones, e.Emails = []string{"12345"}, nil }))
		return r.ProspectID, r.ContactID
	}
	tests := []struct {
		requirement string
		meet        func(prospect, contact string) error
	}{
		{crm.RequirePhone, func(_, contact string) error {
			_, err := office.CRM.AddPhone(ctx, ana, contact, "55 5555 0131")
			return err
		}},
		{crm.RequireEmail, func(_, contact string) error {
			_, err := office.CRM.AddEmail(ctx, ana, contact, "rosa@example.com")
			return err
		}},
		{crm.RequireTemperature, func(prospect, _ string) error {
			_, err := office.CRM.UpdateProspect(ctx, ana, prospect, crm.ProspectPatch{Temperature: ptr("warm")})
			return err
		}},
		{crm.RequireNextAction, func(prospect, _ string) error {
			_, err := office.CRM.LogActivity(ctx, ana, prospect, crm.NewActivity{Kind: crm.KindCall, Due: crm.Due{On: "2026-12-01"}})
			return err
		}},
		{crm.RequireAppointment, func(prospect, _ string) error {
			_, err := office.CRM.LogActivity(ctx, ana, prospect, crm.NewActivity{Kind: crm.KindVisit, Result: crm.ResultHeld})
			return err
		}},
	}
	for _, tt := range tests {
		t.Run(tt.requirement, func(t *testing.T) {
			requires(t, office, stage, tt.requirement)
			prospect, contact := bare()
			_, err := office.CRM.UpdateProspect(ctx, ana, prospect, crm.ProspectPatch{StageID: &stage})
			e := fault.Find(err)
			if e == nil || e.Code != crm.CodeStageRequirement || e.Field != "stage_id" {
				t.Fatalf("err = %v", err)
			}
			if diff := cmp.Diff([]string{tt.requirement}, e.Args["missing"]); diff != "" {
				t.Errorf("missing (-want +got):\n%s", diff)
			}
			if err := tt.meet(prospect, contact); err != nil {
				t.Fatal(err)
			}
			update(t, office, ana, prospect, crm.ProspectPatch{StageID: &stage})
		})
	}
	requires(t, office, stage, crm.RequireAppointment, crm.RequireTemperature, crm.RequirePhone)
	prospect, _ := bare()
	if _, err := office.CRM.LogActivity(ctx, ana, prospect, crm.NewActivity{Kind: crm.KindVisit, Result: crm.ResultNotHeld}); err != nil {
		t.Fatal(err)
	}
	_, err := office.CRM.UpdateProspect(ctx, ana, prospect, crm.ProspectPatch{StageID: &stage, Temperature: ptr("hot")})
	want := []string{crm.RequirePhone, crm.RequireAppointment} // said in the same breath, and a visit to which nobody came
	if e := fault.Find(err); e == nil || !cmp.Equal(e.Args["missing"], any(want)) {
		t.Errorf("err = %v", err)
	}
	if got := detail(t, office, ana, prospect); got.Temperature != "" {
		t.Error("half of a refused change was written")
	}
	// Going back to a stage asks for a reason and for nothing else.
	later := vocabulary(t, office).Stages[5].ID
	update(t, office, ana, prospect, crm.ProspectPatch{StageID: &later})
	update(t, office, ana, prospect, crm.ProspectPatch{StageID: &stage, StageReason: ptr("Se cayó la visita")})
	if _, err := office.CRM.UpdateStage(ctx, office.Admin, stage, crm.StagePatch{Requires: &[]string{"horoscope"}}); !fault.Has(err, "input.invalid") {
		t.Errorf("an unknown requirement: %v", err)
	}
}

func TestPipeline_IsArranged(t *testing.T) {
	office := crmtest.New(t, 1)
	seller := office.Sellers[0]
	if _, err := office.CRM.AddStage(ctx, seller, "Otra"); !fault.Has(err, "access.admin_only") {
		t.Errorf("a seller adds a stage: %v", err)
	}
	if _, err := office.CRM.Pipeline(ctx, seller); !fault.Has(err, "access.admin_only") {
		t.Errorf("a seller reads the settings: %v", err)
	}
	for text, code := range map[string]string{" ": "input.required", strings.Repeat("x", 61): "input.too_long", "APARTADO": "word.taken", "a\x00b": "input.invalid"} {
		if _, err := office.CRM.AddStage(ctx, office.Admin, text); fault.Code(err) != code {
			t.Errorf("%q: %v, want %s", text, err, code)
		}
	}
	created, err := office.CRM.AddStage(ctx, office.Admin, "  Firma   de contrato ")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := office.CRM.UpdateStage(ctx, office.Admin, created.ID, crm.StagePatch{Name: ptr("Firma")}); err != nil {
		t.Fatal(err)
	}
	before := vocabulary(t, office).Stages
	if last := before[len(before)-1]; last.Name != "Firma" {
		t.Errorf("the new stage is %+v", last)
	}
	c, err := office.CRM.OrderStages(ctx, office.Admin, []string{created.ID, before[2].ID})
	if err != nil {
		t.Fatal(err)
	}
	names := func() string {
		var all []string
		for _, s := range vocabulary(t, office).Stages[:4] {
			all = append(all, s.Name)
		}
		return strings.Join(all, ", ")
	}
	if got := names(); got != "Firma, Cita agendada, Prospecto, Perfilado" {
		t.Errorf("ordered: %s", got)
	}
	undo(t, office, office.Admin, c.TxID)
	if got := names(); got != "Prospecto, Perfilado, Cita agendada, Visita realizada" {
		t.Errorf("taken back: %s", got)
	}
	if _, err := office.CRM.OrderStages(ctx, office.Admin, []string{"x"}); !fault.Has(err, "stage.not_found") {
		t.Errorf("an unknown stage in the order: %v", err)
	}
	reason, err := office.CRM.AddReason(ctx, office.Admin, "Se mudó")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := office.CRM.RenameReason(ctx, office.Admin, reason.ID, "Se mudó de ciudad"); err != nil {
		t.Fatal(err)
	}
	if _, err := office.CRM.OrderReasons(ctx, office.Admin, []string{reason.ID}); err != nil {
		t.Fatal(err)
	}
	id, owner := office.Prospect()
	update(t, office, owner, id, crm.ProspectPatch{Status: ptr("discarded"), ReasonID: &reason.ID})
	if _, err := office.CRM.ArchiveReason(ctx, office.Admin, reason.ID); err != nil {
		t.Fatal(err)
	}
	words := vocabulary(t, office)
	if words.Reasons[0].ID == reason.ID || !slices.Contains(words.Retired, crm.Retired{ID: reason.ID, Name: "Se mudó de ciudad"}) {
		t.Errorf("archived reason: %+v", words.Retired)
	}
	if detail(t, office, owner, id).ReasonID != reason.ID {
		t.Error("who was discarded has lost the reason")
	}
	if _, err := office.CRM.RestoreReason(ctx, office.Admin, reason.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := office.CRM.ArchiveReason(ctx, office.Admin, opposition(t, office)); !fault.Has(err, "reason.last_opposition") {
		t.Errorf("the only way to keep a no was archived: %v", err)
	}
}

// A stage in use asks where its prospects go, takes them there with a line in their history, and gives them back.
func TestArchiveStage_MovesWhoIsInIt(t *testing.T) {
	office := crmtest.New(t, 1)
	stages := vocabulary(t, office).Stages
	gone, to := stages[2].ID, stages[1].ID
	var ids []string
	for range 3 {
		id, owner := office.Prospect()
		update(t, office, owner, id, crm.ProspectPatch{StageID: &gone})
		ids = append(ids, id)
	}
	_, err := office.CRM.ArchiveStage(ctx, office.Admin, gone, "")
	if e := fault.Find(err); e == nil || e.Code != "stage.in_use" || e.Field != "to" || fmt.Sprint(e.Args["count"]) != "3" {
		t.Fatalf("err = %v", err)
	}
	for _, wrong := range []string{gone, "x"} {
		if _, err := office.CRM.ArchiveStage(ctx, office.Admin, gone, wrong); !fault.Has(err, "input.invalid") {
			t.Errorf("to %q: %v", wrong, err)
		}
	}
	office.Clock.Advance(time.Minute)
	c, err := office.CRM.ArchiveStage(ctx, office.Admin, gone, to)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		if d := detail(t, office, office.Admin, id); d.StageID != to {
			t.Errorf("%s is in %s", id, d.StageID)
		}
		if line := timeline(t, office, office.Admin, id)[0]; line.Kind != crm.EventStage || line.Data["why"] != "archived" {
			t.Errorf("history: %+v", line)
		}
	}
	if n := len(vocabulary(t, office).Stages); n != len(stages)-1 {
		t.Errorf("%d stages", n)
	}
	if id, owner := office.Prospect(); true {
		_, err := office.CRM.UpdateProspect(ctx, owner, id, crm.ProspectPatch{StageID: &gone})
		if !fault.Has(err, "input.invalid") {
			t.Errorf("moved into an archived stage: %v", err)
		}
	}
	undo(t, office, office.Admin, c.TxID)
	if d := detail(t, office, office.Admin, ids[0]); d.StageID != gone {
		t.Error("the undo has not brought them back")
	}
	if _, err := office.CRM.ArchiveStage(ctx, office.Admin, gone, to); err != nil {
		t.Fatal(err)
	}
	if _, err := office.CRM.RestoreStage(ctx, office.Admin, gone); err != nil {
		t.Fatal(err)
	}
	if d := detail(t, office, office.Admin, ids[0]); d.StageID != to {
		t.Error("a stage that is used again has taken prospects")
	}
	for _, s := range stages[1:] {
		if _, err := office.CRM.ArchiveStage(ctx, office.Admin, s.ID, stages[0].ID); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := office.CRM.ArchiveStage(ctx, office.Admin, stages[0].ID, ""); !fault.Has(err, "stage.last") {
		t.Errorf("the last stage: %v", err)
	}
}
