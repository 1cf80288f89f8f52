package relay

import (
	"net/http"
	"sync"
	"time"
)

// health remembers the last look at the inbox, so that asking costs nothing.
type health struct {
	mu  sync.Mutex
	at  time.Time
	err error
}

// healthz says whether webhooks are taken. Its Date tells a doctor how this computer's clock stands.
func (s *Server) healthz(w http.ResponseWriter, r *http.Request) {
	if s.isDraining() {
		answer(w, http.StatusServiceUnavailable, "draining", "draining", 1)
		return
	}
	if err := s.healthy(r); err != nil {
		answer(w, http.StatusServiceUnavailable, "", "the inbox cannot be written", 10)
		return
	}
	w.Header().Set("Server", serverName)
	answer(w, http.StatusOK, "", "ok", 0)
}

// serverName is how a doctor knows that it speaks with a relay.
const serverName = "sitegroup-crm relay"

func (s *Server) healthy(r *http.Request) error {
	h := &s.health
	h.mu.Lock()
	defer h.mu.Unlock()
	if now := s.deps.Clock.Now(); h.at.IsZero() || now.Sub(h.at) >= healthyFor || now.Before(h.at) {
		was := h.err
		h.err = s.deps.Inbox.Healthy(r.Context())
		if r.Context().Err() != nil {
			return h.err // of the one who asked, not of the inbox
		}
		h.at = now
		if h.err != nil && was == nil {
			s.deps.Log.WithError(h.err).Error("the inbox cannot be written")
		}
	}
	return h.err
}
