package crm

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

const longestBody = 20_000

// LogActivity writes down something done with a prospect, or to be done, and the next step with it. Something done that
// reaches out to the person attends the prospect and moves its status forward; a note or a task does neither.
//
// Faults: prospect.not_found, input.invalid, input.too_long, and input.required (field next) when somebody asked to be
// called later and no next step says when.
func (s *Service) LogActivity(ctx context.Context, v account.Viewer, prospectID string, n NewActivity) (Created, error) {
	if err := n.check(); err != nil {
		return Created{}, err
	}
	var id string
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		p, err := findProspect(tx, v, prospectID)
		if err != nil {
			return err
		}
		if id, err = addActivity(tx, p, n); err != nil {
			return err
		}
		if n.isDone() {
			if err := reachOut(tx, p, id, n.Kind, n.Result); err != nil {
				return err
			}
		}
		return addNext(tx, p, n.Next)
	})
	if err != nil {
		return Created{}, fmt.Errorf("log activity: %w", err)
	}
	return Created{ID: id, Change: c}, nil
}

// check normalises the input in place.
func (n *NewActivity) check() (err error) {
	if !slices.Contains(activityKinds, n.Kind) {
		return fault.Invalid("kind", "input.invalid")
	}
	if err := checkResult(n.Kind, n.Result); err != nil {
		return err
	}
	if n.Body, err = checkText("body", n.Body, longestBody); err != nil {
		return err
	}
	if err := n.Due.check(""); err != nil {
		return err
	}
	switch {
	case n.Kind == KindNote && (n.hasDue() || n.Done != nil && !*n.Done):
		return fault.Invalid("kind", "input.invalid") // a note has happened when it is written
	case n.isDone() && n.RemindAt != "":
		return fault.Invalid("remind_at", "input.invalid")
	case !n.isDone() && n.Result != "":
		return fault.Invalid("result", "input.invalid")
	case n.Result == ResultCallLater && n.Next == nil:
		return fault.Invalid("next", "input.required")
	}
	return n.Next.check()
}

// check normalises a next step; nil is none.
func (n *NextActivity) check() (err error) {
	if n == nil {
		return nil
	}
	if !slices.Contains(activityKinds, n.Kind) || n.Kind == KindNote {
		return fault.Invalid("next.kind", "input.invalid")
	}
	if n.Body, err = checkText("next.body", n.Body, longestBody); err != nil {
		return err
	}
	if err := n.Due.check("next."); err != nil {
		return err
	}
	if !n.hasDue() {
		return fault.Invalid("next.due_at", "input.required")
	}
	return nil
}

func (d *Due) check(prefix string) (err error) {
	if d.At, err = checkInstant(prefix+"due_at", d.At); err != nil {
		return err
	}
	if d.On, err = checkDate(prefix+"due_on", d.On); err != nil {
		return err
	}
	if d.At != "" && d.On != "" {
		return fault.Invalid(prefix+"due_on", "input.invalid")
	}
	d.RemindAt, err = checkInstant(prefix+"remind_at", d.RemindAt)
	return err
}

func (d Due) hasDue() bool { return d.At != "" || d.On != "" }

func (n NewActivity) isDone() bool {
	if n.Done != nil {
		return *n.Done
	}
	return !n.hasDue()
}

func checkResult(kind, result string) error {
	if result != "" && !slices.Contains(kindResults[kind], result) {
		return fault.Invalid("result", "input.invalid")
	}
	return nil
}

// addActivity writes an activity and its reminder, which is the seller's, whoever made it.
func addActivity(tx *store.Tx, p held, n NewActivity) (id string, err error) {
	id = tx.NewID()
	row := store.Row{
		"prospect_id": p.ID, "author_id": tx.Author().User, "kind": n.Kind, "result": n.Result, "body": n.Body,
		"due_at": orNull(n.At), "due_on": orNull(n.On), "created_at": nowText(tx),
	}
	if n.isDone() {
		row["done_at"] = nowText(tx)
	}
	if err := tx.Create("activity", id, row); err != nil {
		return "", err
	}
	if n.RemindAt == "" {
		return id, nil
	}
	return id, addReminder(tx, p, id, n.RemindAt)
}

func addReminder(tx *store.Tx, p held, activityID, at string) error {
	return tx.Create("reminder", tx.NewID(), store.Row{
		"prospect_id": p.ID, "activity_id": activityID, "user_id": cmp.Or(p.OwnerID, tx.Author().User), "remind_at": at,
		"created_at": nowText(tx),
	})
}

func addNext(tx *store.Tx, p held, next *NextActivity) error {
	if next == nil {
		return nil
	}
	open := false
	_, err := addActivity(tx, p, NewActivity{Kind: next.Kind, Body: next.Body, Due: next.Due, Done: &open})
	return err
}

// progress is how far a status is on the way to a follow-up; the statuses that somebody chose are not on it.
var progress = map[string]int{StatusNew: 1, StatusTrying: 2, StatusContacted: 3, StatusFollowing: 4}

// statusAfter is where an attempt with this result leads at least.
func statusAfter(result string) string {
	switch result {
	case ResultAnswered, ResultCallLater:
		return StatusContacted
	case ResultHeld:
		return StatusFollowing
	}
	return StatusTrying
}

// reachOut is what an attempt to reach the person does to the prospect: the first one since the lead attends it, and each
// may move its status forward, never back.
func reachOut(tx *store.Tx, p held, activityID, kind, result string) error {
	if kind == KindNote || kind == KindTask {
		return nil
	}
	row := store.Row{}
	if p.AttendedAt == nil {
		row["attended_at"] = nowText(tx)
		if err := addEvent(tx, p.ID, EventAttended, map[string]any{"activity_id": activityID, "kind": kind}); err != nil {
			return err
		}
	}
	if to := statusAfter(result); progress[p.Status] > 0 && progress[to] > progress[p.Status] {
		row["status"] = to
		data := map[string]any{"from": p.Status, "to": to, "activity_id": activityID}
		if err := addEvent(tx, p.ID, EventStatus, data); err != nil {
			return err
		}
	}
	if len(row) == 0 {
		return nil
	}
	return tx.Set("prospect", p.ID, row)
}

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
		if err := checkResult(a.Kind, d.Result); err != nil {
			return err
		}
		if d.Result != "" {
			row["result"] = d.Result
		}
		if a.DoneAt == nil {
			row["done_at"] = nowText(tx)
		}
		if err := tx.Set("activity", id, row); err != nil {
			return err
		}
		if a.DoneAt == nil {
			if err := finishReminders(tx, id); err != nil {
				return err
			}
			if err := reachOut(tx, p, id, a.Kind, d.Result); err != nil {
				return err
			}
		}
		return addNext(tx, p, d.Next)
	})
	if err != nil {
		return Change{}, fmt.Errorf("finish activity: %w", err)
	}
	return c, nil
}

// UpdateActivity changes text, result and due time. Moving the due time (which is not the same as being reminded later)
// goes into the history and takes the open reminder along by the same distance, unless the patch says when. Faults:
// activity.not_found, input.invalid, input.too_long.
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
		if err := tx.Set("reminder", r.ID, store.Row{"remind_at": clock.Format(remind.Add(after.Sub(before)))}); err != nil {
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
