package app

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/api"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/recovery"
	"sitegroup.mx/crm/backend/secret"
	"sitegroup.mx/crm/store"
)

// restoring is how far a restore has come that a screen has asked for.
type restoring struct {
	work crew

	mu    sync.Mutex
	state api.RestoreState
}

func (r *restoring) set(change func(*api.RestoreState)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.state)
}

// Restore implements api.Setup: it brings a backup back as this folder's office, and makes this computer its host. Where a
// member is open its replica is put aside, and what it had written is sent to the restored office. Without a path it only
// takes over, which is what is left to do when the program ended in between.
func (p *program) Restore(_ context.Context, n api.NewRestore) error {
	code, err := p.mayRestore(n)
	if err != nil {
		return err
	}
	return p.beginRestore(func(ctx context.Context) (*string, error) { return p.restore(ctx, n.Path, code) })
}

// Look implements api.Setup.
func (p *program) Look(ctx context.Context, n api.NewRestore) (found api.BackupFound, err error) {
	code, err := p.mayRestore(n)
	if err != nil {
		return found, err
	}
	if n.Path == "" {
		return found, fault.Invalid("path", "input.required")
	}
	opens, err := code.BackupIdentity()
	if err != nil {
		return found, err
	}
	m, err := recovery.Look(ctx, n.Path, opens)
	if err != nil {
		return found, err
	}
	found.MadeAt = clock.Format(m.MadeAt)
	return found, nil
}

// mayRestore reads what a person has written to have an office brought back here, and looks whether it may be.
func (p *program) mayRestore(n api.NewRestore) (identity.Code, error) {
	code, err := identity.ParseCode(n.Code)
	if f := fault.Find(err); f != nil {
		return "", &fault.Error{Code: f.Code, Field: "code", Args: f.Args}
	}
	if err != nil {
		return "", err
	}
	o := p.current()
	switch {
	case o == nil && n.Path == "":
		return "", fault.Invalid("path", "input.required")
	case o != nil && o.Demo, o != nil && o.Host != nil && (!o.Host.Superseded() || n.Path != ""):
		return "", fault.New("setup.done")
	}
	return code, nil
}

// beginRestore has work go on in the background. RestoreState tells how.
func (p *program) beginRestore(work func(context.Context) (backupAt *string, err error)) error {
	r := &p.restoring
	r.mu.Lock()
	busy := r.state.State == "running"
	if !busy {
		r.state = api.RestoreState{State: "running", Steps: len(recovery.Steps)}
	}
	r.mu.Unlock()
	if busy {
		return fault.New(recovery.CodeUnderWay)
	}
	r.work.log = p.home.log
	r.work.start("restore", p.ctx.Done(), func() {
		at, err := work(context.WithoutCancel(p.ctx))
		if err != nil {
			p.home.log.WithError(err).Warn("restore")
			r.set(func(s *api.RestoreState) { s.State, s.Problem = "failed", codeOf(err) })
			return
		}
		r.set(func(s *api.RestoreState) { s.State, s.Step, s.BackupAt = "done", s.Steps, at })
	})
	return nil
}

// RestoreState implements api.Setup.
func (p *program) RestoreState(context.Context) (api.RestoreState, error) {
	p.restoring.mu.Lock()
	defer p.restoring.mu.Unlock()
	s := p.restoring.state
	if s.State == "" {
		s.State = "idle"
	}
	return s, nil
}

func (p *program) restore(ctx context.Context, path string, code identity.Code) (at *string, err error) {
	p.moving.Lock()
	defer p.moving.Unlock()
	p.mu.RLock()
	before := p.office
	p.mu.RUnlock()
	if path == "" {
		if before == nil {
			return nil, fault.New("setup.needed")
		}
		return nil, takeOver(ctx, before, code)
	}
	var left *leftBehind
	if before != nil {
		if left, err = leave(ctx, before, code); err != nil {
			return nil, err
		}
		if err := p.putAway(before); err != nil {
			return nil, err
		}
	}
	made, err := restoreOffice(ctx, p.home, path, code, left, p.step)
	if err = errors.Join(err, p.openHome(ctx)); err != nil { // without a restored office the one before: it was not touched
		return nil, err
	}
	text := clock.Format(made.MadeAt)
	return &text, nil
}

