package relay

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"sitegroup.mx/crm/backend/relay/relaywire"
)

// Bounds of a deletion request, in bytes.
const (
	maxSignedRequest = 16 << 10
	maxDeletionForm  = 3*maxSignedRequest + 1<<10 // escaped
)

// deletion takes Meta's data-deletion callback (meta-lead-ads.md §7): the request goes to the host, who alone can tell
// whether it is Meta's, and whoever asked gets a page on which to see what became of it.
func (s *Server) deletion(w http.ResponseWriter, r *http.Request) {
	o, ok := s.byHook(w, r)
	if !ok {
		return
	}
	if !s.deletions.allow(o.id, s.deps.Clock.Now()) {
		s.metrics.limited.WithLabelValues("deletions").Inc()
		answer(w, http.StatusTooManyRequests, relaywire.AnswerBusy, "too many deletion requests for this office", 60)
		return
	}
	body, ok := s.receive(w, r, maxDeletionForm)
	if !ok {
		return
	}
	form, err := url.ParseQuery(string(body))
	signed := form.Get("signed_request")
	if err != nil || !isSigned(signed) {
		answer(w, http.StatusBadRequest, "", "no signed_request", 0)
		return
	}
	code := rand.Text() // 26 letters and digits, 130 bits
	now := s.deps.Clock.Now()
	err = s.deps.Inbox.PutDeletion(r.Context(), Deletion{Code: code, Office: o.id, State: relaywire.DeletionReceived, At: now, Changed: now})
	if err != nil {
		s.log(o.id).WithError(err).Error("a deletion request was not kept")
		answer(w, http.StatusServiceUnavailable, "", "the request could not be kept", 30)
		return
	}
	if !s.keep(w, r, o.id, relaywire.Event{Kind: relaywire.KindDeletion, Body: []byte(signed), Code: code}) {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{ // whoever has gone asks again
		"url": s.deps.BaseURL + "/d/" + code, "confirmation_code": code,
	})
}

// isSigned reports whether a text looks like a signed_request: two parts of base64url.
func isSigned(text string) bool {
	signature, payload, ok := strings.Cut(text, ".")
	return ok && signature != "" && payload != "" && len(text) <= maxSignedRequest && strings.Trim(signature+payload, letters64) == ""
}

const letters64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_="
