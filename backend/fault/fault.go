// Package fault holds the one error type that crosses package borders: a stable code for programs, arguments for the
// sentence the UI builds from it, and the cause for the log. It holds no sentences and knows no other package of ours.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Codes that any package may return; every other code is dotted and starts with its package's noun ("prospect.not_found").
const (
	// CodeInternal stands for every error that carries no code of its own. Its text never reaches a person.
	CodeInternal = "internal"
	// CodeCancelled is an error caused by the caller going away or by a deadline.
	CodeCancelled = "cancelled"
)

// Error is a failure a person or a program can act on.
type Error struct {
	// Code is dotted, lower-case and final: once released its meaning never changes.
	Code string
	// Field names the input that is wrong, as the API spells it; empty when none is.
	Field string
	// Args fill the sentence that the UI keeps for Code. They hold no secrets and no personal data.
	Args map[string]any
	// Err is the cause, for the log only.
	Err error
}

// New makes an Error from a code and pairs of argument names and values.
func New(code string, pairs ...any) *Error {
	return &Error{Code: code, Args: args(pairs)}
}

// Invalid makes an Error about one input field.
func Invalid(field, code string, pairs ...any) *Error {
	return &Error{Code: code, Field: field, Args: args(pairs)}
}

// Wrap gives err a code. It returns an untyped nil when err is nil, so that "return fault.Wrap(err, …)" is safe.
func Wrap(err error, code string, pairs ...any) error {
	if err == nil {
		return nil
	}
	return &Error{Code: code, Args: args(pairs), Err: err}
}

// Error implements error: the code, the field and the cause.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Code)
	if e.Field != "" {
		b.WriteString(" (" + e.Field + ")")
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is an Error with the same code, so that errors.Is works against fault.New(code).
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error) //nolint:errorlint // errors.Is has already unwrapped it
	return ok && t.Code == e.Code
}

// Code returns the code of the outermost Error in err's chain, CodeInternal when there is none, and "" for nil.
func Code(err error) string {
	if err == nil {
		return ""
	}
	if e := Find(err); e != nil {
		return e.Code
	}
	return CodeInternal
}

// Find returns the outermost Error in err's chain, or nil.
func Find(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// Has reports whether err's chain holds an Error with this code.
func Has(err error, code string) bool { return errors.Is(err, &Error{Code: code}) }

func args(pairs []any) map[string]any {
	if len(pairs) == 0 {
		return nil
	}
	if len(pairs)%2 != 0 {
		panic("fault: arguments come in pairs of name and value")
	}
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		m[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return m
}
