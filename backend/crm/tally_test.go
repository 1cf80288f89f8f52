package crm_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
)

// TestZoneShifts_AreTheZone asks in years around changes of the rules, and in leap years far away,
// what its distance from UTC is.
func TestZoneShifts_AreTheZone(t *testing.T) {
	for _, name := range []string{"UTC", "America/Mexico_City", "America/Tijuana", "America/Cancun", "Asia/Kolkata", "Australia/Lord_Howe"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		shifts := crm.ZoneShifts(zone)
		for _, year := range []int{2000, 2010, 2022, 2026, 2040, 2056} {
			for at := time.Date(year, 1, 1, 0, 30, 0, 0, time.UTC); at.Year() < year+2; at = at.Add(11 * time.Hour) {
				var kept string
				for since, shift := range shifts {
					if since <= clock.Format(at) {
						kept = shift
					}
				}
				if want := crm.ShiftAt(at.In(zone)); kept != want {
					t.Fatalf("%s at %s: %s, want %s", name, at, kept, want)
				}
			}
		}
	}
}

// TestCountAnew_ReadsOnlyTheCardsOfItsStep holds for each step: one that reads half of all cards makes a million of them cost
// minutes.
func TestCountAnew_ReadsOnlyTheCardsOfItsStep(t *testing.T) {
	office := crmtest.New(t, 1)
	for _, q := range crm.CountQueries() {
		steps := plan(t, office.Store.Read(), q)
		if !slices.ContainsFunc(steps, func(step string) bool {
			return strings.HasPrefix(step, "SEARCH c USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)")
		}) {
			t.Errorf("%s\nreads\n%s", q.Text, strings.Join(steps, "\n"))
		}
	}
}
