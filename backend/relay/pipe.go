package relay

import (
	"errors"
	"io"
	"log"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

const tunnelBuffer = 32 << 10

// nowhere takes net/http's own lines.
var nowhere = log.New(io.Discard, "", 0)

// tunnel joins two websockets. What one says goes to the other as it comes: a message is never held whole, and nothing is
// read that the other does not take.
type tunnel struct {
	s       *Server
	ends    [2]*websocket.Conn
	moved   atomic.Int64 // when bytes went through last, nanoseconds
	ending  atomic.Bool
	parting sync.Once
}

// join carries bytes both ways until either side is done.
func (s *Server) join(member, host *websocket.Conn) {
	t := &tunnel{s: s, ends: [2]*websocket.Conn{member, host}}
	now := s.deps.Clock.Now()
	t.moved.Store(now.UnixNano())
	for _, ws := range t.ends {
		ws.SetPongHandler(func(string) error { return t.alive(ws) })
		ws.SetPingHandler(func(data string) error {
			err := ws.WriteControl(websocket.PongMessage, []byte(data), s.deps.Clock.Now().Add(t.s.deps.timing.farewell))
			var timeout interface{ Timeout() bool }
			if err != nil && !errors.Is(err, websocket.ErrCloseSent) && (!errors.As(err, &timeout) || !timeout.Timeout()) {
				return err
			}
			return t.alive(ws)
		})
		// The other side's farewell is passed on first, and answered once everything before it has been.
		ws.SetCloseHandler(func(int, string) error { return nil })
	}
	defer t.cut()
	if !s.enter(t) {
		t.goodbye(websocket.CloseGoingAway)
		return
	}
	defer s.leave(t)
	other := make(chan struct{})
	if !s.spawn("tunnel", func() { defer close(other); t.carry(host, member) }) {
		return
	}
	t.carry(member, host)
	<-other
	t.goodbye(websocket.CloseNormalClosure)
}

// carry takes what one end says to the other until it has no more to say. A farewell ends one way at once and the other
// after a while; anything else ends both.
func (t *tunnel) carry(from, to *websocket.Conn) {
	for {
		if t.alive(from) != nil {
			break
		}
		kind, r, err := from.NextReader()
		var farewell *websocket.CloseError
		if errors.As(err, &farewell) && farewell.Code != websocket.CloseAbnormalClosure {
			t.half(from, to, farewell)
			return
		}
		if err != nil || kind != websocket.BinaryMessage || t.pass(r, from, to) != nil {
			break
		}
	}
	code := websocket.CloseGoingAway
	if t.ending.Load() {
		code = websocket.CloseNormalClosure // it had long enough to say farewell itself
	}
	t.goodbye(code)
	t.cut()
}

// pass passes one message on in pieces of the writer's buffer.
func (t *tunnel) pass(r io.Reader, from, to *websocket.Conn) error {
	w, err := to.NextWriter(websocket.BinaryMessage)
	if err != nil {
		return err
	}
	_, copied := io.Copy(w, &piece{t, r, from, to})
	return errors.Join(copied, w.Close())
}

// piece reads a message and gives each read, and the write that follows, a time of its own.
type piece struct {
	t        *tunnel
	r        io.Reader
	from, to *websocket.Conn
}

// Read implements io.Reader.
func (p *piece) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	now := p.t.s.deps.Clock.Now()
	p.t.moved.Store(now.UnixNano())
	p.t.s.metrics.tunnelBytes.Add(float64(n))
	if e := errors.Join(p.t.alive(p.from), p.to.SetWriteDeadline(now.Add(p.t.s.deps.timing.write))); e != nil {
		return n, e
	}
	return n, err
}

// half passes a farewell on. What the other end has still to say goes through until it says farewell too.
func (t *tunnel) half(from, to *websocket.Conn, why *websocket.CloseError) {
	now := t.s.deps.Clock.Now()
	t.ending.Store(true)
	_ = to.SetReadDeadline(now.Add(t.s.deps.timing.farewell)) // a socket that is closed reads no more anyway
	code := why.Code
	if code == websocket.CloseNoStatusReceived {
		code = websocket.CloseNormalClosure
	}
	if to.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, why.Text), now.Add(t.s.deps.timing.farewell)) != nil {
		_ = to.Close() // it has gone without a word
	}
}

// alive moves the instant at which a silent end is given up.
func (t *tunnel) alive(ws *websocket.Conn) error {
	if t.ending.Load() {
		return nil // it has little time left
	}
	return ws.SetReadDeadline(t.s.deps.Clock.Now().Add(t.s.deps.timing.tunnelSilence))
}

// ping implements pinged. An end that takes nothing is found out by whoever writes to it.
func (t *tunnel) ping(now time.Time) {
	if since(t.moved.Load(), now) > t.s.deps.timing.idle {
		t.goodbye(websocket.CloseGoingAway)
		t.cut()
		return
	}
	t.s.spawn("tunnel ping", func() {
		for _, ws := range t.ends {
			_ = ws.WriteControl(websocket.PingMessage, nil, t.s.deps.Clock.Now().Add(t.s.deps.timing.farewell)) // the answer is what counts
		}
	})
}

// drain implements pinged.
func (t *tunnel) drain(time.Duration) {
	t.s.spawn("tunnel farewell", func() {
		t.goodbye(websocket.CloseServiceRestart)
		t.cut()
	})
}

// goodbye says farewell to both ends, once.
func (t *tunnel) goodbye(code int) {
	t.parting.Do(func() {
		for _, ws := range t.ends {
			_ = ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), t.s.deps.Clock.Now().Add(time.Second))
		}
	})
}

// cut implements pinged: it ends the tunnel at once.
func (t *tunnel) cut() {
	for _, ws := range t.ends {
		_ = ws.Close() // it may have ended before
	}
}
