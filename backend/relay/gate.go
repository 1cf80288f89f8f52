package relay

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
)

// gate is a listener that bounds how many connections are open, whatever has been said on them.
type gate struct {
	net.Listener
	most    int64
	open    atomic.Int64
	of      *counts[netip.Addr]
	proxies []netip.Prefix
	refused func()
}

// Gate has a listener take at most so many connections, and of one address at most so many, unless it is a proxy's. What is
// too much is closed at once, before it has cost anything, and counted. 0 is no bound.
func (s *Server) Gate(l net.Listener, most, ofAddress int) net.Listener {
	return newGate(l, most, ofAddress, s.deps.Proxies, s.metrics.limited.WithLabelValues("connections").Inc)
}

func newGate(l net.Listener, most, ofAddress int, proxies []netip.Prefix, refused func()) net.Listener {
	return &gate{Listener: l, most: int64(most), of: newCounts[netip.Addr](ofAddress), proxies: proxies, refused: refused}
}

// Accept implements net.Listener.
func (g *gate) Accept() (net.Conn, error) {
	for {
		c, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if g.most > 0 && g.open.Load() >= g.most {
			g.refuse(c)
			continue
		}
		from, counted := g.counted(c)
		if counted && !g.of.enter(from) {
			g.refuse(c)
			continue
		}
		g.open.Add(1)
		return &gated{Conn: c, leave: sync.OnceFunc(func() {
			g.open.Add(-1)
			if counted {
				g.of.leave(from)
			}
		})}, nil
	}
}

func (g *gate) refuse(c net.Conn) {
	g.refused()
	_ = c.Close() // nothing was said on it
}

func (g *gate) counted(c net.Conn) (from netip.Addr, ok bool) {
	tcp, ok := c.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return from, false
	}
	from = tcp.AddrPort().Addr().Unmap().WithZone("")
	for _, p := range g.proxies {
		if p.Contains(from) {
			return from, false
		}
	}
	return neighbours(from), true
}

// gated is a connection that counts until it is closed.
type gated struct {
	net.Conn
	leave func()
}

// Close implements net.Conn.
func (c *gated) Close() error {
	c.leave()
	return c.Conn.Close()
}
