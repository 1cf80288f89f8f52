package crm_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// daysIn is a stretch of days as a computer in a zone has it.
func daysIn(t *testing.T, zone, from, to string) crm.AgendaRange {
	t.Helper()
	place, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	begins := func(day string) string {
		at, err := time.ParseInLocation(clock.DateLayout, day, place)
		if err != nil {
			t.Fatal(err)
		}
		return clock.Format(at)
	}
	return crm.AgendaRange{From: from, To: to, FromAt: begins(from), ToAt: begins(to)}
}

func agenda(t *testing.T, office *crmtest.Office, v account.Viewer, r crm.AgendaRange) crm.Agenda {
	t.Helper()
	a, err := office.CRM.Agenda(ctx, v, r)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// bodies are the texts of what is planned, in order.
func bodies(a crm.Agenda) []string {
	texts := []string{}
	for _, item := range a.Items {
		texts = append(texts, item.Body)
	}
	return texts
}

func planVisit(t *testing.T, office *crmtest.Office, v account.Viewer, id, body string, due crm.Due) string {
	t.Helper()
	open := false
	return logActivity(t, office, v, id, crm.NewActivity{Kind: crm.KindVisit, Body: body, Due: due, Done: &open}).ID
}

func TestAgenda_DaysOfEveryZone(t *testing.T) {
	office := crmtest.New(t, 1)
	id, seller := office.Prospect()
	for _, due := range []crm.Due{
		{On: "2022-10-29"},
		{On: "2022-10-30"},
		{On: "2022-10-31"}, // daylight saving ended on the 30th, for the last time
		{At: "2022-10-30T04:59:00Z"},
		{At: "2022-10-30T05:00:00Z"},
		{At: "2022-10-30T05:59:00Z"},
		{At: "2022-10-30T06:00:00Z"},
		{At: "2022-10-30T06:59:00Z"},
		{At: "2022-10-30T07:00:00Z"},
		{At: "2022-10-31T05:59:00Z"},
		{At: "2022-10-31T06:00:00Z"},
		{At: "2022-10-31T06:59:00Z"},
		{At: "2022-10-31T07:00:00Z"},
	} {
		if due.At != "" {
			due.Minutes = 1 // over before the next of them begins
		}
		planVisit(t, office, seller, id, strings.TrimPrefix(due.On+due.At, "2022-10-"), due)
	}
	tests := []struct {
		zone string
		want []string // of the 30th
	}{
		// Summer time until two in the morning: the day begins at 05:00Z, ends at 06:00Z and has 25 hours.
		{"America/Mexico_City", []string{"30", "30T05:00:00Z", "30T05:59:00Z", "30T06:00:00Z", "30T06:59:00Z", "30T07:00:00Z", "31T05:59:00Z"}},
		// The border goes with the United States: Ciudad Juárez kept its zone of then until November.
		{"America/Ojinaga", []string{"30", "30T06:00:00Z", "30T06:59:00Z", "30T07:00:00Z", "31T05:59:00Z"}},
		{"America/Ciudad_Juarez", []string{"30", "30T06:00:00Z", "30T06:59:00Z", "30T07:00:00Z", "31T05:59:00Z"}},
		{"America/Tijuana", []string{"30", "30T07:00:00Z", "31T05:59:00Z", "31T06:00:00Z", "31T06:59:00Z"}},
		{"America/Hermosillo", []string{"30", "30T07:00:00Z", "31T05:59:00Z", "31T06:00:00Z", "31T06:59:00Z"}},
		{"America/Cancun", []string{"30", "30T05:00:00Z", "30T05:59:00Z", "30T06:00:00Z", "30T06:59:00Z", "30T07:00:00Z"}},
		{"Europe/Madrid", []string{"30", "30T04:59:00Z", "30T05:00:00Z", "30T05:59:00Z", "30T06:00:00Z", "30T06:59:00Z", "30T07:00:00Z"}},
	}
	for _, tt := range tests {
		t.Run(tt.zone, func(t *testing.T) {
			got := bodies(agenda(t, office, seller, daysIn(t, tt.zone, "2022-10-30", "2022-10-31")))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("the 30th (-want +got):\n%s", diff)
			}
		})
	}
}

