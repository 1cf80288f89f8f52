package crm_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/backend/fault"
)

func TestLogActivity_WhatItDoesToTheProspect(t *testing.T) {
	office := crmtest.New(t, 1)
	seller := office.Sellers[0]
	later := &crm.NextActivity{Kind: "call", Due: crm.Due{At: "2026-11-03T16:00:00Z"}}
	tests := []struct {
		name     string
		from     string
		activity crm.NewActivity
		status   string
		attended bool
	}{
		{"call answered", "", crm.NewActivity{Kind: "call", Result: "answered"}, "contacted", true},
		{"call not answered", "", crm.NewActivity{Kind: "call", Result: "no_answer"}, "trying", true},
		{"voicemail", "", crm.NewActivity{Kind: "call", Result: "voicemail"}, "trying", true},
		{"asked to be called later", "", crm.NewActivity{Kind: "call", Result: "call_later", Next: later}, "contacted", true},
		{"call without a result", "", crm.NewActivity{Kind: "call"}, "trying", true},
		{"WhatsApp sent", "", crm.NewActivity{Kind: "whatsapp", Result: "sent"}, "trying", true},
		{"e-mail sent", "", crm.NewActivity{Kind: "email", Result: "sent"}, "trying", true},
		{"visit held", "", crm.NewActivity{Kind: "visit", Result: "held"}, "following", true},
		{"appointment not held", "", crm.NewActivity{Kind: "appointment", Result: "not_held"}, "trying", true},
		{"note", "", crm.NewActivity{Kind: "note", Body: "Pidió planos"}, "new", false},
		{"task done", "", crm.NewActivity{Kind: "task"}, "new", false},
		{"call planned", "", crm.NewActivity{Kind: "call", Due: crm.Due{On: "2026-11-03"}}, "new", false},
		{"never back", "following", crm.NewActivity{Kind: "call", Result: "no_answer"}, "following", true},
		{"forward", "trying", crm.NewActivity{Kind: "call", Result: "answered"}, "contacted", true},
		{"a pause stays", "paused", crm.NewActivity{Kind: "call", Result: "answered"}, "paused", true},
		{"closed stays", "closed", crm.NewActivity{Kind: "call", Result: "answered"}, "closed", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			id, _ := office.Prospect()
			if tt.from != "" {
				update(t, office, seller, id, crm.ProspectPatch{Status: &tt.from})
			}
			office.Clock.Advance(time.Minute)
			logActivity(t, office, seller, id, tt.activity)
			d := detail(t, office, seller, id)
			if d.Status != tt.status || (d.AttendedAt != nil) != tt.attended {
				t.Errorf("status %s, attended %v", d.Status, d.AttendedAt)
			}
			if tt.attended && *d.AttendedAt != clock.Format(office.Clock.Now()) {
				t.Errorf("attended at %s", *d.AttendedAt)
			}
			if contains(kinds(timeline(t, office, seller, id)), "event attended") != tt.attended {
				t.Errorf("timeline = %v", kinds(timeline(t, office, seller, id)))
			}
		})
	}
}

func TestLogActivity_FirstAttemptStays(t *testing.T) {
	office := crmtest.New(t, 1)
	id, seller := office.Prospect()
	call(t, office, seller, id)
	first := detail(t, office, seller, id).AttendedAt
	office.Clock.Advance(time.Hour)
	call(t, office, seller, id)
	if got := detail(t, office, seller, id).AttendedAt; *got != *first {
		t.Errorf("attended at %s, first at %s", *got, *first)
	}
}

func TestLogActivity_WithNextAction(t *testing.T) {
	office := crmtest.New(t, 1)
	id, seller := office.Prospect()
	next := &crm.NextActivity{Kind: "visit", Body: "Casa muestra", Due: crm.Due{At: "2026-11-07T17:00:00-06:00", RemindAt: "2026-11-07T16:30:00-06:00"}}
	c := logActivity(t, office, office.Admin, id, crm.NewActivity{Kind: "call", Result: "answered", Next: next})
	d := detail(t, office, seller, id)
	if d.Next == nil || d.Next.Kind != "visit" || *d.Next.At != "2026-11-07T23:00:00.000Z" || d.Next.On != nil {
		t.Errorf("next = %+v", d.Next)
	}
	want := []crm.Reminder{{
		ProspectID: id, ProspectName: d.Contact.Name, ActivityID: d.Next.ID, Kind: "visit", Body: "Casa muestra",
		DueAt: ptr("2026-11-07T23:00:00.000Z"), RemindAt: "2026-11-07T22:30:00.000Z",
	}}
	due := reminders(t, office, "2026-11-08T00:00:00Z")
	if len(due) == 1 {
		want[0].ID = due[0].ID
	}
	if diff := cmp.Diff(want, due); diff != "" {
		t.Errorf("what an administrator planned reminds the seller (-want +got):\n%s", diff)
	}
	undo(t, office, office.Admin, c.TxID)
	if d := detail(t, office, seller, id); d.Next != nil || d.Status != "new" || d.AttendedAt != nil {
		t.Errorf("after undo: %+v", d)
	}
}

