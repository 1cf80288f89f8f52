package store_test

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

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
