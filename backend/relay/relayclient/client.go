package relayclient

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/relay/relaywire"
)

// Deps are what a Client is handed. All but Admission, Hook, VerifyToken and OnStatus are compulsory.
type Deps struct {
	Address string   // of the relay, as ParseAddress writes it
	Root    [32]byte // fingerprint of the office's root key
	Key     identity.Key
	// Certificate returns the host's, with all before it.
	Certificate func() []byte
	Admission   string // the operator's token, "" where the relay knows the office
	// Hook and VerifyToken are those that the office has told Meta, "" for none yet.
	Hook, VerifyToken string
	// Take makes events durable: once it returns without an error the relay forgets them. It is called with those that wait,
	// in order, by one goroutine, and again with all of them when it has answered with an error or its acknowledgement was lost.
	// What it returns beside is told to whoever asked for a deletion.
	Take func(ctx context.Context, events []relaywire.Event) ([]relaywire.Outcome, error)
	// Open is handed a member's connection. It must not block.
	Open func(c net.Conn)
	// OnWelcome hears what the relay says of the office. It is called before the first event of a link.
	OnWelcome func(w relaywire.Welcome)
	// OnStatus is told that Status has changed. It must not block.
	OnStatus func()
	Clock    clock.Clock
	Log      logrus.FieldLogger
	Random   func() float64 // at least 0, less than 1
}

// States of a Status.
const (
	StateConnecting = "connecting" // the first attempt
	StateLinked     = "linked"
	StateOffline    = "offline" // see Problem
	StateRefused    = "refused" // see Problem, a constant relaywire.RefusedXxx
)

// Status is how the host stands with its relay.
type Status struct {
	State     string
	Since     time.Time // of the state
	Problem   string    // a constant ProblemXxx or relaywire.RefusedXxx
	Waiting   int64     // events that are known to wait at the relay
	LastEvent time.Time // when the last event came, by the relay's clock
	Behind    time.Duration
	Welcome   relaywire.Welcome // the last
}

// Bounds of a link (docs/protocol.md).
const (
	shortestWait  = 500 * time.Millisecond
	longestWait   = 60 * time.Second
	firstFrame    = 15 * time.Second
	silence       = 60 * time.Second
	pingEvery     = 25 * time.Second // and up to pingSpread more or less
	pingSpread    = 5 * time.Second
	writePatience = 10 * time.Second
	tunnelsAtOnce = 64 // that are being dialled
)

// Client keeps a host linked with its relay. Every method may be called from any goroutine.
type Client struct {
	deps    Deps
	retry   chan struct{}
	dialing chan struct{}

	mu      sync.Mutex
	status  Status
	link    *hostLink
	publish *relaywire.Publish
}

// New returns a client; Run makes it work.
func New(d Deps) *Client {
	if d.OnStatus == nil {
		d.OnStatus = func() {}
	}
	return &Client{
		deps: d, retry: make(chan struct{}, 1), dialing: make(chan struct{}, tunnelsAtOnce),
		status: Status{State: StateConnecting, Since: d.Clock.Now()},
	}
}

// Run links, and links again, until ctx ends.
func (c *Client) Run(ctx context.Context) {
	wait := shortestWait
	for ctx.Err() == nil {
		err := c.once(ctx)
		if ctx.Err() != nil {
			return
		}
		if lasted := c.failed(err); lasted >= wait { // a relay that welcomes and breaks at once is left alone more and more
			wait = shortestWait
		}
		pause := time.Duration(c.deps.Random() * float64(wait))
		var refused *refusal
		if errors.As(err, &refused) {
			pause += refused.after
			if refused.lasting() {
				pause = max(pause, longestWait/2+pause/2)
			}
		}
		select {
		case <-ctx.Done():
		case <-c.retry:
			wait = shortestWait
		case <-c.deps.Clock.After(pause):
			wait = min(2*wait, longestWait)
		}
	}
}

// Renew links anew, at once: the computer has slept, its network is another one, or somebody has put something right.
func (c *Client) Renew() {
	c.mu.Lock()
	link := c.link
	c.mu.Unlock()
	nudge(c.retry)
	if link != nil {
		link.close()
	}
}

// Publish has the relay show these texts, now or once there is a link.
func (c *Client) Publish(p relaywire.Publish) {
	c.mu.Lock()
	c.publish = &p
	link := c.link
	welcome := c.status.Welcome
	c.mu.Unlock()
	if link != nil && welcome.Notice != p.Version {
		link.tell(&relaywire.Frame{Publish: &p})
	}
}

// Status tells how the host stands with its relay.
func (c *Client) Status() Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.status
}

// linked notes a link and returns the texts that the relay does not have.
func (c *Client) linked(l *hostLink, w relaywire.Welcome, behind time.Duration) (publish *relaywire.Publish) {
	c.mu.Lock()
	c.link = l
	c.status.State, c.status.Problem, c.status.Since = StateLinked, "", c.deps.Clock.Now()
	c.status.Welcome, c.status.Waiting, c.status.Behind = w, w.Waiting, behind
	if c.publish != nil && c.publish.Version != w.Notice {
		publish = c.publish
	}
	c.mu.Unlock()
	c.deps.OnStatus()
	return publish
}

// took notes events.
func (c *Client) took(events []relaywire.Event) {
	c.mu.Lock()
	c.status.Waiting = max(c.status.Waiting-int64(len(events)), 0)
	c.status.LastEvent = time.UnixMilli(events[len(events)-1].At)
	c.mu.Unlock()
	c.deps.OnStatus()
}

// failed notes why there is no link, and returns how long the one before lasted, 0 where there was none.
func (c *Client) failed(err error) (lasted time.Duration) {
	state, problem := StateOffline, ProblemUnreachable
	var refused *refusal
	var p *Problem
	switch {
	case errors.As(err, &refused) && refused.lasting():
		state, problem = StateRefused, refused.code
	case errors.As(err, &refused):
		problem = refused.code
	case errors.As(err, &p):
		problem = p.Code
	}
	c.mu.Lock()
	changed := c.status.State != state || c.status.Problem != problem
	now := c.deps.Clock.Now()
	if c.status.State == StateLinked {
		lasted = now.Sub(c.status.Since)
	}
	if c.status.State != state {
		c.status.Since = now
	}
	c.link, c.status.State, c.status.Problem = nil, state, problem
	c.mu.Unlock()
	if changed {
		c.deps.Log.WithField("problem", problem).WithError(err).Info("no link with the relay")
		c.deps.OnStatus()
	}
	return lasted
}

// refusal is the relay's farewell.
type refusal struct {
	code  string
	after time.Duration
}

// Error implements error.
func (r *refusal) Error() string { return "relay: refused: " + r.code }

// lasting reports whether coming again changes nothing until somebody does something.
func (r *refusal) lasting() bool {
	switch r.code {
	case relaywire.RefusedDraining, relaywire.RefusedBusy, relaywire.RefusedSlow, relaywire.RefusedProtocol:
		return false
	}
	return true
}

func nudge(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
