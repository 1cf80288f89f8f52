package link

import (
	"context"
	"errors"
	"time"

	"github.com/gorilla/websocket"
	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/office/wire"
)

// JoinDeps are what Join is handed.
type JoinDeps struct {
	Invitation identity.Invitation
	Key        identity.Key // the new computer's own
	Name       string       // of the computer, for the administrator's list
	Version    string       // of the program
	Dialers    []Dialer     // as in ClientDeps
	Clock      clock.Clock
	Log        logrus.FieldLogger
	// OnDigits hears the six digits that the administrator's screen shows too: once for each connection, because each has
	// its own; "" while there is none.
	OnDigits func(digits string)
}

// joinPause is how long a computer waits before it comes again when its connection breaks.
const joinPause = 2 * time.Second

// Join shows an invitation to the host that has made it and waits until an administrator has decided. What it returns has a
// final state: office.EnrolAdmitted, or why not. Faults: host.unreachable when nobody answers the first time,
// invitation.foreign when another computer answers.
func Join(ctx context.Context, d JoinDeps) (*wire.EnrolState, error) {
	met := false
	for {
		state, err := d.once(ctx, &met)
		d.OnDigits("")
		switch {
		case err == nil:
			return state, nil
		case ctx.Err() != nil:
			return nil, fault.Wrap(ctx.Err(), fault.CodeCancelled)
		case fault.Has(err, office.CodeInvitationForeign):
			return nil, err
		case !met:
			return nil, fault.Wrap(err, office.CodeHostUnreachable)
		}
		d.Log.WithError(err).Info("joining goes on after a break")
		select {
		case <-ctx.Done():
		case <-d.Clock.After(joinPause):
		}
	}
}

// once is one connection. It ends with a final state or an error.
func (d JoinDeps) once(ctx context.Context, met *bool) (*wire.EnrolState, error) {
	w, err := opener{path: enrolPath, key: d.Key, clock: d.Clock, log: d.Log}.race(ctx, d.Dialers)
	if err != nil {
		return nil, err
	}
	if w.host != d.Invitation.Host {
		err = fault.New(office.CodeInvitationForeign)
	}
	var digits string
	if err == nil {
		digits, err = identity.Digits(w.state)
	}
	if err != nil {
		return nil, errors.Join(err, w.ws.Close())
	}
	c := newConn(w.ws, d.Clock, d.Log)
	s := &joining{}
	err = c.send(false, wire.Frame{Type: wire.TypeEnrol, Body: &wire.Enrol{
		Token: d.Invitation.Token[:], Name: d.Name, Version: d.Version,
	}})
	if err != nil {
		c.close()
		return nil, err
	}
	s.onWaiting = func() {
		*met = true
		d.OnDigits(digits)
	}
	err = c.serve(ctx, s)
	if s.final != nil {
		return s.final, nil
	}
	var closed *websocket.CloseError
	if errors.As(err, &closed) {
		err = &Problem{ProblemUnreachable, err}
	}
	return nil, err
}

// joining is the session of a computer that waits to be let in.
type joining struct {
	onWaiting func()
	final     *wire.EnrolState
}

// Handle implements session.
func (j *joining) Handle(_ context.Context, f wire.Frame) ([]wire.Frame, error) {
	switch body := f.Body.(type) {
	case *wire.EnrolState:
		if body.State == office.EnrolWaiting {
			j.onWaiting()
			return nil, nil
		}
		j.final = body
		return nil, &office.Farewell{Code: office.ByeClosing}
	case *wire.Bye:
		return nil, &office.Farewell{Code: body.Code}
	case *wire.Moved:
		return nil, nil
	}
	return nil, &office.Farewell{Code: office.ByeProtocol}
}

// Wake implements session.
func (*joining) Wake(context.Context) ([]wire.Frame, error) { return nil, nil }

// Close implements session.
func (*joining) Close() {}
