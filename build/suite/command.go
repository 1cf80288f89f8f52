//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// tool is a program to run. It is ended with its children when the run is stopped.
type tool struct {
	dir  string // empty is the root of the repository
	env  []string
	args []string
}

// run returns everything the tool printed; an error carries the end of it.
func (t tool) run(ctx context.Context) (string, error) {
	cmd := t.command(ctx)
	out, err := cmd.CombinedOutput()
	return string(out), t.explain(err, out)
}

// answer returns what the tool printed as its result, without what it said on the way: go names what it downloads there.
func (t tool) answer(ctx context.Context) (string, error) {
	cmd := t.command(ctx)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	return string(out), t.explain(err, said.Bytes())
}

func (t tool) explain(err error, said []byte) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w\n%s", t.args[0], err, tail(string(said), 60))
}

func (t tool) command(ctx context.Context) *exec.Cmd {
	cmd := exec.CommandContext(ctx, t.args[0], t.args[1:]...)
	cmd.Dir = t.dir
	cmd.Env = append(os.Environ(), t.env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// tail is the last lines of a text, moved in a little.
func tail(text string, lines int) string {
	all := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if len(all) > lines {
		all = append([]string{"…"}, all[len(all)-lines:]...)
	}
	return "    " + strings.Join(all, "\n    ")
}
