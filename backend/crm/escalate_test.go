package crm_test

import (
	"slices"
	"testing"
	"time"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
)

// TestEscalation_TellsThenMovesTwiceAndEndsInTheTray: nobody attends a lead. Its seller's administrator is told once, two others have
// it in turn, and then it waits for the administrator although a fourth seller is free.
func TestEscalation_TellsThenMovesTwiceAndEndsInTheTray(t *testing.T) {
	o := crmtest.New(t, 4).Found("America/Mexico_City")
	day := []crm.HoursSpan{{From: "00:00", To: "24:00"}}
	week := &crm.WeekHours{Mon: day, Tue: day, Wed: day, Thu: day, Fri: day, Sat: day, Sun: day}
	if _, err := o.CRM.UpdateOfficeTurns(ctx, o.Admin, crm.OfficeTurnsPatch{Hours: week}); err != nil {
		t.Fatal(err)
	}
	var told, moved, trayed int
	after := func(passed time.Duration) {
		t.Helper()
		o.Clock.Advance(passed)
		done, err := o.CRM.Escalate(ctx)
		if err != nil {
			t.Fatal(err)
		}
		told, moved, trayed = told+done.Told, moved+done.Moved, trayed+done.Trayed
	}
	if _, err := o.CRM.BeginEscalating(ctx); err != nil {
		t.Fatal(err)
	}
	id, first := o.Prospect()
	had := []string{first.UserID}
	owner := func() string { return detail(t, o, o.Admin, id).OwnerID }
	const tick = time.Second
	after(15*time.Minute - tick)
	if told != 0 {
		t.Error("the administrator is told too early")
	}
	after(tick)
	after(tick)
	if told != 1 || owner() != first.UserID {
		t.Errorf("after a quarter of an hour: told %d times, it is %s's", told, owner())
	}
	after(15*time.Minute - 2*tick)
	for hop := range 2 {
		if moved != hop {
			t.Fatalf("moved %d times before its time, want %d", moved, hop)
		}
		after(tick)
		if moved != hop+1 || slices.Contains(had, owner()) || owner() == "" {
			t.Fatalf("hop %d: moved %d times, to %q, after %v", hop+1, moved, owner(), had)
		}
		had = append(had, owner())
		after(30*time.Minute - tick)
	}
	if trayed != 0 || owner() != had[2] {
		t.Error("it is taken from the third seller too early")
	}
	after(tick)
	if trayed != 1 || moved != 2 || owner() != "" {
		t.Errorf("after the second hop: moved %d times, %d in the tray, it is %q's", moved, trayed, owner())
	}
	after(2 * time.Hour)
	if moved != 2 || trayed != 1 {
		t.Errorf("out of the tray by itself: moved %d times", moved)
	}
}
