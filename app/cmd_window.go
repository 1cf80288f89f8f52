package app

import (
	"github.com/spf13/cobra"
)

// window is what the program does without a command. A build without a window, or one on a machine without a display, shows
// itself in the browser.
func (c *command) window(cmd *cobra.Command, args []string) (err error) {
	if display := hasDisplay(c.Env); !hasWindow || !display {
		c.open = c.open || display
		return c.serve(cmd, args)
	}
	home, done, err := c.home()
	if err != nil {
		return err
	}
	defer closing(&err, done.Close)
	return c.showWindow(cmd.Context(), home, false)
}
