package intake_test

import (
	"strings"
	"testing"
	"time"

	"sitegroup.mx/crm/backend/crm"
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

// listedAsTest has Meta name leads among a form's tests.
func listedAsTest(ids ...meta.ID) graphsim.Fault {
	items := make([]string, len(ids))
	for i, id := range ids {
		items[i] = `{"id":"` + string(id) + `","created_time":"2026-11-02T15:00:00+0000","field_data":[]}`
	}
	return graphsim.Fault{Edge: "test_leads", Times: -1, Body: `{"data":[` + strings.Join(items, ",") + `]}`}
}

// While Meta throttles the list of tests, a lead waits as for any other silence, and not for hours.
func TestTestLead_WaitsWhileTheListIsThrottled(t *testing.T) {
	for _, ends := range []bool{true, false} {
		w := newWorld(t, 2)
		w.connect()
		id := w.lead(1)
		times := -1
		if ends {
			times = 1
		}
		w.fault(graphsim.Fault{Edge: "test_leads", Times: times, Preset: "throttle_page"})
		if ends {
			w.fault(listedAsTest(id))
		}
		w.pull()
		if got := w.line(id); got.State != intake.StateFailed || got.Class != string(meta.ClassThrottle) {
			t.Fatalf("throttled, the line is %+v", got.Lead)
		}
		w.loops(5, 6*time.Minute)
		want := intake.StateRegistered
		if ends {
			want = intake.StateTest
		}
		if got := w.line(id); got.State != want {
			t.Errorf("the throttle ends %v: half an hour later the line is %+v", ends, got.Lead)
		}
	}
}

// A test that was taken for real goes again once Meta names it, unless somebody has worked on it: then its history says so.
func TestTestLead_IsTakenBackOnceMetaNamesIt(t *testing.T) {
	w := newWorld(t, 2)
	w.connect()
	quiet, called, real := w.lead(1), w.lead(2), w.lead(3)
	w.fault(graphsim.Fault{Edge: "test_leads", Times: -1, Preset: "permission_leads"})
	w.pull()
	prospect := w.line(called).ProspectID
	for _, id := range []meta.ID{quiet, called, real} {
		if got := w.line(id); got.State != intake.StateRegistered {
			t.Fatalf("no permission for the list of tests, and the lead waits: %+v", got.Lead)
		}
	}
	if _, err := w.CRM.UpdateProspect(ctx, w.Admin, prospect, crm.ProspectPatch{Temperature: new("hot")}); err != nil {
		t.Fatal(err)
	}
	w.sim.ClearFaults()
	w.fault(listedAsTest(quiet, called))
	for range 2 { // the second naming changes nothing
		w.Clock.Advance(25 * time.Hour)
		w.step("sweep", w.svc.SweepStep)
	}
	if got := w.line(quiet); got.State != intake.StateTest {
		t.Errorf("the line is %+v", got.Lead)
	}
	if got := w.line(real); got.State != intake.StateRegistered {
		t.Errorf("a real lead is %+v", got.Lead)
	}
	if n := len(w.prospects()); n != 2 {
		t.Errorf("%d prospects are left", n)
	}
	if n := one[int](w, "SELECT sum(given) FROM turn_count", nil); n != 2 {
		t.Errorf("%d turns are counted", n)
	}
	page, err := w.CRM.Timeline(ctx, w.Admin, prospect, "", 100)
	if err != nil {
		t.Fatal(err)
	}
	marks := 0
	for _, item := range page.Items {
		if item.Kind == crm.EventTestLead {
			marks++
		}
	}
	if marks != 1 {
		t.Errorf("its history says %d times that it is a test", marks)
	}
}

// A test with a client's own phone leaves their prospect as it was before: not on top of the inbox once more, and without it.
func TestTestLead_OfAKnownPersonIsTakenBackToo(t *testing.T) {
	w := newWorld(t, 2)
	w.connect()
	client := w.lead(1)
	w.pull()
	before, err := w.CRM.Prospect(ctx, w.Admin, w.line(client).ProspectID)
	w.must(err)
	w.Clock.Advance(3 * time.Hour)
	test := w.lead(1)
	w.fault(graphsim.Fault{Edge: "test_leads", Times: -1, Preset: "permission_leads"})
	w.pull()
	if got := w.line(test); got.State != intake.StateLinked {
		t.Fatalf("the line is %+v", got.Lead)
	}
	w.sim.ClearFaults()
	w.fault(listedAsTest(test))
	w.Clock.Advance(25 * time.Hour)
	w.step("sweep", w.svc.SweepStep)
	if got := w.line(test); got.State != intake.StateTest {
		t.Errorf("the line is %+v", got.Lead)
	}
	after, err := w.CRM.Prospect(ctx, w.Admin, w.line(client).ProspectID)
	w.must(err)
	if after.LeadAt != before.LeadAt || len(after.Submissions) != 1 {
		t.Errorf("the prospect is of %s with %d enquiries, was of %s", after.LeadAt, len(after.Submissions), before.LeadAt)
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
