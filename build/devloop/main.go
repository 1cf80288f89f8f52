//go:build unix

// Command devloop serves the screens through Vite, which reloads them as their sources change, and the API through the
// program, which it builds and starts again whenever a Go or SQL file changes. The office it opens lives in build/bin and is
// kept between runs. It is started by `make dev`.
package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	binary = "build/bin/sitegroup-dev"
	data   = "build/bin/dev-data"
	addr   = "127.0.0.1:8787"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, err)
		stop()
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

func run(ctx context.Context) error {
	vite := command(ctx, "npm", "run", "dev")
	vite.Dir = "frontend"
	vite.Env = append(os.Environ(), "SITEGROUP_DEV_API=http://"+addr)
	if err := vite.Start(); err != nil {
		return fmt.Errorf("start vite: %w", err)
	}
	viteEnded := make(chan error, 1)
	go func() { viteEnded <- vite.Wait() }()

	var seen time.Time
	var end func()
	for {
		changed, err := newest(ctx)
		if err != nil {
			return err
		}
		if changed.After(seen) {
			seen = changed
			if end != nil {
				end()
			}
			end = restart(ctx)
		}
		select {
		case <-ctx.Done():
			if end != nil {
				end()
			}
			<-viteEnded
			return nil
		case err := <-viteEnded:
			return fmt.Errorf("vite ended: %w", err)
		case <-time.After(700 * time.Millisecond):
		}
	}
}

// restart builds and starts the program. A build that fails leaves nothing running until the next change.
func restart(ctx context.Context) (end func()) {
	if err := command(ctx, "go", "build", "-o", binary, ".").Run(); err != nil {
		return nil
	}
	serve := command(ctx, binary, "serve", "--data", data, "--key-file", filepath.Join(data, "keys.json"), "--addr", addr, "--log-level", "debug")
	if err := serve.Start(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return nil
	}
	return func() {
		_ = serve.Process.Signal(syscall.SIGTERM) // it may have ended by itself
		_ = serve.Wait()
	}
}

// newest is when a source of the program was last changed.
func newest(ctx context.Context) (time.Time, error) {
	var last time.Time
	for _, root := range []string{"main.go", "app", "backend", "store", "frontend/src/locales"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") {
				return err
			}
			info, err := d.Info()
			if err == nil && info.ModTime().After(last) {
				last = info.ModTime()
			}
			return err
		})
		if err != nil && ctx.Err() == nil && !os.IsNotExist(err) { // editors replace files
			return last, fmt.Errorf("look for changes: %w", err)
		}
	}
	return last, nil
}

func command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}
