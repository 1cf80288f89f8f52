package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

func TestDecide_SeesTheProposal(t *testing.T) {
	c := storetest.Clock(t)
	var seen []string
	s := storetest.Open(t, storetest.WithClock(c), storetest.WithDecide(func(p store.Proposal) store.Verdict {
		current := "none"
		if p.Current != nil {
			current = fmt.Sprintf("%d columns, id %v, deleted %v", len(p.Current), p.Current["id"], p.Current["deleted"])
		}
		seen = append(seen, fmt.Sprintf("%s %s %s %q: root %s, in scope %t, undo %t, current %s", p.Actor.User, p.Op.Entity, p.Op.Row, p.Op.Field, p.Root, p.InScope, p.Undo, current))
		if !p.Now.Equal(c.Now()) {
			t.Errorf("now = %v", p.Now)
		}
		return store.Verdict{Outcome: store.Applied}
	}))
	write(t, s, admin, func(tx *store.Tx) error {
		if err := tx.Create("stage", "s1", store.Row{"name": "Nuevo", "position": 1}); err != nil {
			return err
		}
		return createContact(tx, "c1", "Ana")
	})
	made := write(t, s, ana, func(tx *store.Tx) error {
		if err := createProspect(tx, "p1", "c1", ana.User); err != nil {
			return err
		}
		if err := tx.Grant(ana.User, "p1"); err != nil {
			return err
		}
		if err := createActivity(tx, "a1", "p1"); err != nil {
			return err
		}
		return tx.Set("contact", "c1", store.Row{"city": "Puebla"})
	})
	write(t, s, ana, func(tx *store.Tx) error { return tx.Set("stage", "s1", store.Row{"name": "Otro"}) })
	write(t, s, beto, func(tx *store.Tx) error { return tx.Set("activity", "a1", store.Row{"body": "x"}) })
	write(t, s, beto, func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"name": "x"}) })
	write(t, s, admin, func(tx *store.Tx) error { return tx.Revoke(ana.User, "p1") })
	write(t, s, ana, func(tx *store.Tx) error { return tx.Remove("prospect", "p1") })
	want := []string{
		`u-admin stage s1 "": root *, in scope false, undo false, current none`,
		`u-admin contact c1 "": root c1, in scope false, undo false, current none`,
		`u-ana prospect p1 "": root p1, in scope true, undo false, current none`,
		`u-ana activity a1 "": root p1, in scope true, undo false, current none`,
		`u-ana contact c1 "city": root c1, in scope true, undo false, current 10 columns, id c1, deleted 0`,
		`u-ana stage s1 "name": root *, in scope false, undo false, current 10 columns, id s1, deleted 0`,
		`u-beto activity a1 "body": root p1, in scope false, undo false, current 16 columns, id a1, deleted 0`,
		`u-beto contact c1 "name": root c1, in scope false, undo false, current 10 columns, id c1, deleted 0`,
		`u-ana prospect p1 "deleted": root p1, in scope false, undo false, current 23 columns, id p1, deleted 0`,
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("proposals (-want +got):\n%s", diff)
	}

	seen = nil
	if _, err := s.Undo(context.Background(), ana, made.TxID); !errors.Is(err, store.ErrChangedSince) || len(seen) != 0 {
		t.Errorf("Undo = %v after %v", err, seen)
	}
}