func TestLogActivity_Refused(t *testing.T) {
	office := crmtest.New(t, 1)
	id, seller := office.Prospect()
	no := false
	for name, tt := range map[string]struct {
		n           crm.NewActivity
		code, field string
	}{
		"unknown kind":              {crm.NewActivity{Kind: "fax"}, "input.invalid", "kind"},
		"result of another kind":    {crm.NewActivity{Kind: "call", Result: "held"}, "input.invalid", "result"},
		"result before it happened": {crm.NewActivity{Kind: "call", Result: "answered", Due: crm.Due{On: "2026-11-09"}}, "input.invalid", "result"},
		"call later without when":   {crm.NewActivity{Kind: "call", Result: "call_later"}, "input.required", "next"},
		"next without when":         {crm.NewActivity{Kind: "call", Next: &crm.NextActivity{Kind: "call"}}, "input.required", "next.due_at"},
		"a note for later":          {crm.NewActivity{Kind: "call", Next: &crm.NextActivity{Kind: "note", Due: crm.Due{On: "2026-11-09"}}}, "input.invalid", "next.kind"},
		"a note of nothing":         {crm.NewActivity{Kind: "note", Body: " \n"}, "input.required", "body"},
		"an open note":              {crm.NewActivity{Kind: "note", Done: &no}, "input.invalid", "kind"},
		"two due times":             {crm.NewActivity{Kind: "task", Due: crm.Due{At: "2026-11-09T10:00:00Z", On: "2026-11-09"}}, "input.invalid", "due_on"},
		"no instant":                {crm.NewActivity{Kind: "task", Due: crm.Due{At: "mañana"}}, "input.invalid", "due_at"},
		"no date":                   {crm.NewActivity{Kind: "task", Due: crm.Due{On: "2026-13-01"}}, "input.invalid", "due_on"},
		"no reminder":               {crm.NewActivity{Kind: "task", Due: crm.Due{On: "2026-11-09", RemindAt: "x"}}, "input.invalid", "remind_at"},
		"reminder of the past":      {crm.NewActivity{Kind: "call", Due: crm.Due{RemindAt: "2026-11-09T10:00:00Z"}}, "input.invalid", "remind_at"},
		"too long":                  {crm.NewActivity{Kind: "note", Body: string(make([]rune, 20_001))}, "input.too_long", "body"},
	} {
		_, err := office.CRM.LogActivity(ctx, seller, id, tt.n)
		if e := fault.Find(err); e == nil || e.Code != tt.code || e.Field != tt.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := kinds(timeline(t, office, seller, id)); len(got) != 2 {
		t.Errorf("a refused activity left %v", got)
	}
}

func TestFinishActivity(t *testing.T) {
	office := crmtest.New(t, 1)
	id, seller := office.Prospect()
	due := crm.Due{At: "2026-11-03T16:00:00Z", RemindAt: "2026-11-03T15:00:00Z"}
	a := logActivity(t, office, seller, id, crm.NewActivity{Kind: "call", Body: "Confirmar", Due: due})
	office.Clock.Advance(24 * time.Hour)
	_, err := office.CRM.FinishActivity(ctx, seller, a.ID, crm.ActivityDone{Result: "call_later"})
	if e := fault.Find(err); e == nil || e.Code != "input.required" || e.Field != "next" {
		t.Errorf("call later without when: %v", err)
	}
	if _, err := office.CRM.FinishActivity(ctx, seller, a.ID, crm.ActivityDone{Result: "held"}); !fault.Has(err, "input.invalid") {
		t.Errorf("a call that was held: %v", err)
	}
	next := &crm.NextActivity{Kind: "appointment", Due: crm.Due{On: "2026-11-10"}}
	if _, err := office.CRM.FinishActivity(ctx, seller, a.ID, crm.ActivityDone{Result: "answered", Next: next}); err != nil {
		t.Fatal(err)
	}
	d := detail(t, office, seller, id)
	now := clock.Format(office.Clock.Now())
	if d.Status != "contacted" || d.AttendedAt == nil || *d.AttendedAt != now || d.Next == nil || *d.Next.On != "2026-11-10" {
		t.Errorf("detail = %+v", d)
	}
	if got := reminders(t, office, "2026-12-01T00:00:00Z"); len(got) != 0 {
		t.Errorf("reminds of what is done: %+v", got)
	}
	var item crm.TimelineItem
	for _, i := range timeline(t, office, seller, id) {
		if i.ID == a.ID {
			item = i
		}
	}
	if item.At != now || item.Result != "answered" || item.Body != "Confirmar" || item.DoneAt == nil {
		t.Errorf("item = %+v", item)
	}
	office.Clock.Advance(time.Hour)
	if _, err := office.CRM.FinishActivity(ctx, seller, a.ID, crm.ActivityDone{Result: "no_answer"}); err != nil {
		t.Fatal(err)
	}
	if d := detail(t, office, seller, id); d.Status != "contacted" || *d.AttendedAt != now {
		t.Errorf("correcting a result attended again: %+v", d)
	}
}

func TestUpdateActivity_Reschedules(t *testing.T) {
	office := crmtest.New(t, 1)
	id, seller := office.Prospect()
	due := crm.Due{At: "2026-11-03T16:00:00Z", RemindAt: "2026-11-03T15:30:00Z"}
	a := logActivity(t, office, seller, id, crm.NewActivity{Kind: "visit", Due: due})
	patch := func(p crm.ActivityPatch) {
		t.Helper()
		if _, err := office.CRM.UpdateActivity(ctx, seller, a.ID, p); err != nil {
			t.Fatal(err)
		}
	}
	remindAt := func() string {
		t.Helper()
		list := reminders(t, office, "2027-01-01T00:00:00Z")
		if len(list) == 0 {
			return ""
		}
		return list[0].RemindAt
	}
	patch(crm.ActivityPatch{DueAt: ptr("2026-11-05T18:00:00Z")})
	if got := remindAt(); got != "2026-11-05T17:30:00.000Z" {
		t.Errorf("reminder = %s, want half an hour before as it was", got)
	}
	var moved *crm.TimelineItem
	for _, item := range timeline(t, office, seller, id) {
		if item.Kind == crm.EventRescheduled {
			moved = &item
		}
	}
	if moved == nil || moved.Data["from"] != "2026-11-03T16:00:00.000Z" || moved.Data["to"] != "2026-11-05T18:00:00.000Z" {
		t.Errorf("history = %+v", moved)
	}
	patch(crm.ActivityPatch{DueAt: ptr("2026-11-06T18:00:00Z"), RemindAt: ptr("2026-11-06T08:00:00Z")})
	if got := remindAt(); got != "2026-11-06T08:00:00.000Z" {
		t.Errorf("reminder = %s", got)
	}
	patch(crm.ActivityPatch{DueOn: ptr("2026-11-08")})
	if next := detail(t, office, seller, id).Next; next.At != nil || *next.On != "2026-11-08" {
		t.Errorf("next = %+v", next)
	}
	patch(crm.ActivityPatch{RemindAt: ptr("")})
	if got := remindAt(); got != "" {
		t.Errorf("reminder = %s", got)
	}
	patch(crm.ActivityPatch{RemindAt: ptr("2026-11-08T14:00:00Z")})
	if got := remindAt(); got != "2026-11-08T14:00:00.000Z" {
		t.Errorf("reminder = %s", got)
	}
	patch(crm.ActivityPatch{DueOn: ptr("")})
	if next := detail(t, office, seller, id).Next; next != nil {
		t.Errorf("next = %+v", next)
	}
}

func TestReminders(t *testing.T) {
	office := crmtest.New(t, 1)
	id, seller := office.Prospect()
	for _, at := range []string{"2026-11-02T17:00:00Z", "2026-11-02T16:00:00Z", "2026-11-09T16:00:00Z"} {
		logActivity(t, office, seller, id, crm.NewActivity{Kind: "task", Due: crm.Due{At: at, RemindAt: at}})
	}
	times := func() []string {
		var list []string
		for _, r := range reminders(t, office, "") {
			list = append(list, r.RemindAt)
		}
		return list
	}
	if got := times(); len(got) != 0 {
		t.Errorf("due before their time: %v", got)
	}
	office.Clock.Advance(3 * 24 * time.Hour) // the computer was off
	if diff := cmp.Diff([]string{"2026-11-02T16:00:00.000Z", "2026-11-02T17:00:00.000Z"}, times()); diff != "" {
		t.Errorf("while it was off (-want +got):\n%s", diff)
	}
	due := reminders(t, office, "")
	if _, err := office.CRM.SnoozeReminder(ctx, seller, due[0].ID, "2026-11-05T14:59:00Z"); !fault.Has(err, "input.invalid") {
		t.Errorf("snoozed into the past: %v", err)
	}
	if _, err := office.CRM.SnoozeReminder(ctx, seller, due[0].ID, "2026-11-05T16:00:00Z"); err != nil {
		t.Fatal(err)
	}
	if next := detail(t, office, seller, id).Next; *next.At != "2026-11-02T16:00:00.000Z" {
		t.Errorf("being reminded later moved the date to %s", *next.At)
	}
	if _, err := office.CRM.FinishReminder(ctx, seller, due[1].ID); err != nil {
		t.Fatal(err)
	}
	if got := times(); len(got) != 0 {
		t.Errorf("still due: %v", got)
	}
	office.Clock.Advance(2 * time.Hour)
	if diff := cmp.Diff([]string{"2026-11-05T16:00:00.000Z"}, times()); diff != "" {
		t.Errorf("after the snooze (-want +got):\n%s", diff)
	}
	if _, err := office.CRM.FinishReminder(ctx, office.Admin, due[0].ID); !fault.Has(err, "reminder.not_found") {
		t.Errorf("an administrator acknowledged for a seller: %v", err)
	}
	if _, err := office.CRM.Reminders(ctx, seller, "hoy"); !fault.Has(err, "input.invalid") {
		t.Errorf("err = %v", err)
	}
}

func TestRemoveActivity_TakesItsReminder(t *testing.T) {
	office := crmtest.New(t, 1)
	id, seller := office.Prospect()
	due := crm.Due{On: "2026-11-03", RemindAt: "2026-11-03T15:00:00Z"}
	a := logActivity(t, office, seller, id, crm.NewActivity{Kind: "task", Due: due})
	c, err := office.CRM.RemoveActivity(ctx, seller, a.ID)
	if err != nil {
		t.Fatal(err)
	}
	if len(reminders(t, office, "2027-01-01T00:00:00Z")) != 0 || detail(t, office, seller, id).Next != nil {
		t.Error("something of it stayed")
	}
	if _, err := office.CRM.RemoveActivity(ctx, seller, a.ID); !fault.Has(err, "activity.not_found") {
		t.Errorf("removed twice: %v", err)
	}
	undo(t, office, seller, c.TxID)
	if len(reminders(t, office, "2027-01-01T00:00:00Z")) != 1 || detail(t, office, seller, id).Next == nil {
		t.Error("the undo did not bring it back")
	}
}

func TestTimeline_Pages(t *testing.T) {
	office := crmtest.New(t, 1)
	id, seller := office.Prospect()
	for i := range 23 {
		if i%3 == 0 {
			office.Clock.Advance(time.Second) // several of one instant
		}
		logActivity(t, office, seller, id, crm.NewActivity{Kind: "note", Body: "x"})
	}
	whole := timeline(t, office, seller, id)
	if len(whole) != 25 {
		t.Fatalf("%d items", len(whole))
	}
	for i := 1; i < len(whole); i++ {
		if whole[i].At > whole[i-1].At {
			t.Fatalf("%s after %s", whole[i].At, whole[i-1].At)
		}
	}
	var paged []crm.TimelineItem
	cursor := ""
	for {
		page, err := office.CRM.Timeline(ctx, seller, id, cursor, 4)
		if err != nil {
			t.Fatal(err)
		}
		paged = append(paged, page.Items...)
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if diff := cmp.Diff(whole, paged); diff != "" {
		t.Errorf("pages (-whole +paged):\n%s", diff)
	}
}

func TestInbox(t *testing.T) {
	office := crmtest.New(t, 1)
	seller := office.Sellers[0]
	answers := []crm.Answer{
		{Name: "presupuesto", Label: "¿Cuál es tu presupuesto?", Values: []string{"1 millón", "2 millones"}},
		{Name: "sin_etiqueta", Values: []string{"sí"}},
		{Name: "vacía", Label: "¿Algo más?", Values: nil},
		{Name: "cuarta", Label: "4", Values: []string{"d"}},
		{Name: "quinta", Label: "5", Values: []string{"e"}},
	}
	first := office.Register(office.Enquiry(func(e *crm.Enquiry) { e.Answers = answers }))
	office.Clock.Advance(time.Minute)
	bare := office.Register(crm.Enquiry{Source: "leads", Origin: "poll", Name: "Sin respuestas"})
	office.Clock.Advance(time.Minute)
	attended, _ := office.Prospect()
	call(t, office, seller, attended)
	closed, _ := office.Prospect()
	update(t, office, seller, closed, crm.ProspectPatch{Status: ptr("closed")})
	page, err := office.CRM.Inbox(ctx, seller, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	type shown struct {
		ID        string
		Answers   []crm.InboxAnswer
		Enquiries int
	}
	var got []shown
	for _, c := range page.Items {
		got = append(got, shown{c.ID, c.Answers, c.Enquiries})
	}
	want := []shown{
		{bare.ProspectID, []crm.InboxAnswer{}, 1},
		{first.ProspectID, []crm.InboxAnswer{
			{Label: "¿Cuál es tu presupuesto?", Values: []string{"1 millón", "2 millones"}},
			{Label: "sin_etiqueta", Values: []string{"sí"}},
			{Label: "¿Algo más?", Values: []string{}},
			{Label: "4", Values: []string{"d"}},
		}, 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("inbox (-want +got):\n%s", diff)
	}
	if page.Count != 2 || page.Next != "" {
		t.Errorf("page = %+v", page)
	}
	one, err := office.CRM.Inbox(ctx, seller, "", 1)
	if err != nil || len(one.Items) != 1 || one.Next == "" {
		t.Fatalf("page of one = %+v, %v", one, err)
	}
	two, err := office.CRM.Inbox(ctx, seller, one.Next, 1)
	if err != nil || len(two.Items) != 1 || two.Items[0].ID != first.ProspectID || two.Next != "" {
		t.Errorf("second page = %+v, %v", two, err)
	}
	office.Clock.Advance(time.Hour)
	office.Register(crm.Enquiry{Source: "leads", Origin: "poll", Phones: office.Enquiry().Phones, LeadID: "other"})
	office.Register(office.Enquiry(func(e *crm.Enquiry) { e.Phones, e.Emails = nil, []string{crmtest.EmailText(1)} }))
	page, err = office.CRM.Inbox(ctx, seller, "", 0)
	if err != nil || page.Items[0].ID != first.ProspectID && page.Items[1].ID != first.ProspectID {
		t.Fatalf("who asked again is not on top: %+v, %v", page, err)
	}
	for _, c := range page.Items {
		if c.ID == first.ProspectID && c.Enquiries != 2 {
			t.Errorf("%d enquiries", c.Enquiries)
		}
	}
}

func TestVocabulary(t *testing.T) {
	words := vocabulary(t, crmtest.New(t, 0))
	if len(words.Stages) != 10 || words.Stages[0].Name != "Prospecto" || words.Stages[9].Name != "Entregado" {
		t.Errorf("stages = %+v", words.Stages)
	}
	opposing := 0
	for _, r := range words.Reasons {
		if r.Opposition {
			opposing++
			if r.Name != "Pidió no ser contactado" {
				t.Errorf("%q means opposition", r.Name)
			}
		}
	}
	if len(words.Reasons) != 10 || opposing != 1 {
		t.Errorf("reasons = %+v", words.Reasons)
	}
	for name, list := range map[string][]string{
		"statuses": words.Statuses, "temperatures": words.Temperatures, "kinds": words.ActivityKinds, "results": words.CallResults,
		"sources": words.Sources,
	} {
		if len(list) == 0 {
			t.Errorf("no %s", name)
		}
	}
}

func reminders(t testing.TB, o *crmtest.Office, until string) []crm.Reminder {
	t.Helper()
	list, err := o.CRM.Reminders(ctx, o.Sellers[0], until)
	if err != nil {
		t.Fatal(err)
	}
	return list
}
