package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"

	"sitegroup.mx/crm/backend/clock"
)

func (c *command) serveCommand() *cobra.Command {
	cmd := c.command("serve", "serve", cobra.NoArgs, c.serve)
	c.addrFlags(cmd)
	return cmd
}

// home opens the log and finds folder and keys. What it opens, done closes.
func (c *command) home() (_ place, done io.Closer, err error) {
	f, err := chooseFolder(c.data, c.Env)
	if err != nil {
		return place{}, nil, err
	}
	if err := f.make(); err != nil {
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
	log, file := openLog(f, level, c.Err)
	log.WithFields(logrus.Fields{"version": version}).Info("program started")
	return place{folder: f, vault: vault, clock: clock.System{}, log: log, syncListen: c.syncListen}, file, nil
}

func (c *command) serve(cmd *cobra.Command, _ []string) (err error) {
	ctx := cmd.Context()
	listener, err := takeAddress(ctx, c.addr) // before anything is opened for nothing
	if err != nil {
		return err
	}
	defer listener.Close() //nolint:errcheck // the server has closed it, unless the office did not open
	home, done, err := c.home()
	if err != nil {
		return err
	}
	defer closing(&err, done.Close)
	p := newProgram(ctx, c, home, surfaceBrowser, nil, nil)
	defer closing(&err, p.close)
	if err := p.open(ctx); err != nil {
		home.log.WithError(err).Error("office did not open")
		return err
	}
	return c.answer(ctx, p, listener, nil)
}

// answer serves a program to the browser until ctx ends. It prints the address once it answers, and what ready adds.
func (c *command) answer(ctx context.Context, p *program, listener net.Listener, ready func()) error {
	work := crew{log: p.home.log}
	s := newServer(ctx, listener, p.site, p.home.log)
	fmt.Fprintln(c.Out, c.say.say("serve.ready", "address", s.address()))
	fmt.Fprintln(c.Out, c.say.say("serve.stop"))
	if ready != nil {
		ready()
	}
	if c.open {
		if err := openBrowser(ctx, s.address()); err != nil {
			p.home.log.WithError(err).Warn("browser did not open")
		}
	}
	err := s.run(ctx, &work)
	work.wait()
	return err
}

// closing runs a closer and keeps its error when there is no other.
func closing(err *error, closer func() error) {
	*err = errors.Join(*err, closer())
}
