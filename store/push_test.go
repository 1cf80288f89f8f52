package store_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/hlc"
	"sitegroup.mx/crm/store/storetest"
)

var laptop = store.Author{User: "u-ana", Role: "seller", Device: "device-laptop"}

// foreign makes an op as a laptop would, n being its number and when its time.
func foreign(n byte, when hlc.Time, entity, row, field, value string) store.Op {
	op := store.Op{HLC: when, Entity: entity, Row: row, Field: field, Value: json.RawMessage(value)}
	op.ID[15], op.TxID[15] = n, n
	return op
}

func push(t *testing.T, s *store.Store, a store.Author, op store.Op) (store.Outcome, store.Commit) {
	t.Helper()
	var outcome store.Outcome
	c := write(t, s, a, func(tx *store.Tx) (err error) {
		outcome, err = tx.Push(op, 7)
		return err
	})
	return outcome, c
}

func pushStore(t *testing.T) (*store.Store, *clock.Fake) {
	t.Helper()
	c := storetest.Clock(t)
	s := storetest.Open(t, storetest.WithClock(c))
	contact(t, s, "c1", "Ana")
	return s, c
}

func TestPush_LaterWins(t *testing.T) {
	s, c := pushStore(t)
	c.Advance(time.Hour)
	write(t, s, admin, func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"city": "Puebla"}) })
	now := hlc.At(c.Now())
	steps := []struct {
		name string
		op   store.Op
		want store.Outcome
		city string
	}{
		{"made before the host's edit", foreign(1, now-1, "contact", "c1", "city", `"León"`), store.Superseded, "Puebla"},
		{"made after it", foreign(2, now+5, "contact", "c1", "city", `"León"`), store.Applied, "León"},
		{"made in between, arrived last", foreign(3, now+4, "contact", "c1", "city", `"Lerma"`), store.Superseded, "León"},
		{"made before the row, by a clock that was behind", foreign(4, 1, "contact", "c1", "name", `"Vieja"`), store.Superseded, "León"},
		{"removed", foreign(5, now+6, "contact", "c1", "deleted", "1"), store.Applied, "León"},
	}
	for _, tt := range steps {
		t.Run(tt.name, func(t *testing.T) {
			got, _ := push(t, s, laptop, tt.op)
			if city := value(t, s.Read(), "SELECT city FROM contact"); got != tt.want || city != tt.city {
				t.Errorf("%s, city %s; want %s, %s", got, city, tt.want, tt.city)
			}
		})
	}
	logged := rows(t, s.Read(), "SELECT device_id, user_id, value, outcome, base_rev, hlc = hlc_claimed FROM op_log WHERE device_id = 'device-laptop' ORDER BY n")
	want := [][]string{
		{"device-laptop", "u-ana", `"León"`, "2", "7", "1"},
		{"device-laptop", "u-ana", `"León"`, "1", "7", "1"},
		{"device-laptop", "u-ana", `"Lerma"`, "2", "7", "1"},
		{"device-laptop", "u-ana", `"Vieja"`, "2", "7", "1"},
		{"device-laptop", "u-ana", "1", "1", "7", "1"},
	}
	if diff := cmp.Diff(want, logged); diff != "" {
		t.Errorf("op_log (-want +got):\n%s", diff)
	}
	// A local edit at the same instant is later than everything that was seen.
	write(t, s, admin, func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"city": "Toluca"}) })
	if got := value(t, s.Read(), "SELECT city FROM contact"); got != "Toluca" {
		t.Errorf("city = %s", got)
	}
}

