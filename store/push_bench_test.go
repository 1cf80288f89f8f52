package store_test

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/hlc"
	"sitegroup.mx/crm/store/storetest"
)

// BenchmarkPushAll settles frames of 500 edits of a seller's day, each a transaction of its own.
func BenchmarkPushAll(b *testing.B) {
	s := storetest.Open(b)
	const prospects = 2000
	var fns []func(*store.Tx) error
	for n := range prospects {
		id := fmt.Sprint(n)
		fns = append(fns, func(tx *store.Tx) error {
			return errors.Join(
				createContact(tx, "c"+id, "Persona "+id),
				tx.Create("contact_phone", "h"+id, store.Row{"contact_id": "c" + id, "raw": "55 5555 0100", "e164": "+525555550100", "created_at": at}),
				createProspect(tx, "p"+id, "c"+id, "u-ana"),
				tx.Grant("u-ana", "p"+id),
				createActivity(tx, "a"+id, "p"+id),
				tx.Create("reminder", "r"+id, store.Row{"prospect_id": "p" + id, "activity_id": "a" + id, "user_id": "u-ana", "remind_at": at, "created_at": at}),
			)
		})
	}
	if _, errs := s.WriteEach(b.Context(), admin, fns); errors.Join(errs...) != nil {
		b.Fatal(errs)
	}
	edits := []struct{ entity, row, field, value string }{
		{"prospect", "p", "temperature", `"t%d"`},
		{"activity", "a", "result", `"r%d"`},
		{"reminder", "r", "remind_at", `"2026-12-%d"`},
		{"contact_phone", "h", "wa_variant", `"v%d"`},
		{"prospect", "p", "status", `"s%d"`},
		{"activity", "a", "done_at", `"2026-12-%d"`},
		{"contact", "c", "city", `"Ciudad %d"`},
		{"reminder", "r", "done_at", `"2026-12-%d"`},
	}
	as := store.Author{User: "u-ana", Role: "seller", Scoped: true, Device: "d"}
	at := hlc.At(storetest.Start) + 1000
	n := uint64(0)
	all := edits
	for i := -1; i < len(all); i++ {
		name := "mixed"
		if edits = all; i >= 0 {
			edits = all[i : i+1]
			name = edits[0].entity + "." + edits[0].field
		}
		b.Run(name, func(b *testing.B) {
			for range b.N {
				txs := make([]store.PushedTx, 500)
				for i := range txs {
					n++
					e := edits[n%uint64(len(edits))]
					op := store.Op{HLC: at + hlc.Time(n), Entity: e.entity, Row: fmt.Sprint(e.row, n%prospects), Field: e.field, Value: json.RawMessage(fmt.Sprintf(e.value, n))}
					binary.BigEndian.PutUint64(op.ID[:], n)
					txs[i] = store.PushedTx{ID: op.ID, Ops: []store.Op{op}}
				}
				if err := errors.Join(s.PushAll(b.Context(), as, txs)...); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*500/b.Elapsed().Seconds(), "edits/s")
		})
	}
}

// BenchmarkBulk hands 500 of 20,000 prospects over, with their history: as a frame of an administrator's member, here among the
// writes of others, and as the beginning of a group.
func BenchmarkBulk(b *testing.B) {
	s := storetest.Open(b)
	const prospects, many = 20_000, 500
	var fns []func(*store.Tx) error
	for n := range prospects {
		id := fmt.Sprint(n)
		fns = append(fns, func(tx *store.Tx) error {
			return errors.Join(
				createContact(tx, "c"+id, "Persona "+id),
				createProspect(tx, "p"+id, "c"+id, "u-ana"),
				createActivity(tx, "a"+id, "p"+id),
			)
		})
	}
	for part := range slices.Chunk(fns, 1000) {
		if _, errs := s.WriteEach(b.Context(), admin, part); errors.Join(errs...) != nil {
			b.Fatal(errs)
		}
	}
	event := store.Row{"author_id": "u-admin", "kind": "assigned", "data": "{}", "at": at}
	at, n := hlc.At(storetest.Start.Add(time.Minute)), uint64(0)
	row := func(i int) string { return fmt.Sprint("p", (n*7919+uint64(i)*37)%prospects) }
	owner := func() string { return fmt.Sprint("u-", n%5) }
	b.Run("pushed", func(b *testing.B) {
		for range b.N {
			n++
			p := store.PushedTx{}
			binary.BigEndian.PutUint64(p.ID[:], n)
			add := func(entity, id, field, value string) {
				op := store.Op{HLC: at + hlc.Time(n), Entity: entity, Row: id, Field: field, Value: json.RawMessage(value)}
				binary.BigEndian.PutUint64(op.ID[:], n)
				binary.BigEndian.PutUint64(op.ID[8:], uint64(len(p.Ops))+1)
				p.Ops = append(p.Ops, op)
			}
			for i := range many {
				id := row(i)
				add("prospect", id, "owner_id", `"`+owner()+`"`)
				add("event", fmt.Sprint("e", n, "-", i), "", `{"prospect_id":"`+id+`","author_id":"u-admin","kind":"assigned","data":"{}","at":"x"}`)
			}
			from := store.Author{User: "u-admin", Role: "admin", Device: "d"}
			if err := errors.Join(s.PushAll(b.Context(), from, []store.PushedTx{p})...); err != nil {
				b.Fatal(err)
			}
		}
	})
	hand := func(tx *store.Tx) error {
		for i := range many {
			id := row(i)
			event["prospect_id"] = id
			if err := errors.Join(tx.Set("prospect", id, store.Row{"owner_id": owner()}), tx.Create("event", tx.NewID(), event)); err != nil {
				return err
			}
		}
		return nil
	}
	small := func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"city": fmt.Sprint(n)}) }
	b.Run("joining", func(b *testing.B) {
		for range b.N {
			n++
			if _, errs := s.WriteEach(b.Context(), admin, []func(*store.Tx) error{small, hand}); errors.Join(errs...) != nil {
				b.Fatal(errs)
			}
		}
	})
	b.Run("beginning", func(b *testing.B) {
		for range b.N {
			n++
			if _, err := s.WriteMany(b.Context(), admin, hand); err != nil {
				b.Fatal(err)
			}
		}
	})
}
