package relay

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/relay/relaywire"
)

// Bounds of a host's link.
const (
	maxHello   = 64 << 10 // bytes: a certificate with all before it
	maxFromIt  = 256 << 10
	maxControl = 64 // members that wait at once to be told of
	listedOnce = 16 // events
)

// hostLink makes a link of a request. The request's own goroutine ends: an idle link has one, with a small stack.
func (s *Server) hostLink(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	full := s.deps.Limits.Links > 0 && s.links >= s.deps.Limits.Links
	s.mu.Unlock()
	switch {
	case s.isDraining():
		answer(w, http.StatusServiceUnavailable, relaywire.AnswerDraining, "draining", 1)
		return
	case full:
		s.metrics.limited.WithLabelValues("links").Inc()
		answer(w, http.StatusServiceUnavailable, relaywire.AnswerBusy, "too many hosts", 60)
		return
	}
	from := s.address(r)
	ws, err := s.linkUpgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	l := &link{s: s, ws: ws}
	if !s.spawn("link", func() { l.run(from) }) {
		_ = ws.Close() // nothing was said on it
	}
}

// link is a host that is linked. One goroutine reads; another writes while there is something to write.
type link struct {
	s      *Server
	ws     *websocket.Conn
	office string

	mu       sync.Mutex
	control  [][]byte // frames that go out before the next event
	inflight []int64  // numbers of events that were sent and not acknowledged
	sent     int64    // the last of them
	more     bool     // the inbox may have events after it
	pinging  bool
	writing  bool // the other goroutine is there
	ending   bool // after what is in control nothing is written any more
	over     bool
}

func (l *link) run(from netip.Addr) {
	defer l.cut()
	ctx := l.s.running
	l.ws.SetReadLimit(maxHello)
	leave := context.AfterFunc(ctx, l.cut) // a stranger who says nothing does not keep the relay from stopping
	o, err := l.greet(ctx, from)
	leave()
	if err != nil {
		l.refuse(err)
		return
	}
	l.office = o.ID
	l.ws.SetReadLimit(maxFromIt)
	l.ws.SetPongHandler(func(string) error { return l.alive() })
	l.ws.SetPingHandler(func(data string) error {
		err := l.ws.WriteControl(websocket.PongMessage, []byte(data), l.s.deps.Clock.Now().Add(l.s.deps.timing.write))
		if err != nil && !errors.Is(err, websocket.ErrCloseSent) {
			return err
		}
		return l.alive()
	})
	stop, err := l.begin(ctx, o)
	if errors.Is(err, errDraining) {
		l.refuse(&refusal{code: relaywire.RefusedDraining})
		return
	}
	if err != nil {
		l.s.log(l.office).WithError(err).Error("a host was not linked")
		l.refuse(&refusal{relaywire.RefusedBusy, 5 * time.Second})
		return
	}
	defer stop()
	if err := l.reads(ctx); errors.Is(err, errProtocol) {
		l.end(relaywire.Refuse{Code: relaywire.RefusedProtocol})
		l.linger()
	}
}

// refusal is why a link does not come about.
type refusal struct {
	code  string
	after time.Duration
}

// Error implements error.
func (r *refusal) Error() string { return "relay: refused: " + r.code }

// refuse says why and gives the host the time to read it.
func (l *link) refuse(err error) {
	r := &refusal{}
	if !errors.As(err, &r) {
		return
	}
	l.end(relaywire.Refuse{Code: r.code, After: int(r.after.Milliseconds())})
	l.linger()
}

// linger reads on without listening until the host has read the last words: closing a socket with unread bytes in it
// discards what was sent (RFC 1122, section 4.2.2.13).
func (l *link) linger() {
	for {
		if _, _, err := l.ws.NextReader(); err != nil {
			return
		}
	}
}

