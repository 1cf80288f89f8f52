package crm

import (
	"context"

	"sitegroup.mx/crm/backend/account"
)

const eventsQuery = `
	SELECT e.id, 'event' AS type, e.at, e.author_id, coalesce(u.name, '') AS author_name, e.kind, '' AS result, '' AS body,
		NULL AS due_at, NULL AS due_on, NULL AS done_at, e.data
	FROM event e
	LEFT JOIN user u ON u.id = e.author_id
	WHERE e.prospect_id = {:id}
	AND e.deleted = 0
	AND (e.at, e.id) < ({:at}, {:last})
	ORDER BY e.at DESC, e.id DESC
	LIMIT {:limit}`

// Events returns a page of what changed on a prospect, newest first: the part of its history that its seller may see, and that
// is on every computer that holds the prospect. Fault prospect.not_found.
func (s *Service) Events(ctx context.Context, v account.Viewer, id, after string, limit int) (TimelinePage, error) {
	return s.timeline(ctx, v, eventsQuery, id, after, limit)
}
