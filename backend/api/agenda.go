package api

import (
	"context"
	"net/http"

	"sitegroup.mx/crm/backend/crm"
)

// AgendaQuery is a stretch of days, as the asking computer's calendar has them.
type AgendaQuery struct {
	From   string `query:"from" maxLength:"10" doc:"The first day, YYYY-MM-DD"`
	To     string `query:"to" maxLength:"10" doc:"The day after the last one"`
	FromAt string `query:"from_at" maxLength:"32" doc:"The instant at which the first day begins there"`
	ToAt   string `query:"to_at" maxLength:"32" doc:"The instant at which the day after begins there"`
	Seller string `query:"seller" maxLength:"64" doc:"For administrators: a user id, or none; empty for everybody's"`
}

func (q AgendaQuery) toCRM() crm.AgendaRange { return crm.AgendaRange(q) }

// OverdueQuery asks for what should have been done by now.
type OverdueQuery struct {
	Now    string `query:"now" maxLength:"32" doc:"An instant; the program's clock when empty"`
	Today  string `query:"today" maxLength:"10" doc:"The day that it is at the asking computer, YYYY-MM-DD"`
	Seller string `query:"seller" maxLength:"64" doc:"As for the agenda"`
}

// SnoozeMany tells of several reminders again later.
type SnoozeMany struct {
	IDs      []string `json:"ids" maxItems:"200"`
	RemindAt string   `json:"remind_at" maxLength:"32"`
}

func (a *API) routeAgenda() {
	handle(a, route{id: "get-agenda", method: http.MethodGet, path: "/api/agenda", summary: "What is planned within some days", access: user, passive: true},
		func(ctx context.Context, c caller, input *AgendaQuery) (crm.Agenda, error) {
			return c.office.CRM.Agenda(ctx, c.viewer, input.toCRM())
		})
	handle(a, route{id: "get-overdue", method: http.MethodGet, path: "/api/agenda/overdue", summary: "What should have been done by now", access: user, passive: true},
		func(ctx context.Context, c caller, input *OverdueQuery) (crm.Agenda, error) {
			return c.office.CRM.Overdue(ctx, c.viewer, input.Now, input.Today, input.Seller)
		})
	handle(a, route{id: "export-agenda", method: http.MethodGet, path: "/api/agenda/calendar", summary: "The same as a calendar file (RFC 5545)", access: user},
		func(ctx context.Context, c caller, input *AgendaQuery) (crm.CalendarFile, error) {
			style, err := c.calendarStyle(ctx)
			if err != nil {
				return crm.CalendarFile{}, err
			}
			return c.office.CRM.Calendar(ctx, c.viewer, input.toCRM(), style)
		})
	handle(a, route{id: "export-activity", method: http.MethodGet, path: "/api/activities/{id}/calendar", summary: "One planned activity as a calendar file (RFC 5545)", access: user},
		func(ctx context.Context, c caller, input *byID) (crm.CalendarFile, error) {
			style, err := c.calendarStyle(ctx)
			if err != nil {
				return crm.CalendarFile{}, err
			}
			return c.office.CRM.CalendarOf(ctx, c.viewer, input.ID, style)
		})
	handle(a, route{id: "snooze-reminders", method: http.MethodPost, path: "/api/reminders/snooze", summary: "Remind of several later, in one change; due times stay", access: user},
		func(ctx context.Context, c caller, input *in[SnoozeMany]) (crm.Change, error) {
			return c.office.CRM.SnoozeReminders(ctx, c.viewer, input.Body.IDs, input.Body.RemindAt)
		})
}

// calendarStyle is how the caller wants what leaves the program.
func (c caller) calendarStyle(ctx context.Context) (crm.CalendarStyle, error) {
	p, err := c.office.Accounts.Preferences(ctx, c.viewer)
	return crm.CalendarStyle{Language: p.Language, HideNames: p.HideNames}, err
}