// step notes which step of a restore has begun.
func (p *program) step(step string) {
	p.restoring.set(func(s *api.RestoreState) { s.Step = slices.Index(recovery.Steps, step) })
}

// putAway closes the open office and shows none. The caller holds moving.
func (p *program) putAway(o *openOffice) error {
	p.mu.Lock()
	p.office = nil
	p.mu.Unlock()
	p.api.OfficeChanged()
	return o.Close()
}

// leftBehind is what a member knew when its computer became the host. It is kept in the restore's plan until everything of it
// is settled; what it names in the keyring stays there as long.
type leftBehind struct {
	Installation installation `json:"installation"`
	User         string       `json:"user"`
	papers       [][]byte
}

// leave checks that the code is this office's and notes what the restored office is to learn from this member.
func leave(ctx context.Context, o *openOffice, code identity.Code) (*leftBehind, error) {
	root, err := o.Member.Root(ctx)
	if err != nil {
		return nil, err
	}
	if identity.Fingerprint(code.RootKey().Public()) != root {
		return nil, fault.Invalid("code", office.CodeRecoveryWrong)
	}
	papers, err := o.Member.Papers(ctx)
	if err != nil {
		return nil, err
	}
	status, err := o.Member.Status(ctx)
	if err != nil {
		return nil, err
	}
	return &leftBehind{Installation: o.installation, User: status.User, papers: papers}, nil
}

// restoreOffice brings a backup back into a folder, as the file of an office whose host is this computer. Opening the folder
// ends it.
func restoreOffice(
	ctx context.Context, p place, path string, code identity.Code, left *leftBehind, onStep func(string),
) (m recovery.Manifest, err error) {
	if err := p.make(); err != nil {
		return m, err
	}
	opens, err := code.BackupIdentity()
	if err != nil {
		return m, err
	}
	t := restoreTarget(p)
	var papers [][]byte
	user := ""
	if left != nil {
		papers, user = left.papers, left.User
		if t.Note, err = json.Marshal(left); err != nil {
			return m, err
		}
	}
	t.TakeOver = func(ctx context.Context, file string, _ []byte) error {
		return withRestored(ctx, p, file, func(o *openOffice) error {
			by, err := o.adminFor(ctx, user)
			if err == nil {
				err = o.Host.TakeOver(ctx, by, code, papers...)
			}
			if err == nil && left != nil { // the others are to find it, whatever told the host before to listen
				err = o.listenNext(ctx)
			}
			return err
		})
	}
	return recovery.Restore(ctx, t, path, onStep, opens)
}

// withRestored opens the file of an office that is being restored, as its next host. What it writes stays in the file: the
// keyring and what lies beside the office are read alone.
func withRestored(ctx context.Context, p place, file string, fn func(*openOffice) error) (err error) {
	i, err := readInstallationFile(nextInstallation(p.folder))
	if err != nil {
		return fmt.Errorf("read the next installation: %w", err)
	}
	key, err := p.vault.Get(i.keyName())
	if err != nil {
		return fmt.Errorf("read the restored file's key: %w", err)
	}
	p.vault = readOnly{p.vault}
	o := &openOffice{place: p, installation: i}
	if o.key, err = deviceKey(p, &i); err != nil {
		return err
	}
	o.network, o.relay = newNetwork(o), newOfficeRelay(o)
	o.Store, err = store.Open(ctx, store.Options{
		Path: file, Key: key, Device: i.Device, Now: p.clock.Now, NewID: p.clock.NewID, Decide: office.Decide, Follow: store.Follow(office.Follow).And(crm.Follow),
		Log: p.log.WithField("part", "store"),
	})
	if err != nil {
		return explainStore(err)
	}
	defer func() { err = errors.Join(err, o.Store.Close()) }()
	o.Host = office.NewHost(office.HostDeps{
		Store: o.Store, Clock: p.clock, Log: p.log.WithField("part", "office"), Vault: p.vault, Random: rand.Reader, Key: o.key,
		Name: computerName(), Version: version,
	})
	if err := o.Host.Start(ctx); err != nil {
		return err
	}
	return fn(o)
}

