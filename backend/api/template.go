package api

import (
	"context"
	"net/http"

	"sitegroup.mx/crm/backend/crm"
)

// NewTemplate is a text for messages or mails.
type NewTemplate struct {
	Channel string `json:"channel" maxLength:"32" doc:"whatsapp or email"`
	Name    string `json:"name" maxLength:"200"`
	Subject string `json:"subject,omitempty" maxLength:"1000" doc:"Of a mail"`
	Body    string `json:"body" maxLength:"20000"`
	Shared  bool   `json:"shared,omitempty" doc:"The office's; administrators only"`
}

// TemplatePatch changes what it names.
type TemplatePatch struct {
	Name    *string `json:"name,omitempty" maxLength:"200"`
	Subject *string `json:"subject,omitempty" maxLength:"1000"`
	Body    *string `json:"body,omitempty" maxLength:"20000"`
}

// NoticeURL is where the office's privacy notice can be read.
type NoticeURL struct {
	URL string `json:"url" maxLength:"2000" doc:"An https address; empty for none"`
}

func (a *API) routeTemplates() {
	handle(a, route{id: "list-templates", method: http.MethodGet, path: "/api/templates", summary: "The office's templates and mine", access: user, passive: true},
		func(ctx context.Context, c caller, _ *struct{}) (List[crm.Template], error) {
			return list(c.office.CRM.Templates(ctx, c.viewer))
		})
	handle(a, route{id: "create-template", method: http.MethodPost, path: "/api/templates", summary: "Make a template", access: user},
		func(ctx context.Context, c caller, input *in[NewTemplate]) (crm.Created, error) {
			return c.office.CRM.CreateTemplate(ctx, c.viewer, crm.NewTemplate(input.Body))
		})
	handle(a, route{id: "update-template", method: http.MethodPatch, path: "/api/templates/{id}", summary: "Change a template", access: user},
		func(ctx context.Context, c caller, input *toID[TemplatePatch]) (crm.Change, error) {
			return c.office.CRM.UpdateTemplate(ctx, c.viewer, input.ID, crm.TemplatePatch(input.Body))
		})
	handle(a, route{id: "remove-template", method: http.MethodDelete, path: "/api/templates/{id}", summary: "Remove a template", access: user},
		func(ctx context.Context, c caller, input *byID) (crm.Change, error) {
			return c.office.CRM.RemoveTemplate(ctx, c.viewer, input.ID)
		})
	handle(a, route{id: "get-template-values", method: http.MethodGet, path: "/api/prospects/{id}/template-values", summary: "What the variables stand for with this prospect", access: user, passive: true},
		func(ctx context.Context, c caller, input *byID) (crm.TemplateValues, error) {
			return c.office.CRM.TemplateValues(ctx, c.viewer, input.ID)
		})
	handle(a, route{id: "get-notice", method: http.MethodGet, path: "/api/templates/notice", summary: "Where the privacy notice can be read", access: user, passive: true},
		func(ctx context.Context, c caller, _ *struct{}) (NoticeURL, error) {
			address, err := c.office.CRM.NoticeURL(ctx)
			return NoticeURL{address}, err
		})
	handle(a, route{id: "set-notice", method: http.MethodPut, path: "/api/templates/notice", summary: "Say where the privacy notice can be read", access: adminOnly},
		func(ctx context.Context, c caller, input *in[NoticeURL]) (crm.Change, error) {
			return c.office.CRM.SetNoticeURL(ctx, c.viewer, input.Body.URL)
		})
}
