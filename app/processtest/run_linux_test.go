package processtest

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	seedEnv    = "SITEGROUP_TEST_SEED"
	secondsEnv = "SITEGROUP_TEST_SECONDS"
)

// newOffice returns an office without computers, each of which will have a network of its own if the system allows it, and
// how long the run is to be, 0 for a short one. It returns nil once the whole test was run in a child that has namespaces.
// What runs when the test ends is killed.
func newOffice(t *testing.T) (*office, time.Duration) {
	t.Helper()
	apartAlready := os.Getenv(roleEnv) == roleApart
	if !apartAlready && inNamespaces(t) {
		return nil, 0
	}
	o, length := anOffice(t)
	if apartAlready {
		o.wire = newWire(o.seed)
		t.Cleanup(func() { _ = o.wire.close() })
		probe, err := apart(o.wire, addressOf(99))
		if err != nil {
			t.Fatalf("%s%v", noNetwork, err)
		}
		close(probe.jobs)
	}
	killAtEnd(t, o)
	return o, length
}

// anOffice returns an office without computers, which share the loopback, and how long the run is to be.
func anOffice(t *testing.T) (*office, time.Duration) {
	t.Helper()
	seed := number(t, seedEnv, uint64(time.Now().UnixNano())) //nolint:gosec // any number
	seconds := number(t, secondsEnv, 0)
	t.Logf("seed %d; again with %s=%d %s=%d go test ./app/processtest -run %s -v", seed, seedEnv, seed, secondsEnv, seconds, t.Name())
	return &office{dir: t.TempDir(), seed: seed, say: t.Logf}, time.Duration(seconds) * time.Second //nolint:gosec // a number of seconds
}

// killAtEnd has no program of an office outlive the test.
func killAtEnd(t *testing.T, o *office) {
	t.Cleanup(func() {
		for _, c := range o.all() {
			if c != nil {
				c.Process.Discard()
			}
		}
	})
}

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
		err = errors.Join(err, c.LastWords())
	}
	return err
}
