package intake_test

import (
	"testing"
	"time"

	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
)

// What nobody can mend must not keep the alarm on, and can still be taken up again.
func TestDismiss(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	broken := w.lead(1, func(s *graphsim.LeadSpec) { s.Broken = true })
	w.pull()
	if h, err := w.svc.Health(ctx, w.Admin); err != nil || !hasItem(h, "leads.failed", intake.LevelBad) {
		t.Fatalf("before: %+v, %v", h.Items, err)
	}
	got, err := w.svc.Dismiss(ctx, w.Admin, string(broken))
	if err != nil || got.DismissedAt == nil || got.State != intake.StateFailed {
		t.Fatalf("dismissed: %+v, %v", got, err)
	}
	if h, err := w.svc.Health(ctx, w.Admin); err != nil || hasItem(h, "leads.failed", intake.LevelBad) {
		t.Errorf("after: %+v, %v", h.Items, err)
	}
	if n := one[int](w, "SELECT count(*) FROM audit WHERE action = 'lead.dismissed'", nil); n != 1 {
		t.Errorf("%d lines in the audit", n)
	}
	if got, err = w.svc.Retry(ctx, w.Admin, string(broken)); err != nil || got.DismissedAt != nil {
		t.Errorf("taken up again: %+v, %v", got, err)
	}
	if _, err := w.svc.Dismiss(ctx, w.Sellers[0], string(broken)); err == nil {
		t.Error("a seller dismissed a lead")
	}
}

// What a person gave is not kept for ever because the program could not read it.
func TestLeadsThatCameToNothingExpire(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	broken := w.lead(1, func(s *graphsim.LeadSpec) { s.Broken = true })
	w.pull()
	kept := func() int {
		return one[int](w, "SELECT count(*) FROM lead WHERE payload IS NOT NULL", nil)
	}
	w.Clock.Advance(89 * 24 * time.Hour)
	w.step("sweep", w.svc.SweepStep)
	if kept() != 1 {
		t.Fatal("it expired too early")
	}
	w.Clock.Advance(2 * 24 * time.Hour)
	w.step("sweep", w.svc.SweepStep)
	if got := w.line(broken); kept() != 0 || len(got.Raw) != 0 || got.DismissedAt == nil {
		t.Errorf("%d payloads are left; the line is %+v", kept(), got)
	}
	if h, err := w.svc.Health(ctx, w.Admin); err != nil || hasItem(h, "leads.failed", intake.LevelBad) {
		t.Errorf("it still needs a person: %+v, %v", h.Items, err)
	}
}

// Meta's own lists know better than its answer about one lead.
func TestGone_ComesBackWhenASweepListsIt(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	w.pull()
	w.Clock.Advance(2 * time.Hour)
	late := w.lead(1, func(s *graphsim.LeadSpec) { s.Created = w.Clock.Now().Add(-100 * time.Minute) })
	w.fault(graphsim.Fault{Edge: "lead", Times: -1, Preset: "gone"})
	w.fault(graphsim.Fault{Edge: "batch", Times: -1, Preset: "gone"})
	if _, err := w.svc.Receive(ctx, intake.OriginWebhook, []intake.Ref{{LeadID: string(late), PageID: string(w.page.ID), FormID: string(w.form.ID)}}); err != nil {
		t.Fatal(err)
	}
	w.step("work", w.svc.WorkStep)
	if got := w.line(late); got.Class != string(meta.ClassGone) {
		t.Fatalf("the lead is of class %s", got.Class)
	}
	w.sim.ClearFaults()
	w.Clock.Advance(25 * time.Hour)
	w.step("sweep", w.svc.SweepStep)
	w.step("work", w.svc.WorkStep)
	if got := w.line(late); got.State != intake.StateRegistered {
		t.Errorf("the lead is %s (%s)", got.State, got.Problem)
	}
}
