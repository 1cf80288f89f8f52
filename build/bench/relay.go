package main

import (
	"context"
	cryptorand "crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/relay"
	"sitegroup.mx/crm/backend/relay/relayclient"
	"sitegroup.mx/crm/backend/relay/relaywire"
	"sitegroup.mx/crm/backend/relay/sqlitebox"
)

const operatorToken = "ficha-del-operador-de-pruebas"

// benchRelay is a relay with its inbox in a file, on this computer's loopback.
type benchRelay struct {
	address string // as relayclient dials it
	server  *relay.Server
	inbox   *sqlitebox.Inbox
	http    *http.Server
}

// serveRelay starts a relay that limits nobody, on a port of its own choice where addr has none. With a certificate it
// speaks TLS, and calls itself http all the same: a proof names host and port alone.
func serveRelay(ctx context.Context, dir, addr string, certificate *tls.Certificate) (*benchRelay, error) {
	in, err := sqlitebox.Open(ctx, filepath.Join(dir, "relay.db"), silent())
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, errors.Join(err, in.Close())
	}
	r := &benchRelay{address: "http://" + l.Addr().String(), inbox: in}
	r.server, err = relay.New(relay.Deps{
		Inbox: in, BaseURL: r.address, Admission: []string{operatorToken}, Clock: clock.System{}, Log: silent(),
		Limits: relay.Limits{Links: 20_000, Bodies: 128 << 20},
	})
	if err != nil {
		return nil, errors.Join(err, l.Close(), in.Close())
	}
	r.http = serveOn(l, r.server, certificate)
	return r, nil
}

// serveOn serves until the server is closed.
func serveOn(l net.Listener, handler http.Handler, certificate *tls.Certificate) *http.Server {
	s := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute} // a peer whose turn comes later says nothing until then
	if certificate != nil {
		l = tls.NewListener(l, &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*certificate}})
	}
	go func() { _ = s.Serve(l) }() // until it is closed
	return s
}

func (r *benchRelay) close() error {
	return errors.Join(r.http.Close(), r.server.Close(), r.inbox.Close())
}

// relayOffice is an invented office that a relay can be told of.
type relayOffice struct {
	root        [32]byte
	key         identity.Key
	certificate []byte
}

func newRelayOffice() (*relayOffice, error) {
	root, err := identity.NewKey(cryptorand.Reader)
	if err != nil {
		return nil, err
	}
	o := &relayOffice{root: identity.Fingerprint(root.Public())}
	if o.key, err = identity.NewKey(cryptorand.Reader); err != nil {
		return nil, err
	}
	o.certificate, err = identity.SignHostCertificate(identity.HostCertificate{
		Office: "casas", Serial: 1, Host: o.key.Public(), Root: root.Public(), At: 1000, SignedBy: identity.SignedByRoot,
	}, root)
	return o, err
}

// client is the office's host. What the caller does not set does nothing.
func (o *relayOffice) client(d relayclient.Deps) *relayclient.Client {
	d.Root, d.Key, d.Admission = o.root, o.key, operatorToken
	d.Certificate = func() []byte { return o.certificate }
	d.Clock, d.Log, d.Random = clock.System{}, silent(), rand.Float64
	if d.Take == nil {
		d.Take = func(context.Context, []relaywire.Event) ([]relaywire.Outcome, error) { return nil, nil }
	}
	if d.Open == nil {
		d.Open = func(c net.Conn) { _ = c.Close() }
	}
	if d.OnWelcome == nil {
		d.OnWelcome = func(relaywire.Welcome) {}
	}
	return relayclient.New(d)
}

// hook makes the office known to the relay and returns its callback. Its host is off again afterwards.
func (r *benchRelay) hook(ctx context.Context) (string, error) {
	o, err := newRelayOffice()
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	welcome := make(chan string, 1)
	c := o.client(relayclient.Deps{Address: r.address, OnWelcome: func(w relaywire.Welcome) {
		select {
		case welcome <- w.BaseURL + "/h/" + w.Hook:
		default:
		}
	}})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		c.Run(ctx)
	}()
	select {
	case url := <-welcome:
		cancel()
		<-ended
		return url, nil
	case <-ctx.Done():
		return "", fmt.Errorf("the relay does not know the office: %+v", c.Status())
	}
}
