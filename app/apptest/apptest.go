// Package apptest runs the whole program for tests, in this process, on a folder of its own: the real encrypted database, a
// key file, a free port of this computer, and a simulated Meta beside it. It goes in by the front door, over HTTP, and knows
// nothing of what is behind it.
package apptest

import (
	"context"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sitegroup.mx/crm/app"
	"sitegroup.mx/crm/backend/meta/graphsim"
	"sitegroup.mx/crm/build/field"
)

// Password is the first administrator's, "admin", of the office that SetUp makes.
const Password = field.Password

// deadline ends a program or a call that hangs; it never decides whether a test passes.
const deadline = time.Minute

// Program is one running `serve`.
type Program struct {
	// URL is where it answers, without a slash at the end.
	URL string
	// Folder and KeyFile are what it was started with.
	Folder, KeyFile string
	// Token signs calls once SetUp or SignIn was called.
	Token string
	// Code is that of the last answer that was a problem.
	Code string
	// Sim is a simulated Meta with an invented office, and Demo what it takes to connect to it.
	Sim  *graphsim.Sim
	Demo graphsim.Demo

	t    testing.TB
	out  *field.Output
	stop context.CancelFunc
	code chan int
	once sync.Once
}

// Start runs `serve` on a new folder and returns once it answers. It ends with the test.
func Start(t testing.TB, args ...string) *Program {
	t.Helper()
	return StartIn(t, t.TempDir(), args...)
}

// StartIn is Start on a folder that may have been used before; its keys are beside it.
func StartIn(t testing.TB, dir string, args ...string) *Program {
	t.Helper()
	return start(t, dir, append([]string{"serve"}, args...))
}

// StartBare runs the program without a command, as by a double click or `make run`, on a machine without a display.
func StartBare(t testing.TB) *Program {
	t.Helper()
	return start(t, t.TempDir(), nil)
}

func start(t testing.TB, dir string, args []string) *Program {
	t.Helper()
	p := &Program{
		Folder: filepath.Join(dir, "data"), KeyFile: filepath.Join(dir, "keys.json"), t: t, out: field.NewOutput(), code: make(chan int, 1),
		Sim: graphsim.New(graphsim.Config{Seed: 1}),
	}
	p.Demo = p.Sim.SeedDemo()
	if _, err := p.Sim.Start(); err != nil {
		t.Fatalf("start simulator: %v", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	p.stop = stop
	all := slices.Concat(args[:min(1, len(args))], []string{"--data", p.Folder, "--key-file", p.KeyFile, "--addr", "127.0.0.1:0", "--language", "en"}, args[min(1, len(args)):])
	go func() {
		p.code <- app.Run(ctx, all, app.IO{In: strings.NewReader(""), Out: p.out, Err: p.out, Env: func(string) string { return "" }})
		_ = p.out.Close() // it cannot fail
	}()
	t.Cleanup(func() { p.Stop() })
	late, enough := context.WithTimeout(ctx, deadline)
	defer enough()
	url, err := p.out.Find(late, regexp.MustCompile(`http://\S+`))
	if err != nil {
		t.Fatalf("the program does not answer: %v", err)
	}
	p.URL = strings.TrimSuffix(url, "/")
	return p
}

// Stop ends the program as a signal would, and returns its exit code once everything is closed.
func (p *Program) Stop() (code int) {
	p.once.Do(func() {
		p.stop()
		select {
		case code = <-p.code:
		case <-time.After(deadline):
			p.t.Errorf("the program does not end; it said:\n%s", p.out)
		}
		if err := p.Sim.Close(); err != nil {
			p.t.Errorf("stop simulator: %v", err)
		}
	})
	return code
}

// Said is everything the program has printed.
func (p *Program) Said() string { return p.out.String() }

// Call sends body (nil for none) as JSON and decodes the answer into into (nil for not at all). It returns the status.
func (p *Program) Call(method, path string, body, into any) int {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), deadline)
	defer cancel()
	status, code, err := field.Client{URL: p.URL, Token: p.Token, HTTP: http.DefaultClient}.Ask(ctx, method, path, body, into)
	if err != nil {
		p.t.Fatal(err)
	}
	if status >= 300 {
		p.Code = code
		p.t.Logf("%s %s: %d %s", method, path, status, code)
	}
	return status
}

// Must is Call that ends the test unless the status is a good one.
func (p *Program) Must(method, path string, body, into any) {
	p.t.Helper()
	if status := p.Call(method, path, body, into); status >= 300 {
		p.t.Fatalf("%s %s: status %d", method, path, status)
	}
}

// SetUp makes the office and signs its administrator in.
func (p *Program) SetUp() {
	p.t.Helper()
	var session struct{ Token string }
	p.Must("POST", "/api/setup", map[string]any{
		"office_name": "Oficina de prueba", "timezone": "America/Mexico_City", "language": "es-MX",
		"admin": map[string]string{"name": "Ada Admin", "login": "admin", "password": Password},
	}, &session)
	p.Token = session.Token
}

// SignIn opens a session of a user whose password is Password.
func (p *Program) SignIn(login string) {
	p.t.Helper()
	var session struct{ Token string }
	p.Must("POST", "/api/session", map[string]string{"login": login, "password": Password}, &session)
	p.Token = session.Token
}

// Connect connects the office to the simulated Meta.
func (p *Program) Connect() {
	p.t.Helper()
	p.Must("PUT", "/api/meta/connection", map[string]string{
		"app_id": string(p.Demo.App), "app_secret": string(p.Demo.AppSecret), "token": string(p.Demo.Token), "base_url": p.Sim.URL(),
	}, nil)
}
