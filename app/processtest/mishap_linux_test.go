package processtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"syscall"
	"time"
)

// mishap is what happens to one computer for a while. When it has returned, the computer runs, and its cable is whole.
type mishap struct {
	name  string
	wired bool // it happens to a cable
	do    func(ctx context.Context, o *office, c *computer, rng *rand.Rand) error
}

var mishaps = []mishap{
	{"kill", false, kill},
	{"kill", false, kill},
	{"kill", false, kill},
	{"kill at the start", false, killAtStart},
	{"take away and kill", false, takeAwayAndKill},
	{"take away and kill", false, takeAwayAndKill},
	{"stop", false, stop},
	{"freeze", false, freeze},
	{"cut", true, cut(true, true)},
	{"cut", true, cut(true, true)},
	{"cut one way", true, cut(true, false)},
	{"cut the other way", true, cut(false, true)},
	{"slow down", true, slowDown},
	{"slow down", true, slowDown},
	{"cut and kill", true, cutAndKill},
}

// trouble has mishaps happen to every computer, each on its own, until the context ends.
func (o *office) trouble(ctx context.Context, round int) (wait func() error) {
	var suffering sync.WaitGroup
	errs := make(chan error, len(o.members)+1)
	for _, c := range o.all() {
		rng := random(o.seed, "trouble", round, c.Name)
		suffering.Go(func() {
			for pause(ctx, rng, 200, 2500) {
				m := mishaps[rng.IntN(len(mishaps))]
				if m.wired && c.place.port == nil {
					m = mishap{"freeze", false, freeze}
				}
				o.counts.add(m.name, 1)
				if err := m.do(ctx, o, c, rng); err != nil {
					errs <- fmt.Errorf("%s of %s: %w", m.name, c.Name, err)
					return
				}
			}
		})
	}
	return func() error {
		suffering.Wait()
		select {
		case err := <-errs:
			return err
		default:
			return nil
		}
	}
}

// pause waits for a while and reports whether there is time for more.
func pause(ctx context.Context, rng *rand.Rand, from, to int) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(time.Duration(from+rng.IntN(to-from)) * time.Millisecond):
		return ctx.Err() == nil
	}
}

func kill(ctx context.Context, _ *office, c *computer, rng *rand.Rand) error {
	if err := c.End(syscall.SIGKILL); err != nil {
		return err
	}
	pause(ctx, rng, 1, 1500)
	return c.Start(context.WithoutCancel(ctx)) // it runs when its trouble is over
}

// killAtStart kills a program several times while it opens its file, and perhaps connects.
func killAtStart(ctx context.Context, _ *office, c *computer, rng *rand.Rand) error {
	for range 1 + rng.IntN(4) {
		if err := c.End(syscall.SIGKILL); err != nil {
			return err
		}
		if err := c.Launch(); err != nil {
			return err
		}
		pause(ctx, rng, 1, 700)
	}
	if err := c.End(syscall.SIGKILL); err != nil {
		return err
	}
	return c.Start(context.WithoutCancel(ctx)) // it runs when its trouble is over
}

func stop(ctx context.Context, _ *office, c *computer, rng *rand.Rand) error {
	if err := c.End(syscall.SIGTERM); err != nil {
		return err
	}
	pause(ctx, rng, 1, 1500)
	return c.Start(context.WithoutCancel(ctx)) // it runs when its trouble is over
}

// freeze is a closed lid: the program stands still and does not know it.
func freeze(ctx context.Context, _ *office, c *computer, rng *rand.Rand) error {
	if err := c.Freeze(); err != nil {
		return err
	}
	pause(ctx, rng, 100, 4000)
	return c.Thaw()
}

func cut(deaf, mute bool) func(context.Context, *office, *computer, *rand.Rand) error {
	return func(ctx context.Context, _ *office, c *computer, rng *rand.Rand) error {
		c.place.port.suffer(deaf, mute, 0, 0)
		pause(ctx, rng, 100, 6000)
		c.place.port.suffer(false, false, 0, 0)
		return nil
	}
}

func slowDown(ctx context.Context, _ *office, c *computer, rng *rand.Rand) error {
	c.place.port.suffer(false, false, time.Duration(rng.IntN(250))*time.Millisecond, float64(rng.IntN(4))*0.03)
	pause(ctx, rng, 500, 6000)
	c.place.port.suffer(false, false, 0, 0)
	return nil
}

// cutAndKill ends a program that has written for a while without a network.
func cutAndKill(ctx context.Context, o *office, c *computer, rng *rand.Rand) error {
	c.place.port.suffer(true, true, 0, 0)
	pause(ctx, rng, 500, 3000)
	err := kill(ctx, o, c, rng)
	pause(ctx, rng, 1, 2000)
	c.place.port.suffer(false, false, 0, 0)
	return err
}

// takeAwayAndKill gives many of a seller's prospects to the other one, and kills the seller's program while it forgets them
// and rewrites its file, or while it sends what it wrote there.
func takeAwayAndKill(ctx context.Context, o *office, c *computer, rng *rand.Rand) error {
	if c.admin {
		return kill(ctx, o, c, rng)
	}
	w := &worker{o: o, c: o.host, rng: rng}
	other := o.members[1]
	if other == c {
		other = o.members[2]
	}
	var page struct{ Items []card }
	asking, enough := context.WithTimeout(context.WithoutCancel(ctx), requestPatience)
	defer enough()
	status, code, err := o.host.Ask(asking, "GET", "/api/prospects?limit=25&seller="+c.UserID, nil, &page)
	if err != nil || status >= 300 {
		page.Items = nil // the host has a mishap of its own
		if err := w.unexpected("list", status, code, err); err != nil {
			return err
		}
	}
	for _, p := range page.Items {
		if err := w.send(asking, "reassign", "PATCH", "/api/prospects/"+p.ID, map[string]string{"owner_id": other.UserID, "owner_reason": "porque sí"}, ""); err != nil {
			return err
		}
	}
	pause(ctx, rng, 1, 250)
	return kill(ctx, o, c, rng)
}
