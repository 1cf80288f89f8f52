package crm_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// number is one number of a dashboard and the list that it opens.
type number struct {
	what string
	n    int
	list crm.ProspectFilter
}

// numbers are all numbers of a dashboard, each with the filter that its field documents.
func numbers(d crm.Dashboard, seller string) []number {
	var all []number
	add := func(what string, n int, f crm.ProspectFilter) {
		if f.Seller == "" {
			f.Seller = seller
		}
		all = append(all, number{what, n, f})
	}
	period := func(f crm.ProspectFilter) crm.ProspectFilter {
		f.LeadFrom, f.LeadTo = d.From, d.To
		return f
	}
	outcome := func(what string, o crm.Outcome, f crm.ProspectFilter) {
		f = period(f)
		add(what+": leads", o.Leads, f)
		attended, won, lost := f, f, f
		attended.Attended, won.Status, lost.Status = true, crm.StatusClosed, crm.StatusDiscarded
		add(what+": attended", o.Attended, attended)
		add(what+": won", o.Won, won)
		add(what+": lost", o.Lost, lost)
	}
	open := crm.ProspectFilter{Open: crm.OpenOnly}
	add("open", d.Open, open)
	add("no next", d.NoNext, crm.ProspectFilter{Open: crm.OpenOnly, NoNext: true})
	add("waiting", d.Waiting.All, crm.ProspectFilter{Unattended: true})
	for age, n := range map[string]int{
		crm.Within5: d.Waiting.Within5, crm.Within15: d.Waiting.Within15, crm.Within60: d.Waiting.Within60, crm.Over60: d.Waiting.Over60,
	} {
		add("waiting "+age, n, crm.ProspectFilter{Unattended: true, Age: age})
	}
	for _, s := range d.Funnel {
		add("stage "+s.Name, s.N, crm.ProspectFilter{Stage: s.StageID, Open: crm.OpenOnly})
	}
	for _, l := range d.Load {
		owner := l.OwnerID
		if owner == "" {
			owner = crm.SellerNone
		}
		add("load "+l.Name, l.Open, crm.ProspectFilter{Seller: owner, Open: crm.OpenOnly})
		add("load waiting "+l.Name, l.Waiting, crm.ProspectFilter{Seller: owner, Unattended: true})
		add("load no next "+l.Name, l.NoNext, crm.ProspectFilter{Seller: owner, Open: crm.OpenOnly, NoNext: true})
	}
	outcome("all", d.Leads, crm.ProspectFilter{})
	for _, s := range d.Sources {
		outcome("source "+s.ID, s.Outcome, crm.ProspectFilter{Source: s.ID})
	}
	for _, s := range d.Campaigns {
		outcome("campaign "+s.ID, s.Outcome, crm.ProspectFilter{Campaign: s.ID})
	}
	for _, s := range d.Forms {
		outcome("form "+s.ID, s.Outcome, crm.ProspectFilter{Form: s.ID})
	}
	for _, a := range d.Answers {
		add("answers by "+a.Clock, a.All, period(crm.ProspectFilter{Source: crm.SourceLeads, Attended: true}))
		for step, n := range map[string]int{crm.Within5: a.Within5, crm.Within15: a.Within15, crm.Within60: a.Within60, crm.Over60: a.Over60} {
			add("answers within "+step+" by "+a.Clock, n, period(crm.ProspectFilter{Source: crm.SourceLeads, Answered: step, Clock: a.Clock}))
		}
	}
	happened := func(from, to string, attended, won, lost int) {
		what := from + " to " + to
		add("attended "+what, attended, crm.ProspectFilter{AttendedFrom: from, AttendedTo: to})
		add("won "+what, won, crm.ProspectFilter{Status: crm.StatusClosed, EndedFrom: from, EndedTo: to})
		add("lost "+what, lost, crm.ProspectFilter{Status: crm.StatusDiscarded, EndedFrom: from, EndedTo: to})
	}
	happened(d.From, d.To, d.Attended, d.Won, d.Lost)
	for _, r := range d.Reasons {
		add("reason "+r.Name, r.N, crm.ProspectFilter{Reason: r.ReasonID, Status: crm.StatusDiscarded, EndedFrom: d.From, EndedTo: d.To})
	}
	for _, s := range d.Trend {
		add("leads "+s.From, s.Leads, crm.ProspectFilter{LeadFrom: s.From, LeadTo: s.To})
		happened(s.From, s.To, s.Attended, s.Won, s.Lost)
	}
	return all
}

