package api

import (
	"context"
	"net/http"
	"strings"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// Codes of this package's own problems.
const (
	CodeBusy          = "busy"               // the program is closing, or a deadline has passed
	CodeDiskFull      = "disk.full"          //
	CodeInputInvalid  = "input.invalid"      //
	CodeInputRequired = "input.required"     //
	CodeInputTooLarge = "input.too_large"    // the body as a whole
	CodeInputTooLong  = "input.too_long"     // argument max, in characters
	CodeMemberLocked  = "member.locked"      // without contact with the host for too long
	CodeOpRefused     = "op.refused"         // by office.Decide; argument reason
	CodeRouteNotFound = "route.not_found"    //
	CodeSetupNeeded   = "setup.needed"       // there is no office yet
	CodeUndoChanged   = "undo.changed_since" //
	CodeUndoNothing   = "undo.nothing"       //
	CodeWindowMissing = "window.missing"     // only the desktop window can do that
)

// statuses is the one table from codes to statuses. What is not here goes by its end (not_found) or by its beginning; a test
// holds every code of the sources to having a status of its own.
var statuses = map[string]int{
	fault.CodeInternal:        http.StatusInternalServerError,
	fault.CodeCancelled:       http.StatusServiceUnavailable,
	CodeBusy:                  http.StatusServiceUnavailable,
	CodeDiskFull:              http.StatusInsufficientStorage,
	CodeOpRefused:             http.StatusForbidden,
	"account.bad_credentials": http.StatusUnauthorized,
	"account.wait":            http.StatusTooManyRequests,
	"account.inactive":        http.StatusForbidden,
	"account.password_short":  http.StatusUnprocessableEntity,
	"contact.admin_lifts":     http.StatusForbidden,
	"stage.requirement":       http.StatusUnprocessableEntity,
	"import.state":            http.StatusConflict,
	"import.too_large":        http.StatusRequestEntityTooLarge,
	CodeInputTooLarge:         http.StatusRequestEntityTooLarge,
	"lead.unreadable":         http.StatusUnprocessableEntity,
	"meta.not_connected":      http.StatusConflict,
	"host.call_too_large":     http.StatusRequestEntityTooLarge,
	"invitation.malformed":    http.StatusUnprocessableEntity,
	"invitation.mistyped":     http.StatusUnprocessableEntity,
	"invitation.newer":        http.StatusUnprocessableEntity,
	"relay.bad_address":       http.StatusUnprocessableEntity,
	"recovery.malformed":      http.StatusUnprocessableEntity,
	"recovery.mistyped":       http.StatusUnprocessableEntity,
	"recovery.wrong_code":     http.StatusUnprocessableEntity,
	"recovery.folder_missing": http.StatusUnprocessableEntity,
	"recovery.damaged":        http.StatusUnprocessableEntity,
	"merge.same":              http.StatusUnprocessableEntity,
	"merge.seller_needed":     http.StatusUnprocessableEntity,
	"merge.reach_unknown":     http.StatusUnprocessableEntity,
	"meta.throttled":          http.StatusServiceUnavailable,
	CodeWindowMissing:         http.StatusNotFound,
	"export.not_allowed":      http.StatusForbidden,
	"export.too_many":         http.StatusUnprocessableEntity,
	"export.folder":           http.StatusUnprocessableEntity,
	"history.not_restorable":  http.StatusUnprocessableEntity,
}

// nouns are the statuses of all other codes that begin so.
var nouns = map[string]int{
	"activity": http.StatusConflict, "agenda": http.StatusConflict,
	"access": http.StatusForbidden, "account": http.StatusConflict, "contact": http.StatusConflict, "demo": http.StatusConflict,
	"import": http.StatusUnprocessableEntity, "input": http.StatusUnprocessableEntity, "lead": http.StatusConflict,
	"meta": http.StatusBadGateway, "office": http.StatusServiceUnavailable, "data": http.StatusServiceUnavailable,
	"stage": http.StatusConflict, "reason": http.StatusConflict, "word": http.StatusConflict,
	"secret": http.StatusServiceUnavailable, "session": http.StatusUnauthorized, "setup": http.StatusConflict,
	"network": http.StatusConflict, "submission": http.StatusConflict, "undo": http.StatusConflict,
	"certificate": http.StatusBadGateway, "connection": http.StatusBadGateway, "membership": http.StatusBadGateway,
	"device": http.StatusConflict, "host": http.StatusServiceUnavailable, "invitation": http.StatusConflict,
	"handover": http.StatusConflict, "member": http.StatusConflict, "recovery": http.StatusConflict, "refusal": http.StatusConflict,
	"relay": http.StatusConflict, "tag": http.StatusConflict, "view": http.StatusConflict, "bulk": http.StatusUnprocessableEntity,
	"template": http.StatusUnprocessableEntity,
	"history":  http.StatusConflict, "export": http.StatusConflict,
	"merge": http.StatusConflict,
	"hours": http.StatusUnprocessableEntity, "turns": http.StatusUnprocessableEntity, "absence": http.StatusUnprocessableEntity,
	"holiday": http.StatusConflict, "group": http.StatusConflict, "rule": http.StatusConflict,
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
	{store.ErrNothingToUndo, CodeUndoNothing},
	{store.ErrChangedSince, CodeUndoChanged},
	{store.ErrDiskFull, CodeDiskFull},
	{store.ErrClosed, CodeBusy}, // the office is being closed or changed
	{context.DeadlineExceeded, CodeBusy},
	{context.Canceled, fault.CodeCancelled},
}
