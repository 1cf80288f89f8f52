package app

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/export"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/history"
	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/backend/recovery"
	"sitegroup.mx/crm/backend/secret"
	"sitegroup.mx/crm/store"
)

// keyBytes is the size of a database's key.
const keyBytes = 32

// place is where an office lives: its folder, who keeps its keys, and what time it is there.
type place struct {
	folder
	vault secret.Vault
	clock clock.Clock
	log   logrus.FieldLogger
	// syncListen is where the office's computers connect, when a flag says so; "" leaves it to the office's setting.
	syncListen string
}

// openOffice is an office whose file is open, with everything that works on it.
type openOffice struct {
	place
	Store    *store.Store
	Accounts *account.Service
	CRM      *crm.Service
	History  *history.Service
	Exports  *export.Service
	Intake   *intake.Service
	// Host is there where this computer has the last word, with Backups; Member where it holds a replica.
	Host    *office.Host
	Member  *office.Member
	Backups *recovery.Service

	installation installation
	key          identity.Key
	network      *network
	relay        *officeRelay
	crew         crew
	stop         context.CancelFunc
	handover     *handover
	later        func(context.Context, *openOffice) // what a restore has left to do, nil for nothing
	damaged      atomic.Bool
}

// vaultFor opens the keyring, or the key file when one is named.
func vaultFor(keyFile string) (secret.Vault, error) {
	if keyFile == "" {
		return secret.Keyring("sitegroup-crm"), nil
	}
	return secret.File(keyFile)
}

// openFolder opens the office of a folder. It answers setup.needed when there is none, and otherwise office.in_use,
// office.file_missing, office.key_missing, office.damaged, office.wrong_key, office.newer or office.no_cipher.
func openFolder(ctx context.Context, p place) (*openOffice, error) {
	i, err := readInstallation(p.folder)
	if err != nil {
		return nil, err
	}
	if i.File == "" {
		return nil, fault.New("setup.needed")
	}
	if i.Wiped {
		return nil, errors.Join(fault.New("setup.needed"), wipe(p, i))
	}
	key, err := p.vault.Get(i.keyName())
	if errors.Is(err, secret.ErrNotFound) {
		if _, missing := os.Stat(p.officeFile()); errors.Is(missing, os.ErrNotExist) {
			return nil, fault.New("setup.needed") // setting up ended before there was anything to lose
		}
		return nil, fault.Wrap(err, "office.key_missing")
	}
	if err != nil {
		return nil, fmt.Errorf("read database key: %w", err)
	}
	if i.Ready && !holds(p.officeFile()) && !holds(p.officeFile()+"-wal") { // with a log the store says what is wrong
		return nil, fault.New("office.file_missing", "path", p.officeFile())
	}
	return openFile(ctx, p, i, key)
}

func openFile(ctx context.Context, p place, i installation, key []byte) (_ *openOffice, err error) {
	o := &openOffice{place: p, crew: crew{log: p.log}}
	if o.key, err = deviceKey(p, &i); err != nil {
		return nil, err
	}
	o.installation = i
	options := store.Options{
		Path: p.officeFile(), Key: key, Device: i.Device, Now: p.clock.Now, After: p.clock.After, NewID: p.clock.NewID, Decide: office.Decide,
		Log: p.log.WithField("part", "store"),
	}
	if i.Role == roleMember {
		options.Member = true
	} else {
		options.Follow = store.Follow(office.Follow).And(crm.Follow)
	}
	if o.Store, err = store.Open(ctx, options); err != nil {
		return nil, explainStore(err)
	}
	o.Accounts = account.New(o.Store, p.clock, p.log.WithField("part", "account"))
	o.CRM = crm.New(o.Store, p.clock, p.log.WithField("part", "crm"))
	o.History = history.New(o.Store, o.CRM)
	o.Exports = export.New(o.Store, p.clock, p.log.WithField("part", "export"))
	o.Intake = intake.New(intake.Deps{
		Store: o.Store, CRM: o.CRM, Vault: p.vault, Clock: p.clock, Log: p.log, Random: rand.Float64, Version: version, Machine: o.machine,
	})
	o.network = newNetwork(o)
	o.handover = newHandover(o)
	o.relay = newOfficeRelay(o)
	if i.Role == roleMember {
		err = o.beMember(ctx)
	} else {
		err = o.beHost(ctx, key)
	}
	if err != nil {
		return nil, errors.Join(explainStore(err), o.Store.Close())
	}
	return o, nil
}

// explainStore gives the store's sentinels the codes that people get.
func explainStore(err error) error {
	codes := []struct {
		err  error
		code string
	}{
		{store.ErrInUse, "office.in_use"},
		{store.ErrWrongKey, "office.wrong_key"},
		{store.ErrNewerSchema, "office.newer"},
		{store.ErrNoCipher, "office.no_cipher"},
		{store.ErrDiskFull, "disk.full"},
		{store.ErrCorrupt, "office.damaged"},
	}
	for _, c := range codes {
		if errors.Is(err, c.err) {
			return fault.Wrap(err, c.code)
		}
	}
	return err
}

// surroundings are what an open office tells the program.
type surroundings struct {
	answer  func(ctx context.Context, user, role string, c *wire.Call) *wire.Reply
	changed func()                                   // how this computer stands with the others
	wiped   func()                                   // the host has revoked this computer and its replica is empty
	take    func(context.Context, *openOffice) error // begin to be the host that this member's host has chosen
}