func TestPush_TieGoesToTheGreaterDevice(t *testing.T) {
	s, c := pushStore(t)
	when := hlc.At(c.Now()) + 100
	b := store.Author{User: "u-beto", Device: "device-b"}
	push(t, s, b, foreign(1, when, "contact", "c1", "city", `"b"`))
	if got, _ := push(t, s, store.Author{User: "u-x", Device: "device-a"}, foreign(2, when, "contact", "c1", "city", `"a"`)); got != store.Superseded {
		t.Errorf("the lesser device's op is %s", got)
	}
	if got, _ := push(t, s, store.Author{User: "u-x", Device: "device-c"}, foreign(3, when, "contact", "c1", "city", `"c"`)); got != store.Applied {
		t.Errorf("the greater device's op is %s", got)
	}
	if got, _ := push(t, s, b, foreign(4, when, "contact", "c1", "city", `"again"`)); got != store.Superseded {
		t.Errorf("the first device's second op of that moment is %s", got)
	}
	// Its file was brought back from before, and it claims a time twice.
	if got, _ := push(t, s, store.Author{User: "u-x", Device: "device-c"}, foreign(5, when, "contact", "c1", "city", `"twice"`)); got != store.Superseded {
		t.Errorf("a device's second op of the moment that it has won is %s", got)
	}
}

func TestPush_ClockAheadIsRestamped(t *testing.T) {
	s, c := pushStore(t)
	year := hlc.At(c.Now().AddDate(1, 0, 0))
	if got, _ := push(t, s, laptop, foreign(1, year, "contact", "c1", "city", `"León"`)); got != store.Applied {
		t.Errorf("the op is %s", got)
	}
	logged := rows(t, s.Read(), "SELECT hlc_claimed, hlc < hlc_claimed, (SELECT hlc FROM field_clock) = hlc FROM op_log WHERE field = 'city'")
	if diff := cmp.Diff([][]string{{jsonOf(year), "1", "1"}}, logged); diff != "" {
		t.Errorf("op_log (-want +got):\n%s", diff)
	}
	// The year ahead does not win for a year.
	write(t, s, admin, func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"city": "Puebla"}) })
	c.Advance(time.Second)
	if got, _ := push(t, s, laptop, foreign(2, hlc.At(c.Now()), "contact", "c1", "city", `"Lerma"`)); got != store.Applied {
		t.Errorf("a true later op is %s", got)
	}
}

func jsonOf(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

func TestPush_DuplicateIsRecognised(t *testing.T) {
	s, c := pushStore(t)
	op := foreign(1, hlc.At(c.Now())+9, "contact", "c1", "city", `"León"`)
	push(t, s, laptop, op)
	write(t, s, admin, func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"city": "Puebla"}) })
	late := op
	late.Value = json.RawMessage(`"otra"`)
	got, commit := push(t, s, laptop, late)
	if got != store.Applied || commit.Rev != 4 || len(commit.Ops) != 0 {
		t.Errorf("the second time it is %s in %+v", got, commit)
	}
	if city := value(t, s.Read(), "SELECT city FROM contact"); city != "Puebla" {
		t.Errorf("city = %s: the op was applied twice", city)
	}
	if got := value(t, s.Read(), "SELECT count(*) || ' ' || rev || ' ' || outcome_rev FROM op_log WHERE device_id = 'device-laptop'"); got != "1 2 4" {
		t.Errorf("lines, revision, announced = %s", got)
	}
}

