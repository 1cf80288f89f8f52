package crm

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
)

// What an inbox card shows of the newest submission.
const (
	inboxAnswers      = 4
	longestInboxValue = 300
)

// Inbox returns a page of the open prospects whose seller has not tried to reach them, newest lead first: a seller's own,
// everybody's and the tray's for an administrator.
func (s *Service) Inbox(ctx context.Context, v account.Viewer, after string, limit int) (InboxPage, error) {
	f := ProspectFilter{Unattended: true, Open: OpenOnly, Limit: pageLimit(limit)}
	from, err := readCursor(after)
	if err != nil {
		return InboxPage{}, err
	}
	rows, err := s.listRows(ctx, v, f, from)
	if err != nil {
		return InboxPage{}, fmt.Errorf("list inbox: %w", err)
	}
	page := InboxPage{Items: make([]InboxCard, min(len(rows), f.Limit))}
	for i := range page.Items {
		page.Items[i] = InboxCard{Card: rows[i].card(), Answers: []InboxAnswer{}}
	}
	if len(rows) > f.Limit {
		page.Next = f.cursorAt(rows[f.Limit-1], 0).String()
	}
	t, err := s.setup(s.store.Read())
	if err != nil {
		return InboxPage{}, err
	}
	now := s.clock.Now()
	page.Office = t.officeNow(now)
	time := func(c *InboxCard, source string) {
		c.Response = t.respond(timedLead{source, c.LeadAt, c.ReceivedAt, c.AttendedAt, true}, now)
	}
	if err := s.addAnswers(ctx, page.Items, time); err != nil {
		return InboxPage{}, fmt.Errorf("read answers of inbox: %w", err)
	}
	page.Count, err = s.InboxCount(ctx, v)
	return page, err
}

// InboxCount returns how many prospects wait in the viewer's inbox, at most 10,000.
func (s *Service) InboxCount(ctx context.Context, v account.Viewer) (int, error) {
	p := ProspectFilter{Unattended: true, Open: OpenOnly}.plan(v, false)
	if p.empty {
		return 0, nil
	}
	p.params["limit"] = mostCounted
	var seen, hits int
	err := s.store.Read().NewQuery(p.count()).Bind(p.params).WithContext(ctx).Row(&seen, &hits)
	if err != nil {
		return 0, fmt.Errorf("count inbox: %w", err)
	}
	return hits, nil
}

type inboxRow struct {
	ProspectID string  `db:"prospect_id"`
	Enquiries  int     `db:"enquiries"`
	Question   *int    `db:"question"` // nil for a submission without answers
	Label      *string `db:"label"`
	Value      *string `db:"value"`
	Why        string  `db:"assigned_why"`
	Source     string  `db:"source"`
}

// inboxQuery reads the first answers of each prospect's newest submission, leaving out what the card shows anyway (how the
// person is called and reached) and what only measures advertising. Values are cut by SQLite, so that a form filled with a
// novel costs the list nothing.
const inboxQuery = `
	WITH latest AS (
		SELECT i.value AS prospect_id, p.assigned_why, p.source,
			(SELECT count(*) FROM submission s WHERE s.prospect_id = i.value AND s.deleted = 0) AS enquiries,
			(SELECT s.id FROM submission s WHERE s.prospect_id = i.value AND s.deleted = 0
				ORDER BY s.lead_at DESC LIMIT 1) AS submission_id
		FROM json_each({:ids}) i
		JOIN prospect p ON p.id = i.value)
	SELECT l.prospect_id, l.assigned_why, l.source, l.enquiries, q.key AS question,
		coalesce(nullif(q.value ->> '$.label', ''), q.value ->> '$.name') AS label,
		substr(v.value, 1, {:longest}) AS value
	FROM latest l
	LEFT JOIN submission s ON s.id = l.submission_id
	LEFT JOIN json_each(s.answers) q ON q.key < {:answers}
		AND coalesce(q.value ->> '$.type', '') NOT IN (
			'FULL_NAME', 'FIRST_NAME', 'LAST_NAME', 'PHONE', 'PHONE_OTP', 'USER_PROVIDED_PHONE_NUMBER', 'WHATSAPP_NUMBER',
			'WORK_PHONE_NUMBER', 'EMAIL', 'WORK_EMAIL', 'TRACKING')
	LEFT JOIN json_each(q.value, '$.values') v
	ORDER BY l.prospect_id, q.key, v.key`

// addAnswers fills in the answers of each card's newest submission and how many submissions there are, and has its source timed.
func (s *Service) addAnswers(ctx context.Context, items []InboxCard, time func(c *InboxCard, source string)) error {
	if len(items) == 0 {
		return nil
	}
	ids := make([]string, len(items))
	at := make(map[string]*InboxCard, len(items))
	for i := range items {
		ids[i] = items[i].ID
		at[ids[i]] = &items[i]
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	var rows []inboxRow
	params := dbx.Params{"ids": string(list), "longest": longestInboxValue, "answers": inboxAnswers}
	if err := s.store.Read().NewQuery(inboxQuery).Bind(params).WithContext(ctx).All(&rows); err != nil {
		return err
	}
	for i, r := range rows {
		card := at[r.ProspectID]
		if i == 0 || rows[i-1].ProspectID != r.ProspectID {
			card.Enquiries, card.AssignedWhy = r.Enquiries, readWhy(r.Why)
			time(card, r.Source)
		}
		if r.Question == nil {
			continue
		}
		if i == 0 || rows[i-1].ProspectID != r.ProspectID || *r.Question != *rows[i-1].Question {
			card.Answers = append(card.Answers, InboxAnswer{Label: deref(r.Label), Values: []string{}})
		}
		if r.Value != nil {
			answer := &card.Answers[len(card.Answers)-1]
			answer.Values = append(answer.Values, *r.Value)
		}
	}
	return nil
}

// readWhy reads the column assigned_why; what a later version wrote tells nothing.
func readWhy(text string) (why AssignedWhy) {
	if json.Unmarshal([]byte(text), &why) != nil {
		return AssignedWhy{}
	}
	return why
}

func deref(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
