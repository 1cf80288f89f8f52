package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

// opText describes ops in a line each.
func opText(ops []store.Op) []string {
	var lines []string
	for _, op := range ops {
		lines = append(lines, fmt.Sprintf("%s %s %s: %s -> %s, %s", op.Entity, op.Row, op.Field, op.Before, op.Value, op.Outcome))
	}
	return lines
}

func TestWrite_LogsOps(t *testing.T) {
	c := storetest.Clock(t)
	s := storetest.Open(t, storetest.WithClock(c))
	first := write(t, s, ana, func(tx *store.Tx) error {
		return tx.Create("contact", "c1", store.Row{"name": "Ana \"Ñ\" \\ \n\t\x01 López", "created_at": at})
	})
	second := write(t, s, admin, func(tx *store.Tx) error {
		if err := tx.Set("contact", "c1", store.Row{"name": "Ana", "city": "Puebla"}); err != nil {
			return err
		}
		return tx.Remove("contact", "c1")
	})
	want := []string{
		`contact c1 :  -> {"name":"Ana \"Ñ\" \\ \n\u0009\u0001 López","created_at":"2026-11-02T15:00:00.000Z"}, applied`,
		`contact c1 name: "Ana \"Ñ\" \\ \n\u0009\u0001 López" -> "Ana", applied`,
		`contact c1 city: "" -> "Puebla", applied`,
		`contact c1 deleted: 0 -> 1, applied`,
	}
	if diff := cmp.Diff(want, append(opText(first.Ops), opText(second.Ops)...)); diff != "" {
		t.Errorf("ops (-want +got):\n%s", diff)
	}
	if first.Rev != 1 || second.Rev != 2 || first.TxID == second.TxID || !first.At.Equal(c.Now()) {
		t.Errorf("commits are %d %s %v, %d %s", first.Rev, first.TxID, first.At, second.Rev, second.TxID)
	}
	if first.Author.Device != storetest.Device {
		t.Errorf("device = %q", first.Author.Device)
	}
	for _, op := range append(first.Ops, second.Ops...) {
		if !json.Valid(op.Value) {
			t.Errorf("value %s is no JSON", op.Value)
		}
	}

	logged := rows(t, s.Read(), `SELECT o.rev, o.user_id, o.device_id, o.field, o.value, o.before, o.outcome, o.base_rev, o.outcome_rev,
			o.hlc = o.hlc_claimed, c.user_id, c.at
		FROM op_log o
		JOIN commits c ON c.rev = o.rev AND c.tx_id = o.tx_id
		ORDER BY o.n`)
	ms := fmt.Sprint(c.Now().UnixMilli())
	wantLog := [][]string{
		{"1", ana.User, storetest.Device, "", string(first.Ops[0].Value), "∅", "1", "0", "1", "1", ana.User, ms},
		{"2", admin.User, storetest.Device, "name", `"Ana"`, string(second.Ops[0].Before), "1", "1", "2", "1", admin.User, ms},
		{"2", admin.User, storetest.Device, "city", `"Puebla"`, `""`, "1", "1", "2", "1", admin.User, ms},
		{"2", admin.User, storetest.Device, "deleted", "1", "0", "1", "1", "2", "1", admin.User, ms},
	}
	if diff := cmp.Diff(wantLog, logged); diff != "" {
		t.Errorf("op_log (-want +got):\n%s", diff)
	}
	got := rows(t, s.Read(), "SELECT name, city, deleted, rev, extra FROM contact")
	if diff := cmp.Diff([][]string{{"Ana", "Puebla", "1", "2", "{}"}}, got); diff != "" {
		t.Errorf("row (-want +got):\n%s", diff)
	}
	clocks := rows(t, s.Read(), "SELECT field, hlc > (SELECT created_hlc FROM contact), device_id FROM field_clock ORDER BY field")
	if diff := cmp.Diff([][]string{{"city", "1", storetest.Device}, {"deleted", "1", storetest.Device}, {"name", "1", storetest.Device}}, clocks); diff != "" {
		t.Errorf("field_clock (-want +got):\n%s", diff)
	}
}

