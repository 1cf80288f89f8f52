package meta_test

import (
	"iter"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
)

// Names of the fixtures.
const (
	fixtureSecret meta.Secret = "0123456789abcdef0123456789abcdef"
	fixtureApp    meta.ID     = "1550000000000001"
	fixturePage   meta.ID     = "109876543210987"
	fixtureForm   meta.ID     = "812345678901234"
	fixtureLead   meta.ID     = "1234567890123456"
	// markedToken can be searched for in everything that comes out.
	markedToken meta.Token = "EAAMARKEDSYSTEMTOKENDONOTSHOW"
)

var fixtureTime = time.Date(2026, 11, 2, 15, 4, 5, 0, time.UTC)

// office is a client connected to a simulated office.
type office struct {
	*meta.Client
	sim   *graphsim.Sim
	clock *clock.Fake
	token meta.Token // system user's
	page  meta.Token
}

func newSim(t testing.TB) (*graphsim.Sim, *clock.Fake, string) {
	t.Helper()
	clk := clock.NewFake(fixtureTime, 1)
	sim := graphsim.New(graphsim.Config{Clock: clk, Seed: 1})
	base, err := sim.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sim.Close(); err != nil {
			t.Error(err)
		}
	})
	sim.AddApp(graphsim.App{ID: fixtureApp, Secret: fixtureSecret, Live: true})
	sim.AddPage(graphsim.Page{ID: fixturePage, Name: "Clima Ejemplo"})
	if _, err := sim.AddForm(graphsim.Form{ID: fixtureForm, Page: fixturePage, Name: "Otoño 2026 v2"}); err != nil {
		t.Fatal(err)
	}
	return sim, clk, base
}

func newOffice(t testing.TB) office {
	t.Helper()
	sim, clk, base := newSim(t)
	token := sim.AddToken(graphsim.TokenSpec{Kind: meta.TokenSystem, Value: markedToken, Targets: []meta.ID{fixturePage}})
	client := meta.NewClient(meta.Config{BaseURL: base, AppID: fixtureApp, AppSecret: fixtureSecret, Clock: clk})
	page, err := client.Page(t.Context(), token, fixturePage)
	if err != nil {
		t.Fatal(err)
	}
	sim.ForgetCalls()
	return office{Client: client, sim: sim, clock: clk, token: token, page: page.Token}
}

func (o office) lead(t testing.TB, spec graphsim.LeadSpec) meta.ID {
	t.Helper()
	if spec.Form == "" {
		spec.Form = fixtureForm
	}
	id, err := o.sim.InjectLead(spec)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (o office) fault(t testing.TB, f graphsim.Fault) {
	t.Helper()
	if err := o.sim.AddFault(f); err != nil {
		t.Fatal(err)
	}
}

// serve answers every call with one fixture and returns a client for it.
func serve(t testing.TB, status int, header http.Header, body string) (*meta.Client, *clock.Fake) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for name, values := range header {
			w.Header()[name] = values
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	clk := clock.NewFake(fixtureTime, 1)
	return meta.NewClient(meta.Config{BaseURL: server.URL, AppID: fixtureApp, AppSecret: fixtureSecret, Clock: clk}), clk
}

// gather collects a list until its end or its first error.
func gather[T any](list iter.Seq2[T, error]) ([]T, error) {
	var out []T
	for v, err := range list {
		if err != nil {
			return out, err
		}
		out = append(out, v)
	}
	return out, nil
}

func readFixture(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
