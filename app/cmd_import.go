package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/intake"
)

func (c *command) importCommand() *cobra.Command {
	cmd := c.command("import FILE", "import", cobra.ExactArgs(1), c.importFile)
	c.text(cmd.Flags(), &c.as, "as", "")
	return cmd
}

func (c *command) importFile(cmd *cobra.Command, args []string) (err error) {
	content, err := os.ReadFile(args[0])
	if err != nil {
		return fault.Wrap(fmt.Errorf("read file: %w", err), "import.file", "path", args[0])
	}
	home, done, err := c.home()
	if err != nil {
		return err
	}
	defer closing(&err, done.Close)
	o, err := openFolder(cmd.Context(), home)
	if err != nil {
		return err
	}
	defer closing(&err, o.Close)
	if o.Member != nil {
		return fault.New("host.only")
	}
	viewer, err := o.firstAdmin(cmd.Context(), c.as)
	if err != nil {
		return err
	}
	end, err := o.importFile(cmd.Context(), viewer, filepath.Base(args[0]), content)
	if err != nil {
		return err
	}
	p := end.Progress
	fmt.Fprintln(c.Out, c.say.say("import.done", "registered", p.Registered, "linked", p.Linked, "known", p.Known,
		"test", p.Test, "held", p.Held, "failed", p.Failed))
	if p.Unreachable > 0 {
		fmt.Fprintln(c.Out, c.say.say("import.unreachable", "n", p.Unreachable))
	}
	return nil
}

// importFile takes a file through the same steps as the screen, with the columns the program recognises by itself, and
// returns once it is through.
func (o *openOffice) importFile(ctx context.Context, v account.Viewer, name string, content []byte) (intake.Import, error) {
	made, err := o.Intake.Preview(ctx, v, name, content)
	if err != nil {
		return intake.Import{}, err
	}
	// The import itself goes on in intake's own loops; here only until it has ended.
	moved := make(chan struct{}, 1)
	cancel := o.Intake.OnImport(func(string) {
		select {
		case moved <- struct{}{}:
		default:
		}
	})
	defer cancel()
	if _, err := o.Intake.RunImport(ctx, v, made.ID); err != nil {
		return intake.Import{}, err
	}
	o.work(ctx, surroundings{})
	for {
		now, err := o.Intake.Import(ctx, v, made.ID)
		if err != nil || now.State == intake.ImportDone || now.State == intake.ImportCancelled {
			return now, err
		}
		select {
		case <-moved:
		case <-time.After(time.Second): // in case the last word was said before we listened
		case <-ctx.Done():
			return intake.Import{}, ctx.Err()
		}
	}
}
