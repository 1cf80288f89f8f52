package api

import (
	"context"
	"net/http"

	"sitegroup.mx/crm/backend/crm"
)

// ProspectQuery narrows and orders the list of prospects.
type ProspectQuery struct {
	Paged
	ProspectWhere
	Sort string `query:"sort" enum:"recent,name,next,activity"`
}

// NewProspect is a prospect typed in by hand.
type NewProspect struct {
	Name    string   `json:"name" maxLength:"500"`
	Phones  []string `json:"phones" maxItems:"20"`
	Emails  []string `json:"emails" maxItems:"20"`
	City    string   `json:"city,omitempty" maxLength:"200"`
	Note    string   `json:"note,omitempty" maxLength:"20000"`
	OwnerID string   `json:"owner_id,omitempty" maxLength:"64" doc:"Empty: by turn, or oneself for a seller"`
}

// ProspectPatch changes what it names.
type ProspectPatch struct {
	StageID     *string `json:"stage_id,omitempty"`
	StageReason *string `json:"stage_reason,omitempty"`
	Status      *string `json:"status,omitempty"`
	Temperature *string `json:"temperature,omitempty"`
	ReasonID    *string `json:"reason_id,omitempty"`
	OwnerID     *string `json:"owner_id,omitempty" doc:"Administrators only; empty returns it to the tray"`
	OwnerReason *string `json:"owner_reason,omitempty"`
}

// Count is how many.
type Count struct {
	Count int `json:"count"`
}

// pagedByID is a page of something of one row.
type pagedByID struct {
	Paged
	ID string `path:"id" maxLength:"64"`
}

func (a *API) routeProspects() {
	handle(a, route{id: "list-prospects", method: http.MethodGet, path: "/api/prospects", summary: "Prospects the viewer may see", access: user, passive: true},
		func(ctx context.Context, c caller, q *ProspectQuery) (crm.ProspectPage, error) {
			f := q.filter()
			f.Sort, f.Cursor, f.Limit = q.Sort, q.Cursor, q.Limit
			return c.office.CRM.ListProspects(ctx, c.viewer, f)
		})
	a.routeProspectLists()
	handle(a, route{id: "create-prospect", method: http.MethodPost, path: "/api/prospects", summary: "Register somebody by hand", access: user},
		func(ctx context.Context, c caller, input *in[NewProspect]) (crm.CreatedProspect, error) {
			n := input.Body
			return c.office.CRM.CreateProspect(ctx, c.viewer, crm.NewProspect{
				Name: n.Name, City: n.City, Phones: n.Phones, Emails: n.Emails, Note: n.Note, OwnerID: n.OwnerID,
			})
		})
	handle(a, route{id: "get-prospect", method: http.MethodGet, path: "/api/prospects/{id}", summary: "One prospect", access: user, passive: true},
		func(ctx context.Context, c caller, input *byID) (crm.ProspectDetail, error) {
			return c.office.CRM.Prospect(ctx, c.viewer, input.ID)
		})
	handle(a, route{id: "get-timeline", method: http.MethodGet, path: "/api/prospects/{id}/timeline", summary: "What happened, newest first", access: user, passive: true},
		func(ctx context.Context, c caller, input *pagedByID) (crm.TimelinePage, error) {
			return c.office.CRM.Timeline(ctx, c.viewer, input.ID, input.Cursor, input.Limit)
		})
	handle(a, route{id: "update-prospect", method: http.MethodPatch, path: "/api/prospects/{id}", summary: "Move, rate, discard or hand over a prospect", access: user},
		func(ctx context.Context, c caller, input *toID[ProspectPatch]) (crm.Change, error) {
			return c.office.CRM.UpdateProspect(ctx, c.viewer, input.ID, crm.ProspectPatch(input.Body))
		})
	handle(a, route{id: "list-inbox", method: http.MethodGet, path: "/api/inbox", summary: "Open prospects nobody has tried to reach", access: user, passive: true},
		func(ctx context.Context, c caller, input *Paged) (crm.InboxPage, error) {
			return c.office.CRM.Inbox(ctx, c.viewer, input.Cursor, input.Limit)
		})
	handle(a, route{id: "count-inbox", method: http.MethodGet, path: "/api/inbox/count", summary: "How many wait", access: user, passive: true},
		func(ctx context.Context, c caller, _ *struct{}) (Count, error) {
			n, err := c.office.CRM.InboxCount(ctx, c.viewer)
			return Count{n}, err
		})
	handle(a, route{id: "get-vocabulary", method: http.MethodGet, path: "/api/vocabulary", summary: "The office's words", access: user, passive: true},
		func(ctx context.Context, c caller, _ *struct{}) (crm.Vocabulary, error) {
			return c.office.CRM.Vocabulary(ctx)
		})
	a.routeUndo()
}
