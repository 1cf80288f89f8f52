package office

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
)

// stage is how far a session has come.
type stage int

const (
	stageNew     stage = iota // nothing was said
	stageOpened               // the host has said hello
	stageGreeted              // both have
	stageWiping               // the computer was told to wipe itself
	stageEnded
)

// HostSession is one connection of one computer of the office, seen from the host. It holds nothing that a new connection
// would miss: every answer follows from the frame and the file. Its methods take turns.
type HostSession struct {
	h        *Host
	device   string
	replaced atomic.Bool // by a newer connection of the same computer

	mu        sync.Mutex
	stage     stage
	user      string // as of the last frame
	held      store.Held
	ahead     bool  // it has read what this host has lost: it begins again before anything of it is settled
	listed    int64 // serial of the membership list that the other end has
	pages     wire.PageEncoder
	calls     map[uint64]*callParts
	callBytes int

	about         sync.Mutex // guards what lists show, also while a frame is being handled
	path, address string
	pos           int64
}

// From notes how the computer came, for people: "lan" or "relay", and an address.
func (s *HostSession) From(path, address string) {
	s.about.Lock()
	defer s.about.Unlock()
	s.path, s.address = path, address
}

// stands notes how far the computer has read.
func (s *HostSession) stands(pos int64) {
	s.about.Lock()
	defer s.about.Unlock()
	s.pos = pos
}

// standing is how the computer came, and how far it has read.
func (s *HostSession) standing() (path, address string, pos int64) {
	s.about.Lock()
	defer s.about.Unlock()
	return s.path, s.address, s.pos
}

// Device returns the id of the computer at the other end.
func (s *HostSession) Device() string { return s.device }

// Open begins: the host speaks first. What was revoked is told to wipe itself. The frames are to be sent also when there
// is an error, which is a Farewell.
func (s *HostSession) Open(ctx context.Context) ([]wire.Frame, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.h
	if err := h.ready(ctx); err != nil {
		return nil, err
	}
	if s.stage != stageNew {
		return nil, breach(ByeProtocol, "opened twice")
	}
	if err := h.serving(); err != nil {
		return h.movedFor(s.device), err
	}
	a, err := readActor(h.Store.Read(), s.device)
	if errors.Is(err, errUnknownDevice) {
		return nil, &Farewell{ByeUnknownDevice, err}
	}
	if err != nil {
		return nil, err
	}
	hello, err := h.hello(a)
	if err != nil {
		return nil, err
	}
	if a.Revoked {
		s.stage = stageWiping
		return []wire.Frame{hello, frame(&wire.Wipe{})}, nil
	}
	if !a.Active {
		return []wire.Frame{hello}, farewell(ByeUserInactive)
	}
	s.stage, s.user = stageOpened, a.User
	h.enter(s)
	return []wire.Frame{hello}, nil
}

// hello is what the host says first.
func (h *Host) hello(a actor) (wire.Frame, error) {
	credential, err := account.ReadCredential(h.Store.Read(), a.User)
	if err != nil {
		return wire.Frame{}, err
	}
	addresses := h.Addresses() // before the lock: whoever knows them may ask this host at the same moment who it is
	h.mu.Lock()
	defer h.mu.Unlock()
	return frame(&wire.Hello{
		ProtoMin: wire.ProtoMin, ProtoMax: wire.ProtoMax, Schema: h.schema, Device: h.DeviceID(), Version: h.Version,
		At: h.now().UnixMilli(), Serial: h.list.Serial, CredentialAt: changedAt(credential),
		Certificate: h.cert.raw, Addresses: addresses, Office: h.office, Lease: Lease.Milliseconds(),
		Name: cleanName(h.Name),
	}), nil
}

// Close ends the session when its connection has ended.
func (s *HostSession) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stage = stageEnded
	s.h.leave(s)
}

// Handle takes a frame and returns the answers. With an error, which may be a Farewell, the frames are still sent, then
// Bye(err), and the connection is closed. Nothing of a frame that is an error is written.
func (s *HostSession) Handle(ctx context.Context, f wire.Frame) ([]wire.Frame, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out, err := s.handle(ctx, f)
	var wrong *breachError
	if errors.As(err, &wrong) {
		s.h.noteBreach(ctx, s.device, s.user, err)
	}
	if err != nil {
		s.stage = stageEnded
		s.h.leave(s)
	}
	return out, err
}

func (s *HostSession) handle(ctx context.Context, f wire.Frame) ([]wire.Frame, error) {
	if bye, ok := f.Body.(*wire.Bye); ok {
		return nil, s.bye(ctx, bye)
	}
	switch s.stage {
	case stageOpened:
		return s.greet(ctx, f)
	case stageWiping:
		return nil, nil // sent before it heard that it was revoked
	case stageGreeted:
	case stageEnded: // in a Wake, while this frame was on its way
		return nil, farewell(ByeBusy)
	default:
		return nil, breach(ByeProtocol, "frame %d out of turn", f.Type)
	}
	a, out, err := s.actor(ctx)
	if out != nil || err != nil {
		return out, err
	}
	return s.answer(ctx, a, f)
}

