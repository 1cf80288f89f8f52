package intake_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
)

func firstWord(n int) string { return strings.Fields(crmtest.Name(n))[0] }

func (w *world) highWater() time.Time {
	w.t.Helper()
	text := one[string](w, "SELECT high_water FROM meta_form WHERE id = {:id}", dbx.Params{"id": string(w.form.ID)})
	at, err := clock.Parse(text)
	if err != nil {
		return time.Time{}
	}
	return at
}

func at(when time.Time) func(*graphsim.LeadSpec) {
	return func(s *graphsim.LeadSpec) { s.Created = when }
}

func TestPull_FirstReadingIsHistoryThatAlarmsNobody(t *testing.T) {
	w := newWorld(t, 2)
	now := w.Clock.Now()
	old, fresh := w.lead(1, at(now.Add(-80*24*time.Hour))), w.lead(2, at(now.Add(-2*time.Hour)))
	w.lead(3, at(now.Add(-95*24*time.Hour))) // Meta has deleted it
	w.connect()
	got := map[string]bool{}
	for _, n := range w.noticed() {
		got[n.LeadID] = n.History
		if n.SellerID == "" || n.SellerName == "" || n.ProspectID == "" || n.Name == "" || !strings.HasPrefix(n.Phone, "+52") {
			t.Errorf("notice = %+v", n)
		}
	}
	if len(got) != 2 || !got[string(old)] || got[string(fresh)] {
		t.Errorf("history by lead = %v", got)
	}
	late := w.lead(4, at(now.Add(-26*time.Hour))) // hidden from the first reading: no history
	if _, err := w.svc.Sweep(ctx, string(w.form.ID), false); err != nil {
		t.Fatal(err)
	}
	if n := w.noticed()[2]; n.LeadID != string(late) || n.History {
		t.Errorf("notice = %+v", n)
	}
}

func TestPull_AsksFromBehindTheHighWater(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	start := w.Clock.Now()
	w.lead(1)
	w.Clock.Advance(10 * time.Minute)
	w.lead(2)
	w.pull()
	if got := w.highWater(); !got.Equal(start.Add(10 * time.Minute)) {
		t.Fatalf("high water = %s", got)
	}
	w.lead(3, at(start.Add(2*time.Minute)))  // appears late, within the overlap
	w.lead(4, at(start.Add(-6*time.Minute))) // later than the overlap forgives
	w.sim.ForgetCalls()
	if p := w.pull(); p.Received != 1 || p.Known != 2 {
		t.Errorf("pull = %+v", p)
	}
	want := fmt.Sprintf(`[{"field":"time_created","operator":"GREATER_THAN","value":%d}]`, start.Add(-5*time.Minute).Unix())
	if got := w.sim.Calls()[0].Query["filtering"]; got != want {
		t.Errorf("filtering = %s, want %s", got, want)
	}
	if p, err := w.svc.Sweep(ctx, string(w.form.ID), false); err != nil || p.Received != 1 || p.Registered != 1 {
		t.Errorf("sweep = %+v, %v", p, err)
	}
}

func TestPull_DeadTokenInTheMiddleMovesNoMark(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	before := w.highWater()
	for i := range 130 {
		w.Clock.Advance(time.Second)
		w.lead(i + 1)
	}
	w.fault(graphsim.Fault{Edge: "leads", After: 1, Times: -1, Preset: "password_changed"})
	p, err := w.svc.Pull(ctx, string(w.form.ID))
	if err == nil || p.Registered != 100 {
		t.Fatalf("pull = %+v, %v", p, err)
	}
	if got := w.highWater(); !got.Equal(before) {
		t.Errorf("high water moved to %s over leads that are not in the ledger", got)
	}
	form := w.forms()[0]
	if form.Problem != meta.AdvicePasswordChanged {
		t.Errorf("form's problem = %q", form.Problem)
	}
	w.sim.ClearFaults()
	if p := w.pull(); p.Registered != 30 || p.Known != 100 {
		t.Errorf("pull after the cure = %+v", p)
	}
	if got := w.highWater(); !got.Equal(w.Clock.Now()) {
		t.Errorf("high water = %s", got)
	}
	if n := len(w.prospects()); n != 130 {
		t.Errorf("%d prospects", n)
	}
	if form := w.forms()[0]; form.Problem != "" || form.PulledAt == nil {
		t.Errorf("form = %+v", form)
	}
}

