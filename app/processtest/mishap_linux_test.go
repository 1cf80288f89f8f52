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
	do    func(ctx context.Context, c *computer, rng *rand.Rand) error
}

var mishaps = []mishap{
	{"kill", false, kill}, {"kill", false, kill}, {"kill", false, kill},
	{"kill at the start", false, killAtStart},
	{"stop", false, stop},
	{"freeze", false, freeze},
	{"cut", true, cut(true, true)}, {"cut", true, cut(true, true)},
	{"cut one way", true, cut(true, false)},
	{"cut the other way", true, cut(false, true)},
	{"slow down", true, slowDown}, {"slow down", true, slowDown},
	{"cut and kill", true, cutAndKill},
}

// trouble has mishaps happen to every computer, each on its own, until the context ends.
func (o *office) trouble(ctx context.Context, round int) (wait func() error) {
	var suffering sync.WaitGroup
	errs := make(chan error, len(o.members)+1)
	for _, c := range o.all() {
		rng := random(o.seed, "trouble", round, c.name)
		suffering.Go(func() {
			for pause(ctx, rng, 200, 2500) {
				m := mishaps[rng.IntN(len(mishaps))]
				if m.wired && c.place.port == nil {
					m = mishap{"freeze", false, freeze}
				}
				o.counts.add(m.name, 1)
				if err := m.do(ctx, c, rng); err != nil {
					errs <- fmt.Errorf("%s of %s: %w", m.name, c.name, err)
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

func kill(ctx context.Context, c *computer, rng *rand.Rand) error {
	if err := c.end(syscall.SIGKILL); err != nil {
		return err
	}
	pause(ctx, rng, 1, 1500)
	return c.start()
}

// killAtStart kills a program several times while it opens its file, and perhaps connects.
func killAtStart(ctx context.Context, c *computer, rng *rand.Rand) error {
	for range 1 + rng.IntN(4) {
		if err := c.end(syscall.SIGKILL); err != nil {
			return err
		}
		if err := c.launch(); err != nil {
			return err
		}
		pause(ctx, rng, 1, 700)
	}
	if err := c.end(syscall.SIGKILL); err != nil {
		return err
	}
	return c.start()
}

func stop(ctx context.Context, c *computer, rng *rand.Rand) error {
	if err := c.end(syscall.SIGTERM); err != nil {
		return err
	}
	pause(ctx, rng, 1, 1500)
	return c.start()
}

// freeze is a closed lid: the program stands still and does not know it.
func freeze(ctx context.Context, c *computer, rng *rand.Rand) error {
	if err := c.freeze(); err != nil {
		return err
	}
	pause(ctx, rng, 100, 4000)
	return c.thaw()
}

func cut(deaf, mute bool) func(context.Context, *computer, *rand.Rand) error {
	return func(ctx context.Context, c *computer, rng *rand.Rand) error {
		c.place.port.suffer(deaf, mute, 0, 0)
		pause(ctx, rng, 100, 6000)
		c.place.port.suffer(false, false, 0, 0)
		return nil
	}
}

func slowDown(ctx context.Context, c *computer, rng *rand.Rand) error {
	c.place.port.suffer(false, false, time.Duration(rng.IntN(250))*time.Millisecond, float64(rng.IntN(4))*0.03)
	pause(ctx, rng, 500, 6000)
	c.place.port.suffer(false, false, 0, 0)
	return nil
}

// cutAndKill ends a program that has written for a while without a network.
func cutAndKill(ctx context.Context, c *computer, rng *rand.Rand) error {
	c.place.port.suffer(true, true, 0, 0)
	pause(ctx, rng, 500, 3000)
	err := kill(ctx, c, rng)
	pause(ctx, rng, 1, 2000)
	c.place.port.suffer(false, false, 0, 0)
	return err
}
