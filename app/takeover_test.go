package app_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sitegroup.mx/crm/app"
	"sitegroup.mx/crm/app/apptest"
	"sitegroup.mx/crm/backend/recovery"
	"sitegroup.mx/crm/backend/secret"
)

// backUp makes a backup and returns where its copy is.
func (o *theOffice) backUp() string {
	o.t.Helper()
	folder := o.t.TempDir()
	var made struct {
		Name   string
		Copied bool
	}
	o.Must("PUT", "/api/recovery/folder", map[string]string{"path": folder}, nil)
	o.Must("POST", "/api/recovery/backup", nil, &made)
	if !made.Copied {
		o.t.Errorf("backup = %+v", made)
	}
	content, err := os.ReadFile(filepath.Join(folder, made.Name))
	kept := filepath.Join(o.t.TempDir(), made.Name) // the folder's old ones are dropped
	if err := errors.Join(err, os.WriteFile(kept, content, 0o600)); err != nil {
		o.t.Fatal(err)
	}
	return kept
}

// devices are the states of an office's computers, as a program knows them, by their users' logins; the host's is "host".
func devices(p *apptest.Program) map[string]string {
	var list struct {
		Devices []struct {
			UserName string `json:"user_name"`
			State    string
			IsHost   bool `json:"is_host"`
		}
	}
	p.Must("GET", "/api/devices", nil, &list)
	states := map[string]string{}
	for _, d := range list.Devices {
		login := strings.TrimPrefix(d.UserName, "Persona ")
		if d.IsHost {
			login = "host"
		}
		if states[login] != "revoked" {
			states[login] = d.State
		}
	}
	return states
}

// revoke cuts a user's computers off.
func (o *theOffice) revoke(login string) {
	o.t.Helper()
	o.Must("POST", "/api/devices/"+o.device(login)+"/revoke", nil, nil)
}

// device is the id of a user's computer.
func (o *theOffice) device(login string) (id string) {
	o.t.Helper()
	var list struct {
		Devices []struct {
			ID     string
			UserID string `json:"user_id"`
		}
	}
	o.Must("GET", "/api/devices", nil, &list)
	for _, d := range list.Devices {
		if d.UserID == o.users[login] {
			id = d.ID
		}
	}
	return id
}

type restoreState struct {
	State, Problem string
	Step, Steps    int
}

// becomesHost asks a program to restore and waits until it has.
func becomesHost(t *testing.T, p *apptest.Program, path, code string) {
	t.Helper()
	p.Must("POST", "/api/setup/restore", map[string]string{"path": path, "code": code}, nil)
	restored(t, p)
}

func restored(t *testing.T, p *apptest.Program) {
	t.Helper()
	var s restoreState
	eventually(t, "the office is here", func() bool {
		p.Must("GET", "/api/setup/restore", nil, &s)
		if s.Problem != "" {
			t.Fatalf("restore: %s", s.Problem)
		}
		return s.State == "done"
	})
}

// signsInAgain signs in as soon as the user is there.
func signsInAgain(t *testing.T, p *apptest.Program, login string) {
	t.Helper()
	var session struct{ Token string }
	eventually(t, login+" can sign in", func() bool {
		return p.Call("POST", "/api/session", map[string]string{"login": login, "password": apptest.Password}, &session) < 300
	})
	p.Token = session.Token
}

// isTidy checks that a take-over has left neither a replica nor its keys behind.
func isTidy(t *testing.T, p *apptest.Program) {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(p.Folder, "office.db.*"))
	left = slices.DeleteFunc(left, func(path string) bool { return strings.HasSuffix(path, "office.db.lock") })
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	keys, err := os.ReadFile(p.KeyFile)
	if n := strings.Count(string(keys), "database-key/"); err != nil || n != 1 {
		t.Errorf("%d database keys are left, %v", n, err)
	}
}

