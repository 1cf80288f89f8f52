package link

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/gorilla/websocket"
	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/office/identity"
)

// Dialer is a way to the host. What it returns carries bytes; TLS and the websocket run inside.
type Dialer interface {
	// Name is what the way is called: "lan" or "relay".
	Name() string
	// Dial connects. Its error may be a Problem.
	Dial(ctx context.Context) (net.Conn, error)
}

// Problems of finding the host, as the status page names them.
const (
	ProblemNoAddress   = "no_address"  // nobody has said where the host is
	ProblemUnreachable = "unreachable" // nobody answers where it was
	ProblemFirewall    = "firewall"    // it is in the network and lets nobody in
)

// Problem is why a dial has failed.
type Problem struct {
	Code string // a constant ProblemXxx
	Err  error
}

// Error implements error.
func (p *Problem) Error() string { return "link: " + p.Code }

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.Err }

// LAN dials the host in the office's own network: at its last addresses, each a moment after the one before, and, when
// none answers, where the network says that it is.
type LAN struct {
	// Addresses returns where the host was last, "address:port".
	Addresses func(ctx context.Context) []string
	// Find asks the network; nil asks nobody.
	Find func(ctx context.Context) []string
	// Connect makes one connection; nil is TCP.
	Connect func(ctx context.Context, address string) (net.Conn, error)
	Clock   clock.Clock
	Log     logrus.FieldLogger
}

const (
	dialPatience = 5 * time.Second
	dialStagger  = 250 * time.Millisecond // RFC 8305, section 5
)

// Name implements Dialer.
func (LAN) Name() string { return "lan" }

// Dial implements Dialer.
func (l LAN) Dial(ctx context.Context) (net.Conn, error) {
	known := l.Addresses(ctx)
	c, err := l.race(ctx, known)
	if err == nil {
		return c, nil
	}
	code := ProblemUnreachable
	if len(known) == 0 {
		code = ProblemNoAddress
	}
	if l.Find == nil {
		return nil, &Problem{code, err}
	}
	found := l.Find(ctx)
	if len(found) == 0 {
		return nil, &Problem{code, err}
	}
	if c, err = l.race(ctx, found); err != nil {
		return nil, &Problem{blame(err), err}
	}
	return c, nil
}

// blame says why nobody is reached where the host has just said that it is. Who drops what is sent to it is a firewall.
// A refusal comes from a computer on which nothing listens, and "no route" from none at all: an address of a moment ago.
func blame(err error) string {
	var timeout net.Error
	silent := errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
	if silent && !errors.Is(err, syscall.ECONNREFUSED) && !errors.Is(err, syscall.EHOSTUNREACH) && !errors.Is(err, syscall.ENETUNREACH) {
		return ProblemFirewall
	}
	return ProblemUnreachable
}

// race dials addresses, each a moment after the one before or when that has failed, and keeps the first that answers.
func (l LAN) race(ctx context.Context, addresses []string) (net.Conn, error) {
	if len(addresses) == 0 {
		return nil, errors.New("no address")
	}
	connect := l.Connect
	if connect == nil {
		connect = func(ctx context.Context, address string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", address)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, dialPatience)
	defer cancel()
	type result struct {
		conn net.Conn
		err  error
	}
	results := make(chan result)
	dial := func(address string) {
		c, err := connect(ctx, address)
		select {
		case results <- result{c, err}:
		case <-ctx.Done():
			if c != nil {
				_ = c.Close() // another was first
			}
		}
	}
	var last error
	begun, open := 0, 0
	for {
		var next <-chan time.Time
		if begun < len(addresses) {
			if open == 0 {
				address := addresses[begun]
				begun, open = begun+1, open+1
				spawn(l.Log, "dial", func() { dial(address) })
				continue
			}
			next = l.Clock.After(dialStagger)
		} else if open == 0 {
			return nil, last
		}
		select {
		case r := <-results:
			if open--; r.err == nil {
				return r.conn, nil
			}
			last = r.err
		case <-next:
			address := addresses[begun]
			begun, open = begun+1, open+1
			spawn(l.Log, "dial", func() { dial(address) })
		case <-ctx.Done():
			return nil, errors.Join(last, ctx.Err())
		}
	}
}

// open makes a connection of bytes one of messages and returns the device id at its other end.
func open(ctx context.Context, raw net.Conn, path string, key identity.Key, clk clock.Clock) (*websocket.Conn, tls.ConnectionState, error) {
	ctx, cancel := context.WithTimeout(ctx, handshakePatience)
	defer cancel()
	config, err := tlsConfig(key, clk)
	if err != nil {
		return nil, tls.ConnectionState{}, errors.Join(err, raw.Close())
	}
	secure := tls.Client(raw, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, tls.ConnectionState{}, errors.Join(err, raw.Close())
	}
	d := websocket.Dialer{
		NetDialTLSContext: func(context.Context, string, string) (net.Conn, error) { return secure, nil },
		HandshakeTimeout:  handshakePatience, ReadBufferSize: 4 << 10, WriteBufferSize: 4 << 10, WriteBufferPool: &writeBuffers,
	}
	ws, answer, err := d.DialContext(ctx, "wss://host"+path, http.Header{})
	if answer != nil && answer.Body != nil {
		_ = answer.Body.Close() // nothing is read of it
	}
	if err != nil {
		return nil, tls.ConnectionState{}, errors.Join(err, raw.Close())
	}
	return ws, secure.ConnectionState(), nil
}