func TestDecide_RefusalFailsTheWholeTransaction(t *testing.T) {
	s := storetest.Open(t, storetest.WithDecide(func(p store.Proposal) store.Verdict {
		if p.Op.Field == "city" || p.Op.Entity == "prospect" {
			return store.Verdict{Outcome: store.Refused, Reason: "not_yours"}
		}
		return store.Verdict{Outcome: store.Applied}
	}))
	contact(t, s, "c1", "Ana")
	before := state(t, s, protectedTables(t, s))
	tests := []struct {
		name string
		fn   func(tx *store.Tx) error
		want store.RefusedError
	}{
		{"field", func(tx *store.Tx) error {
			return errors.Join(createContact(tx, "c2", "x"), tx.Set("contact", "c1", store.Row{"name": "y", "city": "z"}))
		}, store.RefusedError{Entity: "contact", Row: "c1", Field: "city", Reason: "not_yours"}},
		{"creation", func(tx *store.Tx) error {
			return errors.Join(createContact(tx, "c2", "x"), createProspect(tx, "p1", "c1", ""))
		}, store.RefusedError{Entity: "prospect", Row: "p1", Reason: "not_yours"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := s.Write(context.Background(), ana, tt.fn)
			var refused *store.RefusedError
			if !errors.As(err, &refused) {
				t.Fatalf("Write = %v, want a refusal", err)
			}
			if diff := cmp.Diff(tt.want, *refused); diff != "" {
				t.Errorf("refusal (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(before, state(t, s, protectedTables(t, s))); diff != "" {
				t.Errorf("something was left (-before +after):\n%s", diff)
			}
		})
	}
}

func TestDecide_WithoutVerdict(t *testing.T) {
	s := storetest.Open(t, storetest.WithDecide(func(store.Proposal) store.Verdict { return store.Verdict{} }))
	if _, err := s.Write(context.Background(), admin, func(tx *store.Tx) error { return createContact(tx, "c1", "x") }); err == nil {
		t.Error("an op without a verdict was written")
	}
}

func TestDecide_SupersededIsLoggedAndNotApplied(t *testing.T) {
	s := storetest.Open(t, storetest.WithDecide(func(p store.Proposal) store.Verdict {
		if p.Op.Field == "city" {
			return store.Verdict{Outcome: store.Superseded, Reason: "later"}
		}
		return store.Verdict{Outcome: store.Applied}
	}))
	contact(t, s, "c1", "Ana")
	c := write(t, s, admin, func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"city": "z"}) })
	if c.Rev != 2 || len(c.Ops) != 1 || c.Ops[0].Outcome != store.Superseded {
		t.Errorf("commit = %+v", c)
	}
	if got := value(t, s.Read(), "SELECT city || rev FROM contact"); got != "1" {
		t.Errorf("city and revision = %q", got)
	}
	if got := value(t, s.Read(), "SELECT outcome || reason FROM op_log WHERE field = 'city'"); got != "2later" {
		t.Errorf("logged as %s", got)
	}
}

func TestScope_FollowsGrants(t *testing.T) {
	s := storetest.Open(t)
	contact(t, s, "c1", "Ana")
	grants := func() [][]string {
		return rows(t, s.Read(), "SELECT user_id, root_id, granted_rev, revoked_rev, active FROM scope ORDER BY user_id, root_id")
	}
	steps := []struct {
		name string
		fn   func(tx *store.Tx) error
		ops  []string
		want [][]string
	}{
		{
			"granted", func(tx *store.Tx) error { return tx.Grant("u1", "p1") },
			[]string{"scope p1 u1: null -> 1, applied"},
			[][]string{{"u1", "p1", "2", "0", "1"}},
		},
		{
			"granted again", func(tx *store.Tx) error { return tx.Grant("u1", "p1") }, nil,
			[][]string{{"u1", "p1", "2", "0", "1"}},
		},
		{
			"reassigned", func(tx *store.Tx) error { return errors.Join(tx.Revoke("u1", "p1"), tx.Grant("u2", "p1")) },
			[]string{"scope p1 u1: 1 -> 0, applied", "scope p1 u2: null -> 1, applied"},
			[][]string{{"u1", "p1", "2", "3", "0"}, {"u2", "p1", "3", "0", "1"}},
		},
		{
			"and back", func(tx *store.Tx) error { return errors.Join(tx.Revoke("u2", "p1"), tx.Grant("u1", "p1")) },
			[]string{"scope p1 u2: 1 -> 0, applied", "scope p1 u1: 0 -> 1, applied"},
			[][]string{{"u1", "p1", "4", "3", "1"}, {"u2", "p1", "3", "4", "0"}},
		},
	}
	for _, tt := range steps {
		t.Run(tt.name, func(t *testing.T) {
			c := write(t, s, admin, tt.fn)
			if diff := cmp.Diff(tt.ops, opText(c.Ops)); diff != "" {
				t.Errorf("ops (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.want, grants()); diff != "" {
				t.Errorf("scope (-want +got):\n%s", diff)
			}
		})
	}
}