// greet finds out who it is.
func (l *link) greet(ctx context.Context, from netip.Addr) (Office, error) {
	now := l.s.deps.Clock.Now()
	if err := l.ws.SetReadDeadline(now.Add(l.s.deps.timing.hello)); err != nil {
		return Office{}, err
	}
	challenge := make([]byte, relaywire.ChallengeSize)
	_, _ = rand.Read(challenge) // it never fails
	if err := l.write(&relaywire.Frame{Challenge: &relaywire.Challenge{Version: relaywire.Version, Bytes: challenge, Now: now.UnixMilli()}}); err != nil {
		return Office{}, err
	}
	f, err := l.read()
	if err != nil {
		return Office{}, asRefusal(err)
	}
	hello := f.Hello
	switch {
	case hello == nil:
		return Office{}, &refusal{code: relaywire.RefusedProtocol}
	case hello.Version != relaywire.Version:
		return Office{}, &refusal{code: relaywire.RefusedVersion}
	}
	proof, err := identity.VerifyRelayProof(hello.Proof, challenge, l.s.host)
	if err != nil {
		l.s.deps.Log.WithError(err).WithField("from", from.String()).Info("a proof was none")
		return Office{}, &refusal{code: relaywire.RefusedProof}
	}
	office := relaywire.OfficeID(proof.Root)
	if !l.s.hellos.allow(office, now) {
		return Office{}, &refusal{relaywire.RefusedBusy, 10 * time.Second}
	}
	o, err := l.s.admit(ctx, hello, proof)
	var refused *refusal
	if err != nil && !errors.As(err, &refused) {
		l.s.log(office).WithError(err).Error("an office was not kept")
		err = &refusal{relaywire.RefusedBusy, 10 * time.Second}
	}
	if refused != nil {
		l.s.log(office).WithField("code", refused.code).Info("a host was refused")
	}
	return o, err
}

// asRefusal makes a refusal of what has no meaning; of a link that broke there is nobody to refuse.
func asRefusal(err error) error {
	if errors.Is(err, errProtocol) {
		return &refusal{code: relaywire.RefusedProtocol}
	}
	return err
}

// admit finds the office, or lets a new one in, and notes which computer is its host.
func (s *Server) admit(ctx context.Context, hello *relaywire.Hello, proof identity.RelayHost) (Office, error) {
	id := relaywire.OfficeID(proof.Root)
	turn := &s.putting[proof.Root[0]%64]
	turn.Lock()
	defer turn.Unlock()
	was, err := s.deps.Inbox.Office(ctx, id)
	o := was
	switch {
	case errors.Is(err, ErrNotFound):
		if !s.admits(hello.Admission) {
			return Office{}, &refusal{code: relaywire.RefusedAdmission}
		}
		o = Office{ID: id, Hook: rand.Text(), VerifyToken: rand.Text(), Page: rand.Text(), Created: s.deps.Clock.Now().Truncate(time.Millisecond)}
	case err != nil:
		return Office{}, fmt.Errorf("find office: %w", err)
	}
	o.Device, o.Serial, o.SerialAt = proof.Device, proof.Serial, proof.At
	if o.Before(was) && err == nil {
		return Office{}, &refusal{code: relaywire.RefusedSuperseded}
	}
	for _, own := range []struct {
		text string
		to   *string
	}{{hello.Hook, &o.Hook}, {hello.VerifyToken, &o.VerifyToken}} {
		if own.text != "" && !relaywire.IsName(own.text) {
			return Office{}, &refusal{code: relaywire.RefusedProtocol}
		}
		if own.text != "" {
			*own.to = own.text
		}
	}
	if o == was {
		return o, nil
	}
	switch err := s.deps.Inbox.PutOffice(ctx, o); {
	case errors.Is(err, ErrTaken):
		return Office{}, &refusal{code: relaywire.RefusedHook}
	case errors.Is(err, ErrSuperseded):
		return Office{}, &refusal{code: relaywire.RefusedSuperseded}
	case err != nil:
		return Office{}, err
	}
	s.hooks.forget()
	if was.ID == "" {
		s.log(id).Info("an office was admitted")
	}
	return o, nil
}

// admits compares a token with the operator's, all of them, so that the time it takes tells nothing.
func (s *Server) admits(token string) bool {
	given, ok := sha256.Sum256([]byte(token)), 0
	for _, known := range s.deps.Admission {
		want := sha256.Sum256([]byte(known))
		ok |= subtle.ConstantTimeCompare(given[:], want[:])
	}
	return ok == 1 && token != ""
}

// begin welcomes the host and takes the office's signals for it.
func (l *link) begin(ctx context.Context, o Office) (stop func(), err error) {
	stats, err := l.s.deps.Inbox.Stats(ctx, o.ID)
	if err != nil {
		return nil, err
	}
	welcome, err := relaywire.Marshal(&relaywire.Frame{Welcome: &relaywire.Welcome{
		Hook: o.Hook, VerifyToken: o.VerifyToken, Page: o.Page, BaseURL: l.s.deps.BaseURL, Notice: o.Notice.Version,
		Waiting: stats.Events, KeptDays: int(l.s.deps.Limits.Kept / (24 * time.Hour)),
	}})
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	l.control, l.more = append(l.control, welcome), true
	l.mu.Unlock()
	ignore, err := l.s.deps.Inbox.Attend(ctx, o.ID, l.take)
	if err != nil {
		return nil, err
	}
	if !l.s.enter(l) {
		ignore()
		return nil, errDraining
	}
	l.s.linked(1)
	l.mu.Lock()
	l.wake()
	l.mu.Unlock()
	return func() {
		ignore()
		l.s.leave(l)
		l.s.linked(-1)
	}, nil
}

