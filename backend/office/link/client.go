package link

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/office/wire"
)

// ClientDeps are what a Client is handed.
type ClientDeps struct {
	Member  *office.Member
	Key     identity.Key // this computer's own
	Dialers []Dialer     // in the order in which they are tried
	Clock   clock.Clock
	Log     logrus.FieldLogger
	Random  func() float64 // at least 0, less than 1: spreads the members of an office that come back at once
	// Networks lists this computer's own addresses, in order; nil asks the system.
	Networks func() []string
	// OnStatus is told that Status, or what the replica holds or waits for, may have changed. It must not block. nil is told
	// nothing.
	OnStatus func()
}

// Status is how a member is connected.
type Status struct {
	Connected bool
	Path      string // the Dialer's name, "" while there is no connection
	Address   string // of the host, likewise
	Since     time.Time
	Problem   string // why there is none: a constant ProblemXxx, "" while it is not known
}

// Client keeps a member connected to its host. Every method may be called from any goroutine.
type Client struct {
	deps  ClientDeps
	retry chan struct{}

	mu     sync.Mutex
	conn   *conn
	status Status
}

// Bounds of the wait between two attempts (full jitter).
const (
	shortestWait = 500 * time.Millisecond
	longestWait  = 60 * time.Second
)

// NewClient returns a client; Run makes it work.
func NewClient(d ClientDeps) *Client {
	if d.OnStatus == nil {
		d.OnStatus = func() {}
	}
	if d.Networks == nil {
		d.Networks = localIPs
	}
	return &Client{deps: d, retry: make(chan struct{}, 1), status: Status{Since: d.Clock.Now()}}
}

// Run connects, and connects again, until ctx ends or the host has wiped this computer.
func (c *Client) Run(ctx context.Context) {
	wait := shortestWait
	for ctx.Err() == nil {
		began := c.deps.Clock.Now()
		err := c.once(ctx)
		var end *office.Farewell
		if errors.As(err, &end) {
			switch end.Code {
			case office.ByeWiped:
				return
			case office.ByeSupersededHost: // it is known where the new one is
				if wait < longestWait {
					nudge(c.retry)
				}
			}
		}
		if c.deps.Clock.Now().Sub(began) >= longestWait {
			wait = shortestWait
		}
		if c.pause(ctx, time.Duration(c.deps.Random()*float64(wait))) {
			wait = shortestWait
		} else {
			wait = min(2*wait, longestWait)
		}
	}
}

// pause waits, or returns true at once when somebody asks for it, the computer has slept meanwhile, or its network is another
// one.
func (c *Client) pause(ctx context.Context, d time.Duration) (early bool) {
	until, networks := c.deps.Clock.Now().Add(d), c.deps.Networks()
	for {
		before := c.deps.Clock.Now()
		left := until.Sub(before)
		if left <= 0 {
			return false
		}
		step := min(left, awake)
		select {
		case <-ctx.Done():
			return false
		case <-c.retry:
			return true
		case <-c.deps.Clock.After(step):
			if wokeUp(step, wall(before, c.deps.Clock.Now())) || !slices.Equal(networks, c.deps.Networks()) {
				return true
			}
		}
	}
}

// Retry connects at once instead of waiting any longer.
func (c *Client) Retry() { nudge(c.retry) }

// Wake has the session send what was written here. It does nothing while there is no connection: what waits is sent when
// there is one.
func (c *Client) Wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn != nil {
		nudge(c.conn.wake)
	}
}

// Status tells how this computer is connected.
func (c *Client) Status() Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.status
}

// once makes one connection and runs it to its end.
func (c *Client) once(ctx context.Context) error {
	var problem string
	for _, d := range c.deps.Dialers {
		raw, err := d.Dial(ctx)
		if err != nil {
			var p *Problem
			if errors.As(err, &p) && problem == "" {
				problem = p.Code
			}
			continue
		}
		ws, state, err := open(ctx, raw, sessionPath, c.deps.Key, c.deps.Clock)
		if err != nil {
			c.deps.Log.WithError(err).Debug("no session with the host")
			problem = ProblemUnreachable
			continue
		}
		host, err := peerOf(state)
		if err != nil {
			return errors.Join(err, ws.Close())
		}
		conn := newConn(ws, c.deps.Clock, c.deps.Log)
		session := c.deps.Member.Session(host)
		session.SendEarly(func(frames ...wire.Frame) {
			if err := conn.send(false, frames...); err != nil {
				c.deps.Log.WithError(err).Error("a frame cannot be written")
			}
		})
		c.set(conn, Status{Connected: true, Path: d.Name(), Address: raw.RemoteAddr().String(), Since: c.deps.Clock.Now()})
		watched := make(chan struct{})
		spawn(c.deps.Log, "watch", func() { defer close(watched); c.watch(ctx, conn, raw.LocalAddr()) })
		err = conn.serve(ctx, told{session, c.deps.OnStatus})
		<-watched
		c.set(nil, Status{Since: c.deps.Clock.Now()})
		return err
	}
	c.fail(problem)
	return nil
}

func (c *Client) set(conn *conn, s Status) {
	c.mu.Lock()
	c.conn, c.status = conn, s
	c.mu.Unlock()
	c.deps.OnStatus()
}

// fail notes why there is no connection.
func (c *Client) fail(problem string) {
	c.mu.Lock()
	changed := c.status.Problem != problem
	c.status.Problem = problem
	c.mu.Unlock()
	if changed {
		c.deps.OnStatus()
	}
}

// told is a session whose progress somebody follows.
type told struct {
	session
	tell func()
}

// Handle implements session.
func (t told) Handle(ctx context.Context, f wire.Frame) ([]wire.Frame, error) {
	defer t.tell()
	return t.session.Handle(ctx, f)
}
