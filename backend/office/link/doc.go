// Package link carries the sessions of package office between an office's computers: TLS 1.3 with both sides' keys proved,
// a websocket inside it, and one frame of package wire in each binary message. The host listens, a member dials; whom to
// believe is decided by the sessions, never here.
//
// It keeps connections alive, cuts off who is silent or takes nothing, comes back after a break, and finds the host: at its
// last addresses, then by a question to the local network. Other ways are a Dialer more. It refuses to know what a frame
// means, and no table.
package link

import (
	"crypto/tls"
	"runtime/debug"
	"time"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/office/identity"
)

// Where a connection is asked for.
const (
	sessionPath = "/v1/session"
	enrolPath   = "/v1/enrol"
)

// Bounds of a connection (docs/protocol.md).
const (
	handshakePatience = 10 * time.Second
	firstFrame        = 15 * time.Second
	pingEvery         = 25 * time.Second // and up to pingSpread more or less
	pingSpread        = 5 * time.Second
	silence           = 60 * time.Second // without any sign of life
	writePatience     = 30 * time.Second // for one message
	farewellPatience  = 5 * time.Second
	queueFrames       = 64
	queueBytes        = 4 << 20
	wakeEvery         = 5 * time.Second // sessions have a look at the time
)

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

// nudge puts a token into a channel that holds one.
func nudge(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// tlsConfig is either side's: TLS 1.3, and a key of a kind that identity knows at the other end. Certificates are not
// looked at beyond that, because nobody issues them; TLS proves that the other end has the key.
func tlsConfig(key identity.Key, clk clock.Clock) (*tls.Config, error) {
	certificate, err := key.Certificate(clk.Now())
	if err != nil {
		return nil, err
	}
	return &tls.Config{
		MinVersion:             tls.VersionTLS13,
		Certificates:           []tls.Certificate{certificate},
		ClientAuth:             tls.RequireAnyClientCert,
		InsecureSkipVerify:     true, //nolint:gosec // the session checks whose key it is
		SessionTicketsDisabled: true, // a resumed connection proves no key
		NextProtos:             []string{"http/1.1"},
		VerifyConnection: func(cs tls.ConnectionState) error {
			_, err := identity.PeerKey(cs)
			return err
		},
	}, nil
}

// peerOf is the device id of the key at the other end.
func peerOf(cs tls.ConnectionState) (string, error) {
	key, err := identity.PeerKey(cs)
	if err != nil {
		return "", err
	}
	return identity.DeviceID(key), nil
}
