package api

import (
	"context"
	"net/http"

	"sitegroup.mx/crm/backend/intake"
)

// Connection is what an administrator types in to connect the office to Meta. An empty secret or token keeps the stored one.
type Connection struct {
	AppID     string `json:"app_id" maxLength:"64"`
	AppSecret string `json:"app_secret" maxLength:"2048"`
	Token     string `json:"token" maxLength:"2048"`
	BaseURL   string `json:"base_url,omitempty" maxLength:"500"`
	Version   string `json:"version,omitempty" maxLength:"16"`
}

// PageID names a page that Meta's list leaves out.
type PageID struct {
	ID string `json:"id" maxLength:"64"`
}

// PagePatch switches a page on or off.
type PagePatch struct {
	Active *bool `json:"active,omitempty"`
}

// FormPatch switches a form on or off, or says what its questions mean.
type FormPatch struct {
	Active  *bool                    `json:"active,omitempty"`
	Mapping map[string]intake.Target `json:"mapping,omitempty" doc:"Question key to target; an empty target is the program's own choice"`
}

func (a *API) routeMeta() {
	handle(a, route{id: "get-meta", method: http.MethodGet, path: "/api/meta", summary: "The connection as last seen", access: adminOnly, passive: true, host: true},
		func(ctx context.Context, c caller, _ *struct{}) (intake.Status, error) {
			return c.office.Intake.Status(ctx, c.viewer)
		})
	handle(a, route{id: "connect-meta", method: http.MethodPut, path: "/api/meta/connection", summary: "Connect the office to Meta", access: adminOnly, host: true},
		func(ctx context.Context, c caller, input *in[Connection]) (intake.Status, error) {
			return c.office.Intake.Connect(ctx, c.viewer, intake.Connection(input.Body))
		})
	handle(a, route{id: "disconnect-meta", method: http.MethodDelete, path: "/api/meta/connection", summary: "Forget the connection", access: adminOnly, host: true},
		func(ctx context.Context, c caller, _ *struct{}) (Changed, error) {
			return Changed{}, c.office.Intake.Disconnect(ctx, c.viewer)
		})
	handle(a, route{id: "check-meta", method: http.MethodPost, path: "/api/meta/check", summary: "Check everything Meta needs", access: adminOnly, host: true},
		func(ctx context.Context, c caller, _ *struct{}) (intake.Status, error) {
			return c.office.Intake.Check(ctx, c.viewer)
		})
	handle(a, route{id: "discover-meta", method: http.MethodPost, path: "/api/meta/discover", summary: "Look for new pages and forms", access: adminOnly, host: true},
		func(ctx context.Context, c caller, _ *struct{}) (intake.Status, error) {
			return c.office.Intake.Discover(ctx, c.viewer)
		})
	handle(a, route{id: "add-page", method: http.MethodPost, path: "/api/meta/pages", summary: "Add a page by its id", access: adminOnly, host: true},
		func(ctx context.Context, c caller, input *in[PageID]) (intake.Status, error) {
			return c.office.Intake.AddPage(ctx, c.viewer, input.Body.ID)
		})
	handle(a, route{id: "update-page", method: http.MethodPatch, path: "/api/meta/pages/{id}", summary: "Switch a page on or off", access: adminOnly, host: true},
		func(ctx context.Context, c caller, input *toID[PagePatch]) (Changed, error) {
			_, err := c.office.Intake.UpdatePage(ctx, c.viewer, input.ID, intake.PagePatch(input.Body))
			return Changed{}, err
		})
	handle(a, route{id: "update-form", method: http.MethodPatch, path: "/api/meta/forms/{id}", summary: "Switch a form on or off, or map its questions", access: adminOnly, host: true},
		func(ctx context.Context, c caller, input *toID[FormPatch]) (Changed, error) {
			_, err := c.office.Intake.UpdateForm(ctx, c.viewer, input.ID, intake.FormPatch(input.Body))
			return Changed{}, err
		})
	handle(a, route{id: "pull-form", method: http.MethodPost, path: "/api/meta/forms/{id}/pull", summary: "Read a form's new leads now", access: adminOnly, host: true},
		func(ctx context.Context, c caller, input *byID) (intake.Pull, error) {
			return c.office.Intake.PullNow(ctx, c.viewer, input.ID)
		})
	handle(a, route{id: "get-health", method: http.MethodGet, path: "/api/health", summary: "What needs a person, and figures", access: adminOnly, passive: true, host: true},
		func(ctx context.Context, c caller, _ *struct{}) (intake.Health, error) {
			return c.office.Intake.Health(ctx, c.viewer)
		})
}
