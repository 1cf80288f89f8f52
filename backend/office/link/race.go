package link

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"

	"github.com/gorilla/websocket"
	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/office/identity"
)

// wayStagger is how long a way has before the next is tried beside it.
const wayStagger = 500 * time.Millisecond

// way is an open connection to the host.
type way struct {
	dialer Dialer
	raw    net.Conn
	ws     *websocket.Conn
	state  tls.ConnectionState
	host   string // device id of the other end
}

// opener opens connections.
type opener struct {
	path  string
	key   identity.Key
	clock clock.Clock
	log   logrus.FieldLogger
}

// open tries one way.
func (o opener) open(ctx context.Context, d Dialer) (*way, error) {
	raw, err := d.Dial(ctx)
	if err != nil {
		return nil, err
	}
	ws, state, err := open(ctx, raw, o.path, o.key, o.clock)
	if err != nil {
		o.log.WithError(err).WithField("path", d.Name()).Debug("no session with the host")
		return nil, &Problem{ProblemUnreachable, err}
	}
	host, err := peerOf(state)
	if err != nil {
		return nil, errors.Join(err, ws.Close())
	}
	return &way{dialer: d, raw: raw, ws: ws, state: state, host: host}, nil
}

// race tries the ways, each a moment after the one before or when that has failed, and keeps the first that is open. The
// error is that of the first way.
func (o opener) race(ctx context.Context, dialers []Dialer) (*way, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type result struct {
		way   *way
		err   error
		first bool
	}
	results := make(chan result)
	try := func(i int) {
		w, err := o.open(ctx, dialers[i])
		select {
		case results <- result{w, err, i == 0}:
		case <-ctx.Done():
			if w != nil {
				_ = w.ws.Close() // another was first
			}
		}
	}
	why := error(&Problem{ProblemNoAddress, errors.New("no way is known")})
	begun, running := 0, 0
	for {
		var next <-chan time.Time
		if begun < len(dialers) {
			if running == 0 {
				i := begun
				begun, running = begun+1, running+1
				spawn(o.log, "dial", func() { try(i) })
				continue
			}
			next = o.clock.After(wayStagger)
		} else if running == 0 {
			return nil, why
		}
		select {
		case r := <-results:
			if running--; r.err == nil {
				return r.way, nil
			}
			if r.first {
				why = r.err
			}
		case <-next:
			i := begun
			begun, running = begun+1, running+1
			spawn(o.log, "dial", func() { try(i) })
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
