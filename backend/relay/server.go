package relay

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/relay/relaywire"
)

// Deps are what a Server is handed. Inbox, BaseURL, Clock and Log are compulsory.
type Deps struct {
	Inbox   Inbox
	BaseURL string // "https://relay.example.mx", as offices dial it and Meta is told
	// Admission are the operator's tokens; one of them lets a new office in. None lets nobody in.
	Admission []string
	Limits    Limits
	Proxies   []netip.Prefix // whose X-Forwarded-For is believed
	Clock     clock.Clock
	Log       logrus.FieldLogger

	timing timing
}

// timing is how long what may take; that of a link is that of an office's other connections (docs/protocol.md).
type timing struct {
	hello         time.Duration // for a host to say who it is
	tick          time.Duration // everybody is pinged every pingSlots of these
	silence       time.Duration // of a host
	tunnelSilence time.Duration // of an end of a tunnel: what goes before a ping on a slow line may be a lot
	idle          time.Duration // of a tunnel through which nothing goes
	write         time.Duration // for one message
	farewell      time.Duration
	body          time.Duration // for a request's body to come
	answer        time.Duration // for an answer to be taken, once the request has come
	open          time.Duration // for a host to come to its member
}

var usual = timing{
	hello: 10 * time.Second, tick: time.Second, silence: 60 * time.Second, tunnelSilence: 90 * time.Second, idle: 10 * time.Minute,
	write: 30 * time.Second, farewell: 3 * time.Second, body: 20 * time.Second, answer: time.Minute, open: relaywire.OpenPatience * time.Millisecond,
}

const (
	pingSlots   = 25
	expireEvery = time.Hour
	healthyFor  = 2 * time.Second // an answer of healthz is as good as new
)

// Server is a relay. It is an http.Handler; every method may be called from any goroutine.
type Server struct {
	deps    Deps
	host    string // of BaseURL, as a proof names it
	mux     *http.ServeMux
	metrics *metrics

	linkUpgrader, tunnelUpgrader websocket.Upgrader

	requests                           *buckets[netip.Addr]
	webhooks, deletions, hellos, tells *buckets[string]
	officeTunnels                      *counts[string]
	addressTunnels                     *counts[netip.Addr]
	hooks                              hooks
	bodies                             budget
	health                             health
	putting                            [64]sync.Mutex // by office: between reading it and replacing it
	running                            context.Context
	stop                               context.CancelFunc
	busy                               sync.WaitGroup
	untold                             sync.Once // of a proxy that is not believed

	mu       sync.Mutex
	draining chan struct{}                  // closed once it has begun
	over     bool                           // nothing is begun any more
	wheel    [pingSlots]map[pinged]struct{} // who is pinged in which second
	slot     int                            // where the next one goes
	links    int
	waiting  map[string]*waiting // members, by the id of their tunnel
}

// pinged is a link or a tunnel.
type pinged interface {
	ping(now time.Time)
	drain(after time.Duration)
	cut()
}

