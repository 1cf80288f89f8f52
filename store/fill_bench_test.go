package store_test

import (
	"errors"
	"fmt"
	"testing"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

// BenchmarkFill fills a seller's new computer with 10,000 prospects and 60,000 activities.
func BenchmarkFill(b *testing.B) {
	host := storetest.Open(b)
	const prospects, activities = 10_000, 6
	var fns []func(*store.Tx) error
	for n := range prospects {
		id := fmt.Sprint(n)
		fns = append(fns, func(tx *store.Tx) error {
			errs := []error{
				createContact(tx, "c"+id, "Persona "+id),
				tx.Create("contact_phone", "h"+id, store.Row{"contact_id": "c" + id, "raw": "55 5555 0100", "e164": "+525555550100", "created_at": at}),
				createProspect(tx, "p"+id, "c"+id, "u-ana"),
				tx.Grant("u-ana", "p"+id),
			}
			return errors.Join(errs...)
		})
	}
	for n := range prospects * activities {
		fns = append(fns, func(tx *store.Tx) error { return createActivity(tx, fmt.Sprint("a", n), fmt.Sprint("p", n%prospects)) })
	}
	if _, errs := host.WriteEach(b.Context(), admin, fns); errors.Join(errs...) != nil {
		b.Fatal(errs)
	}
	b.ResetTimer()
	for range b.N {
		member := storetest.Open(b, func(o *store.Options) {
			o.Member, o.Device, o.NewID = true, "device-ana", clock.NewFake(storetest.Start, 99).NewID
		})
		pages := 0
		for more := true; more; pages++ {
			r, err := member.Replica(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			page, err := host.Feed(b.Context(), store.FeedQuery{User: "u-ana", Device: "device-ana", From: r.Cursor, Limit: 20000})
			if err != nil {
				b.Fatal(err)
			}
			if applied, err := member.ApplyPage(b.Context(), page); err != nil || !applied {
				b.Fatal(applied, err)
			}
			more = page.More
		}
		b.ReportMetric(float64(pages), "pages")
	}
}
