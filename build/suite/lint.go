//go:build unix

package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
)

// lint runs the checks that need no test. Those of Go go one after the other, for they share a build; those of the UI run
// beside them.
func lint(ctx context.Context, r *result) {
	var ui sync.WaitGroup
	uiErrors := make([]error, 2)
	for i, args := range [][]string{{"npx", "--no-install", "biome", "check", "."}, {"npx", "--no-install", "tsc", "--noEmit"}} {
		ui.Go(func() { _, uiErrors[i] = tool{dir: "frontend", args: args}.run(ctx) })
	}
	r.check("gofumpt", gofumpt(ctx))
	_, err := tool{args: []string{"go", "vet", "./..."}}.run(ctx)
	r.check("go vet", err)
	_, err = tool{args: []string{"go", "tool", "-modfile=build/tools/go.mod", "staticcheck", "./..."}}.run(ctx)
	r.check("staticcheck", err)
	ui.Wait()
	r.check("biome", uiErrors[0])
	r.check("tsc", uiErrors[1])
}

func gofumpt(ctx context.Context) error {
	files, err := tool{args: []string{"build/make/go-files.sh"}}.answer(ctx)
	if err != nil {
		return err
	}
	args := append([]string{"go", "tool", "-modfile=build/tools/go.mod", "gofumpt", "-l"}, strings.Fields(files)...)
	out, err := tool{args: args}.answer(ctx)
	if err == nil && strings.TrimSpace(out) != "" {
		err = errors.New("these files want `make fmt`:\n" + tail(out, 40))
	}
	return err
}

// generated are the files that `make generate` writes.
var generated = []string{"backend/api/openapi.json", "frontend/src/shared/api/schema.d.ts", "store/migrations/schema.sql"}

// generate makes them again and compares with what was there, so that it works in a changed tree as well.
func generate(ctx context.Context, r *result) {
	before := map[string]string{}
	for _, path := range generated {
		content, err := os.ReadFile(path)
		if !r.check(path+" exists", err) {
			return
		}
		before[path] = string(content)
	}
	if _, err := (tool{args: []string{"build/make/generate.sh"}}).run(ctx); !r.check("make generate", err) {
		return
	}
	for _, path := range generated {
		content, err := os.ReadFile(path)
		if err == nil && string(content) != before[path] {
			err = errors.New("its sources say something else; commit what `make generate` wrote")
		}
		r.check(path, err)
	}
}

func build(ctx context.Context, r *result) {
	_, err := tool{args: []string{"make", "build", "SURFACE=window"}}.run(ctx)
	r.check("make build", err)
}
