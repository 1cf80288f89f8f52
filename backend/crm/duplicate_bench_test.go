package crm_test

import (
	"testing"
	"time"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/store"
)

// BenchmarkDuplicates finds who may be one in an office of CRM_BENCH_PROSPECTS persons (100,000 unless set): all at once, as after an
// update, then one lead more, and what the screens ask for.
func BenchmarkDuplicates(b *testing.B) {
	office := filled(b)
	start := time.Now()
	_, err := office.Store.Write(ctx, store.System, func(tx *store.Tx) error {
		_, err := tx.Exec("INSERT INTO stale_duplicate (contact_id) SELECT DISTINCT contact_id FROM prospect_card", nil)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	all := time.Since(start)
	b.Run("register", func(b *testing.B) {
		for b.Loop() {
			office.Register(office.Enquiry(func(e *crm.Enquiry) { e.Name = crmtest.Name(7) }))
		}
		b.ReportMetric(all.Seconds(), "s/all")
	})
	for name, read := range map[string]func() error{
		"list":   func() error { _, err := office.CRM.ListDuplicates(ctx, office.Admin, "", 50); return err },
		"count":  func() error { _, err := office.CRM.CountDuplicates(ctx, office.Admin); return err },
		"seller": func() error { _, err := office.CRM.CountDuplicates(ctx, office.Sellers[7]); return err },
		"contacts": func() error {
			_, err := office.CRM.ListContacts(ctx, office.Admin, "", "", "", 100)
			return err
		},
		"contacts/search": func() error { _, err := office.CRM.ListContacts(ctx, office.Admin, "gar 55", "", "", 100); return err },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := read(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
