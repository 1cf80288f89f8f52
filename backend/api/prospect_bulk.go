package api

import (
	"context"
	"net/http"

	"sitegroup.mx/crm/backend/crm"
)

// BulkChange does the same to many prospects.
type BulkChange struct {
	IDs         []string `json:"ids" maxItems:"500"`
	StageID     *string  `json:"stage_id,omitempty"`
	StageReason *string  `json:"stage_reason,omitempty"`
	Status      *string  `json:"status,omitempty"`
	Temperature *string  `json:"temperature,omitempty"`
	ReasonID    *string  `json:"reason_id,omitempty"`
	OwnerID     *string  `json:"owner_id,omitempty" doc:"Administrators only; empty returns them to the tray"`
	OwnerReason *string  `json:"owner_reason,omitempty"`
	AddTags     []string `json:"add_tags,omitempty" maxItems:"50"`
	RemoveTags  []string `json:"remove_tags,omitempty" maxItems:"50"`
	Delete      bool     `json:"delete,omitempty" doc:"Administrators only: into the bin"`
}

func (a *API) routeBulk() {
	handle(a, route{id: "change-prospects", method: http.MethodPost, path: "/api/prospects/changes", summary: "Do the same to up to 500, in one transaction", access: user},
		func(ctx context.Context, c caller, input *in[BulkChange]) (crm.BulkResult, error) {
			b := input.Body
			return c.office.CRM.ChangeProspects(ctx, c.viewer, b.IDs, crm.BulkChange{
				ProspectPatch: crm.ProspectPatch{
					StageID: b.StageID, StageReason: b.StageReason, Status: b.Status, Temperature: b.Temperature, ReasonID: b.ReasonID,
					OwnerID: b.OwnerID, OwnerReason: b.OwnerReason,
				},
				AddTags: b.AddTags, RemoveTags: b.RemoveTags, Delete: b.Delete,
			})
		})
	handle(a, route{id: "delete-prospect", method: http.MethodDelete, path: "/api/prospects/{id}", summary: "Into the bin", access: adminOnly},
		func(ctx context.Context, c caller, input *byID) (crm.Change, error) {
			return c.office.CRM.DeleteProspect(ctx, c.viewer, input.ID)
		})
	handle(a, route{id: "list-bin", method: http.MethodGet, path: "/api/bin", summary: "Deleted prospects that can be restored", access: adminOnly, passive: true},
		func(ctx context.Context, c caller, _ *struct{}) (List[crm.Deleted], error) {
			return list(c.office.CRM.Bin(ctx, c.viewer))
		})
	handle(a, route{id: "restore-prospect", method: http.MethodPost, path: "/api/bin/{id}/restore", summary: "Out of the bin", access: adminOnly},
		func(ctx context.Context, c caller, input *byID) (crm.Restored, error) {
			return c.office.CRM.RestoreProspect(ctx, c.viewer, input.ID)
		})
}
