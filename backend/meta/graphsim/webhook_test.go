package graphsim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
)

// subscribe switches everything on that announces leads.
func (w *world) subscribe(c *callback) {
	w.t.Helper()
	a := w.call(http.MethodPost, "/v26.0/"+string(app)+"/subscriptions", meta.Token(string(app)+"|"+string(secret)), url.Values{
		"object": {"page"}, "callback_url": {c.URL + "/hooks/meta?office=1"}, "verify_token": {"s3cret"}, "fields": {"leadgen"}, "include_values": {"true"},
	})
	if a.body != `{"success":true}` {
		w.t.Fatalf("subscribe: %s", a.body)
	}
	if err := w.SubscribePage(page, app, true); err != nil {
		w.t.Fatal(err)
	}
	w.SetDelivery(graphsim.DeliveryOptions{})
}

// settle sends everything due until nothing is.
func (w *world) settle() {
	for w.Deliver(w.t.Context()) > 0 { //nolint:revive // the work is in the condition
	}
}

func TestSim_Subscriptions(t *testing.T) {
	w := newWorld(t)
	c := newCallback(t)
	appToken := meta.Token(string(app) + "|" + string(secret))
	path := "/v26.0/" + string(app) + "/subscriptions"
	params := url.Values{"object": {"page"}, "callback_url": {c.URL}, "verify_token": {"wrong"}, "fields": {"leadgen"}}
	if a := w.call(http.MethodPost, path, appToken, params); a.status != 400 {
		t.Errorf("with a wrong verify token: %s", a.body)
	}
	if a := w.get(path, appToken); a.body != `{"data":[]}` {
		t.Errorf("listed %s", a.body)
	}
	if a := w.get(path, pageTok); a.status != 400 {
		t.Errorf("with a page token: %s", a.body)
	}
	w.subscribe(c)
	want := `{"data":[{"object":"page","callback_url":"` + strings.ReplaceAll(c.URL, "/", `\/`) + `\/hooks\/meta?office=1","active":true,"fields":[{"name":"leadgen","version":"v26.0"}]}]}`
	if a := w.get(path, appToken); a.body != want {
		t.Errorf("listed %s, want %s", a.body, want)
	}
	want = `{"data":[{"category":"Business","link":"https:\/\/crm.example.com\/","name":"Example CRM","id":"1550000000000001","subscribed_fields":["leadgen"]}]}`
	if a := w.get("/v26.0/"+string(page)+"/subscribed_apps", pageTok); a.body != want {
		t.Errorf("page's apps %s", a.body)
	}
	if a := w.call(http.MethodDelete, path, appToken, nil); a.body != `{"success":true}` {
		t.Errorf("deleted %s", a.body)
	}
}

func TestSim_Delivery(t *testing.T) {
	tests := []struct {
		name    string
		options graphsim.DeliveryOptions
		bodies  int
		events  int
	}{
		{"one by one", graphsim.DeliveryOptions{}, 4, 4},
		{"batched", graphsim.DeliveryOptions{BatchUpTo: 10}, 1, 4},
		{"batched by two, mixed", graphsim.DeliveryOptions{BatchUpTo: 2, Shuffle: true}, 2, 4},
		{"numbers", graphsim.DeliveryOptions{Numbers: true, ZeroAds: true, BatchUpTo: 10}, 1, 4},
		{"duplicates", graphsim.DeliveryOptions{Duplicates: 2}, 12, 12},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			c := newCallback(t)
			w.subscribe(c)
			tt.options.Paused = true // so that all leads are due together
			w.SetDelivery(tt.options)
			want := map[meta.ID]bool{}
			for i := range 4 {
				want[w.lead(graphsim.LeadSpec{Wide: true, Organic: i == 3})] = true
			}
			tt.options.Paused = false
			w.SetDelivery(tt.options)
			w.settle()
			bodies, events := c.got(t)
			if len(bodies) != tt.bodies || len(events) != tt.events {
				t.Errorf("%d deliveries with %d events, want %d with %d", len(bodies), len(events), tt.bodies, tt.events)
			}
			got := map[meta.ID]bool{}
			for _, e := range events {
				got[e.Lead] = true
				if e.Kind != meta.EventLead || e.Page != page || e.Form != form || !e.Created.Equal(now) || !e.Sent.Equal(now) {
					t.Errorf("event %+v", e)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			quoted := strings.Contains(bodies[0], `"leadgen_id":"`)
			if quoted == tt.options.Numbers || !json.Valid([]byte(bodies[0])) {
				t.Errorf("body %s", bodies[0])
			}
		})
	}
}

