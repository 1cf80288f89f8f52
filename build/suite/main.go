//go:build unix

// Command suite runs every check of the repository, layer by layer, and closes with a table of how long each took, the names of
// what failed, and the line "N passed, N failed". It knows how the layers' tools report, and nothing of what they check. It runs at the root of
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
	"regexp"
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
	passed   int
	failures []string // each with the beginning of why
	took     time.Duration
}

// check counts one thing that can go right or wrong, and says what went wrong.
func (r *result) check(what string, err error) bool {
	if err != nil {
		r.fail(what, err.Error())
		fmt.Printf("  FAILED %s: %v\n", what, err)
		return false
	}
	r.passed++
	return true
}

// fail notes a failure for the closing list, whose reader may see nothing of what came before: a line of 400 letters at most.
func (r *result) fail(what, why string) {
	first, _, _ := strings.Cut(strings.TrimSpace(escapes.ReplaceAllString(why, "")), "\n")
	if letters := []rune(first); len(letters) > 400 {
		first = string(letters[:400]) + "…"
	}
	r.failures = append(r.failures, what+": "+first)
}

// escapes are what a tool colours its words with.
var escapes = regexp.MustCompile("\x1b\\[[0-9;]*m")

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
		case broken != nil && len(broken.failures) > 0:
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

// report prints the table and what failed, and reports whether all is well. A layer without a single check has not been well.
func report(chosen []layer, results map[string]*result) bool {
	var passed int
	var failures []string
	var took time.Duration
	line := strings.Repeat("─", 46)
	fmt.Printf("\n%-10s %10s %10s %12s\n%s\n", "layer", "passed", "failed", "time", line)
	for _, l := range chosen {
		r := results[l.name]
		if r.passed+len(r.failures) == 0 {
			r.check(l.name, fmt.Errorf("nothing was checked"))
		}
		fmt.Printf("%-10s %10d %10d %12s\n", l.name, r.passed, len(r.failures), r.took.Round(100*time.Millisecond))
		passed, took = passed+r.passed, took+r.took
		for _, each := range r.failures {
			failures = append(failures, l.name+": "+each)
		}
	}
	fmt.Printf("%s\n%-10s %10d %10d %12s\n\n", line, "", passed, len(failures), took.Round(100*time.Millisecond))
	for _, each := range failures {
		fmt.Println("FAILED " + each)
	}
	fmt.Printf("%d passed, %d failed\n", passed, len(failures))
	return len(failures) == 0
}