// listenNext has the restored office listen for the others once it is open, at the port of before.
func (o *openOffice) listenNext(ctx context.Context) error {
	s, err := o.network.setting(ctx)
	if err != nil || o.network.fixed != "" {
		return err
	}
	s.Enabled = true
	return o.network.keepSetting(ctx, s)
}

// readOnly is a vault in which nothing is kept.
type readOnly struct{ secret.Vault }

// Set implements secret.Vault.
func (readOnly) Set(string, []byte) error { return nil }

// Delete implements secret.Vault.
func (readOnly) Delete(string) error { return nil }

// adminFor is on whose behalf this computer becomes the host: the user, where the office knows them as an administrator, or
// the first one.
func (o *openOffice) adminFor(ctx context.Context, user string) (id string, err error) {
	first, err := o.firstAdmin(ctx, "")
	if err != nil || user == "" {
		return first.UserID, err
	}
	v, err := account.New(o.Store, o.clock, o.log).ViewerOf(ctx, user)
	if fault.Has(err, account.CodeUserNotFound) || err == nil && !v.IsAdmin() {
		return first.UserID, nil
	}
	return v.UserID, err
}

// takeOver makes this computer the host of the open office by its recovery code.
func takeOver(ctx context.Context, o *openOffice, code identity.Code, papers ...[]byte) error {
	by, err := o.adminFor(ctx, "")
	if err != nil {
		return err
	}
	return o.Host.TakeOver(ctx, by, code, papers...)
}

// finishRestore does what a restore has left to do now that the office is open. It can be done again, and is at every start
// until it has been done.
func (o *openOffice) finishRestore(ctx context.Context) error {
	t := restoreTarget(o.place)
	note, aside, left, err := recovery.Left(t)
	if err != nil || !left {
		return err
	}
	var from leftBehind
	if err := json.Unmarshal(note, &from); err != nil {
		return fmt.Errorf("read what was left behind: %w", err)
	}
	old, err := o.openAside(ctx, from.Installation, aside)
	if err != nil {
		return err
	}
	if old != nil {
		if err := errors.Join(o.takeUp(ctx, old, from), old.Close()); err != nil {
			return err
		}
	}
	for _, end := range []string{"", "-wal", "-shm", ".lock"} {
		if err := removeIfThere(aside + end); err != nil {
			return err
		}
	}
	i := from.Installation
	if err := errors.Join(o.vault.Delete(i.keyName()), o.vault.Delete(i.deviceKeyName())); err != nil {
		return fmt.Errorf("delete the replica's keys: %w", err)
	}
	return recovery.End(t)
}

// takeUp settles what the member that this computer was until now had written in its last 45 days: what the office has is
// recognised by its id. What was written by somebody whom the office does not know, because the backup is older than they, is
// settled in the name of who has taken over.
func (o *openOffice) takeUp(ctx context.Context, old *store.Store, from leftBehind) error {
	if err := old.Reset(ctx); err != nil {
		return err
	}
	author, err := o.Accounts.ViewerOf(ctx, from.User)
	if fault.Has(err, account.CodeUserNotFound) {
		o.log.WithField("user", from.User).Warn("who wrote on this computer is not known to the office; an administrator takes it up")
		author, err = o.firstAdmin(ctx, "")
	}
	if err != nil {
		return fmt.Errorf("find whose member this was: %w", err)
	}
	a := author.Author()
	a.Device = from.Installation.Device
	for after := int64(0); ; {
		pending, err := old.Pending(ctx, after, 500)
		if err != nil || len(pending) == 0 {
			return err
		}
		txs := make([]store.PushedTx, len(pending))
		for i := range pending {
			txs[i] = pending[i].PushedTx
		}
		for _, err := range o.Store.PushAll(ctx, a, txs) {
			if err != nil && !errors.Is(err, store.ErrUnknown) {
				return fmt.Errorf("take up what was written here: %w", err)
			}
		}
		after = pending[len(pending)-1].N
	}
}

