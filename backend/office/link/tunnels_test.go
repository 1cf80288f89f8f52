package link_test

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"sitegroup.mx/crm/backend/office/link"
)

// tunnel is a way over which connections come to the host without its network: a pipe that says where its other end is.
type tunnel struct {
	b      *base
	dialed atomic.Int32
}

func (*tunnel) Name() string { return "relay" }

func (t *tunnel) Dial(context.Context) (net.Conn, error) {
	t.dialed.Add(1)
	near, far := net.Pipe()
	go t.b.server.Take(from{far})
	return from{near}, nil
}

type from struct{ net.Conn }

func (from) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(203, 0, 113, 7)} }

// switched is a way that may be closed, by a firewall.
type switched struct {
	link.Dialer
	open atomic.Bool
}

func (s *switched) Dial(ctx context.Context) (net.Conn, error) {
	if !s.open.Load() {
		return nil, &link.Problem{Code: link.ProblemFirewall, Err: errors.New("closed")}
	}
	return s.Dialer.Dial(ctx)
}

func TestClient_ComesThroughTheRelayAndChangesOverToTheNetwork(t *testing.T) {
	link.LookForBetterEvery(t, 20*time.Millisecond)
	b := newBase(t)
	ana := b.Sellers[0]
	mine := b.of(ana)
	c := b.enrol(ana)
	eventually(t, "the seller's prospect arrives", func() bool { return len(prospects(t, c.store)) == 1 })
	c.stop()
	lan, relay := &switched{}, &tunnel{b: b}
	c.with = append(c.with, func(d *link.ClientDeps) {
		lan.Dialer = d.Dialers[0]
		d.Dialers = []link.Dialer{lan, relay}
	})
	c.start()
	eventually(t, "the seller comes through the relay", func() bool { s := c.client.Status(); return s.Connected && s.Path == "relay" })
	temperature(t, c.crm, ana, mine, "hot")
	eventually(t, "an edit reaches the host through the relay", func() bool { return prospects(t, b.Store)[0] == mine+" hot" })
	device := func() (path, address string) {
		must(t, b.Store.Read().NewQuery("SELECT path, address FROM device WHERE user_id = '"+ana.UserID+"'").Row(&path, &address))
		return path, address
	}
	if path, address := device(); path != "relay" || address != "203.0.113.7" {
		t.Errorf("the host notes %q from %q", path, address)
	}
	eventually(t, "it is known what keeps the network shut", func() bool {
		s := c.client.Status()
		return s.Connected && s.Path == "relay" && s.Problem == link.ProblemFirewall
	})
	lan.open.Store(true)
	eventually(t, "the seller changes over", func() bool { s := c.client.Status(); return s.Connected && s.Path == "lan" && s.Problem == "" })
	temperature(t, c.crm, ana, mine, "cold")
	eventually(t, "an edit reaches the host over the network", func() bool { return prospects(t, b.Store)[0] == mine+" cold" })
	if n := relay.dialed.Load(); n != 1 {
		t.Errorf("the relay was dialled %d times", n)
	}
}

func TestServer_TakesNothingOnceItIsClosed(t *testing.T) {
	b := newBase(t)
	must(t, b.server.Close())
	near, far := net.Pipe()
	b.server.Take(far)
	if _, err := near.Read(make([]byte, 1)); err == nil {
		t.Error("a closed server keeps a connection")
	}
}
