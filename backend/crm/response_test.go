package crm_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/backend/fault"
)

// responseNumbers are all numbers of the response clock, each with the filter that its field documents.
func responseNumbers(r crm.Response, seller string) []number {
	var all []number
	leads := crm.ProspectFilter{Source: crm.SourceLeads, LeadFrom: r.From, LeadTo: r.To, Seller: seller}
	add := func(what string, g crm.Responses, f crm.ProspectFilter) {
		attended, waiting := f, f
		attended.Attended, waiting.Unattended = true, true
		all = append(all, number{what + ": leads", g.Leads, f}, number{what + ": answered", g.Answered, attended},
			number{what + ": unanswered", g.Unanswered, waiting})
		for _, a := range g.Times {
			for step, n := range map[string]int{crm.Within5: a.Within5, crm.Within15: a.Within15, crm.Within60: a.Within60, crm.Over60: a.Over60} {
				within := f
				within.Answered, within.Clock = step, a.Clock
				all = append(all, number{what + " within " + step + " by " + a.Clock, n, within})
			}
		}
	}
	add("total", r.All, leads)
	for _, g := range r.Sellers {
		f := leads
		f.Seller = g.ID
		add("seller "+g.Name, g, f)
	}
	for _, g := range r.Forms {
		f := leads
		f.Form = g.ID
		add("form "+g.Name, g, f)
	}
	for _, u := range r.Untimed {
		f := leads
		f.Source = u.ID
		all = append(all, number{"untimed " + u.ID, u.Leads, f})
	}
	return all
}

// officeWeek is 9 to 14 and 16 to 19 on weekdays.
func officeWeek() *crm.WeekHours {
	day := []crm.HoursSpan{{From: "09:00", To: "14:00"}, {From: "16:00", To: "19:00"}}
	return &crm.WeekHours{Mon: day, Tue: day, Wed: day, Thu: day, Fri: day, Sat: []crm.HoursSpan{{From: "10:00", To: "14:00"}}}
}

// worksAs sets when the office works; nil is day and night.
func worksAs(t testing.TB, o *crmtest.Office, hours *crm.WeekHours) {
	t.Helper()
	if _, err := o.CRM.UpdateOfficeTurns(ctx, o.Admin, crm.OfficeTurnsPatch{Hours: hours, NoHours: hours == nil}); err != nil {
		t.Fatal(err)
	}
}

// TestResponseTimes_EveryNumberIsTheLengthOfItsList lets offices live at random, across changes of their clocks, of their hours and
// of their holidays, and opens every list that the response clock links to, as whoever may look.
func TestResponseTimes_EveryNumberIsTheLengthOfItsList(t *testing.T) {
	for seed := range 3 {
		zone := []string{"America/Mexico_City", "America/Tijuana", "America/Ciudad_Juarez"}[seed%3]
		t.Run(fmt.Sprint(zone, " ", seed), func(t *testing.T) {
			o := crmtest.New(t, 3)
			o.Clock.Set(time.Date([]int{2022, 2026}[seed%2], 10, 28, 15, 0, 0, 0, time.UTC)) // the clocks change on the 30th and the 1st
			inZone(t, o, zone)
			h := &history{t: t, o: o, words: vocabulary(t, o), rand: rand.New(rand.NewPCG(uint64(seed), 2))}
			always := &crm.WeekHours{Sun: []crm.HoursSpan{{From: "00:30", To: "24:00"}}, Mon: []crm.HoursSpan{{From: "00:00", To: "24:00"}}}
			answered := 0
			for _, hours := range []*crm.WeekHours{nil, officeWeek(), always} {
				for n := range 100 {
					if h.step(); n%4 == 0 {
						h.answer()
					}
				}
				h.oppose()
				worksAs(t, o, hours)
				if _, err := o.CRM.AddHoliday(ctx, o.Admin, crm.Holiday{Day: o.Clock.Now().AddDate(0, 0, -1).Format("2006-01-02")}); err != nil {
					t.Fatal(err)
				}
				answered += checkResponses(t, o, h)
			}
			if answered == 0 {
				t.Error("nobody has answered anything")
			}
		})
	}
}

// answer has the seller of somebody call.
func (h *history) answer() {
	id := pick(h.rand, h.prospects)
	d, err := h.o.CRM.Prospect(ctx, h.o.Admin, id)
	if err != nil {
		return // removed
	}
	for _, s := range h.o.Sellers {
		if s.UserID == d.OwnerID {
			_, _ = h.o.CRM.LogActivity(ctx, s, id, crm.NewActivity{Kind: "call", Result: "answered"})
		}
	}
}

