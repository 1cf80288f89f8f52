//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// simulate plays offices for a minute, and then breaks each rule of replication to see that the simulation notices.
func simulate(ctx context.Context, r *result) {
	work, err := os.MkdirTemp("", "sitegroup-sim-")
	if !r.check("make a folder", err) {
		return
	}
	defer os.RemoveAll(work) //nolint:errcheck // a leftover in the system's folder for such things
	binary := filepath.Join(work, "sim")
	if _, err := (tool{args: []string{"go", "build", "-o", binary, "./build/sim"}}).run(ctx); !r.check("build the simulation", err) {
		return
	}
	out, err := tool{args: []string{binary, "-seeds", "0", "-seconds", "60"}}.run(ctx)
	if r.check("simulation", err) {
		fmt.Print("  ", strings.ReplaceAll(strings.TrimSpace(out), "\n", "\n  "), "\n")
	}
	runGoTests(ctx, r, tool{
		env:  []string{"GOFLAGS=" + strings.Replace(os.Getenv("GOFLAGS"), "-tags=", "-tags=mutants,", 1)},
		args: []string{"go", "test", "-timeout=10m", "-json", "-run=^TestMutants_", "./backend/office/officesim"},
	})
}