// A visit at eleven at night that takes two hours is on both days; a call is where it begins, however long it takes.
func TestAgenda_ShowsWhatRunsIntoItsDays(t *testing.T) {
	office := crmtest.New(t, 1)
	id, seller := office.Prospect()
	open := false
	for _, a := range []struct {
		body, kind, at string
		minutes        int
	}{
		{"two hours", crm.KindVisit, "2026-11-10T05:00:00Z", 120},
		{"a usual hour", crm.KindAppointment, "2026-11-10T05:30:00Z", 0},
		{"over at midnight", crm.KindVideo, "2026-11-10T05:30:00Z", 30},
		{"a whole day", crm.KindVisit, "2026-11-09T06:01:00Z", 1440},
		{"over before", crm.KindVisit, "2026-11-09T06:00:00Z", 1440},
		{"a call", crm.KindCall, "2026-11-10T05:45:00Z", 60},
	} {
		logActivity(t, office, seller, id, crm.NewActivity{Kind: a.kind, Body: a.body, Due: crm.Due{At: a.at, Minutes: a.minutes}, Done: &open})
	}
	tuesday := daysIn(t, "America/Mexico_City", "2026-11-10", "2026-11-11")
	got := agenda(t, office, seller, tuesday)
	if diff := cmp.Diff([]string{"a whole day", "two hours", "a usual hour"}, bodies(got)); diff != "" || got.Total != 3 {
		t.Errorf("on Tuesday (-want +got), total %d:\n%s", got.Total, diff)
	}
	monday := agenda(t, office, seller, daysIn(t, "America/Mexico_City", "2026-11-09", "2026-11-10"))
	if monday.Total != 6 {
		t.Errorf("on Monday: %v", bodies(monday))
	}
	c, err := office.CRM.Calendar(ctx, seller, tuesday, crm.CalendarStyle{})
	if err != nil || strings.Count(c.Content, "BEGIN:VEVENT") != 3 {
		t.Errorf("the calendar of Tuesday: %v\n%s", err, c.Content)
	}
	n, err := office.CRM.CountActivities(ctx, seller, crm.ActivityFilter{Range: tuesday})
	if err != nil || n != 3 {
		t.Errorf("the file of Tuesday has %d rows: %v", n, err)
	}
}

func TestAgenda_ShowsEachTheirOwn(t *testing.T) {
	office := crmtest.New(t, 2)
	first, ana := office.Prospect()
	second, beto := office.Prospect()
	tray, _ := office.Prospect()
	nobody, reason := "", "De vuelta"
	update(t, office, office.Admin, tray, crm.ProspectPatch{OwnerID: &nobody, OwnerReason: &reason})
	day := crm.Due{On: "2026-11-10"}
	planVisit(t, office, ana, first, "ana", day)
	planVisit(t, office, beto, second, "beto", day)
	planVisit(t, office, office.Admin, tray, "tray", day)
	week := daysIn(t, "America/Mexico_City", "2026-11-09", "2026-11-16")
	of := func(seller string) crm.AgendaRange {
		r := week
		r.Seller = seller
		return r
	}
	for _, tt := range []struct {
		name  string
		v     account.Viewer
		r     crm.AgendaRange
		wants []string
	}{
		{"a seller", ana, week, []string{"ana"}},
		{"a seller who asks for themselves", ana, of(ana.UserID), []string{"ana"}},
		{"a seller who asks for another", ana, of(beto.UserID), []string{}},
		{"a seller who asks for the tray", ana, of(crm.SellerNone), []string{}},
		{"an administrator", office.Admin, week, []string{"ana", "beto", "tray"}},
		{"an administrator, by seller", office.Admin, of(beto.UserID), []string{"beto"}},
		{"an administrator, the tray", office.Admin, of(crm.SellerNone), []string{"tray"}},
		{"nobody", account.Viewer{Role: account.RoleSeller}, week, []string{}},
	} {
		a := agenda(t, office, tt.v, tt.r)
		got := bodies(a)
		slices.Sort(got)
		if diff := cmp.Diff(tt.wants, got); diff != "" || a.Total != len(tt.wants) {
			t.Errorf("%s (-want +got), total %d:\n%s", tt.name, a.Total, diff)
		}
		late, err := office.CRM.Overdue(ctx, tt.v, "2026-11-20T12:00:00Z", "2026-11-20", tt.r.Seller)
		if err != nil {
			t.Fatal(err)
		}
		got = bodies(late)
		slices.Sort(got)
		if diff := cmp.Diff(tt.wants, got); diff != "" {
			t.Errorf("%s, overdue (-want +got):\n%s", tt.name, diff)
		}
	}
}

