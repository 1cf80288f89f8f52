package graphsim

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // Meta still sends the old signature
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"sitegroup.mx/crm/backend/meta"
)

// retryPlan is when a delivery is tried, counted from its first attempt. Meta says "immediately, then less and less often
// for 36 hours" and no more; the times between are ours.
var retryPlan = []time.Duration{
	0, 0, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	24 * time.Hour, 36 * time.Hour,
}

// DeliveryOptions decide how webhooks are sent.
type DeliveryOptions struct {
	// MinDelay and MaxDelay are between a submission and its announcement.
	MinDelay time.Duration `json:"min_delay"`
	MaxDelay time.Duration `json:"max_delay"`
	// BatchUpTo is how many events that are due share one delivery.
	BatchUpTo int `json:"batch_up_to"`
	// Duplicates is how many further times each delivery is sent.
	Duplicates int `json:"duplicates"`
	// Shuffle mixes what is due together: the deliveries, and the events of each.
	Shuffle bool `json:"shuffle"`
	// Numbers writes ids as JSON numbers; ZeroAds writes 0 instead of leaving the ad of organic leads out.
	Numbers bool `json:"numbers"`
	ZeroAds bool `json:"zero_ads"`
	// WithoutValues sends changed_fields instead of changes.
	WithoutValues bool `json:"without_values"`
	// Paused keeps everything waiting.
	Paused bool `json:"paused"`
}

// DeliveryState is where a delivery is.
type DeliveryState string

// The states of a delivery.
const (
	DeliveryWaiting    DeliveryState = "waiting"
	DeliverySent       DeliveryState = "sent"
	DeliveryDropped    DeliveryState = "dropped"
	DeliverySuppressed DeliveryState = "suppressed"
)

// Delivery is one POST to a callback, or the reason why there was none.
type Delivery struct {
	App      meta.ID       `json:"app"`
	Leads    []meta.ID     `json:"leads"`
	State    DeliveryState `json:"state"`
	Attempts int           `json:"attempts"`
	// Status is the callback's last answer; 0 when it could not be reached.
	Status int `json:"status"`
	// Reason tells which switch was off: app_not_subscribed, page_not_subscribed, development_mode, lead_access.
	Reason string    `json:"reason,omitempty"`
	Due    time.Time `json:"due"`
	Body   string    `json:"body,omitempty"`
}

type outbox struct {
	options DeliveryOptions
	waiting []*outgoing
	history []Delivery
	wake    chan struct{}
	sending sync.Mutex
}

// outgoing is an event, or after its first attempt a delivery with a body.
type outgoing struct {
	Delivery
	callback string
	first    time.Time
	created  map[meta.ID]*lead
}

// SetDelivery replaces the options of later deliveries and starts sending again if it was paused.
func (s *Sim) SetDelivery(o DeliveryOptions) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o.BatchUpTo < 1 {
		o.BatchUpTo = 1
	}
	s.hooks.options = o
	s.wakeSender()
}

// Deliveries returns what was sent, dropped and suppressed, oldest first, and then what waits.
func (s *Sim) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := slices.Clone(s.hooks.history)
	for _, w := range s.hooks.waiting {
		out = append(out, w.Delivery)
	}
	return out
}

// announce puts a lead into the outbox of every app whose switches are all on. The lock is held.
func (s *Sim) announce(l *lead) {
	o := s.hooks.options
	delay := o.MinDelay
	if spread := o.MaxDelay - o.MinDelay; spread > 0 {
		delay += time.Duration(s.random.Int64N(int64(spread)))
	}
	for _, id := range s.appOrder {
		app := s.apps[id]
		d := Delivery{App: id, Leads: []meta.ID{l.id}, State: DeliveryWaiting, Due: s.clock.Now().Add(delay)}
		if d.Reason = s.silence(app, s.pages[l.form.Page]); d.Reason != "" {
			d.State = DeliverySuppressed
			s.hooks.history = append(s.hooks.history, d)
			continue
		}
		s.hooks.waiting = append(s.hooks.waiting, &outgoing{
			Delivery: d, callback: app.hook.callback, created: map[meta.ID]*lead{l.id: l},
		})
	}
	s.wakeSender()
}

