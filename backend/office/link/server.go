package link

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/sirupsen/logrus"
	"golang.org/x/time/rate"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/office/wire"
)

// CodePortTaken is for an address that cannot be listened on; argument addr.
const CodePortTaken = "network.port_taken"

// ServerDeps are what a Server is handed.
type ServerDeps struct {
	Host  *office.Host
	Key   identity.Key // the host's own
	Clock clock.Clock
	Log   logrus.FieldLogger
	// OnConnections is told that a computer has come or gone. It must not block. nil is told nothing.
	OnConnections func()
}

// Server is the host's end of the office's connections. Every method may be called from any goroutine.
type Server struct {
	deps     ServerDeps
	listener net.Listener // nil where nobody comes over the network
	tunnels  *tunnels
	http     *http.Server
	upgrader websocket.Upgrader
	stop     context.CancelFunc
	busy     sync.WaitGroup

	mu    sync.Mutex
	conns map[string][]*conn       // by device, oldest first
	rates map[string]*rate.Limiter // of sessions, by device of the office
	over  bool
}

// connKey is where a request's context has the connection that it came over.
type connKey struct{}

// Listen begins to serve the office's computers at an address, "host:port", where port 0 takes a free one. Fault
// network.port_taken.
func Listen(ctx context.Context, addr string, d ServerDeps) (*Server, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fault.Wrap(fmt.Errorf("listen for the office's computers: %w", err), CodePortTaken, "addr", addr)
	}
	s, err := Serve(ctx, d)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	s.listener = listener
	s.serve(&gate{Listener: listener, via: "lan"})
	return s, nil
}

// Serve is Listen without an address: computers come only by Take.
func Serve(ctx context.Context, d ServerDeps) (*Server, error) {
	config, err := tlsConfig(d.Key, d.Clock)
	if err != nil {
		return nil, err
	}
	if d.OnConnections == nil {
		d.OnConnections = func() {}
	}
	s := &Server{deps: d, tunnels: newTunnels(), conns: map[string][]*conn{}, rates: map[string]*rate.Limiter{}}
	s.upgrader = websocket.Upgrader{
		HandshakeTimeout: handshakePatience, ReadBufferSize: 4 << 10, WriteBufferPool: &writeBuffers, WriteBufferSize: 4 << 10,
		CheckOrigin: func(r *http.Request) bool { return r.Header.Get("Origin") == "" }, // no page has business here
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+sessionPath, func(w http.ResponseWriter, r *http.Request) { s.accept(running, w, r, s.session) })
	mux.HandleFunc("GET "+enrolPath, func(w http.ResponseWriter, r *http.Request) { s.accept(running, w, r, s.enrolment) })
	s.http = &http.Server{
		Handler: mux, TLSConfig: config, ReadHeaderTimeout: handshakePatience, IdleTimeout: silence, MaxHeaderBytes: 8 << 10,
		ConnContext:  func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) },
		ErrorLog:     log.New(discard{d.Log}, "", 0),
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){}, // no HTTP/2: a websocket needs HTTP/1.1
	}
	s.serve(&gate{Listener: s.tunnels, via: "relay"})
	return s, nil
}

// serve takes the connections of a listener until the server closes.
func (s *Server) serve(l net.Listener) {
	s.busy.Add(1)
	spawn(s.deps.Log, "listen", func() {
		defer s.busy.Done()
		if err := s.http.ServeTLS(l, "", ""); err != nil && !errors.Is(err, http.ErrServerClosed) {
			s.deps.Log.WithError(err).Error("the office's computers cannot connect any more")
		}
	})
}

// discard takes net/http's own lines: every stranger's handshake is one, none is worth more than a debug line.
type discard struct{ log logrus.FieldLogger }

// Write implements io.Writer.
func (d discard) Write(b []byte) (int, error) {
	d.log.Debug("a connection was refused")
	return len(b), nil
}

// Addr returns where the server listens, nil where it does not.
func (s *Server) Addr() net.Addr {
	if s.listener == nil {
		return nil
	}
	return s.listener.Addr()
}

// accept makes a connection of a request and runs it to its end.
func (s *Server) accept(ctx context.Context, w http.ResponseWriter, r *http.Request, run func(context.Context, *conn, string, *http.Request) error) {
	if r.TLS == nil {
		http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
		return
	}
	device, err := peerOf(*r.TLS)
	if err != nil {
		http.Error(w, http.StatusText(http.StatusForbidden), http.StatusForbidden)
		return
	}
	if known, err := s.deps.Host.Knows(r.Context(), device); err == nil && known {
		if !s.mayCome(device) {
			http.Error(w, http.StatusText(http.StatusTooManyRequests), http.StatusTooManyRequests)
			return
		}
		if c, ok := r.Context().Value(connKey{}).(net.Conn); ok {
			proved(c)
		}
	}
	ws, err := s.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	c := newConn(ws, s.deps.Clock, s.deps.Log)
	if !s.enter(device, c) {
		c.close()
		return
	}
	defer s.leave(device, c)
	err = run(ctx, c, device, r)
	s.deps.Log.WithField("device", device).WithError(err).Debug("connection ended")
}