func TestWrite_ValuesKeepTheirTypes(t *testing.T) {
	s := storetest.Open(t)
	c := write(t, s, admin, func(tx *store.Tx) error {
		return tx.Create("submission", "s1", store.Row{
			"prospect_id": "p1", "contact_id": "c1", "origin": "poll", "lead_at": at, "received_at": at, "is_organic": true,
			"answers": json.RawMessage(`[{"name":"x"}]`), "lead_id": "120000000000000001",
		})
	})
	got := rows(t, s.Read(), "SELECT is_organic, typeof(is_organic), answers, typeof(answers), lead_id, typeof(lead_id) FROM submission")
	want := [][]string{{"1", "integer", `[{"name":"x"}]`, "text", "120000000000000001", "text"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("row (-want +got):\n%s", diff)
	}
	if value := string(c.Ops[0].Value); !strings.Contains(value, `"is_organic":1`) || !strings.Contains(value, `"answers":"[{\"name\":\"x\"}]"`) {
		t.Errorf("op value = %s", value)
	}
	write(t, s, admin, func(tx *store.Tx) error {
		return tx.Create("activity", "a1", store.Row{"prospect_id": "p1", "author_id": "", "kind": "note", "due_at": nil, "created_at": at})
	})
	if got := value(t, s.Read(), "SELECT typeof(due_at) FROM activity"); got != "null" {
		t.Errorf("nil became %s", got)
	}
}

func TestWrite_RefusesWhatIsNoRow(t *testing.T) {
	s := storetest.Open(t)
	contact(t, s, "c1", "Ana")
	write(t, s, admin, func(tx *store.Tx) error {
		return tx.Create("user", "u1", store.Row{"login": "ana", "name": "Ana", "role": "seller", "created_at": at})
	})
	before := state(t, s, protectedTables(t, s))
	tests := []struct {
		name string
		fn   func(tx *store.Tx) error
		want error
	}{
		{"no such entity", func(tx *store.Tx) error { return tx.Create("setting", "x", store.Row{"v": "1"}) }, nil},
		{"a log table", func(tx *store.Tx) error { return tx.Create("op_log", "x", store.Row{"entity": "1"}) }, nil},
		{"unknown column", func(tx *store.Tx) error {
			return tx.Create("contact", "c2", store.Row{"created_at": at, "colour": "red"})
		}, nil},
		{"unknown field", func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"colour": "red"}) }, nil},
		{"the store's own column", func(tx *store.Tx) error { return tx.Create("contact", "c2", store.Row{"created_at": at, "rev": 7}) }, nil},
		{"the store's own field", func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"deleted": 1}) }, nil},
		{"another id", func(tx *store.Tx) error { return tx.Create("contact", "c2", store.Row{"created_at": at, "id": "c3"}) }, nil},
		{"a number for a text", func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"name": 7}) }, nil},
		{"a text for a number", func(tx *store.Tx) error { return tx.Set("user", "u1", store.Row{"paused": "yes"}) }, nil},
		{"a fraction for a whole number", func(tx *store.Tx) error { return tx.Set("user", "u1", store.Row{"paused": 0.5}) }, nil},
		{"broken UTF-8", func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"name": "a\xff"}) }, nil},
		{"broken JSON", func(tx *store.Tx) error {
			return tx.Set("contact", "c1", store.Row{"name": json.RawMessage("{")})
		}, nil},
		{"an unknown type", func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"name": []string{"x"}}) }, nil},
		{"no id", func(tx *store.Tx) error { return tx.Create("contact", "", store.Row{"created_at": at}) }, nil},
		{"taken id", func(tx *store.Tx) error { return createContact(tx, "c1", "Otra") }, store.ErrExists},
		{"missing row", func(tx *store.Tx) error { return tx.Set("contact", "c9", store.Row{"name": "x"}) }, store.ErrNoRow},
		{"missing row to remove", func(tx *store.Tx) error { return tx.Remove("contact", "c9") }, store.ErrNoRow},
		{"a column that must not be null", func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"name": nil}) }, store.ErrConflict},
		{"a column that must be given", func(tx *store.Tx) error { return tx.Create("contact", "c2", store.Row{"name": "x"}) }, store.ErrConflict},
		{"a login that is taken", func(tx *store.Tx) error {
			return tx.Create("user", "u2", store.Row{"login": "ana", "name": "Otra", "role": "seller", "created_at": at})
		}, store.ErrConflict},
		{"nobody but the program redacts", func(tx *store.Tx) error { return tx.Redact("submission", "s1", store.Row{"origin": "x"}) }, store.ErrAppendOnly},
		{"a submission is never changed", func(tx *store.Tx) error { return tx.Set("submission", "s1", store.Row{"origin": "x"}) }, store.ErrAppendOnly},
		{"a grant of nothing", func(tx *store.Tx) error { return tx.Grant("u1", "") }, nil},
		{"a statement that is wrong", func(tx *store.Tx) error {
			_, err := tx.Exec("INSERT INTO nowhere VALUES (1)", nil)
			return err
		}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := s.Write(context.Background(), admin, tt.fn)
			if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("Write = %v, want %v", err, tt.want)
			}
			if c.Rev != 0 || c.TxID != "" || len(c.Ops) != 0 {
				t.Errorf("a failed write has the commit %+v", c)
			}
			// An error that the function swallows leaves nothing half done either.
			write(t, s, admin, func(tx *store.Tx) error {
				if tt.fn(tx) == nil {
					t.Error("accepted the second time")
				}
				return nil
			})
			if diff := cmp.Diff(before, state(t, s, protectedTables(t, s))); diff != "" {
				t.Errorf("something was left (-before +after):\n%s", diff)
			}
		})
	}
	if c := contact(t, s, "c2", "Beto"); c.Rev != 3 {
		t.Errorf("after the failures comes revision %d, want 3", c.Rev)
	}
}

