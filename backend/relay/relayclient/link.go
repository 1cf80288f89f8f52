package relayclient

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/relay/relaywire"
)

// hostLink is one link. One goroutine reads, one has events taken; whoever has something to say says it in turn.
type hostLink struct {
	c      *Client
	ws     *websocket.Conn
	events chan relaywire.Event
	over   chan struct{}
	once   sync.Once
	turn   sync.Mutex
}

// errBroken is a relay that does not keep to the protocol.
var errBroken = errors.New("relay: it does not keep to the protocol")

// once makes one link and runs it to its end.
func (c *Client) once(ctx context.Context) error {
	ws, err := dial(ctx, c.deps.Address, relaywire.HostPath)
	if err != nil {
		return err
	}
	l := &hostLink{c: c, ws: ws, events: make(chan relaywire.Event, relaywire.Window), over: make(chan struct{})}
	defer l.close()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	spawn(c.deps.Log, "relay", func() {
		select {
		case <-ctx.Done():
		case <-l.over:
		}
		l.close()
	})
	ws.SetReadLimit(relaywire.MaxFrame)
	welcome, behind, err := l.greet()
	if err != nil {
		return err
	}
	c.deps.OnWelcome(*welcome)
	var beside sync.WaitGroup
	beside.Add(2)
	spawn(c.deps.Log, "relay events", func() { defer beside.Done(); defer l.close(); l.takes(ctx) })
	spawn(c.deps.Log, "relay pings", func() { defer beside.Done(); l.pings() })
	if publish := c.linked(l, *welcome, behind); publish != nil {
		l.tell(&relaywire.Frame{Publish: publish})
	}
	err = l.reads(ctx)
	stop()
	l.close()
	beside.Wait()
	return err
}

// greet answers the challenge.
func (l *hostLink) greet() (*relaywire.Welcome, time.Duration, error) {
	d := l.c.deps
	if err := l.ws.SetReadDeadline(d.Clock.Now().Add(firstFrame)); err != nil {
		return nil, 0, err
	}
	f, err := l.read()
	if err != nil {
		return nil, 0, err
	}
	if f.Challenge == nil || len(f.Challenge.Bytes) != relaywire.ChallengeSize {
		return nil, 0, &Problem{ProblemNoRelay, errBroken}
	}
	behind := time.UnixMilli(f.Challenge.Now).Sub(d.Clock.Now())
	proof, err := identity.SignRelayProof(identity.RelayProof{
		Challenge: f.Challenge.Bytes, Relay: hostOf(d.Address), Certificate: d.Certificate(), Root: d.Root[:],
	}, d.Key)
	if err != nil {
		return nil, 0, fmt.Errorf("sign relay proof: %w", err)
	}
	err = l.write(&relaywire.Frame{Hello: &relaywire.Hello{
		Version: relaywire.Version, Proof: proof, Admission: d.Admission, Hook: d.Hook, VerifyToken: d.VerifyToken,
	}})
	if err != nil {
		return nil, 0, err
	}
	if f, err = l.read(); err != nil {
		return nil, 0, err
	}
	w := f.Welcome
	if w == nil || !relaywire.IsName(w.Hook) || !relaywire.IsName(w.VerifyToken) || !relaywire.IsName(w.Page) {
		return nil, 0, &Problem{ProblemNoRelay, errBroken}
	}
	w.BaseURL = d.Address // under which it has taken the proof; what else it calls itself nobody is to open, nor to tell Meta
	return w, behind, nil
}

// read reads one frame; a refusal is an error.
func (l *hostLink) read() (*relaywire.Frame, error) {
	kind, b, err := l.ws.ReadMessage()
	if err != nil {
		return nil, fmt.Errorf("read from relay: %w", err)
	}
	if kind != websocket.BinaryMessage {
		return nil, &Problem{ProblemNoRelay, errBroken}
	}
	f, err := relaywire.Unmarshal(b)
	if err != nil {
		return nil, &Problem{ProblemNoRelay, err}
	}
	if f.Refuse != nil {
		return nil, &refusal{f.Refuse.Code, min(max(time.Duration(f.Refuse.After)*time.Millisecond, 0), time.Hour)}
	}
	return f, nil
}

