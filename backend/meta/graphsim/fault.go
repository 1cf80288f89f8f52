package graphsim

import (
	"net/http"
	"strings"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
)

// Fault makes the next calls that match go wrong.
type Fault struct {
	// Edge is a route's name (lead, leads, leadgen_forms, form, page, accounts, me, debug_token, oauth, subscribed_apps,
	// subscriptions, test_leads, batch, events); empty or "*" matches all.
	Edge string `json:"edge"`
	// Object limits the fault to one lead, form, page or app.
	Object meta.ID `json:"object"`
	// Contains limits it to calls whose encoded parameters contain this text, such as "ad_id" or "limit=100".
	Contains string `json:"contains"`
	// Times is how many calls fail: 0 is one, −1 is all of them.
	Times int `json:"times"`
	// After lets this many matching calls pass first.
	After int `json:"after"`

	// Preset is the name of one of Meta's errors (Presets). Otherwise Kind says what happens, and otherwise the error is
	// made of the fields below.
	Preset string `json:"preset"`
	// Kind is html, empty, timeout (silence until the caller gives up), cut (no answer), half (an answer cut in the
	// middle), or redirect. Go's HTTP client repeats a GET once when a kept connection is cut, so cut wants Times of −1.
	Kind    string `json:"kind"`
	Status  int    `json:"status"`
	Code    int    `json:"code"`
	Subcode int    `json:"subcode"`
	Message string `json:"message"`
	// Body replaces the whole answer.
	Body string `json:"body"`
	// Header adds headers, such as X-Business-Use-Case-Usage.
	Header map[string]string `json:"header"`

	hits int
}

// AddFault makes the next matching calls go wrong. Faults are tried in the order they were added.
func (s *Sim) AddFault(f Fault) error {
	switch f.Kind {
	case "", "html", "empty", "timeout", "cut", "half", "redirect":
	default:
		return fault.Invalid("kind", "graphsim.unknown_fault")
	}
	if f.Preset != "" && presets[f.Preset] == nil {
		return fault.Invalid("preset", "graphsim.unknown_fault")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
	return nil
}

// ClearFaults forgets all faults.
func (s *Sim) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// fault returns the fault that a call meets, and uses it up.
func (s *Sim) fault(rt route, q *request) *Fault {
	for i, f := range s.faults {
		if f.Edge != "" && f.Edge != "*" && f.Edge != rt.edge || f.Object != "" && f.Object != rt.object ||
			f.Contains != "" && !strings.Contains(q.raw, f.Contains) {
			continue
		}
		f.hits++
		if f.hits <= f.After {
			continue
		}
		if f.Times >= 0 && f.hits-f.After >= max(f.Times, 1) {
			s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
		}
		return f
	}
	return nil
}

// reply is the answer of a fault.
func (f *Fault) reply(trace string) reply {
	a := reply{status: f.Status, header: http.Header{}}
	for name, value := range f.Header {
		a.header.Set(name, value)
	}
	status := func(usual int) {
		if a.status == 0 {
			a.status = usual
		}
	}
	switch {
	case f.Preset != "":
		e := presets[f.Preset]()
		status(e.status)
		a.body = e.object(trace)
	case f.Kind == "timeout":
		a.hang = true
	case f.Kind == "cut":
		a.cut = true
	case f.Kind == "half":
		status(http.StatusOK)
		a.raw, a.half = []byte(`{"data":[{"id":"1234567890123456","created_time":"2026-11-02T15:04:05+0000"}]}`), true
	case f.Kind == "redirect":
		status(http.StatusFound)
		a.header.Set("Location", "https://example.com/")
		a.raw, a.kind = []byte("moved"), "text/html"
	case f.Kind == "empty":
		status(http.StatusOK)
		a.raw = []byte{}
	case f.Kind == "html":
		status(http.StatusBadGateway)
		a.raw, a.kind = []byte("<html><body><h1>Sorry, something went wrong.</h1></body></html>"), "text/html"
	case f.Body != "":
		status(http.StatusOK)
		a.raw = []byte(f.Body)
	default:
		status(http.StatusBadRequest)
		a.body = oauth(a.status, f.Code, f.Subcode, f.Message).object(trace)
	}
	return a
}