func TestWrite_NoChangeNoCommit(t *testing.T) {
	s := storetest.Open(t)
	contact(t, s, "c1", "Ana")
	for name, fn := range map[string]func(tx *store.Tx) error{
		"the same value": func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"name": "Ana", "city": ""}) },
		"no fields":      func(tx *store.Tx) error { return tx.Set("contact", "c1", nil) },
		"only local": func(tx *store.Tx) error {
			_, err := tx.Exec("INSERT INTO setting (k, v) VALUES ({:k}, '1')", dbx.Params{"k": tx.NewID()})
			return err
		},
		"a grant taken back before it was given": func(tx *store.Tx) error { return tx.Revoke("u1", "p1") },
	} {
		if c := write(t, s, admin, fn); c.Rev != 0 || c.TxID != "" {
			t.Errorf("%s made the commit %d %s", name, c.Rev, c.TxID)
		}
	}
	if c := contact(t, s, "c2", "Beto"); c.Rev != 2 {
		t.Errorf("next revision = %d, want 2", c.Rev)
	}
}

func TestWrite_FailureTakesBackOnlyItsOwn(t *testing.T) {
	s := storetest.Open(t)
	boom := errors.New("boom")
	ctx, cancel := context.WithCancel(context.Background())
	var after []int
	note := func(tx *store.Tx, n int) error {
		tx.AfterCommit(func() { after = append(after, n) })
		if _, err := tx.Exec("INSERT INTO setting (k, v) VALUES ({:k}, '1')", dbx.Params{"k": fmt.Sprint(n)}); err != nil {
			return err
		}
		return createContact(tx, fmt.Sprintf("c%d", n), "x")
	}
	commits, errs := s.WriteEach(ctx, admin, []func(*store.Tx) error{
		func(tx *store.Tx) error { return note(tx, 1) },
		func(tx *store.Tx) error { return errors.Join(note(tx, 2), boom) },
		func(tx *store.Tx) error {
			if err := note(tx, 3); err != nil {
				return err
			}
			panic("at the worst moment")
		},
		func(tx *store.Tx) error { return note(tx, 4) },
		func(tx *store.Tx) error {
			cancel()
			return note(tx, 5)
		},
		func(tx *store.Tx) error { return note(tx, 6) },
	})
	var panicked *store.PanicError
	if errs[0] != nil || !errors.Is(errs[1], boom) || !errors.As(errs[2], &panicked) || errs[3] != nil || errs[4] != nil || !errors.Is(errs[5], context.Canceled) {
		t.Errorf("errors = %v", errs)
	}
	if panicked != nil && (panicked.Value != "at the worst moment" || !strings.Contains(string(panicked.Stack), "write_test.go")) {
		t.Errorf("the panic says %v at %s", panicked.Value, panicked.Stack)
	}
	if revs := []int64{commits[0].Rev, commits[1].Rev, commits[2].Rev, commits[3].Rev, commits[4].Rev, commits[5].Rev}; !slices.Equal(revs, []int64{1, 0, 0, 2, 3, 0}) {
		t.Errorf("revisions = %v", revs)
	}
	if !slices.Equal(after, []int{1, 4, 5}) {
		t.Errorf("after the commit = %v", after)
	}
	if got := value(t, s.Read(), "SELECT group_concat(id || rev) FROM (SELECT id, rev FROM contact ORDER BY id)"); got != "c11,c42,c53" {
		t.Errorf("contacts = %s", got)
	}
	if got := value(t, s.Read(), "SELECT group_concat(k) FROM (SELECT k FROM setting ORDER BY k)"); got != "1,4,5" {
		t.Errorf("settings = %s", got)
	}
	if got := value(t, s.Read(), "SELECT count(*) || ' ' || max(rev) || ' ' || count(DISTINCT nonce) FROM commits"); got != "3 3 3" {
		t.Errorf("commits = %s", got)
	}
}

