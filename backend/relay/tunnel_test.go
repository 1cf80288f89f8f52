package relay_test

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/relay"
	"sitegroup.mx/crm/backend/relay/relaywire"
)

// stream is a websocket as a stream of bytes, as plain as can be.
type stream struct {
	*websocket.Conn
	rest io.Reader
}

func (s *stream) Read(b []byte) (int, error) {
	for {
		if s.rest == nil {
			_, r, err := s.NextReader()
			if err != nil {
				if websocket.IsCloseError(err, websocket.CloseNormalClosure) {
					err = io.EOF
				}
				return 0, err
			}
			s.rest = r
		}
		n, err := s.rest.Read(b)
		if errors.Is(err, io.EOF) {
			s.rest, err = nil, nil
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

func (s *stream) Write(b []byte) (int, error) {
	if err := s.WriteMessage(websocket.BinaryMessage, b); err != nil {
		return 0, err
	}
	return len(b), nil
}

func (s *stream) SetDeadline(t time.Time) error {
	return errors.Join(s.SetReadDeadline(t), s.SetWriteDeadline(t))
}

func (s *stream) farewell() error {
	return s.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(patience))
}

// tunnel joins a member with an office's host.
func (r *rig) tunnel(t testing.TB, h *host, o *office) (member, other *stream) {
	t.Helper()
	opened := make(chan *stream, 1)
	go func() {
		defer close(opened)
		f, err := h.read()
		if err != nil || f.Open == nil {
			t.Errorf("the host hears %+v, %v", f, err)
			return
		}
		ws, _, err := dialWS(t, r.url, relaywire.TunnelHostPath+f.Open.ID, nil)
		if err != nil {
			t.Error(err)
			return
		}
		opened <- &stream{Conn: ws}
	}()
	ws, answer, err := dialWS(t, r.url, relaywire.TunnelPath+o.id(), nil)
	if err != nil {
		t.Fatalf("%v %v", answer, err)
	}
	other = <-opened
	if other == nil {
		t.FailNow()
	}
	return &stream{Conn: ws}, other
}

func TestTunnel_CarriesBytesBothWays(t *testing.T) {
	r := start(t)
	o := newOffice(t, 1)
	h, _ := r.link(t, o)
	member, other := r.tunnel(t, h, o)
	content := make([]byte, 8<<20)
	if _, err := io.ReadFull(seeded(4), content); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	send := func(to *stream, size int) {
		all.Go(func() {
			for rest := content; len(rest) > 0; {
				n := min(size, len(rest))
				if _, err := to.Write(rest[:n]); err != nil {
					t.Error(err)
					return
				}
				rest = rest[n:]
			}
		})
	}
	receive := func(from *stream) {
		all.Go(func() {
			got := make([]byte, len(content))
			n, err := io.ReadFull(from, got)
			if err != nil || sha256.Sum256(got) != sha256.Sum256(content) {
				t.Errorf("%d bytes of %d: %v", n, len(content), err)
			}
		})
	}
	send(member, 3<<20) // in messages that are larger than any buffer
	send(other, 10_001)
	receive(member)
	receive(other)
	all.Wait()
	if err := member.farewell(); err != nil { // whoever reads it answers in kind, so neither can go on alone
		t.Error(err)
	}
	if rest, err := io.ReadAll(other); err != nil || len(rest) > 0 {
		t.Errorf("after the end: %d bytes, %v", len(rest), err)
	}
	if _, err := io.ReadAll(member); err != nil {
		t.Error(err)
	}
	r.until("the tunnel is over", func() bool {
		return strings.Contains(text(t, r.do("GET", "/metrics", "")), "sitegroup_relay_tunnels 0\n")
	})
	if !strings.Contains(text(t, r.do("GET", "/metrics", "")), fmt.Sprintf("sitegroup_relay_tunnel_bytes_total %g\n", float64(2*len(content)))) {
		t.Error("the bytes were not counted")
	}
}

// A computer that takes nothing must stop the one that sends, not fill the relay's memory.
func TestTunnel_PushesBack(t *testing.T) {
	r := start(t)
	o := newOffice(t, 1)
	h, _ := r.link(t, o)
	member, other := r.tunnel(t, h, o)
	_ = other // reads nothing
	piece := make([]byte, 64<<10)
	sent := 0
	for {
		if err := member.SetWriteDeadline(time.Now().Add(500 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if _, err := member.Write(piece); err != nil {
			var timeout net.Error
			if !errors.As(err, &timeout) || !timeout.Timeout() {
				t.Fatal(err)
			}
			break
		}
		if sent += len(piece); sent > 256<<20 {
			t.Fatal("the relay takes whatever comes")
		}
	}
}

func TestTunnel_EndsWithEitherSide(t *testing.T) {
	r := start(t)
	o := newOffice(t, 1)
	h, _ := r.link(t, o)
	ended := func(s *stream) {
		t.Helper()
		if err := s.SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		_, err := io.ReadAll(s)
		var timeout net.Error
		if errors.As(err, &timeout) && timeout.Timeout() {
			t.Error("the other side does not hear of the end")
		}
	}
	t.Run("the member says farewell", func(t *testing.T) {
		member, other := r.tunnel(t, h, o)
		if _, err := member.Write([]byte("last words")); err != nil {
			t.Fatal(err)
		}
		if err := member.farewell(); err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(other); err != nil || string(got) != "last words" {
			t.Errorf("%q, %v", got, err)
		}
		ended(member)
	})
	t.Run("the host is cut off", func(t *testing.T) {
		member, other := r.tunnel(t, h, o)
		if err := other.NetConn().Close(); err != nil {
			t.Fatal(err)
		}
		ended(member)
	})
	t.Run("text", func(t *testing.T) {
		member, other := r.tunnel(t, h, o)
		if err := member.WriteMessage(websocket.TextMessage, []byte("hola")); err != nil {
			t.Fatal(err)
		}
		ended(other)
		ended(member)
	})
	t.Run("the relay stops", func(t *testing.T) {
		member, other := r.tunnel(t, h, o)
		go r.Drain(t.Context()) //nolint:errcheck // the test's end
		ended(member)
		ended(other)
	})
}

func refusedTunnel(t *testing.T, url, path string) (status int, code string) {
	t.Helper()
	_, answer, err := dialWS(t, url, path, nil)
	if err == nil {
		t.Fatalf("%s was opened", path)
	}
	if answer == nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header.Get(relaywire.AnswerHeader)
}

func TestTunnel_Refuses(t *testing.T) {
	r := start(t)
	o := newOffice(t, 1)
	if status, code := refusedTunnel(t, r.url, relaywire.TunnelPath+o.id()); status != 503 || code != relaywire.AnswerAbsent {
		t.Errorf("an office that nobody knows: %d %q", status, code)
	}
	h, _ := r.link(t, o)
	for _, path := range []string{
		"1." + strings.Repeat("0", 32), "1.", "1", "2." + strings.Repeat("0", 32), "..%2f.", strings.Repeat("x", 500) + "." + strings.Repeat("0", 32),
	} {
		if status, code := refusedTunnel(t, r.url, relaywire.TunnelHostPath+path); status != 404 || code != relaywire.AnswerGone {
			t.Errorf("the forged id %s: %d %q", path, status, code)
		}
	}
	for _, path := range []string{"x", strings.ToUpper(o.id()), o.id() + "0", newOffice(t, 2).id()} {
		if status, code := refusedTunnel(t, r.url, relaywire.TunnelPath+path); status != 503 || code != relaywire.AnswerAbsent {
			t.Errorf("the office %s: %d %q", path, status, code)
		}
	}
	// An id is good for once.
	ids := make(chan string, 1)
	go func() {
		f, err := h.read()
		if err != nil || f.Open == nil {
			t.Errorf("%+v, %v", f, err)
			close(ids)
			return
		}
		if f.Open.From != "203.0.113.9" {
			t.Errorf("the member comes from %q", f.Open.From)
		}
		ws, _, err := dialWS(t, r.url, relaywire.TunnelHostPath+f.Open.ID, nil)
		if err != nil {
			t.Error(err)
		}
		_ = ws
		ids <- f.Open.ID
	}()
	if _, _, err := dialWS(t, r.url, relaywire.TunnelPath+o.id(), http.Header{"X-Forwarded-For": {"203.0.113.9"}}); err != nil {
		t.Fatal(err)
	}
	if status, code := refusedTunnel(t, r.url, relaywire.TunnelHostPath+<-ids); status != 404 || code != relaywire.AnswerGone {
		t.Errorf("an id again: %d %q", status, code)
	}
	if err := h.ws.NetConn().Close(); err != nil {
		t.Fatal(err)
	}
	r.until("the host is gone", func() bool {
		return errors.Is(r.in.Signal(t.Context(), o.id(), relay.Signal{Event: true}), relay.ErrAbsent)
	})
	if status, code := refusedTunnel(t, r.url, relaywire.TunnelPath+o.id()); status != 503 || code != relaywire.AnswerAbsent {
		t.Errorf("a host that has gone: %d %q", status, code)
	}
}

func TestTunnel_TooMany(t *testing.T) {
	r := start(t, func(d *relay.Deps) { d.Limits.OfficeTunnels, d.Limits.AddressTunnels = 2, 3 })
	one, two := newOffice(t, 1), newOffice(t, 2)
	h1, _ := r.link(t, one)
	h2, _ := r.link(t, two)
	first, itsHost := r.tunnel(t, h1, one)
	r.tunnel(t, h1, one)
	if status, code := refusedTunnel(t, r.url, relaywire.TunnelPath+one.id()); status != 429 || code != relaywire.AnswerBusy {
		t.Errorf("a third of an office: %d %q", status, code)
	}
	r.tunnel(t, h2, two)
	if status, code := refusedTunnel(t, r.url, relaywire.TunnelPath+two.id()); status != 429 || code != relaywire.AnswerBusy {
		t.Errorf("a fourth of an address: %d %q", status, code)
	}
	if err := first.farewell(); err != nil {
		t.Fatal(err)
	}
	for _, end := range []*stream{itsHost, first} {
		if _, err := io.ReadAll(end); err != nil {
			t.Fatal(err)
		}
	}
	r.until("it is over", func() bool {
		return strings.Contains(text(t, r.do("GET", "/metrics", "")), "sitegroup_relay_tunnels 2\n")
	})
	r.tunnel(t, h1, one)
}

// A member that leaves before its host comes leaves nothing behind.
func TestTunnel_MemberLeaves(t *testing.T) {
	r := start(t)
	o := newOffice(t, 1)
	h, _ := r.link(t, o)
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "GET %s%s HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", relaywire.TunnelPath, o.id())
	open := h.next().Open
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	r.until("it is counted", func() bool {
		return strings.Contains(text(t, r.do("GET", "/metrics", "")), `sitegroup_relay_tunnels_total{result="left"} 1`)
	})
	if status, code := refusedTunnel(t, r.url, relaywire.TunnelHostPath+open.ID); status != 404 || code != relaywire.AnswerGone {
		t.Errorf("its host: %d %q", status, code)
	}
}

// The relay, or whoever has taken it over, sits in the middle of every tunnel. It must neither read nor pretend to be the
// host.
func TestTunnel_HostileRelayReadsNothingAndIsNobody(t *testing.T) {
	o := newOffice(t, 1)
	memberKey := newKey(t, 50)
	secret := []byte("Guadalupe Inventada, 55 0000 0000")
	config := func(k identity.Key, want string) *tls.Config {
		c, err := k.Certificate(time.Now())
		if err != nil {
			t.Fatal(err)
		}
		return &tls.Config{
			MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{c}, ClientAuth: tls.RequireAnyClientCert, InsecureSkipVerify: true,
			VerifyConnection: func(cs tls.ConnectionState) error {
				key, err := identity.PeerKey(cs)
				if err == nil && want != "" && identity.DeviceID(key) != want {
					err = errors.New("somebody else")
				}
				return err
			},
		}
	}
	serve := func(c net.Conn, k identity.Key) ([]byte, error) {
		s := tls.Server(c, config(k, ""))
		if err := s.HandshakeContext(t.Context()); err != nil {
			return nil, err
		}
		b := make([]byte, len(secret))
		_, err := io.ReadFull(s, b)
		return b, err
	}

	t.Run("it listens", func(t *testing.T) {
		r := start(t)
		h, _ := r.link(t, o)
		heard := &listener{}
		member, other := r.tunnel(t, h, o)
		done := make(chan error, 1)
		go func() {
			got, err := serve(other, o.key)
			if err == nil && !bytes.Equal(got, secret) {
				err = fmt.Errorf("%q arrived", got)
			}
			done <- err
		}()
		c := tls.Client(&heardConn{member, heard}, config(memberKey, o.key.DeviceID()))
		if _, err := c.Write(secret); err != nil {
			t.Fatal(err)
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if heard.Len() < len(secret) || bytes.Contains(heard.Bytes(), secret) || bytes.Contains(heard.Bytes(), secret[:9]) {
			t.Errorf("%d bytes went through the relay, and it can read them", heard.Len())
		}
	})
	t.Run("it answers itself", func(t *testing.T) {
		// A relay with keys of its own takes the member's connection instead of passing it on.
		r := start(t)
		h, _ := r.link(t, o)
		member, other := r.tunnel(t, h, o)
		got := make(chan []byte, 1)
		go func() {
			b, _ := serve(other, newKey(t, 66))
			got <- b
		}()
		c := tls.Client(member, config(memberKey, o.key.DeviceID()))
		if _, err := c.Write(secret); err == nil {
			t.Error("the member believes that the relay is its host")
		}
		if err := member.farewell(); err != nil {
			t.Fatal(err)
		}
		if b := <-got; bytes.Contains(b, secret) {
			t.Error("the relay has read it")
		}
	})
	t.Run("it changes a byte", func(t *testing.T) {
		r := start(t)
		h, _ := r.link(t, o)
		member, other := r.tunnel(t, h, o)
		done := make(chan error, 1)
		go func() {
			_, err := serve(other, o.key)
			done <- err
		}()
		changing := &changedConn{Conn: member}
		c := tls.Client(changing, config(memberKey, o.key.DeviceID()))
		if err := c.HandshakeContext(t.Context()); err != nil {
			t.Fatal(err)
		}
		changing.on = true
		if _, err := c.Write(secret); err != nil {
			t.Fatal(err)
		}
		if err := <-done; err == nil {
			t.Error("the host takes what was changed on the way")
		}
	})
}

// listener keeps what goes by.
type listener struct{ bytes.Buffer }

type heardConn struct {
	net.Conn
	to *listener
}

func (c *heardConn) Write(b []byte) (int, error) {
	c.to.Write(b)
	return c.Conn.Write(b)
}

type changedConn struct {
	net.Conn
	on bool
}

func (c *changedConn) Write(b []byte) (int, error) {
	if c.on {
		b = bytes.Clone(b)
		b[len(b)-1] ^= 1
	}
	return c.Conn.Write(b)
}
