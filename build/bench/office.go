package main

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/api"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/history"
	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/secret"
	"sitegroup.mx/crm/store"
)

// password opens every session of a benchmark.
const password = "una contraseña larga"

// key is a database's key. What it protects is invented.
var key = make([]byte, 32)

// office is an open office as the program puts it together, with its API and a seller's session.
type benchOffice struct {
	*api.Office
	path    string
	handler http.Handler
	sellers []string // their ids, where a measurement needs them
	token   string   // of the first seller
	seller  string   // its id
}

// newOffice makes an office with sellers in dir and closes it again.
func newOffice(ctx context.Context, dir string, sellers int) (string, error) {
	path := filepath.Join(dir, "office.db")
	o, err := openOffice(ctx, path)
	if err != nil {
		return "", err
	}
	defer o.Store.Close()
	if _, err := o.Accounts.CreateFirst(ctx, account.NewUser{Login: "admin", Name: "Admin", Role: account.RoleAdmin, Password: password}); err != nil {
		return "", err
	}
	_, err = o.Store.Write(ctx, store.System, func(tx *store.Tx) error {
		if err := o.CRM.SeedVocabulary(tx); err != nil {
			return err
		}
		return tx.Create("office", tx.NewID(), store.Row{
			"name": "Oficina", "timezone": "America/Mexico_City", "created_at": clock.Format(tx.Now()),
		})
	})
	if err != nil {
		return "", err
	}
	admin, err := o.viewer(ctx, "admin")
	if err != nil {
		return "", err
	}
	for i := range sellers {
		_, err := o.Accounts.CreateUser(ctx, admin, account.NewUser{
			Login: fmt.Sprint("vendedor", i), Name: fmt.Sprint("Vendedor ", i), Role: account.RoleSeller, Password: password,
		})
		if err != nil {
			return "", err
		}
	}
	return path, nil
}

// filledPrefix begins the names of folders with offices that measurements copy.
const filledPrefix = "filled-"

// filled makes an office of n prospects among sellers in the bench's folder, once for each n, and returns where it is. What
// is measured is measured in a copy.
func (b *bench) filled(ctx context.Context, n, sellers int) (path string, err error) {
	dir, err := b.folder(fmt.Sprint(filledPrefix, n, "-", sellers))
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, "office.db")
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	say("filling an office with %d prospects", n)
	if _, err := newOffice(ctx, dir, sellers); err != nil {
		return "", err
	}
	if err := crmtest.Fill(ctx, path, key, n); err != nil {
		return "", err
	}
	o, err := openOffice(ctx, path)
	if err != nil {
		return "", err
	}
	// A real office has granted each prospect as it came; the program would catch up with that at its first start.
	_, err = office.EnsureScope(ctx, o.Store)
	return path, errors.Join(err, o.Store.Close())
}

// fullOffice opens a copy of an office of n prospects among the sellers as its first seller.
func (b *bench) fullOffice(ctx context.Context, name string, n, sellers int) (*benchOffice, error) {
	filled, err := b.filled(ctx, n, sellers)
	if err != nil {
		return nil, err
	}
	dir, err := b.folder(name)
	if err != nil {
		return nil, err
	}
	if err := os.CopyFS(dir, os.DirFS(filepath.Dir(filled))); err != nil {
		return nil, fmt.Errorf("copy the office: %w", err)
	}
	o, err := openOffice(ctx, filepath.Join(dir, filepath.Base(filled)))
	if err != nil {
		return nil, err
	}
	s, err := o.Accounts.SignIn(ctx, "vendedor0", password)
	if err != nil {
		return nil, err
	}
	o.token, o.seller = s.Token, s.User.ID
	return o, nil
}

func openOffice(ctx context.Context, path string) (*benchOffice, error) {
	clk := clock.System{}
	st, err := store.Open(ctx, store.Options{
		Path: path, Key: key, Device: "bench", Now: clk.Now, NewID: clk.NewID, Decide: office.Decide, Follow: store.Follow(office.Follow).And(crm.Follow), Log: silent(),
	})
	if err != nil {
		return nil, err
	}
	vault, err := secret.File(path + ".keys")
	if err != nil {
		return nil, err
	}
	o := &benchOffice{path: path}
	o.Office = &api.Office{Store: st, Accounts: account.New(st, clk, silent()), CRM: crm.New(st, clk, silent())}
	o.History = history.New(st, o.CRM)
	o.Intake = intake.New(intake.Deps{Store: st, CRM: o.CRM, Vault: vault, Clock: clk, Log: silent()})
	a := api.New(api.Deps{Office: func() *api.Office { return o.Office }, Setup: noSetup{}, Clock: clk, Log: silent(), Version: "bench"})
	a.OfficeChanged()
	o.handler = a
	return o, nil
}