// The first that keeps something has no savepoint, nor have those that fail before it.
func TestWrite_FailuresBeforeTheFirstThatEndsWell(t *testing.T) {
	s := storetest.Open(t)
	boom := errors.New("boom")
	note := func(tx *store.Tx, n int) error {
		if _, err := tx.Exec("INSERT INTO setting (k, v) VALUES ({:k}, '1')", dbx.Params{"k": fmt.Sprint(n)}); err != nil {
			return err
		}
		return createContact(tx, fmt.Sprintf("c%d", n), "x")
	}
	fails := func(n int) func(*store.Tx) error {
		return func(tx *store.Tx) error { return errors.Join(note(tx, n), boom) }
	}
	commits, errs := s.WriteEach(t.Context(), admin, []func(*store.Tx) error{
		fails(1),
		func(tx *store.Tx) error {
			if err := note(tx, 2); err != nil {
				return err
			}
			panic("at the worst moment")
		},
		func(tx *store.Tx) error { return note(tx, 3) },
		fails(4),
		func(tx *store.Tx) error { return note(tx, 5) },
		fails(6),
	})
	var panicked *store.PanicError
	if !errors.Is(errs[0], boom) || !errors.As(errs[1], &panicked) || errs[2] != nil || !errors.Is(errs[3], boom) || errs[4] != nil || !errors.Is(errs[5], boom) {
		t.Errorf("errors = %v", errs)
	}
	if revs := []int64{commits[0].Rev, commits[2].Rev, commits[3].Rev, commits[4].Rev}; !slices.Equal(revs, []int64{0, 1, 0, 2}) {
		t.Errorf("revisions = %v", revs)
	}
	if got := value(t, s.Read(), "SELECT group_concat(id || rev) FROM (SELECT id, rev FROM contact ORDER BY id)"); got != "c31,c52" {
		t.Errorf("contacts = %s", got)
	}
	if got := value(t, s.Read(), "SELECT group_concat(k) FROM (SELECT k FROM setting ORDER BY k)"); got != "3,5" {
		t.Errorf("settings = %s", got)
	}
	if _, err := s.Write(t.Context(), admin, fails(7)); !errors.Is(err, boom) {
		t.Errorf("a failure alone = %v", err)
	}
	if c, err := s.Write(t.Context(), admin, func(tx *store.Tx) error { return note(tx, 7) }); err != nil || c.Rev != 3 {
		t.Errorf("after a failure = %d, %v", c.Rev, err)
	}
	if got := value(t, s.Read(), "SELECT count(*) || ' ' || max(rev) FROM commits"); got != "3 3" {
		t.Errorf("commits = %s", got)
	}
}

// When a row is written and its op cannot be logged, the transaction fails even if its function does not mind.
func TestWrite_RowWithoutItsOpIsNeverCommitted(t *testing.T) {
	ids := []string{"01a19cc6-3d80-7000-8000-000000000001", "01a19cc6-3d80-7000-8000-000000000002"}
	n := 0
	s := storetest.Open(t, func(o *store.Options) {
		o.NewID = func() string { // the second op has the id of the first
			n++
			return ids[min(n, 2)-1]
		}
	})
	_, err := s.Write(context.Background(), admin, func(tx *store.Tx) error {
		_ = createContact(tx, "c1", "Ana")
		_ = createContact(tx, "c2", "Beto")
		return nil
	})
	if err == nil {
		t.Error("committed")
	}
	if got := value(t, s.Read(), "SELECT (SELECT count(*) FROM contact) || (SELECT count(*) FROM op_log) || (SELECT count(*) FROM commits)"); got != "000" {
		t.Errorf("contacts, ops, commits = %s", got)
	}
}

