package relayclient

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/relay/relaywire"
)

// Problems of reaching a relay, as the screens name them.
const (
	ProblemUnreachable = "unreachable" // nobody answers there
	ProblemCertificate = "certificate" // who answers has no certificate that this computer trusts
	ProblemNoRelay     = "no_relay"    // who answers is no relay
	ProblemNoHost      = "no_host"     // the office's host is not connected with it, or it does not know the office
	ProblemBusy        = "busy"        // it takes no more for now
)

// Problem is why a relay was not reached.
type Problem struct {
	Code string // a constant ProblemXxx
	Err  error
}

// Error implements error.
func (p *Problem) Error() string { return "relay: " + p.Code }

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.Err }

// dialPatience is above relaywire.OpenPatience: a member waits at the relay until its host has come.
const dialPatience = 15 * time.Second

// buffers are shared: most tunnels are silent most of the time.
var buffers sync.Pool

// Dial connects a member with its office's host through a relay; office is relaywire.OfficeID. The error is a Problem.
func Dial(ctx context.Context, address, office string, log logrus.FieldLogger) (net.Conn, error) {
	ws, err := dial(ctx, address, relaywire.TunnelPath+office)
	if err != nil {
		return nil, err
	}
	return newConn(ws, Addr(hostOf(address)), log), nil
}

// dialHost takes a member's connection that waits at the relay.
func dialHost(ctx context.Context, address string, o relaywire.Open, log logrus.FieldLogger) (net.Conn, error) {
	ws, err := dial(ctx, address, relaywire.TunnelHostPath+o.ID)
	if err != nil {
		return nil, err
	}
	return newConn(ws, Addr(net.JoinHostPort(o.From, "0")), log), nil
}

// Addr is an end of a tunnel.
type Addr string

// Network implements net.Addr.
func (Addr) Network() string { return "relay" }

// String implements net.Addr.
func (a Addr) String() string { return string(a) }

func dial(ctx context.Context, address, path string) (*websocket.Conn, error) {
	if _, err := ParseAddress(address); err != nil {
		return nil, &Problem{ProblemUnreachable, err}
	}
	d := websocket.Dialer{
		Proxy: http.ProxyFromEnvironment, HandshakeTimeout: dialPatience, ReadBufferSize: 4 << 10, WriteBufferSize: chunk + 1<<10, WriteBufferPool: &buffers,
	}
	ctx, cancel := context.WithTimeout(ctx, dialPatience)
	defer cancel()
	ws, answer, err := d.DialContext(ctx, "ws"+strings.TrimPrefix(address, "http")+path, http.Header{}) // http is ws, https is wss
	if answer != nil && answer.Body != nil {
		_ = answer.Body.Close() // nothing is read of it
	}
	if err != nil {
		return nil, &Problem{problemOf(answer, err), fmt.Errorf("dial relay: %w", err)}
	}
	return ws, nil
}

func problemOf(answer *http.Response, err error) string {
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var other x509.HostnameError
	switch {
	case errors.As(err, &unknown), errors.As(err, &invalid), errors.As(err, &other):
		return ProblemCertificate
	case answer == nil:
		return ProblemUnreachable
	}
	switch answer.Header.Get(relaywire.AnswerHeader) {
	case relaywire.AnswerAbsent, relaywire.AnswerGone:
		return ProblemNoHost
	case relaywire.AnswerBusy, relaywire.AnswerDraining:
		return ProblemBusy
	}
	switch answer.StatusCode {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout: // of a proxy before it
		return ProblemUnreachable
	}
	return ProblemNoRelay
}

// spawn runs fn beside everything else; its panic ends as a line in the log.
func spawn(log logrus.FieldLogger, what string, fn func()) {
	go func() {
		defer func() {
			if reason := recover(); reason != nil {
				log.WithFields(logrus.Fields{"work": what, "reason": reason, "stack": string(debug.Stack())}).Error("background work panicked")
			}
		}()
		fn()
	}()
}
