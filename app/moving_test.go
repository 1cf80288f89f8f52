package app_test

import (
	"os"
	"testing"
	"time"

	"sitegroup.mx/crm/app"
	"sitegroup.mx/crm/app/apptest"
)

// TestSetup_SaysOfWhenABackupIs: who is about to bring an old backup back hears of that while nothing is replaced yet.
func TestSetup_SaysOfWhenABackupIs(t *testing.T) {
	o := startOffice(t)
	backup := o.backUp()
	fresh := apptest.Start(t)
	var found struct {
		MadeAt time.Time `json:"made_at"`
	}
	ask := func(path, code string) string {
		fresh.Code = ""
		fresh.Call("POST", "/api/setup/restore/look", map[string]string{"path": path, "code": code}, &found)
		return fresh.Code
	}
	if got := ask(backup, o.code); got != "" || time.Since(found.MadeAt).Abs() > time.Minute {
		t.Errorf("%q, made at %s", got, found.MadeAt)
	}
	if got := ask(backup, "0000-0000-0000-0000-0000-0000-0000"); got != "recovery.wrong_code" {
		t.Errorf("another office's code is answered with %q", got)
	}
	if got := ask(backup+".not", o.code); got != "recovery.damaged" {
		t.Errorf("a file that is not there is answered with %q", got)
	}
	if got := ask("", o.code); got != "input.required" {
		t.Errorf("no file is answered with %q", got)
	}
	var s struct{ State string }
	if fresh.Must("GET", "/api/setup", nil, &s); s.State != "new" {
		t.Errorf("looking has made an office: %s", s.State)
	}
	if left, err := os.ReadDir(fresh.Folder); err != nil || len(left) > 2 { // the log, and the lock
		t.Errorf("looking has left %v, %v", left, err)
	}
	if got := code(o.Program, "POST", "/api/setup/restore/look", map[string]string{"path": backup, "code": o.code}); got != "setup.done" {
		t.Errorf("a host that works answers %q", got)
	}
}

// TestComputers_NoLeadComesInOnceTheOfficeMoves: a lead that the former host takes after the copy was made would be on no
// computer that counts.
func TestComputers_NoLeadComesInOnceTheOfficeMoves(t *testing.T) {
	var takes, fetches func() bool
	app.WatchHandover(t, func(taking, fetching func() bool) {
		takes, fetches = taking, fetching
		if takes() || fetches() {
			t.Error("leads come in while the copy is made")
		}
	})
	o := startOffice(t)
	o.prospect("ana", "Primera")
	o.user("alma", "admin")
	alma := o.joinIn(t.TempDir(), "alma", "--sync-listen", "127.0.0.1:0")
	o.handOver(alma, "alma")
	if takes == nil {
		t.Fatal("no copy was made")
	}
	if takes() || fetches() {
		t.Error("leads come in after another computer was named")
	}
	o.Call("DELETE", "/api/handover", nil, nil)
	if takes() || fetches() {
		t.Error("leads come in after somebody wanted the office back")
	}
}
