// Package storetest opens real, encrypted, migrated databases for tests. Only test files import it.
package storetest

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/store"
)

// Start is the instant at which Clock stands: a Monday morning.
var Start = time.Date(2026, 11, 2, 15, 0, 0, 0, time.UTC)

// Device is the id of the installation that Open pretends to be.
const Device = "device-test"

// Key returns the key of the databases that Open makes.
func Key() []byte {
	key := make([]byte, 32)
	for i := range key {
		key[i] = byte(i + 1)
	}
	return key
}

// Clock returns a fake clock that stands at Start; its ids repeat from run to run for a test of the same name.
func Clock(t testing.TB) *clock.Fake {
	t.Helper()
	seed := uint64(14695981039346656037) // FNV-1a
	for _, b := range []byte(t.Name()) {
		seed = (seed ^ uint64(b)) * 1099511628211
	}
	return clock.NewFake(Start, seed)
}

// Options returns what Open opens with, for a file in dir.
func Options(t testing.TB, dir string) store.Options {
	t.Helper()
	c := Clock(t)
	return store.Options{Path: filepath.Join(dir, "office.db"), Key: Key(), Device: Device, Now: c.Now, NewID: c.NewID}
}

// Open returns a store over a new database in a directory of its own. The schema is migrated once for each test process
// and copied after that. With no Decide among opts everything is applied.
func Open(t testing.TB, opts ...func(*store.Options)) *store.Store {
	t.Helper()
	o := Options(t, t.TempDir())
	for _, opt := range opts {
		opt(&o)
	}
	content, err := template()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(o.Path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close store: %v", err)
		}
	})
	return s
}

// Tamper writes into an open store's file around it, as a defect would.
func Tamper(t testing.TB, s *store.Store, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite3", (&url.URL{Scheme: "file", Path: s.Path()}).String()+"?cipher=chacha20&_busy_timeout=5000&key=raw:"+hex.EncodeToString(Key()))
	if err == nil {
		_, err = db.ExecContext(context.Background(), statement)
	}
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// WithClock makes Open use c, which a test then moves.
func WithClock(c clock.Clock) func(*store.Options) {
	return func(o *store.Options) { o.Now, o.NewID = c.Now, c.NewID }
}

// WithDecide makes Open use d.
func WithDecide(d store.Decide) func(*store.Options) {
	return func(o *store.Options) { o.Decide = d }
}

// template is a migrated, empty database with Key.
var template = sync.OnceValues(func() (_ []byte, err error) {
	dir, err := os.MkdirTemp("", "storetest")
	if err != nil {
		return nil, fmt.Errorf("make template: %w", err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a leftover directory harms nobody
	c := clock.NewFake(Start, 1)
	path := filepath.Join(dir, "template.db")
	s, err := store.Open(context.Background(), store.Options{Path: path, Key: Key(), Device: Device, Now: c.Now, NewID: c.NewID})
	if err != nil {
		return nil, fmt.Errorf("make template: %w", err)
	}
	if err := s.Close(); err != nil {
		return nil, fmt.Errorf("make template: %w", err)
	}
	return os.ReadFile(path)
})
