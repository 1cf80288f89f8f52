package crm_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"
	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/backend/fault"
)

func calendarOf(t *testing.T, office *crmtest.Office, v account.Viewer, id string, style crm.CalendarStyle) crm.CalendarFile {
	t.Helper()
	f, err := office.CRM.CalendarOf(ctx, v, id, style)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// lines are the unfolded lines of a calendar that say something about its event (RFC 5545, section 3.1).
func lines(t *testing.T, f crm.CalendarFile) map[string]string {
	t.Helper()
	if !strings.HasSuffix(f.Content, "\r\n") || strings.Contains(strings.ReplaceAll(f.Content, "\r\n", ""), "\n") {
		t.Errorf("a line does not end in CRLF: %q", f.Content)
	}
	for _, line := range strings.Split(f.Content, "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) {
			t.Errorf("%d bytes in %q", len(line), line)
		}
	}
	if _, err := ics.ParseCalendar(strings.NewReader(f.Content)); err != nil {
		t.Errorf("cannot be read back: %v", err)
	}
	said := map[string]string{}
	for _, line := range strings.Split(strings.ReplaceAll(f.Content, "\r\n ", ""), "\r\n") {
		name, value, _ := strings.Cut(line, ":")
		said[name] = value
	}
	return said
}

func TestCalendarOf_SaysWhenAndNoMoreThanNeeded(t *testing.T) {
	office := crmtest.New(t, 1)
	id, seller := office.Prospect(func(e *crm.Enquiry) {
		e.Name = "GUADALUPE; \\n, PÉREZ"
		e.Phones, e.Emails = []string{"55 4321 8765"}, []string{"secreta@example.com"}
	})
	visit := planVisit(t, office, seller, id, "Su crédito fue negado", crm.Due{At: "2026-11-10T17:00:00Z"})
	f := calendarOf(t, office, seller, visit, crm.CalendarStyle{Language: "es-MX"})
	said := lines(t, f)
	want := map[string]string{
		"UID": visit + "@sitegroup-crm", "DTSTART": "20261110T170000Z", "DTEND": "20261110T180000Z", "SEQUENCE": "0", "CLASS": "PRIVATE",
		"SUMMARY": `Visita · Guadalupe\;`, "VERSION": "2.0",
	}
	for name, value := range want {
		if said[name] != value {
			t.Errorf("%s = %q, want %q", name, said[name], value)
		}
	}
	if f.Name != "cita-2026-11-10.ics" {
		t.Errorf("the file is called %q", f.Name)
	}
	for _, secret := range []string{"crédito", "4321", "secreta", "rez", "VALARM", "ORGANIZER"} {
		if strings.Contains(f.Content, secret) {
			t.Errorf("the calendar tells %q: %s", secret, f.Content)
		}
	}
	hidden := lines(t, calendarOf(t, office, seller, visit, crm.CalendarStyle{Language: "en", HideNames: true}))
	if hidden["SUMMARY"] != "Visit" {
		t.Errorf("without names: %q", hidden["SUMMARY"])
	}
}

// An appointment ends when somebody said that it does, across the hour that the clocks repeat as well.
func TestCalendarOf_SaysWhenItEnds(t *testing.T) {
	office := crmtest.New(t, 1)
	id, seller := office.Prospect()
	for _, tt := range []struct {
		due  crm.Due
		kind string
		ends string
	}{
		{crm.Due{At: "2026-11-10T17:00:00Z", Minutes: 90}, crm.KindVisit, "20261110T183000Z"},
		{crm.Due{At: "2026-11-10T17:00:00Z"}, crm.KindAppointment, "20261110T180000Z"},
		{crm.Due{At: "2026-11-10T17:00:00Z"}, crm.KindCall, "20261110T171500Z"},
		{crm.Due{At: "2026-11-10T17:00:00Z", Minutes: 5}, crm.KindCall, "20261110T170500Z"},
		{crm.Due{At: "2022-10-30T06:30:00Z", Minutes: 120}, crm.KindVideo, "20221030T083000Z"},
		{crm.Due{At: "2026-11-11T05:30:00Z", Minutes: 1440}, crm.KindVisit, "20261112T053000Z"},
	} {
		open := false
		a := logActivity(t, office, seller, id, crm.NewActivity{Kind: tt.kind, Due: tt.due, Done: &open})
		if said := lines(t, calendarOf(t, office, seller, a.ID, crm.CalendarStyle{})); said["DTEND"] != tt.ends {
			t.Errorf("%s of %d minutes at %s ends at %s, want %s", tt.kind, tt.due.Minutes, tt.due.At, said["DTEND"], tt.ends)
		}
	}
}

