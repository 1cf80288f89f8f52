package field

import (
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
)

// balancer is what stands before the nodes of a relay: it carries each connection to the next node that takes it.
type balancer struct {
	listener net.Listener
	nodes    []string
	next     atomic.Uint32
}

func newBalancer() (*balancer, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	return &balancer{listener: l}, err
}

func (b *balancer) url() string { return "http://" + b.listener.Addr().String() }

// serve carries connections to the nodes at these URLs until the balancer is closed.
func (b *balancer) serve(urls ...string) {
	for _, u := range urls {
		b.nodes = append(b.nodes, strings.TrimPrefix(u, "http://"))
	}
	go func() {
		for {
			c, err := b.listener.Accept()
			if err != nil {
				return // closed
			}
			go b.carry(c)
		}
	}()
}

func (b *balancer) carry(c net.Conn) {
	defer c.Close()
	first := b.next.Add(1)
	for i := range uint32(len(b.nodes)) { //nolint:gosec // a handful
		node, err := net.Dial("tcp", b.nodes[(first+i)%uint32(len(b.nodes))]) //nolint:gosec // a handful
		if err != nil {
			continue
		}
		var both sync.WaitGroup
		for _, way := range [][2]net.Conn{{node, c}, {c, node}} {
			both.Go(func() {
				_, _ = io.Copy(way[0], way[1]) // until either end has gone
				_ = way[0].Close()
				_ = way[1].Close()
			})
		}
		both.Wait()
		return
	}
}

func (b *balancer) close() { _ = b.listener.Close() }
