//go:build !race

package processtest

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"testing"
	"time"
)

// roundOf is how long people work before everything heals. A run without SITEGROUP_TEST_SECONDS is one short round.
const (
	roundOf    = 40 * time.Second
	shortRound = 15 * time.Second
)

// TestProcesses_NothingIsLostWhileComputersAndCablesFail is the real thing: processes, sockets, files and SIGKILL.
func TestProcesses_NothingIsLostWhileComputersAndCablesFail(t *testing.T) {
	o, seconds := newOffice(t)
	if o == nil {
		return
	}
	began := time.Now()
	length, until := shortRound, began
	if seconds > 0 {
		length, until = roundOf, began.Add(seconds)
	}
	err := o.setUp(t.Context())
	round := 1
	for ; err == nil; round++ {
		if err = o.round(t.Context(), round, length, seconds == 0); err != nil || time.Now().After(until) {
			break
		}
	}
	if err != nil {
		t.Error(errors.Join(fmt.Errorf("seed %d, round %d: %w", o.seed, round, err), o.lastWords()))
	}
	t.Logf("seed %d: %d rounds in %v; %s", o.seed, round, time.Since(began).Round(time.Second), o.figures())
}

// round has people work while things go wrong, heals everything, and looks whether all is well.
func (o *office) round(ctx context.Context, n int, length time.Duration, short bool) error {
	working, rest := context.WithCancel(ctx)
	defer rest()
	troubled, calmDown := context.WithTimeout(ctx, length)
	defer calmDown()
	before := o.counts.get("edits")
	written := o.busy(working, n)
	err := o.trouble(troubled, n)()
	// Every other time the whole office loses its power while people work; otherwise connections must recover by themselves.
	power := short || n%2 == 0
	if err == nil && power {
		err = o.restart(ctx)
	}
	rest()
	if err = errors.Join(err, written()); err != nil {
		return err
	}
	began := time.Now()
	if err := o.settle(ctx); err != nil {
		return err
	}
	settled := time.Since(began)
	shown, err := o.shown(ctx)
	if err != nil {
		return err
	}
	signal := syscall.SIGTERM
	if random(o.seed, "end", n).IntN(2) == 0 {
		signal = syscall.SIGKILL
	}
	if err := o.end(signal); err != nil {
		return err
	}
	began = time.Now()
	if err := o.verify(ctx, shown); err != nil {
		return err
	}
	o.say("round %d: %d edits; settled in %v, power failure %v; compared in %v", n, o.counts.get("edits")-before, settled.Round(time.Millisecond), power, time.Since(began).Round(time.Millisecond))
	for _, c := range o.all() {
		if err := c.Start(ctx); err != nil {
			return err
		}
	}
	return nil
}
