package app

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
)

func TestDemo_LooksLikeAnOfficeAtWork(t *testing.T) {
	const backlog = 40
	log := newLog(io.Discard, logrus.ErrorLevel, t.Output())
	started := time.Now()
	d, err := openDemo(t.Context(), log, demoOptions{backlog: backlog}, surroundings{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(d.dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the demo left %s behind: %v", d.dir, err)
		}
	}()

	status, err := d.Intake.Status(t.Context(), d.admin)
	if err != nil || !status.Configured || status.Problem != "" {
		t.Fatalf("connection = %+v, %v", status, err)
	}
	if at := instant(t, status.CheckedAt); at.Before(started.Truncate(time.Millisecond)) {
		t.Errorf("the connection was last checked at %s, in the past that is played", at)
	}
	waiting, err := d.CRM.InboxCount(t.Context(), d.admin)
	if err != nil {
		t.Fatal(err)
	}
	page, err := d.CRM.ListProspects(t.Context(), d.admin, crm.ProspectFilter{Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(page.Items); n < backlog*2/3 || n > backlog || waiting < 5 || waiting > n*2/3 {
		t.Errorf("%d prospects, %d of them unattended", n, waiting)
	}
	sellers, temperatures, next := map[string]int{}, map[string]int{}, 0
	for _, c := range page.Items {
		sellers[c.OwnerName]++
		temperatures[c.Temperature]++
		if c.Next != nil {
			next++
		}
		lead, received := instant(t, c.LeadAt), instant(t, c.ReceivedAt)
		if wait := received.Sub(lead); wait < 0 || wait > time.Minute {
			t.Errorf("a lead took %s to arrive", wait)
		}
		if received.After(time.Now()) || received.Before(started.Add(-demoPast)) {
			t.Errorf("a lead arrived at %s", received)
		}
		if c.AttendedAt != nil && instant(t, *c.AttendedAt).After(time.Now()) {
			t.Errorf("somebody has called at %s, which is still to come", *c.AttendedAt)
		}
	}
	if len(sellers) != len(demoUsers)-1 || sellers[""] > 0 {
		t.Errorf("prospects by seller: %v", sellers)
	}
	turns, err := d.CRM.TurnSettings(t.Context(), d.admin)
	if err != nil || !turns.Office.IsOpen || len(turns.Groups) != 1 || len(turns.Rules) != 1 || len(turns.Absences) != 1 || len(turns.Holidays) < 6 {
		t.Errorf("turns = %+v, %v", turns, err)
	}
	notices, unread, err := d.CRM.Notices(t.Context(), d.admin)
	if err != nil || len(notices) == 0 || unread > 15 {
		t.Errorf("%d notices, %v", unread, err)
	}
	byRule := 0
	for _, c := range page.Items {
		p, err := d.CRM.Prospect(t.Context(), d.admin, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		if p.AssignedWhy.Name == turns.Rules[0].Name && p.AssignedWhy.Of == len(demoGroup) {
			byRule++
		}
	}
	if byRule < 3 {
		t.Errorf("the rule gave %d prospects to its group", byRule)
	}
	if len(temperatures) < 3 || next < 8 {
		t.Errorf("temperatures %v, %d with a next step", temperatures, next)
	}
}

// TestDemo_IsOpenAtAnyHour: a demo opened on a Sunday night would show leads that wait in the tray.
func TestDemo_IsOpenAtAnyHour(t *testing.T) {
	for at := time.Date(2026, 11, 22, 0, 7, 0, 0, time.UTC); at.Day() < 29; at = at.Add(37 * time.Minute) {
		w := demoHours(at)
		day := []*[]crm.HoursSpan{&w.Sun, &w.Mon, &w.Tue, &w.Wed, &w.Thu, &w.Fri, &w.Sat}[at.Weekday()]
		if !slices.ContainsFunc(*day, func(s crm.HoursSpan) bool { return s.From <= at.Format("15:04") && at.Format("15:04") < s.To }) {
			t.Errorf("closed at %s: %v", at.Format(time.RFC1123), *day)
		}
	}
}

func instant(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := clock.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestDemo_NobodyPlansAVisitAtNight(t *testing.T) {
	for _, tt := range []struct{ at, want string }{
		{"2026-11-24T03:15:00Z", "2026-11-24T09:15:00Z"},
		{"2026-11-24T09:00:00Z", "2026-11-24T09:00:00Z"},
		{"2026-11-24T18:45:00Z", "2026-11-24T18:45:00Z"},
		{"2026-11-30T23:30:00Z", "2026-12-01T09:30:00Z"},
	} {
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := workingHours(at).Format(time.RFC3339); got != tt.want {
			t.Errorf("%s is moved to %s, not %s", tt.at, got, tt.want)
		}
	}
}
