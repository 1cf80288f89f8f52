package link

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	logtest "github.com/sirupsen/logrus/hooks/test"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/office/wire"
)

// stream is one direction of a connection in memory: buffered, because a pong and an answer may cross.
type stream struct {
	mu       sync.Mutex
	data     []byte
	room     int  // a write waits while more is unread
	lost     bool // whatever is written disappears
	closed   bool
	changed  chan struct{}
	deadline [2]time.Time // of its reader and its writer
}

func newStream(room int) *stream { return &stream{room: room, changed: make(chan struct{})} }

// wait waits, with the lock held, until ready says so.
func (s *stream) wait(side int, ready func() bool) error {
	for !ready() {
		switch {
		case s.closed:
			return net.ErrClosed
		case !s.deadline[side].IsZero() && !time.Now().Before(s.deadline[side]):
			return os.ErrDeadlineExceeded
		}
		changed, until := s.changed, s.deadline[side]
		s.mu.Unlock()
		if until.IsZero() {
			<-changed
		} else {
			timer := time.NewTimer(time.Until(until))
			select {
			case <-changed:
			case <-timer.C:
			}
			timer.Stop()
		}
		s.mu.Lock()
	}
	return nil
}

func (s *stream) change(what func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	what()
	close(s.changed)
	s.changed = make(chan struct{})
}

// memory is one end of a connection in memory.
type memory struct {
	net.Conn // nil: for the methods that nobody calls
	in, out  *stream
}

func (m memory) Read(b []byte) (n int, err error) {
	m.in.mu.Lock()
	err = m.in.wait(0, func() bool { return len(m.in.data) > 0 })
	if err == nil {
		n = copy(b, m.in.data)
		m.in.data = m.in.data[n:]
	}
	m.in.mu.Unlock()
	if err == nil {
		m.in.change(func() {})
	}
	return n, err
}

func (m memory) Write(b []byte) (n int, err error) {
	for n < len(b) {
		m.out.mu.Lock()
		err := m.out.wait(1, func() bool { return len(m.out.data) < m.out.room })
		m.out.mu.Unlock()
		if err != nil {
			return n, err
		}
		part := b[n:min(len(b), n+m.out.room)]
		m.out.change(func() {
			if !m.out.lost {
				m.out.data = append(m.out.data, part...)
			}
		})
		n += len(part)
	}
	return n, nil
}

func (m memory) Close() error {
	for _, s := range []*stream{m.in, m.out} {
		s.change(func() { s.closed = true })
	}
	return nil
}

func (m memory) LocalAddr() net.Addr  { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }
func (m memory) RemoteAddr() net.Addr { return m.LocalAddr() }

func (m memory) SetReadDeadline(t time.Time) error {
	m.in.change(func() { m.in.deadline[0] = t })
	return nil
}

func (m memory) SetWriteDeadline(t time.Time) error {
	m.out.change(func() { m.out.deadline[1] = t })
	return nil
}

func (m memory) SetDeadline(t time.Time) error {
	return errors.Join(m.SetReadDeadline(t), m.SetWriteDeadline(t))
}

// one is a listener of a single connection.
type one struct {
	conns chan net.Conn
	over  chan struct{}
}

func (o one) Accept() (net.Conn, error) {
	select {
	case c := <-o.conns:
		return c, nil
	case <-o.over:
		return nil, net.ErrClosed
	}
}

func (one) Close() error   { return nil }
func (one) Addr() net.Addr { return &net.TCPAddr{} }

// pair connects two ends by a websocket in memory. there is the host's end, room how much may be under way to the member.
func pair(t *testing.T, room int) (here *websocket.Conn, there *conn, cut func()) {
	t.Helper()
	up, down := newStream(1<<20), newStream(room)
	l := one{make(chan net.Conn, 1), make(chan struct{})}
	l.conns <- memory{in: up, out: down}
	log, _ := logtest.NewNullLogger()
	made := make(chan *conn)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { //nolint:gosec // in memory
		ws, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		made <- newConn(ws, clock.System{}, log)
	})}
	go server.Serve(l) //nolint:errcheck // ends with the listener
	t.Cleanup(func() { close(l.over) })
	d := websocket.Dialer{NetDialContext: func(context.Context, string, string) (net.Conn, error) { return memory{in: down, out: up}, nil }}
	ws, _, err := d.DialContext(t.Context(), "ws://host/", nil) //nolint:bodyclose // there is none after an upgrade
	if err != nil {
		t.Fatal(err)
	}
	return ws, <-made, func() {
		for _, s := range []*stream{up, down} {
			s.change(func() { s.lost, s.data = true, nil })
		}
	}
}

// mute is a session that has nothing to say.
type mute struct{}

func (mute) Handle(context.Context, wire.Frame) ([]wire.Frame, error) { return nil, nil }
func (mute) Wake(context.Context) ([]wire.Frame, error)               { return nil, nil }
func (mute) Close()                                                   {}

func isGone(c *conn) bool {
	select {
	case <-c.gone:
		return true
	default:
		return false
	}
}

// TestConn_StaysAliveAndNoticesSilence: two computers that have nothing to say stay connected, and part within a minute of
// the moment in which nothing arrives any more.
func TestConn_StaysAliveAndNoticesSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ws, there, cut := pair(t, 1<<20)
		log, _ := logtest.NewNullLogger()
		here := newConn(ws, clock.System{}, log)
		var ends sync.WaitGroup
		for _, c := range []*conn{here, there} {
			nudge(c.poke) // a first frame
			ends.Go(func() { _ = c.serve(t.Context(), mute{}) })
		}
		time.Sleep(time.Hour)
		if isGone(here) || isGone(there) {
			t.Fatal("a silent hour ended the connection")
		}
		cut()
		begun := time.Now()
		<-here.gone
		<-there.gone
		if took := time.Since(begun); took > silence+pingEvery {
			t.Errorf("the silence was noticed after %v", took)
		}
		ends.Wait()
	})
}