// Mixed deliveries come in another order than the leads were made in, each once, and in the same order from the same seed.
func TestSim_DeliveryOrder(t *testing.T) {
	order := func(t *testing.T, seed uint64, options graphsim.DeliveryOptions) (places []int) {
		t.Helper()
		w := newWorldOf(t, seed)
		c := newCallback(t)
		w.subscribe(c)
		options.Paused = true // so that all leads are due together
		w.SetDelivery(options)
		var made []meta.ID
		for range 8 {
			made = append(made, w.lead(graphsim.LeadSpec{}))
		}
		options.Paused = false
		w.SetDelivery(options)
		w.settle()
		_, events := c.got(t)
		for _, e := range events {
			places = append(places, slices.Index(made, e.Lead))
		}
		return places
	}
	made := []int{0, 1, 2, 3, 4, 5, 6, 7}
	for _, batch := range []int{1, 3, 8} {
		t.Run(strconv.Itoa(batch)+" a delivery", func(t *testing.T) {
			if got := order(t, 1, graphsim.DeliveryOptions{BatchUpTo: batch}); !slices.Equal(got, made) {
				t.Errorf("without mixing: %v", got)
			}
			mixed := graphsim.DeliveryOptions{BatchUpTo: batch, Shuffle: true}
			orders := map[string]bool{}
			for seed := uint64(1); seed <= 4; seed++ {
				got := order(t, seed, mixed)
				if again := order(t, seed, mixed); !slices.Equal(got, again) {
					t.Errorf("seed %d: %v, and then %v", seed, got, again)
				}
				if slices.Equal(got, made) {
					t.Errorf("seed %d: nothing is mixed: %v", seed, got)
				}
				orders[fmt.Sprint(got)] = true
				slices.Sort(got)
				if !slices.Equal(got, made) {
					t.Errorf("seed %d: not each once: %v", seed, got)
				}
			}
			if len(orders) < 2 {
				t.Errorf("every seed has the order %v", orders)
			}
		})
	}
}

// TestSim_DeliveryBytes pins the envelope to the one Meta documents.
func TestSim_DeliveryBytes(t *testing.T) {
	w := newWorld(t)
	c := newCallback(t)
	w.subscribe(c)
	w.lead(graphsim.LeadSpec{ID: "1234567890123456"})
	w.settle()
	bodies, _ := c.got(t)
	want := `{"object":"page","entry":[{"id":"109876543210987","time":1793631845,"changes":[{"field":"leadgen","value":{"created_time":1793631845,"leadgen_id":"1234567890123456","page_id":"109876543210987","form_id":"812345678901234","ad_id":"120210000000001101","adgroup_id":"120210000000001101"}}]}]}`
	if len(bodies) != 1 || bodies[0] != want {
		t.Errorf("got %s", bodies)
	}
}

func TestSim_DeliveryWithoutValues(t *testing.T) {
	w := newWorld(t)
	c := newCallback(t)
	w.subscribe(c)
	w.SetDelivery(graphsim.DeliveryOptions{WithoutValues: true})
	w.lead(graphsim.LeadSpec{})
	w.settle()
	_, events := c.got(t)
	if len(events) != 1 || events[0].Kind != meta.EventPoll || events[0].Page != page {
		t.Errorf("got %+v", events)
	}
}

func TestSim_ConnectionTest(t *testing.T) {
	w := newWorld(t)
	c := newCallback(t)
	w.subscribe(c)
	status, err := w.SendConnectionTest(t.Context(), app)
	_, events := c.got(t)
	if err != nil || status != 200 || len(events) != 1 || events[0].Kind != meta.EventConnectionTest {
		t.Errorf("%d, %v: %+v", status, err, events)
	}
}

func TestSim_Silence(t *testing.T) {
	tests := []struct {
		name   string
		off    func(*world) error
		reason string
	}{
		{"page not subscribed", func(w *world) error { return w.SubscribePage(page, app, false) }, "page_not_subscribed"},
		{"development mode", func(w *world) error { return w.SetLive(app, false) }, "development_mode"},
		{"lead access", func(w *world) error { return w.SetLeadAccess(page, app, false) }, "lead_access"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			c := newCallback(t)
			w.subscribe(c)
			if err := tt.off(w); err != nil {
				t.Fatal(err)
			}
			w.lead(graphsim.LeadSpec{})
			w.settle()
			bodies, _ := c.got(t)
			sent := w.Deliveries()
			if len(bodies) != 0 || len(sent) != 1 || sent[0].State != graphsim.DeliverySuppressed || sent[0].Reason != tt.reason {
				t.Errorf("%d bodies, %+v", len(bodies), sent)
			}
		})
	}
	w := newWorld(t)
	w.lead(graphsim.LeadSpec{})
	if sent := w.Deliveries(); len(sent) != 1 || sent[0].Reason != "app_not_subscribed" {
		t.Errorf("without a subscription: %+v", sent)
	}
}

