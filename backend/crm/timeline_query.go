package crm

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
)

type timelineRow struct {
	ID         string  `db:"id"`
	Type       string  `db:"type"`
	At         string  `db:"at"`
	AuthorID   string  `db:"author_id"`
	AuthorName string  `db:"author_name"`
	Kind       string  `db:"kind"`
	Result     string  `db:"result"`
	Body       string  `db:"body"`
	DueAt      *string `db:"due_at"`
	DueOn      *string `db:"due_on"`
	DoneAt     *string `db:"done_at"`
	Data       string  `db:"data"`
}

// timelineQuery reads the three tables through their prospect's index and puts the few rows of one prospect, or of those of
// one contact, in order. ids is a JSON array. A merge is told to each prospect of the person, and here once.
const timelineQuery = `
	SELECT t.id, t.type, t.at, t.author_id, coalesce(u.name, '') AS author_name, t.kind, t.result, t.body, t.due_at,
		t.due_on, t.done_at, t.data
	FROM (
		SELECT id, 'activity' AS type, coalesce(done_at, created_at) AS at, author_id, kind, result, body, due_at, due_on,
			done_at, '{}' AS data
		FROM activity
		WHERE prospect_id IN (SELECT value FROM json_each({:ids}))
		AND deleted = 0
		UNION ALL
		SELECT id, 'event', at, author_id, kind, '', '', NULL, NULL, NULL, data
		FROM event
		WHERE prospect_id IN (SELECT value FROM json_each({:ids}))
		AND deleted = 0
		AND NOT (kind IN ('merged', 'parted')
			AND EXISTS (
				SELECT 1
				FROM event same
				WHERE same.prospect_id IN (SELECT value FROM json_each({:ids}))
				AND same.kind = event.kind
				AND same.data ->> 'merge_id' = event.data ->> 'merge_id'
				AND same.deleted = 0
				AND same.id < event.id))
		UNION ALL
		SELECT id, 'submission', received_at, coalesce((
				SELECT e.author_id
				FROM event e
				WHERE e.prospect_id = submission.prospect_id
				AND e.kind IN ('registered', 'enquired_again')
				AND e.data ->> 'submission_id' = submission.id
				AND e.deleted = 0
				LIMIT 1), ''), origin, '', '', NULL, NULL, NULL,
			json_object('lead_id', lead_id, 'lead_at', lead_at, 'form_name', form_name, 'campaign_name', campaign_name,
				'platform', platform)
		FROM submission
		WHERE prospect_id IN (SELECT value FROM json_each({:ids}))
		AND deleted = 0) t
	LEFT JOIN user u ON u.id = t.author_id
	WHERE (t.at, t.id) < ({:at}, {:last})
	ORDER BY t.at DESC, t.id DESC
	LIMIT {:limit}`

// Timeline returns a page of what happened to a prospect, newest first. Fault prospect.not_found.
func (s *Service) Timeline(ctx context.Context, v account.Viewer, id, after string, limit int) (TimelinePage, error) {
	return s.timeline(ctx, v, timelineQuery, id, after, limit)
}

// timeline reads a page of what a query tells of a prospect.
func (s *Service) timeline(ctx context.Context, v account.Viewer, query, id, after string, limit int) (TimelinePage, error) {
	return s.timelineOf(ctx, query, after, limit, func(q dbx.Builder) ([]string, error) {
		return []string{id}, mustSee(q, v, id)
	})
}

// timelineOf reads a page of what a query tells of the prospects that of answers.
func (s *Service) timelineOf(ctx context.Context, query, after string, limit int, of func(dbx.Builder) ([]string, error)) (TimelinePage, error) {
	from, err := readCursor(after)
	if err != nil {
		return TimelinePage{}, err
	}
	if from == nil {
		from = &cursor{Key: "~"} // after every instant
	}
	limit = pageLimit(limit)
	var rows []timelineRow
	err = s.store.ReadTx(ctx, func(q dbx.Builder) error {
		ids, err := of(q)
		if err != nil {
			return err
		}
		list, err := jsonList(ids)
		if err != nil {
			return err
		}
		params := dbx.Params{"id": ids[0], "ids": list, "at": from.Key, "last": from.ID, "limit": limit + 1}
		return q.NewQuery(query).Bind(params).All(&rows)
	})
	if err != nil {
		return TimelinePage{}, fmt.Errorf("read timeline: %w", err)
	}
	page := TimelinePage{Items: make([]TimelineItem, min(len(rows), limit))}
	for i := range page.Items {
		if page.Items[i], err = rows[i].item(); err != nil {
			return TimelinePage{}, err
		}
	}
	if len(rows) > limit {
		last := rows[limit-1]
		page.Next = cursor{Key: last.At, ID: last.ID}.String()
	}
	return page, nil
}

func (r timelineRow) item() (TimelineItem, error) {
	item := TimelineItem{
		ID: r.ID, Type: r.Type, At: r.At, AuthorID: r.AuthorID, AuthorName: r.AuthorName, Kind: r.Kind, Result: r.Result,
		Body: r.Body, DueAt: r.DueAt, DueOn: r.DueOn, DoneAt: r.DoneAt, Data: map[string]any{},
	}
	if err := json.Unmarshal([]byte(r.Data), &item.Data); err != nil {
		return TimelineItem{}, fmt.Errorf("read event: %w", err)
	}
	return item, nil
}

// mustSee answers prospect.not_found unless the viewer may see the prospect.
func mustSee(q dbx.Builder, v account.Viewer, id string) error {
	var n int64
	err := q.NewQuery(`
		SELECT p.n
		FROM prospect p
		WHERE p.id = {:id}
		AND` + seen).Bind(viewerParams(v, id)).Row(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(CodeProspectNotFound)
	}
	return err
}