// Whatever happens to an activity and its prospect, the agenda is what the activities say.
func TestAgenda_FollowsItsActivities(t *testing.T) {
	office := crmtest.New(t, 2)
	id, seller := office.Prospect()
	other := office.Sellers[0]
	if other.UserID == seller.UserID {
		other = office.Sellers[1]
	}
	week := daysIn(t, "America/Mexico_City", "2026-11-09", "2026-11-16")
	a := planVisit(t, office, seller, id, "visita", crm.Due{At: "2026-11-10T17:00:00Z", RemindAt: "2026-11-10T16:00:00Z"})
	item := agenda(t, office, seller, week).Items[0]
	if item.ID != a || item.ProspectID != id || item.Kind != "visit" || *item.DueAt != "2026-11-10T17:00:00.000Z" || *item.RemindAt != "2026-11-10T16:00:00.000Z" {
		t.Errorf("item = %+v", item)
	}
	sees := func(when string, v account.Viewer, want int) {
		t.Helper()
		if got := agenda(t, office, v, week).Total; got != want {
			t.Errorf("%s: %d, want %d", when, got, want)
		}
	}
	day, away := "2026-11-12", "2026-12-24"
	moved, err := office.CRM.UpdateActivity(ctx, seller, a, crm.ActivityPatch{DueOn: &day})
	if err != nil {
		t.Fatal(err)
	}
	if got := agenda(t, office, seller, week).Items[0]; got.DueAt != nil || *got.DueOn != day {
		t.Errorf("moved to a day: %+v", got)
	}
	undo(t, office, seller, moved.TxID)
	if got := agenda(t, office, seller, week).Items[0]; got.DueOn != nil || *got.DueAt != "2026-11-10T17:00:00.000Z" {
		t.Errorf("taken back: %+v", got)
	}
	if moved, err = office.CRM.UpdateActivity(ctx, seller, a, crm.ActivityPatch{DueOn: &away}); err != nil {
		t.Fatal(err)
	}
	sees("moved out of the week", seller, 0)
	undo(t, office, seller, moved.TxID)
	sees("taken back", seller, 1)

	reason := "Vacaciones"
	update(t, office, office.Admin, id, crm.ProspectPatch{OwnerID: &other.UserID, OwnerReason: &reason})
	sees("handed over", seller, 0)
	sees("handed over", other, 1)
	done, err := office.CRM.FinishActivity(ctx, other, a, crm.ActivityDone{Result: crm.ResultHeld})
	if err != nil {
		t.Fatal(err)
	}
	if got := agenda(t, office, other, week).Items[0]; got.DoneAt == nil || got.RemindAt != nil {
		t.Errorf("done: %+v", got)
	}
	if late, err := office.CRM.Overdue(ctx, other, "2026-11-20T12:00:00Z", "2026-11-20", ""); err != nil || late.Total != 0 {
		t.Errorf("done and overdue: %+v %v", late, err)
	}
	undo(t, office, other, done.TxID)
	removed, err := office.CRM.RemoveActivity(ctx, other, a)
	if err != nil {
		t.Fatal(err)
	}
	sees("removed", other, 0)
	undo(t, office, other, removed.TxID)
	sees("brought back", other, 1)
	if _, err := office.Store.Write(ctx, store.System, func(tx *store.Tx) error { return tx.Remove("prospect", id) }); err != nil {
		t.Fatal(err)
	}
	sees("with its prospect removed", other, 0)
}