// oppose has somebody ask not to be contacted, which ends what others have of them too only where the viewer sees it.
func (h *history) oppose() {
	for _, r := range h.words.Reasons {
		if r.Opposition {
			_, _ = h.o.CRM.UpdateProspect(ctx, h.o.Admin, pick(h.rand, h.prospects), crm.ProspectPatch{Status: ptr(crm.StatusDiscarded), ReasonID: ptr(r.ID)})
		}
	}
}

// checkResponses returns how many answers were timed.
func checkResponses(t *testing.T, o *crmtest.Office, h *history) (answered int) {
	t.Helper()
	queries := []crm.DashboardQuery{{}, {Period: crm.PeriodWeek}, {From: "2022-10-29", To: o.Clock.Now().Format("2006-01-02")}}
	type viewing struct {
		v      account.Viewer
		seller string
	}
	for _, w := range []viewing{{o.Admin, ""}, {o.Admin, o.Sellers[0].UserID}, {o.Admin, crm.SellerNone}, {o.Sellers[1], ""}} {
		q := pick(h.rand, queries)
		q.Seller = w.seller
		r, err := o.CRM.ResponseTimes(ctx, w.v, q)
		if err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		for _, n := range responseNumbers(r, w.seller) {
			n.list.Limit = 1
			if page := list(t, o, w.v, n.list); page.Total != n.n {
				t.Errorf("%s of %s (%+v): the clock says %d, its list %+v has %d", n.what, w.v.Name, q, n.n, n.list, page.Total)
			}
		}
		answered += r.All.Answered
		if !w.v.IsAdmin() && len(r.Sellers) > 1 {
			t.Errorf("a seller sees the response of %d", len(r.Sellers))
		}
		checkMedians(t, o, w.v, w.seller, r)
	}
	return answered
}

// checkMedians times every card of the list again, walking through the days.
func checkMedians(t *testing.T, o *crmtest.Office, v account.Viewer, seller string, r crm.Response) {
	t.Helper()
	calendar, err := o.CRM.OfficeCalendar(o.Store.Read())
	if err != nil {
		t.Fatal(err)
	}
	f := crm.ProspectFilter{Source: crm.SourceLeads, Attended: true, LeadFrom: r.From, LeadTo: r.To, Seller: seller, Limit: 200}
	times := map[string][]int{}
	for _, c := range list(t, o, v, f).Items {
		answered := instantOf(t, *c.AttendedAt)
		for name, since := range map[string]string{crm.ClockLead: c.LeadAt, crm.ClockReceipt: c.ReceivedAt} {
			begun := instantOf(t, since)
			times[name] = append(times[name], max(int(answered.Sub(begun)/time.Second), 0))
			times[name+"_hours"] = append(times[name+"_hours"], int(calendar.Elapsed(begun, answered)/time.Second))
		}
	}
	for _, a := range r.All.Times {
		all := times[a.Clock]
		if len(all) == 0 {
			if a.Median != nil {
				t.Errorf("%s: a median of nothing", a.Clock)
			}
			continue
		}
		slices.Sort(all)
		if want := all[(len(all)-1)/2]; a.Median == nil || *a.Median != want {
			t.Errorf("%s: the median is %v s, want %d", a.Clock, a.Median, want)
		}
	}
}

func instantOf(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := clock.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return at.Truncate(time.Second)
}

