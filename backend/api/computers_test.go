package api_test

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/api/apitest"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/link"
	"sitegroup.mx/crm/store/storetest"
)

type syncAnswer struct {
	Damaged                      bool
	Role, State, Problem         string
	Pending, Refused, Superseded int
	Connected, Members           int
	Since                        *string
	LastContactAt                *string `json:"last_contact_at"`
	LeaseUntil                   *string `json:"lease_until"`
	LastCompleteAt               *string `json:"last_complete_at"`
	HostName                     string  `json:"host_name"`
}

type changesAnswer struct {
	Items []struct {
		ID, Outcome, Reason, Field string
		Mine, Theirs               json.RawMessage
		ProspectName               string `json:"prospect_name"`
		ByName                     string `json:"by_name"`
		CanApply                   bool   `json:"can_apply"`
	}
}

// TestUndo_OfWhatTheHostDid: what an administrator's computer had the host do, like sharing out the tray, is taken back from
// there too; with the host out of reach it says so.
func TestUndo_OfWhatTheHostDid(t *testing.T) {
	o := apitest.New(t)
	id := o.Prospect("ana", "Una Persona", "55 5123 0101", "una@example.com")
	o.Do("admin", "PATCH", "/api/prospects/"+id, map[string]string{"owner_id": "", "owner_reason": "De vacaciones"}).OK()
	o.Do("admin", "POST", "/api/users", map[string]string{"login": "zoe", "name": "Zoe", "role": "admin", "password": apitest.Password}).OK()
	o.Adopt("zoe")
	m := o.Join("zoe")
	var shared struct {
		Given int
		TxID  string `json:"tx_id"`
	}
	m.Do("zoe", "POST", "/api/tray/share", nil).Decode(&shared)
	m.Exchange()
	owner := func(at *apitest.Office, login string) string {
		t.Helper()
		var p struct {
			OwnerID string `json:"owner_id"`
		}
		at.Do(login, "GET", "/api/prospects/"+id, nil).Decode(&p)
		return p.OwnerID
	}
	if shared.Given != 1 || owner(m.Office, "zoe") == "" {
		t.Fatalf("shared: %+v", shared)
	}
	undo := map[string]string{"tx_id": shared.TxID}
	m.Cut()
	if got := m.Do("zoe", "POST", "/api/undo", undo); got.Code() != office.CodeHostUnreachable {
		t.Errorf("out of reach: %d %s", got.Status, got.Code())
	}
	m.Connect()
	m.Do("zoe", "POST", "/api/undo", undo).OK()
	m.Exchange()
	if here, there := owner(m.Office, "zoe"), owner(o, "admin"); here != "" || there != "" {
		t.Errorf("taken back: it is with %q here, with %q on the host", here, there)
	}
	if got := m.Do("zoe", "POST", "/api/undo", undo); got.Code() != "undo.nothing" {
		t.Errorf("twice: %d %s", got.Status, got.Code())
	}
}