// work starts what goes on without anybody asking: on the host leads coming in, backups and the computers of the office; on
// a member the connection to the host.
func (o *openOffice) work(ctx context.Context, around surroundings) {
	ctx, o.stop = context.WithCancel(context.WithoutCancel(ctx))
	o.network.around, o.handover.around = around, around
	if err := removeIfThere(o.sealedFile()); err != nil {
		o.log.WithError(err).Warn("what an interrupted hand-over has left is not deleted")
	}
	o.crew.start("upkeep", ctx.Done(), func() { o.upkeep(ctx) })
	if o.Member != nil {
		o.crew.start("former offices", ctx.Done(), func() { o.dropFormer(ctx) })
		o.crew.start("network", ctx.Done(), func() { o.network.stayConnected(ctx) })
		return
	}
	o.handover.intake = intakeOf(o, ctx)
	if o.Host.Superseded() {
		o.crew.start("retiring", ctx.Done(), func() { o.retire(ctx) })
	} else {
		o.handover.intake.begin()
	}
	o.relay.begin(ctx)
	o.crew.start("backups", ctx.Done(), func() { o.Backups.Run(ctx) })
	o.crew.start("turns", ctx.Done(), func() { o.escalate(ctx) })
	o.crew.start("network", ctx.Done(), func() { o.network.serve(ctx) })
	if o.later != nil {
		o.crew.start("take-up", ctx.Done(), func() { o.later(ctx, o) })
	}
}

// upkeepEvery is how often upkeep runs, beside once after the start: many computers are switched off every evening.
const (
	upkeepEvery = 24 * time.Hour
	upkeepAfter = time.Minute // the first list comes first
)

// upkeep drops what has been kept long enough and, on the host, looks whether everybody is granted just what is theirs.
func (o *openOffice) upkeep(ctx context.Context) {
	for wait := upkeepAfter; ; wait = upkeepEvery {
		select {
		case <-ctx.Done():
			return
		case <-o.clock.After(wait):
		}
		if err := o.CRM.CountAnew(ctx); err != nil && ctx.Err() == nil {
			o.log.WithError(err).Warn("prospects were not counted for the dashboard")
		}
		o.inspect(ctx)
		if _, err := o.Store.PurgeLog(ctx, store.DefaultPurge); err != nil && ctx.Err() == nil {
			o.log.WithError(err).Warn("what is old was not dropped")
		}
		if o.Host == nil {
			continue
		}
		if err := o.CRM.ExpireMerges(ctx); err != nil && ctx.Err() == nil {
			o.log.WithError(err).Warn("what old merges are taken back with was not erased")
		}
		switch mended, err := office.EnsureScope(ctx, o.Store); {
		case err != nil && ctx.Err() == nil:
			o.log.WithError(err).Warn("grants were not compared with owners")
		case mended > 0:
			o.log.WithField("grants", mended).Error("grants did not agree with owners and roles; they were mended")
		}
	}
}

// inspect reads every page of the file: what is damaged is told while there are backups from before.
func (o *openOffice) inspect(ctx context.Context) {
	err := o.Store.Check(ctx)
	switch {
	case err == nil:
		o.damaged.Store(false)
	case errors.Is(err, store.ErrCorrupt):
		o.damaged.Store(true)
		o.log.WithError(err).Error("the office's file is damaged")
	case ctx.Err() == nil:
		o.log.WithError(err).Warn("the office's file was not checked")
	}
}

// machine is how this computer keeps the office's file.
func (o *openOffice) machine() intake.Machine {
	m := intake.Machine{Damaged: o.damaged.Load()}
	if o.Backups != nil {
		m.Backup = o.Backups.Problem()
	}
	if m.Backup == recovery.CodeNeeded { // there is nobody to seal for yet; another page says so
		m.Backup = ""
	}
	return m
}

// Close ends the background work and closes the file.
func (o *openOffice) Close() error {
	if o.stop != nil {
		o.stop()
	}
	if o.relay != nil {
		o.relay.end()
	}
	if o.handover != nil && o.handover.intake != nil {
		o.handover.intake.end()
	}
	o.crew.wait()
	if err := o.Store.Close(); err != nil {
		return fmt.Errorf("close office: %w", err)
	}
	return nil
}

// name is the office's, and "" while setting it up has not ended.
func (o *openOffice) name(ctx context.Context) (string, error) {
	var names []string
	err := o.Store.Read().NewQuery("SELECT name FROM office WHERE deleted = 0 LIMIT 1").WithContext(ctx).Column(&names)
	if err != nil {
		return "", fmt.Errorf("read office: %w", err)
	}
	if len(names) == 0 {
		return "", nil
	}
	return names[0], nil
}

// firstAdmin is on whose behalf a command works: the user with this login, or the first active administrator.
func (o *openOffice) firstAdmin(ctx context.Context, login string) (account.Viewer, error) {
	query := "SELECT id, name\nFROM user\nWHERE deleted = 0 AND active = 1 AND role = 'admin'"
	params := map[string]any{}
	if login != "" {
		query += " AND login = {:login}"
		params["login"] = login
	}
	var v account.Viewer
	err := o.Store.Read().NewQuery(query+"\nORDER BY created_at, id\nLIMIT 1").Bind(params).WithContext(ctx).Row(&v.UserID, &v.Name)
	if err != nil {
		return account.Viewer{}, fault.Wrap(fmt.Errorf("find administrator: %w", err), "user.not_found")
	}
	v.Role = account.RoleAdmin
	return v, nil
}
