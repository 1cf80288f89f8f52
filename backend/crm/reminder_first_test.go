package crm_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/backend/fault"
)

// firstOf is what the viewer is told by until, as "RemindAt AgainAt".
func firstOf(t *testing.T, o *crmtest.Office, v account.Viewer, until string) []string {
	t.Helper()
	list, err := o.CRM.FirstReminders(ctx, v, until)
	if err != nil {
		t.Fatal(err)
	}
	told := []string{}
	for _, r := range list {
		if r.Kind != crm.KindFirst || r.ID != r.ProspectID || r.ActivityID != "" {
			t.Errorf("reminder = %+v", r)
		}
		line := r.RemindAt
		if r.AgainAt != nil {
			line += " " + *r.AgainAt
		}
		told = append(told, line)
	}
	return told
}

func wantFirst(t *testing.T, o *crmtest.Office, when string, v account.Viewer, want ...string) {
	t.Helper()
	if want == nil {
		want = []string{}
	}
	if diff := cmp.Diff(want, firstOf(t, o, v, "")); diff != "" {
		t.Errorf("%s (-want +got):\n%s", when, diff)
	}
}

// A lead that comes a minute before the office closes is told four working minutes into the next day, and again with the
// administrator; a holiday in between moves both, for they follow from the settings and not from a note of then.
func TestFirstReminders_RunOnWorkingTime(t *testing.T) {
	o := founded(t, 1)
	ana := o.Sellers[0]
	o.Clock.Set(time.Date(2026, 11, 3, 23, 59, 0, 0, time.UTC)) // 17:59 in Mexico City
	id, _ := o.Prospect()
	o.Clock.Set(time.Date(2026, 11, 4, 15, 3, 59, 0, time.UTC))
	wantFirst(t, o, "after 4 min 59 s", ana)
	if got := firstOf(t, o, ana, "2026-11-05T00:00:00.000Z"); len(got) != 1 || got[0] != "2026-11-04T15:04:00.000Z 2026-11-04T15:14:00.000Z" {
		t.Errorf("ahead: %v", got)
	}
	o.Clock.Advance(time.Second)
	wantFirst(t, o, "after 5 min", ana, "2026-11-04T15:04:00.000Z 2026-11-04T15:14:00.000Z")
	o.Clock.Advance(10 * time.Minute)
	wantFirst(t, o, "after 15 min", ana, "2026-11-04T15:14:00.000Z")
	wantFirst(t, o, "an administrator has their own notices", o.Admin)

	if _, err := o.CRM.AddHoliday(ctx, o.Admin, crm.Holiday{Day: "2026-11-04"}); err != nil {
		t.Fatal(err)
	}
	wantFirst(t, o, "on a holiday", ana)
	o.Clock.Set(time.Date(2026, 11, 5, 15, 4, 0, 0, time.UTC))
	wantFirst(t, o, "after it", ana, "2026-11-05T15:04:00.000Z 2026-11-05T15:14:00.000Z")

	yes, no, none := true, false, 0
	setOffice(t, o, crm.OfficeTurnsPatch{TurnsPaused: &yes})
	wantFirst(t, o, "while the office pauses", ana)
	setOffice(t, o, crm.OfficeTurnsPatch{TurnsPaused: &no, RemindAfter: &none})
	wantFirst(t, o, "in an office that wants no reminders", ana)
	five := 5
	setOffice(t, o, crm.OfficeTurnsPatch{RemindAfter: &five})
	logActivity(t, o, ana, id, crm.NewActivity{Kind: crm.KindNote, Body: "quiere norte"})
	wantFirst(t, o, "a note is no attempt", ana, "2026-11-05T15:04:00.000Z 2026-11-05T15:14:00.000Z")
	logActivity(t, o, ana, id, crm.NewActivity{Kind: crm.KindCall, Result: crm.ResultNoAnswer})
	wantFirst(t, o, "after a call", ana)
}

