package office

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
)

const (
	pushWindow  = 4                // pushes that wait for their acknowledgement
	pullWindow  = 2                // pulls that wait for their page
	pushAgain   = 30 * time.Second // without a settlement
	pullAnyway  = time.Minute      // a poke may have been lost
	opOverhead  = 96               // bytes of an op beside its texts, roughly
	mostOps     = 32_768           // of a transaction: a decoder takes no longer list, and the host no more at once
	longestWait = 2 * time.Minute  // for a page
)

// MemberSession is one connection to the host, seen from the member. It holds what was sent on this connection and no
// more: whatever it forgets is sent again. Its methods take turns.
type MemberSession struct {
	m        *Member
	host     string // who the key of the other end says it is
	begun    time.Time
	replaced atomic.Bool
	open     atomic.Bool // both have said hello

	mu         sync.Mutex
	stage      stage
	early      func(...wire.Frame)
	cursor     store.Cursor
	filling    bool
	asked      []sentPull // without a page
	again      bool       // something may have happened since the last of them
	pages      wire.Assembler
	pushed     []sentPush // without acknowledgement
	given      int        // acknowledgements to come of pushes that were given up
	sent       int64      // the outbox's number of the last op sent on this connection
	held       bool       // something is set aside for a newer host
	moved      time.Time  // when something was last pushed or settled
	pulled     time.Time  // when a page last came
	credential int64      // when the host's was changed
	out        []wire.Frame
}

// sentPush is a push that waits for its acknowledgement.
type sentPush struct {
	at  time.Time
	txs []store.PendingTx
}

// sentPull is a pull that waits for its page.
type sentPull struct {
	at   time.Time
	from store.Cursor
}

// SendEarly has fn send frames that need not wait for the end of a Handle: the pull of the next page goes out while this
// one is being written. Without it all frames are returned. It is called once, before the first frame.
func (s *MemberSession) SendEarly(fn func(...wire.Frame)) { s.early = fn }

// Handle takes a frame of the host and returns the answers. With an error, which may be a Farewell, the frames are still
// sent, then Bye(err), and the connection is closed.
func (s *MemberSession) Handle(ctx context.Context, f wire.Frame) ([]wire.Frame, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.handle(ctx, f)
	if err != nil {
		s.end(err)
	}
	return s.take(), err
}

// take empties the frames to be sent.
func (s *MemberSession) take() []wire.Frame {
	out := s.out
	s.out = nil
	return out
}

func (s *MemberSession) send(body any) { s.out = append(s.out, frame(body)) }

func (s *MemberSession) end(err error) {
	s.stage = stageEnded
	s.m.say(err)
	s.m.dropCalls(s)
}

// Close ends the session when its connection has ended: who waits for a call is told.
func (s *MemberSession) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stage = stageEnded
	s.m.dropCalls(s)
}

func (s *MemberSession) handle(ctx context.Context, f wire.Frame) error {
	if s.replaced.Load() {
		return farewell(ByeBusy)
	}
	if err := s.m.Start(ctx); err != nil {
		return err
	}
	if bye, ok := f.Body.(*wire.Bye); ok {
		if bye.Code == ByeUserInactive && s.stage == stageGreeted {
			if err := s.m.bar(ctx); err != nil {
				return err
			}
		}
		return farewell(knownBye(bye.Code))
	}
	switch s.stage {
	case stageNew:
		if moved, ok := f.Body.(*wire.Moved); ok { // the host is another computer, and was so before this session
			return s.follow(ctx, moved)
		}
		hello, ok := f.Body.(*wire.Hello)
		if !ok {
			return breach(ByeProtocol, "frame %d before hello", f.Type)
		}
		return s.hello(ctx, hello)
	case stageGreeted:
		return s.frame(ctx, f)
	}
	return breach(ByeProtocol, "frame %d out of turn", f.Type)
}