// silence returns why the page's leads are not announced to the app, or "".
func (s *Sim) silence(app *App, p *page) string {
	switch {
	case app.hook == nil || !app.hook.active || !slices.Contains(app.hook.fields, meta.LeadField):
		return "app_not_subscribed"
	case !slices.Contains(p.subscribed[app.ID], meta.LeadField):
		return "page_not_subscribed"
	case p.revoked[app.ID]:
		return "lead_access"
	case !app.Live:
		return "development_mode"
	}
	return ""
}

func (s *Sim) wakeSender() {
	select {
	case s.hooks.wake <- struct{}{}:
	default:
	}
}

// deliverLoop sends what falls due until the simulator closes.
func (s *Sim) deliverLoop() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s.background("stop delivering", func() {
		<-s.done
		cancel()
	})
	for ctx.Err() == nil {
		s.Deliver(ctx)
		var timer <-chan time.Time
		if next, found := s.nextDue(); found {
			timer = s.clock.After(next.Sub(s.clock.Now()))
		}
		select {
		case <-ctx.Done():
		case <-s.hooks.wake:
		case <-timer:
		}
	}
}

func (s *Sim) nextDue() (due time.Time, found bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hooks.options.Paused {
		return time.Time{}, false
	}
	for _, w := range s.hooks.waiting {
		if !found || w.Due.Before(due) {
			due, found = w.Due, true
		}
	}
	return due, found
}

// Deliver sends everything that is due now and returns how many attempts it made. When it returns, nothing that was due
// is still on its way, not even from the simulator's own sender.
func (s *Sim) Deliver(ctx context.Context) int {
	s.hooks.sending.Lock()
	defer s.hooks.sending.Unlock()
	attempts := 0
	for ctx.Err() == nil {
		w, secret, copies := s.takeDue()
		if w == nil {
			return attempts
		}
		for range 1 + copies {
			w.Status = s.post(ctx, w, secret)
			attempts++
		}
		s.settle(w)
	}
	return attempts
}

// takeDue takes the next due delivery out of the outbox, joining further events of the same callback to it.
func (s *Sim) takeDue() (*outgoing, meta.Secret, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, now := s.hooks.options, s.clock.Now()
	if o.Paused {
		return nil, "", 0
	}
	var taken *outgoing
	waiting, kept := s.hooks.waiting, s.hooks.waiting[:0:0]
	if o.Shuffle {
		s.random.Shuffle(len(waiting), func(i, j int) { waiting[i], waiting[j] = waiting[j], waiting[i] })
	}
	for _, w := range waiting {
		due := !w.Due.After(now)
		switch {
		case due && taken == nil:
			taken = w
		case due && taken.Attempts == 0 && w.Attempts == 0 && w.callback == taken.callback && len(taken.Leads) < o.BatchUpTo:
			taken.Leads = append(taken.Leads, w.Leads...)
			for id, l := range w.created {
				taken.created[id] = l
			}
		default:
			kept = append(kept, w)
		}
	}
	if taken == nil {
		return nil, "", 0
	}
	s.hooks.waiting = kept
	if taken.Body == "" {
		taken.first = now
		taken.Body = string(encode(webhookBody(taken, o, now, s.apps[taken.App].hook), true))
	}
	taken.Attempts++
	return taken, s.apps[taken.App].Secret, o.Duplicates
}

// settle records the outcome of an attempt: sent, again later, or dropped.
func (s *Sim) settle(w *outgoing) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case w.Status == http.StatusOK:
		w.State = DeliverySent
		s.hooks.history = append(s.hooks.history, w.Delivery)
	case w.Attempts >= len(retryPlan):
		w.State = DeliveryDropped
		s.hooks.history = append(s.hooks.history, w.Delivery)
	default:
		w.Due = w.first.Add(retryPlan[w.Attempts])
		s.hooks.waiting = append(s.hooks.waiting, w)
	}
}

