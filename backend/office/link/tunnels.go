package link

import (
	"net"
	"sync"
)

// tunnels is a listener for connections that come over another way than this computer's network.
type tunnels struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newTunnels() *tunnels { return &tunnels{conns: make(chan net.Conn), closed: make(chan struct{})} }

// Accept implements net.Listener.
func (t *tunnels) Accept() (net.Conn, error) {
	select {
	case c := <-t.conns:
		return c, nil
	case <-t.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (t *tunnels) Close() error {
	t.once.Do(func() { close(t.closed) })
	return nil
}

// Addr implements net.Listener: nobody reaches it from the network.
func (t *tunnels) Addr() net.Addr { return tunnelAddr{} }

type tunnelAddr struct{}

// Network implements net.Addr.
func (tunnelAddr) Network() string { return "relay" }

// String implements net.Addr.
func (tunnelAddr) String() string { return "relay" }

// Take serves a computer's connection that came through the relay; its RemoteAddr is the address that limits on strangers
// count. It returns once the connection is served, which is soon, or closed, when the server is.
func (s *Server) Take(c net.Conn) {
	select {
	case s.tunnels.conns <- c:
	case <-s.tunnels.closed:
		_ = c.Close() // the other end sees that
	}
}
