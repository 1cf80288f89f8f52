package relay

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"sitegroup.mx/crm/backend/relay/relaywire"
)

// health remembers the last look at the inbox, so that asking costs nothing.
type health struct {
	mu  sync.Mutex
	at  time.Time
	err error
}

// clockHeader tells a doctor that this is a relay, and how its clock stands: milliseconds since 1970.
const clockHeader = "Sitegroup-Relay"

// healthz says whether webhooks are taken.
func (s *Server) healthz(w http.ResponseWriter, r *http.Request) {
	w.Header().Set(clockHeader, strconv.FormatInt(s.deps.Clock.Now().UnixMilli(), 10))
	if s.isDraining() {
		answer(w, http.StatusServiceUnavailable, relaywire.AnswerDraining, "draining", 1)
		return
	}
	if err := s.healthy(r); err != nil {
		answer(w, http.StatusServiceUnavailable, "", "the inbox cannot be written", 10)
		return
	}
	answer(w, http.StatusOK, "", "ok", 0)
}

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
