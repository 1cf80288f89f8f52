package intake_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
)

func TestMoves_FinalStatesStayFinal(t *testing.T) {
	final := []intake.State{intake.StateRegistered, intake.StateLinked, intake.StateTest}
	for from, to := range intake.Moves() {
		for _, state := range to {
			if _, known := intake.Moves()[state]; !known {
				t.Errorf("%s leads to %q, which is no state", from, state)
			}
		}
		if slices.Contains(final, from) != (len(to) == 0) {
			t.Errorf("%q has %d ways on", from, len(to))
		}
	}
	for _, tt := range []struct {
		name     string
		from, to intake.State
		want     bool
	}{
		{"an announced lead is fetched first", intake.StateReceived, intake.StateRegistered, false},
		{"a failed lead can still be registered", intake.StateFailed, intake.StateRegistered, true},
		{"a held lead can still be linked", intake.StateHeld, intake.StateLinked, true},
		{"nothing begins as registered", "", intake.StateRegistered, false},
		{"a registered lead cannot fail", intake.StateRegistered, intake.StateFailed, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := intake.CanMove(tt.from, tt.to); got != tt.want {
				t.Errorf("CanMove(%q, %q) = %v", tt.from, tt.to, got)
			}
		})
	}
}

func TestReceive_FetchesAnnouncedLeadsOnce(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	id := w.lead(1, func(s *graphsim.LeadSpec) { s.Wide = true })
	refs := []intake.Ref{{LeadID: string(id), PageID: string(w.page.ID), FormID: string(w.form.ID)}}
	for i, want := range []intake.Receipt{{New: []string{string(id)}}, {Known: 1}, {Known: 1}} {
		got, err := w.svc.Receive(ctx, intake.OriginWebhook, refs)
		if err != nil || !slices.Equal(got.New, want.New) || got.Known != want.Known {
			t.Fatalf("Receive %d = %+v, %v", i, got, err)
		}
	}
	if got := w.line(id); got.State != intake.StateReceived || got.SeenAgain != 2 {
		t.Errorf("line = %+v", got)
	}
	w.step("work", w.svc.WorkStep)
	line := w.line(id)
	if line.State != intake.StateRegistered || line.Origin != intake.OriginWebhook || line.NextTryAt != nil || line.Raw != nil {
		t.Errorf("line = %+v", line)
	}
	if id != "29178540000000008" && len(id) != 17 {
		t.Errorf("id %s is not wide", id)
	}
	if got := w.detail(line.ProspectID).Submissions[0].LeadID; got != string(id) {
		t.Errorf("submission's lead id = %s, want %s", got, id)
	}
	if p := w.pull(); p.Received != 0 || p.Known != 1 {
		t.Errorf("pull after webhook = %+v", p)
	}
	if n := len(w.prospects()); n != 1 {
		t.Errorf("%d prospects", n)
	}
}

func TestReceive_RefusesWhatIsNoID(t *testing.T) {
	w := newWorld(t, 1)
	for _, id := range []string{"", "l:123", "1.2E+16", "123456789012345678901"} {
		_, err := w.svc.Receive(ctx, intake.OriginWebhook, []intake.Ref{{LeadID: "1234567890123456"}, {LeadID: id}})
		if fault.Code(err) != "input.invalid" {
			t.Errorf("Receive(%q) = %v", id, err)
		}
	}
	if c := w.counts(); c != (intake.LeadCounts{}) {
		t.Errorf("counts = %+v", c)
	}
}

func TestReceive_DashboardTestIsNoFailure(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	if _, err := w.svc.Receive(ctx, intake.OriginWebhook, []intake.Ref{{LeadID: "444444444444", PageID: "444444444444"}}); err != nil {
		t.Fatal(err)
	}
	w.step("work", w.svc.WorkStep)
	if got := w.line("444444444444").State; got != intake.StateTest {
		t.Errorf("state = %s", got)
	}
}

