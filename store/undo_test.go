package store_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

// undoOffice is what the tables below start from: a contact, a prospect granted to Ana, an activity on it.
func undoOffice(t *testing.T) *store.Store {
	t.Helper()
	s := storetest.Open(t)
	write(t, s, admin, func(tx *store.Tx) error {
		return errors.Join(createContact(tx, "c1", "Ana"), createProspect(tx, "p1", "c1", ana.User), tx.Grant(ana.User, "p1"), createActivity(tx, "a1", "p1"))
	})
	return s
}

// office reads every row that Undo could touch, without what every write changes.
func office(t *testing.T, s *store.Store) map[string][][]string {
	t.Helper()
	return map[string][][]string{
		"contact":       rows(t, s.Read(), "SELECT id, name, city, deleted, extra, created_hlc FROM contact ORDER BY id"),
		"contact_phone": rows(t, s.Read(), "SELECT id, contact_id, raw, deleted FROM contact_phone ORDER BY id"),
		"prospect":      rows(t, s.Read(), "SELECT id, owner_id, status, attended_at, deleted FROM prospect ORDER BY id"),
		"activity":      rows(t, s.Read(), "SELECT id, body, due_at, deleted FROM activity ORDER BY id"),
		"event":         rows(t, s.Read(), "SELECT id, kind, deleted FROM event ORDER BY id"),
		"scope":         rows(t, s.Read(), "SELECT user_id, root_id, active FROM scope ORDER BY user_id, root_id"),
	}
}

func TestUndo_TakesBackEverythingAndDoesItAgain(t *testing.T) {
	tests := []struct {
		name string
		fn   func(tx *store.Tx) error
	}{
		{"a field", func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"name": "Beto"}) }},
		{"a field twice", func(tx *store.Tx) error {
			return errors.Join(tx.Set("contact", "c1", store.Row{"name": "Beto"}), tx.Set("contact", "c1", store.Row{"name": "Caro", "city": "León"}))
		}},
		{"from nothing to something", func(tx *store.Tx) error { return tx.Set("prospect", "p1", store.Row{"attended_at": at}) }},
		{"quotes, accents, line ends", func(tx *store.Tx) error {
			return tx.Set("activity", "a1", store.Row{"body": "«ñandú»\n\"\\\u2028\t\x00 😀", "due_at": at})
		}},
		{"a removal", func(tx *store.Tx) error { return tx.Remove("activity", "a1") }},
		{"change and removal", func(tx *store.Tx) error {
			return errors.Join(tx.Set("activity", "a1", store.Row{"body": "x"}), tx.Remove("activity", "a1"))
		}},
		{"a change of hands", func(tx *store.Tx) error {
			return errors.Join(
				tx.Set("prospect", "p1", store.Row{"owner_id": beto.User}), tx.Revoke(ana.User, "p1"), tx.Grant(beto.User, "p1"),
				tx.Create("event", "e1", store.Row{"prospect_id": "p1", "author_id": "", "kind": "assigned", "at": at}),
			)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := undoOffice(t)
			ctx := context.Background()
			before := office(t, s)
			done := write(t, s, ana, tt.fn)
			after := office(t, s)
			undone, err := s.Undo(ctx, ana, done.TxID)
			if err != nil {
				t.Fatal(err)
			}
			// What the transaction created is removed rather than never there, and so is a grant.
			forget := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == `["event"]` || p.Last().String() == `["scope"]` }, cmp.Ignore())
			if diff := cmp.Diff(before, office(t, s), forget); diff != "" {
				t.Errorf("not as before (-before +undone):\n%s", diff)
			}
			if got := value(t, s.Read(), "SELECT group_concat(user_id || active) FROM scope WHERE active"); got != "u-ana1" {
				t.Errorf("grants = %s", got)
			}
			if got := value(t, s.Read(), "SELECT count(*) FROM event WHERE deleted = 0"); got != "0" {
				t.Errorf("%s events are left", got)
			}
			if undone.Rev != done.Rev+1 || undone.Author.User != ana.User {
				t.Errorf("the undo's commit is %+v", undone)
			}
			if _, err := s.Undo(ctx, ana, done.TxID); !errors.Is(err, store.ErrNothingToUndo) {
				t.Errorf("undone a second time: %v", err)
			}
			redone, err := s.Undo(ctx, ana, undone.TxID)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(after, office(t, s)); diff != "" {
				t.Errorf("not done again (-done +again):\n%s", diff)
			}
			if _, err := s.Undo(ctx, ana, redone.TxID); err != nil {
				t.Errorf("undo of the redo: %v", err)
			}
			if diff := cmp.Diff(before, office(t, s), forget); diff != "" {
				t.Errorf("not as before (-before +undone again):\n%s", diff)
			}
		})
	}
}