func (s *Server) linked(n int) {
	s.mu.Lock()
	s.links += n
	s.mu.Unlock()
	s.metrics.hosts.Add(float64(n))
}

// alive moves the instant at which a silent host is given up.
func (l *link) alive() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ending {
		return nil // it has little time left
	}
	return l.ws.SetReadDeadline(l.s.deps.Clock.Now().Add(l.s.deps.timing.silence))
}

// reads hears what the host says until the link ends.
func (l *link) reads(ctx context.Context) error {
	for {
		if err := l.alive(); err != nil {
			return err
		}
		f, err := l.read()
		if err != nil {
			return err
		}
		switch {
		case f.Ack != nil:
			err = l.acknowledge(ctx, f.Ack.Through)
		case f.Publish != nil:
			err = l.publish(ctx, *f.Publish)
		case f.Outcome != nil:
			err = l.outcome(ctx, *f.Outcome)
		default:
			err = errProtocol
		}
		if err != nil {
			if !errors.Is(err, errProtocol) && ctx.Err() == nil {
				l.s.log(l.office).WithError(err).Error("what a host has said was not kept")
			}
			return err
		}
	}
}

// read reads a frame.
func (l *link) read() (*relaywire.Frame, error) {
	kind, b, err := l.ws.ReadMessage()
	if err != nil {
		if errors.Is(err, websocket.ErrReadLimit) {
			err = errProtocol
		}
		return nil, err
	}
	f, err := relaywire.Unmarshal(b)
	if kind != websocket.BinaryMessage || err != nil {
		return nil, errProtocol
	}
	return f, nil
}

// acknowledge drops what the host has on its disk. What was not sent over this link cannot be meant.
func (l *link) acknowledge(ctx context.Context, through int64) error {
	l.mu.Lock()
	sent, n := l.sent, 0
	for n < len(l.inflight) && l.inflight[n] <= through {
		n++
	}
	l.mu.Unlock()
	if through > sent {
		return errProtocol
	}
	if n == 0 {
		return nil
	}
	if err := l.s.deps.Inbox.AckThrough(ctx, l.office, through); err != nil {
		return err
	}
	l.s.metrics.acknowledged.Add(float64(n))
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inflight = l.inflight[n:]
	if len(l.inflight) == 0 {
		l.inflight = nil // an idle link holds nothing
	}
	if l.more {
		l.wake()
	}
	return nil
}

// publish replaces the public texts.
func (l *link) publish(ctx context.Context, p relaywire.Publish) error {
	_, err := time.Parse(time.DateOnly, p.Updated)
	if err != nil || p.Version < 1 || len(p.Office)+len(p.Privacy)+len(p.Deletion) > relaywire.MaxNotice {
		return errProtocol
	}
	return l.change(ctx, func(o *Office) { o.Notice = p })
}

// change replaces the office as it is kept.
func (l *link) change(ctx context.Context, how func(*Office)) error {
	if !l.s.tells.allow(l.office, l.s.deps.Clock.Now()) {
		return errProtocol
	}
	turn := &l.s.putting[firstByte(l.office)%64]
	turn.Lock()
	defer turn.Unlock()
	o, err := l.s.deps.Inbox.Office(ctx, l.office)
	if err != nil {
		return err
	}
	how(&o)
	return l.s.deps.Inbox.PutOffice(ctx, o)
}

// outcome notes what became of a deletion request of this office; of another's there is nothing to say.
func (l *link) outcome(ctx context.Context, o relaywire.Outcome) error {
	if len(o.Reason) > relaywire.MaxReason || o.State != relaywire.DeletionDone && o.State != relaywire.DeletionRefused && o.State != relaywire.DeletionReceived {
		return errProtocol
	}
	d, err := l.s.deps.Inbox.Deletion(ctx, o.Code)
	if errors.Is(err, ErrNotFound) || err == nil && d.Office != l.office {
		return nil // it was too long ago
	}
	if err != nil {
		return err
	}
	if d.State == o.State && d.Reason == o.Reason {
		return nil
	}
	d.State, d.Reason, d.Changed = o.State, o.Reason, l.s.deps.Clock.Now()
	return l.s.deps.Inbox.PutDeletion(ctx, d)
}

// firstByte is the first of an office's root, whose turn it is.
func firstByte(office string) (b byte) {
	_, _ = fmt.Sscanf(office[:min(2, len(office))], "%02x", &b) // what is no id has the first turn
	return b
}
