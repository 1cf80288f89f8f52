package app

import (
	"github.com/spf13/cobra"

	"sitegroup.mx/crm/backend/fault"
)

// window is what the program does without a command. A build without a window shows itself in the browser.
func (c *command) window(cmd *cobra.Command, args []string) (err error) {
	if !hasWindow {
		c.addr, c.open = "127.0.0.1:8765", true
		return c.serve(cmd, args)
	}
	if !hasDisplay(c.Env) {
		return fault.New("window.missing")
	}
	home, done, err := c.home()
	if err != nil {
		return err
	}
	defer closing(&err, done.Close)
	return c.showWindow(cmd.Context(), home, false)
}
