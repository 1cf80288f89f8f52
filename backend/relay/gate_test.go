package relay_test

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"sitegroup.mx/crm/backend/relay"
)

func gateOf(t *testing.T, refused func(), most, ofAddress int, proxies ...netip.Prefix) (dial func() net.Conn, accept func() net.Conn) {
	t.Helper()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := relay.NewGate(inner, most, ofAddress, proxies, refused)
	accepted := make(chan net.Conn, 10)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- c
		}
	}()
	t.Cleanup(func() { _ = l.Close() })
	dial = func() net.Conn {
		c, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	return dial, func() net.Conn {
		select {
		case c := <-accepted:
			return c
		case <-time.After(patience):
			t.Fatal("not accepted")
			return nil
		}
	}
}

// closed reads until the other side has closed.
func closed(t *testing.T, c net.Conn) {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, io.ErrNoProgress) {
		t.Error("it is open")
	}
}

// Connections on which nobody says anything must not take all there are.
func TestGate(t *testing.T) {
	for name, g := range map[string][2]int{"in all": {2, 0}, "of an address": {0, 2}} {
		t.Run(name, func(t *testing.T) {
			var refused atomic.Int32
			dial, accept := gateOf(t, func() { refused.Add(1) }, g[0], g[1])
			dial()
			first := accept()
			dial()
			accept()
			closed(t, dial())
			for range 2 { // closing twice leaves once
				_ = first.Close()
			}
			dial()
			accept()
			closed(t, dial())
			if n := refused.Load(); n != 2 {
				t.Errorf("%d are counted", n)
			}
		})
	}
	dial, accept := gateOf(t, func() { t.Error("a proxy is refused") }, 0, 1, netip.MustParsePrefix("127.0.0.0/8"))
	for range 5 {
		dial()
		accept()
	}
}