func (o *benchOffice) viewer(ctx context.Context, login string) (account.Viewer, error) {
	var v account.Viewer
	err := o.Store.Read().NewQuery("SELECT id, name, role FROM user WHERE login = {:login}").
		Bind(map[string]any{"login": login}).WithContext(ctx).Row(&v.UserID, &v.Name, &v.Role)
	return v, err
}

// bare opens the office's file a second time, with nothing of the program in between.
func (o *benchOffice) bare() (*sql.DB, error) { return bareFile(o.path, "ro") }

func bareFile(path, mode string) (*sql.DB, error) {
	db, err := sql.Open("sqlite3", "file:"+path+"?mode="+mode+"&cipher=chacha20&key=raw:"+hex.EncodeToString(key))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	_, err = db.Exec("PRAGMA cache_size = -65536")
	return db, err
}

// everybody yields what a peer needs to hold the same prospects.
func (o *benchOffice) everybody(ctx context.Context, yield func(person) error) error {
	rows, err := o.Store.Read().NewQuery(`
		SELECT c.n, c.owner_id, c.name, c.phone, c.stage_id, c.status, c.lead_at,
			coalesce((SELECT e.address FROM contact_email e WHERE e.contact_id = c.contact_id LIMIT 1), '') AS email,
			coalesce((SELECT s.answers FROM submission s WHERE s.prospect_id = c.prospect_id LIMIT 1), '') AS notes
		FROM prospect_card c
		ORDER BY c.n`).WithContext(ctx).Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var p person
		if err := rows.Scan(&p.n, &p.seller, &p.name, &p.phone, &p.stage, &p.status, &p.leadAt, &p.email, &p.notes); err != nil {
			return err
		}
		if err := yield(p); err != nil {
			return err
		}
	}
	return rows.Err()
}

// some are prospects of the first seller, evenly from all of them.
func (o *benchOffice) some(ctx context.Context, n int) ([]person, error) {
	var all []person
	rows, err := o.Store.Read().NewQuery("SELECT name, phone FROM prospect_card WHERE owner_id = {:owner} AND name <> '' AND phone LIKE '+52%' ORDER BY n").
		Bind(map[string]any{"owner": o.seller}).WithContext(ctx).Rows()
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var p person
		if err := rows.Scan(&p.name, &p.phone); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	step := max(1, len(all)/n)
	var chosen []person
	for i := 0; i < len(all) && len(chosen) < n; i += step {
		chosen = append(chosen, all[i])
	}
	return chosen, rows.Err()
}

// noSetup is the setup of a program whose office is open.
type noSetup struct{}

func (noSetup) State(context.Context) (api.SetupState, error) {
	return api.SetupState{State: "ready"}, nil
}

func (noSetup) Create(context.Context, api.NewOffice) (account.Session, error) {
	return account.Session{}, fault.New("setup.done")
}

func (noSetup) OpenDemo(context.Context) (account.Session, error) {
	return account.Session{}, fault.New("setup.done")
}

func (noSetup) LeaveDemo(context.Context) error { return fault.New("demo.not_open") }

// sweep removes what a measurement has left: a large office is some gigabytes. Filled offices stay for the next.
func (b *bench) sweep() error {
	all, err := os.ReadDir(b.dir)
	for _, entry := range all {
		if !strings.HasPrefix(entry.Name(), filledPrefix) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(b.dir, entry.Name())))
		}
	}
	return err
}

func (b *bench) folder(name string) (string, error) {
	dir := filepath.Join(b.dir, name)
	return dir, os.MkdirAll(dir, 0o700)
}

// say tells the person waiting what takes so long.
func say(format string, values ...any) {
	fmt.Fprintf(os.Stderr, time.Now().Format("15:04:05 ")+format+"\n", values...)
}

// Look implements api.Setup.
func (noSetup) Look(context.Context, api.NewRestore) (api.BackupFound, error) {
	return api.BackupFound{}, fault.New("setup.done")
}

// Join implements api.Setup.
func (noSetup) Join(context.Context, api.NewJoin) error { return fault.New("setup.done") }

// JoinState implements api.Setup.
func (noSetup) JoinState(context.Context) (api.JoinState, error) { return api.JoinState{}, nil }

// CancelJoin implements api.Setup.
func (noSetup) CancelJoin(context.Context) error { return fault.New("setup.done") }

// Restore implements api.Setup.
func (noSetup) Restore(context.Context, api.NewRestore) error { return fault.New("setup.done") }

// RestoreState implements api.Setup.
func (noSetup) RestoreState(context.Context) (api.RestoreState, error) {
	return api.RestoreState{}, nil
}