// ParseURL reads a relay's public address, "https://relay.example.mx", and the name under which a proof is for it.
func ParseURL(text string) (base, host string, err error) {
	u, err := url.Parse(text)
	if err != nil {
		return "", "", fmt.Errorf("read the relay's address: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", "", fmt.Errorf("read the relay's address: %q is no https://name", text)
	}
	host = strings.ToLower(u.Host)
	if u.Scheme == "https" {
		host = strings.TrimSuffix(host, ":443")
	}
	return u.Scheme + "://" + host, host, nil
}

// New returns a relay that serves at once. Close ends it; the Inbox is not closed with it.
func New(d Deps) (*Server, error) {
	base, host, err := ParseURL(d.BaseURL)
	if err != nil {
		return nil, err
	}
	d.BaseURL = base
	if d.Limits.Kept == 0 {
		d.Limits.Kept = KeptUsual
	}
	if d.timing == (timing{}) {
		d.timing = usual
	}
	l := d.Limits
	s := &Server{
		deps: d, host: host,
		requests: newBuckets[netip.Addr](l.Requests),
		webhooks: newBuckets[string](l.Webhooks), deletions: newBuckets[string](l.Deletions),
		hellos: newBuckets[string](l.Hellos), tells: newBuckets[string](l.Tells),
		officeTunnels: newCounts[string](l.OfficeTunnels), addressTunnels: newCounts[netip.Addr](l.AddressTunnels),
		bodies: budget{most: l.Bodies}, draining: make(chan struct{}), waiting: map[string]*waiting{},
	}
	// A page in a browser has no business with a link or a tunnel. A link takes over the buffer that its request was read
	// with; what is written borrows one.
	stranger := func(r *http.Request) bool { return r.Header.Get("Origin") == "" }
	s.linkUpgrader = websocket.Upgrader{HandshakeTimeout: d.timing.hello, WriteBufferPool: &linkBuffers, WriteBufferSize: 4 << 10, CheckOrigin: stranger, Error: refuseUpgrade}
	s.tunnelUpgrader = websocket.Upgrader{HandshakeTimeout: d.timing.hello, WriteBufferPool: &tunnelBuffers, WriteBufferSize: tunnelBuffer, CheckOrigin: stranger, Error: refuseUpgrade}
	for i := range s.wheel {
		s.wheel[i] = map[pinged]struct{}{}
	}
	s.running, s.stop = context.WithCancel(context.Background())
	s.metrics = newMetrics(s)
	s.routes()
	s.spawn("pings", s.pings)
	s.spawn("expire", s.expires)
	return s, nil
}

var linkBuffers, tunnelBuffers sync.Pool

func (s *Server) routes() {
	s.mux = http.NewServeMux()
	for pattern, handler := range map[string]http.HandlerFunc{
		"GET /h/{hook}":                            s.verification,
		"POST /h/{hook}":                           s.webhook,
		"POST /h/{hook}/deletion":                  s.deletion,
		"GET /d/{code}":                            s.deletionPage,
		"GET /o/{page}/privacidad":                 s.privacyPage,
		"GET /o/{page}/eliminacion":                s.eliminationPage,
		"GET /{$}":                                 s.frontPage,
		"GET " + relaywire.HostPath:                s.hostLink,
		"GET " + relaywire.TunnelPath + "{office}": s.memberEnd,
		"GET " + relaywire.TunnelHostPath + "{id}": s.hostEnd,
		"GET /metrics":                             s.metricsOnly,
	} {
		s.mux.HandleFunc(pattern, s.bounded(handler))
	}
	s.mux.HandleFunc("GET /healthz", s.healthz)
	s.mux.HandleFunc("/", s.bounded(s.noSuchThing))
}

// ServeHTTP implements http.Handler. Whoever sends a body that never ends, wanted or not, or takes no answer, does not keep the
// connection. A websocket has times of its own.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, now := http.NewResponseController(w), s.deps.Clock.Now()
	if r.ContentLength != 0 {
		_ = c.SetReadDeadline(now.Add(s.deps.timing.body)) // a test's recorder has none
	}
	_ = c.SetWriteDeadline(now.Add(s.deps.timing.answer)) // nor this
	s.mux.ServeHTTP(w, r)
}

// Metrics serves Prometheus, for an address of its own.
func (s *Server) Metrics() http.Handler { return s.metrics.handler }

// bounded turns away who asks too often.
func (s *Server) bounded(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		from, now := neighbours(s.address(r)), s.deps.Clock.Now()
		if !s.requests.allow(from, now) {
			s.metrics.limited.WithLabelValues("address").Inc()
			answer(w, http.StatusTooManyRequests, relaywire.AnswerBusy, "too many requests from this address", 10)
			return
		}
		next(w, r)
	}
}

func (s *Server) noSuchThing(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusNotFound, "", "not found", 0)
}

// answer answers with a sentence, and with a code of relaywire.AnswerHeader and seconds to wait where there are any.
func answer(w http.ResponseWriter, status int, code, sentence string, after int) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	if code != "" {
		h.Set(relaywire.AnswerHeader, code)
	}
	if after > 0 {
		h.Set("Retry-After", strconv.Itoa(after))
	}
	w.WriteHeader(status)
	_, _ = w.Write([]byte(sentence + "\n")) // whoever has gone hears nothing
}

func refuseUpgrade(w http.ResponseWriter, _ *http.Request, status int, _ error) {
	answer(w, status, "", "this is a websocket", 0)
}

