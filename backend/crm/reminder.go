package crm

import (
	"context"
	"fmt"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

const codeNoReminder = "reminder.not_found"

// mostReminders bounds one reading; what is left comes once some are done.
const mostReminders = 200

// Reminders returns the viewer's own that are due by until (an instant; "" is now) and not done, the oldest first. They
// stay until somebody ends or moves them. A seller's leave with the prospect. Fault input.invalid.
func (s *Service) Reminders(ctx context.Context, v account.Viewer, until string) ([]Reminder, error) {
	until, err := checkInstant("until", until)
	if err != nil {
		return nil, err
	}
	if until == "" {
		until = clock.Format(s.clock.Now())
	}
	list := []Reminder{}
	params := viewerParams(v, "")
	params["until"], params["limit"] = until, mostReminders
	err = s.store.Read().NewQuery(remindersQuery).Bind(params).WithContext(ctx).All(&list)
	if err != nil {
		return nil, fmt.Errorf("read reminders: %w", err)
	}
	return list, nil
}

const remindersQuery = `
	SELECT r.id, r.prospect_id, c.name AS prospect_name, r.activity_id, a.kind, a.body, a.due_at, a.due_on, r.remind_at
	FROM reminder r INDEXED BY reminder_due
	CROSS JOIN activity a ON a.id = r.activity_id
	CROSS JOIN prospect p ON p.id = a.prospect_id
	CROSS JOIN contact c ON c.id = p.contact_id
	WHERE r.user_id = {:viewer}
	AND r.remind_at <= {:until}
	AND r.deleted = 0
	AND r.done_at IS NULL
	AND a.deleted = 0
	AND (c.opposed_at IS NULL OR a.kind = 'task')
	AND` + seen + `
	ORDER BY r.remind_at
	LIMIT {:limit}`

// SnoozeReminder tells again later. The activity's due time stays where it is: it may well be overdue. Faults:
// reminder.not_found, input.invalid for an instant that has passed.
func (s *Service) SnoozeReminder(ctx context.Context, v account.Viewer, id, remindAt string) (Change, error) {
	return s.SnoozeReminders(ctx, v, []string{id}, remindAt)
}

// SnoozeReminders tells of several again later, in one transaction; due times stay. An unattended prospect is named by its own
// id, as FirstReminders does. Faults: reminder.not_found if one of them
// is not the viewer's or gone, input.required for none, input.too_long, input.invalid for an instant that has passed.
func (s *Service) SnoozeReminders(ctx context.Context, v account.Viewer, ids []string, remindAt string) (Change, error) {
	at, err := checkInstant("remind_at", remindAt)
	if err != nil {
		return Change{}, err
	}
	switch {
	case len(ids) == 0:
		return Change{}, fault.Invalid("ids", "input.required")
	case len(ids) > mostReminders:
		return Change{}, fault.Invalid("ids", "input.too_long", "max", mostReminders)
	}
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		if at <= nowText(tx) {
			return fault.Invalid("remind_at", "input.invalid")
		}
		for _, id := range ids {
			err := findReminder(tx, v, id)
			switch {
			case err == nil:
				err = tx.Set("reminder", id, store.Row{"remind_at": at, "done_at": nil})
			case fault.Has(err, codeNoReminder):
				err = putOff(tx, v, id, at)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Change{}, fmt.Errorf("snooze reminders: %w", err)
	}
	return c, nil
}

// FinishReminder acknowledges a reminder; its activity stays open. Fault reminder.not_found.
func (s *Service) FinishReminder(ctx context.Context, v account.Viewer, id string) (Change, error) {
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		if err := findReminder(tx, v, id); err != nil {
			return err
		}
		return tx.Set("reminder", id, store.Row{"done_at": nowText(tx)})
	})
	if err != nil {
		return Change{}, fmt.Errorf("finish reminder: %w", err)
	}
	return c, nil
}

// findReminder answers reminder.not_found unless it is the viewer's own, of a prospect they may see.
func findReminder(tx *store.Tx, v account.Viewer, id string) error {
	found, err := exists(tx, `
		SELECT 1
		FROM reminder r
		JOIN activity a ON a.id = r.activity_id
		JOIN prospect p ON p.id = a.prospect_id
		WHERE r.id = {:id}
		AND r.user_id = {:viewer}
		AND r.deleted = 0
		AND`+seen, viewerParams(v, id))
	if err == nil && !found {
		return fault.New(codeNoReminder)
	}
	return err
}

type openReminder struct {
	ID       string `db:"id"`
	RemindAt string `db:"remind_at"`
}

func openReminders(tx *store.Tx, activityID string) ([]openReminder, error) {
	var open []openReminder
	err := tx.Query().NewQuery(`
		SELECT id, remind_at
		FROM reminder
		WHERE activity_id = {:activity}
		AND deleted = 0
		AND done_at IS NULL`).Bind(dbx.Params{"activity": activityID}).All(&open)
	if err != nil {
		return nil, fmt.Errorf("read reminders: %w", err)
	}
	return open, nil
}

func finishReminders(tx *store.Tx, activityID string) error {
	open, err := openReminders(tx, activityID)
	if err != nil {
		return err
	}
	for _, r := range open {
		if err := tx.Set("reminder", r.ID, store.Row{"done_at": nowText(tx)}); err != nil {
			return err
		}
	}
	return nil
}

// setReminder moves the open reminder of an activity to at, makes one where there is none, and removes it for "".
func setReminder(tx *store.Tx, p held, activityID, at string) error {
	open, err := openReminders(tx, activityID)
	if err != nil {
		return err
	}
	for _, r := range open {
		if at == "" {
			err = tx.Remove("reminder", r.ID)
		} else {
			err = tx.Set("reminder", r.ID, store.Row{"remind_at": at})
		}
		if err != nil {
			return err
		}
	}
	if at == "" || len(open) > 0 {
		return nil
	}
	return addReminder(tx, p, activityID, at)
}
