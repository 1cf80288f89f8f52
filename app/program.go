package app

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/api"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/frontend"
)

// program is one running instance: the office of a folder, or none before it was set up, and at times the demo in front of
// it. It implements api.Setup, through which the screens move between the three.
type program struct {
	ctx     context.Context // ends with the program; what is opened for a screen outlives its request
	end     context.CancelFunc
	home    place
	surface string
	demoOpt demoOptions
	site    http.Handler
	api     *api.API
	onLead  func(intake.LeadNotice) // nil when nobody listens

	moving sync.Mutex // held while an office is opened or closed
	mu     sync.RWMutex
	office *openOffice
	demo   *demoOffice
	wiped  bool // the host has revoked this computer since the program began

	joining   joining
	restoring restoring
}

// newProgram puts the program together without opening anything. window is nil in a browser.
func newProgram(ctx context.Context, c *command, home place, surface string, window api.Window, onLead func(intake.LeadNotice)) *program {
	ctx, end := context.WithCancel(ctx)
	p := &program{
		ctx: ctx, end: end, home: home, surface: surface, onLead: onLead,
		demoOpt: demoOptions{every: c.every, backlog: c.backlog, syncListen: c.syncListen},
	}
	p.api = api.New(api.Deps{
		Office: p.current, Setup: p, Window: window, Clock: clock.System{}, Log: home.log.WithField("part", "api"), Version: version,
	})
	p.site = newSite(p.api, frontend.Dist(), c.say.say("ui.missing"))
	return p
}

// open opens the folder's office. That there is none yet is no error.
func (p *program) open(ctx context.Context) error {
	p.moving.Lock()
	defer p.moving.Unlock()
	return p.openHome(ctx)
}

func (p *program) openHome(ctx context.Context) error {
	if err := resumeRestore(p.home); err != nil {
		return err
	}
	o, err := openFolder(ctx, p.home)
	if fault.Has(err, "setup.needed") {
		return dropBegunJoin(p.home)
	}
	if err != nil {
		return err
	}
	if o.isUnjoined(ctx) {
		p.home.log.Info("joining an office was cut short; it begins anew")
		return errors.Join(o.Close(), erase(p.home, o.installation))
	}
	name, err := o.name(ctx)
	if err != nil || name == "" && o.Member == nil {
		return errors.Join(err, o.Close())
	}
	if err := markReady(p.home.folder); err != nil {
		p.home.log.WithError(err).Warn("the installation was not marked as set up")
	}
	p.finishRestore(ctx, o)
	if o, err = p.followAppointment(ctx, o); err != nil {
		return err
	}
	p.show(o)
	p.waitForAppointment(o)
	return nil
}

// show makes an office the one that the screens see.
func (p *program) show(o *openOffice) {
	if p.onLead != nil {
		o.Intake.OnLead(p.onLead)
	}
	if o.stop == nil {
		o.work(p.ctx, p.around())
	}
	p.mu.Lock()
	p.office = o
	p.mu.Unlock()
	p.api.OfficeChanged()
	p.home.log.WithFields(logrus.Fields{"demo": p.inDemo()}).Info("office opened")
}

// around is what an open office tells the program.
func (p *program) around() surroundings {
	return surroundings{answer: p.api.Answer, changed: p.api.SyncChanged, wiped: p.revoked, take: p.takeHandover}
}

// current is the office that the screens see, nil before there is one.
func (p *program) current() *api.Office {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.office == nil {
		return nil
	}
	o := p.office
	return &api.Office{
		Store: o.Store, Accounts: o.Accounts, CRM: o.CRM, History: o.History, Exports: o.Exports, Intake: o.Intake, Host: o.Host, Member: o.Member, Backups: o.Backups,
		Network: o.network, Relay: o.relay, Handover: o.handover, Damaged: o.damaged.Load, Demo: p.demo != nil,
	}
}

func (p *program) inDemo() bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.demo != nil
}

// State implements api.Setup.
func (p *program) State(ctx context.Context) (api.SetupState, error) {
	s := api.SetupState{State: "new", Version: version, Keyring: true, Surface: p.surface}
	p.mu.RLock()
	o := p.office
	s.Demo = p.demo != nil
	wiped := p.wiped
	p.mu.RUnlock()
	if o == nil && wiped {
		s.State = "wiped"
	}
	if o == nil {
		// A keyring may ask the person to unlock it, so it is only asked while there is no office that has opened it.
		s.Keyring = probe(p.home.vault) == nil
		return s, nil
	}
	s.State = "ready"
	var err error
	s.OfficeName, err = o.name(ctx)
	return s, err
}

// Create implements api.Setup: it makes the folder's office and signs its first administrator in.
func (p *program) Create(ctx context.Context, n api.NewOffice) (account.Session, error) {
	p.moving.Lock()
	defer p.moving.Unlock()
	if p.current() != nil {
		return account.Session{}, fault.New("setup.done")
	}
	o, err := createOffice(context.WithoutCancel(ctx), p.home, newOffice{Name: n.OfficeName, Timezone: n.Timezone, Admin: account.NewUser{
		Login: n.Admin.Login, Name: n.Admin.Name, Role: account.RoleAdmin, Password: n.Admin.Password,
	}})
	if err != nil {
		return account.Session{}, err
	}
	p.show(o)
	return o.Accounts.SignIn(ctx, n.Admin.Login, n.Admin.Password)
}

// OpenDemo implements api.Setup: it puts a demo office in front and signs its administrator in.
func (p *program) OpenDemo(ctx context.Context) (account.Session, error) {
	p.moving.Lock()
	defer p.moving.Unlock()
	if p.current() != nil {
		return account.Session{}, fault.New("setup.done")
	}
	if err := p.startDemo(ctx); err != nil {
		return account.Session{}, err
	}
	return p.demo.Accounts.SignIn(ctx, demoUsers[0].Login, demoPassword)
}

func (p *program) startDemo(ctx context.Context) error {
	d, err := openDemo(context.WithoutCancel(ctx), p.home.log, p.demoOpt, p.around())
	if err != nil {
		return err
	}
	p.mu.Lock()
	p.demo = d
	p.mu.Unlock()
	p.show(d.openOffice)
	return nil
}

// LeaveDemo implements api.Setup: it closes and deletes the demo office and shows what was behind it.
func (p *program) LeaveDemo(ctx context.Context) error {
	p.moving.Lock()
	defer p.moving.Unlock()
	if !p.inDemo() {
		return fault.New("demo.not_open")
	}
	d := p.demo
	p.mu.Lock()
	p.demo, p.office = nil, nil
	p.mu.Unlock()
	p.api.OfficeChanged()
	if err := d.Close(); err != nil {
		return err
	}
	return p.openHome(ctx)
}

// close closes whatever is open.
func (p *program) close() error {
	p.end()
	p.joining.end()
	p.restoring.work.wait()
	p.moving.Lock()
	defer p.moving.Unlock()
	p.mu.Lock()
	o, d := p.office, p.demo
	p.office, p.demo = nil, nil
	p.mu.Unlock()
	p.api.OfficeChanged()
	switch {
	case d != nil:
		return d.Close()
	case o != nil:
		return o.Close()
	}
	return nil
}
