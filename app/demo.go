package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/backend/meta/graphsim"
	"sitegroup.mx/crm/backend/secret"
)

// demoPassword is every demo user's. It guards nothing: the office exists only while the demo runs.
const demoPassword = "demo-sitegroup"

// demoPast is how long the demo office has been at work.
const demoPast = 28 * 24 * time.Hour

// demoZone is where the demo's office opens and closes.
const demoZone = "America/Mexico_City"

// demoUser is an invented person of the demo office.
type demoUser struct {
	Login, Name string
	Role        account.Role
}

// demoUsers are the administrator and six sellers.
var demoUsers = []demoUser{
	{"lucia", "Lucía Robles", account.RoleAdmin},
	{"sofia", "Sofía Arriaga", account.RoleSeller},
	{"diego", "Diego Montaño", account.RoleSeller},
	{"valeria", "Valeria Cota", account.RoleSeller},
	{"andres", "Andrés Villaseñor", account.RoleSeller},
	{"mariana", "Mariana Ochoa", account.RoleSeller},
	{"emilio", "Emilio Zavala", account.RoleSeller},
}

// demoOptions say how lively the demo is.
type demoOptions struct {
	every      time.Duration // pause between new leads; 0 sends none
	backlog    int           // leads there are at the start
	syncListen string
}

// demoOffice is a throw-away office with a Meta of its own.
type demoOffice struct {
	*openOffice
	dir   string
	clock *pastClock
	zone  *time.Location // the office's, whatever this computer's is
	sim   *graphsim.Sim
	admin account.Viewer
	forms []string
}

// openDemo makes the office in a folder of the system's for such things, connects it to the simulator over HTTP like any
// other, and plays its past.
func openDemo(ctx context.Context, log logrus.FieldLogger, opt demoOptions, around surroundings) (_ *demoOffice, err error) {
	dir, err := os.MkdirTemp("", "sitegroup-demo-")
	if err != nil {
		return nil, fmt.Errorf("make demo folder: %w", err)
	}
	zone, err := time.LoadLocation(demoZone)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("find the demo's zone: %w", err), os.RemoveAll(dir))
	}
	d := &demoOffice{dir: dir, clock: &pastClock{back: demoPast}, zone: zone}
	d.sim = graphsim.New(graphsim.Config{Clock: d.clock, Seed: 1, WithoutControl: true})
	defer func() {
		if err != nil {
			err = errors.Join(err, d.Close())
		}
	}()
	vault, err := secret.File(filepath.Join(dir, "keys.json"))
	if err != nil {
		return nil, fmt.Errorf("make demo keys: %w", err)
	}
	d.openOffice, err = createOffice(ctx, place{folder: folder(dir), vault: vault, clock: d.clock, log: log, syncListen: opt.syncListen}, newOffice{
		Name: "Casa Jacaranda", Timezone: demoZone,
		Admin: account.NewUser{Login: demoUsers[0].Login, Name: demoUsers[0].Name, Role: account.RoleAdmin, Password: demoPassword},
	})
	if err != nil {
		return nil, fmt.Errorf("create demo office: %w", err)
	}
	if d.admin, err = d.firstAdmin(ctx, ""); err != nil {
		return nil, err
	}
	for _, u := range demoUsers[1:] {
		_, err := d.Accounts.CreateUser(ctx, d.admin, account.NewUser{Login: u.Login, Name: u.Name, Role: u.Role, Password: demoPassword})
		if err != nil {
			return nil, fmt.Errorf("create demo user: %w", err)
		}
	}
	if err := d.connect(ctx, opt.backlog); err != nil {
		return nil, err
	}
	d.live(ctx, opt.every, around)
	return d, nil
}

// connect starts the simulator and connects to it, the way an administrator does on the connection page.
func (d *demoOffice) connect(ctx context.Context, backlog int) error {
	world := d.sim.SeedDemo()
	address, err := d.sim.Start()
	if err != nil {
		return fmt.Errorf("start simulator: %w", err)
	}
	status, err := d.Intake.Connect(ctx, d.admin, intake.Connection{
		AppID: string(world.App), AppSecret: string(world.AppSecret), Token: string(world.Token), BaseURL: address,
	})
	if err != nil {
		return fmt.Errorf("connect demo: %w", err)
	}
	on := true
	for _, page := range status.Pages {
		if _, err := d.Intake.UpdatePage(ctx, d.admin, page.ID, intake.PagePatch{Active: &on}); err != nil {
			return fmt.Errorf("switch on demo page: %w", err)
		}
	}
	if status, err = d.Intake.Status(ctx, d.admin); err != nil {
		return fmt.Errorf("read demo forms: %w", err)
	}
	for _, form := range status.Forms {
		if form.Status != "ACTIVE" {
			continue
		}
		if _, err := d.Intake.UpdateForm(ctx, d.admin, form.ID, intake.FormPatch{Active: &on}); err != nil {
			return fmt.Errorf("switch on demo form: %w", err)
		}
		d.forms = append(d.forms, form.ID)
	}
	if err := d.writeTemplates(ctx); err != nil {
		return err
	}
	if err := d.shareByRule(ctx); err != nil {
		return err
	}
	if err := d.playPast(ctx, backlog); err != nil {
		return err
	}
	for _, next := range []func(context.Context) error{d.planToday, d.registerTwice, d.tidyUp, d.handOne, d.openHours} {
		if err := next(ctx); err != nil {
			return err
		}
	}
	return nil
}

// pull asks every form for its leads, as the poll does by itself at a slower pace.
func (d *demoOffice) pull(ctx context.Context) error {
	for _, form := range d.forms {
		if _, err := d.Intake.PullNow(ctx, d.admin, form); err != nil {
			return fmt.Errorf("pull demo form: %w", err)
		}
	}
	return nil
}

// live starts the office's own work and the arrival of leads.
func (d *demoOffice) live(ctx context.Context, every time.Duration, around surroundings) {
	d.work(ctx, around)
	if every <= 0 {
		return
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	quiet := d.stop
	d.stop = func() { stop(); quiet() }
	d.crew.start("demo", running.Done(), func() {
		for {
			select {
			case <-running.Done():
				return
			case <-time.After(every):
			}
			_, err := d.sim.NextDemoLead()
			if err == nil {
				err = d.pull(running)
			}
			if err != nil && running.Err() == nil {
				d.log.WithError(err).Warn("a demo lead did not arrive")
			}
		}
	})
}

// Close ends everything and removes the folder.
func (d *demoOffice) Close() error {
	var errs []error
	if d.openOffice != nil {
		errs = append(errs, d.openOffice.Close())
	}
	if err := d.sim.Close(); err != nil {
		errs = append(errs, fmt.Errorf("stop simulator: %w", err))
	}
	if err := os.RemoveAll(d.dir); err != nil {
		errs = append(errs, fmt.Errorf("remove demo folder: %w", err))
	}
	return errors.Join(errs...)
}