// Whoever imports the file again after a move gets the same event at its new time.
func TestCalendarOf_AMoveIsANewVersionOfTheSameEvent(t *testing.T) {
	office := crmtest.New(t, 1)
	id, seller := office.Prospect()
	visit := planVisit(t, office, seller, id, "", crm.Due{At: "2026-11-10T17:00:00Z"})
	style := crm.CalendarStyle{}
	first := lines(t, calendarOf(t, office, seller, visit, style))
	day := "2026-11-12"
	c, err := office.CRM.UpdateActivity(ctx, seller, visit, crm.ActivityPatch{DueOn: &day})
	if err != nil {
		t.Fatal(err)
	}
	moved := lines(t, calendarOf(t, office, seller, visit, style))
	want := []string{first["UID"], "1", "20261112", "20261113", "TRANSPARENT"}
	got := []string{moved["UID"], moved["SEQUENCE"], moved["DTSTART;VALUE=DATE"], moved["DTEND;VALUE=DATE"], moved["TRANSP"]}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("moved to a day (-want +got):\n%s", diff)
	}
	undo(t, office, seller, c.TxID)
	if back := lines(t, calendarOf(t, office, seller, visit, style)); back["SEQUENCE"] <= "1" || back["DTSTART"] != first["DTSTART"] {
		t.Errorf("taken back: version %s at %s", back["SEQUENCE"], back["DTSTART"])
	}
}

func TestCalendarOf_Refused(t *testing.T) {
	office := crmtest.New(t, 2)
	id, seller := office.Prospect()
	other := office.Sellers[0]
	if other.UserID == seller.UserID {
		other = office.Sellers[1]
	}
	visit := planVisit(t, office, seller, id, "", crm.Due{On: "2026-11-10"})
	if _, err := office.CRM.CalendarOf(ctx, other, visit, crm.CalendarStyle{}); !fault.Has(err, "activity.not_found") {
		t.Errorf("another's: %v", err)
	}
	note := logActivity(t, office, seller, id, crm.NewActivity{Kind: "note", Body: "x"})
	if _, err := office.CRM.CalendarOf(ctx, seller, note.ID, crm.CalendarStyle{}); !fault.Has(err, "activity.no_date") {
		t.Errorf("a note: %v", err)
	}
}

func TestCalendar_OfAWeek(t *testing.T) {
	office := crmtest.New(t, 1)
	id, seller := office.Prospect(func(e *crm.Enquiry) { e.Name = strings.Repeat("Añá", 60) + " Pérez" })
	planVisit(t, office, seller, id, "", crm.Due{At: "2026-11-10T17:00:00Z"})
	planVisit(t, office, seller, id, "", crm.Due{On: "2026-11-12"})
	planVisit(t, office, seller, id, "", crm.Due{On: "2026-11-16"}) // the week after
	f, err := office.CRM.Calendar(ctx, seller, daysIn(t, "America/Mexico_City", "2026-11-09", "2026-11-16"), crm.CalendarStyle{Language: "es-MX"})
	if err != nil {
		t.Fatal(err)
	}
	lines(t, f)
	_, err = office.CRM.Calendar(ctx, seller, daysIn(t, "America/Mexico_City", "2026-11-23", "2026-11-30"), crm.CalendarStyle{Language: "es-MX"})
	if !fault.Has(err, "agenda.empty") {
		t.Errorf("a week of nothing: %v", err)
	}
	if n := strings.Count(f.Content, "BEGIN:VEVENT\r\n"); n != 2 || f.Name != "agenda-2026-11-09.ics" {
		t.Errorf("%s with %d events", f.Name, n)
	}
}
