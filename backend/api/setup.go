package api

import (
	"context"
	"net/http"

	"sitegroup.mx/crm/backend/account"
)

// SetupState is what the program shows before anybody has signed in.
type SetupState struct {
	State      string `json:"state" enum:"new,ready,wiped" doc:"wiped: the host has revoked this computer, and nothing is left on it"`
	Demo       bool   `json:"demo" doc:"The office is a demonstration and will be thrown away"`
	OfficeName string `json:"office_name"`
	Version    string `json:"version"`
	Keyring    bool   `json:"keyring" doc:"There is a place for keys: the system's keyring answers, or a key file was named"`
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

// NewJoin is what a computer needs to join an office.
type NewJoin struct {
	Invitation string `json:"invitation" maxLength:"4000"`
	DeviceName string `json:"device_name" maxLength:"200"`
}

// JoinState tells how joining goes on.
type JoinState struct {
	State      string        `json:"state" enum:"idle,connecting,waiting,receiving,ready,failed"`
	Digits     string        `json:"digits" doc:"Six, to be compared with the administrator's screen"`
	OfficeName string        `json:"office_name"`
	UserName   string        `json:"user_name"`
	Login      string        `json:"login"`
	Progress   *SyncProgress `json:"progress,omitempty"`
	Problem    string        `json:"problem" doc:"Code of why it failed"`
}

// NewRestore is what bringing an office back needs.
type NewRestore struct {
	Path string `json:"path" maxLength:"1000" doc:"The backup's file"`
	Code string `json:"code" maxLength:"200" doc:"The office's recovery code"`
}

// BackupFound is what a backup says of itself.
type BackupFound struct {
	MadeAt string `json:"made_at"`
}

// RestoreState tells how a restore goes on.
type RestoreState struct {
	State    string  `json:"state" enum:"idle,running,done,failed"`
	Step     int     `json:"step"`
	Steps    int     `json:"steps"`
	BackupAt *string `json:"backup_at,omitempty"`
	Problem  string  `json:"problem" doc:"Code of why it failed"`
}

func (a *API) routeSetup() {
	handle(a, route{id: "join-office", method: http.MethodPost, path: "/api/setup/join", summary: "Join an office by invitation", access: anybody},
		func(ctx context.Context, _ caller, input *in[NewJoin]) (JoinState, error) {
			if err := a.deps.Setup.Join(ctx, input.Body); err != nil {
				return JoinState{}, err
			}
			return a.deps.Setup.JoinState(ctx)
		})
	handle(a, route{id: "get-join", method: http.MethodGet, path: "/api/setup/join", summary: "How joining goes on", access: anybody, passive: true},
		func(ctx context.Context, _ caller, _ *struct{}) (JoinState, error) {
			return a.deps.Setup.JoinState(ctx)
		})
	handle(a, route{id: "cancel-join", method: http.MethodDelete, path: "/api/setup/join", summary: "Give up joining", access: anybody},
		func(ctx context.Context, _ caller, _ *struct{}) (nothing, error) {
			return nothing{}, a.deps.Setup.CancelJoin(ctx)
		})
	handle(a, route{id: "look-at-backup", method: http.MethodPost, path: "/api/setup/restore/look", summary: "Of when a backup is", access: anybody},
		func(ctx context.Context, _ caller, input *in[NewRestore]) (BackupFound, error) {
			return a.deps.Setup.Look(ctx, input.Body)
		})
	handle(a, route{id: "restore-office", method: http.MethodPost, path: "/api/setup/restore", summary: "Bring an office back from a backup", access: anybody},
		func(ctx context.Context, _ caller, input *in[NewRestore]) (RestoreState, error) {
			if err := a.deps.Setup.Restore(ctx, input.Body); err != nil {
				return RestoreState{}, err
			}
			return a.deps.Setup.RestoreState(ctx)
		})
	handle(a, route{id: "get-restore", method: http.MethodGet, path: "/api/setup/restore", summary: "How a restore goes on", access: anybody, passive: true},
		func(ctx context.Context, _ caller, _ *struct{}) (RestoreState, error) {
			return a.deps.Setup.RestoreState(ctx)
		})
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