// openAside opens the replica that the restore has put aside; nil when it, or its key, is gone.
func (o *openOffice) openAside(ctx context.Context, i installation, path string) (*store.Store, error) {
	if !holds(path) && !holds(path+"-wal") {
		return nil, nil
	}
	key, err := o.vault.Get(i.keyName())
	if errors.Is(err, secret.ErrNotFound) {
		o.log.Warn("the key of the replica that was put aside is gone; what it had not sent is lost")
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the replica's key: %w", err)
	}
	return store.Open(ctx, store.Options{
		Path: path, Key: key, Device: i.Device, Now: o.clock.Now, NewID: o.clock.NewID, Decide: office.Decide, Member: true,
		Log: o.log.WithField("part", "store"),
	})
}

// nextInstallation is the file of the installation that a restore is to bring into use.
func nextInstallation(f folder) string { return f.installationFile() + ".restore" }

// restoreTarget is this folder as recovery knows it. The restored file is an installation of its own, with new ids and keys.
func restoreTarget(p place) recovery.Target {
	return recovery.Target{
		File: p.officeFile(), Now: p.clock.Now,
		PutKey: func(key []byte) error {
			device, err := identity.NewKey(rand.Reader)
			if err != nil {
				return err
			}
			return keepNext(p, key, device)
		},
		TakeKey: func() error {
			err := os.Rename(nextInstallation(p.folder), p.installationFile())
			if errors.Is(err, fs.ErrNotExist) { // it is in use already
				return nil
			}
			return err
		},
	}
}

// keepNext keeps the keys of the installation that a restore is to bring into use. One that never came into use gives way.
func keepNext(p place, key []byte, device identity.Key) error {
	i, err := readInstallationFile(nextInstallation(p.folder))
	if err != nil {
		i = installation{File: p.clock.NewID()}
	}
	i.Device = device.DeviceID()
	text, err := json.MarshalIndent(i, "", "  ")
	if err != nil {
		return err
	}
	// The name first: keys that nothing names would stay in the keyring for ever.
	if err := replaceFile(nextInstallation(p.folder), append(text, '\n')); err != nil {
		return err
	}
	if err := errors.Join(p.vault.Set(i.keyName(), key), p.vault.Set(i.deviceKeyName(), device.Marshal())); err != nil {
		return fmt.Errorf("keep keys: %w", err)
	}
	return nil
}

// resumeRestore ends a restore in which the program was stopped.
func resumeRestore(p place) error {
	m, resumed, err := recovery.Resume(restoreTarget(p))
	if err != nil {
		return fmt.Errorf("end the restore: %w", err)
	}
	if resumed {
		p.log.WithFields(logrus.Fields{"rev": m.Rev}).Info("a restore that was interrupted has ended")
	}
	return nil
}

// finishRestore does what a restore has left to do in an office that has been opened. What cannot be done now is told and
// tried again later; the office works without it.
func (p *program) finishRestore(ctx context.Context, o *openOffice) {
	if o.Host == nil {
		return
	}
	p.step(recovery.StepTakeUp)
	if err := o.finishRestore(ctx); err != nil {
		p.home.log.WithError(err).Error("what was written on this computer before it became the host is not taken up")
		p.restoring.set(func(s *api.RestoreState) { s.Problem = codeNotTakenUp })
		o.later = p.takeUpLater
	}
}

// takeUpLater tries until it is done or ctx ends.
func (p *program) takeUpLater(ctx context.Context, o *openOffice) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-o.clock.After(takeUpAgain):
		}
		if err := o.finishRestore(ctx); err == nil {
			p.restoring.set(func(s *api.RestoreState) { s.Problem = "" })
			return
		}
	}
}

const (
	// codeNotTakenUp is for an office that was restored, while what its member had not sent is not in it yet.
	codeNotTakenUp = "recovery.not_taken_up"
	takeUpAgain    = 10 * time.Minute
)