func TestSim_RetriesUntilItGivesUp(t *testing.T) {
	w := newWorld(t)
	c := newCallback(t)
	w.subscribe(c)
	c.answer(http.StatusInternalServerError)
	w.lead(graphsim.LeadSpec{})
	w.settle()
	if bodies, _ := c.got(t); len(bodies) != 2 {
		t.Errorf("%d attempts at once, want 2", len(bodies))
	}
	for range 36 * 60 {
		w.clock.Advance(time.Minute)
		w.settle()
	}
	bodies, events := c.got(t)
	sent := w.Deliveries()
	if len(bodies) != 11 || len(events) != 0 || len(sent) != 1 || sent[0].State != graphsim.DeliveryDropped || sent[0].Attempts != 11 {
		t.Errorf("%d attempts, %+v", len(bodies), sent)
	}
	for _, b := range bodies {
		if b != bodies[0] {
			t.Error("a retry has another body")
		}
	}
	w.lead(graphsim.LeadSpec{})
	w.settle()
	c.answer(http.StatusOK)
	w.clock.Advance(time.Minute)
	w.settle()
	if _, events = c.got(t); len(events) != 1 {
		t.Errorf("%d events after recovery, want 1", len(events))
	}
}

func TestSim_DeliversByItself(t *testing.T) {
	w := newWorld(t)
	c := newCallback(t)
	w.subscribe(c)
	w.SetDelivery(graphsim.DeliveryOptions{MinDelay: time.Minute, MaxDelay: 3 * time.Minute})
	w.lead(graphsim.LeadSpec{})
	w.settle()
	if bodies, _ := c.got(t); len(bodies) != 0 {
		t.Error("delivered without the delay")
	}
	w.clock.Advance(3 * time.Minute)
	for { // the simulator's own sender wakes up; Deliver only waits for it
		w.settle()
		if bodies, _ := c.got(t); len(bodies) == 1 {
			break
		}
	}
}

func TestSim_Deletion(t *testing.T) {
	w := newWorld(t)
	var got meta.SignedRequest
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		var err error
		if got, err = meta.ParseSignedRequest(r.PostFormValue("signed_request"), secret); err != nil {
			http.Error(rw, "no", http.StatusForbidden)
			return
		}
		_, _ = rw.Write([]byte(`{"url":"https://crm.example.com/deletion/abc123","confirmation_code":"abc123"}`))
	}))
	defer server.Close()
	status, body, err := w.SendDeletion(t.Context(), app, server.URL, "10200000000000001")
	if err != nil || status != 200 || !strings.Contains(body, "abc123") {
		t.Fatalf("%d, %s, %v", status, body, err)
	}
	want := meta.SignedRequest{User: "10200000000000001", Issued: now, Expires: now.Add(time.Hour)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	const published = "xX1PdSIZnRQX72ueHB2xtdXBgYTw9dCXcwF9JAkOkss.eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsImV4cGlyZXMiOjE3OTM2MzU0NDUsImlzc3VlZF9hdCI6MTc5MzYzMTg0NSwidXNlcl9pZCI6IjEwMjAwMDAwMDAwMDAwMDAxIn0"
	if text := graphsim.SignedRequest(secret, "10200000000000001", now); text != published {
		t.Errorf("signed request %s", text)
	}
}

func TestSim_Export(t *testing.T) {
	w := newWorld(t)
	w.lead(graphsim.LeadSpec{
		ID: "1234567890123456", Platform: "ig", Campaign: "Otoño 2026", AdSet: "CDMX 25-45", Ad: "Otoño - video", Skip: []string{"best_time_to_call"},
		Answers: map[string][]string{
			"which_service_are_you_interested_in?": {"whole-home_heat_pump"}, "full_name": {"Ana \"Prueba\" Ñandú"},
			"email": {"ana.prueba@example.com"}, "phone_number": {"+525555550100"},
		},
	})
	w.lead(graphsim.LeadSpec{ID: "867443000000678", Test: true, Created: now.Add(-time.Hour)})
	w.lead(graphsim.LeadSpec{Created: now.AddDate(0, 0, -91)})
	want, err := os.ReadFile("testdata/export.tsv")
	if err != nil {
		t.Fatal(err)
	}
	utf8, err := w.Export(form, graphsim.UTF8)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(utf8)); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
	wide, err := w.Export(form, graphsim.UTF16)
	if err != nil || wide[0] != 0xff || wide[1] != 0xfe {
		t.Fatalf("%v: starts with % x", err, wide[:4])
	}
	var units []uint16
	for i := 2; i < len(wide); i += 2 {
		units = append(units, uint16(wide[i])|uint16(wide[i+1])<<8)
	}
	if diff := cmp.Diff(string(want), string(utf16.Decode(units))); diff != "" {
		t.Errorf("UTF-16 file (-want +got):\n%s", diff)
	}
}
