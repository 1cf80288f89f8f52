package app

import (
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/intake"
)

func (c *command) demoCommand() *cobra.Command {
	cmd := c.command("demo", "demo", cobra.NoArgs, c.demo)
	c.addrFlags(cmd)
	c.text(cmd.Flags(), &c.surface, "surface", surfaceAuto)
	cmd.Flags().DurationVar(&c.every, "every", usualEvery, c.usage("every"))
	cmd.Flags().IntVar(&c.backlog, "backlog", usualBacklog, c.usage("backlog"))
	return cmd
}

// What a demo is like when nobody says otherwise; the one opened from the setup screen is always like this.
const (
	usualEvery   = 6 * time.Second
	usualBacklog = 48
)

func (c *command) demo(cmd *cobra.Command, _ []string) (err error) {
	switch c.surface {
	case surfaceAuto:
		c.surface = surfaceBrowser
		if hasWindow && hasDisplay(c.Env) {
			c.surface = surfaceWindow
		}
	case surfaceWindow, surfaceBrowser:
	default:
		return fault.Invalid("surface", "demo.surface")
	}
	var listener net.Listener
	if c.surface == surfaceBrowser {
		if listener, err = takeAddress(cmd.Context(), c.addr); err != nil {
			return err
		}
		defer listener.Close() //nolint:errcheck // the server has closed it, unless the demo did not open
	}
	home, done, err := c.demoHome()
	if err != nil {
		return err
	}
	defer func() {
		closing(&err, done)
		c.sayGoodbye(err)
	}()
	if c.surface == surfaceWindow {
		return c.showWindow(cmd.Context(), home, true)
	}
	p := newProgram(cmd.Context(), c, home, surfaceBrowser, nil, c.tellLead)
	defer closing(&err, p.close)
	fmt.Fprintln(c.Out, c.say.say("demo.preparing"))
	if err := p.startDemo(cmd.Context()); err != nil {
		home.log.WithError(err).Error("demo did not open")
		return err
	}
	return c.answer(cmd.Context(), p, listener, c.tellUsers)
}

// demoHome is what lies behind a demo: the folder that `serve` would open, untouched unless somebody leaves the demo and
// sets up an office. The log goes to a folder that is removed at the end.
func (c *command) demoHome() (_ place, done func() error, err error) {
	f, err := chooseFolder(c.data, c.Env)
	if err != nil {
		return place{}, nil, err
	}
	vault, err := vaultFor(c.keyFile)
	if err != nil {
		return place{}, nil, err
	}
	level, err := logrus.ParseLevel(c.logLevel)
	if err != nil {
		return place{}, nil, fmt.Errorf("read log level: %w", err)
	}
	dir, err := os.MkdirTemp("", "sitegroup-demo-log-")
	if err != nil {
		return place{}, nil, folderFault(fmt.Errorf("make demo folder: %w", err), os.TempDir())
	}
	log, file := openLog(folder(dir), level, c.Err)
	return place{folder: f, vault: vault, clock: clock.System{}, log: log, syncListen: c.syncListen}, func() error {
		return removeAfter(file, dir)
	}, nil
}

func removeAfter(file io.Closer, dir string) error {
	if err := file.Close(); err != nil {
		return fmt.Errorf("close log: %w", err)
	}
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("remove demo folder: %w", err)
	}
	return nil
}

// sayGoodbye tells that a demo has left nothing behind.
func (c *command) sayGoodbye(err error) {
	if err == nil {
		fmt.Fprintln(c.Out, c.say.say("demo.end"))
	}
}

func (c *command) tellUsers() {
	fmt.Fprintln(c.Out, c.say.say("demo.users", "password", demoPassword))
	for _, u := range demoUsers {
		role := "demo.roleSeller"
		if u.Role == account.RoleAdmin {
			role = "demo.roleAdmin"
		}
		fmt.Fprintln(c.Out, c.say.say("demo.user", "login", fmt.Sprintf("%-8s", u.Login), "name", u.Name, "role", c.say.say(role)))
	}
	fmt.Fprintln(c.Out, c.say.say("demo.leads"))
}

// leadStates are the words for what became of a lead.
var leadStates = map[intake.State]string{
	intake.StateRegistered: "demo.state.registered", intake.StateLinked: "demo.state.linked", intake.StateTest: "demo.state.test",
	intake.StateHeld: "demo.state.held", intake.StateFailed: "demo.state.failed",
}

// tellLead prints a lead's line: what it became and with whom it is, and nothing about the person.
func (c *command) tellLead(n intake.LeadNotice) {
	seller := n.SellerName
	if seller == "" {
		seller = c.say.say("demo.noSeller")
	}
	fmt.Fprintln(c.Out, c.say.say("demo.lead", "id", n.LeadID, "state", fmt.Sprintf("%-14s", c.say.say(leadStates[n.State])), "seller", seller))
}