func TestLedger_GoneLeadIsTriedForAnHourThenParked(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	const id = "1234567890129999"
	ref := intake.Ref{LeadID: id, PageID: string(w.page.ID), FormID: string(w.form.ID), LeadAt: "2026-11-02T15:00:00.000Z"}
	if _, err := w.svc.Receive(ctx, intake.OriginWebhook, []intake.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	began := w.Clock.Now()
	tries := 0
	for range 10 {
		w.step("work", w.svc.WorkStep)
		l := w.line(id)
		if l.State != intake.StateFailed || l.Class != string(meta.ClassGone) || l.Problem != meta.AdviceGone {
			t.Fatalf("line = %+v", l)
		}
		tries = l.Attempts
		if l.NextTryAt == nil {
			break
		}
		next, err := time.Parse(time.RFC3339, *l.NextTryAt)
		if err != nil {
			t.Fatal(err)
		}
		w.Clock.Set(next)
	}
	if took := w.Clock.Now().Sub(began); tries != 5 || took < time.Hour || took > 2*time.Hour {
		t.Errorf("parked after %d tries in %s", tries, took)
	}
	w.Clock.Advance(24 * time.Hour)
	before := w.calls("batch")
	w.step("work", w.svc.WorkStep)
	if w.calls("batch") != before {
		t.Error("a parked lead was asked for again")
	}
}

func TestLedger_OldGoneLeadIsParkedAtOnce(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	ref := intake.Ref{LeadID: "1234567890129999", PageID: string(w.page.ID), LeadAt: "2026-10-30T15:00:00.000Z"}
	if _, err := w.svc.Receive(ctx, intake.OriginSweep, []intake.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	w.step("work", w.svc.WorkStep)
	if l := w.line("1234567890129999"); l.NextTryAt != nil || l.Attempts != 1 {
		t.Errorf("line = %+v", l)
	}
}

func TestLedger_OneBadLeadHoldsUpNoOther(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	good := []meta.ID{w.lead(1), w.lead(2)}
	bad := w.lead(3, func(s *graphsim.LeadSpec) { s.Broken = true })
	good = append(good, w.lead(4))
	want := intake.Pull{Received: 4, Registered: 3, Failed: 1}
	if got := w.pull(); got != want {
		t.Errorf("pull = %+v, want %+v", got, want)
	}
	for _, id := range good {
		if got := w.line(id).State; got != intake.StateRegistered {
			t.Errorf("lead %s is %s", id, got)
		}
	}
	l := w.line(bad)
	if l.State != intake.StateFailed || l.Problem != intake.CodeLeadUnreadable || l.Class != string(meta.ClassBug) || l.NextTryAt != nil {
		t.Errorf("bad line = %+v", l.Lead)
	}
	if len(l.Raw) != 1 || !strings.Contains(l.Raw[0].Values[0], "unexpected") {
		t.Errorf("what Meta sent was not kept: %+v", l.Raw)
	}
	if p := w.pull(); p.Received != 0 || p.Known != 4 {
		t.Errorf("second pull = %+v", p)
	}
	if got := w.line(bad); got.State != intake.StateFailed || got.SeenAgain != 0 {
		t.Errorf("bad line after a second pull = %+v", got.Lead)
	}
}

func TestLedger_ConflictWaitsForAPersonAndCanBeRetried(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	w.lead(1)
	w.lead(2)
	w.pull()
	id := w.lead(1, func(s *graphsim.LeadSpec) { s.Answers["email"] = []string{"persona.2@example.com"} })
	if p := w.pull(); p.Held != 1 {
		t.Fatalf("pull = %+v", p)
	}
	l := w.line(id)
	if l.State != intake.StateHeld || l.Problem != crm.CodeContactConflict || len(l.ProblemArgs) == 0 || l.NextTryAt != nil || l.Raw == nil {
		t.Fatalf("line = %+v", l)
	}
	if again, err := w.svc.Retry(ctx, w.Admin, string(id)); err != nil || again.State != intake.StateHeld {
		t.Errorf("retry without a change = %+v, %v", again, err)
	}
	second := slices.IndexFunc(w.prospects(), func(c crm.Card) bool { return strings.Contains(c.Name, firstWord(2)) })
	d := w.detail(w.prospects()[second].ID)
	if _, err := w.CRM.RemoveEmail(ctx, w.Admin, d.Contact.Emails[0].ID); err != nil {
		t.Fatal(err)
	}
	again, err := w.svc.Retry(ctx, w.Admin, string(id))
	if err != nil || again.State != intake.StateLinked || again.Problem != "" {
		t.Errorf("retry = %+v, %v", again, err)
	}
	if _, err := w.svc.Retry(ctx, w.Admin, string(id)); !fault.Has(err, intake.CodeLeadSettled) {
		t.Errorf("retry of a settled line = %v", err)
	}
	if _, err := w.svc.Retry(ctx, w.Admin, "99"); !fault.Has(err, intake.CodeLeadNotFound) {
		t.Errorf("retry of no line = %v", err)
	}
}

func TestLedger_ClockThatWasAheadDelaysNobody(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	w.fault(graphsim.Fault{Edge: "batch", Preset: "temporary"})
	id := w.lead(1)
	w.Clock.Advance(300 * 24 * time.Hour) // a wrong clock
	ref := intake.Ref{LeadID: string(id), PageID: string(w.page.ID), FormID: string(w.form.ID)}
	if _, err := w.svc.Receive(ctx, intake.OriginWebhook, []intake.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	w.step("work", w.svc.WorkStep)
	if l := w.line(id); l.State != intake.StateFailed || l.NextTryAt == nil {
		t.Fatalf("line = %+v", l.Lead)
	}
	w.Clock.Advance(-300 * 24 * time.Hour)
	w.step("work", w.svc.WorkStep)
	if got := w.line(id).State; got != intake.StateRegistered {
		t.Errorf("state = %s", got)
	}
}

func TestListLeads_PagesByKeyAlongAnIndex(t *testing.T) {
	w := newWorld(t, 1)
	var want []string
	for range 7 {
		w.Clock.Advance(time.Second)
		id := w.lead(len(want) + 1)
		if _, err := w.svc.Receive(ctx, intake.OriginWebhook, []intake.Ref{{LeadID: string(id)}}); err != nil {
			t.Fatal(err)
		}
		want = slices.Insert(want, 0, string(id))
	}
	for _, state := range []intake.State{"", intake.StateReceived} {
		var got []string
		for cursor := ""; ; {
			page, err := w.svc.ListLeads(ctx, w.Admin, intake.LeadFilter{State: state, Cursor: cursor, Limit: 3})
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range page.Items {
				got = append(got, l.LeadID)
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("leads in state %q (-want +got):\n%s", state, diff)
		}
	}
	for _, bad := range []intake.LeadFilter{{State: "lost"}, {Cursor: "?"}, {Cursor: "AAAA"}} {
		if _, err := w.svc.ListLeads(ctx, w.Admin, bad); fault.Code(err) != "input.invalid" {
			t.Errorf("ListLeads(%+v) = %v", bad, err)
		}
	}
	for query, index := range map[string]string{
		`SELECT lead_id FROM lead l WHERE l.received_at <= {:a} AND (l.received_at < {:a} OR l.lead_id > {:b}) ORDER BY l.received_at DESC, l.lead_id LIMIT 9`:                      "lead_recent",
		`SELECT lead_id FROM lead l WHERE l.state = 'held' AND l.received_at <= {:a} AND (l.received_at < {:a} OR l.lead_id > {:b}) ORDER BY l.received_at DESC, l.lead_id LIMIT 9`: "lead_state",
	} {
		var plan []struct {
			Detail string `db:"detail"`
		}
		if err := w.Store.Read().NewQuery("EXPLAIN QUERY PLAN " + query).Bind(dbx.Params{"a": "x", "b": "y"}).All(&plan); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(plan[0].Detail, index) || len(plan) > 1 {
			t.Errorf("plan = %+v, want %s and no sorting", plan, index)
		}
	}
}

func TestEveryCall_IsForAdministratorsOnly(t *testing.T) {
	w := newWorld(t, 1)
	v := w.Sellers[0]
	for name, call := range map[string]func() error{
		"Connect":           func() error { _, err := w.svc.Connect(ctx, v, w.connection()); return err },
		"Disconnect":        func() error { return w.svc.Disconnect(ctx, v) },
		"Status":            func() error { _, err := w.svc.Status(ctx, v); return err },
		"Check":             func() error { _, err := w.svc.Check(ctx, v); return err },
		"Discover":          func() error { _, err := w.svc.Discover(ctx, v); return err },
		"AddPage":           func() error { _, err := w.svc.AddPage(ctx, v, "1"); return err },
		"UpdatePage":        func() error { _, err := w.svc.UpdatePage(ctx, v, "1", intake.PagePatch{}); return err },
		"UpdateForm":        func() error { _, err := w.svc.UpdateForm(ctx, v, "1", intake.FormPatch{}); return err },
		"PullNow":           func() error { _, err := w.svc.PullNow(ctx, v, "1"); return err },
		"ListLeads":         func() error { _, err := w.svc.ListLeads(ctx, v, intake.LeadFilter{}); return err },
		"Lead":              func() error { _, err := w.svc.Lead(ctx, v, "1"); return err },
		"Retry":             func() error { _, err := w.svc.Retry(ctx, v, "1"); return err },
		"Preview":           func() error { _, err := w.svc.Preview(ctx, v, "x.csv", nil); return err },
		"ListImports":       func() error { _, err := w.svc.ListImports(ctx, v); return err },
		"Import":            func() error { _, err := w.svc.Import(ctx, v, "1"); return err },
		"SetMapping":        func() error { _, err := w.svc.SetMapping(ctx, v, "1", intake.ImportPatch{}); return err },
		"RunImport":         func() error { _, err := w.svc.RunImport(ctx, v, "1"); return err },
		"CancelImport":      func() error { _, err := w.svc.CancelImport(ctx, v, "1"); return err },
		"WriteImportErrors": func() error { return w.svc.WriteImportErrors(ctx, v, "1", nil) },
		"Health":            func() error { _, err := w.svc.Health(ctx, v); return err },
	} {
		if err := call(); !fault.Has(err, "access.admin_only") {
			t.Errorf("%s by a seller = %v", name, err)
		}
	}
}
