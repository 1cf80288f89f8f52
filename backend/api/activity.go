package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"sitegroup.mx/crm/backend/crm"
)

// NextActivity is the following step. DueAt is an instant, DueOn a date; never both.
type NextActivity struct {
	Kind     string `json:"kind" maxLength:"32"`
	Body     string `json:"body,omitempty"`
	DueAt    string `json:"due_at,omitempty"`
	DueOn    string `json:"due_on,omitempty"`
	RemindAt string `json:"remind_at,omitempty"`
	Minutes  int    `json:"minutes,omitempty" minimum:"0" maximum:"1440" doc:"How long it takes; 0 for as long as its kind usually does"`
}

func (n *NextActivity) toCRM() *crm.NextActivity {
	if n == nil {
		return nil
	}
	return &crm.NextActivity{Kind: n.Kind, Body: n.Body, Due: crm.Due{At: n.DueAt, On: n.DueOn, RemindAt: n.RemindAt, Minutes: n.Minutes}}
}

// NewActivity is something done or to be done with a prospect.
type NewActivity struct {
	Kind       string        `json:"kind" maxLength:"32"`
	Result     string        `json:"result,omitempty" maxLength:"32"`
	Body       string        `json:"body,omitempty"`
	DueAt      string        `json:"due_at,omitempty"`
	DueOn      string        `json:"due_on,omitempty"`
	RemindAt   string        `json:"remind_at,omitempty"`
	Minutes    int           `json:"minutes,omitempty" minimum:"0" maximum:"1440" doc:"How long it takes; 0 for as long as its kind usually does"`
	Done       *bool         `json:"done,omitempty" doc:"By default: unless it is due later"`
	Next       *NextActivity `json:"next,omitempty"`
	TemplateID string        `json:"template_id,omitempty" maxLength:"64" doc:"The template that a message was written with"`
}

// ActivityPatch changes what it names; "" clears a due time.
type ActivityPatch struct {
	Body     *string `json:"body,omitempty"`
	Result   *string `json:"result,omitempty" maxLength:"32"`
	DueAt    *string `json:"due_at,omitempty"`
	DueOn    *string `json:"due_on,omitempty"`
	RemindAt *string `json:"remind_at,omitempty"`
	Minutes  *int    `json:"minutes,omitempty" minimum:"0" maximum:"1440"`
}

// ActivityDone closes an open activity.
type ActivityDone struct {
	Result     string        `json:"result,omitempty" maxLength:"32"`
	Body       *string       `json:"body,omitempty"`
	Next       *NextActivity `json:"next,omitempty"`
	TemplateID string        `json:"template_id,omitempty" maxLength:"64"`
}

// Snooze tells again later.
type Snooze struct {
	RemindAt string `json:"remind_at,omitempty"`
}

type remindersInput struct {
	Until string `query:"until" maxLength:"32" doc:"An instant; now when empty"`
}

func (a *API) routeActivities() {
	handle(a, route{id: "log-activity", method: http.MethodPost, path: "/api/prospects/{id}/activities", summary: "Write down what was done or is to be done", access: user}, logActivity)
	handle(a, route{id: "update-activity", method: http.MethodPatch, path: "/api/activities/{id}", summary: "Change or reschedule", access: user},
		func(ctx context.Context, c caller, input *toID[ActivityPatch]) (crm.Change, error) {
			return c.office.CRM.UpdateActivity(ctx, c.viewer, input.ID, crm.ActivityPatch(input.Body))
		})
	handle(a, route{id: "finish-activity", method: http.MethodPost, path: "/api/activities/{id}/done", summary: "Mark as done", access: user},
		func(ctx context.Context, c caller, input *struct {
			ID   string `path:"id" maxLength:"64"`
			Body *ActivityDone
		},
		) (crm.Change, error) {
			var d crm.ActivityDone
			if b := input.Body; b != nil {
				d = crm.ActivityDone{Result: b.Result, Body: b.Body, Next: b.Next.toCRM(), TemplateID: b.TemplateID}
			}
			return c.office.CRM.FinishActivity(ctx, c.viewer, input.ID, d)
		})
	handle(a, route{id: "remove-activity", method: http.MethodDelete, path: "/api/activities/{id}", summary: "Remove", access: user},
		func(ctx context.Context, c caller, input *byID) (crm.Change, error) {
			return c.office.CRM.RemoveActivity(ctx, c.viewer, input.ID)
		})
	handle(a, route{id: "list-reminders", method: http.MethodGet, path: "/api/reminders", summary: "Mine that are due, of what I planned and of whom I have not tried to reach", access: user, passive: true},
		func(ctx context.Context, c caller, input *remindersInput) (List[crm.Reminder], error) {
			planned, err := c.office.CRM.Reminders(ctx, c.viewer, input.Until)
			if err != nil {
				return List[crm.Reminder]{}, err
			}
			first, err := c.office.CRM.FirstReminders(ctx, c.viewer, input.Until)
			all := append(planned, first...)
			slices.SortStableFunc(all, func(a, b crm.Reminder) int { return strings.Compare(a.RemindAt, b.RemindAt) })
			return list(all, err)
		})
	handle(a, route{id: "snooze-reminder", method: http.MethodPatch, path: "/api/reminders/{id}", summary: "Remind later; the due time stays", access: user},
		func(ctx context.Context, c caller, input *toID[Snooze]) (crm.Change, error) {
			return c.office.CRM.SnoozeReminder(ctx, c.viewer, input.ID, input.Body.RemindAt)
		})
	handle(a, route{id: "finish-reminder", method: http.MethodPost, path: "/api/reminders/{id}/done", summary: "Acknowledge", access: user},
		func(ctx context.Context, c caller, input *byID) (crm.Change, error) {
			return c.office.CRM.FinishReminder(ctx, c.viewer, input.ID)
		})
}

func logActivity(ctx context.Context, c caller, input *toID[NewActivity]) (crm.Created, error) {
	n := input.Body
	return c.office.CRM.LogActivity(ctx, c.viewer, input.ID, crm.NewActivity{
		Kind: n.Kind, Result: n.Result, Body: n.Body, Due: crm.Due{At: n.DueAt, On: n.DueOn, RemindAt: n.RemindAt, Minutes: n.Minutes},
		Done: n.Done, Next: n.Next.toCRM(), TemplateID: n.TemplateID,
	})
}
