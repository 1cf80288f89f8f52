package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

// withCopies is a member whose file was migrated, with what is left beside it.
func withCopies(t *testing.T) *pair {
	t.Helper()
	p := newPair(t, nil)
	p.prospectOf(1, "u-ana")
	p.prospectOf(2, "u-ana")
	p.sync()
	if err := p.member.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(p.member.Path())
	if err != nil {
		t.Fatal(err)
	}
	for _, ending := range []string{".before-7-from-6", ".before-8-from-7", ".before-9-from-8.part", ".before-restore-1"} {
		if err := os.WriteFile(p.member.Path()+ending, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o := storetest.Options(t, "")
	o.Path, o.Member, o.Device, o.NewID = p.member.Path(), true, "device-ana", clock.NewFake(storetest.Start, 98).NewID
	if p.member, err = store.Open(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.member.Close() })
	return p
}

func (p *pair) copies() (n int) {
	p.t.Helper()
	found, err := filepath.Glob(p.member.Path() + ".before-*-from-*")
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := os.Stat(p.member.Path() + ".before-restore-1"); err != nil {
		p.t.Errorf("what is no copy from before a migration is gone: %v", err)
	}
	return len(found)
}

// TestForget_ReachesCopiesFromBeforeAMigration: a prospect that was taken away must not stay whole in a file that the same
// key opens.
func TestForget_ReachesCopiesFromBeforeAMigration(t *testing.T) {
	p := withCopies(t)
	write(t, p.member, ana, func(tx *store.Tx) error { return createActivity(tx, "mine", "p1") })
	p.pull()
	if n := p.copies(); n != 3 {
		t.Errorf("%d copies are left while something is not settled, want 3", n)
	}
	write(t, p.host, admin, func(tx *store.Tx) error { return tx.Set("prospect", "p2", store.Row{"owner_id": "u-beto"}) })
	p.pull()
	if n := p.copies(); n != 0 {
		t.Errorf("%d copies are left after a prospect was forgotten", n)
	}
}

// TestReplica_CopiesGoOnceNothingIsLeftToLose: a migrated replica that has told and read everything needs none.
func TestReplica_CopiesGoOnceNothingIsLeftToLose(t *testing.T) {
	p := withCopies(t)
	write(t, p.member, ana, func(tx *store.Tx) error { return createActivity(tx, "mine", "p1") })
	p.sync()
	p.pull()
	if n := p.copies(); n != 0 {
		t.Errorf("%d copies are left", n)
	}
	p.same()
}

func TestWipe_LeavesNoCopy(t *testing.T) {
	p := withCopies(t)
	if err := p.member.Wipe(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := p.copies(); n != 0 {
		t.Errorf("%d copies are left", n)
	}
}
