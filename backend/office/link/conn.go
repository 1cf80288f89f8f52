package link

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/wire"
)

// session is what either side says on a connection: office.HostSession, office.MemberSession or office.Enrolment.
type session interface {
	Handle(ctx context.Context, f wire.Frame) ([]wire.Frame, error)
	Wake(ctx context.Context) ([]wire.Frame, error)
	Close()
}

// conn is one connection. One goroutine reads and has frames handled, one writes, one wakes the session; what is to be
// written waits in a queue that belongs to all three.
type conn struct {
	ws    *websocket.Conn
	clock clock.Clock
	log   logrus.FieldLogger

	wake chan struct{} // the session may have something to say
	poke chan struct{} // tell the other side that something has changed

	turn sync.Mutex // held while the session speaks, until what it says is in the queue: frames keep their order

	mu     sync.Mutex
	queue  [][]byte
	bytes  int
	ending bool          // nothing is added any more; what is queued goes out
	more   chan struct{} // the queue has grown, or ends
	room   chan struct{} // the queue has shrunk
	gone   chan struct{} // the connection is over
	once   sync.Once
}

// writeBuffers are shared: most connections are silent most of the time.
var writeBuffers sync.Pool

func newConn(ws *websocket.Conn, clk clock.Clock, log logrus.FieldLogger) *conn {
	c := &conn{
		ws: ws, clock: clk, log: log, wake: make(chan struct{}, 1), poke: make(chan struct{}, 1), more: make(chan struct{}, 1),
		room: make(chan struct{}, 1), gone: make(chan struct{}),
	}
	ws.SetReadLimit(wire.MaxFrame)
	alive := func() error { return ws.SetReadDeadline(clk.Now().Add(silence)) }
	ws.SetPongHandler(func(string) error { return alive() })
	ws.SetPingHandler(func(data string) error {
		err := ws.WriteControl(websocket.PongMessage, []byte(data), clk.Now().Add(writePatience))
		if err != nil && !errors.Is(err, websocket.ErrCloseSent) {
			return err
		}
		return alive()
	})
	return c
}

// errSlow says that the other side takes less than it is sent.
var errSlow = errors.New("link: the other side takes nothing")

// send queues frames. It never waits. Above the bounds of the queue it answers errSlow when strict, and takes the frames
// otherwise: who answers a frame waits for room before it reads the next.
func (c *conn) send(strict bool, frames ...wire.Frame) error {
	for _, f := range frames {
		b, err := wire.Encode(f)
		if err != nil {
			return err
		}
		c.mu.Lock()
		full := strict && (len(c.queue) >= queueFrames || c.bytes+len(b) > queueBytes)
		if !full && !c.ending {
			c.queue = append(c.queue, b)
			c.bytes += len(b)
		}
		c.mu.Unlock()
		if full {
			return errSlow
		}
	}
	nudge(c.more)
	return nil
}

// waitRoom waits until the queue is within its bounds.
func (c *conn) waitRoom() {
	for {
		c.mu.Lock()
		fits := len(c.queue) < queueFrames && c.bytes < queueBytes || c.ending
		c.mu.Unlock()
		if fits {
			return
		}
		select {
		case <-c.room:
		case <-c.gone:
			return
		}
	}
}

// end lets what is queued go out, and then closes.
func (c *conn) end() {
	c.mu.Lock()
	c.ending = true
	c.mu.Unlock()
	nudge(c.more)
}

// close ends the connection at once.
func (c *conn) close() {
	c.once.Do(func() {
		close(c.gone)
		if err := c.ws.Close(); err != nil {
			c.log.WithError(err).Debug("connection closed before")
		}
	})
}

// write sends what is queued, and a ping now and then.
func (c *conn) write() {
	defer c.close()
	ping := c.clock.After(pingAfter()) // whatever else is written meanwhile: it is the answer that counts
	for {
		batch, ending := c.take()
		for _, b := range batch {
			if c.ws.SetWriteDeadline(c.clock.Now().Add(writePatience)) != nil || c.ws.WriteMessage(websocket.BinaryMessage, b) != nil {
				return
			}
		}
		switch {
		case len(batch) > 0:
			continue
		case ending:
			farewell := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
			if c.ws.WriteControl(websocket.CloseMessage, farewell, c.clock.Now().Add(farewellPatience)) == nil {
				c.linger()
			}
			return
		}
		select {
		case <-c.more:
		case <-ping:
			ping = c.clock.After(pingAfter())
			if c.ws.WriteControl(websocket.PingMessage, nil, c.clock.Now().Add(writePatience)) != nil {
				return
			}
		case <-c.gone:
			return
		}
	}
}

