// Package app is the program put together: it reads flags, opens the office, starts what runs beside it, and shows the UI in
// the window or in a browser. It is the only place that knows of the command line, the environment, the window, the log
// file and the machine's clock; it holds no business rule, no SQL and no sentence (those are in frontend/src/locales).
// Nothing imports it but main.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"sitegroup.mx/crm/backend/fault"
)

// version is set by the linker; see build/make/version.sh.
var version = "dev"

// Exit codes of the program.
const (
	exitFine   = 0
	exitFault  = 1 // something a sentence was printed about
	exitMisuse = 2 // the command line was not understood
)

// IO is what surrounds a command: its streams and its environment.
type IO struct {
	In       io.Reader
	Out, Err io.Writer
	Env      func(string) string
}

// StandardIO is the process's own.
func StandardIO() IO {
	attachConsole()
	return IO{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Env: os.Getenv}
}

// Main runs the command in args (without the program's name) until it ends or the process is told to, and returns the
// exit code.
func Main(args []string, around IO) int {
	// Started by a double click on Windows, cobra would otherwise print a lecture and leave. It keeps this in a variable of
	// its own, so it is set once a process and not once a Run.
	cobra.MousetrapHelpText = ""
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return Run(ctx, args, around)
}

// Run is Main without the process: it ends when ctx does.
func Run(ctx context.Context, args []string, around IO) int {
	c := &command{IO: around}
	root := c.root()
	root.SetArgs(args)
	root.SetIn(around.In)
	root.SetOut(around.Out)
	root.SetErr(around.Err)
	err := root.ExecuteContext(ctx)
	return c.end(err)
}

// command is one run of the program: its surroundings and what its flags say.
type command struct {
	IO
	flags
	say sentences
	// started is set once cobra has understood the command line.
	started bool
}

// end says what went wrong, if anything, and gives the exit code.
func (c *command) end(err error) int {
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return exitFine
	case !c.started:
		c.speak()
		fmt.Fprintln(c.Err, c.say.say("usage", "problem", err))
		return exitMisuse
	}
	fmt.Fprintln(c.Err, c.say.explain(err))
	if fault.Code(err) == fault.CodeInternal {
		fmt.Fprintln(c.Err, c.say.say("seeLog"))
	}
	return exitFault
}

// speak loads the sentences of the language asked for.
func (c *command) speak() {
	if c.say == nil {
		c.say = loadSentences(c.language)
	}
}

func (c *command) root() *cobra.Command {
	c.language = c.Env("SITEGROUP_LANGUAGE")
	c.speak() // help is printed before flags are read
	root := c.command("sitegroup-crm", "root", cobra.NoArgs, c.window)
	c.addrFlags(root) // for where there is no window
	root.SilenceErrors, root.SilenceUsage = true, true
	root.Version = version
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommand(&cobra.Command{Hidden: true})
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error { return c.prepare(cmd) }

	shared := root.PersistentFlags()
	c.text(shared, &c.data, "data", "")
	c.text(shared, &c.keyFile, "key-file", "")
	c.text(shared, &c.syncListen, "sync-listen", "")
	c.text(shared, &c.logLevel, "log-level", "info")
	c.text(shared, &c.language, "language", languages[0])
	root.AddCommand(c.serveCommand(), c.demoCommand(), c.importCommand(), c.backupCommand(), c.restoreCommand(), c.doctorCommand(), c.relayCommand(), c.graphsimCommand())
	c.translateHelp(root)
	return root
}

// command makes a cobra command whose words are sentences.
func (c *command) command(use, key string, args cobra.PositionalArgs, run func(*cobra.Command, []string) error) *cobra.Command {
	return &cobra.Command{Use: use, Short: c.say.say(key + ".short"), Long: c.say.say(key + ".long"), Args: args, RunE: run}
}

// prepare fills flags from the environment and loads the language; it runs before every command.
func (c *command) prepare(cmd *cobra.Command) error {
	var err error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if value := c.Env(variable(f.Name)); err == nil && value != "" && !f.Changed && !cobraOwn(f) {
			if e := f.Value.Set(value); e != nil {
				err = fmt.Errorf("%s: %w", variable(f.Name), e)
			}
		}
	})
	if err != nil {
		return err
	}
	if _, e := logrus.ParseLevel(c.logLevel); e != nil {
		return fmt.Errorf("--log-level: %w", e)
	}
	c.say = nil
	c.speak()
	c.started = true
	return nil
}