// Put off, it comes back when the seller said, and with the administrator's notice if that is later; the next seller's clock
// begins anew.
func TestFirstReminders_ArePutOff(t *testing.T) {
	o := founded(t, 2)
	id, ana := o.Prospect()
	beto := o.Sellers[0]
	if beto == ana {
		beto = o.Sellers[1]
	}
	at := func(minutes int) string {
		return o.Clock.Now().Add(time.Duration(minutes) * time.Minute).Format("2006-01-02T15:04:05.000Z")
	}
	first, again, later, much := at(5), at(15), at(8), at(90)
	o.Clock.Advance(6 * time.Minute)
	wantFirst(t, o, "due", ana, first+" "+again)
	for name, v := range map[string]account.Viewer{"a colleague": beto, "an administrator": o.Admin} {
		if _, err := o.CRM.SnoozeReminder(ctx, v, id, later); !fault.Has(err, "reminder.not_found") {
			t.Errorf("%s puts it off: %v", name, err)
		}
	}
	c, err := o.CRM.SnoozeReminders(ctx, ana, []string{id}, later)
	if err != nil {
		t.Fatal(err)
	}
	wantFirst(t, o, "put off", ana)
	undo(t, o, ana, c.TxID)
	wantFirst(t, o, "taken back", ana, first+" "+again)
	if _, err := o.CRM.SnoozeReminders(ctx, ana, []string{id}, later); err != nil {
		t.Fatal(err)
	}
	o.Clock.Advance(2 * time.Minute)
	wantFirst(t, o, "it is back", ana, later+" "+again)
	if _, err := o.CRM.SnoozeReminders(ctx, ana, []string{id}, much); err != nil { // the same row again
		t.Fatal(err)
	}
	o.Clock.Advance(20 * time.Minute)
	wantFirst(t, o, "put off beyond the second", ana)
	update(t, o, o.Admin, id, crm.ProspectPatch{OwnerID: &beto.UserID, OwnerReason: ptr("Vacaciones")})
	wantFirst(t, o, "no longer hers", ana)
	first, again = at(5), at(15)
	o.Clock.Advance(5 * time.Minute)
	wantFirst(t, o, "the next seller's", beto, first+" "+again)
	discarded, reason := crm.StatusDiscarded, vocabulary(t, o).Reasons[0].ID
	update(t, o, beto, id, crm.ProspectPatch{Status: &discarded, ReasonID: &reason})
	wantFirst(t, o, "discarded", beto)
	if _, err := o.CRM.SnoozeReminder(ctx, beto, id, at(60)); !fault.Has(err, "reminder.not_found") {
		t.Errorf("what is over is put off: %v", err)
	}
}

// Who typed a prospect in stands before the person, and behind a file nobody waits: neither is hurried, by anybody.
func TestFirstReminders_NobodyWaits(t *testing.T) {
	o := founded(t, 1)
	ana := o.Sellers[0]
	if _, err := o.CRM.CreateProspect(ctx, ana, crm.NewProspect{Name: "Luz"}); err != nil {
		t.Fatal(err)
	}
	o.Prospect(func(e *crm.Enquiry) { e.LeadID, e.Origin, e.Source = "", "file", crm.SourceFile })
	o.Clock.Advance(20 * time.Minute)
	wantFirst(t, o, "typed in and imported", ana)
	if _, err := o.CRM.CreateProspect(ctx, o.Admin, crm.NewProspect{Name: "Sol"}); err != nil {
		t.Fatal(err)
	}
	o.Clock.Advance(5 * time.Minute)
	if got := firstOf(t, o, ana, ""); len(got) != 1 {
		t.Errorf("of an administrator's by turn: %v", got)
	}
}

// TestEscalate_LeavesAnImportAlone: five hundred rows of a file are not passed round the office half an hour later.
func TestEscalate_LeavesAnImportAlone(t *testing.T) {
	o := founded(t, 2)
	if _, err := o.CRM.BeginEscalating(ctx); err != nil {
		t.Fatal(err)
	}
	id, owner := o.Prospect(func(e *crm.Enquiry) { e.LeadID, e.Origin, e.Source = "", "file", crm.SourceFile })
	o.Clock.Advance(time.Hour)
	done, err := o.CRM.Escalate(ctx)
	if d := detail(t, o, o.Admin, id); err != nil || done != (crm.Escalation{}) || d.OwnerID != owner.UserID {
		t.Errorf("escalation = %+v, %v; it went to %q", done, err, d.OwnerID)
	}
}

