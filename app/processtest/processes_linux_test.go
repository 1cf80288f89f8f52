//go:build !race

package processtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	seedEnv    = "SITEGROUP_TEST_SEED"
	secondsEnv = "SITEGROUP_TEST_SECONDS"
)

// roundOf is how long people work before everything heals. A run without SITEGROUP_TEST_SECONDS is one short round.
const (
	roundOf    = 40 * time.Second
	shortRound = 15 * time.Second
)

func number(t *testing.T, name string, usual uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// TestProcesses_NothingIsLostWhileComputersAndCablesFail is the real thing: processes, sockets, files and SIGKILL.
func TestProcesses_NothingIsLostWhileComputersAndCablesFail(t *testing.T) {
	apartAlready := os.Getenv(roleEnv) == roleApart
	if !apartAlready && inNamespaces(t) {
		return
	}
	seed := number(t, seedEnv, uint64(time.Now().UnixNano())) //nolint:gosec // any number
	seconds := number(t, secondsEnv, 0)
	t.Logf("seed %d; again with %s=%d %s=%d go test ./app/processtest -v", seed, seedEnv, seed, secondsEnv, seconds)
	o := &office{dir: t.TempDir(), seed: seed, say: t.Logf}
	if apartAlready {
		o.wire = newWire(seed)
		probe, err := apart(newWire(0), addressOf(99))
		if err != nil {
			t.Fatalf("%s%v", noNetwork, err)
		}
		close(probe.jobs)
		t.Cleanup(func() { _ = o.wire.close() })
	}
	t.Cleanup(func() {
		for _, c := range o.all() {
			if c != nil && c.process != nil {
				_ = c.process.cmd.Process.Kill()
			}
		}
	})
	began := time.Now()
	length, until := shortRound, began
	if seconds > 0 {
		length, until = roundOf, began.Add(time.Duration(seconds)*time.Second) //nolint:gosec // a number of seconds
	}
	err := o.setUp(t.Context())
	round := 1
	for ; err == nil; round++ {
		if err = o.round(t.Context(), round, length, seconds == 0); err != nil || time.Now().After(until) {
			break
		}
	}
	if err != nil {
		t.Error(errors.Join(fmt.Errorf("seed %d, round %d: %w", seed, round, err), o.lastWords()))
	}
	t.Logf("seed %d: %d rounds in %v; %s", seed, round, time.Since(began).Round(time.Second), o.figures())
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
		err = o.restart()
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
		if err := c.start(); err != nil {
			return err
		}
	}
	return nil
}

// figures are the counts in one line.
func (o *office) figures() string {
	o.counts.mu.Lock()
	defer o.counts.mu.Unlock()
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(o.counts.of)) {
		parts = append(parts, fmt.Sprintf("%s %d", name, o.counts.of[name]))
	}
	return strings.Join(parts, ", ")
}

// lastWords are what programs said last, for a test that has failed.
func (o *office) lastWords() error {
	var err error
	for _, c := range o.all() {
		if c == nil {
			continue
		}
		text, e := os.ReadFile(filepath.Join(c.folder(), "log", "sitegroup-crm.log"))
		if e != nil {
			continue
		}
		lines := strings.Split(string(text), "\n")
		err = errors.Join(err, fmt.Errorf("%s said last:\n%s", c.name, strings.Join(lines[max(0, len(lines)-15):], "\n")))
	}
	return err
}