// address is where a request comes from: of a chain of proxies that we believe, what the last of them saw.
func (s *Server) address(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	a := ap.Addr().Unmap().WithZone("")
	if forwarded := r.Header.Get("X-Forwarded-For") != ""; forwarded && !s.believes(a) {
		s.untold.Do(func() {
			s.deps.Log.Warn("requests come through a proxy that is not trusted, so that all count as one address: see --trusted-proxy")
		})
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.believes(a); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		a = hop.Unmap().WithZone("")
	}
	return a
}

func (s *Server) believes(a netip.Addr) bool {
	for _, p := range s.deps.Proxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// spawn runs fn beside everything else; its panic ends as a line in the log. It reports false once the relay is over.
func (s *Server) spawn(what string, fn func()) bool {
	s.mu.Lock()
	if s.over {
		s.mu.Unlock()
		return false
	}
	s.busy.Add(1)
	s.mu.Unlock()
	go func() {
		defer s.busy.Done()
		defer func() {
			if reason := recover(); reason != nil {
				s.deps.Log.WithFields(logrus.Fields{"work": what, "reason": reason, "stack": string(debug.Stack())}).Error("background work panicked")
			}
		}()
		fn()
	}()
	return true
}

// enter has a link or a tunnel pinged from now on. It reports false once the relay is stopping.
func (s *Server) enter(p pinged) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over || s.isDraining() {
		return false
	}
	s.wheel[s.slot][p] = struct{}{}
	s.slot = (s.slot + 1) % pingSlots
	return true
}

func (s *Server) leave(p pinged) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, slot := range s.wheel {
		delete(slot, p)
	}
}

// pings pings a part of everybody each second: one goroutine for all.
func (s *Server) pings() {
	for at := 0; ; at = (at + 1) % pingSlots {
		select {
		case <-s.running.Done():
			return
		case <-s.deps.Clock.After(s.deps.timing.tick):
		}
		for _, p := range s.everybody(at, at+1) {
			p.ping(s.deps.Clock.Now())
		}
	}
}

func (s *Server) everybody(from, to int) (all []pinged) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, slot := range s.wheel[from:to] {
		for p := range slot {
			all = append(all, p)
		}
	}
	return all
}

// expires drops what nobody has fetched for too long.
func (s *Server) expires() {
	for {
		dropped, err := s.deps.Inbox.Expire(s.running, s.deps.Clock.Now().Add(-s.deps.Limits.Kept))
		switch {
		case err != nil && s.running.Err() == nil:
			s.deps.Log.WithError(err).Error("what is too old was not dropped")
		case dropped > 0:
			s.metrics.expired.Add(float64(dropped))
			s.deps.Log.WithField("events", dropped).Warn("events were dropped that no host has fetched")
		}
		select {
		case <-s.running.Done():
			return
		case <-s.deps.Clock.After(expireEvery):
		}
	}
}

func (s *Server) isDraining() bool {
	select {
	case <-s.draining:
		return true
	default:
		return false
	}
}

// Drain has everybody go elsewhere, hosts spread over some seconds so that they do not all knock at once, and returns once
// they have gone or ctx ends. Webhooks are taken as before.
func (s *Server) Drain(ctx context.Context) error {
	s.mu.Lock()
	if !s.isDraining() {
		close(s.draining)
	}
	s.mu.Unlock()
	all := s.everybody(0, pingSlots)
	spread := min(10*time.Second, time.Duration(len(all))*2*time.Millisecond)
	for _, p := range all {
		p.drain(time.Duration(rand.Int64N(int64(spread) + 1))) //nolint:gosec // it guards nothing
	}
	for len(s.everybody(0, pingSlots)) > 0 {
		select {
		case <-ctx.Done():
			return fmt.Errorf("drain the relay: %w", ctx.Err())
		case <-s.deps.Clock.After(20 * time.Millisecond):
		}
	}
	return nil
}

// Close ends all links and tunnels and waits for what is being handled.
func (s *Server) Close() error {
	s.mu.Lock()
	s.over = true
	if !s.isDraining() {
		close(s.draining)
	}
	s.mu.Unlock()
	s.stop()
	for _, p := range s.everybody(0, pingSlots) {
		p.cut()
	}
	s.busy.Wait()
	return nil
}

// short is what of an office's id may be written to a log.
func short(office string) string { return office[:min(8, len(office))] }

func (s *Server) log(office string) logrus.FieldLogger {
	return s.deps.Log.WithField("office", short(office))
}

var (
	errProtocol = errors.New("relay: no meaning here")
	errDraining = errors.New("relay: draining")
)
