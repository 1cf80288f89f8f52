package link

import (
	"crypto/tls"
	"net"
	"sync"
)

// How many connections whose key is not one of the office's are kept at once: in all, and of one address. The rest of an
// office may be behind one address as well, so that somebody new is let in and the oldest has to go: proving a key takes a
// moment, and nobody of the office is kept out by those who prove none.
const (
	mostStrangers  = 256
	mostOfAddress  = 64 // a whole office comes back at once through one router
	mostOfDevice   = 4  // connections of one of the office's computers; the oldest is a dead one
	sessionsBurst  = 20 // a computer that comes back again and again
	secondsBetween = 2  // of its sessions, from then on
)

// gate is a listener that knows who has not proved to be of the office yet.
type gate struct {
	net.Listener
	via string // the way's name: "lan" or "relay"

	mu        sync.Mutex
	strangers []*stranger // oldest first
}

// stranger is a connection that counts until it ends or its key is one of the office's.
type stranger struct {
	net.Conn
	gate    *gate
	address string
	once    sync.Once
}

// Accept implements net.Listener.
func (g *gate) Accept() (net.Conn, error) {
	c, err := g.Listener.Accept()
	if err != nil {
		return nil, err
	}
	s := &stranger{Conn: c, gate: g, address: addressOf(c.RemoteAddr().String())}
	if out := g.enter(s); out != nil {
		_ = out.Close()
	}
	return s, nil
}

// enter adds a connection and returns the one that has to go for it.
func (g *gate) enter(s *stranger) (out *stranger) {
	g.mu.Lock()
	defer g.mu.Unlock()
	var oldest *stranger
	same := 0
	for _, other := range g.strangers {
		if other.address == s.address {
			if same++; oldest == nil {
				oldest = other
			}
		}
	}
	switch {
	case same >= mostOfAddress:
		out = oldest
	case len(g.strangers) >= mostStrangers:
		out = g.strangers[0]
	}
	g.strangers = append(g.strangers, s)
	return out
}

// leave has a connection count no more.
func (s *stranger) leave() {
	s.once.Do(func() {
		s.gate.mu.Lock()
		defer s.gate.mu.Unlock()
		for i, other := range s.gate.strangers {
			if other == s {
				s.gate.strangers = append(s.gate.strangers[:i], s.gate.strangers[i+1:]...)
				return
			}
		}
	})
}

// Close implements net.Conn.
func (s *stranger) Close() error {
	s.leave()
	return s.Conn.Close()
}

// proved has a connection count no more because its key is one of the office's.
func proved(c net.Conn) {
	if s := strangerOf(c); s != nil {
		s.leave()
	}
}

// wayOf is the name of the way that a connection has come.
func wayOf(c net.Conn) string {
	if s := strangerOf(c); s != nil {
		return s.gate.via
	}
	return "lan"
}

func strangerOf(c net.Conn) *stranger {
	if secure, ok := c.(*tls.Conn); ok {
		c = secure.NetConn()
	}
	s, _ := c.(*stranger)
	return s
}
