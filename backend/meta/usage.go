package meta

import (
	"encoding/json"
	"net/http"
	"time"
)

// usage is what the usage headers of one answer say. They are absent until Meta finds them worth sending, and an
// unreadable one never spoils a good answer (Meta, Rate limits).
type usage struct {
	// own is the budget of the page (or of the user), in percent.
	own     float64
	hasOwn  bool
	ownWait time.Duration
	// app is the budget of the whole app, in percent.
	app    float64
	hasApp bool
	// adWait is when an ad account's budget is refilled.
	adWait time.Duration
}

func (u usage) percent() float64 { return max(u.own, u.app) }

// share is the three percentages of a bucket; the highest one counts.
type share struct {
	Calls float64 `json:"call_count"`
	CPU   float64 `json:"total_cputime"`
	Time  float64 `json:"total_time"`
}

func (s share) highest() float64 { return max(s.Calls, s.CPU, s.Time) }

// parseUsage reads the three headers.
func parseUsage(h http.Header) usage {
	var u usage
	u.parseBusiness(h.Get("X-Business-Use-Case-Usage"))
	var app share
	if text := h.Get("X-App-Usage"); text != "" && json.Unmarshal([]byte(text), &app) == nil {
		u.app, u.hasApp = app.highest(), true
	}
	var account struct {
		Reset float64 `json:"reset_time_duration"` // seconds
	}
	if text := h.Get("X-Ad-Account-Usage"); text != "" && json.Unmarshal([]byte(text), &account) == nil {
		u.adWait = wait(account.Reset, time.Second)
	}
	return u
}

// parseBusiness reads an object of lists. Its keys are opaque: the documentation calls them business ids, captures show
// page ids. Only the buckets of lead and page calls count; an ad account at its limit does not stop leads.
func (u *usage) parseBusiness(text string) {
	if text == "" {
		return
	}
	var buckets map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &buckets) != nil {
		return
	}
	for _, raw := range buckets {
		var list []struct {
			share
			Type   string  `json:"type"`
			Regain float64 `json:"estimated_time_to_regain_access"` // minutes
		}
		if json.Unmarshal(raw, &list) != nil {
			continue
		}
		for _, b := range list {
			if b.Type != "leadgen" && b.Type != "pages" {
				continue
			}
			u.hasOwn = true
			u.own = max(u.own, b.highest())
			u.ownWait = max(u.ownWait, wait(b.Regain, time.Minute))
		}
	}
}

// wait turns a foreign number into a duration between 0 and a day.
func wait(n float64, unit time.Duration) time.Duration {
	if !(n > 0) {
		return 0
	}
	return time.Duration(min(n*float64(unit), float64(24*time.Hour)))
}
