package api

import (
	"context"
	"net/http"

	"sitegroup.mx/crm/backend/recovery"
)

// RecoveryCode is the office's last resort, on paper and nowhere else.
type RecoveryCode struct {
	Code string `json:"code" maxLength:"200"`
}

// Backups is what there is for the day on which the host is gone.
type Backups struct {
	Prepared    bool              `json:"prepared" doc:"There is a recovery code; without it there are no backups"`
	Backups     []recovery.Backup `json:"backups"`
	Folder      string            `json:"folder" doc:"Where a copy of each goes, empty for nowhere"`
	LastProblem string            `json:"last_problem" doc:"Code of why the last backup, or its copy, failed"`
}

// BackupFolder is a folder of the host's.
type BackupFolder struct {
	Path string `json:"path" maxLength:"1000"`
}

func (a *API) routeRecovery() {
	handle(a, route{id: "get-recovery", method: http.MethodGet, path: "/api/recovery", summary: "Backups", access: adminOnly, passive: true, host: true},
		func(ctx context.Context, c caller, _ *struct{}) (Backups, error) { return backups(ctx, c.office) })
	handle(a, route{id: "new-recovery-code", method: http.MethodPost, path: "/api/recovery/code", summary: "Make the recovery code; it counts once it was typed back", access: adminOnly, host: true},
		func(ctx context.Context, c caller, _ *struct{}) (RecoveryCode, error) {
			code, err := c.office.Host.NewCode(ctx, c.viewer)
			return RecoveryCode{string(code)}, err
		})
	handle(a, route{id: "confirm-recovery-code", method: http.MethodPost, path: "/api/recovery/code/confirm", summary: "Type the recovery code back", access: adminOnly, host: true},
		func(ctx context.Context, c caller, input *in[RecoveryCode]) (nothing, error) {
			return nothing{}, c.office.Host.ConfirmCode(ctx, c.viewer, input.Body.Code)
		})
	handle(a, route{id: "set-backup-folder", method: http.MethodPut, path: "/api/recovery/folder", summary: "Where copies of backups go", access: adminOnly, host: true},
		func(ctx context.Context, c caller, input *in[BackupFolder]) (Backups, error) {
			if err := c.office.Backups.SetFolder(ctx, input.Body.Path); err != nil {
				return Backups{}, err
			}
			return backups(ctx, c.office)
		})
	handle(a, route{id: "back-up", method: http.MethodPost, path: "/api/recovery/backup", summary: "Back up now", access: adminOnly, host: true},
		func(ctx context.Context, c caller, _ *struct{}) (recovery.Backup, error) {
			return c.office.Backups.Now(ctx)
		})
}

func backups(ctx context.Context, o *Office) (b Backups, err error) {
	b = Backups{Prepared: o.Host.Prepared(), LastProblem: o.Backups.Problem(), Backups: []recovery.Backup{}}
	if b.Folder, err = o.Backups.Folder(ctx); err != nil {
		return b, err
	}
	all, err := o.Backups.List(ctx)
	b.Backups = append(b.Backups, all...)
	return b, err
}
