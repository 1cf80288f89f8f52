package app_test

import (
	"os"
	"path/filepath"
	"testing"

	"sitegroup.mx/crm/app"
)

// TestHealth_TellsOfBackupsThatFail: the folder of copies is another disk, and disks are unplugged.
func TestHealth_TellsOfBackupsThatFail(t *testing.T) {
	o := startOffice(t)
	folder := filepath.Join(t.TempDir(), "copias")
	problem := func() (found string) {
		t.Helper()
		var health struct {
			Items []struct {
				Code string
				Args map[string]any
			}
		}
		o.Must("GET", "/api/health", nil, &health)
		for _, i := range health.Items {
			if i.Code == "backup.failed" {
				found, _ = i.Args["problem"].(string)
			}
		}
		return found
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	o.Must("PUT", "/api/recovery/folder", map[string]string{"path": folder}, nil)
	if got := problem(); got != "" {
		t.Errorf("before a backup: %q", got)
	}
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if got := code(o.Program, "POST", "/api/recovery/backup", nil); got != "recovery.folder_missing" || problem() != got {
		t.Errorf("without the folder the backup answers %q, and health says %q", got, problem())
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	o.Must("POST", "/api/recovery/backup", nil, nil)
	if got := problem(); got != "" {
		t.Errorf("with the folder again: %q", got)
	}
}

// TestHealth_FindsDamage: a page that cannot be read is found although nobody asks for it.
func TestHealth_FindsDamage(t *testing.T) {
	o := startOffice(t)
	for _, name := range []string{"Una", "Dos", "Tres"} {
		o.prospect("ana", name)
	}
	o.Stop()
	if damaged, err := app.IsDamaged(t.Context(), o.Folder, o.KeyFile); err != nil || damaged {
		t.Fatalf("a file that is whole: %v, %v", damaged, err)
	}
	f, err := os.OpenFile(filepath.Join(o.Folder, "office.db"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	info, err := f.Stat()
	if err == nil {
		_, err = f.WriteAt([]byte("damage"), info.Size()-8000)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	if damaged, err := app.IsDamaged(t.Context(), o.Folder, o.KeyFile); err != nil || !damaged {
		t.Errorf("a file with a damaged page: %v, %v", damaged, err)
	}
}
