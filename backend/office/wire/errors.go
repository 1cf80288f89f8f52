package wire

import (
	"errors"
	"fmt"
)

// Reasons why bytes or frames are refused. Errors of this package wrap one of them, or are a *ValueError.
var (
	ErrMalformed = errors.New("wire: malformed")
	ErrTooLarge  = errors.New("wire: too large")
	ErrUnknown   = errors.New("wire: unknown type of frame")
	ErrVersion   = errors.New("wire: no protocol in common")
)

// ValueError says that one value cannot travel. It holds ids and sizes, never the value.
type ValueError struct {
	Tx, Op [16]byte // of a Push; zero in a page
	Place  string   // "entity.column" of a page, "entity.field" of a Push
	Size   int      // bytes
	Reason string   // ReasonTooLong or ReasonNotText
}

// Reasons of a ValueError.
const (
	ReasonTooLong = "too_long" // more than MaxValue
	ReasonNotText = "not_text" // not UTF-8, or of a type that does not travel
)

// Error implements error.
func (e *ValueError) Error() string {
	return fmt.Sprintf("wire: value of %s cannot travel: %s (%d bytes)", e.Place, e.Reason, e.Size)
}
