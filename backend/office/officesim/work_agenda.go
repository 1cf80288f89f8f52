package officesim

import (
	"context"
	"time"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
)

// due is some moment of the coming days, with or without a time.
func (s *sim) due(d desk) crm.Due {
	at := d.now.Add(time.Duration(1+s.rng.IntN(5*24*60)) * time.Minute)
	if s.chance(3) {
		return crm.Due{On: at.Format(clock.DateLayout)}
	}
	return crm.Due{At: clock.Format(at), RemindAt: clock.Format(at.Add(-time.Minute)), Minutes: 15 * s.rng.IntN(9)}
}

// planStep plans something, with a reminder where it has a time.
func planStep(s *sim, ctx context.Context, d desk, prospect string) (string, string, error) {
	open := false
	body := s.text()
	kind := pick(s, []string{crm.KindCall, crm.KindVisit, crm.KindAppointment, crm.KindTask})
	c, err := d.crm.LogActivity(ctx, d.user, prospect, crm.NewActivity{Kind: kind, Body: body, Due: s.due(d), Done: &open})
	return c.TxID, body, err
}

// replan moves something that is planned, or does it.
func replan(s *sim, ctx context.Context, d desk, _ string) (string, string, error) {
	id, err := s.some(d, "SELECT activity_id FROM agenda ORDER BY activity_id")
	if id == "" || err != nil {
		return "", "", err
	}
	if s.chance(3) {
		c, err := d.crm.FinishActivity(ctx, d.user, id, crm.ActivityDone{})
		return c.TxID, "", err
	}
	due := s.due(d)
	patch := crm.ActivityPatch{DueAt: &due.At, Minutes: &due.Minutes}
	if due.On != "" {
		patch = crm.ActivityPatch{DueOn: &due.On}
	}
	c, err := d.crm.UpdateActivity(ctx, d.user, id, patch)
	return c.TxID, "", err
}

// snooze puts all of one's own reminders off at once, those of people who wait for a first call with them.
func snooze(s *sim, ctx context.Context, d desk, _ string) (string, string, error) {
	list, err := d.crm.Reminders(ctx, d.user, clock.Format(d.now.Add(30*24*time.Hour)))
	if err != nil {
		return "", "", err
	}
	waiting, err := d.crm.FirstReminders(ctx, d.user, clock.Format(d.now.Add(30*24*time.Hour)))
	if err != nil || len(list)+len(waiting) == 0 {
		return "", "", err
	}
	var ids []string
	for _, r := range append(list, waiting...) {
		ids = append(ids, r.ID)
	}
	c, err := d.crm.SnoozeReminders(ctx, d.user, ids, clock.Format(d.now.Add(time.Duration(1+s.rng.IntN(48))*time.Hour)))
	return c.TxID, "", err
}
