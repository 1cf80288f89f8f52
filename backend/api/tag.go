package api

import (
	"context"
	"net/http"

	"sitegroup.mx/crm/backend/crm"
)

// NewTag is a word for prospects.
type NewTag struct {
	Name  string `json:"name" maxLength:"200"`
	Color string `json:"color,omitempty" maxLength:"20"`
}

// TagPatch changes what it names.
type TagPatch struct {
	Name  *string `json:"name,omitempty" maxLength:"200"`
	Color *string `json:"color,omitempty" maxLength:"20"`
}

// TagsPatch puts tags on a prospect and takes others off.
type TagsPatch struct {
	Add    []string `json:"add,omitempty" maxItems:"50"`
	Remove []string `json:"remove,omitempty" maxItems:"50"`
}

func (a *API) routeTags() {
	handle(a, route{id: "list-tags", method: http.MethodGet, path: "/api/tags", summary: "The office's tags", access: user, passive: true},
		func(ctx context.Context, c caller, _ *struct{}) (List[crm.Tag], error) {
			return list(c.office.CRM.ListTags(ctx))
		})
	handle(a, route{id: "create-tag", method: http.MethodPost, path: "/api/tags", summary: "A new tag", access: adminOnly},
		func(ctx context.Context, c caller, input *in[NewTag]) (crm.Created, error) {
			return c.office.CRM.CreateTag(ctx, c.viewer, input.Body.Name, input.Body.Color)
		})
	handle(a, route{id: "update-tag", method: http.MethodPatch, path: "/api/tags/{id}", summary: "Rename or recolour", access: adminOnly},
		func(ctx context.Context, c caller, input *toID[TagPatch]) (crm.Change, error) {
			return c.office.CRM.UpdateTag(ctx, c.viewer, input.ID, crm.TagPatch(input.Body))
		})
	handle(a, route{id: "delete-tag", method: http.MethodDelete, path: "/api/tags/{id}", summary: "Take a tag away from the office", access: adminOnly},
		func(ctx context.Context, c caller, input *byID) (crm.Change, error) {
			return c.office.CRM.DeleteTag(ctx, c.viewer, input.ID)
		})
	handle(a, route{id: "set-prospect-tags", method: http.MethodPost, path: "/api/prospects/{id}/tags", summary: "Put tags on and take them off", access: user},
		func(ctx context.Context, c caller, input *toID[TagsPatch]) (crm.Change, error) {
			return c.office.CRM.SetTags(ctx, c.viewer, input.ID, input.Body.Add, input.Body.Remove)
		})
}