func TestPush_Rows(t *testing.T) {
	s, c := pushStore(t)
	write(t, s, admin, func(tx *store.Tx) error {
		return errors.Join(
			tx.Create("event", "e1", store.Row{"prospect_id": "p1", "author_id": "", "kind": "stage", "at": at}),
			tx.Create("user", "u1", store.Row{"login": "ana", "name": "Ana", "role": "seller", "created_at": at}),
			tx.Create("user", "u2", store.Row{"login": "beto", "name": "Beto", "role": "seller", "created_at": at}),
		)
	})
	now := hlc.At(c.Now()) + 50
	tests := []struct {
		name   string
		op     store.Op
		want   store.Outcome
		reason string
	}{
		{"new row", foreign(1, now, "contact", "c2", "", `{"name":"Nueva","created_at":"2026"}`), store.Applied, ""},
		{"a row that is there", foreign(2, now+1, "contact", "c2", "", `{"name":"Otra vez","created_at":"2026"}`), store.Superseded, "exists"},
		{"a field of no row", foreign(3, now, "contact", "c9", "name", `"x"`), store.Refused, "no_row"},
		{"a field that is never changed", foreign(4, now, "event", "e1", "kind", `"x"`), store.Refused, "append_only"},
		{"the same field, removed", foreign(5, now, "event", "e1", "deleted", `1`), store.Applied, ""},
		{"a row that the schema forbids", foreign(6, now, "user", "u3", "", `{"login":"ana","name":"x","role":"seller","created_at":"2026"}`), store.Refused, "conflict"},
		{"a value that the schema forbids", foreign(7, now, "user", "u2", "login", `"ana"`), store.Refused, "conflict"},
		{"a whole number", foreign(8, now, "user", "u2", "paused", `1`), store.Applied, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, commit := push(t, s, laptop, tt.op)
			if got != tt.want || len(commit.Ops) != 1 || commit.Ops[0].Outcome != tt.want || commit.Ops[0].Reason != tt.reason {
				t.Errorf("%s in %v, want %s %q", got, opText(commit.Ops), tt.want, tt.reason)
			}
			logged := value(t, s.Read(), "SELECT outcome || coalesce(reason, '') FROM op_log ORDER BY n DESC LIMIT 1")
			if logged != jsonOf(int(tt.want))+tt.reason {
				t.Errorf("logged as %s", logged)
			}
		})
	}
	if got := value(t, s.Read(), "SELECT name FROM contact WHERE id = 'c2'"); got != "Nueva" {
		t.Errorf("name = %s", got)
	}
	for name, op := range map[string]store.Op{
		"unknown entity": foreign(20, now, "telegram", "x", "a", `1`),
		"unknown field":  foreign(21, now, "contact", "c1", "telegram", `1`),
		"scope":          foreign(22, now, "scope", "p1", "u-ana", `1`),
		"own column":     foreign(23, now, "contact", "c1", "rev", `1`),
		"unknown column": foreign(24, now, "contact", "c3", "", `{"telegram":"x"}`),
		"wrong type":     foreign(25, now, "contact", "c1", "name", `{"a":1}`),
		"no JSON":        foreign(26, now, "contact", "c1", "name", `{`),
		"no row":         foreign(27, now, "contact", "c3", "", `[]`),
	} {
		write(t, s, laptop, func(tx *store.Tx) error {
			if outcome, err := tx.Push(op, 0); err == nil {
				t.Errorf("%s: %s", name, outcome)
			} else if (name == "unknown entity" || name == "unknown field") && !errors.Is(err, store.ErrUnknown) {
				t.Errorf("%s: %v", name, err)
			}
			return nil
		})
	}
}

func TestPush_RefusalIsAnOutcome(t *testing.T) {
	s := storetest.Open(t, storetest.WithDecide(func(p store.Proposal) store.Verdict {
		if p.Actor.Device == laptop.Device {
			return store.Verdict{Outcome: store.Refused, Reason: "not_yours"}
		}
		return store.Verdict{Outcome: store.Applied}
	}))
	contact(t, s, "c1", "Ana")
	for n, op := range []store.Op{
		foreign(1, 1<<60, "contact", "c1", "city", `"x"`),
		foreign(2, 5, "contact", "c2", "", `{"name":"x","created_at":"2026"}`),
	} {
		got, c := push(t, s, laptop, op)
		if got != store.Refused || c.Rev != int64(n)+2 || c.Ops[0].Reason != "not_yours" {
			t.Errorf("%s in %+v", got, c)
		}
	}
	if got := value(t, s.Read(), "SELECT count(*) || max(city) FROM contact"); got != "1" {
		t.Errorf("contacts and city = %s", got)
	}
	if got := value(t, s.Read(), "SELECT group_concat(outcome || reason) FROM op_log WHERE device_id = 'device-laptop'"); got != "3not_yours,3not_yours" {
		t.Errorf("logged as %s", got)
	}
}

// What a laptop wrote can be undone by its own transaction's id.
func TestPush_CanBeUndone(t *testing.T) {
	s, c := pushStore(t)
	op := foreign(1, hlc.At(c.Now())+9, "contact", "c1", "city", `"León"`)
	push(t, s, laptop, op)
	if _, err := s.Undo(t.Context(), laptop, uuid.UUID(op.TxID).String()); err != nil {
		t.Fatal(err)
	}
	if got := value(t, s.Read(), "SELECT city FROM contact"); got != "" {
		t.Errorf("city = %q", got)
	}
}
