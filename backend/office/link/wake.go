package link

import (
	"context"
	"net"
	"slices"
	"time"

	"sitegroup.mx/crm/backend/clock"
)

// How a sleep of the computer and a change of its network are noticed.
var (
	awake = 5 * time.Second  // how often somebody looks
	slept = 15 * time.Second // more than a busy computer is late
)

// wokeUp reports whether the computer has slept while a timer was running: the wall clock goes on meanwhile. A clock that
// is set ahead looks the same, and a connection more does no harm.
func wokeUp(timer, wall time.Duration) bool { return wall > timer+slept }

// wall is how much later the wall clock is; what runs beside it stands still on some systems while a computer sleeps.
func wall(before, after time.Time) time.Duration { return after.Round(0).Sub(before.Round(0)) }

// localIPs are the addresses of this computer; nil when the system does not tell.
func localIPs() []string {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var ips []string
	for _, a := range addrs {
		if network, ok := a.(*net.IPNet); ok {
			ips = append(ips, network.IP.String())
		}
	}
	slices.Sort(ips)
	return ips
}

// watch ends a connection that the computer has slept through, or whose own address is gone: neither end would notice
// before the other one had been silent for long. The next one is made at once.
func (c *Client) watch(ctx context.Context, conn *conn, local net.Addr) {
	own := addressOf(local.String())
	known := slices.Contains(c.deps.Networks(), own)
	for {
		before := c.deps.Clock.Now()
		select {
		case <-ctx.Done():
			return
		case <-conn.gone:
			return
		case <-c.deps.Clock.After(awake):
		}
		asleep := wokeUp(awake, wall(before, c.deps.Clock.Now()))
		if !asleep && (!known || slices.Contains(c.deps.Networks(), own)) {
			continue
		}
		c.deps.Log.WithField("slept", asleep).Info("the connection is made anew")
		nudge(c.retry)
		conn.close()
		return
	}
}

// Changes calls fn whenever this computer has slept, or its addresses are others than before, until ctx ends.
func Changes(ctx context.Context, clk clock.Clock, fn func()) {
	networks := localIPs()
	for {
		before := clk.Now()
		select {
		case <-ctx.Done():
			return
		case <-clk.After(awake):
		}
		now := localIPs()
		if wokeUp(awake, wall(before, clk.Now())) || !slices.Equal(networks, now) {
			networks = now
			fn()
		}
	}
}
