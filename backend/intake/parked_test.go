package intake_test

import (
	"testing"
	"time"

	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
)

// loops runs every loop of the program once and moves the clock on, so many times.
func (w *world) loops(times int, by time.Duration) {
	w.t.Helper()
	for range times {
		w.step("check", w.svc.CheckStep)
		w.step("poll", w.svc.PollStep)
		w.step("sweep", w.svc.SweepStep)
		w.step("work", w.svc.WorkStep)
		w.Clock.Advance(by)
	}
}

// A permission may come back without anybody telling, and without the form having failed.
func TestParked_LeadsComeBackByThemselves(t *testing.T) {
	for _, edge := range []string{"batch", "lead"} {
		t.Run(edge, func(t *testing.T) {
			w := newWorld(t, 2)
			w.connect()
			w.Clock.Advance(2 * time.Hour)
			w.lead(1)
			w.pull()
			late := w.lead(2, func(s *graphsim.LeadSpec) { s.Created = w.Clock.Now().Add(-time.Hour) })
			w.fault(graphsim.Fault{Edge: edge, Times: -1, Preset: "permission_leads"})
			if _, err := w.svc.Receive(ctx, intake.OriginWebhook, []intake.Ref{{LeadID: string(late), PageID: string(w.page.ID), FormID: string(w.form.ID)}}); err != nil {
				t.Fatal(err)
			}
			w.step("work", w.svc.WorkStep)
			before := w.line(late).State
			w.sim.ClearFaults()
			w.loops(30, 5*time.Minute)
			if got := w.line(late); got.State != intake.StateRegistered {
				t.Errorf("the lead was %s and is %s (%s)", before, got.State, got.Problem)
			}
		})
	}
}

// One lead too large for a call fails alone.
func TestBatch_OneEnormousLeadHoldsUpNoOther(t *testing.T) {
	w := newWorld(t, 2)
	w.connect()
	w.pull()
	var refs []intake.Ref
	var ids []meta.ID
	for n := range 6 {
		id := w.lead(n, func(s *graphsim.LeadSpec) {
			s.Created = w.Clock.Now().Add(-3 * 24 * time.Hour) // no poll reaches back so far
			if n == 3 {
				s.Padding = 9 << 20
			}
		})
		ids = append(ids, id)
		refs = append(refs, intake.Ref{LeadID: string(id), PageID: string(w.page.ID), FormID: string(w.form.ID)})
	}
	if _, err := w.svc.Receive(ctx, intake.OriginWebhook, refs); err != nil {
		t.Fatal(err)
	}
	w.step("work", w.svc.WorkStep)
	for n, id := range ids {
		got := w.line(id)
		if want := map[bool]intake.State{true: intake.StateFailed, false: intake.StateRegistered}[n == 3]; got.State != want {
			t.Errorf("lead %d is %s (%s), want %s", n, got.State, got.Problem, want)
		}
	}
}

// Meta's silence about test leads makes a lead wait a little; what is a test never reaches a seller.
func TestTestLead_WaitsForMetasWord(t *testing.T) {
	w := newWorld(t, 2)
	w.connect()
	id := w.lead(1)
	w.fault(graphsim.Fault{Edge: "test_leads", Times: 1, Kind: "html"})
	w.fault(graphsim.Fault{Edge: "test_leads", Times: -1, Body: `{"data":[{"id":"` + string(id) + `","created_time":"2026-11-02T15:00:00+0000","field_data":[]}]}`})
	w.pull()
	if got := w.line(id); got.State == intake.StateRegistered {
		t.Fatalf("a test lead was registered while Meta was silent")
	}
	w.loops(3, 2*time.Minute)
	if got := w.line(id); got.State != intake.StateTest || len(w.prospects()) != 0 {
		t.Errorf("the test lead is %s, prospects %d", got.State, len(w.prospects()))
	}
	real := w.lead(2)
	w.sim.ClearFaults()
	w.fault(graphsim.Fault{Edge: "test_leads", Times: -1, Kind: "html"})
	w.loops(10, 2*time.Minute)
	if got := w.line(real); got.State != intake.StateRegistered {
		t.Errorf("a real lead waits for ever: %s (%s)", got.State, got.Problem)
	}
}

// A lead that "does not exist" may be one that nobody may read any more. Meta's words are the same; the page's are not.
func TestGone_IsNotGivenUpWhenThePageIsLostToo(t *testing.T) {
	for _, tt := range []struct {
		name  string
		page  *graphsim.Fault
		class meta.Class
	}{
		{"the page answers", nil, meta.ClassGone},
		{"the page is lost too", &graphsim.Fault{Edge: "page", Times: -1, Preset: "gone"}, meta.ClassPermission},
		{"the permission is lost", &graphsim.Fault{Edge: "page", Times: -1, Preset: "permission_leads"}, meta.ClassPermission},
		{"the page says nothing", &graphsim.Fault{Edge: "page", Times: -1, Kind: "html"}, meta.ClassGone},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, 2)
			w.connect()
			w.Clock.Advance(2 * time.Hour)
			w.pull()
			late := w.lead(2, func(s *graphsim.LeadSpec) { s.Created = w.Clock.Now().Add(-90 * time.Minute) })
			w.fault(graphsim.Fault{Edge: "lead", Times: -1, Preset: "gone"})
			w.fault(graphsim.Fault{Edge: "batch", Times: -1, Preset: "gone"})
			if tt.page != nil {
				w.fault(*tt.page)
			}
			if _, err := w.svc.Receive(ctx, intake.OriginWebhook, []intake.Ref{{LeadID: string(late), PageID: string(w.page.ID), FormID: string(w.form.ID)}}); err != nil {
				t.Fatal(err)
			}
			w.step("work", w.svc.WorkStep)
			if got := w.line(late); got.State != intake.StateFailed || got.Class != string(tt.class) {
				t.Fatalf("the lead is %s of class %s (%s), want class %s", got.State, got.Class, got.Problem, tt.class)
			}
			w.sim.ClearFaults()
			if tt.class == meta.ClassGone {
				if _, err := w.svc.Check(ctx, w.Admin); err != nil { // somebody presses "Revisar"
					t.Fatal(err)
				}
			}
			w.loops(30, 5*time.Minute)
			if got := w.line(late); got.State != intake.StateRegistered {
				t.Errorf("once all was well the lead was still %s (%s)", got.State, got.Problem)
			}
		})
	}
}
