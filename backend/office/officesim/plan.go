package officesim

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/backend/secret"
	"sitegroup.mx/crm/store"
)

// start is when every run begins: a Monday morning.
var start = time.Date(2026, 11, 2, 15, 0, 0, 0, time.UTC)

// prospectsEach is how many prospects each seller has to begin with.
const prospectsEach = 3

// plan is the office in which every run begins, made once: an administrator, two sellers with their prospects, the host's
// file, and a computer for each of the three that was admitted but has read nothing.
type plan struct {
	admin   account.Viewer
	sellers []account.Viewer
	code    identity.Code
	key     identity.Key // of the host
	file    []byte
	sidecar []byte
	vault   map[string][]byte
	members []planned
	blank   []byte            // a member's file before it has joined
	columns map[string]string // of each replicated table, as one JSON text
}

type planned struct {
	key  identity.Key
	user account.Viewer
	file []byte
}

var made struct {
	sync.Mutex
	plan *plan
}

// thePlan makes the plan when nobody has.
func thePlan(ctx context.Context) (*plan, error) {
	made.Lock()
	defer made.Unlock()
	if made.plan != nil {
		return made.plan, nil
	}
	dir, err := os.MkdirTemp("", "officesim")
	if err != nil {
		return nil, fmt.Errorf("plan an office: %w", err)
	}
	p, err := draw(ctx, dir)
	if err = errors.Join(err, os.RemoveAll(dir)); err != nil {
		return nil, fmt.Errorf("plan an office: %w", err)
	}
	made.plan = p
	return p, nil
}

// chaos is a source of bytes that repeats.
func chaos(seed uint64) io.Reader {
	var key [32]byte
	binary.BigEndian.PutUint64(key[:], seed)
	return rand.NewChaCha8(key)
}

// fileKey is the key of every file.
func fileKey() []byte { return []byte("0123456789abcdef0123456789abcdef") }

func silent() logrus.FieldLogger {
	log := logrus.New()
	log.SetOutput(io.Discard)
	log.SetLevel(logrus.PanicLevel)
	return log
}

func draw(ctx context.Context, dir string) (*plan, error) {
	fake := clock.NewFake(start.Add(-time.Hour), 1)
	key, err := identity.NewKey(chaos(1))
	if err != nil {
		return nil, err
	}
	p := &plan{key: key}
	path := filepath.Join(dir, "host.db")
	st, err := store.Open(ctx, store.Options{
		Path: path, Key: fileKey(), Device: key.DeviceID(), Now: fake.Now, NewID: fake.NewID, Decide: office.Decide, Follow: store.Follow(office.Follow).And(crm.Follow),
	})
	if err != nil {
		return nil, err
	}
	vault := newVault()
	h := office.NewHost(office.HostDeps{
		Store: st, Clock: fake, Log: silent(), Vault: vault, Random: chaos(2), Key: key, Version: "1.0.0", Sidecar: path + ".members",
	})
	err = p.people(ctx, st, fake)
	if err == nil {
		err = p.found(ctx, h)
	}
	for i, v := range append([]account.Viewer{p.admin}, p.sellers...) {
		if err == nil {
			err = p.enrol(ctx, h, v, fake, filepath.Join(dir, fmt.Sprintf("member-%d.db", i)))
		}
	}
	if err == nil {
		err = p.describe(st)
	}
	if err = errors.Join(err, st.Close()); err != nil {
		return nil, err
	}
	p.vault = vault.kept
	if p.file, err = os.ReadFile(path); err != nil {
		return nil, err
	}
	p.sidecar, err = os.ReadFile(path + ".members")
	return p, err
}

// people fills the file.
func (p *plan) people(ctx context.Context, st *store.Store, fake *clock.Fake) error {
	service := crm.New(st, fake, silent())
	_, err := st.Write(ctx, store.System, func(tx *store.Tx) error {
		now := clock.Format(tx.Now())
		if err := tx.Create("office", tx.NewID(), store.Row{"name": "Casa", "timezone": "America/Mexico_City", "created_at": now}); err != nil {
			return err
		}
		user := func(name string, role account.Role) (account.Viewer, error) {
			v := account.Viewer{UserID: tx.NewID(), Name: name, Role: role}
			return v, tx.Create("user", v.UserID, store.Row{"login": strings.ToLower(name), "name": name, "role": string(role), "created_at": now})
		}
		var err error
		if p.admin, err = user("Alma", account.RoleAdmin); err != nil {
			return err
		}
		for _, name := range []string{"Berta", "Ciro"} {
			v, err := user(name, account.RoleSeller)
			if err != nil {
				return err
			}
			p.sellers = append(p.sellers, v)
		}
		return service.SeedVocabulary(tx)
	})
	for i := 0; i < prospectsEach*len(p.sellers) && err == nil; i++ {
		_, err = service.CreateProspect(ctx, p.admin, crm.NewProspect{
			Name: fmt.Sprintf("Persona %d", i), Phones: []string{phone(i)}, OwnerID: p.sellers[i%len(p.sellers)].UserID,
		})
		fake.Advance(time.Second)
	}
	if err == nil {
		err = p.shareTurns(ctx, service)
	}
	return err
}

