package app

import (
	"bufio"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/recovery"
)

// restoreSteps are the sentences of recovery's steps.
var restoreSteps = map[string]string{
	recovery.StepUnseal: "restore.unseal", recovery.StepCheck: "restore.check", recovery.StepTakeOver: "restore.takeover",
	recovery.StepAside: "restore.aside", recovery.StepKey: "restore.key", recovery.StepSwap: "restore.swap",
	recovery.StepTakeUp: "restore.takeup",
}

func (c *command) restoreCommand() *cobra.Command {
	return c.command("restore FILE", "restore", cobra.ExactArgs(1), c.restore)
}

// restore brings an office back from a sealed backup, and makes this computer its host. What is in the folder is put aside.
// The recovery code is read from the input: arguments end in a shell's history.
func (c *command) restore(cmd *cobra.Command, args []string) (err error) {
	path, err := filepath.Abs(args[0])
	if err != nil {
		return fault.Wrap(fmt.Errorf("find backup: %w", err), "backup.path", "path", args[0])
	}
	home, done, err := c.home()
	if err != nil {
		return err
	}
	defer closing(&err, done.Close)
	fmt.Fprintln(c.Out, c.say.say("restore.code"))
	line, err := bufio.NewReader(c.In).ReadString('\n')
	if err != nil && line == "" {
		return fault.Wrap(fmt.Errorf("read recovery code: %w", err), identity.CodeRecoveryMalformed)
	}
	code, err := identity.ParseCode(line)
	if err != nil {
		return err
	}
	left, err := lookAtOffice(cmd, home, code)
	if err != nil {
		return err
	}
	say := func(step string) { fmt.Fprintln(c.Out, c.say.say(restoreSteps[step])) }
	made, err := restoreOffice(cmd.Context(), home, path, code, left, say)
	if err != nil {
		return err
	}
	o, err := openFolder(cmd.Context(), home)
	if err != nil {
		return err
	}
	if left != nil {
		say(recovery.StepTakeUp)
	}
	if err := errors.Join(o.finishRestore(cmd.Context()), markReady(home.folder), o.Close()); err != nil {
		return err
	}
	fmt.Fprintln(c.Out, c.say.say("restore.done", "at", clock.Format(made.MadeAt)))
	return nil
}

// lookAtOffice answers office.in_use while a program has the folder's office open, and what a member there leaves behind. An
// office that cannot be opened for another reason is what a restore is for.
func lookAtOffice(cmd *cobra.Command, home place, code identity.Code) (*leftBehind, error) {
	if err := resumeRestore(home); err != nil {
		return nil, err
	}
	o, err := openFolder(cmd.Context(), home)
	switch {
	case err == nil && o.Member != nil:
		left, err := leave(cmd.Context(), o, code)
		return left, errors.Join(err, o.Close())
	case err == nil:
		return nil, o.Close()
	case fault.Has(err, "office.in_use"):
		return nil, err
	case errors.Is(err, cmd.Context().Err()):
		return nil, err
	}
	return nil, nil
}
