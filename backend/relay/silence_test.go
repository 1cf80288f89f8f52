package relay_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"sitegroup.mx/crm/backend/relay"
	"sitegroup.mx/crm/backend/relay/relaywire"
)

// hasty is a relay that soon loses its patience with something.
func hasty(t *testing.T, with string) *rig {
	return start(t, func(d *relay.Deps) { relay.Hurry(d, with) })
}

func (r *rig) metric(line string) bool {
	r.t.Helper()
	return strings.Contains(text(r.t, r.do("GET", "/metrics", "")), "sitegroup_relay_"+line+"\n")
}

// A computer whose network went away without a word must not be taken for one that is there: members would wait for it.
func TestLink_HalfOpenIsFoundOut(t *testing.T) {
	r := hasty(t, "silence")
	o := newOffice(t, 1)
	silent, _ := r.link(t, o)
	_ = silent // reads nothing from now on, so that it answers no ping
	r.until("it is gone", func() bool {
		return errors.Is(r.in.Signal(t.Context(), o.id(), relay.Signal{Event: true}), relay.ErrAbsent)
	})
	if status, code := refusedTunnel(t, r.url, relaywire.TunnelPath+o.id()); status != 503 || code != relaywire.AnswerAbsent {
		t.Errorf("its member: %d %q", status, code)
	}
}

func TestLink_WhoSaysNothingIsLetGo(t *testing.T) {
	r := hasty(t, "hello")
	h := r.knock(t)
	if f, err := h.read(); err == nil {
		t.Errorf("%+v", f)
	}
}

func TestTunnel_HostDoesNotCome(t *testing.T) {
	r := hasty(t, "open")
	o := newOffice(t, 1)
	h, _ := r.link(t, o)
	if status, code := refusedTunnel(t, r.url, relaywire.TunnelPath+o.id()); status != 504 || code != relaywire.AnswerAbsent {
		t.Errorf("%d %q", status, code)
	}
	if status, code := refusedTunnel(t, r.url, relaywire.TunnelHostPath+h.next().Open.ID); status != 404 || code != relaywire.AnswerGone {
		t.Errorf("the host, late: %d %q", status, code)
	}
}

func TestTunnel_HalfOpenIsFoundOut(t *testing.T) {
	r := hasty(t, "silence")
	o := newOffice(t, 1)
	h, _ := r.link(t, o)
	member, _ := r.tunnel(t, h, o) // its host reads nothing from now on
	if _, err := io.ReadAll(member); err == nil {
		t.Error("the member was told that all is well")
	}
	r.until("the tunnel is over", func() bool { return r.metric("tunnels 0") })
}

// Whoever sends a byte now and then must not keep a place for ever, whether somebody wants the body or not.
func TestWebhook_SlowBodiesEnd(t *testing.T) {
	r := hasty(t, "body")
	_, w := r.link(t, newOffice(t, 1))
	tests := []struct {
		name, path string
		status     int
	}{{"a delivery", "/h/" + w.Hook, 400}, {"another's hook", "/h/" + w.Page, 404}, {"nothing", "/nothing", 404}, {"health", "/healthz", 404}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			conn := r.dial(t)
			fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"a\"", tt.path)
			answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close() //nolint:errcheck // read or not
			if answer.StatusCode != tt.status {
				t.Errorf("answered %d", answer.StatusCode)
			}
		})
	}
	if stats := r.stats(newOffice(t, 1)); stats.Events != 0 {
		t.Error("half a delivery was kept")
	}
}

// dial opens a plain connection that gives up sooner than the test.
func (r *rig) dial(t *testing.T) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// Whoever asks and asks and takes no answer must not keep a place either.
func TestAnswer_WhoTakesNoneIsLetGo(t *testing.T) {
	r := hasty(t, "answer")
	conn := r.dial(t)
	request := strings.Repeat("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 1000)
	for {
		if _, err := io.WriteString(conn, request); err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error("the connection is still there")
			}
			return
		}
	}
}

// And one that answers is kept for as long as it does, however little it says.
func TestLink_WhoAnswersStays(t *testing.T) {
	r := hasty(t, "silence")
	h, w := r.link(t, newOffice(t, 1))
	pings := make(chan struct{}, 100)
	h.ws.SetPingHandler(func(data string) error {
		pings <- struct{}{}
		return h.ws.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(patience))
	})
	got := make(chan *relaywire.Frame, 1)
	go func() {
		f, err := h.read()
		if err != nil {
			t.Error(err)
		}
		got <- f
	}()
	for range 4 { // longer than the silence that ends a link
		select {
		case <-pings:
		case <-time.After(patience):
			t.Fatal("nobody asks")
		}
	}
	r.do("POST", "/h/"+w.Hook, delivery)
	if f := <-got; f == nil || f.Event == nil {
		t.Errorf("the host hears %+v", f)
	}
}