// TestResponseTimes_ByEachClock times a lead of the night that Meta handed over late, and what hours that change make of it.
func TestResponseTimes_ByEachClock(t *testing.T) {
	o := crmtest.New(t, 1)
	inZone(t, o, "America/Mexico_City")
	o.Clock.Set(time.Date(2026, 11, 4, 3, 0, 0, 0, time.UTC)) // nine in the evening of Tuesday the 3rd
	seller := o.Sellers[0]
	got, err := o.TryRegister(o.Enquiry(func(e *crm.Enquiry) {
		e.LeadAt, e.ReceivedAt = o.Clock.Now().Add(-4*time.Hour), o.Clock.Now() // five in the afternoon
		e.FormID, e.FormName = "f1", "Preventa"
	}))
	if err != nil {
		t.Fatal(err)
	}
	times := func() crm.Responses {
		t.Helper()
		r, err := o.CRM.ResponseTimes(ctx, seller, crm.DashboardQuery{Period: crm.PeriodWeek})
		if err != nil {
			t.Fatal(err)
		}
		if r.From != "2026-11-02" || len(r.Forms) != 1 || r.Forms[0].Name != "Preventa" || r.Forms[0].Leads != r.All.Leads {
			t.Errorf("%+v", r)
		}
		return r.All
	}
	if got := times(); got.Leads != 1 || got.Unanswered != 1 || got.Answered != 0 {
		t.Errorf("before it was answered: %+v", got)
	}
	o.Clock.Set(time.Date(2026, 11, 4, 15, 4, 0, 0, time.UTC)) // 9:04 on Wednesday
	call(t, o, seller, got.ProspectID)
	minutes := func(n int) *int { return ptr(n * 60) }
	for _, tt := range []struct {
		name  string
		hours *crm.WeekHours
		want  [4]*int
		in5   [4]int
	}{
		{"no hours are set", nil, [4]*int{minutes(964), minutes(964), minutes(724), minutes(724)}, [4]int{}},
		{"9 to 14 and 16 to 19", officeWeek(), [4]*int{minutes(964), minutes(124), minutes(724), minutes(4)}, [4]int{0, 0, 0, 1}},
		{"closed since", &crm.WeekHours{}, [4]*int{minutes(964), minutes(0), minutes(724), minutes(0)}, [4]int{0, 1, 0, 1}},
	} {
		worksAs(t, o, tt.hours)
		total := times()
		for i, a := range total.Times {
			if gocmp.Diff(tt.want[i], a.Median) != "" || a.Within5 != tt.in5[i] || a.All != 1 {
				t.Errorf("%s: by %s %+v, want %d s", tt.name, a.Clock, a, *tt.want[i])
			}
			within := crm.ProspectFilter{Source: crm.SourceLeads, Answered: crm.Within5, Clock: a.Clock}
			if n, err := o.CRM.CountProspects(ctx, seller, within); err != nil || n != tt.in5[i] {
				t.Errorf("%s: the list by %s has %d, %v", tt.name, a.Clock, n, err)
			}
		}
		d, err := o.CRM.Prospect(ctx, seller, got.ProspectID)
		if err != nil || d.Response == nil {
			t.Fatal(err)
		}
		want := crm.ProspectResponse{Answered: true, Lead: *tt.want[0], LeadHours: *tt.want[1], Receipt: *tt.want[2], ReceiptHours: *tt.want[3], HasHours: tt.hours != nil}
		if diff := gocmp.Diff(want, *d.Response); diff != "" {
			t.Errorf("%s: on its page (-want +got):\n%s", tt.name, diff)
		}
	}
}

