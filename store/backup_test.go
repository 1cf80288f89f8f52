package store_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

func TestBackup_IsWholeAndEncrypted(t *testing.T) {
	s := storetest.Open(t)
	fillEveryTable(t, s)
	contact(t, s, "c2", "Guadalupe Inventada") // too long to be found in random bytes by chance
	tables := protectedTables(t, s)
	want := state(t, s, tables)
	path := filepath.Join(t.TempDir(), "copia de seguridad.db")
	if err := os.WriteFile(path, []byte("the former backup"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.BackupTo(context.Background(), path); err != nil {
		t.Fatal(err)
	}
	contact(t, s, "later", "Más tarde")

	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"SQLite format", "CREATE TABLE", "Guadalupe Inventada"} {
		if bytes.Contains(content, []byte(text)) {
			t.Errorf("the backup holds %q in plain text", text)
		}
	}
	if files := snapshot(t, filepath.Dir(path)); len(files) != 1 {
		t.Errorf("files beside the backup: %v", files)
	}
	o := storetest.Options(t, "")
	o.Path = path
	copied, err := store.Open(context.Background(), o)
	if err != nil {
		t.Fatalf("open the backup: %v", err)
	}
	defer copied.Close()
	// The copy is compacted, so only its schema's page numbers differ.
	for _, table := range []string{"sqlite_schema", "sqlite_master"} {
		delete(want, table)
	}
	tables = tables[:0]
	for table := range want {
		tables = append(tables, table)
	}
	if diff := cmp.Diff(want, state(t, copied, tables)); diff != "" {
		t.Errorf("the backup differs (-office +backup):\n%s", diff)
	}
	if err := copied.Check(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestBackup_FailsWithoutATrace(t *testing.T) {
	s := storetest.Open(t)
	contact(t, s, "c1", "Ana")
	dir := t.TempDir()
	if err := s.BackupTo(context.Background(), filepath.Join(dir, "missing", "office.db")); err == nil {
		t.Error("backed up into a directory that does not exist")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.BackupTo(ctx, filepath.Join(dir, "office.db")); err == nil {
		t.Error("backed up although cancelled")
	}
	if files := snapshot(t, dir); len(files) != 0 {
		t.Errorf("left behind: %v", files)
	}
}

func TestCheck_FindsDamage(t *testing.T) {
	o := closed(t, func(s *store.Store) {
		for range 50 {
			write(t, s, admin, func(tx *store.Tx) error { return createLarge(tx, tx.NewID()) })
		}
	})
	f, err := os.OpenFile(o.Path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte("damage"), info.Size()-8000); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Check(context.Background()); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("a damaged page: %v, want ErrCorrupt", err)
	}
}
