package relayclient

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
)

// Bounds of a tunnel.
const (
	chunk            = 32 << 10 // bytes of one message that is sent
	mostMessage      = 1 << 20  // of one that is received
	farewellPatience = time.Second
)

// system is the time that a socket's deadlines are of.
var system clock.System

// conn is a tunnel: a stream of bytes in the binary messages of a websocket. Reading can go on after a deadline has passed,
// which a websocket's own cannot, and which net/http relies on.
type conn struct {
	ws     *websocket.Conn
	local  net.Addr
	remote net.Addr

	full chan []byte // what was received, to be read
	free chan []byte // buffers of what was read
	over chan struct{}
	end  error // why nothing more comes; read once full is closed

	reading  sync.Mutex
	buffer   []byte // that rest is of
	rest     []byte
	deadline deadline

	writing sync.Mutex
	close   sync.Once
}

// newConn makes a stream of a websocket that nobody else uses any more.
func newConn(ws *websocket.Conn, remote net.Addr, log logrus.FieldLogger) *conn {
	c := &conn{
		ws: ws, local: ws.LocalAddr(), remote: remote, full: make(chan []byte, 1), free: make(chan []byte, 2), over: make(chan struct{}),
	}
	ws.SetReadLimit(mostMessage)
	c.free <- make([]byte, chunk)
	c.free <- make([]byte, chunk)
	spawn(log, "tunnel", c.receive)
	return c
}

// receive reads ahead, one buffer at most beside the one that is being read.
func (c *conn) receive() {
	defer close(c.full)
	for {
		kind, r, err := c.ws.NextReader()
		if err == nil && kind != websocket.BinaryMessage {
			err = errors.New("relay: text in a tunnel")
		}
		for err == nil {
			var buffer []byte
			select {
			case buffer = <-c.free:
			case <-c.over:
				c.end = net.ErrClosed
				return
			}
			var n int
			n, err = r.Read(buffer[:cap(buffer)])
			if n == 0 {
				c.free <- buffer
				continue
			}
			select {
			case c.full <- buffer[:n]:
			case <-c.over:
				c.end = net.ErrClosed
				return
			}
		}
		if errors.Is(err, io.EOF) {
			continue // of this message
		}
		c.end = err
		if websocket.IsCloseError(err, websocket.CloseNormalClosure, websocket.CloseGoingAway) {
			c.end = io.EOF
		}
		return
	}
}

// Read implements net.Conn.
func (c *conn) Read(b []byte) (int, error) {
	c.reading.Lock()
	defer c.reading.Unlock()
	if c.deadline.passed() {
		return 0, os.ErrDeadlineExceeded
	}
	for len(c.rest) == 0 {
		if isClosed(c.over) {
			return 0, net.ErrClosed
		}
		come, changed := c.deadline.wait()
		select {
		case next, ok := <-c.full:
			if !ok {
				return 0, c.end
			}
			c.buffer, c.rest = next, next
		case <-c.over:
			return 0, net.ErrClosed
		case <-changed:
		case <-come:
			return 0, os.ErrDeadlineExceeded
		}
	}
	n := copy(b, c.rest)
	if c.rest = c.rest[n:]; len(c.rest) == 0 {
		c.free <- c.buffer
		c.buffer = nil
	}
	return n, nil
}

// Write implements net.Conn. As with TLS, a write that has run out of time is the last.
func (c *conn) Write(b []byte) (n int, err error) {
	c.writing.Lock()
	defer c.writing.Unlock()
	for len(b) > 0 {
		part := b[:min(len(b), chunk)]
		if err := c.ws.WriteMessage(websocket.BinaryMessage, part); err != nil {
			select {
			case <-c.over:
				err = net.ErrClosed
			default:
			}
			return n, err
		}
		n, b = n+len(part), b[len(part):]
	}
	return n, nil
}

// Close implements net.Conn.
func (c *conn) Close() error {
	err := net.ErrClosed
	c.close.Do(func() {
		close(c.over)
		farewell := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
		_ = c.ws.WriteControl(websocket.CloseMessage, farewell, system.Now().Add(farewellPatience)) // who has gone hears nothing
		err = c.ws.Close()
	})
	return err
}

// LocalAddr implements net.Conn.
func (c *conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr implements net.Conn: on the host the member's as the relay told it, on a member the relay's.
func (c *conn) RemoteAddr() net.Addr { return c.remote }

// SetDeadline implements net.Conn.
func (c *conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// SetReadDeadline implements net.Conn.
func (c *conn) SetReadDeadline(t time.Time) error {
	c.deadline.set(t)
	return nil
}

// SetWriteDeadline implements net.Conn.
func (c *conn) SetWriteDeadline(t time.Time) error { return c.ws.SetWriteDeadline(t) }

// deadline is a time that may change while somebody waits for it. The zero value is none.
type deadline struct {
	mu      sync.Mutex
	at      time.Time
	changed chan struct{}
}

func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.at = t
	if d.changed != nil {
		close(d.changed)
		d.changed = nil
	}
}

// wait returns what tells that the time has come, which is never while there is none, and what tells that it is another one.
func (d *deadline) wait() (come <-chan time.Time, changed <-chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.changed == nil {
		d.changed = make(chan struct{})
	}
	if !d.at.IsZero() {
		come = system.After(d.at.Sub(system.Now()))
	}
	return come, d.changed
}

func (d *deadline) passed() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return !d.at.IsZero() && !d.at.After(system.Now())
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
