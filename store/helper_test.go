package store_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	_ "github.com/mattn/go-sqlite3"
	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

const at = "2026-11-02T15:00:00.000Z"

var (
	admin = store.Author{User: "u-admin", Role: "admin"}
	ana   = store.Author{User: "u-ana", Role: "seller", Scoped: true}
	beto  = store.Author{User: "u-beto", Role: "seller", Scoped: true}
)

// write runs fn as a and fails the test when it fails.
func write(t testing.TB, s *store.Store, a store.Author, fn func(*store.Tx) error) store.Commit {
	t.Helper()
	c, err := s.Write(context.Background(), a, fn)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// contact creates a contact.
func contact(t testing.TB, s *store.Store, id, name string) store.Commit {
	t.Helper()
	return write(t, s, admin, func(tx *store.Tx) error { return createContact(tx, id, name) })
}

func createContact(tx *store.Tx, id, name string) error {
	return tx.Create("contact", id, store.Row{"name": name, "created_at": at})
}

func createProspect(tx *store.Tx, id, contact, owner string) error {
	return tx.Create("prospect", id, store.Row{
		"contact_id": contact, "owner_id": owner, "stage_id": "s1", "status": "new", "source": "manual", "lead_at": at, "received_at": at, "created_at": at,
	})
}

func createActivity(tx *store.Tx, id, prospect string) error {
	return tx.Create("activity", id, store.Row{"prospect_id": prospect, "author_id": tx.Author().User, "kind": "note", "created_at": at})
}

// rows reads every row of a query as texts; NULL is "∅".
func rows(t testing.TB, q dbx.Builder, text string, params ...dbx.Params) [][]string {
	t.Helper()
	query := q.NewQuery(text)
	for _, p := range params {
		query.Bind(p)
	}
	found, err := query.Rows()
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer found.Close()
	columns, err := found.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	for found.Next() {
		values, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := found.Scan(into...); err != nil {
			t.Fatal(err)
		}
		line := make([]string, len(columns))
		for i, v := range values {
			if line[i] = v.String; !v.Valid {
				line[i] = "∅"
			}
		}
		all = append(all, line)
	}
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// value reads one value as text.
func value(t testing.TB, q dbx.Builder, text string, params ...dbx.Params) string {
	t.Helper()
	found := rows(t, q, text, params...)
	if len(found) != 1 || len(found[0]) != 1 {
		t.Fatalf("%s answers %v, want one value", text, found)
	}
	return found[0][0]
}

// plain opens the file as the store does, without any of its guards.
func plain(t testing.TB, path string) *sql.DB {
	t.Helper()
	dsn := (&url.URL{Scheme: "file", Path: path}).String() + "?key=raw:" + hex.EncodeToString(storetest.Key())
	db, err := sql.Open("sqlite3", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// snapshot describes every file of a directory: name, length, time of change, content.
func snapshot(t testing.TB, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = fmt.Sprintf("%d bytes, %s, %x", info.Size(), info.ModTime(), sha256.Sum256(content))
	}
	return files
}

// closed opens a database, lets fill write to it, closes it and returns the options to open it again.
func closed(t testing.TB, fill func(*store.Store)) store.Options {
	t.Helper()
	var o store.Options
	s := storetest.Open(t, func(opts *store.Options) { o = *opts })
	if fill != nil {
		fill(s)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return o
}