func TestUpdateProspect_ChangesHandsForAReason(t *testing.T) {
	o := founded(t, 2)
	id, owner := o.Prospect()
	other := o.Sellers[0]
	if other == owner {
		other = o.Sellers[1]
	}
	for name, to := range map[string]string{"another": other.UserID, "the tray": ""} {
		for _, reason := range []*string{nil, ptr(" ")} {
			_, err := o.CRM.UpdateProspect(ctx, o.Admin, id, crm.ProspectPatch{OwnerID: &to, OwnerReason: reason})
			if f := fault.Find(err); f == nil || f.Code != "input.required" || f.Field != "owner_reason" {
				t.Errorf("to %s without a reason: %v", name, err)
			}
		}
	}
	r, err := o.CRM.ChangeProspects(ctx, o.Admin, []string{id}, crm.BulkChange{ProspectPatch: crm.ProspectPatch{
		OwnerID: &other.UserID, Temperature: ptr(crm.TemperatureHot),
	}})
	if err != nil || r.Changed != 0 || len(r.Refused) != 1 || r.Refused[0].Field != "owner_reason" || detail(t, o, o.Admin, id).Temperature != "" {
		t.Errorf("many at once without a reason: %+v, %v", r, err)
	}
	update(t, o, o.Admin, id, crm.ProspectPatch{OwnerID: &owner.UserID}) // it is theirs already
	update(t, o, o.Admin, id, crm.ProspectPatch{OwnerID: ptr(""), OwnerReason: ptr("Vacaciones")})
	update(t, o, o.Admin, id, crm.ProspectPatch{OwnerID: &other.UserID}) // out of the tray
}

// What one change did to many is one notice to its reader, with all of its ids, and named as people are called now.
func TestNotices_TellOfManyAtOnce(t *testing.T) {
	o := founded(t, 2)
	ana, beto := o.Sellers[0], o.Sellers[1]
	var ids []string
	for range 5 {
		id, _ := o.Prospect(func(e *crm.Enquiry) { e.OwnerID = ana.UserID })
		ids = append(ids, id)
	}
	patch := crm.ProspectPatch{OwnerID: &beto.UserID, OwnerReason: ptr("Vacaciones")}
	o.Clock.Advance(time.Second)
	update(t, o, o.Admin, ids[0], patch)
	o.Clock.Advance(time.Second)
	if _, err := o.CRM.ChangeProspects(ctx, o.Admin, ids[1:], crm.BulkChange{ProspectPatch: patch}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		v    account.Viewer
		kind string
		one  string
	}{{ana, crm.NoticeTaken, ""}, {beto, crm.NoticeGiven, ids[0]}} {
		list, unread, err := o.CRM.Notices(ctx, tt.v)
		if err != nil || unread != 5 || len(list) != 2 {
			t.Fatalf("%d unread, %+v, %v", unread, list, err)
		}
		names := crm.NoticeNames{By: o.Admin.Name, From: ana.Name, To: beto.Name}
		many, one := list[0], list[1]
		if many.Kind != tt.kind || len(many.IDs) != 4 || many.ProspectID != "" || many.Data.FormName != "" || many.Names != names {
			t.Errorf("many = %+v", many)
		}
		if one.Kind != tt.kind || len(one.IDs) != 1 || one.ProspectID != tt.one || one.Data.Reason != "Vacaciones" || one.Names != names {
			t.Errorf("one = %+v", one)
		}
		if _, err := o.CRM.ReadNotices(ctx, tt.v, many.IDs); err != nil {
			t.Fatal(err)
		}
		list, unread, err = o.CRM.Notices(ctx, tt.v)
		if err != nil || unread != 1 || len(list) != 2 || !list[0].IsRead || list[1].IsRead {
			t.Errorf("%d unread, %+v, %v", unread, list, err)
		}
	}
}

