//go:build unix

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
)

func goTests(ctx context.Context, r *result) {
	runGoTests(ctx, r, tool{args: []string{"go", "test", "-race", "-vet=off", "-timeout=10m", "-json", "./..."}})
}

// processes runs offices of several programs. They are as fast as people have them, so without the race detector.
func processes(ctx context.Context, r *result) {
	runGoTests(ctx, r, tool{args: []string{"go", "test", "-count=1", "-vet=off", "-timeout=10m", "-json", "./app/processtest"}})
}

// event is one line of `go test -json` (see go doc test2json).
type event struct {
	Action, Package, Test, Output string
	ImportPath                    string // of build output
}

// runGoTests runs a `go test -json` and counts its tests, sub-tests included.
func runGoTests(ctx context.Context, r *result, t tool) {
	cmd := t.command(ctx)
	out, err := cmd.StdoutPipe()
	var complaints strings.Builder
	cmd.Stderr = &complaints
	if err == nil {
		err = cmd.Start()
	}
	if !r.check("start go test", err) {
		return
	}
	before := len(r.failures)
	countGoTests(out, r)
	if err := cmd.Wait(); err != nil && len(r.failures) == before {
		r.check("go test", fmt.Errorf("%w\n%s", err, tail(complaints.String(), 40)))
	}
}

func countGoTests(out io.Reader, r *result) {
	said := map[string]*strings.Builder{}
	reported := map[string]bool{} // packages with a failed test
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Println(lines.Text())
			continue
		}
		key := e.Package + " " + e.Test
		switch e.Action {
		case "output":
			if said[key] == nil {
				said[key] = &strings.Builder{}
			}
			said[key].WriteString(e.Output)
		case "build-output":
			fmt.Print("    ", e.Output)
		case "pass":
			if e.Test != "" {
				r.passed++
			}
			delete(said, key)
		case "skip":
			if e.Test != "" {
				fmt.Printf("  skipped %s\n", key)
			}
		case "fail":
			if e.Test == "" && reported[e.Package] {
				continue
			}
			reported[e.Package] = true
			text := ""
			if said[key] != nil {
				text = progress.ReplaceAllString(said[key].String(), "")
			}
			r.check(key, errors.New("\n"+tail(text, 60)))
		}
	}
	if err := lines.Err(); err != nil {
		r.check("read go test", err)
	}
}

// progress are the lines by which go test tells what it is at.
var progress = regexp.MustCompile(`(?m)^\s*=== .*\n`)

var fuzzTarget = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)

// foundNothing reports whether a target failed although no input did: Go's coordinator may take the end of its time for a
// failure (golang/go#75804). A failing input is always written down.
func foundNothing(said string) bool {
	return strings.Contains(said, "context deadline exceeded") && !strings.Contains(said, "Failing input written to")
}

// fuzz builds each package with fuzz targets once and runs the targets two at a time.
func fuzz(ctx context.Context, r *result) {
	targets := map[string][]string{} // folder → names
	err := filepath.WalkDir(".", func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "bin" || d.Name() == ".git") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		for _, match := range fuzzTarget.FindAllStringSubmatch(string(text), -1) {
			targets[filepath.Dir(path)] = append(targets[filepath.Dir(path)], match[1])
		}
		return err
	})
	if !r.check("find fuzz targets", err) {
		return
	}
	work, err := os.MkdirTemp("", "sitegroup-fuzz-")
	if !r.check("make a folder", err) {
		return
	}
	defer os.RemoveAll(work) //nolint:errcheck // a leftover in the system's folder for such things
	var counting sync.Mutex
	var running sync.WaitGroup
	places := make(chan struct{}, 2)
	for _, dir := range slices.Sorted(maps.Keys(targets)) {
		binary := filepath.Join(work, strings.ReplaceAll(dir, string(filepath.Separator), "-")+".test")
		if _, err := (tool{args: []string{"go", "test", "-c", "-vet=off", "-fuzz=.", "-o", binary, "./" + filepath.ToSlash(dir)}}).run(ctx); err != nil {
			counting.Lock()
			r.check("build "+dir, err)
			counting.Unlock()
			continue
		}
		for _, name := range targets[dir] {
			places <- struct{}{}
			running.Go(func() {
				defer func() { <-places }()
				target := tool{dir: dir, args: []string{
					binary, "-test.run=^$", "-test.fuzz=^" + name + "$", "-test.fuzztime=5s", "-test.fuzzminimizetime=10x", "-test.parallel=1", "-test.fuzzcachedir=" + work,
				}}
				said, err := target.run(ctx)
				if err != nil && foundNothing(said) {
					_, err = target.run(ctx)
				}
				counting.Lock()
				defer counting.Unlock()
				r.check(dir+" "+name, err)
			})
		}
	}
	running.Wait()
}
