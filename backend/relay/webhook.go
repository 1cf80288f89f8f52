package relay

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/relay/relaywire"
)

// maxSignature is longer than any signature header of Meta, in bytes.
const maxSignature = 256

// verification answers the request that Meta makes before it trusts a callback (meta-lead-ads.md §1.1).
func (s *Server) verification(w http.ResponseWriter, r *http.Request) {
	o, ok := s.byHook(w, r)
	if !ok {
		return
	}
	challenge, ok := meta.VerifySubscription(r.URL.Query(), o.verifyToken)
	if !ok {
		answer(w, http.StatusForbidden, "", "wrong verify token", 0)
		return
	}
	s.log(o.id).Info("Meta has verified the callback")
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = io.WriteString(w, challenge) // digits; Meta tries again
}

// webhook keeps a delivery and answers 200 once it is on disk. It reads no more of it than that it is JSON: whose it is and
// whether it is true, the host finds out.
func (s *Server) webhook(w http.ResponseWriter, r *http.Request) {
	o, ok := s.byHook(w, r)
	if !ok {
		s.metrics.webhooks.WithLabelValues("unknown").Inc()
		return
	}
	if !s.webhooks.allow(o.id, s.deps.Clock.Now()) {
		s.metrics.limited.WithLabelValues("office").Inc()
		s.metrics.webhooks.WithLabelValues("limited").Inc()
		answer(w, http.StatusTooManyRequests, relaywire.AnswerBusy, "too many deliveries for this office", 5)
		return
	}
	signature := r.Header.Get(meta.SignatureHeader)
	body, ok := s.receive(w, r, relaywire.MaxBody)
	if !ok {
		s.metrics.webhooks.WithLabelValues("unread").Inc()
		return
	}
	if len(signature) > maxSignature || !isPrintable(signature) || !isObject(body) {
		s.metrics.webhooks.WithLabelValues("malformed").Inc()
		answer(w, http.StatusBadRequest, "", "not a delivery: a JSON object is expected", 0)
		return
	}
	if !s.keep(w, r, o.id, relaywire.Event{Kind: relaywire.KindWebhook, Signature: signature, Body: body}) {
		return
	}
	w.WriteHeader(http.StatusOK)
}

// keep appends an event and wakes the office's host. It has answered when it reports false.
func (s *Server) keep(w http.ResponseWriter, r *http.Request, office string, e relaywire.Event) bool {
	now := s.deps.Clock.Now()
	e.At = now.UnixMilli()
	_, err := s.deps.Inbox.Append(r.Context(), office, e, s.deps.Limits.Inbox)
	s.metrics.append.Observe(s.deps.Clock.Now().Sub(now).Seconds())
	switch {
	case errors.Is(err, ErrFull):
		s.metrics.webhooks.WithLabelValues("full").Inc()
		s.log(office).Warn("the inbox of an office is full")
		answer(w, http.StatusServiceUnavailable, relaywire.AnswerBusy, "the inbox of this office is full", 600)
		return false
	case err != nil:
		s.metrics.webhooks.WithLabelValues("unwritten").Inc()
		if r.Context().Err() == nil {
			s.log(office).WithError(err).Error("an event was not kept")
		}
		answer(w, http.StatusServiceUnavailable, "", "the delivery could not be kept", 30)
		return false
	}
	s.metrics.webhooks.WithLabelValues("kept").Inc()
	if err := s.deps.Inbox.Signal(r.Context(), office, Signal{Event: true}); err != nil && !errors.Is(err, ErrAbsent) {
		s.log(office).WithError(err).Warn("the host was not told of an event") // it is listed at its next one
	}
	return true
}

// receive reads a body as it comes. It has answered when it reports false.
func (s *Server) receive(w http.ResponseWriter, r *http.Request, most int64) ([]byte, bool) {
	size := r.ContentLength
	if size > most {
		answer(w, http.StatusRequestEntityTooLarge, "", "too large", 0)
		return nil, false
	}
	if size < 0 {
		size = most
	}
	if !s.bodies.take(size) {
		s.metrics.limited.WithLabelValues("bodies").Inc()
		answer(w, http.StatusServiceUnavailable, relaywire.AnswerBusy, "too much at once", 5)
		return nil, false
	}
	defer s.bodies.give(size)
	var body []byte
	var err error
	if limited := http.MaxBytesReader(w, r.Body, most); r.ContentLength > 0 && r.ContentLength <= 64<<10 {
		body = make([]byte, r.ContentLength)
		_, err = io.ReadFull(limited, body)
	} else {
		body, err = io.ReadAll(limited)
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		answer(w, http.StatusRequestEntityTooLarge, "", "too large", 0)
	case err != nil:
		answer(w, http.StatusBadRequest, "", "the body did not come whole", 0)
	}
	return body, err == nil
}

// isPrintable reports whether a text is of visible ASCII and spaces alone. What is not could not be told to a host: frames
// hold UTF-8.
func isPrintable(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// isObject reports whether a body is one JSON object.
func isObject(body []byte) bool {
	for _, c := range body {
		switch c {
		case ' ', '\t', '\r', '\n':
			continue
		}
		return c == '{' && json.Valid(body)
	}
	return false
}

// budget bounds how many bytes are taken at once by all together; 0 is no bound.
type budget struct {
	most  int64
	taken atomic.Int64
}

func (b *budget) take(n int64) bool {
	if b.taken.Add(n) > b.most && b.most > 0 {
		b.taken.Add(-n)
		return false
	}
	return true
}

func (b *budget) give(n int64) { b.taken.Add(-n) }

// hooked is what a webhook needs of its office.
type hooked struct{ id, verifyToken string }

// hooks remembers for a while which office has which hook: a busy one is looked up once.
type hooks struct {
	mu sync.Mutex
	of map[string]rememberedHook
}

type rememberedHook struct {
	hooked
	until time.Time
}

const (
	hooksKept = 1 << 12
	hookFor   = 10 * time.Second
)

func (h *hooks) find(hook string, now time.Time) (hooked, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	e, ok := h.of[hook]
	return e.hooked, ok && now.Before(e.until)
}

func (h *hooks) remember(hook string, o hooked, until time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.of == nil || len(h.of) >= hooksKept {
		h.of = map[string]rememberedHook{}
	}
	h.of[hook] = rememberedHook{o, until}
}

func (h *hooks) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.of = nil
}

// byHook finds the office of a request. It has answered when it reports false.
func (s *Server) byHook(w http.ResponseWriter, r *http.Request) (hooked, bool) {
	hook, now := r.PathValue("hook"), s.deps.Clock.Now()
	if o, ok := s.hooks.find(hook, now); ok {
		return o, true
	}
	err := ErrNotFound
	var o Office
	if relaywire.IsName(hook) {
		o, err = s.deps.Inbox.OfficeByHook(r.Context(), hook)
	}
	switch {
	case errors.Is(err, ErrNotFound):
		answer(w, http.StatusNotFound, "", "no office has this callback", 0)
		return hooked{}, false
	case err != nil:
		s.deps.Log.WithError(err).Error("an office was not found out")
		answer(w, http.StatusServiceUnavailable, "", "the delivery could not be kept", 30)
		return hooked{}, false
	}
	found := hooked{o.ID, o.VerifyToken}
	s.hooks.remember(hook, found, now.Add(hookFor))
	return found, true
}
