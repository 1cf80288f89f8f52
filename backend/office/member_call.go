package office

import (
	"context"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office/wire"
)

// pendingCall is a call that waits for its reply.
type pendingCall struct {
	call    *wire.Call
	session *MemberSession // it was sent on; nil while it waits to be sent
	done    chan *wire.Reply
	reply   wire.Reply
	next    int
}

// Call asks the host's API and waits for the answer. c needs no ID. Faults: host.unreachable when there is no connection,
// or it breaks before the answer has come – the host may have done what it was asked; host.call_too_large; cancelled.
func (m *Member) Call(ctx context.Context, c *wire.Call) (*wire.Reply, error) {
	if len(c.Body) > mostCallBytes {
		return nil, fault.New(CodeCallTooLarge)
	}
	p := &pendingCall{call: c, done: make(chan *wire.Reply, 1)}
	m.mu.Lock()
	s := m.session
	if s == nil || !s.open.Load() || len(m.calls) >= 8*mostCalls {
		m.mu.Unlock()
		return nil, fault.New(CodeHostUnreachable)
	}
	m.nextCall++
	id := m.nextCall
	m.calls[id] = p
	m.mu.Unlock()
	defer func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.calls, id)
	}()
	m.Wake()
	select {
	case r := <-p.done:
		if r == nil {
			return nil, fault.New(CodeHostUnreachable)
		}
		return r, nil
	case <-ctx.Done():
		return nil, fault.Wrap(ctx.Err(), fault.CodeCancelled)
	}
}

// Calling reports whether somebody waits for an answer of the host.
func (m *Member) Calling() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.calls) > 0
}

// sendCalls sends the calls that wait, in order, as many at once as the host takes.
func (s *MemberSession) sendCalls() {
	m := s.m
	m.mu.Lock()
	defer m.mu.Unlock()
	flying := 0
	for _, p := range m.calls {
		if p.session != nil {
			flying++
		}
	}
	for id := m.firstWaiting(); id != 0 && flying < mostCalls; id = m.firstWaiting() {
		p := m.calls[id]
		p.session = s
		flying++
		parts := cutBody(p.call.Body)
		for i, part := range parts {
			c := &wire.Call{ID: id, Body: part, Part: i, Of: len(parts)}
			if i == 0 {
				c.Method, c.Path, c.ContentType = p.call.Method, p.call.Path, p.call.ContentType
			}
			s.send(c)
		}
	}
}

// firstWaiting is the oldest call that was not sent; 0 when there is none. The caller holds the lock.
func (m *Member) firstWaiting() uint64 {
	var first uint64
	for id, p := range m.calls {
		if p.session == nil && (first == 0 || id < first) {
			first = id
		}
	}
	return first
}

// reply hands a reply to who waits for it, once it is whole. Parts that fit nothing are dropped: who waited has gone.
func (m *Member) reply(s *MemberSession, r *wire.Reply) {
	m.mu.Lock()
	p := m.calls[r.ID]
	if p == nil || p.session != s || r.Part != p.next || len(p.reply.Body)+len(r.Body) > mostCallBytes {
		m.mu.Unlock()
		return
	}
	if r.Part == 0 {
		p.reply = wire.Reply{ID: r.ID, Status: r.Status, ContentType: r.ContentType}
	}
	p.reply.Body = append(p.reply.Body, r.Body...)
	if p.next++; p.next < r.Of {
		m.mu.Unlock()
		return
	}
	delete(m.calls, r.ID)
	m.mu.Unlock()
	p.done <- &p.reply
	s.sendCalls()
}

// dropCalls tells those who wait for a session's answers, or for a session, that it is gone.
func (m *Member) dropCalls(s *MemberSession) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s.open.Store(false)
	for id, p := range m.calls {
		if p.session == s || p.session == nil && m.session == s {
			delete(m.calls, id)
			p.done <- nil
		}
	}
}
