package api

import (
	"context"
	"encoding/base64"
	"net/http"

	"sitegroup.mx/crm/backend/fault"
)

// Notice is a notification of the desktop. Choosing it opens the prospect, when one is named.
type Notice struct {
	Title      string `json:"title" maxLength:"200"`
	Body       string `json:"body" maxLength:"500"`
	ProspectID string `json:"prospect_id,omitempty" maxLength:"64"`
	// ReminderID gives it the buttons of a reminder.
	ReminderID string `json:"reminder_id,omitempty" maxLength:"64"`
}

// SavedFile is a file the page has made, to be kept where the person says.
type SavedFile struct {
	Name    string `json:"name" maxLength:"255"`
	Content string `json:"content_base64"`
}

// Saved tells whether the person chose a place.
type Saved struct {
	Saved bool `json:"saved"`
}

// routeWindow has what only the desktop window can do. In a browser these answer window.missing.
func (a *API) routeWindow() {
	handle(a, route{id: "notify", method: http.MethodPost, path: "/api/window/notification", summary: "Show a notification of the desktop", access: user, passive: true},
		func(ctx context.Context, _ caller, input *in[Notice]) (nothing, error) {
			if a.deps.Window == nil {
				return nothing{}, fault.New(CodeWindowMissing)
			}
			return nothing{}, a.deps.Window.Notify(ctx, input.Body)
		})
	handle(a, route{id: "save-file", method: http.MethodPost, path: "/api/window/save", summary: "Ask where to keep a file", access: user, maxBody: 2 * maxFile},
		func(ctx context.Context, _ caller, input *in[SavedFile]) (Saved, error) {
			if a.deps.Window == nil {
				return Saved{}, fault.New(CodeWindowMissing)
			}
			content, err := base64.StdEncoding.DecodeString(input.Body.Content)
			if err != nil {
				return Saved{}, fault.Invalid("content_base64", CodeInputInvalid)
			}
			// The person may take their time with the dialog.
			saved, err := a.deps.Window.Save(context.WithoutCancel(ctx), input.Body.Name, content)
			return Saved{saved}, err
		})
	handle(a, route{id: "follow", method: http.MethodPut, path: "/api/window/session", summary: "Push this session's events to the window", access: user, passive: true},
		func(_ context.Context, c caller, _ *struct{}) (nothing, error) {
			if a.deps.Window == nil {
				return nothing{}, fault.New(CodeWindowMissing)
			}
			a.hub.followWindow(c, a.deps.Window)
			return nothing{}, nil
		})
}
