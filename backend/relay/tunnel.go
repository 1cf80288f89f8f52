package relay

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"sitegroup.mx/crm/backend/relay/relaywire"
)

// waiting is a member whose host has been asked for.
type waiting struct {
	arrived chan *websocket.Conn
	gone    chan struct{} // closed once the member does not wait any more
}

// memberEnd asks the office's host for a connection and joins the two. The member hears that it has one only when the host
// is there.
func (s *Server) memberEnd(w http.ResponseWriter, r *http.Request) {
	office, from := r.PathValue("office"), s.address(r)
	turnAway := func(status int, result, code, sentence string, after int) {
		s.metrics.tunnels.WithLabelValues(result).Inc()
		answer(w, status, code, sentence, after)
	}
	if !websocket.IsWebSocketUpgrade(r) {
		refuseUpgrade(w, r, http.StatusBadRequest, nil)
		return
	}
	if s.isDraining() {
		turnAway(http.StatusServiceUnavailable, "draining", relaywire.AnswerDraining, "draining", 1)
		return
	}
	if !isOffice(office) {
		turnAway(http.StatusServiceUnavailable, "absent", relaywire.AnswerAbsent, "the host is not connected", 0)
		return
	}
	leave, ok := s.enterTunnel(office, r)
	if !ok {
		turnAway(http.StatusTooManyRequests, "busy", relaywire.AnswerBusy, "too many connections", 5)
		return
	}
	joined := false
	defer func() {
		leave()
		if joined {
			s.metrics.tunnelsOpen.Dec()
		}
	}()

	id, wait := s.await()
	defer s.forgo(id, wait)
	err := s.deps.Inbox.Signal(r.Context(), office, Signal{Open: &relaywire.Open{ID: id, From: from.String()}})
	if errors.Is(err, ErrAbsent) {
		turnAway(http.StatusServiceUnavailable, "absent", relaywire.AnswerAbsent, "the host is not connected", 0)
		return
	}
	if err != nil {
		s.log(office).WithError(err).Warn("a host was not told of a member")
		turnAway(http.StatusServiceUnavailable, "failed", relaywire.AnswerBusy, "the host could not be told", 5)
		return
	}
	var host *websocket.Conn
	select {
	case host = <-wait.arrived:
	case <-s.deps.Clock.After(s.deps.timing.open):
		turnAway(http.StatusGatewayTimeout, "late", relaywire.AnswerAbsent, "the host did not come", 0)
		return
	case <-s.draining:
		turnAway(http.StatusServiceUnavailable, "draining", relaywire.AnswerDraining, "draining", 1)
		return
	case <-r.Context().Done():
		s.metrics.tunnels.WithLabelValues("left").Inc()
		return
	}
	member, err := s.tunnelUpgrader.Upgrade(w, r, nil)
	if err != nil {
		_ = host.Close() // the member has left
		s.metrics.tunnels.WithLabelValues("left").Inc()
		return
	}
	s.metrics.tunnels.WithLabelValues("joined").Inc()
	s.metrics.tunnelsOpen.Inc()
	joined = true
	s.join(member, host)
}

// enterTunnel counts a tunnel of an office and of an address.
func (s *Server) enterTunnel(office string, r *http.Request) (leave func(), ok bool) {
	from := neighbours(s.address(r))
	if !s.addressTunnels.enter(from) {
		s.metrics.limited.WithLabelValues("tunnels").Inc()
		return nil, false
	}
	if !s.officeTunnels.enter(office) {
		s.addressTunnels.leave(from)
		s.metrics.limited.WithLabelValues("tunnels").Inc()
		return nil, false
	}
	return func() {
		s.officeTunnels.leave(office)
		s.addressTunnels.leave(from)
	}, true
}

// await makes a tunnel's id, which only the host is told.
func (s *Server) await() (string, *waiting) {
	secret := make([]byte, 16)
	_, _ = rand.Read(secret) // it never fails
	id := s.deps.Inbox.NodeID() + "." + hex.EncodeToString(secret)
	w := &waiting{arrived: make(chan *websocket.Conn), gone: make(chan struct{})}
	s.mu.Lock()
	s.waiting[id] = w
	s.mu.Unlock()
	return id, w
}

// forgo ends the waiting.
func (s *Server) forgo(id string, w *waiting) {
	s.mu.Lock()
	if s.waiting[id] == w {
		delete(s.waiting, id)
	}
	s.mu.Unlock()
	close(w.gone)
}

// hostEnd brings the host's end to the member that waits for it: here, or on the node that the id names. An id is good for
// once.
func (s *Server) hostEnd(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	node, secret, _ := strings.Cut(id, ".")
	if !isNode(node) || len(secret) != 32 {
		answer(w, http.StatusNotFound, relaywire.AnswerGone, "nobody waits for this", 0)
		return
	}
	if node != s.deps.Inbox.NodeID() {
		s.forward(w, r, node)
		return
	}
	s.mu.Lock()
	wait := s.waiting[id]
	if wait != nil && websocket.IsWebSocketUpgrade(r) {
		delete(s.waiting, id)
	}
	s.mu.Unlock()
	if wait == nil {
		answer(w, http.StatusNotFound, relaywire.AnswerGone, "nobody waits for this", 0)
		return
	}
	host, err := s.tunnelUpgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	select {
	case wait.arrived <- host:
	case <-wait.gone:
		_ = host.Close() // there is nobody to speak with
	}
}

// hopHeader keeps two nodes that disagree on a name from passing a request to and fro.
const hopHeader = "Sitegroup-Relay-Hop"

// forward passes the host's end on to another node of this relay.
func (s *Server) forward(w http.ResponseWriter, r *http.Request, node string) {
	gone := func() { answer(w, http.StatusNotFound, relaywire.AnswerGone, "nobody waits for this", 0) }
	if r.Header.Get(hopHeader) != "" {
		gone()
		return
	}
	address, err := s.deps.Inbox.NodeURL(r.Context(), node)
	if errors.Is(err, ErrNotFound) {
		gone()
		return
	}
	var to *url.URL
	if err == nil {
		to, err = url.Parse(address)
	}
	if err != nil {
		s.deps.Log.WithError(err).WithField("node", node).Error("another node was not found")
		answer(w, http.StatusBadGateway, relaywire.AnswerBusy, "another node was not found", 5)
		return
	}
	proxy := httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(to)
			p.Out.Header["X-Forwarded-For"] = p.In.Header["X-Forwarded-For"]
			p.SetXForwarded()
			p.Out.Header.Set(hopHeader, "1")
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			s.deps.Log.WithError(err).WithField("node", node).Warn("another node was not reached")
			answer(w, http.StatusBadGateway, relaywire.AnswerBusy, "another node was not reached", 5)
		},
		ErrorLog: nowhere,
	}
	proxy.ServeHTTP(w, r)
}

// isOffice reports whether a text is an office's id.
func isOffice(text string) bool {
	return len(text) == 64 && strings.Trim(text, "0123456789abcdef") == ""
}

func isNode(text string) bool {
	return text != "" && len(text) <= 64 && strings.Trim(text, letters64) == ""
}

// since is how long ago an instant in nanoseconds was.
func since(nanos int64, now time.Time) time.Duration { return now.Sub(time.Unix(0, nanos)) }
