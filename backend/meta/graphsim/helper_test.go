package graphsim_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
)

const (
	app     meta.ID     = "1550000000000001"
	secret  meta.Secret = "0123456789abcdef0123456789abcdef"
	page    meta.ID     = "109876543210987"
	form    meta.ID     = "812345678901234"
	system  meta.Token  = "EAATESTSYSTEM"
	pageTok meta.Token  = "EAATESTPAGETOKEN"
)

var now = time.Date(2026, 11, 2, 15, 4, 5, 0, time.UTC)

type world struct {
	*graphsim.Sim
	t     *testing.T
	clock *clock.Fake
	base  string
}

// newWorld has the app, page, form and tokens of the fixtures.
func newWorld(t *testing.T) *world { return newWorldOf(t, 7) }

func newWorldOf(t *testing.T, seed uint64) *world {
	t.Helper()
	clk := clock.NewFake(now, 7)
	sim := graphsim.New(graphsim.Config{Clock: clk, Seed: seed})
	base, err := sim.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sim.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{sim, t, clk, base}
	sim.AddApp(graphsim.App{ID: app, Name: "Example CRM", Secret: secret, Live: true})
	sim.AddPage(graphsim.Page{ID: page, Name: "Clima Ejemplo"})
	_, err = sim.AddForm(graphsim.Form{
		ID: form, Page: page, Name: "Otoño 2026 v2", Tracking: []meta.KeyValue{{Key: "utm_source", Value: "meta"}},
		Questions: []graphsim.Question{
			{Label: "Which service are you interested in?", Options: []meta.KeyValue{
				{Key: "whole-home_heat_pump", Value: "Whole-home heat pump"}, {Key: "solar_panels", Value: "Solar panels"},
			}},
			{Label: "Best time to call"},
			{Type: "FULL_NAME"},
			{Type: "EMAIL"},
			{Type: "PHONE"},
		},
		Checkboxes: []meta.Checkbox{{Key: "optional_1", Text: "Acepto recibir ofertas"}, {Key: "optional_2", Text: "Otra"}},
		Created:    time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC),
	})
	if err != nil {
		t.Fatal(err)
	}
	sim.AddToken(graphsim.TokenSpec{Kind: meta.TokenSystem, App: app, Value: system, Targets: []meta.ID{page}})
	sim.AddToken(graphsim.TokenSpec{Kind: meta.TokenPage, App: app, Page: page, Value: pageTok})
	return w
}

func (w *world) lead(spec graphsim.LeadSpec) meta.ID {
	w.t.Helper()
	if spec.Form == "" {
		spec.Form = form
	}
	id, err := w.InjectLead(spec)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

type answered struct {
	status int
	header http.Header
	body   string
}

// code returns code and subcode of an error answer.
func (a answered) code(t *testing.T) (code, sub int) {
	t.Helper()
	var v struct {
		Error struct {
			Code    int `json:"code"`
			Subcode int `json:"error_subcode"`
		} `json:"error"`
	}
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatalf("%v in %q", err, a.body)
	}
	return v.Error.Code, v.Error.Subcode
}

// call makes a request with a Bearer token; params go into the query of a GET or DELETE and the body of a POST.
func (w *world) call(method, path string, token meta.Token, params url.Values) answered {
	w.t.Helper()
	address, body := w.base+path, io.Reader(nil)
	if method == http.MethodPost {
		body = strings.NewReader(params.Encode())
	} else if len(params) > 0 {
		address += "?" + params.Encode()
	}
	req, err := http.NewRequestWithContext(w.t.Context(), method, address, body)
	if err != nil {
		w.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+string(token))
	}
	return w.send(req)
}

func (w *world) send(req *http.Request) answered {
	w.t.Helper()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answered{res.StatusCode, res.Header, string(b)}
}

func (w *world) get(path string, token meta.Token, pairs ...string) answered {
	w.t.Helper()
	params := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		params.Set(pairs[i], pairs[i+1])
	}
	return w.call(http.MethodGet, path, token, params)
}

// control calls the control side and decodes the answer.
func (w *world) control(method, path, body string, into any) int {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.base+"/_control/"+path, bytes.NewReader([]byte(body)))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	a := w.send(req)
	if into != nil {
		if err := json.Unmarshal([]byte(a.body), into); err != nil {
			w.t.Fatalf("%v in %q", err, a.body)
		}
	}
	return a.status
}

// callback is a webhook receiver that keeps what it gets.
type callback struct {
	*httptest.Server
	mu       sync.Mutex
	status   int
	bodies   []string
	received []meta.Event
	bad      int
}

func newCallback(t *testing.T) *callback {
	t.Helper()
	c := &callback{status: http.StatusOK}
	c.Server = httptest.NewServer(http.HandlerFunc(c.serve))
	t.Cleanup(c.Close)
	return c
}

func (c *callback) serve(w http.ResponseWriter, r *http.Request) {
	if challenge, ok := meta.VerifySubscription(r.URL.Query(), "s3cret"); ok {
		_, _ = io.WriteString(w, challenge)
		return
	}
	body, err := io.ReadAll(r.Body)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil || !meta.VerifySignature(body, r.Header.Get(meta.SignatureHeader), secret) {
		c.bad++
		w.WriteHeader(http.StatusForbidden)
		return
	}
	c.bodies = append(c.bodies, string(body))
	if c.status == http.StatusOK {
		events, err := meta.ParseWebhook(body)
		if err != nil {
			c.bad++
		}
		c.received = append(c.received, events...)
	}
	w.WriteHeader(c.status)
}

func (c *callback) answer(status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status = status
}

func (c *callback) got(t *testing.T) (bodies []string, events []meta.Event) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bad > 0 {
		t.Errorf("%d deliveries with a bad signature or body", c.bad)
	}
	return append([]string(nil), c.bodies...), append([]meta.Event(nil), c.received...)
}
