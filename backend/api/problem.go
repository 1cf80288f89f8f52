package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/sirupsen/logrus"

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
	Trace  string         `json:"trace,omitempty" doc:"Finds the line in the program's log"`
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

func newProblemOf(code string, cause error) *Problem {
	status := statusOf(code)
	return &Problem{Status: status, Title: http.StatusText(status), Code: code, cause: cause}
}

// problemOf makes the answer to an error.
func problemOf(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	if f := fault.Find(err); f != nil {
		p = newProblemOf(f.Code, err)
		p.Field, p.Args = f.Field, f.Args
		return p
	}
	var refused *store.RefusedError
	if errors.As(err, &refused) {
		p = newProblemOf(CodeOpRefused, err)
		p.Args = map[string]any{"reason": refused.Reason}
		return p
	}
	for _, s := range sentinels {
		if errors.Is(err, s.err) {
			return newProblemOf(s.code, err)
		}
	}
	return newProblemOf(fault.CodeInternal, err)
}

// newProblem replaces huma's error, whose text would show people what went wrong inside. It is called for what huma itself
// refuses: bodies and parameters that do not fit their schema.
func newProblem(status int, _ string, errs ...error) huma.StatusError {
	cause := errors.Join(errs...)
	switch {
	case status == http.StatusRequestEntityTooLarge:
		return newProblemOf(CodeInputTooLarge, cause)
	case status == http.StatusRequestTimeout:
		return newProblemOf(CodeBusy, cause)
	case status < 400 || status >= 500:
		return newProblemOf(fault.CodeInternal, cause)
	}
	for _, err := range errs {
		var detailer huma.ErrorDetailer
		if errors.As(err, &detailer) {
			return inputProblem(detailer.ErrorDetail(), cause)
		}
	}
	return newProblemOf(CodeInputInvalid, cause)
}

// inputProblem says in our codes what huma found wrong with an input. huma's own words say which of three things it is.
func inputProblem(d *huma.ErrorDetail, cause error) *Problem {
	p := newProblemOf(CodeInputInvalid, cause)
	var longest int
	var missing string
	if n, _ := fmt.Sscanf(d.Message, "expected length <= %d", &longest); n == 1 {
		p.Code, p.Args = CodeInputTooLong, map[string]any{"max": longest}
	} else if n, _ := fmt.Sscanf(d.Message, "expected required property %s to be present", &missing); n == 1 {
		p.Code = CodeInputRequired
	}
	p.Field = fieldAt(d.Location)
	if missing != "" {
		p.Field = strings.TrimPrefix(p.Field+"."+missing, ".")
	}
	return p
}

// fieldAt is the input at a place: "body.admin.login" is "admin.login", "body.phones[0]" is "phones", "query.sort" is "sort".
func fieldAt(location string) string {
	_, field, _ := strings.Cut(location, ".")
	field, _, _ = strings.Cut(field, "[")
	return field
}

// explain logs a problem that is not the caller's: with a trace that the answer names, where the program itself has failed.
func (a *API) explain(operation string, p *Problem) {
	if p.Status < http.StatusInternalServerError || p.cause == nil {
		return
	}
	line := a.log.WithError(p.cause).WithFields(logrus.Fields{"operation": operation, "code": p.Code})
	if p.Code != fault.CodeInternal {
		line.Info("request was refused from outside")
		return
	}
	p.Trace = a.newTrace()
	line.WithField("trace", p.Trace).Error("request failed")
}

// newTrace is the random end of an id: short enough to be read out on the phone.
func (a *API) newTrace() string {
	id := a.deps.Clock.NewID()
	return id[len(id)-8:]
}

// trace implements huma.Transformer: every problem passes here on its way out, also those that huma makes.
func (a *API) trace(hc huma.Context, _ string, answer any) (any, error) {
	if p, ok := answer.(*Problem); ok {
		a.explain(hc.Operation().OperationID, p)
	}
	return answer, nil
}

// sendProblem answers a problem outside huma.
func sendProblem(w http.ResponseWriter, p *Problem) {
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // a reader who left is nobody's problem
}
