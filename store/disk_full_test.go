package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

// fill writes large contacts until the disk is full and returns how many fitted.
func fill(s *store.Store) (int, error) {
	for n := range 10_000 {
		c, err := s.Write(context.Background(), admin, func(tx *store.Tx) error { return createLarge(tx, fmt.Sprintf("large%d", n)) })
		if err == nil {
			continue
		}
		if !errors.Is(err, store.ErrDiskFull) {
			return n, fmt.Errorf("the full disk is reported as: %w", err)
		}
		if c.Rev != 0 {
			return n, fmt.Errorf("the write that did not fit has the commit %d", c.Rev)
		}
		return n, nil
	}
	return 0, errors.New("the disk is never full")
}

func createLarge(tx *store.Tx, id string) error {
	return createContact(tx, id, fmt.Sprintf("%020000d", 7))
}

func TestDiskFull_NothingHalfAndTheStoreGoesOn(t *testing.T) {
	s := storetest.Open(t)
	stats, err := s.Stats(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	s.LimitPages(t, stats.Pages+40)
	fitted, err := fill(s)
	if err != nil {
		t.Fatal(err)
	}
	check := func(want int) {
		t.Helper()
		if got := value(t, s.Read(), "SELECT count(*) || ' ' || (SELECT count(*) FROM commits) || ' ' || (SELECT max(rev) FROM commits) FROM contact"); got != fmt.Sprintf("%d %d %d", want, want, want) {
			t.Errorf("contacts, commits, revision = %s, want %d of each", got, want)
		}
	}
	check(fitted)
	if _, err := s.Write(context.Background(), admin, func(tx *store.Tx) error { return createLarge(tx, "again") }); !errors.Is(err, store.ErrDiskFull) {
		t.Errorf("the next write = %v", err)
	}

	s.LimitPages(t, 0)
	if c := contact(t, s, "after", "Ana"); c.Rev != int64(fitted)+1 {
		t.Errorf("revision after the full disk = %d, want %d", c.Rev, fitted+1)
	}
	check(fitted + 1)
	if err := s.Check(context.Background()); err != nil {
		t.Error(err)
	}
}

// A function that goes on after the disk was full must not write outside its transaction, which SQLite has rolled back.
func TestDiskFull_NothingIsWrittenAfterTheTransactionWasLost(t *testing.T) {
	s := storetest.Open(t)
	stats, err := s.Stats(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	s.LimitPages(t, stats.Pages+10)
	local := func(tx *store.Tx, k string) error {
		_, err := tx.Exec("INSERT INTO setting (k, v) VALUES ({:k}, '1')", dbx.Params{"k": k})
		return err
	}
	_, errs := s.WriteEach(context.Background(), admin, []func(*store.Tx) error{
		func(tx *store.Tx) error { return errors.Join(createContact(tx, "c1", "Ana"), local(tx, "first")) },
		func(tx *store.Tx) error {
			for range 20 { // swallows every error
				_ = createLarge(tx, tx.NewID())
			}
			_ = local(tx, "second")
			_ = tx.Set("contact", "c1", store.Row{"city": "x"})
			_ = tx.Grant("u1", "p1")
			_ = drain(tx.Query().NewQuery("INSERT INTO setting (k, v) VALUES ('third', '1') RETURNING k"))
			return nil
		},
		func(tx *store.Tx) error { return createContact(tx, "c2", "Beto") },
	})
	s.LimitPages(t, 0)
	got := value(t, s.Read(), "SELECT (SELECT count(*) FROM contact) || (SELECT count(*) FROM setting) || (SELECT count(*) FROM op_log) || (SELECT count(*) FROM scope)")
	lost := errs[0] != nil
	switch {
	case lost && got != "0000":
		t.Errorf("contacts, settings, ops, grants = %s although all was lost: %v", got, errs)
	case !lost && errs[1] == nil:
		t.Errorf("a transaction whose errors were swallowed was committed: %s", got)
	}
	for _, err := range errs {
		if lost && !errors.Is(err, store.ErrDiskFull) && err != nil {
			t.Logf("one of the group: %v", err)
		}
	}
	if c := contact(t, s, "after", "x"); c.Rev != int64(len(rows(t, s.Read(), "SELECT 1 FROM commits"))) {
		t.Errorf("revision %d", c.Rev)
	}
}
