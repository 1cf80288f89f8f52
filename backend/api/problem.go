package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// Problem is every error the API answers (RFC 9457). The UI translates Code with Args; no text of an error leaves the
// program.
type Problem struct {
	Status int            `json:"status"`
	Title  string         `json:"title" doc:"The status in words"`
	Code   string         `json:"code" doc:"Stable; the UI keeps a sentence for it"`
	Field  string         `json:"field,omitempty" doc:"The input that is wrong"`
	Args   map[string]any `json:"args,omitempty" doc:"What the sentence names"`
	cause  error
}

// Error implements error.
func (p *Problem) Error() string { return p.Code }

// Unwrap returns the cause, for the log.
func (p *Problem) Unwrap() error { return p.cause }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// statuses is the one table from codes to statuses. A code that is not here is found by its beginning or its end in
// statusOf, and is a conflict otherwise: understood, and not possible as things stand.
var statuses = map[string]int{
	fault.CodeInternal:        http.StatusInternalServerError,
	fault.CodeCancelled:       http.StatusServiceUnavailable,
	"busy":                    http.StatusServiceUnavailable,
	"disk.full":               http.StatusInsufficientStorage,
	"op.refused":              http.StatusForbidden,
	"account.bad_credentials": http.StatusUnauthorized,
	"account.wait":            http.StatusTooManyRequests,
	"account.inactive":        http.StatusForbidden,
	"account.password_short":  http.StatusUnprocessableEntity,
	"import.too_large":        http.StatusRequestEntityTooLarge,
	"input.too_large":         http.StatusRequestEntityTooLarge,
	"meta.not_connected":      http.StatusConflict,
	"meta.throttled":          http.StatusServiceUnavailable,
}

func statusOf(code string) int {
	if status, ok := statuses[code]; ok {
		return status
	}
	noun, rest, _ := strings.Cut(code, ".")
	switch {
	case rest == "not_found":
		return http.StatusNotFound
	case noun == "session":
		return http.StatusUnauthorized
	case noun == "access":
		return http.StatusForbidden
	case noun == "input", noun == "import":
		return http.StatusUnprocessableEntity
	case noun == "meta":
		return http.StatusBadGateway
	}
	return http.StatusConflict
}

// storeCodes gives the store's sentinels the codes that people get.
var storeCodes = []struct {
	err  error
	code string
}{
	{store.ErrNothingToUndo, "undo.nothing"},
	{store.ErrChangedSince, "undo.changed_since"},
	{store.ErrDiskFull, "disk.full"},
	{store.ErrClosed, "setup.needed"},
	{context.DeadlineExceeded, "busy"},
	{context.Canceled, fault.CodeCancelled},
}

// problemOf makes the answer to an error.
func problemOf(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	p = &Problem{Code: fault.CodeInternal, cause: err}
	var refused *store.RefusedError
	switch f := fault.Find(err); {
	case f != nil:
		p.Code, p.Field, p.Args = f.Code, f.Field, f.Args
	case errors.As(err, &refused):
		p.Code, p.Args = "op.refused", map[string]any{"reason": refused.Reason}
	default:
		for _, s := range storeCodes {
			if errors.Is(err, s.err) {
				p.Code = s.code
				break
			}
		}
	}
	p.Status = statusOf(p.Code)
	p.Title = http.StatusText(p.Status)
	return p
}

// newProblem replaces huma's error, whose text would show people what went wrong inside. It is called for what huma itself
// refuses: bodies and parameters that do not fit their schema.
func newProblem(status int, _ string, errs ...error) huma.StatusError {
	p := &Problem{Status: status, Title: http.StatusText(status), Code: fault.CodeInternal, cause: errors.Join(errs...)}
	switch {
	case status == http.StatusRequestEntityTooLarge:
		p.Code = "input.too_large"
	case status >= 400 && status < 500:
		p.Status, p.Title, p.Code = http.StatusUnprocessableEntity, http.StatusText(http.StatusUnprocessableEntity), "input.invalid"
		p.Field = firstField(errs)
	}
	return p
}

// firstField is where the first error lies: "body.phones[0]" is the field "phones".
func firstField(errs []error) string {
	for _, err := range errs {
		var detailer huma.ErrorDetailer
		if !errors.As(err, &detailer) {
			continue
		}
		location := detailer.ErrorDetail().Location
		for _, place := range []string{"body.", "query.", "path."} {
			location = strings.TrimPrefix(location, place)
		}
		field, _, _ := strings.Cut(location, "[")
		if field != "body" {
			return field
		}
	}
	return ""
}

// sendProblem answers a problem outside huma.
func sendProblem(w http.ResponseWriter, p *Problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // a reader who left is nobody's problem
}