func TestUndo_OfACreation(t *testing.T) {
	s := undoOffice(t)
	done := write(t, s, ana, func(tx *store.Tx) error {
		return errors.Join(createContact(tx, "c2", "Nueva"), createProspect(tx, "p2", "c2", ana.User), tx.Grant(ana.User, "p2"), createActivity(tx, "a2", "p2"),
			tx.Set("activity", "a2", store.Row{"body": "x"}))
	})
	if _, err := s.Undo(context.Background(), ana, done.TxID); err != nil {
		t.Fatal(err)
	}
	got := value(t, s.Read(), `SELECT (SELECT deleted FROM contact WHERE id = 'c2') || (SELECT deleted FROM prospect WHERE id = 'p2')
		|| (SELECT deleted FROM activity WHERE id = 'a2') || (SELECT active FROM scope WHERE root_id = 'p2')`)
	if got != "1110" {
		t.Errorf("deleted, deleted, deleted, granted = %s", got)
	}
}

func TestUndo_Refused(t *testing.T) {
	setCity := func(city string) func(tx *store.Tx) error {
		return func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"city": city}) }
	}
	tests := []struct {
		name  string
		first func(tx *store.Tx) error // by Ana, the one to undo
		then  func(tx *store.Tx) error // by Beto
		by    store.Author
		want  error
	}{
		{"changed since", setCity("a"), setCity("b"), ana, store.ErrChangedSince},
		{"changed since and changed back by hand", setCity("a"), func(tx *store.Tx) error {
			return errors.Join(setCity("b")(tx), setCity("a")(tx))
		}, ana, store.ErrChangedSince},
		{"one of several changed since", func(tx *store.Tx) error {
			return errors.Join(tx.Set("contact", "c1", store.Row{"name": "x"}), setCity("a")(tx), tx.Set("activity", "a1", store.Row{"body": "y"}))
		}, setCity("b"), ana, store.ErrChangedSince},
		{"removed since", func(tx *store.Tx) error { return tx.Remove("contact", "c1") }, func(tx *store.Tx) error {
			return tx.Set("contact", "c1", store.Row{"city": "b"})
		}, ana, nil},
		{"a created row changed since", func(tx *store.Tx) error { return createContact(tx, "c2", "x") }, func(tx *store.Tx) error {
			return tx.Set("contact", "c2", store.Row{"city": "b"})
		}, ana, store.ErrChangedSince},
		{"something added to a created row", func(tx *store.Tx) error { return createProspect(tx, "p2", "c1", "") }, func(tx *store.Tx) error {
			return createActivity(tx, "a2", "p2")
		}, ana, store.ErrChangedSince},
		{"a phone added to a created contact", func(tx *store.Tx) error { return createContact(tx, "c2", "x") }, func(tx *store.Tx) error {
			return tx.Create("contact_phone", "f2", store.Row{"contact_id": "c2", "raw": "55", "created_at": at})
		}, ana, store.ErrChangedSince},
		{"something added and removed again", func(tx *store.Tx) error { return createProspect(tx, "p2", "c1", "") }, func(tx *store.Tx) error {
			return errors.Join(createActivity(tx, "a2", "p2"), tx.Remove("activity", "a2"))
		}, ana, nil},
		{"given to somebody else since", func(tx *store.Tx) error { return tx.Revoke(ana.User, "p1") }, func(tx *store.Tx) error {
			return errors.Join(tx.Grant(ana.User, "p1"), tx.Grant(beto.User, "p1"))
		}, ana, store.ErrChangedSince},
		{"another field changed since", setCity("a"), func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"name": "b"}) }, ana, nil},
		{"another row changed since", setCity("a"), func(tx *store.Tx) error { return tx.Set("activity", "a1", store.Row{"body": "b"}) }, ana, nil},
		{"by another seller", setCity("a"), nil, beto, store.ErrNothingToUndo},
		{"by the admin", setCity("a"), nil, admin, nil},
		{"the schema forbids what was before", func(tx *store.Tx) error { return tx.Set("user", "u1", store.Row{"login": "b"}) }, func(tx *store.Tx) error {
			return tx.Create("user", "u2", store.Row{"login": "a", "name": "x", "role": "seller", "created_at": at})
		}, ana, store.ErrChangedSince},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := undoOffice(t)
			write(t, s, admin, func(tx *store.Tx) error {
				return tx.Create("user", "u1", store.Row{"login": "a", "name": "x", "role": "seller", "created_at": at})
			})
			done := write(t, s, ana, tt.first)
			if tt.then != nil {
				write(t, s, beto, tt.then)
			}
			tables := protectedTables(t, s)
			before := state(t, s, tables)
			c, err := s.Undo(context.Background(), tt.by, done.TxID)
			if !errors.Is(err, tt.want) || (tt.want == nil) != (err == nil) {
				t.Fatalf("Undo = %v, want %v", err, tt.want)
			}
			if err == nil {
				return
			}
			if diff := cmp.Diff(before, state(t, s, tables)); diff != "" || c.Rev != 0 {
				t.Errorf("a refused undo left something (-before +after), commit %+v:\n%s", c, diff)
			}
		})
	}
}