// webhookBody writes the envelope: one entry a page, one change a lead.
func webhookBody(w *outgoing, o DeliveryOptions, now time.Time, hook *subscription) object {
	id := func(v meta.ID) any {
		if o.Numbers {
			n, err := strconv.ParseUint(string(v), 10, 64)
			if err == nil {
				return n
			}
		}
		return string(v)
	}
	var pages []meta.ID
	changes := map[meta.ID][]object{}
	for _, leadID := range w.Leads {
		l := w.created[leadID]
		if _, seen := changes[l.form.Page]; !seen {
			pages = append(pages, l.form.Page)
		}
		value := object{
			{"created_time", l.created.Unix()}, {"leadgen_id", id(l.id)}, {"page_id", id(l.form.Page)}, {"form_id", id(l.form.ID)},
		}
		if !l.spec.Organic {
			ad, _, _ := l.adIDs()
			value = append(value, pair{"ad_id", id(ad)}, pair{"adgroup_id", id(ad)})
		} else if o.ZeroAds {
			value = append(value, pair{"ad_id", 0}, pair{"adgroup_id", 0})
		}
		changes[l.form.Page] = append(changes[l.form.Page], object{{"field", meta.LeadField}, {"value", value}})
	}
	entries := []object{}
	for _, p := range pages {
		entry := object{{"id", id(p)}, {"time", now.Unix()}}
		if o.WithoutValues || hook != nil && !hook.values {
			entry = append(entry, pair{"changed_fields", []string{meta.LeadField}})
		} else {
			entry = append(entry, pair{"changes", changes[p]})
		}
		entries = append(entries, entry)
	}
	return object{{"object", "page"}, {"entry", entries}}
}

// post sends a body with both signatures and returns the status; 0 when there was no answer.
func (s *Sim) post(ctx context.Context, w *outgoing, secret meta.Secret) int {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.callback, bytes.NewReader([]byte(w.Body)))
	if err != nil {
		return 0
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "facebookexternalua")
	req.Header.Set(meta.SignatureHeader, "sha256="+sign(sha256.New, secret, []byte(w.Body)))
	req.Header.Set("X-Hub-Signature", "sha1="+sign(sha1.New, secret, []byte(w.Body)))
	res, err := s.http.Do(req)
	if err != nil {
		return 0
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10))
	return res.StatusCode
}

func sign(h func() hash.Hash, secret meta.Secret, body []byte) string {
	mac := hmac.New(h, []byte(secret))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// SendConnectionTest sends what the Test button of Meta's dashboard sends: a lead of fours that does not exist. It
// returns the callback's status.
func (s *Sim) SendConnectionTest(ctx context.Context, app meta.ID) (int, error) {
	s.mu.Lock()
	a := s.apps[app]
	now := s.clock.Now().Unix()
	if a == nil || a.hook == nil {
		s.mu.Unlock()
		return 0, notFound("subscription", app)
	}
	w := &outgoing{callback: a.hook.callback}
	secret := a.Secret
	s.mu.Unlock()
	value := object{
		{"ad_id", "444444444"},
		{"form_id", "444444444444"},
		{"leadgen_id", "444444444444"},
		{"created_time", now},
		{"page_id", "444444444444"},
		{"adgroup_id", "44444444444"},
	}
	w.Body = string(encode(object{{"object", "page"}, {"entry", []object{{
		{"id", "0"}, {"time", now}, {"changes", []object{{{"field", meta.LeadField}, {"value", value}}}},
	}}}}, true))
	return s.post(ctx, w, secret), nil
}

// SendDeletion calls a data deletion or deauthorize callback for a person who connected the app, and returns the status
// and the answer.
func (s *Sim) SendDeletion(ctx context.Context, app meta.ID, callback string, user meta.ID) (int, string, error) {
	s.mu.Lock()
	a := s.apps[app]
	now := s.clock.Now()
	if a == nil {
		s.mu.Unlock()
		return 0, "", notFound("app", app)
	}
	secret := a.Secret
	s.mu.Unlock()
	form := url.Values{"signed_request": {SignedRequest(secret, user, now)}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, callback, bytes.NewReader([]byte(form.Encode())))
	if err != nil {
		return 0, "", notFound("callback", "")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := s.http.Do(req)
	if err != nil {
		return 0, "", notFound("callback", "")
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return res.StatusCode, "", notFound("answer", "")
	}
	return res.StatusCode, string(body), nil
}