func (w *world) forms() []intake.Form {
	w.t.Helper()
	st, err := w.svc.Status(ctx, w.Admin)
	if err != nil {
		w.t.Fatal(err)
	}
	return st.Forms
}

func TestPull_WhatMetaAnswersInstead(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault graphsim.Fault
		want  string
	}{
		{"a gateway's page", graphsim.Fault{Kind: "html"}, meta.AdviceNotJSON},
		{"half an answer", graphsim.Fault{Kind: "half"}, meta.AdviceNotReachable},
		{"nothing", graphsim.Fault{Kind: "empty"}, meta.AdviceNotJSON},
		{"not what it should be", graphsim.Fault{Body: `{"data":{"id":"x"}}`}, meta.AdviceUnexpected},
		{"access taken away", graphsim.Fault{Preset: "lead_access"}, meta.AdviceLeadAccessRevoked},
		{"permission taken away", graphsim.Fault{Preset: "permission_leads"}, meta.AdvicePermissionMissing},
		{"too many calls", graphsim.Fault{Preset: "throttle_leads"}, meta.AdviceThrottled},
		{"a problem of its own", graphsim.Fault{Preset: "temporary"}, meta.AdviceTemporary},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, 1)
			w.connect()
			id := w.lead(1)
			tt.fault.Edge = "leads"
			w.fault(tt.fault)
			if p, err := w.svc.Pull(ctx, string(w.form.ID)); err == nil || p != (intake.Pull{}) {
				t.Fatalf("pull = %+v, %v", p, err)
			}
			if got := w.forms()[0].Problem; got != tt.want {
				t.Errorf("problem = %q, want %q", got, tt.want)
			}
			w.Clock.Advance(2 * time.Hour)
			w.step("poll", w.svc.PollStep)
			if got := w.line(id).State; got != intake.StateRegistered || w.forms()[0].Problem != "" {
				t.Errorf("state = %s, problem %q", got, w.forms()[0].Problem)
			}
		})
	}
}

func TestPull_LeadOfAnUnknownShapeIsKeptWithoutAnID(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	id := w.lead(1)
	w.fault(graphsim.Fault{Edge: "leads", Body: `{"data":[{"created_time":"2026-11-02T15:00:00+0000","field_data":[]},` +
		`{"id":"` + string(id) + `","created_time":"2026-11-02T15:00:00+0000","field_data":[{"name":"email","values":["a@example.com"]}]},` +
		`"text instead of a lead"]}`})
	if p := w.pull(); p.Received != 3 || p.Registered != 1 || p.Failed != 2 {
		t.Errorf("pull = %+v", p)
	}
	page, err := w.svc.ListLeads(ctx, w.Admin, intake.LeadFilter{State: intake.StateFailed})
	if err != nil || len(page.Items) != 2 || page.Items[0].Problem != intake.CodeLeadWithoutID {
		t.Errorf("failed lines = %+v, %v", page.Items, err)
	}
}

func TestPull_OneWrongTimeHidesNothing(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	before := w.highWater()
	strange := w.lead(1, at(w.Clock.Now().AddDate(60, 0, 0)))
	if p := w.pull(); p.Registered != 1 || !w.highWater().Equal(before) {
		t.Errorf("pull = %+v, high water %s", p, w.highWater())
	}
	id := w.lead(2)
	w.pull()
	if got := w.line(id).State; got != intake.StateRegistered || w.line(strange).State != intake.StateRegistered {
		t.Errorf("state = %s", got)
	}
}

func TestPull_AnswersOfTenMegabytesHoldUpNobody(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	big := w.lead(1, func(s *graphsim.LeadSpec) { s.Padding = 10 << 20 })
	long := w.lead(2, func(s *graphsim.LeadSpec) { s.Padding = 1 << 20 })
	plain := w.lead(3)
	w.pull()
	w.step("work", w.svc.WorkStep)
	for id, want := range map[meta.ID]intake.State{plain: intake.StateRegistered, long: intake.StateRegistered, big: intake.StateFailed} {
		if got := w.line(id); got.State != want {
			t.Errorf("lead %s = %+v, want %s", id, got.Lead, want)
		}
	}
	if l := w.line(big); l.Problem != meta.AdviceTooLarge || l.NextTryAt == nil {
		t.Errorf("big line = %+v", l.Lead)
	}
	if n := len(w.detail(w.line(long).ProspectID).Submissions[0].Answers[0].Values[0]); n > 10_000 {
		t.Errorf("an answer of %d bytes was kept", n)
	}
}

