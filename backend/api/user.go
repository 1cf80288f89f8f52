package api

import (
	"context"
	"net/http"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/crm"
)

// Changed is the answer of a change: the transaction that an undo names, "" when there is nothing to undo.
type Changed struct {
	TxID string `json:"tx_id"`
}

// List is a list that comes whole.
type List[T any] struct {
	Items []T `json:"items"`
}

func list[T any](items []T, err error) (List[T], error) {
	if items == nil {
		items = []T{}
	}
	return List[T]{Items: items}, err
}

// NewUser is an account to make.
type NewUser struct {
	Login    string `json:"login" maxLength:"64"`
	Name     string `json:"name" maxLength:"200"`
	Role     string `json:"role" enum:"admin,seller"`
	Password string `json:"password" maxLength:"1024"`
}

// UserPatch changes what it names.
type UserPatch struct {
	Name      *string `json:"name,omitempty" maxLength:"200"`
	Role      *string `json:"role,omitempty" enum:"admin,seller"`
	Active    *bool   `json:"active,omitempty"`
	Paused    *bool   `json:"paused,omitempty" doc:"Takes no turns"`
	CanExport *bool   `json:"can_export,omitempty" doc:"May take lists away as files"`
}

// CreatedUser is a new account. There is nothing to undo: an account is deactivated, not unmade.
type CreatedUser struct {
	account.User
	Changed
}

// Paged asks for a page of a list.
type Paged struct {
	Cursor string `query:"cursor" maxLength:"2048"`
	Limit  int    `query:"limit" minimum:"0" maximum:"200"`
}

// PassOn gives a seller's open prospects away.
type PassOn struct {
	OwnerID string `json:"owner_id" maxLength:"64" doc:"Empty puts them into the tray"`
	ByTurn  bool   `json:"by_turn" doc:"To whose turn it is"`
	Reason  string `json:"reason" maxLength:"2000"`
}

// OpenProspects counts what somebody has to look after.
type OpenProspects struct {
	Open int `json:"open" doc:"Attended ones included; at most 10,000"`
}

func (a *API) routeUsers() {
	handle(a, route{id: "list-users", method: http.MethodGet, path: "/api/users", summary: "Users; a seller sees only themself", access: user, passive: true},
		func(ctx context.Context, c caller, _ *struct{}) (List[account.User], error) {
			return list(c.office.Accounts.ListUsers(ctx, c.viewer))
		})
	handle(a, route{id: "create-user", method: http.MethodPost, path: "/api/users", summary: "Create a user", access: adminOnly, host: true},
		func(ctx context.Context, c caller, input *in[NewUser]) (CreatedUser, error) {
			n := input.Body
			u, err := c.office.Accounts.CreateUser(ctx, c.viewer, account.NewUser{
				Login: n.Login, Name: n.Name, Role: account.Role(n.Role), Password: n.Password,
			})
			return CreatedUser{User: u}, err
		})
	handle(a, route{id: "update-user", method: http.MethodPatch, path: "/api/users/{id}", summary: "Change, pause, deactivate or reactivate a user", access: adminOnly, host: true},
		func(ctx context.Context, c caller, input *toID[UserPatch]) (Changed, error) {
			p := account.UserPatch{Name: input.Body.Name, Active: input.Body.Active, Paused: input.Body.Paused, CanExport: input.Body.CanExport}
			if input.Body.Role != nil {
				role := account.Role(*input.Body.Role)
				p.Role = &role
			}
			_, txID, err := c.office.Accounts.UpdateUser(ctx, c.viewer, input.ID, p)
			return Changed{txID}, err
		})
	handle(a, route{id: "count-open-prospects", method: http.MethodGet, path: "/api/users/{id}/prospects", summary: "Open prospects of a user", access: adminOnly, passive: true},
		func(ctx context.Context, c caller, input *byID) (OpenProspects, error) {
			open, err := c.office.CRM.Open(ctx, c.viewer, input.ID)
			return OpenProspects{open}, err
		})
	handle(a, route{id: "pass-on-prospects", method: http.MethodPost, path: "/api/users/{id}/prospects/pass-on", summary: "Give all open prospects of a user to others, in one transaction", access: adminOnly},
		func(ctx context.Context, c caller, input *toID[PassOn]) (crm.PassedOn, error) {
			p := input.Body
			return c.office.CRM.PassOn(ctx, c.viewer, input.ID, crm.PassOn{OwnerID: p.OwnerID, ByTurn: p.ByTurn, Reason: p.Reason})
		})
	handle(a, route{id: "reset-password", method: http.MethodPut, path: "/api/users/{id}/password", summary: "Give a user a new password", access: adminOnly, host: true},
		func(ctx context.Context, c caller, input *toID[Password]) (Changed, error) {
			return Changed{}, c.office.Accounts.ResetPassword(ctx, c.viewer, input.ID, input.Body.Password)
		})
	handle(a, route{id: "list-audit", method: http.MethodGet, path: "/api/audit", summary: "Who did what", access: adminOnly, passive: true, host: true},
		func(ctx context.Context, c caller, input *Paged) (account.AuditPage, error) {
			return c.office.Accounts.ListAudit(ctx, c.viewer, input.Cursor, input.Limit)
		})
}