// linger gives the other side the time to read the last frames: closing a socket with unread bytes in it discards what was
// sent (RFC 1122, section 4.2.2.13).
func (c *conn) linger() {
	select {
	case <-c.gone:
	case <-c.clock.After(farewellPatience):
	}
}

// take empties the queue.
func (c *conn) take() (batch [][]byte, ending bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	batch, ending = c.queue, c.ending
	c.queue, c.bytes = nil, 0
	nudge(c.room)
	return batch, ending
}

// pingAfter spreads pings, so that an office's computers do not ping in step. The jitter guards nothing.
func pingAfter() time.Duration {
	return pingEvery + time.Duration(rand.Int64N(int64(2*pingSpread))) - pingSpread //nolint:gosec // see above
}

// serve lets a session speak until either side ends it, ctx does, or the connection breaks. It returns why.
func (c *conn) serve(ctx context.Context, s session) error {
	defer s.Close()
	running, stop := context.WithCancel(ctx)
	var beside sync.WaitGroup
	beside.Add(2)
	spawn(c.log, "write", func() { defer beside.Done(); c.write() })
	spawn(c.log, "wake", func() { defer beside.Done(); c.wakes(running, s) })
	err := c.reads(running, s)
	stop()
	select { // what was said last goes out
	case <-c.gone:
	case <-c.clock.After(farewellPatience):
		c.close()
	}
	beside.Wait()
	return err
}

// reads has every frame handled until the session ends.
func (c *conn) reads(ctx context.Context, s session) error {
	if err := c.ws.SetReadDeadline(c.clock.Now().Add(firstFrame)); err != nil {
		c.close()
		return err
	}
	for {
		kind, b, err := c.ws.ReadMessage()
		if err != nil {
			c.close()
			return err
		}
		if err := c.ws.SetReadDeadline(c.clock.Now().Add(silence)); err != nil {
			c.close()
			return err
		}
		over, err := c.speak(func() ([]wire.Frame, error) {
			f, err := wire.Decode(b)
			if kind != websocket.BinaryMessage || err != nil {
				return nil, &office.Farewell{Code: office.ByeProtocol, Err: err}
			}
			return s.Handle(ctx, f)
		})
		if over {
			return c.drain(err)
		}
		c.waitRoom()
	}
}

// drain reads on without listening after a farewell, until the other side has read it and closes.
func (c *conn) drain(why error) error {
	if c.ws.SetReadDeadline(c.clock.Now().Add(farewellPatience)) == nil {
		for {
			if _, _, err := c.ws.NextReader(); err != nil {
				break
			}
		}
	}
	c.close()
	return why
}

// speak has the session say something and sends it. Nobody else speaks meanwhile: what a Wake says must not overtake the
// hello that a Handle has just made.
func (c *conn) speak(say func() ([]wire.Frame, error)) (over bool, err error) {
	c.turn.Lock()
	defer c.turn.Unlock()
	out, err := say()
	return c.answer(out, err), err
}

// answer sends what a session says and reports whether that was its end.
func (c *conn) answer(out []wire.Frame, err error) (over bool) {
	if sendErr := c.send(false, out...); sendErr != nil {
		c.log.WithError(sendErr).Error("a frame cannot be written")
		err = errors.Join(err, sendErr)
	}
	if err == nil {
		return false
	}
	if sendErr := c.send(false, office.Bye(err)); sendErr != nil {
		c.log.WithError(sendErr).Error("a farewell cannot be written")
	}
	c.end()
	return true
}

// wakes has the session say what it has to say by itself.
func (c *conn) wakes(ctx context.Context, s session) {
	for {
		select {
		case <-ctx.Done():
			c.end()
			return
		case <-c.gone:
			return
		case <-c.poke:
			if c.send(true, wire.Frame{Type: wire.TypePoke, Body: &wire.Poke{}}) != nil {
				c.answer(nil, &office.Farewell{Code: office.ByeSlow, Err: errSlow})
				return
			}
			continue
		case <-c.wake:
		case <-c.clock.After(wakeEvery):
		}
		if over, _ := c.speak(func() ([]wire.Frame, error) { return s.Wake(ctx) }); over {
			return
		}
	}
}