// shareTurns says when the office works and who takes turns for what.
func (p *plan) shareTurns(ctx context.Context, service *crm.Service) error {
	day := []crm.HoursSpan{{From: "00:00", To: "24:00"}}
	week := crm.WeekHours{Mon: day, Tue: day, Wed: day, Thu: day, Fri: day, Sat: day, Sun: day}
	_, err := service.UpdateOfficeTurns(ctx, p.admin, crm.OfficeTurnsPatch{Hours: &week})
	if err != nil {
		return err
	}
	group, err := service.SaveGroup(ctx, p.admin, crm.SellerGroup{Name: "Norte", Members: []string{p.sellers[0].UserID}})
	if err != nil {
		return err
	}
	_, err = service.SaveRule(ctx, p.admin, crm.TurnRule{Name: "Puebla", Cities: "Puebla", GroupID: group.ID, Otherwise: crm.OtherwiseDefault, Active: true})
	if err != nil {
		return err
	}
	_, err = service.AddHoliday(ctx, p.admin, crm.Holiday{Day: "2030-01-01"})
	if err != nil {
		return err
	}
	_, err = service.SaveAbsence(ctx, p.admin, crm.Absence{UserID: p.sellers[0].UserID, From: "2030-02-01", Until: "2030-02-02"})
	return err
}

// phone is an invented number.
func phone(n int) string { return fmt.Sprintf("55 5555 %04d", n%10_000) }

// found gives the office its root.
func (p *plan) found(ctx context.Context, h *office.Host) error {
	if err := h.Start(ctx); err != nil {
		return err
	}
	code, err := h.NewCode(ctx, p.admin)
	if err != nil {
		return err
	}
	p.code = code
	return h.ConfirmCode(ctx, p.admin, string(code))
}

// enrol lets a computer of a user's in, the whole way, and keeps its file.
func (p *plan) enrol(ctx context.Context, h *office.Host, v account.Viewer, fake *clock.Fake, path string) error {
	key, err := identity.NewKey(chaos(100 + uint64(len(p.members))))
	if err != nil {
		return err
	}
	st, err := store.Open(ctx, store.Options{
		Path: path, Key: fileKey(), Device: key.DeviceID(), Now: fake.Now, NewID: fake.NewID, Decide: office.Decide, Member: true,
	})
	if err != nil {
		return err
	}
	if p.blank == nil {
		if err := st.BackupTo(ctx, path+".blank"); err != nil {
			return errors.Join(err, st.Close())
		}
		if p.blank, err = os.ReadFile(path + ".blank"); err != nil {
			return errors.Join(err, st.Close())
		}
	}
	if err := errors.Join(admit(ctx, h, p.admin, v, key, st, nil), st.Close()); err != nil {
		return err
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	p.members = append(p.members, planned{key, v, file})
	return nil
}

// admit invites a user, shows the invitation from a new computer, admits it and joins.
func admit(ctx context.Context, h *office.Host, admin, v account.Viewer, key identity.Key, st *store.Store, wait func()) error {
	i, err := h.Invite(ctx, admin, v.UserID)
	if err != nil {
		return err
	}
	text, err := identity.ParseInvitation(i.Text)
	if err != nil {
		return err
	}
	show := func() (*wire.EnrolState, error) {
		e := h.Enrolment(key.DeviceID(), "123456")
		defer e.Close()
		out, err := e.Handle(ctx, wire.Frame{Type: wire.TypeEnrol, Body: &wire.Enrol{Token: text.Token[:], Name: "Portátil", Version: "1"}})
		if len(out) != 1 {
			return nil, fmt.Errorf("the enrolment says %d things: %w", len(out), err)
		}
		state, _ := out[0].Body.(*wire.EnrolState)
		return state, nil
	}
	state, err := show()
	if err == nil && state.State == office.EnrolBusy && wait != nil { // many computers have joined in one minute
		wait()
		state, err = show()
	}
	if err != nil {
		return err
	}
	if state.State != office.EnrolWaiting {
		return fmt.Errorf("an invitation is answered with %s", state.State)
	}
	if err := h.Admit(ctx, admin, i.ID); err != nil {
		return err
	}
	if state, err = show(); err != nil {
		return err
	}
	return office.Join(ctx, st, text, key.DeviceID(), state)
}

// describe writes down the columns that a replica has from the host. n is a file's own, and created_hlc is not sent.
func (p *plan) describe(st *store.Store) error {
	p.columns = map[string]string{}
	for _, table := range tables {
		var columns string
		err := st.Read().NewQuery("SELECT group_concat(name) FROM pragma_table_info('" + table.name + "') WHERE name NOT IN ('n', 'created_hlc')").Row(&columns)
		if err != nil {
			return err
		}
		p.columns[table.name] = "json_array(" + columns + ")"
	}
	return nil
}

// vault is a keyring that outlives a restored file.
type vault struct{ kept map[string][]byte }

func newVault() *vault { return &vault{map[string][]byte{}} }

// Get implements secret.Vault.
func (v *vault) Get(name string) ([]byte, error) {
	if b, ok := v.kept[name]; ok {
		return b, nil
	}
	return nil, secret.ErrNotFound
}

// Set implements secret.Vault.
func (v *vault) Set(name string, value []byte) error {
	v.kept[name] = append([]byte(nil), value...)
	return nil
}

// Delete implements secret.Vault.
func (v *vault) Delete(name string) error {
	delete(v.kept, name)
	return nil
}