// greet takes the member's first frame: hello, or where the host is now.
func (s *HostSession) greet(ctx context.Context, f wire.Frame) ([]wire.Frame, error) {
	a, out, err := s.actor(ctx)
	if out != nil || err != nil {
		return out, err
	}
	switch body := f.Body.(type) {
	case *wire.Hello:
		return s.hello(ctx, a, body)
	case *wire.Moved:
		return s.answer(ctx, a, f)
	}
	return nil, breach(ByeProtocol, "frame %d before hello", f.Type)
}

// actor reads who the computer's user is now, and ends the session of who is nobody any more.
func (s *HostSession) actor(context.Context) (actor, []wire.Frame, error) {
	if s.replaced.Load() {
		return actor{}, nil, farewell(ByeBusy)
	}
	if err := s.h.serving(); err != nil {
		return actor{}, s.h.moved(), err
	}
	a, err := readActor(s.h.Store.Read(), s.device)
	switch {
	case errors.Is(err, errUnknownDevice):
		return actor{}, nil, &Farewell{ByeUnknownDevice, err}
	case err != nil:
		return actor{}, nil, err
	case a.Revoked:
		s.stage = stageWiping
		s.h.leave(s)
		return actor{}, []wire.Frame{frame(&wire.Wipe{})}, nil
	case !a.Active:
		return actor{}, nil, farewell(ByeUserInactive)
	}
	s.user = a.User
	return a, nil, nil
}

func (s *HostSession) answer(ctx context.Context, a actor, f wire.Frame) ([]wire.Frame, error) {
	l := s.h.limits.of(s.device)
	now := s.h.now()
	switch body := f.Body.(type) {
	case *wire.Push:
		return s.push(ctx, body)
	case *wire.Pull:
		if !takes(l.pulls, now, 1) {
			return nil, breach(ByeSlow, "too many pulls")
		}
		return s.pull(ctx, a, body)
	case *wire.Call:
		if !takes(l.calls, now, 1) {
			return nil, breach(ByeSlow, "too many calls")
		}
		return s.call(ctx, a, body)
	case *wire.Members, *wire.Moved, *wire.Credential:
		if !takes(l.others, now, 1) {
			return nil, breach(ByeSlow, "too many frames")
		}
		return s.other(ctx, a, body)
	}
	return nil, breach(ByeProtocol, "frame %d is not a member's", f.Type)
}

func (s *HostSession) other(ctx context.Context, a actor, body any) ([]wire.Frame, error) {
	switch body := body.(type) {
	case *wire.Members:
		return nil, s.h.takeList(ctx, body.List)
	case *wire.Moved:
		if err := s.h.takeCertificate(ctx, body.Certificate); err != nil {
			return nil, err
		}
		return s.h.moved(), s.h.serving()
	case *wire.Credential:
		return nil, s.h.takeCredential(ctx, a, body)
	}
	return nil, nil
}

// hello checks that both speak a common protocol and offers what the member lacks.
func (s *HostSession) hello(ctx context.Context, a actor, m *wire.Hello) (out []wire.Frame, err error) {
	switch {
	case m.Device != "" && m.Device != s.device:
		return nil, breach(ByeProtocol, "hello in the name of another device")
	case m.Office != "" && m.Office != s.h.officeID():
		return nil, breach(ByeNotHost, "hello to another office")
	case !common(m.ProtoMin, m.ProtoMax):
		return nil, farewell(ByeVersion)
	}
	s.stage = stageGreeted
	s.stands(m.Cursor.Pos)
	if err := s.h.noteSeen(ctx, s, m); err != nil {
		return nil, err
	}
	known, err := s.h.Store.Knows(ctx, m.Cursor)
	if err != nil {
		return nil, &Farewell{ByeClosing, err}
	}
	s.ahead = !known
	s.listed = m.Serial
	out = append(out, s.list()...)
	credential, err := account.ReadCredential(s.h.Store.Read(), a.User)
	if err != nil {
		return nil, err
	}
	if changedAt(credential) > m.CredentialAt {
		out = append(out, credentialFrame(credential))
	}
	return out, nil
}

// list is the newest membership list where the other end has an older one: whoever takes over as host knows from it who was
// revoked since the backup.
func (s *HostSession) list() []wire.Frame {
	raw := s.h.listFor(s.listed)
	if raw == nil {
		return nil
	}
	s.listed = s.h.newest().Serial
	return []wire.Frame{frame(&wire.Members{List: raw})}
}

// common reports whether the other side's range of protocols meets ours.
func common(least, most int) bool {
	return max(least, wire.ProtoMin) <= min(most, wire.ProtoMax)
}

// bye ends the session at the member's word. What was revoked says so when nothing is left on it.
func (s *HostSession) bye(ctx context.Context, b *wire.Bye) error {
	if s.stage == stageWiping && b.Code == ByeWiped {
		if err := s.h.noteWiped(ctx, s.device); err != nil {
			return err
		}
	}
	return farewell(ByeClosing)
}

// Wake returns what the session has to say by itself: that the computer was revoked, its user switched off, that it has
// been replaced or that the host has moved. The transport calls it when HostDeps.Changed names the device.
func (s *HostSession) Wake(ctx context.Context) ([]wire.Frame, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stage != stageOpened && s.stage != stageGreeted {
		return nil, nil
	}
	_, out, err := s.actor(ctx)
	if err != nil {
		s.stage = stageEnded
		s.h.leave(s)
		return out, err
	}
	if out == nil && s.stage == stageGreeted {
		out = s.list()
	}
	return out, nil
}