// What the agenda keeps beside the due time is what the activity, its person and its reminders say, whichever of them changes.
func TestAgenda_ShowsWhatIsSoNow(t *testing.T) {
	office := crmtest.New(t, 1)
	id, seller := office.Prospect()
	week := daysIn(t, "America/Mexico_City", "2026-11-09", "2026-11-16")
	long := strings.Repeat("Ñandú ", 100)
	visit := planVisit(t, office, seller, id, long, crm.Due{At: "2026-11-10T17:00:00Z", Minutes: 90})
	due := planVisit(t, office, seller, id, "corta", crm.Due{At: "2026-11-10T18:00:00Z"})
	item := func() crm.AgendaItem {
		t.Helper()
		var differences int
		err := office.Store.Read().NewQuery(`
			SELECT count(*)
			FROM (SELECT * FROM (SELECT * FROM agenda EXCEPT SELECT * FROM agenda_source)
				UNION ALL SELECT * FROM (SELECT * FROM agenda_source EXCEPT SELECT * FROM agenda))`).Row(&differences)
		if err != nil || differences != 0 {
			t.Errorf("the agenda differs from what it is derived from in %d rows: %v", differences, err)
		}
		for _, i := range agenda(t, office, seller, week).Items {
			if i.ID == visit {
				return i
			}
		}
		return crm.AgendaItem{}
	}
	first := item()
	if first.Minutes == nil || *first.Minutes != 90 || len([]rune(first.Body)) != 300 || !strings.HasPrefix(long, strings.TrimSuffix(first.Body, "…")) {
		t.Errorf("planned: %+v", first)
	}
	patch := func(p crm.ActivityPatch) crm.AgendaItem {
		t.Helper()
		if _, err := office.CRM.UpdateActivity(ctx, seller, visit, p); err != nil {
			t.Fatal(err)
		}
		return item()
	}
	usual, text, at := 0, "Llevar plano", "2026-11-10T16:00:00Z"
	if got := patch(crm.ActivityPatch{Minutes: &usual, Body: &text, RemindAt: &at}); got.Minutes != nil || got.Body != text || got.RemindAt == nil {
		t.Errorf("edited: %+v", got)
	}
	detail, err := office.CRM.Prospect(ctx, seller, id)
	if err != nil {
		t.Fatal(err)
	}
	name := "Otro Nombre"
	if _, err := office.CRM.UpdateContact(ctx, seller, detail.Contact.ID, crm.ContactPatch{Name: &name}); err != nil {
		t.Fatal(err)
	}
	if got := item(); got.ProspectName != name {
		t.Errorf("renamed: %+v", got)
	}
	office.Clock.Advance(30 * 24 * time.Hour)
	list, err := office.CRM.Reminders(ctx, seller, "")
	if err != nil || len(list) != 1 {
		t.Fatalf("reminders: %+v %v", list, err)
	}
	if _, err := office.CRM.FinishReminder(ctx, seller, list[0].ID); err != nil {
		t.Fatal(err)
	}
	if got := item(); got.RemindAt != nil {
		t.Errorf("acknowledged: %+v", got)
	}
	if _, err := office.CRM.RemoveActivity(ctx, seller, due); err != nil {
		t.Fatal(err)
	}
	item()
}