// TestFirstReminders_WakeNobodyAtNight: an office that had not said when it works reminded its sellers at five past three in the
// morning, and told its administrators at a quarter past.
func TestFirstReminders_WakeNobodyAtNight(t *testing.T) {
	o := crmtest.New(t, 1).Found("America/Mexico_City")
	ana := o.Sellers[0]
	if _, err := o.CRM.BeginEscalating(ctx); err != nil {
		t.Fatal(err)
	}
	o.Clock.Set(time.Date(2026, 11, 4, 9, 0, 0, 0, time.UTC)) // three in the morning
	if _, owner := o.Prospect(); owner != ana {
		t.Errorf("by night it went to %v: an office without hours takes leads at any time", owner.UserID)
	}
	told := func(when string, minutes int, reminders ...string) {
		t.Helper()
		wantFirst(t, o, when, ana, reminders...)
		done, err := o.CRM.Escalate(ctx)
		if err != nil || done.Told != minutes {
			t.Errorf("%s administrators are told of %d (%v), want %d", when, done.Told, err, minutes)
		}
	}
	o.Clock.Set(time.Date(2026, 11, 4, 13, 59, 0, 0, time.UTC))
	told("a minute to eight", 0)
	o.Clock.Set(time.Date(2026, 11, 4, 14, 5, 0, 0, time.UTC))
	told("five past eight", 0, "2026-11-04T14:05:00.000Z 2026-11-04T14:15:00.000Z")
	o.Clock.Set(time.Date(2026, 11, 4, 14, 15, 0, 0, time.UTC))
	told("a quarter past eight", 1, "2026-11-04T14:15:00.000Z")

	// Who works at night says so, for themself or for the office.
	setSeller(t, o, ana, crm.SellerTurnsPatch{Hours: &crm.WeekHours{Thu: []crm.HoursSpan{{From: "00:00", To: "06:00"}}}})
	o.Clock.Set(time.Date(2026, 11, 5, 9, 0, 0, 0, time.UTC))
	o.Prospect()
	o.Clock.Advance(5 * time.Minute)
	if got := firstOf(t, o, ana, ""); len(got) != 2 || got[1] != "2026-11-05T09:05:00.000Z 2026-11-05T09:15:00.000Z" {
		t.Errorf("a seller of the night is told %v", got)
	}
}

// TestReminders_ThroughSleepAndClocks: what is due is listed once whatever the clock has done, in a zone that still changes it, and
// neither a leap ahead nor one back loses it or doubles it.
func TestReminders_ThroughSleepAndClocks(t *testing.T) {
	o := crmtest.New(t, 1).Found("America/Tijuana")
	setOffice(t, o, crm.OfficeTurnsPatch{Hours: &crm.WeekHours{Sat: []crm.HoursSpan{{From: "09:00", To: "18:00"}}, Sun: []crm.HoursSpan{{From: "00:00", To: "12:00"}}}})
	ana := o.Sellers[0]
	o.Clock.Set(time.Date(2026, 11, 1, 0, 57, 0, 0, time.UTC)) // Saturday 31 October, 17:57 in Tijuana
	id, _ := o.Prospect()
	first := "2026-11-01T07:02:00.000Z 2026-11-01T07:12:00.000Z" // three minutes of Saturday, two of Sunday
	planned := "2026-11-01T09:30:00.000Z"                        // 1:30 by the second of the two clocks that show it
	logActivity(t, o, ana, id, crm.NewActivity{Kind: crm.KindTask, Body: "mandar plano", Due: crm.Due{At: planned, RemindAt: planned}})
	listed := func() (got []string) {
		t.Helper()
		list, err := o.CRM.Reminders(ctx, ana, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list {
			got = append(got, r.RemindAt)
		}
		return append(got, firstOf(t, o, ana, "")...)
	}
	tests := []struct {
		name string
		at   time.Time
		want []string
	}{
		{"before the night", time.Date(2026, 11, 1, 0, 58, 0, 0, time.UTC), nil},
		{"asleep over the hour that comes twice", time.Date(2026, 11, 1, 17, 0, 0, 0, time.UTC), []string{planned, first[25:]}},
		{"a clock that leaps a month", time.Date(2026, 11, 9, 17, 0, 0, 0, time.UTC), []string{planned, first[25:]}},
		{"set right again", time.Date(2026, 11, 1, 17, 1, 0, 0, time.UTC), []string{planned, first[25:]}},
		{"set back before all of it", time.Date(2026, 11, 1, 7, 1, 0, 0, time.UTC), nil},
		{"between the two times", time.Date(2026, 11, 1, 7, 3, 0, 0, time.UTC), []string{first}},
		{"and on", time.Date(2026, 11, 1, 17, 2, 0, 0, time.UTC), []string{planned, first[25:]}},
	}
	for _, tt := range tests {
		o.Clock.Set(tt.at)
		if diff := cmp.Diff(tt.want, listed()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
