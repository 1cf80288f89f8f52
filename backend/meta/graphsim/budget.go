package graphsim

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"time"

	"sitegroup.mx/crm/backend/meta"
)

// regain is how long a first block lasts; every call during a block makes it longer.
const (
	regain = 19 * time.Minute
	extend = time.Minute
)

// bucket counts calls against a budget.
type bucket struct {
	used    int
	since   time.Time
	blocked time.Time
}

// Budget limits calls. 0 is no limit.
type Budget struct {
	// LeadCalls and PageCalls are a page's, for 24 hours.
	LeadCalls int `json:"lead_calls"`
	PageCalls int `json:"page_calls"`
}

// SetBudget limits the calls about a page and forgets those already made.
func (s *Sim) SetBudget(pageID meta.ID, b Budget) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.pages[pageID]
	if p == nil {
		return notFound("page", pageID)
	}
	p.leadBudget, p.pageBudget = b.LeadCalls, b.PageCalls
	p.leadgen, p.calls = bucket{}, bucket{}
	return nil
}

// SetAppBudget limits the calls made with user and app tokens within an hour; 0 is no limit.
func (s *Sim) SetAppBudget(calls int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.appBudget, s.appUse = calls, bucket{}
}

// count takes one call. It returns the share used in percent and for how long calls are refused.
func (b *bucket) count(now time.Time, limit int, window time.Duration) (percent float64, left time.Duration) {
	if b.since.IsZero() || now.Sub(b.since) >= window || !b.blocked.IsZero() && !now.Before(b.blocked) {
		*b = bucket{since: now}
	}
	b.used++
	if limit == 0 {
		return 1, 0
	}
	switch {
	case !b.blocked.IsZero():
		b.blocked = b.blocked.Add(extend)
	case b.used > limit:
		b.blocked = now.Add(regain)
	}
	if !b.blocked.IsZero() {
		left = b.blocked.Sub(now)
	}
	return min(100, 100*float64(b.used)/float64(limit)), left
}

// meter counts a call, writes the usage header, and refuses calls over budget.
func (s *Sim) meter(c *caller, rt route, h http.Header) *apiError {
	now := s.clock.Now()
	if c.token == nil {
		return nil
	}
	personal := c.token.Kind == meta.TokenUser || c.token.Kind == meta.TokenApp
	switch {
	case personal:
		percent, left := s.appUse.count(now, s.appBudget, time.Hour)
		h.Set("X-App-Usage", string(encode(object{{"call_count", round(percent)}, {"total_time", 1}, {"total_cputime", 1}}, false)))
		if left > 0 {
			return tooManyAppCalls()
		}
	case rt.page != nil && rt.leadCall:
		percent, left := rt.page.leadgen.count(now, rt.page.leadBudget, 24*time.Hour)
		setBusinessUsage(h, rt.page.ID, "leadgen", percent, left)
		if left > 0 {
			return tooManyLeadCalls()
		}
	case rt.page != nil && rt.pageCall:
		percent, left := rt.page.calls.count(now, rt.page.pageBudget, 24*time.Hour)
		setBusinessUsage(h, rt.page.ID, "pages", percent, left)
		if left > 0 {
			return tooManyPageCalls()
		}
	}
	return nil
}

func round(percent float64) int { return int(math.Round(percent)) }

// setBusinessUsage writes an object of lists; the time is in minutes.
func setBusinessUsage(h http.Header, id meta.ID, kind string, percent float64, left time.Duration) {
	text, err := json.Marshal(map[string]any{string(id): []any{object{
		{"type", kind},
		{"call_count", round(percent)},
		{"total_cputime", 1},
		{"total_time", 1},
		{"estimated_time_to_regain_access", int(math.Ceil(left.Minutes()))},
	}}})
	if err != nil {
		panic(fmt.Sprintf("encode usage: %v", err)) // numbers and texts always encode
	}
	h.Set("X-Business-Use-Case-Usage", string(text))
}
