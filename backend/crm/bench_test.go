package crm_test

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	logtest "github.com/sirupsen/logrus/hooks/test"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

// BenchmarkRegister registers leads of unknown persons the way intake does: groups of a hundred, one fsync a group.
func BenchmarkRegister(b *testing.B) {
	const group = 100
	office := crmtest.New(b, 20)
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

// BenchmarkLists reads what a seller and an administrator look at in an office of CRM_BENCH_PROSPECTS prospects (100,000
// unless set) and 20 sellers.
func BenchmarkLists(b *testing.B) {
	office := filled(b)
	seller := office.Sellers[7]
	words := vocabulary(b, office)
	deep := crm.ProspectFilter{}
	for range 40 {
		deep.Cursor = list(b, office, seller, deep).Next
	}
	for _, tt := range []struct {
		name   string
		viewer account.Viewer
		filter crm.ProspectFilter
	}{
		{"seller/recent", seller, crm.ProspectFilter{Open: crm.OpenOnly}},
		{"seller/deep", seller, deep},
		{"seller/name", seller, crm.ProspectFilter{Sort: crm.SortName}},
		{"seller/next", seller, crm.ProspectFilter{Sort: crm.SortNext, Open: crm.OpenOnly}},
		{"seller/stage", seller, crm.ProspectFilter{Stage: words.Stages[8].ID, Open: crm.OpenOnly}},
		{"seller/status", seller, crm.ProspectFilter{Status: crm.StatusClosed}},
		{"seller/stage+temperature", seller, crm.ProspectFilter{Stage: words.Stages[5].ID, Temperature: crm.TemperatureHot}},
		{"seller/form", seller, crm.ProspectFilter{Form: "form-5"}},
		{"seller/search-ma", seller, crm.ProspectFilter{Query: "ma"}},
		{"seller/search-mar", seller, crm.ProspectFilter{Query: "mar"}},
		{"seller/search-mart", seller, crm.ProspectFilter{Query: "mart"}},
		{"seller/search-gonzalez-digits", seller, crm.ProspectFilter{Query: "gonzalez 4455"}},
		{"seller/search-digits", seller, crm.ProspectFilter{Query: "4455"}},
		{"seller/search-begun-digits", seller, crm.ProspectFilter{Query: "gonzalez 00"}},
		{"seller/search-begun-digits-alone", seller, crm.ProspectFilter{Query: "00"}},
		{"seller/search-puebla", seller, crm.ProspectFilter{Query: "puebla"}},
		{"seller/search-nobody", seller, crm.ProspectFilter{Query: "zzz ma"}},
		{"admin/recent", office.Admin, crm.ProspectFilter{Open: crm.OpenOnly}},
		{"admin/name", office.Admin, crm.ProspectFilter{Sort: crm.SortName}},
		{"admin/stage", office.Admin, crm.ProspectFilter{Stage: words.Stages[8].ID}},
		{"admin/form", office.Admin, crm.ProspectFilter{Form: "form-5"}},
		{"admin/search-ma", office.Admin, crm.ProspectFilter{Query: "ma"}},
		{"admin/search-mart", office.Admin, crm.ProspectFilter{Query: "mart"}},
	} {
		b.Run(tt.name, func(b *testing.B) {
			times := make([]time.Duration, 0, b.N)
			for b.Loop() {
				start := time.Now()
				list(b, office, tt.viewer, tt.filter)
				times = append(times, time.Since(start))
			}
			slices.Sort(times)
			b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "p99-µs")
			page := list(b, office, tt.viewer, tt.filter)
			b.ReportMetric(float64(page.Total), "total")
		})
	}
	b.Run("seller/inbox", func(b *testing.B) {
		for b.Loop() {
			if _, err := office.CRM.Inbox(ctx, seller, "", 50); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkResponseTimes times a month of 43,000 leads, in an office with hours, as an administrator and as a seller look at it.
func BenchmarkResponseTimes(b *testing.B) {
	office := filled(b)
	inZone(b, office, "America/Mexico_City")
	worksAs(b, office, officeWeek())
	for name, v := range map[string]account.Viewer{"admin": office.Admin, "seller": office.Sellers[7]} {
		for _, to := range []string{"2025-01-07", "2025-02-15"} { // Fill begins two years before its end
			b.Run(name+"/"+to, func(b *testing.B) {
				for b.Loop() {
					r, err := office.CRM.ResponseTimes(ctx, v, crm.DashboardQuery{From: "2024-12-09", To: to})
					if err != nil {
						b.Fatal(err)
					}
					b.ReportMetric(float64(r.All.Leads), "leads")
				}
			})
		}
	}
}

// filled opens an office with many prospects.
func filled(b *testing.B) *crmtest.Office {
	b.Helper()
	prospects := 100_000
	if text := os.Getenv("CRM_BENCH_PROSPECTS"); text != "" {
		if _, err := fmt.Sscan(text, &prospects); err != nil {
			b.Fatal(err)
		}
	}
	log, _ := logtest.NewNullLogger()
	options := storetest.Options(b, b.TempDir())
	fake := storetest.Clock(b)
	options.Now, options.NewID = fake.Now, fake.NewID
	st, err := store.Open(ctx, options)
	if err != nil {
		b.Fatal(err)
	}
	office := crmtest.Use(b, st, fake, log, 20)
	if err := st.Close(); err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	if err := crmtest.Fill(ctx, options.Path, options.Key, prospects); err != nil {
		b.Fatal(err)
	}
	b.Logf("filled %d in %v", prospects, time.Since(start))
	if office.Store, err = store.Open(ctx, options); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := office.Store.Close(); err != nil {
			b.Error(err)
		}
	})
	office.CRM = crm.New(office.Store, fake, log)
	return office
}
