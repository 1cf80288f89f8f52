package api

import (
	"context"
	"net/http"

	"sitegroup.mx/crm/backend/crm"
)

// ContactPatch changes what it names.
type ContactPatch struct {
	Name *string `json:"name,omitempty" maxLength:"500"`
	City *string `json:"city,omitempty" maxLength:"200"`
}

// Raw is a phone or an e-mail address as somebody writes it.
type Raw struct {
	Raw string `json:"raw" maxLength:"500"`
}

// PhonePatch changes what it names.
type PhonePatch struct {
	Raw       *string `json:"raw,omitempty" maxLength:"500"`
	WAVariant *string `json:"wa_variant,omitempty" enum:"52,521" doc:"The prefix that worked in WhatsApp"`
	First     bool    `json:"first,omitempty" doc:"Put it before the others"`
}

// EmailPatch changes what it names.
type EmailPatch struct {
	Raw   *string `json:"raw,omitempty" maxLength:"500"`
	First bool    `json:"first,omitempty" doc:"Put it before the others"`
}

func (a *API) routeContacts() {
	handle(a, route{id: "update-contact", method: http.MethodPatch, path: "/api/contacts/{id}", summary: "Change name or city", access: user},
		func(ctx context.Context, c caller, input *toID[ContactPatch]) (crm.Change, error) {
			return c.office.CRM.UpdateContact(ctx, c.viewer, input.ID, crm.ContactPatch(input.Body))
		})
	handle(a, route{id: "add-phone", method: http.MethodPost, path: "/api/contacts/{id}/phones", summary: "Add a phone", access: user},
		func(ctx context.Context, c caller, input *toID[Raw]) (crm.Created, error) {
			return c.office.CRM.AddPhone(ctx, c.viewer, input.ID, input.Body.Raw)
		})
	handle(a, route{id: "update-phone", method: http.MethodPatch, path: "/api/phones/{id}", summary: "Change a phone", access: user},
		func(ctx context.Context, c caller, input *toID[PhonePatch]) (crm.Change, error) {
			return c.office.CRM.UpdatePhone(ctx, c.viewer, input.ID, crm.PhonePatch(input.Body))
		})
	handle(a, route{id: "remove-phone", method: http.MethodDelete, path: "/api/phones/{id}", summary: "Remove a phone", access: user},
		func(ctx context.Context, c caller, input *byID) (crm.Change, error) {
			return c.office.CRM.RemovePhone(ctx, c.viewer, input.ID)
		})
	handle(a, route{id: "add-email", method: http.MethodPost, path: "/api/contacts/{id}/emails", summary: "Add an e-mail address", access: user},
		func(ctx context.Context, c caller, input *toID[Raw]) (crm.Created, error) {
			return c.office.CRM.AddEmail(ctx, c.viewer, input.ID, input.Body.Raw)
		})
	handle(a, route{id: "update-email", method: http.MethodPatch, path: "/api/emails/{id}", summary: "Change an e-mail address", access: user},
		func(ctx context.Context, c caller, input *toID[EmailPatch]) (crm.Change, error) {
			return c.office.CRM.UpdateEmail(ctx, c.viewer, input.ID, crm.EmailPatch(input.Body))
		})
	handle(a, route{id: "remove-email", method: http.MethodDelete, path: "/api/emails/{id}", summary: "Remove an e-mail address", access: user},
		func(ctx context.Context, c caller, input *byID) (crm.Change, error) {
			return c.office.CRM.RemoveEmail(ctx, c.viewer, input.ID)
		})
}
