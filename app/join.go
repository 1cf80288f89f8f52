package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"sitegroup.mx/crm/backend/api"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/office/link"
	"sitegroup.mx/crm/backend/office/wire"
)

// States of joining, as the screens know them.
const (
	joinIdle       = "idle"
	joinConnecting = "connecting"
	joinWaiting    = "waiting" // for an administrator
	joinReceiving  = "receiving"
	joinReady      = "ready"
	joinFailed     = "failed"
)

// joining is how far this computer has come on its way into an office.
type joining struct {
	work crew

	mu     sync.Mutex
	state  api.JoinState
	cancel context.CancelFunc
	run    int // which attempt state is of
}

// set changes the state of an attempt, unless another one has begun since.
func (j *joining) set(run int, change func(*api.JoinState)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.run == run {
		change(&j.state)
	}
}

// begin starts an attempt in place of the one before.
func (j *joining) begin(ctx context.Context) (_ context.Context, run int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.cancel != nil {
		j.cancel()
	}
	ctx, j.cancel = context.WithCancel(ctx)
	j.run++
	j.state = api.JoinState{State: joinConnecting}
	return ctx, j.run
}

// end stops what is under way and waits for it.
func (j *joining) end() {
	j.mu.Lock()
	j.run++
	j.state = api.JoinState{State: joinIdle}
	if j.cancel != nil {
		j.cancel()
	}
	j.mu.Unlock()
	j.work.wait()
}

// Join implements api.Setup: it shows the invitation to the host and goes on by itself.
func (p *program) Join(_ context.Context, n api.NewJoin) error {
	if !p.joinable() {
		return fault.New("setup.done")
	}
	invitation, err := identity.ParseInvitation(n.Invitation)
	if f := fault.Find(err); f != nil {
		return &fault.Error{Code: f.Code, Field: "invitation", Args: f.Args}
	}
	if err != nil {
		return err
	}
	if invitation.Expires < p.home.clock.Now().UnixMilli() {
		return fault.Invalid("invitation", "invitation.expired")
	}
	if err := p.home.make(); err != nil {
		return err
	}
	name := strings.TrimSpace(n.DeviceName)
	if name == "" {
		name = computerName()
	}
	ctx, run := p.joining.begin(p.ctx)
	p.joining.work.log = p.home.log
	p.joining.work.start("join", ctx.Done(), func() {
		if err := p.join(ctx, run, invitation, name); err != nil && ctx.Err() == nil {
			p.home.log.WithError(err).Warn("joining an office")
			p.joining.set(run, func(s *api.JoinState) { *s = api.JoinState{State: joinFailed, Problem: codeOf(err)} })
		}
	})
	return nil
}

// codeOf is an error's code, that of the program's own trouble when it has none.
func codeOf(err error) string {
	if code := fault.Code(err); code != "" {
		return code
	}
	return fault.CodeInternal
}

func (p *program) join(ctx context.Context, run int, invitation identity.Invitation, name string) error {
	key, err := identity.NewKey(rand.Reader)
	if err != nil {
		return err
	}
	log := p.home.log.WithField("part", "network")
	state, err := link.Join(ctx, link.JoinDeps{
		Invitation: invitation, Key: key, Name: name, Version: version, Clock: clock.System{}, Log: log,
		Dialers: ways(func(context.Context) ([]string, [32]byte) {
			if invitation.Relay == "" {
				return invitation.Addresses, invitation.Root
			}
			return append(slices.Clone(invitation.Addresses), invitation.Relay), invitation.Root
		}, log),
		OnDigits: func(digits string) {
			p.joining.set(run, func(s *api.JoinState) {
				if s.State, s.Digits = joinWaiting, digits; digits == "" {
					s.State = joinConnecting
				}
			})
		},
	})
	if err != nil {
		return err
	}
	if state.State != office.EnrolAdmitted {
		return fault.New("invitation." + state.State)
	}
	p.moving.Lock()
	defer p.moving.Unlock()
	if !p.joinable() {
		return fault.New("setup.done")
	}
	if err := p.layAside(); err != nil {
		return err
	}
	o, err := createMember(context.WithoutCancel(ctx), p.home, key, invitation, state)
	if err != nil {
		return err
	}
	p.show(o)
	p.joining.set(run, func(s *api.JoinState) { // after the office is shown: without one, this state is over
		*s = api.JoinState{State: joinReceiving, OfficeName: state.Office, UserName: state.UserName, Login: state.Login}
	})
	return nil
}

// joinable reports whether this computer may join an office: it has none, or one of which another computer is the host now.
func (p *program) joinable() bool {
	o := p.current()
	return o == nil || !o.Demo && o.Host != nil && o.Host.Superseded()
}

// layAside closes the office of which another computer is the host now and puts its file aside, with what names its key.
// Wherever it is cut short, the next start finds either that office or none.
func (p *program) layAside() error {
	p.mu.RLock()
	o := p.office
	p.mu.RUnlock()
	if o == nil {
		return nil
	}
	if err := p.putAway(o); err != nil {
		return err
	}
	i := o.installation
	i.Ready = false // so that a missing file is no loss
	if err := i.save(o.folder); err != nil {
		return err
	}
	aside := o.officeFile() + asideForJoin + p.home.clock.Now().UTC().Format("20060102T150405Z")
	for from, to := range map[string]string{
		o.officeFile(): aside, o.officeFile() + "-wal": aside + "-wal", o.officeFile() + "-shm": aside + "-shm",
	} {
		if err := os.Rename(from, to); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("put the office of before aside: %w", err)
		}
	}
	if err := os.Rename(o.installationFile(), aside+installationEnd); err != nil {
		return fmt.Errorf("put the office of before aside: %w", err)
	}
	return nil
}