// TestResponseTimes_OfOnePage holds what a prospect's page tells: while it waits, and never of who was typed in or asked for peace.
// Each row of the inbox has waited by each clock, and the page says how the office's stands, so that a screen has it run on.
func TestInbox_HowLongSomebodyWaits(t *testing.T) {
	o := crmtest.New(t, 1)
	inZone(t, o, "America/Mexico_City")
	o.Clock.Set(time.Date(2026, 11, 4, 3, 0, 0, 0, time.UTC)) // nine in the evening of Tuesday the 3rd
	seller := o.Sellers[0]
	if _, err := o.TryRegister(o.Enquiry(func(e *crm.Enquiry) {
		e.LeadAt, e.ReceivedAt = o.Clock.Now().Add(-4*time.Hour), o.Clock.Now().Add(-time.Hour)
	})); err != nil {
		t.Fatal(err)
	}
	if _, err := o.CRM.CreateProspect(ctx, seller, crm.NewProspect{Name: "A mano"}); err != nil {
		t.Fatal(err)
	}
	const minute = 60
	evening, morning := o.Clock.Now(), time.Date(2026, 11, 4, 15, 4, 0, 0, time.UTC)
	for _, tt := range []struct {
		name  string
		hours *crm.WeekHours
		at    time.Time
		want  crm.ProspectResponse
		now   *crm.OfficeNow
	}{
		{"no hours are set", nil, evening, crm.ProspectResponse{Lead: 240 * minute, LeadHours: 240 * minute, Receipt: 60 * minute, ReceiptHours: 60 * minute}, nil},
		{
			"closed until nine", officeWeek(), evening,
			crm.ProspectResponse{Lead: 240 * minute, LeadHours: 120 * minute, Receipt: 60 * minute, HasHours: true},
			&crm.OfficeNow{ChangesAt: ptr("2026-11-04T15:00:00.000Z")},
		},
		{
			"open until two", officeWeek(), morning,
			crm.ProspectResponse{Lead: 964 * minute, LeadHours: 124 * minute, Receipt: 784 * minute, ReceiptHours: 4 * minute, HasHours: true},
			&crm.OfficeNow{Open: true, ChangesAt: ptr("2026-11-04T20:00:00.000Z")},
		},
		{"closed for good", &crm.WeekHours{}, morning, crm.ProspectResponse{Lead: 964 * minute, Receipt: 784 * minute, HasHours: true}, &crm.OfficeNow{}},
	} {
		worksAs(t, o, tt.hours)
		o.Clock.Set(tt.at)
		page, err := o.CRM.Inbox(ctx, seller, "", 0)
		if err != nil || len(page.Items) != 2 {
			t.Fatalf("%s: %d rows, %v", tt.name, len(page.Items), err)
		}
		for _, c := range page.Items {
			if c.Name == "A mano" {
				if c.Response != nil {
					t.Errorf("%s: who was written down is timed: %+v", tt.name, c.Response)
				}
			} else if diff := gocmp.Diff(&tt.want, c.Response); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.name, diff)
			}
		}
		if diff := gocmp.Diff(tt.now, page.Office); diff != "" {
			t.Errorf("%s: the office's clock (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestResponseTimes_OfOnePage(t *testing.T) {
	o := crmtest.New(t, 1)
	id, seller := o.Prospect()
	o.Clock.Advance(10 * time.Minute)
	page := func(id string) *crm.ProspectResponse {
		t.Helper()
		d, err := o.CRM.Prospect(ctx, seller, id)
		if err != nil {
			t.Fatal(err)
		}
		return d.Response
	}
	if r := page(id); r == nil || r.Answered || r.Receipt != 600 || r.Lead < 600 || r.HasHours {
		t.Errorf("while it waits: %+v", r)
	}
	update(t, o, seller, id, crm.ProspectPatch{Status: ptr(crm.StatusClosed)})
	if r := page(id); r != nil {
		t.Errorf("over without an attempt: %+v", r)
	}
	typed, err := o.CRM.CreateProspect(ctx, seller, crm.NewProspect{Name: "Ana Prueba", Phones: []string{"2221234567"}})
	if err != nil {
		t.Fatal(err)
	}
	if r := page(typed.ID); r != nil {
		t.Errorf("typed in: %+v", r)
	}
	r, err := o.CRM.ResponseTimes(ctx, seller, crm.DashboardQuery{})
	if err != nil || r.All.Leads != 1 || r.All.Unanswered != 0 || len(r.Untimed) != 1 || r.Untimed[0].ID != crm.SourceManual {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestResponseTimes_AnswersBeforeTheLead are no time at all, whichever clock was wrong.
func TestResponseTimes_AnswersBeforeTheLead(t *testing.T) {
	o := crmtest.New(t, 1)
	worksAs(t, o, nil)
	got, err := o.TryRegister(o.Enquiry(func(e *crm.Enquiry) {
		e.LeadAt, e.ReceivedAt = o.Clock.Now().Add(20*time.Minute), o.Clock.Now().Add(time.Minute) // Meta's clock is ahead
	}))
	if err != nil {
		t.Fatal(err)
	}
	call(t, o, o.Sellers[0], got.ProspectID)
	o.Clock.Advance(48 * time.Hour)
	r, err := o.CRM.ResponseTimes(ctx, o.Admin, crm.DashboardQuery{})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range r.All.Times {
		if a.Median == nil || *a.Median != 0 || a.Within5 != 1 {
			t.Errorf("by %s: %+v", a.Clock, a)
		}
	}
}

func TestResponseTimes_RefusesNonsense(t *testing.T) {
	o := crmtest.New(t, 2)
	for field, q := range map[string]crm.DashboardQuery{
		"period": {Period: "x"}, "from": {From: "2026-13-01"}, "to": {From: "2026-11-02", To: "2026-11-01"},
	} {
		if _, err := o.CRM.ResponseTimes(ctx, o.Admin, q); fault.Find(err) == nil || fault.Find(err).Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := o.CRM.ResponseTimes(ctx, o.Sellers[0], crm.DashboardQuery{Seller: o.Sellers[1].UserID}); !fault.Has(err, "input.invalid") {
		t.Errorf("of another seller: %v", err)
	}
	if _, err := o.CRM.ResponseTimes(ctx, account.Viewer{}, crm.DashboardQuery{}); !fault.Has(err, "input.invalid") {
		t.Errorf("of nobody: %v", err)
	}
}
