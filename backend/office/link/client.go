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
	Dialers []Dialer     // the best first: each is tried a moment after the one before, and given up for a better one
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
	Problem   string // why there is none, or none of the best way: a constant ProblemXxx, "" while it is not known
}

// Client keeps a member connected to its host. Every method may be called from any goroutine.
type Client struct {
	deps  ClientDeps
	retry chan struct{}

	mu     sync.Mutex
	conn   *conn
	better *way // that was opened to take the place of conn
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
		lasted, err := c.once(ctx)
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
		if lasted >= wait { // a host that greets and breaks at once is left alone more and more
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

// once makes one connection, runs it to its end, and tells how long it lasted: 0 for none.
func (c *Client) once(ctx context.Context) (lasted time.Duration, err error) {
	w := c.takeBetter()
	if w == nil {
		if w, err = c.opener().race(ctx, c.deps.Dialers); err != nil {
			c.fail(problemOf(err))
			return 0, nil
		}
	}
	conn := newConn(w.ws, c.deps.Clock, c.deps.Log)
	session := c.deps.Member.Session(w.host)
	session.SendEarly(func(frames ...wire.Frame) {
		if err := conn.send(false, frames...); err != nil {
			c.deps.Log.WithError(err).Error("a frame cannot be written")
		}
	})
	began := c.deps.Clock.Now()
	c.set(conn, Status{Connected: true, Path: w.dialer.Name(), Address: w.raw.RemoteAddr().String(), Since: began})
	var beside sync.WaitGroup
	beside.Add(2)
	spawn(c.deps.Log, "watch", func() { defer beside.Done(); c.watch(ctx, conn, w.raw.LocalAddr()) })
	spawn(c.deps.Log, "better way", func() { defer beside.Done(); c.lookForBetter(ctx, conn, w) })
	err = conn.serve(ctx, told{session, c.deps.OnStatus})
	beside.Wait()
	now := c.deps.Clock.Now()
	c.set(nil, Status{Since: now})
	return now.Sub(began), err
}

func (c *Client) opener() opener {
	return opener{path: sessionPath, key: c.deps.Key, clock: c.deps.Clock, log: c.deps.Log}
}

// betterEvery is how often a member that has not come the best way looks for it.
var betterEvery = time.Minute

// lookForBetter tries the ways before the one of a connection now and then, and ends the connection once one of them has led
// to the same host, unless somebody waits for an answer just then.
func (c *Client) lookForBetter(ctx context.Context, conn *conn, now *way) {
	best := slices.IndexFunc(c.deps.Dialers, func(d Dialer) bool { return d.Name() == now.dialer.Name() })
	if best <= 0 {
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	spawn(c.deps.Log, "better way", func() {
		select {
		case <-conn.gone:
			cancel()
		case <-ctx.Done():
		}
	})
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.deps.Clock.After(betterEvery):
		}
		w, err := c.opener().race(ctx, c.deps.Dialers[:best])
		if err != nil {
			if ctx.Err() == nil { // the page says what keeps the better way shut
				c.fail(problemOf(err))
			}
			continue
		}
		if w.host != now.host || c.deps.Member.Calling() {
			_ = w.ws.Close() // a stranger at an old address of the host, or another time
			continue
		}
		c.mu.Lock()
		c.better = w
		c.mu.Unlock()
		c.deps.Log.WithField("path", w.dialer.Name()).Info("a better way to the host is taken")
		nudge(c.retry)
		conn.close()
		return
	}
}

// takeBetter returns the way that was found while there was a connection.
func (c *Client) takeBetter() *way {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := c.better
	c.better = nil
	return w
}

func (c *Client) set(conn *conn, s Status) {
	c.mu.Lock()
	c.conn, c.status = conn, s
	c.mu.Unlock()
	c.deps.OnStatus()
}

// problemOf is the code of why a way does not lead anywhere.
func problemOf(err error) string {
	var p *Problem
	if errors.As(err, &p) {
		return p.Code
	}
	return ""
}

// fail notes why there is no connection, or none of the best way.
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
