package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/api"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/recovery"
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
	code, err := identity.ParseCode(n.Code)
	if f := fault.Find(err); f != nil {
		return &fault.Error{Code: f.Code, Field: "code", Args: f.Args}
	}
	if err != nil {
		return err
	}
	o := p.current()
	switch {
	case o == nil && n.Path == "":
		return fault.Invalid("path", "input.required")
	case o != nil && o.Demo, o != nil && o.Host != nil && (!o.Host.Superseded() || n.Path != ""):
		return fault.New("setup.done")
	}
	r := &p.restoring
	r.mu.Lock()
	busy := r.state.State == "running"
	if !busy {
		r.state = api.RestoreState{State: "running", Steps: len(recovery.Steps) + 1}
	}
	r.mu.Unlock()
	if busy {
		return fault.New(recovery.CodeUnderWay)
	}
	r.work.log = p.home.log
	r.work.start("restore", p.ctx.Done(), func() {
		at, err := p.restore(p.ctx, n.Path, code)
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
	ctx = context.WithoutCancel(ctx)
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
		p.mu.Lock()
		p.office = nil
		p.mu.Unlock()
		p.api.OfficeChanged()
		if err := before.Close(); err != nil {
			return nil, err
		}
	}
	o, made, err := restoreOffice(ctx, p.home, path, code, left, func(step string) {
		p.restoring.set(func(s *api.RestoreState) { s.Step = slices.Index(recovery.Steps, step) })
	})
	if err != nil {
		if before != nil { // its file was not touched, or put aside and back
			err = errors.Join(err, p.openHome(ctx))
		}
		return nil, err
	}
	p.show(o)
	text := clock.Format(made.MadeAt)
	return &text, nil
}

// leftBehind is what a member knew when its computer became the host.
type leftBehind struct {
	i     installation
	user  string
	lists [][]byte
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
	list, err := o.Member.Members(ctx)
	if err != nil {
		return nil, err
	}
	status, err := o.Member.Status(ctx)
	if err != nil {
		return nil, err
	}
	return &leftBehind{i: o.installation, user: status.User, lists: [][]byte{list}}, nil
}

// restoreOffice brings a backup back into a folder and makes this computer the office's host.
func restoreOffice(
	ctx context.Context, p place, path string, code identity.Code, left *leftBehind, onStep func(string),
) (_ *openOffice, m recovery.Manifest, err error) {
	if err := p.make(); err != nil {
		return nil, m, err
	}
	opens, err := code.BackupIdentity()
	if err != nil {
		return nil, m, err
	}
	t := restoreTarget(p)
	if m, err = recovery.Restore(ctx, t, path, onStep, opens); err != nil {
		return nil, m, err
	}
	o, err := openFolder(ctx, p)
	if err != nil {
		return nil, m, err
	}
	var lists [][]byte
	if left != nil {
		lists = left.lists
	}
	if err = takeOver(ctx, o, code, lists...); err == nil && left != nil {
		err = o.takeUp(ctx, left)
	}
	if err == nil {
		err = markReady(p.folder)
	}
	if err != nil {
		return nil, m, errors.Join(err, o.Close())
	}
	return o, m, nil
}

// takeOver makes this computer the host of the open office by its recovery code.
func takeOver(ctx context.Context, o *openOffice, code identity.Code, lists ...[]byte) error {
	admin, err := o.firstAdmin(ctx, "")
	if err != nil {
		return err
	}
	return o.Host.TakeOver(ctx, admin.UserID, code, lists...)
}

// takeUp settles what the member that this computer was until now had written in its last 45 days: what the backup has is
// recognised by its id. Its replica is deleted after that.
func (o *openOffice) takeUp(ctx context.Context, left *leftBehind) (err error) {
	old, err := o.openAside(ctx, left.i)
	if err != nil || old == nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, old.Close()); err == nil {
			err = errors.Join(removeIfThere(old.Path()), removeIfThere(old.Path()+"-wal"), removeIfThere(old.Path()+"-shm"),
				o.vault.Delete(left.i.keyName()), o.vault.Delete(left.i.deviceKeyName()))
		}
	}()
	if err := old.Reset(ctx); err != nil {
		return err
	}
	author, err := o.Accounts.ViewerOf(ctx, left.user)
	if err != nil {
		return fmt.Errorf("find whose member this was: %w", err)
	}
	a := author.Author()
	a.Device = left.i.Device
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

// openAside opens the replica that the restore has put aside; nil when there is none.
func (o *openOffice) openAside(ctx context.Context, i installation) (*store.Store, error) {
	path, err := recovery.Aside(o.officeFile())
	if err != nil || path == "" {
		return nil, err
	}
	key, err := o.vault.Get(i.keyName())
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
			i := installation{File: p.clock.NewID(), Device: "pending"}
			if err := p.vault.Set(i.keyName(), key); err != nil {
				return err
			}
			text, err := json.MarshalIndent(i, "", "  ")
			if err != nil {
				return err
			}
			return replaceFile(nextInstallation(p.folder), append(text, '\n'))
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
