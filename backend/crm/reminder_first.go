package crm

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// KindFirst is the kind of a reminder that no activity stands behind: of a prospect that its seller has not tried to reach yet.
// Its id is the prospect's.
const KindFirst = "first_contact"

// FirstReminders returns the viewer's own prospects that they have not tried to reach, each with the instant at which they are
// told of it: after so much working time as the office wants, and again when administrators are told; those that are due by
// until (an instant; "" is now), the oldest first. One that the viewer put off comes back when they said.
//
// Nothing of it is stored but what was put off: it follows from the prospect, the office's settings and the clock, so a seller's
// computer tells it with no network and after any sleep, and it ends by itself once the person was called. Prospects that the
// viewer typed in, and imported ones, wait for nobody's answer. Fault input.invalid.
func (s *Service) FirstReminders(ctx context.Context, v account.Viewer, until string) ([]Reminder, error) {
	until, err := checkInstant("until", until)
	if err != nil {
		return nil, err
	}
	now := clock.Format(s.clock.Now())
	if until == "" {
		until = now
	}
	list := []Reminder{}
	err = s.store.ReadTx(ctx, func(q dbx.Builder) error {
		t, err := s.setup(q)
		if err != nil || t.policy.RemindAfter == 0 || t.policy.TurnsPaused {
			return err
		}
		var rows []firstRow
		err = q.NewQuery(firstQuery).Bind(dbx.Params{
			"viewer": v.UserID, "since": clock.Format(s.clock.Now().Add(-escalationWindow)), "limit": mostReminders,
		}).All(&rows)
		if err != nil {
			return err
		}
		calendar := t.hurrying(v.UserID)
		for _, r := range rows {
			told, again := r.due(t.policy.remindMarks(), calendar, now)
			if told == "" || told > until {
				continue
			}
			list = append(list, Reminder{
				ID: r.ID, ProspectID: r.ID, ProspectName: r.Name, Kind: KindFirst, Body: r.FormName, RemindAt: told, AgainAt: orNilText(again),
			})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read first reminders: %w", err)
	}
	slices.SortStableFunc(list, func(a, b Reminder) int { return strings.Compare(a.RemindAt, b.RemindAt) })
	return list, nil
}

type firstRow struct {
	ID         string  `db:"id"`
	Name       string  `db:"name"`
	FormName   string  `db:"form_name"`
	ReceivedAt string  `db:"received_at"`
	AssignedAt *string `db:"assigned_at"`
	PutOff     string  `db:"put_off"`
}

// putOffSince is until when the viewer has put a prospect p off since its present clock began, "" for not.
const putOffSince = `coalesce((
			SELECT max(r.remind_at)
			FROM reminder r
			WHERE r.prospect_id = p.id
			AND r.user_id = {:viewer}
			AND r.activity_id = ''
			AND r.created_at >= max(p.received_at, coalesce(p.assigned_at, ''))
			AND r.deleted = 0), '')`

// firstQuery reads the index of a seller's inbox.
const firstQuery = `
	SELECT p.id, c.name, p.form_name, p.received_at, p.assigned_at, ` + putOffSince + ` AS put_off
	FROM prospect_card k INDEXED BY card_owner_unattended
	JOIN prospect p ON p.n = k.n
	JOIN contact c ON c.id = p.contact_id
	WHERE k.owner_id = {:viewer}
	AND k.owner_id <> ''
	AND k.attended_at IS NULL
	AND k.is_open = 1
	AND k.lead_at > {:since}
	AND c.opposed_at IS NULL
	AND NOT (p.assigned_why ->> 'rule' = 'fixed' AND p.assigned_why ->> 'by' = p.owner_id)
	AND` + hurried + `
	ORDER BY k.lead_at DESC
	LIMIT {:limit}`

// hurried leaves out prospects p whose latest enquiry came with a file: nobody waits at the other end.
const hurried = ` coalesce((
		SELECT s.origin
		FROM submission s
		WHERE s.prospect_id = p.id
		AND s.deleted = 0
		ORDER BY s.lead_at DESC
		LIMIT 1), '') <> 'file'`

// remindMarks are the minutes of working time after which a seller is told that a person waits.
func (p policy) remindMarks() []int {
	marks := []int{p.RemindAfter}
	if p.NotifyAfter > p.RemindAfter {
		marks = append(marks, p.NotifyAfter)
	}
	return marks
}

// due is when the seller is told, and when again after that, "" for not.
func (r firstRow) due(marks []int, calendar clock.Calendar, now string) (told, again string) {
	since, err := clock.Parse(r.since())
	if err != nil {
		return "", ""
	}
	var at []string
	if r.PutOff != "" {
		at = append(at, r.PutOff)
	}
	for _, minutes := range marks {
		mark, ok := calendar.Add(since, time.Duration(minutes)*time.Minute)
		if text := clock.Format(mark); ok && text > r.PutOff {
			at = append(at, text)
		}
	}
	if len(at) == 0 {
		return "", ""
	}
	slices.Sort(at)
	i := 0
	for i+1 < len(at) && at[i+1] <= now {
		i++
	}
	if i+1 < len(at) {
		again = at[i+1]
	}
	return at[i], again
}

func (r firstRow) since() string { return sellersSince(r.ReceivedAt, r.AssignedAt) }

// sellersSince is when the clock of a prospect's present seller began: what came later, the enquiry or the seller.
func sellersSince(received string, assigned *string) string {
	if assigned != nil && *assigned > received {
		return *assigned
	}
	return received
}

// putOff tells of an unattended prospect again later, by a reminder without an activity. It answers reminder.not_found for one
// that is not the viewer's own, or has been attended.
func putOff(tx *store.Tx, v account.Viewer, prospect, at string) error {
	var found []struct {
		ReceivedAt string  `db:"received_at"`
		AssignedAt *string `db:"assigned_at"`
	}
	err := tx.Query().NewQuery(`
		SELECT p.received_at, p.assigned_at
		FROM prospect p
		WHERE p.id = {:id}
		AND p.owner_id = {:viewer}
		AND p.owner_id <> ''
		AND p.attended_at IS NULL
		AND p.status NOT IN ('discarded', 'closed')
		AND p.deleted = 0`).Bind(dbx.Params{"id": prospect, "viewer": v.UserID}).All(&found)
	if err != nil {
		return fmt.Errorf("read an unattended prospect: %w", err)
	}
	if len(found) == 0 {
		return fault.New(codeNoReminder)
	}
	since := sellersSince(found[0].ReceivedAt, found[0].AssignedAt)
	var known []string
	err = tx.Query().NewQuery(`
		SELECT id
		FROM reminder
		WHERE prospect_id = {:id}
		AND user_id = {:viewer}
		AND activity_id = ''
		AND created_at >= {:since}
		AND deleted = 0`).Bind(dbx.Params{"id": prospect, "viewer": v.UserID, "since": since}).Column(&known)
	if err != nil {
		return fmt.Errorf("read what was put off: %w", err)
	}
	for _, id := range known { // two, when it was put off on two computers apart
		if err := tx.Set("reminder", id, store.Row{"remind_at": at}); err != nil {
			return err
		}
	}
	if len(known) > 0 {
		return nil
	}
	return tx.Create("reminder", tx.NewID(), store.Row{
		"prospect_id": prospect, "activity_id": "", "user_id": v.UserID, "remind_at": at,
		"created_at": max(nowText(tx), since), // a clock that is behind puts off what it has been given since
	})
}

func orNilText(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