// TestConn_CutsOffWhoTakesNothing: a member that reads nothing must not make the host's memory grow.
func TestConn_CutsOffWhoTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, there, _ := pair(t, 512)
		var ends sync.WaitGroup
		ends.Go(func() { _ = there.serve(t.Context(), mute{}) })
		most, begun := 0, time.Now()
		for !isGone(there) {
			nudge(there.poke)
			synctest.Wait()
			there.mu.Lock()
			most = max(most, len(there.queue))
			there.mu.Unlock()
			time.Sleep(10 * time.Millisecond)
		}
		if took := time.Since(begun); took > writePatience+2*farewellPatience {
			t.Errorf("it was cut off after %v", took)
		}
		if most > queueFrames+1 { // and the farewell
			t.Errorf("%d frames were waiting for it", most)
		}
		ends.Wait()
	})
}

// TestConn_AFullFrameCrossesASlowLink: a frame goes out whole. Whoever has 512 kbit/s is not cut off in the middle of one, and
// whoever has next to nothing is.
func TestConn_AFullFrameCrossesASlowLink(t *testing.T) {
	for _, tt := range []struct {
		kbits   int
		crosses bool
	}{{512, true}, {300, true}, {200, false}} {
		t.Run(strconv.Itoa(tt.kbits)+" kbit/s", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ws, there, _ := pair(t, 512)
				full := make([]byte, wire.MaxFrame-64)
				for i := range full { // which nothing makes smaller
					full[i] = byte(rand.N(256))
				}
				var ends sync.WaitGroup
				ends.Go(func() { _ = there.serve(t.Context(), mute{}) })
				if err := there.send(false, wire.Frame{Type: wire.TypePageChunk, Body: &wire.PageChunk{Of: 1, Bytes: full}}); err != nil {
					t.Fatal(err)
				}
				hello, err := wire.Encode(wire.Frame{Type: wire.TypePoke, Body: &wire.Poke{}}) // in time
				if err = errors.Join(err, ws.WriteMessage(websocket.BinaryMessage, hello)); err != nil {
					t.Fatal(err)
				}
				_, r, err := ws.NextReader()
				got, part := 0, make([]byte, 512)
				for err == nil {
					var n int
					n, err = r.Read(part)
					got += n
					time.Sleep(time.Duration(n) * 8 * time.Second / time.Duration(tt.kbits*1000))
				}
				if crosses := errors.Is(err, io.EOF) && got > len(full); crosses != tt.crosses {
					t.Errorf("%d bytes came, and then %v", got, err)
				}
				there.close()
				ends.Wait()
			})
		})
	}
}

// deaf is a way to a host that is not there.
type deaf struct {
	mu    sync.Mutex
	times []time.Time
}

// asked is when somebody asked for it.
func (d *deaf) asked() []time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.times)
}

func (*deaf) Name() string { return "lan" }

func (d *deaf) Dial(context.Context) (net.Conn, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.times = append(d.times, time.Now())
	return nil, &Problem{ProblemUnreachable, errors.New("nobody")}
}

// TestClient_WaitsLongerAndLonger: full jitter from half a second to a minute, and at once when somebody asks.
func TestClient_WaitsLongerAndLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := &deaf{}
		log, _ := logtest.NewNullLogger()
		c := NewClient(ClientDeps{
			Dialers: []Dialer{host}, Clock: clock.System{}, Log: log, Random: func() float64 { return 0.999 },
			Networks: func() []string { return nil },
		})
		ctx, stop := context.WithCancel(t.Context())
		var ended sync.WaitGroup
		ended.Go(func() { c.Run(ctx) })
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		want, asked := shortestWait, host.asked()
		for i := 1; i < len(asked); i++ {
			if gap := asked[i].Sub(asked[i-1]); gap > want || gap < want*99/100 {
				t.Errorf("wait %d took %v, want nearly %v", i, gap, want)
			}
			want = min(2*want, longestWait)
		}
		if n := len(asked); n < 15 || n > 18 {
			t.Errorf("it asked %d times in ten minutes", n)
		}
		before := len(asked)
		c.Retry()
		synctest.Wait()
		if len(host.asked()) != before+1 {
			t.Error("it did not ask at once")
		}
		time.Sleep(shortestWait)
		synctest.Wait()
		if len(host.asked()) != before+2 {
			t.Error("after that it did not begin with short waits again")
		}
		stop()
		ended.Wait()
		if s := c.Status(); s.Connected || s.Problem != ProblemUnreachable {
			t.Errorf("status %+v", s)
		}
	})
}

func TestWokeUp(t *testing.T) {
	for _, tt := range []struct {
		timer, wall time.Duration
		want        bool
	}{
		{5 * time.Second, 5 * time.Second, false},
		{5 * time.Second, 19 * time.Second, false}, // a busy computer
		{5 * time.Second, 21 * time.Second, true},
		{5 * time.Second, -time.Hour, false}, // the clock was set back
		{60 * time.Second, 8 * time.Hour, true},
	} {
		if got := wokeUp(tt.timer, tt.wall); got != tt.want {
			t.Errorf("wokeUp(%v, %v) = %v", tt.timer, tt.wall, got)
		}
	}
}
