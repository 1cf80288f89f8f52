package crm_test

import (
	"context"
	"testing"
	"time"

	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/store"
)

// BenchmarkRegister registers leads of unknown persons the way intake does: groups of a hundred, one fsync a group.
func BenchmarkRegister(b *testing.B) {
	const group = 100
	office := crmtest.New(b, 20)
	ctx := context.Background()
	b.ReportAllocs()
	start := time.Now()
	for done := 0; done < b.N; done += group {
		var fns []func(*store.Tx) error
		for range min(group, b.N-done) {
			e := office.Enquiry()
			fns = append(fns, func(tx *store.Tx) error {
				_, err := office.CRM.Register(tx, e)
				return err
			})
		}
		office.Clock.Advance(time.Second)
		_, errs := office.Store.WriteEach(ctx, store.System, fns)
		for _, err := range errs {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "leads/s")
	if stats, err := office.Store.Stats(ctx); err == nil {
		b.ReportMetric(float64(stats.FileBytes)/float64(b.N), "bytes/lead")
	}
	var registered int
	err := office.Store.Read().NewQuery("SELECT count(*) FROM prospect WHERE deleted = 0").Row(&registered)
	if err != nil || registered < b.N && registered > 0 {
		b.Fatalf("registered %d of %d: %v", registered, b.N, err)
	}
}
