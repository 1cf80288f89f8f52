package app_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"sitegroup.mx/crm/app/apptest"
	"sitegroup.mx/crm/backend/secret"
	"sitegroup.mx/crm/store"
)

// TestJoin_CutShortDoesNotLeaveAComputerThatIsNothing starts the program on what a kill in the middle of joining leaves: with
// an empty replica that knows of no office, and before that with a name for one only. It was taken for a member then, which
// nobody could sign in to, and which could not join any more.
func TestJoin_CutShortDoesNotLeaveAComputerThatIsNothing(t *testing.T) {
	for _, withFile := range []bool{true, false} {
		dir := t.TempDir()
		folder, keys := filepath.Join(dir, "data"), filepath.Join(dir, "keys.json")
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(map[string]string{"file": "f1", "device": "d1", "role": "member"})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "installation.json"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		vault, err := secret.File(keys)
		if err != nil {
			t.Fatal(err)
		}
		if err := vault.Set("device-key/f1", bytes.Repeat([]byte{7}, 32)); err != nil {
			t.Fatal(err)
		}
		if withFile {
			key := bytes.Repeat([]byte{8}, 32)
			if err := vault.Set("database-key/f1", key); err != nil {
				t.Fatal(err)
			}
			s, err := store.Open(t.Context(), store.Options{
				Path: filepath.Join(folder, "office.db"), Key: key, Device: "d1", Now: time.Now, Member: true,
				NewID: func() string { return uuid.Must(uuid.NewV7()).String() },
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
		p := apptest.StartIn(t, dir)
		var state struct{ State string }
		p.Must("GET", "/api/setup", nil, &state)
		if state.State != "new" {
			t.Errorf("with a file %v the computer is %q", withFile, state.State)
		}
		if left, err := os.ReadFile(keys); err != nil || bytes.Contains(left, []byte("-key/f1")) {
			t.Errorf("with a file %v its keys are still there: %v", withFile, err)
		}
		p.SetUp()
		var sync struct{ Role string }
		if p.Must("GET", "/api/sync", nil, &sync); sync.Role != "host" {
			t.Errorf("an office made here afterwards is a %s", sync.Role)
		}
	}
}

// TestWipe_CutShortGoesOn starts the program on what a kill in the middle of wiping leaves: the file, its key, and an office
// that was here before.
func TestWipe_CutShortGoesOn(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "data")
	files := map[string]string{
		"installation.json": `{"file":"f1","device":"d1","role":"member","wiped":true,"ready":true}`, "office.db": "x", "office.db-wal": "x",
		"office.db.before-11-from-10": "x", "office.members": "x", "office.db.before-join-20261102T150000Z": "x",
		"office.db.before-join-20261102T150000Z.installation.json": `{"file":"f0","device":"d0"}`,
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	keys := []string{"database-key/f1", "device-key/f1", "database-key/f0", "device-key/f0"}
	keep(t, dir, keys...)
	p := apptest.StartIn(t, dir)
	var state struct{ State string }
	if p.Must("GET", "/api/setup", nil, &state); state.State != "new" {
		t.Errorf("the computer is %q", state.State)
	}
	for name := range files {
		if _, err := os.Stat(filepath.Join(folder, name)); err == nil {
			t.Errorf("%s is still there", name)
		}
	}
	if left := kept(t, dir, keys...); len(left) != 0 {
		t.Errorf("keys that are still there: %v", left)
	}
}