// mayCome reports whether a computer of the office has not come too often of late.
func (s *Server) mayCome(device string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.rates[device]
	if l == nil {
		l = rate.NewLimiter(rate.Every(secondsBetween*time.Second), sessionsBurst)
		s.rates[device] = l
	}
	return l.AllowN(s.deps.Clock.Now(), 1)
}

func (s *Server) enter(device string, c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return false
	}
	if all := s.conns[device]; len(all) >= mostOfDevice {
		all[0].end()
	}
	s.conns[device] = append(s.conns[device], c)
	s.busy.Add(1)
	return true
}

func (s *Server) leave(device string, c *conn) {
	defer s.busy.Done()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[device] = slices.DeleteFunc(s.conns[device], func(other *conn) bool { return other == c })
	if len(s.conns[device]) == 0 {
		delete(s.conns, device)
	}
}

// session serves a computer of the office: the host speaks first.
func (s *Server) session(ctx context.Context, c *conn, device string, r *http.Request) error {
	session := s.deps.Host.Session(device)
	session.From(wayOfRequest(r), addressOf(r.RemoteAddr))
	out, err := session.Open(ctx)
	if c.answer(out, err) {
		return c.serve(ctx, ended{session})
	}
	s.deps.OnConnections()
	defer s.deps.OnConnections()
	return c.serve(ctx, session)
}

// wayOfRequest is the name of the way that a request has come.
func wayOfRequest(r *http.Request) string {
	c, _ := r.Context().Value(connKey{}).(net.Conn)
	return wayOf(c)
}

// ended is a session that has said farewell and only waits for it to be read.
type ended struct{ session }

// Handle implements session.
func (ended) Handle(context.Context, wire.Frame) ([]wire.Frame, error) { return nil, nil }

// Wake implements session.
func (ended) Wake(context.Context) ([]wire.Frame, error) { return nil, nil }

// enrolment serves a computer that wants to join.
func (s *Server) enrolment(ctx context.Context, c *conn, device string, r *http.Request) error {
	digits, err := identity.Digits(*r.TLS)
	if err != nil {
		c.close()
		return err
	}
	enrolment := s.deps.Host.Enrolment(device, digits)
	enrolment.From(addressOf(r.RemoteAddr))
	return c.serve(ctx, enrolment)
}

// addressOf is an address without its port.
func addressOf(remote string) string {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return ""
	}
	return host
}

// Poke tells computers that something has changed that concerns them. Those that are not connected find out when they are.
func (s *Server) Poke(devices ...string) {
	s.each(devices, func(c *conn) { nudge(c.poke) })
}

// Changed has a computer's session say what it has to say; it is what office.HostDeps.Changed calls.
func (s *Server) Changed(device string) {
	s.each([]string{device}, func(c *conn) { nudge(c.wake) })
}

func (s *Server) each(devices []string, what func(*conn)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, device := range devices {
		for _, c := range s.conns[device] {
			what(c)
		}
	}
}

// restartMillis is how long members are told to wait when a host stops.
const restartMillis = 2000

// Close tells everybody that the host is stopping and ends all connections. It waits for what is being handled.
func (s *Server) Close() error {
	s.mu.Lock()
	s.over = true
	var all []*conn
	for _, conns := range s.conns {
		all = append(all, conns...)
	}
	s.mu.Unlock()
	for _, c := range all {
		if err := c.send(true, wire.Frame{Type: wire.TypeRestarting, Body: &wire.Restarting{Millis: restartMillis}}); err != nil {
			c.close()
		}
		c.end()
	}
	s.stop()
	err := s.http.Close() // connections that were upgraded are not its own any more
	s.busy.Wait()
	if err != nil {
		return fmt.Errorf("stop listening: %w", err)
	}
	return nil
}

// LocalAddresses lists where a listener can be reached from other computers, as "address:port", private networks first. One
// that listens on a certain address has only that.
func LocalAddresses(listening net.Addr) []string {
	tcp, ok := listening.(*net.TCPAddr)
	if !ok {
		return nil
	}
	port := fmt.Sprint(tcp.Port)
	if !tcp.IP.IsUnspecified() {
		return []string{net.JoinHostPort(tcp.IP.String(), port)}
	}
	interfaces, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var private, public []string
	for _, a := range interfaces {
		network, ok := a.(*net.IPNet)
		if !ok || !network.IP.IsGlobalUnicast() {
			continue
		}
		address := net.JoinHostPort(network.IP.String(), port)
		if network.IP.IsPrivate() {
			private = append(private, address)
		} else {
			public = append(public, address)
		}
	}
	return append(private, public...)
}
