package store_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

func TestOpen_RefusedWithoutTouchingAnything(t *testing.T) {
	wrong := bytes.Repeat([]byte{9}, 32)
	tests := []struct {
		name   string
		change func(t *testing.T, o *store.Options)
		want   error
	}{
		{"wrong key", func(_ *testing.T, o *store.Options) { o.Key = wrong }, store.ErrWrongKey},
		{"wrong key and no lock file", func(t *testing.T, o *store.Options) {
			o.Key = wrong
			if err := os.Remove(o.Path + ".lock"); err != nil {
				t.Fatal(err)
			}
		}, store.ErrWrongKey},
		{"not a database", func(t *testing.T, o *store.Options) {
			if err := os.WriteFile(o.Path, bytes.Repeat([]byte("hola "), 2000), 0o600); err != nil {
				t.Fatal(err)
			}
		}, store.ErrWrongKey},
		{"a database without encryption", func(t *testing.T, o *store.Options) {
			content := append([]byte("SQLite format 3\x00\x10\x00\x01\x01\x00\x40\x20\x20"), make([]byte, 4076)...)
			if err := os.WriteFile(o.Path, content, 0o600); err != nil {
				t.Fatal(err)
			}
		}, store.ErrWrongKey},
		{"no cipher", func(t *testing.T, _ *store.Options) {
			store.SetCipherPragma(t, "PRAGMA unknown_to_plain_sqlite")
		}, store.ErrNoCipher},
		{"no cipher and no file", func(t *testing.T, o *store.Options) {
			o.Path += ".new"
			store.SetCipherPragma(t, "PRAGMA unknown_to_plain_sqlite")
		}, store.ErrNoCipher},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := closed(t, func(s *store.Store) { contact(t, s, "c1", "Ana") })
			tt.change(t, &o)
			before := snapshot(t, filepath.Dir(o.Path))
			s, err := store.Open(context.Background(), o)
			if !errors.Is(err, tt.want) || s != nil {
				t.Errorf("Open = %v, %v, want %v", s, err, tt.want)
			}
			if diff := cmp.Diff(before, snapshot(t, filepath.Dir(o.Path))); diff != "" {
				t.Errorf("something was touched (-before +after):\n%s", diff)
			}
		})
	}
}

func TestOpen_KeyOfAnotherLength(t *testing.T) {
	o := storetest.Options(t, t.TempDir())
	for _, length := range []int{0, 16, 31, 33, 64} {
		o.Key = make([]byte, length)
		if _, err := store.Open(context.Background(), o); err == nil {
			t.Errorf("a key of %d bytes was accepted", length)
		}
	}
	if files := snapshot(t, filepath.Dir(o.Path)); len(files) != 0 {
		t.Errorf("files were created: %v", files)
	}
}

// Killing a process does not show whether the disk was waited for; only the setting does. The driver's own is NORMAL.
func TestOpen_Settings(t *testing.T) {
	s := storetest.Open(t)
	for name, want := range map[string]string{
		"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1", "secure_delete": "2", "temp_store": "2", "cipher": "chacha20", "fullfsync": "1",
	} {
		if got := s.Setting(t, name); got != want {
			t.Errorf("%s = %s, want %s", name, got, want)
		}
	}
}

func TestOpen_KeepsWhatWasWritten(t *testing.T) {
	o := closed(t, func(s *store.Store) { contact(t, s, "c1", "Ana") })
	s, err := store.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := value(t, s.Read(), "SELECT name FROM contact WHERE id = 'c1'"); got != "Ana" {
		t.Errorf("name = %q", got)
	}
	if c := contact(t, s, "c2", "Beto"); c.Rev != 2 {
		t.Errorf("the first revision after opening again is %d, want 2", c.Rev)
	}
}

// A power cut can tear the first page while the write-ahead log is moved into the file. The log still has the whole page, so
// the right key must open the file, and a wrong one must still touch nothing.
func TestOpen_FirstPageTornWhileTheLogHoldsIt(t *testing.T) {
	o := storetest.Options(t, t.TempDir())
	live := storetest.Open(t)
	contact(t, live, "c1", "Ana")
	write(t, live, admin, func(tx *store.Tx) error { return createLarge(tx, "c2") }) // the file grows, which its first page notes
	files := contents(t, filepath.Dir(live.Path()))
	if len(files["office.db-wal"]) == 0 {
		t.Fatal("there is no write-ahead log")
	}
	torn := files["office.db"]
	copy(torn[200:], "torn by a power cut")
	for suffix, content := range map[string][]byte{"": torn, "-wal": files["office.db-wal"]} {
		if err := os.WriteFile(o.Path+suffix, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	wrong := o
	wrong.Key = bytes.Repeat([]byte{9}, 32)
	before := snapshot(t, filepath.Dir(o.Path))
	if _, err := store.Open(context.Background(), wrong); !errors.Is(err, store.ErrWrongKey) {
		t.Errorf("Open with a wrong key = %v", err)
	}
	if diff := cmp.Diff(before, snapshot(t, filepath.Dir(o.Path))); diff != "" {
		t.Errorf("something was touched (-before +after):\n%s", diff)
	}
	s, err := store.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := value(t, s.Read(), "SELECT name FROM contact WHERE id = 'c1'"); got != "Ana" {
		t.Errorf("name = %q", got)
	}
	if err := s.Check(context.Background()); err != nil {
		t.Error(err)
	}
}

// A path that would be special in a URI must be taken as it is.
func TestOpen_AnyPath(t *testing.T) {
	for _, name := range []string{"mi oficina.db", "50%.db", "año?x=1#y.db", "a&mode=memory.db"} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "Datos de José")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			o := storetest.Options(t, dir)
			o.Path = filepath.Join(dir, name)
			s, err := store.Open(context.Background(), o)
			if err != nil {
				t.Fatal(err)
			}
			contact(t, s, "c1", "Ana")
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if info, err := os.Stat(o.Path); err != nil || info.Size() == 0 {
				t.Errorf("the file is not at its path: %v, %v", info, err)
			}
		})
	}
}

