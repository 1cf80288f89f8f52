package field

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"syscall"
	"time"
)

// Program is how processes of a program are started.
type Program struct {
	Path string   // of the binary
	Env  []string // beside this process's
	// Place runs what starts a process, where it is to live; nil is where this process lives.
	Place func(start func())
}

// Process is one run of a program.
type Process struct {
	Out *Output

	name  string
	cmd   *exec.Cmd
	ended chan struct{}
}

// Start starts a process, which ends with this one at the latest, and does not wait until it answers.
func (p Program) Start(name string, args ...string) (*Process, error) {
	r := &Process{Out: NewOutput(), name: name, cmd: exec.Command(p.Path, args...), ended: make(chan struct{})} //nolint:gosec // a program of ours
	r.cmd.Env = append(os.Environ(), p.Env...)
	r.cmd.Stdout, r.cmd.Stderr = r.Out, r.Out
	endWithUs(r.cmd)
	_, err := r.cmd.StdinPipe() // never closed: it closes when this process ends, however that ends
	if err == nil {
		start := func() { err = r.cmd.Start() }
		if p.Place == nil {
			start()
		} else {
			p.Place(start)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() {
		defer close(r.ended)
		_ = r.cmd.Wait() // it was killed, or says itself what went wrong
		_ = r.Out.Close()
	}()
	return r, nil
}

// Says waits for a line with a match and returns the match.
func (r *Process) Says(ctx context.Context, want *regexp.Regexp) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	match, err := r.Out.Find(ctx, want)
	if err != nil {
		return "", fmt.Errorf("%s: %w", r.name, err)
	}
	return match, nil
}

// Signal sends a signal.
func (r *Process) Signal(signal os.Signal) error { return r.cmd.Process.Signal(signal) }

// Pid is the process's number.
func (r *Process) Pid() int { return r.cmd.Process.Pid }

// End sends a signal that ends the process, and waits until it has ended. One that has ended by itself is an error.
func (r *Process) End(signal syscall.Signal) error {
	select {
	case <-r.ended:
		return fmt.Errorf("%s ended by itself and said:\n%s", r.name, r.Out)
	default:
	}
	if err := r.Signal(signal); err != nil {
		return fmt.Errorf("end %s: %w", r.name, err)
	}
	select {
	case <-r.ended:
	case <-time.After(Patience):
		return errors.Join(fmt.Errorf("%s does not end; it said:\n%s", r.name, r.Where()), r.cmd.Process.Kill())
	}
	if signal == syscall.SIGTERM && r.cmd.ProcessState.ExitCode() != 0 {
		return fmt.Errorf("%s ended with %v and said:\n%s", r.name, r.cmd.ProcessState, r.Out)
	}
	return nil
}

// Where ends the process and returns what it has said, and where each of its goroutines was.
func (r *Process) Where() string {
	_ = r.Signal(syscall.SIGQUIT) // it may have ended by itself
	select {
	case <-r.ended:
	case <-time.After(Patience):
	}
	return r.Out.String()
}

// Discard kills the process, if it still runs.
func (r *Process) Discard() {
	if r == nil {
		return
	}
	_ = r.cmd.Process.Kill() // it may have ended by itself
	<-r.ended
}
