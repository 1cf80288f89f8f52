package office

import (
	"errors"
	"fmt"

	"sitegroup.mx/crm/backend/office/wire"
)

// Codes of a farewell. They are final: both sides show a person a sentence for each.
const (
	ByeSlow           = "slow"            // more than the other side takes
	ByeProtocol       = "protocol"        // a frame that makes no sense here
	ByeVersion        = "version"         // no protocol that both know
	ByeUnknownDevice  = "unknown_device"  // not, or no longer, a computer of this office
	ByeUserInactive   = "user_inactive"   // its user's account is switched off
	ByeSupersededHost = "superseded_host" // another computer is the host now
	ByeNotHost        = "not_host"        // no host of this office
	ByeBusy           = "busy"            // another connection of the same computer has taken over
	ByeClosing        = "closing"         // the other side stops, or cannot write
	ByeWiped          = "wiped"           // said by a member: nothing is left here
)

// Farewell is why a session ends. The frames that were returned with it are still sent, then Bye(err), then the connection
// is closed.
type Farewell struct {
	Code string // a constant ByeXxx
	Err  error  // the cause, for the log; nil when the code says it all
}

// Error implements error. It holds codes and ids, never values.
func (f *Farewell) Error() string {
	if f.Err == nil {
		return "office: session ended: " + f.Code
	}
	return fmt.Sprintf("office: session ended: %s: %v", f.Code, f.Err)
}

// Unwrap returns the cause.
func (f *Farewell) Unwrap() error { return f.Err }

// Bye returns the last frame of a session that ended with err. What is no Farewell is this side's own trouble, of which
// the other side is told nothing.
func Bye(err error) wire.Frame {
	code := ByeClosing
	var f *Farewell
	if errors.As(err, &f) {
		code = f.Code
	}
	return frame(&wire.Bye{Code: code})
}

// farewell ends a session.
func farewell(code string) error { return &Farewell{Code: code} }

// breach ends a session over what no honest program of ours sends.
func breach(code, format string, args ...any) error {
	return &Farewell{Code: code, Err: &breachError{fmt.Sprintf(format, args...)}}
}

// slow ends a session over more than the host takes at once, which an honest computer may ask for after weeks away or
// when it begins again: it comes back later.
func slow(format string, args ...any) error {
	return &Farewell{Code: ByeSlow, Err: fmt.Errorf("office: "+format, args...)}
}

// breachError is what the other side has done that it should not have. It goes to the audit trail.
type breachError struct{ text string }

func (e *breachError) Error() string { return e.text }

func frame(body any) wire.Frame { return wire.Frame{Type: typeOf(body), Body: body} }

func typeOf(body any) wire.Type {
	switch body.(type) {
	case *wire.Hello:
		return wire.TypeHello
	case *wire.Push:
		return wire.TypePush
	case *wire.Pull:
		return wire.TypePull
	case *wire.PageChunk:
		return wire.TypePageChunk
	case *wire.Reset:
		return wire.TypeReset
	case *wire.Poke:
		return wire.TypePoke
	case *wire.Members:
		return wire.TypeMembers
	case *wire.Moved:
		return wire.TypeMoved
	case *wire.Wipe:
		return wire.TypeWipe
	case *wire.Restarting:
		return wire.TypeRestarting
	case *wire.Bye:
		return wire.TypeBye
	case *wire.Credential:
		return wire.TypeCredential
	case *wire.Call:
		return wire.TypeCall
	case *wire.Reply:
		return wire.TypeReply
	case *wire.Enrol:
		return wire.TypeEnrol
	case *wire.EnrolState:
		return wire.TypeEnrolState
	case *wire.Ack:
		return wire.TypeAck
	}
	return 0
}
