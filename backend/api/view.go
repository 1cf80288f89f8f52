package api

import (
	"context"
	"net/http"

	"sitegroup.mx/crm/backend/crm"
)

// NewView is a view to be kept.
type NewView struct {
	Name    string        `json:"name" maxLength:"200"`
	Shared  bool          `json:"shared,omitempty" doc:"For the whole office; administrators only"`
	Pinned  bool          `json:"pinned,omitempty"`
	Query   crm.ViewQuery `json:"query"`
	Columns []string      `json:"columns,omitempty" maxItems:"50"`
}

// ViewPatch changes what it names.
type ViewPatch struct {
	Name    *string        `json:"name,omitempty" maxLength:"200"`
	Shared  *bool          `json:"shared,omitempty"`
	Pinned  *bool          `json:"pinned,omitempty"`
	Query   *crm.ViewQuery `json:"query,omitempty"`
	Columns *[]string      `json:"columns,omitempty" maxItems:"50"`
}

func (a *API) routeViews() {
	handle(a, route{id: "list-views", method: http.MethodGet, path: "/api/views", summary: "One's own views and the office's", access: user, passive: true},
		func(ctx context.Context, c caller, _ *struct{}) (List[crm.View], error) {
			return list(c.office.CRM.ListViews(ctx, c.viewer))
		})
	handle(a, route{id: "create-view", method: http.MethodPost, path: "/api/views", summary: "Keep a view", access: user},
		func(ctx context.Context, c caller, input *in[NewView]) (crm.Created, error) {
			return c.office.CRM.CreateView(ctx, c.viewer, crm.NewView(input.Body))
		})
	handle(a, route{id: "update-view", method: http.MethodPatch, path: "/api/views/{id}", summary: "Rename, pin, share or change a view", access: user},
		func(ctx context.Context, c caller, input *toLongID[ViewPatch]) (crm.Change, error) {
			return c.office.CRM.UpdateView(ctx, c.viewer, input.ID, crm.ViewPatch(input.Body))
		})
	handle(a, route{id: "delete-view", method: http.MethodDelete, path: "/api/views/{id}", summary: "Drop a view", access: user},
		func(ctx context.Context, c caller, input *struct {
			ID string `path:"id" maxLength:"128"`
		},
		) (crm.Change, error) {
			return c.office.CRM.DeleteView(ctx, c.viewer, input.ID)
		})
}

// toLongID is a request with a body about a row whose id is two.
type toLongID[T any] struct {
	ID   string `path:"id" maxLength:"128"`
	Body T
}
