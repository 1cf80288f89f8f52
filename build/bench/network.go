package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/office/link"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
)

// leap is a clock that can be set ahead: the host limits how many computers join in an hour.
type leap struct {
	clock.System
	ahead atomic.Int64
}

// Now implements clock.Clock.
func (l *leap) Now() time.Time { return l.System.Now().Add(time.Duration(l.ahead.Load())) }

// netOffice is an office whose host listens on this computer's loopback.
type netOffice struct {
	*benchOffice
	admin  account.Viewer
	clock  *leap
	host   *office.Host
	server *link.Server
	detach func()
}

func listen(ctx context.Context, o *benchOffice) (*netOffice, error) {
	n := &netOffice{benchOffice: o, clock: &leap{}}
	key, err := identity.NewKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	n.host = office.NewHost(office.HostDeps{
		Store: o.Store, Clock: n.clock, Log: silent(), Random: rand.Reader, Key: key, Version: "bench",
		Addresses: func() []string { return []string{n.server.Addr().String()} },
		Changed:   func(device string) { n.server.Changed(device) },
	})
	if err := n.host.Start(ctx); err != nil {
		return nil, err
	}
	n.server, err = link.Listen(ctx, "127.0.0.1:0", link.ServerDeps{Host: n.host, Key: key, Clock: clock.System{}, Log: silent()})
	if err != nil {
		return nil, err
	}
	n.detach = o.Store.OnCommit(func(c store.Commit) {
		if devices, err := n.host.Concerned(context.Background(), []store.Commit{c}); err == nil {
			n.server.Poke(devices...)
		}
	})
	if n.admin, err = o.viewer(ctx, "admin"); err != nil {
		return nil, err
	}
	code, err := n.host.NewCode(ctx, n.admin)
	if err != nil {
		return nil, err
	}
	return n, n.host.ConfirmCode(ctx, n.admin, string(code))
}

func (n *netOffice) close() error {
	n.detach()
	return errors.Join(n.server.Close(), n.Store.Close())
}

// admission is a computer that was let in and has not connected.
type admission struct {
	user       string
	key        identity.Key
	invitation identity.Invitation
	state      *wire.EnrolState
}

// admit lets a computer of a user's in.
func (n *netOffice) admit(ctx context.Context, user string) (*admission, error) {
	n.clock.ahead.Add(int64(2 * time.Minute))
	made, err := n.host.Invite(ctx, n.admin, user)
	if err != nil {
		return nil, err
	}
	a := &admission{user: user}
	if a.invitation, err = identity.ParseInvitation(made.Text); err != nil {
		return nil, err
	}
	if a.key, err = identity.NewKey(rand.Reader); err != nil {
		return nil, err
	}
	a.state, err = link.Join(ctx, link.JoinDeps{
		Invitation: a.invitation, Key: a.key, Name: "bench", Version: "bench", Clock: clock.System{}, Log: silent(),
		Dialers: []link.Dialer{n.dialer(nil)},
		OnDigits: func(digits string) {
			if digits == "" {
				return
			}
			if admitErr := n.host.Admit(ctx, n.admin, made.ID); admitErr != nil {
				panic(admitErr)
			}
		},
	})
	return a, err
}

// counting is a connection whose bytes are counted as they arrive.
type counting struct {
	net.Conn
	read *atomic.Int64
}

// Read implements net.Conn.
func (c counting) Read(b []byte) (int, error) {
	got, err := c.Conn.Read(b)
	c.read.Add(int64(got))
	return got, err
}

// dialer reaches the host; read counts what comes back.
func (n *netOffice) dialer(read *atomic.Int64) link.Dialer {
	return loopback{n.server.Addr().String(), read}
}

type loopback struct {
	addr string
	read *atomic.Int64
}

// Name implements link.Dialer.
func (loopback) Name() string { return "lan" }

// Dial implements link.Dialer.
func (l loopback) Dial(ctx context.Context) (net.Conn, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", l.addr)
	if err != nil || l.read == nil {
		return c, err
	}
	return counting{c, l.read}, nil
}

// replica is a whole member: its file, and a client that keeps it connected.
type replica struct {
	store  *store.Store
	client *link.Client
	member *office.Member
	stop   func()
}

// join makes the member of an admission. It does not connect before run.
func (n *netOffice) join(ctx context.Context, a *admission, path string, read *atomic.Int64) (*replica, error) {
	st, err := store.Open(ctx, store.Options{
		Path: path, Key: key, Device: a.key.DeviceID(), Now: n.clock.Now, NewID: n.clock.NewID, Decide: office.Decide, Member: true, Log: silent(),
	})
	if err != nil {
		return nil, err
	}
	if err := office.Join(ctx, st, a.invitation, a.key.DeviceID(), a.state); err != nil {
		return nil, err
	}
	r := &replica{store: st}
	r.member = office.NewMember(office.MemberDeps{
		Store: st, Clock: n.clock, Log: silent(), Device: a.key.DeviceID(), Version: "bench", Wake: func() { r.client.Wake() },
	})
	if err := r.member.Start(ctx); err != nil {
		return nil, err
	}
	r.client = link.NewClient(link.ClientDeps{
		Member: r.member, Key: a.key, Dialers: []link.Dialer{n.dialer(read)}, Clock: clock.System{}, Log: silent(),
		Random: func() float64 { return 0 },
	})
	return r, nil
}

func (r *replica) run() {
	ctx, cancel := context.WithCancel(context.Background())
	detach := r.store.OnCommit(func(store.Commit) { r.client.Wake() })
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r.client.Run(ctx)
	}()
	r.stop = func() {
		detach()
		cancel()
		<-ended
	}
}

// filled waits until the replica holds everything.
func (r *replica) filled(ctx context.Context) error {
	for ctx.Err() == nil {
		s, err := r.store.Replica(ctx)
		if err != nil || !s.Filling {
			return err
		}
		time.Sleep(time.Millisecond)
	}
	return ctx.Err()
}

// session is a bare connection to the host: frames, without a replica behind it.
type session struct {
	ws *websocket.Conn
}

func dialSession(addr string, key identity.Key, officeID string) (*session, error) {
	certificate, err := key.Certificate(time.Now())
	if err != nil {
		return nil, err
	}
	d := websocket.Dialer{TLSClientConfig: &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{certificate}, InsecureSkipVerify: true, //nolint:gosec // loopback
	}}
	ws, _, err := d.Dial("wss://"+addr+"/v1/session", nil)
	if err != nil {
		return nil, err
	}
	s := &session{ws}
	if _, err := s.wait(wire.TypeHello); err != nil {
		return nil, err
	}
	return s, s.send(wire.TypeHello, &wire.Hello{ProtoMin: wire.ProtoMin, ProtoMax: wire.ProtoMax, Schema: 1, Device: key.DeviceID(), Office: officeID})
}

func (s *session) send(kind wire.Type, body any) error {
	b, err := wire.Encode(wire.Frame{Type: kind, Body: body})
	if err != nil {
		return err
	}
	return s.ws.WriteMessage(websocket.BinaryMessage, b)
}

// wait reads until a frame of a kind comes.
func (s *session) wait(kind wire.Type) (wire.Frame, error) {
	for {
		_, b, err := s.ws.ReadMessage()
		if err != nil {
			return wire.Frame{}, err
		}
		f, err := wire.Decode(b)
		if err != nil || f.Type == kind {
			return f, err
		}
		if bye, ok := f.Body.(*wire.Bye); ok {
			return f, fmt.Errorf("the host has said %s", bye.Code)
		}
	}
}