func TestUndo_OfNothing(t *testing.T) {
	s := undoOffice(t)
	for _, id := range []string{"", "x", "01a19cc6-3d80-74fe-bab6-23f6827a4cb5"} {
		if _, err := s.Undo(context.Background(), admin, id); !errors.Is(err, store.ErrNothingToUndo) {
			t.Errorf("Undo(%q) = %v", id, err)
		}
	}
	done := write(t, s, ana, func(tx *store.Tx) error {
		return errors.Join(tx.Set("contact", "c1", store.Row{"city": "a"}), tx.Set("contact", "c1", store.Row{"city": ""}))
	})
	if _, err := s.Undo(context.Background(), ana, done.TxID); !errors.Is(err, store.ErrNothingToUndo) {
		t.Errorf("undo of a change and its reverse = %v", err)
	}
}

func TestUndo_OneAfterTheOther(t *testing.T) {
	s := undoOffice(t)
	var commits []store.Commit
	for _, city := range []string{"a", "b", "c"} {
		commits = append(commits, write(t, s, ana, func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"city": city}) }))
	}
	if _, err := s.Undo(context.Background(), ana, commits[0].TxID); !errors.Is(err, store.ErrChangedSince) {
		t.Errorf("undo of the first while the others stand = %v", err)
	}
	for i, want := range []string{"b", "a", ""} {
		if _, err := s.Undo(context.Background(), ana, commits[2-i].TxID); err != nil {
			t.Fatalf("undo %d: %v", 2-i, err)
		}
		if got := value(t, s.Read(), "SELECT city FROM contact"); got != want {
			t.Errorf("city = %q, want %q", got, want)
		}
	}
}