// TestRestore_OnAMemberGoesOnAfterEachStep: wherever the power goes while an administrator's computer becomes the host, what
// was written on it and not sent gets there, and who was revoked stays so.
func TestRestore_OnAMemberGoesOnAfterEachStep(t *testing.T) {
	o := startOffice(t)
	sent, unsent := o.prospect("ana", "Primera"), o.prospect("ana", "Segunda")
	o.user("alma", "admin")
	beto := o.join("beto")
	beto.Stop()
	dir := t.TempDir()
	alma := o.joinIn(dir, "alma")
	backup := o.backUp()
	set(alma, sent, "hot")
	o.revoke("beto")
	alma.Stop() // a new connection begins with the list
	alma = apptest.StartIn(t, dir)
	alma.SignIn("alma")
	o.prospect("ana", "Después")
	eventually(t, "alma knows the list, and nothing waits", func() bool {
		state, pending := syncState(alma)
		return has(alma, "Después") && state == "up_to_date" && pending == 0
	})
	o.Stop()
	eventually(t, "alma is alone", func() bool { state, _ := syncState(alma); return state == "offline" })
	set(alma, unsent, "warm")
	alma.Must("POST", "/api/prospects", map[string]any{"name": "Sin red", "phones": []string{}, "emails": []string{"sinred@example.com"}}, nil)
	if !has(alma, "Sin red") {
		t.Fatal("not even alma has it")
	}
	alma.Stop()

	t.Run("by the command", func(t *testing.T) {
		dir2 := t.TempDir()
		if err := errors.Join(os.CopyFS(dir2, os.DirFS(dir)), os.Chmod(filepath.Join(dir2, "keys.json"), 0o600)); err != nil {
			t.Fatal(err)
		}
		var said bytes.Buffer
		args := []string{"restore", "--data", filepath.Join(dir2, "data"), "--key-file", filepath.Join(dir2, "keys.json"), "--language", "en", backup}
		if code := app.Run(t.Context(), args, app.IO{In: strings.NewReader(o.code + "\n"), Out: &said, Err: &said, Env: func(string) string { return "" }}); code != 0 {
			t.Fatalf("the command ends with %d: %s", code, &said)
		}
		next := apptest.StartIn(t, dir2, "--sync-listen", "127.0.0.1:0")
		next.SignIn("alma")
		if got := temperature(next, unsent); got != "warm" || !has(next, "Sin red") {
			t.Errorf("the new host has %s and %v", got, names(next))
		}
		isTidy(t, next)
	})
	for _, step := range append(recovery.Steps, app.AfterTakeUp) {
		t.Run(step, func(t *testing.T) {
			dir2 := t.TempDir()
			if err := os.CopyFS(dir2, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			data, keys := filepath.Join(dir2, "data"), filepath.Join(dir2, "keys.json")
			if err := os.Chmod(keys, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := app.RestoreUntil(t.Context(), data, keys, backup, o.code, step); !errors.Is(err, app.ErrPower) {
				t.Fatalf("the restore answers %v", err)
			}
			next := apptest.StartIn(t, dir2, "--sync-listen", "127.0.0.1:0")
			next.SignIn("alma")
			var s struct{ Role string }
			next.Must("GET", "/api/sync", nil, &s)
			if s.Role == "member" { // nothing was touched yet
				if got := temperature(next, unsent); got != "warm" {
					t.Errorf("the member that it still is shows %s", got)
				}
				becomesHost(t, next, backup, o.code)
				next.SignIn("alma")
			}
			if got := [...]string{temperature(next, sent), temperature(next, unsent)}; got != [...]string{"hot", "warm"} {
				t.Errorf("the new host has %v", got)
			}
			if !has(next, "Sin red") {
				t.Error("who was registered without the network is lost")
			}
			if got := devices(next); got["beto"] != "revoked" || got["host"] != "active" {
				t.Errorf("the new host's list is %v", got)
			}
			isTidy(t, next)
			next.Stop()
			again := apptest.StartIn(t, dir2, "--sync-listen", "127.0.0.1:0")
			again.SignIn("alma")
			if got := temperature(again, unsent); got != "warm" {
				t.Errorf("after another start it has %s", got)
			}
		})
	}
}

// TestComputers_AMemberTakesOver: the host is gone for good, and an administrator's computer, with edits that it could not
// send, becomes the host from a backup.
func TestComputers_AMemberTakesOver(t *testing.T) {
	for _, known := range []bool{true, false} {
		t.Run(map[bool]string{true: "of somebody whom the backup knows", false: "of somebody who came after it"}[known], func(t *testing.T) {
			o := startOffice(t)
			first, second := o.prospect("ana", "Primera"), o.prospect("ana", "Segunda")
			ana := o.join("ana")
			backup := ""
			if !known {
				backup = o.backUp()
			}
			o.user("alma", "admin")
			alma := o.joinIn(t.TempDir(), "alma", "--sync-listen", o.addr)
			if known {
				backup = o.backUp()
			}
			set(ana, second, "cold")
			eventually(t, "alma has what ana wrote", func() bool { return temperature(alma, second) == "cold" })
			o.Stop()
			eventually(t, "alma is alone", func() bool { state, _ := syncState(alma); return state == "offline" })
			set(alma, first, "hot")
			set(ana, second, "warm")

			other := startOffice(t)
			for _, wrong := range []map[string]string{
				{"path": backup, "code": "0000-0000-0000-0000-0000-0000-0000"},
				{"path": other.backUp(), "code": other.code}, // which fit, and are of another office
			} {
				if status := alma.Call("POST", "/api/setup/restore", wrong, nil); status != 200 {
					t.Fatalf("a wrong code is answered with %d", status)
				}
				var s restoreState
				eventually(t, "a wrong code is said to be one", func() bool {
					alma.Must("GET", "/api/setup/restore", nil, &s)
					return s.State != "running"
				})
				if s.State != "failed" || s.Problem != "recovery.wrong_code" {
					t.Fatalf("a wrong code: %+v", s)
				}
			}
			if got := temperature(alma, first); got != "hot" {
				t.Errorf("after a wrong code alma shows %s", got)
			}
			becomesHost(t, alma, backup, o.code)
			alma.SignIn(map[bool]string{true: "alma", false: "admin"}[known])
			if got := temperature(alma, first); got != "hot" {
				t.Errorf("what alma had not sent: %s", got)
			}
			eventually(t, "ana's edits arrive", func() bool { return temperature(alma, second) == "warm" })
			signsInAgain(t, ana, "ana") // her replica is read anew, and with it who she is
			eventually(t, "and nothing waits", func() bool {
				state, pending := syncState(ana)
				return state == "up_to_date" && pending == 0 && temperature(ana, first) == "hot"
			})
			isTidy(t, alma)
		})
	}
}

// TestComputers_ARunningHostStopsOnceItHearsOfAnother: two computers believe to be the host, and the one that is wrong would
// go on fetching leads and registering people until somebody starts it again.
func TestComputers_ARunningHostStopsOnceItHearsOfAnother(t *testing.T) {
	o := startOffice(t)
	first := o.prospect("ana", "Primera")
	anaDir := t.TempDir()
	ana := o.joinIn(anaDir, "ana")
	backup := o.backUp()
	o.Stop()
	next := apptest.Start(t, "--sync-listen", o.addr)
	becomesHost(t, next, backup, o.code)
	next.SignIn("admin")
	set(next, first, "hot")
	eventually(t, "ana follows the new host", func() bool { return temperature(ana, first) == "hot" })
	ana.Stop()
	next.Stop()

	old := apptest.StartIn(t, o.dir, "--sync-listen", o.addr)
	old.Token = o.Token
	if state, _ := syncState(old); state != "up_to_date" {
		t.Fatalf("the former host, alone, is %s", state)
	}
	log := func() string {
		text, err := os.ReadFile(filepath.Join(old.Folder, "log", "sitegroup-crm.log"))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	const stopped = "nothing comes in here any more"
	if strings.Contains(log(), stopped) {
		t.Fatal("the former host has stopped before it heard of anything")
	}
	apptest.StartIn(t, anaDir)
	eventually(t, "the former host is told by ana and says so", func() bool { state, _ := syncState(old); return state == "stopped" })
	eventually(t, "its intake has ended", func() bool { return strings.Contains(log(), stopped) })
	if got := code(old, "GET", "/api/prospects", nil); got != "host.superseded" {
		t.Errorf("the former host answers %q", got)
	}
}

// handOver has the office's host choose a login's computer, and that computer accept.
func (o *theOffice) handOver(to *apptest.Program, login string) {
	o.t.Helper()
	o.Must("POST", "/api/handover", map[string]string{"device_id": o.device(login)}, nil)
	to.Must("POST", "/api/handover/take", nil, nil)
	restored(o.t, to)
}

func code(p *apptest.Program, method, path string, body any) string {
	p.Call(method, path, body, nil)
	return p.Code
}

// TestComputers_TheOfficeMoves: both computers are there, and the office goes from one to the other with what was written on
// either.
func TestComputers_TheOfficeMoves(t *testing.T) {
	o := startOffice(t)
	first, second := o.prospect("ana", "Primera"), o.prospect("ana", "Segunda")
	o.user("alma", "admin")
	nextAddr := freePort(t)
	anaDir := t.TempDir()
	ana, alma := o.joinIn(anaDir, "ana"), o.joinIn(t.TempDir(), "alma", "--sync-listen", nextAddr)
	beto := o.join("beto")
	beto.Stop() // away while the office moves
	if got := code(alma, "POST", "/api/handover/take", nil); got != "handover.not_found" {
		t.Errorf("alma takes what nobody has offered: %q", got)
	}
	if got := code(o.Program, "POST", "/api/handover", map[string]string{"device_id": o.device("ana")}); got != "handover.not_admin" {
		t.Errorf("offered to a seller: %q", got)
	}
	set(alma, first, "hot") // on its way, or not yet
	keep(t, o.dir, hostSecrets...)
	o.handOver(alma, "alma")
	eventually(t, "the former host has no token any more", func() bool { return len(kept(t, o.dir, hostSecrets...)) == 0 })
	alma.SignIn("alma")
	set(ana, second, "warm")
	var s struct{ Role, State string }
	alma.Must("GET", "/api/sync", nil, &s)
	if s.Role != "host" {
		t.Errorf("alma's computer is a %s", s.Role)
	}
	if got := temperature(alma, first); got != "hot" {
		t.Errorf("what alma wrote on her member: %s", got)
	}
	if got := code(o.Program, "GET", "/api/prospects", nil); got != "host.superseded" {
		t.Errorf("the former host answers %q", got)
	}
	eventually(t, "ana follows", func() bool { return temperature(alma, second) == "warm" })
	eventually(t, "with everything", func() bool { state, pending := syncState(ana); return state == "up_to_date" && pending == 0 })
	isTidy(t, alma)
	if got := devices(alma); got["host"] != "active" || len(got) != 4 {
		t.Errorf("the new host's list is %v", got)
	}

	// The former host is started again and still says where the office is; who was away hears it there.
	o.Stop()
	keep(t, o.dir, hostSecrets...) // the program had ended before it came to that
	old := apptest.StartIn(t, o.dir, "--sync-listen", o.addr)
	old.Token = o.Token
	eventually(t, "nor after another start", func() bool { return len(kept(t, o.dir, hostSecrets...)) == 0 })
	if got := code(old, "GET", "/api/prospects", nil); got != "host.superseded" {
		t.Errorf("started again, the former host answers %q", got)
	}
	again := apptest.StartIn(t, filepath.Dir(beto.Folder))
	again.SignIn("beto")
	var mine struct{ ID string }
	alma.Must("POST", "/api/prospects", map[string]any{"name": "De Beto", "phones": []string{}, "emails": []string{"b@example.com"}, "owner_id": o.users["beto"]}, &mine)
	eventually(t, "beto is told by the former host", func() bool { return temperature(again, mine.ID) != "missing" })

	// And it is one of the office's computers again, by invitation of the new host.
	next := &theOffice{Program: alma, t: t, users: o.users}
	var users struct{ Items []struct{ ID, Login string } }
	alma.Must("GET", "/api/users", nil, &users)
	for _, u := range users.Items {
		next.users[u.Login] = u.ID
	}
	next.joinOn(old, "admin")
	if got := temperature(old, second); got != "warm" {
		t.Errorf("the former host, as a member: %s", got)
	}

	// What it was before stays aside, but not once its user is a seller: a seller's computer holds their own prospects alone.
	if len(former(t, o.dir)) == 0 {
		t.Fatal("the office of before is not aside")
	}
	before := keysOf(t, former(t, o.dir))
	if len(kept(t, o.dir, before...)) == 0 {
		t.Fatal("its keys are not in the keyring")
	}
	alma.Must("PATCH", "/api/users/"+next.users["admin"], map[string]string{"role": "seller"}, nil)
	eventually(t, "the office of before is gone", func() bool { return len(former(t, o.dir)) == 0 })
	if got := kept(t, o.dir, before...); len(got) != 0 {
		t.Errorf("its keys are still there: %v", got)
	}
	if got := temperature(old, second); got != "missing" {
		t.Errorf("a prospect of somebody else's on a seller's computer: %s", got)
	}
}

// hostSecrets are what the keyring of an office's host has and no other.
var hostSecrets = []string{"meta/token", "meta/app-secret", "relay/admission"}

// keep puts secrets into a computer's keyring.
func keep(t *testing.T, dir string, names ...string) {
	t.Helper()
	vault, err := secret.File(filepath.Join(dir, "keys.json"))
	for _, name := range names {
		if err == nil {
			err = vault.Set(name, []byte("x"))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

// kept are those of some secrets that a computer's keyring has.
func kept(t *testing.T, dir string, names ...string) (there []string) {
	t.Helper()
	vault, err := secret.File(filepath.Join(dir, "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if _, err := vault.Get(name); err == nil {
			there = append(there, name)
		}
	}
	return there
}

// former are the files of an office that was put aside.
func former(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "data", "office.db.before-*"))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// keysOf are the names of the keys that the installation among some files points to.
func keysOf(t *testing.T, paths []string) (names []string) {
	t.Helper()
	for _, path := range paths {
		if !strings.HasSuffix(path, ".installation.json") {
			continue
		}
		text, err := os.ReadFile(path)
		var i struct{ File string }
		if err == nil {
			err = json.Unmarshal(text, &i)
		}
		if err != nil || i.File == "" {
			t.Fatal(path, err)
		}
		names = append(names, "database-key/"+i.File, "device-key/"+i.File)
	}
	return names
}

// TestComputers_TheOfficeStaysWhenNobodyTakesIt: nothing but the chosen computer's own word moves it, and it can be taken
// back.
func TestComputers_TheOfficeStaysWhenNobodyTakesIt(t *testing.T) {
	o := startOffice(t)
	first := o.prospect("ana", "Primera")
	o.user("alma", "admin")
	alma := o.joinIn(t.TempDir(), "alma", "--sync-listen", "127.0.0.1:0")
	o.Must("POST", "/api/handover", map[string]string{"device_id": o.device("alma")}, nil)
	for path, body := range map[string]any{
		"/api/handover/begin": map[string]any{"request": []byte("x")}, "/api/handover/finish": map[string]any{"request": []byte("x")},
	} {
		if got := code(alma, "POST", path, body); got != "handover.not_found" {
			t.Errorf("%s without a signature: %q", path, got)
		}
	}
	o.Must("DELETE", "/api/handover", nil, nil)
	if got := code(alma, "POST", "/api/handover/take", nil); got != "handover.not_found" {
		t.Errorf("what was taken back is taken: %q", got)
	}
	set(alma, first, "hot")
	eventually(t, "everything is as before", func() bool { return temperature(o.Program, first) == "hot" })
}

// TestComputers_TheNextHostDiesBeforeItIsNamed: the host waits for a while, taking nothing, and goes on.
func TestComputers_TheNextHostDiesBeforeItIsNamed(t *testing.T) {
	app.HandoverPatience(t, 2*time.Second)
	o := startOffice(t)
	first := o.prospect("ana", "Primera")
	o.user("alma", "admin")
	dir := t.TempDir()
	alma := o.joinIn(dir, "alma", "--sync-listen", "127.0.0.1:0")
	alma.Stop()
	there := make(chan error, 1)
	go func() { there <- app.TakeUntilThere(t.Context(), alma.Folder, alma.KeyFile) }()
	eventually(t, "alma's computer can be chosen", func() bool {
		return o.Call("POST", "/api/handover", map[string]string{"device_id": o.device("alma")}, nil) < 300
	})
	if err := <-there; !errors.Is(err, app.ErrPower) {
		t.Fatalf("taking the office over answers %v", err)
	}
	if got := code(o.Program, "GET", "/api/prospects", nil); got != "host.moving" {
		t.Errorf("while it waits the host answers %q", got)
	}
	eventually(t, "the host goes on", func() bool { return o.Call("GET", "/api/prospects", nil, nil) < 300 })
	eventually(t, "the copy is deleted", func() bool {
		_, err := os.Stat(filepath.Join(o.dir, "data", "office.db.handover"))
		return errors.Is(err, os.ErrNotExist)
	})
	alma = apptest.StartIn(t, dir, "--sync-listen", "127.0.0.1:0")
	alma.SignIn("alma")
	set(alma, first, "hot")
	eventually(t, "everything is as before", func() bool { return temperature(o.Program, first) == "hot" })
}

// TestComputers_TheNextHostDiesOnceItIsNamed: the former host serves nobody any more, so the one that it has named has to be
// the host, whatever it has heard of that.
func TestComputers_TheNextHostDiesOnceItIsNamed(t *testing.T) {
	o := startOffice(t)
	first := o.prospect("ana", "Primera")
	o.user("alma", "admin")
	dir := t.TempDir()
	alma := o.joinIn(dir, "alma", "--sync-listen", "127.0.0.1:0")
	set(alma, first, "hot")
	alma.Stop()
	named := make(chan error, 1)
	go func() { named <- app.TakeUntilNamed(t.Context(), alma.Folder, alma.KeyFile) }()
	eventually(t, "alma's computer can be chosen", func() bool {
		return o.Call("POST", "/api/handover", map[string]string{"device_id": o.device("alma")}, nil) < 300
	})
	if err := <-named; !errors.Is(err, app.ErrPower) {
		t.Fatalf("taking the office over answers %v", err)
	}
	if got := code(o.Program, "GET", "/api/prospects", nil); got != "host.superseded" {
		t.Errorf("the former host answers %q", got)
	}
	alma = apptest.StartIn(t, dir, "--sync-listen", "127.0.0.1:0")
	var s struct{ Role string }
	eventually(t, "it is the host", func() bool {
		return alma.Call("POST", "/api/session", map[string]string{"login": "alma", "password": apptest.Password}, &struct{ Token *string }{&alma.Token}) < 300 &&
			alma.Call("GET", "/api/sync", nil, &s) < 300 && s.Role == "host"
	})
	if got := temperature(alma, first); got != "hot" {
		t.Errorf("what alma wrote: %s", got)
	}
	isTidy(t, alma)
}
