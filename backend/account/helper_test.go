package account_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

const password = "una frase larga"

// house is an office with an administrator, ana, and a seller, beto; both have password.
type house struct {
	*account.Service
	t     *testing.T
	store *store.Store
	clock *clock.Fake
	said  *logtest.Hook
	ana   account.Viewer
	beto  account.Viewer
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, clock: storetest.Clock(t)}
	h.store = storetest.Open(t, storetest.WithClock(h.clock))
	log, said := logtest.NewNullLogger()
	log.SetLevel(logrus.DebugLevel)
	h.said = said
	h.Service = account.New(h.store, h.clock, log)
	ana, err := h.CreateFirst(t.Context(), account.NewUser{Login: "ana", Name: "Ana Admin", Password: password})
	h.must(err)
	h.ana = account.Viewer{UserID: ana.ID, Name: ana.Name, Role: ana.Role}
	h.must(h.write(func(tx *store.Tx) error {
		return tx.Create("office", tx.NewID(), store.Row{"name": "Casa", "timezone": "America/Mexico_City", "created_at": clock.Format(tx.Now())})
	}))
	h.beto = h.hire("beto", "Beto Vendedor", account.RoleSeller)
	return h
}

func (h *house) hire(login, name string, role account.Role) account.Viewer {
	h.t.Helper()
	u, err := h.CreateUser(h.t.Context(), h.ana, account.NewUser{Login: login, Name: name, Role: role, Password: password})
	h.must(err)
	return account.Viewer{UserID: u.ID, Name: u.Name, Role: u.Role}
}

func (h *house) write(fn func(*store.Tx) error) error {
	_, err := h.store.Write(context.Background(), store.System, fn)
	return err
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// signIn opens a session that must open.
func (h *house) signIn(login string) string {
	h.t.Helper()
	s, err := h.SignIn(h.t.Context(), login, password)
	h.must(err)
	return s.Token
}

// wantCode fails unless err has the code; "" wants no error.
func wantCode(t *testing.T, what string, err error, code string) {
	t.Helper()
	if got := fault.Code(err); got != code {
		t.Errorf("%s: %v, want code %q", what, err, code)
	}
}

// actions are the actions noted after the first n lines, oldest first.
func (h *house) actions(after int) []string {
	h.t.Helper()
	var list []string
	h.must(h.store.Read().NewQuery("SELECT action FROM audit WHERE n > {:n} ORDER BY n").Bind(dbx.Params{"n": after}).Column(&list))
	return list
}

// lines is how many lines the audit trail has.
func (h *house) lines() int { return len(h.actions(0)) }

// dump is every value of the tables of accounts as text.
func (h *house) dump() string {
	h.t.Helper()
	var all strings.Builder
	for _, query := range []string{
		"SELECT user_id || ' ' || hash FROM credential",
		"SELECT hex(token_hash) || ' ' || user_id FROM session",
		"SELECT login || ' ' || failures || ' ' || next_at FROM sign_in_delay",
		"SELECT at || ' ' || user_id || ' ' || action || ' ' || subject || ' ' || detail FROM audit",
		"SELECT entity || ' ' || field || ' ' || CAST(coalesce(value, '') AS TEXT) FROM op_log",
	} {
		var rows []string
		h.must(h.store.Read().NewQuery(query).Column(&rows))
		all.WriteString(strings.Join(rows, "\n") + "\n")
	}
	for _, e := range h.said.AllEntries() {
		line, err := e.String()
		h.must(err)
		all.WriteString(line)
	}
	return all.String()
}

// stay moves the clock in steps, as somebody who works would: a call every half minute.
func (h *house) stay(token string, d time.Duration) {
	h.t.Helper()
	for end := h.clock.Now().Add(d); h.clock.Now().Before(end); {
		h.clock.Advance(30 * time.Second)
		if _, err := h.Resume(h.t.Context(), token, true); err != nil {
			h.t.Fatalf("at work %v: %v", h.clock.Now(), err)
		}
	}
}