func (s *MemberSession) frame(ctx context.Context, f wire.Frame) error {
	switch body := f.Body.(type) {
	case *wire.Ack:
		return s.ack(ctx, body)
	case *wire.PageChunk:
		return s.chunk(ctx, body)
	case *wire.Reset:
		return s.resetAsked(ctx, body)
	case *wire.Poke:
		return s.pull(ctx)
	case *wire.Members:
		return s.m.takeList(ctx, body.List)
	case *wire.Moved:
		return s.follow(ctx, body)
	case *wire.Credential:
		return s.takeCredential(ctx, body)
	case *wire.Reply:
		s.m.reply(s, body)
		return nil
	case *wire.Wipe:
		return s.wipe(ctx)
	case *wire.Restarting:
		return farewell(ByeClosing)
	}
	return breach(ByeProtocol, "frame %d is not a host's", f.Type)
}

// hello checks who the host is, says hello, and sends what the host does not know yet.
func (s *MemberSession) hello(ctx context.Context, h *wire.Hello) error {
	if err := s.m.meet(ctx, s, h); err != nil {
		return err
	}
	s.stage = stageGreeted
	s.open.Store(true)
	r, err := s.m.Store.Replica(ctx)
	if err != nil {
		return err
	}
	mine, err := account.ReadCredential(s.m.Store.Read(), s.m.user)
	if err != nil {
		return err
	}
	s.filling, s.held = r.Filling, r.Held > 0
	s.cursor, s.credential, s.moved, s.pulled = r.Cursor, h.CredentialAt, s.m.now(), s.m.now()
	list := s.m.newest()
	s.send(&wire.Hello{
		ProtoMin: wire.ProtoMin, ProtoMax: wire.ProtoMax, Schema: s.m.schema, Device: s.m.Device, Version: s.m.Version,
		At: s.m.now().UnixMilli(), Serial: list.Serial, Cursor: r.Cursor, CredentialAt: changedAt(mine), Office: s.m.office,
	})
	if list.Serial > h.Serial || list.raw != nil && !bytes.Equal(list.cert.raw, h.Certificate) {
		// One of a former host may know of a computer that was revoked after the backup from which this host was made, however
		// many lists this one has signed since.
		s.send(&wire.Members{List: list.raw})
	}
	if err := s.offerCredential(); err != nil {
		return err
	}
	if err := s.push(ctx); err != nil {
		return err
	}
	if err := s.pull(ctx); err != nil {
		return err
	}
	s.sendCalls()
	return nil
}

// Wake returns what there is to send now: what was written here since, a changed password, calls, and, when the host has
// been silent for long, what it may have missed. The transport calls it after local commits, when MemberDeps.Wake asks,
// and every few seconds.
func (s *MemberSession) Wake(ctx context.Context) ([]wire.Frame, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.replaced.Load() {
		err := farewell(ByeBusy)
		s.end(err)
		return nil, err
	}
	if s.stage != stageGreeted {
		return nil, nil
	}
	err := s.wake(ctx)
	if err != nil {
		s.end(err)
	}
	return s.take(), err
}

func (s *MemberSession) wake(ctx context.Context) error {
	now := s.m.now()
	if since := now.Sub(s.moved); s.sent > 0 && (since >= pushAgain || since < 0) {
		r, err := s.m.Store.Replica(ctx)
		if err != nil {
			return err
		}
		if s.moved = now; r.Unsettled > r.Held {
			s.pushAnew()
		}
	}
	if err := s.offerCredential(); err != nil {
		return err
	}
	if err := s.push(ctx); err != nil {
		return err
	}
	s.sendCalls()
	switch since := now.Sub(s.pulled); {
	case len(s.asked) > 0 && now.Sub(s.asked[0].at) >= longestWait:
		return &Farewell{ByeClosing, errors.New("office: the host has stopped answering")}
	case since < 0:
		s.pulled = now // the clock was set back
	case since >= pullAnyway:
		return s.pull(ctx)
	}
	return nil
}

// knownBye is a code that the host has said, if it is one.
func knownBye(code string) string {
	switch code {
	case ByeSlow, ByeProtocol, ByeVersion, ByeUnknownDevice, ByeUserInactive, ByeSupersededHost, ByeNotHost, ByeBusy:
		return code
	}
	return ByeClosing
}