func TestPoll_PaceFollowsThePage(t *testing.T) {
	w := newWorld(t, 1)
	if _, err := w.svc.Connect(ctx, w.Admin, w.connection()); err != nil {
		t.Fatal(err)
	}
	w.sim.ForgetCalls()
	w.step("poll", w.svc.PollStep)
	for range 4 {
		w.Clock.Advance(time.Minute)
		w.step("poll", w.svc.PollStep)
	}
	if n := w.calls("leads"); n != 1 {
		t.Errorf("a page without leads was read %d times in five minutes", n)
	}
	w.Clock.Advance(time.Minute)
	id := w.lead(1)
	w.step("poll", w.svc.PollStep)
	if got := w.line(id).State; got != intake.StateRegistered {
		t.Fatalf("state = %s", got)
	}
	w.Clock.Advance(5 * time.Minute)
	w.step("poll", w.svc.PollStep)
	w.sim.ForgetCalls()
	for range 3 {
		w.Clock.Advance(time.Minute)
		if nap := w.step("poll", w.svc.PollStep); nap != time.Minute {
			t.Errorf("nap = %s", nap)
		}
	}
	if n := w.calls("leads"); n != 3 {
		t.Errorf("a page with leads was read %d times in three minutes", n)
	}
}

func TestPoll_RestsWhenTheBudgetIsNearlySpent(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	w.lead(1)
	w.fault(graphsim.Fault{Edge: "leads", Body: `{"data":[]}`, Header: map[string]string{
		"X-Business-Use-Case-Usage": `{"1":[{"type":"leadgen","call_count":95,"total_cputime":1,"total_time":1,"estimated_time_to_regain_access":0}]}`,
	}})
	w.pull()
	w.sim.ForgetCalls()
	for range 10 {
		w.Clock.Advance(time.Minute)
		w.step("poll", w.svc.PollStep)
	}
	if n := w.calls("leads"); n != 0 {
		t.Errorf("%d calls at 95 %% of the budget", n)
	}
	w.Clock.Advance(10 * time.Minute)
	w.step("poll", w.svc.PollStep)
	if n := w.calls("leads"); n != 1 {
		t.Errorf("%d calls after the rest", n)
	}
}

func TestPoll_ThrottledFormWaitsAsLongAsMetaSays(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	id := w.lead(1)
	w.fault(graphsim.Fault{Edge: "leads", Preset: "throttle_leads", Header: map[string]string{
		"X-Business-Use-Case-Usage": `{"1":[{"type":"leadgen","call_count":100,"total_cputime":1,"total_time":1,"estimated_time_to_regain_access":19}]}`,
	}})
	w.step("poll", w.svc.PollStep)
	if f := w.forms()[0]; f.Problem != meta.AdviceThrottled || fmt.Sprint(f.ProblemArgs["minutes"]) != "19" {
		t.Errorf("form = %q %v", f.Problem, f.ProblemArgs)
	}
	w.sim.ForgetCalls()
	for range 18 {
		w.Clock.Advance(time.Minute)
		w.step("poll", w.svc.PollStep)
	}
	if n := len(w.sim.Calls()); n != 0 {
		t.Errorf("%d calls while throttled", n)
	}
	w.Clock.Advance(17 * time.Minute)
	w.step("poll", w.svc.PollStep)
	if got := w.line(id).State; got != intake.StateRegistered {
		t.Errorf("state = %s", got)
	}
}

func TestPoll_ClockThatJumpsLosesNothing(t *testing.T) {
	for _, tt := range []struct {
		name string
		jump time.Duration
	}{
		{"a year back", -365 * 24 * time.Hour},
		{"a year ahead", 365 * 24 * time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, 1)
			w.connect()
			w.lead(1)
			w.pull()
			metaNow := w.Clock.Now()
			// Meta's clock is the simulator's, which is ours too: what jumps is told by the leads' own times.
			w.Clock.Advance(tt.jump)
			var ids []meta.ID
			for i := range 3 {
				metaNow = metaNow.Add(time.Minute)
				if tt.jump > 0 { // the simulator would call them expired
					ids = append(ids, w.lead(10+i))
					continue
				}
				ids = append(ids, w.lead(10+i, at(metaNow)))
			}
			w.step("poll", w.svc.PollStep)
			w.Clock.Advance(-tt.jump)
			ids = append(ids, w.lead(20, at(metaNow.Add(time.Minute))))
			w.Clock.Advance(2 * time.Minute)
			w.step("poll", w.svc.PollStep)
			w.step("sweep", w.svc.SweepStep)
			w.Clock.Advance(8 * 24 * time.Hour)
			w.step("sweep", w.svc.SweepStep)
			for _, id := range ids {
				if got := w.line(id).State; got != intake.StateRegistered {
					t.Errorf("lead %s is %s", id, got)
				}
			}
		})
	}
}

