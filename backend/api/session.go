package api

import (
	"context"
	"net/http"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/office"
)

// Credentials open a session.
type Credentials struct {
	Login    string `json:"login" maxLength:"256"`
	Password string `json:"password" maxLength:"1024"`
}

// Password proves that it is still the same person.
type Password struct {
	Password string `json:"password" maxLength:"1024"`
}

// NewPassword replaces the current one.
type NewPassword struct {
	Current string `json:"current" maxLength:"1024"`
	New     string `json:"new" maxLength:"1024"`
}

// PreferencesPatch changes what it names.
type PreferencesPatch struct {
	Language    *string `json:"language,omitempty" enum:"es-MX,en"`
	Theme       *string `json:"theme,omitempty" enum:"auto,light,dark"`
	Density     *string `json:"density,omitempty" enum:"dense,roomy"`
	LockMinutes *int    `json:"lock_minutes,omitempty" minimum:"0" maximum:"1440" doc:"0 never locks"`
	HideNames   *bool   `json:"hide_names,omitempty" doc:"Notifications name nobody"`
}

// Me is the person of the session and what their screens need to start.
type Me struct {
	User        account.User        `json:"user"`
	Office      office.Info         `json:"office"`
	Preferences account.Preferences `json:"preferences"`
	Demo        bool                `json:"demo"`
}

func (a *API) routeSession() {
	handle(a, route{id: "sign-in", method: http.MethodPost, path: "/api/session", summary: "Sign in", access: anybody},
		func(ctx context.Context, c caller, input *in[Credentials]) (account.Session, error) {
			return c.office.Accounts.SignIn(ctx, input.Body.Login, input.Body.Password)
		})
	handle(a, route{id: "sign-out", method: http.MethodDelete, path: "/api/session", summary: "Sign out", access: locked},
		func(ctx context.Context, c caller, _ *struct{}) (nothing, error) {
			return nothing{}, c.office.Accounts.SignOut(ctx, c.token)
		})
	handle(a, route{id: "lock", method: http.MethodPost, path: "/api/session/lock", summary: "Lock the session", access: locked},
		func(ctx context.Context, c caller, _ *struct{}) (nothing, error) {
			err := c.office.Accounts.Lock(ctx, c.token)
			a.hub.woken(c.token)
			return nothing{}, err
		})
	handle(a, route{id: "stay-awake", method: http.MethodPost, path: "/api/session/active", summary: "Somebody is at the keyboard: reading alone does not keep a session awake", access: user},
		func(context.Context, caller, *struct{}) (nothing, error) { return nothing{}, nil })
	handle(a, route{id: "unlock", method: http.MethodPost, path: "/api/session/unlock", summary: "Unlock the session", access: locked},
		func(ctx context.Context, c caller, input *in[Password]) (nothing, error) {
			err := c.office.Accounts.Unlock(ctx, c.token, input.Body.Password)
			a.hub.woken(c.token) // what has waited behind the lock is told now
			return nothing{}, err
		})
	handle(a, route{id: "get-me", method: http.MethodGet, path: "/api/me", summary: "Who I am", access: user, passive: true}, me)
	handle(a, route{id: "change-password", method: http.MethodPut, path: "/api/me/password", summary: "Change my password", access: user},
		func(ctx context.Context, c caller, input *in[NewPassword]) (Changed, error) {
			return Changed{}, c.office.Accounts.ChangePassword(ctx, c.viewer, c.token, input.Body.Current, input.Body.New)
		})
	handle(a, route{id: "set-preferences", method: http.MethodPatch, path: "/api/me/preferences", summary: "Change my preferences", access: user},
		func(ctx context.Context, c caller, input *in[PreferencesPatch]) (Changed, error) {
			_, err := c.office.Accounts.SetPreferences(ctx, c.viewer, account.PreferencesPatch(input.Body))
			return Changed{}, err
		})
}

func me(ctx context.Context, c caller, _ *struct{}) (Me, error) {
	u, err := c.office.Accounts.Self(ctx, c.viewer)
	if err != nil {
		return Me{}, err
	}
	p, err := c.office.Accounts.Preferences(ctx, c.viewer)
	if err != nil {
		return Me{}, err
	}
	info, err := office.ReadInfo(ctx, c.office.Store)
	if err != nil {
		return Me{}, err
	}
	return Me{User: u, Office: info, Preferences: p, Demo: c.office.Demo}, nil
}