// Doing again what was undone must not bring back a value over what has become of the field in between, even when that was an
// undo as well.
func TestUndo_RedoAfterAnotherUndo(t *testing.T) {
	s := undoOffice(t)
	ctx := context.Background()
	set := func(city string) store.Commit {
		return write(t, s, ana, func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"city": city}) })
	}
	first, second := set("a"), set("b")
	undone, err := s.Undo(ctx, ana, second.TxID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Undo(ctx, ana, first.TxID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Undo(ctx, ana, undone.TxID); !errors.Is(err, store.ErrChangedSince) {
		t.Errorf("redo of the second = %v", err)
	}
	if got := value(t, s.Read(), "SELECT city FROM contact"); got != "" {
		t.Errorf("city = %q", got)
	}
}

// TestUndo_DoesNotGrantAgainWhatIsSomebodyElsesSince: a prospect was registered for Ana, and that was taken back. Then it was
// given to Beto on a computer that had not heard of that, and the registering done again: Ana's computers got Beto's prospect.
func TestUndo_DoesNotGrantAgainWhatIsSomebodyElsesSince(t *testing.T) {
	s := undoOffice(t)
	ctx := t.Context()
	done := write(t, s, admin, func(tx *store.Tx) error {
		return errors.Join(createContact(tx, "c2", "Nueva"), createProspect(tx, "p2", "c2", ana.User), tx.Grant(ana.User, "p2"))
	})
	undone, err := s.Undo(ctx, admin, done.TxID)
	if err != nil {
		t.Fatal(err)
	}
	given := write(t, s, admin, func(tx *store.Tx) error {
		return errors.Join(tx.Set("prospect", "p2", store.Row{"owner_id": beto.User}), tx.Grant(beto.User, "p2"))
	})
	if _, err := s.Undo(ctx, admin, undone.TxID); !errors.Is(err, store.ErrChangedSince) {
		t.Errorf("redo = %v", err)
	}
	granted := func() string {
		return value(t, s.Read(), "SELECT group_concat(user_id) FROM scope WHERE root_id = 'p2' AND active = 1")
	}
	if got := granted(); got != beto.User {
		t.Errorf("granted to %s, want %s", got, beto.User)
	}
	if _, err := s.Undo(ctx, admin, given.TxID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Undo(ctx, admin, undone.TxID); err != nil {
		t.Errorf("redo once it is nobody else's: %v", err)
	}
	if got := granted(); got != ana.User {
		t.Errorf("granted to %s, want %s", got, ana.User)
	}
}

func TestUndo_AsksDecide(t *testing.T) {
	s := storetest.Open(t, storetest.WithDecide(func(p store.Proposal) store.Verdict {
		if p.Undo && p.Actor.Role == "seller" && p.Op.Field == "city" {
			return store.Verdict{Outcome: store.Refused, Reason: "too_late"}
		}
		return store.Verdict{Outcome: store.Applied}
	}))
	contact(t, s, "c1", "Ana")
	done := write(t, s, ana, func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"city": "a"}) })
	var refused *store.RefusedError
	if _, err := s.Undo(context.Background(), ana, done.TxID); !errors.As(err, &refused) || refused.Reason != "too_late" {
		t.Errorf("the seller's undo = %v", err)
	}
	if _, err := s.Undo(context.Background(), admin, done.TxID); err != nil {
		t.Errorf("the admin's undo = %v", err)
	}
}

var placeholder = regexp.MustCompile(`\?\d`)

// Ten thousand prospects that were changed twenty steps ago took minutes to take back: each of them read the log from there on.
func TestUndo_OfSomethingOldReadsNoMoreOfTheLogThanItsRows(t *testing.T) {
	for isMember, query := range store.LaterOps {
		s := storetest.Open(t, func(o *store.Options) { o.Member = isMember })
		for _, step := range rows(t, s.Read(), "EXPLAIN QUERY PLAN "+placeholder.ReplaceAllString(query, "1")) {
			at := step[len(step)-1]
			if strings.HasPrefix(at, "SCAN") || strings.Contains(at, "rowid>") {
				t.Errorf("a member's %t: %s", isMember, at)
			}
		}
	}
}
