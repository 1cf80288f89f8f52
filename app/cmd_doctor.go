package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"text/tabwriter"

	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/relay/natsbox"
	"sitegroup.mx/crm/backend/secret"
	"sitegroup.mx/crm/frontend"
)

func (c *command) doctorCommand() *cobra.Command {
	var relay string
	cmd := c.command("doctor", "doctor", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		if relay != "" {
			findings, bad := c.lookAtRelay(cmd.Context(), relay)
			return errors.Join(c.printFindings(findings), bad)
		}
		return c.doctor(cmd)
	})
	c.text(cmd.Flags(), &relay, "relay", "")
	return cmd
}

// finding is one line of doctor's report.
type finding struct {
	what, state, detail string
}

// States of a finding.
const (
	findingOK   = "doctor.ok"
	findingNote = "doctor.note"
	findingBad  = "doctor.bad"
)

// doctor looks at everything the program stands on. It changes nothing and ends with a fault when something is bad.
func (c *command) doctor(cmd *cobra.Command) error {
	f, err := chooseFolder(c.data, c.Env)
	if err != nil {
		return err
	}
	findings := []finding{
		{"doctor.version", findingOK, version},
		{"doctor.folder", findingOK, string(f)},
		{"doctor.log", findingOK, f.logFile()},
	}
	more, bad := c.lookAtOffice(cmd.Context(), f)
	findings = append(append(findings, more...), c.lookAtScreens()...)

	if err := c.printFindings(findings); err != nil {
		return err
	}
	fmt.Fprintf(c.Out, "\n%s\n", c.say.say("doctor.variables"))
	if err := c.printVariables(cmd.Root()); err != nil {
		return err
	}
	return bad
}

func (c *command) printFindings(findings []finding) error {
	table := tabwriter.NewWriter(c.Out, 0, 0, 2, ' ', 0)
	for _, x := range findings {
		fmt.Fprintf(table, "%s\t%s\t%s\n", c.say.say(x.what), c.say.say(x.state), x.detail)
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print findings: %w", err)
	}
	return nil
}

// lookAtOffice opens keyring and database. The second result is what makes doctor end badly.
func (c *command) lookAtOffice(ctx context.Context, f folder) ([]finding, error) {
	where := c.say.say("doctor.keyringSystem")
	if c.keyFile != "" {
		where = c.say.say("doctor.keyringFile", "path", c.keyFile)
	}
	vault, err := vaultFor(c.keyFile)
	if err == nil {
		err = probe(vault)
	}
	if err != nil {
		return []finding{{"doctor.keyring", findingBad, where + ": " + c.say.explain(err)}}, err
	}
	findings := []finding{{"doctor.keyring", findingOK, where}}

	silent := logrus.New()
	silent.SetOutput(io.Discard)
	o, err := openFolder(ctx, place{folder: f, vault: vault, clock: clock.System{}, log: silent})
	if fault.Has(err, "setup.needed") {
		return append(findings, finding{"doctor.database", findingNote, c.say.say("doctor.databaseNone")}), nil
	}
	if fault.Has(err, "office.in_use") {
		return append(findings, finding{"doctor.database", findingNote, c.say.explain(err)}), nil
	}
	if err != nil {
		return append(findings, finding{"doctor.database", findingBad, c.say.explain(err)}), err
	}
	stats, err := o.Store.Stats(ctx)
	if err == nil {
		err = o.Store.Check(ctx)
	}
	if err = errors.Join(err, o.Close()); err != nil {
		return append(findings, finding{"doctor.database", findingBad, c.say.explain(err)}), err
	}
	return append(findings, finding{
		"doctor.database", findingOK, c.say.say("doctor.databaseOpen", "cipher", stats.Cipher, "size", megabytes(stats.FileBytes)),
	}), nil
}

// probe asks the vault for something that is not there: an answer of any kind means that it can be opened.
func probe(vault secret.Vault) error {
	if _, err := vault.Get("doctor"); err != nil && !errors.Is(err, secret.ErrNotFound) {
		return err
	}
	return nil
}

func (c *command) lookAtScreens() []finding {
	screens := finding{"doctor.screens", findingOK, c.say.say("doctor.screensHere")}
	if _, err := fs.Stat(frontend.Dist(), "index.html"); err != nil {
		screens = finding{"doctor.screens", findingNote, c.say.say("doctor.screensMissing")}
	}
	surface := finding{"doctor.surface", findingOK, c.say.say("doctor.surfaceWindow")}
	switch {
	case !hasWindow:
		surface = finding{"doctor.surface", findingNote, c.say.say("doctor.surfaceBrowser")}
	case !hasDisplay(c.Env):
		surface = finding{"doctor.surface", findingNote, c.say.say("doctor.noDisplay")}
	}
	return []finding{screens, surface}
}

// printVariables lists the environment variable of every flag, with what it is set to.
func (c *command) printVariables(root *cobra.Command) error {
	table := tabwriter.NewWriter(c.Out, 0, 0, 2, ' ', 0)
	seen := map[string]bool{}
	list := func(f *pflag.Flag) {
		if cobraOwn(f) || seen[f.Name] {
			return
		}
		seen[f.Name] = true
		value := c.Env(variable(f.Name))
		if f.Name == "nats" && value != "" {
			value = natsbox.Redacted(value)
		}
		fmt.Fprintf(table, "  %s\t%s\t--%s\t%s\n", variable(f.Name), value, f.Name, f.Usage)
	}
	root.PersistentFlags().VisitAll(list)
	for _, cmd := range root.Commands() {
		if !cmd.Hidden {
			cmd.Flags().VisitAll(list)
		}
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print variables: %w", err)
	}
	return nil
}