func TestOpen_FileIsUnreadable(t *testing.T) {
	const name, city = "Guadalupe Inventada", "Tlaquepaque de Mentira"
	var inUse map[string][]byte
	o := closed(t, func(s *store.Store) {
		write(t, s, admin, func(tx *store.Tx) error {
			return tx.Create("contact", "c1", store.Row{"name": name, "city": city, "created_at": at})
		})
		inUse = contents(t, filepath.Dir(s.Path()))
		if len(inUse["office.db-wal"]) == 0 {
			t.Error("there is no write-ahead log to look into")
		}
	})
	for _, files := range []map[string][]byte{inUse, contents(t, filepath.Dir(o.Path))} {
		for file, content := range files {
			for _, text := range []string{name, "Guadalupe", city, "SQLite format", "CREATE TABLE", "contact_phone"} {
				if bytes.Contains(content, []byte(text)) {
					t.Errorf("%s holds %q", file, text)
				}
			}
			if bytes.Contains(content, storetest.Key()) {
				t.Errorf("%s holds the key", file)
			}
		}
	}
}

func contents(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for name := range snapshot(t, dir) {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = content
	}
	return files
}

func TestOpen_OneAtATime(t *testing.T) {
	var o store.Options
	s := storetest.Open(t, func(opts *store.Options) { o = *opts })
	contact(t, s, "c1", "Ana")
	if _, err := store.Open(context.Background(), o); !errors.Is(err, store.ErrInUse) {
		t.Errorf("opened twice: %v", err)
	}
	contact(t, s, "c2", "Beto") // the attempt did no harm
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := store.Open(context.Background(), o)
	if err != nil {
		t.Fatalf("not opened after Close: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
	if err := again.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}

// A connection that stays open behind Close would keep its side files, and the next copy of the file would miss what is in
// them.
func TestClose_LeavesOneWholeFile(t *testing.T) {
	o := closed(t, func(s *store.Store) {
		contact(t, s, "c1", "Ana")
		write(t, s, admin, func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"city": "Puebla"}) })
		if err := s.ReadTx(context.Background(), func(q dbx.Builder) error {
			value(t, q, "SELECT city FROM contact")
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
	var files []string
	for name := range snapshot(t, filepath.Dir(o.Path)) {
		files = append(files, name)
	}
	slices.Sort(files)
	if want := []string{"office.db", "office.db.lock"}; !slices.Equal(files, want) {
		t.Errorf("files after Close = %v, want %v", files, want)
	}
}

func TestOpen_ErrorsHoldNoKey(t *testing.T) {
	o := closed(t, nil)
	o.Path = filepath.Join(filepath.Dir(o.Path), "missing", "office.db")
	_, err := store.Open(context.Background(), o)
	if err == nil {
		t.Fatal("opened in a directory that does not exist")
	}
	if strings.Contains(err.Error(), "01020304") {
		t.Errorf("the error holds the key: %v", err)
	}
}

func TestClose_RefusesWhatComesLater(t *testing.T) {
	s := storetest.Open(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Write(context.Background(), admin, func(*store.Tx) error { return nil }); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Write after Close = %v", err)
	}
}

func BenchmarkOpen(b *testing.B) {
	o := closed(b, nil)
	for b.Loop() {
		s, err := store.Open(context.Background(), o)
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// An office whose file was lost while its log was not is not begun anew over the log.
func TestOpen_LogWithoutItsFile(t *testing.T) {
	o := closed(t, nil)
	for name, lose := range map[string]func() error{
		"gone":  func() error { return os.Remove(o.Path) },
		"empty": func() error { return os.WriteFile(o.Path, nil, 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(o.Path+"-wal", []byte("what was written last"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := lose(); err != nil {
				t.Fatal(err)
			}
			if _, err := store.Open(context.Background(), o); !errors.Is(err, store.ErrCorrupt) {
				t.Errorf("Open = %v", err)
			}
			if content, err := os.ReadFile(o.Path + "-wal"); err != nil || string(content) != "what was written last" {
				t.Errorf("the log is %q, %v", content, err)
			}
		})
	}
}

func TestOpen_FilesAreTheOwnersOnly(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // access lists of the user's folder say it there
	}
	s := storetest.Open(t)
	contact(t, s, "c1", "Ana")
	backup := filepath.Join(t.TempDir(), "b.db")
	if err := s.BackupTo(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{s.Path(), s.Path() + "-wal", s.Path() + "-shm", backup} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", filepath.Base(path), info.Mode())
		}
	}
}
