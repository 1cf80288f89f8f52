package api

import (
	"context"
	"net/http"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/office"
)

// NetworkSetting says whether the office's computers may connect to this one.
type NetworkSetting struct {
	Enabled bool `json:"enabled"`
	Port    int  `json:"port" minimum:"1" maximum:"65535"`
}

// NetworkState is NetworkSetting and what has become of it.
type NetworkState struct {
	Enabled   bool     `json:"enabled"`
	Port      int      `json:"port"`
	Addresses []string `json:"addresses" doc:"Where this computer can be reached, address:port"`
	Problem   string   `json:"problem" doc:"Code of why it does not listen"`
	Fixed     bool     `json:"fixed" doc:"A flag decides, not this setting"`
}

// Recovery is how well the office is prepared for the loss of its host, in short.
type Recovery struct {
	Prepared bool    `json:"prepared" doc:"There is a recovery code"`
	BackupAt *string `json:"backup_at,omitempty"`
	Folder   string  `json:"folder" doc:"Where copies of backups go"`
}

// Devices are the office's computers.
type Devices struct {
	Devices  []office.Device `json:"devices"`
	Network  NetworkState    `json:"network"`
	Recovery Recovery        `json:"recovery"`
}

// NewInvitation names whose next computer it is.
type NewInvitation struct {
	UserID string `json:"user_id" maxLength:"64"`
}

func (a *API) routeDevices() {
	handle(a, route{id: "list-devices", method: http.MethodGet, path: "/api/devices", summary: "The office's computers and what they hold", access: adminOnly, passive: true, host: true},
		func(ctx context.Context, c caller, _ *struct{}) (d Devices, err error) {
			if d.Devices, err = c.office.Host.Devices(ctx, c.viewer); err != nil {
				return d, err
			}
			if d.Network, err = c.office.Network.State(ctx); err != nil {
				return d, err
			}
			d.Recovery.Prepared = c.office.Host.Prepared()
			if d.Recovery.Folder, err = c.office.Backups.Folder(ctx); err != nil {
				return d, err
			}
			backups, err := c.office.Backups.List(ctx)
			if len(backups) > 0 {
				d.Recovery.BackupAt = instant(backups[0].At)
			}
			return d, err
		})
	handle(a, route{id: "set-network", method: http.MethodPut, path: "/api/devices/network", summary: "Let the office's computers connect, or not", access: adminOnly, host: true},
		func(ctx context.Context, c caller, input *in[NetworkSetting]) (NetworkState, error) {
			return c.office.Network.Configure(ctx, input.Body)
		})
	handle(a, route{id: "revoke-device", method: http.MethodPost, path: "/api/devices/{id}/revoke", summary: "Cut a computer off and have it wiped", access: adminOnly, host: true},
		func(ctx context.Context, c caller, input *byID) (nothing, error) {
			return nothing{}, c.office.Host.Revoke(ctx, c.viewer, input.ID)
		})
	handle(a, route{id: "list-invitations", method: http.MethodGet, path: "/api/devices/invitations", summary: "The last invitations", access: adminOnly, passive: true, host: true},
		func(ctx context.Context, c caller, _ *struct{}) (List[office.Invitation], error) {
			return list(c.office.Host.Invitations(ctx, c.viewer))
		})
	handle(a, route{id: "invite-device", method: http.MethodPost, path: "/api/devices/invitations", summary: "Invite a person's next computer", access: adminOnly, host: true},
		func(ctx context.Context, c caller, input *in[NewInvitation]) (office.Invitation, error) {
			return c.office.Host.Invite(ctx, c.viewer, input.Body.UserID)
		})
	type decide func(h *office.Host, ctx context.Context, v account.Viewer, id string) error
	for _, d := range []struct {
		id, what, summary string
		do                decide
	}{
		{"admit-device", "admit", "Let the computer in that waits behind an invitation", (*office.Host).Admit},
		{"refuse-device", "refuse", "Turn the computer away that waits behind an invitation", (*office.Host).Refuse},
		{"cancel-invitation", "cancel", "End an invitation", (*office.Host).Cancel},
	} {
		handle(a, route{id: d.id, method: http.MethodPost, path: "/api/devices/invitations/{id}/" + d.what, summary: d.summary, access: adminOnly, host: true},
			func(ctx context.Context, c caller, input *byID) (nothing, error) {
				return nothing{}, d.do(c.office.Host, ctx, c.viewer, input.ID)
			})
	}
}
