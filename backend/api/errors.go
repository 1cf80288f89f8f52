package api

import (
	"context"
	"net/http"
	"strings"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// statuses is the one table from codes to statuses. What is not here goes by its end (not_found) or by its beginning; a test
// holds every code of the sources to having a status of its own.
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
	"import.state":            http.StatusConflict,
	"import.too_large":        http.StatusRequestEntityTooLarge,
	"input.too_large":         http.StatusRequestEntityTooLarge,
	"lead.unreadable":         http.StatusUnprocessableEntity,
	"meta.not_connected":      http.StatusConflict,
	"meta.throttled":          http.StatusServiceUnavailable,
	"window.missing":          http.StatusNotFound,
}

// nouns are the statuses of all other codes that begin so.
var nouns = map[string]int{
	"access": http.StatusForbidden, "account": http.StatusConflict, "contact": http.StatusConflict, "demo": http.StatusConflict,
	"import": http.StatusUnprocessableEntity, "input": http.StatusUnprocessableEntity, "lead": http.StatusConflict,
	"meta": http.StatusBadGateway, "office": http.StatusServiceUnavailable, "data": http.StatusServiceUnavailable,
	"secret": http.StatusServiceUnavailable, "session": http.StatusUnauthorized, "setup": http.StatusConflict,
	"submission": http.StatusConflict, "undo": http.StatusConflict,
}

// statusOf is the status of a code; 500 for one that nobody has thought of.
func statusOf(code string) int {
	if status, ok := statuses[code]; ok {
		return status
	}
	noun, rest, _ := strings.Cut(code, ".")
	if rest == "not_found" {
		return http.StatusNotFound
	}
	if status, ok := nouns[noun]; ok {
		return status
	}
	return http.StatusInternalServerError
}

// sentinels are the errors of others that have a code here.
var sentinels = []struct {
	err  error
	code string
}{
	{store.ErrNothingToUndo, "undo.nothing"},
	{store.ErrChangedSince, "undo.changed_since"},
	{store.ErrDiskFull, "disk.full"},
	{store.ErrClosed, "busy"}, // the office is being closed or changed
	{context.DeadlineExceeded, "busy"},
	{context.Canceled, fault.CodeCancelled},
}
