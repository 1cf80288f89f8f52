// Package apitest starts the API on a real office for tests: a store that asks office.Decide, users with open sessions,
// prospects, a simulated Meta when one is wanted; and it calls the API as any of them, holding every answer to the shape that
// the API's description says it has. Only test files import it.
package apitest

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/api"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/export"
	"sitegroup.mx/crm/backend/history"
	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/backend/recovery"
	"sitegroup.mx/crm/backend/secret"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

// Password opens every user's session.
const Password = "una contraseña larga"

// Office is a running API on an office of its own.
type Office struct {
	*api.Office
	API *api.API
	// Clock is the office's; the API's own pauses follow it too unless RealPauses was asked for.
	Clock *clock.Fake
	Log   *Text
	// Setup is what the API's setup routes reach.
	Setup *Setup

	t      testing.TB
	shapes shapes
	tokens map[string]string
	users  map[string]account.User
}

// Option changes what New starts.
type Option func(*api.Deps)

// RealPauses lets the API's pauses between events pass by themselves.
func RealPauses(d *api.Deps) { d.Clock = clock.System{} }

// WithWindow puts a window around the API.
func WithWindow(w api.Window) Option { return func(d *api.Deps) { d.Window = w } }

// New starts an office with the administrator "admin" and the sellers "ana" and "beto", all signed in.
func New(t testing.TB, options ...Option) *Office {
	t.Helper()
	clk := clock.NewFake(time.Date(2026, 11, 2, 16, 0, 0, 0, time.UTC), 1)
	o := &Office{Clock: clk, Log: &Text{}, Setup: &Setup{}, t: t, tokens: map[string]string{}, users: map[string]account.User{}}
	log := logrus.New()
	log.SetOutput(o.Log)
	log.SetLevel(logrus.DebugLevel)
	key, err := identity.NewKey(rand.NewChaCha8([32]byte{1}))
	if err != nil {
		t.Fatal(err)
	}
	st := storetest.Open(t, storetest.WithClock(clk), storetest.WithDecide(office.Decide), func(o *store.Options) {
		o.Device, o.Follow = key.DeviceID(), store.Follow(office.Follow).And(crm.Follow)
	})
	vault, err := secret.File(filepath.Join(t.TempDir(), "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	people := crm.New(st, clk, log)
	o.Office = &api.Office{
		Store: st, Accounts: account.New(st, clk, log), CRM: people, History: history.New(st, people),
		Exports: export.New(st, clk, log),
		Intake:  intake.New(intake.Deps{Store: st, CRM: people, Vault: vault, Clock: clk, Log: log, Version: "test"}),
		Host: office.NewHost(office.HostDeps{
			Store: st, Clock: clk, Log: log, Vault: vault, Random: rand.NewChaCha8([32]byte{2}), Key: key, Name: "Recepción", Version: "test",
			Addresses: func() []string { return []string{"192.0.2.1:8766"} },
			Call: func(ctx context.Context, user, role string, c *wire.Call) *wire.Reply {
				return o.API.Answer(ctx, user, role, c)
			},
		}),
		Network: &Network{}, Relay: &Relay{}, Handover: &Handover{},
	}
	o.Backups = recovery.New(recovery.Deps{
		Store: st, Key: storetest.Key(), Dir: t.TempDir(), Office: "test", Device: key.DeviceID(), Version: "test", Clock: clk, Log: log,
		Recipients: o.Host.BackupRecipients,
	})
	o.Setup.Open(o.Office)
	o.serve(options)
	o.fill()
	return o
}

// serve puts the API in front of the office.
func (o *Office) serve(options []Option) {
	log := logrus.New()
	log.SetOutput(o.Log)
	log.SetLevel(logrus.DebugLevel)
	deps := api.Deps{Office: o.Setup.current, Setup: o.Setup, Clock: o.Clock, Log: log, Version: "test"}
	for _, option := range options {
		option(&deps)
	}
	o.API = api.New(deps)
	o.shapes = shapesOf(o.API.OpenAPI())
	o.API.OfficeChanged()
}

func (o *Office) fill() {
	o.t.Helper()
	ctx := context.Background()
	first, err := o.Accounts.CreateFirst(ctx, account.NewUser{Login: "admin", Name: "Admin", Role: account.RoleAdmin, Password: Password})
	o.must(err)
	_, err = o.Store.Write(ctx, store.System, func(tx *store.Tx) error {
		if err := o.CRM.SeedVocabulary(tx); err != nil {
			return err
		}
		return tx.Create("office", tx.NewID(), store.Row{
			"name": "Oficina de prueba", "timezone": "America/Mexico_City", "created_at": clock.Format(tx.Now()),
		})
	})
	o.must(err)
	o.users["admin"] = first
	for _, login := range []string{"ana", "beto"} {
		u, err := o.Accounts.CreateUser(ctx, o.Viewer("admin"), account.NewUser{
			Login: login, Name: "Vendedor " + login, Role: account.RoleSeller, Password: Password,
		})
		o.must(err)
		o.users[login] = u
	}
	for login := range o.users {
		o.SignIn(login)
	}
}

func (o *Office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// Adopt signs a user in who was made since, so that Do can call as them.
func (o *Office) Adopt(login string) {
	o.t.Helper()
	s, err := o.Accounts.SignIn(context.Background(), login, Password)
	o.must(err)
	o.users[login], o.tokens[login] = s.User, s.Token
}

// SignIn opens another session of a user, in whose name Do calls from then on.
func (o *Office) SignIn(login string) {
	o.t.Helper()
	s, err := o.Accounts.SignIn(context.Background(), login, Password)
	o.must(err)
	o.tokens[login] = s.Token
}

// Viewer is a user as domain packages know them.
func (o *Office) Viewer(login string) account.Viewer {
	u := o.users[login]
	return account.Viewer{UserID: u.ID, Name: u.Name, Role: u.Role}
}

// Token is the bearer token of a user's session.
func (o *Office) Token(login string) string { return o.tokens[login] }

// Prospect registers somebody for a seller, with a note, and returns the prospect's id.
func (o *Office) Prospect(owner, name, phone, email string) string {
	o.t.Helper()
	created, err := o.CRM.CreateProspect(context.Background(), o.Viewer("admin"), crm.NewProspect{
		Name: name, Phones: []string{phone}, Emails: []string{email}, Note: "nota de " + name, OwnerID: o.users[owner].ID,
	})
	o.must(err)
	return created.ID
}

// Shared changes something that everybody hears of and that belongs to nobody.
func (o *Office) Shared() {
	o.t.Helper()
	_, err := o.Store.Write(context.Background(), store.System, func(tx *store.Tx) error {
		var id string
		if err := tx.Query().NewQuery("SELECT id FROM office").Row(&id); err != nil {
			return err
		}
		return tx.Set("office", id, store.Row{"name": "Oficina " + tx.NewID()})
	})
	o.must(err)
}

// PassTime moves the clock once so many wait for it: one is each open stream, and one is the API after it has told of changes.
func (o *Office) PassTime(waiting int, d time.Duration) {
	for o.Clock.Waiting() < waiting {
		runtime.Gosched()
	}
	o.Clock.Advance(d)
}

// Meta is a simulated Meta that an office is connected to.
type Meta struct {
	Sim   *graphsim.Sim
	World graphsim.Demo
	Page  string
	Form  string // an active form whose leads so far are in the office
}

// Connect connects the office to a simulated Meta, as an administrator does on the connection page.
func (o *Office) Connect() Meta {
	o.t.Helper()
	m := Meta{Sim: graphsim.New(graphsim.Config{Clock: o.Clock, Seed: 1, WithoutControl: true})}
	m.World = m.Sim.SeedDemo()
	address, err := m.Sim.Start()
	o.must(err)
	o.t.Cleanup(func() {
		if err := m.Sim.Close(); err != nil {
			o.t.Errorf("stop simulator: %v", err)
		}
	})
	var status intake.Status
	o.Do("admin", "PUT", "/api/meta/connection", map[string]string{
		"app_id": string(m.World.App), "app_secret": string(m.World.AppSecret), "token": string(m.World.Token), "base_url": address,
	}).Decode(&status)
	m.Page = status.Pages[0].ID
	o.Do("admin", "PATCH", "/api/meta/pages/"+m.Page, map[string]bool{"active": true}).OK()
	o.Do("admin", "GET", "/api/meta", nil).Decode(&status)
	for _, f := range status.Forms {
		if f.Status == "ACTIVE" {
			m.Form = f.ID
			break
		}
	}
	if m.Form == "" {
		o.t.Fatalf("no active form among %v", status.Forms)
	}
	o.Do("admin", "POST", "/api/meta/forms/"+m.Form+"/pull", nil).OK()
	return m
}

// Lead lets a person fill in the form, and the office read it.
func (o *Office) Lead(m Meta, name string) {
	o.t.Helper()
	o.Clock.Advance(time.Second)
	_, err := m.Sim.InjectLead(graphsim.LeadSpec{Form: meta.ID(m.Form), Answers: map[string][]string{"full_name": {name}}})
	o.must(err)
	o.Do("admin", "POST", "/api/meta/forms/"+m.Form+"/pull", nil).OK()
}

// Setup is the program around the API: the office is open, and the rest is refused as the program refuses it.
type Setup struct {
	mu      sync.Mutex
	office  *api.Office
	first   *api.Office
	failure any
}

// Text is a log that may be read while it is written.
type Text struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (l *Text) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// String is everything so far.
func (l *Text) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Format implements fmt.Formatter, so that messages show the text.
func (l *Text) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(l.String())) }
