package office

import (
	"context"

	"sitegroup.mx/crm/backend/office/wire"
)

// Bounds of calls: a question to the host's API from an administrator's computer.
const (
	mostCalls     = 8        // of one connection that have not come whole
	mostCallBytes = 64 << 20 // of these together, and of an answer
	callPart      = 512 << 10
	longestMethod = 16
	longestPath   = 4096
	jsonProblem   = "application/problem+json"
)

// callParts is a call, or a reply, that has not come whole.
type callParts struct {
	first wire.Call
	next  int
	body  []byte
}

// call puts a call together and answers it.
func (s *HostSession) call(ctx context.Context, a actor, c *wire.Call) ([]wire.Frame, error) {
	whole, err := s.gather(c)
	if whole == nil || err != nil {
		return nil, err
	}
	return Answer(ctx, s.h.Call, a.User, a.Role, whole), nil
}

func (s *HostSession) gather(c *wire.Call) (*wire.Call, error) {
	of := max(c.Of, 1)
	if c.Part < 0 || c.Part >= of || of > mostCallBytes/callPart*2 || len(c.Method) > longestMethod || len(c.Path) > longestPath {
		return nil, breach(ByeProtocol, "malformed call")
	}
	p := s.calls[c.ID]
	switch {
	case c.Part == 0 && p != nil, c.Part != 0 && (p == nil || p.next != c.Part || max(p.first.Of, 1) != of):
		return nil, breach(ByeProtocol, "parts of a call out of order")
	case p == nil:
		if len(s.calls) >= mostCalls {
			return nil, breach(ByeSlow, "too many calls at once")
		}
		p = &callParts{first: *c}
		s.calls[c.ID] = p
	}
	if s.callBytes += len(c.Body); s.callBytes > mostCallBytes {
		return nil, breach(ByeSlow, "calls of %d bytes", s.callBytes)
	}
	p.body = append(p.body, c.Body...)
	if p.next = c.Part + 1; p.next < of {
		return nil, nil
	}
	delete(s.calls, c.ID)
	s.callBytes -= len(p.body)
	whole := p.first
	whole.Body, whole.Part, whole.Of = p.body, 0, 1
	return &whole, nil
}

// Answer has answer reply to a whole call and cuts the reply into frames. Only administrators call: everything that a
// seller may do is done on their own computer.
func Answer(
	ctx context.Context, answer func(ctx context.Context, user, role string, c *wire.Call) *wire.Reply, user, role string, c *wire.Call,
) []wire.Frame {
	reply := &wire.Reply{Status: 403, ContentType: jsonProblem, Body: []byte(`{"status":403,"code":"access.admin_only"}`)}
	if role == "admin" {
		reply = nil
		if answer != nil {
			reply = answer(ctx, user, role, c)
		}
		if reply == nil {
			reply = &wire.Reply{Status: 503, ContentType: jsonProblem, Body: []byte(`{"status":503,"code":"host.unreachable"}`)}
		}
	}
	if len(reply.Body) > mostCallBytes {
		reply = &wire.Reply{Status: 500, ContentType: jsonProblem, Body: []byte(`{"status":500,"code":"host.call_too_large"}`)}
	}
	var out []wire.Frame
	parts := cutBody(reply.Body)
	for i, part := range parts {
		r := &wire.Reply{ID: c.ID, Status: reply.Status, Part: i, Of: len(parts), Body: part}
		if i == 0 {
			r.ContentType = reply.ContentType
		}
		out = append(out, frame(r))
	}
	return out
}

// cutBody cuts a body into parts that fit a frame; an empty one is one empty part.
func cutBody(body []byte) [][]byte {
	parts := [][]byte{body[:min(len(body), callPart)]}
	for at := callPart; at < len(body); at += callPart {
		parts = append(parts, body[at:min(len(body), at+callPart)])
	}
	return parts
}
