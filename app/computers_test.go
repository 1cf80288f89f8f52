package app_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sitegroup.mx/crm/app/apptest"
)

// freePort is a port that nobody had a moment ago: a host that comes back has to be where it was.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // it was only asked for its port
	return l.Addr().String()
}

// eventually waits for what programs do by themselves.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if so() {
			return
		}
	}
	t.Fatalf("never: %s", what)
}

// Whoever held the host's port may give it up: nobody has to start the host anew for that.
func TestAHostWaitsForItsPort(t *testing.T) {
	t.Parallel()
	holder, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Close() //nolint:errcheck // closed below; here for a test that ends early
	p := apptest.Start(t, "--sync-listen", holder.Addr().String())
	p.SetUp()
	var devices struct {
		Network struct {
			Addresses []string
			Problem   string
		}
	}
	state := &devices.Network
	read := func() { p.Must("GET", "/api/devices", nil, &devices) }
	if read(); state.Problem != "network.port_taken" || len(state.Addresses) > 0 {
		t.Fatalf("with its port taken the host says %+v", *state)
	}
	if err := holder.Close(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the host listens", func() bool { read(); return state.Problem == "" })
	if len(state.Addresses) != 1 || state.Addresses[0] != holder.Addr().String() {
		t.Errorf("it listens at %v", state.Addresses)
	}
}

// theOffice is a host with its recovery code, and what it takes to bring computers in.
type theOffice struct {
	*apptest.Program
	t     *testing.T
	dir   string
	addr  string
	code  string
	users map[string]string // ids by login
}

func startOffice(t *testing.T) *theOffice {
	t.Helper()
	o := &theOffice{t: t, dir: t.TempDir(), addr: freePort(t), users: map[string]string{}}
	o.Program = apptest.StartIn(o.t, o.dir, "--sync-listen", o.addr)
	o.SetUp()
	var made struct{ Code string }
	o.Must("POST", "/api/recovery/code", nil, &made)
	o.Must("POST", "/api/recovery/code/confirm", map[string]string{"code": strings.ToLower(made.Code)}, nil)
	o.code = made.Code
	for _, login := range []string{"ana", "beto"} {
		o.user(login, "seller")
	}
	return o
}

func (o *theOffice) user(login, role string) {
	o.t.Helper()
	var u struct{ ID string }
	o.Must("POST", "/api/users", map[string]string{"login": login, "name": "Persona " + login, "role": role, "password": apptest.Password}, &u)
	o.users[login] = u.ID
}

// join brings a new computer in, as its user and the administrator do it, and signs in on it.
func (o *theOffice) join(login string) *apptest.Program {
	o.t.Helper()
	return o.joinIn(o.t.TempDir(), login)
}

// joinIn is join on a folder of the test's.
func (o *theOffice) joinIn(dir, login string, args ...string) *apptest.Program {
	o.t.Helper()
	p := apptest.StartIn(o.t, dir, args...)
	o.joinOn(p, login)
	return p
}

// joinOn brings in the computer on which a program runs.
func (o *theOffice) joinOn(p *apptest.Program, login string) {
	o.t.Helper()
	var invitation struct {
		ID, Text string
		QRSVG    string `json:"qr_svg"`
	}
	o.Must("POST", "/api/devices/invitations", map[string]string{"user_id": o.users[login]}, &invitation)
	if !strings.HasPrefix(invitation.QRSVG, "<svg") {
		o.t.Errorf("no QR: %.40s", invitation.QRSVG)
	}
	p.Must("POST", "/api/setup/join", map[string]string{"invitation": invitation.Text, "device_name": "Portátil de " + login}, nil)
	var here struct{ State, Digits, Login, Problem string }
	eventually(o.t, "the new computer shows digits", func() bool {
		p.Must("GET", "/api/setup/join", nil, &here)
		if here.Problem != "" {
			o.t.Fatalf("joining failed: %s", here.Problem)
		}
		return here.Digits != ""
	})
	var list struct {
		Items []struct {
			ID, State, Digits string
			DeviceName        string `json:"device_name"`
		}
	}
	o.Must("GET", "/api/devices/invitations", nil, &list)
	if i := list.Items[0]; i.Digits != here.Digits || i.State != "waiting" || i.DeviceName != "Portátil de "+login {
		o.t.Fatalf("the administrator sees %+v, the new computer %+v", i, here)
	}
	o.Must("POST", "/api/devices/invitations/"+invitation.ID+"/admit", nil, nil)
	eventually(o.t, "everything is there", func() bool {
		var setup struct{ State string }
		p.Must("GET", "/api/setup", nil, &setup)
		p.Must("GET", "/api/setup/join", nil, &here)
		if setup.State == "new" && here.State == "idle" {
			o.t.Error("on its way into the office the new computer says that it is on none")
		}
		return here.State == "ready"
	})
	p.SignIn(here.Login)
}

// prospect registers somebody for a seller.
func (o *theOffice) prospect(login, name string) string {
	o.t.Helper()
	var made struct{ ID string }
	o.Must("POST", "/api/prospects", map[string]any{"name": name, "phones": []string{}, "emails": []string{name + "@example.com"}, "owner_id": o.users[login]}, &made)
	return made.ID
}

// names are the prospects that a program's lists show.
func names(p *apptest.Program) []string {
	var list struct {
		Items []struct{ Name string }
	}
	p.Must("GET", "/api/prospects", nil, &list)
	var names []string
	for _, i := range list.Items {
		names = append(names, i.Name)
	}
	return names
}

func has(p *apptest.Program, name string) bool {
	for _, n := range names(p) {
		if n == name {
			return true
		}
	}
	return false
}

func temperature(p *apptest.Program, id string) string {
	var detail struct{ Temperature string }
	if p.Call("GET", "/api/prospects/"+id, nil, &detail) >= 300 {
		return "missing"
	}
	return detail.Temperature
}

func syncState(p *apptest.Program) (state string, pending int) {
	var s struct {
		State   string
		Pending int
	}
	p.Must("GET", "/api/sync", nil, &s)
	return s.State, s.Pending
}

func set(p *apptest.Program, id, value string) {
	p.Must("PATCH", "/api/prospects/"+id, map[string]string{"temperature": value}, nil)
}

func TestComputers_AnOfficeOfThree(t *testing.T) {
	o := startOffice(t)
	first := o.prospect("ana", "Primera")
	o.prospect("beto", "Segunda")
	ana, beto := o.join("ana"), o.join("beto")
	if !has(ana, "Primera") || has(ana, "Segunda") || !has(beto, "Segunda") || has(beto, "Primera") {
		t.Fatalf("ana holds %v, beto %v", names(ana), names(beto))
	}

	t.Run("edits travel both ways", func(t *testing.T) {
		set(ana, first, "hot")
		eventually(t, "the host has it", func() bool { return temperature(o.Program, first) == "hot" })
		set(o.Program, first, "cold")
		eventually(t, "ana has it", func() bool { return temperature(ana, first) == "cold" })
		eventually(t, "nothing waits", func() bool { state, pending := syncState(ana); return state == "up_to_date" && pending == 0 })
	})
	t.Run("who is registered on a member gets to the host", func(t *testing.T) {
		var made struct{ ID string }
		ana.Must("POST", "/api/prospects", map[string]any{"name": "De Ana", "phones": []string{"55 5123 0199"}, "emails": []string{}}, &made)
		eventually(t, "nothing waits", func() bool { state, pending := syncState(ana); return state == "up_to_date" && pending == 0 })
		if !has(ana, "De Ana") || temperature(o.Program, made.ID) == "missing" {
			t.Errorf("ana has %v, the host %s", names(ana), temperature(o.Program, made.ID))
		}
	})
	t.Run("reassigning moves it whole", func(t *testing.T) {
		ana.Must("POST", "/api/prospects/"+first+"/activities", map[string]string{"kind": "note", "body": "llamar el lunes"}, nil)
		eventually(t, "the note is on the host", func() bool { _, pending := syncState(ana); return pending == 0 })
		o.Must("PATCH", "/api/prospects/"+first, map[string]string{"owner_id": o.users["beto"], "owner_reason": "porque sí"}, nil)
		eventually(t, "it is gone from ana's", func() bool { return !has(ana, "Primera") && temperature(ana, first) == "missing" })
		eventually(t, "it is with beto", func() bool { return has(beto, "Primera") })
		var timeline struct {
			Items []struct{ Type string }
		}
		beto.Must("GET", "/api/prospects/"+first+"/timeline", nil, &timeline)
		if len(timeline.Items) < 3 {
			t.Errorf("beto's history has %d lines", len(timeline.Items))
		}
	})
	t.Run("offline on both sides, and a conflict", func(t *testing.T) {
		if code := o.Stop(); code != 0 {
			t.Fatalf("the host ended with %d: %s", code, o.Said())
		}
		eventually(t, "beto knows", func() bool { state, _ := syncState(beto); return state == "offline" })
		set(beto, first, "warm")
		if state, pending := syncState(beto); state != "offline" || pending != 1 {
			t.Errorf("beto's state = %s, %d pending", state, pending)
		}
		token := o.Token
		o.Program = apptest.StartIn(o.t, o.dir, "--sync-listen", "127.0.0.1:0") // where nobody looks for it
		o.Token = token
		time.Sleep(20 * time.Millisecond) // the host's write is to be the later one
		set(o.Program, first, "hot")
		o.Stop()
		o.Program = apptest.StartIn(o.t, o.dir, "--sync-listen", o.addr)
		o.Token = token
		eventually(t, "beto is back", func() bool { state, _ := syncState(beto); return state == "up_to_date" })
		if got := temperature(beto, first); got != "hot" {
			t.Errorf("the later write was the host's; beto has %s", got)
		}
		var changes struct {
			Items []struct {
				ID, Outcome, Field string
				ProspectName       string `json:"prospect_name"`
				Mine, Theirs       string
				ByName             string `json:"by_name"`
				CanApply           bool   `json:"can_apply"`
			}
		}
		eventually(t, "beto is told that it was replaced", func() bool {
			beto.Must("GET", "/api/sync/changes", nil, &changes)
			return len(changes.Items) == 1
		})
		c := changes.Items[0]
		if c.Outcome != "superseded" || c.Field != "temperature" || c.Mine != "warm" || c.Theirs != "hot" || c.ByName != "Ada Admin" || c.ProspectName != "Primera" || !c.CanApply {
			t.Errorf("change = %+v", c)
		}
		beto.Must("POST", "/api/sync/changes/apply", map[string]any{"ids": []string{c.ID}}, nil)
		eventually(t, "applied again, beto's stays", func() bool { return temperature(o.Program, first) == "warm" })
		beto.Must("GET", "/api/sync/changes", nil, &changes)
		if len(changes.Items) != 0 {
			t.Errorf("the list still has %+v", changes.Items)
		}
	})
	t.Run("what only the host knows", func(t *testing.T) {
		o.user("alma", "admin")
		alma := o.join("alma")
		if !has(alma, "Primera") || !has(alma, "Segunda") {
			t.Errorf("an administrator's computer holds %v", names(alma))
		}
		var devices struct {
			Devices []struct {
				UserName string `json:"user_name"`
				State    string
			}
		}
		alma.Must("GET", "/api/devices", nil, &devices)
		if len(devices.Devices) != 4 {
			t.Errorf("devices = %+v", devices.Devices)
		}
		var audit struct{ Items []struct{ Action string } }
		alma.Must("GET", "/api/audit", nil, &audit)
		if len(audit.Items) == 0 {
			t.Error("no audit trail")
		}
		alma.Must("POST", "/api/users", map[string]string{"login": "caro", "name": "Caro", "role": "seller", "password": apptest.Password}, nil)
		eventually(t, "the new user is on alma's computer", func() bool {
			var users struct{ Items []struct{ Login string } }
			alma.Must("GET", "/api/users", nil, &users)
			return len(users.Items) == 5
		})
		if status := ana.Call("GET", "/api/devices", nil, nil); status != 403 {
			t.Errorf("a seller asked for the office's computers and got %d", status)
		}
	})
	t.Run("revoking wipes", func(t *testing.T) {
		var devices struct {
			Devices []struct {
				ID, State string
				UserID    string `json:"user_id"`
			}
		}
		o.Must("GET", "/api/devices", nil, &devices)
		for _, d := range devices.Devices {
			if d.UserID == o.users["beto"] {
				o.Must("POST", "/api/devices/"+d.ID+"/revoke", nil, nil)
			}
		}
		var state struct{ State string }
		eventually(t, "beto's computer says so", func() bool {
			beto.Must("GET", "/api/setup", nil, &state)
			return state.State == "wiped"
		})
		eventually(t, "nothing is left on it", func() bool {
			left, err := filepath.Glob(filepath.Join(beto.Folder, "office*"))
			return err == nil && len(left) == 0
		})
		eventually(t, "nor the key", func() bool {
			keys, err := os.ReadFile(beto.KeyFile)
			return err == nil && !strings.Contains(string(keys), "-key/")
		})
		eventually(t, "the host knows", func() bool {
			o.Must("GET", "/api/devices", nil, &devices)
			for _, d := range devices.Devices {
				if d.UserID == o.users["beto"] {
					return d.State == "wiped"
				}
			}
			return false
		})
	})
}

// TestComputers_TheHostIsGone loses the host's disk: another computer becomes the host from a backup, and what a member knew
// beyond it comes back.
func TestComputers_TheHostIsGone(t *testing.T) {
	o := startOffice(t)
	first := o.prospect("ana", "Primera")
	ana := o.join("ana")
	path := o.backUp()
	set(ana, first, "hot") // after the backup
	eventually(t, "the host has it", func() bool {
		_, pending := syncState(ana)
		return pending == 0 && temperature(o.Program, first) == "hot"
	})
	o.Stop()

	next := apptest.Start(t, "--sync-listen", o.addr)
	var state struct {
		State, Problem string
		Step, Steps    int
	}
	next.Must("POST", "/api/setup/restore", map[string]string{"path": path, "code": "0000-0000-0000-0000-0000-0000-0000"}, nil)
	eventually(t, "a wrong code is said to be one", func() bool {
		next.Must("GET", "/api/setup/restore", nil, &state)
		return state.State == "failed" && state.Problem == "recovery.wrong_code"
	})
	next.Must("POST", "/api/setup/restore", map[string]string{"path": path, "code": o.code}, nil)
	eventually(t, "the office is back", func() bool {
		next.Must("GET", "/api/setup/restore", nil, &state)
		if state.Problem != "" {
			t.Fatalf("restore failed: %s", state.Problem)
		}
		return state.State == "done"
	})
	next.SignIn("admin")
	eventually(t, "the member brings what the backup did not have", func() bool { return temperature(next, first) == "hot" })

	old := apptest.StartIn(o.t, o.dir, "--sync-listen", "127.0.0.1:0")
	old.Token = o.Token
	if got := temperature(old, first); got != "hot" {
		t.Errorf("the old host, alone, shows %s", got)
	}
}
