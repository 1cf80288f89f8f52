package api

import (
	"context"
	"net/http"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/history"
)

// HistoryQuery narrows the history.
type HistoryQuery struct {
	Paged
	User     string `query:"user" maxLength:"64" doc:"Who did it: a user id, or program"`
	What     string `query:"what" enum:"prospect,contact,activity,submission,office,access,export"`
	Change   string `query:"change" enum:"created,changed,removed,restored,not_accepted"`
	Prospect string `query:"prospect" maxLength:"64"`
	From     string `query:"from" maxLength:"32" doc:"An instant"`
	To       string `query:"to" maxLength:"32" doc:"An instant, not part of it"`
}

func (q HistoryQuery) filter() history.Filter {
	return history.Filter{
		User: q.User, What: q.What, Change: q.Change, Prospect: q.Prospect, From: q.From, To: q.To, Cursor: q.Cursor, Limit: q.Limit,
	}
}

// RestoreValue says how a former value is put back.
type RestoreValue struct {
	Seen   string `json:"seen" maxLength:"32" doc:"The newest line that was on screen; what was written to the field since forbids it"`
	Reason string `json:"reason,omitempty" maxLength:"2000" doc:"Where the rules want one: a stage further back"`
}

func (a *API) routeHistory() {
	handle(a, route{id: "list-history", method: http.MethodGet, path: "/api/history", summary: "Who changed what, newest first", access: adminOnly, passive: true, host: true},
		func(ctx context.Context, c caller, input *HistoryQuery) (history.Page, error) {
			return c.office.History.List(ctx, c.viewer, input.filter())
		})
	handle(a, route{id: "restore-value", method: http.MethodPost, path: "/api/history/{id}/restore", summary: "Put a former value back", access: adminOnly, host: true},
		func(ctx context.Context, c caller, input *toID[RestoreValue]) (crm.Change, error) {
			return c.office.History.Restore(ctx, c.viewer, history.Restoration{
				Line: input.ID, Seen: input.Body.Seen, Reason: input.Body.Reason,
				Undo: c.undo,
			})
		})
	handle(a, route{id: "list-events", method: http.MethodGet, path: "/api/prospects/{id}/events", summary: "What changed on a prospect, newest first: what travels to its seller", access: user, passive: true},
		func(ctx context.Context, c caller, input *pagedByID) (crm.TimelinePage, error) {
			return c.office.CRM.Events(ctx, c.viewer, input.ID, input.Cursor, input.Limit)
		})
}
