package api

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sitegroup.mx/crm/backend/export"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office"
)

// ExportRequest says which list is taken away, how narrowed, as what, and why.
type ExportRequest struct {
	List      string            `json:"list" enum:"prospects,response,contacts,duplicates,activities,bin,history"`
	Form      string            `json:"form" enum:"csv,xlsx"`
	Separator string            `json:"separator,omitempty" maxLength:"1" doc:"Of a CSV file; a comma when empty"`
	Reason    string            `json:"reason" maxLength:"2000"`
	Columns   []ExportColumn    `json:"columns" minItems:"1" maxItems:"64"`
	Filter    map[string]string `json:"filter" doc:"As in the query of the list's own route"`
}

// ExportColumn is a column of the file, in the words of the screen.
type ExportColumn struct {
	Key   string            `json:"key" maxLength:"64"`
	Title string            `json:"title" maxLength:"200"`
	Words map[string]string `json:"words,omitempty" doc:"What the codes in it are called"`
}

// ExportPlace is what the file is to be called.
type ExportPlace struct {
	Name string `json:"name" maxLength:"200"`
}

func (a *API) routeExports() {
	handle(a, route{id: "begin-export", method: http.MethodPost, path: "/api/exports", summary: "Ask to take a list away as a file; it is noted", access: user},
		func(ctx context.Context, c caller, input *in[ExportRequest]) (export.Job, error) {
			r, err := c.exportRequest(ctx, input.Body)
			if err != nil {
				return export.Job{}, err
			}
			return c.office.Exports.Begin(ctx, c.viewer, r)
		})
	handle(a, route{id: "get-export", method: http.MethodGet, path: "/api/exports/{id}", summary: "How far an export of one's own has come", access: user, passive: true},
		func(_ context.Context, c caller, input *byID) (export.Job, error) {
			return c.office.Exports.State(c.viewer, input.ID)
		})
	handle(a, route{id: "cancel-export", method: http.MethodPost, path: "/api/exports/{id}/cancel", summary: "Stop; no half file is left", access: user},
		func(ctx context.Context, c caller, input *byID) (export.Job, error) {
			return c.office.Exports.Cancel(ctx, c.viewer, input.ID)
		})
	handle(a, route{id: "save-export", method: http.MethodPost, path: "/api/exports/{id}/save", summary: "Ask where to keep the file, and write it there in the background", access: user},
		func(ctx context.Context, c caller, input *toID[ExportPlace]) (export.Job, error) {
			if a.deps.Window == nil {
				return export.Job{}, fault.New(CodeWindowMissing)
			}
			return c.office.Exports.Save(ctx, c.viewer, input.ID, func(ctx context.Context) (string, error) {
				return a.deps.Window.Place(ctx, filepath.Base(input.Body.Name))
			})
		})
	a.routeExportFile()
}

// routeExportFile streams the file to a browser. The answer breaks off where the export does: half a file is never taken for one.
func (a *API) routeExportFile() {
	operation := a.operation(route{id: "get-export-file", method: http.MethodGet, path: "/api/exports/{id}/file", summary: "The file itself, once", access: user})
	operation.Responses = map[string]*huma.Response{"200": {
		Description: "OK",
		Content:     map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}},
	}}
	huma.Register(a.huma, operation, func(ctx context.Context, input *byID) (*huma.StreamResponse, error) {
		c, _ := ctx.Value(callerKey{}).(caller)
		if _, err := c.office.Exports.State(c.viewer, input.ID); err != nil {
			return nil, problemOf(err)
		}
		return &huma.StreamResponse{Body: func(hc huma.Context) { a.streamExport(hc, c, input.ID) }}, nil
	})
}

func (a *API) streamExport(hc huma.Context, c caller, id string) {
	w := &lateWriter{begin: func() {
		hc.SetHeader("Content-Type", "application/octet-stream")
		hc.SetStatus(http.StatusOK)
	}, to: hc.BodyWriter()}
	err := c.office.Exports.Stream(hc.Context(), c.viewer, id, w)
	if err == nil {
		return
	}
	if out, ok := hc.BodyWriter().(http.ResponseWriter); ok && !w.begun {
		p := problemOf(err)
		a.explain(hc.Operation().OperationID, p)
		sendProblem(out, p)
		return
	}
	a.log.WithField("code", fault.Code(err)).Info("an export broke off")
	panic(http.ErrAbortHandler) // the only way to tell a reader who has got something already
}

// lateWriter begins an answer with its first byte, so that what fails before it can still say why.
type lateWriter struct {
	begin func()
	begun bool
	to    interface{ Write([]byte) (int, error) }
}

// Write implements io.Writer.
func (w *lateWriter) Write(b []byte) (int, error) {
	if !w.begun {
		w.begun = true
		w.begin()
	}
	return w.to.Write(b)
}

// exportRequest makes the request of an export of what was asked for.
func (c caller) exportRequest(ctx context.Context, r ExportRequest) (export.Request, error) {
	source, known := c.office.exportLists()[r.List]
	if !known {
		return export.Request{}, fault.Invalid("list", CodeInputInvalid)
	}
	info, err := office.ReadInfo(ctx, c.office.Store)
	if err != nil {
		return export.Request{}, err
	}
	zone, err := time.LoadLocation(info.Timezone)
	if err != nil {
		return export.Request{}, fmt.Errorf("read time zone: %w", err)
	}
	heads := make([]export.Head, len(r.Columns))
	for i, column := range r.Columns {
		heads[i] = export.Head(column)
	}
	return export.Request{
		Source: source, Form: r.Form, Separator: r.Separator, Reason: r.Reason, Heads: heads, Filter: r.Filter, Zone: zone,
	}, nil
}
