package app_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/app/apptest"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/meta/graphsim"
	"sitegroup.mx/crm/backend/relay"
	"sitegroup.mx/crm/backend/relay/sqlitebox"
)

const admission = "ficha-del-operador"

// runRelay runs a relay on this computer until the test ends, and returns its address.
func runRelay(t *testing.T) string {
	t.Helper()
	log := logrus.New()
	log.SetOutput(io.Discard)
	inbox, err := sqlitebox.Open(context.Background(), filepath.Join(t.TempDir(), "relay.db"), log)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + l.Addr().String()
	server, err := relay.New(relay.Deps{
		Inbox: inbox, BaseURL: address, Admission: []string{admission}, Limits: relay.DefaultLimits(), Clock: clock.System{}, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	site := &http.Server{Handler: server, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = site.Serve(l) }()
	t.Cleanup(func() {
		_ = site.Close()
		_ = server.Close()
		if err := inbox.Close(); err != nil {
			t.Error(err)
		}
	})
	return address
}

// relayState is what the settings page shows.
type relayState struct {
	State, Problem string
	CallbackURL    string `json:"callback_url"`
	VerifyToken    string `json:"verify_token"`
	PrivacyURL     string `json:"privacy_url"`
	DeletionURL    string `json:"deletion_url"`
	DeletionCall   string `json:"deletion_callback_url"`
	Waiting        int
	Checks         []struct{ Code, State, Page, Problem string }
	Webhooks       struct {
		Calls, Wrong int
		LeadAt       *string `json:"lead_at"`
	}
}

func (s relayState) check(code string) string {
	for _, c := range s.Checks {
		if c.Code == code {
			return strings.TrimSpace(c.State + " " + c.Problem)
		}
	}
	return "missing from the list"
}

// startSim is a simulated Meta that outlives the host.
func startSim(t *testing.T) (*graphsim.Sim, graphsim.Demo) {
	t.Helper()
	sim := graphsim.New(graphsim.Config{Seed: 3})
	demo := sim.SeedDemo()
	if _, err := sim.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	return sim, demo
}

// connectTo connects an office to a simulated Meta and switches its pages on.
func connectTo(p *apptest.Program, sim *graphsim.Sim, demo graphsim.Demo) {
	var status struct{ Pages []struct{ ID string } }
	p.Must("PUT", "/api/meta/connection", map[string]string{
		"app_id": string(demo.App), "app_secret": string(demo.AppSecret), "token": string(demo.Token), "base_url": sim.URL(),
	}, &status)
	for _, page := range status.Pages {
		p.Must("PATCH", "/api/meta/pages/"+page.ID, map[string]bool{"active": true}, nil)
	}
}

// leadsOf counts the ledger's lines that are settled, or wait for a person, and those that have failed.
func leadsOf(p *apptest.Program) (settled, failed int) {
	var list struct {
		Counts struct{ Registered, Linked, Test, Held, Failed int }
	}
	p.Must("GET", "/api/leads", nil, &list)
	return list.Counts.Registered + list.Counts.Linked + list.Counts.Test + list.Counts.Held, list.Counts.Failed
}

// cardsOf are the prospects that a program's list shows.
func cardsOf(p *apptest.Program, query string) []string {
	var ids []string
	for cursor := ""; ; {
		var list struct {
			Items []struct{ ID string }
			Next  string
		}
		p.Must("GET", "/api/prospects?open=all&limit=200&"+query+"&cursor="+cursor, nil, &list)
		for _, i := range list.Items {
			ids = append(ids, i.ID)
		}
		if cursor = list.Next; cursor == "" {
			slices.Sort(ids)
			return ids
		}
	}
}

// TestOfficeRelay_AnOfficeBehindIt has no port open: Meta's webhooks and a seller come through the relay alone.
func TestOfficeRelay_AnOfficeBehindIt(t *testing.T) {
	address := runRelay(t)
	sim, demo := startSim(t)
	sim.SetDelivery(graphsim.DeliveryOptions{})
	o := &theOffice{t: t, dir: t.TempDir(), users: map[string]string{}}
	o.Program = apptest.StartIn(t, o.dir)
	o.SetUp()
	token := o.Token
	if status := o.Call("PUT", "/api/relay", map[string]string{"address": address, "admission": admission}, nil); status != 409 || o.Code != "recovery.needed" {
		t.Errorf("a relay without a recovery code: %d %s", status, o.Code)
	}
	var made struct{ Code string }
	o.Must("POST", "/api/recovery/code", nil, &made)
	o.Must("POST", "/api/recovery/code/confirm", map[string]string{"code": made.Code}, nil)
	for _, login := range []string{"ana", "beto"} {
		o.user(login, "seller")
	}
	connectTo(o.Program, sim, demo)

	var s relayState
	o.Must("PUT", "/api/relay", map[string]string{"address": address, "admission": "otra"}, &s)
	if s.State != "refused" || s.Problem != "admission" {
		t.Errorf("without the operator's token: %+v", s)
	}
	o.Must("PUT", "/api/relay", map[string]string{"address": address, "admission": admission}, &s)
	if s.State != "linked" || !strings.HasPrefix(s.CallbackURL, address+"/h/") || s.VerifyToken == "" {
		t.Fatalf("the relay: %+v", s)
	}
	o.Must("POST", "/api/relay/subscribe", nil, &s)
	o.Must("POST", "/api/relay/check", nil, &s)
	for _, code := range []string{"link", "app_subscription", "page_subscription", "lead_access", "test_lead"} {
		if got := s.check(code); got != "ok" {
			t.Errorf("%s: %s", code, got)
		}
	}

	ana := o.join("ana")
	var sync struct{ State, Path string }
	ana.Must("GET", "/api/sync", nil, &sync)
	if sync.Path != "relay" || sync.State != "up_to_date" {
		t.Errorf("ana is connected: %+v", sync)
	}
	before := func() int { n, _ := leadsOf(o.Program); return n }
	same := func() bool {
		mine := cardsOf(o.Program, "seller="+o.users["ana"])
		return len(mine) > 0 && slices.Equal(mine, cardsOf(ana, ""))
	}
	for range 4 {
		if _, err := sim.NextDemoLead(); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the first leads are here and ana has hers", func() bool { return before() == 5 && same() })

	t.Run("a burst with duplicates and reordering", func(t *testing.T) {
		sim.SetDelivery(graphsim.DeliveryOptions{Duplicates: 1, Shuffle: true, BatchUpTo: 7})
		start := before()
		for range 60 {
			if _, err := sim.NextDemoLead(); err != nil {
				t.Fatal(err)
			}
		}
		eventually(t, "every lead is here once", func() bool { return before() == start+60 })
		if n := len(cardsOf(o.Program, "")); n > start+60 {
			t.Errorf("%d prospects of %d leads", n, start+60)
		}
		eventually(t, "ana has hers and no other", same)
	})
	t.Run("the host is off and back", func(t *testing.T) {
		start := before()
		o.Stop()
		for range 20 {
			if _, err := sim.NextDemoLead(); err != nil {
				t.Fatal(err)
			}
		}
		eventually(t, "Meta has told everything to the relay", func() bool {
			return !slices.ContainsFunc(sim.Deliveries(), func(d graphsim.Delivery) bool { return d.State == graphsim.DeliveryWaiting })
		})
		o.Program = apptest.StartIn(o.t, o.dir)
		o.Token = token
		eventually(t, "what came meanwhile is here", func() bool { return before() == start+20 })
		eventually(t, "ana is back and has hers", func() bool {
			ana.Must("GET", "/api/sync", nil, &sync)
			return sync.State == "up_to_date" && sync.Path == "relay" && same()
		})
		if _, failed := leadsOf(o.Program); failed != 0 {
			t.Errorf("%d leads failed", failed)
		}
		eventually(t, "nothing is left at the relay", func() bool {
			o.Must("GET", "/api/relay", nil, &s)
			return s.State == "linked" && s.Waiting == 0
		})
	})
	t.Run("a call with a wrong signature", func(t *testing.T) {
		start := before()
		body := fmt.Sprintf(`{"object":"page","entry":[{"id":"%s","time":1,"changes":[{"field":"leadgen","value":{"leadgen_id":"777000111222333","page_id":"%s"}}]}]}`, demo.Page, demo.Page)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.CallbackURL, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-Hub-Signature-256", "sha256="+strings.Repeat("0", 64))
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Errorf("the relay answers %d: it cannot know", res.StatusCode)
		}
		eventually(t, "the host has counted it", func() bool { o.Must("GET", "/api/relay", nil, &s); return s.Webhooks.Wrong == 1 })
		var health struct{ Items []struct{ Code string } }
		o.Must("GET", "/api/health", nil, &health)
		if !slices.ContainsFunc(health.Items, func(i struct{ Code string }) bool { return i.Code == "webhook.signature" }) {
			t.Errorf("health = %+v", health.Items)
		}
		if before() != start {
			t.Error("a lead of a forged call is in the ledger")
		}
	})
	t.Run("public texts and a deletion request", func(t *testing.T) {
		o.Must("PUT", "/api/relay/texts", map[string]string{"privacy": "Cuidamos tus datos.\n\nEscríbenos.", "deletion": "Llámanos para borrar tus datos."}, &s)
		for url, want := range map[string]string{s.PrivacyURL: "Cuidamos tus datos.", s.DeletionURL: "Llámanos para borrar"} {
			eventually(t, "the relay shows "+want, func() bool { return strings.Contains(page(t, url), want) })
		}
		status, answer, err := sim.SendDeletion(t.Context(), demo.App, s.DeletionCall, "99887766")
		if err != nil || status != http.StatusOK || !strings.Contains(answer, "confirmation_code") {
			t.Fatalf("deletion: %d %s %v", status, answer, err)
		}
		_, url, _ := strings.Cut(answer, `"url":"`)
		url, _, _ = strings.Cut(url, `"`)
		eventually(t, "its page says what became of it", func() bool {
			return strings.Contains(page(t, strings.ReplaceAll(url, `\/`, "/")), "no conserva datos")
		})
	})
}

// TestOfficeRelay_AnotherRelayBeginsAnew shows nothing of the relay before it, which Meta must not be told any more, and keeps
// the callback's own part.
func TestOfficeRelay_AnotherRelayBeginsAnew(t *testing.T) {
	sim, demo := startSim(t)
	o := apptest.StartIn(t, t.TempDir())
	o.SetUp()
	var made struct{ Code string }
	o.Must("POST", "/api/recovery/code", nil, &made)
	o.Must("POST", "/api/recovery/code/confirm", map[string]string{"code": made.Code}, nil)
	connectTo(o, sim, demo)
	var first, s relayState
	o.Must("PUT", "/api/relay", map[string]string{"address": runRelay(t), "admission": admission}, &first)
	o.Must("POST", "/api/relay/subscribe", nil, &s)
	if s.check("app_subscription") != "ok" {
		t.Fatalf("the first relay: %+v", s)
	}
	other := runRelay(t)
	o.Must("PUT", "/api/relay", map[string]string{"address": other, "admission": "otra"}, &s)
	if s.State != "refused" || s.CallbackURL != "" || s.PrivacyURL != "" || len(s.Checks) > 0 {
		t.Errorf("of the relay before is left: %+v", s)
	}
	o.Must("PUT", "/api/relay", map[string]string{"address": other, "admission": admission}, &s)
	_, hook, _ := strings.Cut(first.CallbackURL, "/h/")
	if s.State != "linked" || s.CallbackURL != other+"/h/"+hook || s.VerifyToken != first.VerifyToken {
		t.Errorf("the other relay: %+v, before %+v", s, first)
	}
}

func page(t *testing.T, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