func TestSweep_FillsHolesOfNinetyDaysAndOfArchivedForms(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	w.lead(1)
	w.pull()
	if err := w.sim.SetFormStatus(w.form.ID, meta.FormArchived); err != nil {
		t.Fatal(err)
	}
	if _, err := w.svc.Discover(ctx, w.Admin); err != nil {
		t.Fatal(err)
	}
	now := w.Clock.Now()
	hole := w.lead(2, at(now.Add(-60*24*time.Hour)))
	recent := w.lead(3, at(now.Add(-40*time.Hour)))
	w.sim.ForgetCalls()
	w.step("poll", w.svc.PollStep)
	w.step("sweep", w.svc.SweepStep)
	if n := len(w.sim.Calls()); n != 0 {
		t.Errorf("an archived form was read %d times before its turn", n)
	}
	w.Clock.Advance(25 * time.Hour)
	w.step("sweep", w.svc.SweepStep)
	if got := w.line(recent).State; got != intake.StateRegistered {
		t.Errorf("recent lead is %s", got)
	}
	w.Clock.Advance(6 * 24 * time.Hour)
	w.step("sweep", w.svc.SweepStep)
	if l := w.line(hole); l.State != intake.StateRegistered || l.Origin != intake.OriginSweep {
		t.Errorf("hole = %+v", l.Lead)
	}
	for _, c := range w.sim.Calls() {
		if c.Edge == "leads" && c.Query["fields"] != "id,created_time" {
			t.Errorf("a sweep asked for %s", c.Query["fields"])
		}
	}
	if p, err := w.svc.Sweep(ctx, string(w.form.ID), true); err != nil || p.Received != 0 || p.Known != 3 {
		t.Errorf("second sweep = %+v, %v", p, err)
	}
	if got := w.line(hole).SeenAgain; got != 0 {
		t.Errorf("seen again %d times by a sweep", got)
	}
}

func TestDiscover_FindsNewFormsAndCarriesTheMappingToACopy(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	_, err := w.svc.UpdateForm(ctx, w.Admin, string(w.form.ID), intake.FormPatch{Mapping: map[string]intake.Target{
		"interés": intake.TargetCity, "email": intake.TargetIgnore,
	}})
	if err != nil {
		t.Fatal(err)
	}
	twin, err := w.sim.CopyForm(w.form.ID)
	if err != nil {
		t.Fatal(err)
	}
	other := w.addForm(graphsim.Form{Page: w.page.ID, Name: "Terrenos", Questions: []graphsim.Question{{Type: "WHATSAPP_NUMBER"}, {Type: "CITY"}}})
	w.Clock.Advance(time.Hour)
	w.step("check", w.svc.CheckStep)
	found := map[string]intake.Form{}
	for _, f := range w.forms() {
		found[f.ID] = f
	}
	got := found[string(twin.ID)]
	if got.InheritedFrom == nil || *got.InheritedFrom != string(w.form.ID) || got.InheritedName != w.form.Name ||
		got.Mapping["interés"] != intake.TargetCity || got.Mapping["email"] != intake.TargetIgnore || !got.Active {
		t.Errorf("copy = %+v", got)
	}
	if f := found[string(other.ID)]; f.InheritedFrom != nil || f.Mapping["whatsapp_number"] != intake.TargetPhone {
		t.Errorf("another form = %+v", f)
	}
	if f := found[string(w.form.ID)]; f.Status != "ARCHIVED" {
		t.Errorf("old form is %s", f.Status)
	}
	id := w.lead(1, func(s *graphsim.LeadSpec) { s.Form = twin.ID })
	w.step("poll", w.svc.PollStep)
	d := w.detail(w.line(id).ProspectID)
	if d.Contact.City != "casa_nueva" || len(d.Contact.Emails) != 0 {
		t.Errorf("contact = %+v", d.Contact)
	}
}