// reads takes what the relay says until the link ends.
func (l *hostLink) reads(ctx context.Context) error {
	clk := l.c.deps.Clock
	alive := func() error { return l.ws.SetReadDeadline(clk.Now().Add(silence)) }
	l.ws.SetPongHandler(func(string) error { return alive() })
	l.ws.SetPingHandler(func(data string) error {
		err := l.ws.WriteControl(websocket.PongMessage, []byte(data), clk.Now().Add(writePatience))
		if err != nil && !errors.Is(err, websocket.ErrCloseSent) {
			return err
		}
		return alive()
	})
	for {
		if err := alive(); err != nil {
			return err
		}
		f, err := l.read()
		if err != nil {
			return err
		}
		switch {
		case f.Event != nil:
			select {
			case l.events <- *f.Event:
			default: // more than were asked for
				return errBroken
			}
		case f.Open != nil:
			l.open(ctx, *f.Open)
		default:
			return errBroken
		}
	}
}

// takes has events taken, those that wait together, and acknowledges them.
func (l *hostLink) takes(ctx context.Context) {
	for {
		events, ok := l.waiting(ctx)
		if !ok {
			return
		}
		outcomes, ok := l.take(ctx, events)
		if !ok {
			return
		}
		for i := range outcomes {
			l.tell(&relaywire.Frame{Outcome: &outcomes[i]})
		}
		l.tell(&relaywire.Frame{Ack: &relaywire.Ack{Through: events[len(events)-1].Seq}})
		l.c.took(events)
	}
}

// mostTaken bounds what is taken together, in bytes: a commit of the office is not to hold up everybody else.
const mostTaken = 256 << 10

// waiting waits for an event, and returns it with those that have come meanwhile.
func (l *hostLink) waiting(ctx context.Context) (events []relaywire.Event, ok bool) {
	select {
	case <-ctx.Done():
		return nil, false
	case <-l.over:
		return nil, false
	case e := <-l.events:
		events = append(events, e)
	}
	for bytes := len(events[0].Body); bytes < mostTaken; {
		select {
		case e := <-l.events:
			events, bytes = append(events, e), bytes+len(e.Body)
		default:
			return events, true
		}
	}
	return events, true
}

// take tries until the events are durable: those after them have to wait.
func (l *hostLink) take(ctx context.Context, events []relaywire.Event) ([]relaywire.Outcome, bool) {
	for wait := shortestWait; ; wait = min(2*wait, longestWait) {
		outcomes, err := l.c.deps.Take(ctx, events)
		if err == nil {
			return outcomes, true
		}
		if ctx.Err() != nil {
			return nil, false
		}
		l.c.deps.Log.WithError(err).WithField("seq", events[0].Seq).WithField("events", len(events)).Error("what the relay has sent cannot be kept; it is tried again")
		select {
		case <-ctx.Done():
			return nil, false
		case <-l.over:
			return nil, false
		case <-l.c.deps.Clock.After(wait):
		}
	}
}

// open takes a member's connection. A member whose turn does not come in time comes again.
func (l *hostLink) open(ctx context.Context, o relaywire.Open) {
	select {
	case l.c.dialing <- struct{}{}:
	default:
		l.c.deps.Log.Warn("too many computers come through the relay at once")
		return
	}
	spawn(l.c.deps.Log, "relay tunnel", func() {
		defer func() { <-l.c.dialing }()
		conn, err := dialHost(ctx, l.c.deps.Address, o, l.c.deps.Log)
		if err != nil {
			l.c.deps.Log.WithError(err).Debug("a computer's connection through the relay was not taken")
			return
		}
		l.c.deps.Open(conn)
	})
}

// pings asks now and then whether the relay is there, whatever else is said meanwhile.
func (l *hostLink) pings() {
	d := l.c.deps
	for {
		pause := pingEvery - pingSpread + time.Duration(d.Random()*float64(2*pingSpread))
		select {
		case <-l.over:
			return
		case <-d.Clock.After(pause):
		}
		if l.ws.WriteControl(websocket.PingMessage, nil, d.Clock.Now().Add(writePatience)) != nil {
			l.close()
			return
		}
	}
}

// tell says something; a link that takes nothing ends.
func (l *hostLink) tell(f *relaywire.Frame) {
	if err := l.write(f); err != nil {
		l.c.deps.Log.WithError(err).Debug("the relay was not told")
		l.close()
	}
}

func (l *hostLink) write(f *relaywire.Frame) error {
	b, err := relaywire.Marshal(f)
	if err != nil {
		return err
	}
	l.turn.Lock()
	defer l.turn.Unlock()
	if err := l.ws.SetWriteDeadline(l.c.deps.Clock.Now().Add(writePatience)); err != nil {
		return err
	}
	if err := l.ws.WriteMessage(websocket.BinaryMessage, b); err != nil {
		return fmt.Errorf("write to relay: %w", err)
	}
	return nil
}

func (l *hostLink) close() {
	l.once.Do(func() {
		close(l.over)
		_ = l.ws.Close() // it may have ended before
	})
}