// TestUndo_OnEveryComputer takes back edits, moves, assignments and deletes where they were made: on a seller's and on an
// administrator's computer, before the host has heard of them and after. What somebody has changed since stays, with a sentence.
func TestUndo_OnEveryComputer(t *testing.T) {
	o := apitest.New(t)
	id := o.Prospect("ana", "Una Persona", "55 5123 0101", "una@example.com")
	o.Do("admin", "POST", "/api/users", map[string]string{"login": "zoe", "name": "Zoe", "role": "admin", "password": apitest.Password}).OK()
	o.Adopt("zoe")
	path := "/api/prospects/" + id
	type prospect struct {
		StageID, Temperature, OwnerID string
		Contact                       struct{ ID, Name string }
	}
	read := func(at *apitest.Office, login string) (p prospect) {
		t.Helper()
		var wire struct {
			StageID     string `json:"stage_id"`
			Temperature string `json:"temperature"`
			OwnerID     string `json:"owner_id"`
			Contact     struct{ ID, Name string }
		}
		at.Do(login, "GET", path, nil).Decode(&wire)
		return prospect{wire.StageID, wire.Temperature, wire.OwnerID, wire.Contact}
	}
	before := read(o, "admin")
	var words struct{ Stages []struct{ ID string } }
	o.Do("admin", "GET", "/api/vocabulary", nil).Decode(&words)
	type deed struct {
		name, method, path string
		body               any
	}
	edits := []deed{
		{"an edit", "PATCH", "/api/contacts/" + before.Contact.ID, map[string]string{"name": "Otra Persona"}},
		{"a temperature", "PATCH", path, map[string]string{"temperature": "hot"}},
		{"a move", "PATCH", path, map[string]string{"stage_id": words.Stages[1].ID}},
	}
	admins := append(edits[:3:3],
		deed{"an assignment", "PATCH", path, map[string]string{"owner_id": "", "owner_reason": "De vacaciones"}},
		deed{"a delete", "DELETE", path, nil},
	)
	for login, deeds := range map[string][]deed{"ana": edits, "zoe": admins} {
		m := o.Join(login)
		for _, d := range deeds {
			for _, told := range []bool{false, true} {
				var done struct {
					TxID string `json:"tx_id"`
				}
				m.Cut()
				m.Do(login, d.method, d.path, d.body).Decode(&done)
				if told {
					m.Connect()
				}
				m.Do(login, "POST", "/api/undo", map[string]string{"tx_id": done.TxID}).OK()
				if !told {
					m.Connect()
				}
				m.Exchange()
				for where, got := range map[string]prospect{"here": read(m.Office, login), "on the host": read(o, "admin")} {
					if diff := cmp.Diff(before, got); diff != "" {
						t.Errorf("%s of %s (host told %v), %s (-before +after):\n%s", d.name, login, told, where, diff)
					}
				}
			}
		}
		var mine struct {
			TxID string `json:"tx_id"`
		}
		m.Do(login, "PATCH", path, map[string]string{"temperature": "hot"}).Decode(&mine)
		m.Exchange()
		o.Do("admin", "PATCH", path, map[string]string{"temperature": "cold"}).OK()
		m.Exchange()
		if got := m.Do(login, "POST", "/api/undo", map[string]string{"tx_id": mine.TxID}); got.Code() != "undo.changed_since" {
			t.Errorf("%s, after somebody else's change: %d %s", login, got.Status, got.Code())
		}
		o.Do("admin", "PATCH", path, map[string]string{"temperature": before.Temperature}).OK()
		m.Exchange()
	}
}

func TestSync_StatesOfAMember(t *testing.T) {
	o := apitest.New(t)
	id := o.Prospect("ana", "Una Persona", "55 5123 0101", "una@example.com")
	var host syncAnswer
	o.Do("admin", "GET", "/api/sync", nil).Decode(&host)
	if host.Role != "host" || host.State != "up_to_date" || host.Members != 0 {
		t.Errorf("alone: %+v", host)
	}
	m := o.Join("ana")
	connected := link.Status{Connected: true, Path: "lan", Address: "192.0.2.1:8766", Since: o.Clock.Now()}
	m.Network.(*apitest.Network).SetConnection(connected)
	look := func() (s syncAnswer) {
		t.Helper()
		m.Do("ana", "GET", "/api/sync", nil).Decode(&s)
		return s
	}
	if s := look(); s.Role != "member" || s.State != "up_to_date" || s.LastContactAt == nil || s.LeaseUntil == nil || s.LastCompleteAt == nil {
		t.Errorf("connected: %+v", s)
	} else if s.HostName != "Recepción" {
		t.Errorf("the host is called %q", s.HostName)
	}
	complete := look().LastCompleteAt
	storetest.Tamper(t, m.Store, "UPDATE store_state SET v = v + 60000 WHERE k = 'last_page'") // a page that was not the last
	if s := look(); *s.LastCompleteAt != *complete {
		t.Errorf("everything was here at %s, and a page more makes it %s", *complete, *s.LastCompleteAt)
	}
	for problem, want := range map[string]string{link.ProblemFirewall: link.ProblemFirewall, link.ProblemUnreachable: ""} {
		m.Network.(*apitest.Network).SetConnection(link.Status{Connected: true, Path: "relay", Problem: problem})
		if s := look(); s.State != "up_to_date" || s.Problem != want {
			t.Errorf("through the relay, the network's problem being %s: %+v", problem, s)
		}
	}
	m.Network.(*apitest.Network).SetConnection(connected)
	for _, damaged := range []bool{true, false} {
		m.Office.Office.Damaged = func() bool { return damaged }
		if s := look(); s.Damaged != damaged {
			t.Errorf("a copy that is damaged, %t: %+v", damaged, s)
		}
	}
	o.Do("admin", "GET", "/api/sync", nil).Decode(&host)
	if host.Connected != 1 || host.Members != 1 {
		t.Errorf("the host has one member: %+v", host)
	}
	m.Do("ana", "PATCH", "/api/prospects/"+id, map[string]string{"temperature": "hot"})
	if s := look(); s.State != "sending" || s.Pending != 1 {
		t.Errorf("with a change on its way: %+v", s)
	}
	m.Cut()
	m.Network.(*apitest.Network).SetConnection(link.Status{Since: o.Clock.Now(), Problem: link.ProblemUnreachable})
	if s := look(); s.State != "offline" || s.Since == nil || s.Problem != "unreachable" || s.Pending != 1 {
		t.Errorf("cut off: %+v", s)
	}
	o.Clock.Advance(office.Lease + time.Hour)
	m.SignIn("ana")
	if s := look(); s.State != "locked" {
		t.Errorf("after the lease: %+v", s)
	}
	if got := m.Do("ana", "GET", "/api/prospects", nil); got.Code() != "member.locked" {
		t.Errorf("a locked replica answers %d %s", got.Status, got.Code())
	}
	m.Connect()
	if got := m.Do("ana", "GET", "/api/prospects", nil); got.Status != http.StatusOK {
		t.Errorf("after contact: %d %s", got.Status, got.Code())
	}
}