func TestLogActivity_HowLongItTakes(t *testing.T) {
	office := crmtest.New(t, 1)
	id, seller := office.Prospect()
	open := false
	for name, d := range map[string]crm.Due{
		"less than nothing": {At: "2026-11-10T17:00:00Z", Minutes: -1},
		"more than a day":   {At: "2026-11-10T17:00:00Z", Minutes: 1441},
		"a day has none":    {On: "2026-11-10", Minutes: 60},
	} {
		_, err := office.CRM.LogActivity(ctx, seller, id, crm.NewActivity{Kind: crm.KindVisit, Due: d, Done: &open})
		if e := fault.Find(err); e == nil || e.Field != "minutes" {
			t.Errorf("%s: %v", name, err)
		}
	}
	visit := planVisit(t, office, seller, id, "x", crm.Due{At: "2026-11-10T17:00:00Z"})
	far := 2000
	if _, err := office.CRM.UpdateActivity(ctx, seller, visit, crm.ActivityPatch{Minutes: &far}); !fault.Has(err, "input.invalid") {
		t.Errorf("an edit to more than a day: %v", err)
	}
}

func TestOverdue_ADateIsOverdueTheDayAfter(t *testing.T) {
	office := crmtest.New(t, 1)
	id, seller := office.Prospect()
	planVisit(t, office, seller, id, "date", crm.Due{On: "2026-11-10"})
	planVisit(t, office, seller, id, "instant", crm.Due{At: "2026-11-10T17:00:00Z"})
	for _, tt := range []struct {
		now, today string
		want       []string
	}{
		{"2026-11-10T16:59:00Z", "2026-11-10", []string{}},
		{"2026-11-10T17:01:00Z", "2026-11-10", []string{"instant"}},
		{"2026-11-11T05:59:00Z", "2026-11-10", []string{"instant"}}, // it is the 11th in UTC and not yet in Mexico
		{"2026-11-11T06:01:00Z", "2026-11-11", []string{"date", "instant"}},
		{"2026-11-10T11:00:00Z", "2026-11-11", []string{"date"}}, // and already the 11th in Auckland
	} {
		late, err := office.CRM.Overdue(ctx, seller, tt.now, tt.today, "")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, bodies(late)); diff != "" {
			t.Errorf("at %s (-want +got):\n%s", tt.now, diff)
		}
	}
}