// createMember makes an empty replica in a folder where no office is. The installation is marked ready last.
func createMember(ctx context.Context, p place, key identity.Key, invitation identity.Invitation, e *wire.EnrolState) (_ *openOffice, err error) {
	i, err := readInstallation(p.folder)
	if err != nil {
		return nil, err
	}
	if i.Ready {
		return nil, fault.New("setup.done")
	}
	if i.File != "" {
		err = erase(p, i)
	} else {
		err = removeBeginnings(p)
	}
	if err != nil {
		return nil, err
	}
	i = installation{File: p.clock.NewID(), Device: key.DeviceID(), Role: roleMember}
	if err := i.save(p.folder); err != nil { // before the keys, which nobody would find otherwise if this ended here
		return nil, err
	}
	database := make([]byte, keyBytes)
	if _, err := rand.Read(database); err != nil {
		return nil, fmt.Errorf("make database key: %w", err)
	}
	if err := errors.Join(p.vault.Set(i.keyName(), database), p.vault.Set(i.deviceKeyName(), key.Marshal())); err != nil {
		return nil, fmt.Errorf("keep keys: %w", err)
	}
	o, err := openFile(ctx, p, i, database)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, o.Close())
		}
	}()
	if err := office.Join(ctx, o.Store, invitation, key.DeviceID(), e); err != nil {
		return nil, err
	}
	if err := o.Member.Start(ctx); err != nil {
		return nil, err
	}
	return o, markReady(p.folder)
}

// isUnjoined reports whether the open file is a replica of no office: the program ended on its way into one, before the file
// knew which. Nothing was ever in it.
func (o *openOffice) isUnjoined(ctx context.Context) bool {
	return o.Member != nil && fault.Has(o.Member.Start(ctx), office.CodeNotJoined)
}

// dropBegunJoin deletes what is left of joining where the program ended before there was a file, so that the folder is as
// good for an office of its own.
func dropBegunJoin(p place) error {
	i, err := readInstallation(p.folder)
	if err != nil || i.Role != roleMember || i.Ready {
		return err
	}
	return erase(p, i)
}

// JoinState implements api.Setup.
func (p *program) JoinState(ctx context.Context) (api.JoinState, error) {
	p.joining.mu.Lock()
	s := p.joining.state
	p.joining.mu.Unlock()
	if s.State == "" {
		s.State = joinIdle
	}
	if s.State != joinReceiving {
		return s, nil
	}
	o := p.current()
	if o == nil || o.Member == nil { // what was joined is gone again: the host has revoked this computer, or it is the host by now
		return api.JoinState{State: joinIdle}, nil
	}
	r, err := o.Store.Replica(ctx)
	if err != nil {
		return s, err
	}
	done, err := o.Store.Rows(ctx)
	if err != nil {
		return s, err
	}
	s.Progress = &api.SyncProgress{Done: done, Total: done + r.Rest}
	if !r.Filling {
		s.State = joinReady
	}
	return s, nil
}

// CancelJoin implements api.Setup.
func (p *program) CancelJoin(context.Context) error {
	if !p.joinable() {
		return fault.New("setup.done")
	}
	p.joining.end()
	return nil
}

// revoked deletes this computer's replica, because the host has revoked it, and shows that. It runs beside the office that
// it closes.
func (p *program) revoked() {
	p.joining.work.log = p.home.log
	p.joining.work.start("wipe", p.ctx.Done(), func() {
		p.moving.Lock()
		defer p.moving.Unlock()
		p.mu.Lock()
		o := p.office
		p.office, p.wiped = nil, true
		p.mu.Unlock()
		p.api.OfficeChanged()
		if o == nil {
			return
		}
		i := o.installation
		i.Wiped = true // whatever ends the program from here on, the next start goes on
		err := i.save(o.folder)
		err = errors.Join(err, o.Close())
		if err == nil {
			err = wipe(o.place, i)
		}
		if err != nil {
			p.home.log.WithError(err).Error("the replica of a revoked computer was not deleted")
			return
		}
		p.home.log.Info("the host has revoked this computer; nothing is left on it")
	})
}

// wipe deletes everything of an office, and of those that were here before. It can be done again.
func wipe(p place, i installation) error {
	return errors.Join(eraseFormer(p), erase(p, i))
}

// erase deletes an office's files, copies among them, and keys. It can be done again.
func erase(p place, i installation) error {
	entries, err := os.ReadDir(string(p.folder))
	if err != nil {
		return fmt.Errorf("list data folder: %w", err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), filepath.Base(p.officeFile())) && !isFormer(p.folder, e.Name()) {
			if err := removeIfThere(filepath.Join(string(p.folder), e.Name())); err != nil {
				return err
			}
		}
	}
	if err := removeIfThere(p.membersFile()); err != nil {
		return err
	}
	if err := errors.Join(p.vault.Delete(i.keyName()), p.vault.Delete(i.deviceKeyName())); err != nil {
		return fmt.Errorf("delete keys: %w", err)
	}
	return removeIfThere(p.installationFile())
}

// removeBeginnings deletes what an attempt to set up has left that was never an office.
func removeBeginnings(p place) error {
	var errs []error
	for _, suffix := range []string{"", "-wal", "-shm"} {
		errs = append(errs, removeIfThere(p.officeFile()+suffix))
	}
	return errors.Join(errs...)
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("delete file: %w", err)
	}
	return nil
}