func TestSync_WhatWasReplacedIsShownAndAppliedAgain(t *testing.T) {
	o := apitest.New(t)
	id := o.Prospect("ana", "Una Persona", "55 5123 0101", "una@example.com")
	m := o.Join("ana")
	replace := func(later string) (list changesAnswer) {
		t.Helper()
		m.Do("ana", "PATCH", "/api/prospects/"+id, map[string]string{"temperature": "warm"})
		o.Clock.Advance(time.Second)
		o.Do("admin", "PATCH", "/api/prospects/"+id, map[string]string{"temperature": later})
		m.Exchange()
		o.Clock.Advance(time.Second)
		m.Do("ana", "GET", "/api/sync/changes", nil).Decode(&list)
		if len(list.Items) != 1 {
			t.Fatalf("changes = %+v", list)
		}
		return list
	}
	first := replace("hot").Items[0]
	if first.Outcome != "superseded" || first.Field != "temperature" || string(first.Mine) != `"warm"` || string(first.Theirs) != `"hot"` ||
		first.ProspectName != "Una Persona" || first.ByName != "Admin" || !first.CanApply {
		t.Errorf("change = %+v", first)
	}
	m.Do("ana", "POST", "/api/sync/changes/dismiss", map[string]any{"ids": []string{first.ID}})
	var list changesAnswer
	m.Do("ana", "GET", "/api/sync/changes", nil).Decode(&list)
	if len(list.Items) != 0 {
		t.Errorf("after dismissing: %+v", list)
	}
	second := replace("cold").Items[0]
	var made struct {
		TxID string `json:"tx_id"`
	}
	m.Do("ana", "POST", "/api/sync/changes/apply", map[string]any{"ids": []string{second.ID}}).Decode(&made)
	m.Exchange()
	var p struct{ Temperature string }
	o.Do("admin", "GET", "/api/prospects/"+id, nil).Decode(&p)
	if made.TxID == "" || p.Temperature != "warm" {
		t.Errorf("applied again as %q, the host has %q", made.TxID, p.Temperature)
	}
	if got := m.Do("ana", "POST", "/api/sync/changes/apply", map[string]any{"ids": []string{second.ID}}); got.Code() != "refusal.not_found" {
		t.Errorf("twice: %d %s", got.Status, got.Code())
	}
}

