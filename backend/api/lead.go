package api

import (
	"context"
	"net/http"

	"sitegroup.mx/crm/backend/intake"
)

type leadsInput struct {
	Paged
	State string `query:"state" enum:"received,fetched,registered,linked,test,held,failed"`
}

// LeadDecision says whose a held lead is.
type LeadDecision struct {
	ContactID string `json:"contact_id" maxLength:"64" doc:"One of the lead's people; empty for somebody new"`
}

func (a *API) routeLeads() {
	handle(a, route{id: "list-leads", method: http.MethodGet, path: "/api/leads", summary: "The ledger, newest received first", access: adminOnly, passive: true, host: true},
		func(ctx context.Context, c caller, input *leadsInput) (intake.LeadPage, error) {
			return c.office.Intake.ListLeads(ctx, c.viewer, intake.LeadFilter{
				State: intake.State(input.State), Cursor: input.Cursor, Limit: input.Limit,
			})
		})
	handle(a, route{id: "get-lead", method: http.MethodGet, path: "/api/leads/{id}", summary: "A line of the ledger and what waits in it", access: adminOnly, passive: true, host: true},
		func(ctx context.Context, c caller, input *byID) (intake.LeadDetail, error) {
			return c.office.Intake.Lead(ctx, c.viewer, input.ID)
		})
	handle(a, route{id: "retry-lead", method: http.MethodPost, path: "/api/leads/{id}/retry", summary: "Try a line again now", access: adminOnly, host: true},
		func(ctx context.Context, c caller, input *byID) (intake.Lead, error) {
			return c.office.Intake.Retry(ctx, c.viewer, input.ID)
		})
	handle(a, route{id: "dismiss-lead", method: http.MethodPost, path: "/api/leads/{id}/dismiss", summary: "Nothing more is to come of a line", access: adminOnly, host: true},
		func(ctx context.Context, c caller, input *byID) (intake.Lead, error) {
			return c.office.Intake.Dismiss(ctx, c.viewer, input.ID)
		})
	handle(a, route{id: "resolve-lead", method: http.MethodPost, path: "/api/leads/{id}/resolve", summary: "Decide whose a held lead is", access: adminOnly, host: true},
		func(ctx context.Context, c caller, input *toID[LeadDecision]) (intake.Resolved, error) {
			return c.office.Intake.Resolve(ctx, c.viewer, input.ID, input.Body.ContactID)
		})
}
