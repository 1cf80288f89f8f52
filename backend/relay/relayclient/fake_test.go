package relayclient_test

import (
	"crypto/rand"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/relay/relaywire"
)

// fake is a relay as a test wants it: one office, its events in memory, and every frame of the host on a channel.
type fake struct {
	t       *testing.T
	server  *httptest.Server
	said    chan *relaywire.Frame
	links   chan *websocket.Conn
	refuse  *relaywire.Refuse
	welcome relaywire.Welcome
	silent  bool // it joins nobody
	mu      sync.Mutex
	events  []relaywire.Event
	acked   int64
	waiting map[string]chan *websocket.Conn
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{t: t, said: make(chan *relaywire.Frame, 1000), links: make(chan *websocket.Conn, 10), waiting: map[string]chan *websocket.Conn{}}
	f.welcome = relaywire.Welcome{Hook: "hook-of-the-tests", VerifyToken: "token-of-the-tests", Page: "page-of-the-tests"}
	mux := http.NewServeMux()
	mux.HandleFunc(relaywire.HostPath, f.host)
	mux.HandleFunc(relaywire.TunnelPath+"{office}", f.member)
	mux.HandleFunc(relaywire.TunnelHostPath+"{id}", f.tunnel)
	f.server = httptest.NewServer(mux)
	t.Cleanup(f.server.Close)
	return f
}

func (f *fake) upgrade(w http.ResponseWriter, r *http.Request) *websocket.Conn {
	up := websocket.Upgrader{}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		f.t.Errorf("upgrade: %v", err)
		return nil
	}
	f.t.Cleanup(func() { _ = ws.Close() })
	return ws
}

func send(t *testing.T, ws *websocket.Conn, frame *relaywire.Frame) {
	t.Helper()
	b, err := relaywire.Marshal(frame)
	if err != nil {
		t.Error(err)
		return
	}
	_ = ws.WriteMessage(websocket.BinaryMessage, b) // a link that was cut is part of the test
}

func (f *fake) host(w http.ResponseWriter, r *http.Request) {
	ws := f.upgrade(w, r)
	challenge := make([]byte, relaywire.ChallengeSize)
	_, _ = rand.Read(challenge)
	send(f.t, ws, &relaywire.Frame{Challenge: &relaywire.Challenge{Version: relaywire.Version, Bytes: challenge, Now: time.Now().UnixMilli()}})
	_, b, err := ws.ReadMessage()
	if err != nil {
		return
	}
	hello, err := relaywire.Unmarshal(b)
	if err != nil || hello.Hello == nil {
		f.t.Errorf("hello: %v %+v", err, hello)
		return
	}
	if _, err := identity.VerifyRelayProof(hello.Hello.Proof, challenge, r.Host); err != nil {
		f.t.Errorf("proof: %v", err)
	}
	f.mu.Lock()
	refuse := f.refuse
	after := f.acked
	var events []relaywire.Event
	for _, e := range f.events {
		if e.Seq > after {
			events = append(events, e)
		}
	}
	f.mu.Unlock()
	if refuse != nil {
		send(f.t, ws, &relaywire.Frame{Refuse: refuse})
		_ = ws.Close()
		return
	}
	welcome := f.welcome
	if welcome.Waiting = int64(len(events)); welcome.BaseURL == "" {
		welcome.BaseURL = f.server.URL
	}
	send(f.t, ws, &relaywire.Frame{Welcome: &welcome})
	for _, e := range events {
		send(f.t, ws, &relaywire.Frame{Event: &e})
	}
	f.links <- ws
	for {
		_, b, err := ws.ReadMessage()
		if err != nil {
			return
		}
		frame, err := relaywire.Unmarshal(b)
		if err != nil {
			f.t.Errorf("frame: %v", err)
			return
		}
		if frame.Ack != nil {
			f.mu.Lock()
			f.acked = max(f.acked, frame.Ack.Through)
			f.mu.Unlock()
		}
		f.said <- frame
	}
}

func (f *fake) member(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	if f.silent {
		f.mu.Unlock()
		w.Header().Set(relaywire.AnswerHeader, relaywire.AnswerAbsent)
		http.Error(w, "no host", http.StatusServiceUnavailable)
		return
	}
	id := "t" + r.PathValue("office")[:4]
	come := make(chan *websocket.Conn, 1)
	f.waiting[id] = come
	f.mu.Unlock()
	link := <-f.links
	f.links <- link
	send(f.t, link, &relaywire.Frame{Open: &relaywire.Open{ID: id, From: "203.0.113.7"}})
	other := <-come
	ws := f.upgrade(w, r)
	go pipe(ws, other)
	pipe(other, ws)
}

func (f *fake) tunnel(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	come := f.waiting[r.PathValue("id")]
	f.mu.Unlock()
	come <- f.upgrade(w, r)
}

func pipe(to, from *websocket.Conn) {
	for {
		kind, b, err := from.ReadMessage()
		if err != nil {
			_ = to.Close()
			return
		}
		if to.WriteMessage(kind, b) != nil {
			return
		}
	}
}

func (f *fake) next(t *testing.T) *relaywire.Frame {
	t.Helper()
	select {
	case frame := <-f.said:
		return frame
	case <-time.After(20 * time.Second):
		t.Fatal("the host says nothing")
		return nil
	}
}

func quiet() logrus.FieldLogger {
	l := logrus.New()
	l.SetOutput(io.Discard)
	return l
}

func (f *fake) address() string { return strings.TrimSuffix(f.server.URL, "/") }
