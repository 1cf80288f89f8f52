//go:build unix

// Command suite runs every check of the repository, layer by layer, and closes with a table of how long each took and the
// line "N passed, N failed". It knows how the layers' tools report, and nothing of what they check. It runs at the root of
// the repository, with the environment of build/env.sh; the Makefile sees to both and to what must be installed.
//
//	go run ./build/suite            all layers
//	go run ./build/suite lint ui    these ones
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// layer is one kind of check. Later layers run even when earlier ones failed, except those that need what failed.
type layer struct {
	name  string
	about string
	needs string // a layer that must not have failed in the same run
	run   func(context.Context, *result)
}

var layers = []layer{
	{"lint", "format, vet, staticcheck, Biome, types", "", lint},
	{"generate", "generated files are those of their sources", "", generate},
	{"go", "Go tests with the race detector", "", goTests},
	{"fuzz", "every fuzz target for five seconds", "", fuzz},
	{"sim", "a minute of simulated offices, and each broken rule of replication found out", "", simulate},
	{"processes", "an office of four processes: cut off, killed and healed", "", processes},
	{"ui", "unit tests of the UI", "", uiTests},
	{"build", "the program with its window", "", build},
	{"browser", "the UI in Chromium against serve", "build", browserTests},
	{"window", "the real window under Xvfb", "build", windowTest},
	{"keyring", "the real keyring over D-Bus", "build", keyringTest},
}

// result is what a layer found.
type result struct {
	passed, failed int
	took           time.Duration
}

// check counts one thing that can go right or wrong, and says what went wrong.
func (r *result) check(what string, err error) bool {
	if err != nil {
		r.failed++
		fmt.Printf("  FAILED %s: %v\n", what, err)
		return false
	}
	r.passed++
	return true
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	chosen, err := choose(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	results := map[string]*result{}
	for _, l := range chosen {
		fmt.Printf("── %s: %s\n", l.name, l.about)
		r := &result{}
		results[l.name] = r
		started := time.Now()
		switch broken := results[l.needs]; {
		case ctx.Err() != nil:
			r.check(l.name, ctx.Err())
		case broken != nil && broken.failed > 0:
			r.check(l.name, fmt.Errorf("not run, because %s failed", l.needs))
		default:
			l.run(ctx, r)
		}
		r.took = time.Since(started)
	}
	if !report(chosen, results) {
		stop()
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

func choose(names []string) ([]layer, error) {
	if len(names) == 0 {
		return layers, nil
	}
	var chosen []layer
	for _, name := range names {
		i := slices.IndexFunc(layers, func(l layer) bool { return l.name == name })
		if i < 0 {
			return nil, fmt.Errorf("no layer is called %q", name)
		}
		chosen = append(chosen, layers[i])
	}
	return chosen, nil
}

// report prints the table and reports whether all is well. A layer without a single check has not been well.
func report(chosen []layer, results map[string]*result) bool {
	var passed, failed int
	var took time.Duration
	line := strings.Repeat("─", 46)
	fmt.Printf("\n%-10s %10s %10s %12s\n%s\n", "layer", "passed", "failed", "time", line)
	for _, l := range chosen {
		r := results[l.name]
		if r.passed+r.failed == 0 {
			r.check(l.name, fmt.Errorf("nothing was checked"))
		}
		fmt.Printf("%-10s %10d %10d %12s\n", l.name, r.passed, r.failed, r.took.Round(100*time.Millisecond))
		passed, failed, took = passed+r.passed, failed+r.failed, took+r.took
	}
	fmt.Printf("%s\n%-10s %10d %10d %12s\n\n%d passed, %d failed\n", line, "", passed, failed, took.Round(100*time.Millisecond), passed, failed)
	return failed == 0
}
