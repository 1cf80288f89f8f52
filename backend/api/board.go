package api

import (
	"context"
	"net/http"

	"sitegroup.mx/crm/backend/crm"
)

// BoardQuery narrows the board as ProspectQuery does the list.
type BoardQuery struct {
	Q           string `query:"q" maxLength:"200"`
	Seller      string `query:"seller" maxLength:"64" doc:"A user id, or none"`
	Temperature string `query:"temperature" maxLength:"32"`
	Form        string `query:"form" maxLength:"64"`
	Open        string `query:"open" enum:"true,false,all"`
}

// WordName is what a stage or a reason is called.
type WordName struct {
	Name string `json:"name" maxLength:"500"`
}

// StagePatch changes what it names.
type StagePatch struct {
	Name     *string   `json:"name,omitempty" maxLength:"500"`
	Requires *[]string `json:"requires,omitempty" maxItems:"20" doc:"What a prospect must have before it moves on to here"`
}

// WordOrder is an order of stages or reasons by their ids.
type WordOrder struct {
	IDs []string `json:"ids" maxItems:"200"`
}

// StageEnd says where the prospects of a stage go that is archived.
type StageEnd struct {
	To string `json:"to,omitempty" maxLength:"64" doc:"Another stage; needed when somebody is in it"`
}

// Why is the reason that a person gives for something.
type Why struct {
	Why string `json:"why"`
}

func (a *API) routeBoard() {
	handle(a, route{id: "get-board", method: http.MethodGet, path: "/api/board", summary: "Stages with how many prospects stand in each; a column's cards are a list of prospects", access: user, passive: true},
		func(ctx context.Context, c caller, q *BoardQuery) (crm.Board, error) {
			return c.office.CRM.Board(ctx, c.viewer, crm.BoardFilter{Query: q.Q, Seller: q.Seller, Temperature: q.Temperature, Form: q.Form, Open: q.Open})
		})
	handle(a, route{id: "lift-opposition", method: http.MethodPost, path: "/api/contacts/{id}/opposition/lift", summary: "Let a person be contacted again", access: adminOnly},
		func(ctx context.Context, c caller, input *toID[Why]) (crm.Change, error) {
			return c.office.CRM.LiftOpposition(ctx, c.viewer, input.ID, input.Body.Why)
		})
	a.routeStages()
	a.routeReasons()
}

func (a *API) routeStages() {
	handle(a, route{id: "get-pipeline", method: http.MethodGet, path: "/api/pipeline", summary: "Stages and reasons as they are arranged", access: adminOnly, passive: true},
		func(ctx context.Context, c caller, _ *struct{}) (crm.Pipeline, error) {
			return c.office.CRM.Pipeline(ctx, c.viewer)
		})
	handle(a, route{id: "add-stage", method: http.MethodPost, path: "/api/stages", summary: "Add a stage", access: adminOnly},
		func(ctx context.Context, c caller, input *in[WordName]) (crm.Created, error) {
			return c.office.CRM.AddStage(ctx, c.viewer, input.Body.Name)
		})
	handle(a, route{id: "order-stages", method: http.MethodPut, path: "/api/stages", summary: "Put the stages into an order", access: adminOnly},
		func(ctx context.Context, c caller, input *in[WordOrder]) (crm.Change, error) {
			return c.office.CRM.OrderStages(ctx, c.viewer, input.Body.IDs)
		})
	handle(a, route{id: "update-stage", method: http.MethodPatch, path: "/api/stages/{id}", summary: "Rename a stage, or say what it requires", access: adminOnly},
		func(ctx context.Context, c caller, input *toID[StagePatch]) (crm.Change, error) {
			return c.office.CRM.UpdateStage(ctx, c.viewer, input.ID, crm.StagePatch(input.Body))
		})
	handle(a, route{id: "archive-stage", method: http.MethodPost, path: "/api/stages/{id}/archive", summary: "Put a stage away and move its prospects", access: adminOnly},
		func(ctx context.Context, c caller, input *toID[StageEnd]) (crm.Change, error) {
			return c.office.CRM.ArchiveStage(ctx, c.viewer, input.ID, input.Body.To)
		})
	handle(a, route{id: "restore-stage", method: http.MethodPost, path: "/api/stages/{id}/restore", summary: "Use an archived stage again", access: adminOnly},
		func(ctx context.Context, c caller, input *byID) (crm.Change, error) {
			return c.office.CRM.RestoreStage(ctx, c.viewer, input.ID)
		})
}

func (a *API) routeReasons() {
	handle(a, route{id: "add-reason", method: http.MethodPost, path: "/api/reasons", summary: "Add a reason to discard", access: adminOnly},
		func(ctx context.Context, c caller, input *in[WordName]) (crm.Created, error) {
			return c.office.CRM.AddReason(ctx, c.viewer, input.Body.Name)
		})
	handle(a, route{id: "order-reasons", method: http.MethodPut, path: "/api/reasons", summary: "Put the reasons into an order", access: adminOnly},
		func(ctx context.Context, c caller, input *in[WordOrder]) (crm.Change, error) {
			return c.office.CRM.OrderReasons(ctx, c.viewer, input.Body.IDs)
		})
	handle(a, route{id: "rename-reason", method: http.MethodPatch, path: "/api/reasons/{id}", summary: "Rename a reason", access: adminOnly},
		func(ctx context.Context, c caller, input *toID[WordName]) (crm.Change, error) {
			return c.office.CRM.RenameReason(ctx, c.viewer, input.ID, input.Body.Name)
		})
	handle(a, route{id: "archive-reason", method: http.MethodPost, path: "/api/reasons/{id}/archive", summary: "Put a reason away", access: adminOnly},
		func(ctx context.Context, c caller, input *byID) (crm.Change, error) {
			return c.office.CRM.ArchiveReason(ctx, c.viewer, input.ID)
		})
	handle(a, route{id: "restore-reason", method: http.MethodPost, path: "/api/reasons/{id}/restore", summary: "Use an archived reason again", access: adminOnly},
		func(ctx context.Context, c caller, input *byID) (crm.Change, error) {
			return c.office.CRM.RestoreReason(ctx, c.viewer, input.ID)
		})
}
