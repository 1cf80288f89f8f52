package api

import (
	"bytes"
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"sitegroup.mx/crm/backend/intake"
)

// ImportPatch says what columns are, how dates like 03/04/2026 read, and whose the prospects will be.
type ImportPatch struct {
	Columns  map[string]intake.Target `json:"columns,omitempty" doc:"Column index to target"`
	DayFirst *bool                    `json:"day_first,omitempty"`
	OwnerID  *string                  `json:"owner_id,omitempty" maxLength:"64" doc:"The seller of whoever was not known; empty shares them out by turn"`
}

type fileInput struct {
	Name    string `query:"name" maxLength:"255"`
	RawBody []byte `contentType:"application/octet-stream" required:"false"`
}

type csvFile struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (a *API) routeImports() {
	handle(a, route{id: "list-imports", method: http.MethodGet, path: "/api/imports", summary: "The last imports", access: adminOnly, passive: true, host: true},
		func(ctx context.Context, c caller, _ *struct{}) (List[intake.Import], error) {
			return list(c.office.Intake.ListImports(ctx, c.viewer))
		})
	handle(a, route{id: "preview-import", method: http.MethodPost, path: "/api/imports", summary: "Hand a file over; nothing is imported yet", access: adminOnly, maxBody: maxFile, host: true},
		func(ctx context.Context, c caller, input *fileInput) (intake.Import, error) {
			return c.office.Intake.Preview(ctx, c.viewer, input.Name, bytes.Clone(input.RawBody)) // huma uses the memory again
		})
	handle(a, route{id: "get-import", method: http.MethodGet, path: "/api/imports/{id}", summary: "An import and how far it got", access: adminOnly, passive: true, host: true},
		func(ctx context.Context, c caller, input *byID) (intake.Import, error) {
			return c.office.Intake.Import(ctx, c.viewer, input.ID)
		})
	handle(a, route{id: "map-import", method: http.MethodPatch, path: "/api/imports/{id}", summary: "Say what the columns are", access: adminOnly, host: true},
		func(ctx context.Context, c caller, input *toID[ImportPatch]) (intake.Import, error) {
			return c.office.Intake.SetMapping(ctx, c.viewer, input.ID, intake.ImportPatch(input.Body))
		})
	handle(a, route{id: "run-import", method: http.MethodPost, path: "/api/imports/{id}/run", summary: "Import", access: adminOnly, host: true},
		func(ctx context.Context, c caller, input *byID) (intake.Import, error) {
			return c.office.Intake.RunImport(ctx, c.viewer, input.ID)
		})
	handle(a, route{id: "cancel-import", method: http.MethodPost, path: "/api/imports/{id}/cancel", summary: "Stop; what was imported stays", access: adminOnly, host: true},
		func(ctx context.Context, c caller, input *byID) (intake.Import, error) {
			return c.office.Intake.CancelImport(ctx, c.viewer, input.ID)
		})
	errors := route{id: "get-import-errors", method: http.MethodGet, path: "/api/imports/{id}/errors.csv", summary: "The rows that were not imported, to put right", access: adminOnly, passive: true, host: true}
	operation := a.operation(errors)
	operation.Responses = map[string]*huma.Response{"200": {
		Description: "OK",
		Content:     map[string]*huma.MediaType{"text/csv": {Schema: &huma.Schema{Type: huma.TypeString}}},
	}}
	huma.Register(a.huma, operation, func(ctx context.Context, input *byID) (*csvFile, error) {
		c, _ := ctx.Value(callerKey{}).(caller)
		ctx, cancel := context.WithTimeout(ctx, outsideDeadline)
		defer cancel()
		var text bytes.Buffer
		if err := c.office.Intake.WriteImportErrors(ctx, c.viewer, input.ID, &text); err != nil {
			return nil, problemOf(err)
		}
		return &csvFile{ContentType: "text/csv; charset=utf-8", Disposition: `attachment; filename="errores.csv"`, Body: text.Bytes()}, nil
	})
}
