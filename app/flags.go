package app

import (
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flags are what the command line or the environment said.
type flags struct {
	data, keyFile, logLevel, language, syncListen string

	addr string
	open bool

	surface string
	every   time.Duration
	backlog int

	as      string
	withKey bool
}

// The surfaces a demo can show itself on.
const (
	surfaceAuto    = "auto"
	surfaceWindow  = "window"
	surfaceBrowser = "browser"
)

// variable is the environment variable of a flag: SITEGROUP_KEY_FILE for --key-file.
func variable(flag string) string {
	return "SITEGROUP_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// cobraOwn reports whether a flag is one that cobra adds to every command.
func cobraOwn(f *pflag.Flag) bool { return f.Name == "help" || f.Name == "version" }

func (c *command) usage(name string) string { return c.say.say("flag." + name) }

func (c *command) text(set *pflag.FlagSet, to *string, name, usual string) {
	set.StringVar(to, name, usual, c.usage(name))
}

func (c *command) addrFlags(cmd *cobra.Command) {
	c.text(cmd.Flags(), &c.addr, "addr", "127.0.0.1:8765")
	cmd.Flags().BoolVar(&c.open, "open", false, c.usage("open"))
}

// translateHelp replaces cobra's English frame.
func (c *command) translateHelp(root *cobra.Command) {
	root.SetUsageTemplate(strings.NewReplacer(
		"USAGE", c.say.say("help.usage"), "COMMANDS", c.say.say("help.commands"), "FLAGS", c.say.say("help.flags"),
		"MORE", c.say.say("help.more"),
	).Replace(usageTemplate))
	root.SetVersionTemplate("sitegroup-crm {{.Version}}\n")
	for _, cmd := range append(root.Commands(), root) {
		cmd.InitDefaultHelpFlag()
		cmd.Flags().Lookup("help").Usage = c.usage("help")
	}
	root.InitDefaultVersionFlag()
	root.Flags().Lookup("version").Usage = c.usage("version")
}

const usageTemplate = `USAGE:
  {{.UseLine}}{{if .HasAvailableSubCommands}}
  {{.CommandPath}} COMMAND{{end}}
{{if .HasAvailableSubCommands}}
COMMANDS:{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}
{{end}}
FLAGS:
{{.Flags.FlagUsages | trimTrailingWhitespaces}}
{{if .HasAvailableSubCommands}}
MORE
{{end}}`
