package app

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/secret"
)

var smallOffice = newOffice{Name: "Oficina", Timezone: "America/Mexico_City", Admin: account.NewUser{
	Login: "lucia", Name: "Lucía Inventada", Role: account.RoleAdmin, Password: "una frase larga",
}}

// setUp makes an office in a folder of its own and closes it.
func setUp(t *testing.T) place {
	t.Helper()
	dir := t.TempDir()
	vault, err := secret.File(filepath.Join(dir, "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	log := logrus.New()
	log.SetOutput(io.Discard)
	p := place{folder: folder(filepath.Join(dir, "data")), vault: vault, clock: clock.System{}, log: log}
	o, err := createOffice(t.Context(), p, smallOffice)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	return p
}

// An office that was set up is never begun anew over what is left of it.
func TestOpenFolder_LossIsNoBeginning(t *testing.T) {
	tests := []struct {
		name string
		lose func(p place) error
		code string
	}{
		{"the file", func(p place) error { return os.Remove(p.officeFile()) }, "office.file_missing"},
		{"the file's content", func(p place) error { return os.Truncate(p.officeFile(), 0) }, "office.file_missing"},
		{"all but the log", func(p place) error {
			return errors.Join(os.WriteFile(p.officeFile()+"-wal", []byte("written last"), 0o600), os.Remove(p.officeFile()))
		}, "office.damaged"},
		{"the installation", func(p place) error { return os.Remove(p.installationFile()) }, "data.installation"},
		{"the key", func(p place) error {
			i, err := readInstallation(p.folder)
			return errors.Join(err, p.vault.Delete(i.keyName()))
		}, "office.key_missing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := setUp(t)
			if err := tt.lose(p); err != nil {
				t.Fatal(err)
			}
			before := listing(t, p)
			if _, err := openFolder(t.Context(), p); !fault.Has(err, tt.code) {
				t.Errorf("openFolder = %v, want %s", err, tt.code)
			}
			if _, err := createOffice(t.Context(), p, newOffice{Name: "Otra", Timezone: "America/Mexico_City"}); !fault.Has(err, tt.code) {
				t.Errorf("createOffice = %v, want %s", err, tt.code)
			}
			if after := listing(t, p); len(after) != len(before) {
				t.Errorf("files went from %v to %v", before, after)
			}
		})
	}
}

// listing names the files of an office, but for the lock.
func listing(t *testing.T, p place) map[string]int64 {
	t.Helper()
	entries, err := os.ReadDir(string(p.folder))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]int64{}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if !e.IsDir() && filepath.Ext(e.Name()) != ".lock" {
			files[e.Name()] = info.Size()
		}
	}
	return files
}
