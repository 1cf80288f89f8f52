package store_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

// realIDs gives benchmarks the ids and the clock of the program instead of a test's.
func realIDs(o *store.Options) {
	o.Now = time.Now
	o.NewID = func() string { return uuid.Must(uuid.NewV7()).String() }
}

// register writes what a lead leaves behind: five rows through ops, three local statements, five reads.
func register(tx *store.Tx, n int64) error {
	now := "2026-11-02T15:00:00.000Z"
	contact, prospect, lead := tx.NewID(), tx.NewID(), fmt.Sprintf("4%015d", n)
	phone := fmt.Sprintf("+5255%08d", n)
	q := tx.Query()
	for _, read := range []struct {
		text string
		p    dbx.Params
	}{
		{"SELECT state FROM lead WHERE lead_id = {:id}", dbx.Params{"id": lead}},
		{"SELECT contact_id FROM contact_phone WHERE e164 = {:phone} AND deleted = 0 AND e164 <> '' LIMIT 1", dbx.Params{"phone": phone}},
		{"SELECT contact_id FROM contact_email WHERE address = {:mail} AND deleted = 0 AND address <> '' LIMIT 1", dbx.Params{"mail": phone + "@example.mx"}},
		{"SELECT id FROM submission WHERE lead_id = {:id} AND lead_id <> ''", dbx.Params{"id": lead}},
		{"SELECT user_id FROM turn_count WHERE rota = '' ORDER BY given, last_at LIMIT 1", nil},
	} {
		var found []string
		if err := q.NewQuery(read.text).Bind(read.p).Column(&found); err != nil {
			return err
		}
	}
	creations := []struct {
		entity string
		row    store.Row
		id     string
	}{
		{"contact", store.Row{"name": fmt.Sprintf("Persona Inventada %d", n), "city": "Puebla", "created_at": now}, contact},
		{"contact_phone", store.Row{"contact_id": contact, "e164": phone, "raw": phone, "created_at": now}, tx.NewID()},
		{"prospect", store.Row{
			"contact_id": contact, "owner_id": "seller-1", "stage_id": "stage-1", "status": "new", "source": "leads",
			"form_id": "f1", "form_name": "Promoción de noviembre", "campaign_name": "Campaña", "lead_at": now, "received_at": now, "created_at": now,
		}, prospect},
		{"submission", store.Row{
			"prospect_id": prospect, "contact_id": contact, "lead_id": lead, "form_id": "f1", "form_name": "Promoción de noviembre", "page_id": "p1",
			"origin": "poll", "lead_at": now, "received_at": now, "answers": `[{"name":"budget","label":"Presupuesto","type":"text","values":["500 mil"],"keys":[]}]`,
		}, tx.NewID()},
		{"event", store.Row{"prospect_id": prospect, "author_id": "", "kind": "registered", "at": now}, tx.NewID()},
	}
	for _, c := range creations {
		if err := tx.Create(c.entity, c.id, c.row); err != nil {
			return err
		}
	}
	for _, write := range []struct {
		text string
		p    dbx.Params
	}{
		{"INSERT INTO lead (lead_id, form_id, origin, state, received_at) VALUES ({:id}, 'f1', 'poll', 'received', {:at})", dbx.Params{"id": lead, "at": now}},
		{"UPDATE lead SET state = 'registered', registered_at = {:at}, prospect_id = {:p} WHERE lead_id = {:id}", dbx.Params{"id": lead, "at": now, "p": prospect}},
		{"INSERT INTO turn (user_id, given, last_at) VALUES ('seller-1', 1, {:at}) ON CONFLICT DO UPDATE SET given = given + 1, last_at = excluded.last_at", dbx.Params{"at": now}},
	} {
		if _, err := tx.Exec(write.text, write.p); err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkWrite_RegistrationsTogether is a sweep over many leads: 200 registrations, each its own transaction, one wait
// for the disk. The figure per operation is one registration.
func BenchmarkWrite_RegistrationsTogether(b *testing.B) {
	s := storetest.Open(b, realIDs)
	ctx := context.Background()
	b.ReportAllocs()
	var n int64
	for b.Loop() {
		fns := make([]func(*store.Tx) error, 200)
		for i := range fns {
			n++
			lead := n
			fns[i] = func(tx *store.Tx) error { return register(tx, lead) }
		}
		_, errs := s.WriteEach(ctx, store.System, fns)
		for _, err := range errs {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "leads/s")
}

// BenchmarkWrite_RegistrationsAlone is one lead after the other, each waiting for the disk.
func BenchmarkWrite_RegistrationsAlone(b *testing.B) {
	s := storetest.Open(b, realIDs)
	ctx := context.Background()
	b.ReportAllocs()
	var n int64
	for b.Loop() {
		n++
		if _, err := s.Write(ctx, store.System, func(tx *store.Tx) error { return register(tx, n) }); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkWrite_EditsOfMany is sixteen people changing a prospect each at the same time.
func BenchmarkWrite_EditsOfMany(b *testing.B) {
	s := storetest.Open(b, realIDs)
	ctx := context.Background()
	for i := range 16 {
		id := fmt.Sprintf("c%d", i)
		if _, err := s.Write(ctx, store.System, func(tx *store.Tx) error {
			return tx.Create("contact", id, store.Row{"name": id, "created_at": "2026-11-02T15:00:00.000Z"})
		}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	var next, city atomic.Int64
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		id := fmt.Sprintf("c%d", next.Add(1)%16)
		for pb.Next() {
			if _, err := s.Write(ctx, store.System, func(tx *store.Tx) error {
				return tx.Set("contact", id, store.Row{"city": fmt.Sprint(city.Add(1))})
			}); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