func TestWrite_CancelledBeforeItsTurn(t *testing.T) {
	s := storetest.Open(t)
	running, release := make(chan struct{}), make(chan struct{})
	first := make(chan error, 1)
	go func() {
		_, err := s.Write(context.Background(), admin, func(tx *store.Tx) error {
			close(running)
			<-release
			return createContact(tx, "c1", "Ana")
		})
		first <- err
	}()
	<-running
	ctx, cancel := context.WithCancel(context.Background())
	second := make(chan error, 1)
	go func() {
		_, err := s.Write(ctx, admin, func(tx *store.Tx) error { return createContact(tx, "c2", "Beto") })
		second <- err
	}()
	waitFor(func() bool { return s.Queued() == 1 })
	cancel()
	if err := <-second; !errors.Is(err, context.Canceled) {
		t.Errorf("the waiting write = %v", err)
	}
	close(release)
	if err := <-first; err != nil {
		t.Errorf("the running write = %v", err)
	}
	contact(t, s, "c3", "Caro")
	if got := value(t, s.Read(), "SELECT group_concat(id || rev) FROM (SELECT id, rev FROM contact ORDER BY id)"); got != "c11,c32" {
		t.Errorf("contacts = %s", got)
	}
}

// waitFor spins until something that another goroutine is about to do has happened.
func waitFor(happened func() bool) {
	for !happened() {
		runtime.Gosched()
	}
}

// Those who wait share the first one's commit to disk: until it is there, none of their writes is seen.
func TestWrite_WaitingOnesShareACommit(t *testing.T) {
	s := storetest.Open(t)
	const others = 5
	done := make(chan error, others)
	seen := make(chan string, others)
	write(t, s, admin, func(tx *store.Tx) error {
		for n := range others {
			go func() {
				_, err := s.Write(context.Background(), admin, func(tx *store.Tx) error {
					var count string
					if err := s.Read().NewQuery("SELECT count(*) FROM contact").Row(&count); err != nil {
						return err
					}
					seen <- count
					return createContact(tx, fmt.Sprintf("c%d", n), "x")
				})
				done <- err
			}()
		}
		waitFor(func() bool { return s.Queued() == others })
		return createContact(tx, "first", "x")
	})
	for range others {
		if err := <-done; err != nil {
			t.Error(err)
		}
		if count := <-seen; count != "0" {
			t.Errorf("a waiting write saw %s committed rows", count)
		}
	}
	if got := value(t, s.Read(), "SELECT count(*) || max(rev) FROM contact"); got != "66" {
		t.Errorf("contacts and revision = %s", got)
	}
}

func TestWrite_ManyAtOnce(t *testing.T) {
	s := storetest.Open(t)
	const writers, each = 16, 20
	var mu sync.Mutex
	var revs []int64
	var order []int64
	cancel := s.OnCommit(func(c store.Commit) { order = append(order, c.Rev) })
	var group sync.WaitGroup
	for w := range writers {
		group.Add(1)
		go func() {
			defer group.Done()
			for i := range each {
				c, err := s.Write(context.Background(), admin, func(tx *store.Tx) error {
					if i%5 == 4 {
						if err := createContact(tx, tx.NewID(), "lost"); err != nil {
							return err
						}
						return errors.New("changed my mind")
					}
					return createContact(tx, fmt.Sprintf("c%d-%d", w, i), "x")
				})
				if err == nil {
					mu.Lock()
					revs = append(revs, c.Rev)
					mu.Unlock()
				} else if i%5 != 4 {
					t.Errorf("write %d of %d: %v", i, w, err)
				}
			}
		}()
	}
	group.Wait()
	if err := s.Delivered(context.Background()); err != nil {
		t.Fatal(err)
	}
	cancel()
	want := make([]int64, 0, writers*each)
	for rev := int64(1); rev <= writers*each*4/5; rev++ {
		want = append(want, rev)
	}
	if !slices.Equal(order, want) {
		t.Errorf("subscribers saw %v", order)
	}
	slices.Sort(revs)
	if !slices.Equal(revs, want) {
		t.Errorf("revisions = %v", revs)
	}
	if got := value(t, s.Read(), "SELECT count(*) || ' ' || count(DISTINCT rev) || ' ' || (SELECT max(rev) FROM commits) FROM contact"); got != "256 256 256" {
		t.Errorf("contacts, revisions, commits = %s", got)
	}
	contact(t, s, "late", "x")
	if err := s.Delivered(context.Background()); err != nil {
		t.Fatal(err)
	}
	if len(order) != len(want) {
		t.Error("a subscriber was called after it had cancelled")
	}
}

