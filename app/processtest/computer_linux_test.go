package processtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"

	"sitegroup.mx/crm/app/apptest"
)

// patience ends what hangs; it never decides whether the test passes.
const patience = time.Minute

// computer is one of the office's, whether its program runs or not.
type computer struct {
	name   string
	login  string
	userID string
	admin  bool
	dir    string
	args   []string
	place  *place

	process *process // nil while it is off; used by one goroutine at a time
	frozen  bool

	mu     sync.Mutex
	client apptest.Client
}

// process is one run of the program.
type process struct {
	cmd   *exec.Cmd
	out   *output
	ended chan struct{}
}

func newComputer(dir, name, login string, admin bool, p *place, args ...string) (*computer, error) {
	c := &computer{name: name, login: login, admin: admin, dir: filepath.Join(dir, name), args: args, place: p}
	c.client.HTTP = &http.Client{Transport: &http.Transport{DialContext: p.dial, MaxIdleConnsPerHost: 8}}
	return c, os.MkdirAll(c.dir, 0o700)
}

func (c *computer) folder() string  { return filepath.Join(c.dir, "data") }
func (c *computer) keyFile() string { return filepath.Join(c.dir, "keys.json") }

// launch starts the program and does not wait until it answers.
func (c *computer) launch() error {
	args := append([]string{"serve", "--data", c.folder(), "--key-file", c.keyFile(), "--addr", "127.0.0.1:0", "--language", "en"}, c.args...)
	p := &process{cmd: exec.Command(os.Args[0], args...), out: newOutput(), ended: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), roleEnv+"="+roleProgram)
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	_, err := p.cmd.StdinPipe() // never closed: see TestMain
	if err == nil {
		c.place.do(func() { err = p.cmd.Start() })
	}
	if err != nil {
		return fmt.Errorf("start %s: %w", c.name, err)
	}
	go func() {
		defer close(p.ended)
		_ = p.cmd.Wait() // it was killed, or says itself what went wrong
	}()
	c.process = p
	return nil
}

// start starts the program and waits until it answers.
func (c *computer) start() error {
	if err := c.launch(); err != nil {
		return err
	}
	select {
	case url := <-c.process.out.url:
		c.mu.Lock()
		c.client.URL = strings.TrimSuffix(url, "/")
		c.mu.Unlock()
		return nil
	case <-c.process.ended:
		return fmt.Errorf("%s ended by itself and said:\n%s", c.name, c.process.out)
	case <-time.After(patience):
		return fmt.Errorf("%s does not answer; it said:\n%s", c.name, c.process.out)
	}
}

// end sends a signal that ends the program, and waits until it has ended.
func (c *computer) end(signal syscall.Signal) error {
	p := c.process
	if p == nil {
		return nil
	}
	c.process, c.frozen = nil, false
	select {
	case <-p.ended:
		return fmt.Errorf("%s ended by itself and said:\n%s", c.name, p.out)
	default:
	}
	if err := p.cmd.Process.Signal(signal); err != nil {
		return fmt.Errorf("end %s: %w", c.name, err)
	}
	select {
	case <-p.ended:
	case <-time.After(patience):
		return errors.Join(fmt.Errorf("%s does not end; it said:\n%s", c.name, p.out), p.cmd.Process.Kill())
	}
	if signal == syscall.SIGTERM && p.cmd.ProcessState.ExitCode() != 0 {
		return fmt.Errorf("%s ended with %v and said:\n%s", c.name, p.cmd.ProcessState, p.out)
	}
	return nil
}

// freeze stops the program's clock, as closing a lid does; thaw goes on.
func (c *computer) freeze() error {
	c.frozen = true
	return c.process.cmd.Process.Signal(syscall.SIGSTOP)
}

func (c *computer) thaw() error {
	if !c.frozen {
		return nil
	}
	c.frozen = false
	return c.process.cmd.Process.Signal(syscall.SIGCONT)
}

// ask calls the program's API as its user. An error says that there was no answer.
func (c *computer) ask(ctx context.Context, method, path string, body, into any) (status int, code string, err error) {
	c.mu.Lock()
	client := c.client
	c.mu.Unlock()
	return client.Ask(ctx, method, path, body, into)
}

// must calls the program's API and takes nothing but a good answer.
func (c *computer) must(ctx context.Context, method, path string, body, into any) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	status, code, err := c.ask(ctx, method, path, body, into)
	if err == nil && status >= 300 {
		err = fmt.Errorf("%s %s: %d %s", method, path, status, code)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	return nil
}

// signIn opens a session that lasts over restarts.
func (c *computer) signIn(ctx context.Context) error {
	var session struct{ Token string }
	err := c.must(ctx, "POST", "/api/session", map[string]string{"login": c.login, "password": apptest.Password}, &session)
	c.sign(session.Token)
	return err
}

func (c *computer) sign(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.client.Token = token
}

// output keeps what a program prints, and finds its address.
type output struct {
	url chan string

	mu   sync.Mutex
	text bytes.Buffer
	told bool
}

var address = regexp.MustCompile(`http://\S+/\s`)

func newOutput() *output { return &output{url: make(chan string, 1)} }

// Write implements io.Writer.
func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text.Write(b)
	if match := address.Find(o.text.Bytes()); match != nil && !o.told {
		o.told = true
		o.url <- strings.TrimSpace(string(match))
	}
	return len(b), nil
}

// String is everything that was printed so far.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}
