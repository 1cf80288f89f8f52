package app_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sitegroup.mx/crm/app/apptest"
)

// keepers are the ways to keep an office's keys; the system's keyring only where a test may use one (make test opens one of
// its own).
func keepers(t *testing.T) map[string][]string {
	t.Helper()
	list := map[string][]string{"key file": nil}
	if os.Getenv("SITEGROUP_TEST_KEYRING") == "1" {
		list["keyring"] = []string{"--key-file", ""}
	}
	return list
}

func TestServe_OfficeSurvivesARestart(t *testing.T) {
	for name, args := range keepers(t) {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			p := apptest.StartIn(t, dir, args...)
			var state struct {
				State   string
				Keyring bool
			}
			p.Must("GET", "/api/setup", nil, &state)
			if state.State != "new" || !state.Keyring {
				t.Fatalf("before: %+v", state)
			}
			p.SetUp()
			token := p.Token
			if code := p.Stop(); code != 0 {
				t.Fatalf("exit code %d: %s", code, p.Said())
			}

			again := apptest.StartIn(t, dir, args...)
			again.Must("GET", "/api/setup", nil, &state)
			if state.State != "ready" {
				t.Fatalf("after: %+v", state)
			}
			again.Token = token
			var me struct{ User struct{ Login string } }
			again.Must("GET", "/api/me", nil, &me)
			if me.User.Login != "admin" {
				t.Errorf("signed in as %q", me.User.Login)
			}
			if status := again.Call("POST", "/api/setup", map[string]any{
				"office_name": "Otra", "timezone": "America/Mexico_City", "language": "es-MX",
				"admin": map[string]string{"name": "Otra", "login": "otra", "password": apptest.Password},
			}, nil); status < 400 {
				t.Errorf("a second office was made over the first: status %d", status)
			}
		})
	}
}

// TestRoot_WithoutADisplay: `make run` on a machine without a display ended with an error.
func TestRoot_WithoutADisplay(t *testing.T) {
	p := apptest.StartBare(t)
	p.SetUp()
	var me struct{ User struct{ Login string } }
	p.Must("GET", "/api/me", nil, &me)
	if me.User.Login != "admin" {
		t.Errorf("signed in as %q", me.User.Login)
	}
	if code := p.Stop(); code != 0 {
		t.Errorf("exit code %d: %s", code, p.Said())
	}
}

func TestServe_LeadsComeInAndNothingPersonalIsOnDisk(t *testing.T) {
	p := apptest.Start(t, "--log-level", "debug")
	p.SetUp()
	for range 5 {
		if _, err := p.Sim.NextDemoLead(); err != nil {
			t.Fatal(err)
		}
	}
	p.Connect()
	var status struct{ Forms []struct{ ID string } }
	p.Must("GET", "/api/meta", nil, &status)
	for _, form := range status.Forms {
		p.Must("PATCH", "/api/meta/forms/"+form.ID, map[string]any{"active": true}, nil)
		p.Must("POST", "/api/meta/forms/"+form.ID+"/pull", nil, nil)
	}
	var page struct {
		Items []struct{ Name, Phone string }
	}
	p.Must("GET", "/api/prospects", nil, &page)
	if len(page.Items) == 0 {
		t.Fatal("no prospect came of five leads")
	}
	if code := p.Stop(); code != 0 {
		t.Fatalf("exit code %d: %s", code, p.Said())
	}

	secrets := []string{"SQLite format 3", string(p.Demo.Token), string(p.Demo.AppSecret), apptest.Password, p.Token}
	for _, c := range page.Items {
		if digits := regexp.MustCompile(`\D`).ReplaceAllString(c.Phone, ""); len(digits) >= 10 {
			secrets = append(secrets, digits[len(digits)-10:])
		}
		if len(c.Name) > 8 {
			secrets = append(secrets, c.Name)
		}
	}
	files := 0
	err := filepath.WalkDir(p.Folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		content, err := os.ReadFile(path)
		for _, secret := range secrets {
			if bytes.Contains(content, []byte(secret)) {
				t.Errorf("%s holds %q", d.Name(), secret)
			}
		}
		return err
	})
	if err != nil || files < 3 {
		t.Errorf("%d files, %v", files, err)
	}
	for _, secret := range secrets {
		if strings.Contains(p.Said(), secret) {
			t.Errorf("the terminal shows %q", secret)
		}
	}
}

func TestServe_DemoAndBack(t *testing.T) {
	p := apptest.Start(t)
	var session struct {
		Token string
		User  struct{ Login string }
	}
	p.Must("POST", "/api/setup/demo", nil, &session)
	p.Token = session.Token
	var me struct{ Demo bool }
	p.Must("GET", "/api/me", nil, &me)
	if !me.Demo || session.User.Login != "lucia" {
		t.Errorf("demo %v, signed in as %q", me.Demo, session.User.Login)
	}
	p.Must("POST", "/api/setup/leave-demo", nil, nil)
	var state struct {
		State string
		Demo  bool
	}
	p.Must("GET", "/api/setup", nil, &state)
	if state.State != "new" || state.Demo {
		t.Errorf("after the demo: %+v", state)
	}
	p.SetUp()
	p.Must("GET", "/api/me", nil, &me)
	if me.Demo {
		t.Error("the office made after the demo is a demo")
	}
}
