package intake_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

var ctx = context.Background()

// vault is a keyring in memory: the real ones have tests of their own.
type vault struct {
	mu     sync.Mutex
	values map[string][]byte
	broken error
}

var errNoSecret = fault.New("secret.not_found")

func (v *vault) Get(name string) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.broken != nil {
		return nil, v.broken
	}
	value, ok := v.values[name]
	if !ok {
		return nil, errNoSecret
	}
	return value, nil
}

func (v *vault) Set(name string, value []byte) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.broken != nil {
		return v.broken
	}
	if v.values == nil {
		v.values = map[string][]byte{}
	}
	v.values[name] = bytes.Clone(value)
	return nil
}

func (v *vault) Delete(name string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.values, name)
	return nil
}

func (v *vault) names() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	var out []string
	for name := range v.values {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// world is an office, a Meta, and the intake between them, all by one clock.
type world struct {
	*crmtest.Office
	t     *testing.T
	sim   *graphsim.Sim
	app   graphsim.App
	page  graphsim.Page
	form  graphsim.Form
	token meta.Token
	vault *vault
	svc   *intake.Service
	log   *lockedBuffer

	mu      sync.Mutex
	notices []intake.LeadNotice
}

// lockedBuffer collects the log.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var interest = graphsim.Question{
	Key: "interés", Label: "¿Qué te interesa?",
	Options: []meta.KeyValue{{Key: "casa_nueva", Value: "Casa nueva"}, {Key: "terreno", Value: "Terreno"}},
}

// newWorld opens an office of so many sellers and a Meta with one app, one page and one form. They are not connected yet.
func newWorld(t *testing.T, sellers int) *world {
	t.Helper()
	fake := storetest.Clock(t)
	st := storetest.Open(t, storetest.WithClock(fake))
	return worldOver(t, st, fake, sellers)
}

func worldOver(t *testing.T, st *store.Store, fake *clock.Fake, sellers int) *world {
	t.Helper()
	w := &world{t: t, vault: &vault{}, log: &lockedBuffer{}}
	log := logrus.New()
	log.SetOutput(w.log)
	log.SetLevel(logrus.DebugLevel)
	log.SetFormatter(&logrus.JSONFormatter{})
	w.Office = crmtest.Use(t, st, fake, log, sellers)
	w.sim = graphsim.New(graphsim.Config{Clock: fake, Seed: 7})
	if _, err := w.sim.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.sim.Close() })
	w.app = w.sim.AddApp(graphsim.App{Live: true})
	w.page = w.sim.AddPage(graphsim.Page{Name: "Casas Ejemplo"})
	w.form = w.addForm(graphsim.Form{
		Page: w.page.ID, Name: "Otoño 2026",
		Questions: []graphsim.Question{interest, {Type: "FULL_NAME"}, {Type: "PHONE"}, {Type: "EMAIL"}},
	})
	w.token = w.sim.AddToken(graphsim.TokenSpec{App: w.app.ID})
	w.svc = w.newService()
	return w
}

// newService is the program started once more over the same office.
func (w *world) newService() *intake.Service {
	log := logrus.New()
	log.SetOutput(w.log)
	log.SetLevel(logrus.DebugLevel)
	log.SetFormatter(&logrus.JSONFormatter{})
	svc := intake.New(intake.Deps{Store: w.Store, CRM: w.CRM, Vault: w.vault, Clock: w.Clock, Log: log, Version: "0.0.0-test"})
	svc.OnLead(func(n intake.LeadNotice) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.notices = append(w.notices, n)
	})
	return svc
}

func (w *world) addForm(f graphsim.Form) graphsim.Form {
	w.t.Helper()
	f, err := w.sim.AddForm(f)
	if err != nil {
		w.t.Fatal(err)
	}
	return f
}

func (w *world) connection() intake.Connection {
	return intake.Connection{AppID: string(w.app.ID), AppSecret: string(w.app.Secret), Token: string(w.token), BaseURL: w.sim.URL()}
}

// connect connects the office and reads the form once, so that later leads are not history.
func (w *world) connect() {
	w.t.Helper()
	if _, err := w.svc.Connect(ctx, w.Admin, w.connection()); err != nil {
		w.t.Fatal(err)
	}
	w.pull()
}

func (w *world) pull() intake.Pull {
	w.t.Helper()
	p, err := w.svc.Pull(ctx, string(w.form.ID))
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// lead makes a lead of the n-th invented person.
func (w *world) lead(n int, with ...func(*graphsim.LeadSpec)) meta.ID {
	w.t.Helper()
	spec := graphsim.LeadSpec{Form: w.form.ID, Quiet: true, Answers: map[string][]string{
		"full_name": {crmtest.Name(n)}, "phone_number": {crmtest.PhoneText(n)}, "email": {crmtest.EmailText(n)}, "interés": {"casa_nueva"},
	}}
	for _, change := range with {
		change(&spec)
	}
	id, err := w.sim.InjectLead(spec)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *world) line(id meta.ID) intake.LeadDetail {
	w.t.Helper()
	d, err := w.svc.Lead(ctx, w.Admin, string(id))
	if err != nil {
		w.t.Fatalf("lead %s: %v", id, err)
	}
	return d
}

func (w *world) counts() intake.LeadCounts {
	w.t.Helper()
	p, err := w.svc.ListLeads(ctx, w.Admin, intake.LeadFilter{})
	if err != nil {
		w.t.Fatal(err)
	}
	return p.Counts
}

func (w *world) prospects() []crm.Card {
	w.t.Helper()
	var cards []crm.Card
	for cursor := ""; ; {
		page, err := w.CRM.ListProspects(ctx, w.Admin, crm.ProspectFilter{Open: "all", Cursor: cursor, Limit: 200})
		if err != nil {
			w.t.Fatal(err)
		}
		cards = append(cards, page.Items...)
		if cursor = page.Next; cursor == "" {
			return cards
		}
	}
}

func (w *world) detail(prospectID string) crm.ProspectDetail {
	w.t.Helper()
	d, err := w.CRM.Prospect(ctx, w.Admin, prospectID)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// one reads a single value.
func one[T any](w *world, query string, params dbx.Params) (v T) {
	w.t.Helper()
	if err := w.Store.Read().NewQuery(query).Bind(params).Row(&v); err != nil {
		w.t.Fatalf("%s: %v", query, err)
	}
	return v
}

func (w *world) noticed() []intake.LeadNotice {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.notices)
}

func (w *world) step(name string, step func(context.Context) (time.Duration, error)) time.Duration {
	w.t.Helper()
	nap, err := step(ctx)
	if err != nil {
		w.t.Fatalf("%s: %v", name, err)
	}
	return nap
}

func (w *world) fault(f graphsim.Fault) {
	w.t.Helper()
	if err := w.sim.AddFault(f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) calls(edge string) int {
	n := 0
	for _, c := range w.sim.Calls() {
		if c.Edge == edge {
			n++
		}
	}
	return n
}

// mustNotLog fails when the log holds one of the texts.
func (w *world) mustNotLog(texts ...string) {
	w.t.Helper()
	log := w.log.String()
	for _, text := range texts {
		if text != "" && strings.Contains(log, text) {
			w.t.Errorf("the log holds %q", text)
		}
	}
}
