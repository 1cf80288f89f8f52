package store_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"

	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

var update = flag.Bool("update", false, "rewrite migrations/schema.sql")

const schemaFile = "migrations/schema.sql"

// released lists the migrations that an office somewhere has run, with the SHA-256 of their text. They are never edited
// again: what they got wrong is put right by a new one. See migrations/README.md.
var released = map[string]string{}

func migrationFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("migrations/0*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	slices.Sort(files)
	return files
}

func TestMigrations_NamesAndReleasedText(t *testing.T) {
	pattern := regexp.MustCompile(`^\d{4}_[a-z]+(_[a-z]+)+\.sql$`)
	seen := map[string]bool{}
	for i, file := range migrationFiles(t) {
		name := filepath.Base(file)
		if !pattern.MatchString(name) || !strings.HasPrefix(name, fmt.Sprintf("%04d_", i+1)) {
			t.Errorf("%s: migration %d is to be named %04d_verb_noun.sql", name, i+1, i+1)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		up, down, found := strings.Cut(string(text), "-- +goose Down")
		if !strings.HasPrefix(up, "-- +goose Up\n") || !found || strings.Contains(withoutComments(down), ";") {
			t.Errorf("%s: a migration goes up, and its Down holds no statement", name)
		}
		sum := sha256.Sum256(text)
		if want, ok := released[name]; ok && want != hex.EncodeToString(sum[:]) {
			t.Errorf("%s was released and has been edited since", name)
		}
		seen[name] = true
	}
	for name := range released {
		if !seen[name] {
			t.Errorf("%s was released and is gone", name)
		}
	}
}

func withoutComments(text string) string {
	return regexp.MustCompile(`--[^\n]*`).ReplaceAllString(text, "")
}

// schemaOf writes what SQLite knows of a database's schema, in order of name, without what SQLite and goose add.
func schemaOf(t *testing.T, db *sql.DB) string {
	t.Helper()
	found, err := db.Query(`SELECT sql
		FROM sqlite_schema
		WHERE sql IS NOT NULL
		AND name NOT LIKE 'sqlite\_%' ESCAPE '\'
		AND tbl_name <> 'goose_db_version'
		ORDER BY tbl_name, type = 'table' DESC, type, name`)
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	var b strings.Builder
	b.WriteString("-- The whole schema as the migrations leave it. Written by: go test ./store -run Schema -update\n")
	for found.Next() {
		var text string
		if err := found.Scan(&text); err != nil {
			t.Fatal(err)
		}
		b.WriteString("\n" + text + ";\n")
	}
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSchema_IsTheGoldenOne(t *testing.T) {
	o := closed(t, nil)
	got := schemaOf(t, plain(t, o.Path))
	if *update {
		if err := os.WriteFile(schemaFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the schema differs from %s; run with -update after a migration (-file +database):\n%s", schemaFile, diff)
	}
}

// before makes a database that has run the migrations up to a version.
func before(t *testing.T, version int64) store.Options {
	t.Helper()
	o := storetest.Options(t, t.TempDir())
	db := plain(t, o.Path)
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, os.DirFS("migrations"), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(context.Background(), version); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestMigrate_CopiesTheFileFirst(t *testing.T) {
	latest := int64(len(migrationFiles(t)))
	o := before(t, latest-1)
	db := plain(t, o.Path)
	if _, err := db.Exec("INSERT INTO contact (id, name, created_at, created_hlc, rev) VALUES ('c1', 'Ana', '2026', 1, 1)"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, old := range []int64{1, 2, 3} {
		if err := os.WriteFile(fmt.Sprintf("%s.before-%d-from-0", o.Path, old), []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := store.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if got := value(t, s.Read(), "SELECT name FROM contact"); got != "Ana" {
		t.Errorf("name after migrating = %q", got)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(schemaOf(t, plain(t, closed(t, nil).Path)), schemaOf(t, plain(t, o.Path))); diff != "" {
		t.Errorf("an upgraded file differs from a fresh one (-fresh +upgraded):\n%s", diff)
	}

	copied := fmt.Sprintf("%s.before-%d-from-%d", o.Path, latest, latest-1)
	copies, err := filepath.Glob(o.Path + ".before-*")
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(copies)
	want := []string{o.Path + ".before-2-from-0", o.Path + ".before-3-from-0", copied}
	slices.Sort(want)
	if !slices.Equal(copies, want) {
		t.Errorf("copies = %v, want %v", copies, want)
	}

	var version int64
	var name string
	db = plain(t, copied)
	if err := db.QueryRow("SELECT max(version_id), (SELECT name FROM contact) FROM goose_db_version").Scan(&version, &name); err != nil {
		t.Fatalf("read the copy: %v", err)
	}
	if version != latest-1 || name != "Ana" {
		t.Errorf("the copy has schema %d and the name %q", version, name)
	}
}

func TestMigrate_NothingToDoMakesNoCopy(t *testing.T) {
	o := closed(t, nil)
	s, err := store.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if copies, _ := filepath.Glob(o.Path + ".before-*"); len(copies) != 0 {
		t.Errorf("copies = %v", copies)
	}
}

func TestOpen_NewerSchemaIsRefused(t *testing.T) {
	o := closed(t, func(s *store.Store) { contact(t, s, "c1", "Ana") })
	db := plain(t, o.Path)
	if _, err := db.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9000, 1)"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, filepath.Dir(o.Path))
	if _, err := store.Open(context.Background(), o); !errors.Is(err, store.ErrNewerSchema) {
		t.Errorf("Open = %v, want ErrNewerSchema", err)
	}
	if diff := cmp.Diff(before, snapshot(t, filepath.Dir(o.Path))); diff != "" {
		t.Errorf("a newer file was touched (-before +after):\n%s", diff)
	}
}
