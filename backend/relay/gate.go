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
}

// Gate has a listener take at most so many connections, and of one address at most so many, unless it is a proxy's. What is
// too much is closed at once. 0 is no bound.
func Gate(l net.Listener, most, ofAddress int, proxies []netip.Prefix) net.Listener {
	return &gate{Listener: l, most: int64(most), of: newCounts[netip.Addr](ofAddress), proxies: proxies}
}

// Accept implements net.Listener.
func (g *gate) Accept() (net.Conn, error) {
	for {
		c, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if g.most > 0 && g.open.Load() >= g.most {
			_ = c.Close() // nothing was said on it
			continue
		}
		from, counted := g.counted(c)
		if counted && !g.of.enter(from) {
			_ = c.Close()
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
