package crm

import (
	"cmp"
	"context"
	"fmt"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// activityRow is an activity under change.
type activityRow struct {
	ID         string  `db:"id"`
	ProspectID string  `db:"prospect_id"`
	Kind       string  `db:"kind"`
	Result     string  `db:"result"`
	DueAt      *string `db:"due_at"`
	DueOn      *string `db:"due_on"`
	DoneAt     *string `db:"done_at"`
}

// findActivity reads an activity of a prospect the viewer may see. Fault activity.not_found.
func findActivity(tx *store.Tx, v account.Viewer, id string) (activityRow, held, error) {
	var a activityRow
	err := tx.Query().NewQuery(`
		SELECT a.id, a.prospect_id, a.kind, a.result, a.due_at, a.due_on, a.done_at
		FROM activity a
		JOIN prospect p ON p.id = a.prospect_id
		WHERE a.id = {:id}
		AND a.deleted = 0
		AND` + seen).Bind(viewerParams(v, id)).One(&a)
	if err != nil {
		return activityRow{}, held{}, orNotFound(err, "activity.not_found")
	}
	p, err := findProspect(tx, v, a.ProspectID)
	return a, p, err
}

// FinishActivity marks an open activity as done, with its result, and its reminders with it. One that is done already only
// takes the new result and text. Faults: activity.not_found and LogActivity's.
func (s *Service) FinishActivity(ctx context.Context, v account.Viewer, id string, d ActivityDone) (Change, error) {
	row := store.Row{}
	if d.Body != nil {
		body, err := checkText("body", *d.Body, longestBody)
		if err != nil {
			return Change{}, err
		}
		row["body"] = body
	}
	if err := d.Next.check(); err != nil {
		return Change{}, err
	}
	if d.Result == ResultCallLater && d.Next == nil {
		return Change{}, fault.Invalid("next", "input.required")
	}
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		a, p, err := findActivity(tx, v, id)
		if err != nil {
			return err
		}
		if err := checkUse(tx, v, a.Kind, d.TemplateID); err != nil {
			return err
		}
		if d.TemplateID != "" {
			row["template_id"] = d.TemplateID
		}
		if err := finish(tx, p, a, d.Result, row); err != nil {
			return err
		}
		return addNext(tx, p, d.Next)
	})
	if err != nil {
		return Change{}, fmt.Errorf("finish activity: %w", err)
	}
	return c, nil
}

// finish writes result and row; only what was still open is done now, ends its reminders and counts as an attempt.
func finish(tx *store.Tx, p held, a activityRow, result string, row store.Row) error {
	if err := checkResult(a.Kind, result); err != nil {
		return err
	}
	if result != "" {
		row["result"] = result
	}
	if a.DoneAt != nil {
		return tx.Set("activity", a.ID, row)
	}
	row["done_at"] = nowText(tx)
	if err := tx.Set("activity", a.ID, row); err != nil {
		return err
	}
	if err := finishReminders(tx, a.ID); err != nil {
		return err
	}
	return reachOut(tx, p, a.ID, a.Kind, result)
}

// UpdateActivity changes text, result and due time. Moving the due time (which is not the same as being reminded later)
// goes into the history and takes the open reminder along by the same distance, unless the patch says when. Faults:
// activity.not_found, input.invalid, input.too_long, contact.opposed for when to reach somebody who asked not to be contacted.
func (s *Service) UpdateActivity(ctx context.Context, v account.Viewer, id string, patch ActivityPatch) (Change, error) {
	row, err := patch.row()
	if err != nil {
		return Change{}, err
	}
	remind, err := checkInstant("remind_at", deref(patch.RemindAt))
	if err != nil {
		return Change{}, err
	}
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		a, p, err := findActivity(tx, v, id)
		if err != nil {
			return err
		}
		if _, moved := row["due_at"]; p.Opposed && reachesOut(a.Kind) && a.DoneAt == nil && (moved || remind != "") {
			return fault.Invalid("due_at", CodeOpposed)
		}
		if result, ok := row["result"].(string); ok {
			if err := checkResult(a.Kind, result); err != nil {
				return err
			}
		}
		if err := tx.Set("activity", id, row); err != nil {
			return err
		}
		if err := reschedule(tx, p, a, row, patch.RemindAt == nil); err != nil {
			return err
		}
		if patch.RemindAt == nil || a.DoneAt != nil {
			return nil
		}
		return setReminder(tx, p, id, remind)
	})
	if err != nil {
		return Change{}, fmt.Errorf("update activity: %w", err)
	}
	return c, nil
}

func (patch ActivityPatch) row() (store.Row, error) {
	row := store.Row{}
	if patch.Body != nil {
		body, err := checkText("body", *patch.Body, longestBody)
		if err != nil {
			return nil, err
		}
		row["body"] = body
	}
	if patch.Result != nil {
		row["result"] = *patch.Result
	}
	due := Due{At: deref(patch.DueAt), On: deref(patch.DueOn)}
	if err := due.check(""); err != nil {
		return nil, err
	}
	if patch.DueAt != nil || patch.DueOn != nil {
		row["due_at"], row["due_on"] = orNull(due.At), orNull(due.On)
	}
	if patch.Minutes != nil {
		if err := checkMinutes("minutes", *patch.Minutes); err != nil {
			return nil, err
		}
		row["minutes"] = minutesValue(*patch.Minutes)
	}
	return row, nil
}

// reschedule writes a moved due time into the history and, when asked, moves the open reminders by the same distance.
func reschedule(tx *store.Tx, p held, a activityRow, row store.Row, follow bool) error {
	at, moved := row["due_at"]
	if !moved {
		return nil
	}
	to, _ := cmp.Or(at, row["due_on"]).(string)
	from := cmp.Or(deref(a.DueAt), deref(a.DueOn))
	if from == to {
		return nil
	}
	err := addEvent(tx, p.ID, EventRescheduled, map[string]any{"activity_id": a.ID, "from": from, "to": to})
	if err != nil || !follow || a.DueAt == nil || at == nil {
		return err
	}
	before, err := clock.Parse(*a.DueAt)
	if err != nil {
		return err
	}
	after, err := clock.Parse(to)
	if err != nil {
		return err
	}
	open, err := openReminders(tx, a.ID)
	if err != nil {
		return err
	}
	for _, r := range open {
		remind, err := clock.Parse(r.RemindAt)
		if err != nil {
			return err
		}
		moved := remind.Add(after.Sub(before))
		if !inLifetime(moved) {
			moved = after
		}
		if err := tx.Set("reminder", r.ID, store.Row{"remind_at": clock.Format(moved)}); err != nil {
			return err
		}
	}
	return nil
}

// RemoveActivity removes an activity and its open reminders. Fault activity.not_found.
func (s *Service) RemoveActivity(ctx context.Context, v account.Viewer, id string) (Change, error) {
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		if _, _, err := findActivity(tx, v, id); err != nil {
			return err
		}
		open, err := openReminders(tx, id)
		if err != nil {
			return err
		}
		for _, r := range open {
			if err := tx.Remove("reminder", r.ID); err != nil {
				return err
			}
		}
		return tx.Remove("activity", id)
	})
	if err != nil {
		return Change{}, fmt.Errorf("remove activity: %w", err)
	}
	return c, nil
}
