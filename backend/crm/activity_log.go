package crm

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

const (
	longestBody = 20_000
	// longestMinutes is a day.
	longestMinutes = 24 * 60
)

// LogActivity writes down something done with a prospect, or to be done, and the next step with it. Something done that
// reaches out to the person attends the prospect and moves its status forward; a note or a task does neither.
//
// Faults: prospect.not_found, contact.opposed for anything but a note or a task with who asked not to be contacted,
// input.invalid, input.too_long, and input.required (field next) when somebody asked to be
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
		if err := checkUse(tx, v, n.Kind, n.TemplateID); err != nil {
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
	case n.Kind == KindNote && n.Body == "":
		return fault.Invalid("body", "input.required")
	case n.isDone() && n.RemindAt != "":
		return fault.Invalid("remind_at", "input.invalid")
	case !n.isDone() && n.Result != "":
		return fault.Invalid("result", "input.invalid")
	case !n.isDone() && n.TemplateID != "":
		return fault.Invalid("template_id", "input.invalid")
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
	if err := checkMinutes(prefix+"minutes", d.Minutes); err != nil {
		return err
	}
	if d.Minutes > 0 && d.At == "" {
		return fault.Invalid(prefix+"minutes", "input.invalid") // a day has no length
	}
	d.RemindAt, err = checkInstant(prefix+"remind_at", d.RemindAt)
	return err
}

func checkMinutes(field string, n int) error {
	if n < 0 || n > longestMinutes {
		return fault.Invalid(field, "input.invalid")
	}
	return nil
}

// minutesValue is what the column holds: nothing for as long as the kind usually takes.
func minutesValue(n int) any {
	if n == 0 {
		return nil
	}
	return n
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
	if p.Opposed && reachesOut(n.Kind) {
		return "", fault.Invalid("kind", CodeOpposed)
	}
	id = tx.NewID()
	row := store.Row{
		"prospect_id": p.ID, "author_id": tx.Author().User, "kind": n.Kind, "result": n.Result, "body": n.Body,
		"due_at": orNull(n.At), "due_on": orNull(n.On), "created_at": nowText(tx),
	}
	if n.isDone() {
		row["done_at"] = nowText(tx)
	}
	if n.TemplateID != "" {
		row["template_id"] = n.TemplateID
	}
	if n.Minutes != 0 {
		row["minutes"] = n.Minutes
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

// reachOut is what an attempt to reach the person does to the prospect: the first one of its seller since the lead attends it –
// in the tray, anybody's –, and each may move its status forward, never back.
func reachOut(tx *store.Tx, p held, activityID, kind, result string) error {
	if !reachesOut(kind) {
		return nil
	}
	row := store.Row{}
	if p.AttendedAt == nil && (p.OwnerID == "" || p.OwnerID == tx.Author().User) { // a colleague's call is not the seller's
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
