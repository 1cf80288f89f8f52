package api

import (
	"context"
	"net/http"

	"sitegroup.mx/crm/backend/crm"
)

// DashboardQuery says what a dashboard is about.
type DashboardQuery struct {
	Period string `query:"period" enum:"week,7d,30d,90d,month" doc:"Up to today; 30d where there is no from"`
	From   string `query:"from" maxLength:"10" doc:"A date of the office's, included"`
	To     string `query:"to" maxLength:"10" doc:"A date of the office's, included; today where it is empty"`
	Seller string `query:"seller" maxLength:"64" doc:"A user id, or none; administrators only"`
}

func (a *API) routeDashboard() {
	handle(a, route{id: "get-dashboard", method: http.MethodGet, path: "/api/dashboard", summary: "The office in numbers, of what the viewer may see", access: user, passive: true},
		func(ctx context.Context, c caller, q *DashboardQuery) (crm.Dashboard, error) {
			return c.office.CRM.Dashboard(ctx, c.viewer, crm.DashboardQuery(*q))
		})
	handle(a, route{id: "get-response", method: http.MethodGet, path: "/api/response", summary: "How soon leads were responded to, by each clock, seller and form", access: user, passive: true},
		func(ctx context.Context, c caller, q *DashboardQuery) (crm.Response, error) {
			return c.office.CRM.ResponseTimes(ctx, c.viewer, crm.DashboardQuery(*q))
		})
}
