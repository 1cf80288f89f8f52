package store_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

// Every release leaves a host's file and a member's file behind: testdata/releases/<version>/host.db and member.db, made by
// "go test ./store -run SaveRelease -save 1.2.3" with that release's program and never changed afterwards. Each is opened
// by this program, alone and with every other.

var save = flag.String("save", "", "save the files of this release")

const releases = "testdata/releases"

func TestSaveRelease(t *testing.T) {
	if *save == "" {
		return
	}
	dir, err := filepath.Abs(filepath.Join(releases, *save))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	p := newPair(t, nil)
	write(t, p.host, admin, func(tx *store.Tx) error { return tx.Create("stage", "s1", store.Row{"name": "Nuevo", "position": 1}) })
	for n := range 6 {
		p.prospectOf(n, []string{"u-ana", "u-beto"}[n%2])
	}
	p.sync()
	write(t, p.member, ana, func(tx *store.Tx) error { // not sent yet
		return errors.Join(tx.Set("contact", "c2", store.Row{"city": "León"}), createActivity(tx, "mine", "p2"))
	})
	for name, s := range map[string]*store.Store{"host.db": p.host, "member.db": p.member} {
		if err := s.BackupTo(t.Context(), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
}

// saved lists the releases whose files are kept.
func saved(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(releases)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if len(names) == 0 {
		t.Fatal("no release is saved")
	}
	return names
}

func openSaved(t *testing.T, release, name string, with func(*store.Options)) *store.Store {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(releases, release, name))
	if err != nil {
		t.Fatal(err)
	}
	o := storetest.Options(t, t.TempDir())
	with(&o)
	if err := os.WriteFile(o.Path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatalf("open %s of %s: %v", name, release, err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestUpgrade_EveryReleaseWithEveryOther(t *testing.T) {
	for _, host := range saved(t) {
		for _, member := range saved(t) {
			t.Run(fmt.Sprintf("host %s, member %s", host, member), func(t *testing.T) {
				p := &pair{t: t, as: store.Author{User: ana.User, Role: "seller", Scoped: true, Device: "device-ana"}, limit: 4}
				p.host = openSaved(t, host, "host.db", func(o *store.Options) { o.NewID = clock.NewFake(storetest.Start, 41).NewID })
				p.member = openSaved(t, member, "member.db", func(o *store.Options) {
					o.Member, o.Device, o.NewID = true, "device-ana", clock.NewFake(storetest.Start, 42).NewID
				})
				if err := errors.Join(p.host.Check(t.Context()), p.member.Check(t.Context())); err != nil {
					t.Fatal(err)
				}
				p.sync()
				p.same()
				got := rows(t, p.host.Read(), "SELECT city, (SELECT count(*) FROM activity WHERE id = 'mine') FROM contact WHERE id = 'c2'")
				if diff := cmp.Diff([][]string{{"León", "1"}}, got); diff != "" {
					t.Errorf("what the member had not sent (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// What a newer host says and this version does not know is kept, and shown when it is known.
func TestUpgrade_UnknownFieldsAreKept(t *testing.T) {
	p := newPair(t, nil)
	p.prospectOf(1, "u-ana")
	r, err := p.member.Replica(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	page, err := p.host.Feed(t.Context(), store.FeedQuery{User: "u-ana", Device: "device-ana", From: r.Cursor, Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	for i := range page.Tables {
		table := &page.Tables[i]
		if table.Entity != "contact" {
			continue
		}
		table.Columns = append(append([]string{}, table.Columns...), "loyalty")
		for j := range table.Rows {
			table.Rows[j] = append(table.Rows[j], "gold")
		}
	}
	page.Tables = append(page.Tables, store.Table{Entity: "telegram", Columns: []string{"id", "rev"}, Rows: [][]any{{"t1", int64(3)}}})
	if applied, err := p.member.ApplyPage(t.Context(), page); err != nil || !applied {
		t.Fatalf("applied %v: %v", applied, err)
	}
	var extra map[string]any
	if err := json.Unmarshal([]byte(value(t, p.member.Read(), "SELECT extra FROM contact")), &extra); err != nil || extra["loyalty"] != "gold" {
		t.Errorf("extra = %v, %v", extra, err)
	}
}
