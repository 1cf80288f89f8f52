// Package apitest starts the API on a real office for tests: a store, users, prospects, and calls as any of them.
package apitest

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/api"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/secret"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

// Password opens every user's session.
const Password = "una contraseña larga"

// Office is a running API on an office of its own.
type Office struct {
	*api.Office
	API    *api.API
	Clock  *clock.Fake
	Log    *bytes.Buffer
	tokens map[string]string
	users  map[string]account.User
}

// New starts an office with the administrator "admin" and the sellers "ana" and "beto", all signed in.
func New(t testing.TB) *Office {
	t.Helper()
	clk := clock.NewFake(time.Date(2026, 11, 2, 16, 0, 0, 0, time.UTC), 1)
	st := storetest.Open(t, storetest.WithClock(clk), storetest.WithDecide(office.Decide))
	log := logrus.New()
	var text bytes.Buffer
	log.SetOutput(&text)
	log.SetLevel(logrus.DebugLevel)
	vault, err := secret.File(filepath.Join(t.TempDir(), "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	o := &Office{Clock: clk, Log: &text, tokens: map[string]string{}, users: map[string]account.User{}}
	people := crm.New(st, clk, log)
	o.Office = &api.Office{
		Store: st, Accounts: account.New(st, clk, log), CRM: people,
		Intake: intake.New(intake.Deps{Store: st, CRM: people, Vault: vault, Clock: clk, Log: log, Version: "test"}),
	}
	o.API = api.New(api.Deps{Office: func() *api.Office { return o.Office }, Setup: ready{}, Clock: clk, Log: log, Version: "test"})
	o.API.OfficeChanged()
	o.fill(t)
	return o
}

func (o *Office) fill(t testing.TB) {
	t.Helper()
	ctx := context.Background()
	first, err := o.Accounts.CreateFirst(ctx, account.NewUser{Login: "admin", Name: "Admin", Role: account.RoleAdmin, Password: Password})
	if err != nil {
		t.Fatal(err)
	}
	_, err = o.Store.Write(ctx, store.System, func(tx *store.Tx) error {
		if err := o.CRM.SeedVocabulary(tx); err != nil {
			return err
		}
		return tx.Create("office", tx.NewID(), store.Row{
			"name": "Oficina de prueba", "timezone": "America/Mexico_City", "created_at": clock.Format(tx.Now()),
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	o.users["admin"] = first
	for _, login := range []string{"ana", "beto"} {
		u, err := o.Accounts.CreateUser(ctx, o.Viewer("admin"), account.NewUser{
			Login: login, Name: "Vendedor " + login, Role: account.RoleSeller, Password: Password,
		})
		if err != nil {
			t.Fatal(err)
		}
		o.users[login] = u
	}
	for login := range o.users {
		s, err := o.Accounts.SignIn(ctx, login, Password)
		if err != nil {
			t.Fatal(err)
		}
		o.tokens[login] = s.Token
	}
}

// Viewer is a user as domain packages know them.
func (o *Office) Viewer(login string) account.Viewer {
	u := o.users[login]
	return account.Viewer{UserID: u.ID, Name: u.Name, Role: u.Role}
}

// Token is the bearer token of a user's session.
func (o *Office) Token(login string) string { return o.tokens[login] }

// Response is an answer.
type Response struct {
	Status int
	Header http.Header
	Body   string
}

// Code is the code of a problem, "" when the answer is none.
func (r Response) Code() string {
	var p struct {
		Code string `json:"code"`
	}
	_ = json.Unmarshal([]byte(r.Body), &p) // what is no problem has no code
	return p.Code
}

// Decode reads the answer into v.
func (r Response) Decode(t testing.TB, v any) {
	t.Helper()
	if r.Status != http.StatusOK {
		t.Fatalf("status %d: %s", r.Status, r.Body)
	}
	if err := json.Unmarshal([]byte(r.Body), v); err != nil {
		t.Fatalf("read answer: %v\n%s", err, r.Body)
	}
}

// Do calls the API as a user, or as nobody when login is "". A body that is neither nil, text nor bytes goes as JSON.
func (o *Office) Do(t testing.TB, login, method, path string, body any) Response {
	t.Helper()
	var content []byte
	kind := "application/json"
	switch b := body.(type) {
	case nil:
	case string:
		content = []byte(b)
	case []byte:
		content, kind = b, "application/octet-stream"
	default:
		var err error
		if content, err = json.Marshal(b); err != nil {
			t.Fatal(err)
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), method, path, bytes.NewReader(content))
	if content != nil {
		r.Header.Set("Content-Type", kind)
	}
	if login != "" {
		r.Header.Set("Authorization", "Bearer "+o.tokens[login])
	}
	w := httptest.NewRecorder()
	o.API.ServeHTTP(w, r)
	return Response{Status: w.Code, Header: w.Header(), Body: w.Body.String()}
}

// Prospect registers somebody for a seller and returns the prospect's id.
func (o *Office) Prospect(t testing.TB, owner, name, phone, email string) string {
	t.Helper()
	created, err := o.CRM.CreateProspect(t.Context(), o.Viewer("admin"), crm.NewProspect{
		Name: name, Phones: []string{phone}, Emails: []string{email}, Note: "nota de " + name, OwnerID: o.users[owner].ID,
	})
	if err != nil {
		t.Fatal(err)
	}
	return created.ID
}

// ready is the setup of a program whose office is open.
type ready struct{}

// State implements api.Setup.
func (ready) State(context.Context) (api.SetupState, error) {
	return api.SetupState{State: "ready", OfficeName: "Oficina de prueba", Version: "test", Surface: "browser"}, nil
}

// Create implements api.Setup.
func (ready) Create(context.Context, api.NewOffice) (account.Session, error) {
	return account.Session{}, fault.New("setup.done")
}

// OpenDemo implements api.Setup.
func (ready) OpenDemo(context.Context) (account.Session, error) {
	return account.Session{}, fault.New("setup.done")
}

// LeaveDemo implements api.Setup.
func (ready) LeaveDemo(context.Context) error { return fault.New("demo.not_open") }
