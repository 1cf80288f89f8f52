package officesim

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
)

// link is a member's connection, or none. Frames wait encoded until somebody delivers them.
type link struct {
	up       *office.HostSession
	down     *office.MemberSession
	toHost   [][]byte
	toMember [][]byte
	since    time.Time
}

func (l *link) busy() bool {
	return len(l.toHost) > 0 && l.up != nil || len(l.toMember) > 0 && l.down != nil
}

// connect opens a connection. One that is open ends on both sides first, with what is on its way; or, when it is only
// thought to be open, the newer one takes over.
func (s *sim) connect(m *member) error {
	s.cut(m)
	m.link.since = s.now
	m.link.up = s.host.Session(m.key.DeviceID())
	m.link.down = m.Session(s.host.DeviceID())
	out, err := m.link.up.Open(s.ctx)
	return s.fromHost(m, out, err)
}

// cut breaks a connection with what is on its way.
func (s *sim) cut(m *member) {
	s.linger(m)
	if m.link.up != nil {
		m.link.up.Close()
	}
	if m.link.down != nil {
		m.link.down.Close()
	}
	m.link = link{}
}

// fromHost sends what a host's session has said.
func (s *sim) fromHost(m *member, out []wire.Frame, err error) error {
	if err := s.bars(m, out); err != nil {
		return err
	}
	if err != nil {
		m.link.up = nil
		out = append(out, office.Bye(err))
		if err := s.farewell(m, "the host", err); err != nil {
			return err
		}
	}
	return send(&m.link.toMember, out)
}

// fromMember sends what a member's session has said.
func (s *sim) fromMember(m *member, out []wire.Frame, err error) error {
	if err != nil {
		m.link.down = nil
		out = append(out, office.Bye(err))
		if err := s.farewell(m, m.name, err); err != nil {
			return err
		}
	}
	return send(&m.link.toHost, out)
}

func send(queue *[][]byte, frames []wire.Frame) error {
	for _, f := range frames {
		b, err := wire.Encode(f)
		if err != nil {
			return fmt.Errorf("encode frame %d: %w", f.Type, err)
		}
		if len(b) > wire.MaxFrame {
			return violation("frame", "frame %d has %d bytes", f.Type, len(b))
		}
		*queue = append(*queue, b)
	}
	return nil
}

// farewell holds that honest programs never breach the protocol and never end for reasons of their own.
func (s *sim) farewell(m *member, who string, err error) error {
	var f *office.Farewell
	if errors.Is(err, store.ErrDiskFull) {
		s.say("%s has no room: %s", who, m.name)
		return nil
	}
	if !errors.As(err, &f) {
		return fmt.Errorf("%s ends the session with %s: %w", who, m.name, err)
	}
	s.say("%s says goodbye (%s): %s", who, m.name, f.Code)
	switch f.Code {
	case office.ByeProtocol, office.ByeVersion, office.ByeUserInactive, office.ByeNotHost:
		return violation("protocol", "%s ends the session with %s: %v", who, m.name, err)
	case office.ByeClosing:
		if f.Err != nil && !strings.HasSuffix(f.Err.Error(), "the host has stopped answering") {
			return fmt.Errorf("%s ends the session with %s: %w", who, m.name, err)
		}
	}
	return nil
}

// deliver passes one frame on, and looks at what it has done.
func (s *sim) deliver(m *member, down bool) error {
	queue := &m.link.toHost
	if down {
		queue = &m.link.toMember
	}
	raw := (*queue)[0]
	*queue = (*queue)[1:]
	f, err := wire.Decode(raw)
	if err != nil {
		return fmt.Errorf("decode: %w", err)
	}
	s.report.Frames++
	if down {
		s.say("host → %s: %d", m.name, f.Type)
		out, err := m.link.down.Handle(s.ctx, f)
		if err := s.fromMember(m, out, err); err != nil {
			return err
		}
		return s.watch(m, f)
	}
	s.age(f)
	s.say("%s → host: %d", m.name, f.Type)
	out, err := m.link.up.Handle(s.ctx, f)
	if err := s.fromHost(m, out, err); err != nil {
		return err
	}
	return s.noteGrants()
}

// drain passes on whatever is on its way, until nobody says anything.
func (s *sim) drain(m *member) error {
	for range 20_000 {
		switch {
		case len(m.link.toMember) > 0 && m.link.down != nil:
			if err := s.deliver(m, true); err != nil {
				return err
			}
		case len(m.link.toHost) > 0 && m.link.up != nil:
			if err := s.deliver(m, false); err != nil {
				return err
			}
		default:
			return nil
		}
	}
	return violation("liveness", "the host and %s never stop talking", m.name)
}

// wake has both sides say what they have to say now.
func (s *sim) wake(m *member) error {
	if m.link.up != nil {
		out, err := m.link.up.Wake(s.ctx)
		if err := s.fromHost(m, out, err); err != nil {
			return err
		}
	}
	if m.link.down != nil {
		out, err := m.link.down.Wake(s.ctx)
		return s.fromMember(m, out, err)
	}
	return nil
}

// poke tells a member that something has changed.
func (s *sim) poke(m *member) error {
	if m.link.up == nil {
		return nil
	}
	return send(&m.link.toMember, []wire.Frame{{Type: wire.TypePoke, Body: &wire.Poke{}}})
}

// heal lets everybody speak until nobody has anything to say.
func (s *sim) heal() error {
	if err := s.mend(); err != nil {
		return err
	}
	for range 40 {
		rev, err := s.head()
		if err != nil {
			return err
		}
		quiet := true
		for _, m := range s.living() {
			if m.link.up == nil || m.link.down == nil {
				if err := s.connect(m); err != nil {
					return err
				}
			}
			for _, do := range []func(*member) error{s.drain, s.wake, s.poke, s.drain} {
				if err := do(m); err != nil {
					return err
				}
			}
			r, err := m.store.Replica(s.ctx)
			if err != nil {
				return err
			}
			quiet = quiet && !r.Filling && r.Unsettled == 0 && r.Cursor.Pos == rev
		}
		after, err := s.head()
		if err != nil {
			return err
		}
		if quiet && after == rev {
			return nil
		}
		s.advance(longTime)
	}
	return violation("liveness", "it does not end")
}

// mend takes away what keeps people from working: full disks, an old program. Clocks stay wrong.
func (s *sim) mend() error {
	if err := s.makeRoom(); err != nil {
		return err
	}
	if s.host.deps.Schema != 0 {
		return s.skew()
	}
	return nil
}

// head is the host's newest commit.
func (s *sim) head() (rev int64, err error) {
	err = s.host.store.Read().NewQuery("SELECT coalesce(max(rev), 0) FROM commits").Row(&rev)
	return rev, err
}
