package field

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
)

// Password is everybody's.
const Password = "contraseña de prueba"

// Computer is one of an office's, whether its program runs or not. Process is used by one goroutine at a time.
type Computer struct {
	Name    string
	Login   string // of who works there
	UserID  string
	Args    []string // of serve, beside the usual
	Process *Process // nil while it is off

	dir     string
	program Program
	frozen  bool

	mu     sync.Mutex
	client Client
}

// NewComputer returns a computer on which nothing is yet, with a folder of its own in dir. It is reached by transport; nil
// is the usual one.
func NewComputer(dir, name, login string, p Program, transport *http.Transport, args ...string) (*Computer, error) {
	if transport == nil {
		transport = &http.Transport{}
	}
	transport.MaxIdleConnsPerHost = 8
	c := &Computer{Name: name, Login: login, Args: args, dir: filepath.Join(dir, name), program: p}
	c.client.HTTP = &http.Client{Transport: transport}
	return c, os.MkdirAll(c.dir, 0o700)
}

// Folder is where its data are.
func (c *Computer) Folder() string { return filepath.Join(c.dir, "data") }

// KeyFile holds its keys.
func (c *Computer) KeyFile() string { return filepath.Join(c.dir, "keys.json") }

// Launch starts the program and does not wait until it answers.
func (c *Computer) Launch() (err error) {
	args := append([]string{"serve", "--data", c.Folder(), "--key-file", c.KeyFile(), "--addr", "127.0.0.1:0", "--language", "en"}, c.Args...)
	c.Process, err = c.program.Start(c.Name, args...)
	return err
}

var address = regexp.MustCompile(`http://[0-9.:]+`)

// Start starts the program and waits until it answers.
func (c *Computer) Start(ctx context.Context) error {
	if err := c.Launch(); err != nil {
		return err
	}
	url, err := c.Process.Says(ctx, address)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.client.URL = strings.TrimSuffix(url, "/")
	return err
}

// End sends a signal that ends the program, if it runs, and waits until it has ended.
func (c *Computer) End(signal syscall.Signal) error {
	p := c.Process
	if p == nil {
		return nil
	}
	c.Process, c.frozen = nil, false
	return p.End(signal)
}

// Freeze stops the program's clock, as closing a lid does; Thaw goes on.
func (c *Computer) Freeze() error {
	c.frozen = true
	return c.Process.Signal(syscall.SIGSTOP)
}

// Thaw has a program that was frozen go on.
func (c *Computer) Thaw() error {
	if !c.frozen {
		return nil
	}
	c.frozen = false
	return c.Process.Signal(syscall.SIGCONT)
}

// Client speaks with the program as its user.
func (c *Computer) Client() Client {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.client
}

// Ask calls the program's API as its user. An error says that there was no answer.
func (c *Computer) Ask(ctx context.Context, method, path string, body, into any) (status int, code string, err error) {
	return c.Client().Ask(ctx, method, path, body, into)
}

// Must calls the program's API and takes nothing but a good answer.
func (c *Computer) Must(ctx context.Context, method, path string, body, into any) error {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	if err := c.Client().Must(ctx, method, path, body, into); err != nil {
		return fmt.Errorf("%s: %w", c.Name, err)
	}
	return nil
}

// SignIn opens a session that lasts over restarts.
func (c *Computer) SignIn(ctx context.Context) error {
	var session struct{ Token string }
	err := c.Must(ctx, "POST", "/api/session", map[string]string{"login": c.Login, "password": Password}, &session)
	c.Sign(session.Token)
	if err != nil {
		return err
	}
	return c.stayOpen(ctx)
}

// stayOpen keeps the session from asking for the password when nobody has done anything for a while: a long run only reads.
func (c *Computer) stayOpen(ctx context.Context) error {
	return c.Must(ctx, "PATCH", "/api/me/preferences", map[string]int{"lock_minutes": 0}, nil)
}

// Sign has calls signed with a session's token.
func (c *Computer) Sign(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.client.Token = token
}

// Found makes an office of the computer, with an administrator and a recovery code, so that others can join and a relay can
// be used. It returns the code.
func (c *Computer) Found(ctx context.Context) (code string, err error) {
	var session struct{ Token string }
	err = c.Must(ctx, "POST", "/api/setup", map[string]any{
		"office_name": "Oficina de prueba", "timezone": "America/Mexico_City", "language": "es-MX",
		"admin": map[string]string{"name": "Ada Admin", "login": c.Login, "password": Password},
	}, &session)
	if err != nil {
		return "", err
	}
	c.Sign(session.Token)
	if err := c.stayOpen(ctx); err != nil {
		return "", err
	}
	var made struct{ Code string }
	if err := c.Must(ctx, "POST", "/api/recovery/code", nil, &made); err != nil {
		return "", err
	}
	return made.Code, c.Must(ctx, "POST", "/api/recovery/code/confirm", map[string]string{"code": strings.ToLower(made.Code)}, nil)
}

// Hire makes a user of the computer's office, and returns their id.
func (c *Computer) Hire(ctx context.Context, login, role string) (id string, err error) {
	var user struct{ ID string }
	err = c.Must(ctx, "POST", "/api/users", map[string]string{"login": login, "name": "Persona " + login, "role": role, "password": Password}, &user)
	return user.ID, err
}

// Join brings a new computer into the host's office, as its user and the administrator do it.
func (c *Computer) Join(ctx context.Context, host *Computer) error {
	var invitation struct{ ID, Text string }
	if err := host.Must(ctx, "POST", "/api/devices/invitations", map[string]string{"user_id": c.UserID}, &invitation); err != nil {
		return err
	}
	if err := c.Must(ctx, "POST", "/api/setup/join", map[string]string{"invitation": invitation.Text, "device_name": "Portátil de " + c.Login}, nil); err != nil {
		return err
	}
	var here struct{ State, Digits, Problem string }
	looksLike := func(so func() bool) error {
		return Eventually(ctx, "joining of "+c.Name, Patience, func() (bool, error) {
			if err := c.Must(ctx, "GET", "/api/setup/join", nil, &here); err != nil {
				return false, err
			}
			if here.Problem != "" {
				return false, errors.New("joining failed: " + here.Problem)
			}
			return so(), nil
		})
	}
	if err := looksLike(func() bool { return here.Digits != "" }); err != nil {
		return err
	}
	if err := host.Must(ctx, "POST", "/api/devices/invitations/"+invitation.ID+"/admit", nil, nil); err != nil {
		return err
	}
	if err := looksLike(func() bool { return here.State == "ready" }); err != nil {
		return err
	}
	return c.SignIn(ctx)
}

// LastWords are what the program has written into its log last, for a run that has failed.
func (c *Computer) LastWords() error {
	text, err := os.ReadFile(filepath.Join(c.Folder(), "log", "sitegroup-crm.log"))
	if err != nil {
		return nil //nolint:nilerr // it has said nothing
	}
	return fmt.Errorf("%s said last:\n%s", c.Name, tail(string(text)))
}

// tail are the last lines of a text.
func tail(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-15):], "\n")
}
