package relay_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sitegroup.mx/crm/backend/relay"
	"sitegroup.mx/crm/backend/relay/relaywire"
)

// node is one of several that share an inbox.
type node struct {
	relay.Inbox
	id    string
	names map[string]string
}

func (n *node) NodeID() string { return n.id }

func (n *node) NodeURL(_ context.Context, id string) (string, error) {
	if url, ok := n.names[id]; ok {
		return url, nil
	}
	return "", relay.ErrNotFound
}

// A balancer sends the host's end to any node; the member waits at one.
func TestTunnel_HostComesToAnotherNode(t *testing.T) {
	names := map[string]string{}
	first := start(t, func(d *relay.Deps) { d.Inbox = &node{d.Inbox, "a", names} })
	second := startBeside(t, first, &node{first.in, "b", names})
	names["a"], names["b"], names["gone"] = first.url, second.url, "http://127.0.0.1:1"
	names["loop"] = first.url // whose name it does not have

	o := newOffice(t, 1)
	h, _ := second.link(t, o)
	ended := make(chan *stream, 1)
	go func() {
		defer close(ended)
		f, err := h.read()
		if err != nil || f.Open == nil || !strings.HasPrefix(f.Open.ID, "a.") {
			t.Errorf("%+v, %v", f, err)
			return
		}
		ws, _, err := dialWS(t, second.url, relaywire.TunnelHostPath+f.Open.ID, nil)
		if err != nil {
			t.Error(err)
			return
		}
		ended <- &stream{Conn: ws}
	}()
	ws, answer, err := dialWS(t, first.url, relaywire.TunnelPath+o.id(), nil)
	if err != nil {
		t.Fatalf("%v %v", answer, err)
	}
	member, other := &stream{Conn: ws}, <-ended
	for from, to := range map[*stream]*stream{member: other, other: member} {
		if _, err := from.Write([]byte("hola")); err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 4)
		if _, err := to.Read(b); err != nil || string(b) != "hola" {
			t.Errorf("%q, %v", b, err)
		}
	}
	for id, want := range map[string]int{"unknown": http.StatusNotFound, "gone": http.StatusBadGateway, "a": http.StatusNotFound, "loop": http.StatusNotFound} {
		if status, _ := refusedTunnel(t, second.url, relaywire.TunnelHostPath+id+"."+strings.Repeat("0", 32)); status != want {
			t.Errorf("node %s: %d, want %d", id, status, want)
		}
	}
	// A webhook at the first reaches the host at the second.
	kept, err := first.in.Office(t.Context(), o.id())
	if err != nil {
		t.Fatal(err)
	}
	if answer := first.do("POST", "/h/"+kept.Hook, delivery); answer.StatusCode != 200 {
		t.Errorf("webhook: %d", answer.StatusCode)
	}
	h.event()
}

// startBeside starts another relay on the same inbox. Both are dialled by the first one's name.
func startBeside(t *testing.T, first *rig, in relay.Inbox) *rig {
	t.Helper()
	s, err := relay.New(relay.Deps{
		Inbox: in, BaseURL: first.url, Admission: []string{token}, Limits: relay.DefaultLimits(), Clock: first.clock, Log: first.logger,
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		server.Close()
	})
	return &rig{Server: s, t: t, in: first.in, http: server, url: server.URL, name: strings.TrimPrefix(first.url, "http://")}
}