// inZone writes the office's own row.
func inZone(t testing.TB, o *crmtest.Office, zone string) {
	t.Helper()
	_, err := o.Store.Write(ctx, store.System, func(tx *store.Tx) error {
		return tx.Create("office", tx.NewID(), store.Row{"name": "Oficina", "timezone": zone, "created_at": "2026-01-01T00:00:00.000Z"})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// checkTallies counts everything anew and compares.
func checkTallies(t testing.TB, o *crmtest.Office) {
	t.Helper()
	wrong, err := crm.MiscountedTallies(ctx, o.Store.Read())
	if err != nil {
		t.Fatal(err)
	}
	if len(wrong) > 0 {
		t.Fatalf("the tallies differ from the cards:\n%s", strings.Join(wrong, "\n"))
	}
}

// history is an office to which anything may happen.
type history struct {
	t         testing.TB
	o         *crmtest.Office
	words     crm.Vocabulary
	rand      *rand.Rand
	prospects []string
	changes   []string
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// step does one thing at random. What the office refuses is no harm.
func (h *history) step() {
	r := h.rand
	h.o.Clock.Advance(time.Duration(r.ExpFloat64() * float64(pick(r, []time.Duration{time.Minute, time.Hour, 6 * time.Hour}))))
	if len(h.prospects) == 0 || r.IntN(4) == 0 {
		h.register()
		return
	}
	id := pick(r, h.prospects)
	note := func(c crm.Change, err error) {
		if err == nil && c.TxID != "" {
			h.changes = append(h.changes, c.TxID)
		}
	}
	patch := func(p crm.ProspectPatch) { note(h.o.CRM.UpdateProspect(ctx, h.o.Admin, id, p)) }
	switch r.IntN(12) {
	case 0, 1, 2:
		made, err := h.o.CRM.LogActivity(ctx, h.o.Admin, id, crm.NewActivity{Kind: "call", Result: pick(r, []string{"answered", "no_answer"})})
		note(made.Change, err)
	case 3:
		made, err := h.o.CRM.LogActivity(ctx, h.o.Admin, id, crm.NewActivity{Kind: "visit", Due: crm.Due{On: "2026-12-24"}})
		note(made.Change, err)
	case 4:
		patch(crm.ProspectPatch{StageID: ptr(pick(r, h.words.Stages).ID), StageReason: ptr("Se equivocaron")})
	case 5, 6:
		patch(crm.ProspectPatch{Status: ptr(crm.StatusDiscarded), ReasonID: ptr(pick(r, h.words.Reasons).ID)})
	case 7:
		patch(crm.ProspectPatch{Status: ptr(crm.StatusClosed)})
	case 8:
		patch(crm.ProspectPatch{Status: ptr(pick(r, []string{crm.StatusFollowing, crm.StatusNew, crm.StatusPaused}))})
	case 9:
		owner := ""
		if r.IntN(3) > 0 {
			owner = pick(r, h.o.Sellers).UserID
		}
		patch(crm.ProspectPatch{OwnerID: &owner, OwnerReason: ptr("Vacaciones")})
	case 10:
		if len(h.changes) > 0 {
			_, _ = h.o.Store.UndoAround(ctx, h.o.Admin.Author(), pick(r, h.changes), func(tx *store.Tx, rows []store.Ref, reverse func() error) error {
				if err := reverse(); err != nil {
					return err
				}
				return h.o.CRM.FollowUndo(tx, rows)
			})
		}
	case 11:
		if r.IntN(3) == 0 {
			_, _ = h.o.Store.Write(ctx, store.System, func(tx *store.Tx) error { return tx.Remove("prospect", id) })
		}
	}
}

// register brings a lead of somebody new or of somebody known, at any time before.
func (h *history) register() {
	r := h.rand
	n := r.IntN(60)
	form, source := r.IntN(4), pick(r, []string{crm.SourceLeads, crm.SourceLeads, crm.SourceFile})
	ago := time.Duration(r.ExpFloat64() * float64(pick(r, []time.Duration{time.Minute, 10 * time.Minute, 20 * time.Hour})))
	got, err := h.o.TryRegister(h.o.Enquiry(func(e *crm.Enquiry) {
		e.Name, e.Phones, e.Emails = crmtest.Name(n), []string{crmtest.PhoneText(n)}, []string{crmtest.EmailText(n)}
		e.Source, e.LeadAt = source, h.o.Clock.Now().Add(-ago)
		e.FormID, e.FormName, e.CampaignID = fmt.Sprint("f", form), fmt.Sprint("Formulario ", form), fmt.Sprint("c", form%3)
		if form == 0 {
			e.FormID, e.FormName, e.CampaignID = "", "", ""
		}
	}))
	if err == nil {
		h.prospects = append(h.prospects, got.ProspectID)
	}
}

// TestDashboard_EveryNumberIsTheLengthOfItsList lets offices live at random, across changes of their clocks, and opens every
// list that a dashboard links to, as an administrator, as one who looks at one seller, and as each seller. The tallies are
// counted anew now and then.
func TestDashboard_EveryNumberIsTheLengthOfItsList(t *testing.T) {
	seeds := 6
	if testing.Short() {
		seeds = 2
	}
	for seed := range seeds {
		zone := []string{"America/Mexico_City", "America/Tijuana", "Asia/Kolkata"}[seed%3]
		t.Run(fmt.Sprint(zone, " ", seed), func(t *testing.T) {
			o := crmtest.New(t, 3)
			o.Clock.Set(time.Date([]int{2022, 2026}[seed%2], 10, 28, 15, 0, 0, 0, time.UTC)) // the clocks change on the 30th and the 1st
			h := &history{t: t, o: o, words: vocabulary(t, o), rand: rand.New(rand.NewPCG(uint64(seed), 1))}
			for range 40 {
				h.step()
			}
			checkTallies(t, o) // in days of UTC: the office does not know its zone
			inZone(t, o, zone)
			for range 4 {
				for range 60 {
					h.step()
				}
				checkTallies(t, o)
				checkNumbers(t, o, h)
			}
		})
	}
}

func checkNumbers(t *testing.T, o *crmtest.Office, h *history) {
	t.Helper()
	today := o.Clock.Now().Format("2006-01-02")
	queries := []crm.DashboardQuery{
		{},
		{Period: crm.Period7},
		{Period: crm.PeriodMonth},
		{From: "2022-10-29", To: today},
		{From: o.Clock.Now().AddDate(0, 0, -3).Format("2006-01-02"), To: o.Clock.Now().AddDate(0, 0, -1).Format("2006-01-02")},
	}
	type viewing struct {
		v      account.Viewer
		seller string
	}
	viewings := []viewing{{o.Admin, ""}, {o.Admin, o.Sellers[0].UserID}, {o.Admin, crm.SellerNone}}
	for _, s := range o.Sellers {
		viewings = append(viewings, viewing{s, ""})
	}
	for _, w := range viewings {
		q := pick(h.rand, queries)
		q.Seller = w.seller
		d, err := o.CRM.Dashboard(ctx, w.v, q)
		if err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		counted := 0
		for _, n := range numbers(d, w.seller) {
			n.list.Limit = 1
			page := list(t, o, w.v, n.list)
			if counted += n.n; page.Total != n.n {
				t.Errorf("%s of %s (%+v): the dashboard says %d, its list %+v has %d", n.what, w.v.Name, q, n.n, n.list, page.Total)
			}
		}
		if counted == 0 && w.v.IsAdmin() && w.seller == "" && q.Period == "" && q.From == "" {
			t.Error("the dashboard counts nothing")
		}
		if !w.v.IsAdmin() && len(d.Load) != 1 {
			t.Errorf("a seller sees the load of %d", len(d.Load))
		}
	}
}

func TestDashboard_DaysOfTheOffice(t *testing.T) {
	o := crmtest.New(t, 1)
	inZone(t, o, "America/Mexico_City")
	o.Clock.Set(time.Date(2026, 11, 3, 5, 59, 0, 0, time.UTC)) // still the 2nd in Mexico
	id, seller := o.Prospect()
	o.Clock.Advance(3 * time.Minute) // the 3rd
	call(t, o, seller, id)
	update(t, o, seller, id, crm.ProspectPatch{Status: ptr(crm.StatusClosed)})
	d, err := o.CRM.Dashboard(ctx, seller, crm.DashboardQuery{Period: crm.PeriodMonth})
	if err != nil {
		t.Fatal(err)
	}
	want := []crm.TrendStep{
		{From: "2026-11-01", To: "2026-11-01"},
		{From: "2026-11-02", To: "2026-11-02", Leads: 1},
		{From: "2026-11-03", To: "2026-11-03", Attended: 1, Won: 1},
	}
	if diff := gocmp.Diff(want, d.Trend); diff != "" || d.Step != crm.StepDay {
		t.Errorf("trend by %s (-want +got):\n%s", d.Step, diff)
	}
	median := 210 // half a minute before it came, and three minutes: 210 s
	answers := []crm.Answers{
		{Clock: crm.ClockLead, All: 1, Within5: 1, Median: &median}, {Clock: crm.ClockReceipt, All: 1, Within5: 1, Median: ptr(180)},
	}
	if diff := gocmp.Diff(answers, d.Answers); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff(crm.Outcome{Leads: 1, Attended: 1, Won: 1}, d.Leads); diff != "" {
		t.Errorf("leads (-want +got):\n%s", diff)
	}
}

// TestDashboard_MovesToAnotherZone counts anew when the office's zone is another.
func TestDashboard_MovesToAnotherZone(t *testing.T) {
	o := crmtest.New(t, 1)
	o.Clock.Set(time.Date(2026, 11, 3, 5, 59, 0, 0, time.UTC))
	o.Prospect()
	leadsOf := func(day string) int {
		d, err := o.CRM.Dashboard(ctx, o.Admin, crm.DashboardQuery{From: day, To: day})
		if err != nil {
			t.Fatal(err)
		}
		return d.Leads.Leads
	}
	if leadsOf("2026-11-03") != 1 {
		t.Error("without a zone days are UTC's")
	}
	inZone(t, o, "America/Mexico_City")
	if leadsOf("2026-11-03") != 0 || leadsOf("2026-11-02") != 1 {
		t.Error("days are not the office's")
	}
	checkTallies(t, o)
}

// TestDashboard_CountsWhileOthersWrite: a million prospects were counted in one write, and nobody else wrote for a minute. Between
// the steps of counting anything may happen, to cards that are counted and to ones that are not.
func TestDashboard_CountsWhileOthersWrite(t *testing.T) {
	for seed := range uint64(3) {
		o := crmtest.New(t, 2)
		o.Clock.Set(time.Date(2026, 11, 3, 5, 0, 0, 0, time.UTC))
		h := &history{t: t, o: o, words: vocabulary(t, o), rand: rand.New(rand.NewPCG(seed, 18))} //nolint:gosec // it repeats
		for range 40 {
			h.step()
		}
		for _, name := range []string{"America/Mexico_City", "America/Tijuana"} {
			zone, err := time.LoadLocation(name)
			if err != nil {
				t.Fatal(err)
			}
			steps := 0
			for done := false; !done; steps++ {
				_, err := o.Store.Write(ctx, store.System, func(tx *store.Tx) (err error) {
					done, err = crm.CountOn(tx, zone, 1+h.rand.IntN(3))
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				h.step()
			}
			if checkTallies(t, o); steps < 5 {
				t.Errorf("counted in %d steps", steps)
			}
			for range 10 {
				h.step()
			}
			checkTallies(t, o)
		}
	}
}

func TestDashboard_RefusesNonsense(t *testing.T) {
	o := crmtest.New(t, 2)
	for field, q := range map[string]crm.DashboardQuery{
		"period": {Period: "x"}, "from": {From: "2026-13-01"}, "to": {From: "2026-11-02", To: "2026-11-01"},
	} {
		if _, err := o.CRM.Dashboard(ctx, o.Admin, q); fault.Find(err) == nil || fault.Find(err).Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := o.CRM.Dashboard(ctx, o.Admin, crm.DashboardQuery{To: "2026-11-02"}); !fault.Has(err, "input.required") {
		t.Errorf("without a beginning: %v", err)
	}
	if _, err := o.CRM.Dashboard(ctx, o.Sellers[0], crm.DashboardQuery{Seller: o.Sellers[1].UserID}); !fault.Has(err, "input.invalid") {
		t.Errorf("of another seller: %v", err)
	}
}
