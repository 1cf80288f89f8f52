package graphsim_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
)

// TestControl_AnOfficeFromNothing builds everything over HTTP, as browser tests do.
func TestControl_AnOfficeFromNothing(t *testing.T) {
	w := newWorld(t)
	var madeApp struct {
		ID     meta.ID
		Secret string
	}
	w.control("POST", "apps", `{"name":"Otra"}`, &madeApp)
	var made, madeForm struct{ ID meta.ID }
	w.control("POST", "pages", `{"name":"Página"}`, &made)
	w.control("POST", "forms", `{"page":"`+string(made.ID)+`","name":"F","questions":[{"type":"FULL_NAME"},{"label":"¿Cuándo?","options":[{"value":"Este mes"}]}]}`, &madeForm)
	var token struct{ Token string }
	w.control("POST", "tokens", `{"kind":"PAGE","app":"`+string(madeApp.ID)+`","page":"`+string(made.ID)+`","expires_in":3600}`, &token)
	var leads struct{ IDs []meta.ID }
	status := w.control("POST", "leads", `{"form":"`+string(madeForm.ID)+`","count":3,"wide":true,"answers":{"full_name":["Ana Prueba"]}}`, &leads)
	if status != 200 || len(leads.IDs) != 3 {
		t.Fatalf("%d: %v", status, leads)
	}
	client := meta.NewClient(meta.Config{BaseURL: w.base, AppID: madeApp.ID, AppSecret: meta.Secret(madeApp.Secret), Clock: w.clock})
	l, err := client.Lead(t.Context(), meta.Token(token.Token), leads.IDs[2])
	if err != nil {
		t.Fatal(err)
	}
	name, _ := l.Find("full_name")
	when, _ := l.Find("¿cuándo?")
	if name.Values[0] != "Ana Prueba" || when.Values[0] != "este_mes" {
		t.Errorf("answers %v", l.Answers)
	}
	w.control("POST", "tokens/kill", `{"token":"`+token.Token+`","subcode":460}`, nil)
	if _, err := client.Lead(t.Context(), meta.Token(token.Token), leads.IDs[2]); fault.Code(err) != meta.AdvicePasswordChanged {
		t.Errorf("killed token: %v", err)
	}
	w.control("POST", "tokens/kill", `{"token":"`+token.Token+`","revive":true}`, nil)
	w.control("POST", "faults", `{"edge":"lead","preset":"lead_access"}`, nil)
	if _, err := client.Lead(t.Context(), meta.Token(token.Token), leads.IDs[2]); fault.Code(err) != meta.AdviceLeadAccessRevoked {
		t.Errorf("fault: %v", err)
	}
	w.control("POST", "faults", `{"times":-1,"kind":"html"}`, nil)
	w.control("DELETE", "faults", "", nil)
	if _, err := client.Lead(t.Context(), meta.Token(token.Token), leads.IDs[2]); err != nil {
		t.Errorf("faults cleared: %v", err)
	}
	var state struct{ Apps, Pages, Forms []map[string]any }
	if w.control("GET", "state", "", &state); len(state.Apps) != 2 || len(state.Pages) != 2 || len(state.Forms) != 2 {
		t.Errorf("state %+v", state)
	}
}

func TestControl_Switches(t *testing.T) {
	w := newWorld(t)
	c := newCallback(t)
	for path, body := range map[string]string{
		"subscribe":   `{"app":"1550000000000001","page":"109876543210987","callback":"` + c.URL + `"}`,
		"webhooks":    `{"min_delay":0,"max_delay":0,"numbers":true}`,
		"mode":        `{"app":"1550000000000001","live":true}`,
		"lead-access": `{"app":"1550000000000001","page":"109876543210987","allowed":true}`,
		"budget":      `{"page":"109876543210987","lead_calls":1,"app_calls":50}`,
		"limits":      `{"empty_page_every":3}`,
	} {
		if status := w.control("POST", path, body, nil); status != 200 {
			t.Errorf("%s: %d", path, status)
		}
	}
	w.control("POST", "leads", `{"form":"812345678901234"}`, nil)
	w.control("POST", "deliver", "", nil)
	if bodies, _ := c.got(t); len(bodies) != 1 || !strings.Contains(bodies[0], `"page_id":109876543210987`) {
		t.Errorf("delivered %v", bodies)
	}
	var sent []graphsim.Delivery
	if w.control("GET", "deliveries", "", &sent); len(sent) != 1 || sent[0].State != graphsim.DeliverySent {
		t.Errorf("deliveries %+v", sent)
	}
	w.get("/v26.0/"+string(form), pageTok)
	if code, _ := w.get("/v26.0/"+string(form), pageTok).code(t); code != 80005 {
		t.Errorf("budget: code %d", code)
	}
	var twin struct{ ID meta.ID }
	if w.control("POST", "forms/copy", `{"form":"812345678901234"}`, &twin); !twin.ID.Valid() || twin.ID == form {
		t.Errorf("copy %+v", twin)
	}
	var calls []graphsim.Call
	if w.control("GET", "calls", "", &calls); len(calls) != 2 || calls[0].Edge != "form" {
		t.Errorf("calls %+v", calls)
	}
	for _, encoding := range []string{"utf8", "utf16le"} {
		if a := w.get("/_control/export", "", "form", string(form), "encoding", encoding); a.status != 200 || len(a.body) < 300 {
			t.Errorf("export %s: %d, %d bytes", encoding, a.status, len(a.body))
		}
	}
}