func TestAgenda_Refused(t *testing.T) {
	office := crmtest.New(t, 1)
	good := crm.AgendaRange{From: "2026-11-09", To: "2026-11-16", FromAt: "2026-11-09T06:00:00Z", ToAt: "2026-11-16T06:00:00Z"}
	for field, spoil := range map[string]func(*crm.AgendaRange){
		"from":    func(r *crm.AgendaRange) { r.From = "ayer" },
		"to":      func(r *crm.AgendaRange) { r.To = r.From },
		"from_at": func(r *crm.AgendaRange) { r.FromAt = "" },
		"to_at":   func(r *crm.AgendaRange) { r.ToAt = r.FromAt },
	} {
		r := good
		spoil(&r)
		_, err := office.CRM.Agenda(ctx, office.Admin, r)
		if e := fault.Find(err); e == nil || e.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	r := good
	r.To = "2027-11-16"
	if _, err := office.CRM.Agenda(ctx, office.Admin, r); !fault.Has(err, "input.invalid") {
		t.Errorf("a year: %v", err)
	}
	if _, err := office.CRM.Overdue(ctx, office.Admin, "", "", ""); !fault.Has(err, "input.required") {
		t.Errorf("overdue without a day: %v", err)
	}
}

// A week with more than anybody reads says how much there is.
func TestAgenda_CountsWhatItDoesNotShow(t *testing.T) {
	office := crmtest.New(t, 1)
	id, seller := office.Prospect()
	_, err := office.Store.Write(ctx, store.System, func(tx *store.Tx) error {
		for range 1100 {
			err := tx.Create("activity", tx.NewID(), store.Row{
				"prospect_id": id, "author_id": seller.UserID, "kind": "call", "due_at": "2026-11-10T17:00:00.000Z", "created_at": clock.Format(tx.Now()),
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	a := agenda(t, office, seller, daysIn(t, "America/Mexico_City", "2026-11-09", "2026-11-16"))
	if len(a.Items) != 1000 || a.Total != 1100 {
		t.Errorf("%d of %d", len(a.Items), a.Total)
	}
	c, err := office.CRM.Calendar(ctx, seller, daysIn(t, "America/Mexico_City", "2026-11-09", "2026-11-16"), crm.CalendarStyle{})
	if err != nil || strings.Count(c.Content, "BEGIN:VEVENT") != 1100 {
		t.Errorf("the calendar leaves some out: %v", err)
	}
}

func TestAgenda_ReadsOneStretchOfOneIndex(t *testing.T) {
	office := crmtest.New(t, 1)
	for _, v := range []account.Viewer{office.Sellers[0], office.Admin} {
		for _, seller := range []string{"", crm.SellerNone} {
			for _, q := range crm.AgendaQueries(v, seller) {
				steps := plan(t, office.Store.Read(), q)
				if !strings.Contains(steps[0], "INDEX agenda_") && !strings.Contains(steps[0], "PRIMARY KEY") || !strings.Contains(steps[0], "due>") {
					t.Errorf("%s %q begins with %s", v.Role, seller, steps[0])
				}
				for _, step := range steps {
					if strings.HasPrefix(step, "SCAN ") || strings.Contains(step, "TEMP B-TREE") {
						t.Errorf("%s %q: %s", v.Role, seller, step)
					}
				}
			}
		}
	}
}

func TestSnoozeReminders_AllOrNone(t *testing.T) {
	office := crmtest.New(t, 2)
	id, seller := office.Prospect()
	other := office.Sellers[0]
	if other.UserID == seller.UserID {
		other = office.Sellers[1]
	}
	var ids []string
	for _, at := range []string{"2026-11-03T16:00:00Z", "2026-11-03T17:00:00Z"} {
		planVisit(t, office, seller, id, "x", crm.Due{At: at, RemindAt: at})
	}
	office.Clock.Advance(48 * time.Hour)
	due := func() []crm.Reminder {
		list, err := office.CRM.Reminders(ctx, seller, "")
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	for _, r := range due() {
		ids = append(ids, r.ID)
	}
	later := clock.Format(office.Clock.Now().Add(time.Hour))
	for name, tt := range map[string]struct {
		v    account.Viewer
		ids  []string
		at   string
		code string
	}{
		"none":           {seller, nil, later, "input.required"},
		"in the past":    {seller, ids, clock.Format(office.Clock.Now().Add(-time.Minute)), "input.invalid"},
		"one is gone":    {seller, append([]string{"x"}, ids...), later, "reminder.not_found"},
		"somebody's":     {other, ids, later, "reminder.not_found"},
		"more than many": {seller, make([]string, 201), later, "input.too_long"},
	} {
		if _, err := office.CRM.SnoozeReminders(ctx, tt.v, tt.ids, tt.at); !fault.Has(err, tt.code) {
			t.Errorf("%s: %v, want %s", name, err, tt.code)
		}
	}
	if got := due(); len(got) != 2 {
		t.Fatalf("%d are due after refusals", len(got))
	}
	c, err := office.CRM.SnoozeReminders(ctx, seller, ids, later)
	if err != nil {
		t.Fatal(err)
	}
	late, err := office.CRM.Overdue(ctx, seller, "", "2026-11-20", "")
	if got := due(); len(got) != 0 || err != nil || late.Total != 2 {
		t.Errorf("%d remind, %d are overdue: to be told later moves no due time", len(got), late.Total)
	}
	undo(t, office, seller, c.TxID)
	if got := due(); len(got) != 2 {
		t.Errorf("one undo brings back %d of 2", len(got))
	}
}