func TestSync_WhatTheHostRefusedIsAnAdministratorsToApply(t *testing.T) {
	o := apitest.New(t)
	id := o.Prospect("ana", "Una Persona", "55 5123 0101", "una@example.com")
	m := o.Join("ana")
	refuse := func(temperature string) string {
		t.Helper()
		o.Do("admin", "PATCH", "/api/prospects/"+id, map[string]string{"owner_id": o.Viewer("ana").UserID, "owner_reason": "porque sí"})
		m.Exchange()
		m.Do("ana", "PATCH", "/api/prospects/"+id, map[string]string{"temperature": temperature})
		o.Do("admin", "PATCH", "/api/prospects/"+id, map[string]string{"owner_id": o.Viewer("beto").UserID, "owner_reason": "porque sí"})
		m.Exchange()
		var list struct{ Items []office.Refusal }
		o.Do("admin", "GET", "/api/sync/refusals", nil).Decode(&list)
		if len(list.Items) != 1 || list.Items[0].UserName != "Vendedor ana" || !list.Items[0].CanApply {
			t.Fatalf("refusals = %+v", list)
		}
		return list.Items[0].ID
	}
	o.Do("admin", "POST", "/api/sync/refusals/apply", map[string]any{"ids": []string{refuse("hot")}})
	var p struct{ Temperature string }
	o.Do("admin", "GET", "/api/prospects/"+id, nil).Decode(&p)
	if p.Temperature != "hot" {
		t.Errorf("applied by the administrator, it is %q", p.Temperature)
	}
	o.Do("admin", "POST", "/api/sync/refusals/dismiss", map[string]any{"ids": []string{refuse("cold")}})
	var list struct{ Items []office.Refusal }
	o.Do("admin", "GET", "/api/sync/refusals", nil).Decode(&list)
	if len(list.Items) != 0 {
		t.Errorf("laid aside: %+v", list)
	}
}

func TestDevices_FromInvitationToRevocation(t *testing.T) {
	o := apitest.New(t)
	if got := o.Do("admin", "POST", "/api/devices/invitations", map[string]string{"user_id": o.Viewer("ana").UserID}); got.Code() != "recovery.needed" {
		t.Errorf("before the recovery code: %d %s", got.Status, got.Code())
	}
	var code struct{ Code string }
	o.Do("admin", "POST", "/api/recovery/code", nil).Decode(&code)
	if got := o.Do("admin", "POST", "/api/recovery/code/confirm", map[string]string{"code": "nada"}); got.Code() != "recovery.malformed" {
		t.Errorf("typed back wrong: %d %s", got.Status, got.Code())
	}
	o.Do("admin", "POST", "/api/recovery/code/confirm", map[string]string{"code": code.Code})
	var network struct {
		Enabled   bool
		Addresses []string
	}
	o.Do("admin", "PUT", "/api/devices/network", map[string]any{"enabled": true, "port": 8766}).Decode(&network)
	if !network.Enabled || len(network.Addresses) == 0 {
		t.Errorf("network = %+v", network)
	}
	m := o.Join("ana")
	var list struct {
		Devices []office.Device
		Network struct{ Enabled bool }
	}
	o.Do("admin", "GET", "/api/devices", nil).Decode(&list)
	if len(list.Devices) != 2 || !list.Network.Enabled {
		t.Fatalf("devices = %+v", list)
	}
	var device string
	for _, d := range list.Devices {
		if !d.IsHost {
			device = d.ID
		}
	}
	o.Do("admin", "POST", "/api/devices/"+device+"/revoke", nil)
	o.Do("admin", "GET", "/api/devices", nil).Decode(&list)
	if last := list.Devices[len(list.Devices)-1]; last.ID != device || last.State != office.DeviceRevoked {
		t.Errorf("revoked: %+v", last)
	}
	m.Cut()

	invite := func() (id string) {
		var made office.Invitation
		o.Do("admin", "POST", "/api/devices/invitations", map[string]string{"user_id": o.Viewer("beto").UserID}).Decode(&made)
		return made.ID
	}
	o.Do("admin", "POST", "/api/devices/invitations/"+invite()+"/cancel", nil)
	o.Do("admin", "POST", "/api/devices/invitations/"+invite()+"/refuse", nil)
	if got := o.Do("admin", "POST", "/api/devices/invitations/"+invite()+"/admit", nil); got.Code() != "invitation.decided" {
		t.Errorf("letting in nobody: %d %s", got.Status, got.Code())
	}
	var invitations struct{ Items []office.Invitation }
	o.Do("admin", "GET", "/api/devices/invitations", nil).Decode(&invitations)
	if len(invitations.Items) != 4 || invitations.Items[0].Text != "" {
		t.Errorf("invitations = %+v", invitations.Items)
	}
}

