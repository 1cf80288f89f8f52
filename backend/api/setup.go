package api

import (
	"context"
	"net/http"

	"sitegroup.mx/crm/backend/account"
)

// SetupState is what the program shows before anybody has signed in.
type SetupState struct {
	State      string `json:"state" enum:"new,ready"`
	Demo       bool   `json:"demo" doc:"The office is a demonstration and will be thrown away"`
	OfficeName string `json:"office_name"`
	Version    string `json:"version"`
	Keyring    bool   `json:"keyring" doc:"Keys are in the system's keyring, not in a key file"`
	Surface    string `json:"surface" enum:"window,browser"`
}

// NewOffice is what the first start asks for.
type NewOffice struct {
	OfficeName string   `json:"office_name" maxLength:"200"`
	Timezone   string   `json:"timezone" maxLength:"64" doc:"IANA name"`
	Admin      NewAdmin `json:"admin"`
	Language   string   `json:"language" enum:"es-MX,en"`
}

// NewAdmin is the first administrator.
type NewAdmin struct {
	Name     string `json:"name" maxLength:"200"`
	Login    string `json:"login" maxLength:"64"`
	Password string `json:"password" maxLength:"256"`
}

func (a *API) routeSetup() {
	handle(a, route{id: "get-setup", method: http.MethodGet, path: "/api/setup", summary: "What is open", access: anybody},
		func(ctx context.Context, _ caller, _ *struct{}) (SetupState, error) { return a.deps.Setup.State(ctx) })
	handle(a, route{id: "create-office", method: http.MethodPost, path: "/api/setup", summary: "Create the office", access: anybody},
		func(ctx context.Context, _ caller, input *in[NewOffice]) (account.Session, error) {
			s, err := a.deps.Setup.Create(ctx, input.Body)
			if err == nil {
				err = a.keepLanguage(ctx, s, input.Body.Language)
			}
			return s, err
		})
	handle(a, route{id: "open-demo", method: http.MethodPost, path: "/api/setup/demo", summary: "Open a demonstration", access: anybody},
		func(ctx context.Context, _ caller, _ *struct{}) (account.Session, error) {
			return a.deps.Setup.OpenDemo(ctx)
		})
	handle(a, route{id: "leave-demo", method: http.MethodPost, path: "/api/setup/leave-demo", summary: "Throw the demonstration away", access: user},
		func(ctx context.Context, _ caller, _ *struct{}) (nothing, error) {
			return nothing{}, a.deps.Setup.LeaveDemo(context.WithoutCancel(ctx))
		})
}

// keepLanguage makes the language of the wizard the administrator's own.
func (a *API) keepLanguage(ctx context.Context, s account.Session, language string) error {
	o := a.deps.Office()
	if o == nil || language == "" {
		return nil
	}
	v, err := o.Accounts.Resume(ctx, s.Token, true)
	if err != nil {
		return err
	}
	_, err = o.Accounts.SetPreferences(ctx, v, account.PreferencesPatch{Language: &language})
	return err
}
