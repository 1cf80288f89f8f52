package app

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
)

// graphsimCommand runs the simulated Meta alone, for the browser tests. Its one line of output holds everything needed to
// connect to it, all of it invented.
func (c *command) graphsimCommand() *cobra.Command {
	// Not the demo's variables: a flag's default is written when the flag is made, and the last one would win.
	var quiet demoOptions
	cmd := c.command("graphsim", "graphsim", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		return c.graphsim(cmd, quiet)
	})
	cmd.Hidden = true
	cmd.Flags().DurationVar(&quiet.every, "every", 0, c.usage("every"))
	cmd.Flags().IntVar(&quiet.backlog, "backlog", 0, c.usage("backlog"))
	return cmd
}

func (c *command) graphsim(cmd *cobra.Command, leads demoOptions) (err error) {
	sim := graphsim.New(graphsim.Config{Clock: clock.System{}, Seed: 1})
	demo := sim.SeedDemo()
	if err := sim.SeedDemoLeads(leads.backlog, 3*24*time.Hour); err != nil {
		return fmt.Errorf("make backlog: %w", err)
	}
	address, err := sim.Start()
	if err != nil {
		return fmt.Errorf("start simulator: %w", err)
	}
	defer func() {
		if closeErr := sim.Close(); err == nil {
			err = closeErr
		}
	}()
	// Secrets of this simulator print themselves hidden; whoever started it needs their text.
	line := struct {
		URL       string    `json:"url"`
		AppID     meta.ID   `json:"app_id"`
		AppSecret string    `json:"app_secret"`
		Token     string    `json:"token"`
		UserToken string    `json:"user_token"`
		Page      meta.ID   `json:"page"`
		Forms     []meta.ID `json:"forms"`
	}{address, demo.App, string(demo.AppSecret), string(demo.Token), string(demo.UserToken), demo.Page, demo.Forms}
	if err := json.NewEncoder(c.Out).Encode(line); err != nil {
		return fmt.Errorf("print connection: %w", err)
	}
	for {
		var next <-chan time.Time
		if leads.every > 0 {
			next = time.After(leads.every)
		}
		select {
		case <-cmd.Context().Done():
			return nil
		case <-next:
			if _, err := sim.NextDemoLead(); err != nil {
				return fmt.Errorf("make lead: %w", err)
			}
		}
	}
}