func TestWrite_SeesItself(t *testing.T) {
	s := storetest.Open(t)
	write(t, s, admin, func(tx *store.Tx) error {
		if err := createContact(tx, "c1", "Ana"); err != nil {
			return err
		}
		if got := value(t, tx.Query(), "SELECT name FROM contact WHERE id = {:id}", dbx.Params{"id": "c1"}); got != "Ana" {
			t.Errorf("inside = %q", got)
		}
		if got := value(t, s.Read(), "SELECT count(*) FROM contact"); got != "0" {
			t.Errorf("outside = %s", got)
		}
		return nil
	})
}

func TestTx_EndsWithItsFunction(t *testing.T) {
	s := storetest.Open(t)
	var kept *store.Tx
	write(t, s, admin, func(tx *store.Tx) error {
		kept = tx
		return nil
	})
	if err := createContact(kept, "c1", "Ana"); !errors.Is(err, store.ErrTxDone) {
		t.Errorf("Create = %v", err)
	}
	if err := kept.Grant("u1", "p1"); !errors.Is(err, store.ErrTxDone) {
		t.Errorf("Grant = %v", err)
	}
	if _, err := kept.Push(store.Op{Entity: "contact", Row: "c1", Field: "name"}, 0); !errors.Is(err, store.ErrTxDone) {
		t.Errorf("Push = %v", err)
	}
	if _, err := kept.Exec("DELETE FROM setting", nil); !errors.Is(err, store.ErrTxDone) {
		t.Errorf("Exec = %v", err)
	}
}

func TestWrite_InsideAWriteFailsAtOnce(t *testing.T) {
	s := storetest.Open(t)
	write(t, s, admin, func(tx *store.Tx) error {
		if _, err := s.Write(tx.Context(), admin, func(*store.Tx) error { return nil }); !errors.Is(err, store.ErrNested) {
			t.Errorf("nested Write = %v", err)
		}
		return nil
	})
}

func TestOnCommit_MayWriteAndMayPanic(t *testing.T) {
	s := storetest.Open(t)
	s.OnCommit(func(store.Commit) { panic("a bad subscriber") })
	echoed := make(chan int64, 1)
	s.OnCommit(func(c store.Commit) {
		if c.Rev != 1 {
			return
		}
		echo, err := s.Write(context.Background(), store.System, func(tx *store.Tx) error { return createContact(tx, "echo", "x") })
		if err != nil {
			t.Error(err)
		}
		echoed <- echo.Rev
	})
	contact(t, s, "c1", "Ana")
	if rev := <-echoed; rev != 2 {
		t.Errorf("the subscriber wrote revision %d", rev)
	}
}

func TestReadTx_IsOneSnapshot(t *testing.T) {
	s := storetest.Open(t)
	contact(t, s, "c1", "Ana")
	err := s.ReadTx(context.Background(), func(q dbx.Builder) error {
		before := value(t, q, "SELECT count(*) FROM contact")
		contact(t, s, "c2", "Beto")
		if after := value(t, q, "SELECT count(*) FROM contact"); before != "1" || after != "1" {
			t.Errorf("the snapshot went from %s to %s", before, after)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := value(t, s.Read(), "SELECT count(*) FROM contact"); got != "2" {
		t.Errorf("afterwards = %s", got)
	}
}

func TestReadTx_HonoursItsContext(t *testing.T) {
	s := storetest.Open(t)
	ctx, cancel := context.WithCancel(context.Background())
	err := s.ReadTx(ctx, func(q dbx.Builder) error {
		cancel()
		var n int
		return q.NewQuery("WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x) SELECT max(n) FROM x").Row(&n)
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("ReadTx = %v", err)
	}
}

func TestStats(t *testing.T) {
	s := storetest.Open(t)
	contact(t, s, "c1", "Ana")
	st, err := s.Stats(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if st.Rev != 1 || st.PageSize != 4096 || st.Pages < 50 || st.FileBytes < st.PageSize || st.WALBytes == 0 || st.Cipher != "chacha20" {
		t.Errorf("Stats = %+v", st)
	}
}