func TestControl_Guards(t *testing.T) {
	w := newWorld(t)
	for path, body := range map[string]string{
		"leads": `{"form":"1"}`, "forms": `{"page":"1"}`, "faults": `{"preset":"none"}`, "pages": `{"naem":"x"}`, "budget": `{"page":"1"}`,
		"forms/copy": `{`, "tokens/kill": `{"token":"none"}`, "demo/lead": ``,
	} {
		var answer struct{ Error string }
		if status := w.control("POST", path, body, &answer); status != 400 || !strings.Contains(answer.Error, "graphsim.") {
			t.Errorf("%s: %d, %q", path, status, answer.Error)
		}
	}
	if status := w.control("POST", "nothing", `{}`, nil); status != 404 {
		t.Errorf("unknown action: %d", status)
	}
	send := func(change func(*http.Request)) int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.base+"/_control/pages", strings.NewReader(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		change(req)
		return w.send(req).status
	}
	if status := send(func(*http.Request) {}); status != 200 {
		t.Errorf("plain: %d", status)
	}
	if status := send(func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }); status != 415 {
		t.Errorf("what a foreign page may send: %d", status)
	}
	if status := send(func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }); status != 403 {
		t.Errorf("from a foreign page: %d", status)
	}
	if status := send(func(r *http.Request) { r.Host = "evil.example.com" }); status != 403 {
		t.Errorf("under a foreign name: %d", status)
	}
	hidden := graphsim.New(graphsim.Config{Clock: w.clock, WithoutControl: true})
	base, err := hidden.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hidden.Close() }()
	w.base = base
	if status := w.control("GET", "state", "", nil); status != 404 {
		t.Errorf("without control: %d", status)
	}
}

func TestDemo(t *testing.T) {
	clk := clock.NewFake(now, 3)
	sim := graphsim.New(graphsim.Config{Clock: clk, Seed: 3})
	base, err := sim.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sim.Close() }()
	demo := sim.SeedDemo()
	if again := sim.SeedDemo(); again.Page != demo.Page || again.Token != demo.Token {
		t.Error("a second call made another office")
	}
	if err := sim.SeedDemoLeads(60, 30*24*time.Hour); err != nil {
		t.Fatal(err)
	}
	for range 60 {
		clk.Advance(time.Second)
		if _, err := sim.NextDemoLead(); err != nil {
			t.Fatal(err)
		}
	}
	client := meta.NewClient(meta.Config{BaseURL: base, AppID: demo.App, AppSecret: demo.AppSecret, Clock: clk})
	p, err := client.Page(t.Context(), demo.Token, demo.Page)
	if err != nil {
		t.Fatal(err)
	}
	emails, phones, seen := map[string]int{}, map[string]bool{}, map[string]int{}
	for _, f := range demo.Forms {
		for l, err := range client.Leads(t.Context(), p.Token, f, time.Time{}) {
			if err != nil {
				t.Fatal(err)
			}
			seen["all"]++
			seen["platform "+l.Platform]++
			if l.LooksLikeTest() {
				seen["test"]++
				continue
			}
			if l.Organic {
				seen["organic"]++
			}
			if a, ok := l.Find("email"); ok {
				emails[strings.ToLower(a.Values[0])]++
				if !strings.Contains(a.Values[0], "@example.") {
					t.Errorf("an address that could be somebody's: %s", a.Values[0])
				}
			}
			for _, key := range []string{"phone_number", "whatsapp_number"} {
				if a, ok := l.Find(key); ok {
					phones[style(a.Values[0])] = true
					if !strings.Contains(digitsOf(a.Values[0]), "55501") {
						t.Errorf("a number that could be somebody's: %s", a.Values[0])
					}
				}
			}
		}
	}
	repeats := 0
	for _, n := range emails {
		if n > 1 {
			repeats++
		}
	}
	if seen["all"] != 120 || seen["test"] == 0 || seen["organic"] == 0 || seen["platform fb"] == 0 || seen["platform ig"] == 0 || repeats == 0 || len(phones) < 4 {
		t.Errorf("not believable: %v, %d repeats, phone styles %v", seen, repeats, phones)
	}
}

// style replaces digits, so that ways of writing a number can be told apart.
func style(phone string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return '0'
		}
		return r
	}, phone)
}

func digitsOf(phone string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, phone)
}

func TestSim_SameSeedSameWorld(t *testing.T) {
	make := func() string {
		sim := graphsim.New(graphsim.Config{Clock: clock.NewFake(now, 1), Seed: 9})
		demo := sim.SeedDemo()
		if err := sim.SeedDemoLeads(40, time.Hour); err != nil {
			t.Fatal(err)
		}
		out := string(demo.Token)
		for _, f := range demo.Forms {
			b, err := sim.Export(f, graphsim.UTF8)
			if err != nil {
				t.Fatal(err)
			}
			out += string(b)
		}
		return out
	}
	if a, b := make(), make(); a != b {
		t.Error("two simulators with one seed differ")
	}
}