func TestRecovery_BackupsNeedTheCode(t *testing.T) {
	o := apitest.New(t)
	if got := o.Do("admin", "POST", "/api/recovery/backup", nil); got.Code() != "recovery.needed" {
		t.Errorf("before the code: %d %s", got.Status, got.Code())
	}
	o.Prepare()
	folder := t.TempDir()
	if got := o.Do("admin", "PUT", "/api/recovery/folder", map[string]string{"path": filepath.Join(folder, "missing")}); got.Code() != "recovery.folder_missing" {
		t.Errorf("a folder that is not there: %d %s", got.Status, got.Code())
	}
	o.Do("admin", "PUT", "/api/recovery/folder", map[string]string{"path": folder})
	o.Do("admin", "POST", "/api/recovery/backup", nil)
	var b struct {
		Prepared bool
		Backups  []struct{ Copied bool }
		Folder   string
		Problem  string `json:"last_problem"`
	}
	o.Do("admin", "GET", "/api/recovery", nil).Decode(&b)
	if !b.Prepared || len(b.Backups) != 1 || !b.Backups[0].Copied || b.Folder != folder || b.Problem != "" {
		t.Errorf("backups = %+v", b)
	}
}

// An administrator's computer asks the host what only the host knows; everything else it answers itself.
func TestCall_AMemberPassesOnWhatIsTheHosts(t *testing.T) {
	o := apitest.New(t)
	o.Do("admin", "POST", "/api/users", map[string]string{"login": "alma", "name": "Alma", "role": "admin", "password": apitest.Password})
	o.Adopt("alma")
	m := o.Join("alma")
	var made struct{ ID string }
	m.Do("alma", "POST", "/api/users", map[string]string{"login": "nueva", "name": "Nueva", "role": "seller", "password": apitest.Password}).Decode(&made)
	var audit struct {
		Items []struct{ Action, Subject string }
	}
	m.Do("alma", "GET", "/api/audit", nil).Decode(&audit)
	found := false
	for _, line := range audit.Items {
		found = found || line.Subject == made.ID
	}
	if made.ID == "" || !found {
		t.Errorf("the host's audit trail has no line about %q: %+v", made.ID, audit)
	}
	if got := m.Do("alma", "POST", "/api/users", map[string]string{"login": "nueva", "name": "Otra", "role": "seller", "password": apitest.Password}); got.Status < 400 {
		t.Errorf("the same login twice: %d", got.Status)
	}
	m.Cut()
	if got := m.Do("alma", "GET", "/api/audit", nil); got.Code() != "host.unreachable" {
		t.Errorf("without a connection: %d %s", got.Status, got.Code())
	}
}

// Before there is an office a computer may join one, or bring one back; afterwards neither.
func TestSetup_JoinAndRestore(t *testing.T) {
	o := apitest.New(t)
	calls := []struct {
		method, path string
		body         any
	}{
		{"POST", "/api/setup/join", map[string]string{"invitation": "SG1", "device_name": "Portátil"}},
		{"POST", "/api/setup/restore", map[string]string{"path": "/respaldo", "code": "X"}},
	}
	for _, c := range calls {
		if got := o.Do("", c.method, c.path, c.body); got.Code() != "setup.done" {
			t.Errorf("%s over an office: %d %s", c.path, got.Status, got.Code())
		}
	}
	look := map[string]string{"path": "/respaldo", "code": "X"}
	if got := o.Do("", "POST", "/api/setup/restore/look", look); got.Code() != "setup.done" {
		t.Errorf("looking at a backup over an office: %d %s", got.Status, got.Code())
	}
	o.Setup.Open(nil)
	if got := o.Do("", "POST", "/api/setup/restore/look", look); got.Status != http.StatusOK || !strings.Contains(got.Body, "2026-11-01") {
		t.Errorf("looking at a backup: %d %s", got.Status, got.Body)
	}
	for _, c := range calls {
		var state struct{ State string }
		o.Do("", c.method, c.path, c.body).Decode(&state)
		o.Do("", "GET", c.path, nil).Decode(&state)
		if state.State != "idle" {
			t.Errorf("%s: %q", c.path, state.State)
		}
	}
	if got := o.Do("", "DELETE", "/api/setup/join", nil); got.Status != http.StatusOK {
		t.Errorf("giving up: %d", got.Status)
	}
}
